"""How a painting and its photo are looked at together on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QRectF

_SHINES = 0.5
"""Opacity of the photo on a bare sheet."""


class CanvasMode(Enum):
    """What is shown."""

    CANVAS = "canvas"
    TARGET = "target"
    SPLIT = "split"
    OVERLAY = "overlay"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is shown, and how much of each."""

    mode: CanvasMode = CanvasMode.CANVAS
    split: float = 0.5
    """Where the split's edge is, 0..1 of the canvas from the left: the photo is left of it."""
    opacity: float = 0.5
    """Of the photo in the overlay, 0..1."""
    bare: bool = False
    """Nothing is painted yet: the photo shines through the sheet, or whoever has opened one would see it nowhere."""

    def drawn(self, *, against: bool, at_work: bool) -> Look:
        """What is drawn for it, of a painting alone or `against` another in the same place.

        Where one is `at_work`, with a tool or comparing it with another beside it, the sheet is as it is.
        """
        if against and self.mode is CanvasMode.SPLIT:  # one against another, and not against the photo too
            return replace(self, mode=CanvasMode.CANVAS)
        if self.bare and not (against or at_work) and self.mode is CanvasMode.CANVAS:
            return replace(self, mode=CanvasMode.OVERLAY, opacity=_SHINES)
        return self

    def left_of_edge(self, frame: QRectF) -> QRectF:
        """The part of a frame, which the canvas fills, left of the split's edge."""
        return QRectF(frame.left(), frame.top(), self.split * frame.width(), frame.height())
