"""A painting as a film of how it came about."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.progress import Progress
from core.files import written_aside
from core.geometry import Size
from core.rasteriser.fast import to_bytes
from core.timeline import moments

LONGEST_SIDE = 1920
"""Of a film whose size is not asked for, pixels: what every player takes."""

LONGEST_SECONDS = 3600
LARGEST_FPS = 240

_ENCODING = [
    "-crf", "18", "-movflags", "+faststart",
    # Converted and tagged alike: without a tag, players guess the colour matrix by the film's size.
    "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
]  # fmt: skip


def write_video(
    document: Document,
    path: Path,
    *,
    size: Size | None = None,
    seconds: float = 10,
    fps: int = 30,
    hold: float = 1.0,
    progress: Progress | None = None,
) -> None:
    """Write an MP4 film: the bare sheet, strokes spread evenly over the frames, then the finished painting held.

    Args:
        document: The painting.
        path: Where to, ending in .mp4.
        size: Of the painting in the film, pixels, in the sheet's aspect; where absent the sheet's own, but at most
            `LONGEST_SIDE`. An odd side gains one line of the sheet's colour, for H.264 wants even ones.
        seconds: How long the painting takes, without the hold.
        fps: Frames a second.
        hold: Seconds that the finished painting stays.
        progress: See `Progress`; no file is left where it raises.

    Raises:
        OutputError: If the film cannot be written, or there is no ffmpeg.
        SettingError: If a length or rate is out of range.
    """
    _check("seconds", seconds, 0, LONGEST_SECONDS)
    _check("hold", hold, 0, LONGEST_SECONDS)
    _check("frames a second", fps, 1, LARGEST_FPS)
    if path.suffix.lower() != ".mp4":
        raise OutputError(path, "a film's name must end in .mp4")
    size = size or document.size.with_longer_side(min(LONGEST_SIDE, document.size.longer))
    total = len(document.strokes)
    moving = max(2, round(seconds * fps))  # the bare sheet and the painting at least
    counts = [*np.rint(np.linspace(0, total, moving)).astype(int).tolist(), *[total] * round(hold * fps)]
    frame = np.empty((size.height + size.height % 2, size.width + size.width % 2, 3), np.uint8)
    frame[:] = document.background
    with written_aside(path) as aside:
        with closing(_encoder(aside, path, frame.shape, fps)) as encoder:
            for done, canvas in enumerate(moments(document, size, counts), start=1):
                frame[: size.height, : size.width] = to_bytes(canvas)
                with _encoder_trouble(path, OSError):
                    encoder.send(frame)
                if progress is not None:
                    progress(done, len(counts))
        # The encoder may fail with its last bytes and say nothing: only reading the film back tells.
        with _encoder_trouble(path, RuntimeError):
            frames, _ = imageio_ffmpeg.count_frames_and_secs(str(aside.absolute()))
            if frames != len(counts):
                raise RuntimeError(f"{frames} frames of {len(counts)}")


@contextmanager
def _encoder_trouble(path: Path, kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        raise OutputError(path, "the encoder failed; free some space on the disk or choose a smaller size") from error


def _check(name: str, value: float, low: int, high: int) -> None:
    if not low <= value <= high:  # this way round, NaN is refused too
        raise SettingError(name, value, f"choose {low} to {high}")


def _encoder(
    aside: Path, path: Path, shape: tuple[int, ...], fps: int
) -> Generator[None, NDArray[np.uint8] | None, None]:
    """Takes frames [H, W, 3] by `send`, and ends the film when closed.

    Raises:
        OutputError: If there is no ffmpeg.
    """
    encoder: Generator[None, NDArray[np.uint8] | None, None] = imageio_ffmpeg.write_frames(
        # A whole path, or a colon in it would be taken for a protocol.
        str(aside.absolute()),
        (shape[1], shape[0]),
        fps=fps,
        codec="libx264",
        pix_fmt_out="yuv420p",
        quality=None,
        macro_block_size=1,
        ffmpeg_log_level="error",
        output_params=list(_ENCODING),
    )
    try:
        encoder.send(None)  # this starts it
    except RuntimeError as error:
        raise OutputError(path, "there is no ffmpeg; install the package imageio-ffmpeg again") from error
    return encoder
