"""The parts that a lesson's cards are put together from: swatches, brushes, pictures under a grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.document import Rgb, rgb_to_hex
from core.export.pdf_page import Box, PdfPages, text_width, wrapped

INK: Rgb = (29, 35, 43)
MUTED: Rgb = (104, 113, 125)
HAIRLINE: Rgb = (214, 218, 224)
PAPER: Rgb = (255, 255, 255)

_SWATCH = 8.0
"""Millimetres of a side."""

_SPACE, _NOTE = 1.6, 3.1
"""Between the words of a swatch, and from line to line of its notes, millimetres."""

_HEADING = 9.5
"""Size of a part's name, points."""

_NARROWEST = 38.0
"""Millimetres that a column of swatches takes."""

_LARGEST_BRUSH = 11.0
"""What the widest brush of a card is drawn as, millimetres; the others in proportion."""

BRUSH_ROW, BRUSH_COLUMN = 19.0, 34.0
"""Millimetres that a row of brushes takes in height, and brushes under each other in width."""

MOST_BRUSHES, BRUSH_PITCH = 3, 21.0
"""How many there are at most, and from one to the next of a row, millimetres."""

GRID_EDGE = 4.5
"""Room for a grid's letters and numbers, millimetres."""


class Swatch(NamedTuple):
    """A colour to be mixed."""

    name: str
    rgb: Rgb
    share: float | None
    """Of the area painted."""
    note: str = ""


def per_cent(share: float) -> str:
    """A share as whole hundredths, what is less than one as that."""
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else "< 1 %"


def number_list(numbers: Sequence[int]) -> str:
    """Rising numbers as short as can be: 1–3, 7, 9."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs)


def heading(page: PdfPages, left: float, base: float, text: str) -> None:
    """The name of a part."""
    page.text(left, base, text, _HEADING, INK, bold=True)


def heading_width(text: str) -> float:
    """How long the name of a part is, millimetres."""
    return text_width(text, _HEADING, bold=True)


class SwatchLayout(NamedTuple):
    """How colours stand in their room."""

    columns: int
    row: float = 10.0
    """Least height of each, millimetres."""
    notes: int = 6
    """At most so many lines below a colour's name."""


