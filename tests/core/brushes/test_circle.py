"""The circle, in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from core.brushes import CIRCLE

PATCH = np.array([[10.0, 20.0, 64.0]])


def test_its_parameters_are_a_centre_a_radius_an_opacity_and_a_colour() -> None:
    assert CIRCLE.parameters == ("row", "column", "radius", "opacity", "red", "green", "blue")
    assert CIRCLE.places == ("row", "column")


@pytest.mark.parametrize(("parameter", "radius"), [(0.0, 0.25), (0.5, 16.25), (1.0, 32.25)])
def test_its_radius_runs_from_a_256th_of_the_patch_to_half_of_it_more(parameter: float, radius: float) -> None:
    stamps = CIRCLE.stamps(np.array([[0.5, 0.5, parameter, 1.0]]), PATCH)

    assert stamps.radius.tolist() == [radius]
    assert stamps.offsets.tolist() == [0, 1]


def test_it_has_one_stamp_whatever_its_parameters() -> None:
    shape = np.random.default_rng(0).uniform(-3, 4, (6, 4))

    assert CIRCLE.most_stamps == 1
    assert CIRCLE.times(shape)[1].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert CIRCLE.padded_times(shape)[1].tolist() == [1, 1, 1, 1, 1, 1]


def test_a_pen_begins_at_its_right_and_turns_downwards() -> None:
    (path,) = CIRCLE.pen_path(np.array([[0.5, 0.5, 0.5, 1.0]]), PATCH)  # centre (42, 52), radius 16.25

    assert path.shape == (16, 3, 2)
    assert path[0, 0].tolist() == [42, 68.25]
    np.testing.assert_allclose(path[4, 0], [58.25, 52], rtol=0, atol=1e-12)
    np.testing.assert_allclose(path[8, 0], [42, 35.75], rtol=0, atol=1e-12)


@pytest.mark.parametrize("parameter", [0.0, 0.03, 1.0])
def test_its_path_is_closed_to_the_bit_and_smooth(parameter: float) -> None:
    (path,) = CIRCLE.pen_path(np.array([[0.37, 0.81, parameter, 1.0]]), PATCH)
    into, out = path[:, 2] - path[:, 1], np.roll(path, -1, axis=0)[:, 1] - path[:, 2]

    assert path[0, 0].tolist() == path[-1, 2].tolist()
    turned = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    np.testing.assert_allclose(turned / np.square(into).sum(1), 0, rtol=0, atol=1e-9)
