"""What to paint with: the panel on the left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.document import BLACK, WHITE, Rgb
from core.job import MAX_SEED
from core.mix import Mix
from core.schedule import MAX_STROKES
from painter_gui.brushwork import Phase
from painter_gui.icons import icon
from painter_gui.paint_settings import DEVICES, MOST_DIVIDE, MOST_STEPS, PaintSettings
from painter_gui.views.steering.mask_panel import MaskPanel
from painter_gui.views.steering.palette_panel import PalettePanel
from painter_gui.views.steering.style_panel import StylePanel
from painter_gui.views.stroke_types import StrokeTypes
from painter_gui.views.wheel import FocusedWheel
from painter_gui.wording import Worded, translate


class PaintPanel(Worded, QWidget):
    """Shows the settings and what can be done, and tells what the artist wishes.

    Signals:
        setting_requested: (name, value) of `PaintSettings`.
        paint_requested, pause_requested, step_requested, stop_requested, restart_requested, refine_requested: as their
            names say.
    """

    setting_requested = Signal(str, object)
    paint_requested = Signal()
    pause_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
    restart_requested = Signal()
    refine_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase, self._settings, self._painted = Phase.EMPTY, PaintSettings(), False
        self._build_actions()
        self.stroke_types = StrokeTypes(self)
        self.stroke_types.mix_requested.connect(self._on_mix)
        self._build_amount()
        self._build_more()
        self.style_panel, self.palette_panel, self.mask_panel = StylePanel(self), PalettePanel(self), MaskPanel(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(10)
        layout.addLayout(self._actions_row)
        layout.addWidget(self.refine_button)
        for group in (
            self.stroke_types, self.style_panel, self.amount_group, self.palette_panel, self.mask_panel,
            self.sheet_group, self.machine_group,
        ):  # fmt: skip
            layout.addWidget(group)
        layout.addStretch(1)
        self._wheel = FocusedWheel(self)
        self.say(self._say_words)
        self.show_settings(self._settings)
        self.show_phase(Phase.EMPTY)

    # Building

    def _build_actions(self) -> None:
        self.paint_button = QPushButton(icon("brush"), "", self)
        self.paint_button.setMinimumHeight(34)
        self.paint_button.setDefault(True)
        self.step_button, self.stop_button, self.restart_button = (QToolButton(self) for _ in range(3))
        for button, name in ((self.step_button, "step"), (self.stop_button, "stop"), (self.restart_button, "restart")):
            button.setIcon(icon(name))
            button.setMinimumSize(34, 34)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._actions_row = QHBoxLayout()
        self._actions_row.setSpacing(4)
        self._actions_row.addWidget(self.paint_button, 1)
        for button in (self.step_button, self.stop_button, self.restart_button):
            self._actions_row.addWidget(button)
        self.refine_button = QPushButton(icon("refine"), "", self)
        self.refine_button.clicked.connect(self.refine_requested)
        self.paint_button.clicked.connect(self._on_paint)
        self.step_button.clicked.connect(self.step_requested)
        self.stop_button.clicked.connect(self.stop_requested)
        self.restart_button.clicked.connect(self.restart_requested)

    def _build_amount(self) -> None:
        self.amount_group = QGroupBox(self)
        self.divide, self.divide_value, divide_row = self._slider(1, MOST_DIVIDE)
        self.steps, self.steps_value, steps_row = self._slider(1, MOST_STEPS)
        self.steps.setPageStep(50)
        self.exact = QCheckBox(self.amount_group)
        self.strokes = QSpinBox(self.amount_group)
        self.strokes.setRange(1, MAX_STROKES)
        self.strokes.setGroupSeparatorShown(True)
        self.strokes.setSingleStep(100)
        self.strokes.setAccelerated(True)
        self.strokes.setKeyboardTracking(False)
        self.total = QLabel(self.amount_group)
        font = self.total.font()
        font.setBold(True)
        self.total.setFont(font)
        exact_row = QHBoxLayout()
        exact_row.addWidget(self.exact)
        exact_row.addWidget(self.strokes, 1)
        self._divide_label, self._steps_label = QLabel(self.amount_group), QLabel(self.amount_group)
        self._divide_label.setBuddy(self.divide)
        self._steps_label.setBuddy(self.steps)
        form = QFormLayout(self.amount_group)
        form.addRow(self._divide_label, divide_row)
        form.addRow(self._steps_label, steps_row)
        form.addRow(self.total)
        form.addRow(exact_row)
        self.divide.valueChanged.connect(self._on_divide)
        self.steps.valueChanged.connect(self._on_steps)
        self.exact.toggled.connect(self._on_exact)
        self.strokes.valueChanged.connect(self._on_strokes)

    def _slider(self, least: int, most: int) -> tuple[QSlider, QSpinBox, QHBoxLayout]:
        """A slider with its number beside it, which can be typed too."""
        slider, number = QSlider(Qt.Orientation.Horizontal, self.amount_group), QSpinBox(self.amount_group)
        slider.setRange(least, most)
        number.setRange(least, most)
        number.setKeyboardTracking(False)  # 200 is not asked for by way of 2 and 20
        slider.valueChanged.connect(number.setValue)
        number.valueChanged.connect(slider.setValue)
        row = QHBoxLayout()
        row.addWidget(slider, 1)
        row.addWidget(number)
        return slider, number, row

    def _build_more(self) -> None:
        self.sheet_group = QGroupBox(self)
        self.black, self.white, self.toned = (QToolButton(self.sheet_group) for _ in range(3))
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
        self.preset = QComboBox(self.sheet_group)
        self.preset.addItems(["", ""])
        self.seed = QSpinBox(self.sheet_group)
        self.seed.setKeyboardTracking(False)
        self.seed.setRange(0, min(MAX_SEED, 2**31 - 1))  # as far as a spin box goes
        self._sheet_label, self._preset_label, self._seed_label = (QLabel(self.sheet_group) for _ in range(3))
        self._preset_label.setBuddy(self.preset)
        self._seed_label.setBuddy(self.seed)
        form = QFormLayout(self.sheet_group)
        form.addRow(self._sheet_label, colours)
        form.addRow(self._preset_label, self.preset)
        form.addRow(self._seed_label, self.seed)

        self.machine_group = QGroupBox(self)
        self.device = QComboBox(self.machine_group)
        self.device.addItems([""] * len(DEVICES))
        self.weights = QComboBox(self.machine_group)
        self.weights.addItems(["", ""])
        self.weights.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.weights.setMinimumContentsLength(10)
        self._device_label, self._weights_label = QLabel(self.machine_group), QLabel(self.machine_group)
        self._device_label.setBuddy(self.device)
        self._weights_label.setBuddy(self.weights)
        form = QFormLayout(self.machine_group)
        form.addRow(self._device_label, self.device)
        form.addRow(self._weights_label, self.weights)

        self.black.clicked.connect(self._on_black)
        self.white.clicked.connect(self._on_white)
        self.toned.clicked.connect(self._on_toned)
        self.preset.activated.connect(self._on_preset)
        self.seed.valueChanged.connect(self._on_seed)
        self.device.activated.connect(self._on_device)
        self.weights.activated.connect(self._on_weights)

    def _say_words(self) -> None:
        self.amount_group.setTitle(translate("Studio", "How much"))
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
        self.sheet_group.setTitle(translate("Studio", "Sheet and manner"))
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
        self._seed_label.setText(translate("Studio", "See&d"))
        self.seed.setToolTip(translate("Studio", "Another seed, another painting; the same seed, the same strokes"))
        self.machine_group.setTitle(translate("Studio", "Machine"))
        self._device_label.setText(translate("Studio", "Devi&ce"))
        names_of = {
            "auto": translate("Studio", "Fastest"),
            "cpu": translate("Studio", "Processor"),
            "cuda": "NVIDIA GPU",
        }
        for row, device in enumerate(DEVICES):
            self.device.setItemText(row, names_of[device])
        self.device.setToolTip(translate("Studio", "Where the networks run"))
        self._weights_label.setText(translate("Studio", "&Weights"))
        self.weights.setItemText(0, translate("Studio", "Bundled"))
        self.weights.setToolTip(
            translate("Studio", "The trained painter: the bundled one, one of your own, or a published actor.pkl")
        )
        self.preset.setAccessibleName(translate("Studio", "Manner of painting"))
        self.seed.setAccessibleName(translate("Studio", "Seed"))
        self.device.setAccessibleName(translate("Studio", "Device"))
        self.weights.setAccessibleName(translate("Studio", "Weights"))
        self.step_button.setToolTip(
            translate("Studio", "One step: a bundle of strokes in each place looked at (Shift+Space)")
        )
        self.stop_button.setToolTip(translate("Studio", "End this painting here (Esc)"))
        self.restart_button.setToolTip(translate("Studio", "Begin again with a bare sheet (Ctrl+R)"))
        self.refine_button.setText(translate("Studio", "Refine"))
        self.refine_button.setToolTip(
            translate(
                "Studio",
                "Better all strokes shown together, as many as there are: each finds its best place, shape and colour"
                " (Ctrl+B)",
            )
        )
        self.step_button.setAccessibleName(translate("Studio", "Step"))
        self.stop_button.setAccessibleName(translate("Studio", "Stop"))
        self.restart_button.setAccessibleName(translate("Studio", "Restart"))
        self._say_paint()
        self._say_total()
        self._say_weights()

    def _say_paint(self) -> None:
        painting = self._phase is Phase.PAINTING
        text = {
            Phase.PAINTING: translate("Studio", "Pause"),
            Phase.PAUSED: translate("Studio", "Go on"),
        }.get(self._phase, translate("Studio", "Paint"))
        self.paint_button.setText(text)
        self.paint_button.setIcon(icon("pause" if painting else "brush"))
        self.paint_button.setToolTip(
            translate("Studio", "Pause painting (Space)")
            if painting
            else translate("Studio", "Paint from the stroke that is shown (Space)")
        )
        self.paint_button.setAccessibleName(text)

    def _say_total(self) -> None:
        self.total.setText(translate("Studio", "{count} strokes in all").format(count=f"{self._settings.total:,}"))

    def _say_weights(self) -> None:
        actor = self._settings.actor
        self.weights.setItemText(1, translate("Studio", "From a file…") if actor is None else f"{actor.name}…")

    # What is shown

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what is chosen."""
        self._settings = settings
        self.stroke_types.show_mix(Mix.parse(settings.stroke_type))
        widgets = (
            self.divide, self.divide_value, self.steps, self.steps_value, self.exact, self.strokes,
            self.seed,
        )  # fmt: skip
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
        self.seed.setValue(min(settings.seed, self.seed.maximum()))
        del blockers
        self.preset.setCurrentIndex(0 if settings.preset == "default" else 1)
        self.device.setCurrentIndex(DEVICES.index(settings.device))
        self.weights.setCurrentIndex(0 if settings.actor is None else 1)
        if settings.background not in (BLACK, WHITE):
            self._toned_colour = settings.background
        buttons = {BLACK: self.black, WHITE: self.white}
        buttons.get(settings.background, self.toned).setChecked(True)
        for button, colour in ((self.black, BLACK), (self.white, WHITE), (self.toned, self._toned_colour)):
            button.setIcon(_swatch(colour, self.palette().highlight().color() if button.isChecked() else None))
        self._say_total()
        self._say_weights()

    def show_phase(self, phase: Phase) -> None:
        """Show what can be done now."""
        self._phase = phase
        self.step_button.setEnabled(phase in (Phase.IDLE, Phase.PAUSED))
        self.stop_button.setEnabled(phase in (Phase.PAINTING, Phase.PAUSED, Phase.REFINING))
        self.paint_button.setEnabled(phase not in (Phase.EMPTY, Phase.REFINING))
        self._enable_refine()
        self.restart_button.setEnabled(phase is not Phase.EMPTY)
        self._say_paint()

    def show_painted(self, painted: bool) -> None:
        """Whether there are strokes that could be refined."""
        self._painted = painted
        self._enable_refine()

    def _enable_refine(self) -> None:
        self.refine_button.setEnabled(self._painted and self._phase in (Phase.IDLE, Phase.PAUSED))

    # What the artist wishes

    @Slot()
    def _on_paint(self) -> None:
        (self.pause_requested if self._phase is Phase.PAINTING else self.paint_requested).emit()

    @Slot(str)
    def _on_mix(self, text: str) -> None:
        self.setting_requested.emit("stroke_type", text)

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

    @Slot(int)
    def _on_device(self, row: int) -> None:
        self.setting_requested.emit("device", DEVICES[row])

    @Slot(int)
    def _on_weights(self, row: int) -> None:
        if row == 0:
            self.setting_requested.emit("actor", None)
            return
        kinds = translate("Studio", "Weights") + " (*.safetensors *.pkl)"
        path, _ = QFileDialog.getOpenFileName(self, translate("Studio", "Weights of a painter"), "", kinds)
        if path:
            self.setting_requested.emit("actor", Path(path))
        self.show_settings(self._settings)


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
