"""The session: the current document, and who wants to know when it changes.

What the window drives. Knows neither Qt nor torch. Documents share their strokes' memory, so whoever lets the artist
go back keeps whole documents.
"""

from __future__ import annotations

from collections.abc import Callable

from core.document import Document

Listener = Callable[[Document], None]


class Session:
    """Holds the current document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._listeners: list[Listener] = []

    @property
    def document(self) -> Document:
        """The current document."""
        return self._document

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every new current document; the result ends the subscription."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def show(self, document: Document) -> None:
        """Make another document the current one."""
        if document is self._document:
            return
        self._document = document
        for listener in tuple(self._listeners):
            listener(document)
