"""Pages of a PDF, drawn on in millimetres from the upper left corner.

What Western European languages need is set in Helvetica, which every reader of PDF has, and what that lacks (Chinese
above all) in a Song typeface, which readers have or fetch: no font needs to come with the program.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.document import Rgb
from core.geometry import Size

MM = 72 / 25.4
"""Points in a millimetre."""

_OTHERS = "STSong-Light"
"""The typeface of what Helvetica lacks."""

_QUALITY = 90
"""Of pictures, as JPEG."""


class Box(NamedTuple):
    """A part of a page, millimetres."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def fitted(self, size: Size) -> Box:
        """The largest box of that aspect in its upper left corner."""
        scale = min(self.width / size.width, self.height / size.height)
        return Box(self.left, self.top, size.width * scale, size.height * scale)


class PdfPages:
    """Draws pages one after the other into a file."""

    def __init__(self, file: BinaryIO, size: tuple[float, float], *, title: str) -> None:
        """Begins with an empty page.

        Args:
            file: Where `save` writes to.
            size: Width and height of the pages, millimetres.
            title: Of the document.
        """
        from reportlab import rl_config
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas

        rl_config.useA85 = 0  # a quarter smaller
        pdfmetrics.registerFont(UnicodeCIDFont(_OTHERS))
        self.size = size
        # Invariant: no time in it, so that the same lesson gives the same bytes.
        self._canvas = Canvas(file, pagesize=(size[0] * MM, size[1] * MM), invariant=1, pageCompression=1)
        self._canvas.setTitle(_sound(title))
        self._canvas.setCreator("Strokewise")

    def next(self) -> None:
        """End this page."""
        self._canvas.showPage()

    def save(self) -> None:
        """Write the pages ended so far."""
        self._canvas.save()

    def _y(self, top: float) -> float:
        return (self.size[1] - top) * MM

    def text(
        self, left: float, base: float, text: str, size: float, colour: Rgb, *, bold: bool = False, align: float = 0.0
    ) -> float:
        """Write one line; returns its width.

        Args:
            left: Where it begins, or with `align` 0.5 its middle, with 1 its end.
            base: What its letters stand on.
            text: Whatever no typeface has is left to the reader of the PDF.
            size: Points.
            colour: Of the letters.
            bold: Whether they are heavy.
            align: See `left`.
        """
        width = text_width(text, size, bold=bold)
        line = self._canvas.beginText((left - align * width) * MM, self._y(base))
        line.setFillColorRGB(*_unit(colour))
        for font, part in _runs(text, bold=bold):
            line.setFont(font, size)
            line.textOut(part)
        self._canvas.drawText(line)
        return width

    def haloed(self, middle: float, base: float, text: str, size: float, colour: Rgb, halo: Rgb) -> None:
        """Write one short heavy line around a middle, legible on whatever is there."""
        left = middle - text_width(text, size, bold=True) / 2
        for outlined in (True, False):
            self._canvas.saveState()  # how letters are drawn would hold for all that follow
            line = self._canvas.beginText(left * MM, self._y(base))
            line.setFont("Helvetica-Bold", size)
            line.setTextRenderMode(1 if outlined else 0)
            self._canvas.setLineWidth(size * 0.3)
            self._canvas.setLineJoin(1)
            line.setStrokeColorRGB(*_unit(halo))
            line.setFillColorRGB(*_unit(colour))
            line.textOut(text)
            self._canvas.drawText(line)
            self._canvas.restoreState()

    def rectangle(
        self, box: Box, *, fill: Rgb | None = None, line: Rgb | None = None, width: float = 0.1, radius: float = 0.0
    ) -> None:
        """Draw a rectangle; the line's `width` and the corners' `radius` in millimetres."""
        self._set(fill, line, width)
        place = (box.left * MM, self._y(box.bottom), box.width * MM, box.height * MM)
        self._canvas.roundRect(*place, radius * MM, stroke=int(line is not None), fill=int(fill is not None))

    def disc(self, x: float, y: float, radius: float, fill: Rgb) -> None:
        """Draw a filled circle."""
        self._set(fill, None, 0)
        self._canvas.circle(x * MM, self._y(y), radius * MM, stroke=0, fill=1)

    def lines(self, lines: Sequence[NDArray[np.float64]], colour: Rgb, width: float, *, opacity: float = 1.0) -> None:
        """Draw lines through points [P, 2] of x and y; a line that ends where it began is closed."""
        self._set(None, colour, width)
        self._canvas.setStrokeAlpha(opacity)
        self._canvas.setLineJoin(1)
        path = self._canvas.beginPath()
        for points in lines:
            places = [(x * MM, self._y(y)) for x, y in points.tolist()]
            closed = len(places) > 2 and places[0] == places[-1]
            path.moveTo(*places[0])
            for place in places[1 : len(places) - closed]:
                path.lineTo(*place)
            if closed:
                path.close()
        self._canvas.drawPath(path)
        self._canvas.setStrokeAlpha(1)

    def picture(self, box: Box, pixels: NDArray[np.uint8]) -> None:
        """Draw pixels [H, W, 3] to fill a box."""
        from reportlab.lib.utils import ImageReader

        packed = io.BytesIO()
        Image.fromarray(pixels).save(packed, "JPEG", quality=_QUALITY, subsampling=0)
        packed.seek(0)
        place = (box.left * MM, self._y(box.bottom), box.width * MM, box.height * MM)
        self._canvas.drawImage(ImageReader(packed), *place)

    @contextmanager
    def clipped(self, box: Box) -> Iterator[None]:
        """Let the body draw within a box only."""
        self._canvas.saveState()
        path = self._canvas.beginPath()
        path.rect(box.left * MM, self._y(box.bottom), box.width * MM, box.height * MM)
        self._canvas.clipPath(path, stroke=0, fill=0)
        yield
        self._canvas.restoreState()

    def _set(self, fill: Rgb | None, line: Rgb | None, width: float) -> None:
        if fill is not None:
            self._canvas.setFillColorRGB(*_unit(fill))
        if line is not None:
            self._canvas.setStrokeColorRGB(*_unit(line))
            self._canvas.setLineWidth(width * MM)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How long a line is, millimetres, in letters of so many points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return sum(float(stringWidth(part, font, size)) for font, part in _runs(text, bold=bold)) / MM


