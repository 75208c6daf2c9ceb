"""A whole painting as one differentiable function of its strokes: what refinement climbs down."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.brushes import BRUSHES, DiscBrush, PolygonBrush
from core.parallel_loops import PARALLEL_LOOPS
from core.rasteriser import painting_kernels as kernels

_BAND = 32
"""Rows that a thread takes at a time."""


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
    counts = np.zeros(len(types), np.int64)
    polygon = np.zeros(len(types), bool)
    parts = []
    for kind in np.unique(types).tolist():
        of_kind = np.flatnonzero(types == kind)
        index = torch.from_numpy(of_kind)
        brush, shape, patch = BRUSHES[kind], shapes[index], patches[index]
        if isinstance(brush, DiscBrush):
            with torch.no_grad():
                times = brush.times(shape)
            stamps = brush.stamps(shape, patch, times)
            points = torch.stack(stamps[:4])
            counts[of_kind] = np.diff(stamps.offsets.numpy())
        else:
            assert isinstance(brush, PolygonBrush)
            row, column, opacity = brush.polygons(shape, patch)
            opacities = opacity[:, None].expand_as(row)
            points = torch.stack([row, column, torch.zeros_like(row), opacities]).flatten(1)
            counts[of_kind], polygon[of_kind] = row.shape[1], True
        parts.append((of_kind, points))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    merged = torch.zeros(4, int(offsets[-1]), dtype=shapes.dtype)
    for of_kind, points in parts:
        own = counts[of_kind]
        shift = np.repeat(offsets[of_kind] - np.concatenate([[0], np.cumsum(own)[:-1]]), own)
        places = torch.from_numpy(np.arange(points.shape[1]) + shift)
        merged = merged.index_copy(1, places, points)
    result: Tensor = _Painted.apply(merged, rgb, bare, offsets, polygon, feather)  # type: ignore[no-untyped-call]
    return result


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
        height, width = bare.shape[:2]
        marks = [np.ascontiguousarray(each) for each in points.detach().numpy()]
        boxes = _boxes(marks, offsets, height, width, feather)
        starts = np.concatenate([[0], np.cumsum((boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2]))])
        alpha = np.zeros(starts[-1], np.float32)
        before = np.empty((starts[-1], 3), np.float32)
        canvas = bare.detach().numpy().copy()
        colours = np.ascontiguousarray(rgb.detach().numpy())
        bands = np.append(np.arange(0, height, _BAND), height)
        with PARALLEL_LOOPS:
            kernels.cover(*marks, offsets, polygon, boxes, starts, feather, alpha)
            kernels.composite(canvas, alpha, colours, boxes, starts, bands, before)
        ctx.kept = marks, offsets, polygon, boxes, starts, feather, alpha, before, colours, bands
        return torch.from_numpy(canvas)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        marks, offsets, polygon, boxes, starts, feather, alpha, before, colours, bands = ctx.kept
        slope = grad.contiguous().numpy().copy()
        d_alpha = np.empty_like(alpha)
        d_rgb = np.empty((len(bands) - 1, len(colours), 3))
        d_points = np.zeros((4, len(marks[0])))
        with PARALLEL_LOOPS:
            kernels.composite_backward(slope, alpha, colours, boxes, starts, bands, before, d_alpha, d_rgb)
            kernels.cover_backward(*marks, offsets, polygon, boxes, starts, feather, alpha, d_alpha, *d_points)
        return (
            torch.from_numpy(d_points),
            torch.from_numpy(d_rgb.sum(axis=0)).float(),
            torch.from_numpy(slope),
            None,
            None,
            None,
        )


def _boxes(
    marks: list[NDArray[np.float64]], offsets: NDArray[np.int64], height: int, width: int, feather: float
) -> NDArray[np.int64]:
    """[N, 4] top, bottom, left and right of what each stroke may touch on the canvas; empty where nothing."""
    row, column, radius, _ = marks
    reach = np.maximum(radius, feather) + feather
    firsts = offsets[:-1]
    corners = []
    for centre, limit in ((row, height), (column, width)):
        low = np.floor(np.minimum.reduceat(centre - reach, firsts)).clip(0, limit)
        corners += [low, np.ceil(np.maximum.reduceat(centre + reach, firsts)).clip(low, limit)]
    return np.stack(corners, axis=1).astype(np.int64)
