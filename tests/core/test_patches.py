from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry import PixelBox, Size
from core.patches import grid, windows_by_error

SIDES = st.integers(1, 40)
EXTENTS = st.integers(1, 90)


def _errors(size: Size, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).random(size)


def _error_inside(errors: NDArray[np.floating], box: PixelBox) -> float:
    on_sheet = box.clipped(Size(*errors.shape))
    return float(errors[on_sheet.top : on_sheet.bottom, on_sheet.left : on_sheet.right].sum())


def _windows(errors: NDArray[np.floating], side: int, count: int, seed: int = 0) -> list[PixelBox]:
    return windows_by_error(errors, side, count, np.random.default_rng(seed))


def test_the_grid_of_a_square_sheet_is_its_cells_row_by_row() -> None:
    assert grid(Size(256, 256), 2, 128) == [
        PixelBox(0, 0, 128, 128),
        PixelBox(0, 128, 128, 256),
        PixelBox(128, 0, 256, 128),
        PixelBox(128, 128, 256, 256),
    ]


def test_patches_of_a_wide_sheet_overlap_along_its_shorter_side() -> None:
    tops = [box.top for box in grid(Size(192, 256), 2, 128)]

    assert tops == [-16, -16, 80, 80]


def test_the_only_patch_of_a_wide_sheet_sticks_out_evenly() -> None:
    assert grid(Size(96, 128), 1, 128) == [PixelBox(-16, 0, 112, 128)]


@given(EXTENTS, EXTENTS, st.integers(1, 8))
def test_the_grid_covers_every_cell(height: int, width: int, divide: int) -> None:
    size = Size(height, width)
    side = -(-size.longer // divide)
    covered = np.zeros(size, bool)

    boxes = grid(size, divide, side)

    for box in boxes:
        on_sheet = box.clipped(size)
        covered[on_sheet.top : on_sheet.bottom, on_sheet.left : on_sheet.right] = True
    assert len(boxes) == divide**2
    assert {box.size for box in boxes} == {Size(side, side)}
    assert covered.all()


@pytest.mark.parametrize("spot", [(0, 0), (199, 299), (100, 150), (3, 290)])
@pytest.mark.parametrize("seed", range(5))
def test_the_worst_place_comes_first(spot: tuple[int, int], seed: int) -> None:
    errors = _errors(Size(200, 300)) * 0.01
    errors[spot] = 100

    worst, *others = _windows(errors, 64, 6, seed)

    assert (worst.top <= spot[0] < worst.bottom, worst.left <= spot[1] < worst.right) == (True, True)
    assert len(others) == 5
    assert _error_inside(errors, worst) > 100 > max(_error_inside(errors, box) for box in others) * 2


@given(EXTENTS, EXTENTS, SIDES, st.integers(1, 20), st.integers(0, 1000))
def test_windows_come_worst_first_apart_and_on_the_sheet(
    height: int, width: int, side: int, count: int, seed: int
) -> None:
    errors = _errors(Size(height, width), seed)

    boxes = _windows(errors, side, count, seed)

    assert 1 <= len(boxes) <= count
    inside = [_error_inside(errors, box) for box in boxes]
    assert all(worse >= better - 1e-9 for worse, better in pairwise(inside))
    for one, other in combinations(boxes, 2):
        shared_rows = side - abs(one.top - other.top)
        shared_columns = side - abs(one.left - other.left)
        assert min(shared_rows, shared_columns) <= side // 8
    for box in boxes:
        assert box.size == Size(side, side)
        if height >= side:
            assert 0 <= box.top <= height - side
        if width >= side:
            assert 0 <= box.left <= width - side


@pytest.mark.parametrize(("height", "top"), [(20, -6), (21, -6), (32, 0)])
def test_a_sheet_smaller_than_a_window_lies_in_its_middle(height: int, top: int) -> None:
    boxes = _windows(_errors(Size(height, 200)), 32, 9)

    assert {box.top for box in boxes} == {top}


def test_a_large_sheet_has_room_for_as_many_windows_as_are_wanted() -> None:
    assert len(_windows(_errors(Size(512, 512)), 128, 4)) == 4
    assert len(_windows(np.full((512, 512), 1e-9), 128, 4)) == 4


def test_there_are_no_more_windows_than_fit_side_by_side() -> None:
    assert 4 <= len(_windows(_errors(Size(300, 300)), 100, 1000)) <= 9


def test_the_same_seed_gives_the_same_windows() -> None:
    errors = _errors(Size(300, 200))

    assert _windows(errors, 64, 8, seed=3) == _windows(errors, 64, 8, seed=3)


def test_window_edges_fall_elsewhere_from_time_to_time() -> None:
    errors = np.ones((300, 300))
    random = np.random.default_rng(0)

    lefts = {box.left for _ in range(20) for box in windows_by_error(errors, 64, 4, random)}

    assert len(lefts) > 10


def test_errors_are_left_as_they_were() -> None:
    errors = _errors(Size(100, 100))
    kept = errors.copy()

    _windows(errors, 32, 5)

    np.testing.assert_array_equal(errors, kept)
