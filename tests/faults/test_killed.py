"""Whatever a process is killed in the middle of: earlier files open, and no more than a second of strokes is lost."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
import numpy as np
import psutil
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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="elsewhere a fragment stays until the next file"),
]

ROOT = Path(__file__).parents[2]

KILLS = 30
"""Of each kind."""

SECONDS = {"saving": 0.5, "exporting": 4.0, "training": 2.5, "painting": 3.0}
"""After a child has begun its work, it is killed at some moment of so many seconds."""


class Killed(NamedTuple):
    """A child that is no more."""

    process: int
    told: list[tuple[float, str]]
    """What it has said, and when."""
    when: float


class Killer:
    """Lets children begin and kills them."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def _answer(self) -> str:
        assert self._server.stdout is not None
        answer = self._server.stdout.readline().strip()
        assert answer, "the server of children is gone"
        return answer

    def kill(self, kind: str, folder: Path, seed: int) -> Killed:
        """Have a child do that in a folder, and kill it at a moment of chance; nothing it began outlives it."""
        assert self._server.stdin is not None
        pipe = folder.parent / f"pipe-{seed}"
        os.mkfifo(pipe)
        self._server.stdin.write(f"{kind}\t{folder}\t{seed}\t{pipe}\n")
        self._server.stdin.flush()
        told: list[tuple[float, str]] = []
        began = threading.Event()

        def listen() -> None:
            with pipe.open() as lines:
                for line in lines:
                    moment, _, word = line.rstrip("\n").partition(" ")
                    if line.endswith("\n") and moment.replace(".", "").isdigit():  # training tells other things too
                        told.append((float(moment), word))
                        if word == "ready":
                            began.set()
            began.set()

        listener = threading.Thread(target=listen)
        listener.start()
        child = int(self._answer())
        assert began.wait(60)
        time.sleep(random.Random(f"{kind} {seed}").uniform(0, SECONDS[kind]))
        begun = psutil.Process(child).children(recursive=True)
        os.kill(child, signal.SIGKILL)
        when = time.monotonic()
        assert self._answer() == "gone"
        listener.join()
        pipe.unlink()
        _, alive = psutil.wait_procs(begun, timeout=20)
        assert alive == []
        assert told[0][1] == "ready"
        return Killed(child, told, when)


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "GOMP_SPINCOUNT": "1000"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.children"], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        assert server.stdout.readline() == "serving\n"
        yield Killer(server)
        assert server.stdin is not None
        server.stdin.close()


def names(folder: Path) -> set[str]:
    """What is in a folder once the next file would be written there: one that had just got its name goes then."""
    assert len(list(folder.glob(".*"))) <= 1
    remove_fragments(folder)
    return set(os.listdir(folder))


def test_saving(killer: Killer, tmp_path: Path) -> None:
    folder, saved = tmp_path / "out", 0
    folder.mkdir()
    for seed in range(KILLS):
        told = killer.kill("saving", folder, seed).told
        last = int(told[-1][1]) if len(told) > 1 else 0
        assert names(folder) <= {"0.strokewise", "1.strokewise"}
        found = {load_session(path).settings["seed"]: load_session(path).document for path in folder.iterdir()}
        for count, document in found.items():
            assert document.strokes == painting(count).strokes
        # What was told is there: the last one, or the one that took its place as the process died.
        assert not last or {last, last + STEPS} & found.keys()
        assert last < 2 * STEPS or {last - STEPS, last + STEPS} & found.keys()
        saved += last // STEPS
    assert saved > 3 * KILLS  # it was at it when it was killed, not before


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
        killer.kill("exporting", folder, seed)
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
        killer.kill("training", folder, seed)
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
        killed = killer.kill("painting", folder, seed)
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
