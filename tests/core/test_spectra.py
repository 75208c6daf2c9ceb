"""Spectra: every colour has one, and looks like that colour again."""

from __future__ import annotations

import numpy as np
import pytest

from core.spectra import WAVELENGTHS, _response, reflectances, seen


def test_every_8_bit_colour_comes_back() -> None:
    corners = np.stack(np.meshgrid(*[[0, 1, 128, 254, 255]] * 3), axis=-1).reshape(-1, 3)
    rgb = np.concatenate([corners, np.random.default_rng(0).integers(0, 256, (200, 3))])

    spectra = reflectances(rgb / 255)

    assert spectra.shape == (325, len(WAVELENGTHS))
    assert 0 < spectra.min() < spectra.max() < 1
    assert np.array_equal(np.rint(seen(spectra) * 255), rgb)


def test_each_colours_spectrum_is_its_own_whatever_others_are_asked_for() -> None:
    rgb = np.random.default_rng(1).random((9, 3))

    together = reflectances(rgb)

    np.testing.assert_allclose(together, np.concatenate([reflectances(each[None]) for each in rgb]), atol=1e-8)
    assert reflectances(rgb[:0]).shape == (0, len(WAVELENGTHS))


def test_a_greys_spectrum_is_flat() -> None:
    spectrum = reflectances(np.full((1, 3), 0.5))[0]

    np.testing.assert_allclose(spectrum, ((0.5 + 0.055) / 1.055) ** 2.4, rtol=1e-6)


@pytest.mark.parametrize(
    ("rgb", "most", "least"),
    [((1, 0, 0), 650, 480), ((0, 1, 0), 530, 440), ((0, 0, 1), 440, 580), ((1, 1, 0), 600, 440)],
)
def test_vivid_colours_reflect_what_they_look_like(rgb: tuple[float, ...], most: int, least: int) -> None:
    spectrum = reflectances(np.array([rgb], float))[0]

    assert spectrum[most == WAVELENGTHS][0] > 0.7
    assert spectrum[least == WAVELENGTHS][0] < 0.05


def test_white_is_daylight() -> None:
    np.testing.assert_allclose(_response().sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(seen(np.ones(len(WAVELENGTHS))), 1, atol=1e-12)
