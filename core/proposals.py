"""What a stroke would gain, the colour in which it would gain most, and the best of many proposals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.compilers import HAS_NUMBA, HAS_TRITON
from core.parallel_loops import PARALLEL_LOOPS
from core.rasteriser.differentiable import lay_bundle

if HAS_NUMBA:
    from core import proposal_kernels
if TYPE_CHECKING:
    from core.rasteriser.covers import Covers


class Paints(NamedTuple):
    """The colours of a palette, and which of them is nearest to any other.

    Attributes:
        table: uint8 [S, S, S], for each cell of the RGB cube the index of the nearest colour.
        rgb: float32 [P, 3] the colours, in 0..1.
    """

    table: Tensor
    rgb: Tensor

    def nearest(self, rgb: Tensor) -> Tensor:
        """The palette's colours nearest to some [..., 3]."""
        side = len(self.table)
        red, green, blue = (rgb * side).long().clamp(0, side - 1).unbind(-1)
        return self.rgb[self.table[red, green, blue].long()]


NO_PAINTS = Paints(torch.zeros(0, 0, 0, dtype=torch.uint8), torch.zeros(0, 3))
"""Any colour may be taken."""


class Choice(NamedTuple):
    """Strokes chosen from proposals, in the order they are to be laid.

    Attributes:
        which: [B, k] indices of the proposals.
        rgb: [B, k, 3] their colours.
        keep: [B, k] whether the stroke was laid: where it lowers the error, or all were asked for.
        canvas: [B, 3, H, W] after the strokes.
    """

    which: Tensor
    rgb: Tensor
    keep: Tensor
    canvas: Tensor


def error_change(
    canvas: Tensor,
    target: Tensor,
    alpha: Tensor,
    rgb: Tensor | None = None,
    *,
    where_covered: bool = False,
    compiled: bool = True,
) -> tuple[Tensor, Tensor]:
    """How much each of several strokes alone would change the summed squared error, differentiable in `alpha`.

    With coverage A, canvas u, target t and colour c the change is sum A^2 (c - u)^2 - 2 A (c - u) (t - u): quadratic
    in c, least at c = (sum A^2 u + sum A (t - u)) / sum A^2, clipped to 0..1 (a parabola in each channel, so the
    clipped value is the best allowed). Every sum is a product of the coverages with planes made once a picture.

    Args:
        canvas: [B, 3, H, W] in 0..1.
        target: [B, 3, H, W].
        alpha: [B, N, H, W], each stroke's coverage times opacity.
        rgb: [B, N, 3] colours; where absent, the best ones, held constant in the gradient (which is right but for the
            clipping: at a minimum the colour's own move changes nothing).
        where_covered: The gradient is wanted only where strokes cover something, as the exact rasteriser wants it:
            elsewhere it may be left at 0.
        compiled: On the CPU, use the compiled kernels where there is numba.

    Returns:
        The change [B, N], negative where the stroke helps, and the colours [B, N, 3].

    Raises:
        ValueError: If the batch, stroke or pixel sizes disagree.

    Sizes: B pictures, N strokes each, H and W pixels.
    """
    _check(canvas, target, alpha, rgb)
    if compiled and HAS_NUMBA and alpha.device.type == "cpu":
        change, best = _CompiledChange.apply(canvas, target, alpha, rgb, where_covered)  # type: ignore[no-untyped-call]
    else:
        change, best = _Change.apply(canvas, target, alpha, rgb, compiled)  # type: ignore[no-untyped-call]
    return change, best


class _CompiledChange(torch.autograd.Function):
    """`error_change` by the CPU's kernels."""

    @staticmethod
    def forward(
        ctx: Any, canvas: Tensor, target: Tensor, alpha: Tensor, rgb: Tensor | None, where_covered: bool
    ) -> tuple[Tensor, Tensor]:
        cover, solve = alpha.detach().contiguous(), rgb is None
        # A copy of given colours, since what a function returns must not be what it was given.
        colours = alpha.new_empty(*alpha.shape[:2], 3) if rgb is None else rgb.detach().clone()
        change = alpha.new_empty(alpha.shape[:2])
        planes = alpha.new_empty(len(alpha), 8, *alpha.shape[2:])
        boxes = torch.empty(*alpha.shape[:2], 4, dtype=torch.int64)
        with PARALLEL_LOOPS:
            proposal_kernels.change_forward(
                *_arrays(canvas, target, cover), solve, *_arrays(colours, change, planes, boxes, *NO_PAINTS)
            )
        if not where_covered:
            boxes[:] = torch.tensor([0, alpha.shape[2], 0, alpha.shape[3]])
        ctx.save_for_backward(planes, cover, colours, boxes)
        ctx.where_covered = where_covered
        ctx.mark_non_differentiable(colours)
        return change, colours

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor, _grad_rgb: Tensor) -> tuple[Tensor | None, ...]:
        saved = ctx.saved_tensors
        slope = (torch.zeros_like if ctx.where_covered else torch.empty_like)(saved[1])
        with PARALLEL_LOOPS:
            proposal_kernels.change_backward(*_arrays(*saved, grad.contiguous(), slope))
        return None, None, slope, None, None


