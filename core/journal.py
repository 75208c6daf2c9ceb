"""A journal of a painting under way: what came since the last entry, every moment, so that a crash costs no more.

A file of entries, each with its lengths, a checksum, what changed in words (JSON) and the strokes that came, packed. To
undo, or to paint on from an earlier stroke, is to keep fewer of those before. An entry that was cut short, or is
damaged, ends the journal there: all before it stands.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

from core.brushes import BRUSHES
from core.document import Document, rgb_from_hex, rgb_to_hex
from core.errors import OutputError, SessionFileError
from core.export.stroke_json import MAX_PATCH, MAX_PIXELS, MAX_SIDE, MAX_STROKES, MIN_PATCH_SIDE
from core.files import reading_problem, system_problem, written_aside
from core.geometry import Size
from core.stroke import LOCKED, MUTED, PACKED_BYTES, Strokes

_MAGIC = b"strokewise-journal 2\n"

_LENGTHS = struct.Struct("<III")
"""Before each entry: bytes of its words, of its strokes, and the checksum of both."""

_LONGEST_WORDS = 2**28
"""Bytes of an entry's words."""

_SPARE_BYTES = 2**24
"""A journal this much longer than what it says, and half as long again, is written anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A painting under way, without its photo."""

    document: Document
    name: str = ""
    """Of the photo."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON values; whoever reads them checks them."""
    saved: bool = False
    """Whether the artist has saved it elsewhere: then nothing is lost with the journal."""
    branches: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON values that say which branches there are; see `core.branch_files`, which also checks them."""


class Journal:
    """Writes a journal; what cannot be written now is written with the next entry.

    A journal in the same place is replaced by the first entry; `gone_on_with` goes on with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: Work | None = None
        self._end = 0

    @classmethod
    def gone_on_with(cls, path: Path) -> tuple[Journal, Work]:
        """A journal that is there already, to be added to, and what it says.

        Raises:
            SessionFileError: As of `read_journal`.
        """
        journal = cls(path)
        journal._written, journal._end = _read(path)
        return journal, journal._written

    def add(self, work: Work) -> None:
        """Bring safely to the disk what this is more than the last entry, or otherwise.

        Raises:
            OutputError: If it cannot be written; what was written before stands.
        """
        before = self._written
        strokes = work.document.strokes
        if before is not None and not self._still_there():
            before = None
        keep = 0 if before is None else strokes.shared(before.document.strokes, wholly=True)
        entry = _entry(work, before, keep, self._path)
        longest = len(strokes) * PACKED_BYTES * 3 // 2 + _SPARE_BYTES
        if before is not None and self._end + len(entry) > longest:
            before, entry = None, _entry(work, None, 0, self._path)
        if before is None:
            with written_aside(self._path) as aside, aside.open("wb") as file:
                file.write(_MAGIC + entry)
            self._end = len(_MAGIC)
        else:
            try:
                with self._path.open("r+b") as file:
                    file.truncate(self._end)  # an entry that failed half-way
                    file.seek(self._end)
                    file.write(entry)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise OutputError(self._path, system_problem(error)) from error
        self._end += len(entry)
        self._written = work

    def _still_there(self) -> bool:
        """Whether the file can be written to; a drive may have gone and come back without it."""
        try:
            return self._path.stat().st_size >= self._end
        except OSError:
            return False


def _entry(work: Work, before: Work | None, keep: int, path: Path) -> bytes:
    document = work.document
    words: dict[str, Any] = {
        "height": document.size.height, "width": document.size.width, "background": rgb_to_hex(document.background),
        "job": dict(document.job), "name": work.name, "settings": dict(work.settings), "saved": work.saved,
        "branches": dict(work.branches),
    }  # fmt: skip
    if before is not None:  # what is as it was need not be said again
        last = before.document
        same = {
            "height": True, "width": True, "background": last.background == document.background,
            "job": last.job is document.job or last.job == document.job, "name": before.name == work.name,
            "settings": before.settings == work.settings, "saved": before.saved == work.saved,
            "branches": before.branches == work.branches,
        }  # fmt: skip
        words = {name: value for name, value in words.items() if not same[name]}
    new = document.strokes[keep:]
    try:
        head = orjson.dumps({**words, "keep": keep, "new": len(new)})
    except orjson.JSONEncodeError as error:
        raise OutputError(path, f"the painting's settings hold what JSON cannot: {error}") from error
    if len(head) > _LONGEST_WORDS:
        raise OutputError(path, "the painting's settings are longer than any painting needs")
    body = new.packed()
    return _LENGTHS.pack(len(head), len(body), zlib.crc32(body, zlib.crc32(head))) + head + body


