"""The palette: any colours, some of the photo's own, common paints, or a list from a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from core.document import rgb_to_hex
from core.palette import MOST, Palette
from painter_gui.paint_settings import PaintSettings
from painter_gui.views.plain_text import plain_tip
from painter_gui.wording import Worded, translate

USUAL = 12
"""Colours of a photo that are offered at first."""

_ANY, _PHOTO, _PIGMENTS, _OWN = range(4)


class Swatches(QWidget):
    """Shows the colours of a palette; at the pointer, their names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette: Palette | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> Palette | None:
        """Whose colours are shown."""
        return self._palette

    def show_palette(self, palette: Palette | None) -> None:
        """Show these colours; nothing where there are none."""
        self._palette = palette
        self.setVisible(palette is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """A row for each sixteen."""
        rows = 1 if self._palette is None else -(-len(self._palette.colours) // 16)
        return QSize(160, 20 * min(rows, 4))

    def _cells(self) -> list[QRect]:
        assert self._palette is not None
        count = len(self._palette.colours)
        rows = min(4, -(-count // 16))
        across = -(-count // rows)
        cells = []
        for index in range(count):
            row, column = divmod(index, across)
            left, right = (self.width() * each // across for each in (column, column + 1))
            top, bottom = (self.height() * each // rows for each in (row, row + 1))
            cells.append(QRect(left, top, right - left, bottom - top))
        return cells

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Each colour in its cell."""
        if self._palette is None:
            return
        painter = QPainter(self)
        for cell, colour in zip(self._cells(), self._palette.colours, strict=True):
            painter.fillRect(cell.adjusted(0, 0, -1, -1), QColor(*colour))

    def tip_at(self, point: QPoint) -> str:
        """The colour at a point of it, by name; empty where there is none."""
        if self._palette is not None:
            for cell, colour, name in zip(self._cells(), self._palette.colours, self._palette.names, strict=True):
                if cell.contains(point):
                    return f"{name} {rgb_to_hex(colour)}".strip()
        return ""

    def event(self, event: object) -> bool:
        """Tell the colour at the pointer."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self.tip_at(event.pos())), self)
            return True
        return super().event(event)  # type: ignore[arg-type]


class PalettePanel(Worded, QGroupBox):
    """Shows the palette and tells which is wished for.

    Signals:
        palette_requested: (text or None) of `PaintSettings.palette`.
        file_requested: (Path), a palette's file.
        sheet_requested: a sheet of how to mix the colours is wanted.
    """

    palette_requested = Signal(object)
    file_requested = Signal(object)
    sheet_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = PaintSettings()
        self.kind = QComboBox(self)
        self.kind.addItems([""] * 4)
        self.count = QSpinBox(self)
        self.count.setRange(1, MOST)
        self.count.setValue(USUAL)
        self.count.setKeyboardTracking(False)
        self.swatches = Swatches(self)
        self.sheet_button = QPushButton(self)
        self._kind_label = QLabel(self)
        self._kind_label.setBuddy(self.kind)
        row = QHBoxLayout()
        row.addWidget(self.kind, 1)
        row.addWidget(self.count)
        form = QFormLayout()
        form.addRow(self._kind_label, row)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.swatches)
        layout.addWidget(self.sheet_button)
        self.kind.activated.connect(self._on_kind)
        self.count.valueChanged.connect(self._on_count)
        self.sheet_button.clicked.connect(self.sheet_requested)
        self.say(self._say_words)
        self.show_palette(self._settings, None)

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "Palette"))
        self._kind_label.setText(translate("Studio", "C&olours"))
        for row, text in (
            (_ANY, translate("Studio", "Any")),
            (_PHOTO, translate("Studio", "Of the photo")),
            (_PIGMENTS, translate("Studio", "Common paints")),
            (_OWN, translate("Studio", "From a file…")),
        ):
            self.kind.setItemText(row, text)
        self.kind.setToolTip(
            translate("Studio", "Strokes have these colours alone: of a file, .gpl, .ase, or text with a colour a line")
        )
        self.kind.setAccessibleName(translate("Studio", "Palette"))
        self.count.setToolTip(translate("Studio", "How many colours of the photo"))
        self.count.setAccessibleName(self.count.toolTip())
        self.swatches.setAccessibleName(translate("Studio", "Colours of the palette"))
        self.sheet_button.setText(translate("Studio", "Mixing sheet…"))
        self.sheet_button.setToolTip(translate("Studio", "Save a sheet of the colours and how to mix each from paints"))

    def show_palette(self, settings: PaintSettings, palette: Palette | None) -> None:
        """Show what is chosen, and the colours that it comes to."""
        self._settings = settings
        text = settings.palette
        blocker = QSignalBlocker(self.count)
        kind = _ANY
        if text is not None and text.isdecimal():
            kind = _PHOTO
            self.count.setValue(int(text))
        elif text is not None:
            kind = _PIGMENTS if text == "pigments" else _OWN
        del blocker
        self.kind.setCurrentIndex(kind)
        self.count.setVisible(kind == _PHOTO)
        self.swatches.show_palette(palette)
        self.sheet_button.setVisible(palette is not None)

    @Slot(int)
    def _on_kind(self, kind: int) -> None:
        if kind == _OWN:
            kinds = translate("Studio", "Palettes") + " (*.gpl *.ase *.hex *.txt)"
            path, _ = QFileDialog.getOpenFileName(self, translate("Studio", "Palette"), "", kinds)
            if path:
                self.file_requested.emit(Path(path))
            else:
                self.show_palette(self._settings, self.swatches.shown)
            return
        self.palette_requested.emit({_ANY: None, _PHOTO: str(self.count.value()), _PIGMENTS: "pigments"}[kind])

    @Slot(int)
    def _on_count(self, count: int) -> None:
        self.palette_requested.emit(str(count))
