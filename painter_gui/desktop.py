"""The studio among the programs of a Linux desktop: in its menu, with its icon, and as what opens saved sessions.

Source: freedesktop.org's Desktop Entry, Shared MIME-info, Icon Theme and Base Directory specifications.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from core.files import checked_output_folder, written_aside
from painter_gui.icons import FOLDER as ICONS

_FOLDER = ICONS.parent / "desktop"

_ENTRY = Path("applications") / "strokewise.desktop"
_TYPE = Path("mime") / "packages" / "strokewise.xml"
_SCALABLE = Path("icons") / "hicolor" / "scalable"
_ICONS = (_SCALABLE / "apps" / "strokewise.svg", _SCALABLE / "mimetypes" / "application-x-strokewise.svg")

_INDEXES = {"update-desktop-database": "applications", "update-mime-database": "mime"}
"""Programs that make a folder's index anew, where a desktop has one."""


def data_folder() -> Path:
    """Where this user's desktop looks."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def enter(command: Sequence[str], folder: Path) -> list[Path]:
    """Enter the studio.

    Args:
        command: Words that begin it; a picture or session follows.
        folder: As of `data_folder`.

    Returns:
        The files that were written.

    Raises:
        OutputError: If one cannot be.
    """
    entry = (_FOLDER / "strokewise.desktop").read_text(encoding="utf-8")
    icon = (ICONS / "strokewise.svg").read_text(encoding="utf-8")
    contents = {
        _ENTRY: entry.replace("Exec=strokewise ", f"Exec={' '.join(map(_quoted, command))} "),
        _TYPE: (_FOLDER / "strokewise.xml").read_text(encoding="utf-8"),
        **dict.fromkeys(_ICONS, icon),
    }
    for name, content in contents.items():
        checked_output_folder((folder / name).parent)
        with written_aside(folder / name) as path:
            path.write_text(content, encoding="utf-8")
    _index(folder)
    return [folder / name for name in contents]


def remove(folder: Path) -> list[Path]:
    """Take it out again; returns the files that were there."""
    there = [folder / name for name in (_ENTRY, _TYPE, *_ICONS) if (folder / name).exists()]
    for path in there:
        path.unlink()
    _index(folder)
    return there


def _quoted(word: str) -> str:
    """A word of an entry's command, as the specification has it quoted, and its string escaped."""
    escaped = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in word).replace("%", "%%")
    return '"' + escaped.replace("\\", "\\\\") + '"'


def _index(folder: Path) -> None:
    for program, part in _INDEXES.items():
        found = shutil.which(program)
        if found is not None and (folder / part).is_dir():
            with suppress(OSError, subprocess.TimeoutExpired):  # the desktop finds it at the next start all the same
                subprocess.run([found, str(folder / part)], capture_output=True, timeout=30, check=False)
