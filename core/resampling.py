"""Pixels at other sizes."""

from __future__ import annotations

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Size

_Level = TypeVar("_Level", np.uint8, np.float32)


def resized(pixels: NDArray[_Level], size: Size) -> NDArray[_Level]:
    """Pixels at another size: each axis by area where it shrinks, linearly where it grows.

    Args:
        pixels: [H, W, 3], 8-bit or single precision.
        size: What they are wanted at.

    Returns:
        [*size, 3], of the same type; the same array where nothing changes.

    Raises:
        ValueError: If a side of `size` is below 1.
    """
    if size.shorter < 1:
        raise ValueError(f"a picture measures at least 1 x 1 pixels, got {size}")
    height, width = pixels.shape[:2]
    smaller = Size(min(height, size.height), min(width, size.width))
    for step, filter_ in ((smaller, cv2.INTER_AREA), (size, cv2.INTER_LINEAR)):
        if step != pixels.shape[:2]:
            pixels = cv2.resize(pixels, (step.width, step.height), interpolation=filter_)  # type: ignore[assignment]
    return pixels


def as_canvas(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.float32]:
    """A picture [H, W, 3] at a size as a canvas [*size, 3] has it: RGB in 0..1."""
    return resized(pixels, size).astype(np.float32) / np.float32(255)


def middle(pixels: NDArray[_Level], aspect: Size) -> NDArray[_Level]:
    """As much of some pixels [H, W, 3] as has the aspect of a size."""
    size = Size(*pixels.shape[:2])
    scale = min(size.height / aspect.height, size.width / aspect.width)
    height = min(size.height, max(1, round(aspect.height * scale)))
    width = min(size.width, max(1, round(aspect.width * scale)))
    top, left = (size.height - height) // 2, (size.width - width) // 2
    return np.ascontiguousarray(pixels[top : top + height, left : left + width])
