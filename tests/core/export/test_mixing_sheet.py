"""The mixing sheet: what is on it is read back from the PDF and the pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from core.bounds import Bounds
from core.document import Document, rgb_to_hex
from core.errors import OutputError, SettingError
from core.export.document import ExportOptions, export_document
from core.export.mixing_sheet import MixingOptions, write_mixing_sheet
from core.export.mixing_words import MixingWords
from core.export.pdf_pictures import pdf_pictures
from core.geometry import Size
from core.mixing import CLOSENESS, FAR, Portion, Recipe, recipes
from core.palette import Palette, palette_of, pigments
from core.palette_use import PaletteUse, use_in_document, use_in_photo
from core.stroke import Strokes
from tests.core.export.pdf_texts import texts

SHEET = Size(90, 120)
PALETTE = Palette.of(
    [(30, 40, 60), (150, 70, 40), (220, 190, 150), (245, 244, 240)], ["Dusk", "", "Sand", "Schnee “weiß”"]
)
PAINTS = Palette.of([(250, 250, 245), (30, 30, 32), (190, 40, 40), (235, 190, 40), (40, 60, 140)],
                    ["White", "Black", "Red", "Yellow", "Blue"])  # fmt: skip
SHOWN = np.full((60, 80, 3), (90, 120, 30), np.uint8)


@pytest.fixture(scope="module")
def painting(random_strokes: Callable[..., Strokes]) -> Document:
    """Sixty strokes in three of four colours."""
    strokes = random_strokes(60, 0, SHEET).changed(rgb=PALETTE.values[np.arange(60) % 3])
    return Document(SHEET, (20, 20, 20), strokes, Bounds(palette=PALETTE).values())


@pytest.fixture(scope="module")
def written(painting: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "sheet.pdf"
    write_mixing_sheet(use_in_document(painting), SHOWN, path, options=MixingOptions(paints=PAINTS, title="Düne"))
    return path


def many(count: int) -> PaletteUse:
    """A use of many colours."""
    photo = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    return use_in_photo(photo, palette_of(photo, count))


def test_it_has_a_title_and_prints_on_a4_and_letter(written: Path) -> None:
    with closing(pypdfium2.PdfDocument(written)) as pdf, closing(pdf[0]) as page:
        assert len(pdf) == 1
        assert pdf.get_metadata_value("Title") == "Düne"
        width, height = page.get_size()
    assert width <= 595.4
    assert height <= 792.1


def test_it_says_each_colour_with_its_name_recipe_closeness_share_and_strokes(
    written: Path, painting: Document
) -> None:
    (text,) = texts(written)
    words, use = MixingWords(), use_in_document(painting)
    for index, recipe in enumerate(recipes(PALETTE.colours, PAINTS)):
        for said in (
            rgb_to_hex(PALETTE.colours[index]), PALETTE.names[index], words.recipe(recipe, PAINTS), words.near(recipe),
        ):  # fmt: skip
            assert said in text
    for share in use.shares[:3]:
        assert f"{100 * share:.0f} % of the area · 20 strokes" in text
    assert text.count("20 strokes") == 3
    assert text.count("not used") == 1
    assert "4 colours, mixed from" in text
    assert "Mixing sheet · Düne" in text


def test_it_says_that_it_is_where_to_begin(written: Path) -> None:
    (text,) = texts(written)

    assert "Where to begin" in text
    assert "how strong a paint is cannot be seen" in text


def test_it_lists_the_paints_that_are_needed_and_no_others(written: Path) -> None:
    (text,) = texts(written)
    listed = text.partition("What you need: ")[2].partition(" Where to begin")[0].split(", ")

    used = {portion.paint for recipe in recipes(PALETTE.colours, PAINTS) for portion in recipe.portions}
    assert set(listed) == {PAINTS.names[index] for index in used}


def test_swatches_have_the_colour_wanted_and_the_mixture_side_by_side(written: Path) -> None:
    pixels = next(pdf_pictures(written.read_bytes(), 1200)).astype(int)
    found = recipes(PALETTE.colours, PAINTS)
    for rgb, recipe in zip(PALETTE.colours, found, strict=True):
        wanted, mixed = ((np.abs(pixels - colour).max(axis=2) <= 2) for colour in (rgb, recipe.rgb))
        assert wanted.sum() > 1000
        assert mixed.sum() > 1000
        row = int(np.median(np.flatnonzero(wanted.sum(axis=1) > 50)))
        if rgb != (245, 244, 240):  # which is nearly the paper's
            last, first = np.flatnonzero(wanted[row]).max(), np.flatnonzero(mixed[row]).min()
            assert np.abs(last - first) <= 2 or np.abs(np.array(rgb) - recipe.rgb).max() <= 4


def test_the_picture_is_shown(written: Path) -> None:
    with closing(pypdfium2.PdfDocument(written)) as pdf, closing(pdf[0]) as page:
        (image,) = page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE])
        pixels = image.get_bitmap(render=False).to_numpy()[..., ::-1]
    assert np.abs(pixels.astype(int) - (90, 120, 30)).max() < 4


def test_the_same_painting_gives_the_same_bytes(written: Path, painting: Document, tmp_path: Path) -> None:
    write_mixing_sheet(
        use_in_document(painting), SHOWN, tmp_path / "a.pdf", options=MixingOptions(paints=PAINTS, title="Düne")
    )

    assert (tmp_path / "a.pdf").read_bytes() == written.read_bytes()


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (12, 1), (13, 1), (24, 1), (25, 2), (60, 3)])
def test_many_colours_take_more_pages_and_all_are_there(count: int, pages: int, tmp_path: Path) -> None:
    use = many(count)

    write_mixing_sheet(use, SHOWN, tmp_path / "a.pdf", options=MixingOptions(paints=PAINTS))

    found = texts(tmp_path / "a.pdf")
    assert len(found) == pages
    for colour in use.palette.colours:
        assert sum(rgb_to_hex(colour) in text for text in found) == 1
    assert (f"Page {pages} of {pages}" in found[-1]) is (pages > 1)


def test_of_a_photo_there_are_no_strokes(tmp_path: Path) -> None:
    write_mixing_sheet(many(3), SHOWN, tmp_path / "a.pdf", options=MixingOptions(paints=PAINTS))

    (text,) = texts(tmp_path / "a.pdf")
    assert text.count("of the area") == 3
    assert "stroke" not in text


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
@pytest.mark.parametrize("count", [4, 40])
def test_a_picture_has_all_colours_on_one_page(name: str, count: int, tmp_path: Path) -> None:
    use = many(count)

    write_mixing_sheet(use, SHOWN, tmp_path / name, options=MixingOptions(paints=PAINTS), longer=1600)

    with Image.open(tmp_path / name) as picture:
        assert max(picture.size) == 1600
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    for colour in use.palette.colours:
        assert (np.abs(pixels - colour).max(axis=2) <= 12).sum() > 50
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_picture_has_eight_pixels_a_millimetre_where_nothing_else_is_asked_for(tmp_path: Path) -> None:
    write_mixing_sheet(many(12), SHOWN, tmp_path / "a.png", options=MixingOptions(paints=PAINTS))

    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (1680, 2235)


def test_every_closeness_has_a_word() -> None:
    words = MixingWords()
    assert len(words.closeness) == len(CLOSENESS) + 1
    differences = [0.0, *(most for most, _ in CLOSENESS), 99.0]
    said = [words.near(Recipe((Portion(0, 1),), (0, 0, 0), difference)) for difference in differences]
    assert said == [words.closeness[0], *words.closeness]
    assert Recipe((Portion(0, 1),), (0, 0, 0), 10.1).closeness == FAR


def test_recipes_are_said_in_any_language() -> None:
    words = replace(MixingWords(), parts="{parts} Teile {paint}", touch="eine Spur {paint}", alone="nur {paint}")
    recipe = Recipe((Portion(0, 3), Portion(2, 1), Portion(1, 0)), (1, 2, 3), 1.0)

    assert words.recipe(recipe, PAINTS) == "3 Teile White + 1 Teile Red + eine Spur Black"
    assert words.recipe(Recipe((Portion(4, 1),), (1, 2, 3), 1.0), PAINTS) == "nur Blue"
    nameless = Palette.of(PAINTS.colours)
    assert words.recipe(Recipe((Portion(4, 1),), (1, 2, 3), 1.0), nameless) == "nur #283c8c"


def test_other_words_are_written(tmp_path: Path) -> None:
    texts_of = {each.name: getattr(MixingWords(), each.name) for each in fields(MixingWords)}
    said = {name: f"¶{text}" if isinstance(text, str) else tuple(f"¶{each}" for each in text)
            for name, text in texts_of.items()}  # fmt: skip
    options = MixingOptions(paints=PAINTS, words=MixingWords(**said))

    write_mixing_sheet(many(25), SHOWN, tmp_path / "a.pdf", options=options)

    text = " ".join(texts(tmp_path / "a.pdf"))
    for begun in ("¶Mixing sheet", "¶25 colours", "¶Where to begin", "¶Wanted", "¶Mixed", "¶mixture", "¶Page 2 of 2"):
        assert begun in text


class TestExport:
    def test_a_pdf_or_a_picture_can_be_one(self, painting: Document, tmp_path: Path) -> None:
        options = ExportOptions(mixing=True, sheet=MixingOptions(paints=PAINTS))
        export_document(painting, tmp_path / "a.pdf", options=options)
        assert "Mixing sheet" in texts(tmp_path / "a.pdf")[0]
        export_document(painting, tmp_path / "a.png", options=replace(options, size=800))
        with Image.open(tmp_path / "a.png") as picture:
            assert max(picture.size) == 800

    def test_a_painting_without_a_palette_shows_its_main_colours(self, painting: Document, tmp_path: Path) -> None:
        free = replace(painting, job={}, strokes=painting.strokes.changed(rgb=random_colours(60)))
        options = ExportOptions(mixing=True, sheet=MixingOptions(paints=PAINTS, colours=5))

        export_document(free, tmp_path / "a.pdf", options=options)

        assert "5 colours, mixed from" in texts(tmp_path / "a.pdf")[0]

    def test_an_empty_painting_without_a_palette_has_none(self, painting: Document, tmp_path: Path) -> None:
        with pytest.raises(SettingError, match="paint the picture first"):
            export_document(Document(SHEET), tmp_path / "a.pdf", options=ExportOptions(mixing=True))
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        ("name", "size", "error", "problem"),
        [
            ("a.pdf", 900, SettingError, "leave --size out"),
            ("a.png", 90, SettingError, "choose 400 to 8192 pixels"),
            ("a.png", 9000, SettingError, "choose 400 to 8192 pixels"),
            ("a.zip", None, OutputError, "no picture format"),
            ("nowhere/a.pdf", None, OutputError, "its folder does not exist"),
            ("nowhere/a.png", None, OutputError, "its folder does not exist"),
        ],
    )
    def test_what_cannot_be_is_told_and_leaves_nothing(
        self, painting: Document, tmp_path: Path, name: str, size: int | None, error: type[Exception], problem: str
    ) -> None:
        with pytest.raises(error, match=problem):
            export_document(painting, tmp_path / name, options=ExportOptions(mixing=True, size=size))
        assert not list(tmp_path.iterdir())

    def test_too_many_paints_or_colours_are_refused(self, painting: Document, tmp_path: Path) -> None:
        paints = Palette.of([(index, 0, 0) for index in range(50)])
        with pytest.raises(SettingError, match="of 50 colours: give at most 40"):
            write_mixing_sheet(
                use_in_document(painting), SHOWN, tmp_path / "a.pdf", options=MixingOptions(paints=paints)
            )
        with pytest.raises(SettingError, match="choose 1 to 24"):
            MixingOptions(colours=25)
        assert not list(tmp_path.iterdir())


def random_colours(count: int) -> NDArray[np.float64]:
    return np.random.default_rng(2).random((count, 3))


def test_common_paints_are_what_there_is_where_nothing_else_is_said() -> None:
    assert MixingOptions().paints.names == pigments().names
