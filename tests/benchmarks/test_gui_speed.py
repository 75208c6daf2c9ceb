"""The studio's benchmark: it measures each thing as often as it is asked to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.gui
def test_everything_is_measured(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from benchmarks.gui_speed import bench_gui; "
        f"bench_gui(side=96, strokes=60, moments=5, cancels=2, starts=1, json_path=Path({str(tmp_path / 'g.json')!r}))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, capture_output=True)

    found = json.loads((tmp_path / "g.json").read_text())

    assert found["settings"] == {"side": 96, "strokes": 60, "platform": "offscreen"}
    results = found["results"]
    for name in ("start to first picture", "event loop's delay while painting", "scrub to a moment", "cancel"):
        figures = results[name]
        assert 0 <= figures["median"] <= figures["p95"] <= figures["p99"] <= figures["max"] < 60_000
    assert results["strokes a second meanwhile"]["median"] > 0
    assert results["start to first picture"]["median"] > 50