class _Change(torch.autograd.Function):
    """`error_change` with a backward pass of as few sweeps over the coverages as the forward one.

    By one pixel's coverage A the change goes as 2 A (c - u)^2 - 2 (c - u) (t - u), which is A times one product of a
    stroke's colour with the picture's planes, and another.
    """

    @staticmethod
    def forward(
        ctx: Any, canvas: Tensor, target: Tensor, alpha: Tensor, rgb: Tensor | None, compiled: bool
    ) -> tuple[Tensor, Tensor]:
        change, colours = _Sums.of(alpha, compiled=compiled).change(canvas, target, rgb)
        ctx.save_for_backward(canvas, target, alpha, colours)
        ctx.compiled = compiled
        ctx.mark_non_differentiable(colours)
        return change, colours

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor, _grad_rgb: Tensor) -> tuple[Tensor | None, ...]:
        canvas, target, alpha, rgb = ctx.saved_tensors
        ones = torch.ones_like(rgb[..., :1])
        by_sum = torch.cat([rgb.square().sum(-1, keepdim=True), -2 * rgb, ones, -2 * rgb, 2 * ones], dim=-1)
        slope = _Sums.of(alpha, compiled=ctx.compiled).slopes(canvas, target, by_sum * grad[..., None])
        return None, None, slope, None, None


class _Sums(ABC):
    """The nine sums of each stroke that its change of the error is made of; see `core.triton_proposals`."""

    def __init__(self, alpha: Tensor) -> None:
        self._cover = alpha.flatten(2).contiguous()

    @staticmethod
    def of(alpha: Tensor, *, compiled: bool) -> _Sums:
        """In tensor operations, or by Triton's kernels where there are some."""
        by_kernel = compiled and HAS_TRITON and alpha.is_cuda and alpha.dtype == torch.float32
        return _TritonSums(alpha) if by_kernel else _TensorSums(alpha)

    @abstractmethod
    def sums(self, canvas: Tensor, target: Tensor) -> Tensor:
        """[B, N, 9], of pictures [B, 3, H, W]."""

    @abstractmethod
    def slopes(self, canvas: Tensor, target: Tensor, by_sum: Tensor) -> Tensor:
        """[B, N, H, W], the gradient by coverages from those by the sums [B, N, 9]."""

    def change(
        self, canvas: Tensor, target: Tensor, rgb: Tensor | None, paints: Paints | None = None
    ) -> tuple[Tensor, Tensor]:
        """See `error_change`; colours that are solved are the nearest of the paints, where there are some."""
        sums = self.sums(canvas, target)
        pull = sums[..., 1:4] + sums[..., 5:8]
        colours = (pull / sums[..., :1].clamp_min(1e-8)).clamp(0, 1) if rgb is None else rgb.detach().clone()
        if rgb is None and paints is not None:
            colours = paints.nearest(colours)
        change = colours.square().sum(-1) * sums[..., 0] + sums[..., 4] + 2 * sums[..., 8]
        return change - 2 * (colours * pull).sum(-1), colours


