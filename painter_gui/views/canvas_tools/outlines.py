"""Strokes as paths to be drawn over the canvas, in pixels of the sheet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from core.brushes import BRUSHES
from core.export.outline import outline_points
from core.rasteriser.marks import marks_of
from core.stroke import Strokes

MOST_OUTLINES = 60
"""Strokes that are drawn with their outlines; of more a line each says enough, and takes no time."""

_FLATNESS = 0.25
"""Sheet pixels that an outline may be off."""


def outlines(strokes: Strokes) -> QPainterPath:
    """Around each stroke; of many only along each."""
    return _around(strokes) if len(strokes) <= MOST_OUTLINES else _along(strokes)


def _around(strokes: Strokes) -> QPainterPath:
    path = QPainterPath()
    if not len(strokes):
        return path
    marks = marks_of(strokes)
    for index, (first, last) in enumerate(pairwise(marks.offsets.tolist())):
        points = np.stack([marks.column[first:last], marks.row[first:last]], axis=1)
        if not marks.polygon[index] and last - first == 1:
            radius = float(marks.radius[first])
            path.addEllipse(QPointF(*points[0].tolist()), radius, radius)
            continue
        if not marks.polygon[index]:
            points = outline_points(np.column_stack([points, marks.radius[first:last]]), _FLATNESS)
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
        path.closeSubpath()
    return path


def _along(strokes: Strokes) -> QPainterPath:
    path = QPainterPath()
    for kind in np.unique(strokes.types).tolist():
        some = strokes.picked(strokes.types == kind)
        for curves in BRUSHES[kind].pen_path(some.parameters.astype(np.float64), some.patches)[..., ::-1].tolist():
            path.moveTo(QPointF(*curves[0][0]))
            for _, middle, end in curves:
                path.quadTo(QPointF(*middle), QPointF(*end))
    return path
