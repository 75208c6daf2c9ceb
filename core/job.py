"""What to paint and how: all that decides the picture, but for the networks and the device. Knows no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.bounds import FREE, Bounds, digest
from core.document import BLACK, Rgb, rgb_to_hex
from core.errors import SettingError
from core.geometry import Size
from core.mix import Mix
from core.protection import PROTECTED, attention
from core.schedule import PUBLISHED_SIDE, Level, levels

MAX_SEED = 2**32 - 1

WAYS = (1, 2, 4, 8)
"""How many of the eight ways a window may be looked at: as it is, mirrored, all that keep rows rows, all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintJob:
    """All that affects the picture, but for the networks and the device: same job, same strokes."""

    target: NDArray[np.uint8]
    """[H, W, 3] RGB; its size is the sheet's."""
    stroke_type: str = "bezier"
    """The brush, or a mix of several; see `Mix.parse`."""
    preset: str = "default"
    """The schedule: `default` (coarse to fine, windows by error, colours solved) or `paper` (as published)."""
    max_step: int = 100
    """Steps as the published painter counts them."""
    divide: int = 4
    """Published patches of 128 pixels along the longer side at the finest level: how much detail there is."""
    strokes: int | None = None
    """The exact number of strokes; where None, as many as the published painter would make."""
    background: Rgb = BLACK
    """Of the bare sheet."""
    seed: int = 0
    """Of where the default preset's windows fall."""
    ways: int = 1
    """In how many ways, turned and mirrored, the default preset looks at each window: one of `WAYS`. More proposals to
    choose from, in as many times the time."""
    bounds: Bounds = FREE
    """What strokes may be like. Where too little is left to paint on, there are fewer than asked for."""
    to_refine: bool = False
    """The strokes are going to be refined: finer levels of the default preset ask for more of them."""
    focus: NDArray[np.uint8] | None = None
    """[H, W] of any size, how much the error of each part counts in choosing windows; all alike where None."""

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise SettingError("seed", self.seed, f"give a whole number from 0 to {MAX_SEED}")
        Mix.parse(self.stroke_type)  # refuses what is none
        if self.ways not in WAYS:
            raise SettingError("ways", self.ways, "choose one of " + ", ".join(map(str, WAYS)))
        check_masks(self.focus, self.bounds.protect, Size(*self.target.shape[:2]))

    @property
    def mix(self) -> Mix:
        """What `stroke_type` says."""
        return Mix.parse(self.stroke_type)

    @property
    def attention(self) -> NDArray[np.uint8] | None:
        """[H, W] how much the error of each part counts, protection considered; all alike where None."""
        return attention(self.focus, self.bounds.protect, Size(*self.target.shape[:2]))

    def levels(self, side: int = PUBLISHED_SIDE) -> tuple[Level, ...]:
        """The schedule for actors whose observations measure `side` pixels.

        Raises:
            SettingError: If a setting is out of range, or a level has no stroke type.
        """
        plan = levels(
            preset=self.preset, max_step=self.max_step, divide=self.divide, strokes=self.strokes, side=side,
            to_refine=self.to_refine, min_size=self.bounds.min_size, width=self.bounds.width,
        )  # fmt: skip
        for level in range(1, len(plan) + 1):
            self.mix.at(level, finest=len(plan))
        return plan

    def settings(self) -> dict[str, Any]:
        """The job as plain values, the target left out; what is new since the first version only where it is used."""
        values: dict[str, Any] = {
            "stroke_type": str(self.mix),
            "preset": self.preset,
            "max_step": self.max_step,
            "divide": self.divide,
            "strokes": self.strokes,
            "background": rgb_to_hex(self.background),
            "seed": self.seed,
        }
        if self.ways != 1:
            values["ways"] = self.ways
        if self.to_refine:
            values["to_refine"] = True
        if self.focus is not None:
            values["focus"] = digest(self.focus)
        return values | self.bounds.values()


def check_masks(focus: NDArray[np.uint8] | None, protect: NDArray[np.uint8] | None, size: Size | None = None) -> None:
    """Refuse masks that leave nothing to paint.

    Args:
        focus: As of `PaintJob`.
        protect: As of `Bounds`.
        size: The sheet's; where it is not known, what the masks leave together is not looked at.

    Raises:
        SettingError: If one of them, or both together, hide the whole picture.
    """
    if focus is not None and not focus.any():
        raise SettingError("focus", "black", "it hides the whole picture; paint some of it white")
    left = protect is None or not (protect >= PROTECTED).all()
    if size is not None:
        felt = attention(focus, protect, size)
        left = felt is None or bool(felt.any())
    if not left:
        raise SettingError("protect", "white", "nothing is left to paint; leave some of the picture free")
