"""The fast rasteriser for CUDA devices: what `core.rasteriser.fast` draws, by Triton's kernels on the device."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.brushes import BRUSHES, PaddedStamps
from core.document import Document
from core.geometry import Size, pixel_scale
from core.rasteriser.fast import Canvas
from core.rasteriser.gpu_forms import Form, boxes_of, form_of
from core.rasteriser.triton_laying import ONE, Points
from core.rasteriser.triton_laying import lay as lay_points
from core.stroke import Strokes

_BATCH = 8192
"""Strokes laid at a time, so that memory stays bounded however long the document: of discs, some hundred megabytes."""

_NEAR = 1e-6
"""Pixels within which a corner is taken to be at a whole one: only rounding lies within."""


def points_of(form: Form, origins: Tensor, boxes: Tensor) -> Points:
    """What draws strokes of one type.

    Args:
        form: Their discs or polygons, relative to `origins`.
        origins: [N, 2] rows and columns of the canvas, whole pixels.
        boxes: [N, 4] as of `boxes_of`, in pixels of the canvas.
    """
    strokes, places = form.row.shape
    device = form.row.device
    starts = torch.arange(strokes, device=device) * places
    if isinstance(form, PaddedStamps):
        radius, opacity, counts, polygon = form.radius, form.opacity, form.counts, 0
    else:
        radius, opacity = form.row, form.opacity[:, None].expand(strokes, places)
        counts, polygon = torch.full((strokes,), places, device=device), 1
    row, column, radius, opacity = (each.reshape(-1).contiguous() for each in (form.row, form.column, radius, opacity))
    return Points(
        row=row,
        column=column,
        radius=radius,
        opacity=opacity,
        starts=starts,
        counts=counts.int(),
        polygon=torch.full((strokes,), polygon, dtype=torch.int32, device=device),
        origins=origins.int().contiguous(),
        boxes=boxes.int().contiguous(),
    )


def lay(canvas: Tensor, strokes: Strokes, scale: float = 1.0, target: Tensor | None = None) -> Tensor | None:
    """Lay strokes on a canvas, in place, lowest first, muted ones not; nothing is waited for.

    Args:
        canvas: [H, W, 3] float32 on a CUDA device, contiguous.
        strokes: N strokes, in sheet pixels.
        scale: Canvas pixels per sheet pixel.
        target: Of the canvas's shape, where the change of error is wanted.

    Returns:
        [N] float64: how much each stroke raised the sum of squared errors to the target, where there is one.
    """
    gains = []
    for start in range(0, len(strokes), _BATCH):
        part = strokes[start : start + _BATCH]
        rgb = torch.from_numpy(part.rgb()).to(canvas.device)
        gained = lay_points(canvas, _points(part, scale, canvas.device), rgb, target)
        if gained is not None:
            gains.append(gained.double() / ONE)
    if target is None:
        return None
    return torch.cat(gains) if gains else torch.zeros(0, dtype=torch.float64, device=canvas.device)


def drawn(document: Document, size: Size, device: torch.device | str = "cuda") -> Tensor:
    """A document's pixels [H, W, 3], left on the device; nothing is waited for."""
    canvas = torch.empty(*size, 3, device=device)
    canvas[:] = torch.tensor(document.background, dtype=torch.float32).div_(255).to(device)
    lay(canvas, document.strokes, pixel_scale(document.size, size))
    return canvas


def draw(document: Document, size: Size | None = None, device: torch.device | str = "cuda") -> Canvas:
    """What `core.rasteriser.fast.draw` gives, but for rounding."""
    canvas: Canvas = drawn(document, size or document.size, device).cpu().numpy()
    return canvas


def _points(strokes: Strokes, scale: float, device: torch.device) -> Points:
    patches = strokes.patches * scale
    # Windows lie at whole pixels of the canvas that they were chosen on; drawn there again, to the bit.
    corners = np.floor(patches[:, :2] + _NEAR)
    offsets = patches[:, :2] - corners
    offsets[np.abs(offsets) < _NEAR] = 0
    relative = np.column_stack([offsets, patches[:, 2]]).astype(np.float32)
    parts = []
    kinds = np.unique(strokes.types).tolist()
    for kind in kinds:
        index = np.flatnonzero(strokes.types == kind)
        shape, patch, origins, muted = (
            torch.from_numpy(each[index]).to(device)
            for each in (strokes.parameters, relative, corners.astype(np.int32), strokes.muted)
        )
        form = form_of(BRUSHES[kind], shape, patch)
        boxes = torch.where(muted[:, None], 0, boxes_of(form) + origins.repeat(1, 2))
        parts.append(points_of(form, origins, boxes))
    if len(parts) == 1:
        return parts[0]
    # All points one after another; then the strokes in their order, wherever their points lie.
    ends = np.cumsum([0, *(len(part.row) for part in parts)])
    parts = [part._replace(starts=part.starts + int(end)) for part, end in zip(parts, ends, strict=False)]
    points = Points(*(torch.cat(column) for column in zip(*parts, strict=True)))
    order = np.argsort(np.concatenate([np.flatnonzero(strokes.types == kind) for kind in kinds]))
    back = torch.from_numpy(order).to(device)
    return Points(*points[:4], *(column[back] for column in points[4:]))
