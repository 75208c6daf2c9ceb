"""A film in parts that begin where scenes do: painted apart and joined, they are the film painted at one go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.changes import PaintedFor, detail
from core.film_painting import begins_scene
from core.geometry import Size
from core.resampling import resized


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some frames of a film."""

    first: int
    """From 0."""
    end: int
    """One past the last."""


def scenes(frames: Iterable[NDArray[np.uint8]], size: Size, longer: int) -> Iterator[int]:
    """Where scenes begin, and last how many frames there are.

    Args:
        frames: All of the film, [H, W, 3] each.
        size: That it is painted in.
        longer: Side of the finest level's sheet, pixels; films are looked at no larger.

    Yields:
        Numbers of frames, the first 0. What a focus or protection leaves unpainted is taken for painted.
    """
    seen: PaintedFor | None = None
    count = 0
    for frame in frames:
        target = resized(frame, detail(size, longer))
        change = None if seen is None else seen.change(target)
        if seen is None or begins_scene(change):
            seen = PaintedFor(target)
            yield count
        elif change is not None:
            seen.painted(target, change)
        count += 1
    yield count


def parts_of(starts: Sequence[int], most: int) -> list[Part]:
    """Scenes put together to parts of about the same length.

    Args:
        starts: As of `scenes`, the number of frames last.
        most: How many parts there are to be at most.
    """
    least = -(-starts[-1] // most)
    parts: list[Part] = []
    for first, end in pairwise(starts):
        if parts and parts[-1].end - parts[-1].first < least:
            parts[-1] = Part(first=parts[-1].first, end=end)
        else:
            parts.append(Part(first=first, end=end))
    return parts
