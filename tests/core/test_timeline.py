from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.document import Document
from core.geometry import Size
from core.rasteriser.fast import Canvas, draw, lay
from core.stroke import Strokes
from core.timeline import Timeline, moments

SIZE = Size(60, 90)
CANVAS_BYTES = 60 * 90 * 3 * 4


def _painting(count: int) -> Document:
    rng = np.random.default_rng(2)
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.column_stack([rng.uniform(-10, 30, (count, 2)), rng.uniform(10, 60, count)]),
        parameters=rng.random((count, 13), dtype=np.float32),
        steps=np.arange(count) // 5,
    )
    return Document(Size(40, 60), (90, 80, 70), strokes)


PAINTING = _painting(300)


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many strokes each call of the rasteriser laid."""
    calls: list[int] = []

    def counted(canvas: Canvas, strokes: Strokes, scale: float = 1.0) -> object:
        calls.append(len(strokes))
        return lay(canvas, strokes, scale)

    monkeypatch.setattr("core.timeline.lay", counted)
    return calls


@pytest.mark.parametrize("budget", [0, 5 * CANVAS_BYTES, 2**28])
def test_any_moment_is_that_of_drawing_from_scratch_to_the_bit(budget: int) -> None:
    timeline = Timeline(PAINTING, SIZE, budget)

    for moment in [300, 0, *np.random.default_rng(3).integers(0, 301, 20).tolist(), 299, 1]:
        np.testing.assert_array_equal(timeline.canvas(moment), draw(PAINTING.cut(moment), SIZE))


def test_nothing_is_drawn_before_it_is_asked_for(laid: list[int]) -> None:
    Timeline(PAINTING, SIZE)

    assert laid == []


def test_playing_forward_lays_each_stroke_once(laid: list[int]) -> None:
    timeline = Timeline(PAINTING, SIZE, budget_bytes=0)

    for moment in range(0, 301, 7):
        timeline.canvas(moment)

    assert sum(laid) == 294


@pytest.fixture
def near_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key canvases after every few strokes, until the budget is used up."""
    monkeypatch.setattr("core.timeline._LEAST_COST", 2.0**14)
    monkeypatch.setattr("core.timeline._STROKE_COST", 1000.0)  # these strokes are smaller than any on a screen


@pytest.mark.usefixtures("near_keys")
def test_a_jump_back_replays_a_part_only(laid: list[int]) -> None:
    timeline = Timeline(PAINTING, SIZE, 9 * CANVAS_BYTES)
    timeline.canvas(300)
    jumps = []
    for moment in range(299, 0, -1):
        laid.clear()
        timeline._working = None  # as after a jump to anywhere else
        timeline.canvas(moment)
        jumps.append(sum(laid))

    assert max(jumps) < 300 / 4  # of eight keys at least half are there after a thinning


@pytest.mark.usefixtures("near_keys")
def test_keys_are_as_far_apart_as_their_strokes_are_small(random_strokes: Callable[..., Strokes]) -> None:
    """A hundred strokes over the whole sheet, then two thousand a twentieth as wide."""
    sheet = Size(40, 60)
    large, small = random_strokes(100, 0, sheet), random_strokes(2000, 1, sheet, sides=(3, 3))
    timeline = Timeline(Document(sheet, (0, 0, 0), large).painted(small), SIZE, 40 * CANVAS_BYTES)

    timeline.canvas(2100)

    keys = sorted(timeline._keys)
    among_large, among_small = (sum(low < key <= high for key in keys) for low, high in ((0, 100), (100, 2100)))
    assert min(among_large, among_small) >= 2
    assert among_large / 100 > among_small / 2000


