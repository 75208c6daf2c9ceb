"""What lies under a point, and which strokes are alike."""

from __future__ import annotations

import numpy as np
import pytest

from core.brushes import BRUSHES
from core.colours import oklab
from core.document import Document
from core.editing import deleted, muted
from core.geometry import Size
from core.picking import (
    Combine,
    Hit,
    Picker,
    combined,
    gains,
    of_colour,
    of_level,
    of_size,
    of_type,
    plainest,
)  # fmt: skip
from core.rasteriser import oracle
from core.rasteriser.extents import longest_of
from core.rasteriser.fast import draw
from core.stroke import Strokes
from tests.core.rasteriser.test_tiles import painting

PAINTING = painting()


def circle(row: float, column: float, radius: float, opacity: float, rgb: tuple[float, float, float]) -> list[float]:
    """Parameters of a circle on a patch of 100 pixels."""
    return [row / 100, column / 100, (radius / 100 - 1 / 256) * 2, opacity, *rgb]


def circles(*each: list[float]) -> Document:
    strokes = Strokes.from_columns(
        types=np.full(len(each), [brush.name for brush in BRUSHES].index("circle")),
        patches=np.tile([0.0, 0.0, 100.0], (len(each), 1)), parameters=np.array(each), steps=np.zeros(len(each)),
    )  # fmt: skip
    return Document(Size(100, 100), (0, 0, 0), strokes)


THREE = circles(
    circle(50, 50, 40, 1.0, (1, 0, 0)), circle(50, 60, 30, 0.5, (0, 1, 0)), circle(50, 80, 10, 0.8, (0, 0, 1))
)


def test_the_topmost_comes_first_with_what_it_shows() -> None:
    hits = Picker(THREE).at(50, 80)
    assert [hit.stroke for hit in hits] == [2, 1, 0]
    assert [hit.shows for hit in hits] == [pytest.approx(share) for share in (0.8, 0.2 * 0.5, 0.1)]
    assert [hit.stroke for hit in Picker(THREE).at(50, 20)] == [0]
    assert Picker(THREE).at(5, 5) == []


def test_only_strokes_up_to_the_moment_shown_are_looked_at() -> None:
    assert [hit.stroke for hit in Picker(THREE).at(50, 80, 2)] == [1, 0]


def test_muted_strokes_are_nowhere() -> None:
    picker = Picker(muted(THREE, np.array([1])))
    assert [hit.stroke for hit in picker.at(50, 80)] == [2, 0]
    assert picker.in_rectangle(0, 0, 100, 100).tolist() == [True, False, True]


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_what_shows_adds_up_to_the_colour_that_is_drawn(scale: float) -> None:
    """Of strokes of every type: the shares at a pixel's middle, times the colours, are the pixel."""
    picker, canvas = Picker(PAINTING), draw(PAINTING, PAINTING.size.scaled(scale))
    rgb, sheet = PAINTING.strokes.rgb(), np.array(PAINTING.background) / 255
    rng = np.random.default_rng(0)
    for y, x in zip(rng.integers(0, canvas.shape[0], 40), rng.integers(0, canvas.shape[1], 40), strict=True):
        hits = picker.at((y + 0.5) / scale, (x + 0.5) / scale, scale=scale)
        colour = (1 - sum(hit.shows for hit in hits)) * sheet
        for hit in hits:
            colour = colour + hit.shows * rgb[hit.stroke]
        np.testing.assert_allclose(colour, canvas[y, x], atol=1e-5)


def test_none_that_covers_a_point_is_left_out() -> None:
    alpha = oracle.alpha(PAINTING.size, PAINTING.strokes)
    picker = Picker(PAINTING)
    for y, x in ((10, 20), (100, 150), (199, 299), (0, 0)):
        expected = set(np.flatnonzero(alpha[:, y, x] > 1e-9).tolist())
        assert {hit.stroke for hit in picker.at(y + 0.5, x + 0.5)} == expected


def test_a_picker_goes_on_from_that_of_an_earlier_version() -> None:
    grown = PAINTING.painted(painting(20, seed=8).strokes)
    less = deleted(grown, np.array([40]))
    earlier = Picker(PAINTING)
    for document in (grown, less):
        earlier = Picker(document, earlier)
        np.testing.assert_array_equal(earlier.extents, Picker(document).extents)


def test_what_is_meant_is_plainly_seen() -> None:
    assert plainest([Hit(9, 0.02), Hit(4, 0.3), Hit(1, 0.6)]) == Hit(4, 0.3)
    assert plainest([Hit(9, 0.02), Hit(4, 0.05)]) == Hit(4, 0.05)
    assert plainest([]) is None


def test_a_rectangle_takes_those_whose_middle_is_inside() -> None:
    picker = Picker(THREE)
    assert picker.in_rectangle(40, 55, 60, 90).tolist() == [False, True, True]
    assert picker.in_rectangle(40, 55, 60, 90, 2).tolist() == [False, True, False]
    assert picker.in_rectangle(0, 0, 40, 40).tolist() == [False, False, False]


def test_alike_in_type_level_colour_and_size() -> None:
    strokes = PAINTING.strokes
    assert of_type(strokes, 3).tolist() == (strokes.types == strokes.types[3]).tolist()
    patches = strokes.patches.copy()
    patches[::3, 2] = 64.0
    levels = Strokes.from_columns(
        types=strokes.types, patches=patches, parameters=strokes.parameters, steps=strokes.steps
    )
    assert np.flatnonzero(of_level(levels, 6)).tolist() == list(range(0, 150, 3))
    near = of_colour(strokes, 10, 0.2)
    lab = oklab(strokes.rgb())
    assert near[10]
    assert near.tolist() == (np.linalg.norm(lab - lab[10], axis=1) <= 0.2).tolist()
    longest = longest_of(strokes)
    assert of_size(strokes, 10, 60).tolist() == ((longest >= 10) & (longest <= 60)).tolist()
    assert of_size(strokes, longest[7], longest[7])[7]


def test_choices_are_combined() -> None:
    chosen, more = np.array([True, True, False]), np.array([False, True, True])
    assert combined(chosen, more, Combine.REPLACE).tolist() == [False, True, True]
    assert combined(chosen, more, Combine.ADD).tolist() == [True, True, True]
    assert combined(chosen, more, Combine.TOGGLE).tolist() == [True, False, True]


def test_what_a_stroke_gained_is_what_the_error_fell_by() -> None:
    errors = np.array([0.5, 0.4, np.nan, 0.35, 0.3], np.float32)
    patches = np.array([[0, 0, 64.0]] * 4 + [[0, 0, 32]])
    strokes = Strokes.from_columns(
        types=np.zeros(5), patches=patches, parameters=np.zeros((5, 13)), steps=np.zeros(5), errors=errors
    )
    found = gains(Document(Size(64, 64), strokes=strokes))
    np.testing.assert_allclose(found, [np.nan, 10 * np.log10(0.5 / 0.4), np.nan, np.nan, np.nan], rtol=1e-5)
