"""A lesson's cards: what is on them is read back from the PDF and the pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_TEXT

from core.brushes import BRUSHES
from core.document import Document, rgb_to_hex
from core.errors import OutputError, SettingError
from core.export.lesson import LessonOptions, title_card, write_lesson
from core.export.lesson_parts import number_list, per_cent
from core.export.lesson_pictures import brush_widths, label_places, lesson_palette, outlines, square_counts
from core.export.lesson_words import LessonWords
from core.export.progress import ExportCancelledError
from core.geometry import Size
from core.lesson import WAYS, lesson_of
from core.rasteriser.fast import draw
from core.resampling import resized
from core.stroke import Strokes
from tests.core.export.pdf_texts import texts

SHEET = Size(80, 120)

ASPECTS = (0.1, 0.4, 0.55, 0.6, 2 / 3, 0.7, 0.75, 0.85, 1.0, 1.2, 4 / 3, 1.38, 1.45, 1.6, 2.0, 5.0)
"""Widths of sheets for a height of 1: cards are laid out in three ways, for tall, for broad and for all between."""

CHINESE = LessonWords(
    opacity="请薄涂：一笔约遮住其下的 {share}。", numbered="请按编号的顺序画。", counted="每格中有多少笔；先画较大的。",
    colours="颜色", brushes="画笔", these="这一步的笔触", after="这一步之后", brush="{size} 毫米", strokes="{count} 笔",
    prime="开始之前，先给整张画纸涂上底色。",
)  # fmt: skip

RandomStrokes = Callable[..., Strokes]


@pytest.fixture(scope="module")
def painting(random_strokes: RandomStrokes) -> Document:
    return Document(SHEET, (40, 50, 60), random_strokes(90, 0, SHEET, (8.0, 90.0)))


@pytest.fixture(scope="module")
def written(painting: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson with everything."""
    path = tmp_path_factory.mktemp("lesson") / "lesson.pdf"
    photograph = np.full((90, 90, 3), (200, 30, 40), np.uint8)
    write_lesson(painting, path, options=LessonOptions(title="Äpfel und Größe", paper="a3"), photograph=photograph)
    return path


def pictures(path: Path, number: int) -> list[NDArray[np.uint8]]:
    """Those of a page, in the order they were drawn in."""
    with closing(pypdfium2.PdfDocument(path)) as pdf, closing(pdf[number]) as page:
        return [each.get_bitmap(render=False).to_numpy()[..., ::-1].copy()
                for each in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE])]  # fmt: skip


def places(path: Path, number: int, kind: int) -> NDArray[np.float64]:
    """Left, lower, right and upper edge [N, 4] of a page's texts or pictures, points from the lower left corner."""
    with closing(pypdfium2.PdfDocument(path)) as pdf, closing(pdf[number]) as page:
        found = [each.get_bounds() for each in page.get_objects(filter=[kind])]
    return np.array(found).reshape(-1, 4)


