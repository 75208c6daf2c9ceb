"""How long a run goes on: by the clock, or by updates."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from training.distributed import agreed


class Budget:
    """The share of a run that is done, by wall time or by updates, whichever the user has bounded.

    Time that earlier parts of a resumed run have taken counts.
    """

    def __init__(self, *, minutes: float | None, updates: int | None, spent: float = 0.0) -> None:
        """Begin to count.

        Args:
            minutes: Wall time of the whole run, but for what is done `apart`.
            updates: Updates of the whole run; of none it is over at once.
            spent: Minutes of it that are already gone.
        """
        self._seconds = None if minutes is None else 60 * minutes
        self._updates, self._started = updates, time.monotonic() - 60 * spent

    def minutes(self) -> float:
        """Minutes gone since the run began, the same in all processes, which must ask alike."""
        return agreed((time.monotonic() - self._started) / 60)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Time that the body takes is none of the run's: scoring teaches nothing, and some actors are slow at it."""
        began = time.monotonic()
        yield
        self._started += time.monotonic() - began

    def progress(self, update: int, minutes: float) -> float:
        """The share that is done after so many updates and minutes, 1 where the run is over."""
        shares = [0.0]
        if self._seconds is not None:
            shares.append(60 * minutes / self._seconds)
        if self._updates is not None:
            shares.append(update / self._updates if self._updates else 1.0)
        return min(1.0, max(shares))


def rate(progress: float, update: int) -> float:
    """Share of the highest learning rate: a warm-up over 200 updates, then half a cosine down to a fiftieth."""
    return min(1.0, (update + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))
