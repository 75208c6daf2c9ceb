"""The document: a sheet and the ordered strokes on it. Immutable; painting replaces it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.geometry import Size
from core.stroke import Strokes

Rgb = tuple[int, int, int]
"""An 8-bit colour, red first."""


def rgb_to_hex(rgb: Rgb) -> str:
    """A colour as #rrggbb."""
    return f"#{bytes(rgb).hex()}"


def rgb_from_hex(text: str) -> Rgb:
    """The colour that #rrggbb names.

    Raises:
        ValueError: If the text has another form.
    """
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f"{text} is no colour like #ff8000")
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


BEFORE = "before"
"""Where a document's job holds those that painted its first strokes, each with `painted`, how many there were then."""

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that is needed to draw a painting, at any resolution.

    Strokes count in sheet pixels: those of a drawing at the sheet's own size.
    """

    size: Size
    """Height and width of the sheet."""
    background: Rgb = BLACK
    """The bare sheet's colour."""
    strokes: Strokes = field(default_factory=Strokes)
    """Lowest first."""
    job: Mapping[str, Any] = field(default_factory=dict)
    """What painted it (seed, schedule, weights), as plain JSON values; informative only."""

    def __post_init__(self) -> None:
        if self.size.height < 1 or self.size.width < 1:
            raise ValueError(f"a sheet measures at least 1 x 1 pixels, got {self.size}")

    @property
    def painted_before(self) -> int:
        """How many of its strokes other jobs than the last one have painted."""
        before = self.job.get(BEFORE)
        last = before[-1] if isinstance(before, list) and before else None
        count = last.get("painted") if isinstance(last, dict) else None
        return count if isinstance(count, int) and 0 <= count <= len(self.strokes) else 0  # files may say anything

    @property
    def drawn(self) -> Document:
        """This document without its muted strokes."""
        return replace(self, strokes=self.strokes.drawn)

    def psnr_after(self, count: int) -> float | None:
        """How near its first strokes come to the photo, dB, by the error measured when they were laid.

        Returns:
            None where it was not measured, and of the bare sheet.
        """
        error = float(self.strokes.errors[count - 1]) if 0 < count <= len(self.strokes) else math.nan
        return -10 * math.log10(error) if math.isfinite(error) and error > 0 else None

    def painted(self, strokes: Strokes) -> Document:
        """This document with strokes laid on top."""
        return replace(self, strokes=self.strokes.appended(strokes))

    def cut(self, count: int) -> Document:
        """This document as it was after its first `count` strokes, its job the one that painted the last of them."""
        job, before = dict(self.job), self.job.get(BEFORE)
        before = list(before) if isinstance(before, list) else []
        while before and isinstance(before[-1], dict) and before[-1].get("painted", 0) >= count:
            job = {name: value for name, value in before.pop().items() if name != "painted"}
        if BEFORE in self.job:
            job = job | {BEFORE: before} if before else {name: job[name] for name in job if name != BEFORE}
        return replace(self, strokes=self.strokes[:count], job=job)
