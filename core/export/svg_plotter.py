"""A painting for machines that draw with pens: lines in millimetres, a layer for each pen.

Layers are top-level groups as Inkscape marks them, which vpype, saxi and AxiDraw read: the number that a layer's name
begins with is its place in the order, its colour the pen's.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.spatial import KDTree

from core.brushes import BRUSHES, DiscBrush
from core.brushes.base import straight_lines
from core.colours import oklab, rgb_of_oklab
from core.document import Document, Rgb, rgb_from_hex, rgb_to_hex
from core.errors import SettingError
from core.export.clipping import Box, clipped_curve, clipped_polyline, inside
from core.export.outline import outline, outline_points, point_data
from core.export.papers import check_paper, paper_scale, turned
from core.export.progress import Progress
from core.export.svg import SvgOptions, layer_attributes, svg_file, write_words
from core.export.svg_exact import BATCH
from core.palette_use import document_palette, drawn_by_area
from core.stroke import Strokes

MAX_PENS = 64

PALETTE = "palette"
"""Pens: the colours of the painting's palette."""

LINES = ("centre", "outline")

_FLATNESS = 0.02
"""Millimetres that an outline may be off: a tenth of a fine pen's width."""

_TINY = 1e-9
"""Millimetres within which two points are one."""

Curve: TypeAlias = list[list[float]]
"""The control points (x, y) of a quadratic Bezier curve."""

_CROWD = 512
"""Drawn lines about the pen from which on it is quicker to sort out those that are left."""

_AT_ONCE = 256
"""Lines between two calls of a progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotterOptions:
    """What may vary in a drawing for a plotter, beside `SvgOptions`."""

    paper: str | tuple[float, float] = "a4"
    """One of `core.export.papers.PAPERS`, turned as the painting is; or width and height in millimetres."""
    margin: float = 15.0
    """Least distance of the painting's edge from the paper's, millimetres."""
    pen: float = 0.5
    """Width of the pens' lines, millimetres."""
    pens: int | Sequence[Rgb] | str = 6
    """How many pens, their colours found in the painting; or their colours; or `PALETTE`, those of the palette that it
    was painted in. Each stroke takes the nearest."""
    lines: str = "centre"
    """What is drawn of a stroke: its `centre` line, or its `outline`."""
    ordered: bool = True
    """Draw a layer's strokes in an order, and each from an end, that leaves the pen little way to go lifted; else in
    the order they were painted in."""

    def __post_init__(self) -> None:
        check_paper(self.paper, self.margin)
        if not 0.01 <= self.pen <= 50:
            raise SettingError("pen", self.pen, "choose 0.01 to 50 mm")
        count = self.pens if isinstance(self.pens, int) else len(self.pens)
        if isinstance(self.pens, str):
            if self.pens != PALETTE:
                raise SettingError("pens", self.pens, f"give a number, colours or {PALETTE}")
        elif not 1 <= count <= MAX_PENS:
            raise SettingError("pens", count, f"choose 1 to {MAX_PENS}")
        if self.lines not in LINES:
            raise SettingError("lines", self.lines, f"choose one of {', '.join(LINES)}")


def pens_named(text: str) -> int | list[Rgb] | str:
    """Pens as a command line has them: how many, #rrggbb,#rrggbb,... or `palette`.

    Raises:
        SettingError: If it is neither.
    """
    if text.isdecimal() and len(text) < 10:
        return int(text)
    if text == PALETTE:
        return PALETTE
    try:
        return [rgb_from_hex(each.strip()) for each in text.split(",")]
    except ValueError as error:
        raise SettingError("pens", text, f"give a number, colours as #rrggbb,#rrggbb, or {PALETTE}") from error


