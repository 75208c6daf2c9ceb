"""Any moment of a document in bounded time, and its moments in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.difference import Difference, difference
from core.document import Document
from core.geometry import PixelBox, Size, pixel_scale
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.rasteriser.tiles import Mask, Tiles
from core.stroke import Strokes

DEFAULT_BUDGET = 512 * 2**20
"""Bytes of canvases that a timeline keeps."""

_STROKE_COST = 20_000.0
"""Square pixels of a patch whose stroke takes as long to draw as any stroke takes however small: some 7 µs."""

_LEAST_COST = 2.0**25
"""Of strokes between key canvases, square pixels of their patches: drawing them takes some 10 ms, and keeping a canvas
as long again."""

_MOST_CHANGES = 4096
"""Strokes that differ from one version to the next, from which on it is taken to be another painting."""

_FILL = 0.75
"""Of the keys that fit the budget, how many are asked for: were all, a new one would push out another at every jump."""


@dataclass(slots=True)
class _Kept:
    """A canvas of some moment."""

    canvas: Canvas
    stale: Mask
    """Its tiles that show the moment as it was before strokes were changed."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What another version of a document has changed."""

    shared: int
    """How many strokes both begin with."""
    box: PixelBox
    """Where any moment may look otherwise than the `moment` of the earlier version that shows the same strokes."""
    _difference: Difference | None = None

    def moment(self, count: int) -> int:
        """After how many strokes of this version those lie that did after `count` of the earlier one, and still do."""
        return count if self._difference is None else self._difference.moment(count)


class Timeline:
    """Draws a document as it was after any number of strokes, to the same bits as from the bare sheet.

    Key canvases are kept as they are passed, so far apart that the strokes between them cost about the same to draw and
    all of them fit the budget; a moment is replayed from the nearest canvas at or before it. Playing forward lays only
    the strokes in between.

    Where strokes are deleted, changed or moved, the canvases after them are stale in the tiles that these strokes
    touch. What is asked for is mended there, from the last canvas before the change; and where a tile has come to be,
    to the bit, what it was before, since later strokes have covered the difference, all that follows is as it was, too.

    For one thread at a time.
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
        self._keys: dict[int, _Kept] = {}
        self._working: tuple[int, _Kept] | None = None
        self._scale = pixel_scale(document.size, size)
        self._tiles = Tiles(size, self._scale)
        self._settled = np.zeros(self._tiles.shape, np.int64)
        """[R, C] of each tile: after more strokes than these lie all that were changed there last."""
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

    def follow(self, document: Document) -> Followed:
        """Show another version of the document; what both have in common need not all be drawn again.

        Raises:
            ValueError: If its sheet is another one.
        """
        if (document.size, document.background) != (self._document.size, self._document.background):
            raise ValueError("a timeline follows one sheet; make another for another")
        earlier, self._document = self._document.strokes, document
        shared = document.strokes.shared(earlier)
        self._known = min(self._known, shared)
        if shared == len(earlier):  # it has only grown
            return Followed(shared, PixelBox(0, 0, 0, 0))
        found = difference(earlier, document.strokes)
        if len(found.gone) + len(found.come) > _MOST_CHANGES:
            found = Difference(np.arange(shared), np.arange(shared), *(np.arange(0),) * 2)
            self._forget(shared)
            return Followed(shared, PixelBox(0, 0, *self._size), found)
        gone, come = (
            self._tiles.spans(strokes.picked(rows))
            for strokes, rows in ((earlier, found.gone), (document.strokes, found.come))
        )
        if len(found.old) == shared:  # nothing after it is common
            self._forget(shared)
        else:
            self._follow_changes(found, gone, come)
        return Followed(shared, self._tiles.box(self._tiles.within(np.concatenate([gone, come]))), found)

    def _forget(self, after: int) -> None:
        """Keep no canvas of what lies after a moment."""
        self._keys = {moment: kept for moment, kept in self._keys.items() if moment <= after}
        if self._working is not None and self._working[0] > after:
            self._working = None

    def _follow_changes(self, found: Difference, gone: NDArray[np.int64], come: NDArray[np.int64]) -> None:
        """Have every canvas that is kept stand for the same strokes as before, and note where it is stale now."""

        def followed(moment: int, kept: _Kept) -> int:
            now = found.moment(moment)
            before = [gone[found.gone < moment], come[found.come < now]]
            kept.stale = self._tiles.within(np.concatenate(before))
            return now

        # One that was stale already is of a version before the last, with which nothing can be compared any more.
        fresh = {moment: kept for moment, kept in self._keys.items() if not kept.stale.any()}
        self._keys = {}
        for moment, kept in sorted(fresh.items()):
            self._keys.setdefault(followed(moment, kept), kept)
        if self._working is not None:
            moment, kept = self._working
            self._working = None if kept.stale.any() else (followed(moment, kept), kept)
        moments = np.concatenate([[found.moment(row) for row in found.gone], found.come]).astype(np.int64)
        spans = np.concatenate([gone, come])
        self._settled[:] = 0
        for index in np.argsort(moments).tolist():  # the latest has the last word
            top, bottom, left, right = spans[index]
            self._settled[top:bottom, left:right] = moments[index]

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
        scale = self._scale
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
        self._working = count, self._kept(canvas)
        return canvas

    def _kept(self, canvas: Canvas) -> _Kept:
        return _Kept(canvas, np.zeros(self._tiles.shape, bool))

    def _mend(self, moment: int, kept: _Kept) -> None:
        """Draw anew what is stale of a canvas; key canvases before it are mended on the way."""
        left = kept.stale.copy()
        if not left.any():
            return
        sound = [now for now, key in self._keys.items() if now < moment and not (key.stale & left).any()]
        now = max(sound, default=0)
        canvas = np.empty_like(kept.canvas)  # of which only what is stale becomes memory
        if now:
            self._tiles.replaced(self._keys[now].canvas, canvas, left)
        else:
            for top, begin, bottom, end in self._tiles.runs(left).tolist():
                canvas[top:bottom, begin:end] = np.array(self._document.background, np.float32) / 255
        keys = [(at, key) for at, key in sorted(self._keys.items()) if now < at <= moment and key is not kept]
        for at, each in [*keys, (moment, kept)]:
            strokes = self._document.strokes[now:at]
            strokes = strokes.picked(self._tiles.meeting(self._tiles.spans(strokes), left))
            lay(canvas, strokes, self._scale, areas=self._tiles.runs(left))
            as_before = self._tiles.replaced(canvas, each.canvas, left)
            each.stale &= ~left
            now = at
            settled = left & as_before & (self._settled < now)
            left &= ~settled
            for later, key in self._all_kept():
                if later >= now:
                    key.stale &= ~settled
            if not left.any():
                break

    def _all_kept(self) -> list[tuple[int, _Kept]]:
        return [*self._keys.items(), *([] if self._working is None else [self._working])]

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
            np.copyto(kept.canvas, canvas)
            keys[moment] = self._kept(kept.canvas)
        else:
            keys[moment] = self._kept(canvas.copy())

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
            now, kept = self._working
            self._mend(now, kept)
            return now, kept.canvas
        if self._buffer is None:
            self._buffer = bare_canvas(self._size, self._document.background)
        # Into memory that is there: fresh pages would take longer than what they are to hold.
        if key:
            self._mend(key, self._keys[key])
            np.copyto(self._buffer, self._keys[key].canvas)
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
