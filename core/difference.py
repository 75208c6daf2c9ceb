"""What two versions of a painting have in common: which strokes both draw, in the same order."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.stroke import Strokes


class Difference(NamedTuple):
    """From one version to the next.

    Attributes:
        old: [K] the rows of strokes that both draw, in the earlier version; they rise.
        new: [K] their rows in the later one; they rise too.
        gone: Rows of the earlier version that are not among them: those deleted, changed, or moved past others.
        come: Likewise of the later one.
    """

    old: NDArray[np.intp]
    new: NDArray[np.intp]
    gone: NDArray[np.intp]
    come: NDArray[np.intp]

    def moment(self, count: int) -> int:
        """After how many strokes of the later version those common ones lie that do after `count` of the earlier."""
        common = int(np.searchsorted(self.old, count))
        return int(self.new[common - 1]) + 1 if common else 0


def difference(earlier: Strokes, later: Strokes) -> Difference:
    """What has changed; as little as that can be told to be, however strokes were deleted, added, changed and moved.

    Strokes are the same where they are drawn alike, and of those the longest row is found that both versions have in
    the same order.
    """
    start = earlier.shared(later)
    one, two = earlier[start:], later[start:]
    least = min(len(one), len(two))
    ones, twos = one.seen(), two.seen()
    end = 0  # how many both end with
    if least:
        differ = ones[len(ones) - least :][::-1] != twos[len(twos) - least :][::-1]
        end = int(differ.argmax()) if differ.any() else least
    old, new = _matched(ones[: len(ones) - end], twos[: len(twos) - end])
    old, new = (
        np.concatenate([np.arange(start), start + rows, np.arange(count - end, count)])
        for rows, count in ((old, len(earlier)), (new, len(later)))
    )
    gone, come = (np.ones(count, bool) for count in (len(earlier), len(later)))
    gone[old] = come[new] = False
    return Difference(old, new, np.flatnonzero(gone), np.flatnonzero(come))


def _matched(ones: NDArray[np.void], twos: NDArray[np.void]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of equal entries in both, the longest such pairs of rows that rise together."""
    if not len(ones) or not len(twos):
        nothing = np.zeros(0, np.intp)
        return nothing, nothing
    _, kinds = np.unique(np.concatenate([ones, twos]), return_inverse=True)
    mine, theirs = (_numbered(part, len(kinds)) for part in np.split(kinds, [len(ones)]))
    _, old, new = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
    order = np.argsort(old)
    old, new = old[order], new[order]
    rising = _longest_rise(new)
    return old[rising], new[rising]


def _numbered(kinds: NDArray[np.intp], many: int) -> NDArray[np.intp]:
    """Numbers that tell the first entry of a kind from its second, and so on."""
    order = np.argsort(kinds, kind="stable")
    ordered = kinds[order]
    rank = np.arange(len(kinds)) - np.searchsorted(ordered, ordered)
    numbers = np.empty_like(kinds)
    numbers[order] = ordered * many + rank
    return numbers


def _longest_rise(values: NDArray[np.intp]) -> NDArray[np.intp]:
    """The places of a longest rising row among distinct values, by patience sorting."""
    if not len(values) or (np.diff(values) > 0).all():
        return np.arange(len(values))
    tops: list[int] = []
    top_places: list[int] = []
    below = np.full(len(values), -1, np.intp)
    for place, value in enumerate(values.tolist()):
        pile = bisect_left(tops, value)
        if pile:
            below[place] = top_places[pile - 1]
        if pile == len(tops):
            tops.append(value)
            top_places.append(place)
        else:
            tops[pile], top_places[pile] = value, place
    found, place = [], top_places[-1]
    while place >= 0:
        found.append(place)
        place = int(below[place])
    return np.array(found[::-1])
