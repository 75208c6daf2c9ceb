"""The queue as an artist uses it, without a screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.mask import Mask
from core.workshop import Workshop
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.paint_queue import PaintQueue, QueuePhase
from painter_gui.paint_settings import PaintSettings
from painter_gui.preferences import Preferences
from painter_gui.queue_options import paint_options
from painter_gui.views.queue_window import QueueWindow
from painter_gui.views.settings_words import settings_words
from painter_gui.views.window import StudioWindow

Until = Callable[[Callable[[], bool]], None]
NewStudio = Callable[[], StudioWindow]

pytestmark = pytest.mark.gui

TIMEOUT = 120_000
"""Milliseconds; the process that paints lets everything else that a machine does come first."""


@pytest.fixture
def until(qtbot: QtBot) -> Until:
    return lambda condition: qtbot.waitUntil(condition, timeout=TIMEOUT)


@pytest.fixture
def photos(photo: NDArray[np.uint8], tmp_path: Path) -> Path:
    """A picture that is fine and one that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(photo).save(folder / "fine.png")
    (folder / "worse.png").write_text("Dear diary")
    return folder


def queue_of(studio: StudioWindow) -> PaintQueue:
    return studio.queue_desk.queue


def window_of(studio: StudioWindow) -> QueueWindow:
    return studio.queue_desk.window


@pytest.fixture
def window(studio: StudioWindow, photos: Path, tmp_path: Path, until: Until) -> QueueWindow:
    """The queue's window with the photos in it."""
    studio.queue_action.trigger()
    queue = queue_of(studio)
    queue.set_out(tmp_path / "out")
    queue.set_choices(svg=False)
    queue.add([photos])
    until(lambda: len(queue.entries) == 2)
    return window_of(studio)


def shown(window: QueueWindow) -> list[tuple[str, str]]:
    """What the list says."""
    items = [window.list.topLevelItem(row) for row in range(window.list.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items]


def choose(window: QueueWindow, *rows: int) -> None:
    window.list.clearSelection()
    for row in rows:
        window.list.topLevelItem(row).setSelected(True)


def dropped(window: QueueWindow, data: QMimeData) -> bool:
    """Drag something over the list and drop it; whether it was taken."""
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    viewport = window.list.viewport()
    enter = QDragEnterEvent(QPoint(30, 30), actions, data, buttons, keys)
    QApplication.sendEvent(viewport, enter)
    if enter.isAccepted():
        QApplication.sendEvent(viewport, QDragMoveEvent(QPoint(30, 30), actions, data, buttons, keys))
        QApplication.sendEvent(viewport, QDropEvent(QPointF(30, 30), actions, data, buttons, keys))
    return enter.isAccepted()


def files_data(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def finish(window: QueueWindow, studio: StudioWindow, until: Until) -> None:
    window.start_button.click()
    until(lambda: queue_of(studio).phase is QueuePhase.IDLE)


def test_it_opens_beside_the_studio_and_asks_for_something_to_paint(studio: StudioWindow) -> None:
    studio.queue_action.trigger()
    window = window_of(studio)

    assert window.isVisible()
    assert not window.isModal()
    assert not window.start_button.isEnabled()
    assert window.form.out.text().endswith("Strokewise")
    window.close_button.click()
    assert not window.isVisible()


def test_files_and_folders_are_dropped(studio: StudioWindow, photos: Path, photo_file: Path, until: Until) -> None:
    studio.queue_action.trigger()
    text = QMimeData()
    text.setText("hello")
    assert not dropped(window_of(studio), text)

    assert dropped(window_of(studio), files_data(photo_file, photos))

    until(lambda: len(shown(window_of(studio))) == 3)
    assert [name for name, _ in shown(window_of(studio))] == ["sunset.png", "fine.png", "worse.png"]


def test_files_and_folders_are_added_by_dialog(
    studio: StudioWindow, photos: Path, photo_file: Path, preferences: Preferences, until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photo_file)], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(photos))
    studio.queue_action.trigger()
    window = window_of(studio)
    window.add_button.click()
    assert preferences.folder("queue") == str(photo_file.parent)
    window.folder_button.click()
    window.form.browse_button.click()

    until(lambda: len(shown(window)) == 3)
    assert queue_of(studio).out == photos
    assert window.form.out.text() == str(photos)


