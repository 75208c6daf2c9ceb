"""A whole painting as one differentiable function of its strokes, on a CUDA device; see `core.rasteriser.painting`.

Each stroke is drawn by `stroke_alpha`'s kernels in a square window of its own, whose side is one of a few, so that all
strokes of one type and side are drawn together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.brushes import BRUSHES, PaddedStamps, Polygons
from core.geometry import Size
from core.rasteriser.differentiable import padded_alpha
from core.rasteriser.gpu_forms import Form, boxes_of, form_of
from core.rasteriser.polygons import triton_alpha

_SMALLEST = 16
"""Side of the smallest windows, pixels; the next have twice that, and so on."""


def gpu_painted(
    bare: Tensor, types: NDArray[np.uint8], shapes: Tensor, rgb: Tensor, patches: Tensor, *, feather: float = 1.0
) -> Tensor:
    """As `core.rasteriser.painting.painted`, of float32 tensors on a CUDA device (or anywhere in Triton's interpreter).

    It waits for the device once: how large the windows have to be is decided here.
    """
    size = Size(*bare.shape[:2])
    kinds = [(kind, torch.from_numpy(np.flatnonzero(types == kind)).to(bare.device)) for kind in np.unique(types)]
    forms = [form_of(BRUSHES[kind], shapes[index], patches[index]) for kind, index in kinds]
    index = torch.cat([index for _, index in kinds])
    with torch.no_grad():
        boxes = torch.cat([_boxes(form, size, feather) for form in forms])
        sides = _sides(boxes, size).cpu().numpy()
    # Drawn type by type, side by side; then put in order by where each window begins.
    rows = np.split(np.arange(len(sides)), np.cumsum([len(own) for _, own in kinds])[:-1])
    windows = torch.empty(len(sides), 4, dtype=torch.int64)
    drawn, order, start = [], [], 0
    for form, own in zip(forms, rows, strict=True):
        for side in np.unique(sides[own]).tolist():
            chosen = np.flatnonzero(sides[own] == side)
            places = torch.from_numpy(own[chosen])
            corner = boxes[places.to(bare.device), :2]
            picked = torch.from_numpy(chosen).to(bare.device)
            drawn.append(_alpha(form, picked, corner, Size(side, side), feather).flatten())
            windows[places, 0] = start + torch.arange(len(places)) * side**2
            windows[places, 3] = side
            order.append((places, side))
            start += len(places) * side**2
    windows = windows.to(bare.device)
    windows[:, 1:3] = boxes[:, :2]
    back = torch.argsort(index)
    spans = [(start, len(places), side) for (places, side), start in zip(order, _starts(order), strict=True)]
    row_of = torch.cat([places for places, _ in order]).to(bare.device)
    result: Tensor = _Laid.apply(  # type: ignore[no-untyped-call]
        torch.cat(drawn), rgb, bare, windows[back], spans, index[row_of]
    )
    return result


def _boxes(form: Form, size: Size, feather: float) -> Tensor:
    """[N, 4] int64 top, left, bottom and right of what each stroke may touch on the canvas; empty where nothing."""
    limits = torch.tensor([*size, *size], device=form.row.device)
    return torch.minimum(boxes_of(form, feather).clamp_min(0), limits)


def _sides(boxes: Tensor, size: Size) -> Tensor:
    """[N] the windows' sides: the next of 16, 32, 64, ... that holds a stroke's box, or all of the canvas."""
    extent = torch.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]).clamp_min(_SMALLEST)
    side = 2 ** (extent.double().log2() - 1e-9).ceil().long()
    return side.clamp_max(-(-size.longer // _SMALLEST) * _SMALLEST)


def _alpha(form: Form, picked: Tensor, corner: Tensor, size: Size, feather: float) -> Tensor:
    """[n, S, S] of the picked strokes, each in a window with its upper left corner at one of [n, 2]."""
    row, column = form.row[picked] - corner[:, :1], form.column[picked] - corner[:, 1:]
    if isinstance(form, PaddedStamps):
        rest = (each[picked] for each in form[2:])
        return padded_alpha(PaddedStamps(row, column, *rest), size, feather=feather)
    return triton_alpha(Polygons(row, column, form.opacity[picked]), size, feather=feather)


def _starts(order: list[tuple[Tensor, int]]) -> list[int]:
    """Where each part of the windows begins."""
    return [sum(len(places) * side**2 for places, side in order[:index]) for index in range(len(order))]


def _touching(windows: Tensor, size: Size) -> tuple[Tensor, Tensor]:
    """The strokes that touch each block; see `triton_painting.composite`."""
    from core.rasteriser.triton_painting import SIDE

    top, left, side = windows[:, 1:].unbind(1)
    spans = []
    for low, limit in ((top, size.height), (left, size.width)):
        block = torch.arange(-(-limit // SIDE), device=windows.device) * SIDE
        spans.append((block[:, None] < low + side) & (block[:, None] + SIDE > low))
    touched = (spans[0][:, None] & spans[1][None]).flatten(0, 1)  # [blocks, N]
    firsts = torch.zeros(len(touched) + 1, dtype=torch.int64, device=windows.device)
    firsts[1:] = touched.sum(1).cumsum(0)
    return touched.nonzero()[:, 1].contiguous(), firsts


class _Laid(torch.autograd.Function):
    """Strokes of given windows laid on a canvas."""

    @staticmethod
    def forward(
        ctx: Any, alpha: Tensor, rgb: Tensor, bare: Tensor, windows: Tensor, spans: list[tuple[int, int, int]],
        strokes: Tensor,
    ) -> Tensor:  # fmt: skip
        from core.rasteriser import triton_painting

        lists = _touching(windows, Size(*bare.shape[:2]))
        canvas, colours = bare.detach().clone(), rgb.detach().contiguous()
        before = triton_painting.composite(canvas, alpha, colours, windows, lists)
        ctx.kept = alpha, colours, windows, lists, before, spans, strokes
        return canvas

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        from core.rasteriser import triton_painting

        alpha, colours, windows, lists, before, spans, strokes = ctx.kept
        slope = grad.contiguous().clone()
        d_alpha = triton_painting.composite_backward(slope, alpha, colours, windows, lists, before)
        sums = [before[:, start : start + count * side**2].reshape(3, count, -1).sum(2) for start, count, side in spans]
        d_rgb = torch.empty_like(colours)
        d_rgb[strokes] = torch.cat(sums, 1).T
        return d_alpha, d_rgb, slope, None, None, None
