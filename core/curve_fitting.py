"""A drawn path as few pieces of what a brush can draw in one stroke: quadratic curves that turn nowhere, or lines.

Points are (row, column) in any one unit of length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_ROUNDS = 3
"""Of fitting a curve and finding anew where along it each point lies; more gain nothing that is seen."""

_NEWTON = 2
"""Steps towards the nearest place on the curve in each round."""

OPACITY_OFF = 0.04
"""How far opacity may be off along a piece: steps of that size are not seen."""


class Drawn(NamedTuple):
    """A path as it was drawn.

    Attributes:
        points: [N, 2] (row, column).
        radii: [N] half the width there.
        opacity: [N] in 0..1.
    """

    points: Numbers
    radii: Numbers
    opacity: Numbers

    def part(self, first: int, last: int) -> Drawn:
        """Its points from one to another, both among them."""
        return Drawn(*(each[first : last + 1] for each in self))


class Curve(NamedTuple):
    """A quadratic Bezier curve whose radius and opacity run linearly in its parameter.

    Attributes:
        points: [3, 2] control points; the middle one lies between the others in both axes.
        radii: [2] at both ends.
        opacity: [2] likewise.
    """

    points: Numbers
    radii: Numbers
    opacity: Numbers


class Line(NamedTuple):
    """A straight line of one width and one opacity.

    Attributes:
        points: [2, 2] its ends.
        radius: Half its width.
        opacity: In 0..1.
    """

    points: Numbers
    radius: float
    opacity: float


def curve_along(drawn: Drawn, tolerance: float) -> Curve | None:
    """The curve from a path's first point to its last that keeps nearest to all others.

    It is monotone in both axes, as the Bezier brush's are. At its ends radius and opacity are the path's own, so that
    curves joined end to end go on as the path does.

    Args:
        drawn: Two points at least.
        tolerance: How far points may lie from it, and radii be off.

    Returns:
        None where some point or radius would be further off, or an opacity by more than `OPACITY_OFF`.
    """
    points = drawn.points
    first, last = points[0], points[-1]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    if along[-1] == 0:
        return None
    t = along / along[-1]
    low, high = np.minimum(first, last), np.maximum(first, last)
    # A curve that turns nowhere stays between its ends, and so do points that it passes near enough.
    if (points < low - tolerance).any() or (points > high + tolerance).any():
        return None
    middle = (first + last) / 2
    for _ in range(_ROUNDS if len(points) > 2 else 0):
        weight = 2 * t * (1 - t)
        square = float(weight @ weight)
        if square:
            rest = points - np.outer((1 - t) ** 2, first) - np.outer(t**2, last)
            middle = np.clip(weight @ rest / square, low, high)
        t = _nearest(first, middle, last, points, t)
    off = points - _at(first, middle, last, t)
    if (np.einsum("ij,ij->i", off, off) > tolerance**2).any():
        return None
    for values, most in ((drawn.radii, tolerance), (drawn.opacity, OPACITY_OFF)):
        if (np.abs(values[0] * (1 - t) + values[-1] * t - values) > most).any():
            return None
    return Curve(np.stack([first, middle, last]), drawn.radii[[0, -1]], drawn.opacity[[0, -1]])


def line_along(drawn: Drawn, tolerance: float, width_off: float) -> Line | None:
    """The straight line from a path's first point to its last, as wide as the path is on the whole.

    Args:
        drawn: Two points at least.
        tolerance: How far points may lie from it.
        width_off: How far radii may be off, of the line's own.

    Returns:
        None where some point or radius would be further off, or an opacity by more than `OPACITY_OFF`.
    """
    points = drawn.points
    span = points[-1] - points[0]
    length = float(np.hypot(*span))
    if length == 0:
        return None
    from_first = points - points[0]
    share = (from_first @ span / length**2).clip(0, 1)
    if (np.hypot(*(from_first - np.outer(share, span)).T) > tolerance).any():
        return None
    radius, opacity = (float(values.min() + values.max()) / 2 for values in (drawn.radii, drawn.opacity))
    if np.ptp(drawn.radii) / 2 > max(tolerance, width_off * radius) or np.ptp(drawn.opacity) / 2 > OPACITY_OFF:
        return None
    return Line(points[[0, -1]], radius, opacity)


def smoothed(drawn: Drawn, along: Numbers, reach: float, rows: slice) -> Drawn:
    """Some of a path's points, each drawn towards those within reach of it, before and after alike.

    Points nearer to an end than that reach less far, and the ends stay: a path begins and ends where the hand did.

    Args:
        drawn: The path.
        along: [N] its length up to each point.
        reach: The standard deviation of the weights; nothing further off than three times that counts.
        rows: Which.
    """
    own = along[rows]
    to_end = np.minimum(own - along[0], along[-1] - own)
    width = np.minimum(reach, to_end / 3)
    low, high = np.searchsorted(along, (own[0] - 3 * reach, own[-1] + 3 * reach), side="left")
    high = min(len(along), int(high) + 1)
    near = along[low:high]
    # Each point counts for the length of path around it: where a hand rested there are many.
    shares = np.gradient(near) if len(near) > 1 else np.ones(1)
    apart = (near - own[:, None]) / np.maximum(width, 1e-12)[:, None]
    weights = np.where(np.abs(apart) <= 3, np.exp(-(apart**2) / 2), 0.0) * np.maximum(shares, 1e-12)
    weights /= weights.sum(axis=1, keepdims=True)
    part = Drawn(*(each[low:high] for each in drawn))
    found = Drawn(weights @ part.points, weights @ part.radii, weights @ part.opacity)
    still = width <= 0
    for each, raw in zip(found, drawn, strict=True):
        each[still] = raw[rows][still]
    return found


def _at(first: Numbers, middle: Numbers, last: Numbers, t: Numbers) -> Numbers:
    """Points [N, 2] of a curve."""
    s = (1 - t)[:, None]
    t = t[:, None]
    return s**2 * first + 2 * s * t * middle + t**2 * last


def _nearest(first: Numbers, middle: Numbers, last: Numbers, points: Numbers, t: Numbers) -> Numbers:
    """Where on a curve each point [N, 2] is nearest to it, from guesses t [N]; the ends keep theirs."""
    bend = 2 * (first - 2 * middle + last)
    for _ in range(_NEWTON):
        off = _at(first, middle, last, t) - points
        speed = 2 * ((1 - t)[:, None] * (middle - first) + t[:, None] * (last - middle))
        slope = np.einsum("ij,ij->i", off, speed)
        curve = np.einsum("ij,ij->i", speed, speed) + off @ bend
        # Where the distance is not bowl-shaped Newton's step would lead away: go by the speed alone.
        curve = np.where(curve > 0, curve, np.einsum("ij,ij->i", speed, speed))
        t = (t - slope / np.maximum(curve, 1e-30)).clip(0, 1)
    t[0], t[-1] = 0.0, 1.0
    return t
