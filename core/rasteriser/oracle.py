"""The brush in plain float64 numpy: slow, short, and what the other two are held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.geometry import Size, pixel_scale
from core.rasteriser.stamping import stamp_strokes
from core.stroke import Strokes


def disc(size: Size, row: float, column: float, radius: float, feather: float = 1.0) -> NDArray[np.float64]:
    """Coverage [H, W] of one anti-aliased disc, by the rule in `core.rasteriser`; lengths in pixels."""
    rows, columns = np.mgrid[0 : size.height, 0 : size.width] + 0.5
    distance = np.hypot(rows - row, columns - column)
    covered: NDArray[np.float64]
    if radius < feather / np.sqrt(3):
        covered = 3 * (radius / feather) ** 2 * np.clip(1 - distance / feather, 0, 1)
    else:
        edge = np.sqrt(radius**2 - feather**2 / 12)
        covered = np.clip((edge - distance) / feather + 0.5, 0, 1)
    return covered


def alpha(size: Size, strokes: Strokes, scale: float = 1.0) -> NDArray[np.float64]:
    """[N, H, W]: what each stroke alone covers on a canvas drawn at `scale`."""
    stamps = stamp_strokes(strokes, scale)
    result = np.zeros((len(strokes), *size))
    for index, (first, last) in enumerate(zip(stamps.offsets, stamps.offsets[1:], strict=False)):
        for stamp in range(first, last):
            covered = disc(size, stamps.row[stamp], stamps.column[stamp], stamps.radius[stamp])
            result[index] = result[index] * (1 - covered) + stamps.opacity[stamp] * covered
    return result


def draw(document: Document, size: Size | None = None) -> NDArray[np.float64]:
    """The document's pixels [H, W, 3] in 0..1, at the sheet's size or another of its aspect."""
    size = size or document.size
    canvas = np.broadcast_to(np.array(document.background) / 255, (*size, 3)).copy()
    for stroke, rgb in enumerate(document.strokes.rgb().astype(np.float64)):
        one = alpha(size, document.strokes[stroke : stroke + 1], pixel_scale(document.size, size))[0, ..., None]
        canvas = canvas * (1 - one) + rgb * one
    return canvas
