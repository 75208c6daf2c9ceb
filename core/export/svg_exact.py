"""The exact SVG profile: the brush's own stamps in masks, so that a renderer repeats the compositing rule.

Each stroke is its stamps as opaque grey circles in a mask, the later over the earlier, and a rectangle of its colour
seen through that mask: a circle's grey g over a mask of luminance A leaves A (1 - coverage) + g coverage. A stroke
takes about 2 KB.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.brushes import Stamps
from core.geometry import Size
from core.rasteriser.stamping import stamp_strokes
from core.stroke import Strokes

BATCH = 1024
"""Strokes stamped at a time, so that memory stays bounded however long the document."""

_MARGIN = 1
"""Sheet pixels that a stroke's box reaches past its stamps, so that its own edge never touches theirs."""

_GREYS = tuple(f"#{level:02x}{level:02x}{level:02x}" for level in range(256))


def exact_elements(strokes: Strokes, size: Size, decimals: int) -> Iterator[str]:
    """Each stroke as its stamps in a mask and a rectangle of its colour behind it; nothing for one off the sheet.

    Args:
        strokes: N strokes, lowest first.
        size: Of the sheet, which is the drawing's user space.
        decimals: Of the numbers written.

    Yields:
        N lines of SVG.
    """
    for start, stamps, colours in batches(strokes):
        circles, boxes = _circles(stamps, decimals), _boxes(stamps, size)
        offsets = stamps.offsets.tolist()
        for index, (left, top, width, height) in enumerate(boxes):
            if width <= 0 or height <= 0:
                yield ""
                continue
            box = f'x="{left}" y="{top}" width="{width}" height="{height}"'
            name = f"s{start + index}"
            yield (
                f'<mask id="{name}" maskUnits="userSpaceOnUse" {box}>'
                f"{''.join(circles[offsets[index] : offsets[index + 1]])}</mask>"
                f'<rect {box} fill="{colours[index]}" mask="url(#{name})"/>\n'
            )


def batches(strokes: Strokes) -> Iterator[tuple[int, Stamps, list[str]]]:
    """Some strokes at a time: the first one's index, their stamps, and each one's colour as #rrggbb."""
    for start in range(0, len(strokes), BATCH):
        part = strokes[start : start + BATCH]
        digits = np.rint(part.rgb() * 255).astype(np.uint8).tobytes().hex()
        yield start, stamp_strokes(part), [f"#{digits[at : at + 6]}" for at in range(0, len(digits), 6)]


def _circles(stamps: Stamps, decimals: int) -> list[str]:
    places = np.round([stamps.column, stamps.row, stamps.radius], decimals)
    places[2] = places[2].clip(10.0**-decimals)  # a circle of radius 0 is not drawn at all
    levels = np.rint(stamps.opacity * 255).astype(np.int64).tolist()
    # .8g writes what was rounded without trailing zeros.
    return [
        f'<circle cx="{x:.8g}" cy="{y:.8g}" r="{radius:.8g}" fill="{_GREYS[level]}"/>'
        for x, y, radius, level in zip(*places.tolist(), levels, strict=True)
    ]


def _boxes(stamps: Stamps, size: Size) -> list[tuple[int, int, int, int]]:
    """x, y, width and height of what each stroke may touch on the sheet, whole pixels; 0 or less where nothing."""
    firsts, reach = stamps.offsets[:-1], stamps.radius + _MARGIN
    corners = []
    for centre, limit in ((stamps.column, size.width), (stamps.row, size.height)):
        low = np.floor(np.minimum.reduceat(centre - reach, firsts)).clip(0, limit)
        high = np.ceil(np.maximum.reduceat(centre + reach, firsts)).clip(0, limit)
        corners += [low, high]
    left, right, top, bottom = np.array(corners, np.int64).tolist()
    return [(x0, y0, x1 - x0, y1 - y0) for x0, x1, y0, y1 in zip(left, right, top, bottom, strict=True)]
