"""How long a run goes on, and its learning rates."""

from __future__ import annotations

import time

import pytest

from training.budget import Budget, rate


def test_progress_is_the_share_of_the_updates_or_of_the_time_whichever_is_more() -> None:
    by_both = Budget(minutes=10, updates=200)

    assert Budget(minutes=None, updates=200).progress(50, minutes=1e9) == 0.25
    assert Budget(minutes=10, updates=None).progress(10**9, minutes=2.5) == 0.25
    assert by_both.progress(20, minutes=5) == 0.5
    assert by_both.progress(150, minutes=5) == 0.75


def test_a_run_is_over_at_one_and_never_beyond() -> None:
    assert Budget(minutes=10, updates=None).progress(0, minutes=10) == 1
    assert Budget(minutes=10, updates=200).progress(201, minutes=1) == 1


def test_the_clock_runs_on_from_what_was_spent_before(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    budget = Budget(minutes=10, updates=None, spent=3.0)

    assert budget.minutes() == pytest.approx(3)
    now += 90
    assert budget.minutes() == pytest.approx(4.5)


def test_what_is_done_apart_is_no_time_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    budget = Budget(minutes=10, updates=None)
    now += 60
    with budget.apart():
        now += 300
    now += 60
    assert budget.minutes() == pytest.approx(2)


def test_the_learning_rate_warms_up_over_200_updates_and_falls_to_a_fiftieth() -> None:
    assert rate(0.0, 0) == pytest.approx(1 / 200)
    assert rate(0.0, 99) == pytest.approx(1 / 2)
    assert rate(0.0, 199) == rate(0.0, 10_000) == pytest.approx(1)
    assert rate(1 / 3, 10_000) == pytest.approx(0.02 + 0.98 * 3 / 4)
    assert rate(0.5, 10_000) == pytest.approx(0.51)
    assert rate(1.0, 10_000) == pytest.approx(0.02)
    assert rate(1.5, 10_000) == pytest.approx(0.02)
    assert rate(0.5, 99) == pytest.approx(0.255)
