"""Branches of a work that is being kept: each in a file of its own beside the painting's journal, which names them.

Branches change seldom, and their strokes never: a file is written once, before the journal names it, and goes after the
journal names it no more. So whatever is interrupted, what the journal names is there.
"""

from __future__ import annotations

import contextlib
import logging
import re
from pathlib import Path
from typing import Any

from core.branches import MOST_STROKES, Branch, Branches, branches_of, described, kept_in
from core.errors import SessionFileError
from core.export.stroke_json import MAX_STROKES
from core.geometry import Size
from core.journal import Journal, Work, read_journal

_log = logging.getLogger(__name__)

_NAME = re.compile(r"branch-([0-9]{1,9})\.journal")


class BranchFiles:
    """The files in one folder; for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, Work] = {}
        self._last = 0

    def write(self, branches: Branches) -> dict[str, Any]:
        """Bring to the disk the branches that are not there yet.

        Returns:
            What the journal is to say of them, as plain JSON values.

        Raises:
            OutputError: If one cannot be written.
        """
        if not len(branches) and not branches.label.number:
            return {}
        words = described(branches)
        for said, branch in zip(words["kept"], branches, strict=True):
            said["file"] = self._name_of(branch)
        return words

    def _name_of(self, branch: Branch) -> str:
        for name, written in self._written.items():
            same = written.document is branch.document and written.settings == branch.settings
            if same and (self._folder / name).exists():  # a drive may have come back without it
                return name
        if not self._last:
            taken = [_NAME.fullmatch(path.name) for path in self._folder.iterdir()]
            self._last = max((int(match[1]) for match in taken if match), default=0)
        self._last += 1
        name = f"branch-{self._last}.journal"
        work = Work(document=branch.document, settings=branch.settings)
        Journal(self._folder / name).add(work)
        self._written[name] = work
        return name

    def sweep(self, said: dict[str, Any]) -> None:
        """Remove what the journal names no more; `said` is what it says now."""
        named = {each["file"] for each in said.get("kept", [])}
        self._written = {name: work for name, work in self._written.items() if name in named}
        with contextlib.suppress(OSError):  # what stays is only in nobody's way
            for path in self._folder.iterdir():
                if _NAME.fullmatch(path.name) and path.name not in named:
                    path.unlink(missing_ok=True)

    def read(self, said: object, size: Size) -> Branches:
        """The branches that a journal names, nothing trusted; those are left out that cannot be read.

        Args:
            said: What the journal says of them.
            size: Of the sheet, which is the same for all.
        """
        if not said:
            return Branches()
        try:
            words = kept_in(said)
        except ValueError as error:
            _log.warning("branches cannot be recovered: %s", error)
            return Branches()
        found, contents, left = [], [], MOST_STROKES + MAX_STROKES
        for each in words:
            work = self._read(each.get("file"), size)
            left -= 0 if work is None else len(work.document.strokes)
            if work is not None and left >= 0:
                found.append(each)
                contents.append((work.document, work.settings))
        assert isinstance(said, dict)
        try:
            return branches_of({**said, "kept": found}, contents)
        except ValueError as error:
            _log.warning("branches cannot be recovered: %s", error)
            return Branches()

    def _read(self, name: object, size: Size) -> Work | None:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return None
        try:
            work = read_journal(self._folder / name)
        except SessionFileError as error:
            _log.warning("a branch cannot be recovered: %s", error)
            return None
        if work.document.size != size:
            return None
        self._written[name] = work
        return work
