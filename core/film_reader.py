"""A film from somebody else, frame by frame: never more than one of them in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from core.errors import FilmError
from core.export.film_file import LARGEST_FRAME
from core.files import reading_problem
from core.geometry import Size

FILM_INPUTS = (".mp4", ".webm", ".gif", ".mov", ".mkv", ".avi")

_LARGEST_RATE = 240.0
"""Frames a second; what claims more is damaged, or states its clock instead."""

_SAFE = (
    # A playlist under another name could have ffmpeg open any file, or ask a network: only real films, only this file.
    "-protocol_whitelist", "file",
    "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,gif,avi",
)  # fmt: skip

_SQUARE = "scale=round(iw*sar):ih,setsar=1"
"""Pixels that are shown wider than high become more pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film that is being read."""

    size: Size
    """Of its frames as they are shown: upright, of square pixels."""
    fps: float
    """Frames a second."""
    count: int | None
    """About how many frames there are, where it says so."""
    frames: Iterator[NDArray[np.uint8]]
    """[H, W, 3], RGB, each once; at an even rate also where the film has another."""


@contextmanager
def opened_film(path: Path) -> Iterator[Film]:
    """Read a film while the body runs.

    Raises:
        FilmError: If it is missing, damaged, no film, too large, or there is no ffmpeg; also while frames are read.
    """
    _check(path)
    fps, duration = _pace(path)
    # Asked for at one rate: a phone's film has none, and would run slower or faster than it was.
    reader = _reader(path, ("-vf", f"{_SQUARE},fps={fps}"))
    with closing(reader):
        with _trouble(path):
            about = next(reader)
        size = Size(*reversed(about["size"]))
        if not 0 < size.height * size.width <= LARGEST_FRAME:
            raise FilmError(path, f"its frames measure {size.width} x {size.height} pixels; shrink it first")
        count = round(duration * fps) or None
        yield Film(size=size, fps=fps, count=count, frames=_frames(path, reader, size))


def _check(path: Path) -> None:
    """Refuse what the system has against a file: ffmpeg's own words are for experts."""
    try:
        if not path.is_file():
            there = "it is a folder or a device" if path.exists() else "there is no such file"
            raise FilmError(path, f"{there}; check its name and folder")
        with path.open("rb") as file:
            if not file.read(1):
                raise FilmError(path, "it is empty; copy it again from where it came from")
    except OSError as error:
        raise FilmError(path, reading_problem(error)) from error
    except ValueError as error:  # a null byte in the name
        raise FilmError(path, "its name cannot be used; rename it") from error


def _pace(path: Path) -> tuple[float, float]:
    """Frames a second, and seconds; the latter 0 where it does not say."""
    with closing(_reader(path)) as reader, _trouble(path):
        about = next(reader)
        fps, duration = float(about["fps"]), float(about["duration"])
    if not 0 < fps <= _LARGEST_RATE:
        raise FilmError(path, "it does not say how many frames a second it has; save it as .mp4 with another program")
    return fps, duration


def _reader(path: Path, output: tuple[str, ...] = ()) -> Generator[Any, None, None]:
    """What is known about a film, then its frames as bytes."""
    reader: Generator[Any, None, None] = imageio_ffmpeg.read_frames(
        # A whole path, or a colon in it would be taken for a protocol.
        str(path.absolute()), pix_fmt="rgb24", input_params=list(_SAFE), output_params=list(output)
    )  # fmt: skip
    return reader


def _frames(path: Path, reader: Generator[Any, None, None], size: Size) -> Iterator[NDArray[np.uint8]]:
    some = False
    while True:
        with _trouble(path):
            content = next(reader, None)
        if content is None:
            break
        some = True
        yield np.frombuffer(content, np.uint8).reshape(*size, 3)
    if not some:
        raise FilmError(path, "no frame in it can be read; save it as .mp4 with another program")


@contextmanager
def _trouble(path: Path) -> Iterator[None]:
    """What ffmpeg and its reader bring out of files that are no films, as one clear error."""
    try:
        yield
    except RuntimeError as error:
        if "No ffmpeg exe" in str(error):
            raise FilmError(path, "there is no ffmpeg; install the package imageio-ffmpeg again") from error
        raise FilmError(path, "it is damaged or cut short; copy it again from where it came from") from error
    except (OSError, IndexError, ValueError, AttributeError) as error:  # where the header has no such line
        raise FilmError(path, "it is damaged, or no film of a kind that is read here; save it as .mp4") from error