@pytest.mark.usefixtures("near_keys")
def test_a_smaller_budget_thins_what_is_kept_and_a_larger_one_lets_it_grow() -> None:
    timeline = Timeline(PAINTING, SIZE, 21 * CANVAS_BYTES)
    timeline.canvas(300)
    many = sorted(timeline._keys)

    timeline.budget_bytes = 6 * CANVAS_BYTES
    few = sorted(timeline._keys)

    assert timeline.budget_bytes == 6 * CANVAS_BYTES
    assert len(few) == 5 < len(many)
    assert set(few) < set(many)
    assert np.diff([0, *few]).max() < 150  # spread over the painting
    np.testing.assert_array_equal(timeline.canvas(170), draw(PAINTING.cut(170), SIZE))
    assert len(timeline._keys) <= 5
    timeline.budget_bytes = 0
    assert not timeline._keys
    np.testing.assert_array_equal(timeline.canvas(80), draw(PAINTING.cut(80), SIZE))


def test_following_a_growing_painting_keeps_what_strokes_cost() -> None:
    timeline = Timeline(PAINTING.cut(10), SIZE)
    for count in (10, 11, 200, 150, 300):
        timeline.follow(PAINTING.cut(count))
        np.testing.assert_array_equal(timeline.canvas(count), draw(PAINTING.cut(count), SIZE))
        fresh = Timeline(PAINTING.cut(count), SIZE)
        fresh.canvas(count)
        np.testing.assert_allclose(timeline._costs[: count + 1], fresh._costs[: count + 1])


@pytest.mark.usefixtures("near_keys")
def test_canvases_kept_fit_the_budget() -> None:
    timeline = Timeline(PAINTING, SIZE, 5 * CANVAS_BYTES)

    for moment in (300, 20, 280, 7):
        timeline.canvas(moment)
        assert 0 < len(timeline._keys) <= 4


@pytest.mark.usefixtures("near_keys")
def test_following_a_painting_draws_only_what_is_new(laid: list[int]) -> None:
    timeline = Timeline(PAINTING.cut(100), SIZE)
    timeline.canvas(100)
    laid.clear()

    assert timeline.follow(PAINTING).shared == 100
    np.testing.assert_array_equal(timeline.canvas(300), draw(PAINTING, SIZE))

    assert sum(laid) == 200


@pytest.mark.usefixtures("near_keys")
def test_following_a_branch_keeps_what_both_begin_with(random_strokes: Callable[..., Strokes]) -> None:
    timeline = Timeline(PAINTING, SIZE)
    timeline.canvas(300)
    branch = PAINTING.cut(150).painted(random_strokes(80, 9, PAINTING.size))

    assert timeline.follow(branch).shared == 150

    for moment in (230, 151, 150, 149, 40):
        np.testing.assert_array_equal(timeline.canvas(moment), draw(branch.cut(moment), SIZE))
    assert max(timeline._keys) <= 230


def test_another_sheet_is_not_followed() -> None:
    with pytest.raises(ValueError, match="one sheet"):
        Timeline(PAINTING, SIZE).follow(Document(Size(40, 60), (1, 2, 3)))


def test_a_view_is_the_canvas_without_a_copy() -> None:
    timeline = Timeline(PAINTING, SIZE)
    np.testing.assert_array_equal(timeline.view(40), draw(PAINTING.cut(40), SIZE))
    assert timeline.view(40) is timeline.view(41)


def test_what_the_caller_does_to_a_canvas_changes_no_other() -> None:
    timeline = Timeline(PAINTING, SIZE)
    for moment in (0, 32, 40):
        timeline.canvas(moment)[:] = 7

        np.testing.assert_array_equal(timeline.canvas(moment), draw(PAINTING.cut(moment), SIZE))


@pytest.mark.parametrize("moment", [-1, 301])
def test_a_moment_outside_the_painting_is_refused(moment: int) -> None:
    with pytest.raises(IndexError, match="of a painting of 300 strokes"):
        Timeline(PAINTING, SIZE).canvas(moment)


def test_moments_in_order_are_those_of_drawing_from_scratch() -> None:
    counts = [0, 0, 10, 299, 300, 300]

    for count, canvas in zip(counts, moments(PAINTING, SIZE, counts), strict=True):
        np.testing.assert_array_equal(canvas, draw(PAINTING.cut(count), SIZE))
