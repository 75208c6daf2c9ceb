"""Many pictures, one workshop: painted one after the other, those skipped that were finished before."""

from __future__ import annotations

import errno
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import DeviceError, OutputError, PainterError, PictureError
from core.files import system_problem
from core.images import PICTURE_SUFFIXES
from core.progress_bar import Bars, no_bar
from core.workshop import PaintingCancelledError, Workshop

_HOPELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""What the next picture would meet as well, after minutes of painting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A picture to paint, and where to."""

    source: Path
    out: Path
    """Folder for the painting."""


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
    """Of `Workshop.paint`, where it was painted."""
    error: PainterError | None = None
    """Why it failed, where it did."""


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder that are pictures by their suffix, in the order of their names, 9 before 10.

    Subfolders are not searched, and hidden files are passed over.

    Raises:
        PictureError: If there is none, or the folder cannot be read.
    """
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and not path.is_dir()
        ]
    except OSError as error:
        raise PictureError(folder, system_problem(error)) from error
    if not found:
        raise PictureError(folder, "no picture lies in this folder itself; choose the one that holds them")
    return sorted(found, key=_natural)


def errands_for(pictures: Sequence[Path], out: Path) -> list[Errand]:
    """Each picture with a folder of its own in `out`, called as its stem; of several with one stem, `stem-suffix`."""
    shared = Counter(picture.stem.casefold() for picture in pictures)
    # What differs in case alone is one folder on some systems.
    taken = {stem for stem, count in shared.items() if count == 1}
    errands = []
    for picture in pictures:
        name = picture.stem
        if shared[name.casefold()] > 1:
            wanted = name = f"{name}-{picture.suffix.removeprefix('.')}"
            number = 2
            while name.casefold() in taken:
                name, number = f"{wanted}-{number}", number + 1
            taken.add(name.casefold())
        errands.append(Errand(source=picture, out=out / name))
    return errands


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
            yield _done(workshop, errand, bars, cancelled)
        except PaintingCancelledError:
            return


def _done(workshop: Workshop, errand: Errand, bars: Bars, cancelled: Callable[[], bool]) -> Outcome:
    try:
        if workshop.has_painted(str(errand.source), errand.out):
            return Outcome(errand=errand, ending=Ending.SKIPPED)
        report = workshop.paint(str(errand.source), errand.out, anew=True, bars=bars, cancelled=cancelled)
    except (DeviceError, PaintingCancelledError):
        raise
    except PainterError as error:
        if isinstance(error, OutputError) and getattr(error.__cause__, "errno", None) in _HOPELESS:
            raise
        return Outcome(errand=errand, ending=Ending.FAILED, error=error)
    except MemoryError:
        shortage = PictureError(errand.source, "there is too little memory to paint it; close other programs")
        return Outcome(errand=errand, ending=Ending.FAILED, error=shortage)
    return Outcome(errand=errand, ending=Ending.PAINTED, report=report)


def _natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """Orders names as people do: numbers in them by value, case disregarded."""
    parts = re.findall(r"\d+|\D+", path.name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts], path.name
