"""What each brush makes of a drawn path: strokes without a colour, as points of it come in."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np

from core.brushes import BEZIER, BEZIER_OPAQUE, CIRCLE, FLAT, TRIANGLE, Brush
from core.brushes.base import PolygonBrush
from core.curve_fitting import Curve, Drawn, Line, Numbers, curve_along, line_along

THINNEST = 1 / 256
"""The smallest radius of the Bezier and the flat brush, in sides of a patch."""

_ROOM = 4.0
"""Sides of a patch in radii, at least: the thickest Bezier stroke or flat brush has a little more than a quarter."""

_WIDTH_OFF = 0.15
"""How far the width of a flat stroke, which is the same from end to end, may be off."""

_SEAM = 1.0
"""Sheet pixels by which straight pieces overlap at least: edges that only meet show a hairline."""

_DAB_LENGTH = 1.2
"""Of a dab of the flat brush, in radii."""


class Form(NamedTuple):
    """A stroke without its colour: its patch, and its parameters up to the opacity."""

    patch: tuple[float, float, float]
    shape: list[float]


class Track(ABC):
    """What a brush makes of a path. Copies are independent: nothing that it holds is changed in place."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        self._brush, self._tolerance = brush, tolerance

    @abstractmethod
    def take(self, more: Drawn) -> list[Form]:
        """Go on along these points; the strokes that are settled by that."""

    @abstractmethod
    def close(self) -> list[Form]:
        """End here; the strokes that were not settled."""


class _Spans(Track):
    """Pieces, each as long as the tolerance allows: so there are as few as can be."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        super().__init__(brush, tolerance)
        self._drawn: Drawn | None = None
        self._held: Curve | Line | None = None
        self._before: Curve | Line | None = None

    @abstractmethod
    def _piece(self, drawn: Drawn) -> Curve | Line | None:
        """One for all of these points; None where none is near enough."""

    @abstractmethod
    def _form(self, piece: Curve | Line) -> Form:
        """A piece as a stroke; the one before it is at hand."""

    @abstractmethod
    def _dab(self, drawn: Drawn) -> Form:
        """The stroke of a path of no length."""

    def take(self, more: Drawn) -> list[Form]:
        drawn = more if self._drawn is None else Drawn(*map(np.concatenate, zip(self._drawn, more, strict=True)))
        moved = np.append(True, (np.abs(np.diff(drawn.points, axis=0)) > 1e-9).any(axis=1))
        drawn = Drawn(*(each[moved] for each in drawn))
        forms: list[Form] = []
        begun, known = 0, 0 if self._drawn is None else len(self._drawn.points) - 1
        for last in range(known + 1, len(drawn.points)):
            piece = self._piece(drawn.part(begun, last))
            if piece is None and self._held is not None:
                forms.append(self._settled(self._held))
                begun = last - 1
                piece = self._piece(drawn.part(begun, last))
            self._held = piece
        self._drawn = drawn.part(begun, len(drawn.points))
        return forms

    def close(self) -> list[Form]:
        if self._held is not None:
            return [self._settled(self._held)]
        if self._before is None and self._drawn is not None and len(self._drawn.points):
            return [self._dab(self._drawn)]
        return []

    def _settled(self, piece: Curve | Line) -> Form:
        form = self._form(piece)
        self._before, self._held = piece, None
        return form


class _Curves(_Spans):
    """Bezier strokes."""

    def _piece(self, drawn: Drawn) -> Curve | None:
        side = _side(drawn.points, drawn.radii)
        if len(drawn.points) > 2 and drawn.radii.min() < side * THINNEST:
            return None
        return curve_along(drawn, self._tolerance)

    def _form(self, piece: Curve | Line) -> Form:
        assert isinstance(piece, Curve)
        side = _side(piece.points, piece.radii)
        corner = _corner(piece.points, side)
        first, middle, last = piece.points
        span = last - first
        bend = np.divide(middle - first, span, out=np.full(2, 0.5), where=span != 0)
        shape = [*(first - corner) / side, *bend, *(last - corner) / side, *(piece.radii / side - THINNEST) * 4]
        if self._brush is BEZIER:
            shape += piece.opacity.tolist()
        return Form((*corner.tolist(), side), shape)

    def _dab(self, drawn: Drawn) -> Form:
        return self._form(Curve(drawn.points[[0, 0, 0]], drawn.radii[[0, 0]], drawn.opacity[[0, 0]]))


class _Lines(_Spans):
    """Strokes of the flat brush."""

    def _piece(self, drawn: Drawn) -> Line | None:
        side = _side(drawn.points, drawn.radii)
        if len(drawn.points) > 2:
            if drawn.radii.min() < side * THINNEST:
                return None
            return line_along(drawn, self._tolerance, _WIDTH_OFF)
        return line_along(drawn, math.inf, math.inf) or Line(
            drawn.points[[0, -1]], float(drawn.radii.mean()), float(drawn.opacity.mean())
        )

    def _form(self, piece: Curve | Line) -> Form:
        assert isinstance(piece, Line)
        first, last = piece.points
        way = (last - first) / np.hypot(*(last - first))
        if isinstance(self._before, Line):
            # So far back that it covers the corners of the one before.
            came = self._before.points[1] - self._before.points[0]
            came = came / np.hypot(*came)
            turn = abs(float(came[0] * way[1] - came[1] * way[0])) if float(came @ way) > 0 else 1.0
            first = first - way * (self._before.radius * turn + _SEAM)
        return self._rectangle(np.stack([first, last]), piece.radius, piece.opacity)

    def _rectangle(self, points: Numbers, radius: float, opacity: float) -> Form:
        side = _side(points, np.array([radius]))
        corner = _corner(points, side)
        ends = _within(self._brush, (points - corner) / side)
        return Form((*corner.tolist(), side), [*ends.ravel(), (2 * radius / side - 2 * THINNEST) * 2, opacity])

    def _dab(self, drawn: Drawn) -> Form:
        half = np.array([0.0, _DAB_LENGTH / 2 * drawn.radii[0]])
        points = np.stack([drawn.points[0] - half, drawn.points[0] + half])
        return self._rectangle(points, float(drawn.radii[0]), float(drawn.opacity[0]))


class _Dabs(Track):
    """Circles, a radius apart."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        super().__init__(brush, tolerance)
        self._last: Numbers | None = None
        self._to_next = 0.0

    def take(self, more: Drawn) -> list[Form]:
        forms = []
        for point in np.column_stack([more.points, more.radii, more.opacity]):
            if self._last is None:
                self._last = point
                forms.append(self._circle(point))
                self._to_next = float(point[2])
                continue
            length = float(np.hypot(*(point[:2] - self._last[:2])))
            gone = 0.0
            while self._to_next <= length - gone:
                gone += self._to_next
                here = self._last + (gone / length) * (point - self._last)
                forms.append(self._circle(here))
                self._to_next = float(here[2])
            self._to_next -= length - gone
            self._last = point
        return forms

    def close(self) -> list[Form]:
        return []

    def _circle(self, point: Numbers) -> Form:
        row, column, radius, opacity = point.tolist()
        side = _ROOM * radius
        shape = [0.5, 0.5, (1 / _ROOM - THINNEST) * 2, opacity]
        return Form((row - side / 2, column - side / 2, side), shape)