def write_plotter_svg(
    document: Document,
    path: Path,
    *,
    plotter: PlotterOptions | None = None,
    options: SvgOptions | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the painting as lines for a plotter; gzipped where the name ends in .svgz.

    The painting is as large as the paper's margins allow, in its middle; the sheet's colour is left to the paper.
    Lines are cut where they leave the sheet, as the canvas cuts them.

    Args:
        document: The painting.
        path: Where to.
        plotter: See `PlotterOptions`.
        options: See `SvgOptions`; layers are grouped by pen alone.
        progress: See `Progress`; no file is left where it raises.

    Raises:
        OutputError: If it cannot be written.
        SettingError: If the pens are to be those of a palette, and it was painted in none or in too many colours.
    """
    plotter, options, document = plotter or PlotterOptions(), options or SvgOptions(), document.drawn
    pens, names = _pens_of(document, plotter.pens)
    width, height = turned(plotter.paper, document.size)
    scale = paper_scale(plotter.paper, plotter.margin, document.size)
    left, top = (width - scale * document.size.width) / 2, (height - scale * document.size.height) / 2
    strokes = document.strokes
    with svg_file(path) as file:
        palette, pen_of = _pens(strokes, pens)
        file.write(
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
            f' width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}">\n'
        )
        write_words(file, options)
        done = 0
        for pen, colour in enumerate(palette):
            which = np.flatnonzero(pen_of == pen)
            lines = _lines(document, which, plotter.lines, (scale, left, top), options.decimals)
            file.write(
                f"<g {layer_attributes(pen + 1, colour, names.get(colour, ''))}"
                f' fill="none" stroke="{rgb_to_hex(colour)}" stroke-width="{plotter.pen:g}"'
                ' stroke-linecap="round" stroke-linejoin="round">\n'
            )
            ends = np.array([line.ends for line in lines]).reshape(-1, 2, 2)
            order = _order(ends) if plotter.ordered else [(index, False) for index in range(len(lines))]
            for drawn, (index, backwards) in enumerate(order):
                if progress is not None and drawn % _AT_ONCE == 0:
                    progress(done + len(which) * drawn // len(order), len(strokes))
                file.write(f'<path d="{lines[index].back if backwards else lines[index].forth}"/>\n')
            file.write("</g>\n")
            done += len(which)
        file.write("</svg>\n")
        if progress is not None:
            progress(done, len(strokes))


@dataclass(frozen=True, slots=True)
class _Line:
    """One line to draw."""

    ends: tuple[tuple[float, float], tuple[float, float]]
    """x, y where it begins and ends, millimetres."""
    forth: str
    """Path data."""
    back: str
    """The same line drawn from its other end."""


def _lines(
    document: Document, which: NDArray[np.intp], kind: str, place: tuple[float, float, float], decimals: int
) -> list[_Line]:
    """What is drawn of some strokes, in their order; `place` is the scale and the left and top edge in millimetres.

    A stroke that leaves the sheet is as many lines as it has parts on it.
    """
    scale, left, top = place
    sheet = (left, top, left + scale * document.size.width, top + scale * document.size.height)
    types = document.strokes.types[which]
    patches = document.strokes.patches[which] * scale + [top, left, 0]
    parameters = document.strokes.parameters[which].astype(np.float64)
    lines: list[list[_Line]] = [[] for _ in range(len(which))]
    for type_index in np.unique(types).tolist():
        brush, of_type = BRUSHES[type_index], np.flatnonzero(types == type_index)
        if kind == "outline" and isinstance(brush, DiscBrush):
            for start in range(0, len(of_type), BATCH):
                some = of_type[start : start + BATCH]
                stamps = brush.stamps(parameters[some], patches[some])
                discs = np.stack([stamps.column, stamps.row, stamps.radius], axis=1)
                for index, first, last in zip(some, stamps.offsets[:-1], stamps.offsets[1:], strict=True):
                    lines[index] = _outlines(discs[first:last], sheet, decimals)
            continue
        if kind == "outline":
            corners = brush.geometry(parameters[of_type], patches[of_type])["points"]
            paths = straight_lines(corners)[..., ::-1]
        else:
            paths = brush.pen_path(parameters[of_type], patches[of_type])[..., ::-1]
        whole = np.all(inside(paths, sheet), axis=1).tolist()
        for index, path, is_whole in zip(of_type, paths, whole, strict=True):
            parts = [path.tolist()] if is_whole else _on_sheet(path, sheet)
            lines[index] = [_curves(part, decimals) for part in parts]
    return [line for parts in lines for line in parts]


def _on_sheet(path: NDArray[np.float64], sheet: Box) -> list[list[Curve]]:
    """The parts on the sheet of curves joined end to end, control points [K, 3, 2]: each again such curves."""
    parts: list[list[Curve]] = []
    for curve in path:
        for piece in clipped_curve(curve, sheet):
            if parts and _meet(parts[-1][-1][2], piece[0]):
                parts[-1].append(piece.tolist())
            else:
                parts.append([piece.tolist()])
    # A closed path need not have begun where it comes back onto the sheet.
    if len(parts) > 1 and _meet(parts[-1][-1][2], parts[0][0][0]):
        parts[0] = parts.pop() + parts[0]
    return parts


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return abs(one[0] - other[0]) < _TINY and abs(one[1] - other[1]) < _TINY


def _curves(curves: list[Curve], decimals: int) -> _Line:
    """The line of quadratic curves joined end to end."""
    (x0, y0), (x1, y1) = curves[0][0], curves[-1][2]
    back = [curve[::-1] for curve in curves[::-1]]
    return _Line(((x0, y0), (x1, y1)), _path_data(curves, decimals), _path_data(back, decimals))


def _path_data(curves: list[Curve], decimals: int) -> str:
    words = ["M" + point_data((curves[0][0][0], curves[0][0][1]), decimals)]
    for (ax, ay), (bx, by), (cx, cy) in curves:
        end = point_data((cx, cy), decimals)
        straight = abs(2 * bx - ax - cx) < _TINY and abs(2 * by - ay - cy) < _TINY
        words.append("L" + end if straight else f"Q{point_data((bx, by), decimals)} {end}")
    return "".join(words)


def _outlines(discs: NDArray[np.float64], sheet: Box, decimals: int) -> list[_Line]:
    """The lines around a stroke's discs (x, y, radius) [M, 3]."""
    centres, radii = discs[:, :2], discs[:, 2:]
    if inside(np.concatenate([centres - radii, centres + radii]), sheet):
        data = outline(discs, decimals, _FLATNESS)
        begin = data[1:].split("A", 1)[0].split("L", 1)[0].split()
        end = (float(begin[0]), float(begin[1]))
        return [_Line((end, end), data, data)]
    lines = []
    for part in clipped_polyline(outline_points(discs, _FLATNESS), sheet):
        words = [point_data((x, y), decimals) for x, y in part.tolist()]
        ends = (part[0, 0], part[0, 1]), (part[-1, 0], part[-1, 1])
        lines.append(_Line(ends, "M" + "L".join(words), "M" + "L".join(reversed(words))))
    return lines


def _order(ends: NDArray[np.float64]) -> list[tuple[int, bool]]:
    """Lines by the nearest end first, from the paper's corner on: each index once, and whether it is drawn backwards.

    Args:
        ends: [N, 2, 2]: of each line the point where it begins and the one where it ends, (x, y).
    """
    order: list[tuple[int, bool]] = []
    left, here = np.arange(len(ends)), np.zeros(2)
    while len(left):
        # A tree forgets nothing: it is made anew when half of its lines are drawn.
        tree, drawn, until = KDTree(ends[left].reshape(-1, 2)), np.zeros(len(left), bool), -(-len(left) // 2)
        while until:
            near, found = 8, -1
            while found < 0 and near <= _CROWD:
                _, candidates = tree.query(here, k=min(near, 2 * len(left)))
                found = next((int(each) for each in np.atleast_1d(candidates) if not drawn[each // 2]), -1)
                near *= 4
            if found < 0:  # all around here is drawn
                break
            line, backwards = divmod(found, 2)
            drawn[line] = True
            order.append((int(left[line]), bool(backwards)))
            here = ends[left[line], 1 - backwards]
            until -= 1
        left = left[~drawn]
    return order


def _pens_of(document: Document, pens: int | Sequence[Rgb] | str) -> tuple[int | Sequence[Rgb], Mapping[Rgb, str]]:
    """How many pens or their colours, and what those are called."""
    if not isinstance(pens, str):
        return pens, {}
    palette = document_palette(document)
    if palette is None:
        raise SettingError("pens", pens, "it was painted in any colours; give a number, or colours as #rrggbb,#rrggbb")
    if len(palette.colours) > MAX_PENS:
        raise SettingError("pens", pens, f"it has {len(palette.colours)} colours; give a number up to {MAX_PENS}")
    return palette.colours, dict(zip(palette.colours, palette.names, strict=True))


def _pens(strokes: Strokes, pens: int | Sequence[Rgb]) -> tuple[list[Rgb], NDArray[np.intp]]:
    """The pens' colours, lightest first, and the pen [N] of each stroke: the nearest in OKLab."""
    colours = oklab(strokes.rgb())
    if isinstance(pens, int):
        palette = _palette(colours, strokes, pens)
    else:
        palette = list(dict.fromkeys(tuple(int(value) for value in colour) for colour in pens))  # type: ignore[misc]
    shades = oklab(np.array(palette).reshape(-1, 3) / 255)
    order = np.argsort(-shades[:, 0], kind="stable")
    if not len(strokes):
        return [palette[index] for index in order], np.zeros(0, np.intp)
    return [palette[index] for index in order], KDTree(shades[order]).query(colours)[1]


def _palette(colours: NDArray[np.float64], strokes: Strokes, count: int) -> list[Rgb]:
    """At most so many colours that stand for those of all strokes [N, 3], in OKLab, by the areas they cover."""
    if not len(colours):
        return []
    distinct = np.unique(np.rint(rgb_of_oklab(colours) * 255).astype(int), axis=0)
    if len(distinct) > count:
        random = np.random.default_rng(0)  # k-means knows no weights: what covers more is drawn more often
        drawn = drawn_by_area(strokes, random)
        with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
            warnings.simplefilter("ignore")  # that there were fewer colours than pens: then there are fewer pens
            centres, _ = kmeans2(colours[drawn], count, minit="++", rng=random, missing="warn")
        centres = centres[np.isfinite(centres).all(axis=1)]
        distinct = np.unique(np.rint(rgb_of_oklab(centres) * 255).astype(int), axis=0)
    return [(int(red), int(green), int(blue)) for red, green, blue in distinct]
