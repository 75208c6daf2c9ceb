"""The artist's brush: its colour, size and opacity, on a bar that is there while it is held."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
    QToolBar,
    QToolButton,
    QWidget,
)

from painter_gui.by_hand import LEAST_OPACITY, LEAST_SIZE, MOST_SIZE, Colour, HandBrush, Pressure
from painter_gui.wording import Worded, translate

_SWATCH = QSize(28, 18)


class BrushBar(Worded, QToolBar):
    """Shows the brush and tells which is wished for.

    Signals:
        brush_requested: (name, value) of `HandBrush`.
    """

    brush_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("brush")
        self.setMovable(False)
        self._colour: Colour = (0.0, 0.0, 0.0)
        self.colour_button = QToolButton(self)
        self.colour_button.setIconSize(_SWATCH)
        self.colour_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.from_photo = QCheckBox(self)
        self.size_box, self.opacity_box = QDoubleSpinBox(self), QSpinBox(self)
        self.size_box.setRange(LEAST_SIZE, MOST_SIZE)
        self.size_box.setDecimals(1)
        self.size_box.setSingleStep(0.5)
        self.size_box.setSuffix(" %")
        self.opacity_box.setRange(round(100 * LEAST_OPACITY), 100)
        self.opacity_box.setSingleStep(5)
        self.opacity_box.setSuffix(" %")
        for box in (self.size_box, self.opacity_box):
            box.setKeyboardTracking(False)
        self.pressure = QComboBox(self)
        self.pressure.addItems([""] * len(Pressure))
        self.type_label = QLabel(self)
        self._colour_label, self._size_label, self._opacity_label, self._pressure_label = (
            QLabel(self) for _ in range(4)
        )
        # Each on its own, so that those for which there is no room go into the bar's menu.
        for label, widgets in (
            (self._colour_label, [self.colour_button, self.from_photo]),
            (self._size_label, [self.size_box]),
            (self._opacity_label, [self.opacity_box]),
            (self._pressure_label, [self.pressure]),
        ):
            label.setBuddy(widgets[0])
            for widget in (label, *widgets):
                self.addWidget(widget)
            self.addSeparator()
        self.addWidget(self.type_label)
        self.colour_button.clicked.connect(self.ask_for_colour)
        self.from_photo.toggled.connect(lambda on: self.brush_requested.emit("from_photo", on))
        self.size_box.valueChanged.connect(lambda value: self.brush_requested.emit("size", value))
        self.opacity_box.valueChanged.connect(lambda value: self.brush_requested.emit("opacity", value / 100))
        self.pressure.activated.connect(self._on_pressure)
        self.say(self._say_words)

    def _say_words(self) -> None:
        self.setWindowTitle(translate("Studio", "Brush"))
        self._colour_label.setText(translate("Studio", "Colour:"))
        self._size_label.setText(translate("Studio", "Size:"))
        self._opacity_label.setText(translate("Studio", "Opacity:"))
        self._pressure_label.setText(translate("Studio", "Pressure changes:"))
        self.from_photo.setText(translate("Studio", "From the photo"))
        for index, words in enumerate(
            (
                translate("Studio", "the width"),
                translate("Studio", "width and opacity"),
                translate("Studio", "nothing"),
            )
        ):
            self.pressure.setItemText(index, words)
        for widget, name, tip in (
            (
                self.colour_button,
                translate("Studio", "Colour of the brush"),
                translate(
                    "Studio", "Choose a colour; Alt+click picks the painting's, Alt+Shift+click the photo's"
                ),
            ),
            (
                self.from_photo,
                translate("Studio", "Colour from the photo"),
                translate("Studio", "Each stroke takes the photo's colour from under the brush, where it begins"),
            ),
            (
                self.type_label,
                translate("Studio", "Strokes of the brush"),
                translate("Studio", "As chosen for the agent, under Stroke type"),
            ),
            (
                self.size_box,
                translate("Studio", "Size of the brush"),
                translate("Studio", "Width of strokes, in hundredths of the sheet's longer side; [ and ] change it"),
            ),
            (
                self.opacity_box,
                translate("Studio", "Opacity of the brush"),
                translate("Studio", "How much strokes hide; where parts of one stroke meet, less than 100 % shows"),
            ),
            (
                self.pressure,
                translate("Studio", "What a pen's pressure changes"),
                translate("Studio", "What pressing harder with a pen changes; a mouse always presses fully"),
            ),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            widget.setToolTip(tip)

    def show_brush(self, brush: HandBrush, colour: Colour, type_name: str) -> None:
        """Show a brush, the colour that it paints with just now, and the name of its strokes' type."""
        blockers = [
            QSignalBlocker(widget) for widget in (self.from_photo, self.size_box, self.opacity_box, self.pressure)
        ]
        self.from_photo.setChecked(brush.from_photo)
        if abs(self.size_box.value() - brush.size) >= 0.05:  # it shows tenths
            self.size_box.setValue(brush.size)
        self.opacity_box.setValue(round(100 * brush.opacity))
        self.pressure.setCurrentIndex(list(Pressure).index(brush.pressure))
        self.type_label.setText(translate("Studio", "Strokes: {type}").format(type=type_name))
        del blockers
        if colour != self._colour or self.colour_button.icon().isNull():
            self._colour = colour
            self.colour_button.setIcon(_swatch(QColor.fromRgbF(*colour)))

    def ask_for_colour(self) -> None:
        """Ask for the colour to paint with."""
        title = translate("Studio", "Colour of the brush")
        colour = QColorDialog.getColor(QColor.fromRgbF(*self._colour), self, title)
        if colour.isValid():
            self.brush_requested.emit("colour", (colour.redF(), colour.greenF(), colour.blueF()))

    def _on_pressure(self, index: int) -> None:
        self.brush_requested.emit("pressure", list(Pressure)[index])


def _swatch(colour: QColor) -> QIcon:
    picture = QPixmap(_SWATCH)
    picture.fill(colour)
    painter = QPainter(picture)
    painter.setPen(QColor(128, 128, 128))
    painter.drawRect(0, 0, _SWATCH.width() - 1, _SWATCH.height() - 1)
    painter.end()
    return QIcon(picture)
