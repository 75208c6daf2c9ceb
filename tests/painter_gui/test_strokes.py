"""Strokes, one by one: pointed at, chosen, edited, undone, in the window."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform, QUndoStack
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QColorDialog, QToolButton
from pytestqt.qtbot import QtBot

from core.editing import EDITED, Place
from core.geometry import Size
from core.picking import Combine
from core.rasteriser.fast import draw, to_bytes
from core.stroke import MUTED, Strokes
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.editor import Editor, Like, followed
from painter_gui.measuring import needs_measuring
from painter_gui.undo import Edit
from painter_gui.views.canvas_tools.outlines import MOST_OUTLINES, Outlines
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.window import StudioWindow
from tests.core.rasteriser.test_tiles import painting

pytestmark = pytest.mark.gui

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def painted(studio: StudioWindow, paint_all: Callable[[Controller], None], until: Until) -> StudioWindow:
    """A window with a painting of forty strokes, all measured."""
    paint_all(studio._controller)
    return studio


def steps_of(controller: Controller) -> list[float]:
    """Which strokes there are, told by their shapes."""
    return [float(row[0]) for row in controller.document.strokes.parameters]


def window_point(canvas: CanvasView, row: float, column: float) -> QPoint:
    corner = canvas.sheet_point(QPointF())
    return ((QPointF(column, row) - corner) * canvas.scale).toPoint()


def seen_at(editor: Editor, stroke: int) -> tuple[float, float] | None:
    """A pixel's middle where pointing means that stroke."""
    size = editor.document.size
    for row in range(0, size.height, 2):
        for column in range(0, size.width, 2):
            editor.point(row + 0.5, column + 0.5)
            if editor.pointed is not None and editor.pointed.stroke == stroke:
                return row + 0.5, column + 0.5
    return None


def test_the_inspector_is_hidden_until_it_is_wanted(painted: StudioWindow) -> None:
    strokes = painted.strokes
    assert not strokes.dock.isVisible()
    assert painted.canvas.tool is None
    strokes.inspect_action.trigger()
    assert strokes.dock.isVisible()
    assert painted.canvas.tool is strokes.tool
    strokes.hand_action.trigger()
    assert painted.canvas.tool is None
    painted._controller.close_photo()
    assert not strokes.dock.isVisible()
    assert not strokes.inspect_action.isEnabled()


def test_pointing_tells_which_stroke_it_is_and_outlines_it(painted: StudioWindow, qtbot: QtBot) -> None:
    painted.strokes.inspect_action.trigger()
    before = painted.canvas.grab().toImage()
    qtbot.mouseMove(painted.canvas, window_point(painted.canvas, 24.5, 32.5))

    hit = painted.strokes.editor.pointed
    assert hit is not None
    text = painted.strokes.inspector.pointed.text()
    assert text.startswith(f"Stroke {hit.stroke + 1}: Brush stroke")
    assert f"{round(100 * hit.shows)} % of what is seen here" in text
    assert painted.canvas.grab().toImage() != before
    painted.strokes.tool.leave()
    assert "Point at a stroke" in painted.strokes.inspector.pointed.text()
    assert painted.canvas.grab().toImage() == before


def test_a_click_chooses_shift_adds_and_ctrl_takes_away(painted: StudioWindow, qtbot: QtBot) -> None:
    painted.strokes.inspect_action.trigger()
    editor, canvas = painted.strokes.editor, painted.canvas

    def click(place: tuple[float, float], modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, modifier, window_point(canvas, *place))

    found: list[tuple[int, tuple[float, float]]] = []
    for stroke in range(39, -1, -1):
        place = seen_at(editor, stroke)
        if place is not None:
            found.append((stroke, place))
        if len(found) == 2:
            break
    (one, there), (other, elsewhere) = found
    click(there)
    assert editor.rows == [one]
    click(elsewhere, Qt.KeyboardModifier.ShiftModifier)
    assert editor.rows == sorted([one, other])
    click(there, Qt.KeyboardModifier.ControlModifier)
    assert editor.rows == [other]
    click((-3.0, -3.0))
    assert editor.rows == []


def test_a_second_click_goes_one_deeper(painted: StudioWindow) -> None:
    editor = painted.strokes.editor
    row, column = next(
        (row + 0.5, column + 0.5)
        for row in range(48)
        for column in range(64)
        if len(editor.hits(row + 0.5, column + 0.5)) > 1
    )
    hits = editor.hits(row, column)
    chosen = []
    for _ in range(len(hits) + 1):
        editor.pick(row, column, Combine.REPLACE, near=1.0)
        chosen.append(editor.rows[0])
    assert sorted(chosen[:-1]) == sorted(hit.stroke for hit in hits)
    assert chosen[-1] == chosen[0]
    editor.pick(row + 8, column, Combine.REPLACE, near=1.0)
    editor.pick(row, column, Combine.REPLACE, near=1.0)
    assert editor.rows == [chosen[0]]


