"""Another painting of the same photo, drawn for the screen in a thread of its own beside the one at hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from core.document import Document
from core.geometry import PixelBox, Size
from painter_gui.canvas_thread import CanvasThread
from painter_gui.canvas_worker import SharedPixels, display_size

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
        self._thread: CanvasThread | None = None
        self._shown: tuple[Document, int] | None = None
        self._nothing = SharedPixels(Size(1, 1))

    @property
    def pixels(self) -> SharedPixels:
        """What it is drawn into."""
        return self._nothing if self._thread is None else self._thread.pixels

    def show(self, document: Document, count: int) -> None:
        """Have the document after so many strokes drawn."""
        if self._shown is not None and self._shown[0] is document and self._shown[1] == count:
            return
        self._shown, thread = (document, count), self._begun()
        if thread.pixels.size != display_size(document.size):
            thread.renew(display_size(document.size))
        thread.show(document, count)

    def rest(self) -> None:
        """Draw nothing more for now, and keep no canvases."""
        if self._thread is not None:
            self._shown = None
            self._thread.rest()

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.close()

    def _begun(self) -> CanvasThread:
        if self._thread is None:
            self._thread = CanvasThread("drawing beside", self)
            self._thread.set_budget(_BUDGET)
            self._thread.changed.connect(self._on_changed)
        return self._thread

    @Slot(object)
    def _on_changed(self, box: PixelBox) -> None:
        if self._shown is not None:
            self.changed.emit(box)
