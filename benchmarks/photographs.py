"""The fixed photographs that quality is measured on."""

from __future__ import annotations

import csv
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import FileError, PictureError
from core.geometry import Size
from core.images import load_picture
from core.resampling import middle, resized
from training.picture_formats import DataError
from training.picture_sources import open_source

SAMPLES = ("astronaut", "chelsea", "coffee", "rocket")
"""Of scikit-image's photographs, so that anyone can repeat what is measured on them."""

HELD_OUT = Path(__file__).with_name("held_out.csv")
"""Archive and name of each held-out picture, half of them faces; no actor here was trained on any."""

GROUPS = {"photos-a.zip": "held-out photographs", "faces-b.zip": "held-out faces"}
"""By archive: what its pictures are."""


_WHOLE = 2**31
"""A short side that no picture has: as a limit it leaves them as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """A picture to paint."""

    name: str
    group: str
    """Pictures of a group are averaged over."""
    pixels: NDArray[np.uint8]
    """[H, W, 3], RGB."""

    def square(self, side: int) -> NDArray[np.uint8]:
        """The largest centred square, resampled: [side, side, 3]."""
        return resized(middle(self.pixels, Size(1, 1)), Size(side, side))


def samples() -> list[Photograph]:
    """scikit-image's four."""
    return [Photograph(name=name, group="samples", pixels=load_picture(f"sample:{name}")) for name in SAMPLES]


class HeldOutError(FileError):
    """Held-out pictures are not where they were said to be, or damaged."""

    wording = "Cannot use held-out pictures of"


def held_out(folder: Path, *, names: Path = HELD_OUT) -> list[Photograph]:
    """The held-out pictures whose archives lie in a folder; of two archives, one may be missing.

    Args:
        folder: Of the archives.
        names: A table like `HELD_OUT`, of the archives in `GROUPS`.

    Raises:
        HeldOutError: If there is no archive, or one is damaged.
        PictureError: If an archive lacks a picture of the list, or it cannot be read.
    """
    with names.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for archive in dict.fromkeys(row["archive"] for row in rows):
        if not (folder / archive).is_file():
            continue
        wanted = [row["name"] for row in rows if row["archive"] == archive]
        try:
            opened = open_source(folder / archive)
        except DataError as error:  # nothing is trained on them
            raise HeldOutError(error.path, error.problem) from error
        with closing(opened) as source:
            for name in wanted:
                if name not in source.names:
                    raise PictureError(
                        name, f"it is on the list of held-out pictures, but not in {archive}; copy that archive again"
                    )
                pixels = source.picture(name, _WHOLE)
                found.append(Photograph(name=name, group=GROUPS[archive], pixels=pixels))
    if not found:
        raise HeldOutError(
            folder,
            f"there is none of {', '.join(GROUPS)} in it; give the folder that has them, or leave --held-out out",
        )
    return found
