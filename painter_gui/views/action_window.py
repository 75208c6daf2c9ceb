"""What the studio can be asked for: actions with their keys, in menus and on the tool bar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QSizePolicy, QSlider, QToolBar, QWidget

from painter_gui.icons import icon
from painter_gui.preferences import SCHEMES, SCRUB_MEMORIES
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.help_dialogs import without_mnemonic
from painter_gui.wording import LANGUAGES, Worded, translate


class ActionWindow(Worded, QMainWindow):
    """A window with the studio's actions; what they do is connected elsewhere."""

    def build_actions(self, *, scheme: str, language: str, scrub_memory: int | None, panel: QAction) -> None:
        """Make actions, menus and tool bar.

        Args:
            scheme: The one of `SCHEMES` that is in force.
            language: The one of `LANGUAGES` that is spoken.
            scrub_memory: The one of `SCRUB_MEMORIES` that is allowed.
            panel: Shows and hides the panel on the left.
        """
        self._build_actions(scheme, language, scrub_memory)
        self._build_menus(panel)
        self._build_tool_bar()

    def new_action(
        self,
        words: Callable[[], str],
        *keys: str | QKeySequence.StandardKey,
        picture: str = "",
        checkable: bool = False,
    ) -> QAction:
        """An action whose text and tool tip follow the language."""
        action = QAction(self)
        if picture:
            action.setIcon(icon(picture))
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setCheckable(checkable)

        def say() -> None:
            text = words()
            action.setText(text)
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(without_mnemonic(text) + (f" ({shown})" if shown else ""))

        self.say(say)
        self.addAction(action)
        return action

    def _build_actions(self, scheme: str, language: str, scrub_memory: int | None) -> None:
        key = QKeySequence.StandardKey
        make = self.new_action
        self.open_action = make(lambda: translate("Studio", "&Open…"), key.Open, picture="open")
        self.start_action = make(lambda: translate("Studio", "S&tart page"), "Ctrl+N")
        self.save_action = make(lambda: translate("Studio", "&Save session"), key.Save, picture="save")
        self.save_as_action = make(lambda: translate("Studio", "Save session &as…"), "Ctrl+Shift+S")
        self.export_action = make(lambda: translate("Studio", "&Export…"), "Ctrl+E", picture="export")
        self.queue_action = make(lambda: translate("Studio", "Q&ueue…"), "Ctrl+J")
        self.quit_action = make(lambda: translate("Studio", "&Quit"), "Ctrl+Q")
        self.undo_action = make(lambda: translate("Studio", "&Undo"), key.Undo, picture="undo")
        self.redo_action = make(lambda: translate("Studio", "&Redo"), "Ctrl+Shift+Z", "Ctrl+Y", picture="redo")
        self.paste_action = make(lambda: translate("Studio", "&Paste picture"), key.Paste, picture="paste")
        self.copy_action = make(lambda: translate("Studio", "&Copy painting"), key.Copy)
        self.paint_action = make(lambda: translate("Studio", "&Paint or pause"), "P", picture="brush")
        self.step_action = make(lambda: translate("Studio", "&Step"), "Shift+Space", "T", picture="step")
        self.stop_action = make(lambda: translate("Studio", "St&op"), "Esc", picture="stop")
        self.refine_action = make(lambda: translate("Studio", "Re&fine"), "Ctrl+B", picture="refine")
        self.restart_action = make(lambda: translate("Studio", "&Restart"), "Ctrl+R", picture="restart")
        self.focus_action = make(lambda: translate("Studio", "Focus &brush"), "F", picture="focus")
        self.protect_action = make(lambda: translate("Studio", "Protect&ion brush"), "Shift+F", picture="protect")
        self.play_action = make(lambda: translate("Studio", "Play the pain&ting"), "K")
        self.first_action = make(lambda: translate("Studio", "To the &bare sheet"), "Home")
        self.back_action = make(lambda: translate("Studio", "One stroke b&ack"), ",")
        self.forward_action = make(lambda: translate("Studio", "One stroke &forward"), ".")
        self.last_action = make(lambda: translate("Studio", "To the &last stroke"), "End")
        self.mode_actions = {
            CanvasMode.CANVAS: make(lambda: translate("Studio", "&Painting"), "1", picture="brush", checkable=True),
            CanvasMode.TARGET: make(lambda: translate("Studio", "P&hoto"), "2", picture="photo", checkable=True),
            CanvasMode.SPLIT: make(lambda: translate("Studio", "&Split"), "3", picture="split", checkable=True),
            CanvasMode.OVERLAY: make(lambda: translate("Studio", "O&verlay"), "4", picture="overlay", checkable=True),
            CanvasMode.DIFFERENCE: make(
                lambda: translate("Studio", "&Difference"), "5", picture="difference", checkable=True
            ),
        }
        self.modes = QActionGroup(self)
        for action in self.mode_actions.values():
            self.modes.addAction(action)
        self.mode_actions[CanvasMode.CANVAS].setChecked(True)
        self.zoom_in_action = make(
            lambda: translate("Studio", "Zoom &in"), "+", "=", "Ctrl++", "Ctrl+=", picture="zoom-in"
        )
        self.zoom_out_action = make(lambda: translate("Studio", "Zoom &out"), "-", "Ctrl+-", picture="zoom-out")
        self.fit_action = make(lambda: translate("Studio", "&Fit into window"), "0", "Ctrl+0", picture="fit")
        self.actual_action = make(lambda: translate("Studio", "&Actual size"), "9", "Ctrl+9")
        self.full_screen_action = make(lambda: translate("Studio", "F&ull screen"), "F11", checkable=True)
        self.shortcuts_action = make(lambda: translate("Studio", "&Shortcuts"), "F1")
        self.about_action = make(lambda: translate("Studio", "&About Strokewise"))
        self.quit_action.setMenuRole(QAction.MenuRole.QuitRole)
        self.about_action.setMenuRole(QAction.MenuRole.AboutRole)
        schemes = {
            "system": lambda: translate("Studio", "As the system"), "light": lambda: translate("Studio", "Light"),
            "dark": lambda: translate("Studio", "Dark"),
        }  # fmt: skip
        self.scheme_actions = {name: make(schemes[name], checkable=True) for name in SCHEMES}
        self.language_actions = {name: make(partial(str, LANGUAGES[name]), checkable=True) for name in LANGUAGES}
        self.memory_actions = {size: make(partial(_memory_words, size), checkable=True) for size in SCRUB_MEMORIES}
        for actions in (self.scheme_actions.values(), self.language_actions.values(), self.memory_actions.values()):
            group = QActionGroup(self)
            for action in actions:
                group.addAction(action)
        self.scheme_actions[scheme].setChecked(True)
        self.language_actions[language].setChecked(True)
        self.memory_actions[scrub_memory].setChecked(True)

    def new_menu(self, words: Callable[[], str], actions: list[QAction | QMenu | None]) -> QMenu:
        """A menu whose title follows the language; None is a line."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.say(lambda: menu.setTitle(words()))
        for action in actions:
            if action is None:
                menu.addSeparator()
            elif isinstance(action, QMenu):
                menu.addMenu(action)
            else:
                menu.addAction(action)
        return menu

    def _build_menus(self, panel: QAction) -> None:
        self.recent_menu = self.new_menu(lambda: translate("Studio", "Open &recent"), [])
        scheme = self.new_menu(lambda: translate("Studio", "Appea&rance"), [*self.scheme_actions.values()])
        # Named in both languages, so that it is found from either.
        language = self.new_menu(
            lambda: translate("Studio", "&Language") + " / 语言", [*self.language_actions.values()]
        )
        memory = self.new_menu(lambda: translate("Studio", "&Memory for scrubbing"), [*self.memory_actions.values()])
        timeline = [self.play_action, None, self.first_action, self.back_action, self.forward_action, self.last_action]
        self.menus: list[tuple[QMenu, list[QAction]]] = []
        menus: list[tuple[Callable[[], str], list[QAction | QMenu | None]]] = [
            (lambda: translate("Studio", "&File"), [
                self.open_action, self.recent_menu, self.start_action, None, self.save_action, self.save_as_action,
                self.export_action, None, self.queue_action, None, self.quit_action,
            ]),
            (lambda: translate("Studio", "&Edit"), [
                self.undo_action, self.redo_action, None, self.copy_action, self.paste_action,
            ]),
            (lambda: translate("Studio", "&Painting"), [
                self.paint_action, self.step_action, self.stop_action, self.refine_action, self.restart_action,
                None, self.focus_action, self.protect_action,
            ]),
            (lambda: translate("Studio", "&Timeline"), [*timeline, None, memory]),
            (lambda: translate("Studio", "&View"), [
                *self.mode_actions.values(), None, self.zoom_in_action, self.zoom_out_action, self.fit_action,
                self.actual_action, None, panel, self.full_screen_action, None, scheme,
                language,
            ]),
            (lambda: translate("Studio", "&Help"), [self.shortcuts_action, self.about_action]),
        ]  # fmt: skip
        for words, actions in menus:
            menu = self.new_menu(words, actions)
            self.menuBar().addMenu(menu)
            self.menus.append((menu, [action for action in actions if isinstance(action, QAction)]))

    def _build_tool_bar(self) -> None:
        bar = QToolBar(self)
        bar.setObjectName("tools")
        bar.setIconSize(QSize(20, 20))
        bar.setMovable(False)
        self.addToolBar(bar)
        self.tool_bar = bar
        for actions in (
            (self.open_action, self.save_action, self.export_action), (self.undo_action, self.redo_action),
            tuple(self.mode_actions.values()),
        ):  # fmt: skip
            for action in actions:
                bar.addAction(action)
            bar.addSeparator()
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(50)
        self.opacity.setFixedWidth(120)
        self.opacity_action = bar.addWidget(self.opacity)
        self.opacity_action.setVisible(False)
        spacer = QWidget(self)
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        for action in (self.zoom_out_action, self.zoom_in_action, self.fit_action):
            bar.addAction(action)
        self.zoom_label = QLabel(self)
        self.zoom_label.setMinimumWidth(self.fontMetrics().horizontalAdvance("3,200 %") + 8)
        self.zoom_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        bar.addWidget(self.zoom_label)
        spacer = QWidget(self)
        spacer.setFixedWidth(8)
        bar.addWidget(spacer)
        self.say(self._say_tool_bar)

    def _say_tool_bar(self) -> None:
        self.tool_bar.setWindowTitle(translate("Studio", "Tools"))
        self.opacity.setToolTip(translate("Studio", "How much of the photo shows"))
        self.opacity.setAccessibleName(self.opacity.toolTip())
        self.zoom_label.setToolTip(translate("Studio", "Pixels of the screen per pixel of the photo"))


def _memory_words(mebibytes: int | None) -> str:
    if mebibytes is None:
        return translate("Studio", "As suits this computer")
    return f"{mebibytes} MB" if mebibytes < 1024 else f"{mebibytes // 1024} GB"
