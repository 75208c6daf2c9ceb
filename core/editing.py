"""What an artist does to single strokes: new documents from a document and which of its strokes are meant.

Which are meant is a mask [N] or rows [k]. Locked strokes stay as they are, whatever else is asked of them. Errors
depend on all that lies below: an edited document has none from the first stroke on that differs, until it is measured
again (`core.rasteriser.fast.measured`). What an edit leaves no job would have painted: its job says so by `edited`, how
often that was, and a painter takes it over as it does that of another job (`Painter.taken_over`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.colours import oklab, rgb_of_oklab
from core.document import BEFORE, Document
from core.stroke import LOCKED, MUTED, Strokes

Chosen = NDArray[np.bool_] | NDArray[np.integer]
"""A mask [N] of a document's strokes, or rows [k] of them."""

EDITED = "edited"
"""Where a job says how often what it painted was edited."""


class Place(Enum):
    """Where strokes are moved in the order of all."""

    TOP = "top"
    BOTTOM = "bottom"
    UP = "up"
    """By one: past the next one above that is not moved."""
    DOWN = "down"


def deleted(document: Document, chosen: Chosen) -> Document:
    """The document without some strokes."""
    going = _free(document, chosen)
    if not going.any():
        return document
    kept = document.strokes.picked(~going)
    return _edited(document, kept, int(going.argmax()), lambda count: count - int(np.count_nonzero(going[:count])))


def muted(document: Document, chosen: Chosen, on: bool = True) -> Document:
    """The document with some strokes drawn no more, or drawn again."""
    meant = _free(document, chosen) & (document.strokes.muted != on)
    return _changed(document, meant, flags=_with(document.strokes, meant, MUTED, on))


def locked(document: Document, chosen: Chosen, on: bool = True) -> Document:
    """The document with some strokes locked, or no longer; it is seen no otherwise, so that errors stay."""
    strokes = document.strokes
    meant = _mask(document, chosen) & (strokes.locked != on)
    if not meant.any():
        return document
    return replace(document, strokes=strokes.changed(flags=_with(strokes, meant, LOCKED, on), errors=strokes.errors))


def recoloured(document: Document, chosen: Chosen, rgb: NDArray[np.floating], *, shift: bool = False) -> Document:
    """The document with some strokes in another colour.

    Args:
        document: The painting.
        chosen: Which.
        rgb: [3] or [k, 3] in 0..1.
        shift: Keep how they differ: all are moved alike, in OKLab, so that their mean becomes that colour.
    """
    meant = _free(document, chosen)
    colours = document.strokes.rgb()
    wanted = np.asarray(rgb, np.float64)
    if wanted.ndim == 2:  # of the chosen ones, of which some may be locked
        spread = np.zeros((len(colours), 3))
        spread[_mask(document, chosen)] = wanted
        wanted = spread[meant]
    if shift and meant.any():
        lab = oklab(colours[meant])
        wanted = rgb_of_oklab(lab + oklab(wanted) - lab.mean(axis=0))
    colours[meant] = np.clip(wanted, 0, 1)
    meant &= (colours != document.strokes.rgb()).any(axis=1)
    return _changed(document, meant, rgb=colours)


def moved(document: Document, chosen: Chosen, place: Place) -> Document:
    """The document with some strokes elsewhere in the order; among themselves they keep theirs."""
    order = order_after(document, chosen, place)
    differ = np.flatnonzero(order != np.arange(len(order)))
    if not len(differ):
        return document
    return _edited(document, document.strokes.picked(order), int(differ[0]))


def order_after(document: Document, chosen: Chosen, place: Place) -> NDArray[np.intp]:
    """Which stroke of the document comes to lie where [N], when some are moved."""
    moving = _free(document, chosen)
    count = len(moving)
    keys = np.arange(count, dtype=np.float64)
    if place in (Place.TOP, Place.BOTTOM):
        keys[moving] += count if place is Place.TOP else -count
        return np.argsort(keys)
    # Each goes past the nearest one in its way that stays; those that have none there stay too.
    rows, staying = np.flatnonzero(moving), np.flatnonzero(~moving)
    passed = np.searchsorted(staying, rows) - (place is Place.DOWN)
    there = (passed >= 0) & (passed < len(staying))
    keys[rows[there]] = staying[passed[there]] + (0.5 if place is Place.UP else -0.5)
    return np.argsort(keys, kind="stable")


def painted_over(document: Document, strokes: Strokes) -> Document:
    """The document with strokes on top that an artist has drawn: one painting step, locked, and not its job's own."""
    if not len(strokes):
        return document
    last = int(document.strokes.steps.max()) if len(document.strokes) else -1
    drawn = Strokes.from_columns(
        types=strokes.types,
        patches=strokes.patches,
        parameters=strokes.parameters,
        steps=np.full(len(strokes), last + 1),
        flags=strokes.flags | np.uint8(LOCKED),
    )
    return replace(document.painted(drawn), job=_edited_job(document))


def _mask(document: Document, chosen: Chosen) -> NDArray[np.bool_]:
    count = len(document.strokes)
    if chosen.dtype == bool and len(chosen) != count:
        raise ValueError(f"a mask of {len(chosen)} does not fit {count} strokes")
    mask = np.zeros(count, bool)
    mask[chosen] = True
    return mask


def _free(document: Document, chosen: Chosen) -> NDArray[np.bool_]:
    return _mask(document, chosen) & ~document.strokes.locked


def _with(strokes: Strokes, meant: NDArray[np.bool_], bit: int, on: bool) -> NDArray[np.uint8]:
    flags = strokes.flags.copy()
    flags[meant] = flags[meant] | bit if on else flags[meant] & ~np.uint8(bit)
    return flags


def _changed(document: Document, meant: NDArray[np.bool_], **changes: Any) -> Document:
    if not meant.any():
        return document
    strokes = document.strokes
    return _edited(document, strokes.changed(**changes, errors=strokes.errors), int(meant.argmax()))


def _edited(document: Document, strokes: Strokes, first: int, painted: Callable[[int], int] | None = None) -> Document:
    """The document with other strokes, which differ from the row `first` on; `painted` counts those of earlier jobs."""
    errors = strokes.errors.copy()
    errors[first:] = np.nan
    job = _edited_job(document)
    before = job.get(BEFORE)
    if painted is not None and isinstance(before, list):
        job[BEFORE] = [_counted(each, painted) for each in before]
    return replace(document, strokes=strokes.changed(errors=errors), job=job)


def _edited_job(document: Document) -> dict[str, Any]:
    job: dict[str, Any] = dict(document.job)
    times = job.get(EDITED)
    job[EDITED] = times + 1 if type(times) is int and times > 0 else 1
    return job


def _counted(earlier: object, painted: Callable[[int], int]) -> object:
    """An earlier job, and how many of its strokes are left; whatever else a file says there stays as it is."""
    if isinstance(earlier, Mapping) and type(earlier.get("painted")) is int:
        return {**earlier, "painted": painted(max(0, earlier["painted"]))}
    return earlier
