"""The studio as an artist uses it, without a screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QFileDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.session_file import load_session
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.preferences import Preferences
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.stroke_types import PREVIEW
from painter_gui.views.window import StudioWindow
from painter_gui.wording import LANGUAGES

Until = Callable[[Callable[[], bool]], None]
Open = Callable[[Controller], None]

pytestmark = pytest.mark.gui


def controller_of(studio: StudioWindow) -> Controller:
    return studio._controller


@pytest.fixture
def painted(studio: StudioWindow, paint_all: Open) -> StudioWindow:
    """A studio with a finished painting."""
    paint_all(controller_of(studio))
    return studio


def answering(monkeypatch: pytest.MonkeyPatch, kind: type, name: str, answer: Any) -> list[tuple[Any, ...]]:
    """Answer a modal dialog, which nobody could click; what it was asked comes back."""
    asked: list[tuple[Any, ...]] = []

    def answered(*arguments: Any, **_: Any) -> Any:
        asked.append(arguments)
        return answer

    monkeypatch.setattr(kind, name, answered)
    return asked


def dropped(studio: StudioWindow, data: QMimeData) -> bool:
    """Drag something over the window and drop it; whether it was taken."""
    actions, buttons, modifiers = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), actions, data, buttons, modifiers)
    QApplication.sendEvent(studio, enter)
    if enter.isAccepted():
        QApplication.sendEvent(studio, QDropEvent(QPointF(300, 300), actions, data, buttons, modifiers))
    return enter.isAccepted()


def files_data(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


# Opening


def test_it_starts_on_the_start_page_with_samples_and_their_pictures(studio: StudioWindow, until: Until) -> None:
    assert studio.pages.currentWidget() is studio.start_page
    assert not studio.panel_dock.isVisible()
    assert not studio.save_action.isEnabled()
    studio.begin(None)

    until(lambda: studio.start_page.samples.count() > 10)
    item = studio.start_page.samples.item(0)
    assert item.text() == "Astronaut"
    until(lambda: item.icon().pixmap(64, 64).toImage().pixelColor(32, 32).alpha() == 255)


def test_a_photo_is_opened_by_the_dialog(
    studio: StudioWindow, until: Until, photo_file: Path, monkeypatch: pytest.MonkeyPatch, preferences: Preferences
) -> None:
    answering(monkeypatch, QFileDialog, "getOpenFileName", (str(photo_file), ""))
    studio.open_action.trigger()
    until(lambda: studio.windowTitle() == "sunset[*] – Strokewise")
    assert studio.pages.currentWidget() is not studio.start_page
    assert studio.panel_dock.isVisible()
    assert preferences.recent == [str(photo_file)]
    assert preferences.folder("open") == str(photo_file.parent)


def test_a_dialog_that_is_cancelled_opens_nothing(studio: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, QFileDialog, "getOpenFileName", ("", ""))
    studio.open_action.trigger()
    assert not controller_of(studio).reading


def test_a_photo_is_opened_by_argument(studio: StudioWindow, until: Until, photo_file: Path) -> None:
    studio.begin(str(photo_file))
    until(lambda: controller_of(studio).name == "sunset")


def test_a_photo_is_dropped(studio: StudioWindow, until: Until, photo_file: Path) -> None:
    assert dropped(studio, files_data(photo_file))
    until(lambda: controller_of(studio).name == "sunset")


def test_text_is_not_taken_when_dropped(studio: StudioWindow) -> None:
    data = QMimeData()
    data.setText("hello")
    assert not dropped(studio, data)


def test_a_picture_is_pasted(studio: StudioWindow, until: Until) -> None:
    image = QImage(30, 20, QImage.Format.Format_ARGB32)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(0, 0, QColor(0, 0, 0, 0))
    QGuiApplication.clipboard().setImage(image)

    studio.paste_action.trigger()
    until(lambda: controller_of(studio).photo is not None)

    photo = controller_of(studio).photo
    assert photo is not None
    assert photo.pixels.shape == (20, 30, 3)
    assert photo.pixels[5, 5].tolist() == [10, 20, 30]
    assert photo.pixels[0, 0].tolist() == [255, 255, 255]  # on white, as files are read
    assert controller_of(studio).name == "Pasted picture"


def test_a_file_is_pasted_as_the_file_it_is(studio: StudioWindow, until: Until, photo_file: Path) -> None:
    QGuiApplication.clipboard().setMimeData(files_data(photo_file))
    studio.paste_action.trigger()
    until(lambda: controller_of(studio).name == "sunset")


def test_an_empty_clipboard_is_told_in_the_window(studio: StudioWindow) -> None:
    QGuiApplication.clipboard().setText("no picture")
    studio.paste_action.trigger()
    assert studio.message.isVisible()
    assert studio.message.text.text() == "The clipboard holds no picture."


def test_a_damaged_file_is_told_in_the_window_with_the_remedy(
    studio: StudioWindow, until: Until, tmp_path: Path, preferences: Preferences
) -> None:
    path = tmp_path / "bad.png"
    path.write_text("Dear diary")
    studio.opening.open(str(path))
    until(studio.message.isVisible)
    assert studio.message.text.text() == (
        f"Cannot open picture {path}: it is damaged, or not a picture of a kind that is read here; "
        "save it as PNG or JPEG."
    )
    assert preferences.recent == []


def test_a_sample_and_a_recent_file_open_by_a_click(
    studio: StudioWindow, until: Until, photo_file: Path, qtbot: QtBot, preferences: Preferences
) -> None:
    preferences.add_recent(photo_file)
    preferences.add_recent(photo_file.with_name("gone.png"))
    studio.begin(None)
    until(lambda: studio.start_page.samples.count() > 0)
    assert studio.start_page.recent.count() == 1  # what is no more is left out
    gallery = studio.start_page.recent
    place = gallery.visualItemRect(gallery.item(0)).center()
    qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    until(lambda: controller_of(studio).name == "sunset")

    studio.start_action.trigger()
    assert studio.pages.currentWidget() is studio.start_page
    until(lambda: studio.start_page.samples.count() > 0)
    studio.start_page.samples.itemActivated.emit(studio.start_page.samples.item(0))
    until(lambda: controller_of(studio).name == "astronaut")
    assert preferences.recent[0] == str(photo_file)  # samples are found on the start page anyway


def test_recent_files_are_in_the_menu(
    studio: StudioWindow, until: Until, photo_file: Path, preferences: Preferences
) -> None:
    preferences.add_recent(photo_file)
    studio.recent_menu.aboutToShow.emit()
    (action,) = studio.recent_menu.actions()
    assert action.text() == "sunset.png"
    action.trigger()
    until(lambda: controller_of(studio).name == "sunset")


def test_of_several_files_one_is_opened_and_the_artist_told(
    studio: StudioWindow, until: Until, photo_file: Path, tmp_path: Path
) -> None:
    assert dropped(studio, files_data(photo_file, tmp_path / "other.png"))
    until(lambda: controller_of(studio).name == "sunset")
    assert studio.status.currentMessage() == "One at a time: only sunset.png was opened."


def test_what_has_no_file_here_is_not_taken(studio: StudioWindow) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.png")])
    assert not dropped(studio, data)


# Painting


def test_paint_pause_step_and_stop_by_the_buttons(
    studio: StudioWindow, open_photo: Open, until: Until, qtbot: QtBot
) -> None:
    controller, panel = controller_of(studio), studio.panel
    controller.set_settings(strokes=3000, divide=8)
    open_photo(controller)

    def click(button: QWidget) -> None:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert (panel.buttons.paint.text(), panel.buttons.stop.isEnabled()) == ("Paint", False)
    click(panel.buttons.paint)
    assert panel.buttons.paint.text() == "Pause"
    assert not panel.buttons.step.isEnabled()
    until(lambda: len(controller.document.strokes) > 10)
    click(panel.buttons.paint)
    assert (controller.phase, panel.buttons.paint.text()) == (Phase.PAUSED, "Go on")
    count = len(controller.document.strokes)
    click(panel.buttons.step)
    until(lambda: controller.phase is Phase.PAUSED)
    assert len(controller.document.strokes) > count
    click(panel.buttons.paint)
    until(lambda: len(controller.document.strokes) > count + 20)
    click(panel.buttons.stop)
    assert (controller.phase, panel.buttons.paint.text()) == (Phase.IDLE, "Paint")
    click(panel.buttons.restart)
    assert len(controller.document.strokes) == 0


def test_keys_paint_and_step(studio: StudioWindow, open_photo: Open, until: Until, qtbot: QtBot) -> None:
    controller = controller_of(studio)
    controller.set_settings(strokes=3000, divide=8)
    open_photo(controller)
    studio.canvas.setFocus()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Space)
    assert controller.phase is Phase.PAINTING
    qtbot.keyClick(studio.canvas, Qt.Key.Key_P)
    assert controller.phase is Phase.PAUSED
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Escape)
    assert controller.phase is Phase.IDLE


def test_figures_are_in_the_status_bar(painted: StudioWindow, until: Until) -> None:
    status = painted.status
    painted.begin(None)
    until(lambda: controller_of(painted).device_name != "")
    assert status.strokes.text() == "40 of 40 strokes"
    assert status.psnr.text().endswith(" dB")
    assert "GiB" in status.machine.text()
    assert painted.isWindowModified()


def test_the_panel_sets_what_is_painted(studio: StudioWindow, open_photo: Open) -> None:
    controller, panel = controller_of(studio), studio.panel
    open_photo(controller)
    panel.amount.exact.setChecked(False)
    panel.amount.divide.setValue(5)
    panel.amount.steps.setValue(80)
    assert (controller.settings.divide, controller.settings.max_step, controller.settings.strokes) == (5, 80, None)
    assert panel.amount.total.text() == "5,200 strokes in all"  # 5 x 40 x (1 + 25)
    assert panel.amount.divide_value.value() == 5
    panel.amount.exact.setChecked(True)
    panel.amount.strokes.setValue(123)
    assert controller.settings.strokes == 123
    assert not panel.amount.steps.isEnabled()
    panel.sheet.seed.setValue(7)
    panel.sheet.white.click()
    panel.sheet.preset.setCurrentIndex(1)
    panel.sheet.preset.activated.emit(1)
    assert (controller.settings.seed, controller.settings.preset) == (7, "paper")
    assert controller.document.background == (255, 255, 255)


def test_a_number_is_taken_when_it_is_whole(studio: StudioWindow, open_photo: Open, qtbot: QtBot) -> None:
    controller, number = controller_of(studio), studio.panel.amount.steps_value
    open_photo(controller)
    studio.panel.amount.exact.setChecked(False)
    seen: list[int] = []
    controller.settings_changed.connect(lambda: seen.append(controller.settings.max_step))
    number.selectAll()
    qtbot.keyClicks(number, "200")
    assert seen == []
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert set(seen) == {200}


def test_weights_come_by_a_dialog_and_go_again(
    studio: StudioWindow, open_photo: Open, actor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller, panel = controller_of(studio), studio.panel
    open_photo(controller)
    panel.machine.weights.activated.emit(0)
    assert controller.settings.actor is None
    answering(monkeypatch, QFileDialog, "getOpenFileName", (str(actor), ""))
    panel.machine.weights.activated.emit(1)
    assert controller.settings.actor == actor
    assert panel.machine.weights.currentText() == "actor.safetensors…"


def test_settings_while_painting_say_from_where_they_apply(
    studio: StudioWindow, open_photo: Open, until: Until
) -> None:
    controller = controller_of(studio)
    controller.set_settings(strokes=3000, divide=8)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 10)
    studio.panel.sheet.seed.setValue(5)
    until(lambda: studio.status.currentMessage().startswith("Applies from stroke"))
    controller.stop()
    controller.set_settings(seed=6)
    until(lambda: studio.status.currentMessage().startswith("Applies from stroke"))
    controller.seek(3)
    assert not studio.status.currentMessage()  # it holds from here on now


def test_the_photo_shines_through_until_something_is_painted(
    studio: StudioWindow, open_photo: Open, until: Until
) -> None:
    controller = controller_of(studio)
    open_photo(controller)
    middle = studio.canvas.rect().center()

    def shown() -> QColor:
        return studio.canvas.grab().toImage().pixelColor(middle)

    until(lambda: shown().lightness() > 20)
    controller.paint()
    until(lambda: len(controller.document.strokes) == 40 and controller.phase is Phase.IDLE)
    controller.seek(0)
    until(lambda: shown().lightness() == 0)  # the sheet as it is


def test_what_begins_and_ends_painting_stays_in_sight(painted: StudioWindow) -> None:
    panel = painted.panel
    painted.resize(900, 400)
    before = panel.buttons.paint.mapTo(panel, QPoint())
    panel.scrolled.verticalScrollBar().setValue(panel.scrolled.verticalScrollBar().maximum())
    assert panel.buttons.paint.mapTo(panel, QPoint()) == before
    assert panel.buttons.visibleRegion().boundingRect() == panel.buttons.rect()
    edge = panel.machine.mapTo(panel, panel.machine.rect().topRight()).x()
    assert panel.buttons.geometry().right() == edge


def test_previews_of_stroke_types_are_drawn(studio: StudioWindow, until: Until) -> None:
    studio.begin(None)
    item = studio.panel.stroke_types.list.item(0)
    room = studio.panel.stroke_types.list.visualItemRect(item)
    assert room.height() > PREVIEW.height()  # before they are there, too
    until(lambda: not item.icon().isNull())
    image = item.icon().pixmap(88, 56).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, 88, 4) for y in range(0, 56, 4)}
    assert len(colours) > 5


def test_every_stroke_type_has_a_picture_of_its_own_and_its_whole_name(studio: StudioWindow, until: Until) -> None:
    studio.begin(None)
    types = studio.panel.stroke_types.list
    items = [types.item(row) for row in range(types.count())]
    until(lambda: all(not item.icon().isNull() for item in items))

    pictures = [item.icon().pixmap(PREVIEW).toImage() for item in items]
    assert all(one != other for index, one in enumerate(pictures) for other in pictures[:index])
    for item in items:
        room = types.visualItemRect(item)
        assert types.fontMetrics().horizontalAdvance(item.text()) < room.width()
        assert types.viewport().rect().contains(room)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_panel_is_never_cut_off_at_the_side(painted: StudioWindow, until: Until, language: str) -> None:
    studio = painted
    studio.choices.languages.choose(language)
    studio.resize(900, 400)  # so low that it scrolls

    until(lambda: studio.panel.scrolled.verticalScrollBar().isVisible())
    until(lambda: studio.panel.scrolled.viewport().width() >= studio.panel.scrolled.widget().minimumSizeHint().width())


def test_the_panel_takes_the_room_that_another_language_needs(painted: StudioWindow, until: Until) -> None:
    for language in ("zh_CN", "en"):
        painted.choices.languages.choose(language)
        until(
            lambda: (
                painted.panel.scrolled.viewport().width() >= painted.panel.scrolled.widget().minimumSizeHint().width()
            )
        )


def test_the_wheel_turns_only_what_has_the_focus(painted: StudioWindow) -> None:
    panel, asked = painted.panel, []
    panel.setting_requested.connect(lambda name, value: asked.append(name))
    types = panel.stroke_types

    def wheel(widget: QWidget, turn: int = -120) -> None:
        middle = QPointF(widget.rect().center())
        event = QWheelEvent(
            middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    painted.canvas.setFocus()
    amount, sheet = panel.amount, panel.sheet
    for widget in (
        types.base, types.levels, amount.divide, amount.steps_value, sheet.seed, sheet.preset, panel.machine.device,
    ):  # fmt: skip
        wheel(widget)
    assert asked == []

    sheet.seed.setFocus()
    wheel(sheet.seed, 120)
    assert asked == ["seed"]


def test_weights_of_another_type_are_left_out_and_the_artist_is_told(
    studio: StudioWindow, until: Until, open_photo: Open, actor: Path
) -> None:
    controller = controller_of(studio)
    controller.set_settings(actor=actor, strokes=30, stroke_type="circle")
    open_photo(controller)
    controller.paint()

    until(lambda: "paints other strokes (bezier)" in studio.status.currentMessage())
    until(lambda: controller.phase is Phase.IDLE and len(controller.document.strokes) == 30)
    assert controller.document.job["weights"].startswith("circle-actor.safetensors@")


def test_a_chosen_mix_is_painted_and_comes_back_with_its_session(
    studio: StudioWindow, until: Until, open_photo: Open, tmp_path: Path
) -> None:
    controller = controller_of(studio)
    controller.set_settings(actor=None, strokes=300)
    types = studio.panel.stroke_types
    types.list.item(2).setSelected(True)
    types.base.setCurrentIndex(2)
    types.base.activated.emit(2)
    assert controller.settings.stroke_type == "bezier-opaque@1-2,bezier,triangle"
    open_photo(controller)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE and len(controller.document.strokes) == 300)
    assert len(np.unique(controller.document.strokes.types)) == 3

    controller.save(tmp_path / "mixed.strokewise")
    until(lambda: controller.path is not None)
    controller.set_settings(stroke_type="circle")
    controller.open_file(tmp_path / "mixed.strokewise")

    until(lambda: controller.settings.stroke_type == "bezier-opaque@1-2,bezier,triangle")
    assert [types.list.item(row).isSelected() for row in range(5)] == [True, False, True, False, False]
    assert (types.base.currentIndex(), types.levels.value()) == (2, 2)


# Looking


def test_each_view_shows_what_it_says(painted: StudioWindow, until: Until, photo: NDArray[np.uint8]) -> None:
    canvas = painted.canvas
    pictures = {}
    for mode, action in painted.mode_actions.items():
        action.trigger()
        assert canvas.mode is mode
        pictures[mode] = canvas.grab().toImage()
    frame = canvas.place.frame

    def at(mode: CanvasMode, x: float, y: float) -> NDArray[np.int64]:
        colour = pictures[mode].pixelColor(
            round(frame.left() + x * frame.width()), round(frame.top() + y * frame.height())
        )
        return np.array([colour.red(), colour.green(), colour.blue()])

    target = photo[24, 16].astype(int)
    assert np.abs(at(CanvasMode.TARGET, 0.26, 0.51) - target).max() < 12
    np.testing.assert_array_equal(at(CanvasMode.SPLIT, 0.26, 0.51), at(CanvasMode.TARGET, 0.26, 0.51))
    np.testing.assert_array_equal(at(CanvasMode.SPLIT, 0.8, 0.51), at(CanvasMode.CANVAS, 0.8, 0.51))
    between = (at(CanvasMode.CANVAS, 0.8, 0.3) + at(CanvasMode.TARGET, 0.8, 0.3)) / 2
    assert np.abs(at(CanvasMode.OVERLAY, 0.8, 0.3) - between).max() <= 1
    difference = np.abs(at(CanvasMode.CANVAS, 0.8, 0.3) - at(CanvasMode.TARGET, 0.8, 0.3))
    assert np.abs(at(CanvasMode.DIFFERENCE, 0.8, 0.3) - np.minimum(4 * difference, 255)).max() <= 4


def test_the_overlays_slider_is_there_with_the_overlay(painted: StudioWindow, until: Until) -> None:
    assert not painted.opacity.isVisible()
    painted.mode_actions[CanvasMode.OVERLAY].trigger()
    until(painted.opacity.isVisible)
    painted.opacity.setValue(100)
    overlay = painted.canvas.grab().toImage()
    painted.mode_actions[CanvasMode.TARGET].trigger()
    assert painted.canvas.grab().toImage() == overlay


def test_scrubbing_playing_and_stepping(painted: StudioWindow, until: Until, qtbot: QtBot) -> None:
    controller, timeline = controller_of(painted), painted.timeline
    track = timeline.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track._x(10)), 20))
    assert controller.position == 10
    qtbot.mouseMove(track, QPoint(round(track._x(25)), 20))
    assert controller.position == 25
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track._x(25)), 20))
    assert timeline.counter.text() == "25 / 40"
    painted.back_action.trigger()
    assert controller.position == 24
    painted.forward_action.trigger()
    painted.forward_action.trigger()
    assert controller.position == 26
    painted.first_action.trigger()
    assert controller.position == 0
    timeline.speed.setCurrentIndex(4)
    painted.play_action.trigger()
    assert timeline.playing
    until(lambda: controller.position == 40)
    until(lambda: not timeline.playing)
    painted.first_action.trigger()
    painted.last_action.trigger()
    assert controller.position == 40


def test_painting_goes_on_from_where_the_timeline_is_and_undo_brings_the_rest_back(
    painted: StudioWindow, until: Until
) -> None:
    controller = controller_of(painted)
    first = controller.document
    controller.seek(12)
    painted.paint_action.trigger()
    until(lambda: controller.phase is Phase.IDLE)
    assert painted.undo_action.text() == "&Undo painting from an earlier stroke"
    painted.undo_action.trigger()
    assert controller.document is first
    assert painted.redo_action.isEnabled()
    painted.redo_action.trigger()
    assert controller.document is not first


# Keeping


def test_a_session_is_saved_and_opened_again(
    painted: StudioWindow, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preferences: Preferences
) -> None:
    controller = controller_of(painted)
    document = controller.document
    answering(monkeypatch, QFileDialog, "getSaveFileName", (str(tmp_path / "mine"), ""))
    painted.save_action.trigger()
    path = tmp_path / "mine.strokewise"
    until(lambda: controller.path == path)
    assert not painted.isWindowModified()
    assert painted.windowTitle() == "mine.strokewise[*] – Strokewise"
    assert preferences.recent[0] == str(path)

    painted.start_action.trigger()
    assert dropped(painted, files_data(path))
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.document == document


@pytest.mark.parametrize("answer", ["Save", "Discard", "Cancel"])
def test_closing_asks_what_to_do_with_what_is_not_saved(
    painted: StudioWindow, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(painted.saving, "ask_to_save", lambda: QMessageBox.StandardButton[answer])
    answering(monkeypatch, QFileDialog, "getSaveFileName", (str(tmp_path / "kept.strokewise"), ""))
    closed = painted.close()
    if answer == "Save":
        assert not closed  # it is once the file is on the disk
        until(lambda: not painted.isVisible())
        assert (tmp_path / "kept.strokewise").is_file()
    else:
        assert closed == (answer == "Discard")
        assert painted.isVisible() == (answer == "Cancel")


def test_closing_while_painting_leaves_no_window_and_no_thread(
    studio: StudioWindow, open_photo: Open, until: Until, qapp: QApplication
) -> None:
    before = set(threading.enumerate())
    controller = controller_of(studio)
    controller.set_settings(strokes=100_000, divide=16)
    open_photo(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) > 10)
    studio.discard_on_close()

    assert studio.close()

    assert not any(each.isVisible() for each in qapp.topLevelWidgets())
    for thread in (controller.brushwork.runs.qthread, controller.shown.canvas.qthread, controller.files._thread):
        assert not thread.isRunning()
    assert set(threading.enumerate()) <= before


def test_another_photo_asks_about_the_painting_at_hand(
    painted: StudioWindow, photo_file: Path, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    answers = iter([QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard])
    monkeypatch.setattr(painted.saving, "ask_to_save", lambda: next(answers))
    painted.opening.open("sample:coffee")
    assert not controller_of(painted).reading
    painted.opening.open("sample:coffee")
    until(lambda: controller_of(painted).name == "coffee")


def test_geometry_and_settings_are_remembered(new_studio: Callable[[], StudioWindow], preferences: Preferences) -> None:
    first = new_studio()
    first.resize(760, 640)
    controller_of(first).set_settings(divide=9, seed=4)
    first.close()
    assert preferences.paint_settings.divide == 9
    assert preferences.paint_settings.seed == 4
    second = new_studio()
    assert (second.width(), second.height()) == (760, 640)


def test_save_as_asks_before_it_replaces_what_the_dialog_did_not_ask_about(
    painted: StudioWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.strokewise").write_text("other work")
    answering(monkeypatch, QFileDialog, "getSaveFileName", (str(tmp_path / "mine"), ""))
    asked = answering(monkeypatch, QMessageBox, "exec", QMessageBox.StandardButton.No)
    painted.save_as_action.trigger()
    assert len(asked) == 1
    assert not controller_of(painted).files.busy
    assert (tmp_path / "mine.strokewise").read_text() == "other work"


def test_a_name_too_long_for_the_disk_is_told(
    painted: StudioWindow, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, QFileDialog, "getSaveFileName", (str(tmp_path / ("a" * 250)), ""))
    painted.save_as_action.trigger()  # with its suffix it has more letters than a name may have
    until(painted.message.isVisible)
    assert painted.message.text.text().startswith("Cannot write")


def test_a_save_that_failed_can_be_tried_again(
    painted: StudioWindow, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "drive"
    answering(monkeypatch, QFileDialog, "getSaveFileName", (str(folder / "mine.strokewise"), ""))
    painted.save_as_action.trigger()
    until(painted.message.isVisible)
    assert "its folder does not exist" in painted.message.text.text()
    assert controller_of(painted).modified
    folder.mkdir()
    painted.message.buttons[0].click()
    until(lambda: not controller_of(painted).modified)
    assert load_session(folder / "mine.strokewise").document == controller_of(painted).document
    assert not painted.message.isVisible()


# Words, colours and help


def test_the_language_changes_while_it_runs(painted: StudioWindow, preferences: Preferences, until: Until) -> None:
    assert painted.panel.buttons.paint.text() == "Paint"
    painted.language_actions["zh_CN"].trigger()
    until(lambda: painted.panel.buttons.paint.text() == "作画")
    assert painted.menus[0][0].title() == "文件(&F)"
    assert painted.status.strokes.text() == "40 / 40 笔"
    assert painted.undo_action.text() == "撤销作画(&U)"
    assert preferences.language == "zh_CN"
    painted.language_actions["en"].trigger()
    until(lambda: painted.panel.buttons.paint.text() == "Paint")


def test_errors_speak_the_language(studio: StudioWindow, until: Until, tmp_path: Path) -> None:
    studio.choices.choose_language("zh_CN")
    studio.opening.open(str(tmp_path / "none.png"))
    until(studio.message.isVisible)
    assert studio.message.text.text() == f"无法打开图片 {tmp_path / 'none.png'}：文件不存在；请检查文件名和文件夹。"


def test_light_and_dark(studio: StudioWindow, preferences: Preferences, until: Until) -> None:
    for scheme, is_dark in (("dark", True), ("light", False)):
        studio.scheme_actions[scheme].trigger()
        until(lambda is_dark=is_dark: (studio.palette().window().color().lightness() < 128) == is_dark)
        assert preferences.scheme == scheme
    studio.scheme_actions["system"].trigger()


def test_memory_for_scrubbing_is_chosen_and_remembered(
    painted: StudioWindow, new_studio: Callable[[], StudioWindow], preferences: Preferences, until: Until
) -> None:
    assert painted.memory_actions[None].isChecked()
    painted.memory_actions[128].trigger()
    painted._controller.seek(7)
    until(lambda: painted._controller.shown.canvas.worker._timeline.budget_bytes == 128 * 2**20)
    assert preferences.scrub_memory == 128

    again = new_studio()

    assert again.memory_actions[128].isChecked()
    again.memory_actions[None].trigger()
    assert preferences.scrub_memory is None


def test_every_control_has_a_name_and_a_tool_tip(painted: StudioWindow) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox

    unnamed = []
    for view in (painted.panel, painted.timeline, painted.start_page):
        for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox):
            for widget in view.findChildren(kind):
                if widget.objectName().startswith("qt_") or "Scroll" in type(widget).__name__:
                    continue
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                if not (widget.accessibleName() or text) or not widget.toolTip():
                    unnamed.append((type(widget).__name__, widget.objectName(), widget.accessibleName(), text))
    assert unnamed == []
    for action in painted.actions():
        assert action.text()
        assert action.toolTip()


def test_no_two_actions_share_a_key(studio: StudioWindow) -> None:
    keys = [key.toString() for action in studio.actions() for key in action.shortcuts()]
    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_two_things_in_sight_answer_to_the_same_letter(studio: StudioWindow, language: str) -> None:
    studio.choices.languages.choose(language)
    texts = [menu.title() for menu, _ in studio.menus]
    for kind in (QLabel, QAbstractButton):
        texts += [each.text() for each in studio.findChildren(kind) if not each.window().isModal()]
    letters = sorted(match.upper() for text in texts for match in re.findall(r"&([^&\s])", text))

    assert len(letters) > 12
    assert letters == sorted(set(letters))


def test_help_lists_keys_and_versions(studio: StudioWindow) -> None:
    from painter_gui.views.help_dialogs import AboutDialog, ShortcutSheet

    sheet = ShortcutSheet([(menu.title(), actions) for menu, actions in studio.menus], studio)
    rows = {sheet.table.item(row, 0).text(): sheet.table.item(row, 1).text() for row in range(sheet.table.rowCount())}
    assert rows["Open"] == "Ctrl+O"
    assert rows["Paint or pause"] == "Space"
    about = AboutDialog(studio.windowIcon(), studio)
    parts = {
        about.table.item(row, 0).text(): [about.table.item(row, column).text() for column in (1, 2)]
        for row in range(about.table.rowCount())
    }
    assert parts["PySide6"][0].startswith("6.")
    assert all(version and licence for version, licence in parts.values())
    for dialog in (sheet, about):
        dialog.deleteLater()


def test_help_names_every_library_that_the_program_needs(studio: StudioWindow) -> None:
    from painter_gui.views.help_dialogs import AboutDialog

    about = AboutDialog(studio.windowIcon(), studio)
    named = {about.table.item(row, 0).text() for row in range(about.table.rowCount())}
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert {re.split("[<>=]", each)[0] for each in project["dependencies"]} <= named
    about.deleteLater()


def test_the_whole_screen_gives_back_a_window_as_large_as_it_was(studio: StudioWindow, until: Until) -> None:
    studio.showMaximized()
    until(studio.isMaximized)
    studio.full_screen_action.trigger()
    until(studio.isFullScreen)
    studio.full_screen_action.trigger()
    until(lambda: not studio.isFullScreen())
    assert studio.isMaximized()


def test_the_painting_is_copied(painted: StudioWindow, until: Until) -> None:
    painted.copy_action.trigger()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (256, 192)  # as large as it is drawn on the screen


def test_it_runs_from_the_command_line_and_ends_when_closed(photo_file: Path, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication(sys.argv[:1])\n"
        "QTimer.singleShot(1500, lambda: [w.close() for w in application.topLevelWidgets()])\n"
        "import main\n"
        "sys.exit(main.main(sys.argv[1:]))\n"
    )
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program, str(photo_file)], env=environment, capture_output=True, text=True,
        cwd=Path(__file__).parents[2], timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


def test_the_window_shows_without_torch_or_the_compiled_brush() -> None:
    program = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "from painter_gui.app import new_window\n"
        "window = new_window()\n"
        "window.show()\n"
        "application.processEvents()\n"
        "print([name for name in ('torch', 'numba', 'PIL', 'scipy', 'skimage', 'cv2') if name in sys.modules])\n"
        "window.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True,
        text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_in_each_menu_each_letter_is_one_entrys(studio: StudioWindow, language: str) -> None:
    studio.choices.languages.choose(language)
    QApplication.processEvents()  # which tells the windows of it
    menus = [studio.menuBar().actions()]
    seen = 0
    while menus:
        actions = [action for action in menus.pop() if action.text()]
        menus += [action.menu().actions() for action in actions if isinstance(action.menu(), QMenu)]
        letters = [found[1].lower() for action in actions if (found := re.search("&([^&])", action.text()))]
        assert sorted(letters) == sorted(set(letters)), [action.text() for action in actions]
        seen += len(letters)
    assert seen > 60
    studio.choices.languages.choose("en")


def test_with_all_that_it_has_it_fits_a_small_screen(painted: StudioWindow) -> None:
    painted.by_hand.brush_action.trigger()
    for dock in painted.findChildren(QDockWidget):
        dock.show()
    QApplication.processEvents()
    assert painted.minimumSizeHint().width() <= 1024
    assert painted.minimumSizeHint().height() <= 700
