"""Polygons: what they cover, by every implementation, and the gradients of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.brushes import FLAT, TRIANGLE, PolygonBrush, Polygons
from core.document import Document
from core.geometry import PixelBox, Size
from core.rasteriser import fast, oracle
from core.rasteriser.marks import marks_of
from core.rasteriser.polygons import polygon_alpha
from core.stroke import Strokes
from tests.core.rasteriser.interpreted import interpreted as run_interpreted
from tests.core.rasteriser.interpreted import interpreter_works

Corners = list[tuple[float, float]]

SIZE = Size(20, 28)
RANDOM = torch.rand(6, 4, 2, generator=torch.Generator().manual_seed(3)).double() * 30 - 4

# By name: corners (row, column) of one polygon.
CASES: dict[str, Corners] = {
    "one way round": [(3.2, 4.1), (15.7, 9.3), (6.4, 22.8)],
    "the other way round": [(3.2, 4.1), (6.4, 22.8), (15.7, 9.3)],
    "whole pixels": [(4, 5), (4, 11), (9, 11), (9, 5)],
    "half pixels": [(4.5, 5.5), (4.5, 11.5), (9.5, 11.5), (9.5, 5.5)],
    "within one pixel": [(7.2, 7.3), (7.8, 7.4), (7.5, 7.9)],
    "a sliver": [(2.0, 2.0), (2.001, 25.0), (2.002, 25.0)],
    "nearly level sides": [(5.0, 1.0), (5.0 + 1e-9, 26.0), (11.0, 26.0), (11.0 - 1e-9, 1.0)],
    "nearly upright sides": [(1.0, 5.0), (18.0, 5.0 + 1e-9), (18.0, 11.0), (1.0, 11.0 - 1e-9)],
    "over every edge": [(-9.0, 14.0), (10.0, -30.0), (34.0, 14.0), (10.0, 50.0)],
    "over all of it": [(-500.0, -500.0), (-500.0, 900.0), (900.0, -500.0)],
    "left of it": [(2.0, -20.0), (9.0, -3.0), (15.0, -12.0)],
    "right of it": [(2.0, 30.0), (9.0, 50.0), (15.0, 41.0)],
    "above and below": [(-9.0, 4.0), (-1.0, 9.0), (-4.0, 12.0)],
    "a line": [(2.0, 3.0), (10.0, 15.0), (6.0, 9.0)],
    "a point": [(6.0, 7.0), (6.0, 7.0), (6.0, 7.0)],
    "a hollow": [(2.0, 2.0), (17.0, 4.0), (7.0, 9.0), (15.0, 24.0)],
}
AREAS = {
    "one way round": 0.5 * abs((15.7 - 3.2) * (22.8 - 4.1) - (6.4 - 3.2) * (9.3 - 4.1)),
    "whole pixels": 30.0,
    "half pixels": 30.0,
    "within one pixel": 0.5 * abs(0.6 * 0.6 - 0.3 * 0.1),
    "over all of it": 20.0 * 28.0,
    "left of it": 0.0,
    "right of it": 0.0,
    "above and below": 0.0,
    "a line": 0.0,
    "a point": 0.0,
}

Cover = Callable[[Corners, float], NDArray[np.float64]]


def _polygons(corners: Corners, kind: torch.dtype = torch.float64, opacity: float = 1.0) -> Polygons:
    places = torch.tensor(corners, dtype=kind)[None]
    return Polygons(places[..., 0], places[..., 1], torch.full((1,), opacity, dtype=kind))


def _by_torch(compiled: bool) -> Cover:
    return lambda corners, feather: polygon_alpha(_polygons(corners), SIZE, feather=feather, compiled=compiled)[
        0
    ].numpy()


COVERS: dict[str, Cover] = {"compiled": _by_torch(True), "batched": _by_torch(False)}


@pytest.fixture(params=COVERS)
def cover(request: pytest.FixtureRequest) -> Cover:
    return COVERS[request.param]


@pytest.mark.parametrize("name", CASES)
def test_what_is_covered_is_what_the_oracle_cuts_out(name: str, cover: Cover) -> None:
    rows, columns = np.array(CASES[name]).T

    expected = oracle.polygon(SIZE, rows, columns)

    np.testing.assert_allclose(cover(CASES[name], 1.0), expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", AREAS)
def test_coverage_sums_to_the_area_that_lies_on_the_canvas(name: str, cover: Cover) -> None:
    assert cover(CASES[name], 1.0).sum() == pytest.approx(AREAS[name], abs=1e-9)
    assert oracle.polygon(SIZE, *np.array(CASES[name]).T).sum() == pytest.approx(AREAS[name], abs=1e-9)


@pytest.mark.parametrize("name", ["one way round", "half pixels", "within one pixel", "a hollow"])
@pytest.mark.parametrize("feather", [0.5, 3.0])
def test_a_feather_is_the_square_that_is_looked_at(name: str, feather: float, cover: Cover) -> None:
    # Enlarged so that a square becomes a pixel, around one pixel's centre after another.
    corners = np.array(CASES[name])
    expected = np.zeros(SIZE)
    for y in range(SIZE.height):
        for x in range(SIZE.width):
            rows, columns = ((corners - [y + 0.5, x + 0.5]) / feather + 0.5).T
            expected[y, x] = oracle.polygon(Size(1, 1), rows, columns)[0, 0]

    np.testing.assert_allclose(cover(CASES[name], feather), expected, rtol=0, atol=1e-9)


def test_a_half_covered_pixel_is_half_covered(cover: Cover) -> None:
    covered = cover(CASES["half pixels"], 1.0)

    assert covered[4, 8] == covered[9, 8] == covered[6, 5] == covered[6, 11] == 0.5
    assert covered[4, 5] == covered[9, 11] == 0.25
    assert covered[6, 8] == 1
    assert covered[6, 12] == 0


def test_two_that_share_a_side_leave_nothing_out(cover: Cover) -> None:
    a, b, c, d = (2.3, 3.1), (4.4, 24.7), (17.2, 20.3), (15.9, 5.8)

    both = cover([a, b, c], 1.0) + cover([a, c, d], 1.0)

    np.testing.assert_allclose(both, cover([a, b, c, d], 1.0), rtol=0, atol=1e-12)


@pytest.mark.parametrize("feather", [1.0, 0.7, 3.0])
@pytest.mark.parametrize("compiled", [True, False])
def test_gradients_are_those_of_differences(compiled: bool, feather: float) -> None:
    opacity = torch.tensor([0.3, 0.9, 0.0, 1.0, 0.5, 0.7], dtype=torch.float64)
    # Three corners and four; of the latter those whose sides do not cross are in the first places.
    for corners in (RANDOM[:, :3], RANDOM[:, :3][:, [0, 1, 2, 2]]):
        given = [each.clone().requires_grad_() for each in (corners[..., 0], corners[..., 1], opacity)]

        def alpha(*given: Tensor) -> Tensor:
            return polygon_alpha(Polygons(*given), Size(12, 15), feather=feather, compiled=compiled)

        assert torch.autograd.gradcheck(alpha, given, eps=1e-6, atol=1e-5)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", ["half pixels", "whole pixels"])
def test_a_moved_side_gains_what_it_sweeps(name: str, compiled: bool) -> None:
    polygons = _polygons(CASES[name])
    column = polygons.column.clone().requires_grad_()

    polygon_alpha(Polygons(polygons.row, column, polygons.opacity), SIZE, compiled=compiled).sum().backward()

    # The rectangle is 5 high: its right side gains 2.5 a corner, its left side loses as much.
    assert column.grad is not None
    assert column.grad[0].tolist() == pytest.approx([-2.5, 2.5, 2.5, -2.5])


PROGRAM = """
import sys
import torch
from core.brushes import Polygons
from core.geometry import Size
from core.rasteriser.polygons import triton_alpha

