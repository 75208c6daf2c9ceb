"""Runs that are killed or stopped, and go on as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import torch

from training.__main__ import main

ROOT = Path(__file__).parents[2]

ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}

UPDATES, KILLED_AT = 32, 5

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends a process no such signals")

Metrics = Callable[[Path], list[dict[str, float]]]


def checkpointed(run: Path) -> int:
    """Updates that a run's checkpoint knows of; none where there is no checkpoint."""
    path = run / "checkpoint.pt"
    return int(torch.load(path, weights_only=True)["update"]) if path.exists() else -1


class Program:
    """A run of `python -m training` or `python main.py train` that is going on."""

    def __init__(self, started: subprocess.Popen[str], folder: Path) -> None:
        self._started, self._folder = started, folder

    def reach(self, update: int) -> None:
        """Wait until its checkpoint is of that update or a later one, and it has told more since."""
        until = time.monotonic() + 120
        saved, told = -1, self._folder / "metrics.jsonl"
        while saved < update or told.read_text().count("\n") - 1 <= saved:
            assert self._started.poll() is None, self._started.communicate()
            assert time.monotonic() < until
            time.sleep(0.01)
            saved = checkpointed(self._folder)

    def send(self, number: signal.Signals) -> None:
        self._started.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Exit code and what was written to stderr."""
        errors = self._started.communicate(timeout=120)[1]
        return self._started.returncode, errors


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    """Starts programs with one thread each, so that they reckon alike; none outlives the test."""
    with ExitStack() as stack:

        def started(folder: Path, *command: str) -> Program:
            program = subprocess.Popen(
                [sys.executable, *command, "--out", str(folder)],
                cwd=ROOT,
                env={**os.environ, **ONE_THREAD},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(program)
            stack.callback(program.kill)
            return Program(program, folder)

        yield started


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_with_the_losses_it_would_have_had(
    pictures: Path, tmp_path: Path, tiny_options: list[str], start: Callable[..., Program], metrics: Metrics
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    # The critic, the discriminator and the replay buffer are all in before the kill; a checkpoint may lie some updates
    # back by then, and the lines after it are told again.
    options = ["-m", "training", "painter", "--data", str(pictures), *tiny_options, "--batch", "4", "--envs", "8"]
    options += [
        "--updates",
        str(UPDATES),
        "--warm-start",
        "0.1",
        "--algorithm",
        "ddpg-model-based",
        "--reward",
        "mixed",
        "--checkpoint-minutes",
        "0.005",
    ]
    uninterrupted = start(whole, *options)
    first = start(killed, *options)
    first.reach(KILLED_AT)
    first.send(signal.SIGKILL)
    assert first.end()[0] == -signal.SIGKILL
    begun = checkpointed(killed)

    assert start(killed, "-m", "training", "painter", "--resume").end() == (0, "")
    assert uninterrupted.end() == (0, "")

    expected, found = metrics(whole), metrics(killed)
    assert [line["update"] for line in found] == list(range(UPDATES + 1))
    assert [line.keys() for line in found] == [line.keys() for line in expected]
    assert {"loss", "expected", "critic", "real", "fake", "penalty"} < found[begun + 1].keys()
    assert UPDATES - begun >= 20
    for line, other in zip(found, expected, strict=True):
        assert line == pytest.approx({**other, "minutes": line["minutes"]}, rel=0, abs=1e-4)


@pytest.mark.slow
@pytest.mark.usefixtures("brief_scores")
def test_a_run_that_is_asked_to_stop_saves_and_goes_on(
    pictures: Path,
    tmp_path: Path,
    tiny_options: list[str],
    start: Callable[..., Program],
    metrics: Metrics,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = {"int": (signal.SIGINT, ["main.py", "train"]), "term": (signal.SIGTERM, ["-m", "training"])}
    options = ["painter", "--data", str(pictures), *tiny_options, "--updates", "100000", "--algorithm", "direct"]
    options += ["--checkpoint-minutes", "0.005"]
    programs = {name: start(tmp_path / name, *command, *options) for name, (_, command) in asked.items()}
    for name, (number, _) in asked.items():
        programs[name].reach(2)
        programs[name].send(number)
        assert programs[name].end() == (130, "cancelled\n")
    for name in asked:
        before, saved = metrics(tmp_path / name), checkpointed(tmp_path / name)
        assert before[-1]["update"] == saved >= 2

        total = saved + 2
        assert main(["painter", "--out", str(tmp_path / name), "--resume", "--updates", str(total)]) == 0

        after = metrics(tmp_path / name)
        assert after[: len(before)] == before
        assert [line["update"] for line in after] == list(range(total + 1))
    assert capsys.readouterr().err == ""
