"""The Bezier stroke: a quadratic curve whose radius and opacity run linearly from end to end."""

from __future__ import annotations

import array_api_compat

from core.brushes.base import Array, Stamps

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


class Bezier:
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
    size = 13
    rule = (
        "A quadratic Bezier curve B(t) whose radius r and opacity w run linearly in t from 0 to 1. In the unit frame "
        "its points are p0, p1 = p0 + (p2 - p0) q and p2, with p0 = (row0, column0), q = (row1, column1) taken axis by "
        "axis, p2 = (row2, column2); a radius is 1/256 + parameter / 4. It is drawn by discs, the stamps, from t = 0 "
        "to t = 1. Their density in t, in the unit frame, is max(|B'| / sqrt(8 r / 2048), 48 |w2 - w0|, 0.001), "
        "constant over each of 16 equal parts of t, with the larger |B'(t)| and the smaller r(t) of the part's two "
        "ends; C(t) is its integral from 0. "
        "There are n = max(2, ceil(C(1) - 0.000001) + 1) stamps, stamp i of 0..n-1 where C(t) = C(1) i / (n - 1)."
    )

    def times(self, shape: Array) -> tuple[Array, Array]:
        """Place stamps by the density rule; see `Brush.times`."""
        xp = array_api_compat.array_namespace(shape)
        where = array_api_compat.device(shape)
        ends = xp.arange(INTERVALS + 1, dtype=shape.dtype, device=where) / INTERVALS
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
        # Strokes of no extent and no swing still need a rising C to divide by.
        density = xp.maximum(density, xp.ones_like(density) * 1e-3)
        total = xp.cumulative_sum(density, axis=1) / INTERVALS
        counts = xp.astype(xp.ceil(total[:, -1] - 1e-6), xp.int64) + 1
        counts = xp.maximum(counts, xp.ones_like(counts) * 2)
        offsets = xp.concat([xp.zeros(1, dtype=xp.int64, device=where), xp.cumulative_sum(counts, axis=0)])
        stroke = xp.repeat(xp.arange(counts.shape[0], device=where), counts)
        rank = xp.arange(stroke.shape[0], device=where) - offsets[stroke]
        goal = total[stroke, -1] * xp.astype(rank, shape.dtype) / xp.astype(counts[stroke] - 1, shape.dtype)
        part = xp.sum(xp.astype(total[stroke] < goal[:, None], xp.int64), axis=1)
        part = xp.minimum(part, xp.ones_like(part) * (INTERVALS - 1))
        inside = 1 - (total[stroke, part] - goal) * INTERVALS / density[stroke, part]
        return xp.clip((xp.astype(part, shape.dtype) + inside) / INTERVALS, 0.0, 1.0), offsets

    def stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> Stamps:
        """The discs along the curve; see `Brush.stamps`."""
        xp = array_api_compat.array_namespace(shape)
        t, offsets = self.times(shape) if times is None else times
        stroke = xp.repeat(xp.arange(shape.shape[0], device=array_api_compat.device(shape)), offsets[1:] - offsets[:-1])
        each, patch = shape[stroke], patches[stroke]
        row, column = (
            patch[:, axis] + patch[:, 2] * _curve(each[:, axis], each[:, axis + 2], each[:, axis + 4], t)
            for axis in (0, 1)
        )
        radius = MIN_RADIUS + RADIUS_RANGE * (each[:, 6] * (1 - t) + each[:, 7] * t)
        opacity = each[:, 8] * (1 - t) + each[:, 9] * t
        return Stamps(row, column, radius * patch[:, 2], opacity, offsets)

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """Three control points [N, 3, 2] and the radii at both ends [N, 2]; see `Brush.geometry`."""
        xp = array_api_compat.array_namespace(shape)
        p0, q, p2 = shape[:, 0:2], shape[:, 2:4], shape[:, 4:6]
        points = xp.stack([p0, p0 + (p2 - p0) * q, p2], axis=1)
        return {
            "points": patches[:, None, :2] + patches[:, 2, None, None] * points,
            "radii": patches[:, 2, None] * (MIN_RADIUS + RADIUS_RANGE * shape[:, 6:8]),
        }


def _legs(p0: Array, q: Array, p2: Array) -> tuple[Array, Array]:
    """The two legs of the control polygon along one axis: p1 - p0 and p2 - p1."""
    span = p2 - p0
    return span * q, span * (1 - q)


def _curve(p0: Array, q: Array, p2: Array, t: Array) -> Array:
    """B(t) along one axis."""
    p1 = p0 + (p2 - p0) * q
    return p0 * (1 - t) ** 2 + 2 * p1 * t * (1 - t) + p2 * t**2


BEZIER = Bezier()
