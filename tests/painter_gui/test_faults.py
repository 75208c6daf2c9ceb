"""An error that nobody foresaw costs no work: it is logged, told, and the studio goes on."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.journal import Journal, read_journal, unsaved_strokes
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.faults import CRASHES, LOG, Fault, Faults, report_fault, start_log
from painter_gui.kept_work import left_behind
from painter_gui.views.fault_dialog import FaultDialog
from painter_gui.views.window import StudioWindow

Until = Callable[[Callable[[], bool]], None]
Open = Callable[[Controller], None]

pytestmark = pytest.mark.gui

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    end = start_log(tmp_path / "logs")
    yield tmp_path / "logs" / LOG
    end()


@pytest.fixture
def faults(studio: StudioWindow, log: Path) -> Iterator[Faults]:
    faults = Faults()
    faults.met.connect(studio.fault_desk.show)
    faults.install()
    yield faults
    faults.uninstall()


def dialog_of(studio: StudioWindow) -> FaultDialog:
    dialog = studio.fault_desk.dialog
    assert dialog is not None
    return dialog


def fail(words: str = "odd") -> None:
    raise KeyError(words)


def test_one_in_the_windows_own_thread_keeps_the_work_and_is_told(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, log: Path
) -> None:
    paint_all(studio._controller)
    QTimer.singleShot(0, studio, fail)
    until(lambda: studio.fault_desk.dialog is not None)
    dialog = dialog_of(studio)
    assert "KeyError: 'odd'" in dialog.report.toPlainText()
    assert "Your painting is kept" in dialog.text.text()
    until(lambda: not studio.autosave.busy)
    assert unsaved_strokes(studio.autosave.path / "strokes.journal") == 40
    assert "KeyError: 'odd'" in log.read_text()
    dialog.continue_button.click()
    assert studio.fault_desk.dialog is None
    studio._controller.set_settings(strokes=45)
    studio._controller.paint()  # it goes on
    until(lambda: len(studio._controller.document.strokes) == 45)


def test_one_in_any_other_thread_is_told_too(studio: StudioWindow, faults: Faults, until: Until, log: Path) -> None:
    thread = threading.Thread(target=fail, args=("elsewhere",), name="helper")
    thread.start()
    thread.join()
    until(lambda: studio.fault_desk.dialog is not None)
    assert "In thread helper" in dialog_of(studio).report.toPlainText()
    assert "elsewhere" in log.read_text()


def test_one_in_background_work_is_told_and_the_thread_goes_on(
    studio: StudioWindow, faults: Faults, until: Until
) -> None:
    background = Background("odd", studio)
    told: list[object] = []
    background.submit(fail, None, told.append)
    background.submit(lambda: 3, told.append)
    until(lambda: len(told) == 2)
    background.close()
    assert told[1] == 3
    until(lambda: studio.fault_desk.dialog is not None)


@pytest.mark.parametrize("method", ["paint", "refine"])
def test_one_in_painting_or_refining_leaves_the_strokes_there_were(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    controller = studio._controller
    paint_all(controller)
    before = controller.document
    monkeypatch.setattr(controller.brushwork.runs.worker, f"_{method}", fail)
    controller.set_settings(strokes=60)
    getattr(controller, method)()
    until(lambda: studio.fault_desk.dialog is not None)
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.document.strokes == before.strokes
    monkeypatch.undo()
    controller.paint()
    until(lambda: len(controller.document.strokes) == 60)


def test_one_in_drawing_leaves_a_canvas_that_can_be_drawn_again(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    import core.rasteriser.fast

    paint_all(studio._controller)
    with monkeypatch.context() as patched:
        patched.setattr(core.rasteriser.fast, "to_rgb32", fail)
        studio._controller.seek(10)
        until(lambda: studio.fault_desk.dialog is not None)
    with qtbot.waitSignal(studio._controller.canvas_changed):
        studio._controller.seek(20)


def test_the_same_one_over_and_over_is_told_and_logged_once(
    studio: StudioWindow, faults: Faults, until: Until, log: Path
) -> None:
    for _ in range(50):
        threading.Thread(target=fail).start()
    until(lambda: studio.fault_desk.dialog is not None)
    until(lambda: threading.active_count() < 50)
    assert dialog_of(studio).report.toPlainText().count("KeyError: 'odd'") == 1
    assert log.read_text().count("KeyError: 'odd'") == 1
    report_fault(ValueError("another"))
    until(lambda: "another" in dialog_of(studio).report.toPlainText())  # in the same dialog


def test_its_report_can_be_copied_and_the_painting_saved(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint_all(studio._controller)
    report_fault(ValueError("odd"))
    until(lambda: studio.fault_desk.dialog is not None)
    dialog = dialog_of(studio)
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == dialog.report.toPlainText()
    name = str(tmp_path / "rescued.strokewise")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))
    dialog.save_button.click()
    until(Path(name).exists)
    until(lambda: not studio._controller.modified)
    dialog.quit_button.click()
    assert not studio.isVisible()


def test_with_the_dialog_it_lies_over_it_goes_and_another_one_can_come(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until
) -> None:
    paint_all(studio._controller)
    export = studio.export_dialog()
    export.open()
    report_fault(ValueError("odd"))
    until(lambda: studio.fault_desk.dialog is not None)
    assert dialog_of(studio).parent() is export
    export.close()
    export.deleteLater()
    until(lambda: studio.fault_desk.dialog is None)
    report_fault(ValueError("another"))
    until(lambda: studio.fault_desk.dialog is not None)
    assert dialog_of(studio).parent() is studio


def test_without_a_disk_it_says_that_the_painting_is_not_kept(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, autosaves: Path
) -> None:
    autosaves.write_text("in the way")
    paint_all(studio._controller)
    until(lambda: studio.autosave.in_trouble)
    report_fault(ValueError("odd"))
    until(lambda: studio.fault_desk.dialog is not None)
    assert "could not be kept: save it" in dialog_of(studio).text.text()


def test_one_of_the_autosave_itself_is_told_too(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.autosave, "_change", fail)
    paint_all(studio._controller)
    until(lambda: studio.fault_desk.dialog is not None)
    assert "could not be kept: save it" in dialog_of(studio).text.text()


def test_one_in_writing_the_journal_does_not_claim_that_work_is_kept(
    studio: StudioWindow, faults: Faults, paint_all: Open, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "add", fail)
    paint_all(studio._controller)
    until(lambda: studio.fault_desk.dialog is not None)
    until(lambda: "could not be kept: save it" in dialog_of(studio).text.text())


def test_one_that_lasts_is_told_again_after_some_time(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[Fault] = []
    faults.met.connect(met.append)
    now = [100.0]
    monkeypatch.setattr("painter_gui.faults.time.monotonic", lambda: now[0])
    for _ in range(31):
        faults.take(ValueError("again"))
        now[0] += 1
    assert len(met) == 4


def test_two_studios_at_once_have_a_log_each(tmp_path: Path) -> None:
    ends = [start_log(tmp_path) for _ in range(2)]
    try:
        logging.getLogger("test").warning("heard by both")
    finally:
        for end in ends:
            end()
    assert sorted(path.name for path in tmp_path.glob("*.log")) == [CRASHES, "strokewise-2.log", LOG]
    assert (tmp_path / LOG).read_text() == (tmp_path / "strokewise-2.log").read_text()


@pytest.mark.parametrize("home", ["/home/bob", "/", "C:\\Users\\bob"])
def test_however_a_path_is_written_the_users_folder_is_not_named(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: PureWindowsPath(home) if "\\" in home else PurePosixPath(home))
    report = Fault(f"{home}/a and {home!r} in /usr/lib", "main").report()
    assert "/usr/lib" in report
    assert "bob" not in report


def test_a_report_names_no_home_and_holds_no_picture() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    try:
        raise ValueError(f"cannot use {pixels.tolist()} in {Path.home() / 'secret'}\n" * 1000)
    except ValueError as error:
        report = Fault.of(error).report()
    assert str(Path.home()) not in report
    assert len(report) < 100_000
    assert max(map(len, report.splitlines())) <= 401


def test_the_log_stays_small(tmp_path: Path) -> None:
    end = start_log(tmp_path)
    try:
        for number in range(20_000):
            logging.getLogger("test").warning("%d %s", number, "x" * 5_000)
    finally:
        end()
    logs = sorted(tmp_path.glob(f"{LOG}*"))
    assert len(logs) == 4
    assert sum(path.stat().st_size for path in logs) <= 4 * 2**20
    assert "19999" in (tmp_path / LOG).read_text()


def test_where_no_log_can_be_written_the_studio_runs_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    end = start_log(tmp_path / "file")
    logging.getLogger("test").warning("still told")
    end()
    told = capsys.readouterr().err
    assert "There will be no log" in told
    assert "still told" in told


def run(program: str, home: Path, *arguments: object, **options: object) -> subprocess.Popen[str]:
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_CONFIG_HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


STUDIO = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
application = QApplication(sys.argv[:1])
def look():
    window = next((each for each in application.topLevelWidgets() if hasattr(each, "autosave")), None)
    if window is not None:
        controller = window._controller
        if controller.phase.value == "idle" and not len(controller.document.strokes):
            controller.set_settings(strokes=500_000)
            controller.paint()
        print(len(controller.document.strokes), flush=True)
timer = QTimer(interval=20)
timer.timeout.connect(look)
timer.start()
import main
sys.exit(main.main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_studio_that_is_ended_from_outside_leaves_its_work(
    number: signal.Signals, tmp_path: Path, photo_file: Path
) -> None:
    with run(STUDIO, tmp_path, photo_file) as studio:
        assert studio.stdout is not None
        assert studio.stderr is not None
        painted = 0
        for line in studio.stdout:
            painted = int(line)
            if painted > 200:
                break
        studio.send_signal(number)
        for line in studio.stdout:
            painted = int(line)
        assert studio.wait(30) == 130
        assert "Traceback" not in studio.stderr.read()
    folder = tmp_path / "data" / "Strokewise" / "Strokewise" / "autosave"
    left = left_behind(folder)
    assert len(left) == 1
    assert len(read_journal(left[0] / "strokes.journal").document.strokes) >= painted > 200
    assert [path for path in folder.iterdir() if path.suffix == ".lock"] == []


CRASH = """
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from painter_gui.faults import start_log
start_log(Path(sys.argv[1]))
import faulthandler
faulthandler._sigsegv()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_crash_in_a_library_leaves_a_trace(tmp_path: Path) -> None:
    with run(CRASH, tmp_path, tmp_path / "logs") as crashed:
        assert crashed.wait(30) == -signal.SIGSEGV
    assert "Segmentation fault" in (tmp_path / "logs" / CRASHES).read_text()
    assert time.time() - (tmp_path / "logs" / CRASHES).stat().st_mtime < 60
