"""A journal says what was last added to it, whatever happened to its end."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.journal
from core.document import WHITE, Document
from core.errors import OutputError, SessionFileError
from core.geometry import Size
from core.journal import Journal, Work, read_journal, unsaved_strokes
from core.stroke import PACKED_BYTES, Strokes

SIZE = Size(48, 64)


def strokes(count: int, seed: int = 0) -> Strokes:
    random = np.random.default_rng(seed)
    return Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.tile([0.0, 0.0, 64.0], (count, 1)),
        parameters=random.random((count, 13), np.float32),
        steps=np.arange(count),
        errors=np.where(random.random(count) < 0.5, np.nan, random.random(count)),
    )


def work(count: int, seed: int = 0, **values: object) -> Work:
    return Work(document=Document(SIZE, strokes=strokes(count, seed)), **{"name": "photo", **values})  # type: ignore[arg-type]


def after(before: Work, count: int, seed: int) -> Work:
    """The same painting with more strokes."""
    return Work(document=before.document.painted(strokes(count, seed)), name=before.name, settings=before.settings)


def test_strokes_come_back_packed_to_the_bit() -> None:
    given = strokes(7)
    assert Strokes.unpacked(given.packed(), 7) == given
    assert len(given.packed()) == 7 * PACKED_BYTES
    with pytest.raises(ValueError, match="not 6 strokes"):
        Strokes.unpacked(given.packed(), 6)


def test_what_was_added_last_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(3, settings={"seed": 4})
    journal.add(now)
    for seed in range(1, 5):
        now = after(now, 10, seed)
        journal.add(now)
        assert read_journal(path) == now
    assert unsaved_strokes(path) == 43


def test_only_what_came_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(1000)
    journal.add(now)
    first = path.stat().st_size
    journal.add(after(now, 5, 1))
    assert path.stat().st_size - first < 5 * PACKED_BYTES + 100


def test_undo_a_branch_and_another_sheet_are_followed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, whole = Journal(path), work(20)
    undone = Work(document=whole.document.cut(8), name="photo")
    branch = after(undone, 4, 9)
    moved = Work(document=Document(SIZE, WHITE, strokes(2, 5), {"seed": 3}), name="other", settings={"divide": 2})
    for each in (whole, undone, branch, whole, moved):
        journal.add(each)
        assert read_journal(path) == each


def test_what_is_saved_elsewhere_is_not_unsaved(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(5)
    journal.add(now)
    assert unsaved_strokes(path) == 5
    journal.add(work(5, saved=True))
    assert unsaved_strokes(path) == 0
    assert read_journal(path).saved
    journal.add(after(now, 1, 2))
    assert unsaved_strokes(path) == 6
    assert not read_journal(path).saved


def test_what_is_said_of_branches_is_kept_and_said_once(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(5, branches={"kept": [{"number": 1}]})
    journal.add(now)
    more = Work(document=now.document.painted(strokes(1, 2)), name="photo", branches=now.branches)
    before = path.stat().st_size
    journal.add(more)

    assert read_journal(path) == more
    assert path.stat().st_size - before < PACKED_BYTES + 60
    path.write_bytes(b"strokewise-journal 2\n" + entry({**WORDS, "branches": [3]}))
    assert read_journal(path).branches == {}


def test_errors_that_changed_are_written_though_nothing_looks_different(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(5)
    journal.add(now)
    measured = now.document.strokes.changed(errors=np.full(5, 0.25))
    changed = Work(document=Document(SIZE, strokes=measured), name="photo")
    journal.add(changed)
    assert read_journal(path) == changed


def test_a_journal_much_longer_than_its_painting_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.journal, "_SPARE_BYTES", 1000)
    path = tmp_path / "journal"
    journal = Journal(path)
    for seed in range(50):  # one refinement after the other: each time all strokes are others
        journal.add(work(100, seed))
        assert path.stat().st_size <= 150 * PACKED_BYTES + 2000
    assert read_journal(path) == work(100, 49)


@given(cut=st.integers(0, 10**6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_cut_anywhere_it_says_what_it_said_before(
    tmp_path_factory: pytest.TempPathFactory, cut: int, seed: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal"
    journal, now, ends = Journal(path), work(2), []
    for each in range(4):
        journal.add(now)
        ends.append((path.stat().st_size, now))
        now = after(now, 3, seed + each)
    size = cut % (ends[-1][0] + 1)
    os.truncate(path, size)
    whole = [said for end, said in ends if end <= size]
    if whole:
        assert read_journal(path) == whole[-1]
    else:
        with pytest.raises(SessionFileError):
            read_journal(path)


@given(place=st.integers(0, 10**6), byte=st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_ends_it_there(tmp_path_factory: pytest.TempPathFactory, place: int, byte: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal"
    journal, now, ends = Journal(path), work(2), []
    for each in range(4):
        journal.add(now)
        ends.append((path.stat().st_size, now))
        now = after(now, 3, each)
    content = bytearray(path.read_bytes())
    place %= len(content)
    content[place] ^= byte
    path.write_bytes(content)
    whole = [said for end, said in ends if end <= place]
    if whole:
        assert read_journal(path) == whole[-1]
    else:
        with pytest.raises(SessionFileError):
            read_journal(path)


def test_one_can_go_on_with_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(4)
    journal.add(now)
    journal.add(after(now, 4, 1))
    os.truncate(path, path.stat().st_size - 1)
    again, said = Journal.gone_on_with(path)
    assert said == now
    more = after(said, 2, 7)
    again.add(more)
    assert read_journal(path) == more


def test_an_entry_that_failed_half_way_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(4)
    journal.add(now)
    more = after(now, 4, 1)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="the disk is full"):
            journal.add(more)
    path.write_bytes(path.read_bytes()[:-3])
    again = after(more, 1, 2)
    journal.add(again)
    assert read_journal(path) == again


def test_a_drive_that_came_back_empty_gets_it_all(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal, now = Journal(path), work(4)
    journal.add(now)
    path.unlink()
    journal.add(after(now, 1, 1))
    assert read_journal(path) == after(now, 1, 1)


def test_words_too_long_to_be_read_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.journal, "_LONGEST_WORDS", 1000)
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.add(work(1))
    with pytest.raises(OutputError, match="longer than any painting needs"):
        journal.add(Work(document=Document(SIZE, strokes=strokes(1), job={"seed": "x" * 1000})))
    assert read_journal(path) == work(1)
    monkeypatch.undo()
    long = Work(document=Document(SIZE, strokes=strokes(1), job={"seed": "x" * 5_000_000}))
    journal.add(long)
    assert read_journal(path) == long


def entry(words: dict[str, object], body: bytes = b"") -> bytes:
    head = orjson.dumps(words)
    return struct.pack("<III", len(head), len(body), zlib.crc32(body, zlib.crc32(head))) + head + body


WORDS = {
    "height": 48, "width": 64, "background": "#000000", "job": {}, "name": "", "settings": {}, "saved": False,
    "keep": 0, "new": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"height": 0}, {"width": 70_000}, {"height": 65_000, "width": 65_000}, {"height": 1.5}, {"height": True},
        {"background": "red"}, {"background": 3}, {"job": []}, {"name": None}, {"settings": 3}, {"keep": 1},
        {"keep": -1}, {"new": -1}, {"new": 10**9}, {"keep": "0"}, {"new": None},
    ],
)  # fmt: skip
def test_words_that_cannot_be_are_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"strokewise-journal 2\n" + entry(WORDS))
    assert read_journal(path).document == Document(SIZE)
    path.write_bytes(b"strokewise-journal 2\n" + entry({**WORDS, **changed}))
    with pytest.raises(SessionFileError):
        read_journal(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("types", 200), ("patches", 2e6), ("patches", np.nan), ("parameters", 1.5), ("parameters", np.nan),
        ("parameters", -0.1), ("steps", -1), ("errors", np.inf), ("flags", 4),
    ],
)  # fmt: skip
def test_strokes_that_cannot_be_are_refused(tmp_path: Path, column: str, value: float) -> None:
    path = tmp_path / "journal"
    good = strokes(3)
    names = ("types", "patches", "parameters", "steps", "errors", "flags")
    columns = {name: getattr(good, name).copy() for name in names}
    columns[column].reshape(-1)[0] = value
    bad = Strokes.from_columns(**columns)
    path.write_bytes(b"strokewise-journal 2\n" + entry({**WORDS, "new": 3}, bad.packed()))
    with pytest.raises(SessionFileError):
        read_journal(path)


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        unsaved_strokes(tmp_path / "nowhere")
    for content in (b"", b"strokewise-journal 2\n", b"\x00" * 100):
        (tmp_path / "journal").write_bytes(content)
        with pytest.raises(SessionFileError):
            unsaved_strokes(tmp_path / "journal")
        with pytest.raises(SessionFileError):
            read_journal(tmp_path / "journal")
    with pytest.raises(SessionFileError, match="no such file"):
        read_journal(tmp_path / "nowhere")
    with pytest.raises(SessionFileError):
        read_journal(tmp_path)
