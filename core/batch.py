"""Many pictures, and films, one workshop: painted one after the other, those skipped that were finished before."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from core.errands import Errand, is_film
from core.errors import DeviceError, OutputError, PainterError, PictureError
from core.painted_film import has_painted_film, paint_film_into
from core.painted_folder import refuse_source, take_place
from core.progress_bar import Bars, no_bar
from core.workshop import PaintingCancelledError, Workshop

_HOPELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What the next picture would meet as well, after minutes of painting."""


class Ending(Enum):
    """What came of a picture."""

    PAINTED = "painted"
    SKIPPED = "skipped"
    """It was painted before, from the same picture, by the same options and weights."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an errand."""

    errand: Errand
    ending: Ending
    report: dict[str, Any] | None = None
    """Of `Workshop.paint` or `paint_film_into`, where it was painted."""
    error: PainterError | None = None
    """Why it failed, where it did."""


def painted_one_by_one(
    workshop: Workshop,
    errands: Sequence[Errand],
    *,
    bars: Bars = no_bar,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """Do errands, each as its outcome is asked for; a picture that fails does not hold up the others.

    Args:
        workshop: Who paints.
        errands: What and where to.
        bars: Shows how far each picture is.
        cancelled: Asked now and then; once it says so there are no more outcomes, and what was begun is painted anew
            the next time.

    Raises:
        DeviceError: If the device has too little memory.
        OutputError: If the disk takes no more: then no other picture could be written either.
    """
    for errand in errands:
        if cancelled():
            return
        try:
            yield outcome_of(workshop, errand, bars=bars, cancelled=cancelled)
        except PaintingCancelledError:
            return


def outcome_of(
    workshop: Workshop,
    errand: Errand,
    *,
    aside: Path | None = None,
    bars: Bars = no_bar,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Do an errand, unless it was done before.

    Args:
        workshop: Who paints.
        errand: What and where to.
        aside: A folder to paint in, beside the one that it takes the place of once it is finished.
        bars: As of `painted_one_by_one`.
        cancelled: Likewise.

    Raises:
        PaintingCancelledError: If it was.
        DeviceError, OutputError: As of `painted_one_by_one`.
    """
    source, out = errand.source, errand.out
    try:
        refuse_source(source, out)
        if is_film(source):
            if has_painted_film(workshop, source, out):
                return Outcome(errand=errand, ending=Ending.SKIPPED)
            report = paint_film_into(workshop, source, aside or out, bars=bars, cancelled=cancelled)
        else:
            if workshop.has_painted(str(source), out):
                return Outcome(errand=errand, ending=Ending.SKIPPED)
            report = workshop.paint(str(source), aside or out, anew=True, bars=bars, cancelled=cancelled)
        if aside is not None:
            take_place(aside, out)
    except (DeviceError, PaintingCancelledError):
        raise
    except PainterError as error:
        if isinstance(error, OutputError) and getattr(error.__cause__, "errno", None) in _HOPELESS:
            raise
        return Outcome(errand=errand, ending=Ending.FAILED, error=error)
    except MemoryError:
        shortage = PictureError(source, "there is too little memory to paint it; close other programs")
        return Outcome(errand=errand, ending=Ending.FAILED, error=shortage)
    return Outcome(errand=errand, ending=Ending.PAINTED, report=report)
