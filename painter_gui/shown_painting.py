"""The painting as it is shown: the document at hand, the moment of it, and the canvas that is drawn on."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.document import Document
from core.geometry import Size
from core.session import Session
from painter_gui.canvas_thread import CanvasThread
from painter_gui.canvas_worker import SharedPixels, display_size


class ShownPainting(QObject):
    """Holds the document and how many of its strokes are shown, and has that drawn. Knows no widget.

    The end of the painting is followed as strokes come, until another moment is looked at.

    Signals:
        document_changed, position_changed: as their names say.
        canvas_changed: (box) of `pixels`.
    """

    document_changed = Signal()
    position_changed = Signal()
    canvas_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = Session(Document(Size(1, 1)))
        self._session.subscribe(self._on_document)
        self._position, self._following = 0, True
        self.canvas = CanvasThread("drawing", self)
        self.canvas.changed.connect(self.canvas_changed)

    @property
    def document(self) -> Document:
        """The painting."""
        return self._session.document

    @property
    def position(self) -> int:
        """How many of the document's strokes are shown."""
        return self._position

    @property
    def pixels(self) -> SharedPixels:
        """The canvas as shown."""
        return self.canvas.pixels

    def open(self, document: Document) -> None:
        """Have a painting of another photo at hand, all of it shown."""
        self.canvas.renew(display_size(document.size))
        self.show(document, following=True)

    def clear(self) -> None:
        """Have nothing at hand, and keep no canvases."""
        self.canvas.rest()
        self.show(Document(Size(1, 1)))

    def show(self, document: Document, *, following: bool | None = None) -> None:
        """Have another document at hand.

        Args:
            document: The painting.
            following: Whether its end is shown, and followed from now on; None: as it was.
        """
        if following is not None:
            self._following = following
        self._session.show(document)

    def show_whole(self, document: Document) -> None:
        """Have a document at hand; if it is another one, all of it is shown."""
        if document is not self.document:
            self.show(document, following=True)

    def show_moment(self, document: Document, position: int) -> None:
        """Have a document at hand, of which so many strokes are shown."""
        moved, self._position = position != self._position, position
        self.show(document, following=position == len(document.strokes))
        if moved:
            self.position_changed.emit()

    def show_in_passing(self, document: Document) -> None:
        """Draw another document, only to be looked at, until something else is drawn."""
        self.canvas.show(document, len(document.strokes))

    def seek(self, position: int) -> None:
        """Show the painting after so many strokes."""
        position = min(max(0, position), len(self.document.strokes))
        self._following = position == len(self.document.strokes)
        if position != self._position:
            self._position = position
            self.position_changed.emit()
            self.redraw()

    def redraw(self) -> None:
        """Draw what is at hand."""
        self.canvas.show(self.document, self._position)

    def _on_document(self, document: Document) -> None:
        count = len(document.strokes)
        before = self._position
        self._position = count if self._following else min(before, count)  # before anyone hears of the document
        self.document_changed.emit()
        if self._position != before:
            self.position_changed.emit()
        self.redraw()

    def close(self) -> None:
        """End the thread that draws."""
        self.canvas.close()
