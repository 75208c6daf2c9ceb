"""The area that a stroke's discs sweep, as SVG path data with true arcs.

Discs are rows [M, >= 3] of x, y and radius in the drawing's units, in the order they are stamped. `decimals` are those
of the numbers written; `flatness` is how far the area may be off, in the drawing's units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Discs: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]

FLATNESS = 0.1
"""Sheet pixels. Sides are straight from disc to disc, so that far fewer do than are stamped."""


def beginning(discs: Discs, end: int, decimals: int, flatness: float = FLATNESS) -> str:
    """Path data of what the discs before `end` cover and that one does not; empty where it covers all of them."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(discs[: end + 1, :2], axis=0).T))])
    # The last disc whose front has not yet reached the back of the one at the end.
    clear = np.flatnonzero(along[:end] + discs[:end, 2] <= along[end] - discs[end, 2])
    start = int(clear[-1]) if len(clear) else 0
    data = outline(discs[: start + 1], decimals, flatness) if start else ""
    around = _unswallowed(thinned(discs[start:end], flatness))
    last = discs[end, :3].tolist()
    while around and _tangents(around[-1], last) is None and around[-1][2] <= last[2]:
        around.pop()
    if not around:
        return data
    if _tangents(around[-1], last) is None:  # the one at the end lies in its neighbour, and leaves a hole
        return outline(discs[:end], decimals, flatness) + _circle(last, decimals, hole=True)
    ways = [way for one, other in pairwise([*around, last]) if (way := _tangents(one, other))]
    left = "L".join(point_data(point, decimals) for way in ways for point in way.left)
    right = [point_data(point, decimals) for way in reversed(ways) for point in way.right]
    back, front = number(around[0][2], decimals), number(last[2], decimals)
    return (
        f"{data}M{left}A{front} {front} 0 {int(ways[-1].cosine >= 0)} 1 {'L'.join(right)}"
        f"A{back} {back} 0 {int(ways[0].cosine > 0)} 0 {point_data(ways[0].left[0], decimals)}Z"
    )


def _unswallowed(discs: Discs) -> list[list[float]]:
    """The discs without those that lie in a neighbour."""
    around: list[list[float]] = []
    for disc in discs.tolist():
        while around and _tangents(around[-1], disc) is None and around[-1][2] <= disc[2]:
            around.pop()
        if not around or _tangents(around[-1], disc) is not None:
            around.append(disc)
    return around


class _Tangents(NamedTuple):
    """The two straight lines that touch two discs from outside."""

    left: tuple[Point, Point]
    """Where one of them touches the first disc and the second."""
    right: tuple[Point, Point]
    """Where the other touches the second disc and the first."""
    cosine: float
    """Of the angle between the line of centres and the radius to where a tangent touches."""


def _tangents(one: Sequence[float], other: Sequence[float]) -> _Tangents | None:
    """Of two discs (x, y, radius); None where one lies in the other."""
    (x0, y0, r0), (x1, y1, r1) = one, other
    dx, dy = x1 - x0, y1 - y0
    distance = math.hypot(dx, dy)
    if distance <= abs(r0 - r1) + 1e-9:
        return None
    cosine = (r0 - r1) / distance
    sine = math.sqrt(1 - cosine * cosine)
    ux, uy = dx / distance, dy / distance
    lx, ly = ux * cosine - uy * sine, uy * cosine + ux * sine
    rx, ry = ux * cosine + uy * sine, uy * cosine - ux * sine
    return _Tangents(
        ((x0 + r0 * lx, y0 + r0 * ly), (x1 + r1 * lx, y1 + r1 * ly)),
        ((x1 + r1 * rx, y1 + r1 * ry), (x0 + r0 * rx, y0 + r0 * ry)),
        cosine,
    )


