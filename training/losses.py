"""Losses as pure functions of pixels."""

from __future__ import annotations

from torch import Tensor


def squared_error(canvas: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each picture: [B, 3, H, W] twice to [B]."""
    return (canvas - target).square().mean(dim=(1, 2, 3))


def log_error(canvas: Tensor, target: Tensor, *, floor: float = 1e-4) -> Tensor:
    """Logarithm of each picture's mean squared error: [B, 3, H, W] twice to [B].

    Equal ratios count alike, so that the last strokes of a painting teach as much as the first; the mean over pictures
    is the mean PSNR but for a factor. `floor` (40 dB) keeps pictures that are all but finished from drowning the rest.
    """
    return (squared_error(canvas, target) + floor).log()
