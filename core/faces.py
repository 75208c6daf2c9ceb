"""Where faces are, as a suggestion of what matters in a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry import PixelBox, Size
from core.mask import Mask, mask_size
from core.resampling import resized

_SIDE = 400
"""Pixels of the longer side that faces are looked for at."""

_LEAST = 30
"""Pixels of a face's side there."""


def faces(photo: NDArray[np.uint8]) -> list[PixelBox]:
    """Squares around the faces in a photo [H, W, 3] that look out of it, its own pixels, the largest first.

    Source: Viola and Jones 2001 on local binary patterns (Liao et al. 2007), by the cascade that scikit-image brings
    along; OpenCV has brought none since version 5.
    """
    from skimage import data
    from skimage.feature import Cascade  # takes a second

    size = Size(*photo.shape[:2])
    small = resized(photo, size.with_longer_side(min(_SIDE, size.longer)))
    scale, shorter = size.longer / max(small.shape[:2]), min(small.shape[:2])
    if shorter < _LEAST:
        return []
    trained = data.lbp_frontal_face_cascade_filename()  # type: ignore[no-untyped-call]
    found = Cascade(trained).detect_multi_scale(
        img=small, scale_factor=1.2, step_ratio=1, min_size=(_LEAST, _LEAST), max_size=(shorter, shorter)
    )
    boxes = []
    for each in found:
        top, left = each["r"], each["c"]
        corners = np.array([top, left, top + each["height"], left + each["width"]]) * scale
        boxes.append(PixelBox(*np.rint(corners).astype(int).tolist()))
    return sorted(boxes, key=lambda box: -box.size.height)


def face_mask(photo: NDArray[np.uint8], *, base: Mask | None = None) -> Mask | None:
    """A mask with soft ellipses over the faces in a photo [H, W, 3], added to another; None where there are none."""
    boxes = faces(photo)
    if not boxes:
        return None
    sheet = Size(*photo.shape[:2])
    size = mask_size(sheet) if base is None else base.size
    laid = np.zeros(size, np.float32) if base is None else base.pixels.astype(np.float32) / 255
    y, x = np.ogrid[: size.height, : size.width]
    for box in boxes:
        top, left, bottom, right = np.array(box) * size.longer / sheet.longer
        # Taller than the square that is found: hair and chin belong to it.
        down, across = 0.68 * (bottom - top), 0.52 * (right - left)
        away = np.hypot((y + 0.5 - (top + bottom) / 2) / down, (x + 0.5 - (left + right) / 2) / across)
        laid = np.maximum(laid, np.clip((1.15 - away) / 0.3, 0, 1))
    return Mask(np.rint(laid * 255).astype(np.uint8))
