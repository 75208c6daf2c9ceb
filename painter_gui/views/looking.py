"""How the artist looks at the canvas: its modes, the photo's opacity over it, zoom, and the whole screen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction

from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.canvas_view import CanvasView

_ZOOM_STEP = 1.25


class Looking(QObject):
    """Has a window's actions and its tool bar do it."""

    def __init__(self, window: ActionWindow, canvas: CanvasView, controller: Controller) -> None:
        super().__init__(window)
        self._window, self._canvas, self._controller = window, canvas, controller
        window.modes.triggered.connect(self._on_mode)
        window.opacity.valueChanged.connect(self._on_opacity)
        window.zoom_in_action.triggered.connect(partial(self._zoom_by, _ZOOM_STEP))
        window.zoom_out_action.triggered.connect(partial(self._zoom_by, 1 / _ZOOM_STEP))
        window.fit_action.triggered.connect(canvas.fit)
        window.actual_action.triggered.connect(canvas.actual_size)
        window.full_screen_action.triggered.connect(self._on_full_screen)
        canvas.zoom_changed.connect(self._on_zoom)
        for changed in (controller.opened, controller.document_changed, controller.phase_changed):
            changed.connect(self._on_painting)

    @Slot()
    def _on_painting(self) -> None:
        controller = self._controller
        self._canvas.set_bare(controller.phase is Phase.IDLE and not len(controller.document.strokes))

    @Slot(QAction)
    def _on_mode(self, action: QAction) -> None:
        mode = next(mode for mode, each in self._window.mode_actions.items() if each is action)
        self._canvas.set_mode(mode)
        self._window.opacity_action.setVisible(mode is CanvasMode.OVERLAY)

    @Slot(int)
    def _on_opacity(self, value: int) -> None:
        self._canvas.set_opacity(value / 100)

    def _zoom_by(self, factor: float, _checked: bool = False) -> None:
        self._canvas.zoom_by(factor)

    @Slot(float)
    def _on_zoom(self, zoom: float) -> None:
        self._window.zoom_label.setText(f"{zoom * 100:,.0f} %" if self._controller.photo is not None else "")

    @Slot(bool)
    def _on_full_screen(self, full: bool) -> None:
        state, whole = self._window.windowState(), Qt.WindowState.WindowFullScreen
        self._window.setWindowState(state | whole if full else state & ~whole)  # it may be maximised besides
