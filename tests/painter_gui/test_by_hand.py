"""Strokes drawn on the canvas with mouse and pen: part of the painting, from which the agent goes on."""

from __future__ import annotations

import gc
import math
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog
from pytestqt.qtbot import QtBot

from core.brushes import BRUSHES
from core.document import BEFORE
from core.editing import EDITED
from core.geometry import Size
from core.journal import read_journal
from core.rasteriser.fast import draw, measured, to_bytes
from core.rasteriser.marks import marks_of
from core.stroke import Strokes
from painter_gui.brushwork import Phase
from painter_gui.by_hand import ByHand, HandBrush, Pressure, first_unmeasured
from painter_gui.controller import Controller
from painter_gui.views.canvas_tools.stroke_brush import StrokeBrush
from painter_gui.views.window import StudioWindow
from tests.painter_gui.conftest import TIMEOUT
from tests.painter_gui.test_canvas_tools import QEvent, pen

pytestmark = pytest.mark.gui

Until = Callable[[Callable[[], bool]], None]
Place = tuple[float, float]

WAVE: list[Place] = [(6 + column, 24 + 10 * math.sin(column / 8)) for column in range(50)]
"""x and y, sheet pixels."""

JOURNAL = "strokes.journal"

BLUE = (0.0, 0.0, 1.0)


@pytest.fixture
def studio_by_hand(studio: StudioWindow, open_photo: Callable[[Controller], None]) -> StudioWindow:
    """A window with a photo of 64 by 48 pixels on the easel and a blue brush in the hand."""
    open_photo(studio._controller)
    studio.by_hand.brush_action.trigger()
    studio.by_hand.hand.choose(colour=BLUE, size=6)
    return studio


@pytest.fixture
def controller_of(studio_by_hand: StudioWindow) -> Controller:
    return studio_by_hand._controller


def window_point(studio: StudioWindow, place: Place) -> QPointF:
    corner = studio.canvas.sheet_point(QPointF())
    return (QPointF(*place) - corner) * studio.canvas.scale