def test_a_rectangle_chooses_and_escape_leaves_it(painted: StudioWindow, qtbot: QtBot) -> None:
    painted.strokes.inspect_action.trigger()
    editor, canvas = painted.strokes.editor, painted.canvas
    expected = np.flatnonzero(editor.picker().in_rectangle(10, 15, 40, 50)).tolist()
    assert 0 < len(expected) < 40
    corners = window_point(canvas, 10, 15), window_point(canvas, 40, 50)

    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=corners[0])
    qtbot.mouseMove(canvas, corners[1])
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=corners[1])
    assert editor.rows == []

    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=corners[0])
    qtbot.mouseMove(canvas, corners[1])
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=corners[1])
    assert len(set(editor.rows) ^ set(expected)) <= 2  # corners lie on whole pixels of the window


def test_delete_is_drawn_at_once_measured_and_undone(painted: StudioWindow, until: Until) -> None:
    controller, strokes = painted._controller, painted.strokes
    before, shapes = controller.document, steps_of(controller)
    strokes.editor.choose_in(10, 15, 40, 50, Combine.REPLACE)
    going = strokes.editor.rows
    strokes.delete_action.trigger()

    assert steps_of(controller) == [shape for index, shape in enumerate(shapes) if index not in going]
    assert controller.position == 40 - len(going)
    assert strokes.editor.rows == []
    assert controller.document.job[EDITED] == 1
    until(lambda: not painted.strokes.measuring.busy)
    assert np.isfinite(controller.document.strokes.errors).all()
    assert painted.undo_action.text() == "&Undo deletion"
    until(lambda: is_shown(controller))
    controller.undo()
    assert controller.document is before
    assert controller.position == 40
    until(lambda: is_shown(controller))
    controller.redo()
    assert len(controller.document.strokes) == 40 - len(going)
    until(lambda: not painted.strokes.measuring.busy)
    assert np.isfinite(controller.document.strokes.errors).all()
    assert controller.undo_stack.count() == 2


def is_shown(controller: Controller) -> bool:
    """Whether the window's pixels are those of the moment that is to be shown, drawn from scratch."""
    expected = to_bytes(draw(controller.document.cut(controller.position), controller.pixels.size))
    with controller.pixels.locked() as pixels:
        return np.array_equal(pixels[..., 2::-1], expected)


@pytest.mark.parametrize("what", ["mute", "recolour", "order"])
def test_what_is_edited_is_drawn_at_once(what: str, painted: StudioWindow, until: Until) -> None:
    controller, editor = painted._controller, painted.strokes.editor
    until(lambda: is_shown(controller))
    for stroke in (0, 20, 38):
        editor._choose(np.arange(40) == stroke)
        before = controller.document
        if what == "mute":
            painted.strokes.mute_action.trigger()
            assert controller.document.strokes.muted[stroke]
        elif what == "recolour":
            editor.recolour((1.0, 0.0, 0.5))
            assert controller.document.strokes.rgb()[stroke].tolist() == [1.0, 0.0, 0.5]
        else:
            editor.move(Place.TOP)
        assert controller.document is not before
        until(lambda: is_shown(controller))
        assert len(editor.rows) == 1
        assert controller.position == 40


def test_a_muted_stroke_is_found_again_and_unmuted(painted: StudioWindow) -> None:
    strokes = painted.strokes
    strokes.editor._choose(np.arange(40) == 7)
    strokes.mute_action.trigger()
    assert "muted" in strokes.inspector.values["state"].text()
    strokes.none_action.trigger()
    strokes.muted_action.trigger()
    assert strokes.editor.rows == [7]
    assert strokes.mute_action.isChecked()
    strokes.mute_action.trigger()
    assert not painted._controller.document.strokes.muted.any()
    assert painted.undo_action.text() == "&Undo unmuting"


def test_a_locked_stroke_cannot_be_changed(painted: StudioWindow) -> None:
    strokes, controller = painted.strokes, painted._controller
    strokes.editor._choose(np.arange(40) == 7)
    strokes.lock_action.trigger()
    assert controller.document.strokes.locked[7]
    assert not strokes.delete_action.isEnabled()
    strokes.editor.choose_all()
    strokes.delete_action.trigger()
    assert len(controller.document.strokes) == 1
    assert strokes.editor.rows == [0]
    strokes.lock_action.trigger()
    assert strokes.delete_action.isEnabled()


