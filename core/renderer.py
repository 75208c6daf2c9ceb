"""The neural renderer: stroke parameters to coverage, the learned model of the rasteriser."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.rasteriser.differentiable import lay_bundle

SIDE = 128
"""Pixels of the patch it draws; fixed by its three doublings of 16."""


class NeuralRenderer(nn.Module):
    """Four dense layers, then three blocks of two convolutions and a doubling by pixel shuffle.

    At width 1 and 10 inputs it is the published FCN, key for key; `width` scales the dense layers, which hold nearly
    all of its weights. The published network returns 1 - coverage; this one returns the coverage itself (times the
    stroke's opacity), which is the sigmoid of the same logits.

    Source: Huang, Heng, Zhou 2019, section 3.3. Sizes: N strokes, P shape parameters (colour left out).
    """

    def __init__(self, *, inputs: int = 10, width: float = 1.0) -> None:
        super().__init__()
        self.inputs, self.width = inputs, width
        dense = [round(width * base) for base in (512, 1024, 2048)]
        self.fc1 = nn.Linear(inputs, dense[0])
        self.fc2 = nn.Linear(dense[0], dense[1])
        self.fc3 = nn.Linear(dense[1], dense[2])
        self.fc4 = nn.Linear(dense[2], 16 * 16 * 16)
        self.conv1 = nn.Conv2d(16, 32, 3, 1, 1)
        self.conv2 = nn.Conv2d(32, 32, 3, 1, 1)
        self.conv3 = nn.Conv2d(8, 16, 3, 1, 1)
        self.conv4 = nn.Conv2d(16, 16, 3, 1, 1)
        self.conv5 = nn.Conv2d(4, 8, 3, 1, 1)
        self.conv6 = nn.Conv2d(8, 4, 3, 1, 1)

    def logits(self, shape: Tensor) -> Tensor:
        """[N, P] parameters in 0..1 to the logits [N, 128, 128] of the coverage."""
        x = shape
        for dense in (self.fc1, self.fc2, self.fc3, self.fc4):
            x = functional.relu(dense(x))
        x = x.reshape(-1, 16, 16, 16)
        for wide, narrow in ((self.conv1, self.conv2), (self.conv3, self.conv4), (self.conv5, self.conv6)):
            x = functional.pixel_shuffle(narrow(functional.relu(wide(x))), 2)
        return x[:, 0]

    def forward(self, shape: Tensor) -> Tensor:
        """[N, P] parameters in 0..1 to coverage times opacity, [N, 128, 128] in 0..1."""
        return self.logits(shape).sigmoid()

    def at_side(self, shape: Tensor, side: int) -> Tensor:
        """[N, P] parameters to coverage times opacity, [N, side, side]: means over squares of the pixels that it draws.

        Raises:
            ValueError: If `side` does not divide `SIDE`.
        """
        if SIDE % side:
            raise ValueError(f"{side} pixels do not divide the {SIDE} that a renderer draws")
        alpha: Tensor = self(shape)
        return alpha if side == SIDE else functional.avg_pool2d(alpha[:, None], SIDE // side)[:, 0]

    @torch.inference_mode()
    def laid(self, canvas: Tensor, bundle: Tensor, keep: Tensor) -> Tensor:
        """Canvases [B, 3, S, S] after bundles of strokes in their own colours, cut at the patch as published.

        Args:
            canvas: [B, 3, S, S], RGB in 0..1.
            bundle: [B, k, P + 3], shapes and colours, the first stroke lowest.
            keep: [B, k], of the strokes those that are laid.
        """
        shapes = bundle[..., :-3]
        alpha = self.at_side(shapes.flatten(0, 1), canvas.shape[-1]).reshape(*shapes.shape[:2], *canvas.shape[2:])
        return lay_bundle(canvas, alpha * keep[..., None, None], bundle[..., -3:])
