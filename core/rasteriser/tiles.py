"""A canvas in tiles: which of them strokes touch, and how those are drawn anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry import PixelBox, Size
from core.rasteriser import kernels
from core.rasteriser.extents import MARGIN, extents_of
from core.rasteriser.fast import Canvas
from core.stroke import Strokes

ROWS, COLUMNS = 64, 128
"""Pixels of a tile: as fast to draw as any, and few strokes touch many."""

Mask = NDArray[np.bool_]
"""[R, C]: some of a canvas's tiles."""


class Tiles:
    """The tiles of canvases of one size.

    Sizes: R rows and C columns of tiles, N strokes.
    """

    def __init__(self, size: Size, scale: float) -> None:
        """Tiles of a canvas on which a sheet is drawn at `scale`."""
        self._size, self._scale = size, scale
        self.shape = -(-size.height // ROWS), -(-size.width // COLUMNS)

    def spans(self, strokes: Strokes) -> NDArray[np.int64]:
        """The first and past-the-last row and column of tiles [N, 4] that each stroke may touch: rows, then columns.

        None where the stroke lies off the canvas, or is muted.
        """
        boxes = extents_of(strokes) * self._scale
        rows, columns = self.shape
        low = np.floor((boxes[:, :2] - MARGIN) / [ROWS, COLUMNS])
        high = np.floor((boxes[:, 2:] + MARGIN) / [ROWS, COLUMNS]) + 1
        spans = np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], axis=1)
        spans = spans.clip(0, [rows, rows, columns, columns]).astype(np.int64)
        spans[strokes.muted] = 0
        return spans

    def within(self, spans: NDArray[np.int64]) -> Mask:
        """The tiles in any of some spans."""
        steps = np.zeros((self.shape[0] + 1, self.shape[1] + 1), np.int64)
        top, bottom, left, right = spans.T
        for row, column, step in ((top, left, 1), (bottom, right, 1), (top, right, -1), (bottom, left, -1)):
            np.add.at(steps, (row, column), step)
        mask: Mask = steps.cumsum(0).cumsum(1)[:-1, :-1] > 0
        return mask

    @staticmethod
    def meeting(spans: NDArray[np.int64], mask: Mask) -> NDArray[np.bool_]:
        """Which of the spans [N] hold any tile of a mask."""
        sums = np.pad(mask.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        top, bottom, left, right = spans.T
        found: NDArray[np.bool_] = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left] > 0
        return found

    def runs(self, mask: Mask) -> NDArray[np.int64]:
        """The parts of a canvas [K, 4] that a mask's tiles are, those beside each other joined: as `fast.lay` wants."""
        edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
        (row, begin), (_, end) = np.nonzero(edges == 1), np.nonzero(edges == -1)
        return self._areas(row, begin, row + 1, end)

    def box(self, mask: Mask) -> PixelBox:
        """A box that holds a mask's tiles; empty where there are none."""
        if not mask.any():
            return PixelBox(0, 0, 0, 0)
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        (box,) = self._areas(rows[:1], columns[:1], rows[-1:] + 1, columns[-1:] + 1).tolist()
        return PixelBox(*box)

    def replaced(self, source: Canvas, into: Canvas, mask: Mask) -> Mask:
        """Write a mask's tiles of one canvas into another; which of them were the same there, to the bit."""
        row, column = np.nonzero(mask)
        same = np.zeros(len(row), np.bool_)
        rows = (each.reshape(len(each), -1) for each in (source, into))
        kernels.replace_areas(*rows, self._areas(row, column, row + 1, column + 1), same)
        found = np.zeros(self.shape, bool)
        found[row, column] = same
        return found

    def _areas(
        self, top: NDArray[np.intp], left: NDArray[np.intp], bottom: NDArray[np.intp], right: NDArray[np.intp]
    ) -> NDArray[np.int64]:
        areas = np.column_stack([ROWS * top, COLUMNS * left, ROWS * bottom, COLUMNS * right])
        return np.minimum(areas, [*self._size, *self._size]).astype(np.int64)
