"""From strokes of any types to what draws them, in the pixels of a canvas."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.brushes import BRUSHES, DiscBrush, PolygonBrush, Stamps
from core.geometry import Size
from core.stroke import Strokes


class Marks(NamedTuple):
    """Strokes of any types as points, float64; those of stroke i lie at offsets[i]:offsets[i + 1].

    Attributes:
        row: [M] in canvas pixels: of discs the centres, the lowest first; of a polygon the corners in order around it.
        column: [M] likewise.
        radius: [M] of discs; 0 at corners.
        opacity: [M]; the same at all corners of a polygon.
        offsets: [N + 1] int64.
        polygon: [N] bool: whether the stroke is one polygon, or discs.

    Sizes: M points in all, N strokes.
    """

    row: NDArray[np.float64]
    column: NDArray[np.float64]
    radius: NDArray[np.float64]
    opacity: NDArray[np.float64]
    offsets: NDArray[np.int64]
    polygon: NDArray[np.bool_]

    def sides(self, size: Size) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Height and width [N] of the box around each stroke, as far as that lies on a canvas, pixels."""
        firsts = self.offsets[:-1]
        height, width = (
            np.maximum.reduceat(centre + self.radius, firsts).clip(0, limit)
            - np.minimum.reduceat(centre - self.radius, firsts).clip(0, limit)
            for centre, limit in ((self.row, size.height), (self.column, size.width))
        )
        return height, width

    @property
    def areas(self) -> NDArray[np.float64]:
        """About what each stroke covers [N], square pixels of the canvas: never less than 0."""
        if not len(self.polygon):
            return np.zeros(0)
        firsts = self.offsets[:-1]
        step = np.hypot(np.diff(self.row, prepend=0), np.diff(self.column, prepend=0))
        step[firsts] = np.pi / 2 * self.radius[firsts]
        swept = np.add.reduceat(2 * self.radius * step, firsts)
        following = np.arange(1, len(self.row) + 1)
        following[self.offsets[1:] - 1] = firsts
        turned = self.row * self.column[following] - self.row[following] * self.column
        enclosed = np.abs(np.add.reduceat(turned, firsts)) / 2
        return np.where(self.polygon, enclosed, swept)


def marks_of(strokes: Strokes, scale: float = 1.0) -> Marks:
    """What draws all strokes, in their order.

    Args:
        strokes: N strokes, types mixed at will.
        scale: Canvas pixels per sheet pixel.

    Raises:
        TypeError: If strokes of a type are drawn neither by discs nor as polygons.
    """
    kinds = np.unique(strokes.types).tolist()
    parameters, patches = strokes.parameters.astype(np.float64), strokes.patches * scale
    if len(kinds) == 1:
        return _marks_of_type(kinds[0], parameters, patches)
    counts, polygon = np.zeros(len(strokes), np.int64), np.zeros(len(strokes), bool)
    parts = []
    for kind in kinds:
        of_kind = np.flatnonzero(strokes.types == kind)
        marks = _marks_of_type(kind, parameters[of_kind], patches[of_kind])
        counts[of_kind], polygon[of_kind] = np.diff(marks.offsets), marks.polygon
        parts.append((of_kind, marks))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    row, column, radius, opacity = np.empty((4, offsets[-1]))
    merged = Marks(row, column, radius, opacity, offsets, polygon)
    for of_kind, marks in parts:
        shift = np.repeat(offsets[of_kind] - marks.offsets[:-1], np.diff(marks.offsets))
        places = np.arange(len(marks.row)) + shift
        for into, values in zip(merged[:4], marks[:4], strict=True):
            into[places] = values
    return merged


def _marks_of_type(kind: int, parameters: NDArray[np.float64], patches: NDArray[np.float64]) -> Marks:
    brush, count = BRUSHES[kind], len(parameters)
    if isinstance(brush, DiscBrush):
        # In pieces of their own: the compiled loops are made for one layout.
        stamps = Stamps(*(np.ascontiguousarray(column) for column in brush.stamps(parameters, patches)))
        return Marks(*stamps, np.zeros(count, bool))
    if not isinstance(brush, PolygonBrush):
        raise TypeError(f"a {brush.name} stroke is drawn neither by discs nor as a polygon")
    polygons = brush.polygons(parameters, patches)
    corners = polygons.row.shape[1]
    return Marks(
        np.ascontiguousarray(polygons.row).reshape(-1),
        np.ascontiguousarray(polygons.column).reshape(-1),
        np.zeros(count * corners),
        np.repeat(polygons.opacity, corners),
        np.arange(count + 1) * corners,
        np.ones(count, bool),
    )