def press(studio: StudioWindow, qtbot: QtBot, place: Place, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    qtbot.mousePress(studio.canvas, Qt.MouseButton.LeftButton, held, window_point(studio, place).toPoint())


def move(studio: StudioWindow, qtbot: QtBot, path: list[Place]) -> None:
    for place in path:
        qtbot.mouseMove(studio.canvas, window_point(studio, place).toPoint())


def release(studio: StudioWindow, qtbot: QtBot, place: Place) -> None:
    qtbot.mouseRelease(studio.canvas, Qt.MouseButton.LeftButton, pos=window_point(studio, place).toPoint())


def drag(studio: StudioWindow, qtbot: QtBot, path: list[Place]) -> None:
    press(studio, qtbot, path[0])
    move(studio, qtbot, path[1:])
    release(studio, qtbot, path[-1])


def seen(studio: StudioWindow) -> np.ndarray:
    """The canvas as it is on the screen [H, W, 3]."""
    image = studio.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def radii(strokes: Strokes) -> np.ndarray:
    return marks_of(strokes).radius


def test_a_drag_becomes_strokes_and_one_undo_takes_it_back(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, until: Until
) -> None:
    controller = controller_of
    drag(studio_by_hand, qtbot, WAVE)
    strokes = controller.document.strokes
    assert 1 < len(strokes) < 12
    assert strokes.locked.all()
    assert set(strokes.steps.tolist()) == {0}
    assert strokes.rgb().tolist() == [list(BLUE)] * len(strokes)
    assert controller.document.job[EDITED] == 1
    assert (controller.phase, controller.position) == (Phase.IDLE, len(strokes))
    assert controller.undo_stack.count() == 1
    assert studio_by_hand.undo_action.text() == "&Undo stroke by hand"
    # The path's own width: 6 hundredths of 64 pixels across.
    np.testing.assert_allclose(radii(strokes), 0.03 * 64, rtol=1e-3)

    drag(studio_by_hand, qtbot, WAVE[:5])
    assert controller.document.strokes.steps[-1] == 1
    controller.undo()
    assert controller.document.strokes.shared(strokes) == len(strokes) == len(controller.document.strokes)
    controller.undo()
    assert not len(controller.document.strokes)
    assert not controller.document.job
    controller.redo()
    assert controller.document.strokes.shared(strokes) == len(strokes)
    until(lambda: first_unmeasured(controller.document.strokes) is None)


@pytest.mark.parametrize("opacity", [1.0, 0.6])
def test_what_shows_while_drawing_is_what_is_painted(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, until: Until, opacity: float
) -> None:
    tool = studio_by_hand.by_hand.tool
    studio_by_hand.by_hand.hand.choose(opacity=opacity)
    press(studio_by_hand, qtbot, WAVE[0])
    move(studio_by_hand, qtbot, WAVE[1:])
    assert not len(controller_of.document.strokes)
    assert tool.busy
    tool.leave()  # which takes the ring away
    while_drawing = seen(studio_by_hand)
    shown: list[None] = []
    studio_by_hand.by_hand.hand.drawn.connect(lambda: shown.append(None))
    release(studio_by_hand, qtbot, WAVE[-1])
    until(lambda: bool(shown))
    tool.leave()
    afterwards = seen(studio_by_hand)
    blue = (while_drawing[..., 2] > 140) & (while_drawing[..., 0] < 40)
    assert blue.sum() > 2000
    differ = np.abs(while_drawing - afterwards).max(axis=2)
    # But for the edges where pieces meet: enlarged before they are laid over each other, not after.
    assert differ[blue].mean() < 1
    assert (differ > 12).sum() < 1000
    drawn = to_bytes(draw(controller_of.document))
    assert drawn[24, 6, 2] == pytest.approx(255 * opacity, abs=2)


def test_a_click_is_a_dab_and_a_double_click_two(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot
) -> None:
    drag(studio_by_hand, qtbot, [(30, 20)])
    assert len(controller_of.document.strokes) == 1
    assert draw(controller_of.document)[20, 30, 2] > 0.99
    qtbot.mouseDClick(studio_by_hand.canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))  # of two only the second
    qtbot.mouseRelease(studio_by_hand.canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    assert len(controller_of.document.strokes) == 2


def test_a_click_off_the_sheet_paints_nothing(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot
) -> None:
    press(studio_by_hand, qtbot, (-9, 20))
    release(studio_by_hand, qtbot, (-9, 20))
    assert not len(controller_of.document.strokes)
    assert not controller_of.undo_stack.count()


def test_a_pen_paints_as_wide_as_it_presses(studio_by_hand: StudioWindow, controller_of: Controller) -> None:
    def stroke(pressures: list[float], *, eraser: bool = False) -> Strokes:
        before = len(controller_of.document.strokes)
        kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(pressures) - 2), QEvent.Type.TabletRelease]
        for index, (kind, pressure) in enumerate(zip(kinds, pressures, strict=True)):
            assert pen(
                studio_by_hand.canvas, kind, window_point(studio_by_hand, (6 + index, 20)), pressure, eraser=eraser
            )
        return controller_of.document.strokes[before:]

    hand, full = studio_by_hand.by_hand.hand, 0.03 * 64
    swelling = stroke([0.1, *np.linspace(0.1, 1, 50).tolist(), 0.0])
    assert radii(swelling).min() == pytest.approx(full * (0.15 + 0.85 * 0.1), rel=0.02)
    assert radii(swelling).max() == pytest.approx(full, rel=0.02)
    assert radii(swelling)[-1] > 0.9 * full  # lifted, it presses no more: that makes no thin end
    hand.choose(pressure=Pressure.NOTHING)
    np.testing.assert_allclose(radii(stroke([0.2, 0.1, 0.4, 0.0])), full, rtol=1e-3)
    hand.choose(pressure=Pressure.BOTH)
    opacity = marks_of(stroke([0.5] * 12)).opacity
    np.testing.assert_allclose(opacity, 0.25 + 0.75 * 0.5, rtol=1e-3)
    hand.choose(pressure=Pressure.WIDTH)
    assert stroke([1.0] * 12, eraser=True).rgb().tolist()[0] == [0, 0, 0]  # the sheet's own


