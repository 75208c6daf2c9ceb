"""Pixels for the screen are those of files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.document import Document
from core.geometry import PixelBox, Size
from core.rasteriser.fast import bare_canvas, draw, lay, to_bytes, to_rgb32, touched
from core.stroke import Strokes


def test_a_part_is_written_as_blue_green_red_and_the_rest_left_alone() -> None:
    canvas = np.random.default_rng(0).uniform(-0.1, 1.1, (20, 30, 3)).astype(np.float32)
    pixels = np.full((20, 30, 4), 7, np.uint8)

    to_rgb32(canvas, pixels, PixelBox(3, 5, 11, 25))

    part = pixels[3:11, 5:25]
    np.testing.assert_array_equal(part[..., :3], to_bytes(canvas)[3:11, 5:25, ::-1])
    assert (part[..., 3] == 255).all()
    pixels[3:11, 5:25] = 7
    assert (pixels == 7).all()


def test_strokes_change_nothing_outside_of_the_box_they_touch(random_strokes: Callable[..., Strokes]) -> None:
    sheet, size = Size(100, 150), Size(200, 300)
    for seed in range(40):
        strokes = random_strokes(3, seed, sheet, sides=(10, 40))
        canvas = draw(Document(sheet, (255, 255, 255), strokes), size)
        box = touched(strokes, 2.0, size)
        canvas[box.top : box.bottom, box.left : box.right] = 1
        assert (canvas == 1).all()


def test_no_strokes_touch_nothing() -> None:
    assert touched(Strokes(), 1.0, Size(10, 10)).size == Size(0, 0)
    canvas = bare_canvas(Size(4, 4), (1, 2, 3))
    lay(canvas, Strokes())
    np.testing.assert_array_equal(canvas, bare_canvas(Size(4, 4), (1, 2, 3)))
