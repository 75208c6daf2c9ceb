"""About where strokes lie, without drawing them: a quick and safe guess from the points that span them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.brushes import BRUSHES
from core.stroke import Strokes

MARGIN = 2
"""Canvas pixels that smooth edges, and rounding, may reach further."""


def extents_of(strokes: Strokes) -> NDArray[np.float64]:
    """Top, left, bottom and right [N, 4] of boxes, sheet pixels, that no stroke's discs or corners leave.

    A curve lies within its control points, and its discs are no larger than the largest of its ends.
    """
    extents = np.zeros((len(strokes), 4))
    parameters, patches = strokes.parameters, strokes.patches
    for kind in np.unique(strokes.types).tolist():
        rows = np.flatnonzero(strokes.types == kind)
        geometry = BRUSHES[kind].geometry(parameters[rows].astype(np.float64), patches[rows])
        points = geometry["points"]
        radius = geometry["radii"].max(axis=1)[:, None] if "radii" in geometry else 0.0
        extents[rows] = np.hstack([points.min(axis=1) - radius, points.max(axis=1) + radius])
    return extents


def longest_of(strokes: Strokes) -> NDArray[np.float64]:
    """The length [N] of each stroke's longest line, sheet pixels."""
    longest = np.zeros(len(strokes))
    for kind in np.unique(strokes.types).tolist():
        rows = np.flatnonzero(strokes.types == kind)
        shapes = strokes.parameters[rows].astype(np.float64)
        longest[rows] = BRUSHES[kind].longest(shapes) * strokes.patches[rows, 2]
    return longest
