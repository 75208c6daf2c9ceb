"""Strokes marked where they lie, to be drawn over the canvas."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.brushes import BRUSHES
from core.export.outline import outline_points
from core.rasteriser.marks import marks_of
from core.stroke import Strokes

MOST_OUTLINES = 60
"""Strokes that are drawn with their outlines; of more a line each says enough."""

_LINES = ((3.5, QColor(0, 0, 0, 110)), (1.5, None))
"""Widths and colours of what is drawn, lowest first; None: the one asked for. So they are seen on whatever is below."""

_FLATNESS = 0.25
"""Sheet pixels that an outline may be off."""

_PIECES = 6
"""Straight ones that a curve is drawn with, of many strokes."""

_SHIFT = 4
"""Bits after the point of OpenCV's coordinates."""


class Outlines:
    """Marks strokes: with an outline around each; where they are many with a line along each."""

    def __init__(self, strokes: Strokes) -> None:
        many = len(strokes) > MOST_OUTLINES
        self._path = QPainterPath() if many else _around(strokes)
        self._lines = _along(strokes) if many else []
        self._image: tuple[object, QImage] | None = None

    @property
    def path(self) -> QPainterPath:
        """What goes around them, in pixels of the sheet; empty where they are many."""
        return self._path

    def paint(self, painter: QPainter, colour: QColor) -> None:
        """Draw them.

        Args:
            painter: In pixels of the sheet, on a widget or an image.
            colour: That of the line.
        """
        painter.save()
        if self._lines:
            image = self._image_of(painter, colour)
            painter.resetTransform()
            painter.drawImage(0, 0, image)
        elif not self._path.isEmpty():
            painter.setBrush(QColor(0, 0, 0, 0))
            for width, tint in _LINES:
                pen = QPen(colour if tint is None else tint, width)
                pen.setCosmetic(True)  # as wide on the screen, however near the sheet is
                painter.setPen(pen)
                painter.drawPath(self._path)
        painter.restore()

    def _image_of(self, painter: QPainter, colour: QColor) -> QImage:
        """All lines as the painter's device shows them, drawn once for each sight of the sheet.

        Qt takes a second for some thousand paths; OpenCV some milliseconds.
        """
        place, device = painter.combinedTransform(), painter.device()
        ratio = device.devicePixelRatioF()
        size = QSize(round(device.width() * ratio), round(device.height() * ratio))
        sight = (place.m11(), place.dx(), place.dy(), size, ratio, colour)
        if self._image is None or self._image[0] != sight:
            image = _drawn(self._lines, place * QTransform.fromScale(ratio, ratio), size, colour, ratio)
            image.setDevicePixelRatio(ratio)
            self._image = sight, image
        return self._image[1]


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


def _along(strokes: Strokes) -> list[NDArray[np.float64]]:
    """[N, P, 2] points (x, y) along the N strokes of each type."""
    t = np.linspace(0.0, 1.0, _PIECES + 1)[:, None]
    lines = []
    for kind in np.unique(strokes.types).tolist():
        some = strokes.picked(strokes.types == kind)
        begin, middle, end = np.moveaxis(
            BRUSHES[kind].pen_path(some.parameters.astype(np.float64), some.patches)[..., None, ::-1], 2, 0
        )
        curves = (1 - t) ** 2 * begin + 2 * t * (1 - t) * middle + t**2 * end
        lines.append(curves.reshape(len(some), -1, 2))
    return lines


def _drawn(lines: list[NDArray[np.float64]], place: QTransform, size: QSize, colour: QColor, ratio: float) -> QImage:
    """Lines in pixels of the sheet as an image of a size, with nothing where none is."""
    import cv2  # the window opens without it

    pixels = np.zeros((size.height(), size.width(), 4), np.uint8)
    scale, corner = place.m11(), np.array([place.dx(), place.dy()])
    rows = [np.rint((each * scale + corner) * 2**_SHIFT).astype(np.int32) for each in lines]
    for width, tint in _LINES:
        blue_first = np.array(QColor(colour if tint is None else tint).getRgb())[[2, 1, 0, 3]]
        value = (*(blue_first[:3] * blue_first[3] / 255).round().tolist(), int(blue_first[3]))
        for each in rows:
            edge = cv2.LINE_AA if tint is None else cv2.LINE_8  # below the other, where a smooth one only takes time
            cv2.polylines(pixels, list(each), False, value, max(1, int(width * ratio)), edge, _SHIFT)
    image = QImage(
        pixels.data, size.width(), size.height(), pixels.strides[0], QImage.Format.Format_ARGB32_Premultiplied
    )
    return image.copy()  # with pixels of its own
