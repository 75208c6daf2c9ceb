"""Where a step looks: the published grid, and windows chosen by remaining error. Pixels of a level's canvas."""

from __future__ import annotations

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


def windows_by_error(errors: ErrorMap, side: int, count: int, random: np.random.Generator) -> list[PixelBox]:
    """The windows with the largest error, worst first, that hardly overlap each other.

    Candidates lie on a lattice of a quarter window, shifted at random, so that their edges fall elsewhere every time
    and leave no seams; they are moved onto the sheet where it has room for them.

    Args:
        errors: [H, W].
        side: Of a window.
        count: How many at most; there may be fewer where no more fit side by side.
        random: Where the shift comes from.
    """
    size = Size(*errors.shape)
    stride = max(1, side // 4)
    rows, columns = (_lattice(extent, side, stride, random) for extent in size)
    sums = np.zeros((size.height + 1, size.width + 1))
    np.cumsum(np.cumsum(errors, axis=0, dtype=np.float64), axis=1, out=sums[1:, 1:])
    top, bottom = np.clip(rows, 0, size.height)[:, None], np.clip(rows + side, 0, size.height)[:, None]
    left, right = np.clip(columns, 0, size.width)[None], np.clip(columns + side, 0, size.width)[None]
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    chosen: list[PixelBox] = []
    # An eighth of a side may be shared: strokes seldom fill their patch to its edge.
    apart = side - side // 8
    while len(chosen) < count:
        row, column = np.unravel_index(int(np.argmax(inside)), inside.shape)
        if np.isneginf(inside[row, column]) or (chosen and inside[row, column] <= 0):  # there is nothing to paint
            break
        chosen.append(_square(float(rows[row]), float(columns[column]), side))
        near = (np.abs(rows - rows[row]) < apart)[:, None] & (np.abs(columns - columns[column]) < apart)[None]
        inside[near] = -np.inf
    return chosen


def _lattice(extent: int, side: int, stride: int, random: np.random.Generator) -> NDArray[np.int64]:
    """First pixels of candidate windows along one axis."""
    room = extent - side
    if room <= 0:
        return np.array([room // 2])
    starts = np.arange(-int(random.integers(stride)), room + stride, stride)
    return np.unique(np.clip(starts, 0, room))
