"""How near a picture comes to its target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import Size
from core.resampling import resized

MAX_PSNR = 100.0
"""What `score_table` gives at most, dB, and for equal pictures: JSON knows no infinity. One channel of one pixel in
256 x 256 that is one step off makes 101 dB, so nothing that can be seen is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One picture against one target, at one size."""

    l2: float
    """Mean squared difference, pixels in 0..1; 0 for equal pictures."""
    psnr: float
    """dB; infinite for equal pictures."""
    ssim: float
    """At most 1, for equal pictures."""


def l2(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Mean squared difference over pixels and channels, scaled to 0..1.

    Args:
        a: [H, W, 3], RGB.
        b: Of the same shape.

    Raises:
        ValueError: If the shapes differ.
    """
    if a.shape != b.shape:
        raise ValueError(f"pictures are compared at one shape, got {a.shape} and {b.shape}; resize one first")
    difference = np.subtract(a, b, dtype=np.float32)
    return float(np.square(difference, out=difference).mean(dtype=np.float64)) / 255**2


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio, dB: -10 log10(l2), for a peak of 1; infinite for equal pictures.

    Args:
        a: [H, W, 3], RGB.
        b: Of the same shape.

    Raises:
        ValueError: If the shapes differ.
    """
    error = l2(a, b)
    return -10 * math.log10(error) if error else math.inf


def ssim(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Structural similarity, -1..1: the mean over channels and over windows of 7 x 7 pixels, weighted evenly.

    Args:
        a: [H, W, 3], RGB, at least 7 x 7 pixels.
        b: Of the same shape.

    Raises:
        ValueError: If the shapes differ or are smaller than the window.

    Source: Wang et al. 2004, equation 13, as scikit-image computes it.
    """
    from skimage.metrics import structural_similarity  # half a second that only measuring should cost

    return float(structural_similarity(a, b, channel_axis=2, data_range=255))  # type: ignore[no-untyped-call]


def scores(target: NDArray[np.uint8], picture: NDArray[np.uint8], side: int) -> Scores:
    """All scores after both have been resized to squares, by area.

    Args:
        target: [H, W, 3], RGB.
        picture: [H', W', 3], RGB.
        side: Of the squares, pixels; at least 7.

    Raises:
        ValueError: If the side is smaller than 7.
    """
    a, b = (resized(pixels, Size(side, side)) for pixels in (target, picture))
    return Scores(l2=l2(a, b), psnr=psnr(a, b), ssim=ssim(a, b))


def score_table(
    target: NDArray[np.uint8], picture: NDArray[np.uint8], sides: Sequence[int] = (128, 256, 512)
) -> dict[str, float]:
    """The scores at several sides as `l2_128`, `psnr_128`, `ssim_128`, ...; fit for JSON.

    Args:
        target: [H, W, 3], RGB.
        picture: [H', W', 3], RGB.
        sides: Of the squares that both are resized to, pixels; at least 7.

    Returns:
        A finite number a key: PSNR is cut at `MAX_PSNR`.

    Raises:
        ValueError: If a side is smaller than 7.
    """
    table: dict[str, float] = {}
    for side in sides:
        each = scores(target, picture, side)
        table |= {f"l2_{side}": each.l2, f"psnr_{side}": min(each.psnr, MAX_PSNR), f"ssim_{side}": each.ssim}
    return table
