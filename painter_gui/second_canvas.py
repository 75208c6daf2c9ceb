"""Another painting of the same photo, drawn for the screen in a thread of its own beside the one at hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from core.document import Document
from core.geometry import PixelBox, Size
from painter_gui.canvas_worker import CanvasWorker, Moment, SharedPixels, display_size

_BUDGET = 256
"""Mebibytes that its scrubbing may take: less than the painting's own, for it only follows."""


class SecondCanvas(QObject):
    """Draws any moment of a document. Its thread begins when it is first wanted.

    Signals:
        changed: (box) of `pixels`, the first time all of it.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: QThread | None = None
        self._worker: CanvasWorker | None = None
        self._shown: tuple[Document, int] | None = None
        self.pixels = SharedPixels(Size(1, 1))

    def show(self, document: Document, count: int) -> None:
        """Have the document after so many strokes drawn."""
        if self._shown is not None and self._shown[0] is document and self._shown[1] == count:
            return
        self._shown = document, count
        if self.pixels.size != display_size(document.size):
            self.pixels = SharedPixels(display_size(document.size))
        self._drawer().show(Moment(document, count, self.pixels))

    def rest(self) -> None:
        """Draw nothing more for now, and keep no canvases."""
        if self._worker is not None:
            self._shown, self.pixels = None, SharedPixels(Size(1, 1))
            self._worker.show(Moment(Document(Size(1, 1)), 0, self.pixels))

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait()

    def _drawer(self) -> CanvasWorker:
        if self._worker is None:
            self._thread, self._worker = QThread(), CanvasWorker()
            self._thread.setObjectName("drawing beside")
            self._worker.set_budget(_BUDGET)
            self._worker.moveToThread(self._thread)
            self._worker.drawn.connect(self._on_drawn, Qt.ConnectionType.QueuedConnection)
            self._thread.start()
        return self._worker

    @Slot(object, object)
    def _on_drawn(self, moment: Moment, box: PixelBox) -> None:
        if moment.pixels is self.pixels and self._shown is not None:
            self.changed.emit(box)
