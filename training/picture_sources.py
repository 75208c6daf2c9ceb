"""Where pictures lie: folders, zips, the makers' own files of MNIST and SVHN, and caches that we packed.

Each source has sorted names, knows which of them its maker held out, and reads one picture at a time from any thread.
"""

from __future__ import annotations

import lzma
import os
import stat
import threading
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from core.errors import PictureError
from training.packed_pictures import SUFFIX, load_packed
from training.picture_bank import PictureBank
from training.picture_formats import (
    MAX_FILE_BYTES,
    SUFFIXES,
    DataError,
    Pixels,
    decoded,
    read_idx,
    read_svhn,
    shrunk,
)

_MNIST = {"train-images-idx3-ubyte": False, "t10k-images-idx3-ubyte": True}
_SVHN = {"train_32x32.mat": False, "extra_32x32.mat": False, "test_32x32.mat": True}
"""By file: whether its pictures are held out."""

_SPLITS = {"train": False, "training": False, "val": True, "valid": True, "validation": True, "test": True}
"""By a folder's name in lower case: whether what lies below it is held out."""

_PARTITIONS = ("list_eval_partition.txt", "Eval/list_eval_partition.txt", "list_eval_partition.csv")
"""Where CelebA's split is found, in its maker's two forms and in one widely copied."""

_MAX_PARTITION_BYTES = 50_000_000
_WHAT_TO_GIVE = "give a folder or zip of JPEG, PNG or WebP files, or the files of MNIST, SVHN, CelebA or ImageNet"

_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)
"""What reading a damaged, encrypted (RuntimeError) or exotic (a kind of it) zip member raises."""


class Source(ABC):
    """Pictures under names.

    Attributes:
        names: Of all pictures, sorted.
        broken: What is known beforehand to be unreadable, and why.
        whole_test_set: Whether all that the maker held out is to be, however much it is.
    """

    def __init__(self, names: Sequence[str], *, broken: Sequence[str] = (), whole_test_set: bool = False) -> None:
        self.names, self.broken, self.whole_test_set = names, broken, whole_test_set

    def held_out(self, name: str) -> bool | None:
        """Whether a picture is held out by its maker; None where its maker says nothing."""
        for folder in PurePosixPath(name).parts[:-1]:
            if (held := _SPLITS.get(folder.lower())) is not None:
                return held
        return None

    @abstractmethod
    def picture(self, name: str, short_side: int) -> Pixels:
        """A picture at its own size or at `short_side`, whichever is smaller.

        Raises:
            PictureError: If it cannot be read.
        """

    def close(self) -> None:  # noqa: B027  # only a zip has something to close
        """Let go of the file."""


class FolderSource(Source):
    """A folder of pictures, searched through; hidden files are left out, CelebA's list of its split is heeded."""

    def __init__(self, root: Path) -> None:
        self._root, self._partition = root, _celeba_partition(root)
        names: list[str] = []
        broken: list[str] = []
        seen: set[str] = set()

        def on_error(error: OSError) -> None:
            broken.append(f"{os.path.relpath(error.filename, root)}: it cannot be read ({error.strerror})")

        for folder, below, files in os.walk(root, onerror=on_error, followlinks=True):
            if (real := os.path.realpath(folder)) in seen:  # a link to where we have been, perhaps in a ring
                below.clear()
                continue
            seen.add(real)
            prefix = Path(folder).relative_to(root).as_posix() + "/"
            names += [prefix.removeprefix("./") + file for file in files if _is_picture(file)]
            below[:] = sorted(one for one in below if not one.startswith("."))
        super().__init__(sorted(names), broken=broken)

    def held_out(self, name: str) -> bool | None:
        """As CelebA's list says, else by the folders' names."""
        listed = self._partition.get(PurePosixPath(name).name)
        return super().held_out(name) if listed is None else listed

    def picture(self, name: str, short_side: int) -> Pixels:
        """Read and decode a file."""
        path = self._root / name
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise PictureError(name, "it is no file")  # a pipe would be waited for, for ever
            _check_bytes(name, status.st_size)
            data = path.read_bytes()
        except OSError as error:
            raise PictureError(name, f"it cannot be read ({error.strerror or error})") from error
        return decoded(name, data, short_side)


