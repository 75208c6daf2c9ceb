"""The actor: the policy that looks at an observation and emits one action bundle."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.observation import CHANNELS
from core.stroke import STROKES_PER_BUNDLE

GRID = 8
"""Cells along a side of the dense head."""

PROPOSALS = 2
"""Strokes that each of those cells proposes, where nothing else is said: they learn to differ, and choosing among more
strokes is worth more than better ones at the same cost (docs/training.md)."""

HEADS = {"average": STROKES_PER_BUNDLE, "dense": PROPOSALS * GRID**2}
"""How many strokes an actor with each head emits, where nothing else is said."""


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut (He et al. 2016); attribute names are the published checkpoint's."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] to [B, outputs, H / stride, W / stride]."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return functional.relu(y + self.shortcut(x))


class Actor(nn.Module):
    """ResNet-18 with sigmoid outputs: observation [B, 9, S, S] to action bundle [B, k P], all in 0..1.

    `width` scales every layer. Two heads:

    - `average`: average pooling and one dense layer to k strokes. At width 1, k = 5 and P = 13 it is the published
      ResNet(9, 18, 65), key for key.
    - `dense`: each cell of an 8 x 8 grid proposes k / 64 strokes (two, if nothing is said) from the features around
      it, of which the painter keeps the best. Places and sizes are learned far sooner, because what is seen in a place
      decides the strokes in that place. The features are those of all four stages, brought to the grid: the first,
      finer than the grid, with its pixels side by side, so that edges keep their places within a cell. One residual
      block lets a cell see what its neighbours will do. Two buffers make the grid's starting point: `offset`
      [k P / 64, 8, 8] is added before the sigmoid, and `floor` [P] is the least value of a parameter.

    Source: Huang, Heng, Zhou, "Learning to Paint with Model-based Deep Reinforcement Learning", ICCV 2019.
    Sizes: B batch, S side of the observation in pixels, k strokes in a bundle, P parameters of a stroke.
    """

    def __init__(
        self, *, parameters: int, bundle: int | None = None, width: float = 1.0, head: str = "average", side: int = 128
    ) -> None:
        super().__init__()
        if head not in HEADS:
            raise ValueError(f"head is one of {', '.join(HEADS)}, got {head!r}")
        if side % 32:
            raise ValueError(f"an observation's side is a multiple of 32, got {side}")
        self.parameters_per_stroke, self.width, self.head, self.side = parameters, width, head, side
        self.bundle = HEADS[head] if bundle is None else bundle
        if head == "dense" and (self.bundle < 1 or self.bundle % GRID**2):
            raise ValueError(f"a dense head emits a multiple of {GRID**2} strokes, not {self.bundle}")
        planes = [round(width * base) for base in (64, 128, 256, 512)]
        self.conv1 = nn.Conv2d(CHANNELS, planes[0], 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes[0])
        inputs = [planes[0], *planes[:-1]]
        self.layer1, self.layer2, self.layer3, self.layer4 = (
            nn.Sequential(ResidualBlock(before, after, 2), ResidualBlock(after, after, 1))
            for before, after in zip(inputs, planes, strict=True)
        )
        if head == "average":
            self.fc = nn.Linear(planes[-1], self.bundle * parameters)
        else:
            merged, emitted = round(width * 256), self.bundle // GRID**2 * parameters
            # The first stage measures side / 4, and so many of its pixels lie side by side in a cell.
            self._fold = side // 4 // GRID
            self.merge = nn.Conv2d(planes[0] * self._fold**2 + sum(planes[1:]), merged, 1)
            self.mix = ResidualBlock(merged, merged, 1)
            self.emit = nn.Conv2d(merged, emitted, 1)
            self.register_buffer("offset", torch.zeros(emitted, GRID, GRID))
            self.register_buffer("floor", torch.zeros(parameters))

    def forward(self, observation: Tensor) -> Tensor:
        """[B, 9, S, S] to [B, k P]; see the class."""
        x = functional.relu(self.bn1(self.conv1(observation)))
        stages = [self.layer1(x)]
        for layer in (self.layer2, self.layer3, self.layer4):
            stages.append(layer(stages[-1]))
        # What comes out are numbers to draw with, not features: in full precision, whatever the layers ran in.
        if self.head == "average":
            pooled = functional.adaptive_avg_pool2d(stages[-1], 1).flatten(1)
            with torch.autocast(pooled.device.type, enabled=False):
                bundle: Tensor = self.fc(pooled.to(self.fc.weight.dtype)).sigmoid()
            return bundle
        seen = [functional.pixel_unshuffle(stages[0], self._fold)]
        seen += [_gridded(stage, GRID) for stage in stages[1:]]
        mixed = self.mix(functional.relu(self.merge(torch.cat(seen, dim=1))))
        with torch.autocast(mixed.device.type, enabled=False):
            emitted = self.emit(mixed.to(self.emit.weight.dtype)) + self.get_buffer("offset")
        floor = self.get_buffer("floor")
        # [B, k P / 64, 8, 8] to [B, k, P]: first each cell's first stroke, cell by cell, then each cell's second.
        by_cell = emitted.unflatten(1, (-1, self.parameters_per_stroke)).flatten(3).transpose(2, 3).flatten(1, 2)
        strokes: Tensor = floor + (1 - floor) * by_cell.sigmoid()
        return strokes.flatten(1)


def _gridded(features: Tensor, cells: int) -> Tensor:
    """Features [B, C, H, W] at [B, C, cells, cells]: averaged where they are finer, else between their centres."""
    if features.shape[-1] > cells:
        return functional.adaptive_avg_pool2d(features, cells)
    if features.shape[-1] == cells:
        return features
    return functional.interpolate(features, size=cells, mode="bilinear")
