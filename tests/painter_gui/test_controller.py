"""What the artist wishes, without a widget."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PySide6.QtGui import QUndoCommand

from core.brushes import BRUSHES
from core.device import GpuTrouble
from core.document import BEFORE, BLACK, WHITE, Document
from core.easel import HostEasel
from core.errors import CheckpointError, PainterError, PictureError
from core.geometry import Size
from core.hand import Answer, Hand
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.fast import draw, to_bytes
from core.schedule import Level
from painter_gui.brushwork import Phase
from painter_gui.canvas_worker import display_size
from painter_gui.controller import Controller

Until = Callable[[Callable[[], bool]], None]
Deed = Callable[[Controller], None]


@pytest.fixture
def failures(controller: Controller) -> list[PainterError]:
    met: list[PainterError] = []
    controller.failed.connect(met.append)
    return met


@pytest.fixture
def notes(controller: Controller) -> list[tuple[str, dict[str, Any]]]:
    met: list[tuple[str, dict[str, Any]]] = []
    controller.noted.connect(lambda word, values: met.append((word, values)))
    return met


def shown(controller: Controller) -> NDArray[np.uint8]:
    """The pixels on the screen, RGB."""
    with controller.pixels.locked() as pixels:
        return pixels[..., 2::-1].copy()


def drawn(document: Document) -> NDArray[np.uint8]:
    return to_bytes(draw(document, display_size(document.size)))


def pausing(controller: Controller, until: Until, count: int) -> None:
    """Paint until there are so many strokes, then pause."""
    controller.paint()
    until(lambda: len(controller.document.strokes) >= count)
    controller.pause()


def test_it_knows_no_widget_and_no_torch() -> None:
    program = "import sys, painter_gui.controller; print([m for m in sys.modules if m in {bad!r}])"
    bad = ("PySide6.QtWidgets", "torch", "numba", "PIL")
    done = subprocess.run(
        [sys.executable, "-c", program.format(bad=bad)], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_photo_is_opened_and_its_bare_sheet_shown(
    controller: Controller, open_photo: Deed, until: Until, photo: NDArray[np.uint8]
) -> None:
    assert controller.phase is Phase.EMPTY

    open_photo(controller)

    assert controller.photo is not None
    np.testing.assert_array_equal(controller.photo.pixels, photo)
    assert controller.document == Document(Size(48, 64), BLACK)
    assert not controller.modified
    until(lambda: not shown(controller).any())


def test_a_file_that_is_no_picture_is_told_and_what_was_open_stays(
    controller: Controller, open_photo: Deed, until: Until, failures: list[PainterError], tmp_path: Path
) -> None:
    open_photo(controller)
    (tmp_path / "a.png").write_text("Dear diary")

    controller.open_file(tmp_path / "a.png")
    assert controller.reading
    until(lambda: bool(failures))

    assert isinstance(failures[0], PictureError)
    assert not controller.reading
    assert controller.name == "sunset"


def test_of_two_files_opened_at_once_the_later_one_counts(
    controller: Controller, until: Until, photo_file: Path, failures: list[PainterError]
) -> None:
    controller.open_file(photo_file.with_name("none.png"))
    controller.open_file(photo_file)
    until(lambda: controller.name == "sunset")
    assert failures == []


def test_painting_reaches_the_number_of_strokes_and_the_screen(
    controller: Controller, paint_all: Deed, until: Until
) -> None:
    paint_all(controller)

    assert len(controller.document.strokes) == controller.position == controller.planned == 40
    assert controller.modified
    until(lambda: np.array_equal(shown(controller), drawn(controller.document)))


def test_paused_and_resumed_painting_is_the_one_that_never_paused(
    controller: Controller, paint_all: Deed, until: Until
) -> None:
    controller.set_settings(strokes=400)  # on a busy machine forty are painted before the window hears of five
    paint_all(controller)
    whole = controller.document
    controller.restart()

    pausing(controller, until, 5)
    assert controller.phase is Phase.PAUSED
    paused = controller.document
    assert 5 <= len(paused.strokes) < 400
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)

    assert controller.document == whole
    controller.undo()
    assert len(controller.document.strokes) == 0  # pausing did not make it two things to take back


def test_nothing_is_painted_while_paused(controller: Controller, open_photo: Deed, until: Until) -> None:
    open_photo(controller)
    pausing(controller, until, 5)
    count = len(controller.document.strokes)
    for _ in range(10):
        time.sleep(0.02)
        controller.brushwork.runs.take()
    assert len(controller.document.strokes) == count


def test_a_step_is_one_action_bundle_and_can_be_taken_back(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    open_photo(controller)
    counts = []
    for _ in range(2):
        controller.step()
        until(lambda: controller.phase is Phase.IDLE)
        counts.append(len(controller.document.strokes))
    assert 0 < counts[0] <= 5
    assert counts[0] < counts[1] <= 10

    controller.undo()
    assert len(controller.document.strokes) == counts[0]
    controller.redo()
    assert len(controller.document.strokes) == counts[1]


def test_a_step_while_paused_belongs_to_the_painting(controller: Controller, open_photo: Deed, until: Until) -> None:
    controller.set_settings(strokes=400)
    open_photo(controller)
    pausing(controller, until, 5)
    count = len(controller.document.strokes)
    controller.step()
    until(lambda: controller.phase is Phase.PAUSED)
    assert len(controller.document.strokes) > count

    controller.undo()

    assert len(controller.document.strokes) == 0
    assert controller.phase is Phase.IDLE


def test_undo_while_painting_stops_and_takes_it_back(controller: Controller, open_photo: Deed, until: Until) -> None:
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 0)

    controller.undo()

    assert (controller.phase, len(controller.document.strokes)) == (Phase.IDLE, 0)
    controller.redo()
    assert len(controller.document.strokes) > 0


def test_restart_is_undone(controller: Controller, paint_all: Deed) -> None:
    paint_all(controller)
    painted = controller.document
    controller.restart()
    assert len(controller.document.strokes) == controller.position == 0

    controller.undo()

    assert controller.document is painted
    assert controller.position == 40


def test_any_moment_is_shown_as_it_was(controller: Controller, paint_all: Deed, until: Until) -> None:
    paint_all(controller)
    for moment in (40, 3, 17, 0, 39, 16):
        controller.seek(moment)
        assert controller.position == moment
        until(lambda moment=moment: np.array_equal(shown(controller), drawn(controller.document.cut(moment))))
    controller.seek(-5)
    assert controller.position == 0
    controller.seek(99)
    assert controller.position == 40


def test_painting_from_an_earlier_moment_is_a_branch_that_undo_takes_back(
    controller: Controller, paint_all: Deed, until: Until
) -> None:
    controller.set_settings(strokes=120)  # enough for a finer level, where the seed counts
    paint_all(controller)
    first = controller.document
    controller.set_settings(seed=7)
    controller.seek(60)

    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)

    branch = controller.document
    assert len(branch.strokes) == 120
    assert branch.strokes.shared(first.strokes) == 60
    assert branch.strokes != first.strokes
    assert branch.job["seed"] == 7
    assert branch.job[BEFORE][0]["painted"] == 60
    until(lambda: np.array_equal(shown(controller), drawn(branch)))
    controller.undo()
    assert controller.document is first
    until(lambda: np.array_equal(shown(controller), drawn(first)))


def test_settings_changed_while_painting_apply_to_what_is_not_yet_painted(
    controller: Controller, open_photo: Deed, until: Until, notes: list[tuple[str, dict[str, Any]]]
) -> None:
    controller.set_settings(strokes=4000, divide=8)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 20)
    controller.set_settings(seed=99)
    controller.set_settings(strokes=len(controller.document.strokes) + 300)
    until(lambda: bool(notes))
    word, values = notes[0]
    kept = values["stroke"] - 1
    until(lambda: controller.phase is Phase.IDLE)

    assert word == "applies_from"
    assert len(controller.document.strokes) == max(controller.settings.total, kept)
    assert controller.document.job["seed"] == 99 or kept >= controller.settings.total
    controller.undo()
    assert len(controller.document.strokes) == 0


def test_settings_changed_while_idle_say_from_where_they_apply(
    controller: Controller, paint_all: Deed, notes: list[tuple[str, dict[str, Any]]]
) -> None:
    paint_all(controller)
    controller.seek(10)
    controller.set_settings(divide=3)
    assert notes == [("applies_from", {"stroke": 11})]


def test_a_smaller_number_than_is_painted_ends_painting(controller: Controller, open_photo: Deed, until: Until) -> None:
    controller.set_settings(strokes=5000)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 20)
    controller.set_settings(strokes=5)
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) > 20


def test_a_gpu_without_memory_is_told_of_and_painting_goes_on(
    controller: Controller, paint_all: Deed, notes: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Hand.answer

    def limited(hand: Hand, canvas: torch.Tensor, *rest: Any) -> Answer:
        if len(canvas) > 1:
            raise torch.OutOfMemoryError("no room")
        return answer(hand, canvas, *rest)

    monkeypatch.setattr(Hand, "answer", limited)
    paint_all(controller)
    assert len(controller.document.strokes) == 40
    assert notes == [("fewer_windows", {})] * 5


@pytest.fixture
def gpu_that_fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[RuntimeError, int], None]:
    """Has painters be on a GPU, by its name, that fails with an error when asked for the nth time."""
    made, answer, asked = Painter.__init__, Hand.answer, []

    def on_a_gpu(painter: Painter, *actors: Any, device: torch.device, **given: Any) -> None:
        made(painter, *actors, device=torch.device("cpu"), **given)
        painter._device = device  # its networks are where they were

    def easel(painter: Painter, job: PaintJob, document: Document, level: Level, _: None) -> HostEasel:
        return HostEasel(job, document, level, painter._side, torch.device("cpu"), neural=False)

    def device(name: str) -> torch.device:
        return torch.device("cuda" if name == "auto" else name)

    def install(error: RuntimeError, after: int) -> None:
        def failing(hand: Hand, *rest: Any) -> Answer:
            asked.append(True)
            if len(asked) == after:
                raise error
            return answer(hand, *rest)

        monkeypatch.setattr(Painter, "__init__", on_a_gpu)
        monkeypatch.setattr(Painter, "_easel", easel)
        monkeypatch.setattr(Painter, "_most_together", lambda painter: 1)
        monkeypatch.setattr(Hand, "answer", failing)
        monkeypatch.setattr("core.device.device_name", lambda device: device.type)
        monkeypatch.setattr("core.device.chosen_device", device)

    return install


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (RuntimeError("CUDA error: device-side assert triggered"), "failed"),
        (torch.OutOfMemoryError("no room"), "on_cpu"),
    ],
)
def test_where_a_gpu_cannot_go_on_the_processor_does_if_the_artist_agrees(
    controller: Controller, open_photo: Deed, until: Until, gpu_that_fails: Callable[[RuntimeError, int], None],
    error: RuntimeError, word: str,
) -> None:  # fmt: skip
    gpu_that_fails(error, 3)
    left: list[str] = []
    controller.gpu_left.connect(left.append)
    open_photo(controller)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)

    assert left == [word]
    kept = controller.document.strokes
    assert 0 < len(kept) < 40  # as of the last good step
    assert controller.device_name == "cuda"

    controller.brushwork.go_on_with_cpu()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 40
    assert controller.document.strokes[: len(kept)] == kept
    assert controller.settings.device == "cpu"
    assert controller.device_name == "cpu"
    controller.brushwork.go_on_with_cpu()  # there is nothing left to go on with
    assert controller.phase is Phase.IDLE


def test_a_refinement_that_a_gpu_could_not_end_leaves_the_strokes_and_can_be_begun_anew(
    controller: Controller, paint_all: Deed, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    import core.refine

    paint_all(controller)
    before, left = controller.document, list[str]()
    controller.gpu_left.connect(left.append)
    with monkeypatch.context() as patched:

        def failing(*_: Any, told: Callable[[GpuTrouble], None], **__: Any) -> Iterator[None]:
            told(GpuTrouble.FAILED)
            yield None

        patched.setattr(core.refine, "refine", failing)
        controller.refine()
        until(lambda: controller.phase is Phase.IDLE)
    assert left == ["failed"]
    assert controller.document is before
    controller.brushwork.go_on_with_cpu()
    assert controller.phase is Phase.REFINING
    controller.stop()
    until(lambda: controller.phase is Phase.IDLE)


def test_there_is_nothing_to_paint_when_all_is_painted(
    controller: Controller, paint_all: Deed, notes: list[tuple[str, dict[str, Any]]]
) -> None:
    paint_all(controller)
    controller.paint()
    assert controller.phase is Phase.IDLE
    assert notes == [("budget_reached", {"strokes": 40})]


def test_the_sheets_colour_changes_a_bare_sheet_at_once_and_a_painted_one_on_restart(
    controller: Controller, open_photo: Deed, until: Until, notes: list[tuple[str, dict[str, Any]]]
) -> None:
    open_photo(controller)
    controller.set_settings(background=WHITE)
    until(lambda: bool((shown(controller) == 255).all()))
    assert notes == []

    controller.step()
    until(lambda: controller.phase is Phase.IDLE)
    controller.set_settings(background=BLACK)
    assert notes == [("sheet_later", {})]
    assert controller.document.background == WHITE
    controller.step()  # goes on on the white sheet
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.document.background == WHITE
    controller.restart()
    assert controller.document.background == BLACK
    until(lambda: not shown(controller).any())


def test_weights_that_cannot_be_used_are_told_and_painting_ends(
    controller: Controller, open_photo: Deed, until: Until, failures: list[PainterError], tmp_path: Path
) -> None:
    open_photo(controller)
    (tmp_path / "actor.pkl").write_text("no weights")
    controller.set_settings(actor=tmp_path / "actor.pkl")
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert isinstance(failures[0], CheckpointError)
    assert not controller.undo_stack.canUndo()


def test_a_session_comes_back_as_it_was_saved(
    controller: Controller, paint_all: Deed, until: Until, tmp_path: Path, photo: NDArray[np.uint8]
) -> None:
    paint_all(controller)
    painted, settings = controller.document, controller.settings
    controller.save(tmp_path / "a.strokewise")
    until(lambda: not controller.modified)
    assert controller.path == tmp_path / "a.strokewise"
    controller.close_photo()
    assert controller.phase is Phase.EMPTY
    controller.set_settings(divide=9, seed=77)

    controller.open_file(tmp_path / "a.strokewise")
    until(lambda: controller.phase is Phase.IDLE)

    assert controller.document == painted
    assert controller.settings == settings
    assert (controller.name, controller.path) == ("sunset", tmp_path / "a.strokewise")
    assert not controller.modified
    assert controller.photo is not None
    np.testing.assert_array_equal(controller.photo.pixels, photo)
    until(lambda: np.array_equal(shown(controller), drawn(painted)))


def test_painting_goes_on_after_a_session_was_opened(
    controller: Controller, open_photo: Deed, paint_all: Deed, until: Until, tmp_path: Path
) -> None:
    paint_all(controller)
    whole = controller.document
    controller.restart()
    pausing(controller, until, 5)
    controller.save(tmp_path / "a.strokewise")
    until(lambda: controller.path is not None)
    controller.open_file(tmp_path / "a.strokewise")
    until(lambda: controller.phase is Phase.IDLE)

    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)

    assert controller.document == whole


def test_painting_on_after_saving_is_a_change(
    controller: Controller, open_photo: Deed, until: Until, tmp_path: Path
) -> None:
    open_photo(controller)
    controller.step()
    until(lambda: controller.phase is Phase.IDLE)
    controller.save(tmp_path / "a.strokewise")
    until(lambda: not controller.modified)
    controller.step()
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.modified
    controller.undo()
    assert not controller.modified


def test_a_session_that_cannot_be_saved_is_told(
    controller: Controller, paint_all: Deed, until: Until, failures: list[PainterError], tmp_path: Path
) -> None:
    paint_all(controller)
    controller.save(tmp_path / "nowhere" / "a.strokewise")
    until(lambda: bool(failures))
    assert "its folder does not exist" in str(failures[0])
    assert controller.modified
    assert controller.path is None


def test_cancelling_takes_at_most_a_step(controller: Controller, open_photo: Deed, until: Until) -> None:
    finished: list[int] = []
    controller.brushwork.runs.worker.finished.connect(finished.append)
    controller.set_settings(strokes=100_000, divide=16)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 100)
    controller.stop()
    assert controller.phase is Phase.IDLE
    until(lambda: len(finished) == 1)


def test_closing_while_painting_ends_every_thread(controller: Controller, open_photo: Deed, until: Until) -> None:
    controller.set_settings(strokes=100_000, divide=16)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 0)
    controller.close()
    assert not controller.brushwork.runs.qthread.isRunning()
    assert not controller.shown.canvas.qthread.isRunning()


def test_the_rate_is_that_of_painting(controller: Controller, open_photo: Deed, until: Until) -> None:
    assert controller.brushwork.rate == 0
    controller.set_settings(strokes=100_000, divide=16)
    open_photo(controller)
    controller.paint()
    until(lambda: controller.brushwork.rate > 0)
    controller.stop()
    assert controller.brushwork.rate == 0


def test_from_the_bare_sheet_it_paints_on_the_colour_that_is_chosen(
    controller: Controller, paint_all: Deed, until: Until, failures: list[PainterError]
) -> None:
    paint_all(controller)
    black = controller.document
    controller.set_settings(background=WHITE)
    controller.seek(0)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert failures == []
    assert (controller.document.background, len(controller.document.strokes)) == (WHITE, 40)
    controller.undo()
    assert controller.document is black


def test_a_branch_that_cannot_be_painted_leaves_the_painting_whole(
    controller: Controller, paint_all: Deed, until: Until, failures: list[PainterError], tmp_path: Path
) -> None:
    paint_all(controller)
    whole = controller.document
    controller.set_settings(actor=tmp_path / "gone.safetensors")
    controller.seek(10)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(failures) == 1
    assert controller.document is whole
    assert controller.position == 10
    assert controller.undo_stack.count() == 1


def test_undo_before_the_first_stroke_only_stops(controller: Controller, paint_all: Deed) -> None:
    paint_all(controller)
    controller.set_settings(strokes=4000, divide=8)
    painted = controller.document
    controller.paint()
    assert controller.brushwork.under_way == "paint"
    assert controller.document is painted  # no frame is taken before events are seen to
    controller.undo()
    assert controller.document is painted
    assert controller.phase is Phase.IDLE


def test_the_device_that_paints_is_named(controller: Controller, paint_all: Deed) -> None:
    assert controller.device_name == ""
    controller.set_settings(device="cpu")
    paint_all(controller)
    assert controller.device_name == "cpu"


def test_settings_changed_before_the_first_stroke_count(controller: Controller, open_photo: Deed, until: Until) -> None:
    open_photo(controller)
    controller.paint()
    controller.set_settings(seed=5, background=WHITE, strokes=60)
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 60
    assert controller.document.job["seed"] == 5


def test_a_setting_changed_during_a_step_does_not_make_it_a_painting(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    controller.set_settings(strokes=4000, divide=8)
    open_photo(controller)
    controller.step()
    controller.set_settings(seed=5)
    controller.brushwork.settle()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) <= 15


def test_a_setting_changed_while_looking_at_an_earlier_stroke_leaves_it_in_sight(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    controller.set_settings(strokes=4000, divide=8)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 30)
    controller.seek(7)
    controller.set_settings(seed=5)
    controller.brushwork.settle()
    count = len(controller.document.strokes)
    until(lambda: len(controller.document.strokes) > count)
    assert controller.position == 7
    controller.stop()
    assert controller.position == 7


def test_a_restart_is_something_that_closing_would_lose(controller: Controller, paint_all: Deed) -> None:
    paint_all(controller)
    controller.restart()
    assert controller.modified


def test_opening_pauses_and_nothing_is_painted_until_it_is_there(
    controller: Controller, open_photo: Deed, until: Until, photo_file: Path, failures: list[PainterError]
) -> None:
    controller.set_settings(strokes=4000, divide=8)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 10)
    controller.open_file(photo_file.with_name("none.png"))
    assert controller.phase is Phase.PAUSED
    controller.paint()
    assert controller.phase is Phase.PAUSED
    until(lambda: bool(failures))
    controller.paint()
    assert controller.phase is Phase.PAINTING  # what there was goes on


def test_an_opening_can_be_forgotten(controller: Controller, until: Until, photo_file: Path) -> None:
    controller.open_file(photo_file)
    controller.reader.forget()
    assert not controller.reading
    until(lambda: not controller.reader.background.busy)
    assert controller.phase is Phase.EMPTY


def test_names_lead_nowhere_else_and_can_be_written(
    controller: Controller, until: Until, photo_file: Path, tmp_path: Path
) -> None:
    import os

    odd = os.fsencode(tmp_path) + b"/caf\xe9.png"
    os.rename(photo_file, odd)
    controller.open_file(os.fsdecode(odd))
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.name == "caf?"
    controller.save(tmp_path / "a.strokewise")
    until(lambda: controller.path is not None)


def test_pictures_from_the_clipboard_have_the_limits_of_files(
    controller: Controller, until: Until, failures: list[PainterError]
) -> None:
    controller.open_pixels(np.zeros((1, 70_000, 3), np.uint8), "wide")
    until(lambda: bool(failures))
    assert "65535 a side" in str(failures[0])


def test_a_stroke_type_chosen_while_painting_paints_what_is_left(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    controller.set_settings(strokes=3000, actor=None)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) >= 5)

    controller.set_settings(stroke_type="bezier-opaque@1,bezier,triangle")
    until(lambda: controller.phase is Phase.IDLE)

    strokes = controller.document.strokes
    types = [BRUSHES[kind].name for kind in strokes.types.tolist()]
    before = controller.document.painted_before
    assert 5 <= before < 3000
    assert len(strokes) == 3000
    assert set(types[:before]) == {"bezier"}
    assert {"bezier", "triangle"} <= set(types[before:])


# Refining --------------------------------------------------------------------------------------------------------


def painted_out(controller: Controller, open_photo: Deed, until: Until, strokes: int = 40) -> Document:
    """A finished painting of so many strokes."""
    open_photo(controller)
    controller.set_settings(strokes=strokes)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE and len(controller.document.strokes) == strokes)
    return controller.document


def distance(controller: Controller, document: Document) -> float:
    assert controller.photo is not None
    return float(np.square(draw(document) - controller.photo.pixels / 255).mean())


def test_refining_betters_all_strokes_and_undo_takes_it_back(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    before = painted_out(controller, open_photo, until)

    controller.refine()
    assert controller.phase is Phase.REFINING
    # Spare strokes are seen on the way, but what would be saved is the painting as it was.
    until(lambda: controller.brushwork.refined is not None and len(controller.brushwork.refined.shown.strokes) > 40)
    until(lambda: not np.array_equal(shown(controller), drawn(before)))
    assert controller.document is before
    until(lambda: controller.phase is Phase.IDLE)

    after = controller.document
    assert len(after.strokes) == 40
    assert distance(controller, after) < 0.9 * distance(controller, before)
    until(lambda: np.array_equal(shown(controller), drawn(after)))
    assert controller.brushwork.refined is None
    assert controller.modified
    controller.undo()
    assert controller.document is before
    controller.redo()
    assert controller.document is after


def test_stopped_a_refinement_keeps_what_it_has_gained(controller: Controller, open_photo: Deed, until: Until) -> None:
    before = painted_out(controller, open_photo, until)

    controller.refine()
    until(lambda: controller.brushwork.refined is not None and controller.brushwork.refined.steps >= 30)
    controller.stop()
    until(lambda: controller.phase is Phase.IDLE)

    assert len(controller.document.strokes) == 40
    assert distance(controller, controller.document) < distance(controller, before)
    controller.undo()
    assert controller.document is before


@pytest.mark.parametrize("deed", [Controller.undo, Controller.restart, Controller.close_photo])
def test_a_refinement_makes_way_for_whatever_else_is_wanted(
    controller: Controller, open_photo: Deed, until: Until, deed: Deed
) -> None:
    before = painted_out(controller, open_photo, until)

    controller.refine()
    until(lambda: controller.brushwork.refined is not None)
    deed(controller)

    assert controller.phase in (Phase.IDLE, Phase.EMPTY)
    assert controller.brushwork.refined is None
    if deed is Controller.undo:
        assert controller.document is before
        until(lambda: np.array_equal(shown(controller), drawn(before)))
    else:
        assert not controller.document.strokes
    if deed is Controller.restart:
        controller.undo()
        assert controller.document is before


def test_a_refinement_that_gains_nothing_leaves_everything_where_it_was(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    before = painted_out(controller, open_photo, until)
    controller.seek(25)

    controller.refine()
    controller.stop()
    until(lambda: controller.phase is Phase.IDLE)

    assert controller.document is before
    assert controller.position == 25
    assert controller.undo_stack.undoText() == "paint"


def test_what_is_shown_is_refined_and_what_lay_after_it_comes_back(
    controller: Controller, open_photo: Deed, until: Until
) -> None:
    before = painted_out(controller, open_photo, until)
    controller.seek(25)

    controller.refine()
    until(lambda: controller.phase is Phase.IDLE)

    assert len(controller.document.strokes) == controller.position == 25
    controller.undo()
    assert controller.document is before


def test_nothing_is_painted_or_refined_while_refining_and_a_bare_sheet_is_not_refined(
    controller: Controller, open_photo: Deed, until: Until, notes: list[tuple[str, dict[str, Any]]]
) -> None:
    open_photo(controller)
    controller.refine()
    assert controller.phase is Phase.IDLE
    assert notes[-1][0] == "nothing_to_refine"

    controller.set_settings(strokes=20)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE and len(controller.document.strokes) == 20)
    controller.refine()
    for deed in (controller.paint, controller.step, controller.refine):
        deed()
        assert controller.phase is Phase.REFINING
    controller.set_settings(seed=5)
    controller.pause()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 20


@pytest.mark.parametrize("full", [True, False])
def test_what_is_painted_can_be_undone_and_redone_however_full_the_stack_is(
    controller: Controller, open_photo: Deed, until: Until, full: bool
) -> None:
    open_photo(controller)
    stack = controller.undo_stack
    if full:
        for _ in range(stack.undoLimit()):
            stack.push(QUndoCommand("nothing"))
    else:
        stack.push(QUndoCommand("nothing"))
        stack.push(QUndoCommand("nothing"))
        stack.undo()
    controller.set_settings(strokes=4000)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 10)
    controller.undo()
    assert not len(controller.document.strokes)
    assert stack.canRedo()
    controller.redo()
    assert len(controller.document.strokes) > 10
