"""OKLab against its author's own figures."""

from __future__ import annotations

import numpy as np
import pytest

from core.colours import oklab, rgb_of_oklab


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ([1, 1, 1], [1, 0, 0]),
        ([0, 0, 0], [0, 0, 0]),
        ([1, 0, 0], [0.627955, 0.224863, 0.125846]),
        ([0, 1, 0], [0.866440, -0.233888, 0.179498]),
        ([0, 0, 1], [0.452014, -0.032457, -0.311528]),
    ],
)
def test_known_colours(rgb: list[float], lab: list[float]) -> None:
    np.testing.assert_allclose(oklab(np.array(rgb, float)), lab, atol=2e-5)


def test_there_and_back_again() -> None:
    colours = np.random.default_rng(0).random((100, 3))

    np.testing.assert_allclose(rgb_of_oklab(oklab(colours)), colours, atol=1e-6)


def test_what_no_screen_shows_is_clipped() -> None:
    shown = rgb_of_oklab(np.array([[0.5, 0.5, 0.5], [1.2, 0, 0], [-0.1, 0, 0]]))

    assert 0 <= shown.min() <= shown.max() <= 1
    np.testing.assert_allclose(shown[1:], [[1, 1, 1], [0, 0, 0]], atol=1e-12)
