"""The published program that paints a photo, written plainly, as the baseline that ours is measured against.

It does what the authors' program does, in the same order, with the networks of this project at the published sizes:
half of the steps on the whole photo at 128 pixels, half on divide x divide patches, each step one answer of the actor,
the strokes drawn by the neural renderer and laid one after another; and, where frames are asked for, after every stroke
the whole canvas to the CPU, put together from its patches, the seams between them smoothed pixel by pixel, brought to
the photo's size and written as a PNG.

Source: hzwer/ICCV2019-LearningToPaint on GitHub, `baseline/test.py`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.actor import Actor
from core.brushes import BEZIER
from core.geometry import Size
from core.observation import coordinate_planes
from core.renderer import SIDE, NeuralRenderer
from core.resampling import resized
from core.stroke import STROKES_PER_BUNDLE

_AROUND = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, -1), (-1, 1), (-1, -1), (1, 1))
"""From a pixel to its neighbours."""


class PublishedTest:
    """The loop, its networks new: what they paint is noise, in the time that trained ones would take."""

    def __init__(self, *, device: torch.device | str = "cpu", width: float = 1.0) -> None:
        """Make the networks.

        Args:
            device: Where they run.
            width: Of both, over the published ones.
        """
        self._device = torch.device(device)
        self._actor = Actor(parameters=BEZIER.size, width=width, side=SIDE).to(device).eval()
        self._renderer = NeuralRenderer(width=width).to(device).eval()
        self._frame = 0
        self.errors: list[float] = []
        """After every step, for people to see."""

    @torch.no_grad()
    def paint(
        self, photo: NDArray[np.uint8], *, max_step: int = 100, divide: int = 4, frames: Path | None = None
    ) -> NDArray[np.uint8]:
        """Paint a photo [H, W, 3] with 5 (max_step / 2) (1 + divide^2) strokes, or 5 max_step where divide is 1.

        Args:
            photo: RGB.
            max_step: Steps, half of them on the whole.
            divide: Patches along each side.
            frames: A folder for a PNG after every stroke of a step, on all patches at once.

        Returns:
            [H, W, 3], as the last frame shows it.
        """
        self._frame, self.errors = 0, []
        size, sheet = Size(*photo.shape[:2]), Size(SIDE, SIDE)
        steps = max_step if divide == 1 else max_step // 2
        target = self._sent(resized(photo, sheet)[None])
        canvas = torch.zeros_like(target)
        canvas = self._painted(canvas, target, steps, 1, size, frames)
        if divide != 1:
            whole = Size(SIDE * divide, SIDE * divide)
            target = self._sent(_patches(resized(photo, whole), divide))
            canvas = self._sent(_patches(resized(_pixels(canvas)[0], whole), divide))
            canvas = self._painted(canvas, target, steps, divide, size, frames)
        return self._picture(canvas, divide, size)

    def _sent(self, pictures: NDArray[np.uint8]) -> Tensor:
        return torch.from_numpy(pictures).to(self._device).permute(0, 3, 1, 2).float() / 255

    def _painted(
        self, canvas: Tensor, target: Tensor, steps: int, divide: int, size: Size, frames: Path | None
    ) -> Tensor:
        coordinates = coordinate_planes(SIDE, device=self._device).expand(len(canvas), 2, SIDE, SIDE)
        ones = torch.ones(len(canvas), 1, SIDE, SIDE, device=self._device)
        for step in range(steps):
            bundle = self._actor(torch.cat([canvas, target, ones * step / steps, coordinates], 1))
            after = self._laid(bundle, canvas)
            canvas = after[-1]
            self.errors.append(float(((canvas - target) ** 2).mean()))
            if frames is None:
                continue
            for shown in after:
                picture = cv2.cvtColor(self._picture(shown, divide, size), cv2.COLOR_RGB2BGR)
                cv2.imwrite(str(frames / f"generated{self._frame}.png"), picture)
                self._frame += 1
        return canvas

    def _laid(self, bundle: Tensor, canvas: Tensor) -> list[Tensor]:
        """The canvases after each of a bundle's strokes."""
        strokes = bundle.view(-1, BEZIER.size)
        alpha = self._renderer(strokes[:, :-3]).view(-1, SIDE, SIDE, 1)
        coloured = alpha * strokes[:, -3:].view(-1, 1, 1, 3)
        alpha = alpha.permute(0, 3, 1, 2).reshape(-1, STROKES_PER_BUNDLE, 1, SIDE, SIDE)
        coloured = coloured.permute(0, 3, 1, 2).reshape(-1, STROKES_PER_BUNDLE, 3, SIDE, SIDE)
        after = []
        for index in range(STROKES_PER_BUNDLE):
            canvas = canvas * (1 - alpha[:, index]) + coloured[:, index]
            after.append(canvas)
        return after

    @staticmethod
    def _picture(canvas: Tensor, divide: int, size: Size) -> NDArray[np.uint8]:
        patches = _pixels(canvas)
        rows = patches.reshape(divide, divide, SIDE, SIDE, 3).transpose(0, 2, 1, 3, 4)
        whole = np.ascontiguousarray(rows.reshape(divide * SIDE, divide * SIDE, 3))
        return resized(_smoothed(whole, divide) if divide != 1 else whole, size)


def _smoothed(picture: NDArray[np.uint8], divide: int) -> NDArray[np.uint8]:
    """Each pixel along the seams, one after another, made the mean of the nine around it: [H, W, 3], in place."""
    last = divide * SIDE - 1
    means = picture.astype(np.float32)

    def smooth(row: int, column: int) -> None:
        if row in (0, last) or column in (0, last):
            return
        total = means[row, column]
        for down, right in _AROUND:
            total = total + means[row + down, column + right]
        means[row, column] = total / 9

    for top in range(0, last, SIDE):
        for left in range(0, last, SIDE):
            for along in range(SIDE):
                smooth(top + along, left + SIDE - 1)
                if left + SIDE <= last:
                    smooth(top + along, left + SIDE)
            for along in range(SIDE):
                smooth(top + SIDE - 1, left + along)
                if top + SIDE <= last:
                    smooth(top + SIDE, left + along)
    return means.astype(np.uint8)


def _pixels(canvas: Tensor) -> NDArray[np.uint8]:
    """[B, 3, S, S] in 0..1 to [B, S, S, 3] bytes on the CPU."""
    return (canvas.permute(0, 2, 3, 1).cpu().numpy() * 255).astype(np.uint8)


def _patches(picture: NDArray[np.uint8], divide: int) -> NDArray[np.uint8]:
    """[divide SIDE, divide SIDE, 3] to [divide^2, SIDE, SIDE, 3], row by row."""
    cut = picture.reshape(divide, SIDE, divide, SIDE, 3).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(cut.reshape(-1, SIDE, SIDE, 3))