def test_the_agent_pauses_and_goes_on_from_the_artists_canvas_when_it_is_told(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, until: Until
) -> None:
    controller = controller_of
    controller.set_settings(strokes=600)
    controller.paint()
    until(lambda: len(controller.document.strokes) >= 40)
    press(studio_by_hand, qtbot, WAVE[0])
    assert controller.phase is Phase.PAUSED
    move(studio_by_hand, qtbot, WAVE[1:])
    painted = len(controller.document.strokes)
    release(studio_by_hand, qtbot, WAVE[-1])
    by_hand = controller.document
    assert controller.phase is Phase.IDLE
    assert len(by_hand.strokes) > painted
    assert by_hand.strokes.locked.tolist() == [False] * painted + [True] * (len(by_hand.strokes) - painted)
    assert by_hand.strokes.steps[painted] == by_hand.strokes.steps[painted - 1] + 1
    assert controller.undo_stack.count() == 2  # what the agent has painted, and the stroke
    qtbot.wait(100)
    assert len(controller.document.strokes) == len(by_hand.strokes)

    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 600
    assert controller.document.strokes.shared(by_hand.strokes) == len(by_hand.strokes)
    assert controller.document.job[BEFORE][-1]["painted"] == len(by_hand.strokes)
    for _ in range(2):
        controller.undo()
    assert len(controller.document.strokes) == painted
    controller.seek(painted - 3)
    until(lambda: controller.position == painted - 3)


def test_a_stroke_that_is_aborted_leaves_all_as_it_was(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot
) -> None:
    bare = seen(studio_by_hand)
    press(studio_by_hand, qtbot, WAVE[0])
    move(studio_by_hand, qtbot, WAVE[1:])
    assert np.abs(seen(studio_by_hand) - bare).max() > 100
    qtbot.keyClick(studio_by_hand.canvas, Qt.Key.Key_Escape)
    release(studio_by_hand, qtbot, WAVE[-1])
    assert not len(controller_of.document.strokes)
    assert not controller_of.undo_stack.count()
    studio_by_hand.by_hand.tool.leave()
    bare_again = seen(studio_by_hand)
    assert (bare_again[..., 2] > 200).sum() <= (bare[..., 2] > 200).sum()


def test_at_an_earlier_moment_what_lay_after_makes_room_and_comes_back(
    studio: StudioWindow, paint_all: Callable[[Controller], None], qtbot: QtBot
) -> None:
    controller = studio._controller
    paint_all(controller)
    painted = controller.document
    studio.by_hand.brush_action.trigger()
    controller.seek(12)
    drag(studio, qtbot, WAVE)
    assert len(controller.document.strokes) > 12
    assert controller.document.strokes[:12] == painted.strokes[:12]
    assert controller.document.strokes.locked[12:].all()
    controller.undo()
    assert controller.document is painted
    assert controller.position == 12


