"""The studio from start to end."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.errors import PainterError
from painter_gui.appearance import apply_scheme
from painter_gui.autosave import autosave_folder
from painter_gui.controller import Controller
from painter_gui.preferences import Preferences
from painter_gui.views.window import StudioWindow
from painter_gui.wording import Languages

_log = logging.getLogger(__name__)


class Surprises(QObject):
    """Brings what nobody caught into the window, from whatever thread."""

    met = Signal(object)

    def take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """For `sys.excepthook`."""
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        _log.error("%s", "".join(traceback.format_exception(kind, error, trace)))
        self.met.emit(PainterError(f"This is a bug: {kind.__name__}: {error}. Save your work, and start anew."))


def share_interpreter() -> None:
    """Let the window's and the drawing thread take turns often.

    Drawing asks for the interpreter between any two of its many short array operations, and by default waits 5 ms for
    it each time the window is busy: one scrub in ten then took two or three times as long.
    """
    sys.setswitchinterval(0.0005)


def run_studio(source: str | None = None) -> int:
    """Open the studio, on a photo or a saved session where one is named; returns its exit code."""
    logging.basicConfig(level=logging.WARNING)
    share_interpreter()
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    QCoreApplication.setOrganizationName("Strokewise")
    QCoreApplication.setApplicationName("Strokewise")
    application.setStyle("Fusion")  # the one that follows light and dark everywhere
    window = new_window()
    surprises = Surprises()
    surprises.met.connect(window.show_error, Qt.ConnectionType.QueuedConnection)
    before, sys.excepthook = sys.excepthook, surprises.take
    heartbeat = QTimer(interval=200)  # lets Python see Ctrl-C while Qt waits
    heartbeat.timeout.connect(_nothing)
    heartbeat.start()
    window.show()
    QTimer.singleShot(0, window, lambda: window.begin(source))
    try:
        return application.exec()
    finally:
        sys.excepthook = before
        window.deleteLater()


def new_window(preferences: Preferences | None = None) -> StudioWindow:
    """The studio's window, as it was left, not yet shown."""
    preferences = preferences or Preferences()
    apply_scheme(preferences.scheme)
    application = QCoreApplication.instance()
    assert application is not None
    languages = Languages(application)
    languages.choose(preferences.language)
    controller = Controller(preferences.paint_settings)
    window = StudioWindow(controller, preferences, languages, autosave_folder=autosave_folder())
    controller.setParent(window)
    return window


def _nothing() -> None:
    pass
