"""What draws strokes of any types, as the compiled loops take it, and how much it covers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.brushes import BRUSHES
from core.geometry import Size
from core.rasteriser import oracle
from core.rasteriser.marks import marks_of
from core.stroke import Strokes

NAMES = [brush.name for brush in BRUSHES]


def strokes_of(name: str | None, count: int = 12) -> Strokes:
    """Strokes of one type, or of all in turn, on patches inside a sheet of 100 x 100."""
    random = np.random.default_rng(6)
    return Strokes.from_columns(
        types=np.arange(count) % len(BRUSHES) if name is None else np.full(count, NAMES.index(name)),
        patches=np.column_stack([random.uniform(20, 40, (count, 2)), np.full(count, 40.0)]),
        parameters=random.uniform(0.2, 0.8, (count, 13)).astype(np.float32),
        steps=np.zeros(count, int),
    )


@pytest.mark.parametrize("name", [*NAMES, None])
def test_every_column_lies_in_a_piece_of_its_own(name: str | None) -> None:
    # The compiled loops are made anew, for seconds, for every layout of what they are given.
    marks = marks_of(strokes_of(name))

    assert all(column.flags.c_contiguous for column in marks)
    assert [column.dtype.name for column in marks] == ["float64"] * 4 + ["int64", "bool"]


@pytest.mark.parametrize(
    ("name", "points", "polygon"), [("triangle", 3, True), ("circle", 1, False), ("flat", 4, True)]
)
def test_a_type_has_so_many_points_a_stroke(name: str, points: int, polygon: bool) -> None:
    marks = marks_of(strokes_of(name, 3))

    assert marks.offsets.tolist() == [0, points, 2 * points, 3 * points]
    assert marks.polygon.tolist() == [polygon] * 3
    assert bool((marks.radius > 0).all()) is not polygon


@pytest.mark.parametrize("name", NAMES)
def test_marks_grow_with_the_canvas(name: str) -> None:
    one, double = marks_of(strokes_of(name)), marks_of(strokes_of(name), 2.0)

    for ours, theirs in ((one.row, double.row), (one.column, double.column), (one.radius, double.radius)):
        np.testing.assert_allclose(2 * ours, theirs, rtol=1e-12)
    np.testing.assert_array_equal(one.opacity, double.opacity)
    np.testing.assert_allclose(4 * one.areas, double.areas, rtol=1e-9)


def test_a_circles_area_is_its_discs() -> None:
    marks = marks_of(strokes_of("circle"))

    np.testing.assert_allclose(marks.areas, math.pi * marks.radius**2, rtol=1e-12)


@pytest.mark.parametrize("name", ["bezier", "bezier-opaque"])
def test_a_curves_area_is_about_what_it_covers(name: str) -> None:
    strokes = strokes_of(name)
    solid = strokes.parameters.copy()
    solid[:, 8:10] = 1
    strokes = Strokes.from_columns(types=strokes.types, patches=strokes.patches, parameters=solid, steps=strokes.steps)

    covered = oracle.alpha(Size(100, 100), strokes).sum((1, 2))

    assert np.abs(marks_of(strokes).areas / covered - 1).max() < 0.35


def test_areas_are_the_same_among_strokes_of_other_types() -> None:
    strokes = strokes_of(None)

    alone = [marks_of(strokes[index : index + 1]).areas[0] for index in range(len(strokes))]

    np.testing.assert_allclose(marks_of(strokes).areas, alone, rtol=1e-12)


def test_a_line_has_no_area_and_no_strokes_have_none() -> None:
    # Dyadic numbers, so that corners lie on one line to the last bit.
    flat = np.array([[0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1, 1, 1, 1]], np.float32)
    strokes = Strokes.from_columns(
        types=np.array([NAMES.index("triangle")]), patches=np.array([[0.0, 0.0, 64.0]]), parameters=flat,
        steps=np.zeros(1, int),
    )  # fmt: skip

    assert marks_of(strokes).areas.tolist() == [0]
    assert marks_of(Strokes()).areas.shape == (0,)
