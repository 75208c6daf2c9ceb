"""Where the parts of a lesson's card are on its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.export.lesson_parts import (
    BRUSH_COLUMN,
    BRUSH_PITCH,
    BRUSH_ROW,
    MOST_BRUSHES,
    Swatch,
    SwatchLayout,
    heading_width,
    swatch_layout,
    swatches,
)
from core.export.lesson_words import LessonWords
from core.export.pdf_page import Box, wrapped
from core.geometry import Size

EDGE = 14.0
"""Left free around a page, millimetres."""

TOP = 37.0
"""Where a step card's pictures begin, millimetres."""

SMALL, LINE = 8.0, 3.6
"""Size of what is said below pictures and beside brushes, points, and from line to line of it, millimetres."""

_LEAST_AFTER = 34.0
"""Height that is kept for the picture after a step, millimetres."""

_FACTS = 50.0
"""Least width of what stands beside two pictures, millimetres."""


class StepLayout(NamedTuple):
    """Where all but a step's strokes is on its card."""

    after: Box
    """The picture after the step."""
    facts: Box
    """The colours, with their heading."""
    swatches: SwatchLayout
    brushes: Box
    upright: bool
    """The brushes are under each other."""
    advice: Box | None
    """Of how thin paint is to be; None where that follows what is said below the strokes."""


def step_layout(
    box: Box, used: Sequence[Swatch], advice: str, words: LessonWords, *, sheet: Size, page: tuple[float, float],
    edge: float,
) -> StepLayout:  # fmt: skip
    """Where all stands on a card so that nothing lies on anything else, but the names of a grid too fine for a picture.

    Args:
        box: The step's strokes.
        used: Its colours.
        advice: How thin paint is to be; may be empty.
        words: The card's.
        sheet: Size of the painting.
        page: Width and height of the card, millimetres.
        edge: What pictures leave free for their grid's names, millimetres.
    """
    end, bottom = page[0] - EDGE, page[1] - EDGE
    left = max(box.right + 9, box.left + heading_width(words.these) + 9)  # a narrow picture's heading is the wider
    width = end - left
    # As large as the other picture, and all that is told beside them, where there is room for that.
    after = box._replace(left=left + edge)
    beyond = max(after.right, after.left + heading_width(words.after)) + 9
    facts = Box(beyond, TOP + 2, end - beyond, bottom - TOP - 2)
    if facts.width >= _FACTS:
        said = LINE * len(wrapped(advice, SMALL, facts.width, most=4))
        row = Box(facts.left, facts.bottom - 9 - said - BRUSH_ROW, facts.width, BRUSH_ROW)
        listed = Box(facts.left, facts.top + 3, facts.width, row.top - 9 - facts.top)
        layout = swatch_layout(used, listed, columns=1)
        if swatches(None, listed, used, layout) <= listed.height:
            below = row._replace(top=row.bottom, height=said)
            return StepLayout(after, facts, layout, row, upright=False, advice=below)
    least = box.top + _LEAST_AFTER + 11
    listed = Box(left + edge, least, width - edge, bottom - least)
    layout = swatch_layout(used, listed, columns=1 if len(used) <= 3 else 2)
    height = 3 + swatches(None, listed, used, layout)
    row = Box(box.left, box.bottom + 13, box.width, BRUSH_ROW)
    upright = row.bottom > bottom
    beside = BRUSH_COLUMN + 4 if upright else 0
    after = Box(left + edge, box.top, width - edge - beside, bottom - height - 8 - box.top).fitted(sheet)
    facts = Box(left + edge, after.bottom + 8, width - edge, height)
    if upright:  # brushes under each other take all the height that is sure to be there
        row = Box(after.right + 6, after.top, end - after.right - 6, after.height)
        return StepLayout(after, facts, layout, row, upright=True, advice=None)
    taken = row.left + MOST_BRUSHES * BRUSH_PITCH
    rest = Box(taken, row.top + 0.9, row.right - taken, row.height)
    return StepLayout(after, facts, layout, row, upright=False, advice=rest)
