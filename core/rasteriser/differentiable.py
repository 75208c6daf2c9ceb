"""The batched torch rasteriser: strokes to coverage with gradients, for training, refinement and the GPU.

The rule of `core.rasteriser` once more. Compiled kernels do the work: numba's on the CPU, Triton's on a CUDA device,
where nothing is waited for, so that a CUDA graph can hold it. Where there are none, and wherever `compiled=False` asks
for it, plain tensor operations do, one stamp of every stroke at a time. None keeps more than the result for the
backward pass: the stamps are walked again, last to first, and what lies below each is what is left of the result.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.brushes import Brush, DiscBrush, PaddedStamps, PolygonBrush, Stamps
from core.compilers import HAS_NUMBA, HAS_TRITON
from core.geometry import Size
from core.parallel_loops import PARALLEL_LOOPS
from core.rasteriser.polygons import polygon_alpha

if HAS_NUMBA:
    from core.rasteriser import kernels


def stroke_alpha(
    brush: Brush,
    shape: Tensor,
    size: Size,
    *,
    patches: Tensor | None = None,
    feather: float = 1.0,
    compiled: bool = True,
) -> Tensor:
    """What each stroke alone covers, times its opacity.

    Where a stroke's stamps lie along it is chosen from its shape and then held: no gradient flows through the choice.

    Args:
        brush: The strokes' type.
        shape: [N, >= brush.size - 3] parameters in 0..1.
        size: Height and width of the result, pixels.
        patches: [N, 3] row, column, side of each stroke's patch in those pixels; the whole of a square result where
            absent.
        feather: Width of the soft edge, pixels; 1 is the brush, more carries gradients further.
        compiled: Use the compiled kernels where there are some for the tensors: on the CPU with numba, and on a CUDA
            device with Triton in single precision.

    Returns:
        [N, H, W] in 0..1.

    Raises:
        TypeError: If strokes of that type are drawn neither by discs nor as polygons.
    """
    if patches is None:
        patches = shape.new_zeros(1, 3)
        patches[:, 2] = size.height  # a device is sent this without being waited for, unlike a list of numbers
        patches = patches.expand(len(shape), 3)
    if isinstance(brush, PolygonBrush):
        return polygon_alpha(brush.polygons(shape, patches), size, feather=feather, compiled=compiled)
    if not isinstance(brush, DiscBrush):
        raise TypeError(f"a {brush.name} stroke is drawn neither by discs nor as a polygon")
    if compiled and HAS_TRITON and shape.is_cuda and shape.dtype == patches.dtype == torch.float32:
        with torch.no_grad():
            padded_times = brush.padded_times(shape)
        return padded_alpha(brush.padded_stamps(shape, patches, padded_times), size, feather=feather)
    with torch.no_grad():
        times = brush.times(shape)
    return stamp_alpha(brush.stamps(shape, patches, times), size, feather=feather, compiled=compiled)


def stamp_alpha(stamps: Stamps, size: Size, *, feather: float = 1.0, compiled: bool = True) -> Tensor:
    """Coverage times opacity [N, H, W] of strokes given by their stamps, in pixels of the result."""
    function = _Compiled if compiled and HAS_NUMBA and stamps.row.device.type == "cpu" else _Batched
    result: Tensor = function.apply(*stamps, size, feather)  # type: ignore[no-untyped-call]
    return result


def padded_alpha(stamps: PaddedStamps, size: Size, *, feather: float = 1.0) -> Tensor:
    """The same by Triton's kernels, of padded stamps in single precision on a CUDA device."""
    result: Tensor = _Padded.apply(*stamps, size, feather)  # type: ignore[no-untyped-call]
    return result


def lay_bundle(canvas: Tensor, alpha: Tensor, rgb: Tensor) -> Tensor:
    """Lay one action bundle on a canvas, its first stroke lowest.

    Args:
        canvas: [B, 3, H, W], RGB in 0..1.
        alpha: [B, K, H, W], each stroke's coverage in 0..1.
        rgb: [B, K, 3], each stroke's flat colour in 0..1, not premultiplied.

    Returns:
        [B, 3, H, W]: the canvas after the last stroke.

    Raises:
        ValueError: If the batch, bundle or pixel sizes disagree.

    Source: the "over" operator, Porter & Duff 1984, with an opaque backdrop.
    Sizes: B batch, K strokes in a bundle, H and W pixels of a patch.
    """
    if alpha.shape[:2] != rgb.shape[:2] or alpha.shape[2:] != canvas.shape[2:] or len(alpha) != len(canvas):
        raise ValueError(f"canvas {canvas.shape}, alpha {alpha.shape} and rgb {rgb.shape} do not fit together")
    for one, colour in zip(alpha.unbind(1), rgb.unbind(1), strict=True):
        canvas = torch.lerp(canvas, colour[:, :, None, None].expand_as(canvas), one[:, None].expand_as(canvas))
    return canvas


class _Compiled(torch.autograd.Function):
    """The CPU kernels under autograd."""

    @staticmethod
    def forward(
        ctx: Any,
        row: Tensor,
        column: Tensor,
        radius: Tensor,
        opacity: Tensor,
        offsets: Tensor,
        size: Size,
        feather: float,
    ) -> Tensor:
        alpha = row.new_zeros(len(offsets) - 1, *size)
        stamps = [tensor.detach().contiguous() for tensor in (row, column, radius, opacity, offsets)]
        with PARALLEL_LOOPS:
            kernels.alpha_forward(*(tensor.numpy() for tensor in stamps), feather, alpha.numpy())
        ctx.save_for_backward(*stamps, alpha)
        ctx.feather = feather
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        *stamps, alpha = ctx.saved_tensors
        grads = [torch.empty_like(stamps[0]) for _ in range(4)]
        with PARALLEL_LOOPS:
            kernels.alpha_backward(
                *(tensor.numpy() for tensor in stamps),
                ctx.feather,
                alpha.numpy(),
                grad.contiguous().numpy(),
                *(tensor.numpy() for tensor in grads),
            )
        return *grads, None, None, None


