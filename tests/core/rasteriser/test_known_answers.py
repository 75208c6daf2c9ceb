"""What the brush must draw by its definition, asked of every implementation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.brushes import BEZIER, Stamps
from core.document import BLACK, Document, Rgb
from core.geometry import Size
from core.rasteriser import fast, oracle
from core.rasteriser.differentiable import lay_bundle, stamp_alpha, stroke_alpha
from core.rasteriser.marks import Marks
from core.stroke import Strokes

Pixels = NDArray[np.float64]
Paint = Callable[[Document], Pixels]
Disc = Callable[[Size, float, float, float], Pixels]

SIDE = 128
SQUARE = Size(SIDE, SIDE)
RED, GREEN, WHITE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0, 1.0)


def _radius(pixels: float, side: float = SIDE) -> float:
    """The parameter of a radius, from its definition: 1/256 of the patch and up to a quarter more."""
    return (pixels / side - 1 / 256) * 4


def _line(
    start: tuple[float, float],
    end: tuple[float, float],
    radius: float,
    opacity: tuple[float, float] = (1.0, 1.0),
    rgb: tuple[float, float, float] = WHITE,
) -> tuple[float, ...]:
    """Parameters of a straight line between two points of a 128-pixel patch, lengths in pixels."""
    points = (start[0] / SIDE, start[1] / SIDE, 0.5, 0.5, end[0] / SIDE, end[1] / SIDE)
    return (*points, _radius(radius), _radius(radius), *opacity, *rgb)


def _document(
    *parameters: tuple[float, ...],
    patch: Sequence[float] = (0, 0, SIDE),
    size: Size = SQUARE,
    background: Rgb = BLACK,
) -> Document:
    strokes = Strokes.from_columns(
        types=np.zeros(len(parameters), np.uint8),
        patches=np.array([patch] * len(parameters), np.float64),
        parameters=np.array(parameters, np.float32),
        steps=np.zeros(len(parameters), np.int32),
    )
    return Document(size, background, strokes)


def _torch_paint(compiled: bool) -> Paint:
    def paint(document: Document) -> Pixels:
        strokes = document.strokes
        alpha = stroke_alpha(
            BEZIER,
            torch.tensor(strokes.parameters, dtype=torch.float64),
            document.size,
            patches=torch.tensor(strokes.patches),
            compiled=compiled,
        )
        sheet = torch.tensor(document.background, dtype=torch.float64)[:, None, None] / 255
        canvas = lay_bundle(sheet.expand(1, 3, *document.size), alpha[None], torch.tensor(strokes.rgb())[None].double())
        return canvas[0].permute(1, 2, 0).numpy()

    return paint


PAINTS: dict[str, Paint] = {
    "oracle": oracle.draw,
    "fast": lambda document: fast.draw(document).astype(np.float64),
    "compiled": _torch_paint(compiled=True),
    "batched": _torch_paint(compiled=False),
}


@pytest.fixture(params=PAINTS)
def paint(request: pytest.FixtureRequest) -> Paint:
    return PAINTS[request.param]


@pytest.fixture(params=PAINTS)
def disc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Disc:
    """Coverage of one full disc: a stroke has two stamps at least, so it is given to each implementation's inside."""

    def stamps(row: float, column: float, radius: float) -> Stamps:
        return Stamps(*(np.array([value]) for value in (row, column, radius, 1.0)), np.array([0, 1]))

    def by_fast(size: Size, row: float, column: float, radius: float) -> Pixels:
        marks = Marks(*stamps(row, column, radius), np.zeros(1, bool))
        monkeypatch.setattr(fast, "marks_of", lambda strokes, scale: marks)
        dummy = _document(_line((0, 0), (0, 0), 1), size=size)
        return fast.draw(dummy)[..., 0].astype(np.float64)

    def by_torch(size: Size, row: float, column: float, radius: float) -> Pixels:
        tensors = (torch.from_numpy(values) for values in stamps(row, column, radius))
        return stamp_alpha(Stamps(*tensors), size, compiled=request.param == "compiled")[0].numpy()

    return {"oracle": oracle.disc, "fast": by_fast}.get(request.param, by_torch)


