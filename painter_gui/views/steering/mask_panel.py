"""Focus and protection: the brushes that they are painted with, and what else is done with them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from painter_gui.icons import icon
from painter_gui.wording import Worded, translate

KINDS = ("focus", "protect")
"""Of masks, as `PaintSettings` calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrushChoice:
    """How a mask's brush is."""

    size: float = 8.0
    """Its diameter, hundredths of the sheet's longer side."""
    opacity: float = 1.0
    softness: float = 0.5
    erases: bool = False


class MaskPanel(Worded, QGroupBox):
    """Shows the brushes and tells what is wished for.

    Signals:
        tool_requested: (one of `KINDS`, or empty for none).
        brush_changed: the brush is chosen otherwise; see `brush`.
        faces_requested, clear_requested: as their names say; the second with the kinds.
    """

    tool_requested = Signal(str)
    brush_changed = Signal()
    faces_requested = Signal()
    clear_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.focus_button, self.protect_button = (QPushButton(icon(name), "", self) for name in ("focus", "protect"))
        for button in (self.focus_button, self.protect_button):
            button.setCheckable(True)
        self.size_slider, self.opacity_slider, self.softness_slider = (
            QSlider(Qt.Orientation.Horizontal, self) for _ in range(3)
        )
        for slider, least, most, value in (
            (self.size_slider, 1, 60, 8),
            (self.opacity_slider, 1, 100, 100),
            (self.softness_slider, 0, 100, 50),
        ):
            slider.setRange(least, most)
            slider.setValue(value)
        self.erase = QCheckBox(self)
        self.faces_button, self.clear_button = QPushButton(self), QPushButton(self)
        labels = [QLabel(self) for _ in range(3)]
        self._size_label, self._opacity_label, self._softness_label = labels
        tools = QHBoxLayout()
        tools.addWidget(self.focus_button)
        tools.addWidget(self.protect_button)
        form = QFormLayout()
        for label, slider in zip(labels, (self.size_slider, self.opacity_slider, self.softness_slider), strict=True):
            label.setBuddy(slider)
            form.addRow(label, slider)
        others = QHBoxLayout()
        for widget in (self.erase, self.faces_button, self.clear_button):
            others.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addLayout(tools)
        layout.addLayout(form)
        layout.addLayout(others)
        self._buttons = dict(zip(KINDS, (self.focus_button, self.protect_button), strict=True))
        self.focus_button.clicked.connect(self._on_focus)
        self.protect_button.clicked.connect(self._on_protect)
        for slider in (self.size_slider, self.opacity_slider, self.softness_slider):
            slider.valueChanged.connect(self.brush_changed)
        self.erase.toggled.connect(self.brush_changed)
        self.faces_button.clicked.connect(self.faces_requested)
        self.clear_button.clicked.connect(self._on_clear)
        self.say(self._say_words)
        self.show_state("", dict.fromkeys(KINDS, False))

    def _say_words(self) -> None:
        self.setTitle(translate("Studio", "Focus and protection"))
        self.focus_button.setText(translate("Studio", "Focus"))
        self.focus_button.setToolTip(
            translate("Studio", "Paint over what is to be exact: strokes are spent there first (F)")
        )
        self.protect_button.setText(translate("Studio", "Protect"))
        self.protect_button.setToolTip(translate("Studio", "Paint over what no stroke may touch (Shift+F)"))
        self._size_label.setText(translate("Studio", "Size"))
        self._opacity_label.setText(translate("Studio", "Opacity"))
        self._softness_label.setText(translate("Studio", "Softness"))
        for slider, text, name in (
            (
                self.size_slider,
                translate("Studio", "Of the mask's brush"),
                translate("Studio", "Size of the mask's brush"),
            ),
            (
                self.opacity_slider,
                translate("Studio", "How much of it a stroke adds; what is protected by less than half may be painted"),
                translate("Studio", "Opacity of the mask's brush"),
            ),
            (
                self.softness_slider,
                translate("Studio", "How far the brush fades out towards its edge"),
                translate("Studio", "Softness of the mask's brush"),
            ),
        ):
            slider.setToolTip(text)
            slider.setAccessibleName(name)
        self.erase.setText(translate("Studio", "Erase"))
        self.erase.setToolTip(translate("Studio", "Take away from the mask, as a pen's other end and the Alt key do"))
        self.faces_button.setText(translate("Studio", "Faces"))
        self.faces_button.setToolTip(translate("Studio", "Look for faces in the photo and put the focus on them"))
        self.clear_button.setText(translate("Studio", "Clear"))
        self.clear_button.setToolTip(translate("Studio", "Take away all of the mask that is being painted, or both"))

    @property
    def brush(self) -> BrushChoice:
        """How the brush is."""
        return BrushChoice(
            size=float(self.size_slider.value()),
            opacity=self.opacity_slider.value() / 100,
            softness=self.softness_slider.value() / 100,
            erases=self.erase.isChecked(),
        )

    def show_state(self, kind: str, there: dict[str, bool]) -> None:
        """Show which brush is held, empty for none, and of which kinds there is a mask."""
        for name, button in self._buttons.items():
            blocker = QSignalBlocker(button)
            button.setChecked(name == kind)
            del blocker
        self.clear_button.setEnabled(there[kind] if kind else any(there.values()))

    @Slot(bool)
    def _on_focus(self, held: bool) -> None:
        self.tool_requested.emit("focus" if held else "")

    @Slot(bool)
    def _on_protect(self, held: bool) -> None:
        self.tool_requested.emit("protect" if held else "")

    @Slot()
    def _on_clear(self) -> None:
        held = [name for name, button in self._buttons.items() if button.isChecked()]
        self.clear_requested.emit(held or list(KINDS))
