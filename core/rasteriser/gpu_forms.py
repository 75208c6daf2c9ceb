"""Strokes as discs and polygons on a CUDA device, and the boxes that they touch; nothing here waits for the device."""

from __future__ import annotations

import torch
from torch import Tensor

from core.brushes import Brush, DiscBrush, PaddedStamps, PolygonBrush, Polygons
from core.captured import Captured

Form = PaddedStamps | Polygons


def form_of(brush: Brush, shape: Tensor, patches: Tensor) -> Form:
    """The discs or the polygons of strokes of one type.

    Args:
        brush: Their type.
        shape: [N, >= size - 3] parameters, unit frame.
        patches: [N, 3] row, column, side of each stroke's patch; the result is in the patches' frame.

    Raises:
        TypeError: If strokes of that type are neither.
    """
    if isinstance(brush, DiscBrush):
        with torch.no_grad():
            times = brush.padded_times(shape)
        return brush.padded_stamps(shape, patches, times)
    if not isinstance(brush, PolygonBrush):
        raise TypeError(f"a {brush.name} stroke is drawn neither by discs nor as a polygon")
    return brush.polygons(shape, patches)


def boxes_of(form: Form, feather: float = 1.0) -> Tensor:
    """[N, 4] int64 top, left, bottom and right of the pixels that each stroke may touch, wherever those lie."""
    reach = torch.full_like(form.row, feather)
    if isinstance(form, PaddedStamps):
        used = torch.arange(form.row.shape[1], device=form.row.device) < form.counts[:, None]
        reach = torch.where(used, form.radius.clamp_min(feather) + feather, -torch.inf)
    low = [(centre - reach).amin(1).floor() for centre in (form.row, form.column)]
    high = [(centre + reach).amax(1).ceil() for centre in (form.row, form.column)]
    return torch.stack([*low, *high], 1).long()


class StepForms:
    """What draws a step's strokes, relative to their windows: captured, for it is many small kernels."""

    def __init__(self, side: int) -> None:
        """For windows of that side."""
        self._side = side
        self._captured: dict[tuple[Brush, int], Captured[tuple[Form, Tensor]]] = {}

    def __call__(self, brush: Brush, bundles: Tensor) -> tuple[Form, Tensor]:
        """Discs or polygons of bundles [B, k, P], and boxes [B k, 4]; the next call overwrites them."""
        key, side = (brush, len(bundles)), self._side
        if key not in self._captured:

            def forms(bundles: Tensor) -> tuple[Form, Tensor]:
                shapes = bundles.flatten(0, 1)[:, :-3]
                patches = shapes.new_zeros(1, 3)
                patches[:, 2] = side
                form = form_of(brush, shapes, patches.expand(len(shapes), 3))
                return form, boxes_of(form)

            self._captured[key] = Captured(forms, enabled=bundles.is_cuda)
        return self._captured[key](bundles)
