"""The painting environment: many sheets at once, stepped by the exact rasteriser."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.actor import STROKES_PER_BUNDLE, Actor
from core.brushes import Brush
from core.geometry import Size
from core.observation import coordinate_planes, observe
from core.proposals import choose
from core.rasteriser.differentiable import stroke_alpha
from training.datasets import Crop, Pictures

_SHEETS = {"black": 0.35, "white": 0.15, "grey": 0.1, "tone": 0.1, "mean of target": 0.1, "blurred target": 0.2}
"""How an episode may begin, and how often it does."""


def bundle_alpha(brush: Brush, bundle: Tensor, side: int, *, feather: float = 1.0) -> tuple[Tensor, Tensor]:
    """The exact coverage [B, k, S, S] and the colours [B, k, 3] of action bundles [B, k P]; see `stroke_alpha`."""
    strokes = bundle.float().reshape(-1, brush.size)
    alpha = stroke_alpha(brush, strokes, Size(side, side), feather=feather)
    return alpha.reshape(len(bundle), -1, side, side), strokes[:, -3:].reshape(len(bundle), -1, 3)


class Environment:
    """Sheets of many kinds being painted, each with its target, its step and its length of episode.

    A sheet begins bare (black, white, a grey tone, any tone, the target's mean), or as the blurred target, or as a
    part of what was painted before, seen closer: what the actor meets when a painting goes from coarse to fine.

    Attributes:
        canvas: [E, 3, S, S] in 0..1.
        target: [E, 3, S, S] in 0..1.
        step: [E] steps done.
        length: [E] steps in the episode.

    Sizes: E environments, S side in pixels.
    """

    def __init__(self, pictures: Pictures, *, envs: int, side: int, episode_steps: int, seed: int) -> None:
        self._pictures, self._side, self._episode_steps = pictures, side, episode_steps
        self._random = np.random.default_rng(seed)
        self._coordinates = coordinate_planes(side)
        self._crops: list[Crop] = [self._pictures.random_crop(self._random) for _ in range(envs)]
        self.canvas = torch.zeros(envs, 3, side, side)
        self.target = torch.zeros(envs, 3, side, side)
        self.step = torch.zeros(envs, dtype=torch.int64)
        self.length = torch.ones(envs, dtype=torch.int64)
        for index in range(envs):
            self.reset(index)
            # Episodes begin out of step with each other, so that a batch holds all their stages.
            self.step[index] = int(self._random.integers(int(self.length[index])))

    def observation(self, index: slice) -> Tensor:
        """[B, 9, S, S] of some of the environments."""
        return observe(self.canvas[index], self.target[index], self.step[index] / self.length[index], self._coordinates)

    def advance(self, index: slice, canvas: Tensor) -> None:
        """Take in what a step made of some of the canvases, and begin anew where an episode has ended."""
        self.canvas[index] = canvas.detach()
        self.step[index] += 1
        start = index.indices(len(self.step))[0]
        for over in torch.nonzero(self.step[index] >= self.length[index]).flatten().tolist():
            self.reset(start + over)

    def reset(self, index: int) -> None:
        """Begin an episode."""
        random, side = self._random, self._side
        crop = self._crops[index]
        if self.step[index] > 0 and crop.side > 60 and random.random() < 0.4:
            share = random.uniform(0.3, 0.6)
            row, column = random.uniform(0, 1 - share, 2)
            extent = max(2, round(share * side))
            top, left = round(row * (side - 1)), round(column * (side - 1))
            painted = self.canvas[index].numpy().transpose(1, 2, 0)[top : top + extent, left : left + extent]
            self._crops[index] = crop.part(row, column, share)
            target = self._pictures.pixels(self._crops[index], side)
            closer = cv2.resize(np.ascontiguousarray(painted), (side, side), interpolation=cv2.INTER_CUBIC)
            canvas = closer.clip(0, 1).transpose(2, 0, 1).astype(np.float32)
        else:
            self._crops[index] = self._pictures.random_crop(random)
            target = self._pictures.pixels(self._crops[index], side)
            canvas = self._bare(target)
        self.target[index] = torch.from_numpy(target)
        self.canvas[index] = torch.from_numpy(canvas)
        self.step[index] = 0
        self.length[index] = int(random.integers(max(2, self._episode_steps // 4), self._episode_steps + 1))

    def _bare(self, target: NDArray[np.float32]) -> NDArray[np.float32]:
        """A starting canvas [3, S, S] for a target."""
        random = self._random
        kind = str(random.choice(list(_SHEETS), p=list(_SHEETS.values())))
        if kind == "blurred target":
            blurred = cv2.GaussianBlur(target.transpose(1, 2, 0), (0, 0), random.uniform(0.02, 0.25) * self._side)
            return np.ascontiguousarray(blurred.transpose(2, 0, 1), np.float32)
        tones = {
            "black": np.zeros(3),
            "white": np.ones(3),
            "grey": np.full(3, random.random()),
            "tone": random.random(3),
            "mean of target": target.mean((1, 2)),
        }
        tone = tones[kind].astype(np.float32)
        return np.broadcast_to(tone[:, None, None], target.shape).copy()


def episode(
    actor: Actor, brush: Brush, target: Tensor, *, steps: int, sheet: float = 0.0, solve: bool = True
) -> list[Tensor]:
    """Paint targets from a bare sheet with a fixed actor: the canvases [B, 3, S, S] after each step of k = 5 strokes.

    Args:
        actor: In evaluation mode; where it proposes more than k strokes, the best are taken.
        brush: Its stroke type.
        target: [B, 3, S, S] in 0..1.
        steps: Action bundles to paint.
        sheet: Grey of the bare sheet.
        solve: Take each stroke in the best colour for its shape, as the default preset does, not the actor's own.
    """
    side = target.shape[-1]
    canvas, coordinates = torch.full_like(target, sheet), coordinate_planes(side)
    canvases = []
    with torch.inference_mode():
        for step in range(steps):
            fraction = torch.full((len(target),), step / steps)
            alpha, rgb = bundle_alpha(brush, actor(observe(canvas, target, fraction, coordinates)), side)
            canvas = choose(canvas, target, alpha, STROKES_PER_BUNDLE, rgb=None if solve else rgb).canvas
            canvases.append(canvas)
    return canvases
