"""The style: one slider from poster to photo, presets on the artist's own photo, and what strokes may be like."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.bounds import WHOLE
from core.style import MOST, MOST_BOLDNESS, STYLES
from painter_gui.paint_settings import PaintSettings
from painter_gui.wording import Worded, translate

THUMBNAIL = QSize(84, 64)
"""Of a style, pixels."""

_NOTCHES = 8
"""Of the boldness to each side of 1."""


class StylePanel(Worded, QGroupBox):
    """Shows how settings are styled and tells what is wished for.

    Signals:
        settings_requested: (dict) of `PaintSettings`.
    """

    settings_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = PaintSettings()
        self.styles = QListWidget(self)
        self.styles.setViewMode(QListWidget.ViewMode.IconMode)
        self.styles.setMovement(QListWidget.Movement.Static)
        self.styles.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.styles.setIconSize(THUMBNAIL)
        self.styles.setSpacing(2)
        self.styles.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.styles.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name in STYLES:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.styles.addItem(item)
        self.style_slider = QSlider(Qt.Orientation.Horizontal, self)
        self.style_slider.setRange(0, MOST)
        self.style_slider.setPageStep(25)
        self.boldness = QSlider(Qt.Orientation.Horizontal, self)
        self.boldness.setRange(-_NOTCHES, _NOTCHES)
        self.thinnest, self.thickest = (QDoubleSpinBox(self) for _ in range(2))
        for box in (self.thinnest, self.thickest):
            box.setRange(0.0, WHOLE)
            box.setDecimals(2)
            box.setSingleStep(0.5)
            box.setKeyboardTracking(False)
        self.thickest.setMinimum(0.1)
        self.faintest, self.firmest = (QSpinBox(self) for _ in range(2))
        for each in (self.faintest, self.firmest):
            each.setRange(0, 100)
            each.setSuffix(" %")
            each.setKeyboardTracking(False)
        self.firmest.setMinimum(1)
        labels = [QLabel(self) for _ in range(4)]
        self._style_label, self._boldness_label, self._width_label, self._opacity_label = labels
        for label, buddy in zip(labels, (self.style_slider, self.boldness, self.thinnest, self.faintest), strict=True):
            label.setBuddy(buddy)
        form = QFormLayout()
        form.addRow(self._style_label, self.style_slider)
        form.addRow(self._boldness_label, self.boldness)
        form.addRow(self._width_label, _beside(self.thinnest, self.thickest))
        form.addRow(self._opacity_label, _beside(self.faintest, self.firmest))
        layout = QVBoxLayout(self)
        layout.addWidget(self.styles)
        layout.addLayout(form)
        self.styles.itemClicked.connect(self._on_clicked)
        self.styles.itemActivated.connect(self._on_clicked)
        self.style_slider.valueChanged.connect(self._on_style)
        self.boldness.valueChanged.connect(self._on_style)
        for box in (self.thinnest, self.thickest):
            box.valueChanged.connect(self._on_width)
        for each in (self.faintest, self.firmest):
            each.valueChanged.connect(self._on_opacity)
        self.say(self._say_words)
        self.show_settings(self._settings)

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "Style"))
        names = {
            "poster": translate("Studio", "Poster"),
            "loose": translate("Studio", "Loose"),
            "classic": translate("Studio", "Classic"),
            "detailed": translate("Studio", "Detailed"),
            "photo": translate("Studio", "Photo"),
        }
        for row in range(self.styles.count()):
            item = self.styles.item(row)
            item.setText(names[item.data(Qt.ItemDataRole.UserRole)])
        self._fit()
        self.styles.setAccessibleName(translate("Studio", "Styles"))
        self.styles.setToolTip(translate("Studio", "From few large strokes to many small ones, on this photo"))
        self._style_label.setText(translate("Studio", "St&yle"))
        self.style_slider.setAccessibleName(translate("Studio", "Style, from poster to photo"))
        self.style_slider.setToolTip(
            translate("Studio", "From poster to photo: how many strokes, how large and how opaque")
        )
        self._boldness_label.setText(translate("Studio", "Bold&ness"))
        self.boldness.setAccessibleName(translate("Studio", "Boldness"))
        self.boldness.setToolTip(translate("Studio", "To the right fewer strokes for the same area, each larger"))
        self._width_label.setText(translate("Studio", "Brush"))
        size = translate("Studio", "Thickness of strokes, in hundredths of the longer side: the least and the most")
        self._opacity_label.setText(translate("Studio", "Opacity"))
        opacity = translate("Studio", "Opacity of strokes: the least and the most")
        for box, text, name in (
            (self.thinnest, size, translate("Studio", "Thinnest stroke")),
            (self.thickest, size, translate("Studio", "Thickest stroke")),
            (self.faintest, opacity, translate("Studio", "Faintest stroke")),
            (self.firmest, opacity, translate("Studio", "Most opaque stroke")),
        ):
            box.setToolTip(text)
            box.setAccessibleName(name)

    def _fit(self) -> None:
        """As high as its rows."""
        metrics, items = self.styles.fontMetrics(), [self.styles.item(row) for row in range(self.styles.count())]
        widest = max(metrics.horizontalAdvance(item.text()) for item in items)
        size = QSize(max(THUMBNAIL.width(), widest) + 2, THUMBNAIL.height() + metrics.height() + 10)
        for item in items:
            item.setSizeHint(size)
        self.styles.setGridSize(size + QSize(2, 4))
        self.styles.setFixedHeight(2 * (size.height() + 4) + 6)

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what is chosen."""
        self._settings = settings
        widgets = (self.style_slider, self.boldness, self.thinnest, self.thickest, self.faintest, self.firmest)
        blockers = [QSignalBlocker(each) for each in widgets]
        if settings.style is not None:
            self.style_slider.setValue(settings.style)
        self.boldness.setValue(round(math.log(settings.boldness, MOST_BOLDNESS) * _NOTCHES))
        self.thinnest.setValue(settings.width[0])
        self.thickest.setValue(settings.width[1])
        self.faintest.setValue(round(100 * settings.opacity[0]))
        self.firmest.setValue(round(100 * settings.opacity[1]))
        del blockers
        self.styles.clearSelection()
        for row, place in enumerate(STYLES.values()):
            if settings.style == place:
                self.styles.setCurrentRow(row)

    def show_thumbnail(self, name: str, picture: QPixmap) -> None:
        """Show the photo in a style: its middle, so that strokes can be told."""
        room = THUMBNAIL * 2  # for screens of many pixels
        filled = picture.scaled(
            room, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        corner = (filled.width() - room.width()) // 2, (filled.height() - room.height()) // 2
        self.styles.item(list(STYLES).index(name)).setIcon(QIcon(filled.copy(*corner, room.width(), room.height())))

    def clear_thumbnails(self) -> None:
        """Another photo is to be painted."""
        for row in range(self.styles.count()):
            self.styles.item(row).setIcon(QIcon())

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        place = STYLES[item.data(Qt.ItemDataRole.UserRole)]
        self.settings_requested.emit(self._settings.styled(place, self._bold()))

    @Slot()
    def _on_style(self) -> None:
        self.settings_requested.emit(self._settings.styled(self.style_slider.value(), self._bold()))

    def _bold(self) -> float:
        return float(MOST_BOLDNESS ** (self.boldness.value() / _NOTCHES))

    @Slot()
    def _on_width(self) -> None:
        least, most = self.thinnest.value(), self.thickest.value()
        if self.sender() is self.thinnest:
            most = max(least, most)
        self.settings_requested.emit({"width": (min(least, most), most)})

    @Slot()
    def _on_opacity(self) -> None:
        least, most = self.faintest.value() / 100, self.firmest.value() / 100
        if self.sender() is self.faintest:
            most = max(least, most)
        self.settings_requested.emit({"opacity": (min(least, most), most)})


def _beside(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, 1)
    return row
