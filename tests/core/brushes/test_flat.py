"""The flat brush, in pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.brushes import FLAT

PATCH = np.array([[10.0, 20.0, 64.0]])


def shape_of(start: tuple[float, float], end: tuple[float, float], width: float) -> np.ndarray:
    """A stroke between two points, with a width, all in pixels of the canvas."""
    places = [(value - origin) / 64 for point in (start, end) for value, origin in zip(point, (10, 20), strict=True)]
    return np.array([[*((place + 1 / 8) * 4 / 5 for place in places), (width / 64 - 1 / 128) * 2, 0.6]])


def test_its_parameters_are_two_ends_a_width_an_opacity_and_a_colour() -> None:
    assert FLAT.parameters == ("row0", "column0", "row1", "column1", "width", "opacity", "red", "green", "blue")
    assert FLAT.places == ("row0", "column0", "row1", "column1")


def test_its_corners_lie_half_its_width_beside_its_ends() -> None:
    geometry = FLAT.geometry(shape_of((20, 30), (50, 70), 10), PATCH)  # 3-4-5: 5 aside is (-4, 3)

    assert list(geometry) == ["points"]
    np.testing.assert_allclose(geometry["points"], [[[16, 33], [46, 73], [54, 67], [24, 27]]], rtol=0, atol=1e-9)


def test_a_pen_goes_from_end_to_end() -> None:
    path = FLAT.pen_path(shape_of((20, 30), (50, 70), 10), PATCH)

    np.testing.assert_allclose(path, [[[[20, 30], [35, 50], [50, 70]]]], rtol=0, atol=1e-9)


def test_its_extent_is_its_length_and_width_in_patch_sides() -> None:
    length, width = FLAT.extent(shape_of((20, 30), (50, 70), 10))

    assert length.tolist() == [pytest.approx(50 / 64)]
    assert width.tolist() == [pytest.approx(10 / 64)]


@pytest.mark.parametrize(("parameter", "width"), [(0.0, 0.5), (0.5, 16.5), (1.0, 32.5)])
def test_its_width_runs_from_a_128th_of_the_patch_to_half_of_it_more(parameter: float, width: float) -> None:
    polygons = FLAT.polygons(np.array([[0.5, 0.2, 0.5, 0.8, parameter, 1.0]]), PATCH)

    assert np.ptp(polygons.row) == pytest.approx(width)


def test_it_is_the_same_rectangle_from_either_end() -> None:
    forth = FLAT.geometry(shape_of((20, 30), (50, 70), 10), PATCH)["points"][0]
    back = FLAT.geometry(shape_of((50, 70), (20, 30), 10), PATCH)["points"][0]

    np.testing.assert_allclose(back, forth[[2, 3, 0, 1]], rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)
def test_without_length_its_corners_coincide_and_its_gradients_are_finite(kind: torch.dtype) -> None:
    shape = torch.tensor([[0.3, 0.6, 0.3, 0.6, 0.5, 1.0]], dtype=kind, requires_grad=True)
    patches = torch.tensor(PATCH, dtype=kind, requires_grad=True)

    polygons = FLAT.polygons(shape, patches)
    slopes = torch.autograd.grad((polygons.row * torch.arange(1, 5) + polygons.column).sum(), (shape, patches))
    (length, _) = FLAT.extent(shape)
    slopes += torch.autograd.grad(length.sum(), shape)

    for places in (polygons.row, polygons.column):
        assert places.unique().numel() == 1
    assert all(bool(each.isfinite().all()) for each in slopes)
