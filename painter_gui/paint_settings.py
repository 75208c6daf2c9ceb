"""What the artist has chosen to paint with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.document import BLACK, Rgb, rgb_from_hex, rgb_to_hex
from core.errors import SettingError
from core.job import MAX_SEED, PaintJob
from core.mix import Mix
from core.schedule import MAX_STROKES, PRESETS, paper_strokes

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
    background: Rgb = BLACK
    seed: int = 0
    device: str = "auto"
    """One of `DEVICES`."""
    actor: Path | None = None
    """Other weights than the bundled."""

    @property
    def total(self) -> int:
        """Strokes that a painting will have."""
        return paper_strokes(self.max_step, self.divide) if self.strokes is None else self.strokes

    def job(self, target: NDArray[np.uint8]) -> PaintJob:
        """The job of painting a target [H, W, 3] so."""
        return PaintJob(
            target=target, stroke_type=self.stroke_type, preset=self.preset, max_step=self.max_step,
            divide=self.divide, strokes=self.strokes, background=self.background, seed=self.seed,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """As plain JSON values."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        # A file's name need not be Unicode; what is written is.
        return own | {
            "background": rgb_to_hex(self.background),
            "actor": None if self.actor is None else str(self.actor).encode(errors="replace").decode(),
        }

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> PaintSettings:
        """Settings from plain values, as of a file; what is missing or out of range takes its default."""
        settings = cls()
        for name, value in values.items():
            checked = _checked(name, value)
            if checked is not None:
                settings = replace(settings, **{name: checked})
        return settings


def _checked(name: str, value: Any) -> Any:
    """A value as a setting has it; None where there is no such setting or value."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    ranges = {
        "divide": (1, MOST_DIVIDE),
        "max_step": (1, MOST_STEPS),
        "strokes": (1, MAX_STROKES),
        "seed": (0, MAX_SEED),
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
