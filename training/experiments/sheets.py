"""Sheets of pictures: targets beside their paintings after a few strokes, and more, and all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.actor import Actor
from core.observation import coordinate_planes, observe
from core.rasteriser.differentiable import lay_bundle
from training.policy import ExactCoverage, Policy, episode

GAP = 4
"""Pixels between pictures."""


def paintings(policy: Policy, actor: Actor, targets: Tensor, marks: Sequence[int]) -> list[Tensor]:
    """Canvases [B, 3, S, S] of paintings from a black sheet after each of some numbers of strokes.

    Fewer strokes than a step lays are the first of the first step's.

    Args:
        policy: How strokes are laid.
        actor: In evaluation mode.
        targets: [B, 3, S, S] in 0..1.
        marks: Numbers of strokes; a painting has as many as the largest.
    """
    way = dataclasses.replace(policy, coverage=ExactCoverage(policy.brush))
    canvases = episode(way, actor, targets, steps=-(-max(marks) // way.bundle))
    return [
        canvases[count // way.bundle - 1] if count >= way.bundle else _first_strokes(way, actor, targets, count)
        for count in marks
    ]


@torch.inference_mode()
def _first_strokes(policy: Policy, actor: Actor, targets: Tensor, count: int) -> Tensor:
    canvas = torch.zeros_like(targets)
    fraction = torch.zeros(len(targets), device=targets.device)
    seen = observe(canvas, targets, fraction, coordinate_planes(targets.shape[-1], device=targets.device))
    if policy.head == "dense":  # whose best are chosen one after another
        return dataclasses.replace(policy, bundle=count).step(actor, seen).canvas
    step = policy.step(actor, seen)
    strokes = step.laid.reshape(len(targets), -1, policy.brush.size)
    return lay_bundle(canvas, step.alpha[:, :count], strokes[:, :count, -3:])


def sheet(columns: Sequence[Tensor], titles: Sequence[str], *, scale: int = 1) -> NDArray[np.uint8]:
    """Columns of pictures [N, 3, S, S] in 0..1 under their titles, as one picture [H, W, 3].

    Args:
        columns: From left to right, a row of the sheet for each of the N.
        titles: One a column.
        scale: How many pixels wide each pixel is shown.
    """
    side = columns[0].shape[-1] * scale
    rows, head = len(columns[0]), 22
    pixels = np.full((head + rows * (side + GAP), len(columns) * (side + GAP) + GAP, 3), 255, np.uint8)
    for column, (pictures, title) in enumerate(zip(columns, titles, strict=True)):
        left = GAP + column * (side + GAP)
        (width, _), _ = cv2.getTextSize(title, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
        place = (left + max(0, (side - width) // 2), head - 8)
        cv2.putText(pixels, title, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (40, 40, 40), 1, cv2.LINE_AA)
        shown = pictures.clamp(0, 1).mul(255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        for row, picture in enumerate(shown):
            top = head + row * (side + GAP)
            large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_NEAREST)
            pixels[top : top + side, left : left + side] = large
    return pixels
