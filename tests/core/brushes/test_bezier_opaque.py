"""The opaque Bezier stroke: all that the Bezier stroke is, but for opacity."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.brushes import BEZIER, BEZIER_OPAQUE
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha

PATCH = np.array([[10.0, 20.0, 64.0]])
SHAPE = np.array([[0.0, 1.0, 0.25, 0.5, 1.0, 0.0, 0.0, 1.0]])
RANDOM = np.random.default_rng(8).uniform(0, 1, (20, 8))


def test_its_parameters_are_the_bezier_strokes_without_opacities() -> None:
    assert BEZIER_OPAQUE.parameters == (
        "row0", "column0", "row1", "column1", "row2", "column2", "radius0", "radius2", "red", "green", "blue",
    )  # fmt: skip


def test_its_geometry_in_pixels_is_the_curve_and_its_radii() -> None:
    assert BEZIER_OPAQUE.geometry(SHAPE, PATCH)["points"].tolist() == [[[10, 84], [26, 52], [74, 20]]]
    assert BEZIER_OPAQUE.geometry(SHAPE, PATCH)["radii"].tolist() == [[0.25, 16.25]]
    assert BEZIER_OPAQUE.pen_path(SHAPE, PATCH).tolist() == [[[[10, 84], [26, 52], [74, 20]]]]


def test_its_stamps_are_placed_as_of_a_bezier_stroke_that_fades_nowhere() -> None:
    faint = np.concatenate([RANDOM, np.full((20, 2), 0.25)], axis=1)

    times, offsets = BEZIER_OPAQUE.times(RANDOM)
    expected, expected_offsets = BEZIER.times(faint)

    np.testing.assert_array_equal(times, expected)
    np.testing.assert_array_equal(offsets, expected_offsets)


def test_its_extent_is_the_bezier_strokes() -> None:
    for ours, theirs in zip(BEZIER_OPAQUE.extent(RANDOM), BEZIER.extent(RANDOM), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_its_padding_never_runs_out() -> None:
    assert BEZIER_OPAQUE.most_stamps == BEZIER.most_stamps
    assert np.diff(BEZIER_OPAQUE.times(np.eye(8))[1]).max() <= BEZIER_OPAQUE.most_stamps


def test_a_pixel_well_inside_is_covered_wholly() -> None:
    shape = torch.tensor([[0.5, 0.2, 0.5, 0.5, 0.5, 0.8, 0.4, 0.4]], dtype=torch.float64)

    alpha = stroke_alpha(BEZIER_OPAQUE, shape, Size(64, 64))[0]

    assert float(alpha[32, 32]) == pytest.approx(1, abs=1e-12)
    assert float(alpha[32, 15]) == pytest.approx(1, abs=1e-12)
    assert float(alpha[5, 32]) == 0
