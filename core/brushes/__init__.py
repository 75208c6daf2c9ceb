"""Stroke types: one module a type, each a `Brush`; adding one is adding a module and a line here."""

from __future__ import annotations

from core.brushes.base import Brush, DiscBrush, PaddedStamps, PolygonBrush, Polygons, Stamps
from core.brushes.bezier import BEZIER
from core.brushes.bezier_opaque import BEZIER_OPAQUE
from core.brushes.circle import CIRCLE
from core.brushes.flat import FLAT
from core.brushes.triangle import TRIANGLE
from core.errors import SettingError

BRUSHES: tuple[Brush, ...] = (BEZIER, BEZIER_OPAQUE, TRIANGLE, CIRCLE, FLAT)
"""Every stroke type; strokes in memory hold their type as its index here, files its name."""

MAX_PARAMETERS = max(brush.size for brush in BRUSHES)


def brush_named(name: str) -> Brush:
    """The stroke type of that name.

    Raises:
        SettingError: If there is none.
    """
    for brush in BRUSHES:
        if brush.name == name:
            return brush
    raise SettingError("stroke type", name, "choose one of " + ", ".join(brush.name for brush in BRUSHES))


__all__ = [
    "BEZIER",
    "BEZIER_OPAQUE",
    "BRUSHES",
    "CIRCLE",
    "FLAT",
    "MAX_PARAMETERS",
    "TRIANGLE",
    "Brush",
    "DiscBrush",
    "PaddedStamps",
    "PolygonBrush",
    "Polygons",
    "Stamps",
    "brush_named",
]
