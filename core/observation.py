"""What the actor sees of one patch: nine planes, in the published order."""

from __future__ import annotations

import torch
from torch import Tensor

CHANNELS = 9
"""Canvas (3), target (3), step fraction, row and column coordinates."""


def coordinate_planes(side: int, *, device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32) -> Tensor:
    """[1, 2, S, S]: each pixel's row, then its column, from 0 at the first to 1 at the last."""
    ramp = torch.linspace(0, 1, side, device=device, dtype=dtype)
    return torch.stack([ramp[:, None].expand(side, side), ramp[None, :].expand(side, side)])[None]


def observe(canvas: Tensor, target: Tensor, step_fraction: Tensor, coordinates: Tensor, *, bgr: bool = False) -> Tensor:
    """The observation of a batch of patches.

    Args:
        canvas: [B, 3, S, S], RGB in 0..1.
        target: [B, 3, S, S], likewise.
        step_fraction: [B], steps done over steps planned, 0 <= f < 1.
        coordinates: [1, 2, S, S] from `coordinate_planes`.
        bgr: Give colours blue first, as the published checkpoints saw them.

    Returns:
        [B, 9, S, S].
    """
    batch, _, side, _ = canvas.shape
    if bgr:
        canvas, target = canvas.flip(1), target.flip(1)
    plane = step_fraction.to(canvas.dtype).reshape(batch, 1, 1, 1).expand(batch, 1, side, side)
    return torch.cat([canvas, target, plane, coordinates.expand(batch, 2, side, side)], dim=1)
