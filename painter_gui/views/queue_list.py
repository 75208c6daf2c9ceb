"""The queue's entries, each with its picture and how it stands with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from core.errands import is_film
from painter_gui.background import Background
from painter_gui.error_words import problem_told, told
from painter_gui.files import thumbnail
from painter_gui.pictures import rgb_pixmap
from painter_gui.queue_model import Entry, State
from painter_gui.queue_pace import Stage
from painter_gui.views.plain_text import plain_tip
from painter_gui.views.start_page import framed
from painter_gui.wording import Worded, translate

THUMBNAIL = QSize(60, 44)

_SETTLE_MS = 80
"""Scrolling must rest so long before pictures are fetched for what is seen then."""

_NUMBER, _SOURCE, _SHARE = (Qt.ItemDataRole.UserRole + index for index in range(3))


class _StateDelegate(QStyledItemDelegate):
    """Draws how it stands with an entry: words, and how far it has come as a thin bar below them."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:  # noqa: N802
        """Words begin with what matters most."""
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the words, and the bar where there is a share."""
        super().paint(painter, option, index)
        share = index.data(_SHARE)
        if not isinstance(share, float):
            return
        room: QRect = option.rect.adjusted(4, 0, -12, -5)
        groove = QRect(room.left(), room.bottom() - 3, room.width(), 4)
        done = QRect(groove.topLeft(), QSize(round(share * groove.width()), groove.height()))
        palette = option.palette
        painter.fillRect(groove, palette.mid())
        painter.fillRect(done, palette.highlight())


class QueueList(Worded, QTreeWidget):
    """Shows entries, and tells which are chosen and what is dropped on it.

    Signals:
        dropped: (paths), files and folders to be put in the queue.
        opened: (entry's number), it was double-clicked, or Enter pressed on it.
        chosen_changed: Others are chosen.
        removal_requested: The key for that was pressed.
    """

    dropped = Signal(object)
    opened = Signal(int)
    chosen_changed = Signal()
    removal_requested = Signal()

    def __init__(self, pictures: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._items: dict[int, QTreeWidgetItem] = {}
        self._fetched: set[int] = set()
        self._fetching = False
        self.setColumnCount(2)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(THUMBNAIL)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegateForColumn(1, _StateDelegate(self))
        self.setAcceptDrops(True)
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        for column in range(2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self._settling = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._fetch)
        self.verticalScrollBar().valueChanged.connect(self._settling.start)
        self.itemActivated.connect(self._on_opened)
        self.itemSelectionChanged.connect(self.chosen_changed)
        self.say(self._say_words)

    def _say_words(self) -> None:
        self.setHeaderLabels([translate("Studio", "Picture or film"), translate("Studio", "State")])
        self.setAccessibleName(translate("Studio", "Queue"))
        self.viewport().update()

    # What is shown

    @property
    def chosen(self) -> list[int]:
        """The numbers of the entries that are chosen."""
        return [item.data(0, _NUMBER) for item in self.selectedItems()]

    @property
    def shown(self) -> list[int]:
        """The numbers of all entries, in the order that they are shown in."""
        rows = map(self.topLevelItem, range(self.topLevelItemCount()))
        return [row.data(0, _NUMBER) for row in rows if row is not None]

    def show_entries(self, entries: Sequence[Entry], stage: Stage | None) -> None:
        """Show these entries in their order; those that stay keep their pictures, and are still chosen."""
        numbers = [entry.number for entry in entries]
        shown = self.shown
        self.blockSignals(True)
        if numbers[: len(shown)] != shown:
            chosen, current = set(self.chosen), self.currentItem()
            self.invisibleRootItem().takeChildren()
            there = set(numbers)
            self._items = {number: item for number, item in self._items.items() if number in there}
            self._fetched &= self._items.keys()
            shown = [number for number in numbers if number in self._items]
            self.addTopLevelItems([self._items[number] for number in shown])
            for number in shown:
                self._items[number].setSelected(number in chosen)
            if current is not None and current in self._items.values():
                self.setCurrentItem(current, 0, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.addTopLevelItems([self._new_item(entry) for entry in entries if entry.number not in self._items])
        self.blockSignals(False)
        for entry in entries:
            self.show_entry(entry, stage)
        self.chosen_changed.emit()
        self._settling.start()

    def show_entry(self, entry: Entry, stage: Stage | None) -> None:
        """Show how it stands with an entry."""
        item = self._items.get(entry.number)
        if item is not None:
            own = stage if stage is not None and stage.number == entry.number else None
            item.setText(1, _state_words(entry, own))
            item.setData(1, _SHARE, own.share if own is not None else None)
            item.setToolTip(1, plain_tip(told(entry.error)) if entry.error is not None else "")

    def _new_item(self, entry: Entry) -> QTreeWidgetItem:
        item = QTreeWidgetItem([entry.source.name, ""])
        item.setData(0, _NUMBER, entry.number)
        item.setData(0, _SOURCE, str(entry.source))
        item.setToolTip(0, plain_tip(str(entry.source)))
        item.setIcon(0, QIcon(framed(None, THUMBNAIL, self)))
        self._items[entry.number] = item
        return item

    # Pictures, of what is seen alone: there may be thousands

    @Slot()
    def _fetch(self) -> None:
        """Fetch the picture of the first entry that is seen and has none; one at a time."""
        if self._fetching or not self.isVisible():
            return
        item = self.itemAt(2, 2)
        while item is not None and self.visualItemRect(item).top() < self.viewport().height():
            number = item.data(0, _NUMBER)
            if number not in self._fetched:
                self._fetched.add(number)
                self._fetching = True
                side = round(max(THUMBNAIL.width(), THUMBNAIL.height()) * self.devicePixelRatioF())
                work = partial(thumbnail, item.data(0, _SOURCE), side)
                self._pictures.submit(work, partial(self._on_fetched, number), self._on_not_fetched)
                return
            item = self.itemBelow(item)

    def _on_fetched(self, number: int, pixels: NDArray[np.uint8]) -> None:
        if number in self._items:
            self._items[number].setIcon(0, QIcon(framed(rgb_pixmap(pixels), THUMBNAIL, self)))
        self._fetching = False
        self._fetch()

    def _on_not_fetched(self, _: object) -> None:  # why, is told when it is painted
        self._fetching = False
        self._fetch()

    # What the artist does

    @Slot(QTreeWidgetItem)
    def _on_opened(self, item: QTreeWidgetItem) -> None:
        self.opened.emit(item.data(0, _NUMBER))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take out what is chosen."""
        if event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.removal_requested.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files and folders."""
        if files_in(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802
        """Wherever they are dropped, they come to the end."""
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Put what was dropped in the queue."""
        event.acceptProposedAction()
        self.dropped.emit(files_in(event.mimeData()))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Fetch the pictures of what is seen."""
        super().showEvent(event)
        self._settling.start()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Likewise."""
        super().resizeEvent(event)
        self._settling.start()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Where there is nothing yet, say what can be done."""
        super().paintEvent(event)
        if not self.topLevelItemCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            words = translate("Studio", "Drop pictures, films or folders here.")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
            painter.end()


def files_in(data: QMimeData) -> list[Path]:
    """The files and folders of what is dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _state_words(entry: Entry, stage: Stage | None) -> str:
    """How it stands with an entry."""
    if entry.state is State.PAINTING:
        return _stage_words(entry, stage)
    words = {
        State.WAITING: translate("Studio", "Waiting"),
        State.DONE: translate("Studio", "Done"),
        State.SKIPPED: translate("Studio", "Skipped: it is there already"),
    }
    if entry.state is State.DONE and entry.psnr is not None:
        return translate("Studio", "Done, {psnr} dB").format(psnr=f"{entry.psnr:.1f}")
    if entry.state is State.FAILED:
        problem = "" if entry.error is None else problem_told(entry.error)
        return translate("Studio", "Failed: {problem}").format(problem=problem)
    return words[entry.state]


def _stage_words(entry: Entry, stage: Stage | None) -> str:
    if stage is None or not stage.what:
        return translate("Studio", "Beginning…")
    words = {
        "painting": translate("Studio", "Painting, {share} %"),
        "refining": translate("Studio", "Refining, {share} %"),
        "frames": translate("Studio", "Writing frames, {share} %"),
        "film": translate("Studio", "Writing the film, {share} %"),
    }
    word = "painting" if is_film(entry.source) else stage.what
    return words[word].format(share=round(100 * stage.share))
