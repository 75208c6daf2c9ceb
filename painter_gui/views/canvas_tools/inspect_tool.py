"""Choose strokes on the canvas: by a click, or by a rectangle around them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen

from core.picking import Combine
from core.stroke import Strokes
from painter_gui.editor import SAME_SPOT, Editor
from painter_gui.views.canvas_tools.outlines import Outlines
from painter_gui.views.canvas_tools.tool import CanvasTool, Touch

_DRAG = 4.0
"""Pixels of the window that a press must move to be a rectangle."""

_CHOSEN, _POINTED = QColor(0, 150, 255), QColor(255, 170, 0)


class InspectTool(CanvasTool):
    """Points at strokes and chooses them. Shift adds to the choice, Ctrl adds or takes away."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._begun: QPointF | None = None
        self._rectangle: QRectF | None = None
        self._chosen: Outlines | None = None
        self._pointed = Outlines(Strokes())
        editor.chosen_changed.connect(self._on_chosen)
        editor.pointed_changed.connect(self._on_pointed)

    @property
    def cursor(self) -> QCursor:
        """An arrow, which points; a cross while a rectangle is drawn."""
        return QCursor(Qt.CursorShape.ArrowCursor if self._rectangle is None else Qt.CursorShape.CrossCursor)

    @property
    def busy(self) -> bool:
        """While a rectangle is drawn."""
        return self._begun is not None

    def press(self, touch: Touch) -> None:
        """A click or a rectangle begins."""
        self._begun, self._rectangle = touch.point, None
        self._editor.point_nowhere()

    def move(self, touch: Touch) -> None:
        """Draw the rectangle."""
        if self._begun is None:
            return
        across = touch.point - self._begun
        if self._rectangle is not None or max(abs(across.x()), abs(across.y())) * touch.scale >= _DRAG:
            before = self._rectangle or QRectF()
            self._rectangle = QRectF(self._begun, touch.point).normalized()
            self.changed.emit(self._rectangle.united(before))

    def release(self, touch: Touch) -> None:
        """Choose what was clicked, or what lies in the rectangle."""
        if self._begun is None:
            return
        point, rectangle = touch.point, self._rectangle
        self._drop_rectangle()
        how = _combine(touch.modifiers)
        if rectangle is None:
            self._editor.pick(point.y(), point.x(), how, near=SAME_SPOT / touch.scale)
        else:
            self._editor.choose_in(rectangle.top(), rectangle.left(), rectangle.bottom(), rectangle.right(), how)

    def hover(self, touch: Touch) -> None:
        """Point at what is under the pointer."""
        self._editor.point(touch.point.y(), touch.point.x())

    def leave(self) -> None:
        """Point at nothing."""
        self._editor.point_nowhere()

    def abort(self) -> None:
        """Leave what is chosen as it was."""
        self._drop_rectangle()

    def paint(self, painter: QPainter) -> None:
        """Outline the strokes chosen and the one pointed at."""
        if self._chosen is None:
            self._chosen = Outlines(self._editor.chosen_strokes)
        self._chosen.paint(painter, _CHOSEN)
        self._pointed.paint(painter, _POINTED)
        if self._rectangle is not None:
            pen = QPen(_CHOSEN, 1.0, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            tint = QColor(_CHOSEN)
            tint.setAlpha(35)
            painter.setBrush(tint)
            painter.drawRect(self._rectangle)

    def _drop_rectangle(self) -> None:
        self._begun, before = None, self._rectangle
        self._rectangle = None
        if before is not None:
            self.changed.emit(before)

    def _on_chosen(self) -> None:
        self._chosen = None
        self.changed.emit(None)

    def _on_pointed(self) -> None:
        pointed, before = self._editor.pointed, self._pointed.path.boundingRect()
        rows = slice(0, 0) if pointed is None else slice(pointed.stroke, pointed.stroke + 1)
        self._pointed = Outlines(self._editor.document.strokes[rows])
        self.changed.emit(before.united(self._pointed.path.boundingRect()))


def _combine(modifiers: Qt.KeyboardModifier) -> Combine:
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return Combine.TOGGLE
    return Combine.ADD if modifiers & Qt.KeyboardModifier.ShiftModifier else Combine.REPLACE
