"""Branches of a work that is being kept come back, whatever it was that ended the studio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import core.branch_files
from core.branch_files import BranchFiles
from core.branches import Branches
from core.document import Document
from core.geometry import Size
from core.stroke import Strokes

SHEET = Size(40, 60)


@pytest.fixture
def branches(random_strokes: Callable[..., Strokes]) -> Branches:
    """Three of them."""
    found = Branches()
    for seed in range(3):
        found = found.kept(Document(SHEET, strokes=random_strokes(20, seed, SHEET)), {"seed": seed})
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_they_come_back_as_they_were(branches: Branches, tmp_path: Path) -> None:
    said = BranchFiles(tmp_path).write(branches)

    assert BranchFiles(tmp_path).read(said, SHEET) == branches


def test_each_is_written_once(branches: Branches, tmp_path: Path) -> None:
    files = BranchFiles(tmp_path)
    files.sweep(files.write(branches))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    files.sweep(files.write(branches.renamed(1, "Warm")))

    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_what_is_dropped_goes_only_when_nothing_names_it_any_more(branches: Branches, tmp_path: Path) -> None:
    files = BranchFiles(tmp_path)
    files.sweep(files.write(branches))
    (tmp_path / "strokes.journal").touch()
    said = files.write(branches.dropped(0))
    assert names(tmp_path) == ["branch-1.journal", "branch-2.journal", "branch-3.journal", "strokes.journal"]
    files.sweep(said)

    assert names(tmp_path) == ["branch-2.journal", "branch-3.journal", "strokes.journal"]
    said = files.write(branches)  # undone
    files.sweep(said)
    assert BranchFiles(tmp_path).read(said, SHEET) == branches
    assert "branch-4.journal" in names(tmp_path)
    files.sweep(files.write(Branches()))
    assert names(tmp_path) == ["strokes.journal"]


def test_one_can_go_on_with_what_was_read(branches: Branches, tmp_path: Path) -> None:
    said = BranchFiles(tmp_path).write(branches)
    files = BranchFiles(tmp_path)
    read = files.read(said, SHEET)

    assert files.write(read) == said
    (tmp_path / "branch-2.journal").unlink()  # as on a drive that came back without it
    assert files.read(files.write(read), SHEET) == branches


def test_one_that_cannot_be_read_is_left_out(branches: Branches, tmp_path: Path) -> None:
    said = BranchFiles(tmp_path).write(branches)
    (tmp_path / "branch-2.journal").write_bytes(b"strokewise-journal 2\n\x00")

    left = BranchFiles(tmp_path).read(said, SHEET)

    assert left == branches.dropped(1)
    assert len(BranchFiles(tmp_path).read(said, Size(9, 9))) == 0


@pytest.mark.parametrize("file", ["../other/branch-1.journal", "/etc/passwd", "strokes.journal", 3, None, "branch-1"])
def test_no_other_file_is_read(branches: Branches, tmp_path: Path, file: Any) -> None:
    said = BranchFiles(tmp_path).write(branches)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "branch-1.journal").write_bytes((tmp_path / "branch-1.journal").read_bytes())
    said["kept"][0]["file"] = file

    assert BranchFiles(tmp_path).read(said, SHEET) == branches.dropped(0)


@pytest.mark.parametrize("said", [[], 3, {"kept": 3}, {"kept": [], "number": "1", "name": ""}, {"a": "b"}])
def test_what_says_nothing_of_branches_gives_none(tmp_path: Path, said: Any) -> None:
    assert BranchFiles(tmp_path).read(said, SHEET) == Branches()


def test_no_more_strokes_are_read_than_there_can_be(
    branches: Branches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = BranchFiles(tmp_path).write(branches)
    monkeypatch.setattr(core.branch_files, "MOST_STROKES", 50)
    monkeypatch.setattr(core.branch_files, "MAX_STROKES", 0)

    assert len(BranchFiles(tmp_path).read(said, SHEET)) == 2
