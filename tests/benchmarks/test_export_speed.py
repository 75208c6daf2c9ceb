"""The export benchmark: it measures every form, and the memory of a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.export_speed import bench_export
from core.document import Document
from core.geometry import Size
from core.stroke import Strokes


def test_every_form_is_timed_and_the_largest_picture_weighed(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    strokes = Strokes.from_columns(
        types=np.zeros(5, np.uint8),
        patches=np.tile([0.0, 0.0, 48.0], (5, 1)),
        parameters=random.random((5, 13), dtype=np.float32),
        steps=np.zeros(5, int),
    )

    bench_export(Document(Size(32, 48), (0, 0, 0), strokes), repeats=1, largest=96, json_path=tmp_path / "e.json")

    found = json.loads((tmp_path / "e.json").read_text())["results"]
    timed = [name for name, each in found.items() if "median_s" in each]
    assert timed == [
        "stroke file", "stroke file, read", "SVG, exact", "SVG, compatible", "SVG, plotter",
        "PNG of the sheet's size", "film, 1080p, 10 s",
    ]  # fmt: skip
    assert found["PNG of 96 x 64"]["seconds"] > 0
    assert 50 < found["PNG of 96 x 64"]["peak memory, MiB"] < 2000
    assert set(found["MB"]) == {"a.json", "a.svg", "b.svg", "c.svg", "a.png", "a.mp4"}
    assert all(size > 0 for size in found["MB"].values())
