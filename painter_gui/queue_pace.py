"""How far the queue has come since it was started, and how long the rest will take. Knows no Qt."""

from __future__ import annotations

import time
from dataclasses import dataclass

from core.errands import is_film
from painter_gui.queue_model import Entry, QueueChoices

_SURE = 0.05
"""Of an entry that must be done before the time left is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far the entry that is being painted has come."""

    number: int
    what: str = ""
    """As of `core.paint_service.Progressed`; empty before anything was told."""
    share: float = 0.0
    """Of that stage, 0..1."""

    def share_of(self, entry: Entry | None, choices: QueueChoices) -> float:
        """Of all that is to be made of the entry, 0..1."""
        if not self.what:
            return 0.0
        stages = ["painting"]
        if entry is None or is_film(entry.source):
            stages = ["film"]
        else:
            stages += ["refining"] * bool(choices.refine) + ["frames"] * choices.frames + ["film"] * choices.film
        before = stages.index(self.what) if self.what in stages else 0
        return (before + self.share) / len(stages)


class QueuePace:
    """Counts what is done, and the time that it took; resting takes none."""

    def __init__(self) -> None:
        self._done = 0
        self._seconds, self._since = 0.0, time.monotonic()
        self._runs = False

    def begin(self) -> None:
        """Nothing is done yet."""
        self._done, self._seconds = 0, 0.0

    def let_run(self, runs: bool) -> None:
        """From here on time is taken, or it is not."""
        self._seconds, self._since = self._taken(), time.monotonic()
        self._runs = runs

    def count(self) -> None:
        """One more is done."""
        self._done += 1

    def progress(self, left: int, share: float) -> tuple[float, float | None]:
        """How much is done, 0..1, and the seconds left, where that is known yet.

        Args:
            left: How many entries are not done yet.
            share: How much of one of them is, 0..1.
        """
        total, done = self._done + left, self._done + share
        if not total:
            return 0.0, None
        return done / total, self._taken() / done * (total - done) if done >= _SURE else None

    def _taken(self) -> float:
        return self._seconds + (time.monotonic() - self._since if self._runs else 0.0)