def overlapping(some: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which [N, M] share more than a hair's breadth."""
    shared = np.minimum(some[:, None, 2:], others[None, :, 2:]) - np.maximum(some[:, None, :2], others[None, :, :2])
    return (shared > 0.3).all(axis=2)


def decibels(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(-10 * np.log10(np.mean((one - other) ** 2) + 1e-12))


class TestPdf:
    def test_there_is_a_title_card_and_one_for_each_chapter(self, written: Path) -> None:
        assert len(texts(written)) == 7

    def test_it_has_a_title_and_lies_on_a4(self, written: Path) -> None:
        with closing(pypdfium2.PdfDocument(written)) as pdf, closing(pdf[0]) as page:
            assert pdf.get_metadata_value("Title") == "Äpfel und Größe"
            assert page.get_size() == pytest.approx((841.9, 595.3), abs=0.1)

    def test_the_title_card_says_what_is_needed(self, written: Path, painting: Document) -> None:
        title = texts(written)[0]
        palette, _ = lesson_palette(painting.strokes, 12)
        for words in ("Äpfel und Größe", "6 steps", "90 strokes", "12 colours", "painted on A3", "The photo"):
            assert words in title
        for rgb in [*palette, painting.background]:
            assert rgb_to_hex(rgb) in title
        for words in LessonWords().details:
            assert words in title

    def test_every_step_says_its_name_and_how_many_strokes_it_has(self, written: Path, painting: Document) -> None:
        lesson = lesson_of(painting)
        for number, (chapter, text) in enumerate(zip(lesson.chapters, texts(written)[1:], strict=True), start=1):
            assert LessonWords().details[number - 1] in text
            assert f"{len(chapter)} strokes" in text
            assert f"{chapter.last} of 90 when it is done" in text
            assert f"Step {number} of 6" in text
            lines = text.split()
            assert {str(stroke) for stroke in range(1, len(chapter) + 1)} <= set(lines)

    def test_only_the_first_step_has_the_sheet_prepared(self, written: Path) -> None:
        asked = [LessonWords().prime in text for text in texts(written)[1:]]
        assert asked == [True] + [False] * 5

    def test_pictures_show_the_painting_after_each_step(self, written: Path, painting: Document) -> None:
        for number, chapter in enumerate(lesson_of(painting).chapters, start=1):
            before, after = pictures(written, number)
            wanted = draw(painting.cut(chapter.last), Size(*after.shape[:2]))
            assert decibels(after / 255, wanted) > 30
            assert before.shape[1] > after.shape[1]  # the one to paint from is the larger
            assert before.mean() > after.mean()  # and faded

    def test_the_title_card_shows_the_photo_the_painting_and_all_steps(self, written: Path, painting: Document) -> None:
        photo, finished, *steps = pictures(written, 0)
        assert np.abs(photo.astype(int) - (200, 30, 40)).max() < 4
        assert photo.shape == finished.shape
        assert decibels(finished / 255, draw(painting, Size(*finished.shape[:2]))) > 30
        for step, chapter in zip(steps, lesson_of(painting).chapters, strict=True):
            assert decibels(step / 255, draw(painting.cut(chapter.last), Size(*step.shape[:2]))) > 28

    def test_the_same_lesson_gives_the_same_bytes(self, painting: Document, tmp_path: Path) -> None:
        for name in ("a.pdf", "b.pdf"):
            write_lesson(painting, tmp_path / name)
        assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()

    @pytest.mark.parametrize("by", WAYS)
    @pytest.mark.parametrize("size", [Size(90, 90), Size(150, 60), Size(20, 200), Size(200, 20)])
    @pytest.mark.parametrize("colours", [1, 24])
    def test_sheets_of_any_shape_stay_within_their_page(
        self, by: str, size: Size, colours: int, random_strokes: RandomStrokes, tmp_path: Path
    ) -> None:
        document = Document(size, strokes=random_strokes(130, 1, size, (8.0, 60.0)))
        options = LessonOptions(by=by, colours=colours, chapters=4, title="A title " * 30, grid=12)

        write_lesson(document, tmp_path / "a.pdf", options=options)

        with closing(pypdfium2.PdfDocument(tmp_path / "a.pdf")) as pdf:
            for number in range(len(pdf)):
                with closing(pdf[number]) as page:
                    pixels = page.render(scale=1).to_numpy()[..., :3]
                edge = 24  # points; 8.5 mm
                for side in (pixels[:edge], pixels[-16:], pixels[:, :edge], pixels[:, -edge:]):
                    assert side.min() == 255

    @pytest.mark.parametrize("words", [LessonWords(), CHINESE], ids=["English", "Chinese"])
    @pytest.mark.parametrize("colours", [1, 12, 24])
    @pytest.mark.parametrize("aspect", ASPECTS)
    @pytest.mark.parametrize("paper", ["a4", "letter"])
    def test_nothing_that_is_said_lies_on_anything_else(
        self, words: LessonWords, colours: int, aspect: float, paper: str, random_strokes: RandomStrokes, tmp_path: Path
    ) -> None:
        size = Size(round(120 / aspect**0.5), round(120 * aspect**0.5))
        document = Document(size, strokes=random_strokes(150, 3, size, (8.0, 60.0)))
        options = LessonOptions(colours=colours, chapters=2, words=words, paper=paper)

        write_lesson(document, tmp_path / "a.pdf", options=options)

        for number in (1, 2):
            told = places(tmp_path / "a.pdf", number, FPDF_PAGEOBJ_TEXT)
            shown = places(tmp_path / "a.pdf", number, FPDF_PAGEOBJ_IMAGE)
            strokes, _ = shown
            centres = (told[:, :2] + told[:, 2:]) / 2
            told = told[~((centres > strokes[:2]) & (centres < strokes[2:])).all(axis=1)]  # numbers lie on strokes
            assert words.opacity[:4] in texts(tmp_path / "a.pdf")[number]
            assert not (overlapping(told, told) & ~np.eye(len(told), dtype=bool)).any()
            assert not overlapping(told, shown).any()
            assert (told[:, [0, 2]] > 30).all()
            assert (told[:, 2] < (841 if paper == "a4" else 792) - 30).all()

    @pytest.mark.parametrize("kind", range(len(BRUSHES)))
    def test_every_stroke_type_can_be_taught(self, kind: int, tmp_path: Path) -> None:
        random = np.random.default_rng(kind)
        strokes = Strokes.from_columns(
            types=np.full(30, kind, np.uint8), patches=np.tile([0.0, 0, 100], (30, 1)),
            parameters=random.random((30, BRUSHES[kind].size), dtype=np.float32), steps=np.arange(30),
        )  # fmt: skip

        write_lesson(Document(SHEET, strokes=strokes), tmp_path / "a.pdf", options=LessonOptions(chapters=3))

        assert len(texts(tmp_path / "a.pdf")) == 4
        assert (brush_widths(strokes) > 0).all()

    def test_many_strokes_are_counted_not_numbered(self, random_strokes: RandomStrokes, tmp_path: Path) -> None:
        document = Document(SHEET, strokes=random_strokes(1000, 2, SHEET, (4.0, 20.0)))

        write_lesson(document, tmp_path / "a.pdf", options=LessonOptions(chapters=2, grid=3))

        for text, chapter in zip(texts(tmp_path / "a.pdf")[1:], lesson_of(document, chapters=2).chapters, strict=True):
            assert "How many strokes lie in each square" in text
            counts = square_counts(document.strokes[chapter.first : chapter.last], SHEET, 3)
            assert counts.sum() == len(chapter)
            assert {str(count) for count in counts.flat} <= set(text.split())

    def test_without_a_grid_nothing_is_counted(self, random_strokes: RandomStrokes, tmp_path: Path) -> None:
        document = Document(SHEET, strokes=random_strokes(300, 2, SHEET, (4.0, 20.0)))

        write_lesson(document, tmp_path / "a.pdf", options=LessonOptions(chapters=1, grid=0))

        assert "The larger strokes first." in texts(tmp_path / "a.pdf")[1]

    def test_letter_paper_gives_letter_pages(self, painting: Document, tmp_path: Path) -> None:
        write_lesson(painting, tmp_path / "a.pdf", options=LessonOptions(paper="letter"))

        with closing(pypdfium2.PdfDocument(tmp_path / "a.pdf")) as pdf, closing(pdf[3]) as page:
            assert page.get_size() == pytest.approx((792, 612), abs=0.1)

    def test_words_may_be_of_another_language(self, painting: Document, tmp_path: Path) -> None:
        words = LessonWords(lesson="绘画课", step="第 {number} 步，共 {total} 步", details=("背景", "大形状", "细节"))

        write_lesson(painting, tmp_path / "a.pdf", options=LessonOptions(chapters=3, words=words))

        title, first, *_ = texts(tmp_path / "a.pdf")
        assert "绘画课" in title
        assert "第 1 步，共 3 步" in first
        assert "背景" in first

    @pytest.mark.parametrize("title", ["Привет \U0001f3a8", "a\nb\x00c", "\udcff", "<b>&amp;", "W" * 500])
    def test_any_title_can_be_written(self, title: str, painting: Document, tmp_path: Path) -> None:
        write_lesson(painting, tmp_path / "a.pdf", options=LessonOptions(chapters=1, title=title))

        assert len(texts(tmp_path / "a.pdf")) == 2


class TestCardsInAFolder:
    def test_they_are_the_pdfs_pages(self, painting: Document, tmp_path: Path) -> None:
        options = LessonOptions(chapters=2)
        write_lesson(painting, tmp_path / "a.pdf", options=options)
        write_lesson(painting, tmp_path / "new" / "cards", options=options, longer=900)

        cards = sorted((tmp_path / "new" / "cards").iterdir())

        assert [card.name for card in cards] == ["step-00.png", "step-01.png", "step-02.png"]
        with closing(pypdfium2.PdfDocument(tmp_path / "a.pdf")) as pdf:
            for number, card in enumerate(cards):
                pixels = np.asarray(Image.open(card))
                assert pixels.shape == (637, 900, 3)
                with closing(pdf[number]) as page:
                    wanted = page.render(scale=2400 / page.get_width(), rev_byteorder=True).to_numpy()[..., :3].copy()
                small = Size(160, 225)  # letters are placed by whole pixels
                assert decibels(resized(pixels, small) / 255, resized(wanted, small) / 255) > 30

    def test_cards_of_another_lesson_are_not_mixed_in(self, painting: Document, tmp_path: Path) -> None:
        write_lesson(painting, tmp_path, options=LessonOptions(chapters=2), longer=400)
        with pytest.raises(OutputError, match="it already has cards in it; choose an empty folder"):
            write_lesson(painting, tmp_path, longer=400)

    @pytest.mark.parametrize("until", [2, 5, 6])
    def test_a_cancelled_lesson_leaves_no_card_and_no_folder(
        self, until: int, painting: Document, tmp_path: Path
    ) -> None:
        def cancel(done: int, total: int) -> None:
            assert total == 8
            if done == until:
                raise ExportCancelledError

        with pytest.raises(ExportCancelledError):
            write_lesson(painting, tmp_path / "cards", options=LessonOptions(chapters=3), longer=400, progress=cancel)

        assert not (tmp_path / "cards").exists()

    def test_the_title_card_alone_is_the_folders_first(self, painting: Document, tmp_path: Path) -> None:
        write_lesson(painting, tmp_path, longer=600)
        card = title_card(painting, LessonOptions(), None, 600)
        np.testing.assert_array_equal(card, np.asarray(Image.open(tmp_path / "step-00.png")))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"colours": 0}, "Cannot use colours 0: choose 1 to 24"),
        ({"colours": 25}, "Cannot use colours 25"),
        ({"grid": 13}, "Cannot use grid 13"),
        ({"grid": -1}, "Cannot use grid -1"),
        ({"paper": "a9"}, "Cannot use paper a9"),
        ({"margin": 120}, "Cannot use margin 120"),
    ],
)
def test_a_setting_out_of_range_is_told(settings: dict, problem: str) -> None:
    with pytest.raises(SettingError, match=problem):
        LessonOptions(**settings)