def test_errors_of_strokes_by_hand_are_measured(
    studio: StudioWindow, paint_all: Callable[[Controller], None], qtbot: QtBot, until: Until
) -> None:
    controller = studio._controller
    paint_all(controller)
    before = controller.document.strokes
    studio.by_hand.brush_action.trigger()
    studio.by_hand.hand.choose(colour=BLUE, size=20)
    drag(studio, qtbot, WAVE)
    until(lambda: bool(np.isfinite(controller.document.strokes.errors).all()))
    errors = controller.document.strokes.errors
    np.testing.assert_array_equal(errors[:40], before.errors)
    assert controller.photo is not None
    target = controller.photo.pixels.astype(np.float32) / np.float32(255)
    exact = measured(controller.document, target).strokes.errors
    np.testing.assert_allclose(np.diff(errors[39:]), np.diff(exact[39:]), rtol=1e-3, atol=1e-6)
    assert errors[-1] > errors[39]  # blue over all of it is further from the photo
    controller.undo()
    controller.redo()
    until(lambda: bool(np.isfinite(controller.document.strokes.errors).all()))
    np.testing.assert_allclose(controller.document.strokes.errors, errors, rtol=1e-6)


def test_a_photo_that_was_closed_leaves_the_memory(
    studio_by_hand: StudioWindow, controller_of: Controller, until: Until
) -> None:
    hand = studio_by_hand.by_hand.hand
    hand.begin(10, 10, 1.0, pixel=1.0)
    hand.go_on(20, 30, 1.0)
    assert hand.end()
    until(lambda: not np.isnan(controller_of.document.strokes.errors).any())
    assert controller_of.photo is not None
    pixels = weakref.ref(controller_of.photo.pixels)
    controller_of.close_photo()

    def gone() -> bool:
        gc.collect()
        return pixels() is None

    until(gone)


def test_which_errors_are_missing() -> None:
    def strokes(errors: list[float], flags: list[int]) -> Strokes:
        count = len(errors)
        return Strokes.from_columns(
            types=np.zeros(count, int), patches=np.ones((count, 3)), parameters=np.zeros((count, 13)),
            steps=np.zeros(count, int), errors=np.array(errors), flags=np.array(flags, int),
        )  # fmt: skip

    nan = math.nan
    assert first_unmeasured(strokes([0.2, nan, nan], [0, 2, 2])) == 1
    assert first_unmeasured(strokes([nan, nan], [2, 2])) == 0
    assert first_unmeasured(strokes([nan, nan], [0, 2])) is None  # an edit's, which needs all measured
    assert first_unmeasured(strokes([0.2, 0.1], [2, 2])) is None
    assert first_unmeasured(Strokes()) is None


def test_colours_are_picked_from_the_painting_and_the_photo(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, until: Until
) -> None:
    hand, alt, shift = studio_by_hand.by_hand.hand, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    hand.choose(colour=(1.0, 0.5, 0.0), size=30)
    drawn: list[None] = []
    hand.drawn.connect(lambda: drawn.append(None))
    drag(studio_by_hand, qtbot, [(30, 20)])
    until(lambda: bool(drawn))
    hand.choose(from_photo=True)
    press(studio_by_hand, qtbot, (30.5, 20.5), alt)
    release(studio_by_hand, qtbot, (30.5, 20.5))
    assert len(controller_of.document.strokes) == 1  # picking paints nothing
    assert hand.colour == pytest.approx((1, 0.5, 0), abs=0.01)
    assert not hand.brush.from_photo
    press(studio_by_hand, qtbot, (30.5, 20.5), alt, shift)
    release(studio_by_hand, qtbot, (30.5, 20.5))
    assert hand.colour == pytest.approx((100 / 255, 90 / 255, 215 / 255), abs=0.01)
    assert not hand.pick(-3, 10)
    assert not hand.pick(10, 64)


def test_a_stroke_takes_the_photos_colour_where_it_begins(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot
) -> None:
    studio_by_hand.by_hand.bar.from_photo.setChecked(True)
    drag(studio_by_hand, qtbot, [(20.5, 10.5), (50.5, 40.5)])
    photo = np.array([10.5 * 5, 20.5 * 3, 255 - 10.5 * 2]) / 255
    np.testing.assert_allclose(controller_of.document.strokes.rgb()[0], photo, atol=0.03)
    qtbot.mouseMove(studio_by_hand.canvas, window_point(studio_by_hand, (40.5, 30.5)).toPoint())
    assert studio_by_hand.by_hand.hand.colour == pytest.approx((0.6, 0.48, 0.76), abs=0.03)


