"""Style, palette and masks in the studio: what is chosen, painted over and undone, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core.mask import Mask
from core.palette import palette_named
from core.rasteriser.fast import draw
from core.style import STYLES, style
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.files import SESSION_SUFFIX
from painter_gui.paint_settings import PaintSettings, sketch_jobs
from painter_gui.views.canvas_tools.mask_brush import MaskBrush
from painter_gui.views.window import StudioWindow
from tests.painter_gui.conftest import TIMEOUT


@pytest.fixture
def window(studio: StudioWindow) -> StudioWindow:
    return studio


@pytest.fixture
def opened(window: StudioWindow, photo_file: Path, qtbot: QtBot) -> Controller:
    controller = window._controller
    controller.open_file(photo_file)
    qtbot.waitUntil(lambda: controller.photo is not None and not controller.reading, timeout=TIMEOUT)
    window.show()
    return controller


def drag(window: StudioWindow, *points: tuple[float, float], alt: bool = False) -> None:
    """Draw over the canvas with the tool that is held, points in pixels of the sheet."""
    view, modifiers = window.canvas, Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier

    def place(point: tuple[float, float]) -> QPoint:
        corner, scale = view.sheet_point(QPointF()), view.scale
        return QPoint(round((point[0] - corner.x()) * scale), round((point[1] - corner.y()) * scale))

    QTest.mousePress(view, Qt.MouseButton.LeftButton, modifiers, place(points[0]))
    for point in points[1:]:
        QTest.mouseMove(view, place(point))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, modifiers, place(points[-1]))


def painted(controller: Controller, qtbot: QtBot) -> None:
    controller.paint()
    qtbot.waitUntil(lambda: controller.phase is Phase.IDLE, timeout=TIMEOUT)


def test_a_mask_is_painted_erased_undone_and_kept_to(window: StudioWindow, opened: Controller, qtbot: QtBot) -> None:
    window.protect_action.trigger()
    assert isinstance(window.canvas.tool, MaskBrush)
    assert window.panel.mask_panel.protect_button.isChecked()
    assert not window.strokes.hand_action.isChecked()
    window.panel.mask_panel.size_slider.setValue(30)
    window.panel.mask_panel.softness_slider.setValue(0)

    drag(window, (16, 24), (32, 24))
    first = opened.settings.protect
    assert first is not None
    assert first.pixels[24, 16:32].min() == 255
    assert first.pixels[5, 60] == 0
    drag(window, (60, 24), (60, 24), alt=True)  # nothing is there to erase
    assert opened.settings.protect == first
    drag(window, (16, 24), (16, 24), alt=True)
    second = opened.settings.protect
    assert second is not None
    assert second.pixels[24, 16] == 0
    assert second.pixels[24, 34] == 255
    assert "protection" in window.undo_action.text()
    window.undo_action.trigger()
    assert opened.settings.protect == first
    window.redo_action.trigger()
    assert opened.settings.protect == second
    window.undo_action.trigger()

    window.strokes.hand_action.trigger()
    assert window.canvas.tool is None
    assert not window.panel.mask_panel.protect_button.isChecked()
    painted(opened, qtbot)
    assert not draw(opened.document)[first.pixels >= 128].any()
    assert draw(opened.document)[:5].any()


def test_masks_are_saved_with_the_session_and_go_with_the_photo(
    window: StudioWindow, opened: Controller, photo_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window.focus_action.trigger()
    drag(window, (20, 20), (40, 30))
    focus = opened.settings.focus
    assert focus is not None
    path = tmp_path / f"a{SESSION_SUFFIX}"
    opened.save(path)
    qtbot.waitUntil(lambda: opened.path == path, timeout=TIMEOUT)

    opened.open_file(photo_file)
    qtbot.waitUntil(lambda: opened.path is None, timeout=TIMEOUT)
    assert opened.settings.focus is None
    assert window.canvas.tool is None  # the brush was for another sheet
    opened.open_file(path)
    qtbot.waitUntil(lambda: opened.path == path, timeout=TIMEOUT)
    assert opened.settings.focus == focus
    assert PaintSettings.of(opened.settings.of_any_photo().values()).focus is None


def test_escape_takes_a_stroke_of_a_mask_back_before_it_is_one(window: StudioWindow, opened: Controller) -> None:
    window.focus_action.trigger()
    brush = window.canvas.tool
    assert isinstance(brush, MaskBrush)
    QTest.mousePress(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.rect().center())
    assert brush.busy
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not brush.busy
    QTest.mouseRelease(window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.rect().center())
    assert opened.settings.focus is None
    assert opened.undo_stack.count() == 0


def test_masks_are_seen_in_their_colours_over_the_photo_while_nothing_is_painted(
    window: StudioWindow, opened: Controller, qtbot: QtBot
) -> None:
    def middle() -> tuple[int, int, int]:
        image: QImage = window.canvas.grab().toImage()
        colour = image.pixelColor(image.width() // 2, image.height() // 2)
        return colour.red(), colour.green(), colour.blue()

    bare = middle()
    window.focus_action.trigger()
    photo = middle()
    assert all(abs(half - whole / 2) < 2 for half, whole in zip(bare, photo, strict=True))  # it shines through
    assert sum(photo) > 100
    opened.set_settings(focus=Mask(np.full((48, 64), 255, np.uint8)))
    assert middle()[1] > photo[1] * 0.5 + 80  # green
    window.strokes.hand_action.trigger()
    assert middle() == bare


def test_faces_are_looked_for_and_where_there_are_none_it_is_said(
    window: StudioWindow, opened: Controller, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.noted, timeout=TIMEOUT) as told:
        window.panel.mask_panel.faces_button.click()
    assert told.args == ["no_faces", {}]
    opened.open_file("sample:astronaut")
    qtbot.waitUntil(lambda: opened.name == "astronaut", timeout=TIMEOUT)
    window.panel.mask_panel.faces_button.click()
    qtbot.waitUntil(lambda: opened.settings.focus is not None, timeout=TIMEOUT)
    focus = opened.settings.focus
    assert focus is not None
    assert focus.pixels[115, 225] == 255
    assert isinstance(window.canvas.tool, MaskBrush)
    window.panel.mask_panel.clear_button.click()
    assert opened.settings.focus is None


def test_faces_are_added_to_what_is_drawn_while_they_are_looked_for(
    window: StudioWindow, opened: Controller, qtbot: QtBot
) -> None:
    opened.open_file("sample:astronaut")
    qtbot.waitUntil(lambda: opened.name == "astronaut", timeout=TIMEOUT)
    window.panel.mask_panel.faces_button.click()
    drawn = np.zeros((512, 512), np.uint8)
    drawn[400:450, 20:80] = 255
    opened.draw_setting("focus", focus=Mask(drawn))
    qtbot.waitUntil(
        lambda: opened.settings.focus is not None and bool(opened.settings.focus.pixels[115, 225]), timeout=TIMEOUT
    )
    focus = opened.settings.focus
    assert focus is not None
    assert focus.pixels[420, 50] == 255


def test_clearing_both_masks_is_one_thing_to_undo(window: StudioWindow, opened: Controller) -> None:
    mask = Mask(np.full((48, 64), 255, np.uint8))
    opened.draw_setting("focus", focus=mask)
    opened.draw_setting("protect", protect=mask)
    window.panel.mask_panel.clear_button.click()
    assert (opened.settings.focus, opened.settings.protect) == (None, None)
    opened.undo()
    assert (opened.settings.focus, opened.settings.protect) == (mask, mask)


def test_a_palette_is_shown_and_kept_to(window: StudioWindow, opened: Controller, qtbot: QtBot) -> None:
    panel = window.panel.palette_panel
    panel.kind.activated.emit(1)
    assert opened.settings.palette == "12"
    panel.count.setValue(5)
    assert opened.settings.palette == "5"
    assert opened.photo is not None
    expected = palette_named("5", opened.photo.pixels)
    qtbot.waitUntil(
        lambda: window.steering.palette is not None and window.steering.palette.colours == expected.colours,
        timeout=TIMEOUT,
    )
    assert panel.swatches.isVisible()
    assert panel.swatches.tip_at(QPoint(1, 1)) == str(expected).split(",")[0]

    painted(opened, qtbot)
    colours = {tuple(colour) for colour in np.rint(opened.document.strokes.rgb() * 255).astype(int).tolist()}
    assert colours <= set(expected.colours)
    panel.kind.activated.emit(0)
    assert opened.settings.palette is None
    assert not panel.swatches.isVisible()


def test_a_palette_from_a_file_keeps_its_names_and_a_broken_one_is_told_of(
    window: StudioWindow, opened: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    panel = window.panel.palette_panel
    good, bad = tmp_path / "paints.gpl", tmp_path / "bad.gpl"
    good.write_text("GIMP Palette\n200 30 40 Red, warm\n20 20 30 Ink\n")
    bad.write_bytes(b"\xff\xfe\x00")
    chosen = [str(good)]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen[0], ""))
    panel.kind.activated.emit(3)
    qtbot.waitUntil(lambda: opened.settings.palette is not None, timeout=TIMEOUT)
    assert opened.settings.palette == "#c81e28 Red  warm,#14141e Ink"
    assert PaintSettings.of(opened.settings.values()).palette == opened.settings.palette
    qtbot.waitUntil(lambda: panel.swatches.tip_at(QPoint(1, 1)) == "Red warm #c81e28", timeout=TIMEOUT)

    chosen[0] = str(bad)
    with qtbot.waitSignal(opened.failed, timeout=TIMEOUT):
        panel.kind.activated.emit(3)
    assert opened.settings.palette == "#c81e28 Red  warm,#14141e Ink"
    chosen[0] = ""
    panel.kind.activated.emit(3)
    assert panel.kind.currentIndex() == 3


def test_a_style_decides_strokes_widths_and_opacity_until_one_is_chosen_otherwise(
    window: StudioWindow, opened: Controller
) -> None:
    panel = window.panel.style_panel
    panel.style_slider.setValue(25)
    found, loose = opened.settings, style(STYLES["loose"])
    assert (found.style, found.strokes, found.divide) == (25, loose.strokes, loose.divide)
    assert (found.width, found.opacity) == (loose.width, loose.opacity)
    assert panel.styles.currentItem().text() == "Loose"
    assert panel.thinnest.value() == loose.width[0]
    panel.boldness.setValue(8)
    assert opened.settings.boldness == 4
    assert opened.settings.strokes == style(25, 4.0).strokes
    panel.boldness.setValue(0)
    panel.faintest.setValue(90)
    assert opened.settings.opacity == (0.9, 1.0)
    assert opened.settings.style is None
    assert not panel.styles.selectedItems()
    panel.thinnest.setValue(12.0)
    panel.thickest.setValue(5.0)
    assert opened.settings.width == (5.0, 5.0)
    panel.styles.itemClicked.emit(panel.styles.item(2))
    assert opened.settings.style == STYLES["classic"]
    assert (opened.settings.strokes, opened.settings.width) == (None, (0.0, 100.0))


def test_styles_are_sketched_on_the_photo_when_nothing_else_is_painted(
    window: StudioWindow, opened: Controller, qtbot: QtBot
) -> None:
    opened.set_settings(stroke_type="bezier")
    panel = window.panel.style_panel
    qtbot.waitUntil(lambda: all(not panel.styles.item(row).icon().isNull() for row in range(5)), timeout=2 * TIMEOUT)
    opened.close_photo()
    assert all(panel.styles.item(row).icon().isNull() for row in range(5))


def test_painting_does_not_wait_for_sketches(opened: Controller, until: Callable[..., None]) -> None:
    told: list[str] = []
    opened.sketched.connect(lambda name, _: told.append(name))
    opened.sketch_styles(list(STYLES))
    opened.paint()
    until(lambda: opened.phase is Phase.IDLE)
    assert len(opened.document.strokes) == opened.settings.total
    assert told == []  # they were not wanted any more


def test_sketches_go_with_their_photo(window: StudioWindow, opened: Controller, until: Callable[..., None]) -> None:
    opened.sketch_styles(list(STYLES))
    sketches = opened.brushwork.runs._sketches
    assert sketches is not None
    opened.open_pixels(np.zeros((20, 30, 3), np.uint8), "dark")
    until(lambda: opened.name == "dark")
    assert sketches.cancelled.is_set()
    opened.brushwork.runs.worker.sketched.emit(sketches.number, "poster", np.zeros((20, 30, 3), np.uint8))  # too late
    QApplication.processEvents()
    assert window.panel.style_panel.styles.item(0).icon().isNull()


def test_sketches_are_small_and_of_the_settings_at_hand(settings: PaintSettings) -> None:
    photo = np.zeros((900, 1200, 3), np.uint8)
    masked = replace(settings, protect=Mask(np.full((48, 64), 255, np.uint8)), palette="5", stroke_type="flat")
    jobs = sketch_jobs(masked, photo, list(STYLES))
    assert list(jobs) == list(STYLES)
    assert jobs["detailed"] is jobs["photo"]  # in which nothing more would be seen
    assert len({id(job) for job in jobs.values()}) == 3
    for job in jobs.values():
        assert job.target.shape == (144, 192, 3)
        assert job.stroke_type == "flat"
        assert job.bounds.protect is None
        assert job.bounds.palette is None
    assert jobs["poster"].strokes == 150
    assert jobs["photo"].strokes == 2500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", [5, 1]), ("width", [1]), ("width", "thin"), ("width", [True, 3]), ("opacity", [0, 2]),
        ("palette", "no/such.gpl"), ("palette", "#12"), ("palette", "0"), ("palette", 7), ("focus", "AAAA"),
        ("protect", 3), ("boldness", 9), ("boldness", True), ("style", 101), ("style", "loose"),
    ],
)  # fmt: skip
def test_what_a_file_says_wrongly_is_as_if_it_said_nothing(name: str, value: object) -> None:
    assert PaintSettings.of({name: value}) == PaintSettings()


def test_settings_are_read_as_they_were_written() -> None:
    mask = Mask(np.random.default_rng(0).integers(0, 256, (30, 40), np.uint8))
    settings = PaintSettings(
        style=None, boldness=2.0, width=(1.0, 5.0), opacity=(0.5, 0.9), palette="pigments", focus=mask, protect=mask
    )
    assert PaintSettings.of(settings.values()) == settings
    assert PaintSettings.of({"style": None}).style is None
