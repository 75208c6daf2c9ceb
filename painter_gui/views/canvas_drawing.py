"""How the canvas draws pictures that fill a frame on the screen, as far as they are in sight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from painter_gui.canvas_worker import SharedPixels
from painter_gui.pictures import rgb32_image
from painter_gui.views.canvas_look import CanvasMode, Look

_DIFFERENCE_GAIN = 4
"""How often a difference is added up, so that small ones are seen; a power of two."""


def paint_part(painter: QPainter, image: QImage, frame: QRectF, sight: QRect) -> None:
    """Draw what of an image that fills `frame` is in `sight`."""
    scale = image.width() / frame.width()
    seen = QRectF(sight).intersected(frame)
    if seen.isEmpty():
        return
    source = QRectF(
        (seen.left() - frame.left()) * scale, (seen.top() - frame.top()) * image.height() / frame.height(),
        seen.width() * scale, seen.height() * image.height() / frame.height(),
    )  # fmt: skip
    painter.drawImage(seen, image, source)


def paint_look(
    painter: QPainter,
    look: Look,
    painting: SharedPixels,
    photo: NDArray[np.uint8] | None,
    frame: QRectF,
    sight: QRect,
    *,
    ratio: float,
    smooth: bool,
) -> None:
    """Draw a painting and its photo together.

    Args:
        painter: On the window.
        look: How.
        painting: Fills the frame; locked no longer than it is read, for its own thread waits meanwhile.
        photo: [H, W, 4], likewise; None where there is none to be compared with.
        frame: On the window.
        sight: What of the window is drawn.
        ratio: Device pixels per pixel of the window.
        smooth: Whether pixels are blended.
    """
    image = None if photo is None else rgb32_image(photo)
    if look.mode is CanvasMode.DIFFERENCE and image is not None:
        paint_difference(painter, painting, image, frame, sight, ratio=ratio, smooth=smooth)
        return
    if look.mode is not CanvasMode.TARGET:
        with painting.locked() as pixels:
            paint_part(painter, rgb32_image(pixels), frame, sight)
    if image is None:
        return
    if look.mode is CanvasMode.TARGET:
        paint_part(painter, image, frame, sight)
    elif look.mode is CanvasMode.OVERLAY:
        painter.setOpacity(look.opacity)
        paint_part(painter, image, frame, sight)
        painter.setOpacity(1.0)
    elif look.mode is CanvasMode.SPLIT:
        painter.save()
        painter.setClipRect(look.left_of_edge(frame), Qt.ClipOperation.IntersectClip)
        paint_part(painter, image, frame, sight)
        painter.restore()


def paint_edge(painter: QPainter, frame: QRectF, edge: float, height: float) -> None:
    """Draw the edge that can be moved.

    Args:
        painter: On the window.
        frame: What the pictures fill.
        edge: Where it is, from the window's left.
        height: The window's: the grip stays in sight.
    """
    top, bottom = QPointF(edge, frame.top()), QPointF(edge, frame.bottom())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for width, colour in ((4, QColor(0, 0, 0, 130)), (2, QColor(255, 255, 255))):  # seen on whatever is below
        painter.setPen(QPen(colour, width))
        painter.drawLine(top, bottom)
    middle = QPointF(edge, min(max(frame.center().y(), 20.0), height - 20.0))
    painter.setPen(QPen(QColor(0, 0, 0, 130), 1))
    painter.setBrush(QBrush(QColor(255, 255, 255)))
    painter.drawEllipse(middle, 9, 9)
    painter.setPen(QPen(QColor(40, 40, 40), 1.6))
    for side in (-1, 1):
        tip = middle + QPointF(side * 5.5, 0)
        painter.drawLine(tip, tip + QPointF(-side * 3, -3))
        painter.drawLine(tip, tip + QPointF(-side * 3, 3))


def paint_difference(
    painter: QPainter, painting: SharedPixels, photo: QImage, frame: QRectF, sight: QRect, *, ratio: float, smooth: bool
) -> None:
    """Draw how far each channel is off, times `_DIFFERENCE_GAIN`, black where nothing is; else as `paint_look`."""
    image = QImage(sight.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black)
    part = QPainter(image)
    part.translate(-sight.topLeft())
    part.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    with painting.locked() as pixels:
        paint_part(part, rgb32_image(pixels), frame, sight)
    part.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    paint_part(part, photo, frame, sight)
    part.end()
    for _ in range(_DIFFERENCE_GAIN.bit_length() - 1):
        once = image.copy()
        part = QPainter(image)
        part.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        part.drawImage(0, 0, once)
        part.end()
    painter.save()
    painter.setClipRect(frame, Qt.ClipOperation.IntersectClip)
    painter.drawImage(sight.topLeft(), image)
    painter.restore()
