"""Hours of studio use in fast-forward: `python -m tests.soak.run ROUNDS`.

In each round a photo is opened, painted, scrubbed, painted on from an earlier stroke, undone and redone, now and then
refined, exported in one form after the other, saved, and closed. Prints a line of JSON a round: resident memory in MiB,
threads, open files and sockets of the process, and its children.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QStandardPaths
from PySide6.QtWidgets import QApplication

from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.exporting import FORMS, SUFFIXES
from painter_gui.memory import keep_memory_together
from painter_gui.paint_settings import PaintSettings
from painter_gui.preferences import Preferences
from painter_gui.views.canvas_look import CanvasMode
from painter_gui.views.window import StudioWindow
from painter_gui.wording import LANGUAGES, Languages

PHOTOS = ("sample:astronaut", "sample:coffee", "sample:chelsea")

STROKES, BRANCHED = 400, 150

SECONDS = 120.0
"""That anything may take."""


class Artist:
    """Does what artists do, quickly."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self.application, self.folder, self.chance = application, folder, random.Random(0)
        self.preferences = Preferences(QSettings(str(folder / "preferences.ini"), QSettings.Format.IniFormat))
        self.languages = Languages(application)
        self.controller = Controller(PaintSettings(strokes=STROKES))
        self.window = StudioWindow(
            self.controller, self.preferences, self.languages, autosave_folder=folder / "autosave"
        )
        self.controller.setParent(self.window)
        self.opened = 0
        self.controller.opened.connect(self._on_opened)
        self.window.discard_on_close()
        self.window.show()
        self.window.begin(None)

    def _on_opened(self) -> None:
        self.opened += 1

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        last = time.monotonic() + SECONDS
        while not condition():
            self.application.processEvents()
            time.sleep(0.001)
            if time.monotonic() > last:
                raise TimeoutError(f"waited {SECONDS} s, {self.controller.phase}")

    def live(self, seconds: float) -> None:
        """Let the window live for a while."""
        last = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= last)

    def at_rest(self) -> None:
        """Wait for the end of what is going on."""
        self.until(lambda: self.controller.phase in (Phase.IDLE, Phase.PAUSED))

    def round(self, number: int) -> None:
        """One painting."""
        controller, window = self.controller, self.window
        source = PHOTOS[number % len(PHOTOS)]
        if number % 4 == 3:
            source = str(self.folder / "work.strokewise")  # what an earlier round has saved
        before = self.opened
        window.opening.open(source)
        self.until(lambda: self.opened > before)
        window.choices.languages.choose(list(LANGUAGES)[number % 2])
        controller.set_settings(strokes=STROKES, stroke_type=("bezier", "triangle", "circle")[number % 3])
        controller.restart()
        controller.paint()
        self.until(lambda: len(controller.document.strokes) > 50)
        controller.pause()
        controller.paint()
        self.at_rest()
        for _ in range(15):
            controller.seek(self.chance.randrange(STROKES))
            self.live(0.005)
        window.modes.actions()[number % len(CanvasMode)].trigger()
        controller.seek(STROKES - BRANCHED)
        controller.paint()
        self.at_rest()
        controller.undo()
        controller.redo()
        if number % 5 == 0:
            controller.refine()
            self.live(0.3)
            controller.stop()
            self.at_rest()
        self.export(number)
        written: list[bool] = []
        controller.save(self.folder / "work.strokewise", lambda: written.append(True))
        self.until(lambda: bool(written))
        window._on_start_page()
        self.live(0.05)
        self.until(lambda: not (window.autosave.busy or window._pictures.busy or controller.files.busy))

    def export(self, number: int) -> None:
        """Write the painting in one of all forms, or begin to and cancel."""
        form = FORMS[number % len(FORMS)]
        dialog = self.window.export_dialog()
        dialog.choose(form, **({"seconds": 1.0} if form == "film" else {}))
        suffix = SUFFIXES[form][number // len(FORMS) % len(SUFFIXES[form])]
        dialog.path.setText(str(self.folder / f"export{number}{suffix}"))
        dialog.show()
        self.live(0.2)
        dialog.start()
        if number % 6 == 5:
            dialog._cancelled.set()
        self.until(lambda: not dialog.exporting)
        dialog.close()
        dialog.deleteLater()
        for path in self.folder.glob("export*"):
            for each in path.iterdir() if path.is_dir() else ():
                each.unlink()
            path.rmdir() if path.is_dir() else path.unlink()


def measured() -> dict[str, float]:
    """What the process has of the machine."""
    process = psutil.Process()
    return {
        "mib": process.memory_info().rss / 2**20,
        "threads": process.num_threads(),
        "handles": process.num_fds() if os.name == "posix" else process.num_handles(),
        "children": len(process.children(recursive=True)),
    }


def main(rounds: int) -> None:
    """Do it, and tell."""
    keep_memory_together()
    application = QApplication([])
    QStandardPaths.setTestModeEnabled(True)
    with tempfile.TemporaryDirectory() as folder:
        artist = Artist(application, Path(folder))
        began = time.monotonic()
        for number in range(rounds):
            artist.round(number)
            # As the window's own loop does; `processEvents` from outside of one leaves what is to be deleted.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            print(json.dumps({"round": number, "s": time.monotonic() - began, **measured()}), flush=True)
        artist.window.close()
        artist.window.deleteLater()
        application.processEvents()


if __name__ == "__main__":
    main(int(sys.argv[1]))
