"""Where no stroke may go."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.geometry import Size

PROTECTED = 128
"""From this value of a mask on no stroke may touch a pixel. Below it errors count for less, as far as it is not 0."""

_EDGE = 1.5
"""How far from a stroke's true edge, in pixels of what it is drawn at, its anti-aliased one can be seen."""


def covering(mask: NDArray[np.bool_], size: Size, *, margin: int = 0) -> NDArray[np.bool_]:
    """A mask [H, W] at another size: true wherever a pixel holds any part of what is true, or one so near does.

    Args:
        mask: Of any size.
        size: What it is wanted at.
        margin: Pixels of that size that are true around each besides, in all eight directions.
    """
    sums = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), np.int64)
    np.cumsum(np.cumsum(mask, axis=0, dtype=np.int64), axis=1, out=sums[1:, 1:])
    spans = []
    for extent, wanted in zip(mask.shape, size, strict=True):
        first = (np.arange(wanted) - margin).clip(0) * extent / wanted
        last = (np.arange(wanted) + 1 + margin).clip(None, wanted) * extent / wanted
        spans.append((np.floor(first + 1e-9).astype(np.int64), np.ceil(last - 1e-9).astype(np.int64)))
    (top, bottom), (left, right) = spans
    inside = sums[bottom][:, right] - sums[bottom][:, left] - sums[top][:, right] + sums[top][:, left]
    found: NDArray[np.bool_] = inside > 0
    return found


def blocked(protect: NDArray[np.uint8] | None, sheet: Size, size: Size) -> NDArray[np.bool_] | None:
    """The pixels [*size] of a level's canvas that no stroke may cover in the least; None where there are none.

    A stroke that covers none of them covers no protected pixel of the sheet, drawn at the sheet's own size or a larger
    one: what the level's pixels are too coarse to tell lies within the margin.

    Args:
        protect: [H, W] of any size; see `PROTECTED`.
        sheet: The sheet's size.
        size: The canvas's, of the same aspect.
    """
    if protect is None:
        return None
    mask = protect >= PROTECTED
    if not mask.any():
        return None
    return covering(mask, size, margin=math.ceil(0.3 + _EDGE * size.longer / sheet.longer))


def attention(
    focus: NDArray[np.uint8] | None, protect: NDArray[np.uint8] | None, size: Size
) -> NDArray[np.uint8] | None:
    """How much the errors of each part count, 0 to 255: as the focus says, less where it is protected.

    Args:
        focus: [H, W] of any size; all alike where None.
        protect: Likewise; nothing is protected where None.
        size: The sheet's size.

    Returns:
        [H, W] of the sheet's aspect, a mask for `core.objective`; None where all counts alike.
    """
    if protect is None or not protect.any():
        return focus
    # No larger than the larger mask: a photo of 50 megapixels would take gigabytes, and it is resized anyway.
    longest = max(max(mask.shape) for mask in (focus, protect) if mask is not None)
    size = size.with_longer_side(min(size.longer, longest))
    weights = _at(protect, size)
    left = np.where(covering(protect >= PROTECTED, size), 0.0, 1 - weights / PROTECTED).clip(0, 1)
    if focus is not None:
        left = left * _at(focus, size) / 255
    found: NDArray[np.uint8] = np.rint(left * 255).astype(np.uint8)
    return found


def _at(mask: NDArray[np.uint8], size: Size) -> NDArray[np.float32]:
    from core.resampling import resized  # OpenCV, without which jobs are made until something is painted

    return resized(mask.astype(np.float32), size)
