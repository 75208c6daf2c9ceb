"""Pictures to train on: from a folder or zip files into memory, and random crops of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.errors import FileError
from core.geometry import Size
from core.images import resized

Pixels = NDArray[np.uint8]
"""[H, W, 3], RGB."""

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


class DataError(FileError):
    """There is nothing to train on."""

    wording = "Cannot train on"


def load_split(
    paths: Sequence[Path], *, short_side: int = 160, limit: int | None = None
) -> tuple[list[Pixels], list[Pixels]]:
    """The pictures to train on, and those held out, of folders and zip files, in the order of their names.

    Where pictures lie below a folder `train` or `val`, that decides; of others every fiftieth is held out.

    Args:
        paths: Folders (searched through) or zip files.
        short_side: Larger pictures are shrunk to this short side, pixels.
        limit: The most pictures to take of each path and split.

    Returns:
        Two lists of [H, W, 3] arrays; pictures that cannot be decoded are left out.

    Raises:
        DataError: If a path is missing or either list would be empty.
    """
    sources: tuple[list[bytes], list[bytes]] = [], []
    for path in paths:
        of_path: tuple[list[bytes], list[bytes]] = [], []
        for rank, (name, data) in enumerate(_sources(path)):
            named = {"train", "val"} & set(name.parts[:-1])
            held = "val" in named if named else rank % 50 == 0
            of_path[held].append(data)
        for whole, part in zip(sources, of_path, strict=True):
            whole.extend(part[:limit])
    with ThreadPoolExecutor() as pool:
        train, held_out = (
            [picture for picture in pool.map(lambda data: _decode(data, short_side), part) if picture is not None]
            for part in sources
        )
    if not train or not held_out:
        problem = "it holds too few readable pictures; give a folder or zip of two or more JPEG, PNG or WebP files"
        raise DataError(paths[0], problem)
    return train, held_out


def _sources(path: Path) -> Iterator[tuple[PurePath, bytes]]:
    """The name within a folder or zip, and the bytes, of each picture file."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in _SUFFIXES and file.is_file():
                yield file.relative_to(path), file.read_bytes()
    elif path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if PurePath(name).suffix.lower() in _SUFFIXES:
                    yield PurePath(name), archive.read(name)
    else:
        raise DataError(path, "there is no such folder or zip file; check the name")


def _decode(data: bytes, short_side: int) -> Pixels | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    size = Size(*pixels.shape[:2])
    return np.ascontiguousarray(resized(pixels, size.scaled(min(1.0, short_side / size.shorter))))


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of one picture, perhaps flipped."""

    picture: int
    """Index into the pictures."""
    top: float
    left: float
    side: float
    """In the picture's pixels."""
    flipped: bool

    def part(self, row: float, column: float, share: float) -> Crop:
        """The square of `share` of this one's side whose corner lies at unit (row, column) of it, as seen."""
        if self.flipped:
            column = 1 - column - share
        return Crop(
            self.picture, self.top + row * self.side, self.left + column * self.side, self.side * share, self.flipped
        )


class Pictures:
    """Pictures in memory, and square crops of them."""

    def __init__(self, pictures: Sequence[Pixels]) -> None:
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def random_crop(self, generator: np.random.Generator, *, smallest: float = 0.5) -> Crop:
        """A crop anywhere in any picture, its side from `smallest` to all of the picture's shorter side."""
        picture = int(generator.integers(len(self._pictures)))
        height, width = self._pictures[picture].shape[:2]
        side = min(height, width) * generator.uniform(smallest, 1)
        top, left = generator.uniform(0, height - side), generator.uniform(0, width - side)
        return Crop(picture, top, left, side, bool(generator.integers(2)))

    def pixels(self, crop: Crop, side: int) -> NDArray[np.float32]:
        """A crop's pixels [3, side, side] in 0..1, by area when it shrinks and linearly when it grows."""
        top, left = int(crop.top), int(crop.left)
        extent = max(1, round(crop.side))
        square = self._pictures[crop.picture][top : top + extent, left : left + extent]
        pixels = resized(square, Size(side, side))
        if crop.flipped:
            pixels = pixels[:, ::-1]
        return np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) / np.float32(255)


def centre_squares(pictures: Sequence[Pixels], side: int) -> NDArray[np.float32]:
    """The largest centred square of each picture, [N, 3, side, side] in 0..1: fixed targets for scoring."""
    whole = Pictures(pictures)
    crops = []
    for index, pixels in enumerate(pictures):
        height, width = pixels.shape[:2]
        extent = min(height, width)
        crops.append(Crop(index, (height - extent) / 2, (width - extent) / 2, extent, False))
    return np.stack([whole.pixels(crop, side) for crop in crops])