class ZipSource(Source):
    """A zip of pictures."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except _UNREADABLE as error:
            raise DataError(path, "it is a damaged zip; copy or download it again") from error
        self._lock = threading.Lock()  # one member is read at a time: decoding takes many times longer
        super().__init__(sorted({name for name in self._archive.namelist() if _is_picture(name)}))

    def picture(self, name: str, short_side: int) -> Pixels:
        """Unpack and decode a member; no more is unpacked than the size it states."""
        try:
            member = self._archive.getinfo(name)
            _check_bytes(name, member.file_size)
            with self._lock:
                data = self._archive.read(member)
        except _UNREADABLE as error:
            raise PictureError(name, "it cannot be unpacked; pack it again, without a password") from error
        return decoded(name, data, short_side)

    def close(self) -> None:
        """Close the zip."""
        self._archive.close()


class Series(NamedTuple):
    """Pictures that are numbered, not named."""

    held_out: bool | None
    length: int
    picture: Callable[[int], Pixels]
    """By its number: [H, W] grey or [H, W, 3], RGB."""


class SeriesSource(Source):
    """Series of pictures already in memory, under names such as `train/000042`."""

    def __init__(self, series: dict[str, Series], *, whole_test_set: bool = False) -> None:
        self._series = series
        names = [f"{name}/{index:07}" for name, one in sorted(series.items()) for index in range(one.length)]
        super().__init__(names, whole_test_set=whole_test_set)

    def held_out(self, name: str) -> bool | None:
        """As the series is."""
        return self._series[name.rpartition("/")[0]].held_out

    def picture(self, name: str, short_side: int) -> Pixels:
        """A picture, in three channels."""
        series, _, index = name.rpartition("/")
        pixels = self._series[series].picture(int(index))
        return shrunk(pixels if pixels.ndim == 3 else pixels[:, :, None].repeat(3, axis=2), short_side)


def open_source(path: Path) -> Source:
    """What lies at a path.

    Raises:
        DataError: If there is nothing, nothing readable, or no picture.
    """
    try:
        source = _opened(path)
    except OSError as error:
        raise DataError(path, f"it cannot be read ({error.strerror or error}); check its permissions") from error
    if not source.names:
        source.close()
        raise DataError(path, f"there are no pictures in it; {_WHAT_TO_GIVE}")
    return source


def _opened(path: Path) -> Source:
    if path.is_dir():
        for makers, read in ((_MNIST, read_idx), (_SVHN, read_svhn)):
            if series := _series_in(path, makers, read):
                return SeriesSource(series, whole_test_set=makers is _MNIST)
        os.listdir(path)  # what may not be read must not pass for empty
        return FolderSource(path)
    if not path.exists():
        raise DataError(path, "there is no such file or folder; check its name")
    if path.is_file():
        with path.open("rb"):  # likewise, for another kind
            pass
        if path.suffix.lower() == SUFFIX:
            train, held_out = load_packed(path)
            parts = {"train": _of_bank(train, held_out=False), "val": _of_bank(held_out, held_out=True)}
            return SeriesSource(parts, whole_test_set=True)
        if path.suffix.lower() == ".mat":
            held = _SVHN.get(path.name)
            return SeriesSource({path.name: _of_array(read_svhn(path), held_out=held)})
        if zipfile.is_zipfile(path):
            return ZipSource(path)
    raise DataError(path, f"it is of no kind that is read; {_WHAT_TO_GIVE}")


def _series_in(folder: Path, makers: dict[str, bool], read: Callable[[Path], Pixels]) -> dict[str, Series]:
    """The series of those of a maker's files that are there, gzipped or not, under their names."""
    found = {}
    for name, held_out in makers.items():
        for path in (folder / f"{name}.gz", folder / name, folder / name.replace("-idx3", ".idx3")):
            if path.is_file():
                found[name] = _of_array(read(path), held_out=held_out)
                break
    return found


def _of_array(pixels: Pixels, *, held_out: bool | None) -> Series:
    return Series(held_out, len(pixels), pixels.__getitem__)


def _of_bank(bank: PictureBank, *, held_out: bool) -> Series:
    return Series(held_out, len(bank), bank.picture)


def _is_picture(name: str) -> bool:
    if name.endswith("/"):  # a zip's folder
        return False
    path = PurePosixPath(name)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts  # what macOS leaves beside each file
    return path.suffix.lower() in SUFFIXES and not hidden


def _check_bytes(name: str, count: int) -> None:
    if count > MAX_FILE_BYTES:
        raise PictureError(name, f"it has {count} bytes, and {MAX_FILE_BYTES} are the most that is read")


def _celeba_partition(root: Path) -> dict[str, bool]:
    """By file name, whether CelebA's list holds it out: what it keeps for validation (1) and for testing (2).

    Raises:
        DataError: If the list is damaged.
    """
    path = next((root / name for name in _PARTITIONS if (root / name).is_file()), None)
    if path is None:
        return {}
    if path.stat().st_size > _MAX_PARTITION_BYTES:
        raise DataError(path, "it is far too long for CelebA's list; download it again")
    partition = {}
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        words = line.replace(",", " ").split()
        if words and not (number == 1 and words[-1] == "partition"):  # some copies begin with titles
            if len(words) != 2 or words[1] not in ("0", "1", "2"):
                raise DataError(path, f"line {number} is no file name and 0, 1 or 2; download it again")
            partition[words[0]] = words[1] != "0"
    return partition
