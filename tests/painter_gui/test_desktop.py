"""The studio enters a Linux desktop's menu, and goes from it again."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import main as program
from core.errors import OutputError
from core.program import program_command, program_name
from painter_gui.desktop import data_folder, enter, remove
from painter_gui.files import SESSION_SUFFIX


def entry_in(folder: Path) -> configparser.SectionProxy:
    read = configparser.ConfigParser(interpolation=None, strict=True)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    assert read.read(folder / "applications" / "strokewise.desktop", encoding="utf-8")
    return read["Desktop Entry"]


def test_the_entry_begins_this_program_and_opens_sessions(tmp_path: Path) -> None:
    written = enter(("/opt/a b/strokewise",), tmp_path)

    entry = entry_in(tmp_path)
    assert entry["Exec"] == '"/opt/a b/strokewise" %f'
    assert "application/x-strokewise" in entry["MimeType"].split(";")
    kind = ElementTree.parse(tmp_path / "mime" / "packages" / "strokewise.xml").getroot()[0]
    assert kind.get("type") == "application/x-strokewise"
    globs = [part.get("pattern") for part in kind if part.tag.endswith("glob")]
    assert globs == [f"*{SESSION_SUFFIX}"]
    icon = (tmp_path / "icons/hicolor/scalable/apps" / f"{entry['Icon']}.svg").read_text()
    assert ElementTree.fromstring(icon).tag.endswith("svg")
    assert all(path.is_file() for path in written)


@pytest.mark.parametrize("word", ["/opt/a $b/`c`", 'say "it"', "back\\slash", "100%"])
def test_any_path_is_quoted_as_the_specification_has_it(word: str, tmp_path: Path) -> None:
    enter((word, "main.py"), tmp_path)

    line = entry_in(tmp_path)["Exec"]
    # Undone in the specification's order: the string, then the quotes as a shell does, then the field codes.
    shown = subprocess.run(["sh", "-c", "printf '%s\\n' " + line.replace("\\\\", "\\")], capture_output=True, text=True)
    assert [part.replace("%%", "%") for part in shown.stdout.splitlines()] == [word, "main.py", "%f"]


def test_a_desktop_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    enter(("/usr/bin/strokewise",), tmp_path)

    checker = shutil.which("desktop-file-validate")
    if checker is None:
        pytest.skip("desktop-file-validate is not installed")
    ended = subprocess.run([checker, tmp_path / "applications" / "strokewise.desktop"], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_a_session_is_known_by_its_name_once_it_is_entered(tmp_path: Path) -> None:
    if shutil.which("update-mime-database") is None:
        pytest.skip("shared-mime-info is not installed")
    enter(("/usr/bin/strokewise",), tmp_path)
    assert "60:application/x-strokewise:*.strokewise\n" in (tmp_path / "mime" / "globs2").read_text()

    remove(tmp_path)
    assert "x-strokewise" not in (tmp_path / "mime" / "globs2").read_text()


def test_the_command_writes_for_this_user_and_takes_all_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder() == tmp_path

    assert program.main(["desktop"]) == 0
    told = capsys.readouterr().out.splitlines()
    files = [Path(line.removeprefix("written: ")) for line in told]
    assert len(files) == 4
    assert all(path.is_relative_to(tmp_path) and path.is_file() for path in files)

    assert program.main(["desktop", "--remove"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"removed: {path}" for path in files]
    assert not any(path.exists() for path in files)

    assert program.main(["desktop", "--remove"]) == 0
    assert capsys.readouterr().out == ""


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "applications").write_text("a file")

    with pytest.raises(OutputError, match="applications"):
        enter(("strokewise",), tmp_path)


@pytest.mark.parametrize(
    ("called", "name"),
    [("/usr/bin/strokewise", "strokewise"), ("C:/x/Strokewise.exe", "strokewise"), ("/here/main.py", "python main.py")],
)
def test_it_is_called_what_it_was_called(called: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    assert program_name() == name
    assert program_command()[-1].endswith(called)
    assert program_command()[:-1] == ((sys.executable,) if name != "strokewise" else ())

    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program_command() == (sys.executable,)
