"""Pictures as they are stored: encoded files, MNIST's idx files and SVHN's .mat files, each checked as it is read."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import FileError, PictureError
from core.files import written_aside
from core.geometry import Size
from core.resampling import resized
from training.picture_headers import picture_header

Pixels = NDArray[np.uint8]
"""[H, W, 3], RGB."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""What picture files end in, in lower case."""

MAX_PIXELS = 100_000_000
"""The largest picture that is decoded; some 300 MB for each thread that does."""

MAX_FILE_BYTES = 400_000_000
"""The largest picture file that is read: one of `MAX_PIXELS` without compression, and some."""

MAX_ASPECT = 20
"""Longer over shorter side, at most: of more, square crops show next to nothing, and memory holds it all."""

_MAX_ARRAY_BYTES = 2_000_000_000
"""The most that an idx or .mat file may unpack to; the largest of SVHN has 1.6e9."""

_MAX_COUNT = 5_000_000
"""The most pictures, or labels, that one such file may hold."""

_IDX_PICTURES, _IDX_LABELS = 0x0803, 0x0801
"""Magic numbers of idx files: unsigned bytes in three dimensions, and in one."""

_REDUCED = {2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8}


class DataError(FileError):
    """There is nothing to train on."""

    wording = "Cannot train on"


def decoded(name: str, data: bytes, short_side: int) -> Pixels:
    """An encoded picture, upright and of at most `short_side`.

    Args:
        name: What to call it in an error.
        data: JPEG, PNG, WebP, BMP or TIFF, whatever its name ends in.
        short_side: See `shrunk`.

    Raises:
        PictureError: If it is none of these, damaged, or larger than `MAX_PIXELS` or longer than `MAX_ASPECT`.
    """
    header = picture_header(data)
    if header is None:
        raise PictureError(name, "it is no picture, or cut short; JPEG, PNG, WebP, BMP and TIFF are read")
    size = header.size
    if math.prod(size) > MAX_PIXELS:
        raise PictureError(name, f"it measures {size.height} x {size.width} pixels; {MAX_PIXELS} in all are the most")
    if size.longer > MAX_ASPECT * size.shorter:
        raise PictureError(name, f"it is {size.height} x {size.width} pixels; squares of it show next to nothing")
    flags = cv2.IMREAD_COLOR
    if header.kind == "jpeg":  # its decoder shrinks well, and fast; half of what is wanted is left to `resized`
        scale = max((scale for scale in _REDUCED if size.shorter >= 2 * scale * short_side), default=1)
        flags = _REDUCED.get(scale, flags)
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:  # what it says is a line of C++
        bgr = None
    if bgr is None:
        raise PictureError(name, "it is damaged or cut short; copy it again from where it came from")
    return np.ascontiguousarray(shrunk(cast(Pixels, bgr), short_side)[:, :, ::-1])


def shrunk(pixels: Pixels, short_side: int) -> Pixels:
    """A picture by area at a short side of `short_side` pixels; the same array where that would not shrink it."""
    size = Size(*pixels.shape[:2])
    return resized(pixels, size.scaled(min(1.0, short_side / size.shorter)))


def read_idx(path: Path) -> Pixels:
    """The grey pictures [N, H, W] of an idx file, gzipped or not: MNIST's own format.

    Raises:
        DataError: If it is damaged, cut short, holds more than it says or no pictures.
    """
    return _idx(path, _IDX_PICTURES, 3)


def read_idx_labels(path: Path) -> NDArray[np.uint8]:
    """The labels [N] of an idx file, gzipped or not; errors as of `read_idx`."""
    return _idx(path, _IDX_LABELS, 1)


def _idx(path: Path, magic: int, dimensions: int) -> NDArray[np.uint8]:
    """The bytes of an idx file, in so many dimensions.

    Source: the file format as described beside MNIST by LeCun, Cortes and Burges.
    """
    again, numbers = "download it again", 1 + dimensions
    try:
        # An uncompressed copy keeps its name here, so what it begins with decides.
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if zipped else path.open("rb") as file:
            header = file.read(4 * numbers)
            if len(header) < 4 * numbers:
                raise DataError(path, f"it is cut short; {again}")
            found, *shape = struct.unpack(f">{numbers}I", header)
            count, sides, what = shape[0], shape[1:], "pictures" if shape[1:] else "labels"
            if found != magic:
                problem = f"it is no idx file of {what} (its magic number is {found}, not {magic})"
                raise DataError(path, f"{problem}; {again}")
            wanted = math.prod(shape)
            long = bool(sides) and max(sides) > MAX_ASPECT * min(sides)
            if long or not 0 < wanted <= _MAX_ARRAY_BYTES or count > _MAX_COUNT:
                of = f" of {sides[0]} x {sides[1]} pixels" if sides else ""
                raise DataError(path, f"it claims to hold {count} {what}{of}; {again}")
            data = file.read(wanted + 1)  # never more, however much is packed into it
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, f"it cannot be read or unpacked; {again}") from error
    if len(data) != wanted:
        problem = f"its header promises {wanted} bytes, and {'more' if len(data) > wanted else len(data)} follow"
        raise DataError(path, f"{problem}; {again}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def read_svhn(path: Path) -> Pixels:
    """The pictures [N, 32, 32, 3] of one of SVHN's cropped-digit files, which keep them as X [32, 32, 3, N].

    Raises:
        DataError: If SciPy, which reads such files, is missing, or the file is damaged or another.
    """
    try:
        from scipy.io import loadmat, whosmat  # only here: the rest does without SciPy
    except ImportError as error:
        raise DataError(path, "SciPy, which reads .mat files, is missing; install scipy") from error
    try:
        shapes: dict[str, Sequence[int]] = {name: shape for name, shape, _ in whosmat(path)}
        shape = tuple(shapes.get("X", ()))
        if len(shape) != 4 or shape[:3] != (32, 32, 3) or not 0 < math.prod(shape) <= _MAX_ARRAY_BYTES:
            raise DataError(path, "it holds no X of 32 x 32 x 3 x N; give train_32x32.mat or test_32x32.mat of SVHN")
        pixels = loadmat(path, variable_names=["X"])["X"]
    except DataError:
        raise
    except Exception as error:  # damaged files bring nearly every built-in error out of SciPy
        raise DataError(path, "it is no readable .mat file, or damaged; download it again") from error
    if pixels.dtype != np.uint8 or pixels.shape != shape:
        raise DataError(path, f"its X holds {pixels.dtype}, not bytes; download it again")
    return cast(Pixels, pixels.transpose(3, 0, 1, 2))


def write_png(path: Path, pixels: Pixels) -> None:
    """Write a picture as PNG, whole or not at all; by OpenCV, for where there is no Pillow.

    Raises:
        OutputError: If it cannot be written.
    """
    with written_aside(path) as aside:
        aside.write_bytes(cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes())
