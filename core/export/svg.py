"""A painting as SVG: what all profiles have in common, and the two that show it as it is.

`exact` repeats the canvas to within rounding wherever masks are drawn; `compatible` comes near it with filled outlines
alone. For machines that draw lines see `svg_plotter`.
"""

from __future__ import annotations

import gzip
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

from core.colour_layers import colour_layers
from core.document import Document, Rgb, rgb_to_hex
from core.errors import SettingError
from core.export.progress import Progress
from core.export.svg_compatible import compatible_elements
from core.export.svg_exact import exact_elements
from core.files import written_aside
from core.stroke import Strokes

PROFILES = {"exact": exact_elements, "compatible": compatible_elements}

COLOUR = "colour"

GROUPINGS = ("step", "level", COLOUR)
"""What strokes are grouped by, beside a number of them."""

MAX_DECIMALS = 6

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_AT_ONCE = 1024
"""Strokes between two calls of a progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SvgOptions:
    """What may vary in an SVG of any profile."""

    title: str | None = None
    """What viewers show as the picture's name."""
    description: str | None = None
    """What they show as its description."""
    group: str | int = "step"
    """Strokes that form a group: those of a painting `step`, of a `level` (patches of one size), or so many of them; or
    by `colour`, which brings strokes of one colour together in layers as far as the picture stays the same."""
    decimals: int = 2
    """Of a sheet pixel. With 2, a sheet blown up tenfold is still within a tenth of a pixel."""

    def __post_init__(self) -> None:
        if self.group not in GROUPINGS and not (isinstance(self.group, int) and self.group >= 1):
            raise SettingError("group", self.group, f"choose {', '.join(GROUPINGS)} or a number of strokes")
        if not 0 <= self.decimals <= MAX_DECIMALS:
            raise SettingError("decimals", self.decimals, f"choose 0 to {MAX_DECIMALS}")


def write_svg(
    document: Document,
    path: Path,
    *,
    profile: str = "exact",
    options: SvgOptions | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the painting as SVG; gzipped where the name ends in .svgz.

    Note: librsvg, and whatever uses it, refuses files of more than a million elements: some 25,000 strokes of the exact
    profile.

    Args:
        document: The painting; one user unit is one pixel of its sheet.
        path: Where to.
        profile: One of `PROFILES`.
        options: See `SvgOptions`.
        progress: See `Progress`; no file is left where it raises.

    Raises:
        OutputError: If it cannot be written.
        SettingError: If there is no such profile.
    """
    if profile not in PROFILES:
        raise SettingError("profile", profile, f"choose one of {', '.join(PROFILES)}")
    options, document = options or SvgOptions(), document.drawn
    height, width = document.size
    total, done = len(document.strokes), 0
    with svg_file(path) as file:
        inkscape = ""
        if options.group == COLOUR:
            document, groups = _layers(document)
            inkscape = ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
        else:
            groups = [(f'id="{name}"', count) for name, count in _groups(document.strokes, options.group)]
        elements = PROFILES[profile](document.strokes, document.size, options.decimals)
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg"{inkscape} width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}"'
            # A mask's luminance must be taken as it stands.
            ' color-interpolation="sRGB" stroke="none" fill-rule="nonzero">\n'
        )
        write_words(file, options)
        file.write(f'<rect width="{width}" height="{height}" fill="{rgb_to_hex(document.background)}"/>\n')
        for attributes, count in groups:
            file.write(f"<g {attributes}>\n")
            for first in range(0, count, _AT_ONCE):
                part = min(_AT_ONCE, count - first)
                file.writelines(islice(elements, part))
                done += part
                if progress is not None:
                    progress(done, total)
            file.write("</g>\n")
        file.write("</svg>\n")


@contextmanager
def svg_file(path: Path) -> Iterator[TextIO]:
    """A text file to write SVG to, aside and then renamed; gzipped where the name ends in .svgz.

    Raises:
        OutputError: If it cannot be written.
    """
    with written_aside(path) as aside, aside.open("wb") as raw:
        if path.suffix.lower() == ".svgz":
            # No name and no time in it: the same painting gives the same bytes.
            with (
                gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as packed,
                io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as file,
            ):
                yield file
        else:
            with io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
                yield file


def write_words(file: TextIO, options: SvgOptions) -> None:
    """Title and description, if any, with whatever is in them made safe."""
    for element, text in (("title", options.title), ("desc", options.description)):
        if text is not None:
            file.write(f"<{element}>{as_text(text)}</{element}>\n")


def as_text(text: str) -> str:
    """Any text as the content of an element or of a quoted attribute."""
    return escape(_NOT_XML.sub("\ufffd", text), {'"': "&quot;"})


def _layers(document: Document) -> tuple[Document, list[tuple[str, int]]]:
    """The document with its strokes in layers by colour; and attributes and number of strokes of each, in order."""
    document, layers = colour_layers(document)
    return document, [
        (layer_attributes(number, layer.rgb, layer.name), layer.strokes) for number, layer in enumerate(layers, start=1)
    ]


def layer_attributes(number: int, colour: Rgb, name: str = "") -> str:
    """What makes a group a layer to Inkscape and its like, which tells its colour and what that is called."""
    label = as_text(f"{number} {rgb_to_hex(colour)} {name}".rstrip())
    return f'inkscape:groupmode="layer" inkscape:label="{label}" id="layer{number}"'


def _groups(strokes: Strokes, group: str | int) -> Iterator[tuple[str, int]]:
    """Name and number of strokes of each group, in order; names stay unique."""
    if isinstance(group, int):
        for first in range(0, len(strokes), group):
            last = min(first + group, len(strokes))
            yield f"strokes-{first + 1}-{last}", last - first
        return
    if group == "step":
        runs = [(f"step-{step}", sum(1 for _ in same)) for step, same in groupby(strokes.steps.tolist())]
    else:
        sides = groupby(strokes.patches[:, 2].tolist())
        runs = [(f"level-{level}", sum(1 for _ in same)) for level, (_, same) in enumerate(sides, start=1)]
    seen: Counter[str] = Counter()  # a painting continued by another job counts its steps anew
    for name, count in runs:
        seen[name] += 1
        yield name + (f"-{seen[name]}" if seen[name] > 1 else ""), count