def read_journal(path: Path) -> Work:
    """The painting as of the journal's last whole entry, nothing in it trusted.

    Raises:
        SessionFileError: If there is no journal, or no entry of it is whole.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[Work, int]:
    """What a journal says, and where the last entry that was read ends; raises as `read_journal`."""
    strokes, words, end = Strokes(), dict[str, Any](), 0
    try:
        with path.open("rb") as file:
            for head, start, length, checksum in _entries(file):
                file.seek(start)
                said = _said(head, file.read(length), checksum, strokes)
                if said is None:
                    break
                words |= said[0]
                strokes, end = said[1], start + length
    except OSError as error:
        raise SessionFileError(path, reading_problem(error)) from error
    work = _work(words, strokes)
    if work is None:
        raise SessionFileError(path, "it is damaged from the beginning; nothing of it can be read")
    return work, end


def unsaved_strokes(path: Path) -> int:
    """How many strokes a journal holds that are saved nowhere else; found without reading them.

    Raises:
        OSError: If it cannot be read.
        SessionFileError: If it is no journal, or none that this version knows.
    """
    count, saved = None, False
    with path.open("rb") as file:
        for head, _, _, _ in _entries(file):
            words = _words(head)
            keep, new = words.get("keep"), words.get("new")
            if type(keep) is not int or type(new) is not int:
                break
            count, saved = keep + new, words.get("saved", saved) is True
    if count is None:
        raise SessionFileError(path, "it is damaged from the beginning; nothing of it can be read")
    return 0 if saved else count


def _entries(file: BinaryIO) -> Iterator[tuple[bytes, int, int, int]]:
    """The words of each entry, where its strokes begin, their bytes, and the checksum; up to one that is cut short."""
    size = os.fstat(file.fileno()).st_size
    if file.read(len(_MAGIC)) != _MAGIC:
        return
    place = len(_MAGIC)
    while place + _LENGTHS.size <= size:
        file.seek(place)
        head_length, body_length, checksum = _LENGTHS.unpack(file.read(_LENGTHS.size))
        place += _LENGTHS.size
        if head_length > _LONGEST_WORDS or place + head_length + body_length > size:
            return
        yield file.read(head_length), place + head_length, body_length, checksum
        place += head_length + body_length


def _words(head: bytes) -> dict[str, Any]:
    try:
        words = orjson.loads(head)
    except orjson.JSONDecodeError:
        return {}
    return words if isinstance(words, dict) else {}


def _said(head: bytes, body: bytes, checksum: int, before: Strokes) -> tuple[dict[str, Any], Strokes] | None:
    """What an entry says, and the strokes after it; None where it is not whole, or says what cannot be."""
    if zlib.crc32(body, zlib.crc32(head)) != checksum:
        return None
    words = _words(head)
    keep, new = words.get("keep"), words.get("new")
    if type(keep) is not int or type(new) is not int or not 0 <= keep <= len(before) or new < 0:
        return None
    if keep + new > MAX_STROKES or len(body) != new * PACKED_BYTES:
        return None
    strokes = Strokes.unpacked(body, new)
    return (words, before[:keep].appended(strokes)) if _can_be(strokes) else None


def _can_be(strokes: Strokes) -> bool:
    """Whether strokes are such as a stroke file may hold."""
    patches, corners = strokes.patches, strokes.patches[:, :2]
    return bool(
        (strokes.types < len(BRUSHES)).all()
        and ((strokes.parameters >= 0) & (strokes.parameters <= 1)).all()
        and (np.abs(corners) <= MAX_PATCH).all()
        and ((patches[:, 2] >= MIN_PATCH_SIDE) & (patches[:, 2] <= MAX_PATCH)).all()
        and (strokes.steps >= 0).all()
        and not np.isinf(strokes.errors).any()
        and (strokes.flags <= MUTED + LOCKED).all()
    )


def _work(words: dict[str, Any], strokes: Strokes) -> Work | None:
    height, width, job = words.get("height"), words.get("width"), words.get("job")
    name, settings, background = words.get("name"), words.get("settings"), words.get("background")
    if type(height) is not int or type(width) is not int or not isinstance(background, str):
        return None
    if not (min(height, width) >= 1 and max(height, width) <= MAX_SIDE and height * width <= MAX_PIXELS):
        return None
    if not isinstance(name, str) or not isinstance(settings, dict) or not isinstance(job, dict):
        return None
    try:
        colour = rgb_from_hex(background)
    except ValueError:
        return None
    document = Document(Size(height, width), colour, strokes, job)
    branches = words.get("branches")  # which journals before there were any do not say
    return Work(
        document=document, name=name[:255], settings=settings, saved=words.get("saved") is True,
        branches=branches if isinstance(branches, dict) else {},
    )  # fmt: skip
