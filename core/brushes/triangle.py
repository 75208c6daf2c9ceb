"""The triangle: three corners and one opacity."""

from __future__ import annotations

from core.brushes.array_namespace import Array, namespace_of
from core.brushes.base import PolygonBrush, Polygons, placed

_MOST_DRAWN = 8.0
"""How many times a triangle may be enlarged: one that is all but a line would become larger than its patch."""


class Triangle(PolygonBrush):
    """A triangle of one opacity.

    Parameters, unit frame: three corners as (row, column), opacity, RGB. Corners may lie an eighth of the patch outside
    it, so that triangles reach over the sheet's edge.
    """

    name = "triangle"
    parameters = ("row0", "column0", "row1", "column1", "row2", "column2", "opacity", "red", "green", "blue")
    rule = (
        "A polygon with the corners (row0, column0), (row1, column1) and (row2, column2); in the unit frame a "
        "coordinate is 5/4 parameter - 1/8."
    )
    places = parameters[:6]
    margin = 1 / 8
    samples = (
        (0.30, 0.12, 0.71, 0.22, 0.62, 0.64, 0.75),
        (0.28, 0.62, 0.72, 0.48, 0.68, 0.88, 0.85),
        (0.30, 0.38, 0.40, 0.74, 0.56, 0.52, 0.95),
    )
    dabs = (
        (0.42, 0.47, 0.55, 0.42, 0.56, 0.57, 0.95),
        (0.58, 0.53, 0.45, 0.58, 0.44, 0.43, 0.95),
    )

    def limited(self, shape: Array, thickness: tuple[Array, Array], opacity: tuple[float, float]) -> Array:
        """Its height over its longest side is its thickness: drawn towards its middle, or away from it.

        See `Brush.limited`.
        """
        xp = namespace_of(shape)
        corners = shape[:, :6].reshape(-1, 3, 2)
        middle = corners.sum(1)[:, None] / 3
        one, two = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        twice_area = xp.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]) * (1 + 2 * self.margin) ** 2
        height = xp.clip(twice_area / xp.clip(self.longest(shape), 1e-6, None), 1e-6, None)  # of a line, of a point
        factor = xp.minimum(xp.maximum(height, thickness[0]), thickness[1]) / height
        drawn = middle + (corners - middle) * xp.clip(factor, None, _MOST_DRAWN)[:, None, None]
        shape = xp.concat([xp.clip(drawn, 0.0, 1.0).reshape(-1, 6), shape[:, 6:]], 1)
        return super().limited(shape, thickness, opacity)

    def polygons(self, shape: Array, patches: Array) -> Polygons:
        """The triangle; see `PolygonBrush.polygons`."""
        corners = placed(shape[:, :6].reshape(-1, 3, 2), patches, self.margin)
        return Polygons(corners[..., 0], corners[..., 1], shape[:, 6])


TRIANGLE = Triangle()
