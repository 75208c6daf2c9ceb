"""A process that has imported everything, and forks a child to be killed for each line: kind, folder, seed, pipe.

It answers with the child's number, and after another line with what it ended with. A child says on its standard
output, a pipe that its parent reads, when it is at work ("ready") and what it has done, each with the time of the clock
that all processes share (`time.monotonic`).
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from PySide6.QtCore import QStandardPaths, QTimer

import painter_gui.app
import training.train_painter  # noqa: F401  # imported before a fork, they need not be after it
from core.document import Document
from core.export.document import ExportOptions, export_document
from core.export.video import FilmOptions
from core.geometry import Size
from core.session_file import SavedSession, save_session
from core.stroke import Strokes
from painter_gui.paint_settings import PaintSettings
from painter_gui.queue_model import State

SHEET = Size(96, 128)

EXPORTS = (
    "a.png",
    "a.jpg",
    "a.webp",
    "a.tif",
    "a.svg",
    "b.svg",
    "c.svg",
    "a.svgz",
    "a.json",
    "a.mp4",
    "a.webm",
    "a.gif",
)
"""Files of every writer; b and c in the profiles compatible and plotter."""

STEPS = 10
"""Frames of a film, two a second of hold, and strokes that a saved session has more than the one before."""


def painting(count: int, seed: int = 0) -> Document:
    """Strokes like those of a painting, the first of many the same as those of a few."""
    chance = np.random.default_rng(seed)
    patches = np.column_stack([chance.uniform(-8, 80, (5000, 2)), chance.uniform(8, 60, 5000)])
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=patches[:count],
        parameters=chance.random((5000, 13), dtype=np.float32)[:count],
        steps=np.arange(count) // 5,
    )
    return Document(SHEET, (240, 240, 235), strokes)


def photo() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """[H, W, 3], something to paint."""
    rows, columns = np.mgrid[0 : SHEET.height, 0 : SHEET.width]
    waves = np.sin(rows / 7) * np.cos(columns / 9) * 60 + 128
    return np.stack([waves, 255 - waves, rows * 2 + columns % 32], axis=-1).clip(0, 255).astype(np.uint8)


def exported(document: Document, path: Path) -> None:
    """Write a document in the form that a name of `EXPORTS` stands for."""
    profile = {"b.svg": "compatible", "c.svg": "plotter"}.get(path.name, "exact")
    film = FilmOptions(strokes_a_frame=max(1, len(document.strokes) // STEPS), hold=0.1)
    export_document(document, path, options=ExportOptions(profile=profile, film=film))


def say(word: object) -> None:
    """Tell the parent."""
    print(time.monotonic(), word, flush=True)


def save_over_and_over(folder: Path, _seed: int) -> None:
    """Save a growing painting under two names in turn."""
    pixels = photo()
    say("ready")
    for count in range(STEPS, 5000, STEPS):
        session = SavedSession(photo=pixels, document=painting(count), name="a", settings={"seed": count})
        save_session(folder / f"{count // STEPS % 2}.strokewise", session)
        say(count)


def export_over_and_over(folder: Path, seed: int) -> None:
    """Export two paintings over each other in every form, in an order of chance."""
    documents = [painting(60, each) for each in (1, 2)]
    say("ready")
    chance, number = random.Random(seed), 0
    while True:
        number += 1
        for name in chance.sample(EXPORTS, len(EXPORTS)):
            exported(documents[number % 2], folder / name)
        export_document(documents[0], folder / f"frames{number}", options=ExportOptions(count=4))


def train(folder: Path, _seed: int) -> None:
    """Train a tiny painter; go on where there is a run already."""
    from training.command import run

    torch.set_num_threads(1)
    small = [
        "--width", "0.0625", "--canvas", "32", "--batch", "4", "--envs", "8", "--replay", "32", "--critic-batch", "4",
        "--updates", "100000", "--scores", "1", "--checkpoint-minutes", "0.001", "--device", "cpu",
    ]  # fmt: skip
    out = folder / "run"
    say("ready")
    if (out / "config.json").exists():
        run(["painter", "--resume", "--out", str(out)], program="train")
    else:
        run(["painter", "--data", str(folder.parent / "data"), "--out", str(out), *small], program="train")


def paint_in_a_studio(folder: Path, _seed: int) -> None:
    """Paint the photo beside the folder in a studio whose data lie in it, telling of every stroke that is shown."""
    from PySide6.QtWidgets import QApplication

    os.environ["XDG_DATA_HOME"], os.environ["XDG_CONFIG_HOME"] = str(folder / "data"), str(folder / "config")
    application = QApplication([])
    QStandardPaths.setTestModeEnabled(False)
    windows: list[painter_gui.app.StudioWindow] = []

    def begin() -> None:
        windows.extend(each for each in application.topLevelWidgets() if hasattr(each, "autosave"))
        controller = windows[0]._controller
        controller.document_changed.connect(lambda: say(len(controller.document.strokes)))
        controller.opened.connect(paint)
        say("ready")

    def paint() -> None:
        windows[0]._controller.set_settings(strokes=100_000, divide=4, actor=None)
        windows[0]._controller.paint()

    QTimer.singleShot(0, begin)
    os._exit(painter_gui.app.run_studio(str(folder.parent / "photo.png")))


def paint_a_queue(folder: Path, _seed: int) -> None:
    """Paint the pictures beside the folder by the queue of a studio whose data lie in it, telling of each that ends."""
    from PySide6.QtWidgets import QApplication

    os.environ["XDG_DATA_HOME"], os.environ["XDG_CONFIG_HOME"] = str(folder / "data"), str(folder / "config")
    application = QApplication([])
    QStandardPaths.setTestModeEnabled(False)

    def begin() -> None:
        window = next(each for each in application.topLevelWidgets() if hasattr(each, "queue_desk"))
        queue = window.queue_desk.queue
        queue.entry_changed.connect(lambda _: say(queue.count(State.PAINTING, State.DONE)))
        queue.listed.connect(lambda: queue.start(PaintSettings(strokes=300)))
        queue.set_out(folder / "out")
        say("ready")
        if queue.entries:
            queue.start(PaintSettings(strokes=300))
        else:
            queue.add([folder.parent / "photos"])

    QTimer.singleShot(0, begin)
    os._exit(painter_gui.app.run_studio())


def command(folder: Path, seed: int) -> None:
    """One of the long commands, told from the shell to a program that has nothing to do but that."""
    from main import main

    for name in ("paint", "film"):
        (folder / name).mkdir()
    tempfile.tempdir = str(folder / "temporary")
    (folder / "temporary").mkdir()
    picture, strokes = str(folder.parent / "photo.png"), str(folder.parent / "strokes.json")
    painting = ["--strokes", "3000", "--frames", "--video", "--refine", "30"]
    commands = (
        ["paint", picture, "-o", str(folder / "paint" / "out"), *painting],
        ["paint", picture, "-o", str(folder / "paint" / "out"), "--strokes", "300", "--refine", "5000"],
        ["export", strokes, "-o", str(folder / "film" / "a.mp4"), "--seconds", "20", "--size", "1000"],
        ["export", strokes, "-o", str(folder / "film" / "a.gif"), "--seconds", "5"],
        ["export", strokes, "-o", str(folder / "film" / "a.svgz"), "--profile", "compatible"],
        ["export", strokes, "-o", str(folder / "film" / "a.svg"), "--profile", "plotter"],
        ["export", strokes, "-o", str(folder / "film" / "a.png"), "--size", "12000"],
    )
    say("ready")
    os._exit(main(commands[seed % len(commands)]))


KINDS: dict[str, Callable[[Path, int], None]] = {
    "command": command,
    "saving": save_over_and_over,
    "exporting": export_over_and_over,
    "training": train,
    "painting": paint_in_a_studio,
    "queueing": paint_a_queue,
}


def serve() -> None:
    """Fork children for as long as there are lines."""
    for line in sys.stdin:
        kind, folder, seed, output = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            # Whoever runs the tests may have left it deaf, as nohup does.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.dup2(os.open(output, os.O_WRONLY), 1)
            os.dup2(os.open(f"{output}.errors", os.O_WRONLY | os.O_CREAT), 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            code = 1
            try:
                KINDS[kind](Path(folder), int(seed))
                code = 0
            finally:
                os._exit(code)
        print(child, flush=True)
        sys.stdin.readline()  # until then its number is no other process's
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    print("serving", flush=True)
    serve()
