"""Parts of a canvas: drawn alone to the bit as in the whole, and found without drawing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.brushes import BRUSHES
from core.document import Document
from core.geometry import PixelBox, Size
from core.rasteriser.extents import MARGIN, extents_of, longest_of
from core.rasteriser.fast import bare_canvas, draw, lay
from core.rasteriser.marks import marks_of
from core.rasteriser.tiles import COLUMNS, ROWS, Tiles
from core.stroke import MUTED, Strokes

SIZE = Size(200, 300)


def painting(count: int = 150, seed: int = 5) -> Document:
    """Strokes of every type, many of them over the sheet's edges."""
    rng = np.random.default_rng(seed)
    types = rng.integers(0, len(BRUSHES), count)
    sizes = np.array([brush.size for brush in BRUSHES])[types]
    strokes = Strokes.from_columns(
        types=types,
        patches=np.column_stack([rng.uniform(-40, 160, (count, 2)) * [1, 1.5], rng.uniform(5, 200, count)]),
        parameters=rng.random((count, 13), dtype=np.float32) * (np.arange(13) < sizes[:, None]),
        steps=np.zeros(count, int),
    )
    return Document(SIZE, (30, 60, 90), strokes)


PAINTING = painting()


@pytest.mark.parametrize("scale", [0.37, 1.0, 1.6])
def test_a_part_drawn_alone_is_that_of_the_whole_to_the_bit(scale: float) -> None:
    size = SIZE.scaled(scale)
    whole, rng = draw(PAINTING, size), np.random.default_rng(1)
    for _ in range(12):
        rows, columns = (np.sort(rng.choice(limit + 1, 2, replace=False)) for limit in size)
        canvas = bare_canvas(size, PAINTING.background)
        area = np.array([[rows[0], columns[0], rows[1], columns[1]]])

        lay(canvas, PAINTING.strokes, size.longer / SIZE.longer, areas=area)

        inside = slice(*rows), slice(*columns)
        np.testing.assert_array_equal(canvas[inside], whole[inside])
        canvas[inside] = np.array(PAINTING.background, np.float32) / 255
        np.testing.assert_array_equal(canvas, bare_canvas(size, PAINTING.background))


def test_no_mark_leaves_its_strokes_extent() -> None:
    strokes = PAINTING.strokes
    marks, extents = marks_of(strokes), extents_of(strokes)
    for low, centre in ((0, marks.row), (1, marks.column)):
        least = np.minimum.reduceat(centre - marks.radius, marks.offsets[:-1])
        most = np.maximum.reduceat(centre + marks.radius, marks.offsets[:-1])
        assert (least >= extents[:, low] - 1e-9).all()
        assert (most <= extents[:, low + 2] + 1e-9).all()


def test_the_longest_line_is_that_of_the_brush_in_sheet_pixels(random_strokes: Callable[..., Strokes]) -> None:
    strokes = random_strokes(10, 0, SIZE)
    expected = [
        BRUSHES[kind].longest(strokes.parameters[index : index + 1].astype(float))[0] * strokes.patches[index, 2]
        for index, kind in enumerate(strokes.types)
    ]
    np.testing.assert_allclose(longest_of(strokes), expected)


def test_a_stroke_changes_no_tile_outside_its_span() -> None:
    tiles = Tiles(SIZE, 1.0)
    assert tiles.shape == (-(-SIZE.height // ROWS), -(-SIZE.width // COLUMNS))
    spans = tiles.spans(PAINTING.strokes)
    bare = bare_canvas(SIZE, PAINTING.background)
    for index in range(len(PAINTING.strokes)):
        canvas = bare.copy()
        lay(canvas, PAINTING.strokes[index : index + 1])
        touched = np.zeros(SIZE, bool)
        for top, left, bottom, right in tiles.runs(tiles.within(spans[index : index + 1])).tolist():
            touched[top:bottom, left:right] = True
        assert not (canvas != bare).any(axis=2)[~touched].any()


def test_masks_spans_and_boxes_agree() -> None:
    tiles = Tiles(Size(10 * ROWS - 3, 6 * COLUMNS - 5), 1.0)
    spans = np.array([[1, 3, 2, 4], [0, 0, 0, 0], [8, 10, 5, 6]])
    mask = tiles.within(spans)
    assert mask.sum() == 4 + 2
    assert tiles.meeting(spans, mask).tolist() == [True, False, True]
    assert tiles.meeting(np.array([[0, 1, 0, 6], [0, 2, 0, 3]]), mask).tolist() == [False, True]
    assert tiles.box(mask) == PixelBox(ROWS, 2 * COLUMNS, 10 * ROWS - 3, 6 * COLUMNS - 5)
    assert tiles.box(np.zeros_like(mask)).size.shorter == 0
    runs = tiles.runs(mask).tolist()
    assert runs[0] == [ROWS, 2 * COLUMNS, 2 * ROWS, 4 * COLUMNS]
    assert len(runs) == 4


def test_muted_strokes_and_those_off_the_canvas_touch_nothing() -> None:
    strokes = PAINTING.strokes.changed(flags=np.full(len(PAINTING.strokes), MUTED))
    assert not Tiles(SIZE, 1.0).spans(strokes).any()
    away = Strokes.from_columns(
        types=np.zeros(2), patches=np.array([[5000.0, 0, 10], [-5000, -5000, 10]]), parameters=np.full((2, 13), 0.5),
        steps=np.zeros(2),
    )  # fmt: skip
    assert not Tiles(SIZE, 1.0).within(Tiles(SIZE, 1.0).spans(away)).any()
    assert MARGIN >= 2


def test_replacing_tells_what_was_the_same() -> None:
    tiles = Tiles(SIZE, 1.0)
    rng = np.random.default_rng(0)
    source, into = rng.random((2, *SIZE, 3), dtype=np.float32)
    into[:ROWS, :COLUMNS] = source[:ROWS, :COLUMNS]
    mask = np.zeros(tiles.shape, bool)
    mask[0, :2] = mask[2, 1] = True
    before = into.copy()

    same = tiles.replaced(source, into, mask)

    assert np.argwhere(same).tolist() == [[0, 0]]
    for top, left, bottom, right in tiles.runs(mask).tolist():
        np.testing.assert_array_equal(into[top:bottom, left:right], source[top:bottom, left:right])
        before[top:bottom, left:right] = source[top:bottom, left:right]
    np.testing.assert_array_equal(into, before)