def test_order_keeps_the_choice(painted: StudioWindow) -> None:
    strokes, controller = painted.strokes, painted._controller
    shapes = steps_of(controller)
    strokes.editor._choose(np.isin(np.arange(40), [3, 9]))
    for place, rows in ((Place.UP, [4, 10]), (Place.TOP, [38, 39]), (Place.BOTTOM, [0, 1]), (Place.DOWN, [0, 1])):
        strokes.order_actions[place].trigger()
        assert strokes.editor.rows == rows
        assert [steps_of(controller)[row] for row in rows] == [shapes[3], shapes[9]]
    assert controller.undo_stack.count() == 4  # painting, and the three that changed anything
    for rows in ([38, 39], [4, 10], [3, 9]):
        controller.undo()
        assert strokes.editor.rows == rows
    controller.redo()
    assert strokes.editor.rows == [4, 10]


def test_like_strokes_and_sizes(painted: StudioWindow) -> None:
    strokes, editor = painted.strokes, painted.strokes.editor
    editor._choose(np.arange(40) == 39)
    strokes.like_actions[Like.LEVEL].trigger()
    sides = editor.document.strokes.patches[:, 2]
    assert editor.rows == np.flatnonzero(np.isclose(sides, sides[39])).tolist()
    strokes.like_actions[Like.TYPE].trigger()
    assert len(editor.rows) == 40
    editor._choose(np.arange(40) == 5)
    strokes.like_actions[Like.COLOUR].trigger()
    assert 5 in editor.rows
    strokes.like_actions[Like.SIZE].trigger()
    assert 5 in editor.rows
    strokes.inspector.least.setValue(0)
    strokes.inspector.most.setValue(99_999)
    strokes.inspector.size_button.click()
    assert len(editor.rows) == 40


def test_one_is_described_wholly_and_many_by_ranges(painted: StudioWindow) -> None:
    editor, values = painted.strokes.editor, painted.strokes.inspector.values
    painted.strokes.dock.show()
    editor._choose(np.arange(40) == 12)
    stroke = painted._controller.document.strokes.stroke(12)
    assert values["number"].text() == "13"
    assert values["type"].text() == "Brush stroke"
    assert values["colour"].text() == "#" + bytes(round(255 * value) for value in stroke.rgb).hex()
    assert values["step"].text() == str(stroke.step + 1)
    assert values["state"].text() == "drawn"
    editor.choose_all()
    assert values["number"].text() == "1–40"
    assert values["colour"].text().endswith("on average")
    assert painted.strokes.inspector.summary.text() == "40 of 40 strokes"
    editor.choose_none()
    assert values["number"].isHidden()


def test_choosing_goes_by_what_is_shown(painted: StudioWindow) -> None:
    painted._controller.seek(15)
    painted.strokes.all_action.trigger()
    assert painted.strokes.editor.rows == list(range(15))
    painted.strokes.delete_action.trigger()
    assert painted._controller.position == 0
    assert len(painted._controller.document.strokes) == 25
    painted._controller.undo()
    assert painted._controller.position == 15


def test_an_edit_while_painting_ends_it_and_painting_goes_on_to_the_budget(
    controller: Controller, open_photo: Callable[[Controller], None], until: Until
) -> None:
    open_photo(controller)
    editor = Editor(controller)
    controller.paint()
    until(lambda: len(controller.document.strokes) >= 10)
    editor.choose_all()
    editor._choose(np.arange(len(controller.document.strokes)) < 4)
    editor.delete()
    assert controller.phase is Phase.IDLE
    count = len(controller.document.strokes)
    assert controller.undo_stack.count() == 2
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == 40
    assert count < 40
    controller.undo()
    controller.undo()
    assert len(controller.document.strokes) == count + 4


def test_nothing_is_edited_while_all_strokes_are_refined(painted: StudioWindow, until: Until) -> None:
    controller, strokes = painted._controller, painted.strokes
    strokes.editor.choose_all()
    controller.refine()
    assert not strokes.delete_action.isEnabled()
    strokes.editor.delete()
    assert len(controller.document.strokes) == 40
    controller.stop()
    until(lambda: controller.phase is Phase.IDLE)
    assert strokes.all_action.isEnabled()