@pytest.mark.parametrize(
    ("radius", "spread"),
    [(0.1, 0.13), (0.3, 0.13), (0.57, 0.13), (0.58, 0.13), (1.0, 0.06), (2.5, 0.01), (10.3, 0.002)],
)
def test_a_discs_coverage_is_its_area_wherever_it_lies(disc: Disc, radius: float, spread: float) -> None:
    """`spread`: how much of its area a disc may gain or lose by where it falls between the pixels."""
    eighths = np.arange(8) / 8

    areas = [disc(Size(32, 40), 16 + dy, 15 + dx, radius).sum() for dy in eighths for dx in eighths]

    area = np.pi * radius**2
    assert np.mean(areas) == pytest.approx(area, rel=2e-3)
    assert max(np.abs(np.array(areas) - area)) <= spread * area


def test_a_disc_is_full_within_and_nothing_beyond_its_edge(disc: Disc) -> None:
    rows, columns = np.mgrid[0:40, 0:40] + 0.5
    distance = np.hypot(rows - 19.3, columns - 21.8)

    covered = disc(Size(40, 40), 19.3, 21.8, 9.4)

    np.testing.assert_allclose(covered[distance < 8.8], 1, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(covered[distance > 10], 0)
    edge = covered[np.abs(distance - 9.4) < 0.05]
    assert len(edge) > 3
    np.testing.assert_allclose(edge, 0.5, rtol=0, atol=0.06)


@pytest.mark.parametrize("radius", [1.5, 4.5, 8.5, 16.5])
def test_a_bar_is_full_inside_half_at_its_edge_and_nothing_outside(paint: Paint, radius: float) -> None:
    bar = paint(_document(_line((64, 16), (64, 112), radius)))[:, 40:88, 0]

    # Centres of rows lie `radius` from the bar's axis, and whole pixels nearer and farther.
    edges = bar[[63 - int(radius), 64 + int(radius)]]
    np.testing.assert_allclose(bar[64 - int(radius) : 64 + int(radius)], 1, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(bar[: 63 - int(radius)], 0)
    np.testing.assert_array_equal(bar[65 + int(radius) :], 0)
    # Neighbouring stamps overlap, so the edge is somewhat fuller than one disc's, by a fifth of a pixel.
    assert 0.5 <= edges.min() <= edges.max() <= 0.75
    assert edges.max() - edges.min() < 0.05  # no scallops to be seen


def test_a_bar_along_a_column_is_a_bar_along_a_row(paint: Paint) -> None:
    along_row = paint(_document(_line((40, 16), (40, 112), 5.3)))
    along_column = paint(_document(_line((16, 40), (112, 40), 5.3)))

    np.testing.assert_allclose(along_column, along_row.transpose(1, 0, 2), rtol=0, atol=1e-6)


@pytest.mark.parametrize("opacity", [(0.1, 0.9), (0.9, 0.1), (0.0, 1.0), (0.6, 0.6)])
@pytest.mark.parametrize("radius", [2.0, 6.0])
def test_opacity_runs_linearly_along_a_line(paint: Paint, opacity: tuple[float, float], radius: float) -> None:
    line = paint(_document(_line((64.5, 24), (64.5, 104), radius, opacity)))[64, :, 0]

    # A pixel shows the last stamp over it, and that lies up to a radius further along. Stamps differ by 1/48 at most.
    columns = np.arange(28, 100)
    ahead = np.clip((columns + 0.5 + radius - 24) / 80, 0, 1)
    expected = opacity[0] + (opacity[1] - opacity[0]) * ahead
    slope = abs(opacity[1] - opacity[0]) / 80
    assert np.abs(line[columns] - expected).max() <= 1 / 48 + slope / 2 + 1e-6


@pytest.mark.parametrize("order", [(RED, GREEN), (GREEN, RED)])
def test_the_later_stroke_lies_on_top(paint: Paint, order: tuple[tuple[float, float, float], ...]) -> None:
    across = _line((64, 16), (64, 112), 10, rgb=order[0])
    down = _line((16, 64), (112, 64), 10, rgb=order[1])

    canvas = paint(_document(across, down))

    np.testing.assert_allclose(canvas[64, 64], order[1], rtol=0, atol=1e-6)
    np.testing.assert_allclose(canvas[64, 30], order[0], rtol=0, atol=1e-6)


def test_a_half_opaque_stroke_lets_half_of_what_lies_below_through(paint: Paint) -> None:
    below = _line((64, 16), (64, 112), 10, rgb=RED)
    above = _line((16, 64), (112, 64), 10, (0.5, 0.5), rgb=GREEN)

    canvas = paint(_document(below, above, background=(0, 0, 255)))

    np.testing.assert_allclose(canvas[64, 64], [0.5, 0.5, 0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(canvas[30, 64], [0, 0.5, 0.5], rtol=0, atol=1e-6)
    np.testing.assert_allclose(canvas[5, 5], [0, 0, 1], rtol=0, atol=1e-6)


def test_a_stroke_that_crosses_itself_is_no_denser_there(paint: Paint) -> None:
    there_and_back = (0.5, 0.2, 0.5, 3.0, 0.5, 0.8, _radius(4), _radius(4), 0.5, 0.5, *WHITE)

    assert paint(_document(there_and_back)).max() == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("row", "column"), [(-200, 0), (200, 0), (0, -200), (0, 200), (-200, 200), (5000, 5000), (-1e6, 3)]
)
def test_a_stroke_off_the_canvas_changes_nothing(paint: Paint, row: float, column: float) -> None:
    line = _line((20, 20), (100, 100), 30)

    canvas = paint(_document(line, patch=(row, column, SIDE), background=(51, 102, 204)))

    np.testing.assert_allclose(canvas, np.broadcast_to([0.2, 0.4, 0.8], canvas.shape), rtol=0, atol=1e-7)


@pytest.mark.parametrize("size", [Size(64, 64), Size(40, 65), Size(1, 1)])
def test_a_stroke_bigger_than_the_canvas_fills_it(paint: Paint, size: Size) -> None:
    dab = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, 0.25, 0.5, 0.75)

    canvas = paint(_document(dab, patch=(-480, -480, 1024), size=size))

    np.testing.assert_allclose(canvas, np.broadcast_to([0.25, 0.5, 0.75], (*size, 3)), rtol=0, atol=1e-6)


@pytest.mark.parametrize("height", [63, 64, 65, 129])
@pytest.mark.parametrize("row", [62.7, 63.5, 64.0, 64.2])
def test_a_bar_over_the_edge_of_a_band_is_a_bar_elsewhere(paint: Paint, height: int, row: float) -> None:
    over = paint(_document(_line((row, 10), (row, 118), 3.3), size=Size(height, SIDE)))
    elsewhere = paint(_document(_line((row - 40, 10), (row - 40, 118), 3.3), size=Size(height, SIDE)))

    np.testing.assert_allclose(over[45:], elsewhere[5 : height - 40], rtol=0, atol=1e-5)


def test_a_stroke_is_not_cut_at_its_patch(paint: Paint) -> None:
    over_the_edge = (0.5, 0.0, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, *WHITE)

    canvas = paint(_document(over_the_edge, patch=(48, 48, 32)))

    assert canvas[64, 42:86, 0].min() > 0.99  # a radius of 8 pixels to both sides


@pytest.mark.parametrize("opacity", [0.0, 1 / 3, 1.0])
def test_a_strokes_alpha_never_exceeds_its_opacity(paint: Paint, opacity: float) -> None:
    random = np.random.default_rng(0).random((20, 13))
    random[:, 8:10], random[:, 10:] = opacity, 1

    for parameters in random:
        canvas = paint(_document(tuple(parameters)))
        assert -1e-9 <= canvas.min() <= canvas.max() <= opacity + 1e-6
