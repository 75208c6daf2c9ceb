"""What every stroke type gives: its parameters, and the discs or the polygon that draw it.

The formulas use only what numpy and torch share: the same lines place the strokes of a document (numpy) and carry
gradients in training and refinement (torch).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from core.brushes.array_namespace import Array, namespace_of


class Stamps(NamedTuple):
    """Anti-aliased discs, flat over all strokes; those of stroke i lie at offsets[i]:offsets[i + 1], lowest first.

    Attributes:
        row: [M] centres, in the frame of the patches they were made with.
        column: [M] centres.
        radius: [M] in the same unit.
        opacity: [M] in 0..1.
        offsets: [N + 1] integers.

    Sizes: M stamps in all, N strokes.
    """

    row: Array
    column: Array
    radius: Array
    opacity: Array
    offsets: Array


class PaddedStamps(NamedTuple):
    """The same discs at as many places a stroke as a stroke can need: shapes that do not depend on the strokes.

    A CUDA device can be sent all its work for such tensors without being waited for.

    Attributes:
        row: [N, T] centres, each stroke's lowest first; from its count on, places are filled with any finite numbers.
        column: [N, T] centres.
        radius: [N, T] in the same unit.
        opacity: [N, T] in 0..1.
        counts: [N] integers, how many of its places a stroke uses.

    Sizes: N strokes, T the brush's `most_stamps`.
    """

    row: Array
    column: Array
    radius: Array
    opacity: Array
    counts: Array


class Polygons(NamedTuple):
    """One polygon a stroke, of one opacity all over; its sides do not cross each other.

    Attributes:
        row: [N, V] corners in order around it, in the frame of the patches they were made with.
        column: [N, V] corners.
        opacity: [N] in 0..1.

    Sizes: N strokes, V corners.
    """

    row: Array
    column: Array
    opacity: Array


class Brush(ABC):
    """A stroke type: a `DiscBrush` or a `PolygonBrush`.

    Every parameter lies in 0..1; the last three are the colour, RGB.
    """

    name: str
    """As on the command line and in files."""

    parameters: tuple[str, ...]
    """A name for each parameter, those of opacities beginning with `opacity`."""

    places: tuple[str, ...]
    """Names of the parameters that are coordinates of points; they begin with `row` or `column`."""

    rule: str
    """How parameters become what is drawn, in a few sentences that travel with stroke files."""

    samples: tuple[tuple[float, ...], ...]
    """Shapes of three strokes that show what the type is like, the lowest first."""

    dabs: tuple[tuple[float, ...], tuple[float, ...]]
    """Two small shapes in the middle of the patch, one across the other: what an actor begins with in each place."""

    thickness: tuple[float, float] | None = None
    """How thick a stroke is, patch sides, at 0 of the parameters whose names begin with `radius` or `width`, and what 1
    adds to that; None where there are none."""

    margin: float = 0.0
    """How far outside its patch, in patch sides, a stroke's points may lie: a point is p (1 + 2 margin) - margin."""

    @property
    def size(self) -> int:
        """How many parameters a stroke has, colour included."""
        return len(self.parameters)

    @abstractmethod
    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """The points and lengths that a stroke consists of, by name, for readers without this program.

        Args:
            shape: [N, >= size - 3] parameters, unit frame; those after the shape's own are ignored, here and below.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.

        Returns:
            Arrays [N, ...]; points end in (row, column).
        """

    @abstractmethod
    def pen_path(self, shape: Array, patches: Array) -> Array:
        """What a pen draws of each stroke: the control points of quadratic Bezier curves joined end to end.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.

        Returns:
            [N, K, 3, 2], (row, column).

        Sizes: K curves.
        """

    @abstractmethod
    def longest(self, shape: Array) -> Array:
        """About the length [N] of the longest line within a stroke, patch sides.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
        """

    def limited(self, shape: Array, thickness: tuple[Array, Array], opacity: tuple[float, float]) -> Array:
        """Strokes [N, P] no thinner, thicker, fainter or more opaque than allowed, as far as parameters reach.

        Args:
            shape: [N, P >= size - 3] parameters, unit frame.
            thickness: The least and the most [N], patch sides.
            opacity: The least and the most.
        """
        xp = namespace_of(shape)
        columns = [shape[:, index] for index in range(shape.shape[1])]
        for index, name in enumerate(self.parameters[:-3]):
            if name.startswith("opacity"):
                columns[index] = xp.clip(columns[index], *opacity)
            elif self.thickness is not None and name.startswith(("radius", "width")):
                at_0, more = self.thickness
                least, most = (xp.clip((each - at_0) / more, 0.0, 1.0) for each in thickness)
                columns[index] = xp.minimum(xp.maximum(columns[index], least), most)
        return xp.stack(columns, 1)

    def extent(self, shape: Array) -> tuple[Array, Array] | None:
        """Length and width [N], patch sides, of a type whose strokes are meant to be longer than wide.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
        """
        return None