@pytest.mark.parametrize("name", ["a.pdf", "cards"])
@pytest.mark.parametrize("size", [0, 399, 9000])
def test_a_size_that_cannot_be_is_told(name: str, size: int, painting: Document, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="Cannot use size"):
        write_lesson(painting, tmp_path / name, longer=size)
    assert list(tmp_path.iterdir()) == []


class TestParts:
    @pytest.mark.parametrize(
        ("numbers", "text"), [([], ""), ([4], "4"), ([1, 2], "1–2"), ([1, 2, 3, 7, 9, 10], "1–3, 7, 9–10")]
    )
    def test_numbers_are_said_shortly(self, numbers: list[int], text: str) -> None:
        assert number_list(numbers) == text

    @pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.004, "< 1 %"), (0.01, "1 %"), (0.996, "100 %")])
    def test_shares_are_said_in_hundredths(self, share: float, text: str) -> None:
        assert per_cent(share) == text

    def test_a_palette_stands_for_the_strokes_colours(self, painting: Document) -> None:
        palette, which = lesson_palette(painting.strokes, 12)
        assert len(palette) == 12
        few, _ = lesson_palette(painting.strokes, 2)
        colours = painting.strokes.rgb()
        error, coarse = (
            np.abs(colours - np.array(some)[pick] / 255).mean()
            for some, pick in ((palette, which), (few, lesson_palette(painting.strokes, 2)[1]))
        )
        assert error < 0.6 * coarse

    def test_few_colours_are_kept_as_they_are(self, painting: Document) -> None:
        own = np.array([[200, 10, 10], [10, 200, 10], [5, 5, 5]])
        strokes = painting.strokes.changed(rgb=own[np.arange(90) % 3] / 255)
        palette, which = lesson_palette(strokes, 12)
        assert palette == [(5, 5, 5), (200, 10, 10), (10, 200, 10)]
        assert which.tolist() == [1, 2, 0] * 30

    def test_numbers_lie_on_the_sheet_and_apart_where_there_is_room(self, random_strokes: RandomStrokes) -> None:
        sheet = Size(400, 600)
        strokes = random_strokes(25, 3, sheet, (40.0, 200.0))
        places = label_places(outlines(strokes, 0.1), sheet, [(14.0, 10.0)] * 25)
        assert places.shape == (25, 2)
        assert (places >= [7, 5]).all()
        assert (places <= [593, 395]).all()
        apart = np.abs(places[:, None] - places[None]) >= [14, 10]
        assert (apart.any(axis=2) | np.eye(25, dtype=bool)).all()

    def test_squares_are_counted_by_rows(self) -> None:
        strokes = Strokes.from_columns(
            types=np.full(3, 3, np.uint8), patches=np.array([[0.0, 90, 10], [70, 0, 10], [70, 0, 10]]),
            parameters=np.full((3, BRUSHES[3].size), 0.5, np.float32), steps=np.arange(3),
        )  # fmt: skip
        assert square_counts(strokes, SHEET, 2).tolist() == [[0, 1], [2, 0]]


