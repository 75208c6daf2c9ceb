"""The compiled loops of `core.colour_layers`: what can be laid next of each colour.

Strokes wait for those that must lie under them: `waits` [N] says for how many, and -1 of what is laid.
"""

from __future__ import annotations

import numba
import numpy as np

_jit = numba.njit(cache=True, nogil=True, error_model="numpy")


@_jit
def chains(colours, firsts, later, lengths):
    """Fill lengths [N]: the layers that a stroke and all above it take at least.

    Args:
        colours: int64 [N].
        firsts: int64 [N + 1], where those begin in `later` that wait for a stroke.
        later: int64 [E], each higher than what it waits for.
        lengths: int64 [N].
    """
    for stroke in range(len(colours) - 1, -1, -1):
        longest = 1
        for place in range(firsts[stroke], firsts[stroke + 1]):
            other = later[place]
            longest = max(longest, lengths[other] + (colours[other] != colours[stroke]))
        lengths[stroke] = longest


@_jit
def lay(waits, laid, count, colours, firsts, later):
    """Lay strokes of one colour that wait for none, and whatever of that colour then waits for none either.

    Args:
        waits: int64 [N], changed.
        laid: int64 [N], the first `count` of them; all that were laid are added.
        count: At least 1.
        colours: See `chains`.
        firsts: See `chains`.
        later: See `chains`.

    Returns:
        How many were laid.
    """
    colour, done = colours[laid[0]], 0
    while done < count:
        stroke = laid[done]
        done += 1
        waits[stroke] = -1
        for place in range(firsts[stroke], firsts[stroke + 1]):
            other = later[place]
            waits[other] -= 1
            if waits[other] == 0 and colours[other] == colour:
                laid[count] = other
                count += 1
    return count


@_jit
def free(waits, colours, colour, laid):
    """Fill the beginning of laid [N] with the strokes of a colour that wait for none; returns how many there are."""
    count = 0
    for stroke in range(len(waits)):
        if waits[stroke] == 0 and colours[stroke] == colour:
            laid[count] = stroke
            count += 1
    return count


@_jit
def weigh(waits, colours, firsts, later, weights, marks, gains, changes):
    """What a layer of each colour would lay next on each of some unfinished paintings.

    Args:
        waits: int64 [B, N], the same afterwards.
        colours: See `chains`; 0..C - 1.
        firsts: See `chains`.
        later: See `chains`.
        weights: float64 [N], what it is worth to have a stroke laid.
        marks: int64 [N], whose exclusive or tells sets of strokes apart.
        gains: float64 [B, C], filled with the sum of weights; -1 where nothing can be laid.
        changes: int64 [B, C], filled with the marks of what would be laid.

    Sizes: B paintings, N strokes, C colours.
    """
    laid = np.empty(waits.shape[1], np.int64)
    counts = np.zeros(gains.shape[1] + 1, np.int64)
    order = np.empty(waits.shape[1], np.int64)
    for painting in range(len(waits)):
        own = waits[painting]
        counts[:] = 0  # what waits for none, sorted by colour
        for stroke in range(len(own)):
            if own[stroke] == 0:
                counts[colours[stroke] + 1] += 1
        starts = np.cumsum(counts)
        ends = starts.copy()
        for stroke in range(len(own)):
            if own[stroke] == 0:
                order[ends[colours[stroke]]] = stroke
                ends[colours[stroke]] += 1
        for colour in range(gains.shape[1]):
            begun = starts[colour + 1] - starts[colour]
            if not begun:
                gains[painting, colour] = -1.0
                continue
            laid[:begun] = order[starts[colour] : starts[colour + 1]]
            count = lay(own, laid, begun, colours, firsts, later)
            gain, change = 0.0, 0
            for stroke in laid[:count]:
                gain += weights[stroke]
                change ^= marks[stroke]
                own[stroke] = 0
            for stroke in laid[:count]:
                for place in range(firsts[stroke], firsts[stroke + 1]):
                    own[later[place]] += 1
            gains[painting, colour], changes[painting, colour] = gain, change
