"""The sheet's colour, the manner of painting, and the seed."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QWidget,
)

from core.document import BLACK, WHITE, Rgb
from core.job import MAX_SEED
from painter_gui.paint_settings import PaintSettings
from painter_gui.wording import Worded, translate


class SheetPanel(Worded, QGroupBox):
    """Chooses them.

    Signals:
        setting_requested: (name, value) of `PaintSettings`.
    """

    setting_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = PaintSettings()
        self.black, self.white, self.toned = (QToolButton(self) for _ in range(3))
        colours = QHBoxLayout()
        for button in (self.black, self.white, self.toned):
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setIconSize(QSize(22, 22))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            colours.addWidget(button)
        colours.addStretch(1)
        self._toned_colour: Rgb = (128, 112, 96)
        self.preset = QComboBox(self)
        self.preset.addItems(["", ""])
        self.seed = QSpinBox(self)
        self.seed.setKeyboardTracking(False)
        self.seed.setRange(0, min(MAX_SEED, 2**31 - 1))  # as far as a spin box goes
        self._sheet_label, self._preset_label, self._seed_label = (QLabel(self) for _ in range(3))
        self._preset_label.setBuddy(self.preset)
        self._seed_label.setBuddy(self.seed)
        form = QFormLayout(self)
        form.addRow(self._sheet_label, colours)
        form.addRow(self._preset_label, self.preset)
        form.addRow(self._seed_label, self.seed)
        self.black.clicked.connect(self._on_black)
        self.white.clicked.connect(self._on_white)
        self.toned.clicked.connect(self._on_toned)
        self.preset.activated.connect(self._on_preset)
        self.seed.valueChanged.connect(self._on_seed)
        self.say(self._say_words)

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "Sheet and manner"))
        self._sheet_label.setText(translate("Studio", "Sheet"))
        for button, text in (
            (self.black, translate("Studio", "Black")),
            (self.white, translate("Studio", "White")),
            (self.toned, translate("Studio", "Other…")),
        ):
            button.setText(text)
            button.setToolTip(translate("Studio", "Colour of the bare sheet: {colour}").format(colour=text.rstrip("…")))
            button.setAccessibleName(button.toolTip())
        self._preset_label.setText(translate("Studio", "&Manner"))
        self.preset.setItemText(0, translate("Studio", "Coarse to fine"))
        self.preset.setItemText(1, translate("Studio", "As published"))
        self.preset.setToolTip(
            translate(
                "Studio", "Coarse to fine, where the error is; or the published grid, in the painter's own colours"
            )
        )
        self.preset.setAccessibleName(translate("Studio", "Manner of painting"))
        self._seed_label.setText(translate("Studio", "See&d"))
        self.seed.setToolTip(translate("Studio", "Another seed, another painting; the same seed, the same strokes"))
        self.seed.setAccessibleName(translate("Studio", "Seed"))

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what is chosen."""
        self._settings = settings
        blocker = QSignalBlocker(self.seed)
        self.seed.setValue(min(settings.seed, self.seed.maximum()))
        del blocker
        self.preset.setCurrentIndex(0 if settings.preset == "default" else 1)
        if settings.background not in (BLACK, WHITE):
            self._toned_colour = settings.background
        buttons = {BLACK: self.black, WHITE: self.white}
        buttons.get(settings.background, self.toned).setChecked(True)
        for button, colour in ((self.black, BLACK), (self.white, WHITE), (self.toned, self._toned_colour)):
            button.setIcon(_swatch(colour, self.palette().highlight().color() if button.isChecked() else None))

    @Slot()
    def _on_black(self) -> None:
        self.setting_requested.emit("background", BLACK)

    @Slot()
    def _on_white(self) -> None:
        self.setting_requested.emit("background", WHITE)

    @Slot()
    def _on_toned(self) -> None:
        colour = QColorDialog.getColor(QColor(*self._toned_colour), self, translate("Studio", "Colour of the sheet"))
        if colour.isValid():
            self.setting_requested.emit("background", (colour.red(), colour.green(), colour.blue()))
        else:
            self.show_settings(self._settings)

    @Slot(int)
    def _on_preset(self, row: int) -> None:
        self.setting_requested.emit("preset", ("default", "paper")[row])

    @Slot(int)
    def _on_seed(self, seed: int) -> None:
        self.setting_requested.emit("seed", seed)


def _swatch(colour: Rgb, frame: QColor | None) -> QIcon:
    """A square of a colour, in a frame where it is chosen: a pressed button alone is hard to tell in the dark."""
    pixmap = QPixmap(44, 44)
    pixmap.fill(QColor(128, 128, 128) if frame is None else frame)
    edge = 1 if frame is None else 6
    painter = QPainter(pixmap)
    painter.fillRect(pixmap.rect().adjusted(edge, edge, -edge, -edge), QColor(*colour))
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return QIcon(pixmap)
