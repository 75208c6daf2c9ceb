"""What a painting is brought nearer to by refinement: its photo, by one of several measures, some parts of it more."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.errors import SettingError
from core.geometry import Size
from core.resampling import resized

LOSSES = ("l2", "l1", "mixed")

_BEND = 0.01
"""Below about this difference, in 0..1, `l1` turns from a line into a parabola, so that it has a slope everywhere."""

_STRUCTURE = 0.01
"""What 1 - SSIM counts for in `mixed`: at 25 dB about as much as the squared error."""

_REACH = 3
"""Of the window of SSIM, 7 x 7 pixels weighted evenly, as in `core.metrics.ssim`: pixels to each side."""

_C1, _C2 = 0.01**2, 0.03**2


class Objective:
    """A measure of how far a canvas is from its target, differentiable in the canvas.

    - `l2`: mean squared error;
    - `l1`: mean absolute error, for edges: a few large differences count for less;
    - `mixed`: squared error and structure, 1 - SSIM, for texture and contrast.
    """

    def __init__(
        self,
        target: NDArray[np.float32],
        *,
        loss: str = "l2",
        focus: NDArray[np.uint8] | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        """Measure against a target.

        Args:
            target: [H, W, 3] in 0..1.
            loss: One of `LOSSES`.
            focus: [H', W'] how much each part counts, of any size; all alike where absent.
            device: Where the canvases are.

        Raises:
            SettingError: If there is no such loss, or the focus is 0 all over.
        """
        check(loss, focus)
        self.target = torch.from_numpy(target).to(device)
        self._loss = loss
        weight = focus_weights(focus, target.shape[0], target.shape[1])
        self.weight = None if weight is None else torch.from_numpy(weight).to(device)

    def __call__(self, canvas: Tensor) -> Tensor:
        """Of [H, W, 3], a scalar."""
        difference = canvas - self.target
        if self._loss == "l1":
            return self._mean((difference.square() + _BEND**2).sqrt().sum(-1)) / 3
        squared = self._mean(difference.square().sum(-1)) / 3
        if self._loss == "l2":
            return squared
        return squared + _STRUCTURE * (1 - self._mean(structural_similarity(canvas, self.target)))

    def of(self, canvas: NDArray[np.float32]) -> float:
        """Of an array [H, W, 3]."""
        return float(self(torch.from_numpy(canvas).to(self.target.device)))

    def _mean(self, plane: Tensor) -> Tensor:
        return plane.mean() if self.weight is None else (plane * self.weight).mean()


def check(loss: str, focus: NDArray[np.uint8] | None) -> None:
    """Refuse what an `Objective` refuses; see there."""
    if loss not in LOSSES:
        raise SettingError("loss", loss, "choose one of " + ", ".join(LOSSES))
    focus_weights(focus, 1, 1)


def focus_weights(focus: NDArray[np.uint8] | None, height: int, width: int) -> NDArray[np.float32] | None:
    """A focus mask [H', W'] as weights [H, W] of mean 1; None where there is none.

    Raises:
        SettingError: If it is 0 all over.
    """
    if focus is None:
        return None
    if not focus.any():
        raise SettingError("focus", "black", "it hides the whole picture; paint some of it white")
    # In floating point: what is white in one pixel of a large mask must not round to nothing.
    planes = np.repeat(focus.astype(np.float32)[:, :, None], 3, axis=2)
    weights = resized(planes, Size(height, width))[:, :, 0]
    return weights / max(float(weights.mean()), 1e-12)


def structural_similarity(one: Tensor, other: Tensor) -> Tensor:
    """SSIM [H, W] of two pictures [H, W, 3] in 0..1 around each pixel, mean over channels, differentiable.

    Source: Wang et al. 2004, equation 13; edges mirrored.
    """
    a, b = (each.permute(2, 0, 1) for each in (one, other))
    mean_a, mean_b, aa, bb, ab = _means(torch.cat([a, b, a * a, b * b, a * b])).chunk(5)
    variance_a, variance_b, covariance = aa - mean_a**2, bb - mean_b**2, ab - mean_a * mean_b
    top = (2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)
    bottom = (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    result: Tensor = (top / bottom).mean(0)
    return result


def _means(planes: Tensor) -> Tensor:
    """Planes [C, H, W], each value the mean over the window around it; edges mirrored.

    Sums of shifted planes: a CPU's convolutions of single planes take ten times as long.
    """
    for axis in (1, 2):
        reach = min(_REACH, planes.shape[axis] - 1)
        padded = functional.pad(planes, (0, 0, reach, reach) if axis == 1 else (reach, reach, 0, 0), mode="reflect")
        shifts = [padded.narrow(axis, shift, planes.shape[axis]) for shift in range(2 * reach + 1)]
        planes = sum(shifts[1:], shifts[0]) / len(shifts)
    return planes
