"""Colours as spectra: a smooth reflectance for every sRGB colour, and the colour of any reflectance.

A spectrum cannot be known from three numbers. Of all that look like a colour under daylight, the one taken is the
smoothest that a surface can have; pigments have smooth spectra too.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.colours import encoded, linear
from core.errors import PainterError

WAVELENGTHS = np.arange(380, 731, 10)
"""Nanometres."""

_OBSERVER = np.array(
    [
        [0.001368, 0.000039, 0.006450], [0.004243, 0.000120, 0.020050], [0.014310, 0.000396, 0.067850],
        [0.043510, 0.001210, 0.207400], [0.134380, 0.004000, 0.645600], [0.283900, 0.011600, 1.385600],
        [0.348280, 0.023000, 1.747060], [0.336200, 0.038000, 1.772110], [0.290800, 0.060000, 1.669200],
        [0.195360, 0.090980, 1.287640], [0.095640, 0.139020, 0.812950], [0.032010, 0.208020, 0.465180],
        [0.004900, 0.323000, 0.272000], [0.009300, 0.503000, 0.158200], [0.063270, 0.710000, 0.078250],
        [0.165500, 0.862000, 0.042160], [0.290400, 0.954000, 0.020300], [0.433450, 0.994950, 0.008750],
        [0.594500, 0.995000, 0.003900], [0.762100, 0.952000, 0.002100], [0.916300, 0.870000, 0.001650],
        [1.026300, 0.757000, 0.001100], [1.062200, 0.631000, 0.000800], [1.002600, 0.503000, 0.000340],
        [0.854450, 0.381000, 0.000190], [0.642400, 0.265000, 0.000050], [0.447900, 0.175000, 0.000020],
        [0.283500, 0.107000, 0.0], [0.164900, 0.061000, 0.0], [0.087400, 0.032000, 0.0], [0.046770, 0.017000, 0.0],
        [0.022700, 0.008210, 0.0], [0.011359, 0.004102, 0.0], [0.005790, 0.002091, 0.0], [0.002899, 0.001047, 0.0],
        [0.001440, 0.000520, 0.0],
    ]
)  # fmt: skip
"""The CIE 1931 standard observer at each wavelength."""

_DAYLIGHT = np.array(
    [
        49.9755, 54.6482, 82.7549, 91.4860, 93.4318, 86.6823, 104.865, 117.008, 117.812, 114.861, 115.923, 108.811,
        109.354, 107.802, 104.790, 107.689, 104.405, 104.046, 100.000, 96.3342, 95.7880, 88.6856, 90.0062, 89.5991,
        87.6987, 83.2886, 83.6992, 80.0268, 80.2146, 82.2778, 78.2842, 69.7213, 71.6091, 74.3490, 61.6040, 69.8856,
    ]
)  # fmt: skip
"""CIE illuminant D65 at each wavelength, the white of sRGB."""

_RGB_OF_XYZ = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)

_LEAST, _MOST = 1e-4, 0.999
"""What a channel of linear light is taken for at least and at most: no smooth surface is as black or white as a screen.
Both still round to the 8-bit values 0 and 255."""

_ITERATIONS = 60

_EXACT = 1e-10
"""Linear light."""

_LONGEST_STEP = 2.0
"""Of the spectrum's argument in one iteration: vivid colours would be overshot."""


@cache
def _response() -> NDArray[np.float64]:
    """[3, W] linear sRGB of the light that a surface reflects at each wavelength alone; white comes to 1, 1, 1."""
    light = _OBSERVER * _DAYLIGHT[:, None]
    response = _RGB_OF_XYZ @ light.T  # in steps of 10 nm the white is off by less than a thousandth: it is set right
    rgb: NDArray[np.float64] = response / response.sum(axis=1, keepdims=True)
    return rgb


def reflectances(rgb: NDArray[np.floating]) -> NDArray[np.float64]:
    """The smoothest reflectance of each of some colours.

    Args:
        rgb: [N, 3] sRGB in 0..1.

    Returns:
        [N, W], between 0 and 1, at `WAVELENGTHS`.

    Raises:
        PainterError: If the method does not settle for one of them.

    Source: Burns, "Numerical methods for smoothest reflectance reconstruction", Color Research & Application 45, 2020:
    least slope squared of z where the reflectance is (tanh z + 1) / 2, by Newton's method with Lagrange multipliers.
    """
    response, count, length = _response(), len(rgb), len(WAVELENGTHS)
    wanted = linear(np.asarray(rgb, np.float64)).clip(_LEAST, _MOST)
    slopes = np.diff(np.eye(length), axis=0)
    smooth = 2 * slopes.T @ slopes
    # A grey of the colour's own brightness to begin with: near to it, and exact for greys.
    grey = np.arctanh(2 * (wanted @ [0.2126, 0.7152, 0.0722]) - 1)
    z, multipliers = np.repeat(grey[:, None], length, axis=1), np.zeros((count, 3))
    for _ in range(_ITERATIONS):
        tanh = np.tanh(z)
        slope = (1 - tanh**2) / 2
        pull = multipliers @ response
        off = (tanh + 1) / 2 @ response.T - wanted
        gradient = z @ smooth + slope * pull
        if not count or max(np.abs(off).max(), np.abs(gradient).max()) < _EXACT:
            break
        system = np.zeros((count, length + 3, length + 3))
        system[:, :length, :length] = smooth
        system[:, np.arange(length), np.arange(length)] -= 2 * slope * tanh * pull
        system[:, :length, length:] = slope[:, :, None] * response.T
        system[:, length:, :length] = system[:, :length, length:].transpose(0, 2, 1)
        step = np.linalg.solve(system, -np.concatenate([gradient, off], axis=1)[..., None])[..., 0]
        share = np.minimum(1, _LONGEST_STEP / np.abs(step[:, :length]).max(axis=1).clip(1e-300))[:, None]
        z, multipliers = z + share * step[:, :length], multipliers + share * step[:, length:]
    else:
        raise PainterError("No spectrum was found for one of the colours; choose less vivid ones.")
    found: NDArray[np.float64] = (np.tanh(z) + 1) / 2
    return found


def seen(reflectance: NDArray[np.floating]) -> NDArray[np.float64]:
    """The colours in sRGB [..., 3], 0..1, of surfaces with a reflectance [..., W]; clipped where sRGB has none."""
    return encoded(reflectance @ _response().T)
