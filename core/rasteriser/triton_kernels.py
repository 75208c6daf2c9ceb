"""The pixel loops for CUDA devices, in Triton: shapes fixed beforehand, and nothing the device is waited for.

The rule of `core.rasteriser`, walked as in `core.rasteriser.kernels`, last stamp to first. What a program does for one
square block of pixels begins with one look at all stamps of the stroke. Those from the last that touches the block down
to the first that does, or to the last that covers all of it (what lies below cannot be seen), are then walked with the
block's pixels in registers.

Forward, a program is one block of one stroke. Backward, it is one whole stroke, block after block, so that each stamp's
gradients are summed by one thread in one order: the same strokes give the same bits. A few hundred strokes therefore
leave part of a large device idle on the way back; the time then is that of the stroke with the most stamps.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from core.brushes import PaddedStamps
from core.geometry import Size

_SIDE = tl.constexpr(16)
"""Of a block, pixels: smaller ones waste fewer pixels around a disc, larger ones look at the stamps less often."""

_LOOK = tl.constexpr(64)
"""Stamps looked at together; most strokes have fewer."""

_WARPS = 1
"""Of a program: within one warp, sums over a block need neither shared memory nor barriers."""

_SQRT3 = tl.constexpr(3**0.5)
_MARGIN = tl.constexpr(1e-3)
"""Pixels by which a stamp's reach over a block is judged too wide rather than too narrow: only rounding lies within."""


def alpha_forward(stamps: PaddedStamps, size: Size, feather: float) -> Tensor:
    """Each stroke's coverage times opacity.

    Args:
        stamps: float32 [N, T], contiguous, in pixels of the result.
        size: Height and width of the result, pixels.
        feather: Width of a disc's soft edge, pixels.

    Returns:
        float32 [N, H, W].
    """
    strokes, places = stamps.row.shape
    alpha: Tensor = stamps.row.new_empty(strokes, *size)
    if alpha.numel():
        with torch.cuda.device_of(alpha):
            _forward[(strokes * _blocks(size),)](
                *stamps, alpha, float(feather), places, *size, num_warps=_WARPS, enable_fp_fusion=True
            )
    return alpha


def alpha_backward(stamps: PaddedStamps, feather: float, alpha: Tensor, grad: Tensor) -> Tensor:
    """Gradients of sum(grad * alpha) by every stamp.

    Args:
        stamps: As in `alpha_forward`.
        feather: Likewise.
        alpha: [N, H, W], what `alpha_forward` gave.
        grad: [N, H, W], contiguous.

    Returns:
        float32 [4, N, T]: by row, column, radius and opacity; 0 where no stamp is.
    """
    strokes, places = stamps.row.shape
    by_stamp: Tensor = stamps.row.new_zeros(4, strokes, places)
    if alpha.numel():
        with torch.cuda.device_of(alpha):
            _backward[(strokes,)](
                *stamps, alpha, grad, by_stamp, float(feather), by_stamp.stride(0), places, *alpha.shape[1:],
                num_warps=_WARPS, enable_fp_fusion=True,
            )  # fmt: skip
    return by_stamp


def _blocks(size: Size) -> int:
    return int(triton.cdiv(size.height, _SIDE.value) * triton.cdiv(size.width, _SIDE.value))


@triton.jit
def _edge(radius, feather):
    """The disc's (R, peak): where coverage is peak / 2 on its ramp, and the most it reaches."""
    small = radius < feather / _SQRT3
    full = tl.sqrt(tl.maximum(radius * radius - feather * feather / 12.0, 0.0))
    return tl.where(small, 0.5 * feather, full), tl.where(small, 3.0 * radius * radius / (feather * feather), 1.0)


@triton.jit
def _in_sight(row, column, radius, base, count, top, left, feather):
    """The first and last stamp that can be seen in a block; first is past last where there is none."""
    lowest = tl.full((_LOOK,), 2147483647, tl.int32)
    highest = tl.full((_LOOK,), -1, tl.int32)
    cover = tl.full((_LOOK,), -1, tl.int32)
    for start in range(0, count, _LOOK):
        stamp = start + tl.arange(0, _LOOK)
        there = stamp < count
        edge, peak = _edge(tl.load(radius + base + stamp, there, 0.0), feather)
        # From the centre of the disc to those of the block's first and last pixels.
        before_y = top + 0.5 - tl.load(row + base + stamp, there, 0.0)
        before_x = left + 0.5 - tl.load(column + base + stamp, there, 0.0)
        after_y, after_x = before_y + (_SIDE - 1), before_x + (_SIDE - 1)
        near_y = tl.maximum(tl.maximum(before_y, -after_y), 0.0)
        near_x = tl.maximum(tl.maximum(before_x, -after_x), 0.0)
        far_y = tl.maximum(-before_y, after_y)
        far_x = tl.maximum(-before_x, after_x)
        reach = edge + 0.5 * feather + _MARGIN
        solid = edge - 0.5 * feather - _MARGIN
        touched = there & (near_y * near_y + near_x * near_x < reach * reach)
        covered = touched & (peak == 1.0) & (solid > 0.0) & (far_y * far_y + far_x * far_x < solid * solid)
        lowest = tl.where(touched, tl.minimum(lowest, stamp), lowest)
        highest = tl.where(touched, tl.maximum(highest, stamp), highest)
        cover = tl.where(covered, tl.maximum(cover, stamp), cover)
    return tl.maximum(tl.min(lowest, 0), tl.max(cover, 0)), tl.max(highest, 0)


