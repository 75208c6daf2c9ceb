"""Saved sessions come back as they were; files that are not what they say are refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core.session_file
from core.branches import Branches
from core.document import Document
from core.errors import OutputError, SessionFileError
from core.export.stroke_json import stroke_file
from core.geometry import Size
from core.session_file import SavedSession, encoded_photo, load_session, save_session, session_thumbnail
from core.stroke import Strokes

SHEET = Size(40, 60)


@pytest.fixture
def session(random_strokes: Callable[..., Strokes]) -> SavedSession:
    photo = np.random.default_rng(0).integers(0, 256, (*SHEET, 3), np.uint8)
    document = Document(SHEET, (10, 20, 30), random_strokes(50, 1, SHEET), job={"seed": 3})
    return SavedSession(photo=photo, document=document, name="Grüße <1>", settings={"divide": 4, "actor": None})


@pytest.fixture
def saved(session: SavedSession, tmp_path: Path) -> Path:
    save_session(tmp_path / "a.strokewise", session)
    return tmp_path / "a.strokewise"


@pytest.fixture
def branched(session: SavedSession, random_strokes: Callable[..., Strokes], tmp_path: Path) -> Path:
    """The session saved with two branches, one of them named."""
    branches = Branches().kept(session.document.cut(20).painted(random_strokes(9, 2, SHEET)), {"seed": 4})
    branches = branches.kept(session.document.cut(30), {"divide": 3}, automatic=True).renamed(0, "Grüße")
    path = tmp_path / "b.strokewise"
    save_session(path, replace(session, branches=branches))
    return path


def repacked(path: Path, **parts: bytes | None) -> None:
    """Replace parts of a session's file, named without their suffix; None leaves one out."""
    with zipfile.ZipFile(path) as file:
        content = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in content.items():
            own = parts.get(Path(name).stem, data)
            if own is not None:
                file.writestr(name, own)


def head_with(**changes: Any) -> bytes:
    return json.dumps({"format": "strokewise-session", "version": 1, "name": "a", "settings": {}, **changes}).encode()


def test_a_session_comes_back_as_it_was(session: SavedSession, saved: Path) -> None:
    read = load_session(saved)

    np.testing.assert_array_equal(read.photo, session.photo)
    assert read.document == session.document
    assert (read.name, dict(read.settings)) == ("Grüße <1>", {"divide": 4, "actor": None})


def test_a_photo_encoded_before_is_written_as_it_is(session: SavedSession, tmp_path: Path) -> None:
    other = np.full((*SHEET, 3), 9, np.uint8)
    save_session(tmp_path / "a.strokewise", session, photo=encoded_photo(other))
    np.testing.assert_array_equal(load_session(tmp_path / "a.strokewise").photo, other)


def test_the_thumbnail_shows_the_painting(saved: Path) -> None:
    assert session_thumbnail(saved).shape == (40, 60, 3)


def test_parts_can_be_had_without_this_program(saved: Path) -> None:
    with zipfile.ZipFile(saved) as file:
        assert file.testzip() is None
        assert sorted(file.namelist()) == ["photo.png", "session.json", "strokes.json", "thumbnail.png"]
        assert json.loads(file.read("strokes.json"))["format"] == "strokewise-strokes"


def test_a_session_takes_the_place_of_an_earlier_one_only_when_whole(session: SavedSession, saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(OutputError):
        save_session(saved, SavedSession(photo=session.photo, document=Document(SHEET, job={"x": object()})))
    assert saved.read_bytes() == before


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"strokes": None}, "it is no session that Strokewise saved"),
        ({"session": b"{"}, "its session.json is damaged"),
        ({"session": b"[]"}, "it is no session that Strokewise saved"),
        ({"session": head_with(format="x")}, "it is no session that Strokewise saved"),
        ({"session": head_with(version=2)}, "of version 2, made by a newer version"),
        ({"session": head_with(version="1")}, "its version is missing"),
        ({"session": head_with(version=0)}, "its version is missing"),
        ({"session": head_with(settings=[])}, "its session.json is damaged"),
        ({"session": head_with(name=7)}, "its session.json is damaged"),
        ({"session": b" " * (2**24 + 1)}, "its session.json is larger than any painting needs"),
        ({"photo": b"GIF89a"}, "of what it holds, it is damaged"),
        ({"photo": encoded_photo(np.zeros((3, 3, 3), np.uint8))}, "of different sizes"),
        ({"strokes": b"{}"}, "of what it holds, its format is not"),
    ],
)
def test_what_is_wrong_is_told(saved: Path, parts: dict[str, bytes | None], words: str) -> None:
    repacked(saved, **parts)
    with pytest.raises(SessionFileError, match=words):
        load_session(saved)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.strokewise"
    path.write_bytes(content)
    for read in (load_session, session_thumbnail):
        with pytest.raises(SessionFileError):
            read(path)


