from __future__ import annotations

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


def test_a_jump_back_replays_at_most_one_spacing(laid: list[int]) -> None:
    timeline = Timeline(PAINTING, SIZE, 5 * CANVAS_BYTES)
    timeline.canvas(300)
    laid.clear()

    timeline.canvas(250)

    assert sum(laid) < 61  # five canvases: the working one and keys every 61 strokes


def test_canvases_kept_fit_the_budget() -> None:
    timeline = Timeline(PAINTING, SIZE, 5 * CANVAS_BYTES)

    timeline.canvas(300)

    assert len(timeline._keys) == 4


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
