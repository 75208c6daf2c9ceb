"""The folder that a picture or film is painted into: its report, written last, and what the report tells of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from core.errors import OutputError
from core.export.frames import remove_frames
from core.files import bring_names_to_disk, system_problem, written_aside
from core.images import picture_digest

FRAMES = "frames"
"""Of a painting, its folder of frames."""

_REPORT = "report.json"

_NOT_ALWAYS = ("painting.svg", "painting.mp4")
"""What some paintings have and others do not."""


def refuse_source(source: Path, out: Path) -> None:
    """Hold a picture or film against what a painting of it writes over in its folder.

    Raises:
        OutputError: If it is that.
    """
    for written in (out / "painting.png", out / "painting.mp4", out / FRAMES / source.name):
        try:
            is_source = written.samefile(source)
        except (OSError, ValueError):  # one of them is not there; what cannot be read is told of when it is read
            continue
        if is_source:
            raise OutputError(written, "it is what is to be painted; choose another folder")


def make_way(out: Path) -> None:
    """Remove what would pass for a part of the painting that is going to be in a folder, its report first.

    Raises:
        OutputError: If that is not allowed.
    """
    for earlier in (_REPORT, *_NOT_ALWAYS):
        _remove(out / earlier)


def write_report(report: Mapping[str, Any], out: Path) -> None:
    """Write down, last of all, what came of a painting; with `picture_digest` and `options_digest` it is known again.

    Raises:
        OutputError: If it cannot be written.
    """
    with written_aside(out / _REPORT) as path:
        path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")


def remove_report(out: Path) -> None:
    """What is going to be in a folder is not finished.

    Raises:
        OutputError: If that is not allowed.
    """
    _remove(out / _REPORT)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(path, system_problem(error)) from error


def is_finished(source: str, out: Path, written: Sequence[str], options_digest: str) -> bool:
    """Whether a folder holds all that is written of that source, as it is now, by options of that digest.

    Raises:
        PictureError: If the source cannot be read.
    """
    try:
        report = orjson.loads((out / _REPORT).read_bytes())
        if not (isinstance(report, dict) and report.get("options_digest") == options_digest):
            return False
        if not all((out / name).exists() for name in written):
            return False
    except (OSError, orjson.JSONDecodeError):  # there is none, or somebody has changed it
        return False
    return bool(report.get("picture_digest") == picture_digest(source))


def is_newer(out: Path, sign: Path) -> bool:
    """Whether a folder's report was written after a file on the same disk."""
    try:
        return (out / _REPORT).stat().st_mtime_ns >= sign.stat().st_mtime_ns
    except OSError:
        return False


def take_place(aside: Path, out: Path) -> None:
    """Have a finished folder take the place of another: at once where there is none, else file by file, report last.

    Args:
        aside: The finished one, on the same disk; it is no more afterwards.
        out: Where it belongs. What else lies there stays, but for the parts of an earlier painting.

    Raises:
        OutputError: If that is not allowed, or `aside` is gone.
    """
    try:
        if out.is_dir() and any(out.iterdir()):
            whole = [path.relative_to(aside) for path in sorted(aside.rglob("*")) if path.is_file()]
            if Path(_REPORT) not in whole:
                raise FileNotFoundError(errno.ENOENT, "is not finished")
            make_way(out)
            if (aside / FRAMES).is_dir():
                (out / FRAMES).mkdir(exist_ok=True)
                remove_frames(out / FRAMES)
            for name in sorted(whole, key=lambda name: name == Path(_REPORT)):
                os.replace(aside / name, out / name)
            for left in sorted((path for path in aside.rglob("*")), reverse=True):
                left.rmdir()
            aside.rmdir()
        else:
            os.replace(aside, out)
        bring_names_to_disk(out.parent)
    except OSError as error:
        raise OutputError(out, system_problem(error)) from error