class _Padded(torch.autograd.Function):
    """Triton's kernels under autograd; imported where they are called, since that takes about a second."""

    @staticmethod
    def forward(
        ctx: Any,
        row: Tensor,
        column: Tensor,
        radius: Tensor,
        opacity: Tensor,
        counts: Tensor,
        size: Size,
        feather: float,
    ) -> Tensor:
        from core.rasteriser import triton_kernels

        stamps = PaddedStamps(*(tensor.contiguous() for tensor in (row, column, radius, opacity, counts)))
        alpha = triton_kernels.alpha_forward(stamps, size, feather)
        ctx.save_for_backward(*stamps, alpha)
        ctx.feather = feather
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        from core.rasteriser import triton_kernels

        *stamps, alpha = ctx.saved_tensors
        grads = triton_kernels.alpha_backward(PaddedStamps(*stamps), ctx.feather, alpha, grad.contiguous())
        return *grads.unbind(), None, None, None


class _Batched(torch.autograd.Function):
    """The same in tensor operations, on any device: each round takes one stamp of every stroke."""

    @staticmethod
    def forward(
        ctx: Any,
        row: Tensor,
        column: Tensor,
        radius: Tensor,
        opacity: Tensor,
        offsets: Tensor,
        size: Size,
        feather: float,
    ) -> Tensor:
        alpha = row.new_zeros(len(offsets) - 1, *size)
        still_open = torch.ones_like(alpha)
        for index, inside in _rounds(offsets):
            covered = _cover(row[index], column[index], radius[index], size, feather)[0] * inside[:, None, None]
            alpha += still_open * opacity[index][:, None, None] * covered
            still_open *= 1 - covered
        ctx.save_for_backward(row, column, radius, opacity, offsets, alpha)
        ctx.size, ctx.feather = size, feather
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        row, column, radius, opacity, offsets, alpha = ctx.saved_tensors
        d_row, d_column, d_radius, d_opacity = (torch.zeros_like(row) for _ in range(4))
        still_open, below = torch.ones_like(alpha), alpha.clone()
        for index, inside in _rounds(offsets):
            covered, ramp, edge, peak, dy, dx = _cover(row[index], column[index], radius[index], ctx.size, ctx.feather)
            covered = covered * inside[:, None, None]
            weight = opacity[index][:, None, None]
            rest = below - still_open * weight * covered
            on_ramp = (ramp > 0) & (ramp < 1) & inside[:, None, None]
            by_cover = grad * (still_open * weight - rest / (1 - covered).clamp_min(1e-12)) * on_ramp
            by_ramp = by_cover * peak[:, None, None] / ctx.feather
            distance = torch.hypot(dy, dx).clamp_min(1e-12)
            full = peak == 1
            r = radius[index]
            edge_slope = torch.where(full, r / edge, 0.0)
            peak_slope = torch.where(full, 0.0, 6 * r / ctx.feather**2)
            # Strokes with fewer stamps stay on their first, masked, while others go on: add, never overwrite.
            d_row.index_add_(0, index, (by_ramp * dy / distance).sum((1, 2)))
            d_column.index_add_(0, index, (by_ramp * dx / distance).sum((1, 2)))
            d_radius.index_add_(0, index, by_ramp.sum((1, 2)) * edge_slope + (by_cover * ramp).sum((1, 2)) * peak_slope)
            d_opacity.index_add_(0, index, (grad * still_open * covered).sum((1, 2)))
            below = rest
            still_open = still_open * (1 - covered)
        return d_row, d_column, d_radius, d_opacity, None, None, None


def _rounds(offsets: Tensor) -> list[tuple[Tensor, Tensor]]:
    """For each round, which stamp every stroke lays [N], last first, and whether it still has one [N]."""
    first, last = offsets[:-1], offsets[1:] - 1
    longest = int((last - first).max()) + 1 if len(first) else 0
    return [(torch.maximum(last - back, first), last - back >= first) for back in range(longest)]


def _cover(
    row: Tensor, column: Tensor, radius: Tensor, size: Size, feather: float
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Coverage [N, H, W] of one disc each, and its ramp, edge [N], peak [N], dy [N, H, 1] and dx [N, 1, W]."""
    rows = torch.arange(size.height, device=row.device, dtype=row.dtype) + 0.5
    columns = torch.arange(size.width, device=row.device, dtype=row.dtype) + 0.5
    small = radius < feather / 3**0.5
    edge = torch.where(small, feather / 2, (radius**2 - feather**2 / 12).clamp_min(0).sqrt())
    peak = torch.where(small, 3 * (radius / feather) ** 2, 1.0)
    dy = rows[None, :, None] - row[:, None, None]
    dx = columns[None, None, :] - column[:, None, None]
    ramp = (edge[:, None, None] - torch.hypot(dy, dx)) / feather + 0.5
    return ramp.clamp(0, 1) * peak[:, None, None], ramp, edge, peak, dy, dx
