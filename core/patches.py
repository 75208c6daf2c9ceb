"""Where a step looks: the published grid, and windows chosen by remaining error. Pixels of a level's canvas."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import PixelBox, Size

ErrorMap = NDArray[np.floating]
"""[H, W] squared error of each pixel, summed over channels."""


def _square(top: float, left: float, side: int) -> PixelBox:
    row, column = round(top), round(left)
    return PixelBox(row, column, row + side, column + side)


def grid(size: Size, divide: int, side: int) -> list[PixelBox]:
    """The published grid of divide x divide patches, row by row.

    Each is centred on its cell. On a sheet that is not square the cells are not either: patches then overlap along
    the shorter side (they are as large as the longer one asks), or stick out of the sheet where divide is 1.
    """
    return [
        _square((row + 0.5) * size.height / divide - side / 2, (column + 0.5) * size.width / divide - side / 2, side)
        for row in range(divide)
        for column in range(divide)
    ]


def windows_by_error(
    errors: ErrorMap, side: int, count: int, random: np.random.Generator, *, least: float = 0.0
) -> list[PixelBox]:
    """The windows with the largest error, worst first, that hardly overlap each other.

    Candidates lie on a lattice of a quarter window, shifted at random, so that their edges fall elsewhere every time
    and leave no seams; they are moved onto the sheet where it has room for them.

    Args:
        errors: [H, W].
        side: Of a window.
        count: How many at most; there may be fewer where no more fit side by side.
        random: Where the shift comes from.
        least: Share of the error in the worst window, below which none is chosen.
    """
    size = Size(*errors.shape)
    lattice = Lattice.at(size, side, random)
    sums = cv2.integral(errors, sdepth=cv2.CV_64F)
    (top, bottom), (left, right) = lattice.edges(size)
    inside = sums[bottom[:, None], right] - sums[top[:, None], right]
    inside += sums[top[:, None], left] - sums[bottom[:, None], left]
    return lattice.worst(inside, count, least=least)


class Lattice(NamedTuple):
    """Candidate windows.

    Attributes:
        rows: [I] first pixels along the one axis, rising.
        columns: [J] along the other.
        side: Of a window.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    side: int

    @classmethod
    def at(cls, size: Size, side: int, random: np.random.Generator) -> Lattice:
        """A lattice of a quarter window over a canvas of that size, shifted at random."""
        stride = max(1, side // 4)
        rows, columns = (_lattice(extent, side, stride, random) for extent in size)
        return cls(rows, columns, side)

    def edges(self, size: Size) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """For each axis where windows begin and end on the canvas."""
        return [
            (np.clip(starts, 0, extent), np.clip(starts + self.side, 0, extent))
            for starts, extent in ((self.rows, size.height), (self.columns, size.width))
        ]

    def worst(self, inside: NDArray[np.number], count: int, *, least: float = 0.0) -> list[PixelBox]:
        """At most so many windows that hardly overlap, by the error inside each [I, J], the largest first.

        None is chosen that has less than that share of the largest.
        """
        enough = least * float(inside.max())
        # An eighth of a side may be shared: strokes seldom fill their patch to its edge.
        apart = self.side - self.side // 8
        near_rows, near_columns = (_near(starts, apart) for starts in (self.rows, self.columns))
        free = np.ones(inside.shape, bool)
        chosen: list[PixelBox] = []
        across = inside.shape[1]
        for candidate in np.argsort(-inside, axis=None, kind="stable").tolist():
            row, column = divmod(candidate, across)
            if not free[row, column]:
                continue
            found = inside[row, column]
            if len(chosen) >= count or (chosen and (found <= 0 or found < enough)):  # there is nothing to paint
                break
            chosen.append(_square(float(self.rows[row]), float(self.columns[column]), self.side))
            free[near_rows[row], near_columns[column]] = False
        return chosen


def _near(starts: NDArray[np.int64], apart: int) -> list[slice]:
    """For each of the rising numbers, which of them lie less than that from it."""
    first, last = np.searchsorted(starts, starts - apart, "right"), np.searchsorted(starts, starts + apart)
    return [slice(*each) for each in zip(first.tolist(), last.tolist(), strict=True)]


def _lattice(extent: int, side: int, stride: int, random: np.random.Generator) -> NDArray[np.int64]:
    """First pixels of candidate windows along one axis."""
    room = extent - side
    if room <= 0:
        return np.array([room // 2])
    starts = np.arange(-int(random.integers(stride)), room + stride, stride)
    return np.unique(np.clip(starts, 0, room))
