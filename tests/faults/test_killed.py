"""Whatever a process is killed in the middle of: earlier files open, and no more than a second of strokes is lost."""

from __future__ import annotations

import gzip
import os
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image

from core.export.stroke_json import read_json
from core.files import remove_fragments
from core.journal import read_journal
from core.rasteriser.fast import draw, to_bytes
from core.session_file import load_session
from painter_gui.kept_work import KeptWork, left_behind
from tests.faults.children import EXPORTS, STEPS, exported, painting, photo
from tests.faults.conftest import Killer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="elsewhere a fragment stays until the next file"),
]

ROOT = Path(__file__).parents[2]

KILLS = 30
"""Of each kind."""


def names(folder: Path) -> set[str]:
    """What is in a folder once the next file would be written there: one that had just got its name goes then."""
    assert len(list(folder.glob(".*"))) <= 1
    remove_fragments(folder)
    return set(os.listdir(folder))


def test_saving(killer: Killer, tmp_path: Path) -> None:
    folder, saved = tmp_path / "out", 0
    folder.mkdir()
    for seed in range(KILLS):
        told = killer.kill("saving", folder, seed, 0.5).told
        last = int(told[-1][1]) if len(told) > 1 else 0
        assert names(folder) <= {"0.strokewise", "1.strokewise"}
        found = {load_session(path).settings["seed"]: load_session(path).document for path in folder.iterdir()}
        for count, document in found.items():
            assert document.strokes == painting(count).strokes
        # What was told is there: the last one, or the one that took its place as the process died.
        assert not last or {last, last + STEPS} & found.keys()
        assert last < 2 * STEPS or {last - STEPS, last + STEPS} & found.keys()
        saved += last // STEPS
    assert saved > KILLS  # it was at it when it was killed, not before


def whole(path: Path) -> None:
    """Assert that an exported file is whole, and of one of the two paintings."""
    documents = [painting(60, each) for each in (1, 2)]
    if path.suffix == ".json":
        assert read_json(path).strokes in [document.strokes for document in documents]
    elif path.suffix in (".svg", ".svgz"):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".svgz" else path.read_bytes()
        assert ET.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    elif path.suffix in (".mp4", ".webm", ".gif"):
        frames, _ = imageio_ffmpeg.count_frames_and_secs(str(path))
        assert frames == STEPS + 1 + round(0.1 * (20 if path.suffix == ".gif" else 30))
    else:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"), np.float64)
        nearest = min(np.abs(pixels - to_bytes(draw(each, each.size))).mean() for each in documents)
        assert nearest < 12  # WebP and JPEG of so small a picture


def test_exporting(killer: Killer, tmp_path: Path) -> None:
    rounds = set()
    (tmp_path / "earlier").mkdir()
    for name in EXPORTS:
        exported(painting(60, 2), tmp_path / "earlier" / name)
    for seed in range(KILLS):
        folder = tmp_path / str(seed)
        shutil.copytree(tmp_path / "earlier", folder)
        killer.kill("exporting", folder, seed, 4.0)
        frames = {name for name in names(folder) if name.startswith("frames")}
        assert names(folder) - frames == set(EXPORTS)
        for name in EXPORTS:
            whole(folder / name)
        for name in frames:
            for frame in names(folder / name):
                assert frame.startswith("frame-")
                with Image.open(folder / name / frame) as picture:
                    picture.load()
        rounds.add(len(frames))
    assert len(rounds) > 1


def test_training(killer: Killer, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for number in range(12):
        Image.fromarray(np.roll(photo(), 7 * number, axis=1)).save(tmp_path / "data" / f"{number}.png")
    folder, reached = tmp_path / "out", [0]
    folder.mkdir()
    for seed in range(KILLS):  # one run, which goes on after each
        killer.kill("training", folder, seed, 2.5)
        checkpoint = folder / "run" / "checkpoint.pt"
        if checkpoint.exists():
            reached.append(int(torch.load(checkpoint, weights_only=True)["update"]))
        if (folder / "run").exists():
            assert not any(name.startswith(".") for name in names(folder / "run"))
    assert reached == sorted(reached)  # never back
    assert len(set(reached)) > KILLS // 3


def test_painting(killer: Killer, tmp_path: Path) -> None:
    Image.fromarray(photo()).save(tmp_path / "photo.png")
    losses, recovered = [], []
    for seed in range(KILLS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        killed = killer.kill("painting", folder, seed, 2.5, told_first=1)
        counts = [(moment, int(word)) for moment, word in killed.told[1:]]
        kept = left_behind(folder / "data" / "Strokewise" / "Strokewise" / "autosave")
        strokes = 0
        if kept:
            assert len(kept) == 1
            work = KeptWork.claimed(kept[0])
            assert work is not None
            opened = work.load()
            assert np.array_equal(opened.photo.pixels, photo())
            assert opened.name == "photo"
            recovered.append(read_journal(kept[0] / "strokes.journal").document.strokes)
            strokes = len(recovered[-1])
        missing = [moment for moment, count in counts if count > strokes]
        losses.append(killed.when - missing[0] if missing else 0.0)
    print(f"lost of painting, seconds: {sorted(round(loss, 2) for loss in losses)}")
    assert max(losses) <= 1
    assert len(recovered) > KILLS // 2
    longest = max(recovered, key=len)
    assert all(strokes == longest[: len(strokes)] for strokes in recovered)  # the same painting, to the bit
