"""What is remembered, and what becomes of settings files that somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QByteArray, QLocale, QSettings

from painter_gui.files import opened_file
from painter_gui.paint_settings import PaintSettings
from painter_gui.preferences import MOST_RECENT, Preferences
from painter_gui.wording import LANGUAGES, system_language


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.ini"


def read(file: Path) -> Preferences:
    return Preferences(QSettings(str(file), QSettings.Format.IniFormat))


def test_the_first_thing_saved_goes_beside_the_photo_and_others_where_the_last_went(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    preferences = read(file)
    assert preferences.folder_to_save("export", None) == Path("/home/me")
    assert preferences.folder_to_save("export", Path("/photos/a.jpg")) == Path("/photos")
    preferences.set_folder("export", Path("/paintings"))
    assert preferences.folder_to_save("export", Path("/photos/a.jpg")) == Path("/paintings")
    assert preferences.folder_to_save("save", Path("/photos/a.jpg")) == Path("/photos")


def test_the_photo_of_a_relative_name_is_known_by_its_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "sunset.png")
    monkeypatch.chdir(tmp_path)
    assert opened_file("sunset.png").photo.file == tmp_path / "sunset.png"
    assert opened_file("sample:astronaut").photo.file is None


@pytest.mark.parametrize(
    ("system", "chosen"),
    [("zh_TW", "zh_CN"), ("en_GB", "en"), ("de_AT", "de"), ("fr_FR", "en"), ("C", "en")],
)
def test_the_first_language_is_the_systems_where_there_is_one(
    system: str, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(QLocale, "system", lambda: QLocale(system))
    assert system_language() == chosen


def test_everything_comes_back(file: Path) -> None:
    preferences = read(file)
    preferences.language, preferences.scheme = "zh_CN", "dark"
    preferences.scrub_memory = 512
    preferences.paint_settings = PaintSettings(divide=7, actor=Path("a.pkl"))
    preferences.add_recent(Path("/a/b.png"))
    preferences.set_folder("open", Path("/a"))
    preferences.set_bytes("window/geometry", QByteArray(b"\x01\x00\xff"))
    preferences.sync()

    again = read(file)

    assert (again.language, again.scheme, again.folder("open")) == ("zh_CN", "dark", "/a")
    assert again.scrub_memory == 512
    again.scrub_memory = None
    assert read(file).scrub_memory is None
    assert again.paint_settings == PaintSettings(divide=7, actor=Path("a.pkl"))
    assert again.recent == ["/a/b.png"]
    assert again.bytes("window/geometry").data() == b"\x01\x00\xff"


def test_the_latest_files_come_first_and_once(file: Path) -> None:
    preferences = read(file)
    for number in [*range(20), 15]:
        preferences.add_recent(Path(f"/{number}.png"))
    assert preferences.recent[:3] == ["/15.png", "/19.png", "/18.png"]
    assert len(preferences.recent) == len(set(preferences.recent)) == MOST_RECENT


@pytest.mark.parametrize(
    "content",
    [
        "[General]\nlanguage=klingon\nscheme=@Invalid()\nscrub_memory=77\npaint=[1]\nrecent={}\n",
        "[General]\nlanguage=@ByteArray(x)\npaint={\nrecent=[1, null]\nscrub_memory=-1\n[window]\ngeometry=7\n",
        f"[General]\npaint={'[' * 100_000}\nrecent={'[' * 100_000}\n",
        "\x00\x01 no settings",
    ],
)
def test_what_cannot_be_read_takes_its_default(file: Path, content: str) -> None:
    file.write_text(content)
    preferences = read(file)
    assert preferences.language in ("en", "zh_CN")
    assert preferences.scheme == "system"
    assert preferences.scrub_memory is None
    assert preferences.paint_settings == PaintSettings()
    assert preferences.recent == []
    assert preferences.bytes("window/geometry").isEmpty()
    assert preferences.folder("open") == ""
