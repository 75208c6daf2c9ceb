"""Co-painting in the window: the brush on the canvas, its bar, and their actions."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from painter_gui.by_hand import ByHand
from painter_gui.controller import Controller
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.brush_bar import BrushBar
from painter_gui.views.canvas_tools.stroke_brush import StrokeBrush
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.stroke_types import type_names
from painter_gui.views.tool_actions import ToolActions
from painter_gui.wording import translate

_STEP = 1.2
"""By which a key makes the brush larger or smaller."""


class PaintingByHand(QObject):
    """Adds the brush to a window whose other actions are there."""

    def __init__(self, window: ActionWindow, canvas: CanvasView, controller: Controller, tools: ToolActions) -> None:
        super().__init__(window)
        self._window, self._canvas, self._controller, self._tools = window, canvas, controller, tools
        self.hand = ByHand(controller, self)
        self.tool = StrokeBrush(self.hand)
        self.bar = BrushBar(window)
        window.addToolBarBreak()
        window.addToolBar(self.bar)
        self.bar.toggleViewAction().setVisible(False)  # it comes and goes with the brush
        self.bar.hide()
        self._build_actions()
        self.bar.brush_requested.connect(self._on_wish)
        self.hand.brush_changed.connect(self._on_brush)
        controller.opened.connect(self._on_opened)
        canvas.tool_changed.connect(self._on_tool)
        window.say(self._on_brush)
        self._on_opened()

    def close(self) -> None:
        """End its thread."""
        self.hand.close()

    def _build_actions(self) -> None:
        window, make = self._window, self._window.new_action
        self.brush_action = make(lambda: translate("Studio", "Paint by &hand"), "B", picture="by-hand", checkable=True)
        self.smaller_action = make(lambda: translate("Studio", "S&maller brush"), "[")
        self.larger_action = make(lambda: translate("Studio", "&Larger brush"), "]")
        self._tools.add(self.brush_action, self.take, lambda: self.held)
        self.smaller_action.triggered.connect(partial(self._resize, 1 / _STEP))
        self.larger_action.triggered.connect(partial(self._resize, _STEP))
        actions = [self.brush_action, self.smaller_action, self.larger_action]
        menu, shown = next(entry for entry in window.menus if window.paint_action in entry[1])
        menu.addSeparator()
        menu.addActions(actions)
        shown += actions
        window.tool_bar.insertAction(window.tool_bar.actions()[2], self.brush_action)  # beside the other tools

    # What the artist wishes

    @property
    def held(self) -> bool:
        """Whether the brush is in the hand."""
        return self._canvas.tool is self.tool

    def take(self) -> None:
        """Take the brush."""
        self._canvas.hold(self.tool)
        self._canvas.setFocus()

    def _resize(self, factor: float, _checked: bool = False) -> None:
        self.hand.choose(size=self.hand.brush.size * factor)

    @Slot(str, object)
    def _on_wish(self, name: str, value: object) -> None:
        self.hand.choose(**{name: value})

    # What the others say

    @Slot()
    def _on_tool(self) -> None:
        self.bar.setVisible(self.held)
        for action in (self.smaller_action, self.larger_action):
            action.setEnabled(self.held)

    @Slot()
    def _on_opened(self) -> None:
        there = self._controller.photo is not None
        self.brush_action.setEnabled(there)
        if not there and self.held:
            self._canvas.hold(None)
        self._on_tool()
        self._on_brush()

    @Slot()
    def _on_brush(self) -> None:
        hand = self.hand
        self.bar.show_brush(hand.brush, hand.colour, type_names()[hand.stroke_type])
