"""Colours as the eye tells them apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(rgb: NDArray[np.floating]) -> NDArray[np.float64]:
    """The linear light [...] of channels in sRGB, both in 0..1. Source: IEC 61966-2-1."""
    encoded = np.asarray(rgb, np.float64)
    light: NDArray[np.float64] = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return light


def encoded(light: NDArray[np.floating]) -> NDArray[np.float64]:
    """The inverse of `linear`, clipped to 0..1."""
    light = light.clip(0, 1)
    rgb: NDArray[np.float64] = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return rgb


def oklab(rgb: NDArray[np.floating]) -> NDArray[np.float64]:
    """Colours in sRGB [..., 3], 0..1, as OKLab [..., 3]: lightness 0..1, green to red, blue to yellow.

    Equal distances there look about equally large.

    Source: Ottosson, "A perceptual color space for image processing", 2020.
    """
    lab: NDArray[np.float64] = np.cbrt(linear(rgb) @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def rgb_of_oklab(lab: NDArray[np.floating]) -> NDArray[np.float64]:
    """The inverse of `oklab`, clipped to 0..1 where there is no such sRGB colour."""
    return encoded((np.asarray(lab, np.float64) @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T)