def test_a_file_cut_or_garbled_anywhere_is_told(saved: Path) -> None:
    whole = saved.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for cut in random.integers(0, len(whole), 60).tolist():
        garbled = bytearray(whole)
        garbled[cut] ^= 0xFF
        for content in (whole[:cut], bytes(garbled)):
            saved.write_bytes(content)
            try:
                load_session(saved)  # a byte that nothing reads, as of a date, may change
            except SessionFileError:
                refused += 1
    assert refused > 100


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_parts_packed_as_no_session_is_are_told(saved: Path, method: int) -> None:
    with zipfile.ZipFile(saved) as file:
        content = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(saved, "w", method) as file:
        for name, data in content.items():
            file.writestr(name, data)
    garbled = bytearray(saved.read_bytes())
    for place in range(60, 200):
        garbled[place] ^= 0x55
    for whole in (saved.read_bytes(), bytes(garbled)):
        saved.write_bytes(whole)
        with pytest.raises(SessionFileError, match="it is damaged, or no session"):
            load_session(saved)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match="there is no such file"):
        load_session(tmp_path / "none.strokewise")
    with pytest.raises(SessionFileError, match="it is a folder or a device"):
        load_session(tmp_path)


def test_branches_come_back_as_they_were(session: SavedSession, branched: Path) -> None:
    branches = load_session(branched).branches

    assert [(branch.label.name, branch.automatic, branch.settings) for branch in branches] == [
        ("Grüße", False, {"seed": 4}),
        ("", True, {"divide": 3}),
    ]
    assert branches[0].document.strokes.shared(session.document.strokes) == 20
    assert branches[1].document == session.document.cut(30)


def test_a_program_that_knows_no_branches_reads_the_rest(session: SavedSession, saved: Path, branched: Path) -> None:
    with zipfile.ZipFile(saved) as plain, zipfile.ZipFile(branched) as file:
        head = json.loads(file.read("session.json"))
        assert (head.pop("branches")["number"], head) == (0, json.loads(plain.read("session.json")))
        for name in ("strokes.json", "photo.png"):
            assert file.read(name) == plain.read(name)
        assert sorted(set(file.namelist()) - set(plain.namelist())) == [
            "branch-1-settings.json", "branch-1.json", "branch-2-settings.json", "branch-2.json",
        ]  # fmt: skip


def branches_said(**changes: Any) -> bytes:
    said = {"number": 0, "name": "", "kept": [{"number": 1, "name": ""}, {"number": 2, "name": ""}]}
    return head_with(branches={**said, **changes})


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"branch-1": None}, "its branch-1.json or what belongs to it is missing"),
        ({"branch-2-settings": None}, "its branch-2.json or what belongs to it is missing"),
        ({"branch-1": b"{}"}, "of its branches, its format is not"),
        ({"branch-2-settings": b"{"}, "its session.json is damaged"),
        ({"branch-2-settings": b"[]"}, "its branch-2-settings.json is damaged"),
        ({"branch-2-settings": b" " * (2**24 + 1)}, "its branch-2-settings.json is larger than any painting needs"),
        ({"session": head_with(branches=[])}, "its session.json is damaged"),
        ({"session": branches_said(kept=3)}, "its session.json is damaged"),
        ({"session": branches_said(kept=[{}] * 33)}, "its session.json is damaged: there are 33 branches"),
        ({"session": branches_said(kept=[{"number": 1, "name": ""}] * 3)}, "its branch-3.json or what belongs"),
        ({"session": branches_said(number="1")}, "its session.json is damaged"),
    ],
)
def test_what_is_wrong_with_branches_is_told(branched: Path, parts: dict[str, bytes | None], words: str) -> None:
    repacked(branched, **parts)
    with pytest.raises(SessionFileError, match=words):
        load_session(branched)


def test_branches_of_other_sheets_or_without_end_are_told(
    branched: Path, monkeypatch: pytest.MonkeyPatch, random_strokes: Callable[..., Strokes]
) -> None:
    monkeypatch.setattr(core.session_file, "MOST_STROKES", 58)
    monkeypatch.setattr(core.session_file, "MAX_STROKES", 0)
    with pytest.raises(SessionFileError, match=r"its branch-2\.json does not belong to it, or is larger"):
        load_session(branched)
    monkeypatch.undo()
    other = Document(Size(9, 9), strokes=random_strokes(3, 1, SHEET))
    repacked(branched, **{"branch-1": b"".join(stroke_file(other, branched))})
    with pytest.raises(SessionFileError, match=r"its branch-1\.json does not belong to it"):
        load_session(branched)
