"""A whole painting's layers and their gradients for CUDA devices, in Triton: a program lays one block of the canvas.

As `core.rasteriser.painting_kernels`, but that a stroke's coverages lie in a square window of the canvas, and that
each block has a list of the strokes whose windows touch it.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

SIDE = 16
"""Of a block, pixels."""

_SIDE = tl.constexpr(SIDE)
_WARPS = 2


def composite(canvas: Tensor, alpha: Tensor, rgb: Tensor, windows: Tensor, lists: tuple[Tensor, Tensor]) -> Tensor:
    """Lay strokes on a canvas in place, lowest first.

    Args:
        canvas: float32 [H, W, 3].
        alpha: float32 [P], the strokes' windows of coverages one after another.
        rgb: float32 [N, 3].
        windows: int64 [N, 4], where a stroke's window begins in `alpha`, its top and left on the canvas, its side.
        lists: The strokes that touch each block [K], lowest first, block by block, and where each block's begin
            [blocks + 1]; int64.

    Returns:
        float32 [3, P], what each pixel of a window was laid on; 0 where it lies outside the canvas.

    Sizes: H x W canvas, N strokes, P pixels of all windows, K touches.
    """
    before: Tensor = alpha.new_zeros(3, len(alpha))
    height, width = canvas.shape[:2]
    if canvas.numel():
        with torch.cuda.device_of(alpha):
            _composite[(_blocks(height, width),)](
                canvas, alpha, rgb, windows, *lists, before, len(alpha), height, width, num_warps=_WARPS
            )
    return before


def composite_backward(
    grad: Tensor, alpha: Tensor, rgb: Tensor, windows: Tensor, lists: tuple[Tensor, Tensor], before: Tensor
) -> Tensor:
    """Gradients from that by the canvas.

    Args:
        grad: float32 [H, W, 3]; becomes the gradient by the bare canvas.
        alpha: As in `composite`, and so on.
        rgb: Likewise.
        windows: Likewise.
        lists: Likewise.
        before: What `composite` gave; becomes each pixel's share of the gradient by its stroke's colour.

    Returns:
        float32 [P], the gradient by coverages.
    """
    d_alpha: Tensor = torch.zeros_like(alpha)
    height, width = grad.shape[:2]
    if grad.numel():
        with torch.cuda.device_of(alpha):
            _composite_backward[(_blocks(height, width),)](
                grad, alpha, rgb, windows, *lists, before, d_alpha, len(alpha), height, width, num_warps=_WARPS
            )
    return d_alpha


def _blocks(height: int, width: int) -> int:
    return -(-height // SIDE) * -(-width // SIDE)


@triton.jit
def _composite(canvas, alpha, rgb, windows, touching, firsts, before, apart, height, width):
    """One block of the canvas; see `composite`."""
    block = tl.program_id(0)
    across = tl.cdiv(width, _SIDE)
    pixel = tl.arange(0, _SIDE * _SIDE)
    y, x = block // across * _SIDE + pixel // _SIDE, block % across * _SIDE + pixel % _SIDE
    there = (y < height) & (x < width)
    at = canvas + (y * width + x) * 3
    red, green, blue = tl.load(at, there, 0.0), tl.load(at + 1, there, 0.0), tl.load(at + 2, there, 0.0)
    first = tl.load(firsts + block)
    for rank in range(tl.load(firsts + block + 1) - first):
        stroke = tl.load(touching + first + rank)
        start, top = tl.load(windows + 4 * stroke), tl.load(windows + 4 * stroke + 1)
        left, side = tl.load(windows + 4 * stroke + 2), tl.load(windows + 4 * stroke + 3)
        dy, dx = y - top, x - left
        inside = there & (dy >= 0) & (dy < side) & (dx >= 0) & (dx < side)
        place = start + dy * side + dx
        a = tl.load(alpha + place, inside, 0.0)
        tl.store(before + place, red, inside)
        tl.store(before + apart + place, green, inside)
        tl.store(before + 2 * apart + place, blue, inside)
        red += a * (tl.load(rgb + 3 * stroke) - red)
        green += a * (tl.load(rgb + 3 * stroke + 1) - green)
        blue += a * (tl.load(rgb + 3 * stroke + 2) - blue)
    tl.store(at, red, there)
    tl.store(at + 1, green, there)
    tl.store(at + 2, blue, there)


@triton.jit
def _composite_backward(grad, alpha, rgb, windows, touching, firsts, before, d_alpha, apart, height, width):
    """One block of the canvas; see `composite_backward`."""
    block = tl.program_id(0)
    across = tl.cdiv(width, _SIDE)
    pixel = tl.arange(0, _SIDE * _SIDE)
    y, x = block // across * _SIDE + pixel // _SIDE, block % across * _SIDE + pixel % _SIDE
    there = (y < height) & (x < width)
    at = grad + (y * width + x) * 3
    red, green, blue = tl.load(at, there, 0.0), tl.load(at + 1, there, 0.0), tl.load(at + 2, there, 0.0)
    first, last = tl.load(firsts + block), tl.load(firsts + block + 1) - 1
    for rank in range(last + 1 - first):
        stroke = tl.load(touching + last - rank)
        start, top = tl.load(windows + 4 * stroke), tl.load(windows + 4 * stroke + 1)
        left, side = tl.load(windows + 4 * stroke + 2), tl.load(windows + 4 * stroke + 3)
        dy, dx = y - top, x - left
        inside = there & (dy >= 0) & (dy < side) & (dx >= 0) & (dx < side)
        place = start + dy * side + dx
        a = tl.load(alpha + place, inside, 0.0)
        under_red = tl.load(before + place, inside, 0.0)
        under_green = tl.load(before + apart + place, inside, 0.0)
        under_blue = tl.load(before + 2 * apart + place, inside, 0.0)
        slope = red * (tl.load(rgb + 3 * stroke) - under_red)
        slope += green * (tl.load(rgb + 3 * stroke + 1) - under_green)
        slope += blue * (tl.load(rgb + 3 * stroke + 2) - under_blue)
        tl.store(d_alpha + place, slope, inside)
        tl.store(before + place, red * a, inside)
        tl.store(before + apart + place, green * a, inside)
        tl.store(before + 2 * apart + place, blue * a, inside)
        red -= red * a
        green -= green * a
        blue -= blue * a
    tl.store(at, red, there)
    tl.store(at + 1, green, there)
    tl.store(at + 2, blue, there)
