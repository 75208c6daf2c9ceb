"""Losses as pure functions of pixels."""

from __future__ import annotations

from torch import Tensor


def squared_error(canvas: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each picture: [B, 3, H, W] twice to [B]."""
    return (canvas - target).square().mean(dim=(1, 2, 3))


def proposal_gain(change: Tensor, error: Tensor, *, floor: float) -> Tensor:
    """What proposals are worth, negated: [B, N] changes of summed squared error, [B] that error, to a scalar.

    A proposal's share of the picture's error counts by its square root, so that a small gain in a finished part teaches
    as much as a large one in a bare part; harm counts in full. `floor` keeps pictures that are all but finished from
    drowning the rest.
    """
    share = change / (error + floor)[:, None] * change.shape[1]
    gain = (-share).clamp_min(1e-4).sqrt()
    return (share.clamp_min(0) - gain).mean()


def colour_distance(rgb: Tensor, best: Tensor, alpha: Tensor) -> Tensor:
    """Mean squared distance of emitted colours [B, N, 3] from the best ones, over strokes that cover anything."""
    covers = alpha.mean(dim=(2, 3)) > 1e-3
    return ((rgb - best).square().sum(-1) * covers).mean()


def stubbiness(length: Tensor, diameter: Tensor, *, elongation: float) -> Tensor:
    """How far strokes fall short of being `elongation` times as long as they are wide: [N] twice to a scalar in 0..1.

    The error alone is content with round dabs, which are easier to place well than strokes and look like confetti.
    """
    return (1 - length / (elongation * diameter)).clamp_min(0).mean()
