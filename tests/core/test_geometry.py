from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry import Patch, PixelBox, Size, pixel_scale

COORDINATES = st.integers(-300, 300)
BOXES = st.builds(PixelBox, COORDINATES, COORDINATES, COORDINATES, COORDINATES)
SIZES = st.builds(Size, st.integers(1, 200), st.integers(1, 200))


def _cells(box: PixelBox) -> set[tuple[int, int]]:
    return {(row, column) for row in range(box.top, box.bottom) for column in range(box.left, box.right)}


def test_a_size_knows_its_longer_and_shorter_side() -> None:
    assert (Size(30, 40).longer, Size(30, 40).shorter) == (40, 30)
    assert (Size(40, 30).longer, Size(40, 30).shorter) == (40, 30)


@pytest.mark.parametrize(
    ("scale", "scaled"),
    [(1, Size(300, 401)), (0.5, Size(150, 200)), (2.5, Size(750, 1002)), (0.001, Size(1, 1)), (1 / 128, Size(2, 3))],
)
def test_a_scaled_size_is_rounded_and_never_empty(scale: float, scaled: Size) -> None:
    assert Size(300, 401).scaled(scale) == scaled


@pytest.mark.parametrize(
    ("size", "longer", "fitted"),
    [
        (Size(300, 400), 128, Size(96, 128)),
        (Size(400, 300), 128, Size(128, 96)),
        (Size(1, 4000), 128, Size(1, 128)),
        (Size(7, 7), 1024, Size(1024, 1024)),
    ],
)
def test_fitting_the_longer_side_keeps_the_aspect(size: Size, longer: int, fitted: Size) -> None:
    assert size.with_longer_side(longer) == fitted


@given(SIZES, st.integers(1, 4096))
def test_fitting_the_longer_side_meets_it_exactly(size: Size, longer: int) -> None:
    assert size.with_longer_side(longer).longer == longer


def test_a_box_is_half_open() -> None:
    assert PixelBox(2, 3, 5, 9).size == Size(3, 6)
    assert PixelBox(5, 9, 5, 3).size == Size(0, 0)


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        (PixelBox(-5, -6, 7, 8), PixelBox(0, 0, 7, 8)),
        (PixelBox(5, 6, 70, 80), PixelBox(5, 6, 10, 20)),
        (PixelBox(-90, 3, -50, 9), PixelBox(0, 3, 0, 9)),
        (PixelBox(1, 30, 9, 50), PixelBox(1, 20, 9, 20)),
    ],
)
def test_a_clipped_box_lies_on_the_canvas(box: PixelBox, clipped: PixelBox) -> None:
    assert box.clipped(Size(10, 20)) == clipped


@given(BOXES, SIZES)
def test_clipping_keeps_exactly_the_pixels_on_the_canvas(box: PixelBox, size: Size) -> None:
    clipped = box.clipped(size)

    rows = range(max(box.top, 0), min(box.bottom, size.height))
    columns = range(max(box.left, 0), min(box.right, size.width))
    area = len(rows) * len(columns)
    assert clipped.size.height * clipped.size.width == area
    assert clipped.clipped(size) == clipped
    if area:
        assert clipped == PixelBox(rows.start, columns.start, rows.stop, columns.stop)


def test_a_moved_box_keeps_its_size() -> None:
    assert PixelBox(2, 3, 5, 9).moved(-10, 20) == PixelBox(-8, 23, -5, 29)


def test_a_box_of_pixels_is_a_patch_of_the_sheet_they_are_drawn_from() -> None:
    assert PixelBox(-64, 128, 64, 256).patch(4.0) == Patch(-16.0, 32.0, 32.0)
    assert PixelBox(10, 20, 74, 84).patch() == Patch(10.0, 20.0, 64.0)


@pytest.mark.parametrize(
    ("sheet", "canvas", "scale"),
    [(Size(30, 40), Size(60, 80), 2.0), (Size(40, 30), Size(60, 45), 1.5), (Size(333, 1000), Size(33, 100), 0.1)],
)
def test_the_scale_follows_the_longer_side(sheet: Size, canvas: Size, scale: float) -> None:
    assert pixel_scale(sheet, canvas) == scale
