"""The loop that every recipe runs: update, tell, score, save, until the budget is spent or the user has had enough."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable
from contextlib import closing
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch import Tensor

from core.errors import OutputError
from training import distributed
from training.budget import Budget
from training.means import Means
from training.run_folder import RunFolder

_CPU = torch.device("cpu")


class Finish(NamedTuple):
    """What a run has come to."""

    updates: int
    minutes: float
    scores: dict[str, float]
    """The last ones; of the first process alone."""
    interrupted: bool = False
    """Whether it was to be stopped just then; what comes after it is not wanted."""


def loop(
    run: RunFolder,
    budget: Budget,
    *,
    first: int,
    update: Callable[[int, float], dict[str, Tensor]],
    score: Callable[[], dict[str, float]],
    state: Callable[[], dict[str, Any]],
    ship: Callable[[], None],
    device: torch.device = _CPU,
    log_every: int,
    scores: int,
    checkpoint_minutes: float,
) -> Finish:
    """Train until the budget is spent.

    A checkpoint that cannot be written (a full disk, say) is told and tried again later; only the last one must be.

    Args:
        run: Where everything goes; closed at the end.
        budget: How long.
        first: Updates that earlier parts of the run have made.
        update: From updates so far and the share of the run that is done, one update; tells scalars by name.
        score: Figures by name; asked of the first process, at the beginning, `scores` times more, and at the end.
        state: All that the run needs to go on, asked of every process.
        ship: Writes compact weights; asked of the first process at each checkpoint.
        device: Where it trains.
        log_every: Updates between lines of metrics.
        scores: See `score`.
        checkpoint_minutes: Between checkpoints.

    Returns:
        What it came to.

    Raises:
        KeyboardInterrupt: After Ctrl-C or a termination, when all is saved.
        OutputError: If the last checkpoint cannot be written.
        TrainingError: If something told is not finite.
    """
    means, saved = Means(), budget.minutes()
    figures: dict[str, float] = {}
    scored = -1 if first == 0 else int(scores * budget.progress(first, saved))
    leads = distributed.leads()
    with _Interruption() as interruption, closing(run):
        for done in itertools.count(first):
            minutes, stop = budget.minutes(), distributed.any_of(interruption.asked)
            progress = budget.progress(done, minutes)
            over, news = progress >= 1 or stop, done > first or first == 0  # else it was told before the run went on
            due = over or (done > first and minutes - saved >= checkpoint_minutes)
            # What is told is finite, so nothing is saved untold.
            told = distributed.mean_of(means.read()) if due or done % log_every == 0 else {}
            # Whoever asks to stop may not wait for scores: a machine that is taken away gives half a minute.
            if leads and news and not stop and (over or int(scores * progress) > scored):
                with budget.apart():
                    figures = score()
                told |= figures
            scored = int(scores * progress)
            if told:
                run.record(done, minutes=minutes, **told)
            if due:
                whole = {"update": done, "minutes": minutes, **state()}
                try:
                    if leads:
                        ship()
                        run.save(whole, device)
                except OutputError as error:
                    if over:
                        raise
                    print(f"no checkpoint now, and the one before stands: {error}", flush=True)
                saved = minutes
            if stop:
                raise KeyboardInterrupt
            if over:
                return Finish(done, minutes, figures, distributed.any_of(interruption.asked))
            means.add(update(done, progress))
    raise AssertionError("an endless count has ended")


class _Interruption:
    """Takes note of Ctrl-C or a termination instead of breaking an update in two; asked twice, it breaks."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _Interruption:
        self._before: dict[int, Any] = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._before[number] = signal.signal(number, self._take)
            except ValueError:  # not in the main thread, which alone gets signals
                break
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
