"""What to paint with: the panel on the left."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.mix import Mix
from painter_gui.paint_settings import PaintSettings
from painter_gui.views.amount_panel import AmountPanel
from painter_gui.views.machine_panel import MachinePanel
from painter_gui.views.paint_buttons import PaintButtons
from painter_gui.views.panel_scroll import PanelScroll
from painter_gui.views.sheet_panel import SheetPanel
from painter_gui.views.steering.mask_panel import MaskPanel
from painter_gui.views.steering.palette_panel import PalettePanel
from painter_gui.views.steering.style_panel import StylePanel
from painter_gui.views.stroke_types import StrokeTypes
from painter_gui.views.wheel import FocusedWheel


class PaintPanel(QWidget):
    """Holds buttons, panels that scroll below them, shows the settings in them, and tells what the artist wishes.

    Signals:
        setting_requested: (name, value) of `PaintSettings`.
    """

    setting_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = PaintButtons(self)
        self.stroke_types = StrokeTypes(self)
        self.amount, self.sheet, self.machine = AmountPanel(self), SheetPanel(self), MachinePanel(self)
        self.style_panel, self.palette_panel, self.mask_panel = StylePanel(self), PalettePanel(self), MaskPanel(self)
        below = QWidget(self)
        parts = QVBoxLayout(below)
        parts.setContentsMargins(10, 10, 10, 10)
        parts.setSpacing(10)
        for part in (
            self.stroke_types, self.style_panel, self.amount, self.palette_panel, self.mask_panel, self.sheet,
            self.machine,
        ):  # fmt: skip
            parts.addWidget(part)
        parts.addStretch(1)
        self.scrolled = PanelScroll(below, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(4)
        self._above = QVBoxLayout()
        self._above.addWidget(self.buttons)
        layout.addLayout(self._above)
        layout.addWidget(self.scrolled, 1)
        self.scrolled.verticalScrollBar().rangeChanged.connect(self._on_scrolled_range)
        self._on_scrolled_range(0, 0)
        self._wheel = FocusedWheel(self)
        self.stroke_types.mix_requested.connect(self._on_mix)
        for panel in (self.amount, self.sheet, self.machine):
            panel.setting_requested.connect(self.setting_requested)
        self.show_settings(PaintSettings())

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what is chosen."""
        self.stroke_types.show_mix(Mix.parse(settings.stroke_type))
        for panel in (self.amount, self.sheet, self.machine):
            panel.show_settings(settings)

    @Slot(int, int)
    def _on_scrolled_range(self, _first: int, last: int) -> None:
        """Have the buttons as wide as the panels, which may have a scroll bar beside them."""
        bar = self.scrolled.verticalScrollBar().sizeHint().width() if last else 0
        self._above.setContentsMargins(10, 0, 10 + bar, 0)

    @Slot(str)
    def _on_mix(self, text: str) -> None:
        self.setting_requested.emit("stroke_type", text)
