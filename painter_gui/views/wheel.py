"""The wheel scrolls a panel, and turns a control only where that has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget


class FocusedWheel(QObject):
    """Keeps the wheel from sliders, spin boxes and combo boxes that it merely passes over."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        for kind in (QAbstractSpinBox, QComboBox, QSlider):
            for control in panel.findChildren(kind):
                control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by the wheel none
                control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Leave the wheel to the panel."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)
