"""The pixel loops of polygons for CUDA devices, in Triton: the rule of `core.rasteriser.polygon_kernels`.

Forward, a program is one square block of pixels of one stroke. Backward, it is one whole stroke, block after block, so
that sums are taken in one order: the same strokes give the same bits.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from core.brushes import Polygons
from core.geometry import Size

_SIDE = tl.constexpr(16)
"""Of a block, pixels."""

_WARPS = 1
"""Of a program: within one warp, sums over a block need neither shared memory nor barriers."""

_LEAST = tl.constexpr(1e-9)
"""Pixels: a side that runs less than that along an axis is taken to run so far."""


def polygon_forward(polygons: Polygons, size: Size, feather: float) -> Tensor:
    """Coverage times opacity.

    Args:
        polygons: float32, corners [N, V], contiguous, in pixels of the result.
        size: Height and width of the result, pixels.
        feather: Side of the square around a pixel's centre whose share inside is taken.

    Returns:
        float32 [N, H, W].
    """
    strokes, corners = polygons.row.shape
    alpha: Tensor = polygons.row.new_empty(strokes, *size)
    if alpha.numel():
        with torch.cuda.device_of(alpha):
            blocks = triton.cdiv(size.height, _SIDE.value) * triton.cdiv(size.width, _SIDE.value)
            _forward[(strokes * blocks,)](
                *polygons, alpha, float(feather), corners, *size, num_warps=_WARPS, enable_fp_fusion=True
            )
    return alpha


def polygon_backward(polygons: Polygons, feather: float, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of sum(grad * alpha), grad [N, H, W] contiguous, by row and column [N, V] and opacity [N]."""
    by_row, by_column, by_opacity = (torch.zeros_like(each) for each in polygons)
    if grad.numel():
        with torch.cuda.device_of(grad):
            _backward[(len(grad),)](
                *polygons, grad, by_row, by_column, by_opacity, float(feather), polygons.row.shape[1], *grad.shape[1:],
                num_warps=_WARPS, enable_fp_fusion=True,
            )  # fmt: skip
    return by_row, by_column, by_opacity


@triton.jit
def _sign(row, column, base, corners):
    """1 or -1: which way round a polygon's corners go."""
    area = 0.0
    r0, c0 = tl.load(row + base), tl.load(column + base)  # or far from the origin rounding would decide
    for corner in range(corners):
        following = (corner + 1) % corners
        area += (tl.load(row + base + corner) - r0) * (tl.load(column + base + following) - c0)
        area -= (tl.load(row + base + following) - r0) * (tl.load(column + base + corner) - c0)
    return tl.where(area < 0.0, -1.0, 1.0)


@triton.jit
def _not_zero(run):
    return tl.where(tl.abs(run) < _LEAST, _LEAST, run)


@triton.jit
def _coverage(row, column, base, corners, sign, y, x, feather):
    """The share inside of the squares around the centres of pixels (y, x)."""
    half = 0.5 * feather
    top, bottom, edge = y + 0.5 - half, y + 0.5 + half, x + 0.5 + half
    total = tl.zeros(y.shape, tl.float32)
    for corner in range(corners):
        following = (corner + 1) % corners
        r0, c0 = tl.load(row + base + corner), tl.load(column + base + corner)
        r1, c1 = tl.load(row + base + following), tl.load(column + base + following)
        begin = tl.minimum(tl.maximum(r0, top), bottom)
        end = tl.minimum(tl.maximum(r1, top), bottom)
        run = _not_zero(r1 - r0)
        u0 = (edge - (c0 + (begin - r0) / run * (c1 - c0))) / feather
        u1 = (edge - (c0 + (end - r0) / run * (c1 - c0))) / feather
        low, high = tl.minimum(u0, u1), tl.maximum(u0, u1)
        inner = tl.minimum(tl.maximum(high, 0.0), 1.0)
        outer = tl.minimum(tl.maximum(low, 0.0), 1.0)
        middle, span = 0.5 * (inner + outer), high - low
        mean = ((inner - outer) * middle + tl.maximum(high - 1.0, 0.0)) / tl.maximum(span, _LEAST)
        total += (end - begin) / feather * tl.where((span < 1e-6) | (low >= 1.0), middle, mean)
    return tl.minimum(tl.maximum(total * sign, 0.0), 1.0)


