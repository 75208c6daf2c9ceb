"""Masks: how much of something there is in each part of a sheet, painted softly, kept with the work."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import PixelBox, Size

MASK_SIDE = 1024
"""Pixels of a mask's longer side at most: its edges are soft, and it is kept at every stroke of the brush."""

_ELSEWHERE = 16

_LONGEST = 2**22
"""Characters of a written mask; one of noise has half of that."""


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """[H, W] 0 to 255, read-only; equal to another of the same pixels."""

    pixels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        self.pixels.flags.writeable = False

    @classmethod
    def blank(cls, sheet: Size) -> Mask:
        """Nothing of it, for a sheet of that size."""
        return cls(np.zeros(mask_size(sheet), np.uint8))

    @property
    def size(self) -> Size:
        """Height and width."""
        return Size(*self.pixels.shape)

    @property
    def empty(self) -> bool:
        """Whether there is nothing of it anywhere."""
        return not self.pixels.any()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        return self.pixels is other.pixels or np.array_equal(self.pixels, other.pixels)

    def __hash__(self) -> int:
        return hash(self.pixels.tobytes())

    def written(self) -> str:
        """As text, for JSON: a PNG in base 64."""
        from PIL import Image  # the window opens without it

        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG", compress_level=6)
        return base64.b64encode(buffer.getvalue()).decode()

    @classmethod
    def read(cls, text: str) -> Mask:
        """From what `written` gave, trusting nothing in it.

        Raises:
            ValueError: If it is no mask.
        """
        from PIL import Image, UnidentifiedImageError

        if len(text) > _LONGEST:
            raise ValueError("it is longer than any mask")
        try:
            with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
                if image.mode != "L" or max(image.size) > MASK_SIDE:
                    raise ValueError(f"a picture of {image.size} in {image.mode} is no mask")
                return cls(np.array(image, np.uint8))
        except (UnidentifiedImageError, Image.DecompressionBombError, binascii.Error, OSError, SyntaxError) as error:
            raise ValueError("it is no picture") from error


def as_focus(mask: Mask) -> NDArray[np.uint8]:
    """How much errors count [H, W] where a mask says what matters: elsewhere too, a sixteenth as much."""
    focus: NDArray[np.uint8] = np.rint(_ELSEWHERE + mask.pixels * ((255 - _ELSEWHERE) / 255)).astype(np.uint8)
    return focus


def mask_size(sheet: Size) -> Size:
    """The size of masks for a sheet."""
    return sheet.with_longer_side(min(MASK_SIDE, sheet.longer))


class MaskStroke:
    """One stroke of a soft brush over a mask, from when it is put down until it is lifted.

    However often it goes over a place, it adds no more there than its opacity.

    Attributes:
        pixels: float32 [H, W] 0 to 1, the mask as it is now.
    """

    def __init__(self, mask: Mask, *, opacity: float = 1.0, softness: float = 0.5, erases: bool = False) -> None:
        """Begin.

        Args:
            mask: What it goes over; it stays as it is.
            opacity: Of the brush, 0 to 1.
            softness: Share of the radius over which the brush fades out towards its edge.
            erases: It takes away.
        """
        self._before = mask.pixels.astype(np.float32) / 255
        self._laid = np.zeros_like(self._before)
        self._opacity, self._softness, self._erases = opacity, softness, erases
        self._last: tuple[float, float, float] | None = None
        self.pixels = self._before.copy()

    def reach(self, row: float, column: float, radius: float) -> PixelBox:
        """Go on in a straight line to a point; all in pixels of the mask.

        Returns:
            What it has changed.
        """
        from_row, from_column, from_radius = self._last or (row, column, radius)
        self._last = row, column, radius
        most = max(radius, from_radius) + 1
        box = PixelBox(
            int(np.floor(min(row, from_row) - most)), int(np.floor(min(column, from_column) - most)),
            int(np.ceil(max(row, from_row) + most)), int(np.ceil(max(column, from_column) + most)),
        ).clipped(Size(*self.pixels.shape))  # fmt: skip
        part = slice(box.top, box.bottom), slice(box.left, box.right)
        y, x = np.ogrid[box.top : box.bottom, box.left : box.right]
        y, x = y + 0.5 - from_row, x + 0.5 - from_column
        down, right = row - from_row, column - from_column
        along = np.clip((y * down + x * right) / max(down * down + right * right, 1e-12), 0, 1)
        distance = np.hypot(y - along * down, x - along * right)
        wide = from_radius + along * (radius - from_radius)
        # A pixel's width of its own keeps a hard edge smooth.
        fade = np.maximum(self._softness * wide, 1.0)
        laid = np.clip((wide + 0.5 - distance) / fade, 0, 1) * self._opacity
        np.maximum(self._laid[part], laid, out=self._laid[part], casting="same_kind")
        before, now = self._before[part], self._laid[part]
        self.pixels[part] = before * (1 - now) if self._erases else np.maximum(before, now)
        return box

    def mask(self) -> Mask:
        """The mask as it is now."""
        return Mask(np.rint(self.pixels * 255).astype(np.uint8))
