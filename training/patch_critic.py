"""The critic of the model-free baseline: a value for each patch of the picture, of what was seen and what was done."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from core.observation import CHANNELS
from training.critic import PlainBlock, TReLU, normed_convolution

PATCHES = 8
"""Patches along a side."""

SIDES = (32, 64, 128, 256)
"""Of observations, pixels; from half of it one to four stages lead to the patches by halving."""


class PatchCritic(nn.Module):
    """Patch-Q: an observation [B, 9, S, S] and the action bundle [B, V] taken on it to Q of each patch, [B, 8, 8].

    Nothing is drawn: the critic has to learn what the numbers of a bundle do to the pixels. The bundle is spread over
    the places of the first feature map, beside their coordinates, and goes through three dense layers a place; then the
    two are one picture for a residual network of four stages.

    Source: the model-free baseline of Huang, Heng, Zhou 2019, section 4.4, and its published code. At side 128 it has
    that code's sizes; at another, fewer or more stages halve it.
    Sizes: B batch, S side of the observation in pixels (one of `SIDES`), V values in a bundle.
    """

    def __init__(self, *, values: int, side: int, width: float = 1.0) -> None:
        super().__init__()
        if side not in SIDES:
            raise ValueError(f"a patch critic's side is one of {', '.join(map(str, SIDES))}, got {side}")
        planes = [round(width * base) for base in (32, 64, 128, 256, 512)]
        self.stem = nn.Sequential(normed_convolution(CHANNELS, planes[0], 3, 2), TReLU())
        dense = (values + 2, round(width * 128), round(width * 128), planes[0])
        self.spread = nn.Sequential(
            *(
                layer
                for inputs, outputs in itertools.pairwise(dense)
                for layer in (normed_convolution(inputs, outputs, 1, 1), TReLU())
            )
        )
        # As many halvings as leave 8 x 8 of the first map's S / 2.
        halvings = (side // 2 // PATCHES).bit_length() - 1
        strides = [2 if stage < halvings else 1 for stage in range(4)]
        inputs = [2 * planes[0], *planes[1:-1]]
        self.stages = nn.Sequential(
            *(
                nn.Sequential(PlainBlock(before, after, stride), PlainBlock(after, after, 1))
                for before, after, stride in zip(inputs, planes[1:], strides, strict=True)
            )
        )
        self.value = normed_convolution(planes[-1], 1, 1, 1)

    def forward(self, observation: Tensor, bundle: Tensor) -> Tensor:
        """[B, 9, S, S] and [B, V] to [B, 8, 8]; see the class."""
        seen = self.stem(observation)
        side = seen.shape[-1]
        spread = bundle[:, :, None, None].expand(-1, -1, side, side)
        # The same coordinates as the observation's last planes, at half their side.
        coordinates = observation[:, -2:, ::2, ::2].expand(-1, -1, side, side)
        acted = self.spread(torch.cat([spread, coordinates], dim=1))
        features = self.stages(torch.cat([seen, acted], dim=1))
        # A step's reward is a hundredth of a value, and gone in half precision.
        with torch.autocast(features.device.type, enabled=False):
            values: Tensor = self.value(features.to(bundle.dtype))[:, 0]
        return values
