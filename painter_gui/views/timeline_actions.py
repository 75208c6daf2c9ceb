"""Where the timeline and the studio meet: it shows the painting, and the window's actions play and step through it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from painter_gui.controller import Controller
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.timeline_view import TimelineView


class TimelineActions(QObject):
    """Keeps a timeline as the controller has it, and has its wishes answered."""

    def __init__(self, window: ActionWindow, timeline: TimelineView, controller: Controller) -> None:
        super().__init__(window)
        self._timeline, self._controller = timeline, controller
        moves = {
            window.first_action: timeline.go_first, window.back_action: timeline.go_back,
            window.forward_action: timeline.go_forward, window.last_action: timeline.go_last,
            window.play_action: timeline.toggle,
        }  # fmt: skip
        for action, slot in moves.items():
            action.triggered.connect(slot)
        self._actions = [*moves]
        timeline.position_requested.connect(controller.seek)
        controller.opened.connect(self._on_opened)
        controller.document_changed.connect(self._on_document)
        controller.settings_changed.connect(self._on_document)
        controller.position_changed.connect(self._on_position)
        self._on_opened()

    @Slot()
    def _on_opened(self) -> None:
        self._timeline.stop()
        self._on_document()
        self._on_position()

    @Slot()
    def _on_document(self) -> None:
        document = self._controller.document
        self._timeline.show_document(document, self._controller.planned)
        for action in self._actions:
            action.setEnabled(len(document.strokes) > 0)

    @Slot()
    def _on_position(self) -> None:
        self._timeline.show_position(self._controller.position)
