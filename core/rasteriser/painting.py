"""A whole painting as one differentiable function of its strokes: what refinement climbs down."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.brushes import BRUSHES, PolygonBrush
from core.document import Document
from core.geometry import Size, pixel_scale
from core.parallel_loops import PARALLEL_LOOPS
from core.rasteriser import painting_kernels as kernels
from core.rasteriser.covers import brush_points, covers_of
from core.rasteriser.fast import bare_canvas
from core.rasteriser.marks import marks_of

_BAND = 32
"""Rows that a thread takes at a time."""

LONGEST_SIDE = 512
"""Pixels that a painting is bettered at, at most: finer detail than that hardly moves a stroke."""

MOST_PIXELS = 48_000_000
"""Of what all strokes are drawn in together: some gigabyte on a CPU, some more on a GPU. With more of them a painting
is bettered at a smaller size."""


def working_size(document: Document, *, margin: float = 1.0, squares: bool = False) -> Size:
    """The size of the canvas on which a painting's strokes can all be in memory.

    Args:
        document: The painting.
        margin: Around each stroke, pixels.
        squares: Each is drawn in a square window whose side is a power of two, as on a GPU, not in its own box.
    """
    size = document.size
    if size.longer > LONGEST_SIDE:
        size = size.with_longer_side(LONGEST_SIDE)
    if not len(document.strokes):
        return size
    marks = marks_of(document.strokes, pixel_scale(document.size, size))
    sides = [side + 2 * margin for side in marks.sides(size)]
    if squares:
        sides = [2 ** np.ceil(np.log2(np.maximum(*sides)))] * 2
    pixels = float((sides[0] * sides[1]).sum())
    if pixels > MOST_PIXELS:
        size = size.with_longer_side(max(16, int(size.longer * (MOST_PIXELS / pixels) ** 0.5)))
    return size


def painted(
    bare: Tensor, types: NDArray[np.uint8], shapes: Tensor, rgb: Tensor, patches: Tensor, *, feather: float = 1.0
) -> Tensor:
    """The canvas after strokes of any types, differentiable in their shapes and colours.

    Args:
        bare: [H, W, 3] float32, what they are laid on, in 0..1; on a CUDA device all tensors are, in single precision,
            and Triton draws.
        types: [N] index into `BRUSHES`, the lowest stroke first.
        shapes: [N, >= size - 3] parameters of each, float64, unit frame; those after a shape's own are ignored.
        rgb: [N, 3] float32 in 0..1.
        patches: [N, 3] float64 row, column, side of each stroke's patch, canvas pixels.
        feather: Width of soft edges, pixels; 1 is the brush.

    Returns:
        [H, W, 3] float32.

    Sizes: H x W canvas, N strokes.
    """
    if bare.is_cuda:
        from core.rasteriser.gpu_painting import gpu_painted

        return gpu_painted(bare, types, shapes, rgb, patches, feather=feather)
    merged, offsets, polygon = _points(types, shapes, patches)
    result: Tensor = _Painted.apply(merged, rgb, bare, offsets, polygon, feather)  # type: ignore[no-untyped-call]
    return result


def worths(
    bare: Tensor,
    types: NDArray[np.uint8],
    shapes: Tensor,
    rgb: Tensor,
    patches: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
) -> NDArray[np.float64]:
    """What the summed squared error [N] would rise by without each stroke alone: below 0 for one that does harm.

    Args:
        bare: As in `painted`, and so on, on the CPU.
        types: Likewise.
        shapes: Likewise.
        rgb: Likewise.
        patches: Likewise.
        target: [H, W, 3] float32 in 0..1.
        weight: [H, W] float32, how much each pixel's error counts; all alike where absent.
    """
    with torch.no_grad():
        merged, offsets, polygon = _points(types, shapes, patches)
    layers = Layers(merged.numpy(), rgb.detach().numpy(), bare.numpy(), offsets, polygon)
    weights = np.ones(target.shape[:2], np.float32) if weight is None else weight.numpy()
    result = np.empty((len(layers.bands) - 1, len(types)))
    with PARALLEL_LOOPS:
        kernels.worth(
            layers.canvas, target.numpy(), weights, layers.alpha, layers.rgb, layers.boxes, layers.starts, layers.bands,
            layers.before, result,
        )  # fmt: skip
    total: NDArray[np.float64] = result.sum(axis=0)
    return total


def _points(
    types: NDArray[np.uint8], shapes: Tensor, patches: Tensor
) -> tuple[Tensor, NDArray[np.int64], NDArray[np.bool_]]:
    """Stamps and corners [4, M] of all strokes in order, where each one's begin [N + 1], and which are polygons [N]."""
    counts = np.zeros(len(types), np.int64)
    polygon = np.zeros(len(types), bool)
    parts = []
    for kind in np.unique(types).tolist():
        of_kind = np.flatnonzero(types == kind)
        index = torch.from_numpy(of_kind)
        brush, shape, patch = BRUSHES[kind], shapes[index], patches[index]
        points, counts[of_kind] = brush_points(brush, shape, patch)
        polygon[of_kind] = isinstance(brush, PolygonBrush)
        parts.append((of_kind, points))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    merged = torch.zeros(4, int(offsets[-1]), dtype=shapes.dtype)
    for of_kind, points in parts:
        own = counts[of_kind]
        shift = np.repeat(offsets[of_kind] - np.concatenate([[0], np.cumsum(own)[:-1]]), own)
        places = torch.from_numpy(np.arange(points.shape[1]) + shift)
        merged = merged.index_copy(1, places, points)
    return merged, offsets, polygon


