"""The flat brush: a straight stroke with square ends, as of a palette knife or a flat brush."""

from __future__ import annotations

from core.brushes.array_namespace import Array, namespace_of
from core.brushes.base import PolygonBrush, Polygons, placed

LEAST_WIDTH = 1 / 128
"""Width at parameter 0, in patch sides: a pixel of a 128-pixel patch."""

WIDTH_RANGE = 1 / 2
"""What parameter 1 adds to it."""


class Flat(PolygonBrush):
    """A rectangle of any direction: a straight line of one width and one opacity, cut square at its ends.

    Parameters, unit frame: the middles of both ends (row, column), width, opacity, RGB. Ends may lie an eighth of the
    patch outside it, so that strokes reach over the sheet's edge.
    """

    name = "flat"
    parameters = ("row0", "column0", "row1", "column1", "width", "opacity", "red", "green", "blue")
    rule = (
        "A polygon: the rectangle around the straight line from p0 = (row0, column0) to p1 = (row1, column1), half the "
        "width to each side of it, cut square at its ends. In the unit frame a coordinate is 5/4 parameter - 1/8, the "
        "width 1/128 + parameter / 2. With (dr, dc) = p1 - p0 over sqrt(|p1 - p0|^2 + 10^-12) and u = (-dc, dr) times "
        "half the width, the corners are p0 + u, p1 + u, p1 - u and p0 - u."
    )
    places = parameters[:4]
    thickness = (LEAST_WIDTH, WIDTH_RANGE)
    margin = 1 / 8
    samples = (
        (0.40, 0.14, 0.58, 0.66, 0.24, 0.75),
        (0.68, 0.34, 0.40, 0.86, 0.16, 0.85),
        (0.30, 0.42, 0.68, 0.58, 0.07, 0.95),
    )
    dabs = ((0.43, 0.47, 0.57, 0.53, 0.15, 0.95), (0.53, 0.43, 0.47, 0.57, 0.15, 0.95))

    def polygons(self, shape: Array, patches: Array) -> Polygons:
        """The rectangle; see `PolygonBrush.polygons`."""
        xp = namespace_of(shape)
        ends = placed(shape[:, :4].reshape(-1, 2, 2), patches, self.margin)
        along = ends[:, 1] - ends[:, 0]
        # A stroke of no length has no direction, and no area.
        length = xp.sqrt((along**2).sum(1) + 1e-12 * patches[:, 2] ** 2)
        half = patches[:, 2] * (LEAST_WIDTH + WIDTH_RANGE * shape[:, 4]) / 2 / length
        aside = xp.stack([-along[:, 1] * half, along[:, 0] * half], 1)
        first, last = ends[:, 0], ends[:, 1]
        corners = xp.stack([first + aside, last + aside, last - aside, first - aside], 1)
        return Polygons(corners[..., 0], corners[..., 1], shape[:, 5])

    def pen_path(self, shape: Array, patches: Array) -> Array:
        """The line in its middle; see `Brush.pen_path`."""
        xp = namespace_of(shape)
        ends = placed(shape[:, :4].reshape(-1, 2, 2), patches, self.margin)
        return xp.stack([ends[:, 0], (ends[:, 0] + ends[:, 1]) / 2, ends[:, 1]], 1)[:, None]

    def extent(self, shape: Array) -> tuple[Array, Array]:
        """Length and width; see `Brush.extent`."""
        xp = namespace_of(shape)
        across = ((shape[:, 2:4] - shape[:, 0:2]) ** 2).sum(1)
        return (1 + 2 * self.margin) * xp.sqrt(xp.clip(across, 1e-8, None)), LEAST_WIDTH + WIDTH_RANGE * shape[:, 4]


FLAT = Flat()
