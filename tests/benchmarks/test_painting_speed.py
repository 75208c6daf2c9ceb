"""The benchmarks of painting, drawing, the actor and the timeline: what they measure, on very little of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import painting_speed
from benchmarks.painting_speed import bench_actor, bench_paint, bench_raster, bench_timeline, machine_rates
from benchmarks.published_test import PublishedTest
from core.brushes import BEZIER
from core.document import Document
from core.geometry import Size
from core.stroke import Strokes
from core.weights import LoadedActor
from training.actors import new_actor

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting_speed, "COPIED", 2**20)
    monkeypatch.setattr(painting_speed, "MULTIPLIED", 128)


@pytest.fixture
def actor() -> LoadedActor:
    torch.manual_seed(0)
    network = new_actor(BEZIER, width=0.125, side=32).eval().requires_grad_(False)
    return LoadedActor(actor=network, stroke_type="bezier", bgr=False, id="a", path=Path("a"))


@pytest.fixture
def document() -> Document:
    random = np.random.default_rng(0)
    strokes = Strokes.from_columns(
        types=np.zeros(40, np.uint8),
        patches=np.tile([0.0, 0.0, 48.0], (40, 1)),
        parameters=random.random((40, 13), dtype=np.float32),
        steps=np.arange(40),
    )
    return Document(Size(32, 48), (0, 0, 0), strokes)


def results(path: Path) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads(path.read_text())["results"]
    return found


def test_a_machine_copies_and_multiplies_at_some_rate() -> None:
    rates = machine_rates(CPU)

    assert rates["bytes_per_s"] > 1e6
    assert rates["flops"] > 1e6


@pytest.mark.slow
def test_painting_is_timed_for_every_number_of_strokes(actor: LoadedActor, tmp_path: Path) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)

    plain = PublishedTest(width=0.125)

    bench_paint(actor, photo, device=CPU, repeats=1, counts=(5, 25), published=plain, json_path=tmp_path / "p.json")

    found = results(tmp_path / "p.json")
    assert list(found) == [
        "machine", "200 strokes at 128 px, divide 1", "4,250 strokes, divide 4", "5 strokes, divide 4",
        "25 strokes, divide 4", "4,250 strokes as published", "... a PNG a stroke",
    ]  # fmt: skip
    assert found["... a PNG a stroke"]["speed_up"] > found["4,250 strokes as published"]["speed_up"] / 2
    many, few = found["4,250 strokes, divide 4"], found["5 strokes, divide 4"]
    assert many["time"]["median_s"] > few["time"]["median_s"] > 0  # type: ignore[index]
    assert many["floor_s"] > 100 * few["floor_s"] > 0  # of one window
    assert many["over floor"] > 0


def test_an_actors_floor_is_its_arithmetic(actor: LoadedActor, tmp_path: Path) -> None:
    bench_actor(actor, device=CPU, batches=(1, 4), json_path=tmp_path / "a.json")

    found = results(tmp_path / "a.json")
    one, four = found["1 windows"], found["4 windows"]
    assert four["floor_s"] == pytest.approx(4 * one["floor_s"])
    operations = one["floor_s"] * found["machine"]["flops"]
    first = 2 * 9 * 9 * 8 * 16**2  # nine inputs, nine places of a kernel, eight outputs, at half of 32 pixels
    assert first < operations < 100 * first


def test_drawing_counts_the_pixels_that_strokes_touch(document: Document, tmp_path: Path) -> None:
    bench_raster(document, sides=(48, 96), repeats=1, json_path=tmp_path / "r.json")

    small, large = (results(tmp_path / "r.json")[f"{side} px"] for side in (48, 96))
    assert large["million pixels"] == pytest.approx(4 * small["million pixels"], rel=0.05)
    assert 0 < small["million pixels"] <= 40 * 32 * 48 / 1e6
    assert small["over floor"] > 0


def test_jumps_and_playing_are_timed(document: Document, tmp_path: Path) -> None:
    bench_timeline(document, side=48, jumps=10, json_path=tmp_path / "t.json")

    found = results(tmp_path / "t.json")
    assert len(found["jump"]["samples_s"]) == 10  # type: ignore[arg-type]
    assert found["jump, 99th percentile"] <= max(found["jump"]["samples_s"])  # type: ignore[call-overload, operator]
    assert found["100 frames"]["median_s"] > 0
