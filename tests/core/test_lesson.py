"""A painting in chapters: nothing is lost, and the picture stays what it was."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest

from core.brushes import BRUSHES, CIRCLE, FLAT
from core.colour_order import COLOUR, FINISH, UNDERPAINTING, _cheapest_order
from core.document import Document
from core.errors import SettingError
from core.geometry import Size
from core.lesson import DETAIL, MOST_STROKES, WAYS, Lesson, lesson_of
from core.rasteriser.fast import draw
from core.stroke import Strokes

SHEET = Size(120, 160)

RandomStrokes = Callable[..., Strokes]


def discs(*each: tuple[float, float, float, tuple[float, float, float]]) -> Strokes:
    """Opaque circles: row, column, radius and colour."""
    parameters = np.zeros((len(each), CIRCLE.size), np.float32)
    parameters[:, :2] = 0.5
    for row, (*_, rgb) in zip(parameters, each, strict=True):
        row[2], row[3], row[4:7] = 0.5 - 1 / 128, 1, rgb
    patches = np.array([(row - 2 * radius, column - 2 * radius, 4 * radius) for row, column, radius, _ in each])
    return Strokes.from_columns(
        types=np.full(len(each), BRUSHES.index(CIRCLE), np.uint8), patches=patches, parameters=parameters,
        steps=np.arange(len(each)),
    )  # fmt: skip


def decibels(lesson: Lesson, document: Document) -> float:
    """How near the lesson's painting is to the one it was made of."""
    return float(-10 * np.log10(np.mean((draw(lesson.document) - draw(document)) ** 2) + 1e-12))


def ends(lesson: Lesson) -> list[int]:
    return [chapter.last for chapter in lesson.chapters]


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("count", [1, 2, 7, 60, 700])
@pytest.mark.parametrize("chapters", [3, 6, 12])
def test_every_stroke_is_in_one_chapter(by: str, count: int, chapters: int, random_strokes: RandomStrokes) -> None:
    document = Document(SHEET, (30, 30, 30), random_strokes(count, 1, SHEET, (4.0, 90.0)))

    lesson = lesson_of(document, by=by, chapters=chapters)

    assert 1 <= len(lesson.chapters) <= chapters
    assert [chapter.first for chapter in lesson.chapters] == [0, *ends(lesson)[:-1]]
    assert ends(lesson)[-1] == count
    assert min(len(chapter) for chapter in lesson.chapters) > 0
    assert sorted(map(tuple, lesson.document.strokes.parameters)) == sorted(map(tuple, document.strokes.parameters))


class TestByDetail:
    def test_strokes_stay_in_the_order_they_were_painted_in(self, random_strokes: RandomStrokes) -> None:
        document = Document(SHEET, (30, 30, 30), random_strokes(100, 2, SHEET, (4.0, 90.0)))

        lesson = lesson_of(document)

        assert lesson.document == document
        assert {chapter.kind for chapter in lesson.chapters} == {DETAIL}

    def test_it_is_cut_where_sizes_fall(self) -> None:
        random = np.random.default_rng(0)
        radii = np.concatenate([np.full(12, 40.0), np.full(20, 12.0), np.full(30, 3.0)])
        radii *= random.uniform(0.7, 1.3, len(radii))  # of one size only about
        strokes = discs(*((row, column, radius, (1, 0, 0)) for (row, column), radius in
                          zip(random.uniform(0, 120, (62, 2)), radii, strict=True)))  # fmt: skip

        assert ends(lesson_of(Document(SHEET, strokes=strokes), chapters=3)) == [12, 32, 62]

    def test_strokes_of_one_size_are_shared_out_evenly(self) -> None:
        strokes = discs(*((20, column, 5, (1, 0, 0)) for column in range(90)))

        assert ends(lesson_of(Document(SHEET, strokes=strokes), chapters=3)) == [30, 60, 90]

    def test_a_chapter_is_never_a_few_strokes_of_many(self, random_strokes: RandomStrokes) -> None:
        document = Document(SHEET, strokes=random_strokes(600, 3, SHEET, (2.0, 100.0)))

        assert min(len(chapter) for chapter in lesson_of(document).chapters) >= 25

    def test_strokes_without_an_area_have_their_chapter_too(self) -> None:
        nothing = np.zeros((20, FLAT.size), np.float32)
        strokes = Strokes.from_columns(
            types=np.full(20, BRUSHES.index(FLAT), np.uint8), patches=np.tile([5.0, 5, 9], (20, 1)),
            parameters=nothing, steps=np.arange(20),
        )  # fmt: skip

        assert ends(lesson_of(Document(SHEET, strokes=strokes), chapters=4))[-1] == 20


RED, GREEN, BLUE = (0.8, 0.1, 0.1), (0.1, 0.7, 0.2), (0.15, 0.2, 0.8)