def test_edits_are_saved_and_come_back(painted: StudioWindow, until: Until, tmp_path: Path) -> None:
    controller = painted._controller
    painted.strokes.editor._choose(np.isin(np.arange(40), [2, 5]))
    painted.strokes.mute_action.trigger()
    painted.strokes.lock_action.trigger()
    until(lambda: not painted.strokes.measuring.busy)
    path = tmp_path / "edited.strokewise"
    controller.save(path)
    until(lambda: controller.path == path and not controller.modified)
    document = controller.document
    controller.close_photo()
    controller.open_file(path)
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.document.strokes == document.strokes
    assert controller.document.strokes.muted.sum() == controller.document.strokes.locked.sum() == 2


def test_a_saved_painting_stays_saved_when_its_errors_are_measured(
    painted: StudioWindow, until: Until, tmp_path: Path
) -> None:
    controller = painted._controller
    painted.strokes.editor._choose(np.arange(40) == 2)
    painted.strokes.delete_action.trigger()
    assert needs_measuring(controller.document)
    path = tmp_path / "edited.strokewise"
    controller.save(path)
    until(lambda: controller.path == path)
    until(lambda: not painted.strokes.measuring.busy)
    assert not needs_measuring(controller.document)
    assert not controller.modified
    controller.undo()
    assert controller.modified
    controller.redo()
    assert not controller.modified


def test_measuring_while_nothing_is_painted_yet_leaves_nothing_to_undo(painted: StudioWindow, until: Until) -> None:
    controller = painted._controller
    painted.strokes.editor._choose(np.arange(40) == 2)
    painted.strokes.delete_action.trigger()
    edited, count = controller.document, controller.undo_stack.count()
    controller.paint()
    controller.pause()  # at once: the thread has not begun
    assert (controller.brushwork.under_way, controller.document) == ("paint", edited)
    until(lambda: controller.document is not edited)
    measured = controller.document
    assert np.isfinite(measured.strokes.errors).all()
    controller.stop()
    assert controller.undo_stack.count() == count
    controller.undo()
    assert len(controller.document.strokes) == 40
    controller.redo()
    assert controller.document is measured


def test_measured_errors_are_adopted_whatever_was_done_beside(
    painted: StudioWindow, until: Until, tmp_path: Path
) -> None:
    controller = painted._controller
    painted.strokes.editor._choose(np.arange(40) == 2)
    painted.strokes.delete_action.trigger()
    controller.branching.keep()
    until(lambda: not painted.strokes.measuring.busy)
    path = tmp_path / "a.strokewise"
    controller.save(path)
    until(lambda: controller.path == path)
    for step in (controller.undo, controller.undo, controller.redo, controller.redo):
        step()
    assert not needs_measuring(controller.document)
    assert not controller.modified


def test_edits_that_leave_the_stack_leave_the_memory() -> None:
    gone = []
    stack = QUndoStack()
    stack.setUndoLimit(2)
    for _ in range(5):
        before, after = painting(3), painting(3)
        gone.append(weakref.ref(before.strokes._columns.lock))
        stack.push(Edit("mute", (before, 3), (after, 3), lambda _document, _at: None))
        del before, after
    assert [each() is None for each in gone] == [True, True, True, False, False]


def test_mutes_of_many_strokes_share_what_they_do_not_change() -> None:
    strokes = painting(2000).strokes
    muted = strokes.changed(flags=np.full(2000, MUTED))
    assert np.shares_memory(muted.parameters, strokes.parameters)
    assert np.shares_memory(muted.patches, strokes.patches)
    assert not np.shares_memory(muted.flags, strokes.flags)
    assert muted.appended(strokes[:0]) == muted
    with pytest.raises(ValueError, match="2000 strokes"):
        strokes.changed(flags=np.ones(1, np.uint8))
    more = muted.appended(strokes[:3])
    assert (len(more), more.shared(muted, wholly=False)) == (2003, 2000)
    assert strokes.flags.sum() == 0


def test_a_colour_is_asked_for_and_given(painted: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    strokes = painted.strokes
    strokes.colour_action.trigger()  # none is chosen: nothing is asked
    strokes.editor._choose(np.isin(np.arange(40), [2, 5]))
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(255, 0, 0))
    strokes.colour_action.trigger()
    assert painted._controller.document.strokes.rgb()[[2, 5]].tolist() == [[1, 0, 0], [1, 0, 0]]
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    strokes.colour_action.trigger()
    assert painted._controller.undo_stack.count() == 2


def test_every_control_has_a_name_and_a_tip(painted: StudioWindow) -> None:
    inspector = painted.strokes.inspector
    painted.strokes.dock.show()
    for button in inspector.findChildren(QToolButton):
        assert button.accessibleName()
        assert button.toolTip()
    for control in (inspector.least, inspector.most, inspector.size_button, inspector.shift):
        assert control.accessibleName() or control.text()
        assert control.toolTip()


