"""What every stroke type gives: its parameters, and the stamps that draw it.

The formulas use only what numpy and torch share: the same lines place the stamps of a document (numpy) and carry
gradients in training and refinement (torch).
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from core.brushes.array_namespace import Array


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


class Brush(Protocol):
    """A stroke type.

    Every parameter lies in 0..1; the last three are the colour, RGB.
    """

    @property
    def name(self) -> str:
        """As on the command line and in files."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """A name for each parameter."""

    @property
    def size(self) -> int:
        """How many parameters a stroke has, colour included."""

    @property
    def rule(self) -> str:
        """How parameters become stamps, in a few sentences that travel with stroke files."""

    @property
    def most_stamps(self) -> int:
        """As many stamps as any stroke with its parameters in 0..1 can have."""

    def times(self, shape: Array) -> tuple[Array, Array]:
        """Where along each stroke its stamps lie: the brush's density rule.

        Args:
            shape: [N, >= size - 3] parameters, unit frame; those after the shape's own are ignored.

        Returns:
            t [M] in 0..1, and offsets [N + 1].
        """

    def stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> Stamps:
        """The discs that draw the strokes, differentiable in `shape` and `patches` with `times` held.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.
            times: What `times(shape)` gave; computed where absent.
        """

    def padded_times(self, shape: Array) -> tuple[Array, Array]:
        """What `times` gives, in shapes that do not depend on the strokes.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.

        Returns:
            t [N, most_stamps] in 0..1, and counts [N]. A stroke that asks for more stamps, as only parameters outside
            0..1 can, gets `most_stamps` of them, spread over all of it.
        """

    def padded_stamps(self, shape: Array, patches: Array, times: tuple[Array, Array] | None = None) -> PaddedStamps:
        """What `stamps` gives, in shapes that do not depend on the strokes.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.
            times: What `padded_times(shape)` gave; computed where absent.
        """

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """The points and lengths that a stroke consists of, by name, for readers without this program.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.

        Returns:
            Arrays [N, ...]; points end in (row, column).
        """

    def centre_line(self, shape: Array, patches: Array) -> Array:
        """What a pen draws of each stroke: a quadratic Bezier curve's control points.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.

        Returns:
            [N, 3, 2], (row, column).
        """
