"""Any moment of a document in bounded time, and its moments in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from core.document import Document
from core.geometry import Size, pixel_scale
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.stroke import Strokes

DEFAULT_BUDGET = 512 * 2**20
"""Bytes of canvases that a timeline keeps."""

_STROKE_COST = 20_000.0
"""Square pixels of a patch whose stroke takes as long to draw as any stroke takes however small: some 7 µs."""

_LEAST_COST = 2.0**25
"""Of strokes between key canvases, square pixels of their patches: drawing them takes some 10 ms, and keeping a canvas
as long again."""

_FILL = 0.75
"""Of the keys that fit the budget, how many are asked for: were all, a new one would push out another at every jump."""


class Timeline:
    """Draws a document as it was after any number of strokes, to the same bits as from the bare sheet.

    Key canvases are kept as they are passed, so far apart that the strokes between them cost about the same to draw and
    all of them fit the budget; a moment is replayed from the nearest canvas at or before it. Playing forward lays only
    the strokes in between. For one thread at a time.
    """

    def __init__(self, document: Document, size: Size, budget_bytes: int = DEFAULT_BUDGET) -> None:
        """Draws nothing yet.

        Args:
            document: What to show.
            size: Of the canvases, pixels; the sheet's aspect.
            budget_bytes: What the canvases kept may take; the one last shown is kept in any case.
        """
        self._document, self._size = document, size
        # Single precision, as they were drawn: anything shorter would not replay to the same bits.
        self._keys: dict[int, Canvas] = {}
        self._working: tuple[int, Canvas] | None = None
        self._buffer: Canvas | None = None
        """What is laid on."""
        self._costs = np.zeros(1)
        """[>= n + 1]: what the first 0..n strokes cost together, with room for more."""
        self._known = 0
        """n."""
        self.budget_bytes = budget_bytes

    @property
    def budget_bytes(self) -> int:
        """What the canvases kept may take; where it falls, those go whose loss costs least."""
        return self._budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        canvas_bytes = self._size.height * self._size.width * 3 * np.dtype(np.float32).itemsize
        self._most_keys = max(0, budget_bytes // canvas_bytes - 1)  # one is the working canvas
        while len(self._keys) > self._most_keys:
            del self._keys[self._least(list(self._keys))]

    @property
    def document(self) -> Document:
        """What it shows."""
        return self._document

    def follow(self, document: Document) -> int:
        """Show another version of the document; what both begin with need not be drawn again.

        Returns:
            How many strokes that is.

        Raises:
            ValueError: If its sheet is another one.
        """
        if (document.size, document.background) != (self._document.size, self._document.background):
            raise ValueError("a timeline follows one sheet; make another for another")
        shared = document.strokes.shared(self._document.strokes)
        self._keys = {moment: canvas for moment, canvas in self._keys.items() if moment <= shared}
        if self._working is not None and self._working[0] > shared:
            self._working = None
        self._known = min(self._known, shared)
        self._document = document
        return shared

    def canvas(self, count: int) -> Canvas:
        """The canvas after the first `count` strokes; the caller's own.

        Raises:
            IndexError: If the document has fewer strokes, or `count` is negative.
        """
        return self.view(count).copy()

    def view(self, count: int) -> Canvas:
        """The same to look at only, until the next call; errors as of `canvas`."""
        strokes = self._document.strokes
        if not 0 <= count <= len(strokes):
            raise IndexError(f"moment {count} of a painting of {len(strokes)} strokes")
        now, canvas = self._nearest(count)
        self._working = None  # it is no moment while strokes are being laid, were that interrupted
        scale = pixel_scale(self._document.size, self._size)
        self._add_costs(scale)
        costs = self._costs[: self._known + 1]
        spacing = max(_LEAST_COST, float(costs[-1]) / max(1.0, _FILL * self._most_keys))
        while now < count:
            last_key = max((moment for moment in self._keys if moment <= now), default=0)
            until = int(np.searchsorted(costs, costs[last_key] + spacing))
            until = min(count, max(until, now + 1))
            lay(canvas, strokes[now:until], scale)
            now = until
            if costs[now] - costs[last_key] >= spacing:
                self._keep(now, canvas)
        self._working = count, canvas
        return canvas

    def _add_costs(self, scale: float) -> None:
        known, wanted = self._known, len(self._document.strokes)
        if known >= wanted:
            return
        if wanted >= len(self._costs):  # by half as many again, so that a growing painting costs what is new
            costs = np.zeros(wanted + wanted // 2 + 1)
            costs[: known + 1] = self._costs[: known + 1]
            self._costs = costs
        added = _costs(self._document.strokes[known:], scale).cumsum()
        self._costs[known + 1 : wanted + 1] = added + self._costs[known]
        self._known = wanted

    def _keep(self, moment: int, canvas: Canvas) -> None:
        """Make a key canvas of a moment; where there are too many, the one goes whose neighbours are nearest."""
        if not self._most_keys:
            return
        keys = self._keys
        if moment not in keys and len(keys) == self._most_keys:
            least = self._least([*keys, moment])
            if least == moment:
                return
            kept = keys.pop(least)  # memory that is there: fresh pages would take longer than what they are to hold
            np.copyto(kept, canvas)
            keys[moment] = kept
        else:
            keys[moment] = canvas.copy()

    def _least(self, moments: list[int]) -> int:
        """The one of some moments without whose canvas replaying would cost least; never the last of several."""
        ends = np.array([0, *sorted(moments)])
        costs = self._costs[np.append(ends, ends[-1])]
        gaps = costs[2:] - costs[:-2]
        return int(ends[1 + int(gaps[:-1].argmin())]) if len(gaps) > 1 else int(ends[-1])

    def _nearest(self, count: int) -> tuple[int, Canvas]:
        """The last moment known at or before `count`, and a canvas of it to lay on."""
        key = max((moment for moment in self._keys if moment <= count), default=0)
        if self._working is not None and key <= self._working[0] <= count:
            return self._working
        if self._buffer is None:
            self._buffer = bare_canvas(self._size, self._document.background)
        # Into memory that is there: fresh pages would take longer than what they are to hold.
        if key:
            np.copyto(self._buffer, self._keys[key])
        else:
            self._buffer[:] = np.array(self._document.background, np.float32) / 255
        return key, self._buffer


def _costs(strokes: Strokes, scale: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """About what it takes to draw each stroke [N], in square pixels of its patch."""
    costs: np.ndarray[tuple[int], np.dtype[np.float64]] = (strokes.patches[:, 2] * scale) ** 2 + _STROKE_COST
    return costs


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
