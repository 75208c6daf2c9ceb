"""Strokes in layers of one colour each, as few as can be found, the painting the same to the bit.

Strokes that touch no pixel in common may change places, all others may not. (Lessons by colour are bolder: see
`core.colour_order`.) The fewest layers cannot be found in reasonable time, for it is the shortest common supersequence
of the colours along all chains of strokes; so the best unfinished paintings are carried on side by side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.document import Document, Rgb
from core.palette_use import MAIN, document_palette, main_colours
from core.rasteriser.marks import marks_of

_SIDE = 1024
"""Longer side of the canvas that overlaps are looked for on, pixels: the coarser, the more are taken for some that are
none. Half of it gives a seventh more layers, twice of it a twentieth fewer in thrice the time."""

_AT_ONCE = 64
"""Strokes that are drawn at a time."""

_ABREAST = 400_000
"""Strokes of all unfinished paintings together that are carried on side by side, and at most so many paintings:"""
_MOST_ABREAST = 96

_URGENCY = 3
"""What is worth more the more layers must follow on it: its power. Measured: 1 gives a fifth more layers."""


class Layer(NamedTuple):
    """Strokes of one colour that follow each other."""

    rgb: Rgb
    """Its colour: of the palette, or of a painting without one the main colour that is nearest to theirs."""
    name: str
    """Of the colour; empty where it has none."""
    strokes: int
    """How many."""


def colour_layers(document: Document) -> tuple[Document, list[Layer]]:
    """A painting whose strokes follow each other in layers of one colour each; muted ones are left out.

    Drawn at the sheet's own size or larger, all pixels are the same to the bit. Smaller, strokes side by side come to
    touch the same pixels: at half the size none differs by as much as an 8-bit step, at a quarter one in a hundred.

    Returns:
        The painting in that order, and its layers, lowest first.
    """
    document = document.drawn
    if not len(document.strokes):
        return document, []
    palette = document_palette(document) or main_colours(document.strokes, MAIN)
    colour_of = palette.nearest(document.strokes.rgb()).astype(np.int64)
    layers = _layers(colour_of, *_overlaps(document))
    order = np.concatenate(layers)
    found = [(int(colour_of[strokes[0]]), len(strokes)) for strokes in layers]
    return (
        replace(document, strokes=document.strokes.picked(order).changed()),  # errors hold for the old order
        [Layer(palette.colours[colour], palette.names[colour], count) for colour, count in found],
    )


def _overlaps(document: Document) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of strokes that touch a pixel in common, the lower [E] and the upper [E].

    Of those over one pixel only neighbours, which keep all others in their order.
    """
    from core.rasteriser.covers import covers_of  # torch with it, which other groups need not wait for

    size = document.size.with_longer_side(_SIDE)
    scale = max(size.height / document.size.height, size.width / document.size.width)
    # Strokes share pixels of some size or other that is as large as the sheet's or larger where both reach within half
    # a pixel of the sheet of one point; and that point is up to half a diagonal from the middle of its pixel here.
    # Round edges reach out further by 0.42 at least of what they are widened by.
    feather = (0.5 * scale + 0.71) / 0.42
    last = np.full(size, -1, np.int64)
    lower, upper = [], []
    for start in range(0, len(document.strokes), _AT_ONCE):
        marks = marks_of(document.strokes[start : start + _AT_ONCE])
        points = np.stack([marks.row * scale, marks.column * scale, marks.radius * scale, marks.opacity])
        covered = covers_of(points, marks.offsets, marks.polygon, size, feather=feather)
        for index, (top, bottom, left, right) in enumerate(covered.boxes.tolist()):
            alpha = covered.alpha[covered.starts[index] : covered.starts[index + 1]]
            own = alpha.reshape(bottom - top, right - left) > 0
            part = last[top:bottom, left:right]
            under = np.flatnonzero(np.bincount(part[own] + 1)[1:])
            lower.append(under)
            upper.append(np.full(len(under), start + index))
            part[own] = start + index
    return np.concatenate(lower), np.concatenate(upper)


def _layers(colours: NDArray[np.int64], lower: NDArray[np.int64], upper: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The strokes of each layer, in painted order.

    Args:
        colours: [N] of each stroke, 0..C - 1.
        lower: [E] strokes that must stay below,
        upper: [E] those.
    """
    from core import layer_kernels as kernels

    count, many = len(colours), int(colours.max()) + 1
    later = upper[np.argsort(lower, kind="stable")]
    firsts = np.concatenate([[0], np.cumsum(np.bincount(lower, minlength=count))])
    lengths = np.empty(count, np.int64)
    kernels.chains(colours, firsts, later, lengths)
    weights = lengths.astype(np.float64) ** _URGENCY
    marks = np.random.default_rng(0).integers(np.iinfo(np.int64).max, size=count)
    abreast = int(np.clip(_ABREAST // count, 1, _MOST_ABREAST))
    begun = np.bincount(upper, minlength=count).astype(np.int64)
    waits, worth, known = begun[None].copy(), np.zeros(1), np.zeros(1, np.int64)
    laid = np.empty(count, np.int64)
    steps: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []  # of each painting, which it goes on from and how
    while not np.all(waits < 0, axis=1).any():
        gains, changes = np.empty((len(waits), many)), np.zeros((len(waits), many), np.int64)
        kernels.weigh(waits, colours, firsts, later, weights, marks, gains, changes)
        possible = np.flatnonzero(gains >= 0)
        total, what = (worth[:, None] + gains).reshape(-1)[possible], (known[:, None] ^ changes).reshape(-1)[possible]
        # Paintings with the same strokes laid are one, in whatever order they were.
        first = np.sort(np.unique(what, return_index=True)[1])
        best = first[np.argsort(-total[first], kind="stable")[:abreast]]
        before, colour = np.divmod(possible[best], many)
        waits, worth, known = waits[before], total[best], what[best]
        for painting, next_colour in zip(waits, colour.tolist(), strict=True):
            kernels.lay(painting, laid, kernels.free(painting, colours, next_colour, laid), colours, firsts, later)
        steps.append((before, colour))
    painting = int(np.all(waits < 0, axis=1).argmax())
    chosen = []
    for before, colour in reversed(steps):
        chosen.append(int(colour[painting]))
        painting = int(before[painting])
    layers = []
    for next_colour in reversed(chosen):
        free = kernels.free(begun, colours, next_colour, laid)
        layers.append(np.sort(laid[: kernels.lay(begun, laid, free, colours, firsts, later)]))
    return layers
