"""The opaque Bezier stroke: the curve without transparency, as a hand with opaque paint lays it."""

from __future__ import annotations

from core.brushes.array_namespace import Array, namespace_of
from core.brushes.base import DiscBrush, PaddedStamps, Stamps
from core.brushes.bezier import BEZIER


class OpaqueBezier(DiscBrush):
    """A Bezier stroke whose opacity is 1 from end to end; all else is as in `Bezier`.

    Every pixel that it wholly covers has exactly its colour, so that a painting holds no mixtures but along edges.
    """

    name = "bezier-opaque"
    parameters = (*BEZIER.parameters[:8], "red", "green", "blue")
    rule = BEZIER.rule + " Of this type the opacity w0 = w2 = 1."
    places = BEZIER.places
    thickness = BEZIER.thickness
    samples = tuple(shape[:8] for shape in BEZIER.samples)
    dabs = (BEZIER.dabs[0][:8], BEZIER.dabs[1][:8])

    @property
    def most_stamps(self) -> int:
        """As of a Bezier stroke, whose opacity can swing; see `DiscBrush.most_stamps`."""
        return BEZIER.most_stamps

    def times(self, shape: Array) -> tuple[Array, Array]:
        """See `DiscBrush.times`."""
        return BEZIER.times(_with_opacity(shape))

    def stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> Stamps:
        """See `DiscBrush.stamps`."""
        return BEZIER.stamps(_with_opacity(shape), patches, times)

    def padded_times(self, shape: Array) -> tuple[Array, Array]:
        """See `DiscBrush.padded_times`."""
        return BEZIER.padded_times(_with_opacity(shape))

    def padded_stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> PaddedStamps:
        """See `DiscBrush.padded_stamps`."""
        return BEZIER.padded_stamps(_with_opacity(shape), patches, times)

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """As of a Bezier stroke; see `Brush.geometry`."""
        return BEZIER.geometry(shape, patches)

    def pen_path(self, shape: Array, patches: Array) -> Array:
        """The curve itself; see `Brush.pen_path`."""
        return BEZIER.pen_path(shape, patches)

    def longest(self, shape: Array) -> Array:
        """As of a Bezier stroke; see `Brush.longest`."""
        return BEZIER.longest(shape)

    def extent(self, shape: Array) -> tuple[Array, Array]:
        """As of a Bezier stroke; see `Brush.extent`."""
        return BEZIER.extent(shape)


def _with_opacity(shape: Array) -> Array:
    """Shapes [N, >= 8] as a Bezier stroke has them, [N, 10]."""
    xp = namespace_of(shape)
    return xp.concat([shape[:, :8], xp.ones_like(shape[:, :2])], 1)


BEZIER_OPAQUE = OpaqueBezier()
