"""Exports that come to nothing: the earlier file is whole afterwards, and no fragment stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from core.document import Document
from core.errors import OutputError
from core.export.document import ExportOptions, export_document
from core.export.progress import ExportCancelledError
from core.export.stroke_json import write_json
from core.export.video import FilmOptions
from core.geometry import Size
from core.stroke import Strokes

FORMS = ("a.svg", "a.svgz", "a.json", "a.png", "a.tif", "a.mp4", "a.webm", "a.gif", "a.pdf")
OPTIONS = ExportOptions(film=FilmOptions(seconds=1, hold=0.5))


@pytest.fixture(scope="module")
def painting() -> Document:
    """Noisy enough that every form of it takes more than the small disk has."""
    random = np.random.default_rng(0)
    count = 3000
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.column_stack([random.uniform(0, 560, (count, 2)), np.full(count, 40.0)]),
        parameters=random.random((count, 13), dtype=np.float32),
        steps=np.arange(count) // 5,
    )
    return Document(Size(600, 600), (0, 0, 0), strokes)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if not sys.platform.startswith("linux") or mount is None:
        pytest.skip("needs a Linux that mounts tmpfs")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("may not mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def earlier(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"earlier")
    return path


def assert_as_it_was(path: Path) -> None:
    assert path.read_bytes() == b"earlier"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", FORMS)
def test_a_full_disk_is_told(
    name: str, painting: Document, small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = earlier(small_disk, name)

    with pytest.raises(OutputError, match=r"disk"):
        export_document(painting, path, options=OPTIONS)

    assert_as_it_was(path)
    capfd.readouterr()  # what the film's encoder says of it


@pytest.mark.parametrize("name", FORMS)
def test_a_read_only_disk_is_told(name: str, painting: Document, small_disk: Path) -> None:
    path = earlier(small_disk, name)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(OutputError, match="that disk is read-only; choose another folder"):
        export_document(painting, path, options=OPTIONS)

    assert_as_it_was(path)


@pytest.mark.parametrize("name", [name for name in FORMS if name != "a.json"])
def test_cancelling_in_the_middle_leaves_the_earlier_file(name: str, painting: Document, tmp_path: Path) -> None:
    path = earlier(tmp_path, name)

    def cancel(done: int, total: int) -> None:
        if done >= total / 3:
            raise ExportCancelledError

    with pytest.raises(ExportCancelledError):
        export_document(painting, path, options=OPTIONS, progress=cancel)

    assert_as_it_was(path)


KILLED = """
import os, signal, sys
from pathlib import Path
from core.export.document import ExportOptions, export_document
from core.export.stroke_json import read_json
from core.export.video import FilmOptions

def die(done, total):
    if done >= total / 3:
        os.kill(os.getpid(), signal.SIGKILL)

options = ExportOptions(film=FilmOptions(seconds=1, hold=0.5))
export_document(read_json(Path(sys.argv[1])), Path(sys.argv[2]), options=options, progress=die)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="elsewhere a fragment stays until the next export")
@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.mp4", "a.webm", "a.gif"])
def test_after_a_killed_process_the_earlier_file_is_whole_and_no_fragment_stays(
    name: str, painting: Document, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    path = earlier(tmp_path / "out", name)
    write_json(painting, tmp_path / "strokes.json")

    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "strokes.json", path], capture_output=True)

    assert done.returncode == -signal.SIGKILL
    assert_as_it_was(path)
    export_document(painting, path, options=OPTIONS)
    assert os.listdir(path.parent) == [name]
    assert path.stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_end_is_a_cancel(number: int, painting: Document, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    path = earlier(tmp_path / "out", "a.png")
    write_json(painting, tmp_path / "strokes.json")
    main = Path(__file__).parents[3] / "main.py"
    command = [sys.executable, main, "export", tmp_path / "strokes.json", "-o", path, "--size", "12000"]

    def hear() -> None:  # whoever runs the tests may have left it deaf, as nohup does
        signal.signal(number, signal.SIG_DFL)

    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=hear) as process:
        # It is at it once it holds a file that has no name, or another one in the folder.
        while process.poll() is None and not writes_into(process.pid, tmp_path / "out"):
            time.sleep(0.02)
        process.send_signal(number)
        _, words = process.communicate(timeout=60)

    assert (process.returncode, words) == (130, b"cancelled\n")
    assert_as_it_was(path)


def writes_into(process: int, folder: Path) -> bool:
    """Whether that process has a file of that folder open, or the folder a file more."""
    if len(os.listdir(folder)) > 1:
        return True
    with suppress(OSError):
        opened = [os.readlink(each) for each in Path(f"/proc/{process}/fd").iterdir()]
        return any(name.startswith(str(folder)) for name in opened)
    return False
