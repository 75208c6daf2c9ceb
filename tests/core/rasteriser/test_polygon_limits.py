"""Polygons of any size, place and precision: where implementations could part, and where answers are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.brushes import Polygons
from core.geometry import Size
from core.rasteriser import oracle
from core.rasteriser.polygon_kernels import cover_polygon_band
from core.rasteriser.polygons import polygon_alpha
from tests.core.rasteriser.interpreted import interpreted, interpreter_works
from tests.core.rasteriser.test_polygons import PROGRAM

BOTH = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "batched"])
SIZE = Size(21, 30)
# By name: corners (row, column) of one polygon.
CASES: dict[str, list[tuple[float, float]]] = {
    "clockwise": [(2.2, 3.1), (5.4, 26.3), (18.8, 11.9)],
    "anticlockwise": [(2.2, 3.1), (18.8, 11.9), (5.4, 26.3)],
    "a rectangle askew": [(4.0, 9.0), (10.0, 3.0), (17.5, 10.5), (11.5, 16.5)],
    "level and upright sides on boundaries": [(3.0, 4.0), (3.0, 12.0), (11.0, 4.0)],
    "a thousandth of a pixel": [(7.31, 7.72), (7.35, 7.74), (7.33, 7.77)],
    "thin, over many pixels": [(1.0, 1.0), (19.0, 28.0), (19.01, 28.0), (1.01, 1.0)],
    "in the first and the last pixel": [(0.0, 0.0), (0.9, 0.1), (21.0, 30.0), (20.1, 29.9)],
    "on the canvas's own edge": [(0.0, 0.0), (0.0, 30.0), (21.0, 30.0), (21.0, 0.0)],
    "touching the edge from outside": [(-5.0, 3.0), (0.0, 9.0), (0.0, 14.0)],
    "off to the lower right": [(22.0, 31.0), (40.0, 33.0), (29.0, 60.0)],
    "across a corner": [(-6.0, 8.0), (9.0, -7.0), (-6.0, -7.0)],
    "huge": [(-9e4, -1e5), (8e4, 1.3e5), (1e5, -7e4)],
    "no area": [(3.0, 3.0), (17.0, 24.0), (3.0, 3.0), (17.0, 24.0)],
    "level, no area": [(6.0, 2.0), (6.0, 25.0), (6.0, 11.0)],
    "upright, no area": [(2.0, 6.0), (19.0, 6.0), (11.0, 6.0)],
    "a point on a pixel's corner": [(6.0, 7.0), (6.0, 7.0), (6.0, 7.0), (6.0, 7.0)],
}
WEIGHTS = torch.rand(1, *SIZE, generator=torch.Generator().manual_seed(1), dtype=torch.float64) - 0.3


def polygons_of(corners: list[tuple[float, float]], kind: torch.dtype = torch.float64) -> Polygons:
    places = torch.tensor(corners, dtype=kind)[None]
    given = places[..., 0].clone(), places[..., 1].clone(), torch.full((1,), 0.8, dtype=kind)
    return Polygons(*(each.requires_grad_() for each in given))


def slopes_of(polygons: Polygons, compiled: bool, feather: float = 1.0) -> tuple[Tensor, ...]:
    alpha = polygon_alpha(polygons, SIZE, feather=feather, compiled=compiled)
    return torch.autograd.grad((alpha * WEIGHTS.to(alpha.dtype)).sum(), polygons)


def band(corners: list[tuple[float, float]], top: int, bottom: int) -> NDArray[np.float64]:
    """What the canvas's own loop covers of some rows."""
    rows, columns = np.array(corners).T.copy()
    alpha, left, right = (
        np.full((bottom - top, SIZE.width), 9.0, np.float32),  # it need not be clean
        *np.zeros((2, bottom - top), np.int64),
    )
    count, line = len(corners), np.zeros(SIZE.width + 1)
    low, high = cover_polygon_band(
        rows, columns, np.full(count, 0.8), 0, count, top, bottom, 0, SIZE.width, alpha, left, right, line
    )
    covered = np.zeros((bottom - top, SIZE.width))
    for y in range(low - top, high - top):
        covered[y, left[y] : right[y]] = alpha[y, left[y] : right[y]]
    assert not line.any()  # the next polygon is drawn over it
    return covered


