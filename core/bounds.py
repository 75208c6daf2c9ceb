"""What strokes may be like, whoever lays or changes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.document import rgb_to_hex
from core.errors import SettingError
from core.palette import Palette

MOST_MIN_SIZE = 50.0

WHOLE = 100.0
"""Hundredths of the sheet's longer side: no stroke is thicker than that."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """Sizes are in hundredths of the sheet's longer side."""

    min_size: float = 0.0
    """Below it no stroke's longest line is made, as long as longer ones are proposed, nor does one shrink."""
    width: tuple[float, float] = (0.0, WHOLE)
    """How thick strokes are, at least and at most, as far as their patches allow."""
    opacity: tuple[float, float] = (0.0, 1.0)
    """At least and at most."""
    palette: Palette | None = None
    """The colours that they have; any where None."""
    protect: NDArray[np.uint8] | None = None
    """[H, W] of any size, where none may go; see `core.protection`. Nothing is protected where None."""

    def __post_init__(self) -> None:
        if not 0 <= self.min_size <= MOST_MIN_SIZE:
            raise SettingError("min-size", self.min_size, f"give a number of hundredths from 0 to {MOST_MIN_SIZE:g}")
        for name, (least, most), limit in (("width", self.width, WHOLE), ("opacity", self.opacity, 1.0)):
            if not 0 <= least <= most <= limit or not most:
                raise SettingError(name, f"{least:g}-{most:g}", f"give the least and the most, from 0 to {limit:g}")

    @property
    def limits_shapes(self) -> bool:
        """Whether widths or opacities are limited."""
        return self.width != (0.0, WHOLE) or self.opacity != (0.0, 1.0)

    def values(self) -> dict[str, Any]:
        """As plain JSON values, what is not used left out; of a mask its digest."""
        values: dict[str, Any] = {}
        if self.min_size:
            values["min_size"] = self.min_size
        if self.width != (0.0, WHOLE):
            values["width"] = list(self.width)
        if self.opacity != (0.0, 1.0):
            values["opacity"] = list(self.opacity)
        if self.palette is not None:
            values["palette"] = [rgb_to_hex(colour) for colour in self.palette.colours]
            if any(self.palette.names):
                values["palette_names"] = list(self.palette.names)
        if self.protect is not None:
            values["protect"] = digest(self.protect)
        return values


def digest(mask: NDArray[np.uint8]) -> str:
    """What tells a mask from others."""
    seen = hashlib.blake2b(str(mask.shape).encode(), digest_size=8)
    seen.update(np.ascontiguousarray(mask).tobytes())
    return seen.hexdigest()


FREE = Bounds()
"""Strokes may be like anything."""
