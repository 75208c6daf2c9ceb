"""Which strokes are where, and which are alike: what an artist points at, and masks of strokes to choose."""

from __future__ import annotations

import itertools
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.colours import oklab
from core.document import Document
from core.geometry import Size
from core.rasteriser.extents import MARGIN, extents_of, longest_of
from core.rasteriser.marks import marks_of
from core.rasteriser.oracle import polygon
from core.stroke import Strokes

ALIKE = 0.06
"""Distance in OKLab within which colours are taken for one: about what is told apart side by side, thrice."""

PLAIN = 0.1
"""Share of what is seen at a point from which on a stroke is plainly there."""

Mask = NDArray[np.bool_]
"""[N]: some of a document's strokes."""


class Hit(NamedTuple):
    """A stroke at a point."""

    stroke: int
    """Its index."""
    shows: float
    """Its share of the colour seen there, 0..1: what it covers of what those above leave open."""


class Picker:
    """Looks strokes up in one document; where each lies is found once, what has changed from one to the next anew."""

    def __init__(self, document: Document, earlier: Picker | None = None) -> None:
        """Look up in a document.

        Args:
            document: The painting.
            earlier: Of another version of it, from which what both begin with is taken.
        """
        self.document = document
        strokes = document.strokes
        shared = strokes.shared(earlier.document.strokes) if earlier is not None else 0
        fresh = extents_of(strokes[shared:])
        self.extents: NDArray[np.float64] = (
            fresh if earlier is None else np.concatenate([earlier.extents[:shared], fresh])
        )
        """[N, 4] top, left, bottom and right, sheet pixels."""

    def at(self, row: float, column: float, count: int | None = None, *, scale: float = 1.0) -> list[Hit]:
        """The strokes over a point of the sheet, topmost first; muted ones are nowhere.

        Args:
            row: Sheet pixels.
            column: Likewise.
            count: Of the lowest strokes, which alone are looked at; all where absent.
            scale: Canvas pixels per sheet pixel: the point is as large as one of these.
        """
        boxes, margin = self.extents[:count], MARGIN / scale
        near = (boxes[:, 0] <= row + margin) & (boxes[:, 2] >= row - margin)
        near &= (boxes[:, 1] <= column + margin) & (boxes[:, 3] >= column - margin)
        near &= ~self.document.strokes.muted[:count]
        rows = np.flatnonzero(near)
        if not len(rows):
            return []
        alpha = _alpha_at(self.document.strokes.picked(rows), row, column, scale)
        open_above = np.concatenate([np.cumprod(1 - alpha[::-1])[::-1][1:], [1.0]])
        shows = alpha * open_above
        return [Hit(int(rows[place]), float(shows[place])) for place in np.flatnonzero(alpha > 0)[::-1].tolist()]

    def in_rectangle(self, top: float, left: float, bottom: float, right: float, count: int | None = None) -> Mask:
        """The strokes whose middle lies in a rectangle, sheet pixels, and of which any may be seen.

        By their middles: any rectangle touches the large strokes that lie under all others.
        """
        middle = (self.extents[:, :2] + self.extents[:, 2:]) / 2
        inside: Mask = np.all((middle >= [top, left]) & (middle <= [bottom, right]), axis=1)
        inside &= ~self.document.strokes.muted
        inside[len(inside) if count is None else count :] = False
        return inside


def plainest(hits: list[Hit]) -> Hit | None:
    """What is meant by pointing where these are: the topmost that is plainly seen, or else what is seen most of."""
    plain = next((hit for hit in hits if hit.shows >= PLAIN), None)
    return plain or max(hits, key=lambda hit: hit.shows, default=None)


def of_level(strokes: Strokes, index: int) -> Mask:
    """The strokes painted in patches as large as that of one: a level of a painting."""
    sides = strokes.patches[:, 2]
    same: Mask = np.isclose(sides, sides[index], rtol=1e-6, atol=0)
    return same


def of_type(strokes: Strokes, index: int) -> Mask:
    """The strokes of the same stroke type as one."""
    same: Mask = strokes.types == strokes.types[index]
    return same


def of_colour(strokes: Strokes, index: int, distance: float = ALIKE) -> Mask:
    """The strokes whose colours lie within a distance in OKLab of that of one."""
    lab = oklab(strokes.rgb())
    near: Mask = np.linalg.norm(lab - lab[index], axis=1) <= distance
    return near


def of_size(strokes: Strokes, low: float, high: float) -> Mask:
    """The strokes whose longest line measures so many sheet pixels, both ends included."""
    longest = longest_of(strokes)
    within: Mask = (longest >= low) & (longest <= high)
    return within


class Combine(Enum):
    """What becomes of a choice when more is chosen."""

    REPLACE = "replace"
    ADD = "add"
    TOGGLE = "toggle"
    """What was chosen already is so no longer."""


def combined(chosen: Mask, more: Mask, how: Combine) -> Mask:
    """A choice [N] after more was chosen."""
    if how is Combine.ADD:
        return chosen | more
    return chosen ^ more if how is Combine.TOGGLE else more.copy()


def gains(document: Document) -> NDArray[np.float64]:
    """How much nearer to the photo each stroke brought the painting when it was laid [N], dB; NaN where not measured.

    That of the first one is not known, nor where errors were measured at another size than those before.
    """
    errors, sides = document.strokes.errors.astype(np.float64), document.strokes.patches[:, 2]
    found = np.full(len(errors), np.nan)
    known = (sides[1:] == sides[:-1]) & (errors[1:] > 0) & (errors[:-1] > 0)
    found[1:][known] = 10 * np.log10(errors[:-1][known] / errors[1:][known])
    return found


def _alpha_at(strokes: Strokes, row: float, column: float, scale: float) -> NDArray[np.float64]:
    """What each stroke covers [N] of the canvas pixel around a point.

    The brush's rule in numpy alone (see `core.rasteriser.oracle`): who points must not wait for compiled loops, which
    others may be in.
    """
    moved = strokes.patches * scale
    moved[:, :2] -= np.array([row, column]) * scale - 0.5  # so that it is the only pixel of a canvas
    marks = marks_of(
        Strokes.from_columns(types=strokes.types, patches=moved, parameters=strokes.parameters, steps=strokes.steps)
    )
    distance, radius = np.hypot(marks.row - 0.5, marks.column - 0.5), marks.radius
    covered = np.where(
        radius < 1 / np.sqrt(3),
        3 * radius**2 * np.clip(1 - distance, 0, 1),
        np.clip(np.sqrt(np.maximum(radius**2 - 1 / 12, 0)) - distance + 0.5, 0, 1),
    )
    alpha = np.zeros(len(strokes))
    for index, (first, last) in enumerate(itertools.pairwise(marks.offsets.tolist())):
        if marks.polygon[index]:
            inside = polygon(Size(1, 1), marks.row[first:last], marks.column[first:last])
            alpha[index] = marks.opacity[first] * inside[0, 0]
        elif covered[first:last].any():
            left_open = np.append(np.cumprod(1 - covered[first:last][::-1])[::-1][1:], 1)
            alpha[index] = np.sum(marks.opacity[first:last] * covered[first:last] * left_open)
    return alpha
