"""The fast CPU rasteriser: documents to pixels at any resolution, cost in proportion to the pixels touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import numba
import numpy as np
from numpy.typing import NDArray

from core.document import Document, Rgb
from core.geometry import PixelBox, Size, pixel_scale
from core.parallel_loops import PARALLEL_LOOPS
from core.rasteriser import kernels
from core.rasteriser.marks import marks_of
from core.stroke import Strokes

Canvas = NDArray[np.float32]
"""[H, W, 3], RGB in 0..1."""

_BATCH = 4096
"""Strokes drawn at a time, so that memory stays bounded however long the document."""

_BAND = 64
"""Rows a thread takes at a time: the band's alpha stays in the processor's cache."""

_WORTH_THREADS = 2**19
"""Pixels of some parts of a canvas below which one thread draws them."""

_NO_TARGET: Canvas = np.zeros((0, 0, 3), np.float32)


def bare_canvas(size: Size, background: Rgb) -> Canvas:
    """A canvas of nothing but the sheet's colour."""
    canvas = np.empty((*size, 3), np.float32)
    canvas[:] = np.array(background, np.float32) / 255
    return canvas


def lay(
    canvas: Canvas,
    strokes: Strokes,
    scale: float = 1.0,
    target: Canvas | None = None,
    *,
    origin: int = 0,
    areas: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Lay strokes on a canvas, in place, lowest first; muted ones are nothing.

    Args:
        canvas: The canvas.
        strokes: N strokes, in sheet pixels.
        scale: Canvas pixels per sheet pixel.
        target: Of the canvas's shape, where the change of error is wanted.
        origin: The row that the canvas begins with, where it is a part of a larger one; its pixels are the same, to the
            bit, as there.
        areas: [K, 4] top, left, bottom and right of the only parts to lay them on, none over another, if not on all of
            the canvas; the pixels there are the same, to the bit.

    Returns:
        [N]: how much each stroke raised the sum of squared errors to the target (negative: it helped); zeros without
        a target.

    Raises:
        ValueError: If the target has another shape than the canvas.
    """
    if target is not None and target.shape != canvas.shape:  # the compiled loops would read past its end
        raise ValueError(f"a target of shape {target.shape} does not fit a canvas of shape {canvas.shape}")
    gains = np.zeros(len(strokes))
    bottom, width = origin + canvas.shape[0], canvas.shape[1]
    few = areas is not None and _pixels(areas) < _WORTH_THREADS
    if areas is None:
        tops = np.arange(origin, bottom, _BAND)
        areas = np.column_stack([tops, 0 * tops, np.append(tops[1:], bottom), np.full(len(tops), width)])
    for start in range(0, len(strokes), _BATCH):
        part = strokes[start : start + _BATCH]
        marks = marks_of(part, scale)
        boxes = np.empty((len(part), 4))
        for low, centre in ((0, marks.row), (1, marks.column)):
            boxes[:, low] = np.minimum.reduceat(centre - marks.radius, marks.offsets[:-1]) - 1
            boxes[:, low + 2] = np.maximum.reduceat(centre + marks.radius, marks.offsets[:-1]) + 2
        boxes = boxes.clip([origin, 0, origin, 0], [bottom, width, bottom, width])
        boxes[part.muted] = 0
        by_area = np.zeros((len(areas), len(part)) if target is not None else (0, 0))
        goal = _NO_TARGET if target is None else target
        with PARALLEL_LOOPS, _one_thread() if few else nullcontext():
            kernels.lay_strokes(canvas, goal, *marks, part.rgb(), boxes.astype(np.int64), areas, by_area, origin)
        if target is not None:
            gains[start : start + len(part)] = by_area.sum(axis=0)
    return gains


def _pixels(areas: NDArray[np.int64]) -> int:
    return int(((areas[:, 2] - areas[:, 0]) * (areas[:, 3] - areas[:, 1])).sum())


@contextmanager
def _one_thread() -> Iterator[None]:
    """Draw with one thread: where another program has the cores, several wait long for each other."""
    many = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(many)


def covered(strokes: Strokes, scale: float, box: PixelBox) -> NDArray[np.float32]:
    """How much strokes of one colour hide together of what is below them, 0..1 [H, W], in a box of a canvas.

    What is laid on a canvas with them is A (1 - covered) + rgb covered.
    """
    canvas = np.zeros((*box.size, 3), np.float32)
    patches = strokes.patches - np.array([box.top / scale, box.left / scale, 0])
    white = Strokes.from_columns(
        types=strokes.types, patches=patches, parameters=strokes.parameters, steps=strokes.steps, flags=strokes.flags
    ).changed(rgb=np.ones((len(strokes), 3)))
    whole = np.array([[0, 0, *box.size]])
    lay(canvas, white, scale, areas=whole if _pixels(whole) < _WORTH_THREADS else None)
    result: NDArray[np.float32] = canvas[..., 0]
    return result


def touched(strokes: Strokes, scale: float, size: Size) -> PixelBox:
    """A box of a canvas that holds every pixel that these strokes can have changed; empty where there are none."""
    strokes = strokes.drawn
    if not len(strokes):
        return PixelBox(0, 0, 0, 0)
    marks = marks_of(strokes, scale)
    box = PixelBox(
        int((marks.row - marks.radius).min()) - 2,
        int((marks.column - marks.radius).min()) - 2,
        int((marks.row + marks.radius).max()) + 3,
        int((marks.column + marks.radius).max()) + 3,
    )
    return box.clipped(size)


def draw(document: Document, size: Size | None = None) -> Canvas:
    """The document's pixels at the sheet's own size, or another of its aspect."""
    size = size or document.size
    canvas = bare_canvas(size, document.background)
    lay(canvas, document.strokes, pixel_scale(document.size, size))
    return canvas


def slabs(document: Document, size: Size, rows: int) -> Iterator[tuple[int, Canvas]]:
    """The pixels of `draw`, to the bit, so many rows at a time: the first row of each part, and the part.

    Memory stays that of one part, however large the size.
    """
    scale = pixel_scale(document.size, size)
    for top in range(0, size.height, rows):
        canvas = bare_canvas(Size(min(rows, size.height - top), size.width), document.background)
        lay(canvas, document.strokes, scale, origin=top)
        yield top, canvas


def to_rgb32(canvas: Canvas, pixels: NDArray[np.uint8], box: PixelBox) -> None:
    """Write a part of a canvas into pixels [H, W, 4] of bytes B, G, R, 255: Qt's RGB32 on little-endian machines.

    The values are those of `to_bytes`.
    """
    with PARALLEL_LOOPS:
        kernels.pack_rgb32(canvas, pixels, *box)


def to_bytes(canvas: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A canvas [..., 3] in 0..1 as 8-bit pixels, rounded to the nearest."""
    pixels = np.empty(canvas.shape, np.uint8)
    for start in range(0, len(canvas), _BAND):  # in bands, or a large canvas would for a moment take thrice its memory
        pixels[start : start + _BAND] = np.clip(canvas[start : start + _BAND], 0, 1) * 255 + 0.5
    return pixels


def measured(document: Document, target: Canvas) -> Document:
    """The document with the mean squared error after each stroke, on a canvas of the target's size [H, W, 3]."""
    size, strokes = Size(*target.shape[:2]), document.strokes
    canvas = bare_canvas(size, document.background)
    begun = float(np.square(canvas - target, dtype=np.float64).sum())
    gains = lay(canvas, strokes, pixel_scale(document.size, size), target)
    errors = (np.maximum(0, begun + np.cumsum(gains)) / target.size).astype(np.float32)
    return replace(document, strokes=strokes.changed(errors=errors))


def measured_on(canvas: Canvas, document: Document, first: int, target: Canvas) -> Document:
    """The document with the errors after its strokes from `first` on, going on from the one before, if that is known.

    So a curve of errors that were measured at another size goes on without a step.

    Args:
        canvas: After the strokes before; those from `first` on are laid on it.
        document: The painting.
        first: The first stroke to measure.
        target: Of the canvas's shape.
    """
    strokes = document.strokes
    begun = float(strokes.errors[first - 1]) if first else float("nan")
    if not np.isfinite(begun):
        begun = float(np.square(canvas - target, dtype=np.float64).mean())
    gains = lay(canvas, strokes[first:], pixel_scale(document.size, Size(*target.shape[:2])), target)
    errors = np.maximum(0, begun + np.cumsum(gains) / target.size)
    return replace(document, strokes=strokes[:first].appended(strokes[first:].changed(errors=errors)))
