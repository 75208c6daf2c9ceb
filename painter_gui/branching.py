"""Branches of the painting at hand: kept, taken, named and dropped, as things that undo takes back. Knows no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from core.branches import Branch, Branches
from core.document import Document
from core.stroke import Strokes
from painter_gui.paint_settings import PaintSettings

if TYPE_CHECKING:
    from painter_gui.controller import Controller

_OF_THE_JOB = ("stroke_type", "preset", "divide", "max_step", "strokes", "background", "seed")
"""Settings that a document's job names as they are named here."""


class _BranchesChange(QUndoCommand):
    """From some branches to others."""

    def __init__(self, what: str, before: Branches, after: Branches, branching: Branching) -> None:
        super().__init__(what)  # a word that views translate
        self._before, self._after, self._branching = before, after, branching

    def undo(self) -> None:
        self._branching.show(self._before)

    def redo(self) -> None:
        self._branching.show(self._after)


class _Taking(_BranchesChange):
    """From one painting at hand to another, with the settings and the branches beside each."""

    def __init__(
        self,
        before: tuple[Branches, Document, PaintSettings],
        after: tuple[Branches, Document, PaintSettings],
        branching: Branching,
        controller: Controller,
    ) -> None:
        super().__init__("take branch", before[0], after[0], branching)
        self._old, self._new, self._controller = before[1:], after[1:], controller

    def undo(self) -> None:
        super().undo()
        self._show(*self._old)

    def redo(self) -> None:
        super().redo()
        self._show(*self._new)

    def adopt(self, document: Document, measured: Document) -> None:
        """See `painter_gui.undo.Change`."""
        (old, old_settings), (new, new_settings) = self._old, self._new
        self._old = measured if old is document else old, old_settings
        self._new = measured if new is document else new, new_settings

    def _show(self, document: Document, settings: PaintSettings) -> None:
        # Where the networks run is the machine's matter, not the painting's.
        here = replace(settings, device=self._controller.settings.device)
        self._controller.show_painting(document, here)


