"""What a studio that did not end as it should has left is offered, once, under a new name."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QMessageBox

from core.journal import Journal, Work, read_journal
from core.rasteriser.fast import draw, to_bytes
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.kept_work import KeptWork, left_behind
from painter_gui.views.window import StudioWindow
from tests.painter_gui.works import ONE_STROKE

Until = Callable[[Callable[[], bool]], None]
Open = Callable[[Controller], None]

pytestmark = pytest.mark.gui


def controller_of(studio: StudioWindow) -> Controller:
    return studio._controller


CRASH = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
application = QCoreApplication([])
from painter_gui.autosave import Autosave
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.kept_work import KeptWork, left_behind
from painter_gui.paint_settings import PaintSettings
controller = Controller(PaintSettings(actor=Path(sys.argv[3]), strokes=25, divide=1))
autosave = Autosave(controller, Path(sys.argv[1]))
controller.open_file(sys.argv[2])
while controller.phase is not Phase.IDLE:
    application.processEvents()
controller.paint()
while controller.phase is not Phase.IDLE:
    application.processEvents()
while autosave.busy:
    application.processEvents()
autosave.keep()
while autosave.busy:
    application.processEvents()
os.kill(os.getpid(), 9)
"""


def crash(autosaves: Path, photo_file: Path, actor: Path) -> None:
    """Have a studio paint 25 strokes of the photo, and end as it should not."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", CRASH, autosaves, photo_file, actor], cwd=root, check=False)
    assert done.returncode == -9


def folders(autosaves: Path) -> list[Path]:
    return [path for path in autosaves.iterdir() if path.is_dir()]


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_after_a_crash_the_work_is_offered_under_a_new_name(
    new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path, photo_file: Path, actor: Path
) -> None:
    crash(autosaves, photo_file, actor)
    studio = new_studio()
    studio.begin(None)
    assert studio.message.isVisible()
    assert "did not end as it should" in studio.message.text.text()
    left = folders(autosaves)
    studio.message.buttons[0].click()
    controller = controller_of(studio)
    until(lambda: controller.phase is Phase.IDLE)

    assert len(controller.document.strokes) == 25
    assert controller.name == "sunset (recovered)"
    assert controller.path is None
    assert controller.modified
    controller.set_settings(strokes=30)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    until(lambda: not studio.autosave.busy)
    studio.autosave.keep()
    until(lambda: not studio.autosave.busy)
    assert folders(autosaves) == left  # kept on where it was
    assert read_journal(left[0] / "strokes.journal").document == controller.document
    studio.discard_on_close()
    studio.close()
    assert list(autosaves.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_second_crash_after_a_recovery_loses_nothing_either(
    new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path, photo_file: Path, actor: Path
) -> None:
    crash(autosaves, photo_file, actor)
    studio = new_studio()
    studio.begin(None)
    studio.message.buttons[0].click()
    until(lambda: controller_of(studio).phase is Phase.IDLE)
    studio.leave()

    again = new_studio()
    again.begin(None)
    again.message.buttons[0].click()
    until(lambda: controller_of(again).phase is Phase.IDLE)
    assert len(controller_of(again).document.strokes) == 25
    assert controller_of(again).name == "sunset (recovered)"


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_of_two_studios_one_gets_what_was_left_behind(
    new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path, photo_file: Path, actor: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    crash(autosaves, photo_file, actor)
    first, second = new_studio(), new_studio()
    first.begin(None)
    second.begin(None)
    assert first.message.isVisible()
    assert second.message.isVisible()
    first.message.buttons[0].click()
    until(lambda: controller_of(first).phase is Phase.IDLE)
    monkeypatch.setattr(second._offer, "ask_to_discard", lambda: True)
    second.message.buttons[1].click()  # to discard it, which is no longer its to do
    assert not second.message.isVisible()
    assert len(controller_of(first).document.strokes) == 25
    assert len(folders(autosaves)) == 1


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_photo_that_was_lost_is_replaced_by_the_painting(
    new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path, photo_file: Path, actor: Path
) -> None:
    crash(autosaves, photo_file, actor)
    (folders(autosaves)[0] / "photo.png").unlink()
    studio = new_studio()
    studio.begin(None)
    studio.message.buttons[0].click()
    controller = controller_of(studio)
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 25
    assert controller.photo is not None
    assert np.array_equal(controller.photo.pixels, to_bytes(draw(controller.document, controller.document.size)))


def test_what_cannot_be_recovered_now_is_kept_for_later(
    new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path, photo_file: Path
) -> None:
    path = autosaves / "a"
    path.mkdir(parents=True)
    (path / "strokes.journal").write_text("damaged")
    studio = new_studio()
    studio.begin(None)
    studio.message.buttons[0].click()
    until(lambda: "Cannot open session" in studio.message.text.text())
    studio.message._close.click()
    assert "did not end as it should" in studio.message.text.text()  # the offer stands
    studio.opening.open(str(photo_file))
    until(lambda: controller_of(studio).name == "sunset")
    assert studio.message.isVisible()
    until(lambda: not controller_of(studio).files.busy)
    assert path.exists()


def test_the_offer_comes_back_from_behind_other_messages(
    new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path
) -> None:
    for name in ("a", "b"):
        (autosaves / name).mkdir(parents=True)
        Journal(autosaves / name / "strokes.journal").add(Work(document=ONE_STROKE))
    studio = new_studio()
    studio.begin(None)
    studio.opening.take(QMimeData(), lambda: "no picture")
    assert studio.message.text.text() == "no picture"
    studio.message.dismiss()
    assert "2 paintings were kept" in studio.message.text.text()

    # One opened slowly, then the other: the first comes too late and is offered again, the second is this studio's.
    ended = threading.Event()
    studio._controller.reader.background.submit(ended.wait)
    try:
        studio.message.buttons[0].click()
        studio._controller.reader.forget()
        studio._offer.show()
        assert len(left_behind(autosaves)) == 1
        studio.message.buttons[0].click()
    finally:
        ended.set()
    until(lambda: studio._controller.phase is Phase.IDLE)
    until(lambda: len(left_behind(autosaves)) == 1)
    assert KeptWork.claimed(studio.autosave.path) is None  # locked, and not by mistake given up
    studio.discard_on_close()
    studio.opening.open("/nowhere.png")
    until(lambda: "nowhere" in studio.message.text.text())
    studio.opening.open("sample:coffee")
    until(lambda: studio._controller.name == "coffee")
    assert "nowhere" not in studio.message.text.text()


def test_the_offer_follows_the_language(new_studio: Callable[[], StudioWindow], until: Until, autosaves: Path) -> None:
    (autosaves / "a").mkdir(parents=True)
    Journal(autosaves / "a" / "strokes.journal").add(Work(document=ONE_STROKE))
    studio = new_studio()
    studio.begin(None)

    studio.choices.choose_language("zh_CN")

    until(lambda: "Strokewise 上次未正常退出" in studio.message.text.text())
    assert [button.text() for button in studio.message.buttons] == ["打开", "丢弃"]
    assert studio.message.text.accessibleName() == studio.message.text.text()


def test_what_was_left_behind_can_be_discarded(
    new_studio: Callable[[], StudioWindow], autosaves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (autosaves / name).mkdir(parents=True)
        Journal(autosaves / name / "strokes.journal").add(Work(document=ONE_STROKE))
    studio = new_studio()
    studio.begin(None)
    assert "2 paintings were kept" in studio.message.text.text()
    answers = iter([QMessageBox.StandardButton.No, *[QMessageBox.StandardButton.Yes] * 2])
    monkeypatch.setattr(QMessageBox, "question", lambda *_: next(answers))
    studio.message.buttons[1].click()
    assert "2 paintings were kept" in studio.message.text.text()
    studio.message.buttons[1].click()
    assert studio.message.isVisible()
    studio.message.buttons[1].click()
    assert not studio.message.isVisible()
    assert list(autosaves.iterdir()) == []


def test_a_disk_that_refuses_is_told_and_tried_again(
    new_studio: Callable[[], StudioWindow], paint_all: Open, until: Until, autosaves: Path
) -> None:
    autosaves.write_text("in the way")
    studio = new_studio()
    paint_all(controller_of(studio))
    until(studio.message.isVisible)
    assert "not kept" in studio.message.text.text()
    assert len(controller_of(studio).document.strokes) == 40  # painted on, in memory
    autosaves.unlink()
    until(lambda: not studio.message.isVisible())
    assert "kept again" in studio.status.currentMessage()
    until(lambda: not studio.autosave.busy)
    assert read_journal(studio.autosave.path / "strokes.journal").document == controller_of(studio).document


def test_two_studios_at_once_do_not_take_each_others_work(
    new_studio: Callable[[], StudioWindow], paint_all: Open, until: Until
) -> None:
    first = new_studio()
    paint_all(controller_of(first))
    until(lambda: not first.autosave.busy)
    first.autosave.keep()
    until(lambda: not first.autosave.busy)
    assert first.autosave.path.exists()
    second = new_studio()
    second.begin(None)
    assert not second.message.isVisible()
