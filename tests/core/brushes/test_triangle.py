"""The triangle, in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from core.brushes import TRIANGLE

PATCH = np.array([[10.0, 20.0, 64.0]])
SHAPE = np.array([[0.1, 0.1, 0.5, 0.9, 0.9, 0.5, 0.7]])  # the patch's corner, its right edge, its bottom


def test_its_parameters_are_three_corners_an_opacity_and_a_colour() -> None:
    assert TRIANGLE.parameters == (
        "row0", "column0", "row1", "column1", "row2", "column2", "opacity", "red", "green", "blue",
    )  # fmt: skip
    assert TRIANGLE.places == ("row0", "column0", "row1", "column1", "row2", "column2")


def test_its_geometry_is_its_corners_as_row_and_column() -> None:
    geometry = TRIANGLE.geometry(SHAPE, PATCH)

    assert list(geometry) == ["points"]
    np.testing.assert_allclose(geometry["points"], [[[10, 20], [42, 84], [74, 52]]], rtol=0, atol=1e-12)


def test_a_pen_goes_along_its_sides_back_to_where_it_began() -> None:
    (path,) = TRIANGLE.pen_path(SHAPE, PATCH)

    expected = [
        [[10, 20], [26, 52], [42, 84]],
        [[42, 84], [58, 68], [74, 52]],
        [[74, 52], [42, 36], [10, 20]],
    ]
    np.testing.assert_allclose(path, expected, rtol=0, atol=1e-12)
    assert path[0, 0].tolist() == path[2, 2].tolist()


def test_its_opacity_is_its_parameter() -> None:
    assert TRIANGLE.polygons(SHAPE, PATCH).opacity.tolist() == [pytest.approx(0.7)]