class Branching(QObject):
    """Holds the branches, and changes them as the artist wishes or as painting makes room.

    Signals:
        changed: There are other branches, or they are called otherwise.
    """

    changed = Signal()

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._branches = Branches()
        self._saved: Branches | None = None
        self._before_room: Branches | None = None
        self._painted_with = controller.settings
        self._partings: dict[int, _Parting] = {}

    # What there is

    @property
    def branches(self) -> Branches:
        """All of them, and what the painting at hand is called."""
        return self._branches

    @property
    def is_saved(self) -> bool:
        """Whether the session's file has them as they are."""
        return self._saved is self._branches

    @property
    def possible(self) -> bool:
        """Whether branches can be changed just now."""
        return self._controller.editable

    def parting(self, branch: Branch) -> int:
        """How many strokes a branch and the painting at hand both begin with, on sheets of one colour."""
        document, painting = branch.document, self._controller.document
        if document.background != painting.background:
            return 0
        known = self._partings.get(id(document))
        if known is None or known.document is not document:
            known = self._partings[id(document)] = _Parting(document)
        return known.with_painting(painting.strokes)

    # What the artist wishes

    def keep(self) -> bool:
        """Keep what is there now as a branch; whether it is one now."""
        controller = self._controller
        if not self.possible or not len(controller.document.strokes):
            return False
        branches = self._branches.kept(controller.document, self._present_settings())
        if branches is self._branches and not branches.has_room(controller.document):
            controller.noted.emit("branches_full", {})
            return False
        if branches is self._branches:
            controller.noted.emit("kept_already", {})
        else:
            self._change("keep branch", branches)
        return True

    def rename(self, index: int, name: str) -> None:
        """Call a branch otherwise."""
        if self.possible:
            self._change("name branch", self._branches.renamed(index, name))

    def drop(self, index: int) -> None:
        """Keep a branch no longer."""
        if self.possible:
            self._change("drop branch", self._branches.dropped(index))

    def take(self, index: int) -> Document | None:
        """Have a branch at hand, with its settings; the painting that was at hand becomes a branch in its place.

        Returns:
            The painting that was at hand, with what was painted of it till then; None where no branch was taken.
        """
        controller = self._controller
        if not self.possible:
            return None
        document = self._branches[index].document
        controller.stop()
        place = self._branches.index(document)  # stopping may have tidied others away
        if place is None:
            return None
        painting = controller.document
        before = self._branches, painting, controller.settings
        branch, branches = self._branches.taken(place, painting, self._present_settings())
        after = branches, branch.document, PaintSettings.of(branch.settings)
        controller.undo_stack.push(_Taking(before, after, self, controller))
        return painting

    def _change(self, what: str, after: Branches) -> None:
        if after is not self._branches:
            self._controller.brushwork.split_action()
            self._controller.undo_stack.push(_BranchesChange(what, self._branches, after, self))

    # What the controller does

    def show(self, branches: Branches) -> None:
        """Have other branches."""
        if branches is not self._branches:
            self._branches = branches
            present = {id(branch.document) for branch in branches}
            self._partings = {key: known for key, known in self._partings.items() if key in present}
            self.changed.emit()

    def open(self, branches: Branches, document: Document, settings: PaintSettings, *, saved: bool) -> None:
        """Another session is at hand, with its branches."""
        self._before_room, self._painted_with = None, settings
        self.show(branches.tidied(document))
        self._saved = self._branches if saved else None

    def note_saved(self, branches: Branches) -> None:
        """A session's file holds these."""
        self._saved = branches

    def note_painting(self, settings: PaintSettings) -> None:
        """From here on it is painted with these settings."""
        self._painted_with = settings

    def make_room(self, document: Document) -> None:
        """Strokes of the painting at hand make room: keep it, unless it is kept already."""
        self._before_room = self._branches
        self.show(self._branches.kept(document, self._settings_of(document), automatic=True))

    def put_back(self) -> None:
        """What made room is back."""
        if self._before_room is not None:
            before, self._before_room = self._before_room, None
            self.show(before)

    def push(self, change: QUndoCommand, document: Document) -> None:
        """Put a change of the painting on the undo stack, as one thing with what it has made of the branches.

        Args:
            change: To be put there.
            document: The painting after it. Branches that nobody asked for and that it begins with are needed no more.
        """
        before = self._branches if self._before_room is None else self._before_room
        self._before_room = None
        after = self._branches.tidied(document)
        if [*map(id, before)] == [*map(id, after)]:  # what was kept has gone again: nothing is called otherwise
            after = before
        stack = self._controller.undo_stack
        if after is before:
            self.show(before)
            stack.push(change)
            return
        stack.beginMacro(change.text())
        stack.push(change)
        stack.push(_BranchesChange("", before, after, self))
        stack.endMacro()

    def _present_settings(self) -> Mapping[str, Any]:
        """Those of the painting at hand, with its masks as they are now: they are drawn, not chosen."""
        present, painted_with = self._controller.settings.values(), self._settings_of(self._controller.document)
        return {**painted_with, "focus": present["focus"], "protect": present["protect"]}

    def _settings_of(self, document: Document) -> Mapping[str, Any]:
        """What a painting at hand was painted with: what its job says, and else what was chosen at the last run."""
        painted_with = self._painted_with
        of_job = {name: document.job[name] for name in _OF_THE_JOB if name in document.job}
        said = PaintSettings.of(of_job)
        return replace(painted_with, **{name: getattr(said, name) for name in of_job}).values()


class _Parting:
    """Where a branch parts from the painting at hand, found without looking at what is known to be the same."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._seen = Strokes()
        self._shared = 0

    def with_painting(self, strokes: Strokes) -> int:
        """How many strokes it shares with the painting."""
        mine, seen, known = self.document.strokes, self._seen, 0
        self._seen = strokes
        if strokes.shared(seen) == len(seen):  # it has only grown
            if self._shared < len(seen):
                return self._shared
            known = len(seen)
        self._shared = known + mine[known:].shared(strokes[known:])
        return self._shared
