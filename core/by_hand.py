"""Strokes drawn by hand: the path of a mouse or a pen as strokes of the same brush that the agent paints with.

A path becomes as few strokes as keep within a tolerance of it: of the Bezier brushes curves that turn nowhere, each on
a patch of its own so large that all parameters lie in 0..1; of the flat brush straight ones; of circles dabs along it;
of triangles one from its start to its end. What becomes of them in a painting, see `core.editing.painted_over`.

Each stroke is laid on its own, so that where two of a path meet, half-transparent ones are laid twice over as far as
the brush is round: a stroke of opacity w covers 1 - (1 - w)^2 there. No choice of strokes avoids that (a stroke that
ends in no opacity has no end to join on to), so that few joints are what keeps it unseen; opaque paint has none.
"""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.brushes import BEZIER, BEZIER_OPAQUE, BRUSHES, CIRCLE, FLAT, MAX_PARAMETERS, TRIANGLE, Brush, brush_named
from core.brushes.base import PolygonBrush
from core.curve_fitting import Curve, Drawn, Line, Numbers, curve_along, line_along, smoothed
from core.geometry import Size
from core.rasteriser.extents import MARGIN, extents_of
from core.stroke import Strokes

LEAST_RADIUS = 0.05
"""Sheet pixels."""

LIGHTEST = 0.15
"""Share of its width that a stroke has where a pen hardly touches."""

_ROOM = 4.0
"""Sides of a patch in radii, at least: the thickest Bezier stroke or flat brush has a little more than a quarter."""

_THINNEST = 1 / 256
"""The smallest radius of the Bezier and the flat brush, in sides of a patch."""

_WIDTH_OFF = 0.15
"""How far the width of a flat stroke, which is the same from end to end, may be off."""

_SEAM = 1.0
"""Sheet pixels by which straight pieces overlap at least: edges that only meet show a hairline."""

_SAMPLES = 32
"""Pixels along a side of what a brush covers that its mean colour is taken from."""

_DAB_LENGTH = 1.2
"""Of a dab of the flat brush, in radii."""


def radius_under(pressure: float, radius: float) -> float:
    """The radius of a brush that a pen presses on so hard, 0..1; `radius` at full pressure."""
    return radius * (LIGHTEST + (1 - LIGHTEST) * min(max(pressure, 0.0), 1.0))


def tolerance_of(radius: float, opacity: float, least: float) -> float:
    """How far strokes had better be from the path, in the unit of a brush's radius.

    Opaque pieces may be many, and then join smoothly; of others each joint is seen, and a wide stroke hides more.

    Args:
        radius: Of the brush.
        opacity: Of it.
        least: What the eye sees at all.
    """
    return max(least, radius * (0.05 if opacity >= 1 else 0.15))


