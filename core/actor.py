"""The actor: the policy that looks at an observation and emits one action bundle."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from core.observation import CHANNELS

STROKES_PER_BUNDLE = 5
"""k in the paper: strokes a step, found best there (section 4.3)."""


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
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, H, W] to [B, outputs, H / stride, W / stride]."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return functional.relu(y + self.shortcut(x))


class Actor(nn.Module):
    """ResNet-18 with sigmoid outputs: observation [B, 9, S, S] to action bundle [B, k P], all in 0..1.

    `width` scales every layer; at width 1 and P = 13 it is the published ResNet(9, 18, 65), key for key. The head is
    `average` pooling, as published, or `flatten`, which keeps where things are and needs S fixed.

    Source: Huang, Heng, Zhou, "Learning to Paint with Model-based Deep Reinforcement Learning", ICCV 2019.
    Sizes: B batch, S side of the observation in pixels, k strokes in a bundle, P parameters of a stroke.
    """

    def __init__(
        self,
        *,
        parameters: int,
        bundle: int = STROKES_PER_BUNDLE,
        width: float = 1.0,
        head: str = "average",
        side: int = 128,
    ) -> None:
        super().__init__()
        if head not in ("average", "flatten"):
            raise ValueError(f"head is 'average' or 'flatten', got {head!r}")
        if side % 32:
            raise ValueError(f"an observation's side is a multiple of 32, got {side}")
        self.parameters_per_stroke, self.bundle = parameters, bundle
        self.width, self.head, self.side = width, head, side
        planes = [round(width * base) for base in (64, 128, 256, 512)]
        self.conv1 = nn.Conv2d(CHANNELS, planes[0], 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes[0])
        inputs = [planes[0], *planes[:-1]]
        self.layer1, self.layer2, self.layer3, self.layer4 = (
            nn.Sequential(ResidualBlock(before, after, 2), ResidualBlock(after, after, 1))
            for before, after in zip(inputs, planes, strict=True)
        )
        cells = (side // 32) ** 2 if head == "flatten" else 1
        self.fc = nn.Linear(planes[-1] * cells, bundle * parameters)

    def forward(self, observation: Tensor) -> Tensor:
        """[B, 9, S, S] to [B, k P]; see the class."""
        x = functional.relu(self.bn1(self.conv1(observation)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = functional.adaptive_avg_pool2d(x, 1) if self.head == "average" else x.contiguous()
        return self.fc(x.flatten(1)).sigmoid()
