"""The queue at work, with the process that paints it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.errors import PainterError, SettingError
from core.export.stroke_json import read_json
from core.workshop import Workshop
from painter_gui.paint_queue import PaintQueue, QueuePhase
from painter_gui.paint_settings import PaintSettings
from painter_gui.queue_model import State
from painter_gui.queue_options import paint_options

Until = Callable[[Callable[[], bool]], None]

MANY = 600
"""Strokes that take a while."""

TIMEOUT = 120_000
"""Milliseconds; the process that paints lets everything else that a machine does come first."""


@pytest.fixture
def until(qtbot: QtBot) -> Until:
    return lambda condition: qtbot.waitUntil(condition, timeout=TIMEOUT)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A picture that is fine, one that is none, and another fine one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    rows, columns = np.mgrid[0:48, 0:64]
    for index, name in enumerate(("1 fine", "3 fine")):
        pixels = np.stack([rows * 5, columns * 3, rows * (2 + index)], axis=-1).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "2 broken.png").write_text("Dear diary")
    return folder


NewQueue = Callable[[], PaintQueue]


@pytest.fixture
def new_queue(qapp: QApplication, tmp_path: Path) -> Iterator[NewQueue]:
    """Takes up the queue of one file, one after the other."""
    queues: list[PaintQueue] = []

    def new() -> PaintQueue:
        queues.append(PaintQueue(tmp_path / "data" / "queue.json", tmp_path / "out"))
        return queues[-1]

    yield new
    for queue in queues:
        queue.close()
        queue.deleteLater()
    qapp.processEvents()


@pytest.fixture
def queue(new_queue: NewQueue, photos: Path, until: Until) -> PaintQueue:
    """A queue with the photos in it."""
    queue = new_queue()
    queue.set_choices(svg=False)
    queue.add([photos])
    until(lambda: len(queue.entries) == 3)
    return queue


@pytest.fixture
def many(settings: PaintSettings) -> PaintSettings:
    return PaintSettings(actor=settings.actor, strokes=MANY, divide=4)


def states(queue: PaintQueue) -> list[str]:
    return [entry.state.value for entry in queue.entries]


def finish(queue: PaintQueue, settings: PaintSettings, until: Until) -> None:
    queue.start(settings)
    until(lambda: queue.phase is QueuePhase.IDLE)


def painting(queue: PaintQueue) -> bool:
    return queue.stage is not None and queue.stage.what == "painting"


def test_what_is_fine_is_painted_what_is_broken_fails_and_what_is_there_is_skipped(
    queue: PaintQueue, settings: PaintSettings, photos: Path, tmp_path: Path, until: Until
) -> None:
    Workshop(paint_options(settings, queue.choices)).paint(str(photos / "3 fine.png"), tmp_path / "out" / "3 fine")
    completed: list[bool] = []
    queue.completed.connect(lambda: completed.append(True))

    finish(queue, settings, until)

    assert states(queue) == ["done", "failed", "skipped"]
    done, failed, _ = queue.entries
    assert done.psnr is not None
    assert done.painted_in == tmp_path / "out" / "1 fine"
    assert len(read_json(done.painted_in / "strokes.json").strokes) == 40
    assert "not a picture of a kind" in str(failed.error)
    assert completed == [True]


def test_progress_goes_up_to_the_end_and_tells_the_time_left(
    queue: PaintQueue, settings: PaintSettings, until: Until
) -> None:
    seen: list[tuple[float, float | None]] = []
    queue.moved.connect(lambda: seen.append(queue.progress))
    queue.set_choices(film=True)

    finish(queue, settings, until)

    shares = [share for share, _ in seen[: seen.index((1.0, pytest.approx(0.0)))]]
    assert shares == sorted(shares)
    assert len(set(shares)) > 5
    assert any(left is not None and left > 0 for _, left in seen)


def test_a_failed_one_is_painted_once_it_is_mended(
    queue: PaintQueue, settings: PaintSettings, photos: Path, until: Until
) -> None:
    finish(queue, settings, until)
    (photos / "2 broken.png").write_bytes((photos / "1 fine.png").read_bytes())

    queue.again([entry.number for entry in queue.entries])
    assert states(queue) == ["waiting"] * 3
    finish(queue, settings, until)

    assert states(queue) == ["skipped", "done", "skipped"]


def test_stopped_it_ends_at_once_and_goes_on_when_started_again(
    queue: PaintQueue, many: PaintSettings, settings: PaintSettings, tmp_path: Path, until: Until
) -> None:
    queue.start(many)
    until(lambda: painting(queue))
    queue.stop()
    assert queue.phase is QueuePhase.STOPPING
    until(lambda: queue.phase is QueuePhase.IDLE)

    assert states(queue) == ["waiting"] * 3
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").rglob("*.*"))
    finish(queue, settings, until)
    assert states(queue) == ["done", "failed", "done"]


def test_paused_it_rests_and_paints_on_from_the_very_stroke(
    queue: PaintQueue, many: PaintSettings, photos: Path, tmp_path: Path, until: Until, qtbot: QtBot
) -> None:
    queue.remove([2, 3])
    queue.start(many)
    until(lambda: painting(queue))
    queue.pause()
    assert queue.phase is QueuePhase.PAUSED
    qtbot.wait(400)
    rests, seconds = queue.stage, queue.progress
    qtbot.wait(400)
    assert (queue.stage, queue.progress) == (rests, seconds)
    queue.go_on()
    until(lambda: queue.phase is QueuePhase.IDLE)

    assert states(queue) == ["done"]
    Workshop(paint_options(many, queue.choices)).paint(str(photos / "1 fine.png"), tmp_path / "alone")
    assert read_json(tmp_path / "out" / "1 fine" / "strokes.json") == read_json(tmp_path / "alone" / "strokes.json")


def test_it_rests_while_the_artist_paints(queue: PaintQueue, many: PaintSettings, until: Until, qtbot: QtBot) -> None:
    queue.hold(True)
    queue.start(many)
    until(lambda: queue.stage is not None)
    qtbot.wait(500)
    assert queue.is_held
    assert not painting(queue)

    queue.hold(False)
    until(lambda: painting(queue))
    assert not queue.is_held


def test_one_that_is_being_painted_is_removed_and_the_next_begins(
    queue: PaintQueue, many: PaintSettings, tmp_path: Path, until: Until
) -> None:
    queue.start(many)
    until(lambda: painting(queue))

    queue.remove([1])

    assert [entry.number for entry in queue.entries] == [2, 3]
    until(lambda: painting(queue))
    assert states(queue) == ["failed", "painting"]
    assert not (tmp_path / "out" / "1 fine").exists()


def test_what_is_added_while_it_paints_is_painted_too(
    queue: PaintQueue, settings: PaintSettings, photos: Path, tmp_path: Path, until: Until
) -> None:
    shutil.copy(photos / "1 fine.png", tmp_path / "late.png")
    queue.start(settings)
    queue.add([tmp_path / "late.png", tmp_path / "late.png", photos])
    until(lambda: queue.phase is QueuePhase.IDLE)

    assert states(queue) == ["done", "failed", "done", "done"]


def test_choices_rest_while_it_paints(queue: PaintQueue, many: PaintSettings, until: Until) -> None:
    queue.start(many)
    out, choices = queue.out, queue.choices
    queue.set_out(out / "other")
    queue.set_choices(film=True)
    queue.start(PaintSettings())

    assert (queue.out, queue.choices, queue.settings) == (out, choices, many)


def test_closed_while_it_paints_it_is_there_again_and_goes_on(
    queue: PaintQueue, new_queue: NewQueue, many: PaintSettings, settings: PaintSettings, tmp_path: Path, until: Until
) -> None:
    queue.move([3], -1)
    queue.start(settings)
    until(lambda: queue.count(State.DONE) == 1)
    assert queue._process is not None
    process = psutil.Process(queue._process.pid)
    queue.close()
    assert not process.is_running()

    again = new_queue()
    assert [entry.source.name for entry in again.entries] == ["1 fine.png", "3 fine.png", "2 broken.png"]
    assert states(again)[0] == "done"
    assert again.choices == queue.choices
    finish(again, settings, until)
    assert states(again) == ["done", "done", "failed"]


def test_another_studio_has_a_queue_of_its_own_that_nobody_remembers(
    queue: PaintQueue, new_queue: NewQueue, photos: Path, until: Until
) -> None:
    other = new_queue()
    assert other.entries == ()
    other.add([photos / "1 fine.png"])
    until(lambda: len(other.entries) == 1)
    other.close()
    queue.close()

    assert len(new_queue().entries) == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_file_that_is_none_is_an_empty_queue(content: bytes, new_queue: NewQueue, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "queue.json").write_bytes(content)

    assert new_queue().entries == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_picture_that_takes_the_painter_down_fails_and_the_others_are_painted(
    queue: PaintQueue, many: PaintSettings, tmp_path: Path, until: Until
) -> None:
    queue.remove([2])
    queue.start(many)
    until(lambda: painting(queue))
    assert queue._process is not None
    psutil.Process(queue._process.pid).kill()
    until(lambda: states(queue) == ["failed", "painting"])

    assert "too little memory" in str(queue.entries[0].error)
    until(lambda: painting(queue))
    assert queue._process is not None
    psutil.Process(queue._process.pid).terminate()  # as the system does at the end of a session
    until(lambda: queue.phase is QueuePhase.IDLE)
    assert states(queue) == ["failed", "waiting"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_where_the_last_picture_takes_the_painter_down_all_is_done(
    queue: PaintQueue, many: PaintSettings, until: Until
) -> None:
    told: list[str] = []
    queue.completed.connect(lambda: told.append("completed"))
    queue.failed.connect(lambda error: told.append(str(error)))
    queue.remove([2, 3])
    queue.start(many)
    until(lambda: painting(queue))
    assert queue._process is not None
    psutil.Process(queue._process.pid).kill()
    until(lambda: queue.phase is QueuePhase.IDLE)

    assert states(queue) == ["failed"]
    assert told == ["completed"]


def test_weights_that_cannot_be_used_stop_it_and_leave_all_waiting(
    queue: PaintQueue, tmp_path: Path, until: Until
) -> None:
    failed: list[PainterError] = []
    queue.failed.connect(failed.append)

    finish(queue, PaintSettings(actor=tmp_path / "missing.safetensors"), until)

    assert states(queue) == ["waiting"] * 3
    assert len(failed) == 1
    assert "missing.safetensors" in str(failed[0])


def test_a_setting_that_does_not_fit_is_told_once(queue: PaintQueue, until: Until) -> None:
    failed: list[PainterError] = []
    queue.failed.connect(failed.append)

    finish(queue, PaintSettings(stroke_type="bezier+circle@9", strokes=5, divide=1), until)

    assert len(failed) == 1
    assert isinstance(failed[0], SettingError)


def test_an_empty_folder_is_told(new_queue: NewQueue, tmp_path: Path, until: Until) -> None:
    queue, failed = new_queue(), []
    queue.failed.connect(failed.append)
    (tmp_path / "empty").mkdir()

    queue.add([tmp_path / "empty"])

    until(lambda: len(failed) == 1)
    assert "no picture or film lies in this folder itself" in str(failed[0])


def test_the_studio_loads_no_torch_for_it() -> None:
    code = "import sys, painter_gui.paint_queue; print('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)

    assert told.stdout == "False\n"
