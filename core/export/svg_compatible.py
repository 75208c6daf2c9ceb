"""The compatible SVG profile: filled outlines of constant opacity, for programs that leave masks out.

A stroke whose opacity runs from w0 to w2 is several outlines, one in another, each laid over those before it. Alphas
w_1 < w_2 < ... of the regions between them come about when outline i has the opacity 1 - (1 - w_i) / (1 - w_(i-1)).
Where two regions meet only a small step shows, and every region reaches the stroke's own edge only once: no seams.
Polygons and circles are drawn as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.export.outline import beginning, outline
from core.export.svg_exact import batches, plain_element, rounded_places
from core.geometry import Size
from core.stroke import Strokes

STEP = 1 / 40
"""Opacity between one outline and the next."""


def compatible_elements(strokes: Strokes, size: Size, decimals: int) -> Iterator[str]:
    """Each stroke as filled outlines; see `exact_elements`.

    Args:
        strokes: N strokes, lowest first.
        size: Of the sheet, which is the drawing's user space.
        decimals: Of the numbers written.

    Yields:
        N lines of SVG; an empty one for a stroke that lies off the sheet.
    """
    for _, marks, colours in batches(strokes):
        discs = np.stack([marks.column, marks.row, marks.radius, marks.opacity], axis=1)
        offsets, polygon, places = marks.offsets.tolist(), marks.polygon.tolist(), rounded_places(marks, decimals)
        for index, colour in enumerate(colours):
            first, last = offsets[index], offsets[index + 1]
            own = discs[first:last]
            if _off_sheet(own, size):
                yield ""
                continue
            if polygon[index] or last - first == 1:
                yield plain_element(places, first, last, colour, own[0, 3])
                continue
            paths = "".join(
                f'<path d="{data}" fill-opacity="{opacity:.4g}"/>'
                for data, opacity in _outlines(own, decimals)
                if opacity > 0
            )
            yield f'<g fill="{colour}">{paths}</g>\n'


def _off_sheet(discs: NDArray[np.float64], size: Size) -> bool:
    low, high = (discs[:, :2] - discs[:, 2:3]).min(axis=0), (discs[:, :2] + discs[:, 2:3]).max(axis=0)
    return bool(high[0] <= 0 or high[1] <= 0 or low[0] >= size.width or low[1] >= size.height)


def _outlines(discs: NDArray[np.float64], decimals: int) -> Iterator[tuple[str, float]]:
    """Path data of parts of a stroke's stamps [M, 4] (x, y, radius, opacity), each with the opacity to fill it with.

    The last stamp over a pixel decides its alpha. Where opacity rises along the stroke, what reaches an alpha is the
    stroke's end from some stamp on. Where it falls, it is the beginning up to some stamp, less what that one covers.
    """
    first, last = discs[0, 3], discs[-1, 3]
    count = max(1, math.ceil(abs(last - first) / STEP))
    edges = np.linspace(min(first, last), max(first, last), count + 1)
    before = 0.0
    for index in range(count):
        level = float((edges[index] + edges[index + 1]) / 2)
        opacity = 1 - (1 - level) / (1 - before)
        before = level
        if index == 0:
            yield outline(discs, decimals), opacity
        elif last > first:
            yield outline(discs[int(np.searchsorted(discs[:, 3], edges[index])) :], decimals), opacity
        else:
            end = int(np.searchsorted(-discs[:, 3], -edges[index], side="right"))
            if 0 < end < len(discs) and (data := beginning(discs, end, decimals)):
                yield data, opacity
