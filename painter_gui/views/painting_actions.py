"""What can be done to the painting as a whole, by menu, key or panel: paint, step, stop, refine, restart, undo."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.paint_buttons import PaintButtons
from painter_gui.views.timeline_view import TimelineView
from painter_gui.views.undo_words import undo_words
from painter_gui.wording import translate


class PaintingActions(QObject):
    """Has a window's actions and the panel's buttons do it, and lets be done what can be done."""

    def __init__(
        self, window: ActionWindow, canvas: CanvasView, buttons: PaintButtons, timeline: TimelineView,
        controller: Controller,
    ) -> None:  # fmt: skip
        """Begin.

        Args:
            window: Has the actions.
            canvas: May have a stroke begun, which is the first thing to take back.
            buttons: The same on the panel.
            timeline: Plays no more while something is painted.
            controller: Paints.
        """
        super().__init__(window)
        self._window, self._canvas, self._buttons, self._timeline = window, canvas, buttons, timeline
        self._controller = controller
        for action, slot in (
            (window.undo_action, self._on_undo), (window.redo_action, self._on_redo),
            (window.paint_action, self._on_paint), (window.step_action, self._on_step),
            (window.stop_action, controller.stop), (window.restart_action, controller.restart),
            (window.refine_action, self._on_refine),
        ):  # fmt: skip
            action.triggered.connect(slot)
        canvas.paint_requested.connect(self._on_paint)
        buttons.paint_requested.connect(self._on_paint)
        buttons.pause_requested.connect(controller.pause)
        buttons.step_requested.connect(self._on_step)
        buttons.stop_requested.connect(controller.stop)
        buttons.restart_requested.connect(controller.restart)
        buttons.refine_requested.connect(self._on_refine)
        controller.phase_changed.connect(self._on_phase)
        controller.position_changed.connect(self._enable_refine)
        controller.opened.connect(self._enable_refine)
        controller.undo_stack.indexChanged.connect(self._on_undo_stack)
        controller.undo_stack.cleanChanged.connect(self._on_undo_stack)
        window.say(self._say_undo)
        self._on_phase()

    # What the artist wishes

    @Slot()
    def _on_paint(self) -> None:
        self._timeline.stop()
        if self._controller.phase is Phase.PAINTING:
            self._controller.pause()
        else:
            self._controller.paint()

    @Slot()
    def _on_step(self) -> None:
        self._timeline.stop()
        self._controller.step()

    @Slot()
    def _on_refine(self) -> None:
        self._timeline.stop()
        self._controller.refine()

    @Slot()
    def _on_undo(self) -> None:
        if not self._canvas.drop_begun():  # a stroke that is being drawn is the first thing to take back
            self._controller.undo()

    @Slot()
    def _on_redo(self) -> None:
        if not self._canvas.drop_begun():
            self._controller.redo()

    # What the controller says

    @Slot()
    def _on_phase(self) -> None:
        phase, window = self._controller.phase, self._window
        self._buttons.show_phase(phase)
        window.paint_action.setEnabled(phase not in (Phase.EMPTY, Phase.REFINING))
        window.step_action.setEnabled(phase in (Phase.IDLE, Phase.PAUSED))
        window.stop_action.setEnabled(phase in (Phase.PAINTING, Phase.PAUSED, Phase.REFINING))
        window.restart_action.setEnabled(phase is not Phase.EMPTY)
        self._enable_refine()
        self._say_undo()

    @Slot()
    def _enable_refine(self) -> None:
        painted = self._controller.position > 0
        self._buttons.show_painted(painted)
        self._window.refine_action.setEnabled(painted and self._controller.phase in (Phase.IDLE, Phase.PAUSED))

    @Slot()
    def _on_undo_stack(self) -> None:
        self._say_undo()

    def _say_undo(self) -> None:
        controller, window = self._controller, self._window
        stack, names = controller.undo_stack, undo_words()
        undo = names.get(controller.brushwork.under_way or stack.undoText(), "")
        redo = names.get(stack.redoText(), "")
        window.undo_action.setText(
            translate("Studio", "&Undo {what}").format(what=undo) if undo else translate("Studio", "&Undo")
        )
        window.redo_action.setText(
            translate("Studio", "&Redo {what}").format(what=redo) if redo else translate("Studio", "&Redo")
        )
        busy = controller.phase in (Phase.PAINTING, Phase.PAUSED, Phase.REFINING)
        window.undo_action.setEnabled(stack.canUndo() or busy)
        window.redo_action.setEnabled(stack.canRedo() and not busy)
