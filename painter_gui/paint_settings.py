"""What the artist has chosen to paint with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.bounds import WHOLE, Bounds
from core.document import BLACK, Rgb, rgb_from_hex, rgb_to_hex
from core.errors import SettingError
from core.geometry import Size
from core.job import MAX_SEED, PaintJob
from core.mask import Mask, as_focus
from core.mix import Mix
from core.palette import palette_named
from core.schedule import MAX_STROKES, PRESETS, paper_strokes
from core.style import LEAST_BOLDNESS, MOST_BOLDNESS, STYLES, style
from core.style import MOST as MOST_STYLE

DEVICES = ("auto", "cpu", "cuda")
MOST_STEPS = 1000
"""Of the slider; the command line takes more."""
MOST_DIVIDE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintSettings:
    """The choices of the panel on the left; always in range."""

    stroke_type: str = "bezier"
    """One, or a mix of several; see `Mix.parse`."""
    preset: str = "default"
    divide: int = 4
    """1 to `MOST_DIVIDE`."""
    max_step: int = 100
    """1 to `MOST_STEPS`."""
    strokes: int | None = None
    """The exact number, where not as many as divide and steps make."""
    style: int | None = STYLES["classic"]
    """Which style these are, 0 to `core.style.MOST`; None where not all that it decides is as it decides it."""
    boldness: float = 1.0
    """Of that style."""
    width: tuple[float, float] = (0.0, WHOLE)
    opacity: tuple[float, float] = (0.0, 1.0)
    palette: str | None = None
    """As of `core.palette.palette_named`, but no file; any colours where None."""
    focus: Mask | None = None
    """What matters; all alike where None."""
    protect: Mask | None = None
    """Where no stroke may go; nothing is protected where None."""
    background: Rgb = BLACK
    seed: int = 0
    device: str = "auto"
    """One of `DEVICES`."""
    actor: Path | None = None
    """Other weights than the bundled."""

    def __post_init__(self) -> None:
        if self.style is not None:
            styled = self.styled(self.style, self.boldness)
            if any(getattr(self, name) != value for name, value in styled.items()):
                object.__setattr__(self, "style", None)

    @property
    def total(self) -> int:
        """Strokes that a painting will have."""
        return paper_strokes(self.max_step, self.divide) if self.strokes is None else self.strokes

    def job(self, target: NDArray[np.uint8]) -> PaintJob:
        """The job of painting a target [H, W, 3] so."""
        protect = None if self.protect is None else self.protect.pixels
        palette = None if self.palette is None else palette_named(self.palette, target)
        return PaintJob(
            target=target, stroke_type=self.stroke_type, preset=self.preset, max_step=self.max_step,
            divide=self.divide, strokes=self.strokes, background=self.background, seed=self.seed,
            focus=None if self.focus is None else as_focus(self.focus),
            bounds=Bounds(width=self.width, opacity=self.opacity, palette=palette, protect=protect),
        )  # fmt: skip

    def of_any_photo(self) -> PaintSettings:
        """These without what belongs to one photo."""
        return replace(self, focus=None, protect=None)

    def styled(self, place: int, boldness: float) -> dict[str, Any]:
        """What changes with another style."""
        found = style(place, boldness)
        return {
            "style": place, "boldness": boldness, "strokes": found.strokes, "max_step": 100,
            "divide": min(MOST_DIVIDE, found.divide), "width": found.width, "opacity": found.opacity,
        }  # fmt: skip

    def values(self) -> dict[str, Any]:
        """As plain JSON values."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        # A file's name need not be Unicode; what is written is.
        return own | {
            "background": rgb_to_hex(self.background),
            "actor": None if self.actor is None else str(self.actor).encode(errors="replace").decode(),
            "focus": None if self.focus is None else self.focus.written(),
            "protect": None if self.protect is None else self.protect.written(),
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> PaintSettings:
        """Settings from plain values, as of a file; what is missing or out of range takes its default."""
        checked = {name: _checked(name, value) for name, value in values.items()}
        settings = cls(**{name: value for name, value in checked.items() if value is not None})
        return replace(settings, style=None) if values.get("style", 0) is None else settings


_SKETCH_SIDE = 192
"""Pixels of a small painting's longer side."""

_SKETCH_STROKES = 2500
"""At most: more would not be seen."""


def sketch_jobs(settings: PaintSettings, photo: NDArray[np.uint8], names: Sequence[str]) -> dict[str, PaintJob]:
    """The jobs of painting a photo, small, in some of `core.style.STYLES`, as it would be painted with these settings.

    One and the same where two would look alike. Masks and the photo's own colours are left out: they say little about
    a style.
    """
    from core.resampling import resized  # OpenCV, without which the window opens

    size = Size(*photo.shape[:2])
    small = resized(photo, size.with_longer_side(min(_SKETCH_SIDE, size.longer)))
    made: dict[PaintSettings, PaintJob] = {}  # styles finer than would be seen come to the same
    jobs = {}
    for name in names:
        styled = replace(settings.of_any_photo(), palette=None, **settings.styled(STYLES[name], settings.boldness))
        sketched = replace(styled, strokes=min(styled.total, _SKETCH_STROKES), divide=min(styled.divide, 4), style=None)
        jobs[name] = made.setdefault(sketched, sketched.job(small))
    return jobs


def _checked(name: str, value: Any) -> Any:
    """A value as a setting has it; None where there is no such setting or value."""
    if name in ("width", "opacity"):
        return _limits(name, value)
    if name in ("focus", "protect", "palette") and isinstance(value, str):
        try:
            return _palette(value) if name == "palette" else Mask.read(value)
        except (ValueError, SettingError):
            return None
    if name == "boldness" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if LEAST_BOLDNESS <= value <= MOST_BOLDNESS else None
    whole = isinstance(value, int) and not isinstance(value, bool)
    ranges = {
        "divide": (1, MOST_DIVIDE),
        "max_step": (1, MOST_STEPS),
        "strokes": (1, MAX_STROKES),
        "seed": (0, MAX_SEED),
        "style": (0, MOST_STYLE),
    }
    choices = {"preset": PRESETS, "device": DEVICES}
    if name in ranges:
        low, high = ranges[name]
        return value if whole and low <= value <= high else None
    if name in choices:
        return value if value in choices[name] else None
    if name == "stroke_type" and isinstance(value, str):
        try:
            return str(Mix.parse(value))
        except SettingError:
            return None
    if name == "background" and isinstance(value, str):
        try:
            return rgb_from_hex(value)
        except ValueError:
            return None
    if name == "actor" and isinstance(value, str) and value and "\0" not in value:
        return Path(value)
    return None


def _limits(name: str, value: Any) -> tuple[float, float] | None:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in value):
        return None
    try:
        limits = float(value[0]), float(value[1])
        Bounds(**{name: limits})  # type: ignore[arg-type]
    except (SettingError, OverflowError):  # a whole number may be larger than any other
        return None
    return limits


def _palette(text: str) -> str:
    """A palette's name where it is one that needs no file.

    Raises:
        SettingError: If it is none.
    """
    if not (text == "pigments" or text.startswith("#") or (text.isascii() and text.isdecimal() and len(text) < 9)):
        raise SettingError("palette", text, "name its colours")
    palette_named(text, np.zeros((1, 1, 3), np.uint8))
    return text
