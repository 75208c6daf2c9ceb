"""How much is painted: divide and steps, and the strokes that they make or that are asked for."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QGroupBox, QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from core.schedule import MAX_STROKES
from painter_gui.paint_settings import MOST_DIVIDE, MOST_STEPS, PaintSettings
from painter_gui.wording import Worded, translate


class AmountPanel(Worded, QGroupBox):
    """Chooses it.

    Signals:
        setting_requested: (name, value) of `PaintSettings`.
    """

    setting_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = PaintSettings()
        self.divide, self.divide_value, divide_row = self._slider(1, MOST_DIVIDE)
        self.steps, self.steps_value, steps_row = self._slider(1, MOST_STEPS)
        self.steps.setPageStep(50)
        self.exact = QCheckBox(self)
        self.strokes = QSpinBox(self)
        self.strokes.setRange(1, MAX_STROKES)
        self.strokes.setGroupSeparatorShown(True)
        self.strokes.setSingleStep(100)
        self.strokes.setAccelerated(True)
        self.strokes.setKeyboardTracking(False)
        self.total = QLabel(self)
        font = self.total.font()
        font.setBold(True)
        self.total.setFont(font)
        exact_row = QHBoxLayout()
        exact_row.addWidget(self.exact)
        exact_row.addWidget(self.strokes, 1)
        self._divide_label, self._steps_label = QLabel(self), QLabel(self)
        self._divide_label.setBuddy(self.divide)
        self._steps_label.setBuddy(self.steps)
        form = QFormLayout(self)
        form.addRow(self._divide_label, divide_row)
        form.addRow(self._steps_label, steps_row)
        form.addRow(self.total)
        form.addRow(exact_row)
        self.divide.valueChanged.connect(self._on_divide)
        self.steps.valueChanged.connect(self._on_steps)
        self.exact.toggled.connect(self._on_exact)
        self.strokes.valueChanged.connect(self._on_strokes)
        self.say(self._say_words)

    def _slider(self, least: int, most: int) -> tuple[QSlider, QSpinBox, QHBoxLayout]:
        """A slider with its number beside it, which can be typed too."""
        slider, number = QSlider(Qt.Orientation.Horizontal, self), QSpinBox(self)
        slider.setRange(least, most)
        number.setRange(least, most)
        number.setKeyboardTracking(False)  # 200 is not asked for by way of 2 and 20
        slider.valueChanged.connect(number.setValue)
        number.valueChanged.connect(slider.setValue)
        row = QHBoxLayout()
        row.addWidget(slider, 1)
        row.addWidget(number)
        return slider, number, row

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "How much"))
        self._divide_label.setText(translate("Studio", "D&ivide"))
        self._steps_label.setText(translate("Studio", "&Steps"))
        divide = translate("Studio", "Detail: the finest level has so many patches along the longer side")
        steps = translate(
            "Studio", "Steps of the painter, five strokes each: half on the whole sheet, half on each patch"
        )
        for widgets, text, name in (
            ((self.divide, self.divide_value, self._divide_label), divide, translate("Studio", "Divide")),
            ((self.steps, self.steps_value, self._steps_label), steps, translate("Studio", "Steps")),
        ):
            for widget in widgets:
                widget.setToolTip(text)
            for widget in widgets[:2]:
                widget.setAccessibleName(name)
        self.exact.setText(translate("Studio", "E&xactly"))
        self.exact.setToolTip(translate("Studio", "Paint exactly so many strokes, whatever divide and steps make"))
        self.strokes.setToolTip(self.exact.toolTip())
        self.strokes.setSuffix(translate("Studio", " strokes"))
        self.strokes.setAccessibleName(translate("Studio", "Exact number of strokes"))
        self._say_total()

    def _say_total(self) -> None:
        self.total.setText(translate("Studio", "{count} strokes in all").format(count=f"{self._settings.total:,}"))

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what is chosen."""
        self._settings = settings
        widgets = (self.divide, self.divide_value, self.steps, self.steps_value, self.exact, self.strokes)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self.divide.setValue(settings.divide)
        self.divide_value.setValue(settings.divide)
        self.steps.setValue(settings.max_step)
        self.steps_value.setValue(settings.max_step)
        self.exact.setChecked(settings.strokes is not None)
        self.strokes.setEnabled(settings.strokes is not None)
        self.strokes.setValue(settings.total)
        self.steps.setEnabled(settings.strokes is None)
        self.steps_value.setEnabled(settings.strokes is None)
        del blockers
        self._say_total()

    @Slot(int)
    def _on_divide(self, value: int) -> None:
        self.setting_requested.emit("divide", value)

    @Slot(int)
    def _on_steps(self, value: int) -> None:
        self.setting_requested.emit("max_step", value)

    @Slot(bool)
    def _on_exact(self, exact: bool) -> None:
        self.setting_requested.emit("strokes", self.strokes.value() if exact else None)

    @Slot(int)
    def _on_strokes(self, value: int) -> None:
        if self.exact.isChecked():
            self.setting_requested.emit("strokes", value)
