"""The session: the current document, how it came about, and who wants to know.

What the window and the command line both drive. Knows neither Qt nor torch.
"""

from __future__ import annotations

from collections.abc import Callable

from core.document import Document
from core.stroke import Strokes

Listener = Callable[[Document], None]


class Session:
    """Holds the current document and the ones that can be gone back to.

    Documents share their strokes' memory, so remembering each of them costs next to nothing.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._undone: list[Document] = []
        self._done: list[Document] = []
        self._listeners: list[Listener] = []

    @property
    def document(self) -> Document:
        """The current document."""
        return self._document

    @property
    def can_undo(self) -> bool:
        """Whether there is a document to go back to."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether an undo can be taken back."""
        return bool(self._undone)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every new current document; the result ends the subscription."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def paint(self, strokes: Strokes) -> None:
        """Lay strokes on the current document, as one step that undo takes back."""
        self.replace(self._document.painted(strokes))

    def replace(self, document: Document) -> None:
        """Make another document the current one, as one step that undo takes back."""
        self._done.append(self._document)
        self._undone.clear()
        self._show(document)

    def extend(self, strokes: Strokes) -> None:
        """Lay strokes on the current document within the step under way: undo takes them back together with it."""
        self._undone.clear()
        self._show(self._document.painted(strokes))

    def undo(self) -> None:
        """Go back one step; without one, nothing happens."""
        if self._done:
            self._undone.append(self._document)
            self._show(self._done.pop())

    def redo(self) -> None:
        """Take the last undo back; without one, nothing happens."""
        if self._undone:
            self._done.append(self._document)
            self._show(self._undone.pop())

    def _show(self, document: Document) -> None:
        self._document = document
        for listener in tuple(self._listeners):
            listener(document)
