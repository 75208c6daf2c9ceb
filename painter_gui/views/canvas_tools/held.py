"""The tool that is held: what the window tells of the pointer becomes what a tool hears of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QPainter, QPointingDevice, QTabletEvent, QTransform
from PySide6.QtWidgets import QWidget

from painter_gui.views.canvas_tools.tool import CanvasTool, Touch

_REACH = 8
"""Pixels of the window that a tool may draw beyond what it says has changed."""

_LEAST_PRESSURE = 1e-3
"""A pen may say 0 where it only just touches."""


class Placed(Protocol):
    """What knows where the sheet lies in a window."""

    def sheet_point(self, point: QPointF) -> QPointF:
        """The point of the sheet, in its pixels, that a point of the window shows."""

    @property
    def scale(self) -> float:
        """Pixels of the window, as Qt counts them, per pixel of the sheet."""

    def hides(self, point: QPointF) -> bool:
        """Whether at a point of the window something else is shown in the painting's place."""


class HeldTool:
    """Holds at most one tool for a widget, and says of each event whether it was the tool's."""

    def __init__(self, widget: QWidget, place: Placed) -> None:
        self._widget, self._place = widget, place
        self._tool: CanvasTool | None = None
        self._down = self._away = False

    @property
    def tool(self) -> CanvasTool | None:
        """What is held; None where the pointer moves the canvas."""
        return self._tool

    def hold(self, tool: CanvasTool | None) -> None:
        """Hold another tool; nothing comes of what the last one had begun."""
        if tool is self._tool:
            return
        if self._tool is not None:
            self.abort()
            self._tool.leave()
            self._tool.changed.disconnect(self._on_changed)
        self._tool, self._away = tool, False
        if tool is not None:
            tool.changed.connect(self._on_changed)
        self._widget.setCursor(self.cursor)
        self._widget.update()

    @property
    def cursor(self) -> QCursor:
        """The pointer's form where it is: an arrow where there is no tool to use."""
        return QCursor(Qt.CursorShape.ArrowCursor) if self._tool is None or self._away else self._tool.cursor

    @property
    def down(self) -> bool:
        """Whether it has been put down."""
        return self._down

    @property
    def busy(self) -> bool:
        """Whether Escape is the tool's."""
        return self._tool is not None and (self._down or self._tool.busy)

    def abort(self) -> None:
        """End what the tool has begun."""
        self._down = False
        if self._tool is not None:
            self._tool.abort()
            self._widget.setCursor(self.cursor)

    def pressed(self, event: QMouseEvent | QTabletEvent) -> bool:
        """It was put down, on anything that is not the canvas's own."""
        if self._tool is None or self._down or event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._is_away(event):
            return False
        self._down = True
        return self._told(self._tool, self._tool.press, event)

    def moved(self, event: QMouseEvent | QTabletEvent) -> bool:
        """It has moved."""
        if self._tool is None or (not self._down and self._is_away(event)):
            return False
        return self._told(self._tool, self._tool.move if self._down else self._tool.hover, event)

    def released(self, event: QMouseEvent | QTabletEvent) -> bool:
        """It was lifted."""
        if self._tool is None or not self._down or event.button() != Qt.MouseButton.LeftButton:
            return False
        self._down = False
        return self._told(self._tool, self._tool.release, event)

    def left(self) -> None:
        """The pointer has gone elsewhere."""
        if self._tool is not None and not self._down:
            self._tool.leave()

    def paint(self, painter: QPainter) -> None:
        """Have the tool draw over the canvas."""
        if self._tool is None:
            return
        painter.save()
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self._to_window(), combine=True)
        self._tool.paint(painter)
        painter.restore()

    def _is_away(self, event: QMouseEvent | QTabletEvent) -> bool:
        """Whether the pointer is where the tool is not used."""
        assert self._tool is not None
        before = self._away
        self._away = not self._tool.is_for_photo(event.modifiers()) and self._place.hides(event.position())
        if self._away and not before:
            self._tool.leave()
        return self._away

    def _told(self, tool: CanvasTool, tell: Callable[[Touch], None], event: QMouseEvent | QTabletEvent) -> bool:
        pen = isinstance(event, QTabletEvent)
        tell(
            Touch(
                point=self._place.sheet_point(event.position()),
                scale=self._place.scale,
                pressure=max(_LEAST_PRESSURE, event.pressure()) if isinstance(event, QTabletEvent) else 1.0,
                eraser=pen and event.pointerType() is QPointingDevice.PointerType.Eraser,
                modifiers=event.modifiers(),
            )
        )
        self._widget.setCursor(tool.cursor)
        event.accept()
        return True

    def _to_window(self) -> QTransform:
        corner, scale = self._place.sheet_point(QPointF()), self._place.scale
        return QTransform.fromTranslate(-corner.x() * scale, -corner.y() * scale).scale(scale, scale)

    def _on_changed(self, part: QRectF | None) -> None:
        if part is None:
            self._widget.update()
            return
        seen = self._to_window().mapRect(part).toAlignedRect()
        self._widget.update(seen.adjusted(-_REACH, -_REACH, _REACH, _REACH))
