"""A film as a file: frames in one after another, the whole film or nothing at the end."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError, SettingError
from core.files import written_aside
from core.geometry import Size

_TAGGED = (
    # Converted and tagged alike: without a tag, players guess the colour matrix by the film's size.
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)


class FilmKind(NamedTuple):
    """How a kind of film is encoded."""

    codec: str
    pixels: str
    fps: int
    """Unless something else is asked for."""
    options: tuple[str, ...]


_FORMATS = {
    ".mp4": FilmKind("libx264", "yuv420p", 30, ("-crf", "18", "-movflags", "+faststart", "-vf", _TAGGED)),
    ".webm": FilmKind(
        "libvpx-vp9", "yuv420p", 30,
        ("-crf", "24", "-b:v", "0", "-row-mt", "1", "-deadline", "good", "-cpu-used", "4", "-vf", _TAGGED),
    ),
    # A palette of the film's own, from what changes in it; without dither, which would crawl from frame to frame.
    ".gif": FilmKind(
        "gif", "pal8", 20,
        ("-filter_complex", "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=none", "-loop", "0"),
    ),
}  # fmt: skip

FILM_SUFFIXES = tuple(_FORMATS)

LARGEST_FRAME = 100_000_000
"""Pixels; far past what players take."""

LARGEST_GIF = 500_000_000
"""Pixels of all frames together: its palette is found from all of them, which takes four bytes each."""

GIF_RATES = (1, 2, 4, 5, 10, 20, 25, 50)
"""Frames a second that a GIF can have: a frame lasts whole hundredths of a second."""


def film_kind(path: Path) -> FilmKind:
    """How the film of that name is encoded.

    Raises:
        OutputError: If its suffix is none of `FILM_SUFFIXES`.
    """
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        raise OutputError(path, f"a film's name must end in {', '.join(_FORMATS)}")
    return kind


def check_frames(kind: FilmKind, frame: Size, count: int) -> None:
    """Refuse frames that players or memory would not take.

    Raises:
        SettingError: If a frame is too large, or all of a GIF's together are.
    """
    pixels = frame.height * frame.width
    if pixels > LARGEST_FRAME:
        raise SettingError("size", frame.longer, "players take films of some 8,000 pixels at most; choose less")
    if kind.codec == "gif" and pixels * count > LARGEST_GIF:
        problem = "that is more than a GIF should have; choose fewer or smaller frames, or .mp4"
        raise SettingError("frames", f"{count} of {frame.width} x {frame.height}", problem)


@contextmanager
def film_file(path: Path, frame: Size, fps: float) -> Iterator[Callable[[NDArray[np.uint8]], None]]:
    """A film to give frames to; it is at `path` when the body ends, and where that raises nothing is left.

    Args:
        path: Where to, ending in one of `FILM_SUFFIXES`.
        frame: Size of its frames; even sides, but for a GIF.
        fps: Frames a second.

    Yields:
        What takes the next frame [H, W, 3].

    Raises:
        OutputError: If the film cannot be written, its kind is unknown, or there is no ffmpeg.
    """
    kind = film_kind(path)
    count = 0
    with written_aside(path) as aside:
        with closing(_encoder(aside, path, frame, fps, kind)) as encoder:

            def add(pixels: NDArray[np.uint8]) -> None:
                nonlocal count
                with _encoder_trouble(path, OSError):
                    encoder.send(pixels)
                count += 1

            yield add
        # The encoder may fail with its last bytes and say nothing: only reading the film back tells.
        _check_count(aside, path, count)


def join_films(parts: Sequence[Path], path: Path, *, frames: int) -> None:
    """Put films of the same size, rate and kind, as `film_file` makes them, one after the other, encoded as they are.

    Args:
        parts: The films.
        path: All of them.
        frames: That they have together.

    Raises:
        OutputError: If the film cannot be written.
    """
    kind = film_kind(path)
    with written_aside(path) as aside, tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "parts")
        lines = (f"file '{str(part.absolute()).replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}'" for part in parts)
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        fast = ("-movflags", "+faststart") if "+faststart" in kind.options else ()
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "concat", "-safe", "0",
            "-i", str(listed), "-c", "copy", *fast,
            "-f", path.suffix.lower().removeprefix("."), str(aside.absolute()),
        ]  # fmt: skip
        with _encoder_trouble(path, subprocess.CalledProcessError):
            subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        _check_count(aside, path, frames)  # ffmpeg goes on past a part that is none


def _check_count(film: Path, path: Path, count: int) -> None:
    with _encoder_trouble(path, RuntimeError):
        frames, _ = imageio_ffmpeg.count_frames_and_secs(str(film.absolute()))
        if frames != count:
            raise RuntimeError(f"{frames} frames of {count}")


@contextmanager
def _encoder_trouble(path: Path, kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        raise OutputError(path, "the encoder failed; free some space on the disk or choose a smaller size") from error


def _encoder(
    aside: Path, path: Path, size: Size, fps: float, kind: FilmKind
) -> Generator[None, NDArray[np.uint8] | None, None]:
    """Takes frames [H, W, 3] by `send`, and ends the film when closed.

    Raises:
        OutputError: If there is no ffmpeg.
    """
    encoder: Generator[None, NDArray[np.uint8] | None, None] = imageio_ffmpeg.write_frames(
        # A whole path, or a colon in it would be taken for a protocol.
        str(aside.absolute()),
        (size.width, size.height),
        fps=fps,
        codec=kind.codec,
        pix_fmt_out=kind.pixels,
        quality=None,
        macro_block_size=1,
        ffmpeg_log_level="quiet",
        output_params=[*kind.options, "-f", path.suffix.lower().removeprefix(".")],  # `aside` does not tell
    )
    try:
        encoder.send(None)  # this starts it
    except RuntimeError as error:
        raise OutputError(path, "there is no ffmpeg; install the package imageio-ffmpeg again") from error
    return encoder
