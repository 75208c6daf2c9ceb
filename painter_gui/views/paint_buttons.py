"""What can be begun and ended, on the panel: paint or pause, step, stop, restart, refine."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from painter_gui.brushwork import Phase
from painter_gui.icons import icon
from painter_gui.wording import Worded, translate


class PaintButtons(Worded, QWidget):
    """Shows what can be done now, and tells what the artist wishes.

    Signals:
        paint_requested, pause_requested, step_requested, stop_requested, restart_requested, refine_requested: as their
            names say.
    """

    paint_requested = Signal()
    pause_requested = Signal()
    step_requested = Signal()
    stop_requested = Signal()
    restart_requested = Signal()
    refine_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phase, self._painted = Phase.EMPTY, False
        self.paint = QPushButton(icon("brush"), "", self)
        self.paint.setMinimumHeight(34)
        self.paint.setDefault(True)
        self.step, self.stop, self.restart = (QToolButton(self) for _ in range(3))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.paint, 1)
        for button, name in ((self.step, "step"), (self.stop, "stop"), (self.restart, "restart")):
            button.setIcon(icon(name))
            button.setMinimumSize(34, 34)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        self.refine = QPushButton(icon("refine"), "", self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(row)
        layout.addWidget(self.refine)
        self.paint.clicked.connect(self._on_paint)
        self.step.clicked.connect(self.step_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.restart.clicked.connect(self.restart_requested)
        self.refine.clicked.connect(self.refine_requested)
        self.say(self._say_words)
        self.show_phase(Phase.EMPTY)

    def _say_words(self) -> None:
        self.step.setToolTip(translate("Studio", "One step: a bundle of strokes in each place looked at (Shift+Space)"))
        self.stop.setToolTip(translate("Studio", "End this painting here (Esc)"))
        self.restart.setToolTip(translate("Studio", "Begin again with a bare sheet (Ctrl+R)"))
        self.refine.setText(translate("Studio", "Refine"))
        self.refine.setToolTip(
            translate(
                "Studio",
                "Better all strokes shown together, as many as there are: each finds its best place, shape and colour"
                " (Ctrl+B)",
            )
        )
        self.step.setAccessibleName(translate("Studio", "Step"))
        self.stop.setAccessibleName(translate("Studio", "Stop"))
        self.restart.setAccessibleName(translate("Studio", "Restart"))
        self._say_paint()

    def _say_paint(self) -> None:
        painting = self._phase is Phase.PAINTING
        text = {
            Phase.PAINTING: translate("Studio", "Pause"),
            Phase.PAUSED: translate("Studio", "Go on"),
        }.get(self._phase, translate("Studio", "Paint"))
        self.paint.setText(text)
        self.paint.setIcon(icon("pause" if painting else "brush"))
        self.paint.setToolTip(
            translate("Studio", "Pause painting (Space)")
            if painting
            else translate("Studio", "Paint from the stroke that is shown (Space)")
        )
        self.paint.setAccessibleName(text)

    def show_phase(self, phase: Phase) -> None:
        """Show what can be done now."""
        self._phase = phase
        self.step.setEnabled(phase in (Phase.IDLE, Phase.PAUSED))
        self.stop.setEnabled(phase in (Phase.PAINTING, Phase.PAUSED, Phase.REFINING))
        self.paint.setEnabled(phase not in (Phase.EMPTY, Phase.REFINING))
        self._enable_refine()
        self.restart.setEnabled(phase is not Phase.EMPTY)
        self._say_paint()

    def show_painted(self, painted: bool) -> None:
        """Whether there are strokes that could be refined."""
        self._painted = painted
        self._enable_refine()

    def _enable_refine(self) -> None:
        self.refine.setEnabled(self._painted and self._phase in (Phase.IDLE, Phase.PAUSED))

    @Slot()
    def _on_paint(self) -> None:
        (self.pause_requested if self._phase is Phase.PAINTING else self.paint_requested).emit()
