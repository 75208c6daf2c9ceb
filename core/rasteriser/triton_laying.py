"""Strokes laid on a canvas on a CUDA device, in Triton, cover and colour at once: nothing but the canvas is kept.

A program is one square block of the canvas, held in registers. It looks at the boxes of all strokes, many together, and
walks those that touch it in their order: the discs as `core.rasteriser.triton_kernels` does, the polygons as
`core.rasteriser.triton_polygons`. Coordinates are relative to a whole pixel near each stroke, so that single precision
is as good on a large canvas as on a small one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import triton
import triton.language as tl
from torch import Tensor

from core.rasteriser.triton_kernels import _edge, _in_sight
from core.rasteriser.triton_polygons import _coverage, _sign

_SIDE = tl.constexpr(16)
"""Of a block, pixels; that of `triton_kernels`, whose stamps in sight of a block are looked for here too."""

_LOOK = tl.constexpr(128)
"""Strokes looked at together."""

_WARPS = 2
_PAST = tl.constexpr(2147483647)

ONE = 2**32
"""A squared error of 1 in the whole numbers that rises of the error are added up in: in any order, to the same sum."""

_ONE = tl.constexpr(float(ONE))


class Points(NamedTuple):
    """What draws strokes of any types, on the device.

    Attributes:
        row: float32 [M] of discs the centres, lowest first, of polygons the corners in order, relative to `origins`.
        column: float32 [M] likewise.
        radius: float32 [M] of discs; anything at corners.
        opacity: float32 [M]; the same at all corners of a polygon.
        starts: int64 [N] where each stroke's points begin.
        counts: int32 [N] how many it has.
        polygon: int32 [N] 1 for a polygon, 0 for discs.
        origins: int32 [N, 2] a row and column of the canvas.
        boxes: int32 [N, 4] top, left, bottom, right of what each may touch on the canvas; empty: it is not laid.

    Sizes: M points, N strokes.
    """

    row: Tensor
    column: Tensor
    radius: Tensor
    opacity: Tensor
    starts: Tensor
    counts: Tensor
    polygon: Tensor
    origins: Tensor
    boxes: Tensor


def lay(canvas: Tensor, points: Points, rgb: Tensor, target: Tensor | None = None) -> Tensor | None:
    """Lay strokes on a canvas in place, lowest first.

    Args:
        canvas: float32 [H, W, 3] in 0..1, contiguous.
        points: What draws them.
        rgb: float32 [N, 3], contiguous.
        target: float32 [H, W, 3], contiguous, where the change of error is wanted.

    Returns:
        int64 [N] by how much each stroke raised the sum of squared errors to the target, in parts of `ONE`.
    """
    strokes, (height, width) = len(rgb), canvas.shape[:2]
    gains = None if target is None else torch.zeros(strokes, dtype=torch.int64, device=canvas.device)
    if strokes and canvas.numel():
        blocks = triton.cdiv(height, _SIDE.value) * triton.cdiv(width, _SIDE.value)
        with torch.cuda.device_of(canvas):
            _lay[(blocks,)](
                canvas, canvas if target is None else target, *points, rgb, canvas if gains is None else gains,
                strokes, height, width, target is not None, num_warps=_WARPS, enable_fp_fusion=True,
            )  # fmt: skip
    return gains


def crops(canvas: Tensor, target: Tensor, corners: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """What square windows show of a canvas and a target.

    Off the sheet the target goes on as at its edge, and the canvas is as the target.

    Args:
        canvas: float32 [H, W, 3], contiguous.
        target: float32 [H, W, 3], contiguous.
        corners: int32 [B, 2] row and column of each window's first pixel.
        side: Of the windows, pixels.

    Returns:
        Canvas and target [B, 3, side, side], and 1 where the window shows the sheet [B, 1, side, side].
    """
    count, (height, width) = len(corners), canvas.shape[:2]
    seen = [canvas.new_empty(count, channels, side, side) for channels in (3, 3, 1)]
    if count:
        blocks = triton.cdiv(side * side, 256)
        with torch.cuda.device_of(canvas):
            _crops[(count * blocks,)](canvas, target, corners, *seen, side, height, width, blocks)
    return seen[0], seen[1], seen[2]


@triton.jit
def _lay(
    canvas, target, row, column, radius, opacity, starts, counts, polygon, origins, boxes, rgb, gains,
    strokes, height, width, measured: tl.constexpr,
):  # fmt: skip
    """One block of the canvas; see `lay`."""
    across = tl.cdiv(width, _SIDE)
    top, left = tl.program_id(0) // across * _SIDE, tl.program_id(0) % across * _SIDE
    pixel = tl.arange(0, _SIDE * _SIDE)
    y, x = top + pixel // _SIDE, left + pixel % _SIDE
    there = (y < height) & (x < width)
    place = (y.to(tl.int64) * width + x) * 3
    red = tl.load(canvas + place, there, 0.0)
    green = tl.load(canvas + place + 1, there, 0.0)
    blue = tl.load(canvas + place + 2, there, 0.0)
    if measured:
        goal_red = tl.load(target + place, there, 0.0)
        goal_green = tl.load(target + place + 1, there, 0.0)
        goal_blue = tl.load(target + place + 2, there, 0.0)
    for start in range(0, strokes, _LOOK):
        index = start + tl.arange(0, _LOOK)
        box = boxes + 4 * index
        listed = index < strokes
        touched = listed & (tl.load(box, listed, 0) < top + _SIDE) & (tl.load(box + 2, listed, 0) > top)
        touched = touched & (tl.load(box + 1, listed, 0) < left + _SIDE) & (tl.load(box + 3, listed, 0) > left)
        stroke = tl.min(tl.where(touched, index, _PAST), 0)
        while stroke < strokes:
            down, right = top - tl.load(origins + 2 * stroke), left - tl.load(origins + 2 * stroke + 1)
            base = tl.load(starts + stroke)
            count = tl.load(counts + stroke)
            total = tl.zeros((_SIDE * _SIDE,), tl.float32)
            if tl.load(polygon + stroke) == 1:
                sign = _sign(row, column, base, count)
                covered = _coverage(
                    row, column, base, count, sign, down + pixel // _SIDE, right + pixel % _SIDE, 1.0
                )  # fmt: skip
                total = tl.load(opacity + base) * covered
            else:
                first, last = _in_sight(row, column, radius, base, count, down, right, 1.0)
                share = tl.full((_SIDE * _SIDE,), 1.0, tl.float32)
                for back in range(last + 1 - first):
                    stamp = base + last - back
                    edge, peak = _edge(tl.load(radius + stamp), 1.0)
                    dy = down + pixel // _SIDE + 0.5 - tl.load(row + stamp)
                    dx = right + pixel % _SIDE + 0.5 - tl.load(column + stamp)
                    ramp = edge - tl.sqrt(dy * dy + dx * dx) + 0.5
                    cover = tl.minimum(tl.maximum(ramp, 0.0), 1.0) * peak
                    total += share * tl.load(opacity + stamp) * cover
                    share *= 1.0 - cover
            more_red = total * (tl.load(rgb + 3 * stroke) - red)
            more_green = total * (tl.load(rgb + 3 * stroke + 1) - green)
            more_blue = total * (tl.load(rgb + 3 * stroke + 2) - blue)
            if measured:
                # (u + d - t)^2 - (u - t)^2, as little as it may be, without taking large numbers from each other.
                gain = more_red * (more_red + 2.0 * (red - goal_red))
                gain += more_green * (more_green + 2.0 * (green - goal_green))
                gain += more_blue * (more_blue + 2.0 * (blue - goal_blue))
                gain = tl.sum(tl.where(there, gain, 0.0), 0)
                tl.atomic_add(gains + stroke, (gain.to(tl.float64) * _ONE).to(tl.int64), sem="relaxed")
            red += more_red
            green += more_green
            blue += more_blue
            stroke = tl.min(tl.where(touched & (index > stroke), index, _PAST), 0)
    tl.store(canvas + place, red, there)
    tl.store(canvas + place + 1, green, there)
    tl.store(canvas + place + 2, blue, there)


@triton.jit
def _crops(canvas, target, corners, seen, goal, inside, side, height, width, blocks):
    """Some pixels of one window; see `crops`."""
    window = tl.program_id(0) // blocks
    pixel = tl.program_id(0) % blocks * 256 + tl.arange(0, 256)
    there = pixel < side * side
    y = tl.load(corners + 2 * window) + pixel // side
    x = tl.load(corners + 2 * window + 1) + pixel % side
    on_sheet = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    near_y, near_x = tl.minimum(tl.maximum(y, 0), height - 1), tl.minimum(tl.maximum(x, 0), width - 1)
    place = (near_y.to(tl.int64) * width + near_x) * 3
    into = window.to(tl.int64) * 3 * side * side + pixel
    for channel in range(3):
        wanted = tl.load(target + place + channel, there, 0.0)
        shown = tl.where(on_sheet, tl.load(canvas + place + channel, there, 0.0), wanted)
        tl.store(goal + into + channel * side * side, wanted, there)
        tl.store(seen + into + channel * side * side, shown, there)
    tl.store(inside + window.to(tl.int64) * side * side + pixel, tl.where(on_sheet, 1.0, 0.0), there)
