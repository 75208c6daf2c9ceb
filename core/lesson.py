"""A painting as a lesson: its strokes in chapters that are painted by hand one after the other.

By detail, the chapters follow the order that the strokes were painted in, and the picture is the same to the bit. By
colour, strokes change places, as little as shows; see `core.colour_order`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import isotonic_regression

from core.colour_order import COLOUR, colour_order
from core.document import Document
from core.errors import SettingError
from core.rasteriser.marks import marks_of
from core.stroke import Strokes

DETAIL = "detail"

WAYS = (DETAIL, COLOUR)
"""What a painting is split by."""

LEAST_CHAPTERS = {DETAIL: 1, COLOUR: 3}
MOST_CHAPTERS = 12

MOST_STROKES = 20_000
"""No hand lays more."""

_PLACES = 500
"""Where a chapter may end; of a longer painting only some of its strokes are looked at."""

_LEAST_SHARE = 1 / 4
"""Of its even share of the strokes that a chapter has at least."""

_EVENNESS = 0.05
"""What uneven chapters cost beside chapters of mixed sizes: enough to decide where all sizes are alike."""

_TINY = 1e-3
"""Sheet pixels; what a stroke without an area counts as."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some strokes of a lesson, painted in one go."""

    kind: str
    """`DETAIL`; or by colour `UNDERPAINTING`, `COLOUR` or `FINISH`."""
    first: int
    """Of its strokes."""
    last: int
    """The stroke after them."""

    def __len__(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Lesson:
    """A painting in chapters."""

    document: Document
    """The painting, its strokes in the lesson's order."""
    chapters: tuple[Chapter, ...]
    """One after the other, none empty; together all strokes."""

    def strokes(self, chapter: Chapter) -> Strokes:
        """A chapter's strokes."""
        return self.document.strokes[chapter.first : chapter.last]


def lesson_of(document: Document, *, chapters: int = 6, by: str = DETAIL) -> Lesson:
    """Split a painting.

    Args:
        document: What is to be painted.
        chapters: How many; fewer where there are not enough strokes or colours.
        by: One of `WAYS`.

    Raises:
        SettingError: If there are no strokes or too many, or a setting is out of range.
    """
    if by not in WAYS:
        raise SettingError("by", by, f"choose one of {', '.join(WAYS)}")
    if not LEAST_CHAPTERS[by] <= chapters <= MOST_CHAPTERS:
        raise SettingError("chapters", chapters, f"choose {LEAST_CHAPTERS[by]} to {MOST_CHAPTERS} by {by}")
    document = document.drawn
    count = len(document.strokes)
    if not count:
        raise SettingError("lesson", "of no strokes", "paint the picture first")
    if count > MOST_STROKES:
        raise SettingError(
            "lesson", f"of {count} strokes", f"paint it with at most {MOST_STROKES}; a few hundred are best"
        )
    if by == COLOUR:
        chapter_of, kinds = colour_order(document, chapters)
        order = np.argsort(chapter_of, kind="stable")  # within a chapter as it was painted
        document = replace(document, strokes=document.strokes.picked(order).changed())  # errors hold for the old order
        ends = np.cumsum(np.bincount(chapter_of, minlength=len(kinds))).tolist()
    else:
        ends = _detail_ends(document.strokes, min(chapters, count))
        kinds = [DETAIL] * len(ends)
    firsts = [0, *ends[:-1]]
    return Lesson(
        document, tuple(Chapter(*each) for each in zip(kinds, firsts, ends, strict=True) if each[1] < each[2])
    )


def _detail_ends(strokes: Strokes, chapters: int) -> list[int]:
    """Where chapters end: painted order is kept, and cut where the strokes' sizes fall.

    Strokes get smaller as a painting grows, with many exceptions. So their sizes' logarithms are first made to fall, as
    near to them as can be, and then cut into chapters of sizes as like as can be.

    Source: Fisher, "On grouping for maximum homogeneity", 1958, by dynamic programming.
    """
    sizes = isotonic_regression(np.log(np.sqrt(marks_of(strokes).areas) + _TINY), increasing=False).x
    places = np.unique(np.rint(np.linspace(0, len(strokes), min(len(strokes), _PLACES) + 1)).astype(int))
    sums = np.concatenate([[0], np.cumsum(sizes)])[places]
    squares = np.concatenate([[0], np.cumsum(sizes**2)])[places]
    lengths = (places[None] - places[:, None]).astype(float)  # [from, to]
    spread = squares[None] - squares[:, None] - (sums[None] - sums[:, None]) ** 2 / np.maximum(lengths, 1)
    even = len(strokes) / chapters
    cost = spread + _EVENNESS * (float(sizes.var()) + 1e-6) * lengths**2 / even
    cost[lengths < max(1, _LEAST_SHARE * even)] = np.inf
    least, begun = cost[0], []
    for _ in range(chapters - 1):
        through = least[:, None] + cost
        begun.append(through.argmin(axis=0))
        least = through.min(axis=0)
    ends = [len(places) - 1]
    for before in reversed(begun):
        ends.append(int(before[ends[-1]]))
    return [int(places[end]) for end in reversed(ends)]
