"""Branches in the window: the dock that lists them, what can be done with them, and comparing one with the painting."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtWidgets import QDockWidget

from core.document import Document
from core.geometry import PixelBox
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.pictures import rgb_pixmap
from painter_gui.second_canvas import SecondCanvas
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.branch_list import THUMBNAIL, BranchList
from painter_gui.views.branch_words import called, figures
from painter_gui.views.compare_view import CompareView
from painter_gui.wording import translate

_REST_MS = 150
"""Between two looks at where branches part from a painting that grows."""


class BranchPanel(QObject):
    """Adds a dock on the right, hidden until there is a branch, and a menu to a window; and runs the comparison."""

    def __init__(self, window: ActionWindow, view: CompareView, controller: Controller) -> None:
        super().__init__(window)
        self._window, self._view, self._controller = window, view, controller
        self._branching = controller.branching
        self._compared: Document | None = None
        self._count = 0
        """How many of its strokes are shown."""
        self._wanted, self._arranging = True, False
        self._pictured: list[Document] = []
        self._background = Background("branches", self)
        self._second = SecondCanvas(self)
        self.list = BranchList(window)
        self.dock = QDockWidget(window)
        self.dock.setObjectName("branches")
        self.dock.setWidget(self.list)
        self.dock.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()
        self._build_actions()
        self._build_menu()
        self.list.add_actions(
            [[self.keep_action], [self.compare_action, self.take_action], [self.rename_action, self.drop_action]]
        )
        self._resting = QTimer(self, interval=_REST_MS, singleShot=True)
        self._resting.timeout.connect(self._show_partings)
        self._connect()
        window.say(self._say_words)
        self._on_branches()

    def close(self) -> None:
        """End its threads."""
        self._resting.stop()
        self._background.close()
        self._second.close()

    # Building

    def _build_actions(self) -> None:
        make = self._window.new_action
        self.keep_action = make(lambda: translate("Studio", "&Keep as branch"), "Ctrl+K", picture="branch")
        self.compare_action = make(lambda: translate("Studio", "&Compare"), "C", picture="split", checkable=True)
        self.halves_action = make(
            lambda: translate("Studio", "&Side by side"), "Shift+C", picture="halves", checkable=True
        )
        self.end_action = make(lambda: translate("Studio", "Stop c&omparing"))
        self.take_action = make(lambda: translate("Studio", "&Take"), "Ctrl+T", picture="swap")
        self.rename_action = make(lambda: translate("Studio", "Re&name"), "F2")
        self.drop_action = make(lambda: translate("Studio", "&Drop"), "Ctrl+Del", picture="delete")
        self._stop_keys = self._window.stop_action.shortcuts()

    def _build_menu(self) -> None:
        window, panel = self._window, self.dock.toggleViewAction()
        panel.setShortcut("F7")
        window.addAction(panel)
        for menu, actions in window.menus:
            if window.full_screen_action in actions:
                menu.insertAction(window.full_screen_action, panel)
                actions.insert(actions.index(window.full_screen_action), panel)
        own: list[QAction | None] = [
            self.keep_action, None, self.compare_action, self.halves_action, self.end_action, None, self.take_action,
            self.rename_action, self.drop_action,
        ]  # fmt: skip
        menu = window.new_menu(lambda: translate("Studio", "&Branches"), [*own])
        help_menu = window.menus[-1][0]
        window.menuBar().insertMenu(help_menu.menuAction(), menu)
        window.menus.insert(-1, (menu, [action for action in own if action is not None]))

    def _connect(self) -> None:
        controller, view = self._controller, self._view
        self.keep_action.triggered.connect(self._on_keep)
        self.compare_action.triggered.connect(self._on_compare)
        self.halves_action.triggered.connect(self._on_halves)
        self.end_action.triggered.connect(self.end_comparison)
        self.take_action.triggered.connect(self._on_take)
        self.rename_action.triggered.connect(self._on_rename)
        self.drop_action.triggered.connect(self._on_drop)
        self.list.chosen_changed.connect(self._on_chosen)
        self.list.rename_requested.connect(self._branching.rename)
        self.list.compare_requested.connect(self.compare)
        self.list.drop_requested.connect(self.drop_action.trigger)
        view.side_by_side_requested.connect(self._on_halves)
        view.take_requested.connect(self._on_take_compared)
        view.end_requested.connect(self.end_comparison)
        self._second.changed.connect(self._on_second_changed)
        self._branching.changed.connect(self._on_branches)
        controller.opened.connect(self._on_branches)
        controller.document_changed.connect(self._on_document)
        controller.position_changed.connect(self._follow)
        controller.phase_changed.connect(self._enable)
        self.dock.visibilityChanged.connect(self._on_dock)

    def _say_words(self) -> None:
        self.dock.setWindowTitle(translate("Studio", "Branches"))
        self._show_partings()
        self._say_comparison()

    # What the artist wishes

    @Slot()
    def _on_keep(self) -> None:
        if self._branching.keep():
            self.dock.show()

    @Slot(bool)
    def _on_compare(self, on: bool) -> None:
        if not on:
            self.end_comparison()
        elif self.list.chosen is not None:
            self.compare(self.list.chosen)
        self._enable()

    @Slot(int)
    def compare(self, index: int) -> None:
        """Compare a branch with the painting."""
        self._compared = self._branching.branches[index].document
        self.list.choose(index)
        self._follow()
        self._enable()

    @Slot(bool)
    def _on_halves(self, on: bool) -> None:
        self.halves_action.setChecked(on)
        self._view.set_side_by_side(on)

    @Slot()
    def end_comparison(self) -> None:
        """Show the painting alone."""
        if self._compared is not None:
            self._compared = None
            self._view.end()
            self._second.rest()
        self._enable()

    @Slot()
    def _on_take(self) -> None:
        if self.list.chosen is not None:
            self._take(self.list.chosen)

    @Slot()
    def _on_take_compared(self) -> None:
        index = None if self._compared is None else self._branching.branches.index(self._compared)
        if index is not None:
            self._take(index)

    def _take(self, index: int) -> None:
        """Take a branch; where it was compared with, the painting that was at hand is compared with from now on."""
        compared, taken = self._compared, self._branching.branches[index].document
        if compared is taken:
            self._compared = None  # until it is known whether there is another one in its place
        painting = self._branching.take(index)
        left = None if painting is None else self._branching.branches.index(painting)
        if compared is taken and left is not None:
            self.compare(left)
        elif compared is taken:
            self._compared = compared
            self.end_comparison()

    @Slot()
    def _on_rename(self) -> None:
        if self.list.chosen is not None:
            self.dock.show()
            self.list.edit_name(self.list.chosen)

    @Slot()
    def _on_drop(self) -> None:
        if self.list.chosen is not None:
            self._branching.drop(self.list.chosen)

    @Slot()
    def _on_chosen(self) -> None:
        if self._compared is not None and self.list.chosen is not None:
            self._compared = self._branching.branches[self.list.chosen].document
            self._follow()
        self._enable()

    # Comparing

    @Slot()
    def _follow(self) -> None:
        """Have as many strokes of the branch shown as of the painting, and at its end all of them."""
        if self._compared is None:
            return
        painting, position = self._controller.document, self._controller.position
        mine = len(self._compared.strokes)
        self._count = mine if position >= len(painting.strokes) else min(position, mine)
        self._second.show(self._compared, self._count)
        self._say_comparison()

    @Slot(object)
    def _on_second_changed(self, box: PixelBox) -> None:
        if self._compared is None:
            return
        if not self._view.comparing:  # not before there is anything to be seen
            self._view.begin(self._controller.document.size, self._second.pixels)
        self._view.on_second_changed(box)

    def _say_comparison(self) -> None:
        index = None if self._compared is None else self._branching.branches.index(self._compared)
        if index is None:
            return
        branch, controller = self._branching.branches[index], self._controller
        self._view.show_words(
            (called(branch.label), figures(branch.document, self._count)),
            (called(self._branching.branches.label), figures(controller.document, controller.position)),
        )

    # What the controller says

    @Slot()
    def _on_branches(self) -> None:
        branches = self._branching.branches
        if self._compared is not None and branches.index(self._compared) is None:
            self.end_comparison()
        self.list.show_branches(branches.all, branches.label)
        self._pictured = [document for document in self._pictured if branches.index(document) is not None]
        for branch in branches:
            if not any(document is branch.document for document in self._pictured):
                self._pictured.append(branch.document)
                self._picture(branch.document)
        if self._compared is not None:
            self.list.choose(branches.index(self._compared) or 0)
        self._show_partings()
        self._say_comparison()
        self._show_dock()
        self._enable()

    def _picture(self, document: Document) -> None:
        side = round(max(THUMBNAIL.width(), THUMBNAIL.height()) * self._window.devicePixelRatioF())

        def show(pixels: NDArray[np.uint8]) -> None:
            self.list.show_picture(document, _framed(rgb_pixmap(pixels), self._window.devicePixelRatioF()))

        self._background.submit(partial(_drawn, document, side), show)

    @Slot()
    def _on_document(self) -> None:
        if len(self._branching.branches) and not self._resting.isActive():
            self._resting.start()
        self._follow()

    @Slot()
    def _show_partings(self) -> None:
        shared = [self._branching.parting(branch) for branch in self._branching.branches]
        self.list.show_partings(self._controller.document, shared)
        self._say_comparison()

    def _show_dock(self) -> None:
        """Show the dock where there is a branch, unless the artist has closed it."""
        self._arranging = True
        there = self._controller.phase is not Phase.EMPTY
        if not there or not len(self._branching.branches):
            self.dock.hide()
        elif self._wanted:
            self.dock.show()
        self._arranging = False

    @Slot(bool)
    def _on_dock(self, visible: bool) -> None:
        if visible and self._controller.phase is Phase.EMPTY:  # as the window was when it was closed last
            self.dock.hide()
        elif not self._arranging and self._window.isVisible() and len(self._branching.branches):
            self._wanted = not self.dock.isHidden()

    @Slot()
    def _enable(self) -> None:
        there = self._controller.phase is not Phase.EMPTY
        possible, chosen = self._branching.possible, self.list.chosen is not None
        comparing = self._compared is not None
        self.keep_action.setEnabled(possible and len(self._controller.document.strokes) > 0)
        for action in (self.take_action, self.rename_action, self.drop_action):
            action.setEnabled(possible and chosen)
        self.list.list.setEnabled(there)
        self._view.take_button.setEnabled(possible)
        self.compare_action.setEnabled(chosen)
        self.compare_action.setChecked(comparing)
        self.halves_action.setEnabled(comparing)
        self.halves_action.setChecked(self._view.side_by_side)
        self.end_action.setEnabled(comparing)
        self._hand_over_escape(comparing)
        self.dock.toggleViewAction().setEnabled(there)

    def _hand_over_escape(self, comparing: bool) -> None:
        """What ends painting ends the comparison while there is one; two actions with one key would both be deaf."""
        stop, end = self._window.stop_action, self.end_action
        for action, keys in ((stop, []), (end, self._stop_keys)) if comparing else ((end, []), (stop, self._stop_keys)):
            action.setShortcuts(keys)


def _drawn(document: Document, side: int) -> NDArray[np.uint8]:
    """A document as a small picture [h, w, 3]."""
    from core.rasteriser.fast import draw, to_bytes

    size = document.size.with_longer_side(min(side, document.size.longer))
    return to_bytes(draw(document, size))


def _framed(picture: QPixmap, ratio: float) -> QPixmap:
    """A picture as large as fits into a thumbnail."""
    small = picture.scaled(
        THUMBNAIL * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    small.setDevicePixelRatio(ratio)
    return small
