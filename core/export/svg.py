"""SVG in the exact profile: the brush's own stamps in masks, so that a renderer repeats the compositing rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

import numpy as np

from core.brushes import Stamps
from core.document import Document, rgb_to_hex
from core.files import written_aside
from core.geometry import Size
from core.rasteriser.stamping import stamp_strokes
from core.stroke import Strokes

_BATCH = 1024
"""Strokes stamped at a time, so that memory stays bounded however long the document."""

_DECIMALS = 2
"""Of a sheet pixel; a sheet blown up tenfold is still within a tenth of a pixel."""

_MARGIN = 1
"""Sheet pixels that a stroke's box reaches past its stamps, so that its own edge never touches theirs."""

_GREYS = tuple(f"#{level:02x}{level:02x}{level:02x}" for level in range(256))

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_svg(document: Document, path: Path, *, title: str | None = None) -> None:
    """Write the painting as SVG that repeats the canvas to within rounding.

    Each stroke is its stamps as opaque grey circles in a mask, the later over the earlier, and a rectangle of its
    colour seen through that mask: a circle's grey g over a mask of luminance A leaves A (1 - coverage) + g coverage.
    Strokes that came in one step are one group. A stroke takes about 2 KB.

    Note: librsvg, and whatever uses it, refuses files of more than a million elements: some 25,000 strokes.

    Args:
        document: The painting; one user unit is one pixel of its sheet.
        path: Where to.
        title: What viewers show as the picture's name.

    Raises:
        OutputError: If it cannot be written.
    """
    height, width = document.size
    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            # The mask's luminance must be taken as it stands.
            ' color-interpolation="sRGB">\n'
        )
        if title is not None:
            file.write(f"<title>{escape(_NOT_XML.sub('�', title))}</title>\n")
        colour = rgb_to_hex(document.background)
        file.write(f'<rect width="{width}" height="{height}" fill="{colour}"/>\n')
        _write_steps(document, file)
        file.write("</svg>\n")


def _write_steps(document: Document, file: TextIO) -> None:
    strokes = _strokes(document.strokes, document.size)
    seen: Counter[int] = Counter()  # a painting continued by another job counts its steps anew; names stay unique
    for step, same in groupby(document.strokes.steps.tolist()):
        seen[step] += 1
        again = f"-{seen[step]}" if seen[step] > 1 else ""
        file.write(f'<g id="step-{step}{again}">\n')
        file.writelines(islice(strokes, sum(1 for _ in same)))
        file.write("</g>\n")


def _strokes(strokes: Strokes, size: Size) -> Iterator[str]:
    """Each stroke's elements; nothing for one that lies off the sheet."""
    for start in range(0, len(strokes), _BATCH):
        part = strokes[start : start + _BATCH]
        stamps = stamp_strokes(part)
        circles, boxes = _circles(stamps), _boxes(stamps, size)
        colours = np.rint(part.rgb() * 255).astype(np.uint8).tobytes().hex()
        offsets = stamps.offsets.tolist()
        for index, (left, top, width, height) in enumerate(boxes):
            if width <= 0 or height <= 0:
                yield ""
                continue
            box = f'x="{left}" y="{top}" width="{width}" height="{height}"'
            name, colour = f"s{start + index}", colours[6 * index : 6 * index + 6]
            yield (
                f'<mask id="{name}" maskUnits="userSpaceOnUse" {box}>'
                f"{''.join(circles[offsets[index] : offsets[index + 1]])}</mask>"
                f'<rect {box} fill="#{colour}" mask="url(#{name})"/>\n'
            )


def _circles(stamps: Stamps) -> list[str]:
    places = np.round([stamps.column, stamps.row, stamps.radius], _DECIMALS)
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