class TestWords:
    @pytest.mark.parametrize(
        ("colour", "name"),
        [
            ("#000000", "Black"), ("#ffffff", "White"), ("#808080", "Grey"), ("#d02020", "Red"),
            ("#5a3a1e", "Dark brown"), ("#8b5a2b", "Brown"), ("#e8c39e", "Light brown"), ("#f08020", "Orange"),
            ("#f5d020", "Light yellow"), ("#2a8a2a", "Green"), ("#556b2f", "Green"), ("#20b0b0", "Turquoise"),
            ("#2040c0", "Blue"), ("#101a50", "Dark blue"), ("#a8c8f0", "Light blue"), ("#7030a0", "Violet"),
            ("#f4a6c0", "Light pink"), ("#600c10", "Dark red"),
        ],
    )  # fmt: skip
    def test_colours_are_called_as_one_calls_them(self, colour: str, name: str) -> None:
        rgb = np.array([list(bytes.fromhex(colour[1:]))]) / 255
        assert LessonWords().colour(rgb) == name

    @pytest.mark.parametrize("chapters", [1, 2, 5, 6, 9, 12])
    def test_no_two_chapters_have_one_title(self, chapters: int, painting: Document) -> None:
        for by in WAYS:
            if chapters >= 3 or by == "detail":
                lesson = lesson_of(painting, chapters=chapters, by=by)
                titles = LessonWords().titles(lesson)
                assert len(titles) == len(set(titles)) == len(lesson.chapters)

    def test_by_detail_they_go_from_the_background_to_the_finest(self, painting: Document) -> None:
        assert LessonWords().titles(lesson_of(painting, chapters=2)) == ["Background", "Finest details"]
        assert LessonWords().titles(lesson_of(painting, chapters=8))[1:4] == [
            "Large shapes, part 1", "Large shapes, part 2", "Shapes",
        ]  # fmt: skip


def test_a_document_is_left_as_it_was(painting: Document, tmp_path: Path) -> None:
    kept = replace(painting)
    write_lesson(painting, tmp_path / "a.pdf", options=LessonOptions(by="colour"))
    assert painting == kept
