from __future__ import annotations

import errno
from pathlib import Path

import pytest

from core.errands import errands_for, is_film, pictures_in, to_paint_in
from core.errors import PictureError


def test_pictures_come_in_the_order_that_people_count_in(tmp_path: Path) -> None:
    for name in ("b10.png", "b9.JPG", "B1.png", "a.webp", "notes.txt", "b.png.part", ".b3.png", "c", "d.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "below.png").mkdir()
    (tmp_path / "below.png" / "deep.png").touch()

    assert [path.name for path in pictures_in(tmp_path)] == ["a.webp", "B1.png", "b9.JPG", "b10.png"]


def test_films_are_found_beside_pictures_and_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("b10.png", "b9.MP4", "notes.txt", "a.gif"):
        (tmp_path / name).touch()

    assert [path.name for path in to_paint_in(tmp_path)] == ["a.gif", "b9.MP4", "b10.png"]
    assert to_paint_in(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]
    assert to_paint_in(tmp_path / "missing.png") == [tmp_path / "missing.png"]


@pytest.mark.parametrize(("find", "what"), [(pictures_in, "picture"), (to_paint_in, "picture or film")])
def test_a_folder_without_any_is_refused(find: object, what: str, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.png").touch()

    with pytest.raises(PictureError, match=f"no {what} lies in this folder itself"):
        find(tmp_path)  # type: ignore[operator]


def test_a_folder_that_may_not_be_read_is_told_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)

    with pytest.raises(PictureError, match="you may not read it; change its permissions"):
        pictures_in(tmp_path)


@pytest.mark.parametrize(("name", "film"), [("a.mp4", True), ("a.MOV", True), ("a.gif", False), ("a.png", False)])
def test_a_film_is_known_by_its_name(name: str, film: bool) -> None:
    assert is_film(Path(name)) is film


def test_each_picture_has_a_folder_of_its_own_whatever_the_names() -> None:
    names = ["a.png", "b.jpg", "b.png", "B-png.png", "c.jpg", "C.JPG"]

    folders = [errand.out.name for errand in errands_for([Path(name) for name in names], Path("out"))]

    assert folders == ["a", "b-jpg", "b-png-2", "B-png", "c-jpg", "C-JPG-2"]


@pytest.mark.parametrize(("name", "folder"), [("...png", "picture"), ("..jpg", "picture"), ("a. .png", "a")])
def test_no_folder_is_called_as_one_above(name: str, folder: str) -> None:
    (errand,) = errands_for([Path(name)], Path("out"))
    assert errand.out == Path("out", folder)
