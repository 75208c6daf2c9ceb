"""The list of branches: a small picture of each, its name, and how it stands to the painting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.branches import Branch, Label
from core.document import Document
from painter_gui.views.branch_words import called, figures, painted_with, parting
from painter_gui.views.plain_text import plain_tip
from painter_gui.wording import Worded, translate

THUMBNAIL = QSize(96, 72)
"""Of a branch, pixels as Qt counts them."""


class _Item(QListWidgetItem):
    """A branch, whose name is what is edited of it."""

    def __init__(self, branch: Branch) -> None:
        super().__init__()
        self.branch = branch
        self.details = ""
        self.wish: str | None = None
        """A name that was typed, until it is taken up."""
        self.setFlags(self.flags() | Qt.ItemFlag.ItemIsEditable)

    def data(self, role: int) -> Any:
        if role == Qt.ItemDataRole.EditRole:
            return called(self.branch.label)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{called(self.branch.label)}\n{self.details}"
        return super().data(role)

    def setData(self, role: int, value: Any) -> None:  # noqa: N802
        if role == Qt.ItemDataRole.EditRole:
            self.wish = str(value)
        super().setData(role, value)


class _Rows(QListWidget):
    """Keeps the Delete key, which the window would give to the strokes, for the branch chosen.

    Signals:
        delete_pressed: as it says.
    """

    delete_pressed = Signal()

    def event(self, event: QEvent) -> bool:
        """Have the key come as a key."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_delete(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Tell of it."""
        if _is_delete(event):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


def _is_delete(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Delete)


class BranchList(Worded, QWidget):
    """Shows branches, one of which is chosen, and has buttons for what can be done.

    Signals:
        chosen_changed: Another one is chosen, or none.
        rename_requested: (index, name), an empty name for the automatic one.
        compare_requested: (index) by a double click.
        drop_requested: by the Delete key.
    """

    chosen_changed = Signal()
    rename_requested = Signal(int, str)
    compare_requested = Signal(int)
    drop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label()
        self.at_hand = QLabel(self)
        self.at_hand.setTextFormat(Qt.TextFormat.PlainText)
        self.at_hand.setWordWrap(True)
        self.list = _Rows(self)
        self.list.setIconSize(THUMBNAIL)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setSpacing(2)
        self.list.setMinimumSize(230, 120)
        self.buttons = QGridLayout()
        layout = QVBoxLayout(self)
        layout.addWidget(self.at_hand)
        layout.addWidget(self.list, 1)
        layout.addLayout(self.buttons)
        self.list.currentRowChanged.connect(self.chosen_changed)
        self.list.delete_pressed.connect(self.drop_requested)
        self.list.itemChanged.connect(self._on_item_changed)
        self.list.itemDoubleClicked.connect(lambda item: self.compare_requested.emit(self.list.row(item)))
        self.say(self._say_words)

    def add_actions(self, rows: Sequence[Sequence[QAction]]) -> None:
        """Have buttons for actions, row by row."""
        for row, actions in enumerate(rows):
            for column, action in enumerate(actions):
                span = 2 if len(actions) == 1 else 1
                self.buttons.addWidget(_button(self, action), row, column, 1, span)

    def _say_words(self) -> None:
        self.list.setAccessibleName(translate("Studio", "Branches"))
        self._say_at_hand()
        for row in range(self.list.count()):
            self._say_item(self.list.item(row), None)

    # What is shown

    @property
    def chosen(self) -> int | None:
        """Which one is chosen."""
        row = self.list.currentRow()
        return row if row >= 0 else None

    def choose(self, index: int) -> None:
        """Choose one."""
        self.list.setCurrentRow(index)

    def edit_name(self, index: int) -> None:
        """Have the artist type another name."""
        self.list.setFocus()
        self.list.editItem(self.list.item(index))

    def show_branches(self, branches: Sequence[Branch], label: Label) -> None:
        """Show these, and what the painting at hand is called; the same one stays chosen, or else the newest is."""
        self._label = label
        item = self.list.currentItem()
        chosen = item.branch.document if isinstance(item, _Item) else None
        before = [self.list.item(row) for row in range(self.list.count())]
        icons = {id(each.branch.document): each.icon() for each in before if isinstance(each, _Item)}
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for branch in branches:
            new = _Item(branch)
            new.setIcon(icons.get(id(branch.document), _plain(_blank(self))))
            new.setToolTip(plain_tip(painted_with(branch)))
            self.list.addItem(new)
        rows = [row for row, branch in enumerate(branches) if branch.document is chosen]
        self.list.setCurrentRow(rows[0] if rows else len(branches) - 1)
        self.list.blockSignals(blocked)
        self._say_at_hand()
        self.chosen_changed.emit()

    def show_partings(self, painting: Document, shared: Sequence[int]) -> None:
        """Show where each parts from the painting, of which it shares so many strokes."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            if isinstance(item, _Item):
                self._say_item(item, parting(item.branch, painting, shared[row]))

    def show_picture(self, document: Document, picture: QPixmap) -> None:
        """Show the small picture of a branch."""
        blocked = self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            if isinstance(item, _Item) and item.branch.document is document:
                item.setIcon(_plain(picture))
        self.list.blockSignals(blocked)

    def _say_item(self, item: QListWidgetItem, parted: str | None) -> None:
        if not isinstance(item, _Item):
            return
        branch = item.branch
        if parted is None:
            parted = item.details.partition("\n")[2]
        details = f"{figures(branch.document, len(branch.document.strokes))}\n{parted}"
        if details != item.details:
            item.details = details
            self.list.viewport().update()
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{called(branch.label)}, {details}".replace("\n", ", "))

    def _say_at_hand(self) -> None:
        self.at_hand.setVisible(self._label.number > 0)
        text = translate("Studio", "At hand: {name}").format(name=called(self._label)) if self._label.number else ""
        self.at_hand.setText(text)

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        if isinstance(item, _Item) and item.wish is not None:
            name, item.wish, row = item.wish, None, self.list.row(item)
            if name != called(item.branch.label):  # later: what comes of it replaces the items, this one is in use
                QTimer.singleShot(0, self, lambda: self.rename_requested.emit(row, name))


def _button(parent: QWidget, action: QAction) -> QToolButton:
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def say() -> None:
        button.setAccessibleName(action.text().replace("&", ""))

    action.changed.connect(say)
    say()
    return button


def _plain(picture: QPixmap) -> QIcon:
    """An icon that is not tinted where it is chosen: its colours are what it is there for."""
    found = QIcon(picture)
    found.addPixmap(picture, QIcon.Mode.Selected)
    return found


def _blank(widget: QWidget) -> QPixmap:
    """What stands where a picture will be."""
    ratio = widget.devicePixelRatioF()
    pixmap = QPixmap(THUMBNAIL * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(widget.palette().mid().color())
    return pixmap