def test_dialogs_that_are_cancelled_change_nothing(window: QueueWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown(window), window.form.out.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    for button in (window.add_button, window.folder_button, window.form.browse_button):
        button.click()

    assert (shown(window), window.form.out.text()) == before


def test_pictures_are_shown_where_there_are_any(window: QueueWindow, until: Until) -> None:
    fine = window.list.topLevelItem(0)

    until(lambda: fine.icon(0).pixmap(60, 44).toImage().pixelColor(30, 22).alpha() == 255)
    worse = window.list.topLevelItem(1).icon(0).pixmap(60, 44).toImage()
    assert worse.pixelColor(30, 22).alpha() == 0


def test_it_paints_with_the_panels_settings_and_tells_how_it_went(
    studio: StudioWindow, window: QueueWindow, settings: PaintSettings, tmp_path: Path, until: Until
) -> None:
    assert "Brush stroke · 40 strokes · divide 2" in window.form.settings_label.text()
    assert shown(window) == [("fine.png", "Waiting"), ("worse.png", "Waiting")]
    window.start_button.click()
    studio._controller.set_settings(strokes=7)  # for whatever is painted next
    assert "40 strokes" in window.form.settings_label.text()
    assert not window.form.out.isEnabled()
    until(lambda: queue_of(studio).phase is QueuePhase.IDLE)

    assert shown(window)[0][1].startswith("Done, ")
    assert shown(window)[1][1].startswith("Failed: it is damaged, or not a picture")
    assert window.state_label.text() == "1 finished, 0 to go, 1 failed"
    assert "7 strokes" in window.form.settings_label.text()
    report = json.loads((tmp_path / "out" / "fine" / "report.json").read_bytes())
    assert report["strokes"] == 40
    assert report["options_digest"] == Workshop(paint_options(settings, queue_of(studio).choices)).digest
    assert studio.message.isVisible()
    text = studio.message.text.text()
    assert text.startswith("The queue is finished: 1 painted. Failed: 1.\nCannot open picture")
    assert [button.text() for button in studio.message.buttons] == ["Show the queue"]


def test_without_failures_it_says_so_in_passing(studio: StudioWindow, window: QueueWindow, until: Until) -> None:
    choose(window, 1)
    window.remove_button.click()
    finish(window, studio, until)

    assert not studio.message.isVisible()
    assert studio.status.currentMessage() == "The queue is finished: 1 painted."


def test_it_is_paused_goes_on_and_is_stopped_by_buttons(
    studio: StudioWindow, window: QueueWindow, until: Until
) -> None:
    queue = queue_of(studio)
    studio._controller.set_settings(strokes=5000)
    window.start_button.click()
    assert window.start_button.text() == "&Pause"
    until(lambda: "Painting, " in shown(window)[0][1])
    window.start_button.click()
    assert (queue.phase, window.start_button.text()) == (QueuePhase.PAUSED, "&Go on")
    assert window.state_label.text().endswith("Paused")
    window.start_button.click()
    assert "Time left: " in window.state_label.text()
    window.stop_button.click()
    assert not window.start_button.isEnabled()
    until(lambda: queue.phase is QueuePhase.IDLE)

    assert [state for _, state in shown(window)] == ["Waiting", "Waiting"]
    assert window.start_button.text() == "&Start"
    assert window.start_button.isEnabled()


def test_the_artists_own_picture_comes_first(
    studio: StudioWindow, window: QueueWindow, open_photo: Callable[[Controller], None], until: Until
) -> None:
    controller, queue = studio._controller, queue_of(studio)
    open_photo(controller)
    controller.set_settings(strokes=100_000)
    controller.paint()
    window.start_button.click()
    until(lambda: queue.stage is not None)

    assert queue.is_held
    assert window.state_label.text().endswith("Rests while your own picture is painted")
    controller.pause()
    assert not queue.is_held
    until(lambda: queue.stage is not None and queue.stage.what == "painting")


def test_entries_are_chosen_moved_taken_out_and_painted_again(
    studio: StudioWindow, window: QueueWindow, until: Until
) -> None:
    choose(window, 1)
    window.up_button.click()
    assert [name for name, _ in shown(window)] == ["worse.png", "fine.png"]
    assert window.list.chosen == [2]
    window.down_button.click()
    assert [name for name, _ in shown(window)] == ["fine.png", "worse.png"]
    assert not window.again_button.isEnabled()
    assert not window.retry_button.isEnabled()
    finish(window, studio, until)

    assert window.again_button.isEnabled()  # the failed one is still chosen
    window.retry_button.click()
    assert shown(window)[1] == ("worse.png", "Waiting")
    choose(window, 0)
    window.again_button.click()
    finish(window, studio, until)
    assert shown(window)[0] == ("fine.png", "Skipped: it is there already")
    choose(window, 0, 1)
    window.remove_button.click()
    assert shown(window) == []
    assert window.state_label.text() == ""


def test_a_finished_painting_is_opened_with_its_strokes(
    studio: StudioWindow, window: QueueWindow, until: Until, tmp_path: Path
) -> None:
    studio._controller.set_settings(palette="#204060 Night,#f0e0c0", width=(0.5, 20.0))
    finish(window, studio, until)
    choose(window, 1)
    assert not window.open_button.isEnabled()
    studio._controller.set_settings(strokes=7, seed=3, palette=None, width=(0.0, 2.0))
    window.list.itemActivated.emit(window.list.topLevelItem(0), 0)
    until(lambda: studio._controller.name == "fine")

    controller = studio._controller
    assert len(controller.document.strokes) == 40
    assert controller.phase is Phase.IDLE
    assert not controller.modified
    assert (controller.settings.strokes, controller.settings.seed, controller.settings.divide) == (40, 0, 2)
    assert controller.settings.actor is not None
    assert controller.settings.style is None
    assert (controller.settings.palette, controller.settings.width) == ("#204060 Night,#f0e0c0", (0.5, 20.0))


def test_a_photo_that_has_changed_its_size_is_not_opened_with_strokes_of_another(
    studio: StudioWindow, window: QueueWindow, photos: Path, until: Until
) -> None:
    finish(window, studio, until)
    Image.new("RGB", (30, 20)).save(photos / "fine.png")
    choose(window, 0)
    window.open_button.click()

    until(lambda: "was painted at 64 x 48" in studio.message.text.text())
    assert studio._controller.phase is Phase.EMPTY


def test_what_is_not_saved_is_asked_about_before_another_painting_is_opened(
    studio: StudioWindow, window: QueueWindow, paint_all: Callable[[Controller], None], until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    finish(window, studio, until)
    paint_all(studio._controller)
    monkeypatch.setattr(studio.saving, "ask_to_save", lambda: QMessageBox.StandardButton.Cancel)

    choose(window, 0)
    window.open_button.click()

    assert studio._controller.name == "sunset"
    assert not studio._controller.reading


# imageio-ffmpeg leaves its pipes for the collector to close.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_film_has_its_picture_and_is_opened_by_whatever_plays_films(
    studio: StudioWindow, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "film.mp4"
    frames = imageio_ffmpeg.write_frames(str(path), (64, 48), fps=5, macro_block_size=1)
    frames.send(None)
    for index in range(3):
        frames.send(np.full((48, 64, 3), 80 * index, np.uint8))
    frames.close()
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    studio.queue_action.trigger()
    window = window_of(studio)
    queue_of(studio).set_out(tmp_path / "out")
    queue_of(studio).add([path])
    until(lambda: len(shown(window)) == 1)
    item = window.list.topLevelItem(0)
    until(lambda: item.icon(0).pixmap(60, 44).toImage().pixelColor(30, 22).alpha() == 255)
    finish(window, studio, until)

    choose(window, 0)
    window.open_button.click()
    window.form.show_button.click()

    assert item.text(1).startswith("Done, ")
    assert opened == [str(tmp_path / "out" / "film" / "painting.mp4"), str(tmp_path / "out" / "film")]


def test_the_choices_are_the_queues(studio: StudioWindow, window: QueueWindow, tmp_path: Path) -> None:
    window.form.film.click()
    window.form.frames.click()
    window.form.refine.setValue(150)
    window.form.out.setText(str(tmp_path / "elsewhere"))
    window.form.out.editingFinished.emit()

    choices = queue_of(studio).choices
    assert (choices.svg, choices.film, choices.frames, choices.refine) == (False, True, True, 150)
    assert queue_of(studio).out == tmp_path / "elsewhere"
    for none in (" ", "~nobody-of-that-name/paintings"):
        window.form.out.setText(none)
        window.form.out.editingFinished.emit()
        assert window.form.out.text() == str(tmp_path / "elsewhere")


def test_the_studio_is_closed_while_it_paints_and_tells_of_it_when_it_starts_again(
    studio: StudioWindow, window: QueueWindow, new_studio: NewStudio, until: Until
) -> None:
    studio._controller.set_settings(strokes=5000)
    window.start_button.click()
    until(lambda: "Painting, " in shown(window)[0][1])
    process = queue_of(studio)._process
    assert process is not None
    child = psutil.Process(process.pid)
    studio.close()
    assert not window.isVisible()
    assert not child.is_running()

    again = new_studio()
    again.begin(None)
    assert again.message.text.text() == "The queue was left with 2 to be painted."
    again.message.buttons[0].click()
    window = window_of(again)
    assert window.isVisible()
    assert shown(window) == [("fine.png", "Waiting"), ("worse.png", "Waiting")]
    finish(window, again, until)
    assert shown(window)[0][1].startswith("Done, ")


def test_its_words_follow_the_language(studio: StudioWindow, window: QueueWindow, until: Until) -> None:
    assert {state for _, state in shown(window)} == {"Waiting"}
    studio.choices.choose_language("zh_CN")
    until(lambda: window.windowTitle() == "队列")
    assert {state for _, state in shown(window)} == {"等待中"}


def test_everything_can_be_reached_by_name_and_key(window: QueueWindow) -> None:
    buttons = window.findChildren(QPushButton)
    keys = [button.text().partition("&")[2][:1].lower() for button in buttons]

    assert all(button.text() and button.toolTip() for button in buttons)
    assert not any(button.autoDefault() for button in buttons)
    assert "" not in keys
    assert len(set(keys)) == len(keys)
    for editor in (window.form.out, window.form.refine, window.list, window.bar):
        assert editor.accessibleName()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Brush stroke · 4,250 strokes · divide 4 · sheet #000000 · seed 0"),
        (
            {"stroke_type": "circle,triangle", "preset": "paper", "device": "cuda", "actor": Path("a.safetensors")},
            "Circle, Triangle · 4,250 strokes · divide 4 · as published · sheet #000000 · seed 0 · NVIDIA GPU · "
            "weights a.safetensors",
        ),
        (
            {"palette": "6", "width": (0.5, 2.0), "opacity": (0.25, 1.0), "focus": Mask(np.ones((4, 4), np.uint8))},
            "Brush stroke · 4,250 strokes · divide 4 · Brush 0.5–2 · Opacity 0.25–1 · 6 colours of each photo · "
            "no masks, which are of one photo · sheet #000000 · seed 0",
        ),
    ],
)
def test_settings_are_told_in_a_line(changes: dict[str, Any], words: str, studio: StudioWindow) -> None:
    assert settings_words(PaintSettings(**changes)) == words
