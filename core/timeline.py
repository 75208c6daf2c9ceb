"""Any moment of a document in bounded time, and its moments in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from core.document import Document
from core.geometry import Size, pixel_scale
from core.rasteriser.fast import Canvas, bare_canvas, lay

DEFAULT_BUDGET = 256 * 2**20
"""Bytes of canvases that a timeline keeps."""

_LEAST_SPACING = 16
"""Strokes between key canvases at least; laying fewer costs no more than copying a canvas."""


class Timeline:
    """Draws a document as it was after any number of strokes, to the same bits as from the bare sheet.

    Key canvases are kept as they are passed, evenly spaced so that all fit the budget; a moment is replayed from the
    nearest canvas at or before it. Playing forward lays only the strokes in between. For one thread at a time.
    """

    def __init__(self, document: Document, size: Size, budget_bytes: int = DEFAULT_BUDGET) -> None:
        """Draws nothing yet.

        Args:
            document: What to show.
            size: Of the canvases, pixels; the sheet's aspect.
            budget_bytes: What the canvases kept may take; the one last shown is kept in any case.
        """
        self._document, self._size = document, size
        canvas_bytes = size.height * size.width * 3 * np.dtype(np.float32).itemsize
        keys = max(0, budget_bytes // canvas_bytes - 1)  # one is the working canvas
        # N // spacing keys are passed in all, and that is at most `keys`.
        self._spacing = max(_LEAST_SPACING, len(document.strokes) // (keys + 1) + 1)
        # Single precision, as they were drawn: anything shorter would not replay to the same bits.
        self._keys: dict[int, Canvas] = {}
        self._working: tuple[int, Canvas] | None = None

    def canvas(self, count: int) -> Canvas:
        """The canvas after the first `count` strokes; the caller's own.

        Raises:
            IndexError: If the document has fewer strokes, or `count` is negative.
        """
        strokes = self._document.strokes
        if not 0 <= count <= len(strokes):
            raise IndexError(f"moment {count} of a painting of {len(strokes)} strokes")
        now, canvas = self._nearest(count)
        self._working = None  # it is no moment while strokes are being laid, were that interrupted
        scale = pixel_scale(self._document.size, self._size)
        while now < count:
            until = min(count, (now // self._spacing + 1) * self._spacing)
            lay(canvas, strokes[now:until], scale)
            now = until
            if now % self._spacing == 0 and now not in self._keys:
                self._keys[now] = canvas.copy()
        self._working = count, canvas
        return canvas.copy()

    def _nearest(self, count: int) -> tuple[int, Canvas]:
        """The last moment known at or before `count`, and a canvas of it to lay on."""
        key = max((moment for moment in self._keys if moment <= count), default=0)
        if self._working is not None and key <= self._working[0] <= count:
            return self._working
        return key, self._keys[key].copy() if key else bare_canvas(self._size, self._document.background)


def moments(document: Document, size: Size, counts: Iterable[int]) -> Iterator[Canvas]:
    """The document after each of these numbers of strokes, which must not fall.

    Yields:
        One and the same canvas, laid on further each time: look, do not keep.
    """
    canvas, now = bare_canvas(size, document.background), 0
    for count in counts:
        lay(canvas, document.strokes[now:count], pixel_scale(document.size, size))
        now = count
        yield canvas
