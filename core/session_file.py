"""Saved sessions: one file with the photo, the strokes and the settings, from which work goes on as if never left.

A zip of `session.json`, `photo.png`, `strokes.json` (a stroke file), `thumbnail.png`, and for each branch
`branch-1.json` (a stroke file) and `branch-1-settings.json`, so that its parts can be had without this program too.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from PIL import Image

from core.branches import MOST_STROKES, Branches, branches_of, described, kept_in
from core.document import Document
from core.errors import PictureError, SessionFileError, StrokeFileError
from core.export.stroke_json import MAX_BYTES, MAX_STROKES, document_of, stroke_file
from core.files import reading_problem, written_aside
from core.geometry import Size
from core.images import decoded_picture
from core.rasteriser.fast import draw, to_bytes

FORMAT, VERSION = "strokewise-session", 1

_UNREADABLE = (
    zipfile.BadZipFile,  # no zip, or one whose parts are not what their checksums say
    zlib.error,  # garbled parts
    EOFError,  # parts cut short
    RuntimeError,  # encrypted parts, and features of zips that Python has not
    ValueError,  # places and names that a damaged file claims
)
"""What reading a damaged zip raises; `zipfile` promises no single error."""

THUMBNAIL = 256
"""Pixels of its longer side at most."""

_SESSION, _PHOTO, _STROKES, _THUMBNAIL = "session.json", "photo.png", "strokes.json", "thumbnail.png"

_LARGEST = {_SESSION: 2**24, _PHOTO: 2**30, _STROKES: MAX_BYTES, _THUMBNAIL: 2**22}
"""Bytes of each part once unpacked: a few kilobytes of zip can claim to hold anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSession:
    """What a session's file holds."""

    photo: NDArray[np.uint8]
    """[H, W, 3], the target, as large as the document's sheet."""
    document: Document
    name: str = ""
    """Of the photo, for titles and file names to come."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON values; whoever reads them checks them."""
    branches: Branches = field(default_factory=Branches)
    """Their sheets are as large as the document's."""


def encoded_photo(photo: NDArray[np.uint8]) -> bytes:
    """A photo as it is saved, losslessly; of large ones that takes seconds, so callers keep it."""
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def save_session(path: Path, session: SavedSession, *, photo: bytes | None = None) -> None:
    """Write a session's file, whole or not at all.

    Args:
        path: Where to.
        session: What to write.
        photo: The photo as of `encoded_photo`, where it is known already.

    Raises:
        OutputError: If it cannot be written.
    """
    head = {"format": FORMAT, "version": VERSION, "name": session.name, "settings": dict(session.settings)}
    branches = session.branches
    if len(branches) or branches.label.number:  # which programs before there were any pass over
        head["branches"] = described(branches)
    small = session.document.size.with_longer_side(min(THUMBNAIL, session.document.size.longer))
    # The least of compressing halves the strokes already, and leaves the processor to whoever paints meanwhile.
    with written_aside(path) as aside, zipfile.ZipFile(aside, "w", compresslevel=1) as file:
        file.writestr(_SESSION, orjson.dumps(head, option=orjson.OPT_INDENT_2))
        file.writestr(_THUMBNAIL, encoded_photo(to_bytes(draw(session.document, small))))
        file.writestr(_PHOTO, encoded_photo(session.photo) if photo is None else photo)
        file.compression = zipfile.ZIP_DEFLATED
        documents = [(_STROKES, session.document)]
        for index, branch in enumerate(branches):
            strokes, settings = _branch_parts(index)
            documents.append((strokes, branch.document))
            file.writestr(settings, orjson.dumps(dict(branch.settings), option=orjson.OPT_INDENT_2))
        for name, document in documents:
            with file.open(name, "w", force_zip64=True) as part:
                for each in stroke_file(document, path):
                    part.write(each)


