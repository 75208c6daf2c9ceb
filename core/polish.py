"""The strokes of a painting under refinement: tensors that descend a loss together, and of which some are dropped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.bounds import FREE, Bounds
from core.brushes import BRUSHES, MAX_PARAMETERS
from core.document import Document
from core.geometry import Size, pixel_scale
from core.objective import Objective
from core.protection import PROTECTED, blocked, covering
from core.rasteriser.covers import touching_of
from core.rasteriser.fast import bare_canvas
from core.rasteriser.painting import painted, worths
from core.stroke import Strokes

LEAST_OPACITY = 0.6
"""Strokes that were no fainter do not become fainter: see `training.actors.OPACITY_FLOOR`."""

_BETAS = (0.9, 0.99)


class Polish:
    """Strokes of any types, and Adam's memory of each.

    Muted strokes take no part: they are neither counted nor dropped, and come back at their places. Locked ones are
    seen, but stay as they are, and are never dropped.

    Sizes: N strokes, P parameters of the types that have most.
    """

    def __init__(self, document: Document, size: Size, device: torch.device, bounds: Bounds = FREE) -> None:
        """Begin with a document's strokes.

        Args:
            document: The painting.
            size: Of the canvas that it is refined on.
            device: Where.
            bounds: What strokes may be like. One that covers what is protected already may go on doing so; one that
                lies so near that this canvas is too coarse to tell keeps its shape.
        """
        self._muted, strokes = document.strokes.picked(document.strokes.muted), document.strokes.drawn
        self._rows, self._muted_rows = (np.flatnonzero(document.strokes.muted == muted) for muted in (False, True))
        # In double precision on the CPU, as a document is drawn; a GPU's kernels are of single precision.
        number = torch.float64 if device.type == "cpu" else torch.float32
        self._types, self._steps, self._flags = strokes.types.copy(), strokes.steps.copy(), strokes.flags.copy()
        self._sheet_patches = strokes.patches
        self._bare = torch.from_numpy(bare_canvas(size, document.background)).to(device)
        self._patches = torch.tensor(strokes.patches * pixel_scale(document.size, size), dtype=number, device=device)
        self._shapes = torch.tensor(strokes.parameters, dtype=number, device=device, requires_grad=True)
        self._rgb = torch.tensor(strokes.rgb(), device=device, requires_grad=True)
        self._lowest = torch.tensor(_lowest(strokes), dtype=number, device=device)
        self._locked = torch.from_numpy(strokes.locked).to(device)
        self._bounds, self._longer = bounds, size.longer
        self._least = bounds.min_size / 100 * size.longer
        self._blocked = blocked(bounds.protect, document.size, size)
        self._may_touch = np.zeros(len(self), np.bool_)
        if self._blocked is not None and bounds.protect is not None:
            covered = covering(bounds.protect >= PROTECTED, document.size)
            self._may_touch = self._touching(covered, torch.from_numpy(strokes.patches.copy()))
        self._moments = [torch.zeros_like(each) for each in (self._shapes, self._rgb) for _ in range(2)]
        self._done = 0

    def __len__(self) -> int:
        return len(self._types)

    def canvas(self, feather: float) -> Tensor:
        """[H, W, 3] after all strokes, with edges of that width, pixels; with its gradient."""
        return painted(self._bare, self._types, self._shapes, self._rgb, self._patches, feather=feather)

    def descend(self, loss: Tensor, shape_rate: float, colour_rate: float) -> None:
        """One step of Adam down a loss of the canvas, each parameter by at most about its rate."""
        slopes = torch.autograd.grad(loss, (self._shapes, self._rgb))
        self._done += 1
        first, second = _BETAS
        with torch.no_grad():
            held = self._least or self._blocked is not None
            before = self._shapes.clone() if held else None
            rates = shape_rate, 0.0 if self._bounds.palette is not None else colour_rate
            for index, (values, slope, rate) in enumerate(zip((self._shapes, self._rgb), slopes, rates, strict=True)):
                slope.masked_fill_(self._locked[:, None], 0)
                mean, square = self._moments[2 * index : 2 * index + 2]
                mean.lerp_(slope, 1 - first)
                square.lerp_(slope.square(), 1 - second)
                size = (square / (1 - second**self._done)).sqrt_().add_(1e-12)
                values.sub_(mean / (1 - first**self._done) / size, alpha=rate)
            self._shapes.copy_(torch.maximum(self._shapes, self._lowest).clamp_(max=1.0))
            self._limit()
            self._rgb.clamp_(0, 1)
            if before is not None:
                now, then = self._longest(self._shapes), self._longest(before)
                gone_wrong = (now < self._least) & (now < then)
                if self._blocked is not None:
                    touching = self._touching(self._blocked, self._patches) & ~self._may_touch
                    gone_wrong |= torch.from_numpy(touching).to(gone_wrong.device)
                self._shapes[gone_wrong] = before[gone_wrong]

    def drop(self, wanted: int, objective: Objective) -> None:
        """Drop strokes until so many are left: those without which alone the squared error would rise least.

        It counts where the objective's does; other losses are taken to miss the same strokes.
        """
        if wanted >= len(self):
            return
        tensors = (each.detach().cpu() for each in (self._shapes, self._rgb, self._patches))
        shapes, rgb, patches = tensors
        weight = None if objective.weight is None else objective.weight.cpu()
        worth = worths(
            self._bare.cpu(), self._types, shapes.double(), rgb, patches.double(), objective.target.cpu(), weight
        )
        worth[self._locked.cpu().numpy()] = np.inf
        kept = np.sort(np.argsort(worth, kind="stable")[len(self) - wanted :])
        rows = torch.from_numpy(kept).to(self._rgb.device)
        self._types, self._steps, self._flags = self._types[kept], self._steps[kept], self._flags[kept]
        self._sheet_patches, self._rows = self._sheet_patches[kept], self._rows[kept]
        self._patches, self._lowest, self._locked = self._patches[rows], self._lowest[rows], self._locked[rows]
        self._may_touch = self._may_touch[kept]
        self._moments = [each[rows] for each in self._moments]
        self._shapes, self._rgb = (each.detach()[rows].requires_grad_() for each in (self._shapes, self._rgb))

    def strokes(self) -> Strokes:
        """The strokes as they are, muted ones among them."""
        shapes = self._shapes.detach().cpu().numpy().astype(np.float32)
        strokes = Strokes.from_columns(
            types=self._types, patches=self._sheet_patches, parameters=shapes, steps=self._steps, flags=self._flags
        ).changed(rgb=self._rgb.detach().cpu().numpy())
        if not len(self._muted):
            return strokes
        return strokes.appended(self._muted).picked(np.argsort(np.concatenate([self._rows, self._muted_rows])))

    def _limit(self) -> None:
        """Make strokes as thick and opaque as allowed."""
        if not self._bounds.limits_shapes:
            return
        for kind, rows in self._by_type():
            least, most = (each / 100 * self._longer / self._patches[rows, 2] for each in self._bounds.width)
            limited = BRUSHES[kind].limited(self._shapes[rows], (least, most), self._bounds.opacity)
            self._shapes[rows] = torch.where(self._locked[rows, None], self._shapes[rows], limited)

    def _touching(self, blocked: NDArray[np.bool_], patches: Tensor) -> NDArray[np.bool_]:
        """[N] which strokes cover anything of a canvas where it is blocked, of patches [N, 3] in its pixels."""
        touching = np.zeros(len(self), np.bool_)
        shapes, patches = self._shapes.detach().cpu(), patches.cpu()
        for kind, rows in self._by_type():
            own = rows.cpu()
            touching[own.numpy()] = touching_of(BRUSHES[kind], shapes[own], patches[own], blocked)
        return touching

    def _by_type(self) -> Iterator[tuple[int, Tensor]]:
        """Each type's index, and which strokes have it."""
        for kind in np.unique(self._types).tolist():
            yield kind, torch.from_numpy(np.flatnonzero(self._types == kind)).to(self._shapes.device)

    def _longest(self, shapes: Tensor) -> Tensor:
        """[N] each stroke's longest line, pixels."""
        result = torch.zeros_like(shapes[:, 0])
        for kind, rows in self._by_type():
            result[rows] = BRUSHES[kind].longest(shapes[rows]) * self._patches[rows, 2]
        return result


def _lowest(strokes: Strokes) -> NDArray[np.float64]:
    """The least value [N, P] of each parameter."""
    lowest = np.zeros((len(strokes), MAX_PARAMETERS))
    for kind in np.unique(strokes.types).tolist():
        faint = np.array([name.startswith("opacity") for name in BRUSHES[kind].parameters])
        chosen = (strokes.types == kind)[:, None] & np.pad(faint, (0, MAX_PARAMETERS - len(faint)))
        lowest[chosen] = np.minimum(strokes.parameters[chosen], LEAST_OPACITY)
    return lowest
