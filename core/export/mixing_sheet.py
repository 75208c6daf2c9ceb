"""A sheet of a palette's colours and how to mix each from paints, as a PDF or a picture."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.document import rgb_to_hex
from core.errors import SettingError
from core.export.lesson import LARGEST_SHEET, MOST_COLOURS
from core.export.lesson_parts import HAIRLINE, INK, MUTED, heading, per_cent, picture
from core.export.mixing_words import MixingWords, paint_name
from core.export.pdf_page import Box, PdfPages, wrapped
from core.export.pdf_pictures import pdf_pictures
from core.files import written_aside
from core.geometry import Size
from core.images import check_picture_path, save_picture
from core.mixing import Recipe, recipes
from core.palette import Palette, pigments
from core.palette_use import MAIN, PaletteUse

SHOWN = 600
"""Longer side of the picture on the sheet, pixels."""

_PAGE = (210.0, 279.4)
"""Width and height, millimetres: as wide as A4 and as high as Letter, so that it can be printed on both."""

_EDGE = 14.0
"""Left free around a page, millimetres."""

_PICTURE = Box(146.0, 14.0, 50.0, 42.0)
"""Room for the picture, at the right."""

_ROW = 16.0
"""Height that a colour takes, millimetres."""

_SWATCH = 12.0
"""Height of its swatches, millimetres."""

_ROWS = 12
"""Of a page. More colours are set in two columns."""

_DENSITY = 8
"""Pixels a millimetre of a picture where nothing else is asked for."""

_LEAST_SIDE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class MixingOptions:
    """What may vary in a mixing sheet."""

    paints: Palette = field(default_factory=pigments)
    """What there is to mix from."""
    colours: int = MAIN
    """At most so many, of a painting that has no palette."""
    title: str = ""
    """Of the sheet."""
    words: MixingWords = field(default_factory=MixingWords)

    def __post_init__(self) -> None:
        if not 1 <= self.colours <= MOST_COLOURS:
            raise SettingError("colours", self.colours, f"choose 1 to {MOST_COLOURS}")


def write_mixing_sheet(
    use: PaletteUse,
    shown: NDArray[np.uint8],
    path: Path,
    *,
    options: MixingOptions | None = None,
    longer: int | None = None,
) -> None:
    """Write a sheet of how to mix colours.

    Args:
        use: The colours, and how much of each there is.
        shown: [H, W, 3], the painting or the photo.
        path: Where to: a .pdf, of as many pages as are needed, or a picture of all colours on one.
        options: See `MixingOptions`.
        longer: Longer side of the picture, pixels; a PDF has none.

    Raises:
        OutputError: If it cannot be written.
        SettingError: If there are too many paints, or a size is out of range.
    """
    options = options or MixingOptions()
    if path.suffix.lower() == ".pdf":
        if longer is not None:
            raise SettingError("size", longer, "a PDF has the size of its paper; leave --size out")
        found = recipes(use.palette.colours, options.paints)
        with written_aside(path) as aside, aside.open("wb") as file:
            _Sheet(file, _PAGE, use, found, options).draw(shown, _ROWS)
        return
    rows = -(-len(use.palette.colours) // _columns(use))
    size = (_PAGE[0], _PAGE[1] + _ROW * (rows - _ROWS))
    side = min(LARGEST_SHEET, round(_DENSITY * max(size))) if longer is None else longer
    if not _LEAST_SIDE <= side <= LARGEST_SHEET:
        raise SettingError("size", side, f"choose {_LEAST_SIDE} to {LARGEST_SHEET} pixels for a mixing sheet")
    check_picture_path(path, Size(side, side))
    drawn = io.BytesIO()
    _Sheet(drawn, size, use, recipes(use.palette.colours, options.paints), options).draw(shown, rows)
    save_picture(path, next(pdf_pictures(drawn.getvalue(), side)))


class _Column(NamedTuple):
    """How colours are set in a column."""

    swatch: float
    """Width of each of two, millimetres."""
    name: float
    text: float
    note: float
    """Points."""


_WIDE, _NARROW = _Column(24.0, 10.0, 9.0, 8.0), _Column(12.0, 8.5, 7.5, 7.0)


def _columns(use: PaletteUse) -> int:
    return 1 if len(use.palette.colours) <= _ROWS else 2


class _Sheet:
    """Draws the pages."""

    def __init__(
        self,
        file: BinaryIO,
        size: tuple[float, float],
        use: PaletteUse,
        found: list[Recipe],
        options: MixingOptions,
    ) -> None:
        """Takes what all pages show; `size` is theirs in millimetres, `found` the recipe of each colour."""
        self._use, self._found, self._options, self._words = use, found, options, options.words
        self._title = options.title.strip() or options.words.sheet
        self._pages = PdfPages(file, size, title=self._title)
        self._right = size[0] - _EDGE

    def draw(self, shown: NDArray[np.uint8], rows: int) -> None:
        """Draw all pages, each with so many rows, and write them."""
        count, columns = len(self._found), _columns(self._use)
        column = _WIDE if columns == 1 else _NARROW
        width = (self._right - _EDGE) / columns
        total = -(-count // (rows * columns))
        top = self._pages.size[1] - _EDGE - 5 - rows * _ROW
        for page in range(total):
            self._draw_head(shown)
            for place, index in enumerate(range(page * rows * columns, min(count, (page + 1) * rows * columns))):
                left = _EDGE + place // rows * width
                if place % rows == 0:
                    self._pages.text(left, top - 2, self._words.wanted, 7, MUTED)
                    self._pages.text(left + column.swatch, top - 2, self._words.mixed, 7, MUTED)
                self._draw_colour(index, Box(left, top + place % rows * _ROW, width - 4, _ROW), column)
            self._draw_foot(page + 1, total)
            self._pages.next()
        self._pages.save()

    def _draw_head(self, shown: NDArray[np.uint8]) -> None:
        page, words, paints = self._pages, self._words, self._options.paints
        box = _PICTURE.fitted(Size(*shown.shape[:2]))
        picture(page, box._replace(left=self._right - box.width), shown, 0)
        width = _PICTURE.left - 6 - _EDGE
        page.text(_EDGE, 22, wrapped(self._title, 22, width, most=1, bold=True)[0], 22, INK, bold=True)
        used = Counter(portion.paint for recipe in self._found for portion in recipe.portions)
        count = words.paint if len(used) == 1 else words.paints.format(count=len(used))
        heading(page, _EDGE, 29, words.summary.format(colours=len(self._found), paints=count))
        # What is in most recipes first: to be bought first.
        names = ", ".join(paint_name(paints, paint) for paint, _ in used.most_common())
        base = 34.0
        for text, colour, most in ((words.needed.format(paints=names), INK, 4), (words.advice, MUTED, 4)):
            for line in wrapped(text, 7.5, width, most=most):
                page.text(_EDGE, base, line, 7.5, colour)
                base += 3.3
            base += 1.2

    def _draw_colour(self, index: int, box: Box, column: _Column) -> None:
        page, words, use, recipe = self._pages, self._words, self._use, self._found[index]
        rgb, name = use.palette.colours[index], use.palette.names[index]
        # The one over the other's half: between two that meet a light line would show, and so less of the difference.
        page.rectangle(Box(box.left, box.top, 2 * column.swatch, _SWATCH), fill=rgb)
        page.rectangle(Box(box.left + column.swatch, box.top, column.swatch, _SWATCH), fill=recipe.rgb)
        page.rectangle(Box(box.left, box.top, 2 * column.swatch, _SWATCH), line=HAIRLINE)
        left, base = box.left + 2 * column.swatch + 3, box.top + 3.2
        room = box.right - left
        if name:
            shown = wrapped(name, column.name, room - 16, most=1, bold=True)[0]
            page.text(
                left + page.text(left, base, shown, column.name, INK, bold=True) + 2, base, rgb_to_hex(rgb),
                column.note, MUTED,
            )  # fmt: skip
        else:
            page.text(left, base, rgb_to_hex(rgb), column.name, INK, bold=True)
        for line in wrapped(words.recipe(recipe, self._options.paints), column.text, room, most=2):
            base += 0.45 * column.text
            page.text(left, base, line, column.text, INK)
        base += 0.3 + 0.45 * column.note
        page.text(left, base, wrapped(self._note(index), column.note, room, most=1)[0], column.note, MUTED)

    def _note(self, index: int) -> str:
        """How much there is of a colour, and how near its mixture comes."""
        words, use = self._words, self._use
        said = [words.near(self._found[index])]
        count = 1 if use.strokes is None else int(use.strokes[index])
        if not count or not use.shares[index]:
            said.append(words.unused)
        else:
            said.append(words.share.format(share=per_cent(float(use.shares[index]))))
            if use.strokes is not None:
                said.append(words.stroke if count == 1 else words.strokes.format(count=f"{count:,}"))
        return " · ".join(said)

    def _draw_foot(self, number: int, total: int) -> None:
        page = self._pages
        base = page.size[1] - 8
        page.lines([np.array([(_EDGE, base - 4), (self._right, base - 4)])], HAIRLINE, 0.2)
        sheet = self._words.sheet
        said = sheet if self._title == sheet else f"{sheet} · {self._title}"
        page.text(_EDGE, base, wrapped(said, 8, 120, most=1)[0], 8, MUTED)
        if total > 1:
            page.text(self._right, base, self._words.page.format(number=number, total=total), 8, MUTED, align=1)