@triton.jit
def _forward(row, column, opacity, alpha, feather, corners, height, width):
    """One block of one stroke; see `core.rasteriser.polygon_kernels.polygon_forward`."""
    across = tl.cdiv(width, _SIDE)
    blocks = tl.cdiv(height, _SIDE) * across
    stroke, block = tl.program_id(0) // blocks, tl.program_id(0) % blocks
    base = stroke.to(tl.int64) * corners
    pixel = tl.arange(0, _SIDE * _SIDE)
    y = block // across * _SIDE + pixel // _SIDE
    x = block % across * _SIDE + pixel % _SIDE
    covered = _coverage(row, column, base, corners, _sign(row, column, base, corners), y, x, feather)
    place = (stroke.to(tl.int64) * height + y) * width + x
    tl.store(alpha + place, tl.load(opacity + stroke) * covered, (y < height) & (x < width))


@triton.jit
def _backward(
    row, column, opacity, grad, by_row, by_column, by_opacity, feather, corners, height, width
):  # fmt: skip
    """One stroke; see `core.rasteriser.polygon_kernels.polygon_backward`."""
    stroke = tl.program_id(0).to(tl.int64)
    base = stroke * corners
    sign = _sign(row, column, base, corners)
    half = 0.5 * feather
    scale = -sign * tl.load(opacity + stroke) / (feather * feather)
    pixel = tl.arange(0, _SIDE * _SIDE)
    across_blocks = tl.cdiv(width, _SIDE)
    blocks = tl.cdiv(height, _SIDE) * across_blocks
    weight = tl.zeros((_SIDE * _SIDE,), tl.float32)
    for block in range(blocks):
        y = block // across_blocks * _SIDE + pixel // _SIDE
        x = block % across_blocks * _SIDE + pixel % _SIDE
        slope = tl.load(grad + (stroke * height + y) * width + x, (y < height) & (x < width), 0.0)
        weight += slope * _coverage(row, column, base, corners, sign, y, x, feather)
    tl.store(by_opacity + stroke, tl.sum(weight, 0))
    for corner in range(corners):
        following = (corner + 1) % corners
        r0, c0 = tl.load(row + base + corner), tl.load(column + base + corner)
        high, across = tl.load(row + base + following) - r0, tl.load(column + base + following) - c0
        near = tl.zeros((_SIDE * _SIDE,), tl.float32)
        far = tl.zeros((_SIDE * _SIDE,), tl.float32)
        for block in range(blocks):
            y = block // across_blocks * _SIDE + pixel // _SIDE
            x = block % across_blocks * _SIDE + pixel % _SIDE
            slope = tl.load(grad + (stroke * height + y) * width + x, (y < height) & (x < width), 0.0)
            r_one, r_other = (y + 0.5 - half - r0) / _not_zero(high), (y + 0.5 + half - r0) / _not_zero(high)
            c_one, c_other = (x + 0.5 - half - c0) / _not_zero(across), (x + 0.5 + half - c0) / _not_zero(across)
            begin = tl.maximum(tl.maximum(tl.minimum(r_one, r_other), tl.minimum(c_one, c_other)), 0.0)
            begin = tl.minimum(begin, 1.0)
            end = tl.minimum(tl.minimum(tl.maximum(r_one, r_other), tl.maximum(c_one, c_other)), 1.0)
            end = tl.maximum(begin, end)
            # Not half the difference of the squares: fused, that leaves a rounding error where there is nothing.
            late = 0.5 * (end - begin) * (end + begin)
            far += slope * late
            near += slope * (end - begin - late)
        near_sum, far_sum = scale * tl.sum(near, 0), scale * tl.sum(far, 0)
        # Only this program adds here, from one thread, so in one order.
        tl.atomic_add(by_column + base + corner, high * near_sum, sem="relaxed")
        tl.atomic_add(by_column + base + following, high * far_sum, sem="relaxed")
        tl.atomic_add(by_row + base + corner, -across * near_sum, sem="relaxed")
        tl.atomic_add(by_row + base + following, -across * far_sum, sem="relaxed")
