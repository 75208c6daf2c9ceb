"""The benchmark of edits measures what it says, on a small painting."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.editing_speed import bench_editing
from tests.core.rasteriser.test_tiles import painting


def test_edits_and_pointing_are_timed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench_editing(painting(40), side=96, edits=4, json_path=tmp_path / "e.json")

    found = json.loads((tmp_path / "e.json").read_text())["results"]
    for name in ("delete", "delete, undone", "mute", "recolour", "to the top", "find what lies at a point"):
        assert len(found[name]["samples_s"]) == 4
        assert found[f"{name}, 95th percentile"] <= found[f"{name}, longest"] == max(found[name]["samples_s"])
    assert len(found["delete one of the first"]["samples_s"]) == 80
    assert found["draw all anew"]["median_s"] > 0
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert all(re.search(r"  [\d.]+ (s|ms|µs)\b", line) for line in lines if not line.startswith("strokes 40"))
