from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import OutputError
from core.painted_folder import is_finished, take_place, write_report


def finished(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    write_report({"options_digest": content_of(files)}, folder)
    return folder


def content_of(files: dict[str, str]) -> str:
    return " ".join(sorted(files.values()))


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "report.json"
    }


def test_a_finished_folder_becomes_the_painting_whole(tmp_path: Path) -> None:
    aside = finished(tmp_path / "aside", painting_png="new", frames__frame_1_png="first")

    take_place(aside, tmp_path / "cat")

    assert contents(tmp_path / "cat") == {"painting.png": "new", "frames/frame.1.png": "first"}
    assert (tmp_path / "cat" / "report.json").exists()
    assert not aside.exists()


def test_an_empty_folder_makes_way(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()

    take_place(finished(tmp_path / "aside", painting_png="new"), tmp_path / "cat")

    assert contents(tmp_path / "cat") == {"painting.png": "new"}


def test_of_an_earlier_painting_nothing_is_left_and_what_is_not_its_own_stays(tmp_path: Path) -> None:
    out = finished(tmp_path / "cat", painting_png="old", painting_svg="old", notes_txt="mine")
    (out / "frames").mkdir()
    (out / "frames" / "frame-00001.png").write_text("old")
    (out / "frames" / "sketch.png").write_text("mine")
    aside = finished(tmp_path / "aside", painting_png="new", frames__frame_2_png="new")

    take_place(aside, out)

    assert contents(out) == {
        "painting.png": "new", "notes.txt": "mine", "frames/sketch.png": "mine", "frames/frame.2.png": "new",
    }  # fmt: skip
    assert not aside.exists()


def test_the_report_comes_last_so_that_half_of_a_painting_is_never_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import core.painted_folder

    photo = tmp_path / "photo.png"
    photo.write_bytes(b"pixels")
    out = finished(tmp_path / "cat", a_png="old")
    aside = finished(tmp_path / "aside", a_png="new", zz_png="new")
    moved: list[str] = []
    replace = core.painted_folder.os.replace

    def watched(source: Path, path: Path) -> None:
        moved.append(path.name)
        assert not (out / "report.json").exists()
        assert not is_finished(str(photo), out, ["a.png"], "old")
        replace(source, path)

    monkeypatch.setattr(core.painted_folder.os, "replace", watched)
    take_place(aside, out)

    assert moved == ["a.png", "zz.png", "report.json"]


def test_whoever_is_cut_off_and_has_nothing_left_to_put_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cat"):
        take_place(tmp_path / "gone", tmp_path / "cat")

    out = finished(tmp_path / "cat", painting_png="there")
    with pytest.raises(OutputError, match="cat"):
        take_place(tmp_path / "gone", out)
    assert contents(out) == {"painting.png": "there"}
    assert (out / "report.json").exists()