class _Shard(Track):
    """One triangle: as wide at the start as the hand pressed at most, pointed at the end."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        super().__init__(brush, tolerance)
        self._first: Numbers | None = None
        self._last = np.zeros(2)
        self._radius = self._opacity = 0.0

    def take(self, more: Drawn) -> list[Form]:
        if len(more.points):
            if self._first is None:
                self._first = more.points[0].copy()
            self._last = more.points[-1].copy()
            self._radius = max(self._radius, float(more.radii.max()))
            self._opacity = max(self._opacity, float(more.opacity.max()))
        return []

    def close(self) -> list[Form]:
        if self._first is None:
            return []
        way = self._last - self._first
        length = float(np.hypot(*way))
        if length < self._radius / 2:  # a click: a triangle of three like sides around it
            turns = np.deg2rad([-90.0, 30.0, 150.0])
            corners = self._first + self._radius * np.column_stack([np.sin(turns), np.cos(turns)])
        else:
            aside = np.array([-way[1], way[0]]) / length * self._radius
            corners = np.stack([self._first + aside, self._first - aside, self._last])
        side = float(np.ptp(corners, axis=0).max())
        corner = _corner(corners, side)
        places = _within(self._brush, (corners - corner) / side)
        return [Form((*corner.tolist(), side), [*places.ravel(), self._opacity])]


TRACKS: dict[str, type[Track]] = {
    BEZIER.name: _Curves, BEZIER_OPAQUE.name: _Curves, FLAT.name: _Lines, CIRCLE.name: _Dabs, TRIANGLE.name: _Shard,
}  # fmt: skip
"""By the names of stroke types."""


def _side(points: Numbers, radii: Numbers) -> float:
    """Of the smallest patch that holds points, and a stroke as thick as that."""
    return max(float(np.ptp(points, axis=0).max()), _ROOM * float(radii.max()))


def _corner(points: Numbers, side: float) -> Numbers:
    """Of a patch with points in its middle."""
    middle: Numbers = (points.min(axis=0) + points.max(axis=0)) / 2
    return middle - side / 2


def _within(brush: Brush, places: Numbers) -> Numbers:
    """Parameters of places in 0..1 of a patch, for a brush whose points may lie outside it."""
    assert isinstance(brush, PolygonBrush)
    return (places + brush.margin) / (1 + 2 * brush.margin)
