"""What a tool on the canvas hears of mouse, pen and keys, and what it draws."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QEventPoint, QKeyEvent, QPainter, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.geometry import Size
from painter_gui.canvas_worker import SharedPixels
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.canvas_tools.tool import CanvasTool, Touch
from painter_gui.views.canvas_view import CanvasView

pytestmark = pytest.mark.gui

SHEET = Size(50, 100)


class Notebook(CanvasTool):
    """Writes down all that it hears, and fills a part of the sheet with red."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, Touch | None]] = []
        self.filled = QRectF()

    @property
    def cursor(self) -> QCursor:
        return QCursor(Qt.CursorShape.WhatsThisCursor)

    @property
    def words(self) -> list[str]:
        return [word for word, _ in self.heard]

    def press(self, touch: Touch) -> None:
        self.heard.append(("press", touch))

    def move(self, touch: Touch) -> None:
        self.heard.append(("move", touch))

    def release(self, touch: Touch) -> None:
        self.heard.append(("release", touch))

    def hover(self, touch: Touch) -> None:
        self.heard.append(("hover", touch))

    def leave(self) -> None:
        self.heard.append(("leave", None))

    def abort(self) -> None:
        self.heard.append(("abort", None))

    def paint(self, painter: QPainter) -> None:
        painter.fillRect(self.filled, QColor(255, 0, 0))


@pytest.fixture
def view(qapp: QApplication, qtbot: QtBot) -> Iterator[CanvasView]:
    view = CanvasView()
    view.resize(432, 332)  # a sheet of 100 pixels is fitted at 4 to 1, its corner at (16, 66)
    view.show()
    qtbot.waitExposed(view)
    view.show_picture(SHEET, SharedPixels(SHEET), np.zeros((*SHEET, 4), np.uint8))
    yield view
    view.close()
    view.deleteLater()


@pytest.fixture
def tool(view: CanvasView) -> Notebook:
    tool = Notebook()
    view.hold(tool)
    return tool


def pen(view: CanvasView, kind: QEvent.Type, place: QPointF, pressure: float, *, eraser: bool = False) -> bool:
    pointer = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
    capabilities = QPointingDevice.Capability.Position | QPointingDevice.Capability.Pressure
    device = QPointingDevice("pen", 7, QPointingDevice.DeviceType.Stylus, pointer, capabilities, 1, 2)
    buttons = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
    event = QTabletEvent(
        kind, device, place, QPointF(view.mapToGlobal(place.toPoint())), pressure, 0, 0, 0, 0, 0,
        Qt.KeyboardModifier.NoModifier, button, buttons,
    )  # fmt: skip
    assert isinstance(event.point(0), QEventPoint)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def test_a_mouse_is_told_in_pixels_of_the_sheet(view: CanvasView, tool: Notebook, qtbot: QtBot) -> None:
    qtbot.mouseMove(view, QPoint(16, 66))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(56, 106))
    qtbot.mouseMove(view, QPoint(96, 66))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(416, 266))

    assert tool.words[-3:] == ["press", "move", "release"]
    touches = [touch for _, touch in tool.heard[-3:] if touch is not None]
    assert [(touch.point.x(), touch.point.y()) for touch in touches] == [(10, 10), (20, 0), (100, 50)]
    assert touches[0].modifiers == Qt.KeyboardModifier.ShiftModifier
    assert {touch.pressure for touch in touches} == {1.0}
    assert touches[0].scale == pytest.approx(view.zoom / view.devicePixelRatioF())
    assert view.cursor().shape() is Qt.CursorShape.WhatsThisCursor


def test_without_a_tool_the_left_button_moves_the_canvas(view: CanvasView, tool: Notebook, qtbot: QtBot) -> None:
    before = view.sheet_point(QPointF())
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(120, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(120, 100))
    assert view.sheet_point(QPointF()) == before
    heard = len(tool.heard)

    view.hold(None)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(120, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(120, 100))
    assert view.sheet_point(QPointF()).x() == pytest.approx(before.x() - 5)
    assert set(tool.words[heard:]) <= {"leave", "abort"}
    assert view.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_the_middle_button_moves_the_canvas_whatever_is_held(view: CanvasView, tool: Notebook, qtbot: QtBot) -> None:
    before = view.sheet_point(QPointF())
    qtbot.mousePress(view, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(140, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.MiddleButton, pos=QPoint(140, 100))
    assert view.sheet_point(QPointF()).x() == pytest.approx(before.x() - 10)
    assert not set(tool.words) & {"press", "move", "release"}


def test_the_splits_edge_is_the_canvass_own(view: CanvasView, tool: Notebook, qtbot: QtBot) -> None:
    view.set_mode(CanvasMode.SPLIT)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(216, 160))
    qtbot.mouseMove(view, QPoint(316, 160))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(316, 160))
    assert view.split == pytest.approx(0.75)
    assert "press" not in tool.words


