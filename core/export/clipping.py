"""What of a plotter's line lies on the sheet: a pen must not draw on the margin, let alone off the paper.

Points are (x, y) in the drawing's units; a box is (left, top, right, bottom), its edges belonging to it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
Box: TypeAlias = tuple[float, float, float, float]

_LEAST = 1e-9
"""Of a curve's or segment's length: less of it, as where it touches an edge from outside, is not drawn."""


def inside(points: Points, box: Box) -> NDArray[np.bool_]:
    """Whether all points of each line lie in the box: of points [..., P, 2], [...]."""
    return np.asarray(((points >= box[:2]) & (points <= box[2:])).all(axis=(-2, -1)))


def clipped_curve(curve: Points, box: Box) -> list[Points]:
    """The parts of a quadratic Bezier curve, control points [3, 2], that lie in the box, in its direction.

    Source: the parts are the curve's own polar form at their ends (Ramshaw 1989).
    """
    a, b, c = curve
    crossings = [0.0, 1.0]
    for axis in (0, 1):
        for edge in (box[axis], box[axis + 2]):
            # Where B(t) = a + 2 (b - a) t + (a - 2 b + c) t^2 meets the edge.
            roots = np.roots([a[axis] - 2 * b[axis] + c[axis], 2 * (b[axis] - a[axis]), a[axis] - edge])
            crossings += [float(root.real) for root in roots if abs(root.imag) < _LEAST and 0 < root.real < 1]
    crossings.sort()

    def polar(s: float, t: float) -> Points:
        one, other = a + (b - a) * s, b + (c - b) * s
        return np.asarray(one + (other - one) * t)

    spans: list[tuple[float, float]] = []
    for start, end in pairwise(crossings):
        middle = polar((start + end) / 2, (start + end) / 2)
        if end - start < _LEAST or not inside(middle[None], box):
            continue
        if spans and start - spans[-1][1] < _LEAST:
            start = spans.pop()[0]
        spans.append((start, end))
    return [np.stack([polar(start, start), polar(start, end), polar(end, end)]) for start, end in spans]


def clipped_polyline(points: Points, box: Box) -> list[Points]:
    """The parts [p, 2] of a line [P, 2] of straight segments that lie in the box, in its direction.

    Source: Liang and Barsky 1984, for all segments at once.
    """
    starts, ways = points[:-1], np.diff(points, axis=0)
    enter, leave = np.zeros(len(starts)), np.ones(len(starts))
    for axis in (0, 1):
        start, way = starts[:, axis], ways[:, axis]
        still = way == 0
        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = (box[axis] - start) / way, (box[axis + 2] - start) / way
        within = (start >= box[axis]) & (start <= box[axis + 2])
        low, high = np.where(still, -np.inf, low), np.where(still, np.where(within, np.inf, -np.inf), high)
        enter, leave = np.maximum(enter, np.minimum(low, high)), np.minimum(leave, np.maximum(low, high))
        leave = np.where(still & ~within, -1.0, leave)
    parts: list[list[Points]] = []
    open_end = False
    for index in np.flatnonzero(leave - enter > _LEAST):
        first, last = (starts[index] + ways[index] * t for t in (enter[index], leave[index]))
        if not (open_end and parts and enter[index] == 0 and np.array_equal(parts[-1][-1], first)):
            parts.append([first])
        parts[-1].append(points[index + 1] if leave[index] == 1 else last)
        open_end = leave[index] == 1
    if len(parts) > 1 and np.array_equal(points[0], points[-1]) and np.array_equal(parts[-1][-1], parts[0][0]):
        parts[0] = [*parts.pop(), *parts[0][1:]]  # a closed line's first and last part are one
    return [np.array(part) for part in parts]
