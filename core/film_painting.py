"""A film painted again: each frame over the last one's canvas, only where the picture has changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.changes import Change, PaintedFor, detail
from core.geometry import Size, pixel_scale
from core.job import PaintJob
from core.painter import Painter
from core.protection import attention
from core.rasteriser.fast import Canvas, bare_canvas, lay, to_bytes
from core.resampling import resized
from core.schedule import PUBLISHED_SIDE, Level
from core.stroke import Strokes

_ANEW = 0.6
"""How much of the picture has changed where all is painted anew: another scene, to which nothing there belongs."""

_WINDOWS = 0.25
"""Of a window of a level, how large a change has to be to be painted with strokes of that level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedFrame:
    """One frame of the painted film."""

    pixels: NDArray[np.uint8]
    """[H, W, 3]; the next frame's are written over it."""
    strokes: int
    """Laid for it."""
    anew: bool
    """It was painted from the bare sheet."""
    l2: float
    """Mean squared difference to the frame, 0..1, at the size that it was looked at."""


class FilmPainter:
    """Paints frames one after another.

    A frame costs as much as has changed in it, however long the film: strokes become pixels and are forgotten.

    Frames are looked at as large as the job's finest level is, and strokes drawn at the film's own size.
    """

    def __init__(self, painter: Painter, job_of: Callable[[NDArray[np.uint8]], PaintJob], size: Size) -> None:
        """Begin a film.

        Args:
            painter: Who paints.
            job_of: The job of painting a frame; the strokes of its schedule are what a whole picture takes.
            size: Of the painted film, pixels.
        """
        self._painter, self._job_of, self.size = painter, job_of, size
        self._canvas: Canvas = np.zeros((0, 0, 3), np.float32)
        self._pixels: NDArray[np.uint8] = np.zeros((0, 0, 3), np.uint8)
        self._painted_for: PaintedFor | None = None

    def frames(
        self, frames: Iterable[NDArray[np.uint8]], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[PaintedFrame, None, None]:
        """Paint frames [H, W, 3], each as it is asked for.

        Args:
            frames: Of one size, in the film's aspect.
            cancelled: Asked now and then; once it says so there are no more frames.
        """
        for frame in frames:
            painted = self._frame(frame, cancelled)
            if cancelled():
                return
            yield painted

    def _frame(self, frame: NDArray[np.uint8], cancelled: Callable[[], bool]) -> PaintedFrame:
        target = resized(frame, detail(self.size, self._job_of(frame).divide * PUBLISHED_SIDE))
        change = None if self._painted_for is None else self._painted_for.change(target)
        anew = self._painted_for is None or begins_scene(change)
        count = 0
        if anew:
            count = self._begin(target, cancelled)
        elif change is not None:
            count = self._go_on(target, change, cancelled)
        near = resized(self._pixels, Size(*target.shape[:2]))
        l2 = float(np.square(np.subtract(near, target, dtype=np.float32)).mean()) / 255**2
        return PaintedFrame(pixels=self._pixels, strokes=count, anew=anew, l2=l2)

    def _begin(self, target: NDArray[np.uint8], cancelled: Callable[[], bool]) -> int:
        """Paint all of a frame."""
        job = self._job_of(target)
        document = self._painter.bare_document(job)
        for step in self._painter.frames(job, cancelled=cancelled):
            document = step.document
        self._canvas = bare_canvas(self.size, job.background)
        lay(self._canvas, document.strokes, pixel_scale(document.size, self.size))
        self._pixels = to_bytes(self._canvas)
        self._painted_for = PaintedFor(target)
        return len(document.strokes)

    def _go_on(self, target: NDArray[np.uint8], change: Change, cancelled: Callable[[], bool]) -> int:
        """Paint what has changed in a frame."""
        assert self._painted_for is not None
        size = Size(*target.shape[:2])
        under = resized(self._canvas, size)
        weight = change.weight[:, :, None]
        # Where nothing is to change the canvas itself is the target: strokes that run over there do harm and no good.
        wanted = to_bytes(under + weight * (target.astype(np.float32) / 255 - under))
        job = self._job_of(wanted)
        focus = _both(change.weight, job.focus)
        felt = attention(focus, job.bounds.protect, size)
        if felt is None or not felt.any():  # it has changed where nobody looks, or where no stroke may go
            return 0
        job = replace(job, focus=focus)
        plan = _plan(self._painter.levels(job), change)
        strokes = self._painter.bare_document(job).strokes
        for step in self._painter.repainted(job, under, plan, cancelled=cancelled):
            strokes = step.document.strokes
        self._lay(strokes, change)
        self._painted_for.painted(target, change)
        return len(strokes)

    def _lay(self, strokes: Strokes, change: Change) -> None:
        """Lay strokes on the canvas, but only where something has changed."""
        scale = pixel_scale(Size(*change.weight.shape), self.size)
        weight = resized(change.weight, self.size)
        rows = np.flatnonzero(weight.any(axis=1))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        canvas = self._canvas[top:bottom]
        painted = canvas.copy()
        lay(painted, strokes, scale, origin=top)
        # Where the weight is 0 this changes no bit.
        canvas += weight[top:bottom, :, None] * (painted - canvas)
        self._pixels[top:bottom] = to_bytes(canvas)


def begins_scene(change: Change | None) -> bool:
    """Whether that much has changed that it is another scene."""
    return change is not None and change.extent >= _ANEW


def _plan(levels: tuple[Level, ...], change: Change) -> tuple[Level, ...]:
    """As many strokes of each level as the change takes, but for levels whose windows are too large for it."""
    longer, area = max(change.weight.shape), int(np.count_nonzero(change.weight >= 0.5))
    return tuple(
        replace(level, strokes=math.ceil(level.strokes * change.work))
        if level is levels[-1] or area >= _WINDOWS * (longer / level.divide) ** 2
        else replace(level, strokes=0)
        for level in levels
    )


def _both(weight: NDArray[np.float32], focus: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """Where something has changed and the job's focus looks."""
    changed = (weight * 255).astype(np.uint8)
    if focus is None:
        return changed
    looked_at = resized(focus, Size(*weight.shape)).astype(np.float32) / 255
    return (changed * looked_at).astype(np.uint8)
