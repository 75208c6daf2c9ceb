"""What a lesson's cards show of a chapter: its strokes on the faded picture, their outlines, and places for numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.brushes import BRUSHES
from core.document import Document, Rgb
from core.export.outline import outline_points
from core.geometry import Size, pixel_scale
from core.palette_use import main_colours
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.rasteriser.marks import Marks, marks_of
from core.stroke import Strokes

_FADED = 0.7
"""How far a picture goes to white where a chapter does not paint."""

_MAP = 512
"""Longer side of the map of which stroke is seen where, pixels."""


def lesson_palette(strokes: Strokes, count: int) -> tuple[list[Rgb], NDArray[np.intp]]:
    """At most so many colours for a painting's strokes, dark to light, and which of them [N] each stroke takes."""
    palette = main_colours(strokes, count)
    return list(palette.colours), palette.nearest(strokes.rgb().astype(np.float64))


def brush_widths(strokes: Strokes) -> NDArray[np.float64]:
    """About how wide a brush [N] is that paints each stroke, sheet pixels."""
    widths = np.empty(len(strokes))
    for kind in np.unique(strokes.types).tolist():
        of_kind = np.flatnonzero(strokes.types == kind)
        shape = strokes.parameters[of_kind].astype(np.float64)
        extent = BRUSHES[kind].extent(shape)
        if extent is not None:
            widths[of_kind] = extent[1] * strokes.patches[of_kind, 2]
            continue
        some = Strokes.from_columns(
            types=strokes.types[of_kind], patches=strokes.patches[of_kind], parameters=shape, steps=of_kind
        )
        marks = marks_of(some)
        for place, index in enumerate(of_kind.tolist()):
            part = slice(marks.offsets[place], marks.offsets[place + 1])
            corners = np.stack([marks.column[part], marks.row[part]], axis=1)
            around = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T).sum()
            # Of a polygon the circle that fits into a triangle of its area and sides: it paints up to all of them.
            widths[index] = (
                4 * marks.areas[place] / max(around, 1e-9) if marks.polygon[place] else 2 * marks.radius[part].max()
            )
    return widths


class Shown(NamedTuple):
    """A chapter's pictures, all of one size."""

    strokes: Canvas
    """[H, W, 3]: the picture after it where it paints, faded elsewhere."""
    after: Canvas
    """[H, W, 3]."""
    share: float
    """Of the sheet that it paints on."""


def chapter_pictures(document: Document, before: Canvas, strokes: Strokes) -> Shown:
    """What a chapter does to the canvas before it [H, W, 3], which stays as it is."""
    size = Size(*before.shape[:2])
    scale = pixel_scale(document.size, size)
    after = before.copy()
    lay(after, strokes, scale)
    touched = bare_canvas(size, (0, 0, 0))
    lay(touched, strokes.changed(rgb=np.ones((len(strokes), 3))), scale)  # white on black: their alpha together
    painted = np.clip(2 * touched, 0, 1)  # a thin stroke is to be seen as clearly as a thick one
    faded = before + _FADED * (1 - before)
    return Shown(faded + painted * (after - faded), after, float((touched[..., 0] > 0.1).mean()))


@dataclass(frozen=True, slots=True)
class Outlines:
    """Lines around strokes, and where each can be named."""

    lines: list[NDArray[np.float64]]
    """Of each stroke, points [P, 2] of x and y, sheet pixels; closed."""
    places: list[NDArray[np.float64]]
    """Of each stroke, points [Q, 2] in it, the best first."""


def outlines(strokes: Strokes, flatness: float) -> Outlines:
    """The outlines of strokes, to within `flatness` sheet pixels."""
    marks = marks_of(strokes)
    lines, places = [], []
    for index in range(len(strokes)):
        part = slice(int(marks.offsets[index]), int(marks.offsets[index + 1]))
        lines.append(_line(marks, index, part, flatness))
        places.append(_places(marks, index, part))
    return Outlines(lines, places)


def _line(marks: Marks, index: int, part: slice, flatness: float) -> NDArray[np.float64]:
    centres = np.stack([marks.column[part], marks.row[part]], axis=1)
    if marks.polygon[index]:
        return np.concatenate([centres, centres[:1]])
    return outline_points(np.column_stack([centres, marks.radius[part]]), flatness)


def _places(marks: Marks, index: int, part: slice) -> NDArray[np.float64]:
    points = np.stack([marks.column[part], marks.row[part]], axis=1)
    if not marks.polygon[index]:
        along = np.array([0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95])
        places = points[np.rint(along * (len(points) - 1)).astype(int)]
    else:
        middle = points.mean(axis=0)
        sides = (points + np.roll(points, -1, axis=0)) / 2
        places = np.concatenate([middle[None], middle + (sides - middle) * 0.55, middle + (points - middle) * 0.6])
    return np.asarray(places, np.float64)


def label_places(shown: Outlines, sheet: Size, labels: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Where to write the name of each stroke: the middle [N, 2], x and y in sheet pixels.

    A name lies on its sheet, in its stroke, where that is seen rather than covered by another of them, and clear of
    other names, in this order as far as can be.

    Args:
        shown: Of N strokes, the lowest first.
        sheet: Size of the sheet.
        labels: Width and height of each name, sheet pixels.
    """
    scale = _MAP / sheet.longer
    top = np.full(sheet.with_longer_side(_MAP), -1, np.int32)
    for index, line in enumerate(shown.lines):
        cv2.fillPoly(top, [np.rint(line * scale).clip(-_MAP, 2 * _MAP).astype(np.int32)], index)
    chosen: list[NDArray[np.float64]] = []
    taken = np.zeros((0, 4))
    for index, ((width, height), places) in enumerate(zip(labels, shown.places, strict=True)):
        half = np.array([width, height]) / 2
        low = np.minimum(half, np.array([sheet.width, sheet.height]) / 2)
        within = places.clip(low, [sheet.width, sheet.height] - low)
        boxes = np.concatenate([within - half, within + half], axis=1)
        shared = np.minimum(boxes[:, None, 2:], taken[None, :, 2:]) - np.maximum(boxes[:, None, :2], taken[None, :, :2])
        hidden = shared.clip(0).prod(axis=2).sum(axis=1) / (width * height)
        rows, columns = (within[:, ::-1] * scale).astype(int).clip(0, np.array(top.shape) - 1).T
        elsewhere = (top[rows, columns] != index).astype(float)
        moved = np.hypot(*(within - places).T) / sheet.longer
        best = int((hidden + 0.5 * elsewhere + 2 * moved + 0.02 * np.arange(len(places))).argmin())
        chosen.append(within[best])
        taken = np.concatenate([taken, boxes[best : best + 1]])
    return np.array(chosen).reshape(-1, 2)


def square_counts(strokes: Strokes, sheet: Size, squares: int) -> NDArray[np.intp]:
    """How many strokes have their middle in each of a sheet's squares, [squares, squares], rows first."""
    marks = marks_of(strokes)
    lengths = np.diff(marks.offsets)
    rows, columns = (np.add.reduceat(each, marks.offsets[:-1]) / lengths for each in (marks.row, marks.column))
    row = (rows / sheet.height * squares).astype(int).clip(0, squares - 1)
    column = (columns / sheet.width * squares).astype(int).clip(0, squares - 1)
    return np.bincount(row * squares + column, minlength=squares * squares).reshape(squares, squares)
