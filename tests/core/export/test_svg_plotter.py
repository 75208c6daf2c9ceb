"""Drawings for plotters: read back as a plotter's own program reads them."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from core.bounds import Bounds
from core.document import Document, Rgb
from core.errors import SettingError
from core.export.svg import SvgOptions
from core.export.svg_plotter import PlotterOptions, pens_named, write_plotter_svg
from core.geometry import Size
from core.palette import Palette
from core.stroke import Strokes

SVG, INKSCAPE = "{http://www.w3.org/2000/svg}", "{http://www.inkscape.org/namespaces/inkscape}"
RED, BLUE, WHITE = (250, 10, 10), (10, 10, 240), (255, 255, 255)


def drawing(colours: list[Rgb]) -> Document:
    """A stroke of each colour, anywhere on the sheet."""
    random = np.random.default_rng(0)
    parameters = random.random((len(colours), 13), dtype=np.float32)
    parameters[:, 10:] = np.array(colours).reshape(-1, 3) / 255
    strokes = Strokes.from_columns(
        types=np.zeros(len(colours), np.uint8),
        patches=np.column_stack([random.uniform(0, 200, (len(colours), 2)), np.full(len(colours), 100.0)]),
        parameters=parameters,
        steps=np.arange(len(colours)),
    )
    return Document(Size(300, 400), (0, 0, 0), strokes)


def layers_of(path: Path) -> list[ElementTree.Element]:
    return ElementTree.parse(path).getroot().findall(f"{SVG}g")


def ends_of(path: Path) -> list[tuple[float, float, float, float]]:
    """Where each line begins and ends, x, y twice, in the order drawn."""
    lines = [line.get("d", "") for line in ElementTree.parse(path).iter(f"{SVG}path")]
    numbers = [[float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", line)] for line in lines]
    return [(each[0], each[1], each[-2], each[-1]) for each in numbers]


def lifted(ends: list[tuple[float, float, float, float]]) -> float:
    """The way of the lifted pen."""
    return sum(float(np.hypot(b[0] - a[2], b[1] - a[3])) for a, b in pairwise(ends))


def test_vpype_reads_layers_colours_pen_and_bounds(tmp_path: Path) -> None:
    vpype = pytest.importorskip("vpype", reason="vpype is not installed")
    document = drawing([RED, BLUE, RED, WHITE, BLUE, RED])
    write_plotter_svg(document, tmp_path / "a.svg", plotter=PlotterOptions(paper="a4", margin=20, pen=0.4, pens=3))

    read = vpype.read_multilayer_svg(str(tmp_path / "a.svg"), quantization=0.01)

    millimetre = 96 / 25.4
    assert sorted(read.layers) == [1, 2, 3]
    assert [len(read.layers[layer]) for layer in (1, 2, 3)] == [1, 3, 2]  # white, red, blue: lightest first
    colours = [read.layers[layer].property("vp_color").as_hex() for layer in (1, 2, 3)]
    assert colours == ["#ffffff", "#fa0a0a", "#0a0af0"]
    widths = [read.layers[layer].property("vp_pen_width") / millimetre for layer in (1, 2, 3)]
    assert widths == pytest.approx([0.4] * 3, rel=1e-3)
    assert read.page_size == pytest.approx((297 * millimetre, 210 * millimetre), rel=1e-3)  # turned as the sheet is
    assert [read.layers[layer].property("vp_name") for layer in (1, 2, 3)] == ["1 #ffffff", "2 #fa0a0a", "3 #0a0af0"]
    # The sheet is 400 x 300; at 170 mm high it is 226.7 mm wide, in the middle of the paper.
    scale, left, top = 170 / 300, (297 - 400 * 170 / 300) / 2, 20
    points = document.strokes.patches[:, None, :2] + 100 * np.stack(
        [document.strokes.parameters[:, :2], document.strokes.parameters[:, 4:6]], axis=1
    )
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    expected = [left + scale * low[1], top + scale * low[0], left + scale * high[1], top + scale * high[0]]
    assert [bound / millimetre for bound in read.bounds()] == pytest.approx(expected, abs=0.05)


def test_each_stroke_goes_to_the_pen_whose_colour_is_nearest(tmp_path: Path) -> None:
    document = drawing([(200, 40, 40), (20, 20, 90), (230, 230, 220)])
    write_plotter_svg(document, tmp_path / "a.svg", plotter=PlotterOptions(pens=[BLUE, WHITE, RED, RED]))

    layers = layers_of(tmp_path / "a.svg")

    assert [layer.get(f"{INKSCAPE}label") for layer in layers] == ["1 #ffffff", "2 #fa0a0a", "3 #0a0af0"]
    assert [layer.get(f"{INKSCAPE}groupmode") for layer in layers] == ["layer"] * 3
    assert [len(layer) for layer in layers] == [1, 1, 1]


def test_pens_can_be_those_of_the_palette(tmp_path: Path) -> None:
    palette = Palette.of([BLUE, WHITE, RED], ["Sea", "", "Blood & fire"])
    document = replace(drawing([RED, BLUE, RED]), job=Bounds(palette=palette).values())

    write_plotter_svg(document, tmp_path / "a.svg", plotter=PlotterOptions(pens=pens_named("palette")))

    layers = layers_of(tmp_path / "a.svg")
    labels = [layer.get(f"{INKSCAPE}label") for layer in layers]
    assert labels == ["1 #ffffff", "2 #fa0a0a Blood & fire", "3 #0a0af0 Sea"]
    assert [layer.get("stroke") for layer in layers] == ["#ffffff", "#fa0a0a", "#0a0af0"]
    assert [len(layer) for layer in layers] == [0, 2, 1]


def test_a_painting_in_no_palette_or_too_large_a_one_has_no_such_pens(tmp_path: Path) -> None:
    large = Palette.of([(red, 0, 0) for red in range(65)])
    for job, problem in (({}, "painted in any colours"), (Bounds(palette=large).values(), "it has 65 colours")):
        with pytest.raises(SettingError, match=problem):
            write_plotter_svg(
                replace(drawing([RED]), job=job), tmp_path / "a.svg", plotter=PlotterOptions(pens="palette")
            )
        assert not list(tmp_path.iterdir())
    with pytest.raises(SettingError, match="give a number, colours or palette"):
        PlotterOptions(pens="pallet")


def test_so_many_pens_are_found_as_asked_for_the_same_each_time(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    colours = [tuple(colour) for colour in random.integers(0, 256, (200, 3)).tolist()]
    for name in ("a.svg", "b.svg"):
        write_plotter_svg(drawing(colours), tmp_path / name, plotter=PlotterOptions(pens=5))

    assert len(layers_of(tmp_path / "a.svg")) == 5
    assert sum(len(layer) for layer in layers_of(tmp_path / "a.svg")) == 200
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_ordering_saves_the_lifted_pen_most_of_its_way_and_loses_no_line(tmp_path: Path) -> None:
    document = drawing([RED] * 300)
    for name, ordered in (("plain.svg", False), ("ordered.svg", True)):
        write_plotter_svg(document, tmp_path / name, plotter=PlotterOptions(ordered=ordered))
    plain, ordered_ends = ends_of(tmp_path / "plain.svg"), ends_of(tmp_path / "ordered.svg")

    assert lifted(ordered_ends) < lifted(plain) / 3
    undirected = [sorted({ends[:2], ends[2:]}) for ends in plain]
    assert sorted(undirected) == sorted(sorted({ends[:2], ends[2:]}) for ends in ordered_ends)


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_nothing_is_drawn_off_the_sheet(lines: str, tmp_path: Path) -> None:
    vpype = pytest.importorskip("vpype", reason="vpype is not installed")
    document = drawing([RED] * 200)
    strokes = Strokes.from_columns(
        types=document.strokes.types,
        patches=np.random.default_rng(3).uniform([-80, -80, 100], [280, 380, 100], (200, 3)),
        parameters=document.strokes.parameters,
        steps=document.strokes.steps,
    )
    outside = Document(Size(300, 400), (0, 0, 0), strokes)
    write_plotter_svg(
        outside, tmp_path / "a.svg", plotter=PlotterOptions(paper=(420, 320), margin=10, pens=1, lines=lines)
    )

    read = vpype.read_multilayer_svg(str(tmp_path / "a.svg"), quantization=0.01)

    millimetre = 96 / 25.4
    assert [bound / millimetre for bound in read.bounds()] == pytest.approx([10, 10, 410, 310], abs=0.01)


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_a_straight_stroke_is_drawn_as_its_line_or_its_outline(lines: str, tmp_path: Path) -> None:
    parameters = np.array([[0.5, 0.25, 0.5, 0.5, 0.5, 0.75, 0.18, 0.18, 1, 1, 1, 0, 0]], np.float32)
    strokes = Strokes.from_columns(
        types=np.zeros(1, np.uint8),
        patches=np.array([[0.0, 0.0, 100.0]]),
        parameters=parameters,
        steps=np.zeros(1, int),
    )
    write_plotter_svg(
        Document(Size(100, 100), (0, 0, 0), strokes),
        tmp_path / "a.svg",
        plotter=PlotterOptions(paper=(100, 100), margin=0, lines=lines),
    )
    (line,) = (path.get("d") for path in ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}path"))

    radius = 100 * (1 / 256 + 0.18 / 4)
    if lines == "centre":
        assert line == "M25 50L75 50"
    else:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", line or "")]
        assert numbers[:4] == pytest.approx([25, 50 + radius, 75, 50 + radius], abs=0.01)
        assert line is not None
        assert line.count("A") == 2
        assert line.endswith("Z")


def test_a_sheet_without_strokes_is_an_empty_drawing_and_svgz_is_packed(tmp_path: Path) -> None:
    write_plotter_svg(drawing([]), tmp_path / "a.svgz", options=SvgOptions(title="a <b>"))

    text = gzip.decompress((tmp_path / "a.svgz").read_bytes()).decode()
    assert "<title>a &lt;b&gt;</title>" in text
    assert ElementTree.fromstring(text).findall(f"{SVG}g") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"paper": "a44"}, {"paper": (0, 10)}, {"paper": (1e9, 10)}, {"margin": -1}, {"margin": 105}, {"pen": 0},
        {"pens": 0}, {"pens": 65}, {"pens": []}, {"lines": "dots"}, {"margin": float("nan")}, {"pen": float("nan")},
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        PlotterOptions(**wrong)  # type: ignore[arg-type]


def test_colours_of_which_there_is_little_do_not_upset_the_pens(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    few = [(200, 30, 30), (30, 30, 200)] * 30
    many = [tuple(colour) for colour in random.integers(0, 256, (40, 3)).tolist()]
    document = drawing(few + many)
    write_plotter_svg(document, tmp_path / "a.svg", plotter=PlotterOptions(pens=30))

    layers = layers_of(tmp_path / "a.svg")
    assert 20 <= len(layers) <= 30
    assert sum(len(layer) for layer in layers) == 100


def test_a_drawing_tells_how_far_it_is(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_plotter_svg(drawing([RED] * 300), tmp_path / "a.svg", progress=lambda *told: seen.append(told))

    assert seen == [(0, 300), (256, 300), (300, 300)]


def test_many_lines_that_begin_at_one_point_are_all_drawn(tmp_path: Path) -> None:
    document = drawing([RED] * 1500)
    parameters = document.strokes.parameters.copy()
    parameters[:, :2] = 0  # all begin at the corner of one patch
    strokes = Strokes.from_columns(
        types=document.strokes.types,
        patches=np.tile([50.0, 50.0, 100.0], (1500, 1)),
        parameters=parameters,
        steps=document.strokes.steps,
    )

    write_plotter_svg(Document(document.size, (0, 0, 0), strokes), tmp_path / "a.svg")

    assert len(ends_of(tmp_path / "a.svg")) == 1500
