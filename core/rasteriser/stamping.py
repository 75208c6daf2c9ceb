"""From strokes of any types to the stamps that draw them, in the pixels of a canvas."""

from __future__ import annotations

import numpy as np

from core.brushes import BRUSHES, Stamps
from core.stroke import Strokes


def stamp_strokes(strokes: Strokes, scale: float = 1.0) -> Stamps:
    """The stamps of all strokes in their order, float64.

    Args:
        strokes: N strokes, types mixed at will.
        scale: Canvas pixels per sheet pixel.

    Returns:
        Stamps in canvas pixels.
    """
    kinds = np.unique(strokes.types)
    if len(kinds) == 0:
        none = np.zeros(0)
        return Stamps(none, none, none, none, np.zeros(1, np.int64))
    parameters, patches = strokes.parameters.astype(np.float64), strokes.patches * scale
    if len(kinds) == 1:
        return BRUSHES[int(kinds[0])].stamps(parameters, patches)
    counts = np.zeros(len(strokes), np.int64)
    parts = []
    for kind in kinds.tolist():
        of_kind = np.flatnonzero(strokes.types == kind)
        stamps = BRUSHES[kind].stamps(parameters[of_kind], patches[of_kind])
        counts[of_kind] = np.diff(stamps.offsets)
        parts.append((of_kind, stamps))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    row, column, radius, opacity = np.empty((4, offsets[-1]))
    merged = Stamps(row, column, radius, opacity, offsets)
    for of_kind, stamps in parts:
        shift = np.repeat(offsets[of_kind] - stamps.offsets[:-1], np.diff(stamps.offsets))
        places = np.arange(len(stamps.row)) + shift
        for into, values in zip(merged[:4], stamps[:4], strict=True):
            into[places] = values
    return merged
