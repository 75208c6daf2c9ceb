"""Strokes in an order by colour that hardly changes the painting.

As a painter would: an underpainting first, then colour by colour what can be, at last the touches that must lie on top.

Where strokes overlap, their order shows. How much is estimated for every two of them: the squared change of colour
over the part of the canvas where both lie, as far as that is seen through what lies above. The colours then follow each
other in the order in which this costs least, and a stroke leaves its colour for the underpainting or the finishing
touches where staying would cost more than `_BEARABLE`. docs/guide.md has what that comes to.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.colours import oklab
from core.document import Document
from core.geometry import pixel_scale
from core.rasteriser.marks import marks_of

UNDERPAINTING, COLOUR, FINISH = "underpainting", "colour", "finish"

_UNDER = 1 / 10
"""Of the strokes, the first painted and largest: all else lies on them."""

_SIDE = 64
"""Longer side of the canvas that overlaps are measured on, pixels."""

_BEARABLE = 0.003
"""Mean squared error over a stroke's area from which on it leaves its colour; 25 dB."""

_SWEEPS = 8
"""Times that strokes may leave their colour and come back; they settle sooner."""


def colour_order(document: Document, chapters: int) -> tuple[NDArray[np.intp], list[str]]:
    """Assign strokes to chapters, to be painted one after the other, each in painted order.

    Args:
        document: A painting of N strokes, at least one.
        chapters: Of all kinds, 3 at least; there are fewer where there are not as many colours.

    Returns:
        The chapter [N] of each stroke, and the kind of each chapter.
    """
    rgb = document.strokes.rgb().astype(np.float64)
    under = max(1, round(_UNDER * len(rgb)))
    families = _families(rgb[under:], chapters - 2)
    lower, upper, weights, areas = _conflicts(document, rgb)
    both = lower >= under  # which makes the upper one so too
    costs = np.zeros((families.max(initial=-1) + 1,) * 2)
    np.add.at(costs, (families[upper[both] - under], families[lower[both] - under]), weights[both])
    rank = np.argsort(_cheapest_order(costs)).astype(np.intp)
    own = np.concatenate([np.zeros(under, np.intp), 1 + rank[families]])
    finish = len(costs) + 1
    return _settled(own, finish, (lower, upper, weights), _BEARABLE * areas), [
        UNDERPAINTING, *[COLOUR] * len(costs), FINISH,
    ]  # fmt: skip


def _families(rgb: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """The group [N] of each of some colours [N, 3], at most `count`: clusters in OKLab."""
    distinct = len(np.unique(rgb, axis=0))
    if distinct <= 1:
        return np.zeros(len(rgb), np.intp)
    points = oklab(rgb).astype(np.float32)
    cv2.setRNGSeed(0)
    rest = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 100, 1e-5)
    start = np.zeros((len(rgb), 1), np.int32)
    _, labels, _ = cv2.kmeans(points, min(count, distinct), start, rest, 5, cv2.KMEANS_PP_CENTERS)
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def _conflicts(
    document: Document, rgb: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """What it would change were the upper of two strokes painted before the lower.

    Returns:
        Of every two strokes that overlap the lower [P], the upper [P], the sum of squared differences over pixels and
        channels [P]; and the area [N] of each stroke, pixels.
    """
    from core.rasteriser.covers import covers_of  # torch with it, which by detail nobody waits for

    size = document.size.with_longer_side(_SIDE)
    marks = marks_of(document.strokes, pixel_scale(document.size, size))
    covered = covers_of(np.stack(marks[:4]), marks.offsets, marks.polygon, size)
    lengths = np.diff(covered.starts)
    top, _, left, right = (np.repeat(edge, lengths) for edge in covered.boxes.T)
    place = np.arange(len(covered.alpha)) - np.repeat(covered.starts[:-1], lengths)  # in its stroke's box
    pixels = (top + place // (right - left)) * size.width + left + place % (right - left)
    seen = np.empty_like(covered.alpha)
    above = np.ones(size.height * size.width, np.float32)  # how much shows of what lies under the strokes so far
    for index in reversed(range(len(lengths))):
        part = slice(covered.starts[index], covered.starts[index + 1])
        seen[part] = covered.alpha[part] * above[pixels[part]]
        above[pixels[part]] *= 1 - covered.alpha[part]
    shape = (len(lengths), len(above))
    covers, shows = (sparse.csr_matrix((values, pixels, covered.starts), shape) for values in (covered.alpha, seen))
    for matrix in (covers, shows):
        matrix.eliminate_zeros()
    areas = np.asarray(covers.sum(axis=1)).reshape(-1)
    both = (shows.multiply(shows) @ covers.multiply(covers).T).tocoo()
    before = both.col < both.row
    lower, upper = both.col[before].astype(np.intp), both.row[before].astype(np.intp)
    return lower, upper, both.data[before] * ((rgb[lower] - rgb[upper]) ** 2).mean(axis=1), areas


def _cheapest_order(costs: NDArray[np.float64]) -> list[int]:
    """The order of K groups in which the pairs cost least together; `costs[a, b]` is that of a before b.

    Source: Held and Karp 1962, for orders instead of tours.
    """
    count = len(costs)
    least, last = [0.0] * (1 << count), [0] * (1 << count)
    for groups in range(1, 1 << count):
        members = [each for each in range(count) if groups >> each & 1]
        entering = costs[members].sum(axis=0)
        least[groups], last[groups] = min(
            (least[groups ^ 1 << each] + float(entering[each] - costs[each, each]), each) for each in members
        )
    order, groups = [], (1 << count) - 1
    while groups:
        order.append(last[groups])
        groups ^= 1 << order[-1]
    return order[::-1]


def _settled(
    own: NDArray[np.intp],
    finish: int,
    conflicts: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]],
    prices: NDArray[np.float64],
) -> NDArray[np.intp]:
    """The chapter [N] of each stroke: its own colour's, the first or the last, whichever costs least beside the others.

    Args:
        own: [N] its colour's chapter; those of the underpainting stay there.
        finish: The last chapter.
        conflicts: See `_conflicts`.
        prices: [N] what leaving its colour costs.
    """
    chapter_of = own.tolist()
    # Of each stroke those it conflicts with, the weights, and whether the other lies above.
    met: list[list[tuple[int, float, bool]]] = [[] for _ in chapter_of]
    for lower, upper, weight in zip(*(column.tolist() for column in conflicts), strict=True):
        met[lower].append((upper, weight, True))
        met[upper].append((lower, weight, False))
    for _ in range(_SWEEPS):
        moved = False
        for stroke in np.flatnonzero(own).tolist():
            choices: Sequence[int] = (int(own[stroke]), 0, finish)  # of equals the first
            best = min(
                choices, key=lambda to: _cost(met[stroke], chapter_of, to) + (to != own[stroke]) * prices[stroke]
            )
            moved |= best != chapter_of[stroke]
            chapter_of[stroke] = best
        if not moved:
            break
    return np.array(chapter_of, np.intp)


def _cost(met: list[tuple[int, float, bool]], chapter_of: list[int], to: int) -> float:
    """What a stroke's conflicts come to in a chapter: with those above painted earlier, and those below later."""
    return sum(weight for other, weight, above in met if (chapter_of[other] < to if above else chapter_of[other] > to))
