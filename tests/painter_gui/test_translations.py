"""Every word of the studio has its Chinese, and what ships is made from what is written."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QTranslator

from core.errors import FileError
from painter_gui import wording
from painter_gui.error_words import DEVICE, KINDS, OWN, PROBLEMS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "translations"


def messages(path: Path) -> dict[tuple[str, str], str]:
    """Translations by context and source."""
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message.findtext("translation", "")
        for context in ElementTree.parse(path).getroot().findall("context")
        for message in context.findall("message")
    }


LANGUAGES = sorted(path.stem for path in FOLDER.glob("studio_*.ts"))


def said_in(sources: list[str]) -> set[tuple[str, str]]:
    """Contexts and texts of every translate() with both written out."""
    calls = [
        node for path in sources for node in ast.walk(ast.parse(Path(path).read_text())) if isinstance(node, ast.Call)
    ]
    named = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == "translate"]
    given = [[each.value for each in args if isinstance(each, ast.Constant)] for args in named]
    return {(context, text) for context, text in (each for each in given if len(each) == 2)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated_and_none_is_left_over(language: str, tmp_path: Path) -> None:
    tool = shutil.which("pyside6-lupdate")
    if tool is None:
        pytest.skip("pyside6-lupdate is not installed")
    sources = sorted(str(path) for path in (ROOT / "painter_gui").rglob("*.py"))
    subprocess.run([tool, *sources, "-ts", tmp_path / "new.ts"], check=True, capture_output=True)

    written = messages(FOLDER / f"{language}.ts")

    assert set(messages(tmp_path / "new.ts")) == set(written)
    assert said_in(sources) <= set(written)  # which the tool does not see within f-strings
    assert [source for source, text in written.items() if not text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_to_fill_in_are_the_same_in_both(language: str) -> None:
    for (_, source), text in messages(FOLDER / f"{language}.ts").items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", source)), source
        assert ("&" in text) == ("&" in source), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ships_is_made_from_what_is_written(language: str) -> None:
    translator = QTranslator()
    assert translator.load(language, str(FOLDER))
    for (context, source), text in messages(FOLDER / f"{language}.ts").items():
        assert translator.translate(context, source) == text


def test_every_language_that_can_be_chosen_has_its_words() -> None:
    assert {f"studio_{name}" for name in wording.LANGUAGES if name != "en"} == set(LANGUAGES)


def test_errors_that_are_translated_are_those_the_core_tells() -> None:
    code = re.sub(r"\s+", " ", " ".join(path.read_text() for path in (ROOT / "core").rglob("*.py")))
    for words in (*KINDS, *PROBLEMS):
        # Some are put together from a problem and a remedy.
        for part in str(words).split("; "):
            assert part in code, words
    assert len(DEVICE) == 2


def test_errors_that_the_studio_tells_are_translated() -> None:
    code = " ".join(path.read_text() for path in (ROOT / "painter_gui").glob("*.py") if path.name != "error_words.py")
    for words in OWN:
        assert f'"{words}"' in code, words


def test_every_kind_of_error_about_a_file_is_translated() -> None:
    kinds = [FileError, *FileError.__subclasses__()]
    assert {kind.wording for kind in kinds if kind.__module__ == "core.errors"} == set(KINDS)
