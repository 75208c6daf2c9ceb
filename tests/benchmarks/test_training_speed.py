"""The training benchmark: both sides driven alike, and what it reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.training_speed import bench_train
from core.errors import OutputError

TINY: dict[str, Any] = {"batch": 3, "envs": 2, "width": 1 / 16, "repeats": 2, "warm_up": 1}


class FakeLoop:
    """Learns nothing, and notes what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def update(self) -> None:
        self.calls.append("update")

    def environment_step(self) -> None:
        self.calls.append("step")

    def parts(self) -> dict[str, Callable[[], None]]:
        return {"actor": lambda: self.calls.append("actor"), "critic": lambda: self.calls.append("critic")}


def test_both_sides_are_measured_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, ours = tmp_path / "new" / "train.json", FakeLoop()

    returned = bench_train(**TINY, json_path=path, ours=ours)

    assert json.loads(path.read_text(encoding="utf-8")) == returned
    results = returned["results"]
    for name in ("update", "environment step"):
        assert results[name]["baseline"]["median_s"] > results[name]["ours"]["median_s"] > 0
        assert len(results[name]["ours"]["samples_s"]) == 2
        assert results[name]["speed_up"] > 1
    assert list(results["parts of an update, ours"]) == ["actor", "critic"]
    assert sum(results["shares of an update, ours"].values()) == pytest.approx(1)
    assert sum(results["shares of an update, baseline"].values()) == pytest.approx(1)
    assert returned["settings"] == TINY | {"device": "cpu"}
    assert "speed-up" in capsys.readouterr().out


def test_ours_is_stepped_until_there_is_a_whole_batch_then_timed() -> None:
    ours = FakeLoop()

    bench_train(**TINY, ours=ours)

    filling, warm_up, counted = ["step"] * 2, 1, 2
    assert ours.calls == filling + ["step"] * (warm_up + counted) + ["update"] * (warm_up + counted) + (
        ["actor"] * (1 + counted) + ["critic"] * (1 + counted)
    )


def test_an_update_carries_the_four_environment_steps_that_belong_to_it() -> None:
    results = bench_train(**TINY)["results"]

    expected = 1 / (results["update"]["median_s"] + 4 * results["environment step"]["median_s"])
    assert results["updates a second, with their environment steps"] == {"baseline": pytest.approx(expected)}


def test_a_folder_that_cannot_be_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ours = FakeLoop()

    with pytest.raises(OutputError):
        bench_train(**TINY, json_path=tmp_path / "file" / "train.json", ours=ours)

    assert ours.calls == []
