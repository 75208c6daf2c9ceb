"""Which strokes to paint with: the types by their pictures, several mixed if one likes, over an underpainting."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.brushes import BRUSHES
from core.mix import Mix, Part
from painter_gui.wording import Worded, translate

PREVIEW = QSize(80, 52)
"""Of a stroke type, pixels."""

LEAST_COLUMNS = 3
"""Of types beside each other: the panel is as wide as they take."""

MOST_LEVELS = 8
"""Of an underpainting: more than any painting of the panel has."""

USUAL_LEVELS = 2


def type_names() -> dict[str, str]:
    """What stroke types are called, by their names."""
    return {
        "bezier": translate("Studio", "Brush stroke"),
        "bezier-opaque": translate("Studio", "Opaque stroke"),
        "triangle": translate("Studio", "Triangle"),
        "circle": translate("Studio", "Circle"),
        "flat": translate("Studio", "Flat brush"),
    }


class StrokeTypes(Worded, QGroupBox):
    """Shows a mix of stroke types and tells which is wished for.

    Shares and levels of their own, as the command line can ask for, are not shown; they stay with their types.

    Signals:
        mix_requested: (text) of `Mix`.
    """

    mix_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget(self)
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setFlow(QListWidget.Flow.LeftToRight)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setIconSize(PREVIEW)
        self.list.setUniformItemSizes(True)
        self.list.setSpacing(2)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for brush in BRUSHES:
            item = QListWidgetItem(brush.name)
            item.setData(Qt.ItemDataRole.UserRole, brush.name)
            self.list.addItem(item)
        self.base = QComboBox(self)
        self.base.addItems([""] * (1 + len(BRUSHES)))
        self.levels = QSpinBox(self)
        self.levels.setRange(1, MOST_LEVELS)
        self.levels.setKeyboardTracking(False)
        self._base_label, self._levels_label = QLabel(self), QLabel(self)
        self._base_label.setBuddy(self.base)
        self._levels_label.setBuddy(self.levels)
        form = QFormLayout()
        form.addRow(self._base_label, self.base)
        form.addRow(self._levels_label, self.levels)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addLayout(form)
        self.list.itemSelectionChanged.connect(self._on_chosen)
        self.base.activated.connect(self._on_underpainting)
        self.levels.valueChanged.connect(self._on_underpainting)
        self._mix = Mix.parse(BRUSHES[0].name)
        self.say(self._say_words)
        self.show_mix(self._mix)

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "Stroke type"))
        self.list.setAccessibleName(translate("Studio", "Stroke type"))
        self.list.setToolTip(translate("Studio", "What the painting is made of; with Ctrl choose several, mixed alike"))
        names = type_names()
        self.base.setItemText(0, translate("Studio", "The same"))
        for row, brush in enumerate(BRUSHES):
            name = names.get(brush.name, brush.name)
            self.list.item(row).setText(name)
            self.base.setItemText(1 + row, name)
        for row in range(len(BRUSHES)):
            # Said here: the list would measure the items before their pictures are drawn, and cut these off.
            self.list.item(row).setSizeHint(self._room())
        self._fit_list()
        self._base_label.setText(translate("Studio", "Be&gin with"))
        self.base.setToolTip(translate("Studio", "Underpainting: what the coarsest levels are painted with"))
        self.base.setAccessibleName(translate("Studio", "Underpainting"))
        self._levels_label.setText(translate("Studio", "Up to &level"))
        self.levels.setToolTip(
            translate("Studio", "Level 1 is the whole sheet; each level after it is about twice as fine")
        )
        self.levels.setAccessibleName(translate("Studio", "Last level of the underpainting"))

    def _room(self) -> QSize:
        """What a type's picture and name take."""
        metrics = self.list.fontMetrics()
        widest = max(metrics.horizontalAdvance(self.list.item(row).text()) for row in range(len(BRUSHES)))
        return QSize(max(PREVIEW.width(), widest) + 8, PREVIEW.height() + metrics.height() + 10)

    def _fit_list(self) -> None:
        """Make the list as high as all types need in rows of its width, which is that of some columns at least."""
        room, gap = self._room(), 2 * self.list.spacing()
        frame = 2 * self.list.frameWidth() + 3 * gap  # the list keeps something to spare at its end
        self.list.setMinimumWidth(LEAST_COLUMNS * (room.width() + gap) + frame)
        columns = max(LEAST_COLUMNS, (self.list.width() - frame) // (room.width() + gap))
        self.list.setFixedHeight(-(-len(BRUSHES) // columns) * (room.height() + gap) + frame)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """In another width other rows."""
        super().resizeEvent(event)
        self._fit_list()

    def show_mix(self, mix: Mix) -> None:
        """Show what is painted with."""
        self._mix = mix
        under = _underpainting(mix)
        chosen = {part.stroke_type for part in mix.parts if part is not under}
        chosen = chosen or {mix.parts[0].stroke_type}
        blockers = [QSignalBlocker(widget) for widget in (self.list, self.base, self.levels)]
        for row, brush in enumerate(BRUSHES):
            self.list.item(row).setSelected(brush.name in chosen)
        if not self.list.hasFocus():
            first = next(row for row, brush in enumerate(BRUSHES) if brush.name in chosen)
            self.list.setCurrentRow(first, QItemSelectionModel.SelectionFlag.NoUpdate)
        names = [brush.name for brush in BRUSHES]
        self.base.setCurrentIndex(0 if under is None else 1 + names.index(under.stroke_type))
        self.levels.setValue(USUAL_LEVELS if under is None or under.last is None else under.last)
        self.levels.setEnabled(under is not None)
        self._levels_label.setEnabled(under is not None)
        del blockers

    def show_previews(self, previews: dict[str, QPixmap]) -> None:
        """Show a drawn stroke of each type."""
        for row, brush in enumerate(BRUSHES):
            if brush.name in previews:
                self.list.item(row).setIcon(QIcon(previews[brush.name]))

    @Slot()
    def _on_chosen(self) -> None:
        chosen = [brush.name for row, brush in enumerate(BRUSHES) if self.list.item(row).isSelected()]
        if not chosen:  # the last one was taken away: something there must be
            self.show_mix(self._mix)
            return
        # Shares and levels of their own stay with the types that stay.
        before = _underpainting(self._mix)
        over = [part for part in self._mix.parts if part is not before and part.stroke_type in chosen]
        kept = {part.stroke_type for part in over}
        over += [Part(stroke_type=name) for name in chosen if name not in kept]
        order = [brush.name for brush in BRUSHES]
        over.sort(key=lambda part: order.index(part.stroke_type))
        self._ask(over)

    @Slot()
    def _on_underpainting(self) -> None:
        before = _underpainting(self._mix)
        over = [part for part in self._mix.parts if part is not before]
        self._ask(over or [Part(stroke_type=self._mix.parts[0].stroke_type)])

    def _ask(self, over: list[Part]) -> None:
        """Ask for these parts over the underpainting that is shown."""
        if self.base.currentIndex() > 0:
            under = BRUSHES[self.base.currentIndex() - 1].name
            over = [Part(stroke_type=under, first=1, last=self.levels.value()), *over]
        elif all(part.first is not None for part in over):  # nothing else paints the coarsest levels
            over = [Part(stroke_type=part.stroke_type, share=part.share) for part in over]
        self.mix_requested.emit(str(Mix(tuple(over))))


def _underpainting(mix: Mix) -> Part | None:
    """The part that is shown as the underpainting, if there is one."""
    return next((part for part in mix.parts if part.is_underpainting), None)
