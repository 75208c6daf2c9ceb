"""The digits of many typefaces as masks: those that come with matplotlib, so that nothing has to be downloaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import PainterError
from training.experiments import INSTALL

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Mask = NDArray[np.uint8]
"""[H, W], 0 beside a digit and 255 in it."""

HEIGHT = 96
"""What the digits are drawn at, pixels from top to bottom; a little less or more where a typeface has it so."""

MARGIN = 4
"""Empty pixels around each, so that its edges stay soft and it can be made bolder."""

_TYPEFACES = (
    "DejaVuSans-Bold", "DejaVuSans", "STIXGeneralBol", "cmss10", "DejaVuSerif-Bold", "DejaVuSans-BoldOblique", "cmb10",
    "DejaVuSerif", "STIXGeneral", "DejaVuSans-Oblique", "DejaVuSerif-BoldItalic", "STIXGeneralBolIta", "cmtt10",
    "cmr10", "DejaVuSerif-Italic", "STIXGeneralItalic",
)  # fmt: skip
"""Those of matplotlib's that have digits of one height and no dot in the 0; first the plain and bold ones, which most
houses have."""


class TypefaceError(PainterError):
    """There is nothing to draw digits in."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"Cannot draw house numbers: {self.problem}."


@cache
def numerals() -> tuple[tuple[Mask, ...], ...]:
    """By typeface, the masks of 0 to 9, each as wide and as high as its ink and `MARGIN`.

    Raises:
        TypefaceError: If matplotlib or Pillow is missing, or a typeface of theirs.
    """
    try:  # only here: no other part of training needs them
        import matplotlib as mpl
        from PIL import ImageFont
    except ImportError as error:
        raise TypefaceError(
            f"matplotlib, whose typefaces they are in, or Pillow is missing; install them by {INSTALL}"
        ) from error
    folder = Path(mpl.get_data_path(), "fonts", "ttf")
    try:
        faces = [folder / f"{name}.ttf" for name in _TYPEFACES]
        # Three quarters of a typeface's size, more or less, are the height of its digits.
        return tuple(
            tuple(_mask(ImageFont.truetype(face, round(HEIGHT / 0.72)), str(digit)) for digit in range(10))
            for face in faces
        )
    except OSError as error:
        raise TypefaceError(f"matplotlib lacks a typeface in {folder}; install matplotlib again") from error


def _mask(face: FreeTypeFont, digit: str) -> Mask:
    """One digit, cut out."""
    core = face.getmask(digit, mode="L")
    pixels = np.array(core, np.uint8).reshape(core.size[::-1])
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    return np.pad(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], MARGIN)