class Layers:
    """Strokes laid on a canvas, with all that it takes to go back.

    Attributes:
        canvas: [H, W, 3] after them.
        alpha: [P] what each covers, in its own box.
        before: [P, 3] what it was laid on there.
    """

    def __init__(
        self,
        points: NDArray[np.float64],
        rgb: NDArray[np.float32],
        bare: NDArray[np.float32],
        offsets: NDArray[np.int64],
        polygon: NDArray[np.bool_],
        feather: float = 1.0,
    ) -> None:
        """Cover and lay; see `_points`, and `painted` for the rest."""
        height, width = bare.shape[:2]
        self.marks = [np.ascontiguousarray(each) for each in points]
        self.offsets, self.polygon, self.feather = offsets, polygon, feather
        covers = covers_of(points, offsets, polygon, Size(height, width), feather=feather)
        self.alpha, self.boxes, self.starts = covers
        self.before = np.empty((self.starts[-1], 3), np.float32)
        self.bare = bare
        self.bands = np.append(np.arange(0, height, _BAND), height)
        self.lay(rgb)

    @classmethod
    def of(cls, document: Document, size: Size) -> Layers:
        """A document's strokes on a canvas of that size; muted ones cover nothing, and nothing depends on them."""
        strokes = document.strokes
        patches = torch.from_numpy(strokes.patches * pixel_scale(document.size, size))
        shapes = torch.tensor(strokes.parameters, dtype=torch.float64)
        points, offsets, polygon = _points(strokes.types, shapes, patches)
        opacity = points[3].numpy()
        opacity[np.repeat(strokes.muted, np.diff(offsets))] = 0
        return cls(points.numpy(), strokes.rgb(), bare_canvas(size, document.background), offsets, polygon)

    def lay(self, rgb: NDArray[np.float32]) -> None:
        """Lay the strokes anew, in other colours [N, 3]."""
        self.rgb, self.canvas = np.ascontiguousarray(rgb), self.bare.copy()
        with PARALLEL_LOOPS:
            kernels.composite(self.canvas, self.alpha, self.rgb, self.boxes, self.starts, self.bands, self.before)

    def back(self, slope: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Gradients by coverages [P] and colours [N, 3] from that by the canvas [H, W, 3].

        `slope` is changed: it becomes the gradient by the bare canvas.
        """
        d_alpha = np.empty_like(self.alpha)
        d_rgb = np.empty((len(self.bands) - 1, len(self.rgb), 3))
        with PARALLEL_LOOPS:
            kernels.composite_backward(
                slope, self.alpha, self.rgb, self.boxes, self.starts, self.bands, self.before, d_alpha, d_rgb
            )
        return d_alpha, d_rgb.sum(axis=0)


class _Painted(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        points: Tensor,
        rgb: Tensor,
        bare: Tensor,
        offsets: NDArray[np.int64],
        polygon: NDArray[np.bool_],
        feather: float,
    ) -> Tensor:
        marks, colours, sheet = (each.detach().numpy() for each in (points, rgb, bare))
        ctx.layers = Layers(marks, colours, sheet, offsets, polygon, feather)
        return torch.from_numpy(ctx.layers.canvas)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        layers: Layers = ctx.layers
        slope = grad.contiguous().numpy().copy()
        d_alpha, d_rgb = layers.back(slope)
        d_points = np.zeros((4, len(layers.marks[0])))
        with PARALLEL_LOOPS:
            kernels.cover_backward(
                *layers.marks, layers.offsets, layers.polygon, layers.boxes, layers.starts, layers.feather,
                layers.alpha, d_alpha, *d_points,
            )  # fmt: skip
        by_rgb = torch.from_numpy(d_rgb).float()
        return torch.from_numpy(d_points), by_rgb, torch.from_numpy(slope), None, None, None
