"""The benchmark of stroke types: each is painted with its own, and shown."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from benchmarks import stroke_types
from benchmarks.photographs import Photograph
from benchmarks.quality import Setting
from benchmarks.stroke_types import bench_stroke_types
from core.brushes import brush_named
from core.errors import OutputError
from core.geometry import Size
from core.images import load_picture
from core.metrics import scores
from core.painter import Painter
from core.rasteriser.fast import draw, to_bytes
from core.weights import LoadedActor
from training.actors import new_actor


def actor(stroke_type: str) -> LoadedActor:
    torch.manual_seed(0)
    network = new_actor(brush_named(stroke_type), width=0.125, side=32).eval().requires_grad_(False)
    return LoadedActor(actor=network, stroke_type=stroke_type, bgr=False, id=stroke_type, path=Path(stroke_type))


def photograph(name: str, group: str) -> Photograph:
    pixels = np.random.default_rng(len(name)).integers(0, 256, (4, 5, 3), np.uint8)
    return Photograph(name=name, group=group, pixels=cv2.resize(pixels, (50, 40)).astype(np.uint8))


@pytest.fixture(autouse=True)
def few_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stroke_types, "COMPARED", Setting(side=32, strokes=20, undivided=True))
    monkeypatch.setattr(stroke_types, "SHOWN", (10, 40))


def test_each_mean_is_that_of_what_the_types_painter_paints(tmp_path: Path) -> None:
    pictures = [photograph("a", "samples"), photograph("bb", "faces"), photograph("ccc", "faces")]

    bench_stroke_types(
        [actor("bezier"), actor("circle")],
        pictures,
        shown=pictures[0],
        mixes=["circle@1,bezier"],
        json_path=tmp_path / "t.json",
    )

    results = json.loads((tmp_path / "t.json").read_text())["results"]
    assert list(results) == ["bezier", "circle", "circle@1,bezier"]
    for name in results:
        painter = Painter(actor("bezier"), actor("circle"))
        found = []
        for one in pictures:
            document = painter.painted(stroke_types.COMPARED.job(one, name))
            found.append(scores(one.square(32), to_bytes(draw(document, Size(32, 32))), 32).psnr)
        assert results[name]["samples"] == pytest.approx(found[0])
        assert results[name]["faces"] == pytest.approx((found[1] + found[2]) / 2)
        assert results[name]["all"] == pytest.approx(sum(found) / 3)
        assert results[name]["behind"] == pytest.approx(results["bezier"]["all"] - results[name]["all"])


def test_the_sheet_shows_each_type_after_few_and_after_many_strokes(tmp_path: Path) -> None:
    picture = photograph("a", "samples")

    bench_stroke_types(
        [actor("bezier"), actor("triangle")], [picture], shown=picture, mixes=(), sheet_path=tmp_path / "sheet.png"
    )

    sheet = load_picture(tmp_path / "sheet.png")
    assert sheet.shape == (20 + 2 * 260, 2 * 324, 3)
    target = cv2.resize(picture.pixels, (320, 256)).astype(float)
    errors = [
        [
            np.abs(sheet[20 + 260 * row : 276 + 260 * row, 324 * column : 320 + 324 * column] - target).mean()
            for row in (0, 1)
        ]
        for column in (0, 1)
    ]
    assert all(many < few < 120 for few, many in errors)
    assert errors[0] != errors[1]


def test_a_sheet_that_cannot_be_written_is_told_first(tmp_path: Path) -> None:
    picture = photograph("a", "samples")

    with pytest.raises(OutputError):
        bench_stroke_types([actor("bezier")], [picture], shown=picture, mixes=(), sheet_path=tmp_path / "a.gif")