def test_the_colour_under_the_pointer_goes_with_its_photo(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot
) -> None:
    hand = studio_by_hand.by_hand.hand
    hand.choose(from_photo=True)
    hand.point(24, 32)
    assert hand.colour != BLUE
    controller_of.open_pixels(np.zeros((20, 30, 3), np.uint8), "dark")
    qtbot.waitUntil(lambda: controller_of.name == "dark", timeout=TIMEOUT)
    assert hand.colour == BLUE


@pytest.mark.parametrize("stroke_type", [brush.name for brush in BRUSHES])
def test_strokes_are_of_the_type_chosen_for_the_agent(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, stroke_type: str
) -> None:
    controller_of.set_settings(stroke_type=stroke_type)
    drag(studio_by_hand, qtbot, WAVE)
    strokes = controller_of.document.strokes
    assert {stroke.type for stroke in strokes} == {stroke_type}
    assert draw(controller_of.document)[..., 2].max() > 0.99


def test_over_an_underpainting_strokes_are_of_what_comes_after(controller: Controller) -> None:
    hand = ByHand(controller)
    try:
        controller.set_settings(stroke_type="flat@1-2,circle")
        assert hand.stroke_type == "circle"
    finally:
        hand.close()


def test_keys_take_the_brush_and_change_its_size(studio_by_hand: StudioWindow, qtbot: QtBot) -> None:
    by_hand, canvas = studio_by_hand.by_hand, studio_by_hand.canvas
    assert isinstance(canvas.tool, StrokeBrush)
    assert by_hand.bar.isVisible()
    by_hand.smaller_action.trigger()
    assert by_hand.hand.brush.size == pytest.approx(5)
    assert by_hand.bar.size_box.value() == pytest.approx(5)
    for _ in range(40):
        by_hand.larger_action.trigger()
    assert by_hand.hand.brush.size == 50
    assert [action.shortcut().toString() for action in (by_hand.brush_action, by_hand.smaller_action)] == ["B", "["]
    by_hand.brush_action.trigger()
    assert canvas.tool is None
    assert not by_hand.bar.isVisible()
    assert not by_hand.larger_action.isEnabled()
    by_hand.brush_action.trigger()
    canvas.hold(None)  # another tool was taken
    assert not by_hand.brush_action.isChecked()
    studio_by_hand._controller.close_photo()
    assert not by_hand.brush_action.isEnabled()


def test_the_bar_shows_and_changes_the_brush(studio_by_hand: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    bar, hand = studio_by_hand.by_hand.bar, studio_by_hand.by_hand.hand
    bar.size_box.setValue(12.5)
    bar.opacity_box.setValue(40)
    bar.pressure.activated.emit(2)
    assert (hand.brush.size, hand.brush.opacity, hand.brush.pressure) == (12.5, 0.4, Pressure.NOTHING)
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(255, 0, 51))
    bar.colour_button.click()
    assert hand.brush.colour == pytest.approx((1, 0, 0.2), abs=1e-3)
    assert not bar.from_photo.isChecked()
    hand.choose(from_photo=True, size=400, opacity=-1)
    assert bar.from_photo.isChecked()
    assert (bar.size_box.value(), bar.opacity_box.value()) == (50, 5)
    assert bar.type_label.text() == "Strokes: Brush stroke"
    for widget in (bar.colour_button, bar.from_photo, bar.size_box, bar.opacity_box, bar.pressure):
        assert widget.accessibleName()
        assert widget.toolTip()


def test_while_refining_nothing_is_drawn_and_the_artist_is_told(
    studio: StudioWindow, paint_all: Callable[[Controller], None], qtbot: QtBot, until: Until
) -> None:
    controller = studio._controller
    paint_all(controller)
    studio.by_hand.brush_action.trigger()
    controller.refine()
    drag(studio, qtbot, WAVE)
    assert controller.phase is Phase.REFINING
    assert "refined" in studio.status.currentMessage()
    controller.undo()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 40


