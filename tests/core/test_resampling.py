"""Shrinking takes the mean, growing is linear, and nothing else changes."""

import cv2
import numpy as np
import pytest

from core.geometry import Size
from core.resampling import as_canvas, resized

WHITE, BLACK = [255, 255, 255], [0, 0, 0]
CHEQUERED = np.array([[BLACK, WHITE], [WHITE, BLACK]], np.uint8).repeat(4, 0).repeat(4, 1)


def test_shrinking_takes_the_mean_of_the_area() -> None:
    assert resized(CHEQUERED, Size(2, 2)).tolist() == [[BLACK, WHITE], [WHITE, BLACK]]
    assert resized(CHEQUERED, Size(1, 1)).tolist() == [[[128] * 3]]
    assert resized(CHEQUERED.astype(np.float32), Size(1, 1)).tolist() == [[[127.5] * 3]]


def test_growing_is_linear_and_never_overshoots() -> None:
    step = np.array([[BLACK, WHITE]], np.uint8)
    assert resized(step, Size(1, 4))[0, :, 0].tolist() == [0, 64, 191, 255]


def test_one_axis_may_shrink_while_the_other_grows() -> None:
    # Four rows of which one is white: the mean, 0.25, must not depend on which row; sampling would miss three.
    for row in range(4):
        pixels = np.zeros((4, 2, 3), np.float32)
        pixels[row] = 1
        assert resized(pixels, Size(1, 4)).tolist() == [[[0.25] * 3] * 4]
    assert resized(np.zeros((2, 8, 3), np.uint8), Size(6, 3)).shape == (6, 3, 3)


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_the_type_is_kept(kind: type) -> None:
    assert resized(np.zeros((8, 8, 3), kind), Size(3, 20)).dtype == kind


def test_the_same_size_costs_nothing() -> None:
    assert resized(CHEQUERED, Size(8, 8)) is CHEQUERED


def test_a_mirrored_view_is_resized_as_it_is_seen() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    expected = cv2.resize(pixels[:, ::-1].copy(), (20, 10), interpolation=cv2.INTER_AREA)
    assert np.array_equal(resized(pixels[:, ::-1], Size(10, 20)), expected)


def test_narrow_and_single_pixels_are_fine() -> None:
    assert resized(np.full((1, 1, 3), 7, np.uint8), Size(3, 5)).tolist() == [[[7] * 3] * 5] * 3
    assert resized(np.zeros((3, 5000, 3), np.uint8), Size(128, 128)).shape == (128, 128, 3)


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 x 1"):
        resized(CHEQUERED, Size(0, 4))


def test_a_picture_becomes_a_canvas_of_any_size() -> None:
    pixels = np.array([[[0, 51, 255], [255, 51, 0]]], np.uint8)

    assert np.array_equal(as_canvas(pixels, Size(1, 2)), pixels.astype(np.float32) / np.float32(255))
    assert np.allclose(as_canvas(pixels, Size(1, 1)), [[[128 / 255, 0.2, 128 / 255]]])
