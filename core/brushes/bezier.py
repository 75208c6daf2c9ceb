"""The Bezier stroke: a quadratic curve whose radius and opacity run linearly from end to end."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import NamedTuple

import numpy as np

from core.brushes.array_namespace import Array, namespace_of, repeated
from core.brushes.base import DiscBrush, PaddedStamps, Stamps, placed

MIN_RADIUS = 1 / 256
"""Radius at parameter 0, in patch sides: half a pixel of a 128-pixel patch, as in the published brush."""

RADIUS_RANGE = 1 / 4
"""What parameter 1 adds to it: a quarter of the patch, as in the published brush."""

SCALLOP = 1 / 2048
"""How far, in patch sides, the outline between two neighbouring stamps may fall short of the true edge."""

OPACITY_STEPS = 48
"""Stamps that a full swing of opacity is spread over at least, so that no bands show."""

INTERVALS = 16
"""Equal parts of t over each of which the density of stamps is constant."""


class Bezier(DiscBrush):
    """A quadratic Bezier curve drawn by discs; published as the stroke of "Learning to Paint".

    Parameters, unit frame: p0, q, p2 as (row, column), radius r0 and r2, opacity w0 and w2, RGB. The middle control
    point is p1 = p0 + (p2 - p0) q, so the curve is monotone in both axes.

    Density rule: neighbouring stamps of radius r that lie s apart leave scallops of depth about s^2 / (8 r). With
    s(r) = sqrt(8 r SCALLOP) the density along the curve is max(|B'(t)| / s(r(t)), OPACITY_STEPS |w2 - w0|). Over each
    of 16 equal parts of t it is held at what the part's greatest speed and smallest radius ask for (both lie at its
    ends), which sums to C(t), piecewise linear. There are n = max(2, ceil(C(1)) + 1) stamps, at
    C(t_i) = C(1) i / (n - 1). `rule` states it to the last constant.
    """

    name = "bezier"
    parameters = (
        "row0", "column0", "row1", "column1", "row2", "column2",
        "radius0", "radius2", "opacity0", "opacity2",
        "red", "green", "blue",
    )  # fmt: skip
    rule = (
        "A quadratic Bezier curve B(t) whose radius r and opacity w run linearly in t from 0 to 1. In the unit frame "
        "its points are p0, p1 = p0 + (p2 - p0) q and p2, with p0 = (row0, column0), q = (row1, column1) taken axis by "
        "axis, p2 = (row2, column2); a radius is 1/256 + parameter / 4. It is drawn by discs, the stamps, from t = 0 "
        "to t = 1. Their density in t, in the unit frame, is max(|B'| / sqrt(8 r / 2048), 48 |w2 - w0|, 0.001), "
        "constant over each of 16 equal parts of t, with the larger |B'(t)| and the smaller r(t) of the part's two "
        "ends; C(t) is its integral from 0. "
        "There are n = max(2, ceil(C(1) - 0.000001) + 1) stamps, stamp i of 0..n-1 where C(t) = C(1) i / (n - 1)."
    )
    places = ("row0", "column0", "row2", "column2")
    thickness = (2 * MIN_RADIUS, 2 * RADIUS_RANGE)
    samples = (
        (0.30, 0.14, 0.75, 0.30, 0.62, 0.83, 0.28, 0.10, 0.75, 0.75),
        (0.72, 0.22, 0.20, 0.65, 0.40, 0.80, 0.16, 0.20, 0.85, 0.85),
        (0.24, 0.26, 0.55, 0.20, 0.78, 0.68, 0.09, 0.04, 0.95, 0.95),
    )
    dabs = (
        (0.426, 0.463, 0.5, 0.5, 0.574, 0.537, 0.25, 0.25, 0.95, 0.95),
        (0.537, 0.426, 0.5, 0.5, 0.463, 0.574, 0.25, 0.25, 0.95, 0.95),
    )

    @cached_property
    def most_stamps(self) -> int:
        """Of a stroke across the patch, as thin as can be: see `DiscBrush.most_stamps`.

        C(1) falls with the radius and rises with the swing of opacity; it is convex in q for given ends and in p2 - p0
        for a given q, so it is greatest in a corner of the cube.
        """
        corners = [[0.0, 0.0, *q, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0] for q in product((0.0, 1.0), repeat=2)]
        return int(_density(np.array(corners)).counts.max())

    def times(self, shape: Array) -> tuple[Array, Array]:
        """Place stamps by the density rule; see `DiscBrush.times`."""
        xp = namespace_of(shape)
        density = _density(shape)
        offsets = xp.concat([xp.zeros(1, dtype=xp.int64, device=shape.device), density.counts.cumsum(0)])
        stroke = repeated(xp.arange(shape.shape[0], device=shape.device), density.counts)
        rank = xp.arange(stroke.shape[0], device=shape.device) - offsets[stroke]
        return density.times(stroke, rank), offsets

    def padded_times(self, shape: Array) -> tuple[Array, Array]:
        """Place stamps by the density rule; see `DiscBrush.padded_times`."""
        xp = namespace_of(shape)
        density = _density(shape)
        density = density._replace(counts=xp.clip(density.counts, None, self.most_stamps))
        stroke = xp.arange(shape.shape[0], device=shape.device)[:, None]
        return density.times(stroke, xp.arange(self.most_stamps, device=shape.device)), density.counts

    def stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> Stamps:
        """The discs along the curve; see `DiscBrush.stamps`."""
        xp = namespace_of(shape)
        t, offsets = self.times(shape) if times is None else times
        stroke = repeated(xp.arange(shape.shape[0], device=shape.device), offsets[1:] - offsets[:-1])
        return Stamps(*_discs(shape[stroke], patches[stroke], t), offsets)

    def padded_stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> PaddedStamps:
        """The discs along the curve; see `DiscBrush.padded_stamps`."""
        t, counts = self.padded_times(shape) if times is None else times
        return PaddedStamps(*_discs(shape[:, None], patches[:, None], t), counts)

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """Three control points [N, 3, 2] and the radii at both ends [N, 2]; see `Brush.geometry`."""
        return {
            "points": self.pen_path(shape, patches)[:, 0],
            "radii": patches[:, 2, None] * (MIN_RADIUS + RADIUS_RANGE * shape[:, 6:8]),
        }

    def pen_path(self, shape: Array, patches: Array) -> Array:
        """The curve itself; see `Brush.pen_path`."""
        xp = namespace_of(shape)
        p0, q, p2 = shape[:, 0:2], shape[:, 2:4], shape[:, 4:6]
        return placed(xp.stack([p0, p0 + (p2 - p0) * q, p2], 1), patches, self.margin)[:, None]

    def longest(self, shape: Array) -> Array:
        """Chord and mean diameter together; see `Brush.longest`."""
        length, diameter = self.extent(shape)
        return length + diameter

    def extent(self, shape: Array) -> tuple[Array, Array]:
        """Length of the chord and mean diameter; see `Brush.extent`."""
        xp = namespace_of(shape)
        length = xp.sqrt(xp.clip(((shape[:, 0:2] - shape[:, 4:6]) ** 2).sum(1), 1e-8, None))
        return length, 2 * (MIN_RADIUS + RADIUS_RANGE * (shape[:, 6] + shape[:, 7]) / 2)


class _Density(NamedTuple):
    """The density rule's figures for N strokes.

    Attributes:
        parts: [N, INTERVALS] stamps per unit of t in each part.
        total: [N, INTERVALS] C(t) at each part's end.
        counts: [N] how many stamps there are.
    """

    parts: Array
    total: Array
    counts: Array

    def times(self, stroke: Array, rank: Array) -> Array:
        """Where the stamp of that rank lies along the stroke of that index; 1 for ranks past the last."""
        xp, number = namespace_of(self.parts), self.parts.dtype
        last = xp.asarray(self.counts[stroke] - 1, dtype=number)
        goal = self.total[stroke, -1] * xp.asarray(rank, dtype=number) / last
        part = xp.clip((self.total[stroke] < goal[..., None]).sum(-1), None, INTERVALS - 1)
        inside = 1 - (self.total[stroke, part] - goal) * INTERVALS / self.parts[stroke, part]
        return xp.clip((xp.asarray(part, dtype=number) + inside) / INTERVALS, 0.0, 1.0)


def _density(shape: Array) -> _Density:
    xp = namespace_of(shape)
    ends = xp.arange(INTERVALS + 1, dtype=shape.dtype, device=shape.device) / INTERVALS
    legs = [_legs(shape[:, axis, None], shape[:, axis + 2, None], shape[:, axis + 4, None]) for axis in (0, 1)]
    (row_a, row_b), (column_a, column_b) = legs
    row_speed = 2 * (row_a * (1 - ends) + row_b * ends)
    column_speed = 2 * (column_a * (1 - ends) + column_b * ends)
    speed = xp.sqrt(row_speed**2 + column_speed**2)
    speed = xp.maximum(speed[:, 1:], speed[:, :-1])
    radius = MIN_RADIUS + RADIUS_RANGE * (shape[:, 6, None] * (1 - ends) + shape[:, 7, None] * ends)
    radius = xp.minimum(radius[:, 1:], radius[:, :-1])
    density = xp.maximum(
        speed / xp.sqrt(8 * SCALLOP * radius), OPACITY_STEPS * xp.abs(shape[:, 9, None] - shape[:, 8, None])
    )
    density = xp.clip(density, 1e-3, None)  # strokes of no extent and no swing still need a rising C to divide by
    total = density.cumsum(1) / INTERVALS
    counts = xp.asarray(xp.ceil(total[:, -1] - 1e-6), dtype=xp.int64) + 1
    return _Density(density, total, xp.clip(counts, 2, None))


def _discs(each: Array, patch: Array, t: Array) -> tuple[Array, Array, Array, Array]:
    """Row, column, radius and opacity of the discs at t, from stroke and patch columns that t broadcasts with."""
    row, column = (
        patch[..., axis] + patch[..., 2] * _curve(each[..., axis], each[..., axis + 2], each[..., axis + 4], t)
        for axis in (0, 1)
    )
    radius = MIN_RADIUS + RADIUS_RANGE * (each[..., 6] * (1 - t) + each[..., 7] * t)
    opacity = each[..., 8] * (1 - t) + each[..., 9] * t
    return row, column, radius * patch[..., 2], opacity


def _legs(p0: Array, q: Array, p2: Array) -> tuple[Array, Array]:
    """The two legs of the control polygon along one axis: p1 - p0 and p2 - p1."""
    span = p2 - p0
    return span * q, span * (1 - q)


def _curve(p0: Array, q: Array, p2: Array, t: Array) -> Array:
    """B(t) along one axis."""
    p1 = p0 + (p2 - p0) * q
    return p0 * (1 - t) ** 2 + 2 * p1 * t * (1 - t) + p2 * t**2


BEZIER = Bezier()
