"""Sizes, boxes and patches, and how the frames that they are in convert.

Four frames, all continuous, with the origin at the upper left corner and pixel (i, j) covering [i, i+1) x [j, j+1):

- unit: 0..1 within a patch, row first, as the actor emits it;
- sheet: pixels of the document's own size, row first; what a document's strokes are in;
- pixel: sheet times a scale, row first; what a rasteriser draws in;
- x/y: sheet with the column first; what SVG and Qt want, and only exports speak.
"""

from __future__ import annotations

from typing import NamedTuple


class Patch(NamedTuple):
    """A square of the sheet that an actor looks at; it may stick out of the sheet.

    Attributes:
        row: Upper edge, sheet pixels.
        column: Left edge, sheet pixels.
        side: Length of an edge, sheet pixels.
    """

    row: float
    column: float
    side: float


class Size(NamedTuple):
    """Height and width of a sheet or canvas, pixels."""

    height: int
    width: int

    @property
    def longer(self) -> int:
        """The longer side."""
        return max(self.height, self.width)

    @property
    def shorter(self) -> int:
        """The shorter side."""
        return min(self.height, self.width)

    def scaled(self, scale: float) -> Size:
        """This size times a scale, each side rounded and at least 1."""
        return Size(max(1, round(self.height * scale)), max(1, round(self.width * scale)))

    def with_longer_side(self, longer: int) -> Size:
        """The size of the same aspect whose longer side is `longer`."""
        return self.scaled(longer / self.longer)


class PixelBox(NamedTuple):
    """A half-open box of whole pixels: rows top..bottom, columns left..right."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> Size:
        """Height and width; zero where the box is empty."""
        return Size(max(0, self.bottom - self.top), max(0, self.right - self.left))

    def moved(self, rows: int, columns: int) -> PixelBox:
        """This box, so far down and to the right."""
        return PixelBox(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)

    def joined(self, other: PixelBox) -> PixelBox:
        """The smallest box that holds both; an empty one holds nothing."""
        boxes = [box for box in (self, other) if box.size.shorter]
        if len(boxes) < 2:
            return boxes[0] if boxes else PixelBox(0, 0, 0, 0)
        return PixelBox(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def clipped(self, size: Size) -> PixelBox:
        """The part of this box that lies on a canvas of `size`."""
        return PixelBox(
            min(max(self.top, 0), size.height),
            min(max(self.left, 0), size.width),
            min(max(self.bottom, 0), size.height),
            min(max(self.right, 0), size.width),
        )

    def patch(self, scale: float = 1.0) -> Patch:
        """The patch that this square box of pixels covers on a sheet drawn at `scale`."""
        return Patch(self.top / scale, self.left / scale, (self.bottom - self.top) / scale)


def pixel_scale(sheet: Size, canvas: Size) -> float:
    """The scale that draws a sheet on a canvas of (nearly) the same aspect: canvas pixels per sheet pixel."""
    return canvas.longer / sheet.longer
