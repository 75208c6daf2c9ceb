"""Uses an installed Strokewise as somebody does who has no checkout: from a folder of their own, by its command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 120


def _main() -> None:
    *options, command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Nothing of this environment: no path to a checkout, no home with settings of an earlier time.
        clean = {
            word: value for word, value in os.environ.items() if not word.startswith(("PYTHON", "VIRTUAL_ENV", "QT_"))
        }
        clean |= {"HOME": name, "XDG_RUNTIME_DIR": name}

        def run(*words: str) -> str:
            ended = subprocess.run(
                [command, *words], cwd=folder, env=clean, capture_output=True, text=True, timeout=600
            )
            assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
            return ended.stdout

        assert run("--version").startswith("Strokewise "), "no version"
        print(run("paint", "sample:astronaut", "-o", "out").strip())
        report = json.loads((folder / "out" / "report.json").read_bytes())
        assert report["strokes"] == 4250, report
        assert report["psnr_512"] > 25, report
        for written in ("painting.png", "painting.svg", "strokes.json"):
            assert (folder / "out" / written).stat().st_size > 10_000, written
        if "--short" not in options:
            run(
                "paint", "sample:chelsea", "-o", "mix", "--strokes", "60", "--stroke-type", "triangle@1-2,circle,flat:1"
            )
            run("export", "out/strokes.json", "-o", "film.mp4", "--size", "128")
            run("export", "out/strokes.json", "-o", "lesson.pdf")
            run("desktop")
            entry = (folder / ".local" / "share" / "applications" / "strokewise.desktop").read_text()
            assert f'Exec="{command}" %f' in entry, entry
            run("train", "--help")
            run("bench", "--help")
            _studio(command, folder, clean)
    print("as installed: all well")


def _studio(command: str, folder: Path, environment: dict[str, str]) -> None:
    """The window opens on a display, and closes when it is asked to."""
    if not (shutil.which("Xvfb") and shutil.which("xwininfo")):
        print("no Xvfb or xwininfo here: the studio was not started")
        return
    ours, theirs = os.pipe()
    display = subprocess.Popen(["Xvfb", "-displayfd", str(theirs), "-screen", "0", "1280x900x24"], pass_fds=[theirs],
                               stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        os.close(theirs)
        with os.fdopen(ours) as told:
            shown = {**environment, "DISPLAY": f":{told.readline().strip()}", "QT_QPA_PLATFORM": "xcb"}
        window = subprocess.Popen([command, "sample:coffee"], cwd=folder, env=shown, stderr=subprocess.PIPE, text=True)
        try:
            _until(lambda: "coffee" in _titles(shown) or window.poll() is not None)
            assert window.poll() is None, window.communicate()[1]
            window.send_signal(signal.SIGTERM)
            assert window.wait(SECONDS) == 130, window.communicate()[1]
        finally:
            window.kill()
            window.communicate()
    finally:
        display.kill()
        display.wait()


def _titles(environment: dict[str, str]) -> str:
    return subprocess.run(["xwininfo", "-root", "-tree"], env=environment, capture_output=True, text=True).stdout


def _until(met: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS
    while not met():
        assert time.monotonic() < ends, "it took too long"
        time.sleep(0.2)


_main()
