"""The benchmark of how painting scales: every row, the exponent, memory and the plot."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from benchmarks import scaling
from benchmarks.scaling import bench_scaling, exponent
from core.brushes import BEZIER
from core.errors import SettingError
from core.weights import load_actor, save_actor
from training.actors import new_actor


def test_an_exponent_is_the_slope_of_the_last_two() -> None:
    assert exponent({1: 9.0, 10: 1.0, 100: 10.0}) == pytest.approx(1)
    assert exponent({10: 1.0, 20: 4.0}) == pytest.approx(2)
    assert exponent({10: 1.0, 20: 4.0}, pixels=True) == pytest.approx(1)
    assert exponent({10: 2.0, 20: 2.0}) == pytest.approx(0)


def test_every_row_is_measured_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SIDE", 64), ("COUNT", 20), ("DRAWN", 20)):
        monkeypatch.setattr(scaling, name, value)
    torch.manual_seed(0)
    save_actor(new_actor(BEZIER, width=0.125, side=32), tmp_path / "a.safetensors", stroke_type="bezier")
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)

    bench_scaling(
        load_actor(tmp_path / "a.safetensors", stroke_type="bezier"), photo, device=torch.device("cpu"),
        strokes=(5, 30), sides=(32, 64), divides=(1, 2), plot_path=tmp_path / "p.png", json_path=tmp_path / "s.json",
    )  # fmt: skip

    found = json.loads((tmp_path / "s.json").read_text())["results"]
    assert list(found["painting, by strokes"]) == ["5", "30", "exponent"]
    assert found["painting, by strokes"]["30"] > found["painting, by strokes"]["5"] > 0
    assert found["drawing, by longer side"]["64"] > 0
    assert list(found["painting, by divide"]) == ["1", "2", "exponent"]
    memory = found["peak memory, MiB"]
    assert list(memory) == ["5 strokes", "30 strokes", "32 px", "64 px"]
    assert all(50 < each < 4_000 for each in memory.values())  # a process with torch in it
    picture = cv2.imread(str(tmp_path / "p.png"))
    assert picture.shape[1] > 3 * picture.shape[0]
    assert picture.std() > 5


def test_a_plot_that_cannot_be_drawn_is_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, actor = np.zeros((8, 8, 3), np.uint8), load_actor(None, stroke_type="bezier")
    monkeypatch.setattr(scaling, "Painter", None)
    with pytest.raises(SettingError, match=r"end in \.png or \.svg"):
        bench_scaling(actor, photo, device=torch.device("cpu"), plot_path=tmp_path / "p.txt")
    monkeypatch.setattr(scaling, "find_spec", lambda _name: None)
    with pytest.raises(SettingError, match="matplotlib"):
        bench_scaling(actor, photo, device=torch.device("cpu"), plot_path=tmp_path / "p.png")