def outline(discs: Discs, decimals: int, flatness: float = FLATNESS) -> str:
    """Path data of one closed line around all of it; where the discs turn sharply it may cross itself."""
    around = _unswallowed(thinned(discs, flatness))
    ways = [way for one, other in pairwise(around) if (way := _tangents(one, other))]
    if not ways:
        return _circle(around[0], decimals)
    left = "L".join(point_data(point, decimals) for way in ways for point in way.left)
    right = "L".join(point_data(point, decimals) for way in reversed(ways) for point in way.right)
    first, last = number(around[0][2], decimals), number(around[-1][2], decimals)
    return (
        f"M{left}A{last} {last} 0 {int(ways[-1].cosine < 0)} 0 {right}"
        f"A{first} {first} 0 {int(ways[0].cosine > 0)} 0 {point_data(ways[0].left[0], decimals)}Z"
    )


def outline_points(discs: Discs, flatness: float = FLATNESS) -> NDArray[np.float64]:
    """The line of `outline` as points [P, 2], the last the first again, its arcs by chords within `flatness`."""
    around = _unswallowed(thinned(discs, flatness))
    ways = [way for one, other in pairwise(around) if (way := _tangents(one, other))]
    if not ways:
        return _arc(around[0], 0.0, -2 * math.pi, flatness)
    left = np.array([point for way in ways for point in way.left])
    right = np.array([point for way in reversed(ways) for point in way.right])
    front, back = _cap(around[-1], left[-1], right[0], flatness), _cap(around[0], right[-1], left[0], flatness)
    return np.concatenate([left, front, right, back, left[:1]])


def _cap(disc: Sequence[float], start: NDArray[np.float64], end: NDArray[np.float64], flatness: float) -> Discs:
    """Points around a disc between two of its edge, turning as outlines do."""
    first = math.atan2(start[1] - disc[1], start[0] - disc[0])
    last = math.atan2(end[1] - disc[1], end[0] - disc[0])
    return _arc(disc, first, first - (first - last) % (2 * math.pi), flatness)[1:-1]


def _arc(disc: Sequence[float], first: float, last: float, flatness: float) -> Discs:
    x, y, r = disc[:3]
    step = 2 * math.acos(max(0.0, 1 - flatness / r)) if r > 0 else math.pi  # a chord's height is r (1 - cos(step / 2))
    angles = np.linspace(first, last, 2 + math.ceil(abs(last - first) / step))
    points: Discs = np.stack([x + r * np.cos(angles), y + r * np.sin(angles)], axis=1)
    if abs(last - first) == 2 * math.pi:
        points[-1] = points[0]
    return points


def _circle(disc: Sequence[float], decimals: int, *, hole: bool = False) -> str:
    """Path data of one disc (x, y, radius), drawn the way all outlines turn, or as a hole the other way."""
    # Rounded first: were the ends of an arc not just its diameter apart, its centre would move, and by much.
    x, y, r = (round(value, decimals) for value in disc[:3])
    left, right, middle, radius = (number(value, decimals) for value in (x - r, x + r, y, r))
    arc = f"A{radius} {radius} 0 1 {int(hole)}"
    return f"M{left} {middle}{arc} {right} {middle}{arc} {left} {middle}Z"


def thinned(discs: Discs, flatness: float) -> Discs:
    """As few of the discs as keep the envelope to within `flatness`, [m, 3]; first and last always.

    Source: Douglas and Peucker 1973, with the radius as a third coordinate.
    """
    discs = discs[:, :3]
    keep = np.zeros(len(discs), bool)
    keep[[0, -1]] = True
    spans = [(0, len(discs) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        share = np.linspace(0, 1, last - first + 1)[1:-1, None]
        line = discs[last] - discs[first]
        inner = discs[first + 1 : last] - discs[first]
        length = float(line[:2] @ line[:2])
        if length > 0:
            share = ((inner[:, :2] @ line[:2]) / length).clip(0, 1)[:, None]
        away = np.abs(inner - share * line)
        off = np.hypot(away[:, 0], away[:, 1]) + away[:, 2]
        worst = int(off.argmax())
        if off[worst] > flatness:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return discs[keep]


def point_data(point: Point, decimals: int) -> str:
    """A point as path data has it."""
    return f"{number(point[0], decimals)} {number(point[1], decimals)}"


def number(value: float, decimals: int) -> str:
    """A number as short as its rounding allows."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text in ("-0", "") else text
