"""Zoom, movement and the split's edge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPaintEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.geometry import PixelBox, Size
from painter_gui.canvas_worker import SharedPixels
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.sheet_place import LEAST_ZOOM, MOST_ZOOM

pytestmark = pytest.mark.gui

SHEET, CANVAS = Size(50, 100), Size(100, 200)


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> Iterator[CanvasView]:
    view = CanvasView()
    view.resize(432, 332)
    view.show()
    qtbot.waitExposed(view)
    pixels = SharedPixels(CANVAS)
    with pixels.locked() as content:
        content[..., :3] = np.random.default_rng(0).integers(0, 256, (*CANVAS, 3))
    view.show_picture(SHEET, pixels, np.full((*CANVAS, 4), 255, np.uint8))
    yield view
    view.close()
    view.deleteLater()


def wheel(view: CanvasView, place: QPointF, notches: float) -> None:
    event = QWheelEvent(
        place, QPointF(view.mapToGlobal(place.toPoint())), QPoint(), QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def same(one: QPointF, other: QPointF) -> bool:
    return abs(one.x() - other.x()) < 1e-6 and abs(one.y() - other.y()) < 1e-6


def test_the_whole_sheet_is_fitted_and_stays_so(view: CanvasView) -> None:
    assert view.zoom == pytest.approx(4.0)  # 432 - 2 x 16 wide for 100
    assert view.place.frame == QRectF(16, 66, 400, 200)
    view.resize(332, 332)
    assert view.zoom == pytest.approx(3.0)
    assert view.fitted


def test_the_target_shines_through_a_bare_sheet_where_nothing_else_is_looked_at(view: CanvasView) -> None:
    black, white = SharedPixels(CANVAS), np.full((*CANVAS, 4), 255, np.uint8)
    view.show_picture(SHEET, black, white)

    def shown() -> int:
        return view.grab().toImage().pixelColor(200, 150).lightness()

    assert shown() == 0
    view.set_bare(True)
    assert 120 < shown() < 135
    view.set_mode(CanvasMode.TARGET)
    assert shown() == 255
    view.set_mode(CanvasMode.CANVAS)
    view.show_rival(black)  # a painting beside another
    assert shown() == 0
    view.show_rival(None, beside=True)  # which has a view of its own
    assert shown() == 0
    view.show_rival(None)
    view.set_bare(False)
    assert shown() == 0


def test_what_is_painted_on_is_not_drawn_whole_for_every_stroke(view: CanvasView, qtbot: QtBot) -> None:
    drawn: list[QRect] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                drawn.append(event.rect())
            return False

    watch = Watch()
    view.set_bare(False)
    qtbot.wait(50)
    view.installEventFilter(watch)
    view.set_bare(False)
    qtbot.wait(50)
    assert drawn == []
    view.set_bare(True)
    qtbot.waitUntil(lambda: drawn != [])


@pytest.mark.parametrize("place", [QPointF(100, 100), QPointF(216, 166), QPointF(400, 220)])
def test_the_wheel_zooms_at_the_pointer(view: CanvasView, place: QPointF) -> None:
    before = view.sheet_point(place)
    wheel(view, place, 2)
    assert view.zoom == pytest.approx(4 * 1.2**2)
    assert same(view.sheet_point(place), before)
    wheel(view, place, -1)
    assert same(view.sheet_point(place), before)
    assert not view.fitted


def test_a_pinch_zooms_at_the_fingers(view: CanvasView) -> None:
    place = QPointF(120, 140)
    before = view.sheet_point(place)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, place, place,
        QPointF(view.mapToGlobal(place.toPoint())), 0.25, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    assert view.zoom == pytest.approx(5.0)
    assert same(view.sheet_point(place), before)


def test_zoom_has_its_ends(view: CanvasView) -> None:
    for notches, end in ((60, MOST_ZOOM), (-90, LEAST_ZOOM)):
        wheel(view, QPointF(216, 166), notches)
        assert view.zoom == end


def test_actual_size_and_fit(view: CanvasView, qtbot: QtBot) -> None:
    told: list[float] = []
    view.zoom_changed.connect(told.append)
    view.actual_size()
    assert (view.zoom, view.fitted) == (1.0, False)
    assert view.place.frame.size().toTuple() == (100.0, 50.0)
    view.fit()
    assert view.zoom == pytest.approx(4.0)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 160))
    assert view.zoom == pytest.approx(1.0)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 160))
    assert view.fitted
    assert told == pytest.approx([1, 4, 1, 4])


def test_dragging_moves_the_canvas_with_the_pointer(view: CanvasView, qtbot: QtBot) -> None:
    under = view.sheet_point(QPointF(100, 100))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(130, 90))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(130, 90))
    assert same(view.sheet_point(QPointF(130, 90)), under)
    qtbot.mouseMove(view, QPoint(200, 200))
    assert same(view.sheet_point(QPointF(130, 90)), under)


def test_arrow_keys_move_and_some_of_the_sheet_stays_in_sight(view: CanvasView, qtbot: QtBot) -> None:
    before = view.place.frame.left()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.place.frame.left() == before - 40
    for _ in range(100):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.place.frame.right() == pytest.approx(216)  # its edge in the middle of the window


def test_the_splits_edge_is_dragged_and_moved_by_keys(view: CanvasView, qtbot: QtBot) -> None:
    view.set_mode(CanvasMode.SPLIT)
    qtbot.mouseMove(view, QPoint(216, 160))
    assert view.cursor().shape() == Qt.CursorShape.SplitHCursor
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(217, 160))
    qtbot.mouseMove(view, QPoint(116, 160))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(116, 160))
    assert view.split == pytest.approx(0.25)
    assert view.place.frame == QRectF(16, 66, 400, 200)  # the canvas stayed
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.split == pytest.approx(0.27)
    view.set_split(7)
    assert view.split == 1


def test_space_asks_to_paint(view: CanvasView, qtbot: QtBot) -> None:
    asked: list[bool] = []
    view.paint_requested.connect(lambda: asked.append(True))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert asked == [True]


def test_a_changed_part_is_drawn_and_nothing_else(view: CanvasView, qtbot: QtBot) -> None:
    view.place.zoom = 2.0  # a canvas pixel is one of the screen
    view.place.fitted = False
    view.repaint()
    before = view.grab().toImage()
    assert view._pixels is not None
    with view._pixels.locked() as pixels:
        pixels[40:60, 80:120, :3] = 0
    view.on_canvas_changed(PixelBox(40, 80, 60, 120))
    qtbot.wait(20)
    after = view.grab().toImage()
    frame = view.place.frame
    inside = QRectF(frame.left() + 80, frame.top() + 40, 40, 20).adjusted(2, 2, -2, -2)
    assert after.pixelColor(inside.center().toPoint()).lightness() == 0
    changed = [
        (x, y)
        for x in range(0, after.width(), 3)
        for y in range(0, after.height(), 3)
        if after.pixelColor(x, y) != before.pixelColor(x, y)
    ]
    assert changed
    assert all(inside.adjusted(-4, -4, 4, 4).contains(QPointF(x, y)) for x, y in changed)


def test_without_a_picture_it_is_an_empty_field(view: CanvasView) -> None:
    view.show_picture(Size(1, 1), None, None)
    wheel(view, QPointF(100, 100), 1)
    image = view.grab().toImage()
    assert image.pixelColor(216, 166) == image.pixelColor(2, 2)
