"""How far the queue is, and how long it will take."""

from __future__ import annotations

from pathlib import Path

import pytest

from painter_gui.queue_model import Entry, QueueChoices
from painter_gui.queue_pace import QueuePace, Stage

PHOTO = Entry(number=1, source=Path("a.png"), folder="a")
FILM = Entry(number=1, source=Path("a.mp4"), folder="a")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is."""
    now = [100.0]
    monkeypatch.setattr("painter_gui.queue_pace.time.monotonic", lambda: now[0])
    return now


def test_the_time_left_is_that_of_what_is_done_and_resting_takes_none(clock: list[float]) -> None:
    pace = QueuePace()
    pace.begin()
    clock[0] += 50.0  # it is not painting yet
    pace.let_run(True)
    clock[0] += 10.0
    pace.count()
    assert pace.progress(3, 0.0) == (0.25, 30.0)
    pace.let_run(False)
    clock[0] += 1000.0
    assert pace.progress(3, 0.0) == (0.25, 30.0)
    pace.let_run(True)
    clock[0] += 5.0
    assert pace.progress(3, 0.5) == (0.375, 25.0)


def test_little_says_nothing_about_the_time_left(clock: list[float]) -> None:
    pace = QueuePace()
    pace.let_run(True)
    clock[0] += 10.0
    assert pace.progress(2, 0.01) == (0.005, None)
    assert pace.progress(0, 0.0) == (0.0, None)


def test_begun_anew_nothing_is_done(clock: list[float]) -> None:
    pace = QueuePace()
    pace.let_run(True)
    clock[0] += 10.0
    pace.count()
    pace.let_run(False)
    pace.begin()
    assert pace.progress(4, 0.0) == (0.0, None)


@pytest.mark.parametrize(
    ("entry", "what", "share"),
    [
        (PHOTO, "", 0.0),
        (PHOTO, "painting", 0.125),
        (PHOTO, "refining", 0.375),
        (PHOTO, "film", 0.875),
        (FILM, "film", 0.5),
        (None, "film", 0.5),
    ],
)
def test_the_stages_of_an_entry_share_it(entry: Entry | None, what: str, share: float) -> None:
    choices = QueueChoices(refine=100, frames=True, film=True)
    assert Stage(number=1, what=what, share=0.5).share_of(entry, choices) == share
