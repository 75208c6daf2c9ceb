"""Polygons to coverage with gradients: compiled on the CPU and on CUDA devices, else in tensor operations.

The rule of `core.rasteriser`. None keeps more than the corners for the backward pass.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.brushes import Polygons
from core.compilers import HAS_NUMBA, HAS_TRITON
from core.geometry import Size
from core.parallel_loops import PARALLEL_LOOPS

if HAS_NUMBA:
    from core.rasteriser import polygon_kernels

_LEAST = 1e-9
"""Pixels: a side that runs less than that along an axis is taken to run so far."""


def polygon_alpha(polygons: Polygons, size: Size, *, feather: float = 1.0, compiled: bool = True) -> Tensor:
    """Coverage times opacity of polygons, differentiable in corners and opacities.

    Args:
        polygons: Corners [N, V] in pixels of the result.
        size: Height and width of the result, pixels.
        feather: Side of the square around a pixel's centre whose share inside is taken; 1 is the pixel.
        compiled: Use the compiled kernels where there are some for the tensors.

    Returns:
        [N, H, W] in 0..1.
    """
    if compiled and HAS_TRITON and polygons.row.is_cuda and polygons.row.dtype == torch.float32:
        return triton_alpha(polygons, size, feather=feather)
    function = _Compiled if compiled and HAS_NUMBA and polygons.row.device.type == "cpu" else _Batched
    result: Tensor = function.apply(*polygons, size, feather)  # type: ignore[no-untyped-call]
    return result


def triton_alpha(polygons: Polygons, size: Size, *, feather: float = 1.0) -> Tensor:
    """The same by Triton's kernels, of single precision on a CUDA device, or anywhere under Triton's interpreter."""
    result: Tensor = _Triton.apply(*polygons, size, feather)  # type: ignore[no-untyped-call]
    return result


class _Compiled(torch.autograd.Function):
    """The CPU kernels under autograd."""

    @staticmethod
    def forward(ctx: Any, row: Tensor, column: Tensor, opacity: Tensor, size: Size, feather: float) -> Tensor:
        alpha = row.new_zeros(len(row), *size)
        saved = [tensor.detach().contiguous() for tensor in (row, column, opacity)]
        with PARALLEL_LOOPS:
            polygon_kernels.polygon_forward(*(tensor.numpy() for tensor in saved), feather, alpha.numpy())
        ctx.save_for_backward(*saved)
        ctx.feather = feather
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        saved = ctx.saved_tensors
        grads = [torch.empty_like(tensor) for tensor in saved]
        with PARALLEL_LOOPS:
            polygon_kernels.polygon_backward(
                *(tensor.numpy() for tensor in saved),
                ctx.feather,
                grad.contiguous().numpy(),
                *(tensor.numpy() for tensor in grads),
            )
        return *grads, None, None


class _Triton(torch.autograd.Function):
    """Triton's kernels under autograd; imported where they are called, since that takes about a second."""

    @staticmethod
    def forward(ctx: Any, row: Tensor, column: Tensor, opacity: Tensor, size: Size, feather: float) -> Tensor:
        from core.rasteriser import triton_polygons

        polygons = Polygons(*(tensor.contiguous() for tensor in (row, column, opacity)))
        alpha = triton_polygons.polygon_forward(polygons, size, feather)
        ctx.save_for_backward(*polygons)
        ctx.feather = feather
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        from core.rasteriser import triton_polygons

        grads = triton_polygons.polygon_backward(Polygons(*ctx.saved_tensors), ctx.feather, grad.contiguous())
        return *grads, None, None


