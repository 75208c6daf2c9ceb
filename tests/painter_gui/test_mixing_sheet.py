"""The studio's mixing sheet: of what is shown, saved in the background, told when it is there or why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from core.export.mixing_words import MixingWords
from core.palette_use import document_palette
from painter_gui.controller import Controller
from painter_gui.mixing_words import mixing_words
from painter_gui.paint_settings import PaintSettings
from painter_gui.views.steering import mixing_sheet
from painter_gui.views.window import StudioWindow

Until = Callable[[Callable[[], bool]], None]

pytestmark = pytest.mark.gui

COLOURS = "#101828 Night,#c04030,#f0e0c0 Sand,#3060a0 Sea"


def answering(monkeypatch: pytest.MonkeyPatch, *answer: str) -> list[Any]:
    """Have the dialog say so; what it was asked with."""
    asked: list[Any] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given, **_: (asked.append(given), answer)[1])
    return asked


def text_of(path: Path) -> str:
    with closing(pypdfium2.PdfDocument(path)) as pdf, closing(pdf[0]) as page, closing(page.get_textpage()) as text:
        return " ".join(str(text.get_text_bounded()).split())


@pytest.fixture
def settings(settings: PaintSettings) -> PaintSettings:
    return replace(settings, palette=COLOURS)


def test_the_button_saves_the_sheet_of_the_painting_as_it_is_shown(
    studio: StudioWindow, paint_all: Callable[[Controller], None], until: Until, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    controller = studio._controller
    paint_all(controller)
    until(lambda: document_palette(controller.document) is not None)
    controller.seek(25)
    asked = answering(monkeypatch, str(tmp_path / "mix.pdf"), "PDF (*.pdf)")
    told: list[tuple[str, object]] = []
    controller.noted.connect(lambda word, values: told.append((word, values)))

    studio.panel.palette_panel.sheet_button.click()
    until(lambda: bool(told))

    assert told == [("saved", {"name": "mix.pdf"})]
    assert studio.status.currentMessage() == "Saved as mix.pdf."
    said = text_of(tmp_path / "mix.pdf")
    assert all(name in said for name in ("sunset", "Night", "#c04030", "Sand", "Sea", "Titanium White"))
    counts = [int(count) for count in re.findall(r"· (\d+) strokes?", said)]
    assert sum(counts) == 25
    assert asked[0][2].endswith("sunset-mixing.pdf")
    assert studio._preferences.folder("export") == str(tmp_path)


def test_before_anything_is_painted_it_is_the_photos(
    studio: StudioWindow, open_photo: Callable[[Controller], None], until: Until, tmp_path: Path
) -> None:
    open_photo(studio._controller)

    studio.mixing_sheet.save(tmp_path / "mix.pdf")
    until(lambda: (tmp_path / "mix.pdf").exists())

    said = text_of(tmp_path / "mix.pdf")
    assert "Night" in said
    assert "of the area" in said
    assert "stroke" not in said


def test_a_name_without_a_suffix_gets_that_of_the_kind_and_nothing_is_replaced_unasked(
    studio: StudioWindow, open_photo: Callable[[Controller], None], until: Until, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    open_photo(studio._controller)
    answering(monkeypatch, str(tmp_path / "mix"), "PNG (*.png)")

    studio.mixing_sheet.ask()
    until(lambda: (tmp_path / "mix.png").exists())
    with Image.open(tmp_path / "mix.png") as picture:
        assert picture.size[0] == 1680

    before = (tmp_path / "mix.png").stat().st_mtime_ns
    monkeypatch.setattr(mixing_sheet, "may_replace", lambda *_: False)
    studio.mixing_sheet.ask()
    until(lambda: not studio._pictures.busy)
    assert (tmp_path / "mix.png").stat().st_mtime_ns == before


def test_what_cannot_be_written_is_told(
    studio: StudioWindow, open_photo: Callable[[Controller], None], until: Until, tmp_path: Path
) -> None:
    open_photo(studio._controller)

    studio.mixing_sheet.save(tmp_path / "nowhere" / "mix.pdf")
    until(lambda: studio.message.message is not None)

    assert studio.message.message is not None
    assert "its folder does not exist" in studio.message.text.text()


def test_nothing_is_asked_without_a_photo_or_where_the_dialog_is_left(
    studio: StudioWindow, open_photo: Callable[[Controller], None], until: Until, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked = answering(monkeypatch, "", "")
    studio.mixing_sheet.ask()
    studio.mixing_sheet.save(tmp_path / "a.pdf")
    assert asked == []

    open_photo(studio._controller)
    studio.mixing_sheet.ask()
    until(lambda: not studio._pictures.busy)
    assert len(asked) == 1
    assert not (tmp_path / "a.pdf").exists()


def test_in_english_the_words_are_the_cores(studio: StudioWindow) -> None:
    assert mixing_words() == MixingWords()
