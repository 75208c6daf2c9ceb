"""The critic: what a canvas just painted on is still worth, and the layers that it shares with the discriminator."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from core.observation import CHANNELS, observe

SEEN = 3 + CHANNELS
"""Canvas before, then what an actor would see of the canvas after: canvas, target, step fraction, coordinates."""


class TReLU(nn.Module):
    """Translated ReLU, max(x - a, 0) + a with one learned a, at first 0: a ReLU whose floor is not tied to zero.

    Without the normalised statistics of a batch, weight norm alone cannot place what a ReLU cuts off; this can.

    Source: Xiang and Li, "On the Effects of Batch and Weight Normalization in Generative Adversarial Networks", 2017.
    """

    def __init__(self) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Of any shape, to the same."""
        # In the precision of x, which a sum with the floor as it is would raise. (torch.maximum would do it in one
        # operation, whose backward pass, for the sake of ties, is slower than these two.)
        alpha = self.alpha.to(x.dtype)
        return functional.relu(x - alpha) + alpha


def normed_convolution(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Module:
    """A convolution with weight g v / |v| per output (Salimans and Kingma 2016), padded so that stride 1 keeps S."""
    convolution: nn.Module = weight_norm(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2))
    return convolution


class PlainBlock(nn.Module):
    """The actor's residual block with weight norm and translated ReLU for batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = normed_convolution(inputs, outputs, 3, stride)
        self.conv2 = normed_convolution(outputs, outputs, 3, 1)
        self.relu1, self.relu2 = TReLU(), TReLU()
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = normed_convolution(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] to [B, outputs, H / stride, W / stride]."""
        y: Tensor = self.relu2(self.conv2(self.relu1(self.conv1(x))) + self.shortcut(x))
        return y


class Critic(nn.Module):
    """ResNet-18 without batch norm: [B, 12, S, S] of `judge` to V, the value [B] of the canvas after a step.

    It is asked about the canvas after, so an action reaches it only through what was painted:

        Q(s, a) = r(s, a) + gamma V(s'),    V(s') learns (1 - terminal) (r' + gamma V(s'')),

    where s' is s after the action a, and r' and s'' come of the next action, a target actor's, judged by a target
    critic. The actor climbs the gradient of r + gamma V through the renderer. (The published code lets its critic
    learn gamma V; the two differ only in that factor.) `width` scales every layer; at width 1 it is the published
    ResNet_wobn(12, 18, 1).

    Source: Huang, Heng, Zhou, "Learning to Paint with Model-based Deep Reinforcement Learning", ICCV 2019, section 3.4.
    Sizes: B batch, S side of the canvas in pixels.
    """

    def __init__(self, *, width: float = 1.0) -> None:
        super().__init__()
        planes = [round(width * base) for base in (64, 128, 256, 512)]
        self.stem = nn.Sequential(normed_convolution(SEEN, planes[0], 3, 2), TReLU())
        self.stages = nn.Sequential(
            *(
                nn.Sequential(PlainBlock(before, after, 2), PlainBlock(after, after, 1))
                for before, after in zip([planes[0], *planes[:-1]], planes, strict=True)
            )
        )
        self.value = nn.Linear(planes[-1], 1)

    def forward(self, seen: Tensor) -> Tensor:
        """[B, 12, S, S] to [B]; see the class."""
        features = self.stages(self.stem(seen)).mean(dim=(2, 3))
        # A step's reward is a hundredth of a value, and gone in half precision.
        with torch.autocast(features.device.type, enabled=False):
            value: Tensor = self.value(features.to(self.value.weight.dtype)).squeeze(1)
        return value


def judge(before: Tensor, after: Tensor, target: Tensor, step_fraction: Tensor, coordinates: Tensor) -> Tensor:
    """What the critic sees of a step, in the published order; differentiable in both canvases.

    Args:
        before: [B, 3, S, S], the canvas before the step, RGB in 0..1; a help, by the published code, not a need.
        after: [B, 3, S, S], the canvas after it.
        target: [B, 3, S, S].
        step_fraction: [B], steps done over steps planned, this one counted: 0 < f <= 1.
        coordinates: [1, 2, S, S] from `core.observation.coordinate_planes`.

    Returns:
        [B, 12, S, S].
    """
    return torch.cat([before, observe(after, target, step_fraction, coordinates)], dim=1)
