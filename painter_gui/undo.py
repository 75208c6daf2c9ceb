"""What undo takes back: changes of the document and of settings that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QUndoCommand, QUndoStack

from core.document import Document


class Change(QUndoCommand):
    """From one document to another."""

    def __init__(self, what: str, before: Document, after: Document, show: Callable[[Document], None]) -> None:
        super().__init__(what)  # a word that views translate
        self._before, self._after, self._show = before, after, show

    def undo(self) -> None:
        """As it was before."""
        self._show(self._before)

    def redo(self) -> None:
        """As it was after."""
        self._show(self._after)

    def adopt(self, document: Document, measured: Document) -> None:
        """Hold a document with its errors measured, in the place of the same one without."""
        if self._before is document:
            self._before = measured
        if self._after is document:
            self._after = measured


class Setting(QUndoCommand):
    """From one choice to another, where undo takes that back."""

    def __init__(self, what: str, before: dict[str, Any], after: dict[str, Any], choose: Callable[..., None]) -> None:
        super().__init__(what)
        self._before, self._after, self._choose = before, after, choose

    def undo(self) -> None:
        """As it was before."""
        self._choose(**self._before)

    def redo(self) -> None:
        """As it was after."""
        self._choose(**self._after)


class Edit(Change):
    """From one document to another, each with the moment that is shown of it."""

    def __init__(
        self,
        what: str,
        before: tuple[Document, int],
        after: tuple[Document, int],
        show: Callable[[Document, int], None],
    ) -> None:
        moments = before[1], after[1]
        super().__init__(what, before[0], after[0], lambda document: show(document, moments[document is self._after]))


MOST_ACTIONS = 200
"""That can be taken back. Each may hold a painting: 4 MB of 50,000 strokes, 0.4 MB of 4,250."""


def adopt(stack: QUndoStack, document: Document, measured: Document) -> None:
    """Have a stack hold the painting at hand with its errors measured, in the place of the same one without."""
    near = [stack.command(index) for index in (stack.index() - 1, stack.index()) if 0 <= index < stack.count()]
    for command in near:
        for each in (command, *(command.child(index) for index in range(command.childCount()))):
            if isinstance(each, Change):
                each.adopt(document, measured)
