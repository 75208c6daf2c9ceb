"""Strokes, one by one, in the window: the tools on the canvas, the inspector beside it, and their actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QColorDialog, QDockWidget

from core.editing import Place
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.editor import Editor, Like
from painter_gui.measuring import Measuring
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.canvas_tools.inspect_tool import InspectTool
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.inspector import Inspector
from painter_gui.views.panel_scroll import PanelScroll
from painter_gui.views.tool_actions import ToolActions
from painter_gui.wording import translate


class StrokeInspection(QObject):
    """Adds a tool, a dock on the right, hidden at first, and a menu to a window whose other actions are there."""

    def __init__(self, window: ActionWindow, canvas: CanvasView, controller: Controller) -> None:
        super().__init__(window)
        self._window, self._canvas, self._controller = window, canvas, controller
        self.editor = Editor(controller, self)
        self.measuring = Measuring(controller, self)
        self.inspector = Inspector(window)
        self.dock = QDockWidget(window)
        self.dock.setObjectName("strokes")
        self._scroll, self._had_room = PanelScroll(self.inspector, window), False
        self.dock.setWidget(self._scroll)
        self.dock.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()
        self.tool = InspectTool(self.editor)
        self._build_actions()
        self._build_menu()
        self.inspector.add_actions(
            like=[*self.like_actions.values()],
            choose=[self.all_action, self.none_action, self.muted_action, self.locked_action],
            change=[
                [self.delete_action, self.colour_action],
                [self.mute_action, self.lock_action],
                [self.order_actions[place] for place in (Place.TOP, Place.UP, Place.DOWN, Place.BOTTOM)],
            ],
        )
        self.inspector.size_requested.connect(self.editor.choose_sized)
        self.editor.chosen_changed.connect(self._on_chosen)
        self.editor.pointed_changed.connect(self._on_pointed)
        controller.phase_changed.connect(self._enable)
        controller.opened.connect(self._enable)
        self.dock.visibilityChanged.connect(self._on_dock)
        self.dock.toggleViewAction().toggled.connect(self._on_toggled)
        window.say(self._say_words)
        self._on_chosen()

    def close(self) -> None:
        """End its thread."""
        self.measuring.close()

    def _say_words(self) -> None:
        self.dock.setWindowTitle(translate("Studio", "Strokes"))
        for action, text in (  # for the inspector's buttons, under "Choose"
            (self.all_action, translate("Studio", "All")), (self.none_action, translate("Studio", "None")),
            (self.muted_action, translate("Studio", "Muted")), (self.locked_action, translate("Studio", "Locked")),
        ):  # fmt: skip
            action.setIconText(text)

    # Building

    def _build_actions(self) -> None:
        make, editor = self._window.new_action, self.editor
        self.hand_action = make(lambda: translate("Studio", "&Move the canvas"), "H", picture="hand", checkable=True)
        self.inspect_action = make(
            lambda: translate("Studio", "&Inspect strokes"), "I", picture="inspect", checkable=True
        )
        self.tools = ToolActions(self._canvas, self.hand_action)
        self.tools.add(self.inspect_action, self._on_inspect, lambda: self._canvas.tool is self.tool)

        self.delete_action = make(lambda: translate("Studio", "&Delete"), "Del", picture="delete")
        self.mute_action = make(lambda: translate("Studio", "M&ute"), "M", picture="eye-off", checkable=True)
        self.lock_action = make(lambda: translate("Studio", "&Lock"), "L", picture="lock", checkable=True)
        self.colour_action = make(lambda: translate("Studio", "&Colour…"), "Ctrl+Shift+C", picture="palette")
        self.order_actions = {
            Place.TOP: make(lambda: translate("Studio", "To the &top"), "Ctrl+Shift+]", picture="to-top"),
            Place.UP: make(lambda: translate("Studio", "Up by &one"), "Ctrl+]", picture="up"),
            Place.DOWN: make(lambda: translate("Studio", "Do&wn by one"), "Ctrl+[", picture="down"),
            Place.BOTTOM: make(lambda: translate("Studio", "To the &bottom"), "Ctrl+Shift+[", picture="to-bottom"),
        }
        self.all_action = make(lambda: translate("Studio", "Choose &all"), "Ctrl+A")
        self.none_action = make(lambda: translate("Studio", "Choose &none"), "Ctrl+Shift+A")
        self.muted_action = make(lambda: translate("Studio", "Choose mut&ed ones"))
        self.locked_action = make(lambda: translate("Studio", "Choose loc&ked ones"))
        words: dict[Like, Callable[[], str]] = {
            Like.TYPE: lambda: translate("Studio", "Of the same type"),
            Like.LEVEL: lambda: translate("Studio", "Of the same level"),
            Like.COLOUR: lambda: translate("Studio", "Of like colour"),
            Like.SIZE: lambda: translate("Studio", "Of like length"),
        }
        self.like_actions = {like: make(say) for like, say in words.items()}

        self.delete_action.triggered.connect(editor.delete)
        self.mute_action.triggered.connect(editor.mute)
        self.lock_action.triggered.connect(editor.lock)
        self.colour_action.triggered.connect(self.ask_for_colour)
        self.all_action.triggered.connect(editor.choose_all)
        self.none_action.triggered.connect(editor.choose_none)
        self.muted_action.triggered.connect(editor.choose_muted)
        self.locked_action.triggered.connect(editor.choose_locked)
        for place, action in self.order_actions.items():
            action.triggered.connect(partial(self._on_order, place))
        for like, action in self.like_actions.items():
            action.triggered.connect(partial(self._on_like, like))

    def _build_menu(self) -> None:
        window = self._window
        panel = self.dock.toggleViewAction()
        panel.setShortcut("F8")
        window.addAction(panel)
        like = window.new_menu(
            lambda: translate("Studio", "Choose all like tho&se chosen"), [*self.like_actions.values()]
        )
        actions = [
            *self.tools.actions, panel, None,
            self.all_action, self.none_action, self.muted_action, self.locked_action, like, None,
            self.delete_action, self.mute_action, self.lock_action, self.colour_action, None,
            *self.order_actions.values(),
        ]  # fmt: skip
        menu = window.new_menu(lambda: translate("Studio", "Stro&kes"), actions)
        help_menu = window.menus[-1][0]
        window.menuBar().insertMenu(help_menu.menuAction(), menu)
        window.menus.insert(-1, (menu, [action for action in actions if isinstance(action, QAction)]))
        first = window.tool_bar.actions()[0]
        window.tool_bar.insertActions(first, [*self.tools.actions])
        window.tool_bar.insertSeparator(first)

    # What the artist wishes

    def _on_inspect(self) -> None:
        self._canvas.hold(self.tool)
        self.dock.show()

    def _on_order(self, place: Place, _checked: bool = False) -> None:
        self.editor.move(place)

    def _on_like(self, like: Like, _checked: bool = False) -> None:
        self.editor.choose_like(like)

    @Slot()
    def ask_for_colour(self) -> None:
        """Ask for the colour of those chosen and give it to them."""
        strokes = self.editor.chosen_strokes
        if not len(strokes):
            return
        begun = QColor.fromRgbF(*np.clip(strokes.rgb().mean(axis=0), 0, 1).tolist())
        colour = QColorDialog.getColor(begun, self._window, translate("Studio", "Colour of the strokes chosen"))
        if colour.isValid():
            rgb = colour.redF(), colour.greenF(), colour.blueF()
            self.editor.recolour(rgb, shift=self.inspector.shift.isChecked())

    # What the editor and the controller say

    @Slot()
    def _on_chosen(self) -> None:
        self.inspector.show_chosen(self.editor.document, self.editor.chosen)
        strokes = self.editor.chosen_strokes
        for action, flags in ((self.mute_action, strokes.muted), (self.lock_action, strokes.locked)):
            action.setChecked(len(flags) > 0 and bool(flags.all()))
        self._enable()

    @Slot()
    def _on_pointed(self) -> None:
        self.inspector.show_pointed(self.editor.document, self.editor.pointed)

    @Slot(bool)
    def _on_dock(self, visible: bool) -> None:
        if visible and self._controller.phase is Phase.EMPTY:  # as the window was when it was closed last
            self.dock.hide()

    @Slot(bool)
    def _on_toggled(self, there: bool) -> None:
        if there and not self._had_room:
            QTimer.singleShot(0, self, self._make_room)  # once it has its place

    def _make_room(self) -> None:
        """Leave others in its column what they ask for: those that were there first would have three quarters of it.

        Once: how the artist divides the column afterwards is how it stays.
        """
        if not self.dock.isVisible():  # without a photo it has gone again
            return
        self._had_room = True
        area, docks = self._window.dockWidgetArea(self.dock), self._window.findChildren(QDockWidget)
        others = [
            dock
            for dock in docks
            if dock is not self.dock
            and dock.isVisible()
            and not dock.isFloating()
            and self._window.dockWidgetArea(dock) == area
        ]
        if self._scroll.viewport().height() < self.inspector.sizeHint().height() and not self.dock.isFloating():
            heights = [min(dock.height(), dock.sizeHint().height()) for dock in others]
            more = sum(dock.height() for dock in others) - sum(heights)
            self._window.resizeDocks(
                [self.dock, *others], [self.dock.height() + more, *heights], Qt.Orientation.Vertical
            )

    @Slot()
    def _enable(self) -> None:
        there = self._controller.phase is not Phase.EMPTY
        editable, any_chosen = self.editor.editable, bool(self.editor.chosen.any())
        if not there:
            self.dock.hide()
        self.dock.toggleViewAction().setEnabled(there)
        for action in self.tools.actions:
            action.setEnabled(there)
        for action in (self.all_action, self.none_action, self.muted_action, self.locked_action):
            action.setEnabled(editable)
        for action in self.like_actions.values():
            action.setEnabled(editable and any_chosen)
        self.inspector.like_button.setEnabled(editable and any_chosen)
        free = editable and any_chosen and not self.editor.chosen_strokes.locked.all()
        for action in (self.delete_action, self.mute_action, self.colour_action, *self.order_actions.values()):
            action.setEnabled(free)
        self.inspector.shift.setEnabled(free)
        self.lock_action.setEnabled(editable and any_chosen)
        self.inspector.enable(editable)