class DiscBrush(Brush):
    """A stroke type drawn by discs, the stamps, one over another."""

    @property
    @abstractmethod
    def most_stamps(self) -> int:
        """As many stamps as any stroke with its parameters in 0..1 can have."""

    @abstractmethod
    def times(self, shape: Array) -> tuple[Array, Array]:
        """Where along each stroke its stamps lie: the brush's density rule.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.

        Returns:
            t [M] in 0..1, and offsets [N + 1].
        """

    @abstractmethod
    def stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> Stamps:
        """The discs that draw the strokes, differentiable in `shape` and `patches` with `times` held.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.
            times: What `times(shape)` gave; computed where absent.
        """

    @abstractmethod
    def padded_times(self, shape: Array) -> tuple[Array, Array]:
        """What `times` gives, in shapes that do not depend on the strokes.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.

        Returns:
            t [N, most_stamps] in 0..1, and counts [N]. A stroke that asks for more stamps, as only parameters outside
            0..1 can, gets `most_stamps` of them, spread over all of it.
        """

    @abstractmethod
    def padded_stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> PaddedStamps:
        """What `stamps` gives, in shapes that do not depend on the strokes.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.
            times: What `padded_times(shape)` gave; computed where absent.
        """


class PolygonBrush(Brush):
    """A stroke type drawn as one polygon."""

    @abstractmethod
    def polygons(self, shape: Array, patches: Array) -> Polygons:
        """The polygons that draw the strokes, differentiable in `shape` and `patches`.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.
        """

    def longest(self, shape: Array) -> Array:
        """The longest side; see `Brush.longest`."""
        xp = namespace_of(shape)
        unit = xp.zeros_like(shape[:, :3]) + xp.asarray([0.0, 0.0, 1.0], dtype=shape.dtype, device=shape.device)
        corners = self.geometry(shape, unit)["points"]
        sides = xp.concat([corners[:, 1:], corners[:, :1]], 1) - corners
        return xp.sqrt(xp.amax((sides**2).sum(-1), axis=1))

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """The corners [N, V, 2]; see `Brush.geometry`."""
        polygons = self.polygons(shape, patches)
        return {"points": namespace_of(shape).stack([polygons.row, polygons.column], -1)}

    def pen_path(self, shape: Array, patches: Array) -> Array:
        """Around the polygon; see `Brush.pen_path`."""
        return straight_lines(self.geometry(shape, patches)["points"])


def placed(points: Array, patches: Array, margin: float) -> Array:
    """Parameters of points [N, K, 2] as rows and columns in the frame of patches [N, 3]."""
    return patches[:, None, :2] + patches[:, 2, None, None] * (points * (1 + 2 * margin) - margin)


def straight_lines(corners: Array) -> Array:
    """From each of the corners [N, K, 2] to the next, and back to the first, as curves: [N, K, 3, 2]."""
    xp = namespace_of(corners)
    following = xp.concat([corners[:, 1:], corners[:, :1]], 1)
    return xp.stack([corners, (corners + following) / 2, following], 2)
