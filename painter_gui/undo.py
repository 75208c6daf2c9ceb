"""What undo takes back: changes of the document and of settings that are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from PySide6.QtGui import QUndoCommand, QUndoStack

from core.document import Document


class Change(QUndoCommand):
    """From one document to another."""

    def __init__(
        self,
        what: str,
        before: Document,
        after: Document,
        show: Callable[[Document], None],
        show_before: Callable[[Document], None] | None = None,
    ) -> None:
        """Show the one or the other by `show`; the one before by a way of its own, where there is one."""
        super().__init__(what)  # a word that views translate
        self._before, self._after, self._show, self._show_before = before, after, show, show_before or show

    def undo(self) -> None:
        """As it was before."""
        self._show_before(self._before)

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
        # Nothing here may hold the command itself: it and its documents are to go when it leaves the stack.
        old, new = before[1], after[1]
        super().__init__(
            what, before[0], after[0], lambda document: show(document, new), lambda document: show(document, old)
        )


MOST_ACTIONS = 200
"""That can be taken back. Each may hold a painting: 4 MB of 50,000 strokes, 0.4 MB of 4,250."""


@runtime_checkable
class _Adopting(Protocol):
    def adopt(self, document: Document, measured: Document) -> None: ...


def adopt(stack: QUndoStack, document: Document, measured: Document) -> None:
    """Have a stack hold a painting with its errors measured, in the place of the same one without."""
    for index in range(stack.count()):
        command = stack.command(index)
        for each in (command, *(command.child(row) for row in range(command.childCount()))):
            if isinstance(each, _Adopting):
                each.adopt(document, measured)
