"""The sums behind `core.proposals.error_change` for CUDA devices, in Triton: every coverage is read once.

A stroke's change of the error is made of nine sums over its pixels, of its coverage A or A^2 times a plane of the
picture: A^2 times 1, the canvas u (three channels) and u u; A times the rest r = t - u (three channels) and u r.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

SUMS = 9
"""A^2, A^2 u (3), A^2 u u, A r (3), A u r."""

_PIXELS = tl.constexpr(256)
_WARPS = 4


def sums(canvas: Tensor, target: Tensor, alpha: Tensor) -> Tensor:
    """The sums of every stroke.

    Args:
        canvas: float32 [B, 3, P], contiguous.
        target: float32 [B, 3, P], contiguous.
        alpha: float32 [B, N, P], contiguous.

    Returns:
        float32 [B, N, 9].
    """
    pictures, strokes, pixels = alpha.shape
    result: Tensor = alpha.new_empty(pictures, strokes, SUMS)
    if result.numel():
        with torch.cuda.device_of(alpha):
            _sums[(pictures * strokes,)](canvas, target, alpha, result, strokes, pixels, num_warps=_WARPS)
    return result


def slopes(canvas: Tensor, target: Tensor, alpha: Tensor, by_sum: Tensor) -> Tensor:
    """Gradients by coverages.

    Args:
        canvas: As in `sums`, and so on.
        target: Likewise.
        alpha: Likewise.
        by_sum: float32 [B, N, 9], the gradients by the sums, contiguous.

    Returns:
        float32 [B, N, P].
    """
    pictures, strokes, pixels = alpha.shape
    result: Tensor = torch.empty_like(alpha)
    if result.numel():
        with torch.cuda.device_of(alpha):
            _slopes[(pictures * strokes,)](canvas, target, alpha, by_sum, result, strokes, pixels, num_warps=_WARPS)
    return result


@triton.jit
def _planes(canvas, target, picture, pixel, pixels):
    """The canvas and the rest at some pixels of a picture, channel by channel; 0 beyond the last pixel."""
    there = pixel < pixels
    base = picture.to(tl.int64) * 3 * pixels + pixel
    u0 = tl.load(canvas + base, there, 0.0)
    u1 = tl.load(canvas + base + pixels, there, 0.0)
    u2 = tl.load(canvas + base + 2 * pixels, there, 0.0)
    r0 = tl.load(target + base, there, 0.0) - u0
    r1 = tl.load(target + base + pixels, there, 0.0) - u1
    r2 = tl.load(target + base + 2 * pixels, there, 0.0) - u2
    return u0, u1, u2, r0, r1, r2


@triton.jit
def _sums(canvas, target, alpha, result, strokes, pixels):
    """One stroke; see `sums`."""
    stroke = tl.program_id(0)
    own = alpha + stroke.to(tl.int64) * pixels
    one = tl.zeros((_PIXELS,), tl.float32)
    a0, a1, a2, square = one, one, one, one
    b0, b1, b2, product = one, one, one, one
    for start in range(0, pixels, _PIXELS):
        pixel = start + tl.arange(0, _PIXELS)
        a = tl.load(own + pixel, pixel < pixels, 0.0)
        u0, u1, u2, r0, r1, r2 = _planes(canvas, target, stroke // strokes, pixel, pixels)
        aa = a * a
        one += aa
        a0 += aa * u0
        a1 += aa * u1
        a2 += aa * u2
        square += aa * (u0 * u0 + u1 * u1 + u2 * u2)
        b0 += a * r0
        b1 += a * r1
        b2 += a * r2
        product += a * (u0 * r0 + u1 * r1 + u2 * r2)
    at = result + stroke * 9
    tl.store(at, tl.sum(one, 0))
    tl.store(at + 1, tl.sum(a0, 0))
    tl.store(at + 2, tl.sum(a1, 0))
    tl.store(at + 3, tl.sum(a2, 0))
    tl.store(at + 4, tl.sum(square, 0))
    tl.store(at + 5, tl.sum(b0, 0))
    tl.store(at + 6, tl.sum(b1, 0))
    tl.store(at + 7, tl.sum(b2, 0))
    tl.store(at + 8, tl.sum(product, 0))


@triton.jit
def _slopes(canvas, target, alpha, by_sum, result, strokes, pixels):
    """One stroke; see `slopes`."""
    stroke = tl.program_id(0)
    offset = stroke.to(tl.int64) * pixels
    at = by_sum + stroke * 9
    one, square, product = tl.load(at), tl.load(at + 4), tl.load(at + 8)
    a0, a1, a2 = tl.load(at + 1), tl.load(at + 2), tl.load(at + 3)
    b0, b1, b2 = tl.load(at + 5), tl.load(at + 6), tl.load(at + 7)
    for start in range(0, pixels, _PIXELS):
        pixel = start + tl.arange(0, _PIXELS)
        a = tl.load(alpha + offset + pixel, pixel < pixels, 0.0)
        u0, u1, u2, r0, r1, r2 = _planes(canvas, target, stroke // strokes, pixel, pixels)
        by_square = one + a0 * u0 + a1 * u1 + a2 * u2 + square * (u0 * u0 + u1 * u1 + u2 * u2)
        by_line = b0 * r0 + b1 * r1 + b2 * r2 + product * (u0 * r0 + u1 * r1 + u2 * r2)
        tl.store(result + offset + pixel, 2.0 * a * by_square + by_line, pixel < pixels)
