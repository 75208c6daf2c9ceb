from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.errors import OutputError
from training.budget import Budget
from training.loop import loop
from training.run_folder import RunFolder, TrainingError


class Recipe:
    """Counts what the loop asks of it; its one weight is the number of updates it has had, and so is its loss."""

    def __init__(self, folder: Path, *, first: int = 0) -> None:
        self.run, self.first, self.weight = RunFolder(folder), first, first
        self.shipped: list[int] = []
        self.scored: list[int] = []
        self.shares: list[float] = []
        self.on_update: Callable[[int], None] = lambda update: None
        self.loss: Callable[[int], float] = float

    def train(self, updates: int, **changed: Any) -> None:
        settings = {"log_every": 1, "scores": 1, "checkpoint_minutes": 1000.0, **changed}
        loop(
            self.run,
            Budget(minutes=None, updates=updates),
            first=self.first,
            update=self.update,
            score=self.score,
            state=lambda: {"weight": self.weight},
            ship=lambda: self.shipped.append(self.weight),
            **settings,
        )

    def update(self, update: int, progress: float) -> dict[str, Tensor]:
        assert update == self.weight
        self.on_update(update)
        self.weight += 1
        self.shares.append(progress)
        return {"loss": torch.tensor(self.loss(self.weight))}

    def score(self) -> dict[str, float]:
        self.scored.append(self.weight)
        return {"psnr": 20.0 + self.weight}


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    return Recipe(tmp_path)


def saved(recipe: Recipe) -> int:
    """Updates that the checkpoint knows of."""
    state = torch.load(recipe.run.path / "checkpoint.pt", weights_only=True)
    assert state["update"] == state["weight"]
    return int(state["update"])


Metrics = Callable[[Path], list[dict[str, float]]]


def test_updates_are_made_told_in_means_and_saved(recipe: Recipe, metrics: Metrics) -> None:
    recipe.train(10, log_every=4)

    assert recipe.shares == [update / 10 for update in range(10)]
    told = [(line["update"], line.get("loss")) for line in metrics(recipe.run.path)]
    assert told == [(0, None), (4, 2.5), (8, 6.5), (10, 9.5)]
    assert saved(recipe) == 10
    assert recipe.shipped == [10]


def test_scores_are_taken_at_the_beginning_so_many_times_more_and_at_the_end(recipe: Recipe, metrics: Metrics) -> None:
    recipe.train(10, scores=5, log_every=1000)

    assert recipe.scored == [0, 2, 4, 6, 8, 10]
    assert [line["psnr"] for line in metrics(recipe.run.path)] == [20, 22, 24, 26, 28, 30]


def test_each_checkpoint_leaves_weights_beside_it(recipe: Recipe) -> None:
    recipe.train(3, checkpoint_minutes=0)

    assert recipe.shipped == [1, 2, 3]


def test_a_run_that_goes_on_tells_and_scores_no_update_twice(tmp_path: Path, metrics: Metrics) -> None:
    Recipe(tmp_path).train(4, scores=2)

    again = Recipe(tmp_path, first=4)
    again.train(8, scores=2)

    assert [line["update"] for line in metrics(tmp_path)] == list(range(9))
    assert again.scored == [8]


def test_a_run_that_is_done_has_nothing_to_go_on_with(tmp_path: Path, metrics: Metrics) -> None:
    Recipe(tmp_path).train(4)
    before = metrics(tmp_path)

    again = Recipe(tmp_path, first=4)
    again.train(4)

    assert metrics(tmp_path) == before
    assert again.shares == []
    assert saved(again) == 4


# What goes wrong on the way


@pytest.mark.parametrize("log_every", [1, 1000])
def test_a_loss_that_is_not_finite_stops_the_run_and_the_last_checkpoint_stands(
    recipe: Recipe, metrics: Metrics, log_every: int
) -> None:
    recipe.loss = lambda update: float("nan") if update == 4 else 1.0

    with pytest.raises(TrainingError, match=r"^Training stopped at update 4: loss is nan"):
        recipe.train(10, checkpoint_minutes=0, log_every=log_every)

    assert saved(recipe) == 3
    assert recipe.shipped == [1, 2, 3]
    assert metrics(recipe.run.path)[-1]["update"] == 3


def full(*_: object) -> None:
    raise OutputError("checkpoint.pt", "the disk is full; free some space")


def test_a_checkpoint_that_cannot_be_written_is_told_and_the_run_goes_on(
    recipe: Recipe, metrics: Metrics, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def between(update: int) -> None:
        if update == 2:
            monkeypatch.setattr(recipe.run, "save", full)
        if update == 3:  # between the two the checkpoint of 3 has failed
            assert saved(recipe) == 2
            monkeypatch.undo()

    recipe.on_update = between
    recipe.train(5, checkpoint_minutes=0)

    told = "no checkpoint now, and the one before stands: Cannot write checkpoint.pt: the disk is full; free some space"
    assert capsys.readouterr().out.count(told) == 1
    assert saved(recipe) == 5
    assert [line["update"] for line in metrics(recipe.run.path)] == list(range(6))


def test_the_last_checkpoint_must_be_written_and_the_one_before_stands(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe.on_update = lambda update: monkeypatch.setattr(recipe.run, "save", full) if update == 2 else None

    with pytest.raises(OutputError, match="the disk is full"):
        recipe.train(5, checkpoint_minutes=0)

    assert saved(recipe) == 2
    assert recipe.weight == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows sends a process no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_stop_saves_first_and_does_not_score(
    recipe: Recipe, metrics: Metrics, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    recipe.on_update = lambda update: os.kill(os.getpid(), number) if update == 2 else None

    with pytest.raises(KeyboardInterrupt):
        recipe.train(1000, scores=1000, log_every=1000)

    assert recipe.weight == saved(recipe) == 3  # the update was not broken in two
    assert recipe.shipped == [3]
    assert recipe.scored == [0, 1, 2]
    assert metrics(recipe.run.path)[-1]["update"] == 3
    assert signal.getsignal(number) is before


@pytest.mark.skipif(os.name == "nt", reason="Windows sends a process no such signals")
def test_a_run_that_is_asked_twice_stops_at_once(recipe: Recipe) -> None:
    def ask_twice(update: int) -> None:
        if update == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("it was not stopped")

    recipe.on_update = ask_twice

    with pytest.raises(KeyboardInterrupt):
        recipe.train(1000)

    assert recipe.shipped == []


def test_a_run_needs_no_signals_where_there_are_none(recipe: Recipe) -> None:
    thread = threading.Thread(target=recipe.train, args=(3,))  # which gets none
    thread.start()
    thread.join(60)

    assert saved(recipe) == 3