@pytest.mark.parametrize("mode", [CanvasMode.TARGET, CanvasMode.SPLIT])
def test_a_tool_is_not_used_where_the_photo_hides_the_painting(
    view: CanvasView, tool: Notebook, qtbot: QtBot, mode: CanvasMode
) -> None:
    view.set_mode(mode)
    hidden, seen = QPoint(60, 166), QPoint(380, 166)
    assert view.hides(QPointF(hidden))
    qtbot.mouseMove(view, seen)
    qtbot.mouseMove(view, hidden)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=hidden)
    assert "press" not in tool.words
    assert view.cursor().shape() is Qt.CursorShape.ArrowCursor
    if mode is CanvasMode.SPLIT:
        assert tool.words == ["hover", "leave"]
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=seen)
        assert tool.words[-2:] == ["press", "release"]
    view.set_mode(CanvasMode.CANVAS)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=hidden)
    assert tool.words[-2:] == ["press", "release"]


def test_a_tool_for_the_photo_is_used_there(view: CanvasView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = Notebook()
    monkeypatch.setattr(tool, "is_for_photo", lambda modifiers: bool(modifiers & Qt.KeyboardModifier.AltModifier))
    view.hold(tool)
    view.set_mode(CanvasMode.TARGET)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 166))
    assert "press" not in tool.words
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, alt, pos=QPoint(60, 166))
    assert tool.words[-2:] == ["press", "release"]


def test_a_pen_tells_its_pressure_and_its_eraser(view: CanvasView, tool: Notebook) -> None:
    assert pen(view, QEvent.Type.TabletPress, QPointF(56, 106), 0.25)
    assert pen(view, QEvent.Type.TabletMove, QPointF(60, 106), 0.5)
    assert pen(view, QEvent.Type.TabletRelease, QPointF(64, 106), 0.0)
    assert pen(view, QEvent.Type.TabletPress, QPointF(56, 106), 0.25, eraser=True)

    assert tool.words == ["press", "move", "release", "press"]
    touches = [touch for _, touch in tool.heard if touch is not None]
    assert [touch.pressure for touch in touches[:2]] == [pytest.approx(0.25), pytest.approx(0.5)]
    assert 0 < touches[2].pressure < 0.01
    assert [touch.eraser for touch in touches] == [False, False, False, True]
    view.hold(None)
    assert not pen(view, QEvent.Type.TabletPress, QPointF(56, 106), 0.25)  # Qt makes a mouse's of it


def test_escape_ends_what_was_begun_and_is_otherwise_not_the_tools(
    view: CanvasView, tool: Notebook, qtbot: QtBot
) -> None:
    def overridden() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(view, event)
        return event.isAccepted()

    assert not overridden()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(56, 106))
    assert overridden()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert tool.words[-1] == "abort"
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(56, 106))
    assert "release" not in tool.words
    assert not overridden()


def test_another_picture_ends_what_was_begun(view: CanvasView, tool: Notebook, qtbot: QtBot) -> None:
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(56, 106))
    view.show_picture(SHEET, SharedPixels(SHEET), None)
    assert tool.words[-1] == "abort"


def test_a_tool_draws_over_the_sheet(view: CanvasView, tool: Notebook) -> None:
    tool.filled = QRectF(10, 10, 5, 5)
    tool.changed.emit(tool.filled)
    image = view.grab().toImage()
    ratio = image.width() / view.width()

    def colour(x: float, y: float) -> QColor:
        return image.pixelColor(round(x * ratio), round(y * ratio))

    assert colour(16 + 4 * 12, 66 + 4 * 12) == QColor(255, 0, 0)
    assert colour(16 + 4 * 8, 66 + 4 * 12) != QColor(255, 0, 0)
