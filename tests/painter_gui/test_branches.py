"""Branches as an artist sees them: the dock, the comparison, the keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.document import Document
from core.rasteriser.fast import draw, to_bytes
from painter_gui.brushwork import Phase
from painter_gui.canvas_worker import display_size
from painter_gui.controller import Controller
from painter_gui.second_canvas import SecondCanvas
from painter_gui.views.branch_list import BranchList
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.window import StudioWindow

pytestmark = pytest.mark.gui

Until = Callable[[Callable[[], bool]], None]
Deed = Callable[[Controller], None]


@pytest.fixture
def painted(studio: StudioWindow, paint_all: Deed) -> StudioWindow:
    """A studio with a painting of 120 strokes."""
    studio._controller.set_settings(strokes=120)
    paint_all(studio._controller)
    return studio


@pytest.fixture
def branched(painted: StudioWindow, until: Until) -> StudioWindow:
    """With another painting that parted from it after 60 strokes, of triangles."""
    controller = painted._controller
    controller.set_settings(stroke_type="triangle", actor=None)
    controller.seek(60)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    return painted


def lines(studio: StudioWindow) -> list[list[str]]:
    return [studio.branches.list.list.item(row).text().split("\n") for row in range(studio.branches.list.list.count())]


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def seen(view: CanvasView, column: float) -> NDArray[np.uint8]:
    """The pixels in a column of the sheet, as the view shows them."""
    middle = (QPointF(column, view.place.sheet.height / 2) - view.sheet_point(QPointF())) * view.scale
    whole = pixels_of(view.grab().toImage())
    return whole[10 + round(view.place.frame.top()) : round(view.place.frame.bottom()) - 10, round(middle.x())]


def compared(studio: StudioWindow, until: Until) -> None:
    """Have the comparison shown, and all of it drawn."""
    if not studio.branches.compare_action.isChecked():
        studio.branches.compare_action.trigger()
    until(lambda: studio.compare_view.comparing)


def test_the_dock_comes_with_the_first_branch(painted: StudioWindow, until: Until) -> None:
    panel = painted.branches
    assert not panel.dock.isVisible()
    assert panel.keep_action.isEnabled()
    assert not panel.compare_action.isEnabled()
    panel.keep_action.trigger()

    assert panel.dock.isVisible()
    assert lines(painted)[0][0] == "Branch 1"
    assert lines(painted)[0][1].startswith("120 strokes · ")
    assert lines(painted)[0][2] == "Is the painting as it is"
    icon = panel.list.list.item(0).icon()
    blank = icon.pixmap(96, 72).toImage()
    until(lambda: panel.list.list.item(0).icon().pixmap(96, 72).toImage() != blank)
    assert painted.undo_action.text() == "&Undo keeping a branch"
    painted.undo_action.trigger()
    assert not panel.dock.isVisible()


def test_a_dock_that_was_closed_stays_closed(painted: StudioWindow) -> None:
    panel = painted.branches
    panel.keep_action.trigger()
    panel.dock.close()
    painted._controller.restart()
    painted._controller.undo()
    painted._controller.branching.rename(0, "a")
    assert not panel.dock.isVisible()
    panel.dock.toggleViewAction().trigger()
    assert panel.dock.isVisible()
    painted._controller.close_photo()
    assert not panel.dock.isVisible()
    assert not panel.keep_action.isEnabled()


def test_where_branches_part_is_told_while_it_is_painted(branched: StudioWindow, until: Until) -> None:
    until(lambda: lines(branched)[0][2] == "Parts after stroke 60")
    tip = branched.branches.list.list.item(0).toolTip()
    assert tip.startswith("Brush stroke, 120 strokes planned, ")
    assert "gives way" in tip
    branched._controller.undo()
    branched.branches.keep_action.trigger()
    assert lines(branched)[0][2] == "Is the painting as it is"


def test_both_are_seen_across_an_edge(branched: StudioWindow, until: Until) -> None:
    view, canvas, controller = branched.compare_view, branched.canvas, branched._controller
    before = seen(canvas, 10), seen(canvas, 50)
    compared(branched, until)

    assert view.bar.isVisible()
    assert not view.second.isVisible()
    assert view.left.text().startswith("Branch 1\n120 strokes")
    assert view.right.text().startswith("Painting\n120 strokes")
    canvas.set_split(0.5)
    until(lambda: np.array_equal(seen(canvas, 50), before[1]))
    assert not np.array_equal(seen(canvas, 10), before[0])
    controller.undo()  # which has the branch itself at hand, and ends the comparison
    until(lambda: not view.comparing)
    assert not view.bar.isVisible()


def test_the_edge_is_moved_by_the_pointer(branched: StudioWindow, until: Until, qtbot: QtBot) -> None:
    compared(branched, until)
    canvas = branched.canvas
    frame = canvas.place.frame
    middle, quarter = (QPoint(round(frame.left() + share * frame.width()), 200) for share in (0.5, 0.25))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, quarter)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=quarter)
    assert canvas.split == pytest.approx(0.25, abs=0.01)


def test_side_by_side_both_are_looked_at_alike(branched: StudioWindow, until: Until, qtbot: QtBot) -> None:
    view, canvas = branched.compare_view, branched.canvas
    compared(branched, until)
    view.halves_button.click()
    second = view.second
    until(lambda: second.isVisible() and abs(second.width() - canvas.width()) <= 1)

    def alike() -> bool:
        return (second.zoom, second.sheet_point(QPointF(9, 9))) == (canvas.zoom, canvas.sheet_point(QPointF(9, 9)))

    branch = branched._controller.branching.branches[0].document
    wanted = drawn(branch)
    with branched.branches._second.pixels.locked() as pixels:
        np.testing.assert_array_equal(pixels[..., 2::-1], wanted)
    second.resize(canvas.size())
    canvas.zoom_at(QPointF(30, 40), 2.5)
    assert alike()
    second._move(QPointF(20, 10))
    assert alike()
    assert branched.zoom_label.text() == f"{canvas.zoom * 100:,.0f} %"
    second.fit()
    assert canvas.fitted
    branched.mode_actions[CanvasMode.DIFFERENCE].trigger()
    assert second.mode is CanvasMode.DIFFERENCE
    qtbot.keyClick(second, Qt.Key.Key_Space)
    assert branched._controller.phase in (Phase.IDLE, Phase.PAINTING)
    branched.branches.halves_action.trigger()
    assert not second.isVisible()
    assert view.split_button.isChecked()


def drawn(document: Document) -> NDArray[np.uint8]:
    return to_bytes(draw(document, display_size(document.size)))


def test_both_are_scrubbed_in_step(branched: StudioWindow, until: Until) -> None:
    view, controller = branched.compare_view, branched._controller
    compared(branched, until)
    branch = controller.branching.branches[0].document

    def shows(count: int) -> bool:
        wanted = drawn(branch.cut(count))  # before the lock, which is taken last
        with branched.branches._second.pixels.locked() as pixels:
            return np.array_equal(pixels[..., 2::-1], wanted)

    for moment in (80, 3, 120):
        controller.seek(moment)
        assert view.left.text().startswith(f"Branch 1\n{moment} strokes")
        until(lambda moment=moment: shows(moment))
    controller.set_settings(strokes=200)
    controller.paint()
    until(lambda: controller.phase is Phase.IDLE)
    assert view.left.text().startswith("Branch 1\n120 strokes")
    assert view.right.text().startswith("Painting\n200 strokes")
    controller.seek(150)
    assert view.left.text().startswith("Branch 1\n120 strokes")


def test_escape_ends_comparing_before_it_ends_painting(branched: StudioWindow, until: Until, qtbot: QtBot) -> None:
    controller = branched._controller
    compared(branched, until)
    controller.set_settings(strokes=5000)
    controller.paint()
    assert controller.phase is Phase.PAINTING
    qtbot.keyClick(branched.canvas, Qt.Key.Key_Escape)
    assert not branched.compare_view.comparing
    assert not branched.branches.compare_action.isChecked()
    assert controller.phase is Phase.PAINTING
    qtbot.keyClick(branched.canvas, Qt.Key.Key_Escape)
    assert controller.phase is Phase.IDLE


def test_what_was_at_hand_is_compared_with_what_was_taken(branched: StudioWindow, until: Until) -> None:
    controller, view = branched._controller, branched.compare_view
    first, second = controller.branching.branches[0].document, controller.document
    compared(branched, until)
    view.take_button.click()

    assert controller.document is first
    assert branched.branches._compared is second
    assert view.left.text().startswith("Branch 2\n")
    assert view.right.text().startswith("Branch 1\n")
    assert branched.branches.list.at_hand.text() == "At hand: Branch 1"
    assert branched.undo_action.text() == "&Undo taking a branch"
    view.end_button.click()
    assert not view.comparing
    branched.branches.take_action.trigger()
    assert controller.document is second


def test_taken_while_it_is_painted_what_was_painted_till_then_is_compared_with(
    branched: StudioWindow, until: Until
) -> None:
    controller = branched._controller
    first = controller.branching.branches[0].document
    compared(branched, until)
    controller.set_settings(strokes=4000)
    controller.paint()
    until(lambda: controller.brushwork.runs.run is not None and not controller.brushwork.runs.run.frames.empty())
    branched.branches.take_action.trigger()

    assert controller.document is first
    assert branched.branches._compared is controller.branching.branches[0].document
    assert len(controller.branching.branches[0].document.strokes) > 120


def test_what_is_chosen_is_what_is_compared(branched: StudioWindow, until: Until) -> None:
    branched.branches.keep_action.trigger()
    compared(branched, until)
    assert branched.compare_view.left.text().startswith("Branch 1\n")
    branched.branches.list.choose(1)
    assert branched.compare_view.left.text().startswith("Branch 2\n")
    branched.branches.drop_action.trigger()
    assert not branched.compare_view.comparing
    assert [each[0] for each in lines(branched)] == ["Branch 1"]
    branched.branches.list.list.itemDoubleClicked.emit(branched.branches.list.list.item(0))
    until(lambda: branched.compare_view.comparing)


def test_the_delete_key_in_the_list_drops_the_branch_and_no_strokes(branched: StudioWindow, qtbot: QtBot) -> None:
    strokes = branched._controller.document.strokes
    branched.strokes.inspect_action.trigger()
    branched.strokes.editor.choose_all()
    assert branched.strokes.delete_action.isEnabled()
    names = branched.branches.list.list
    names.setFocus()
    count = names.count()
    qtbot.keyClick(names, Qt.Key.Key_Delete)
    assert names.count() == count - 1
    assert branched._controller.document.strokes is strokes
    assert branched.undo_action.text() == "&Undo dropping a branch"


def test_a_branch_is_named_in_the_list(branched: StudioWindow, until: Until, qtbot: QtBot) -> None:
    names: BranchList = branched.branches.list
    branched.branches.rename_action.trigger()
    editor = names.list.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "Branch 1"
    editor.setText("<b>Warm</b> & light")
    qtbot.keyClick(editor, Qt.Key.Key_Return)

    until(lambda: lines(branched)[0][0] == "<b>Warm</b> & light")
    assert branched.undo_action.text() == "&Undo name of a branch"
    branched.branches.compare_action.trigger()
    assert branched.compare_view.left.textFormat() is Qt.TextFormat.PlainText
    assert branched.compare_view.left.toolTip() == "<p>&lt;b&gt;Warm&lt;/b&gt; &amp; light</p>"


def test_its_words_follow_the_language(branched: StudioWindow, until: Until) -> None:
    compared(branched, until)
    until(lambda: lines(branched)[0][2] == "Parts after stroke 60")
    branched.choices.choose_language("zh_CN")
    branched.choices.choose_language("en")
    assert branched.branches.dock.windowTitle() == "Branches"
    assert lines(branched)[0][0] == "Branch 1"
    assert branched.compare_view.right.text().startswith("Painting\n")


def test_another_photo_ends_the_comparison(branched: StudioWindow, until: Until) -> None:
    compared(branched, until)
    branched._controller.open_pixels(np.zeros((20, 30, 3), np.uint8), "dark")
    until(lambda: branched._controller.name == "dark")
    assert not branched.compare_view.comparing
    assert not branched.branches.dock.isVisible()


def test_a_second_canvas_at_rest_tells_nothing(branched: StudioWindow, until: Until) -> None:
    second, told = SecondCanvas(), []
    second.rest()
    second.changed.connect(told.append)
    document = branched._controller.document
    second.show(document, 10)
    until(lambda: len(told) == 1)
    second.show(document, 10)
    second.show(document, 20)
    until(lambda: len(told) == 2)
    second.rest()
    second.show(document, 20)
    until(lambda: len(told) == 3)
    second.close()
    assert told[0].size == display_size(document.size) == told[2].size
