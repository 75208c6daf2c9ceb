"""An easel on a CUDA device: canvas, target and their difference never leave it, only strokes do."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.brushes import Brush
from core.document import Document
from core.easel import Easel
from core.geometry import PixelBox
from core.job import PaintJob
from core.patches import Lattice
from core.rasteriser.fast import Canvas
from core.rasteriser.gpu_drawing import drawn, points_of
from core.rasteriser.gpu_drawing import lay as lay_strokes
from core.rasteriser.gpu_forms import StepForms
from core.rasteriser.triton_laying import ONE, crops
from core.rasteriser.triton_laying import lay as lay_points
from core.resampling import resized
from core.schedule import Level
from core.stroke import Strokes


class GpuEasel(Easel):
    """An easel in the memory of the GPU, drawn on by Triton's kernels.

    Sums of errors are taken in whole numbers, so that the same strokes have the same errors, and the same windows are
    looked at, in whatever order the device adds up.

    Sizes: as of `Easel`.
    """

    in_powers = True

    def __init__(
        self,
        job: PaintJob,
        document: Document,
        level: Level,
        side: int,
        device: torch.device,
        forms: StepForms | None = None,
        canvas: Canvas | None = None,
    ) -> None:
        """Set up.

        Args:
            job: What is painted.
            document: What of it there is already.
            level: Of the schedule.
            side: Of the windows, pixels.
            device: The GPU.
            forms: Kept from one easel to the next, it need not be captured anew.
            canvas: What lies under the document's strokes instead of its bare sheet.
        """
        super().__init__(job, document, level, side)
        self._device, self._forms = device, StepForms(side) if forms is None else forms
        # Sent as bytes, a quarter of what they become.
        target = torch.from_numpy(np.ascontiguousarray(resized(job.target, self.size))).to(device)
        self._target = target.float().div_(255)
        if canvas is None:
            self._canvas = drawn(document, self.size, device)
        else:
            # A copy also where neither the size nor the device changes anything: it is drawn on.
            self._canvas = torch.from_numpy(resized(canvas, self.size).copy()).to(device)
            lay_strokes(self._canvas, document.strokes, self.scale)
        self._errors: Tensor | None = None
        self._weights = None if self._felt is None else torch.from_numpy(self._felt).to(device)

    def _squares(self) -> Tensor:
        """[H, W]: squared error summed over channels; measured once for every state of the canvas."""
        if self._errors is None:
            self._errors = (self._canvas - self._target).square_().sum(-1)
        return self._errors

    @torch.inference_mode()
    def windows(self, most: int, random: np.random.Generator, *, widely: bool = False) -> list[PixelBox]:
        """See `Easel.windows`."""
        felt = self._squares() if self._weights is None else self._squares() * self._weights
        sums = torch.nn.functional.pad(_whole(felt).cumsum(0).cumsum(1), (1, 0, 1, 0))
        lattice = Lattice.at(self.size, self._side, random)
        (top, bottom), (left, right) = lattice.edges(self.size)
        rows, columns = (
            torch.from_numpy(np.concatenate(pair)).to(self._device) for pair in ((top, bottom), (left, right))
        )
        corners = sums[rows][:, columns].cpu().numpy()
        upper, lower = corners[: len(top)], corners[len(top) :]
        across = len(left)
        inside = lower[:, across:] - upper[:, across:] + upper[:, :across] - lower[:, :across]
        return lattice.worst(inside, most, least=0.0 if widely else self._least_felt)

    @torch.inference_mode()
    def crops(self, windows: list[PixelBox]) -> tuple[Tensor, Tensor, Tensor | None]:
        """See `Easel.crops`."""
        return crops(self._canvas, self._target, self._corners(windows), self._side)

    @torch.inference_mode()
    def laid(
        self, brush: Brush, windows: list[PixelBox], bundles: Tensor, keep: Tensor, *, step: int, most: int
    ) -> Strokes:
        """See `Easel.laid`."""
        before = _whole(self._squares()).sum()
        form, boxes = self._forms(brush, bundles)
        origins = self._corners(windows).repeat_interleave(bundles.shape[1], dim=0)
        chosen = keep.flatten()
        chosen = chosen & (chosen.cumsum(0) <= most)
        boxes = torch.where(chosen[:, None], boxes + origins.repeat(1, 2), 0)
        rgb = bundles[..., -3:].flatten(0, 1).contiguous()
        gains = lay_points(self._canvas, points_of(form, origins, boxes), rgb, self._target)
        self._errors = None
        assert gains is not None
        # From here on the device is waited for.
        errors = (before + gains.cumsum(0)).cpu().numpy()
        kept = chosen.cpu().numpy()
        strokes = self.strokes(brush, windows, bundles.cpu().numpy(), kept.reshape(keep.shape), step)
        return strokes.changed(errors=np.maximum(0, errors[kept]) / (ONE * self._target.numel()))

    def _corners(self, windows: list[PixelBox]) -> Tensor:
        return torch.tensor([box[:2] for box in windows], dtype=torch.int32).to(self._device)


def _whole(squares: Tensor) -> Tensor:
    """Squared errors in parts of `ONE`."""
    return (squares.double() * ONE).long()
