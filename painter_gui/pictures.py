"""Arrays of pixels as Qt's pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPixmap


def as_rgb32(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture [H, W, 3] as the bytes [H, W, 4] of Qt's RGB32: B, G, R, 255."""
    pixels = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    pixels[..., :3] = rgb[..., ::-1]
    return pixels


def rgb32_image(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage of pixels [H, W, 4], B, G, R, 255, without a copy: the array must outlive it."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)


def rgb_pixmap(rgb: NDArray[np.uint8]) -> QPixmap:
    """A picture [H, W, 3] for the screen, with pixels of its own."""
    height, width = rgb.shape[:2]
    return QPixmap.fromImage(QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888))