def test_shortcuts_are_unique(painted: StudioWindow) -> None:
    keys = [key.toString() for action in painted.actions() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_a_choice_follows_its_strokes() -> None:
    strokes = painting(20).strokes
    chosen = np.isin(np.arange(20), [3, 4, 18])
    assert np.flatnonzero(followed(chosen, strokes, strokes.picked(np.delete(np.arange(20), [0, 4])))).tolist() == [
        2,
        16,
    ]
    assert followed(chosen, strokes, strokes.changed(rgb=np.zeros((20, 3)))).tolist() == chosen.tolist()
    assert not followed(chosen, strokes, painting(20, seed=2).strokes).any()
    assert len(followed(np.zeros(20, bool), strokes, strokes[:4])) == 4


def test_outlines_hold_what_they_are_of() -> None:
    strokes = painting(60).strokes
    for index in range(20):
        one = strokes[index : index + 1]
        canvas = draw(replace(painting(1), strokes=one, background=(0, 0, 0)), Size(200, 300))
        rows, columns = np.nonzero(canvas.any(axis=2))
        box = Outlines(one).path.boundingRect()
        if len(rows):
            assert box.left() - 2 <= columns.min()
            assert box.right() + 2 >= columns.max()
            assert box.top() - 2 <= rows.min()
            assert box.bottom() + 2 >= rows.max()
    assert Outlines(Strokes()).path.isEmpty()


def test_a_choice_is_told_only_when_it_changes(painted: StudioWindow, until: Until) -> None:
    controller, editor, told = painted._controller, painted.strokes.editor, []
    editor.choose_all()
    chosen = editor.rows
    editor.chosen_changed.connect(lambda: told.append(True))
    controller.set_settings(strokes=60)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert len(controller.document.strokes) == len(editor.chosen) == 60
    assert editor.rows == chosen
    assert len(told) == 1  # at the end, for there are others beside them now
    assert "of 60 strokes" in painted.strokes.inspector.summary.text()
    editor.lock(True)
    assert len(told) > 1


def test_how_many_others_there_are_is_told_at_once_while_nothing_is_painted(painted: StudioWindow) -> None:
    controller, editor = painted._controller, painted.strokes.editor
    editor.choose_all()
    before = controller.document
    controller.shown.show(replace(before, strokes=before.strokes.appended(before.strokes[:1])))
    assert painted.strokes.inspector.summary.text() == "40 of 41 strokes"


def test_of_many_strokes_lines_are_drawn_where_they_lie() -> None:
    sheet, strokes = painting(300).size, painting(300).strokes
    strokes = strokes.picked((strokes.patches[:, :2].min(axis=1) > 0) & (strokes.patches[:, 2] < 60))
    assert len(strokes) > MOST_OUTLINES / 2
    strokes = strokes.appended(strokes).appended(strokes)
    image = QImage(300, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setTransform(QTransform.fromTranslate(20, 10).scale(0.5, 0.5))
    Outlines(strokes).paint(painter, QColor(0, 150, 255))
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(200, 300, 4)
    blue = np.abs(pixels.astype(int) - (255, 150, 0, 255)).max(axis=2) < 40
    drawn = draw(replace(painting(1), strokes=strokes, background=(0, 0, 0)), sheet).any(axis=2)[::2, ::2]
    there = np.zeros_like(blue)
    there[10 : 10 + drawn.shape[0], 20 : 20 + drawn.shape[1]] = drawn
    near = cv2.dilate(there.astype(np.uint8), np.ones((7, 7))) > 0
    assert blue.sum() > 300
    assert near[blue].mean() > 0.9  # the sheet's edge cuts strokes, not their lines


def test_the_inspector_has_room_beside_branches_that_were_there_first(painted: StudioWindow, until: Until) -> None:
    painted.resize(1500, 1000)
    painted.branches.dock.show()
    until(lambda: painted.branches.dock.height() > 700)

    painted.strokes.dock.show()

    until(lambda: painted.strokes.dock.height() > painted.branches.dock.height())
    assert painted.branches.dock.height() >= painted.branches.dock.sizeHint().height()

    painted.resizeDocks([painted.strokes.dock, painted.branches.dock], [300, 600], Qt.Orientation.Vertical)
    until(lambda: painted.strokes.dock.height() < 400)
    painted.strokes.dock.hide()
    painted.strokes.dock.show()
    QTest.qWait(50)
    assert painted.strokes.dock.height() < 400  # as the artist has it