class _Batched(torch.autograd.Function):
    """The same in tensor operations, on any device: each round takes one side of every polygon."""

    @staticmethod
    def forward(ctx: Any, row: Tensor, column: Tensor, opacity: Tensor, size: Size, feather: float) -> Tensor:
        ctx.save_for_backward(row, column, opacity)
        ctx.size, ctx.feather = size, feather
        alpha: Tensor = _coverage(row, column, size, feather) * opacity[:, None, None]
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        row, column, opacity = ctx.saved_tensors
        feather, half = ctx.feather, ctx.feather / 2
        d_opacity = (grad * _coverage(row, column, ctx.size, feather)).sum((1, 2))
        scale = -_sign(row, column) * opacity / feather**2
        d_row, d_column = torch.zeros_like(row), torch.zeros_like(column)
        rows, columns = _centres(ctx.size, row)
        for corner in range(row.shape[1]):
            following = (corner + 1) % row.shape[1]
            high, across = row[:, following] - row[:, corner], column[:, following] - column[:, corner]
            low_row, high_row = _part(row[:, corner], high, rows, half)
            low_column, high_column = _part(column[:, corner], across, columns, half)
            begin = torch.maximum(low_row[:, :, None], low_column[:, None, :])
            end = torch.maximum(begin, torch.minimum(high_row[:, :, None], high_column[:, None, :]))
            late = (end.square() - begin.square()) / 2
            far = (grad * late).sum((1, 2))
            near = (grad * (end - begin - late)).sum((1, 2))
            d_column[:, corner] += scale * high * near
            d_column[:, following] += scale * high * far
            d_row[:, corner] -= scale * across * near
            d_row[:, following] -= scale * across * far
        return d_row, d_column, d_opacity, None, None


def _centres(size: Size, like: Tensor) -> tuple[Tensor, Tensor]:
    """Rows [H] and columns [W] of the pixels' centres."""
    return (
        torch.arange(size.height, device=like.device, dtype=like.dtype) + 0.5,
        torch.arange(size.width, device=like.device, dtype=like.dtype) + 0.5,
    )


def _sign(row: Tensor, column: Tensor) -> Tensor:
    """1 or -1 [N]: which way round the corners [N, V] go."""
    row, column = row - row[:, :1], column - column[:, :1]  # or far from the origin rounding would decide
    turned = row * column.roll(-1, 1) - row.roll(-1, 1) * column
    return torch.where(turned.sum(1) < 0, -1.0, 1.0).to(row.dtype)


def _not_zero(run: Tensor) -> Tensor:
    """A length to divide by."""
    return torch.where(run.abs() < _LEAST, torch.full_like(run, _LEAST), run)


def _part(start: Tensor, run: Tensor, centres: Tensor, half: float) -> tuple[Tensor, Tensor]:
    """Which part of 0..1 along sides [N] lies within boxes around centres [S] on one axis: two of [N, S]."""
    middle = centres[None] - start[:, None]
    one, other = (middle - half) / _not_zero(run)[:, None], (middle + half) / _not_zero(run)[:, None]
    return torch.minimum(one, other).clamp_min(0), torch.maximum(one, other).clamp_max(1)


def _coverage(row: Tensor, column: Tensor, size: Size, feather: float) -> Tensor:
    """[N, H, W]: the share inside of the square around each pixel's centre."""
    rows, columns = _centres(size, row)
    top, bottom = rows - feather / 2, rows + feather / 2
    total = row.new_zeros(len(row), *size)
    for corner in range(row.shape[1]):
        following = (corner + 1) % row.shape[1]
        r0, r1 = row[:, corner, None], row[:, following, None]
        begin, end = torch.clamp(r0, top, bottom), torch.clamp(r1, top, bottom)
        run = _not_zero(r1 - r0)
        across = column[:, following, None] - column[:, corner, None]
        x0, x1 = (column[:, corner, None] + (each - r0) / run * across for each in (begin, end))
        right = columns + feather / 2
        u0, u1 = ((right - each[:, :, None]) / feather for each in (x0, x1))
        low, high = torch.minimum(u0, u1), torch.maximum(u0, u1)
        # The mean of clip(u, 0, 1): see `core.rasteriser.polygon_kernels`.
        inner, outer = high.clamp(0, 1), low.clamp(0, 1)
        middle, span = (inner + outer) / 2, high - low
        mean = ((inner - outer) * middle + (high - 1).clamp_min(0)) / span.clamp_min(_LEAST)
        total += ((end - begin) / feather)[:, :, None] * torch.where((span < 1e-6) | (low >= 1), middle, mean)
    return (total * _sign(row, column)[:, None, None]).clamp(0, 1)