@pytest.mark.parametrize("name", CASES)
def test_every_loop_covers_what_the_oracle_cuts_out(name: str) -> None:
    expected = 0.8 * oracle.polygon(SIZE, *np.array(CASES[name]).T)

    for compiled in (True, False):
        alpha = polygon_alpha(polygons_of(CASES[name]), SIZE, compiled=compiled)[0].detach().numpy()
        np.testing.assert_allclose(alpha, expected, rtol=0, atol=1e-8)
    np.testing.assert_allclose(band(CASES[name], 0, 21), expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_a_band_is_covered_to_the_bit_as_part_of_the_whole(name: str) -> None:
    parts = [band(CASES[name], top, bottom) for top, bottom in ((0, 1), (1, 8), (8, 13), (13, 21))]

    np.testing.assert_array_equal(np.concatenate(parts), band(CASES[name], 0, 21))


@BOTH
@pytest.mark.parametrize("size", [Size(1, 40), Size(40, 1), Size(1, 1), Size(5, 64)], ids=str)
def test_a_canvas_may_have_any_shape(size: Size, compiled: bool) -> None:
    corners = [(-1.3, -2.2), (0.3, 37.6), (4.4, 20.7), (0.8, 0.4)]

    alpha = polygon_alpha(polygons_of(corners), size, compiled=compiled)[0].detach().numpy()

    np.testing.assert_allclose(alpha, 0.8 * oracle.polygon(size, *np.array(corners).T), rtol=0, atol=1e-9)


@BOTH
@pytest.mark.parametrize("name", ["clockwise", "a rectangle askew", "a thousandth of a pixel"])
def test_a_feather_of_whole_pixels_spreads_the_area_and_keeps_it(name: str, compiled: bool) -> None:
    rows, columns = torch.tensor(CASES[name], dtype=torch.float64).T
    area = float((rows * columns.roll(-1) - rows.roll(-1) * columns).sum().abs()) / 2

    for feather in (1.0, 2.0, 3.0):
        moved = [(row + 3, column + 3) for row, column in CASES[name]]
        alpha = polygon_alpha(polygons_of(moved), Size(30, 36), feather=feather, compiled=compiled)
        assert float(alpha.detach().sum()) == pytest.approx(0.8 * area, abs=1e-9)


def test_the_same_corners_the_other_way_round_have_the_same_coverage_and_slopes() -> None:
    for compiled in (True, False):
        one, other = polygons_of(CASES["clockwise"]), polygons_of(CASES["anticlockwise"])
        alphas = [polygon_alpha(each, SIZE, compiled=compiled).detach() for each in (one, other)]
        torch.testing.assert_close(*alphas, rtol=0, atol=1e-12)
        for ours, theirs in zip(slopes_of(one, compiled)[:2], slopes_of(other, compiled)[:2], strict=True):
            torch.testing.assert_close(ours, theirs[:, [0, 2, 1]], rtol=0, atol=1e-9)


@BOTH
def test_two_triangles_fill_a_pixel_on_their_common_side_to_one(compiled: bool) -> None:
    a, b, c, d = (3.0, 3.0), (3.0, 9.0), (9.0, 9.0), (9.0, 3.0)
    one, other = (
        polygon_alpha(polygons_of(corners), SIZE, compiled=compiled)[0].detach() / 0.8
        for corners in ([a, b, c], [a, c, d])
    )

    assert [one[k, k].item() for k in (3, 5, 8)] == [pytest.approx(0.5)] * 3  # the side is the pixels' own diagonal
    np.testing.assert_allclose((one + other)[3:9, 3:9], 1, rtol=0, atol=1e-12)
    assert float((one + other).sum()) == pytest.approx(36)


@BOTH
@pytest.mark.parametrize("feather", [1.0, 3.0])
def test_a_polygon_that_moves_inside_the_canvas_gains_and_loses_as_much(feather: float, compiled: bool) -> None:
    polygons = polygons_of([(5.2, 6.1), (7.4, 24.3), (16.8, 14.9)])

    alpha = polygon_alpha(polygons, SIZE, feather=feather, compiled=compiled)
    row, column, opacity = torch.autograd.grad(alpha.sum(), polygons)

    assert float(row.sum()) == pytest.approx(0, abs=1e-9)
    assert float(column.sum()) == pytest.approx(0, abs=1e-9)
    assert float(opacity) == pytest.approx(float(alpha.detach().sum()) / 0.8)
    # The area is half a cross product: a corner's row gains it half the others' distance along columns.
    assert row[0].tolist() == pytest.approx([0.8 * (14.9 - 24.3) / 2, 0.8 * (6.1 - 14.9) / 2, 0.8 * (24.3 - 6.1) / 2])


@BOTH
@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("feather", [0.5, 1.0, 3.0])
def test_slopes_are_finite_wherever_the_corners_lie(feather: float, kind: torch.dtype, compiled: bool) -> None:
    for corners in CASES.values():
        assert all(bool(each.isfinite().all()) for each in slopes_of(polygons_of(corners, kind), compiled, feather))


@BOTH
@pytest.mark.parametrize("feather", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("name", [name for name in CASES if name != "huge"])
def test_in_single_precision_both_have_the_coverage_and_slopes_of_double(
    name: str, feather: float, compiled: bool
) -> None:
    narrow = polygons_of(CASES[name], torch.float32)
    wide = Polygons(*(each.detach().double().requires_grad_() for each in narrow))

    ours = polygon_alpha(narrow, SIZE, feather=feather, compiled=compiled).detach().double()
    expected = polygon_alpha(wide, SIZE, feather=feather).detach()

    torch.testing.assert_close(ours, expected, rtol=0, atol=2e-5)
    for slope, exact in zip(slopes_of(narrow, compiled, feather), slopes_of(wide, True, feather), strict=True):
        torch.testing.assert_close(slope.double(), exact, rtol=0, atol=1e-3 * float(exact.abs().max()) + 1e-5)


@BOTH
def test_what_lies_off_the_canvas_has_no_slopes_and_what_touches_it_has(compiled: bool) -> None:
    off, touching = (
        [float(each.abs().max()) for each in slopes_of(polygons_of(CASES[name]), compiled)]
        for name in ("off to the lower right", "touching the edge from outside")
    )

    assert off == [0, 0, 0]
    assert touching[0] > 0.1  # moved down it would be seen
    assert touching[1:] == [0, 0]


@BOTH
def test_polygons_do_not_depend_on_those_beside_them(compiled: bool) -> None:
    places = torch.rand(5, 3, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64) * 30 - 4
    opacity = torch.linspace(0.2, 1, 5, dtype=torch.float64)
    together = polygon_alpha(Polygons(places[..., 0], places[..., 1], opacity), SIZE, compiled=compiled)

    for index in range(5):
        one = slice(index, index + 1)
        alone = polygon_alpha(Polygons(places[one, :, 0], places[one, :, 1], opacity[one]), SIZE, compiled=compiled)
        torch.testing.assert_close(together[one], alone, rtol=0, atol=0)


@BOTH
def test_no_polygons_cover_nothing(compiled: bool) -> None:
    none = Polygons(torch.zeros(0, 3), torch.zeros(0, 3), torch.zeros(0))

    assert polygon_alpha(none, SIZE, compiled=compiled).shape == (0, 21, 30)


@pytest.mark.skipif(not interpreter_works(), reason="there is no Triton, or one with an old interpreter")
def test_tritons_kernels_have_the_coverage_and_slopes_of_double(tmp_path: Path) -> None:
    names = [name for name in CASES if name != "huge"]
    # All of four corners, the last of a triangle twice.
    places = torch.tensor([[*CASES[name], CASES[name][-1]][:4] for name in names])
    given = places[..., 0].clone(), places[..., 1].clone(), torch.full((len(names),), 0.8)
    weights = WEIGHTS.float().expand(len(names), -1, -1)
    cases = {str(feather): (*given, tuple(SIZE), feather, weights) for feather in (0.5, 1.0, 3.0)}
    torch.save(cases, tmp_path / "cases.pt")
    found = interpreted(PROGRAM, tmp_path / "cases.pt")

    for feather, (alpha, slopes) in found.items():
        wide = Polygons(*(each.detach().double().requires_grad_() for each in given))
        expected = polygon_alpha(wide, SIZE, feather=float(feather))
        exact = torch.autograd.grad((expected * weights).sum(), wide)
        torch.testing.assert_close(alpha.double(), expected.detach(), rtol=0, atol=2e-5)
        for ours, theirs in zip(slopes, exact, strict=True):
            off = (ours.double() - theirs).abs().reshape(len(names), -1).amax(1)
            largest = theirs.abs().reshape(len(names), -1).amax(1)
            assert bool((off <= 1e-3 * largest + 1e-5).all())
