"""Strokes one by one: which are chosen and pointed at, and what is done to them. Knows no widget."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from core import editing, picking
from core.difference import difference
from core.document import Document
from core.editing import Place
from core.picking import Combine, Hit, Mask, Picker
from core.rasteriser.extents import longest_of
from core.stroke import Strokes
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller

SAME_SPOT = 6.0
"""Pixels of the screen within which a second click is at the same place, and goes one stroke deeper."""


class Like(Enum):
    """In what strokes may be like the chosen ones."""

    TYPE = "type"
    LEVEL = "level"
    COLOUR = "colour"
    SIZE = "size"


_AS_LONG = 1.25
"""How much longer or shorter strokes of like size may be."""


class Editor(QObject):
    """Keeps a choice among the painting's strokes, through whatever happens to the painting, and edits those chosen.

    Signals:
        chosen_changed: Others are chosen, or those chosen have changed.
        pointed_changed: The pointer is over another stroke, or over none.
    """

    chosen_changed = Signal()
    pointed_changed = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._document = controller.document
        self._chosen: Mask = np.zeros(len(self._document.strokes), bool)
        self._picker: Picker | None = None
        self._pointed: Hit | None = None
        self._depth: tuple[float, float, int] | None = None
        self._stale = False
        """Whether there are more strokes around those chosen than was told: they come too fast while it is painted."""
        controller.opened.connect(self._on_opened)
        controller.document_changed.connect(self._on_document)
        controller.position_changed.connect(self.point_nowhere)
        controller.phase_changed.connect(self._on_phase)

    # What there is

    @property
    def document(self) -> Document:
        """The painting."""
        return self._document

    @property
    def chosen(self) -> Mask:
        """[N] which strokes are chosen."""
        return self._chosen

    @property
    def rows(self) -> list[int]:
        """The chosen ones' indices."""
        return np.flatnonzero(self._chosen).tolist()

    @property
    def chosen_strokes(self) -> Strokes:
        """The chosen ones."""
        return self._document.strokes.picked(self._chosen)

    @property
    def pointed(self) -> Hit | None:
        """The stroke under the pointer."""
        return self._pointed

    @property
    def editable(self) -> bool:
        """Whether anything may be edited just now."""
        return self._controller.editable

    def picker(self) -> Picker:
        """Looks strokes up."""
        if self._picker is None or self._picker.document is not self._document:
            self._picker = Picker(self._document, self._picker)
        return self._picker

    # Pointing and choosing

    def point(self, row: float, column: float) -> None:
        """The pointer is over a point of the sheet."""
        hit = picking.plainest(self.hits(row, column))
        if hit != self._pointed:
            self._pointed = hit
            self.pointed_changed.emit()

    @Slot()
    def point_nowhere(self) -> None:
        """The pointer is elsewhere."""
        if self._pointed is not None:
            self._pointed = None
            self.pointed_changed.emit()

    def hits(self, row: float, column: float) -> list[Hit]:
        """The strokes seen at a point of the sheet, as far as the painting is shown; topmost first."""
        pixels = self._controller.pixels.size
        scale = pixels.longer / self._document.size.longer
        return self.picker().at(row, column, self._controller.position, scale=scale)

    def pick(self, row: float, column: float, how: Combine, *, near: float = 0.0) -> None:
        """Choose the stroke at a point of the sheet.

        Args:
            row: Sheet pixels.
            column: Likewise.
            how: What becomes of those chosen before.
            near: Sheet pixels within which a second click is at the same place: it takes the next stroke below.
        """
        hits = self.hits(row, column)
        more = np.zeros(len(self._document.strokes), bool)
        depth = 0
        if hits:
            plain = hits.index(picking.plainest(hits) or hits[0])
            if how is Combine.REPLACE and self._depth is not None:
                there, across, before = self._depth
                if abs(there - row) <= near and abs(across - column) <= near:
                    depth = before + 1
            more[hits[(plain + depth) % len(hits)].stroke] = True
        self._choose(picking.combined(self._chosen, more, how))
        self._depth = (row, column, depth) if hits and how is Combine.REPLACE else None

    def choose_in(self, top: float, left: float, bottom: float, right: float, how: Combine) -> None:
        """Choose the strokes whose middles lie in a rectangle of the sheet."""
        inside = self.picker().in_rectangle(top, left, bottom, right, self._controller.position)
        self._choose(picking.combined(self._chosen, inside, how))

    def choose_like(self, like: Like) -> None:
        """Choose all strokes that are like any of the chosen ones."""
        strokes = self._document.strokes
        found = self._chosen.copy()
        alike: dict[Like, Callable[[int], Mask]] = {
            Like.TYPE: lambda row: picking.of_type(strokes, row),
            Like.LEVEL: lambda row: picking.of_level(strokes, row),
            Like.COLOUR: lambda row: picking.of_colour(strokes, row),
        }
        longest = longest_of(strokes)
        alike[Like.SIZE] = lambda row: picking.of_size(strokes, longest[row] / _AS_LONG, longest[row] * _AS_LONG)
        for row in self._typical(self.rows):
            found |= alike[like](row)
        self._choose(self._shown(found))

    @staticmethod
    def _typical(rows: list[int]) -> list[int]:
        """Some of many rows: who chooses hundreds does not mean each of their colours."""
        most = 64
        return rows if len(rows) <= most else [rows[index * len(rows) // most] for index in range(most)]

    def choose_sized(self, low: float, high: float) -> None:
        """Choose the strokes whose longest line measures so many pixels of the photo."""
        self._choose(self._shown(picking.of_size(self._document.strokes, low, high)))

    def choose_muted(self) -> None:
        """Choose those that are muted, which cannot be pointed at."""
        self._choose(self._document.strokes.muted)

    def choose_locked(self) -> None:
        """Choose those that are locked."""
        self._choose(self._shown(self._document.strokes.locked))

    @Slot()
    def choose_all(self) -> None:
        """Choose all that are shown."""
        self._choose(self._shown(~self._document.strokes.muted))

    @Slot()
    def choose_none(self) -> None:
        """Choose none."""
        self._choose(np.zeros(len(self._document.strokes), bool))

    def _shown(self, found: Mask) -> Mask:
        """Of strokes those painted at the moment that is shown."""
        found = found.copy()
        found[self._controller.position :] = False
        return found

    def _choose(self, chosen: Mask) -> None:
        self._depth = None
        if not np.array_equal(chosen, self._chosen):
            self._chosen = chosen
            self.chosen_changed.emit()

    # Editing

    @Slot()
    def delete(self) -> None:
        """Delete those chosen; locked ones stay, chosen still."""

        def change(document: Document, position: int) -> tuple[Document, int]:
            going = self._chosen & ~document.strokes.locked
            return editing.deleted(document, going), position - int(np.count_nonzero(going[:position]))

        self._edit("delete", change)

    def mute(self, on: bool) -> None:
        """Draw those chosen no more, or again."""
        self._edit("mute" if on else "unmute", lambda document, at: (editing.muted(document, self._chosen, on), at))

    def lock(self, on: bool) -> None:
        """Have those chosen stay as they are, or no longer."""
        self._edit("lock" if on else "unlock", lambda document, at: (editing.locked(document, self._chosen, on), at))

    def recolour(self, rgb: tuple[float, float, float], *, shift: bool = False) -> None:
        """Give those chosen a colour in 0..1; or move all their colours alike, so that this becomes the mean."""
        wanted = np.array(rgb)
        self._edit(
            "recolour", lambda document, at: (editing.recoloured(document, self._chosen, wanted, shift=shift), at)
        )

    def move(self, place: Place) -> None:
        """Move those chosen in the order of all."""
        self._edit("order", lambda document, at: (editing.moved(document, self._chosen, place), at))

    def _edit(self, what: str, change: Callable[[Document, int], tuple[Document, int]]) -> None:
        if self._chosen.any():
            self._controller.edit(what, change)

    # What the controller says

    @Slot()
    def _on_opened(self) -> None:
        self._document, self._picker = self._controller.document, None
        self._chosen = np.zeros(len(self._document.strokes), bool)
        self._depth = self._pointed = None
        self.chosen_changed.emit()
        self.pointed_changed.emit()

    @Slot()
    def _on_phase(self) -> None:
        if self._stale and self._controller.phase is not Phase.PAINTING:
            self._stale = False
            self.chosen_changed.emit()

    @Slot()
    def _on_document(self) -> None:
        before, self._document = self._document, self._controller.document
        self._pointed, self._depth = None, None
        self.pointed_changed.emit()
        strokes = self._document.strokes
        same = before.strokes.shared(strokes, wholly=True)  # while it is painted, all there was
        if not self._chosen[same:].any():
            self._chosen = np.pad(self._chosen[:same], (0, len(strokes) - same))
            self._stale = bool(self._chosen.any())
            self._on_phase()
            return
        self._chosen = followed(self._chosen, before.strokes, strokes)
        self.chosen_changed.emit()


def followed(chosen: Mask, before: Strokes, after: Strokes) -> Mask:
    """A choice among strokes as one among those of another version: the same ones, as far as they are there."""
    found = np.zeros(len(after), bool)
    if not chosen.any():
        return found
    if len(before) == len(after):
        start = before.shared(after)
        old, new = (np.argsort(each[start:].seen(), kind="stable") for each in (before, after))
        if np.array_equal(before[start:].seen()[old], after[start:].seen()[new]):  # moved, none of them changed
            found[:start] = chosen[:start]
            found[start + new] = chosen[start + old]
            return found
        if np.array_equal(before.patches, after.patches):  # changed where they lie
            return chosen.copy()
    common = difference(before, after)
    found[common.new] = chosen[common.old]
    return found
