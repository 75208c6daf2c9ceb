"""The brush in plain float64 numpy: slow, short, and what the other two are held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.geometry import Size, pixel_scale
from core.rasteriser.marks import marks_of
from core.stroke import Strokes


def disc(size: Size, row: float, column: float, radius: float, feather: float = 1.0) -> NDArray[np.float64]:
    """Coverage [H, W] of one anti-aliased disc, by the rule in `core.rasteriser`; lengths in pixels."""
    rows, columns = np.mgrid[0 : size.height, 0 : size.width] + 0.5
    distance = np.hypot(rows - row, columns - column)
    covered: NDArray[np.float64]
    if radius < feather / np.sqrt(3):
        covered = 3 * (radius / feather) ** 2 * np.clip(1 - distance / feather, 0, 1)
    else:
        edge = np.sqrt(radius**2 - feather**2 / 12)
        covered = np.clip((edge - distance) / feather + 0.5, 0, 1)
    return covered


def polygon(size: Size, row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coverage [H, W] of one polygon with corners [V]: what of each pixel is left of it when it is cut off all around.

    Source: Sutherland and Hodgman 1974.
    """
    corners = list(zip(row.tolist(), column.tolist(), strict=True))
    covered = np.zeros(size)
    for y in range(max(0, int(np.floor(row.min()))), min(size.height, int(np.ceil(row.max())))):
        strip = _cut(_cut(corners, 0, y, 1), 0, y + 1, -1)
        for x in range(max(0, int(np.floor(column.min()))), min(size.width, int(np.ceil(column.max())))):
            covered[y, x] = _area(_cut(_cut(strip, 1, x, 1), 1, x + 1, -1))
    return covered


def _cut(corners: list[tuple[float, float]], axis: int, limit: float, side: int) -> list[tuple[float, float]]:
    """What of a polygon lies above (side 1) or below (side -1) a limit on an axis."""
    kept = []
    for one, other in zip(corners, corners[1:] + corners[:1], strict=True):
        inside, follows = (side * (each[axis] - limit) >= 0 for each in (one, other))
        if inside:
            kept.append(one)
        if inside != follows:
            share = (limit - one[axis]) / (other[axis] - one[axis])
            kept.append((one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])))
    return kept


def _area(corners: list[tuple[float, float]]) -> float:
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(one[0] * other[1] - other[0] * one[1] for one, other in pairs)) / 2


def alpha(size: Size, strokes: Strokes, scale: float = 1.0) -> NDArray[np.float64]:
    """[N, H, W]: what each stroke alone covers on a canvas drawn at `scale`; muted ones cover nothing."""
    marks = marks_of(strokes, scale)
    result = np.zeros((len(strokes), *size))
    for index, (first, last) in enumerate(zip(marks.offsets, marks.offsets[1:], strict=False)):
        if strokes.muted[index]:
            continue
        if marks.polygon[index]:
            result[index] = marks.opacity[first] * polygon(size, marks.row[first:last], marks.column[first:last])
            continue
        for stamp in range(first, last):
            covered = disc(size, marks.row[stamp], marks.column[stamp], marks.radius[stamp])
            result[index] = result[index] * (1 - covered) + marks.opacity[stamp] * covered
    return result


def draw(document: Document, size: Size | None = None) -> NDArray[np.float64]:
    """The document's pixels [H, W, 3] in 0..1, at the sheet's size or another of its aspect."""
    size = size or document.size
    canvas = np.broadcast_to(np.array(document.background) / 255, (*size, 3)).copy()
    for stroke, rgb in enumerate(document.strokes.rgb().astype(np.float64)):
        one = alpha(size, document.strokes[stroke : stroke + 1], pixel_scale(document.size, size))[0, ..., None]
        canvas = canvas * (1 - one) + rgb * one
    return canvas