@triton.jit
def _forward(row, column, radius, opacity, counts, alpha, feather, places, height, width):
    """One block of one stroke; see `core.rasteriser.kernels.alpha_forward`."""
    across = tl.cdiv(width, _SIDE)
    blocks = tl.cdiv(height, _SIDE) * across
    stroke, block = tl.program_id(0) // blocks, tl.program_id(0) % blocks
    top, left = block // across * _SIDE, block % across * _SIDE
    base = stroke.to(tl.int64) * places
    count = tl.load(counts + stroke).to(tl.int32)
    first, last = _in_sight(row, column, radius, base, count, top, left, feather)

    pixel = tl.arange(0, _SIDE * _SIDE)
    y, x = top + pixel // _SIDE, left + pixel % _SIDE
    share = tl.full((_SIDE * _SIDE,), 1.0, tl.float32)
    total = tl.zeros((_SIDE * _SIDE,), tl.float32)
    sharpness = 1.0 / feather
    for back in range(last + 1 - first):
        stamp = base + last - back
        edge, peak = _edge(tl.load(radius + stamp), feather)
        dy = y + 0.5 - tl.load(row + stamp)
        dx = x + 0.5 - tl.load(column + stamp)
        ramp = (edge - tl.sqrt(dy * dy + dx * dx)) * sharpness + 0.5
        covered = tl.minimum(tl.maximum(ramp, 0.0), 1.0) * peak
        total += share * tl.load(opacity + stamp) * covered
        share *= 1.0 - covered
    place = (stroke.to(tl.int64) * height + y) * width + x
    tl.store(alpha + place, total, (y < height) & (x < width))


@triton.jit
def _backward(
    row, column, radius, opacity, counts, alpha, grad, by_row, feather, apart, places, height, width
):  # fmt: skip
    """One stroke; see `core.rasteriser.kernels.alpha_backward`.

    From the gradients by row to those by column it is `apart`, and so on to those by radius and by opacity.
    """
    by_column = by_row + apart
    by_radius = by_column + apart
    by_opacity = by_radius + apart
    stroke = tl.program_id(0).to(tl.int64)
    base = stroke * places
    count = tl.load(counts + stroke).to(tl.int32)
    sharpness = 1.0 / feather
    pixel = tl.arange(0, _SIDE * _SIDE)
    across = tl.cdiv(width, _SIDE)
    for block in range(tl.cdiv(height, _SIDE) * across):
        top, left = block // across * _SIDE, block % across * _SIDE
        first, last = _in_sight(row, column, radius, base, count, top, left, feather)
        y, x = top + pixel // _SIDE, left + pixel % _SIDE
        place = (stroke * height + y) * width + x
        seen = (y < tl.where(first <= last, height, 0)) & (x < width)  # nothing is to be had where no stamp is
        below = tl.load(alpha + place, seen, 0.0)
        slope = tl.load(grad + place, seen, 0.0)
        share = tl.full((_SIDE * _SIDE,), 1.0, tl.float32)
        for back in range(last + 1 - first):
            stamp = base + last - back
            r = tl.load(radius + stamp)
            weight = tl.load(opacity + stamp)
            edge, peak = _edge(r, feather)
            full = peak == 1.0
            edge_slope = tl.where(full, r / tl.maximum(edge, 1e-12), 0.0) * peak * sharpness
            peak_slope = tl.where(full, 0.0, 6.0 * r * sharpness * sharpness)
            dy = y + 0.5 - tl.load(row + stamp)
            dx = x + 0.5 - tl.load(column + stamp)
            square = dy * dy + dx * dx
            ramp = (edge - tl.sqrt(square)) * sharpness + 0.5
            covered = tl.minimum(tl.maximum(ramp, 0.0), 1.0) * peak
            on_ramp = (ramp > 0.0) & (ramp < 1.0)
            rest = below - share * weight * covered
            # What lies below shows through at most where it is opaque; single precision may say otherwise.
            shown = tl.minimum(tl.maximum(rest / tl.where(on_ramp, 1.0 - covered, 1.0), 0.0), share)
            by_cover = tl.where(on_ramp, slope * (share * weight - shown), 0.0)
            by_offset = by_cover * tl.rsqrt(tl.maximum(square, 1e-24))
            ramp_slope = peak * sharpness
            # Only this program adds here, from one thread, so in one order.
            tl.atomic_add(by_row + stamp, ramp_slope * tl.sum(by_offset * dy, 0), sem="relaxed")
            tl.atomic_add(by_column + stamp, ramp_slope * tl.sum(by_offset * dx, 0), sem="relaxed")
            tl.atomic_add(by_radius + stamp, tl.sum(by_cover * (edge_slope + ramp * peak_slope), 0), sem="relaxed")
            tl.atomic_add(by_opacity + stamp, tl.sum(slope * share * covered, 0), sem="relaxed")
            below = rest
            share *= 1.0 - covered
