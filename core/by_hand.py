"""Strokes drawn by hand: the path of a mouse or a pen as strokes of the same brush that the agent paints with.

A path becomes as few strokes as keep within a tolerance of it: of the Bezier brushes curves that turn nowhere, each on
a patch of its own so large that all parameters lie in 0..1; of the flat brush straight ones; of circles dabs along it;
of triangles one from its start to its end. What becomes of them in a painting, see `core.editing.painted_over`.

Each stroke is laid on its own, so that where two of a path meet, half-transparent ones are laid twice over as far as
the brush is round: a stroke of opacity w covers 1 - (1 - w)^2 there. Opaque paint does not show it. Of other strokes
the joints are kept few (see `tolerance_of`): to begin the next one further on was tried, and leaves dents in the edge
that are seen sooner; and opacity runs linearly, so that none can fade just where it ends.
"""

from __future__ import annotations

import copy
import math

import numpy as np
from numpy.typing import NDArray

from core.brush_tracks import THINNEST, TRACKS, Form
from core.brushes import BRUSHES, MAX_PARAMETERS, brush_named
from core.curve_fitting import Drawn, Numbers, smoothed
from core.geometry import Size
from core.rasteriser.extents import MARGIN, extents_of
from core.stroke import Strokes

LEAST_RADIUS = 0.05
"""Sheet pixels."""

LIGHTEST = 0.15
"""Share of its width that a stroke has where a pen hardly touches."""

_SAMPLES = 32
"""Pixels along a side of what a brush covers that its mean colour is taken from."""


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
        self._track = TRACKS[self._brush.name](self._brush, tolerance)
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
            parts = math.ceil(apart / (min(radius, last[2]) / (2 * THINNEST)))
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

    def _strokes(self, forms: list[Form]) -> Strokes:
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
