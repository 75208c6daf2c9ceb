"""Losses and rewards as pure functions of pixels."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

FINISHED = 1e-4
"""Mean squared error (40 dB) at which a picture teaches half as much as its share of the error says."""


def squared_error(canvas: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each picture: [B, 3, H, W] twice to [B]."""
    return (canvas - target).square().mean(dim=(1, 2, 3))


def l2_reward(before: Tensor, after: Tensor, target: Tensor) -> Tensor:
    """By how much a step lowered the mean squared error: [B, 3, H, W] three times to [B].

    Source: the L2 reward of Huang, Heng, Zhou 2019, section 3.4.2.
    """
    return squared_error(before, target) - squared_error(after, target)


def psnr_reward(before: Tensor, after: Tensor, target: Tensor) -> Tensor:
    """The logarithm of that error before over after, [B]: 0.1 for each 0.43 dB gained, early or late in a painting."""
    return (squared_error(before, target) + FINISHED).log() - (squared_error(after, target) + FINISHED).log()


def patch_rewards(before: Tensor, after: Tensor, target: Tensor, patches: int) -> Tensor:
    """`l2_reward` of each cell of a grid: [B, 3, H, W] three times to [B, patches, patches]."""
    fall = ((before - target).square() - (after - target).square()).mean(dim=1)
    return functional.adaptive_avg_pool2d(fall, patches)


def bundle_gain(canvas: Tensor, target: Tensor, error: Tensor) -> Tensor:
    """What a whole bundle is worth, negated: the logarithm of the error after [B, 3, H, W] over that before [B]."""
    return ((squared_error(canvas, target) + FINISHED).log() - (error + FINISHED).log()).mean()


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


def temporal_difference(value: Tensor, reward: Tensor, next_value: Tensor, terminal: Tensor, discount: float) -> Tensor:
    """Mean squared distance of V(s') [B] from (1 - terminal)(r' + discount V(s'')), each [B], as a scalar.

    No gradient flows through what is aimed at.

    Source: equations 4 and 5 of Huang, Heng, Zhou 2019, with V of the canvas after the step.
    """
    aim = (1 - terminal) * (reward + discount * next_value)
    return (value - aim.detach()).square().mean()