def test_refinement_keeps_them_and_undo_leads_back_through_all(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("painter_gui.brushwork.REFINE_STEPS", 20)
    controller = controller_of
    drag(studio_by_hand, qtbot, WAVE)
    drawn = controller.document.strokes
    controller.step()
    until(lambda: controller.phase is Phase.IDLE)
    controller.refine()
    until(lambda: controller.phase is Phase.IDLE)
    refined = controller.document.strokes
    assert refined.picked(refined.locked).shared(drawn) == len(drawn)
    while controller.undo_stack.canUndo():
        controller.undo()
    assert not len(controller.document.strokes)


def test_sessions_and_the_journal_hold_them(
    studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot, until: Until, tmp_path: Path
) -> None:
    controller = controller_of
    drag(studio_by_hand, qtbot, WAVE)
    until(lambda: bool(np.isfinite(controller.document.strokes.errors).all()))
    document = controller.document
    autosave = studio_by_hand.autosave
    autosave.keep()
    until(lambda: (autosave.path / JOURNAL).exists() and read_journal(autosave.path / JOURNAL).document == document)
    controller.save(tmp_path / "a.strokewise")
    until(lambda: not controller.modified)
    controller.open_file(tmp_path / "a.strokewise")
    until(lambda: controller.document is not document and controller.phase is Phase.IDLE)
    assert controller.document == document
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 40
    assert controller.document.strokes[: len(document.strokes)] == document.strokes


def test_the_timelines_levels_are_the_agents(
    studio: StudioWindow, paint_all: Callable[[Controller], None], qtbot: QtBot
) -> None:
    controller = studio._controller
    paint_all(controller)
    levels = studio.timeline.track.levels
    assert levels
    studio.by_hand.brush_action.trigger()
    drag(studio, qtbot, WAVE)
    assert studio.timeline.track.levels == levels


def test_an_export_shows_them(studio_by_hand: StudioWindow, controller_of: Controller, qtbot: QtBot) -> None:
    drag(studio_by_hand, qtbot, WAVE)
    dialog = studio_by_hand.export_dialog()
    assert dialog._document.strokes.shared(controller_of.document.strokes) == len(controller_of.document.strokes)
    dialog.reject()
    dialog.deleteLater()


def test_without_a_photo_there_is_no_brush(studio: StudioWindow, qapp: QApplication) -> None:
    assert not studio.by_hand.brush_action.isEnabled()
    hand = studio.by_hand.hand
    assert not hand.begin(1, 1, 1.0, pixel=1.0)
    assert not hand.end()
    assert not len(hand.go_on(1, 1, 1.0))
    assert hand.brush == HandBrush()
    assert hand.sheet == Size(1, 1)
    qapp.processEvents()
    assert not hand.drawing


@pytest.mark.parametrize("key", ["undo", "home"])
def test_what_is_done_while_a_stroke_is_drawn_costs_the_stroke_and_not_the_painting(
    studio: StudioWindow, photo_file: Path, qtbot: QtBot, until: Callable[[Callable[[], bool]], None], key: str
) -> None:
    controller = studio._controller
    controller.open_file(photo_file)
    until(lambda: controller.photo is not None)
    studio.show()
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    painted = len(controller.document.strokes)
    studio.by_hand.take()
    middle = studio.canvas.rect().center()
    QTest.mousePress(studio.canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(studio.canvas, middle + QPoint(30, 10))

    (studio.undo_action if key == "undo" else studio.first_action).trigger()
    QTest.mouseRelease(studio.canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(30, 10))

    assert len(controller.document.strokes) == painted
    assert controller.undo_stack.undoText() == "paint"
    studio.undo_action.trigger()  # and now it is the painting's turn
    assert len(controller.document.strokes) == 0
