"""The circle: one disc."""

from __future__ import annotations

import math

import numpy as np

from core.brushes.array_namespace import Array, namespace_of
from core.brushes.base import DiscBrush, PaddedStamps, Stamps
from core.brushes.bezier import MIN_RADIUS

RADIUS_RANGE = 1 / 2
"""What parameter 1 adds to the least radius, in patch sides: a circle may fill its patch."""

ARCS = 16
"""Quadratic curves around a circle for a pen; they keep within 1/5000 of its radius."""


class Circle(DiscBrush):
    """One disc of one opacity.

    Parameters, unit frame: centre (row, column), radius, opacity, RGB.
    """

    name = "circle"
    parameters = ("row", "column", "radius", "opacity", "red", "green", "blue")
    rule = "One disc, the only stamp. In the unit frame its centre is (row, column), its radius 1/256 + parameter / 2."
    places = ("row", "column")
    thickness = (2 * MIN_RADIUS, 2 * RADIUS_RANGE)
    samples = ((0.48, 0.36, 0.44, 0.75), (0.62, 0.66, 0.28, 0.85), (0.33, 0.68, 0.16, 0.95))
    dabs = ((0.5, 0.5, 0.15, 0.95), (0.5, 0.5, 0.07, 0.95))
    most_stamps = 1

    def times(self, shape: Array) -> tuple[Array, Array]:
        """One a stroke; see `DiscBrush.times`."""
        xp = namespace_of(shape)
        return xp.zeros_like(shape[:, 0]), xp.arange(shape.shape[0] + 1, device=shape.device)

    def stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> Stamps:
        """The disc; see `DiscBrush.stamps`."""
        _, offsets = self.times(shape) if times is None else times
        return Stamps(*_discs(shape, patches), offsets)

    def padded_times(self, shape: Array) -> tuple[Array, Array]:
        """One a stroke; see `DiscBrush.padded_times`."""
        xp = namespace_of(shape)
        return xp.zeros_like(shape[:, :1]), xp.ones_like(shape[:, 0], dtype=xp.int64)

    def padded_stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> PaddedStamps:
        """The disc; see `DiscBrush.padded_stamps`."""
        _, counts = self.padded_times(shape) if times is None else times
        row, column, radius, opacity = _discs(shape, patches)
        return PaddedStamps(row[:, None], column[:, None], radius[:, None], opacity[:, None], counts)

    def longest(self, shape: Array) -> Array:
        """The diameter; see `Brush.longest`."""
        return 2 * (MIN_RADIUS + RADIUS_RANGE * shape[:, 2])

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """The centre [N, 1, 2] and the radius [N, 1]; see `Brush.geometry`."""
        row, column, radius, _ = _discs(shape, patches)
        return {"points": namespace_of(shape).stack([row, column], -1)[:, None], "radii": radius[:, None]}

    def pen_path(self, shape: Array, patches: Array) -> Array:
        """Around the circle; see `Brush.pen_path`."""
        xp = namespace_of(shape)
        row, column, radius, _ = _discs(shape, patches)
        turn = math.pi / ARCS  # of half an arc
        angles = 2 * turn * np.arange(ARCS)[:, None] + np.array([0.0, turn, 2 * turn])
        # The middle control point lies where the tangents at an arc's ends meet.
        reach = np.array([1.0, 1 / math.cos(turn), 1.0])
        around = np.stack([reach * np.sin(angles), reach * np.cos(angles)], axis=-1)
        around[-1, 2] = around[0, 0]  # closed to the last bit
        unit = xp.asarray(around, dtype=shape.dtype, device=shape.device)
        return xp.stack([row, column], -1)[:, None, None] + radius[:, None, None, None] * unit


def _discs(shape: Array, patches: Array) -> tuple[Array, Array, Array, Array]:
    """Row, column, radius and opacity [N] of the discs."""
    side = patches[:, 2]
    row, column = (patches[:, axis] + side * shape[:, axis] for axis in (0, 1))
    return row, column, side * (MIN_RADIUS + RADIUS_RANGE * shape[:, 2]), shape[:, 3]


CIRCLE = Circle()
