"""What every stroke type gives: its parameters, and the stamps that draw it.

The formulas use only what numpy and torch share, through the array API: the same lines place the stamps of a document
(numpy) and carry gradients in training and refinement (torch).
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

Array = Any
"""A numpy array or a torch tensor."""


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

    def geometry(self, shape: Array, patches: Array) -> dict[str, Array]:
        """The points and lengths that a stroke consists of, by name, for readers without this program.

        Args:
            shape: [N, >= size - 3] parameters, unit frame.
            patches: [N, 3] (row, column, side) of each stroke's patch; the result is in the patches' frame.

        Returns:
            Arrays [N, ...]; points end in (row, column).
        """
