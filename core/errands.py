"""What to paint and where to, found among files and folders. Knows no torch."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import PictureError
from core.files import reading_problem
from core.film_reader import FILM_INPUTS
from core.images import PICTURE_SUFFIXES


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A picture or film to paint, and where to."""

    source: Path
    out: Path
    """Folder for the painting."""


def is_film(source: Path) -> bool:
    """Whether that is painted as a film into a folder of its own, by its name; a GIF is a picture there."""
    suffix = source.suffix.lower()
    return suffix in FILM_INPUTS and suffix not in PICTURE_SUFFIXES


def pictures_in(folder: Path) -> list[Path]:
    """The files of a folder that are pictures by their suffix, in the order of their names, 9 before 10.

    Subfolders are not searched, and hidden files are passed over.

    Raises:
        PictureError: If there is none, or the folder cannot be read.
    """
    return _files_in(folder, PICTURE_SUFFIXES, "picture")


def to_paint_in(path: Path) -> list[Path]:
    """A file as it is; of a folder the pictures and films, as of `pictures_in`.

    Raises:
        PictureError: If there is none in the folder, or it cannot be read.
    """
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # that is told when it is to be painted
        is_folder = False
    return _files_in(path, (*PICTURE_SUFFIXES, *FILM_INPUTS), "picture or film") if is_folder else [path]


def _files_in(folder: Path, suffixes: Sequence[str], what: str) -> list[Path]:
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in suffixes and not path.name.startswith(".") and not path.is_dir()
        ]
    except OSError as error:
        raise PictureError(folder, reading_problem(error)) from error
    if not found:
        raise PictureError(folder, f"no {what} lies in this folder itself; choose the one that holds them")
    return sorted(found, key=_natural)


def errands_for(pictures: Sequence[Path], out: Path) -> list[Errand]:
    """Each picture with a folder of its own in `out`, called as its stem; of several with one stem, `stem-suffix`."""
    stems = {picture: picture.stem.rstrip(". ") or "picture" for picture in pictures}  # ".." of "...png" is no name
    shared = Counter(stem.casefold() for stem in stems.values())
    # What differs in case alone is one folder on some systems.
    taken = {stem for stem, count in shared.items() if count == 1}
    errands = []
    for picture in pictures:
        name = stems[picture]
        if shared[name.casefold()] > 1:
            wanted = name = f"{name}-{picture.suffix.removeprefix('.')}"
            number = 2
            while name.casefold() in taken:
                name, number = f"{wanted}-{number}", number + 1
            taken.add(name.casefold())
        errands.append(Errand(source=picture, out=out / name))
    return errands


def _natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """Orders names as people do: numbers in them by value, case disregarded."""
    parts = re.findall(r"\d+|\D+", path.name)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts], path.name