def colour_under(pixels: NDArray[np.uint8], row: float, column: float, radius: float) -> tuple[float, float, float]:
    """The mean colour, in 0..1, of a picture [H, W, 3] under a brush; at its edge, of what is nearest."""
    height, width = pixels.shape[:2]
    places = []
    for centre, size in ((row, height), (column, width)):
        ends = math.floor(centre - radius), math.ceil(centre + radius) - 1
        first, last = (min(max(each, 0), size - 1) for each in ends)
        places.append(np.arange(first, last + 1, max(1, (last - first) // _SAMPLES)))
    rows, columns = np.meshgrid(*places, indexing="ij")
    inside = (rows + 0.5 - row) ** 2 + (columns + 0.5 - column) ** 2 <= max(radius, 1.0) ** 2
    if not inside.any():
        inside[:] = True
    red, green, blue = (pixels[rows[inside], columns[inside]].mean(axis=0) / 255).tolist()
    return red, green, blue


class Trace:
    """A stroke of the hand under way. Points come in; strokes that are settled do not change any more."""

    def __init__(
        self,
        stroke_type: str,
        sheet: Size,
        rgb: tuple[float, float, float],
        *,
        tolerance: float = 0.5,
        smoothing: float = 0.0,
    ) -> None:
        """Begin.

        Args:
            stroke_type: The brush.
            sheet: Of the document; strokes that do not touch it are left out.
            rgb: In 0..1.
            tolerance: How far strokes may be from the path, sheet pixels.
            smoothing: The reach (standard deviation) over which jitter is taken out of the path, sheet pixels.

        Raises:
            SettingError: If there is no such type.
        """
        self._brush = brush_named(stroke_type)
        self._sheet, self._rgb = sheet, np.array(rgb, np.float32).clip(0, 1)
        self._reach = smoothing
        self._track = _TRACKS[self._brush.name](self._brush, tolerance)
        self._raw = np.zeros((64, 5))
        """Row, column, radius, opacity and the length of the path so far; with room for more."""
        self._count = self._calm = 0
        self._settled = Strokes()

    def add(self, row: float, column: float, radius: float, opacity: float) -> Strokes:
        """Go on to a point.

        Args:
            row: Sheet pixels; it may lie off the sheet.
            column: Likewise.
            radius: Of the brush there, likewise.
            opacity: There, 0..1.

        Returns:
            The strokes that have been settled by that.
        """
        far = self._sheet.longer
        point = np.array([min(max(row, -far), 2.0 * far), min(max(column, -far), 2.0 * far)])
        radius, opacity = min(max(radius, LEAST_RADIUS), float(far)), min(max(opacity, 0.0), 1.0)
        last = self._raw[self._count - 1] if self._count else None
        apart = 0.0 if last is None else float(np.hypot(*(point - last[:2])))
        if last is not None and apart < 1e-3:  # it rests, and presses
            last[2:4] = np.maximum(last[2:4], (radius, opacity))
            return Strokes()
        if last is not None:
            # Far points are joined by a line, in parts that are not too long for a brush as thin as this.
            parts = math.ceil(apart / (min(radius, last[2]) / (2 * _THINNEST)))
            for share in np.arange(1, parts) / parts:
                self._put(last + share * (np.array([*point, radius, opacity, last[4] + apart]) - last))
        self._put(np.array([*point, radius, opacity, apart if last is None else last[4] + apart]))
        return self._settle()

    def _put(self, point: Numbers) -> None:
        if self._count == len(self._raw):
            self._raw = np.concatenate([self._raw, np.zeros_like(self._raw)])
        self._raw[self._count] = point
        self._count += 1

    def _settle(self) -> Strokes:
        along = self._raw[: self._count, 4]
        # What lies further back than smoothing reaches is known; the last point may yet press harder, where it is.
        calm = min(int(np.searchsorted(along, along[-1] - 3 * self._reach, side="right")), self._count - 1)
        if calm <= self._calm:
            return Strokes()
        found = self._strokes(self._track.take(self._smoothed(self._calm, calm)))
        self._calm = calm
        self._settled = self._settled.appended(found)
        return found

    def _smoothed(self, first: int, last: int) -> Drawn:
        rows = self._raw[: self._count]
        drawn = Drawn(rows[:, :2], rows[:, 2], rows[:, 3])
        if self._reach <= 0 or first == last:
            return Drawn(*(each[first:last] for each in drawn))
        return smoothed(drawn, rows[:, 4], self._reach, slice(first, last))

    @property
    def settled(self) -> Strokes:
        """What is settled."""
        return self._settled

    def rest(self) -> Strokes:
        """What would come on top of that, were this the end of it."""
        if not self._count:
            return Strokes()
        track = copy.copy(self._track)
        forms = track.take(self._smoothed(self._calm, self._count))
        return self._strokes([*forms, *track.close()])

    def strokes(self) -> Strokes:
        """All, were this the end of it."""
        return self._settled.appended(self.rest())

    def _strokes(self, forms: list[_Form]) -> Strokes:
        shapes = np.zeros((len(forms), MAX_PARAMETERS), np.float32)
        size = self._brush.size
        for row, form in zip(shapes, forms, strict=True):
            row[: size - 3] = form.shape
        shapes[:, size - 3 : size] = self._rgb
        strokes = Strokes.from_columns(
            types=np.full(len(forms), BRUSHES.index(self._brush), np.uint8),
            patches=np.array([form.patch for form in forms], np.float64).reshape(-1, 3),
            parameters=shapes.clip(0, 1),
            steps=np.zeros(len(forms), np.int32),
        )
        return _on_sheet(strokes, self._sheet)


def _on_sheet(strokes: Strokes, sheet: Size) -> Strokes:
    """Those that touch the sheet."""
    if not len(strokes):
        return strokes
    top, left, bottom, right = extents_of(strokes).T
    touching = (bottom > -MARGIN) & (right > -MARGIN)
    touching &= (top < sheet.height + MARGIN) & (left < sheet.width + MARGIN)
    return strokes if touching.all() else strokes.picked(touching)


class _Form(NamedTuple):
    """A stroke without its colour: its patch, and its parameters up to the opacity."""

    patch: tuple[float, float, float]
    shape: list[float]


class _Track(ABC):
    """What a brush makes of a path. Copies are independent: nothing that it holds is changed in place."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        self._brush, self._tolerance = brush, tolerance

    @abstractmethod
    def take(self, more: Drawn) -> list[_Form]:
        """Go on along these points; the strokes that are settled by that."""

    @abstractmethod
    def close(self) -> list[_Form]:
        """End here; the strokes that were not settled."""


class _Spans(_Track):
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
    def _form(self, piece: Curve | Line) -> _Form:
        """A piece as a stroke; the one before it is at hand."""

    @abstractmethod
    def _dab(self, drawn: Drawn) -> _Form:
        """The stroke of a path of no length."""

    def take(self, more: Drawn) -> list[_Form]:
        drawn = more if self._drawn is None else Drawn(*map(np.concatenate, zip(self._drawn, more, strict=True)))
        moved = np.append(True, (np.abs(np.diff(drawn.points, axis=0)) > 1e-9).any(axis=1))
        drawn = Drawn(*(each[moved] for each in drawn))
        forms: list[_Form] = []
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

    def close(self) -> list[_Form]:
        if self._held is not None:
            return [self._settled(self._held)]
        if self._before is None and self._drawn is not None and len(self._drawn.points):
            return [self._dab(self._drawn)]
        return []

    def _settled(self, piece: Curve | Line) -> _Form:
        form = self._form(piece)
        self._before, self._held = piece, None
        return form


class _Curves(_Spans):
    """Bezier strokes."""

    def _piece(self, drawn: Drawn) -> Curve | None:
        side = _side(drawn.points, drawn.radii)
        if len(drawn.points) > 2 and drawn.radii.min() < side * _THINNEST:
            return None
        return curve_along(drawn, self._tolerance)

    def _form(self, piece: Curve | Line) -> _Form:
        assert isinstance(piece, Curve)
        side = _side(piece.points, piece.radii)
        corner = _corner(piece.points, side)
        first, middle, last = piece.points
        span = last - first
        bend = np.divide(middle - first, span, out=np.full(2, 0.5), where=span != 0)
        shape = [*(first - corner) / side, *bend, *(last - corner) / side, *(piece.radii / side - _THINNEST) * 4]
        if self._brush is BEZIER:
            shape += piece.opacity.tolist()
        return _Form((*corner.tolist(), side), shape)

    def _dab(self, drawn: Drawn) -> _Form:
        return self._form(Curve(drawn.points[[0, 0, 0]], drawn.radii[[0, 0]], drawn.opacity[[0, 0]]))


class _Lines(_Spans):
    """Strokes of the flat brush."""

    def _piece(self, drawn: Drawn) -> Line | None:
        side = _side(drawn.points, drawn.radii)
        if len(drawn.points) > 2:
            if drawn.radii.min() < side * _THINNEST:
                return None
            return line_along(drawn, self._tolerance, _WIDTH_OFF)
        return line_along(drawn, math.inf, math.inf) or Line(
            drawn.points[[0, -1]], float(drawn.radii.mean()), float(drawn.opacity.mean())
        )

    def _form(self, piece: Curve | Line) -> _Form:
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

    def _rectangle(self, points: Numbers, radius: float, opacity: float) -> _Form:
        side = _side(points, np.array([radius]))
        corner = _corner(points, side)
        ends = _within(self._brush, (points - corner) / side)
        return _Form((*corner.tolist(), side), [*ends.ravel(), (2 * radius / side - 2 * _THINNEST) * 2, opacity])

    def _dab(self, drawn: Drawn) -> _Form:
        half = np.array([0.0, _DAB_LENGTH / 2 * drawn.radii[0]])
        points = np.stack([drawn.points[0] - half, drawn.points[0] + half])
        return self._rectangle(points, float(drawn.radii[0]), float(drawn.opacity[0]))


class _Dabs(_Track):
    """Circles, a radius apart."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        super().__init__(brush, tolerance)
        self._last: Numbers | None = None
        self._to_next = 0.0

    def take(self, more: Drawn) -> list[_Form]:
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

    def close(self) -> list[_Form]:
        return []

    def _circle(self, point: Numbers) -> _Form:
        row, column, radius, opacity = point.tolist()
        side = _ROOM * radius
        shape = [0.5, 0.5, (1 / _ROOM - _THINNEST) * 2, opacity]
        return _Form((row - side / 2, column - side / 2, side), shape)


class _Shard(_Track):
    """One triangle: as wide at the start as the hand pressed at most, pointed at the end."""

    def __init__(self, brush: Brush, tolerance: float) -> None:
        super().__init__(brush, tolerance)
        self._first: Numbers | None = None
        self._last = np.zeros(2)
        self._radius = self._opacity = 0.0

    def take(self, more: Drawn) -> list[_Form]:
        if len(more.points):
            if self._first is None:
                self._first = more.points[0].copy()
            self._last = more.points[-1].copy()
            self._radius = max(self._radius, float(more.radii.max()))
            self._opacity = max(self._opacity, float(more.opacity.max()))
        return []

    def close(self) -> list[_Form]:
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
        return [_Form((*corner.tolist(), side), [*places.ravel(), self._opacity])]


_TRACKS: dict[str, type[_Track]] = {
    BEZIER.name: _Curves, BEZIER_OPAQUE.name: _Curves, FLAT.name: _Lines, CIRCLE.name: _Dabs, TRIANGLE.name: _Shard,
}  # fmt: skip


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
