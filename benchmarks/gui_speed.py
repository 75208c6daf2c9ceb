"""How the studio feels: whether its window answers while it paints, how soon it shows a moment, or stops.

Where there is no display, Qt's offscreen platform draws all the same, but shows it to nobody.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEventLoop, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.harness import report
from core.files import checked_output_folder
from core.geometry import Size
from core.images import load_picture
from core.resampling import resized
from painter_gui.app import share_interpreter
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.display import there_is_a_display
from painter_gui.paint_settings import PaintSettings
from painter_gui.preferences import Preferences
from painter_gui.views.window import StudioWindow
from painter_gui.wording import Languages

BEAT_MS = 4
"""Between two beats of the clock that the event loop is asked for; how late they come is its delay."""

_ROOT = Path(__file__).parent.parent

_STARTED = """
import sys, time
began = float(sys.argv[1])
from PySide6.QtCore import QObject, QEvent, QSettings
from PySide6.QtWidgets import QApplication
application = QApplication([])
application.setStyle("Fusion")
from painter_gui.app import new_window
from painter_gui.preferences import Preferences
window = new_window(Preferences(QSettings(sys.argv[2], QSettings.Format.IniFormat)))

class Eye(QObject):
    def eventFilter(self, watched, event):
        if watched is window.start_page and event.type() == QEvent.Type.Paint:
            print(time.time() - began, flush=True)
            application.removeEventFilter(self)
            application.quit()
        return False

eye = Eye()
application.installEventFilter(eye)
window.show()
application.exec()
window.close()
"""


def bench_gui(
    *,
    side: int = 2048,
    strokes: int = 10_000,
    moments: int = 300,
    cancels: int = 10,
    starts: int = 5,
    json_path: Path | None = None,
) -> dict[str, Any]:
    """Use the studio and measure it.

    Args:
        side: Of the photo, pixels.
        strokes: Of the painting.
        moments: How many at random are scrubbed to.
        cancels: How often painting is cancelled in the midst of it.
        starts: How often the program is started.
        json_path: The report to write.

    Returns:
        What `harness.report` does: percentiles in milliseconds.

    Raises:
        OutputError: If the report's folder cannot be written.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    if not there_is_a_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    share_interpreter()
    photo = resized(load_picture("sample:astronaut"), Size(side, side))
    with tempfile.TemporaryDirectory() as folder:
        preferences = Preferences(QSettings(str(Path(folder) / "a.ini"), QSettings.Format.IniFormat))
        results = {"start to first picture": _percentiles(_starts(starts, Path(folder)))}
        controller = Controller(PaintSettings(strokes=strokes, divide=8))
        window = StudioWindow(controller, preferences, Languages(application), autosave_folder=Path(folder) / "kept")
        controller.setParent(window)
        window.resize(1600, 1000)
        window.show()
        window.begin(None)
        _until(lambda: controller.device_name != "" and not controller.files.busy)
        controller.open_pixels(photo, "astronaut")
        controller.step()  # compiles and loads whatever is still to be compiled and loaded
        _until(lambda: controller.phase is Phase.IDLE)
        controller.restart()
        began = time.perf_counter()
        delays = _delays_while_painting(controller)
        seconds = time.perf_counter() - began
        results |= {
            "event loop's delay while painting": _percentiles(delays),
            "strokes a second meanwhile": {"median": len(controller.document.strokes) / seconds},
            "scrub to a moment": _percentiles(_scrubs(controller, window, moments)),
            "cancel": _percentiles(_cancels(controller, cancels)),
        }
        window.discard_on_close()
        window.close()
    settings: dict[str, str | float | None] = {"side": side, "strokes": strokes, "platform": application.platformName()}
    return report("gui, ms", results, json_path, settings=settings)


def _percentiles(milliseconds: list[float]) -> dict[str, float]:
    values: NDArray[np.float64] = np.array(milliseconds)
    names = {"median": 50, "p95": 95, "p99": 99, "max": 100}
    return {name: float(np.percentile(values, share)) for name, share in names.items()}


def _starts(count: int, folder: Path) -> list[float]:
    """From the program's start to the first time that its start page is drawn."""
    command = [sys.executable, "-c", _STARTED]
    found = []
    for _ in range(count + 1):
        done = subprocess.run(
            [*command, str(time.time()), str(folder / "start.ini")],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(1000 * float(done.stdout.split()[0]))
    return found[1:]  # the first one reads the files from the disk


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def _delays_while_painting(controller: Controller) -> list[float]:
    """How late each beat came, from the first stroke to the last."""
    beats: list[float] = []
    clock = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
    clock.timeout.connect(lambda: beats.append(time.perf_counter()))
    loop = QEventLoop()
    controller.phase_changed.connect(loop.quit)
    controller.paint()
    clock.start()
    loop.exec()
    clock.stop()
    controller.phase_changed.disconnect(loop.quit)
    return [max(0.0, 1000 * (later - earlier) - BEAT_MS) for earlier, later in pairwise(beats)]


def _scrubs(controller: Controller, window: StudioWindow, count: int) -> list[float]:
    """From asking for a moment to its being in the window."""
    random = np.random.default_rng(0)
    found: list[float] = []
    drawn: list[int] = []
    controller.shown.canvas.worker.drawn.connect(
        lambda moment, _box: drawn.append(moment.count), Qt.ConnectionType.QueuedConnection
    )
    for moment in random.integers(0, len(controller.document.strokes) + 1, count + 20).tolist():
        if moment == controller.position:
            continue
        drawn.clear()
        began = time.perf_counter()
        controller.seek(moment)
        _until(lambda moment=moment: moment in drawn)  # type: ignore[misc]
        window.canvas.repaint()
        found.append(1000 * (time.perf_counter() - began))
    return found[20:]  # the first ones fill the timeline's keys


def _has_come_to(controller: Controller, count: int) -> bool:
    """Whether so much is painted, or all."""
    return len(controller.document.strokes) >= count or controller.phase is not Phase.PAINTING


def _cancels(controller: Controller, count: int) -> list[float]:
    """From stopping to the painter's having stopped, at random times."""
    random = np.random.default_rng(1)
    finished: list[int] = []
    controller.brushwork.runs.worker.finished.connect(finished.append, Qt.ConnectionType.QueuedConnection)
    found = []
    for _ in range(count):
        controller.restart()
        controller.paint()
        first = int(random.integers(1, max(2, controller.planned // 5)))
        _until(partial(_has_come_to, controller, first))
        finished.clear()
        began = time.perf_counter()
        controller.stop()
        _until(lambda: bool(finished))
        found.append(1000 * (time.perf_counter() - began))
    return found
