"""A level's canvas and target, at the scale where a patch is as large as an observation."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.brushes import BRUSHES, Brush
from core.document import Document
from core.geometry import PixelBox
from core.job import PaintJob
from core.objective import focus_weights
from core.patches import windows_by_error
from core.protection import blocked
from core.rasteriser.covers import touching_of
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.resampling import as_canvas, resized
from core.schedule import Level
from core.stroke import Strokes

LEAST_FELT = 0.3
"""Share of the worst window's error, as the focus weighs it, below which a step does not look at a window: without a
focus half of the sheet is looked at in each step, and so would be what hardly counts."""


class Easel(ABC):
    """What the painter looks at and lays strokes on.

    A window may stick out of the sheet: there canvas and target agree, so that nothing is left to paint.

    Sizes: B windows, S their side, k strokes of each, P parameters of a stroke.
    """

    in_powers = False
    """It is best shown 1, 2, 4, 8, ... windows at a time: what looks at them is made for a number of them."""

    def __init__(self, job: PaintJob, document: Document, level: Level, side: int) -> None:
        self.divide, self._side = level.divide, side
        self.scale = side * level.divide / document.size.longer
        self.size = document.size.scaled(self.scale)
        self._blocked = blocked(job.bounds.protect, document.size, self.size)
        self._least_felt = 0.0 if job.focus is None else LEAST_FELT
        self._felt = focus_weights(job.attention, *self.size)
        """[H, W] how much errors count; all alike where None."""
        if self._felt is not None and self._blocked is not None:
            self._felt = self._felt * ~self._blocked  # there nothing can be done about them

    @abstractmethod
    def windows(self, most: int, random: np.random.Generator, *, widely: bool = False) -> list[PixelBox]:
        """The windows with the largest error, worst first: see `windows_by_error`.

        Args:
            most: How many at most.
            random: As there.
            widely: The worst may be far worse than the others.
        """

    @abstractmethod
    def crops(self, windows: list[PixelBox]) -> tuple[Tensor, Tensor, Tensor | None]:
        """What windows show.

        Returns:
            Canvas and target [B, 3, S, S], and 1 where they show the sheet [B, 1, S, S], or None where they all do.
        """

    def blocked(self, windows: list[PixelBox]) -> Tensor | None:
        """Where in windows no stroke may cover anything, true [B, 1, S, S] on the CPU; None where all may."""
        if self._blocked is None:
            return None
        found = np.zeros((len(windows), 1, self._side, self._side), np.bool_)
        for index, box in enumerate(windows):
            part = box.clipped(self.size)
            found[index, 0][_within(part, box)] = self._blocked[_slices(part)]
        return torch.from_numpy(found)

    def allowed(self, brush: Brush, windows: list[PixelBox], bundles: Tensor, keep: Tensor) -> Tensor:
        """Which strokes to lay [B, k], those left out that cover, in their window or beyond, what they may not."""
        chosen = keep.cpu()
        if self._blocked is None or not chosen.any():
            return keep
        patches = torch.tensor([[*box[:2], self._side] for box in windows], dtype=torch.float64)
        patches = patches[:, None].expand(*chosen.shape, 3)[chosen]
        touching = touching_of(brush, bundles.cpu()[chosen], patches, self._blocked)
        chosen[chosen.clone()] = ~torch.from_numpy(touching)
        return chosen.to(keep.device)

    @abstractmethod
    def laid(
        self, brush: Brush, windows: list[PixelBox], bundles: Tensor, keep: Tensor, *, step: int, most: int
    ) -> Strokes:
        """Lay a step's strokes, window by window.

        Args:
            brush: Their type.
            windows: Where they are.
            bundles: [B, k, P].
            keep: [B, k] which of them to lay.
            step: The step's number.
            most: How many to lay at most.

        Returns:
            Those laid, with the error after each.
        """

    def strokes(
        self, brush: Brush, windows: list[PixelBox], parameters: NDArray[np.float32], kept: NDArray[np.bool_], step: int
    ) -> Strokes:
        """Those of parameters [B, k, P] that are kept [B, k], in sheet pixels."""
        window = np.repeat(np.arange(len(windows)), kept.sum(axis=1))
        patches = np.array([box.patch(self.scale) for box in windows], np.float64)
        return Strokes.from_columns(
            types=np.full(len(window), BRUSHES.index(brush), np.uint8),
            patches=patches[window],
            parameters=parameters[kept],
            steps=np.full(len(window), step),
        )


class HostEasel(Easel):
    """An easel in the memory of the processor, whose kernels draw on it."""

    def __init__(
        self,
        job: PaintJob,
        document: Document,
        level: Level,
        side: int,
        device: torch.device,
        *,
        neural: bool,
        canvas: Canvas | None = None,
    ) -> None:
        """Set up.

        Args:
            job: What is painted.
            document: What of it there is already.
            level: Of the schedule.
            side: Of the windows, pixels.
            device: Where crops are wanted.
            neural: The actor sees what it is told of with `observe`, not the canvas.
            canvas: What lies under the document's strokes instead of its bare sheet.
        """
        super().__init__(job, document, level, side)
        self._device = device
        self._target: Canvas = as_canvas(job.target, self.size)
        self._around: Canvas = np.pad(self._target, ((side, side), (side, side), (0, 0)), mode="edge")
        under = None if canvas is None else resized(canvas, self.size).copy()
        self._canvas = bare_canvas(self.size, document.background) if under is None else under
        lay(self._canvas, document.strokes, self.scale)
        # What the actor sees is the canvas itself, or a neural renderer's idea of it.
        self._seen = self._canvas.copy() if neural else self._canvas
        self._errors: NDArray[np.float32] | None = None

    def _squares(self) -> NDArray[np.float32]:
        """[H, W]: squared error summed over channels; measured once for every state of the canvas."""
        if self._errors is None:
            difference = self._canvas - self._target
            self._errors = np.einsum("hwc,hwc->hw", difference, difference)
        return self._errors

    def windows(self, most: int, random: np.random.Generator, *, widely: bool = False) -> list[PixelBox]:
        """See `Easel.windows`."""
        felt = self._squares() if self._felt is None else self._squares() * self._felt
        return windows_by_error(felt, self._side, most, random, least=0.0 if widely else self._least_felt)

    def crops(self, windows: list[PixelBox]) -> tuple[Tensor, Tensor, Tensor | None]:
        """See `Easel.crops`."""
        margin = self._side
        target = np.stack([self._around[_slices(box.moved(margin, margin))] for box in windows])
        canvas: NDArray[np.float32] = target.copy()
        inside = np.zeros((*canvas.shape[:3], 1), np.float32)
        for index, box in enumerate(windows):
            part = box.clipped(self.size)
            canvas[index][_within(part, box)] = self._seen[_slices(part)]
            inside[index][_within(part, box)] = 1
        first, second, third = (
            torch.from_numpy(each).to(self._device).permute(0, 3, 1, 2) for each in (canvas, target, inside)
        )
        # Most steps lie wholly on the sheet, and what need not be multiplied by 1 is large.
        return first, second, None if inside.all() else third

    def observe(self, windows: list[PixelBox], pixels: NDArray[np.float32]) -> None:
        """Replace what the actor sees in windows by [B, S, S, 3]."""
        for drawn, box in zip(pixels, windows, strict=True):
            part = box.clipped(self.size)
            self._seen[_slices(part)] = drawn[_within(part, box)]

    def laid(
        self, brush: Brush, windows: list[PixelBox], bundles: Tensor, keep: Tensor, *, step: int, most: int
    ) -> Strokes:
        """See `Easel.laid`."""
        strokes = self.strokes(brush, windows, bundles.cpu().numpy(), keep.cpu().numpy(), step)[:most]
        before = float(np.sum(self._squares(), dtype=np.float64))
        gains = lay(self._canvas, strokes, self.scale, self._target)
        self._errors = None
        return strokes.changed(errors=np.maximum(0, before + np.cumsum(gains)) / self._target.size)


def _slices(box: PixelBox) -> tuple[slice, slice]:
    """A box as an index into [H, W, ...]."""
    return slice(box.top, box.bottom), slice(box.left, box.right)


def _within(part: PixelBox, box: PixelBox) -> tuple[slice, slice]:
    """A part of a box as an index into the box's own pixels."""
    return _slices(part.moved(-box.top, -box.left))