def swatch_layout(some: Sequence[Swatch], box: Box, *, columns: int) -> SwatchLayout:
    """The roomiest layout in at least so many columns that fits a box; notes are cut only where none does otherwise."""
    most = max(columns, int(box.width // _NARROWEST))
    tried = [
        SwatchLayout(across, row, notes)
        for notes in (6, 3, 2, 1, 0)
        for row in (10.0, 8.6, 7.2)
        for across in range(columns, most + 1)
    ]
    return next((each for each in tried if swatches(None, box, some, each) <= box.height), tried[-1])


def swatches(page: PdfPages | None, box: Box, some: Sequence[Swatch], layout: SwatchLayout) -> float:
    """Draw colours with their names and notes, down the columns first; without a page, only ask for room.

    Returns:
        How high all of it is.
    """
    rows = -(-len(some) // layout.columns)
    width = box.width / layout.columns
    room = width - _SWATCH - 4
    highest = 0.0
    for column in range(layout.columns):
        top = box.top
        for swatch in some[column * rows : (column + 1) * rows]:
            lines = _notes(swatch, room)[: layout.notes]
            if page is not None:
                _swatch(page, Box(box.left + column * width, top, room, min(_SWATCH, layout.row - 1.5)), swatch, lines)
            top += max(layout.row, 6 + _NOTE * len(lines))
        highest = max(highest, top - box.top)
    return highest


def _notes(swatch: Swatch, room: float) -> list[str]:
    """What stands below a colour's name."""
    share = [] if _share_fits(swatch, room) else [_share(swatch)]  # in a narrow column it goes into a line of its own
    return share + wrapped(swatch.note, 7, room, most=6)


def _share(swatch: Swatch) -> str:
    return "" if swatch.share is None else per_cent(swatch.share)


def _share_fits(swatch: Swatch, room: float) -> bool:
    parts = ((swatch.name, 8.5, True), (rgb_to_hex(swatch.rgb), 8, False), (_share(swatch), 8, False))
    return sum(text_width(text, size, bold=bold) for text, size, bold in parts) + 2 * _SPACE <= room


def _swatch(page: PdfPages, box: Box, swatch: Swatch, notes: Sequence[str]) -> None:
    """Draw one; `box.width` is what the words have, `box.height` the colour's."""
    page.rectangle(Box(box.left, box.top, _SWATCH, box.height), fill=swatch.rgb, line=HAIRLINE, radius=1)
    left, base = box.left + _SWATCH + 2, box.top + 3.1
    hexadecimal = left + page.text(left, base, swatch.name, 8.5, INK, bold=True) + _SPACE
    share = hexadecimal + page.text(hexadecimal, base, rgb_to_hex(swatch.rgb), 8, INK) + _SPACE
    if _share_fits(swatch, box.width):
        page.text(share, base, _share(swatch), 8, MUTED)
    for line, text in enumerate(notes):
        page.text(left, base + 3.5 + _NOTE * line, text, 7, MUTED)


class Brush(NamedTuple):
    """A width of brushes."""

    width: float
    """In any unit."""
    size: str
    share: str
    """Two lines that say it."""


def brushes(page: PdfPages, box: Box, some: Sequence[Brush], *, upright: bool) -> None:
    """Draw at most `MOST_BRUSHES` round brushes in proportion to each other, beside or under each other.

    A row of them takes `BRUSH_ROW` millimetres in height; upright, they take `BRUSH_COLUMN` in width.
    """
    largest = max(brush.width for brush in some)
    pitch = min(BRUSH_PITCH, (box.width - _LARGEST_BRUSH) / (MOST_BRUSHES - 1))
    x, y = box.left + _LARGEST_BRUSH / 2, box.top + _LARGEST_BRUSH / 2
    for brush in some:
        page.disc(x, y, max(0.4, _LARGEST_BRUSH / 2 * brush.width / largest), INK)
        if upright:
            page.text(x + _LARGEST_BRUSH / 2 + 3, y - 0.3, brush.size, 8.5, INK, bold=True)
            page.text(x + _LARGEST_BRUSH / 2 + 3, y + 3.2, brush.share, 7, MUTED)
            y += _LARGEST_BRUSH + 2
        else:
            page.text(x, y + _LARGEST_BRUSH / 2 + 4, brush.size, 8.5, INK, bold=True, align=0.5)
            page.text(x, y + _LARGEST_BRUSH / 2 + 7.4, brush.share, 7, MUTED, align=0.5)
            x += pitch


def picture(page: PdfPages, box: Box, pixels: NDArray[np.uint8], squares: int) -> None:
    """Draw pixels in a box, over them a grid with letters along its top and numbers down its left side."""
    page.picture(box, pixels)
    if squares:
        lines = []
        for share in np.linspace(0, 1, squares + 1)[1:-1].tolist():
            x, y = box.left + share * box.width, box.top + share * box.height
            lines += [np.array([(x, box.top), (x, box.bottom)]), np.array([(box.left, y), (box.right, y)])]
        page.lines(lines, PAPER, 0.35, opacity=0.45)
        page.lines(lines, INK, 0.12, opacity=0.6)
        for index, (start, end) in enumerate(pairwise(np.linspace(0, 1, squares + 1).tolist())):
            middle = (start + end) / 2
            page.text(box.left + middle * box.width, box.top - 1.3, chr(ord("A") + index), 7.5, MUTED, align=0.5)
            page.text(box.left - 1.5, box.top + middle * box.height + 1, f"{index + 1}", 7.5, MUTED, align=1)
    page.rectangle(box, line=HAIRLINE, width=0.2)
