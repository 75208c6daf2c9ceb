"""Where the networks run, and their weights."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QGroupBox, QLabel, QWidget

from painter_gui.paint_settings import DEVICES, PaintSettings
from painter_gui.wording import Worded, translate


class MachinePanel(Worded, QGroupBox):
    """Chooses them.

    Signals:
        setting_requested: (name, value) of `PaintSettings`.
    """

    setting_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = PaintSettings()
        self.device = QComboBox(self)
        self.device.addItems([""] * len(DEVICES))
        self.weights = QComboBox(self)
        self.weights.addItems(["", ""])
        self.weights.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.weights.setMinimumContentsLength(10)
        self._device_label, self._weights_label = QLabel(self), QLabel(self)
        self._device_label.setBuddy(self.device)
        self._weights_label.setBuddy(self.weights)
        form = QFormLayout(self)
        form.addRow(self._device_label, self.device)
        form.addRow(self._weights_label, self.weights)
        self.device.activated.connect(self._on_device)
        self.weights.activated.connect(self._on_weights)
        self.say(self._say_words)

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "Machine"))
        self._device_label.setText(translate("Studio", "Devi&ce"))
        names_of = {
            "auto": translate("Studio", "Fastest"),
            "cpu": translate("Studio", "Processor"),
            "cuda": "NVIDIA GPU",
        }
        for row, device in enumerate(DEVICES):
            self.device.setItemText(row, names_of[device])
        self.device.setToolTip(translate("Studio", "Where the networks run"))
        self.device.setAccessibleName(translate("Studio", "Device"))
        self._weights_label.setText(translate("Studio", "&Weights"))
        self.weights.setItemText(0, translate("Studio", "Bundled"))
        self.weights.setToolTip(
            translate("Studio", "The trained painter: the bundled one, one of your own, or a published actor.pkl")
        )
        self.weights.setAccessibleName(translate("Studio", "Weights"))
        self._say_weights()

    def _say_weights(self) -> None:
        actor = self._settings.actor
        self.weights.setItemText(1, translate("Studio", "From a file…") if actor is None else f"{actor.name}…")

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what is chosen."""
        self._settings = settings
        self.device.setCurrentIndex(DEVICES.index(settings.device))
        self.weights.setCurrentIndex(0 if settings.actor is None else 1)
        self._say_weights()

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