def load_session(path: Path) -> SavedSession:
    """Read a session's file, trusting nothing in it.

    Raises:
        SessionFileError: If it is missing, no such file, damaged, made by a newer version, or wrong in any place.
    """
    parts = _parts(path, (_SESSION, _PHOTO, _STROKES))
    try:
        head = orjson.loads(parts[_SESSION])
    except orjson.JSONDecodeError as error:
        raise SessionFileError(path, f"its {_SESSION} is damaged; copy it again from where it came from") from error
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise SessionFileError(path, "it is no session that Strokewise saved; choose another file")
    version, name, settings = head.get("version"), head.get("name"), head.get("settings")
    if not isinstance(version, int) or version < 1:
        raise SessionFileError(path, "its version is missing; choose another file")
    if version > VERSION:
        raise SessionFileError(path, f"it is of version {version}, made by a newer version: update Strokewise")
    if not isinstance(name, str) or not isinstance(settings, dict):
        raise SessionFileError(path, f"its {_SESSION} is damaged; copy it again from where it came from")
    try:
        photo = decoded_picture(parts[_PHOTO], path)
        document = document_of(parts[_STROKES], path)
    except (PictureError, StrokeFileError) as error:
        raise SessionFileError(path, f"of what it holds, {error.problem}") from error
    if Size(*photo.shape[:2]) != document.size:
        raise SessionFileError(path, "its photo and its sheet are of different sizes; open photo and strokes apart")
    branches = _branches(path, head["branches"], document.size) if "branches" in head else Branches()
    return SavedSession(photo=photo, document=document, name=name[:255], settings=settings, branches=branches)


def _branch_parts(index: int) -> tuple[str, str]:
    """Where a branch's strokes are, and its settings, which may be as large as the painting's own."""
    return f"branch-{index + 1}.json", f"branch-{index + 1}-settings.json"


def _branches(path: Path, said: object, size: Size) -> Branches:
    """The branches that `session.json` says there are, on sheets of that size."""
    try:
        contents, left = [], MOST_STROKES + MAX_STROKES  # the painting may have taken the place of a short one
        for index in range(len(kept_in(said))):
            name, settings_name = _branch_parts(index)
            parts = _parts(path, (name, settings_name))  # one at a time: each may claim to be large
            document, settings = document_of(parts[name], path), orjson.loads(parts[settings_name])
            left -= len(document.strokes)
            if document.size != size or left < 0:
                raise SessionFileError(path, f"its {name} does not belong to it, or is larger than any painting needs")
            if not isinstance(settings, dict):
                raise SessionFileError(path, f"its {settings_name} is damaged; copy it again from where it came from")
            contents.append((document, settings))
        return branches_of(said, contents)
    except StrokeFileError as error:
        raise SessionFileError(path, f"of its branches, {error.problem}") from error
    except ValueError as error:
        raise SessionFileError(path, f"its {_SESSION} is damaged: {error}") from error


def session_thumbnail(path: Path) -> NDArray[np.uint8]:
    """A small picture [h, w, 3] of a saved painting.

    Raises:
        SessionFileError: If there is none.
    """
    try:
        return decoded_picture(_parts(path, (_THUMBNAIL,))[_THUMBNAIL], path)
    except PictureError as error:
        raise SessionFileError(path, f"of what it holds, {error.problem}") from error


def _parts(path: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """Some of the file's parts by name."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise SessionFileError(path, "it is a folder or a device, not a file; choose a saved session")
        with path.open("rb") as raw, zipfile.ZipFile(raw) as file:
            parts = {}
            for name in names:
                if file.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise zipfile.BadZipFile("compressed as no session is")  # whose damage brings errors of its own
                # Of a branch as much as of the painting.
                largest = _LARGEST.get(name) or _LARGEST[_SESSION if name.endswith("-settings.json") else _STROKES]
                with file.open(name) as part:
                    parts[name] = part.read(largest + 1)
                if len(parts[name]) > largest:
                    raise SessionFileError(path, f"its {name} is larger than any painting needs")
            return parts
    except OSError as error:
        raise SessionFileError(path, reading_problem(error)) from error
    except KeyError as error:  # a part is missing
        if not _LARGEST.keys() & set(names):
            raise SessionFileError(path, f"its {names[0]} or what belongs to it is missing; copy it again") from error
        raise SessionFileError(path, "it is no session that Strokewise saved; choose another file") from error
    except _UNREADABLE as error:
        problem = "it is damaged, or no session; copy it again from where it came from"
        raise SessionFileError(path, problem) from error
