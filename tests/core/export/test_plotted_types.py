"""Pens' drawings of every stroke type: its line or its outline, cut at the sheet's edge, from either end."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from core.document import Document
from core.export.svg_plotter import PlotterOptions, write_plotter_svg
from core.geometry import Size
from core.stroke import Strokes
from tests.core.export.test_every_type import NAMES, SVG, document

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]


def _lines(name: str, lines: str, patch: tuple[float, float, float], shape: list[float], tmp_path: Path) -> list[str]:
    parameters = np.zeros((1, 13), np.float32)
    parameters[0, : len(shape)] = shape
    strokes = Strokes.from_columns(
        types=np.array([NAMES.index(name)]), patches=np.array([patch]), parameters=parameters, steps=np.zeros(1, int)
    )
    write_plotter_svg(
        Document(Size(100, 100), (0, 0, 0), strokes),
        tmp_path / "a.svg",
        plotter=PlotterOptions(paper=(100, 100), margin=0, lines=lines, ordered=False),
    )
    return [path.get("d", "") for path in ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}path")]


def _curves_of(line: str) -> list[Curve]:
    """A path of M, L and Q as curves joined end to end; those of straight lines have their middle in the middle."""
    curves: list[Curve] = []
    here = (0.0, 0.0)
    for command, numbers in re.findall(r"([MLQ])([^MLQ]*)", line):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        end = (values[-2], values[-1])
        middle = (values[0], values[1]) if command == "Q" else ((here[0] + end[0]) / 2, (here[1] + end[1]) / 2)
        if command != "M":
            curves.append((here, middle, end))
        here = end
    return curves


def _either_way(curves: list[Curve]) -> list[Curve]:
    back = [(end, middle, begin) for begin, middle, end in reversed(curves)]
    return min(curves, back)


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_a_pen_goes_round_a_triangle(lines: str, tmp_path: Path) -> None:
    shape = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 1, 1, 0, 0]  # corners of the patch

    assert _lines("triangle", lines, (20, 30, 40), shape, tmp_path) == ["M30 20L30 60L70 60L30 20"]


def test_a_pen_draws_a_flat_stroke_as_its_line_or_around_it(tmp_path: Path) -> None:
    shape = [0.1, 0.1, 0.1, 0.9, 0.25, 1, 1, 0, 0]
    half = 40 * (1 / 128 + 1 / 8) / 2

    (line,) = _lines("flat", "centre", (20, 30, 40), shape, tmp_path)
    (around,) = _lines("flat", "outline", (20, 30, 40), shape, tmp_path)

    assert line == "M30 20L70 20"
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", around)]
    assert numbers == pytest.approx(
        [30, 20 - half, 70, 20 - half, 70, 20 + half, 30, 20 + half, 30, 20 - half], abs=0.006
    )


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_a_pen_goes_round_a_circle(lines: str, tmp_path: Path) -> None:
    (line,) = _lines("circle", lines, (20, 30, 40), [0.5, 0.5, 0.4, 1, 1, 0, 0], tmp_path)

    radius = 40 * (1 / 256 + 0.2)
    x, y = (float(number) for number in re.findall(r"-?[\d.]+", line)[:2])
    assert np.hypot(x - 50, y - 40) == pytest.approx(radius, abs=0.01)
    assert line.count("Q") == 16 if lines == "centre" else line.count("A") == 2


@pytest.mark.parametrize("lines", ["centre", "outline"])
@pytest.mark.parametrize("name", ["triangle", "circle", "flat"])
def test_pens_stay_on_the_sheet(name: str, lines: str, tmp_path: Path) -> None:
    painting = document(name)
    write_plotter_svg(painting, tmp_path / "a.svg", plotter=PlotterOptions(paper=(190, 150), margin=0, lines=lines))

    data = [path.get("d", "") for path in ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}path")]
    # The end of each command lies on the sheet; a curve's middle point may not.
    ends = [
        tuple(map(float, numbers[-2:]))
        for line in data
        for part in re.findall(r"[MLQA][^MLQAZ]*", line)
        if len(numbers := re.findall(r"-?[\d.]+", part)) >= 2
    ]
    assert len(data) > 50
    assert all(-0.01 <= x <= 190.01 and -0.01 <= y <= 150.01 for x, y in ends)


@pytest.mark.parametrize(
    ("name", "lines"),
    [("bezier", "centre"), ("triangle", "centre"), ("circle", "centre"), ("flat", "centre"), ("flat", "outline")],
)
def test_a_line_drawn_backwards_is_the_same_line(name: str, lines: str, tmp_path: Path) -> None:
    drawn = []
    for ordered in (False, True):
        plotter = PlotterOptions(paper=(190, 150), margin=0, lines=lines, pens=1, ordered=ordered)
        write_plotter_svg(document(name), tmp_path / "a.svg", plotter=plotter)
        paths = ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}path")
        drawn.append([_curves_of(path.get("d", "")) for path in paths])
    plain, ordered_lines = drawn

    assert sorted(map(_either_way, plain)) == sorted(map(_either_way, ordered_lines))
    turned = [curves for curves in ordered_lines if curves not in plain]
    assert turned  # some are drawn from their other end


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_a_triangle_that_leaves_the_sheet_once_is_one_line_cut_at_the_edge(lines: str, tmp_path: Path) -> None:
    # Its corners are (x, y) (20, 40), (60, -40) and (60, 40): the sheet's upper edge cuts it at x = 40 and x = 60.
    shape = [0.9, 0.26, 0.26, 0.58, 0.9, 0.58, 1, 1, 0, 0]

    (line,) = _lines("triangle", lines, (-60, 0, 100), shape, tmp_path)

    assert _curves_of(line) == [
        pytest.approx(np.array(curve), abs=0.011)
        for curve in (((60, 0), (60, 20), (60, 40)), ((60, 40), (40, 40), (20, 40)), ((20, 40), (30, 20), (40, 0)))
    ]


def test_a_circle_that_leaves_the_sheet_once_is_one_line_on_its_arc(tmp_path: Path) -> None:
    # Its centre lies on the left edge, and its path begins at its right, on the sheet.
    (line,) = _lines("circle", "centre", (30, -20, 40), [0.5, 0.5, 0.8, 1, 1, 0, 0], tmp_path)

    radius, curves = 40 * (1 / 256 + 0.4), _curves_of(line)
    assert curves[0][0] == pytest.approx((0, 50 - radius), abs=0.02)
    assert curves[-1][2] == pytest.approx((0, 50 + radius), abs=0.02)
    ends = np.array([curve[2] for curve in curves])
    np.testing.assert_allclose(np.hypot(*(ends - [0, 50]).T), radius, rtol=0, atol=0.02)


def test_a_flat_stroke_that_crosses_the_sheet_is_cut_at_both_edges(tmp_path: Path) -> None:
    shape = [0.5, 0.0, 0.5, 1.0, 0.25, 1, 1, 0, 0]  # level through the middle of a patch wider than the sheet
    half = 160 * (1 / 128 + 1 / 8) / 2

    assert _lines("flat", "centre", (-30, -30, 160), shape, tmp_path) == ["M0 50L100 50"]
    around = _lines("flat", "outline", (-30, -30, 160), shape, tmp_path)
    assert [_curves_of(line)[0] for line in around] == [
        pytest.approx(np.array([(0, 50 - half), (50, 50 - half), (100, 50 - half)]), abs=0.01),
        pytest.approx(np.array([(100, 50 + half), (50, 50 + half), (0, 50 + half)]), abs=0.01),
    ]


@pytest.mark.parametrize("lines", ["centre", "outline"])
@pytest.mark.parametrize("name", NAMES)
def test_strokes_off_the_sheet_are_not_drawn(name: str, lines: str, tmp_path: Path) -> None:
    shape = [0.5, 0.4, 0.6, 0.5, 0.3, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]

    for patch in ((200, 30, 40), (-200, 30, 40), (30, 200, 40), (30, -200, 40)):
        assert _lines(name, lines, patch, shape, tmp_path) == []


def test_pens_are_found_for_strokes_that_have_no_area(tmp_path: Path) -> None:
    parameters = np.full((40, 13), 0.5, np.float32)
    parameters[:, 7:10] = np.random.default_rng(0).uniform(0, 1, (40, 3))
    strokes = Strokes.from_columns(
        types=np.full(40, NAMES.index("triangle")),
        patches=np.tile([0.0, 0.0, 64.0], (40, 1)),
        parameters=parameters,
        steps=np.zeros(40, int),
    )

    write_plotter_svg(Document(Size(64, 64), (0, 0, 0), strokes), tmp_path / "a.svg", plotter=PlotterOptions(pens=6))

    layers = ElementTree.parse(tmp_path / "a.svg").getroot().findall(f"{SVG}g")
    assert len(layers) == 6
    assert sum(map(len, layers)) == 40