results = {}
for name, (row, column, opacity, size, feather, weights) in torch.load(sys.argv[1]).items():
    given = [each.requires_grad_() for each in (row, column, opacity)]
    alpha = triton_alpha(Polygons(*given), Size(*size), feather=feather)
    results[name] = alpha.detach(), torch.autograd.grad((alpha * weights).sum(), given)
torch.save(results, sys.argv[1])
"""


def _weights(count: int) -> Tensor:
    return torch.rand(count, *SIZE, generator=torch.Generator().manual_seed(1)) - 0.3


@pytest.fixture(scope="module")
def interpreted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Coverage and gradients by Triton's kernels, in a process that interprets them from its start."""
    path = tmp_path_factory.mktemp("triton") / "cases.pt"
    cases = {}
    for name, corners in CASES.items():
        cases[name] = *_polygons(corners, torch.float32, 0.8), tuple(SIZE), 1.0, _weights(1)
    several = RANDOM.float()
    for feather in (0.5, 3.0):
        given = several[..., 0].clone(), several[..., 1].clone(), torch.linspace(0, 1, 6)
        cases[f"several, {feather}"] = *given, tuple(SIZE), feather, _weights(6)
    cases["none"] = torch.zeros(0, 3), torch.zeros(0, 3), torch.zeros(0), tuple(SIZE), 1.0, _weights(0)
    torch.save(cases, path)
    found: dict[str, Any] = run_interpreted(PROGRAM, path)
    return {name: (cases[name], found[name]) for name in cases}


