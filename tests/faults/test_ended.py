"""Cancelled or closed at any moment, a long job leaves no thread, child process or temporary file, no half a file."""

from __future__ import annotations

import json
import os
import signal
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import orjson
import pytest
from PIL import Image

from core.export.stroke_json import read_json, write_json
from painter_gui.kept_work import left_behind
from tests.faults.children import painting, photo
from tests.faults.conftest import Killer
from tests.faults.test_killed import names

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="signals, pipes and nameless files as Linux has them"),
]

MOMENTS = 28
"""Four of each of seven commands."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_commands(killer: Killer, number: signal.Signals, tmp_path: Path) -> None:
    Image.fromarray(photo()).save(tmp_path / "photo.png")
    write_json(painting(4000), tmp_path / "strokes.json")
    cancelled = 0
    for seed in range(MOMENTS):
        folder = tmp_path / f"{number.name}{seed}"
        folder.mkdir()
        ended = killer.kill("command", folder, seed, 2.5, number)
        said = (tmp_path / f"pipe-{seed}.errors").read_text()
        assert ended.code in (0, 130), said
        if ended.code == 130:
            cancelled += 1
            assert said.splitlines()[-1].strip().endswith("cancelled")
            assert "Traceback" not in said
        assert names(folder / "temporary") == set()
        for path in [each for each in folder.rglob("*") if each.is_file()]:
            assert not path.name.startswith(".")
            assert ended.code == 0 or "frames" in path.parts or path.parent.name == "out"
    assert cancelled > MOMENTS // 2


def test_the_studio(killer: Killer, tmp_path: Path) -> None:
    Image.fromarray(photo()).save(tmp_path / "photo.png")
    for seed in range(10):
        folder = tmp_path / f"studio{seed}"
        folder.mkdir()
        ended = killer.kill("painting", folder, seed, 2.5, signal.SIGTERM, told_first=1)
        assert ended.code == 130
        autosaves = folder / "data" / "Strokewise" / "Strokewise" / "autosave"
        painted = int(ended.told[-1][1]) if len(ended.told) > 1 else 0
        assert len(left_behind(autosaves)) == (painted > 0)
        assert not list(folder.rglob("*.lock"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_queue_of_a_studio(killer: Killer, number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for index in range(40):
        Image.fromarray(np.roll(photo(), 7 * index, axis=1)).save(tmp_path / "photos" / f"{index}.png")
    folder, finished = tmp_path / "studio", [0]
    folder.mkdir()
    for seed in range(8):  # one queue, which goes on after each
        ended = killer.kill("queueing", folder, seed, 4.0, number, told_first=1)
        assert ended.code == (130 if number == signal.SIGTERM else -number)
        out = folder / "out"
        for path in [each for each in out.rglob("*") if each.is_file()]:
            if path.name.startswith("."):  # it had just got its name
                assert number == signal.SIGKILL
            elif path.suffix == ".json":
                orjson.loads(path.read_bytes())
        for report in out.rglob("report.json"):
            assert len(read_json(report.with_name("strokes.json")).strokes) == 300
            ET.parse(report.with_name("painting.svg"))
            with Image.open(report.with_name("painting.png")) as picture:
                picture.load()
        kept = json.loads((folder / "data" / "Strokewise" / "Strokewise" / "queue.json").read_bytes())
        states = [each["state"] for each in kept["entries"]]
        assert len(states) == 40
        assert set(states) <= {"waiting", "done", "skipped"}
        finished.append(40 - states.count("waiting"))
    assert finished == sorted(finished)  # never back
    assert len(set(finished)) > 3
