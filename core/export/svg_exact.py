"""The exact SVG profile: the brush's own stamps in masks, so that a renderer repeats the compositing rule.

Each stroke is its stamps as opaque grey circles in a mask, the later over the earlier, and a rectangle of its colour
seen through that mask: a circle's grey g over a mask of luminance A leaves A (1 - coverage) + g coverage. A stroke
takes about 2 KB. A polygon, or a single stamp, needs no mask: it is drawn as it is, with its opacity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from core.geometry import Size
from core.rasteriser.marks import Marks, marks_of
from core.stroke import Strokes

BATCH = 1024
"""Strokes marked at a time, so that memory stays bounded however long the document."""

_MARGIN = 1
"""Sheet pixels that a stroke's box reaches past its stamps, so that its own edge never touches theirs."""

_GREYS = tuple(f"#{level:02x}{level:02x}{level:02x}" for level in range(256))


def exact_elements(strokes: Strokes, size: Size, decimals: int) -> Iterator[str]:
    """Each stroke as its stamps in a mask and a rectangle of its colour behind it, or as a polygon or a circle.

    One off the sheet is nothing.

    Args:
        strokes: N strokes, lowest first.
        size: Of the sheet, which is the drawing's user space.
        decimals: Of the numbers written.

    Yields:
        N lines of SVG.
    """
    for start, marks, colours in batches(strokes):
        places, boxes = rounded_places(marks, decimals), _boxes(marks, size)
        opacities, offsets, polygon = marks.opacity.tolist(), marks.offsets.tolist(), marks.polygon.tolist()
        circles = [] if marks.polygon.all() else _circles(places, marks)
        for index, (left, top, width, height) in enumerate(boxes):
            if width <= 0 or height <= 0:
                yield ""
                continue
            first, last = offsets[index], offsets[index + 1]
            if polygon[index] or last - first == 1:
                yield plain_element(places, first, last, colours[index], opacities[first])
                continue
            box = f'x="{left}" y="{top}" width="{width}" height="{height}"'
            name = f"s{start + index}"
            yield (
                f'<mask id="{name}" maskUnits="userSpaceOnUse" {box}>{"".join(circles[first:last])}</mask>'
                f'<rect {box} fill="{colours[index]}" mask="url(#{name})"/>\n'
            )


def batches(strokes: Strokes) -> Iterator[tuple[int, Marks, list[str]]]:
    """Some strokes at a time: the first one's index, their marks, and each one's colour as #rrggbb."""
    for start in range(0, len(strokes), BATCH):
        part = strokes[start : start + BATCH]
        digits = np.rint(part.rgb() * 255).astype(np.uint8).tobytes().hex()
        yield start, marks_of(part), [f"#{digits[at : at + 6]}" for at in range(0, len(digits), 6)]


class Places(NamedTuple):
    """Marks' points, rounded."""

    x: list[float]
    y: list[float]
    radius: list[float]


def rounded_places(marks: Marks, decimals: int) -> Places:
    """Each point of some marks, rounded."""
    places = np.round([marks.column, marks.row, marks.radius], decimals)
    places[2] = places[2].clip(10.0**-decimals)  # a circle of radius 0 is not drawn at all
    return Places(*places.tolist())


def plain_element(places: Places, first: int, last: int, colour: str, opacity: float) -> str:
    """A line of SVG that fills the polygon with corners first..last, or where that is one point, the circle there."""
    paint = f'fill="{colour}" fill-opacity="{opacity:.4g}"'
    # .8g writes what was rounded without trailing zeros.
    if last - first == 1:
        x, y, radius = places.x[first], places.y[first], places.radius[first]
        return f'<circle cx="{x:.8g}" cy="{y:.8g}" r="{radius:.8g}" {paint}/>\n'
    corners = zip(places.x[first:last], places.y[first:last], strict=True)
    return f'<polygon points="{" ".join(f"{x:.8g},{y:.8g}" for x, y in corners)}" {paint}/>\n'


def _circles(places: Places, marks: Marks) -> list[str]:
    """Each point as an opaque grey circle of a mask."""
    levels = np.rint(marks.opacity * 255).astype(np.int64).tolist()
    return [
        f'<circle cx="{x:.8g}" cy="{y:.8g}" r="{radius:.8g}" fill="{_GREYS[level]}"/>'
        for x, y, radius, level in zip(*places, levels, strict=True)
    ]


def _boxes(marks: Marks, size: Size) -> list[tuple[int, int, int, int]]:
    """x, y, width and height of what each stroke may touch on the sheet, whole pixels; 0 or less where nothing."""
    firsts, reach = marks.offsets[:-1], marks.radius + _MARGIN
    corners = []
    for centre, limit in ((marks.column, size.width), (marks.row, size.height)):
        low = np.floor(np.minimum.reduceat(centre - reach, firsts)).clip(0, limit)
        high = np.ceil(np.maximum.reduceat(centre + reach, firsts)).clip(0, limit)
        corners += [low, high]
    left, right, top, bottom = np.array(corners, np.int64).tolist()
    return [(x0, y0, x1 - x0, y1 - y0) for x0, x1, y0, y1 in zip(left, right, top, bottom, strict=True)]
