"""The thread that draws, seen from the window's: whatever moment is asked for, into pixels that the window shows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from core.document import Document
from core.geometry import PixelBox, Size
from painter_gui.canvas_worker import CanvasWorker, Moment, SharedPixels


class CanvasThread(QObject):
    """Has moments drawn. What is still drawn into pixels that were left is not told.

    Signals:
        changed: (box) of `pixels`.
    """

    changed = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pixels = SharedPixels(Size(1, 1))
        """What is drawn into."""
        self.worker = CanvasWorker()
        self.qthread = QThread()
        self.qthread.setObjectName(name)
        self.worker.moveToThread(self.qthread)
        self.worker.drawn.connect(self._on_drawn, Qt.ConnectionType.QueuedConnection)
        self.qthread.start()

    def renew(self, size: Size) -> None:
        """Draw into other pixels from now on, so many."""
        self.pixels = SharedPixels(size)

    def show(self, document: Document, count: int) -> None:
        """Have a document after so many strokes drawn."""
        self.worker.show(Moment(document, count, self.pixels))

    def rest(self) -> None:
        """Draw nothing more for now, and keep no canvases."""
        self.renew(Size(1, 1))
        self.show(Document(Size(1, 1)), 0)

    def set_budget(self, mebibytes: int | None) -> None:
        """What canvases may be kept in; None: as much as suits the machine."""
        self.worker.set_budget(mebibytes)

    @Slot(object, object)
    def _on_drawn(self, moment: Moment, box: PixelBox) -> None:
        if moment.pixels is self.pixels:
            self.changed.emit(box)

    def close(self) -> None:
        """End the thread."""
        self.qthread.quit()
        self.qthread.wait()
