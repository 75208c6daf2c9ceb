"""From poster to photo: how many strokes, how large and how opaque, in one number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.bounds import WHOLE
from core.errors import SettingError
from core.schedule import MAX_STROKES

MOST = 100
"""The style most like a photo; 0 is a poster."""

LEAST_BOLDNESS, MOST_BOLDNESS = 0.25, 4.0

STYLES = {"poster": 0, "loose": 25, "classic": 50, "detailed": 75, "photo": 100}
"""Those with a name."""

_ANCHORS = np.array(list(STYLES.values()))
_STROKES = np.log([150, 700, 4250, 14_000, 50_000])
_DIVIDE = np.log([2, 3, 4, 8, 16])
_THINNEST = np.array([2.5, 1.0, 0.0, 0.0, 0.0])
_FAINTEST = np.array([0.9, 0.7, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Settings of a `PaintJob` and its bounds."""

    strokes: int | None
    """None: as many as published, which are those of `classic`."""
    divide: int
    width: tuple[float, float]
    opacity: tuple[float, float]


def style(place: float, boldness: float = 1.0) -> Style:
    """The style at a place between poster and photo.

    Args:
        place: 0 to `MOST`.
        boldness: So many times fewer strokes for the same area, each so much larger.

    Raises:
        SettingError: If one of them is out of range.
    """
    if not 0 <= place <= MOST:
        raise SettingError("style", place, f"give {', '.join(STYLES)} or a number from 0 to {MOST}")
    if not LEAST_BOLDNESS <= boldness <= MOST_BOLDNESS:
        raise SettingError("boldness", boldness, f"give a number from {LEAST_BOLDNESS:g} to {MOST_BOLDNESS:g}")
    strokes, divide, thinnest, faintest = (
        float(np.interp(place, _ANCHORS, values)) for values in (_STROKES, _DIVIDE, _THINNEST, _FAINTEST)
    )
    if place == STYLES["classic"] and boldness == 1:
        return Style(strokes=None, divide=4, width=(0.0, WHOLE), opacity=(0.0, 1.0))
    return Style(
        strokes=min(MAX_STROKES, round(math.exp(strokes) / boldness)),
        divide=max(1, round(math.exp(divide) / math.sqrt(boldness))),
        width=(round(thinnest * math.sqrt(boldness), 2), WHOLE),
        opacity=(round(faintest, 2), 1.0),
    )


def style_named(text: str) -> float:
    """A style's place by its name, or a number.

    Raises:
        SettingError: If it is neither.
    """
    try:
        place = float(STYLES.get(text, text))
    except ValueError:
        place = math.nan
    if not 0 <= place <= MOST:
        raise SettingError("style", text, f"give {', '.join(STYLES)} or a number from 0 to {MOST}")
    return place
