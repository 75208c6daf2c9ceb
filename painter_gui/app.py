"""The studio from start to end."""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from core.endings import endings_heard
from core.errors import EXIT_CANCELLED
from painter_gui.appearance import apply_scheme
from painter_gui.controller import Controller
from painter_gui.faults import Faults, log_folder, start_log
from painter_gui.kept_work import autosave_folder
from painter_gui.memory import keep_memory_together
from painter_gui.preferences import Preferences
from painter_gui.views.window import StudioWindow
from painter_gui.wording import Languages


def share_interpreter() -> None:
    """Let the window's and the drawing thread take turns often.

    Drawing asks for the interpreter between any two of its many short array operations, and by default waits 5 ms for
    it each time the window is busy: one scrub in ten then took two or three times as long.
    """
    sys.setswitchinterval(0.0005)


def run_studio(source: str | None = None) -> int:
    """Open the studio, on a photo or a saved session where one is named.

    Returns:
        The exit code: 0 when the artist has closed it, 130 where the system has ended it; what was not saved then is
        offered when it starts the next time.
    """
    keep_memory_together()
    share_interpreter()
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    QCoreApplication.setOrganizationName("Strokewise")
    QCoreApplication.setApplicationName("Strokewise")
    QGuiApplication.setDesktopFileName("strokewise")  # by which a desktop knows whose window it is
    application.setStyle("Fusion")  # the one that follows light and dark everywhere
    end_log = start_log(log_folder())
    window = new_window()
    faults = Faults()
    faults.met.connect(window.fault_desk.show, Qt.ConnectionType.QueuedConnection)
    faults.install()
    heartbeat = QTimer(interval=200)  # lets Python see signals while Qt waits
    heartbeat.timeout.connect(_nothing)
    heartbeat.start()

    def leave() -> None:
        window.leave()
        QCoreApplication.exit(EXIT_CANCELLED)

    window.show()
    QTimer.singleShot(0, window, lambda: window.begin(source))
    try:
        # At once, without a question: work is left to be offered again.
        with endings_heard(lambda: QTimer.singleShot(0, window, leave), interrupts=True):
            return application.exec()
    finally:
        faults.uninstall()
        window.deleteLater()
        end_log()


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
