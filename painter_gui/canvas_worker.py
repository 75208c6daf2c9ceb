"""The thread that draws: whatever moment of the document is asked for, into pixels that the window shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import psutil
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from core.document import Document
from core.geometry import PixelBox, Size
from core.parallel_loops import PARALLEL_LOOPS

if TYPE_CHECKING:
    from core.timeline import Timeline

DISPLAY_SIDE = 2048
"""Longer side of the canvas on the screen at most, pixels. Exports are drawn anew at whatever size."""

FINEST = 4
"""Canvas pixels a sheet pixel at most: strokes of small photos are drawn finer, so that they are smooth when zoomed."""

_MANY = 400
"""Strokes from which on the whole canvas is taken to have changed."""


def display_size(sheet: Size) -> Size:
    """The size at which a sheet is drawn for the screen."""
    return sheet.with_longer_side(min(DISPLAY_SIDE, FINEST * sheet.longer))


def _suitable_budget() -> int:
    """Bytes that scrubbing may keep canvases in: these take a canvas of 2,048 pixels to any moment in some 50 ms."""
    return int(min(5 * 2**28, psutil.virtual_memory().total // 8))


class SharedPixels:
    """An RGB32 picture that one thread draws and another shows."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._pixels = np.zeros((*size, 4), np.uint8)
        self._pixels[..., 3] = 255
        self._lock = threading.Lock()

    @contextmanager
    def locked(self) -> Iterator[NDArray[np.uint8]]:
        """The pixels [H, W, 4] of bytes B, G, R, 255, while nobody else has them."""
        with self._lock:
            yield self._pixels


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What to show."""

    document: Document
    count: int
    """Its strokes, from the lowest."""
    pixels: SharedPixels


class CanvasWorker(QObject):
    """Draws the moment asked for last, in the thread it lives in; those asked for meanwhile are passed over.

    Signals:
        drawn: (moment, box of pixels that changed).
    """

    drawn = Signal(object, object)
    _asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._wanted: Moment | None = None
        self._budget = _suitable_budget()
        self._lock = threading.Lock()
        self._timeline: Timeline | None = None
        self._shown: Moment | None = None
        self._asked.connect(self._on_asked)

    def show(self, moment: Moment) -> None:
        """Ask for a moment; from any thread."""
        with self._lock:
            waiting, self._wanted = self._wanted is not None, moment
        if not waiting:
            self._asked.emit()

    def set_budget(self, mebibytes: int | None) -> None:
        """What canvases may be kept in from the next moment on; None: as much as suits the machine. From any thread."""
        self._budget = _suitable_budget() if mebibytes is None else mebibytes * 2**20

    @Slot()
    def _on_asked(self) -> None:
        from core.rasteriser.fast import to_rgb32, touched
        from core.timeline import Timeline

        with self._lock:
            moment, self._wanted = self._wanted, None
        if moment is None:
            return
        document, shown, size = moment.document, self._shown, moment.pixels.size
        self._shown = None  # until it is: were drawing interrupted, nothing is known of the pixels
        box = PixelBox(0, 0, *size)
        if (
            self._timeline is None
            or shown is None
            or shown.pixels is not moment.pixels
            or (shown.document.size, shown.document.background) != (document.size, document.background)
        ):
            self._timeline = Timeline(document, size, self._budget)
        else:
            followed = self._timeline.follow(document)
            # Strokes that are to go, or have come since, lie between the two moments; what else differs was edited.
            low, high = sorted((followed.moment(shown.count), moment.count))
            if high - low <= _MANY:
                box = touched(document.strokes[low:high], size.longer / document.size.longer, size).joined(followed.box)
        if self._timeline.budget_bytes != self._budget:
            self._timeline.budget_bytes = self._budget
        canvas = self._timeline.view(moment.count)
        self._shown = moment
        if box.size.shorter:
            # In this order: the window must not wait for its pixels while these wait for the painter's loops.
            with PARALLEL_LOOPS, moment.pixels.locked() as pixels:
                to_rgb32(canvas, pixels, box)
        self.drawn.emit(moment, box)
