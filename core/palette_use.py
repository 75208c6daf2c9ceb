"""What a painting's palette is, and how much of it is in each of its colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.document import Document, rgb_from_hex
from core.palette import LONGEST_NAME, MOST, PIGMENTS, Palette, palette_of
from core.rasteriser.marks import marks_of
from core.stroke import Strokes
from core.texts import one_line

MAIN = 12
"""Colours that stand for those of a painting without a palette, where nothing else is asked for."""

_SAMPLED = 20_000
"""Colours of strokes that a palette is found from."""

_AT_ONCE = 1024
"""Strokes whose areas are measured at a time, so that memory stays bounded however long the document."""


@dataclass(frozen=True, slots=True, eq=False)
class PaletteUse:
    """A palette and how much of a picture is in each of its N colours."""

    palette: Palette
    shares: NDArray[np.float64]
    """[N] of the area painted, or of the photo's; together 1, or 0 where there is nothing."""
    strokes: NDArray[np.intp] | None
    """[N] how many; None of a photo."""


def document_palette(document: Document) -> Palette | None:
    """The palette that a painting was limited to by the job that painted its last strokes; None where by none.

    Common paints have their names again where the document has none.
    """
    colours, names = document.job.get("palette"), document.job.get("palette_names")
    if not isinstance(colours, list) or not 1 <= len(colours) <= MOST:  # files may say anything
        return None
    if not isinstance(names, list) or len(names) != len(colours) or not all(isinstance(each, str) for each in names):
        common = {colour: name for name, colour in PIGMENTS}
        names = [common.get(each, "") if isinstance(each, str) else "" for each in colours]
    try:
        return Palette.of([rgb_from_hex(each) for each in colours], [one_line(name, LONGEST_NAME) for name in names])
    except (TypeError, ValueError):
        return None


def main_colours(strokes: Strokes, count: int) -> Palette:
    """At most so many colours that stand for those of at least one stroke, by the areas they cover, dark to light."""
    drawn = drawn_by_area(strokes, np.random.default_rng(0))
    return palette_of(np.rint(strokes.rgb().astype(np.float64)[drawn] * 255).astype(np.uint8)[None], count)


def drawn_by_area(strokes: Strokes, random: np.random.Generator) -> NDArray[np.int64]:
    """Rows of at least one stroke [`_SAMPLED`] at random: the more one covers, the oftener.

    A stroke that covers little, or nothing as all do, has its turn too: its colour is one all the same.
    """
    areas = np.concatenate(
        [marks_of(strokes[first : first + _AT_ONCE]).areas for first in range(0, len(strokes), _AT_ONCE)]
    )
    shares = areas / max(float(areas.sum()), np.finfo(float).tiny) + 1 / len(areas)
    return random.choice(len(areas), _SAMPLED, p=shares / shares.sum())


def use_in_document(document: Document, palette: Palette | None = None, *, colours: int = MAIN) -> PaletteUse:
    """How much each colour of a palette is used in a painting; strokes of other colours count for the nearest.

    Args:
        document: The painting; without strokes there must be a palette.
        palette: The one meant; where absent, the document's own, or else its main colours.
        colours: At most so many of these.
    """
    strokes = document.strokes.drawn
    palette = palette or document_palette(document) or main_colours(strokes, colours)
    count = len(palette.colours)
    if not len(strokes):
        return PaletteUse(palette, np.zeros(count), np.zeros(count, np.intp))
    which = palette.nearest(strokes.rgb())
    areas = np.bincount(which, marks_of(strokes).areas, count)
    return PaletteUse(palette, areas / max(float(areas.sum()), 1e-9), np.bincount(which, minlength=count))


def use_in_photo(photo: NDArray[np.uint8], palette: Palette) -> PaletteUse:
    """How much of a photo [H, W, 3] is nearest to each colour of a palette."""
    cell = 256 // len(table := palette.table())
    red, green, blue = (photo[..., channel] // cell for channel in range(3))
    counts = np.bincount(table[red, green, blue].reshape(-1), minlength=len(palette.colours))
    return PaletteUse(palette, counts / counts.sum(), None)
