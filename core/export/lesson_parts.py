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

_LARGEST_BRUSH = 11.0
"""What the widest brush of a card is drawn as, millimetres; the others in proportion."""

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
    page.text(left, base, text, 9.5, INK, bold=True)


def swatches(page: PdfPages, box: Box, some: Sequence[Swatch], columns: int, row: float) -> None:
    """Draw colours with their names in columns, each `row` millimetres high, down the columns first."""
    rows = -(-len(some) // columns)
    width = box.width / columns
    for index, swatch in enumerate(some):
        column, line = divmod(index, rows)
        left, top = box.left + column * width, box.top + line * row
        room = width - _SWATCH - 4
        page.rectangle(Box(left, top, _SWATCH, min(_SWATCH, row - 1.5)), fill=swatch.rgb, line=HAIRLINE, radius=1)
        after = left + _SWATCH + 2
        base = top + 3.1
        after_name = after + page.text(after, base, swatch.name, 8.5, INK, bold=True) + 1.6
        end = after_name + page.text(after_name, base, rgb_to_hex(swatch.rgb), 8, INK) + 1.6
        share = "" if swatch.share is None else per_cent(swatch.share)
        if end + text_width(share, 8) <= after + room:
            page.text(end, base, share, 8, MUTED)
            below = swatch.note
        else:  # in a narrow column it goes into the line below
            below = share
        for text in wrapped(below, 7, room, most=1):
            page.text(after, base + 3.4, text, 7, MUTED)


def brushes(page: PdfPages, left: float, top: float, widths: Sequence[tuple[float, str, str]]) -> None:
    """Draw round brushes in proportion to each other: of each its width, and two lines that say it."""
    largest = max(width for width, _, _ in widths)
    for index, (width, size, share) in enumerate(widths):
        middle = left + _LARGEST_BRUSH / 2 + index * 21
        radius = max(0.4, _LARGEST_BRUSH / 2 * width / largest)
        page.disc(middle, top + _LARGEST_BRUSH / 2, radius, INK)
        page.text(middle, top + _LARGEST_BRUSH + 4, size, 8.5, INK, bold=True, align=0.5)
        page.text(middle, top + _LARGEST_BRUSH + 7.4, share, 7, MUTED, align=0.5)


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
