"""What a lesson says, to be said in other languages by whoever asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.colour_order import FINISH, UNDERPAINTING
from core.colours import oklab
from core.lesson import DETAIL, Lesson

HUES = ("red", "brown", "orange", "yellow", "green", "turquoise", "blue", "violet", "pink", "grey")
"""Names of colours beside black and white."""

_NEUTRAL = 0.03
"""Chroma in OKLab below which a colour is a grey."""

_DARK, _LIGHT = 0.42, 0.75
"""Lightness in OKLab below and above which a colour is called so."""

_BROWN, _EARTHEN, _OLIVE = 0.62, 0.1, 104
"""Orange and yellow are brown where they are darker or paler than this, and green from this angle on."""

_HUES_FROM = ((335, "pink"), (285, "violet"), (220, "blue"), (170, "turquoise"), (118, "green"), (82, "yellow"),
              (42, "orange"), (12, "red"), (0, "pink"))  # fmt: skip
"""From what angle in OKLab on a colour is called so, degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonWords:
    """Every text on a lesson's cards; braces are filled in."""

    lesson: str = "Painting lesson"
    """Its title where it has none."""
    summary: str = "{chapters} steps · {strokes} strokes · {colours} colours · painted on {paper}"
    photo: str = "The photo"
    painting: str = "The finished painting"
    colours: str = "Colours"
    steps: str = "The steps"
    sheet: str = "Sheet"
    """The colour that is there before the first stroke."""
    prime: str = "Before you begin, give the whole sheet its colour."
    step: str = "Step {number} of {total}"
    strokes: str = "{count} strokes"
    done: str = "{count} of {total} when it is done"
    covers: str = "covers {share} of the picture"
    these: str = "This step’s strokes"
    after: str = "After this step"
    brushes: str = "Brushes"
    brush: str = "{size} mm"
    opacity: str = "Paint thinly: a stroke covers about {share} of what is under it."
    numbered: str = "Paint the strokes in the order of their numbers."
    counted: str = "How many strokes lie in each square; larger ones first."
    counted_all: str = "The larger strokes first."
    details: tuple[str, ...] = ("Background", "Large shapes", "Shapes", "Small shapes", "Details", "Finest details")
    """Titles of chapters by detail, from the first to the last."""
    part: str = "{title}, part {part}"
    """Where several chapters have one title."""
    underpainting: str = "Underpainting"
    finish: str = "Finishing touches"
    dark: str = "Dark {hue}"
    middle: str = "{hue}"
    light: str = "Light {hue}"
    black: str = "Black"
    white: str = "White"
    hues: tuple[str, ...] = HUES
    """In the order of `HUES`."""

    def titles(self, lesson: Lesson) -> list[str]:
        """A title of each chapter, none twice."""
        plain = [self._title(lesson, index) for index in range(len(lesson.chapters))]
        return [
            self.part.format(title=title, part=plain[: index + 1].count(title)) if plain.count(title) > 1 else title
            for index, title in enumerate(plain)
        ]

    def _title(self, lesson: Lesson, index: int) -> str:
        chapter, count = lesson.chapters[index], len(lesson.chapters)
        if chapter.kind == DETAIL:
            most = len(self.details) - 1
            return self.details[round(index * most / (count - 1)) if count > 1 else 0]
        if chapter.kind in (UNDERPAINTING, FINISH):
            return self.underpainting if chapter.kind == UNDERPAINTING else self.finish
        return self.colour(lesson.strokes(chapter).rgb())

    def colour(self, rgb: NDArray[np.floating]) -> str:
        """About what one calls the mean of some colours [N, 3] in 0..1."""
        lightness, red, yellow = oklab(rgb).mean(axis=0).tolist()
        name = _hue(lightness, red, yellow)
        if name == "grey" and not 0.2 <= lightness <= 0.95:
            return self.black if lightness < 0.5 else self.white
        shade = self.dark if lightness < _DARK else self.light if lightness > _LIGHT else self.middle
        said = shade.format(hue=self.hues[HUES.index(name)])
        return said[:1].upper() + said[1:]


def _hue(lightness: float, red: float, yellow: float) -> str:
    """The one of `HUES` for a colour in OKLab."""
    chroma, angle = float(np.hypot(red, yellow)), float(np.degrees(np.arctan2(yellow, red))) % 360
    if chroma < _NEUTRAL:
        return "grey"
    name = next(hue for begin, hue in _HUES_FROM if angle >= begin)
    if name in ("orange", "yellow") and (lightness < _BROWN or chroma < _EARTHEN):
        return "brown" if angle < _OLIVE else "green"
    return name