class _TensorSums(_Sums):
    """Products of the coverages with planes made once a picture."""

    def __init__(self, alpha: Tensor) -> None:
        super().__init__(alpha)
        self._square = self._cover * self._cover

    @staticmethod
    def _planes(canvas: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        under, rest = canvas.flatten(2).transpose(1, 2), (target - canvas).flatten(2).transpose(1, 2)
        squares = torch.cat([torch.ones_like(under[..., :1]), under, under.square().sum(-1, keepdim=True)], dim=-1)
        return squares, torch.cat([rest, (under * rest).sum(-1, keepdim=True)], dim=-1)

    def sums(self, canvas: Tensor, target: Tensor) -> Tensor:
        squares, lines = self._planes(canvas, target)
        return torch.cat([torch.bmm(self._square, squares), torch.bmm(self._cover, lines)], dim=-1)

    def slopes(self, canvas: Tensor, target: Tensor, by_sum: Tensor) -> Tensor:
        squares, lines = self._planes(canvas, target)
        slope = torch.bmm(2 * by_sum[..., :5], squares.transpose(1, 2)).mul_(self._cover)
        slope.baddbmm_(by_sum[..., 5:], lines.transpose(1, 2))
        return slope.reshape(*slope.shape[:2], *canvas.shape[2:])


class _TritonSums(_Sums):
    """One sweep over the coverages; imported where it is called, since that takes about a second."""

    def sums(self, canvas: Tensor, target: Tensor) -> Tensor:
        from core import triton_proposals

        under, goal = (each.flatten(2).contiguous() for each in (canvas, target))
        return triton_proposals.sums(under, goal, self._cover)

    def slopes(self, canvas: Tensor, target: Tensor, by_sum: Tensor) -> Tensor:
        from core import triton_proposals

        under, goal = (each.flatten(2).contiguous() for each in (canvas, target))
        slope = triton_proposals.slopes(under, goal, self._cover, by_sum.contiguous())
        return slope.reshape(*slope.shape[:2], *canvas.shape[2:])


@torch.no_grad()
def choose(
    canvas: Tensor,
    target: Tensor,
    alpha: Tensor,
    count: int,
    *,
    rgb: Tensor | None = None,
    paints: Paints | None = None,
    barred: Tensor | None = None,
    keep_all: bool = False,
    change: Tensor | None = None,
    compiled: bool = True,
) -> Choice:
    """Choose strokes one after another, each the one that lowers the error most with those before it laid.

    Args:
        canvas: [B, 3, H, W].
        target: [B, 3, H, W].
        alpha: [B, N, H, W] coverages of the proposals.
        count: Strokes to choose.
        rgb: [B, N, 3] the proposals' colours; the best ones where absent.
        paints: Where given, what colours are solved to: the one nearest to the best.
        barred: [B, N] true for those that must not be chosen. Where too few are left, what is chosen is not kept.
        keep_all: Lay a stroke even where it raises the error.
        change: [B, N], what `error_change` says of them, where that is known already.
        compiled: On the CPU, use the compiled kernels where there is numba.

    Raises:
        ValueError: If the batch, stroke or pixel sizes disagree.

    Sizes: as in `error_change`.
    """
    _check(canvas, target, alpha, rgb)
    count = min(count, alpha.shape[1])
    if compiled and HAS_NUMBA and alpha.device.type == "cpu":
        return _chosen_by_kernel(canvas, target, alpha, count, rgb, paints, barred, keep_all, change)
    pictures = torch.arange(len(alpha), device=alpha.device)
    taken = torch.zeros_like(alpha[:, :, 0, 0])
    if barred is not None:
        taken.masked_fill_(barred, torch.inf)
    sums = _Sums.of(alpha, compiled=compiled)
    steps = []
    for _ in range(count):
        change, colours = sums.change(canvas, target, rgb, paints)
        best = (change + taken).argmin(dim=1)
        keep = change[pictures, best] < 0
        if keep_all:
            keep = torch.ones_like(keep)
        keep &= taken[pictures, best] == 0
        taken.scatter_(1, best[:, None], torch.inf)
        colour = colours[pictures, best]
        canvas = lay_bundle(canvas, (alpha[pictures, best] * keep[:, None, None])[:, None], colour[:, None])
        steps.append((best, colour, keep))
    which, colour, keep = (torch.stack(part, dim=1) for part in zip(*steps, strict=True))
    return Choice(which, colour, keep, canvas)


def _chosen_by_kernel(
    canvas: Tensor, target: Tensor, alpha: Tensor, count: int, rgb: Tensor | None, paints: Paints | None,
    barred: Tensor | None, keep_all: bool, change: Tensor | None,
) -> Choice:  # fmt: skip
    """The same by the CPU's kernel."""
    (dense,) = _arrays(alpha)
    boxes = np.empty((alpha.shape[0] * alpha.shape[1], 4), np.int64)
    firsts = np.empty(len(boxes), np.int64)
    with PARALLEL_LOOPS:
        proposal_kernels.boxes_of(dense, boxes, firsts)
    covers = dense.reshape(-1), firsts, np.full(len(boxes), dense.shape[3]), boxes
    return _chosen(canvas, target, covers, alpha.shape[1], count, rgb, paints, barred, keep_all, change)


@torch.no_grad()
def choose_among(
    canvas: Tensor,
    target: Tensor,
    covers: Covers,
    count: int,
    *,
    rgb: Tensor | None = None,
    paints: Paints | None = None,
    barred: Tensor | None = None,
    keep_all: bool = False,
) -> Choice:
    """What `choose` gives on the CPU, of proposals of which no more is kept than their boxes.

    Args:
        canvas: [B, 3, H, W].
        target: [B, 3, H, W].
        covers: Of B N proposals, those of the first picture first.
        count: Strokes to choose.
        rgb: [B, N, 3] the proposals' colours; the best ones where absent.
        paints: As of `choose`.
        barred: Likewise.
        keep_all: Lay a stroke even where it raises the error.

    Raises:
        ValueError: If the batch, stroke or pixel sizes disagree.
    """
    boxes, proposals = covers.boxes, len(covers.boxes) // len(canvas)
    _, channels, height, width = canvas.shape
    outside = bool(len(boxes)) and (boxes[:, [0, 2]].min() < 0 or (boxes[:, [1, 3]].max(0) > (height, width)).any())
    if canvas.shape != target.shape or channels != 3 or proposals * len(canvas) != len(boxes) or outside:
        raise ValueError(f"canvas {canvas.shape}, target {target.shape} and {len(boxes)} boxes do not fit together")
    if rgb is not None and rgb.shape != (len(canvas), proposals, 3):
        raise ValueError(f"rgb {tuple(rgb.shape)} are not the colours of {len(canvas)} x {proposals} proposals")
    packed = covers.alpha, covers.starts[:-1], boxes[:, 3] - boxes[:, 2], boxes
    return _chosen(canvas, target, packed, proposals, min(count, proposals), rgb, paints, barred, keep_all, None)


def _chosen(
    canvas: Tensor, target: Tensor, covers: tuple[np.ndarray[Any, Any], ...], proposals: int, count: int,
    rgb: Tensor | None, paints: Paints | None, barred: Tensor | None, keep_all: bool, change: Tensor | None,
) -> Choice:  # fmt: skip
    """Of proposals whose covers, firsts, across and boxes are as the kernel has them."""
    canvas = canvas.contiguous().clone()
    pictures = len(canvas)
    colours = canvas.new_empty(pictures, proposals, 3) if rgb is None else rgb
    changes = torch.empty(pictures, proposals, dtype=torch.float64) if change is None else change.double()
    which = torch.empty(pictures, count, dtype=torch.int64)
    chosen, keep = canvas.new_empty(*which.shape, 3), torch.empty(which.shape, dtype=torch.bool)
    with PARALLEL_LOOPS:
        proposal_kernels.choose(
            *_arrays(canvas, target),
            *covers,
            change is not None,
            rgb is None,
            keep_all,
            *_arrays(*(paints or NO_PAINTS)),
            *_arrays(torch.zeros(pictures, 0, dtype=torch.bool) if barred is None else barred),
            *_arrays(changes, colours, which, chosen, keep),
        )
    return Choice(which, chosen, keep, canvas)


def _arrays(*tensors: Tensor) -> list[np.ndarray[Any, Any]]:
    """What tensors on the CPU hold, for a kernel to read, or to fill where they lie in one piece.

    In one piece all of them, or a kernel would be compiled anew for each way that they may lie in memory.
    """
    return [tensor.detach().contiguous().numpy() for tensor in tensors]


def _check(canvas: Tensor, target: Tensor, alpha: Tensor, rgb: Tensor | None) -> None:
    """The kernels trust the sizes they are given."""
    pictures, strokes, height, width = alpha.shape
    expected = (pictures, 3, height, width)
    if (
        canvas.shape != expected
        or target.shape != expected
        or (rgb is not None and rgb.shape != (pictures, strokes, 3))
    ):
        colours = "" if rgb is None else f" and rgb {tuple(rgb.shape)}"
        sizes = f"canvas {tuple(canvas.shape)}, target {tuple(target.shape)}, alpha {tuple(alpha.shape)}"
        raise ValueError(f"{sizes}{colours} do not fit together")