@pytest.mark.skipif(not interpreter_works(), reason="there is no Triton, or one with an old interpreter")
@pytest.mark.parametrize("name", [*CASES, "several, 0.5", "several, 3.0", "none"])
def test_tritons_kernels_cover_what_the_compiled_ones_cover(name: str, interpreted: dict[str, Any]) -> None:
    (row, column, opacity, size, feather, weights), (alpha, gradients) = interpreted[name]
    wide = [each.detach().double().requires_grad_() for each in (row, column, opacity)]

    expected = polygon_alpha(Polygons(*wide), Size(*size), feather=feather)
    slopes = torch.autograd.grad((expected * weights).sum(), wide)

    # Single precision: sides of hundreds of pixels are placed to some hundred-thousandths of one.
    torch.testing.assert_close(alpha.double(), expected.detach(), rtol=0, atol=2e-4)
    for ours, theirs in zip(gradients, slopes, strict=True):
        largest = float(theirs.abs().amax()) if len(theirs) else 0.0
        torch.testing.assert_close(ours.double(), theirs, rtol=0, atol=2e-3 * largest + 1e-6)


def _random_document(size: Size, count: int = 60) -> Document:
    random = np.random.default_rng(5)
    strokes = Strokes.from_columns(
        types=random.integers(0, 5, count),
        patches=np.column_stack([random.uniform(-40, 180, (count, 2)), random.uniform(6, 150, count)]),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32),
        steps=np.arange(count),
    )
    return Document(size, (200, 30, 90), strokes)


def test_parts_of_a_canvas_have_the_bits_of_the_whole() -> None:
    document = _random_document(Size(170, 150))

    parts = np.concatenate([part for _, part in fast.slabs(document, Size(340, 300), 37)])

    np.testing.assert_array_equal(parts, fast.draw(document, Size(340, 300)))


def test_nothing_is_changed_outside_the_box_that_is_said_to_be_touched() -> None:
    document = _random_document(Size(170, 150))
    for index in range(len(document.strokes)):
        one = document.strokes[index : index + 1]
        canvas = fast.bare_canvas(document.size, document.background)
        before = canvas.copy()
        fast.lay(canvas, one)

        box = fast.touched(one, 1.0, document.size)
        canvas[box.top : box.bottom, box.left : box.right] = before[box.top : box.bottom, box.left : box.right]
        np.testing.assert_array_equal(canvas, before)
    assert isinstance(box, PixelBox)


def test_a_strokes_gain_is_what_it_does_to_the_error() -> None:
    document, random = _random_document(Size(60, 50), 25), np.random.default_rng(0)
    target = random.uniform(0, 1, (60, 50, 3)).astype(np.float32)
    canvas = fast.bare_canvas(document.size, document.background)
    errors = [np.square(canvas - target, dtype=np.float64).sum()]
    for index in range(25):
        one = fast.bare_canvas(document.size, document.background)
        fast.lay(one, document.strokes[: index + 1])
        errors.append(np.square(one - target, dtype=np.float64).sum())

    gains = fast.lay(canvas, document.strokes, target=target)

    np.testing.assert_allclose(gains, np.diff(errors), rtol=0, atol=1e-3)


@pytest.mark.parametrize("brush", [TRIANGLE, FLAT], ids=lambda brush: brush.name)
def test_areas_are_those_of_the_polygons(brush: PolygonBrush) -> None:
    random, kind = np.random.default_rng(2), {"triangle": 2, "flat": 4}[brush.name]
    parameters = random.uniform(0.2, 0.8, (9, brush.size)).astype(np.float32)
    strokes = Strokes.from_columns(
        types=np.full(9, kind), patches=np.tile([8.0, 8.0, 40.0], (9, 1)), parameters=parameters, steps=np.zeros(9, int)
    )
    marks = marks_of(strokes)
    expected = [
        oracle.polygon(Size(80, 80), marks.row[first:last], marks.column[first:last]).sum()
        for first, last in zip(marks.offsets, marks.offsets[1:], strict=False)
    ]

    np.testing.assert_allclose(marks.areas, expected, rtol=0, atol=1e-8)
