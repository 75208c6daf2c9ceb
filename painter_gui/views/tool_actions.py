"""Actions that say which tool is held on the canvas: one of them at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup

from painter_gui.views.canvas_view import CanvasView


class ToolActions(QObject):
    """Keeps one action of several checked: that of the tool that is held, or else of the hand."""

    def __init__(self, canvas: CanvasView, hand: QAction) -> None:
        """Begin with the hand, which moves the canvas.

        Args:
            canvas: Where tools are held.
            hand: Puts every tool down.
        """
        super().__init__(canvas)
        self._canvas = canvas
        self._group = QActionGroup(self)
        self._held: dict[QAction, Callable[[], bool]] = {}
        self.hand = hand
        self.add(hand, lambda: canvas.hold(None), lambda: canvas.tool is None)
        canvas.tool_changed.connect(self._on_tool_changed)
        self._on_tool_changed()

    @property
    def actions(self) -> list[QAction]:
        """All of them, in the order in which they came."""
        return [*self._held]

    def add(self, action: QAction, take: Callable[[], object], held: Callable[[], bool]) -> None:
        """One more.

        Args:
            action: It becomes checkable.
            take: Takes its tool.
            held: Whether its tool is the one that is held.
        """
        action.setCheckable(True)
        self._group.addAction(action)
        self._held[action] = held

        def chosen(_: bool = False) -> None:
            # A second time it is put down, but for the hand.
            if action is not self.hand and held():
                self._canvas.hold(None)
            else:
                take()
            self._on_tool_changed()

        action.triggered.connect(chosen)

    @Slot()
    def _on_tool_changed(self) -> None:
        for action, held in self._held.items():
            if held():
                action.setChecked(True)
                return
        self.hand.setChecked(True)
