"""Where on a film's frame the painting lies, and the photograph beside it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.geometry import PixelBox, Size

SHAPES = {"1:1": Size(1080, 1080), "9:16": Size(1920, 1080), "16:9": Size(1080, 1920)}
"""Frames that places for films ask for, by the name of their aspect (width to height)."""

LONGEST_SIDE = 1920
"""Of a film whose size is not asked for, pixels: what every player takes."""


class FilmLayout(NamedTuple):
    """Where things are, in pixels of the frame.

    Attributes:
        frame: Its size; both sides are even, as H.264 and VP9 want them.
        painting: Where the painting is.
        photograph: Where the photograph is, of the same size; None without one.
    """

    frame: Size
    painting: PixelBox
    photograph: PixelBox | None


def film_layout(sheet: Size, *, shape: str | None, longer: int | None, beside: bool) -> FilmLayout:
    """Fit a sheet into a frame, as large as it will go, in its middle.

    Args:
        sheet: The painting's own size.
        shape: One of `SHAPES`; where absent the frame is as the painting asks, an odd side one line longer (see `put`).
        longer: The longer side of the frame with a shape, else of the painting; the shape's own, or the sheet's but
            `LONGEST_SIDE` at most, where absent.
        beside: Leave room for a photograph of the sheet's aspect: to the left of the painting, or above it where that
            makes both larger.

    Raises:
        SettingError: If there is no such shape.
    """
    if shape is not None and shape not in SHAPES:
        raise SettingError("shape", shape, f"choose one of {', '.join(SHAPES)}")
    if shape is None:
        panel = sheet.with_longer_side(longer or min(LONGEST_SIDE, sheet.longer))
        room = Size(_even(panel.height), _even(panel.width) * (2 if beside else 1))
        arrangements = [(1, 2 if beside else 1)]
    else:
        room = SHAPES[shape] if longer is None else SHAPES[shape].with_longer_side(longer)
        room = Size(max(4, _even(room.height)), max(4, _even(room.width)))
        arrangements = [(1, 2), (2, 1)] if beside else [(1, 1)]
    scales = {
        each: min(room.height / each[0] / sheet.height, room.width / each[1] / sheet.width) for each in arrangements
    }
    rows, columns = max(scales, key=lambda each: scales[each])
    if shape is not None:
        panel = sheet.scaled(scales[rows, columns])
        # What each may take at most, in even pixels.
        height, width = (max(1, room.height // rows // 2 * 2), max(1, room.width // columns // 2 * 2))
        panel = Size(min(panel.height, height), min(panel.width, width))
    # Everything begins at even pixels: two by two share their colour, and neighbours would bleed into each other.
    top, left = (
        (room.height - rows * _even(panel.height)) // 4 * 2,
        (room.width - columns * _even(panel.width)) // 4 * 2,
    )
    first = PixelBox(max(0, top), max(0, left), max(0, top) + panel.height, max(0, left) + panel.width)
    if not beside:
        return FilmLayout(room, first, None)
    painting = first.moved((rows - 1) * _even(panel.height), (columns - 1) * _even(panel.width))
    return FilmLayout(room, painting, first)


def put(frame: NDArray[np.uint8], box: PixelBox, pixels: NDArray[np.uint8]) -> None:
    """Put a picture where it is on a frame; of an odd side the last line is there twice, to the next even pixel.

    Args:
        frame: [H, W, 3], changed in place.
        box: Of a `FilmLayout`.
        pixels: [h, w, 3], of that box's size.
    """
    whole = filled(box)
    more = (0, whole.bottom - box.bottom), (0, whole.right - box.right), (0, 0)
    frame[whole.top : whole.bottom, whole.left : whole.right] = np.pad(pixels, more, mode="edge")


def filled(box: PixelBox) -> PixelBox:
    """What a picture in a box of a `FilmLayout` fills of the frame: up to the next even pixel."""
    return PixelBox(box.top, box.left, box.top + _even(box.size.height), box.left + _even(box.size.width))


def _even(extent: int) -> int:
    return extent + extent % 2