def wrapped(text: str, size: float, width: float, *, most: int, bold: bool = False) -> list[str]:
    """A text in at most so many lines of at most a width, millimetres; what is left over gives way to an ellipsis."""
    lines: list[str] = []
    rest = _sound(text)
    while rest and len(lines) < most:
        last = len(lines) == most - 1
        end = len(rest)
        while end > 1 and text_width(_cut(rest, end, last=last), size, bold=bold) > width:
            end -= 1
        space = rest.rfind(" ", 0, end + 1)
        if end < len(rest) and not last and space > 0:  # what is written without spaces is cut anywhere
            end = space
        lines.append(_cut(rest, end, last=last))
        rest = rest[end:].lstrip()
    return lines


def _cut(text: str, end: int, *, last: bool) -> str:
    return text[:end].rstrip() + ("…" if last and end < len(text) else "")


def _runs(text: str, *, bold: bool) -> Iterator[tuple[str, str]]:
    """A text in parts of one font each."""
    for western, signs in groupby(_sound(text), key=_is_western):
        yield ("Helvetica-Bold" if bold else "Helvetica") if western else _OTHERS, "".join(signs)


def _sound(text: str) -> str:
    """A text without what cannot be written: a file's name, which gives a title, may hold anything."""
    return "".join(
        sign if sign.isprintable() and ord(sign) < 2**16 else " " if sign.isspace() else "?" for sign in text
    )


def _is_western(sign: str) -> bool:
    try:
        sign.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _unit(colour: Rgb) -> tuple[float, float, float]:
    red, green, blue = colour
    return red / 255, green / 255, blue / 255