class TestByColour:
    def test_what_does_not_overlap_is_sorted_by_colour_and_looks_the_same(self) -> None:
        colours = [RED, GREEN, BLUE] * 20
        places = [(6 + 12 * row, 6 + 12 * column) for row in range(6) for column in range(10)]
        strokes = discs(*((*place, 5, colour) for place, colour in zip(places, colours, strict=True)))
        document = Document(SHEET, strokes=strokes)

        lesson = lesson_of(document, by=COLOUR, chapters=5)

        assert [chapter.kind for chapter in lesson.chapters] == [UNDERPAINTING, COLOUR, COLOUR, COLOUR]
        assert [len(chapter) for chapter in lesson.chapters] == [6, 18, 18, 18]
        assert all(len(np.unique(lesson.strokes(chapter).rgb(), axis=0)) == 1 for chapter in lesson.chapters[1:])
        np.testing.assert_array_equal(draw(lesson.document), draw(document))

    def test_colours_follow_each_other_as_they_lie_on_each_other(self) -> None:
        below = [(row, column, 9, BLUE) for row in (20, 60, 100) for column in range(20, 150, 30)]
        above = [(row, column, 5, RED) for row, column, *_ in below]
        strokes = discs((60, 80, 120, (1, 1, 1)), (60, 80, 120, (1, 1, 1)), (60, 80, 120, (1, 1, 1)), *below, *above)
        document = Document(SHEET, strokes=strokes)

        lesson = lesson_of(document, by=COLOUR, chapters=4)

        assert [lesson.strokes(chapter).rgb().mean(axis=0).argmax() for chapter in lesson.chapters[1:]] == [2, 0]
        np.testing.assert_array_equal(draw(lesson.document), draw(document))

    def test_a_stroke_that_must_lie_on_top_is_a_finishing_touch(self) -> None:
        reds = [(row, column, 7, RED) for row in (20, 60, 100) for column in range(20, 150, 16)]
        blue = [(row, column, 5, BLUE) for row, column, *_ in reds]
        strokes = discs(*[(60, 80, 120, GREEN)] * 6, *reds, *blue, (60, 84, 3, RED))
        document = Document(SHEET, strokes=strokes)

        lesson = lesson_of(document, by=COLOUR, chapters=4)

        assert lesson.chapters[-1].kind == FINISH
        assert len(lesson.chapters[-1]) == 1
        np.testing.assert_allclose(lesson.strokes(lesson.chapters[-1]).rgb(), [RED], atol=1e-6)
        np.testing.assert_array_equal(draw(lesson.document), draw(document))

    def test_within_a_chapter_strokes_stay_as_they_were_painted(self, random_strokes: RandomStrokes) -> None:
        document = Document(SHEET, strokes=random_strokes(300, 4, SHEET, (8.0, 60.0)))

        lesson = lesson_of(document, by=COLOUR)

        place = {bytes(row): index for index, row in enumerate(document.strokes.parameters)}
        for chapter in lesson.chapters:
            order = [place[bytes(row)] for row in lesson.strokes(chapter).parameters]
            assert order == sorted(order)

    @pytest.mark.parametrize("chapters", [4, 6, 12])
    def test_even_strokes_at_random_look_much_the_same(self, chapters: int, random_strokes: RandomStrokes) -> None:
        document = Document(SHEET, strokes=random_strokes(200, 5, SHEET, (10.0, 80.0)))
        by_lightness = np.argsort(document.strokes.rgb().sum(axis=1))
        sorted_only = Strokes.of([document.strokes.stroke(int(index)) for index in by_lightness])
        apart = Lesson(Document(SHEET, strokes=sorted_only), ())

        lesson = lesson_of(document, by=COLOUR, chapters=chapters)

        assert decibels(lesson, document) > 28
        assert decibels(lesson, document) > decibels(apart, document) + 12

    def test_the_same_painting_gives_the_same_lesson(self, random_strokes: RandomStrokes) -> None:
        document = Document(SHEET, strokes=random_strokes(150, 6, SHEET, (10.0, 80.0)))

        assert lesson_of(document, by=COLOUR) == lesson_of(document, by=COLOUR)

    def test_the_order_of_colours_is_the_cheapest(self) -> None:
        costs = np.random.default_rng(0).random((6, 6))

        def price(order: tuple[int, ...]) -> float:
            return sum(costs[one, other] for place, one in enumerate(order) for other in order[place + 1 :])

        assert tuple(_cheapest_order(costs)) == min(permutations(range(6)), key=price)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"by": "size"}, "Cannot use by size: choose one of detail, colour"),
        ({"chapters": 0}, "Cannot use chapters 0: choose 1 to 12 by detail"),
        ({"chapters": 13}, "Cannot use chapters 13"),
        ({"chapters": 2, "by": "colour"}, "Cannot use chapters 2: choose 3 to 12 by colour"),
    ],
)
def test_a_setting_out_of_range_is_told(settings: dict, problem: str, random_strokes: RandomStrokes) -> None:
    with pytest.raises(SettingError, match=problem):
        lesson_of(Document(SHEET, strokes=random_strokes(20, 0, SHEET)), **settings)


def test_no_strokes_make_no_lesson() -> None:
    with pytest.raises(SettingError, match="of no strokes: paint the picture first"):
        lesson_of(Document(SHEET))


def test_more_strokes_than_a_hand_lays_make_none(random_strokes: RandomStrokes) -> None:
    with pytest.raises(SettingError, match="of 20001 strokes: paint it with at most 20000"):
        lesson_of(Document(SHEET, strokes=random_strokes(MOST_STROKES + 1, 0, SHEET)))
