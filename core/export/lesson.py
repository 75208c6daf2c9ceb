"""A painting as a lesson to be painted by hand: a title card and a card for each chapter, as a PDF or as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.lesson_cards import Cards
from core.export.lesson_words import LessonWords
from core.export.papers import AMERICAN, check_paper, paper_scale
from core.export.pdf_page import PdfPages
from core.export.pdf_pictures import pdf_pictures
from core.export.progress import Progress
from core.files import output_folder, written_aside
from core.images import save_picture
from core.lesson import DETAIL, Lesson, lesson_of

MOST_COLOURS = 24
MOST_SQUARES = 12

LARGEST_SHEET = 8192
"""Longer side of a card as a picture, pixels."""

_PAGES = {False: (297.0, 210.0), True: (279.4, 215.9)}
"""Width and height of a card, millimetres: A4 lying, or Letter where the painting's paper is American."""

_DPI = 220
"""Of the pictures on a PDF's cards."""

_SHEET_SIDE = 2400
"""Longer side of a card as a picture where nothing else is asked for, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonOptions:
    """What may vary in a lesson."""

    chapters: int = 6
    """How many steps; see `core.lesson.lesson_of`."""
    by: str = DETAIL
    """One of `core.lesson.WAYS`."""
    colours: int = 12
    """At most so many to be mixed."""
    paper: str | tuple[float, float] = "a4"
    """What is painted on, one of `core.export.papers.PAPERS`, turned as the painting is; or width and height in
    millimetres."""
    margin: float = 15.0
    """Least distance of the painting's edge from the paper's, millimetres."""
    grid: int = 4
    """Squares along each side that help to find places; 0 for none."""
    title: str = ""
    """Of the lesson."""
    words: LessonWords = field(default_factory=LessonWords)

    def __post_init__(self) -> None:
        check_paper(self.paper, self.margin)
        if not 1 <= self.colours <= MOST_COLOURS:
            raise SettingError("colours", self.colours, f"choose 1 to {MOST_COLOURS}")
        if not 0 <= self.grid <= MOST_SQUARES:
            raise SettingError("grid", self.grid, f"choose 1 to {MOST_SQUARES} squares a side, or 0 for none")


def write_lesson(
    document: Document,
    path: Path,
    *,
    options: LessonOptions | None = None,
    longer: int | None = None,
    photograph: NDArray[np.uint8] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a lesson: a title card, and one for each chapter.

    Args:
        document: The painting.
        path: Where to: a .pdf, or without a suffix a folder for step-00.png, the title card, step-01.png and so on.
        options: See `LessonOptions`.
        longer: Longer side of a card as a picture, pixels; a PDF has none.
        photograph: [H, W, 3], shown on the title card; of another aspect than the sheet, its middle.
        progress: See `Progress`, in cards; where it raises, no card is left.

    Raises:
        OutputError: If the lesson cannot be written, or the folder has cards of another one.
        SettingError: If the painting cannot be split like that, or a size is out of range.
    """
    options = options or LessonOptions()
    lesson = lesson_of(document, chapters=options.chapters, by=options.by)
    if path.suffix.lower() == ".pdf":
        if longer is not None:
            raise SettingError("size", longer, "a PDF has the size of its paper; leave --size out")
        with written_aside(path) as aside, aside.open("wb") as file:
            for done, total in _cards(file, lesson, options, _DPI, photograph):
                if progress is not None:
                    progress(done, total)
        return
    side = _SHEET_SIDE if longer is None else longer
    if not 400 <= side <= LARGEST_SHEET:
        raise SettingError("size", side, f"choose 400 to {LARGEST_SHEET} pixels for a card")
    with output_folder(path):
        _check_for_cards(path)
        drawn, written = io.BytesIO(), list[Path]()
        try:
            for done, total in _cards(drawn, lesson, options, _dots(options, side), photograph):
                if progress is not None:
                    progress(done, 2 * total)
            for number, pixels in enumerate(pdf_pictures(drawn.getvalue(), side)):
                written.append(path / f"step-{number:02}.png")
                save_picture(written[-1], pixels)
                if progress is not None:
                    progress(total + number + 1, 2 * total)
        except BaseException:
            for card in written:  # half a lesson is none
                with suppress(OSError):
                    card.unlink(missing_ok=True)
            raise


def title_card(
    document: Document, options: LessonOptions, photograph: NDArray[np.uint8] | None, longer: int
) -> NDArray[np.uint8]:
    """The first card of a lesson as pixels [H, W, 3], its longer side so many; errors as of `write_lesson`."""
    lesson = lesson_of(document, chapters=options.chapters, by=options.by)
    file = io.BytesIO()
    for _ in _cards(file, lesson, options, _dots(options, longer), photograph, steps=False):
        pass
    return next(pdf_pictures(file.getvalue(), longer))


def _cards(
    file: BinaryIO,
    lesson: Lesson,
    options: LessonOptions,
    dpi: float,
    photograph: NDArray[np.uint8] | None,
    *,
    steps: bool = True,
) -> Iterator[tuple[int, int]]:
    """Draw the cards into a PDF, written at the end; yields how many are drawn, and how many there are."""
    size = lesson.document.size
    pages = PdfPages(file, _PAGES[options.paper in AMERICAN], title=options.title or options.words.lesson)
    cards = Cards(
        pages, lesson, words=options.words, title=options.title, paper=_paper_words(options.paper),
        scale=paper_scale(options.paper, options.margin, size), colours=options.colours, squares=options.grid, dpi=dpi,
    )  # fmt: skip
    total = 1 + len(lesson.chapters)
    cards.draw_title(photograph)
    yield 1, total
    if steps:
        canvas = cards.bare()
        for index in range(len(lesson.chapters)):
            canvas = cards.draw_step(index, canvas)
            yield index + 2, total
    pages.save()


def _dots(options: LessonOptions, longer: int) -> float:
    """Pixels an inch of a card with that longer side."""
    return longer / (max(_PAGES[options.paper in AMERICAN]) / 25.4)


def _paper_words(paper: str | tuple[float, float]) -> str:
    if isinstance(paper, str):
        return paper.capitalize()
    return f"{paper[0]:g} × {paper[1]:g} mm"


def _check_for_cards(folder: Path) -> None:
    """Refuse a folder with cards of another lesson: those past the new one's last would be taken for its end."""
    if any(folder.glob("step-*.png")):
        raise OutputError(folder, "it already has cards in it; choose an empty folder")
