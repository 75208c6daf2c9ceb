"""A painting as a film of how it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.errors import SettingError
from core.export.film_file import GIF_RATES, check_frames, film_file, film_kind
from core.export.film_layout import SHAPES, film_layout, put
from core.export.progress import Progress
from core.geometry import Size
from core.rasteriser.fast import Canvas, draw, to_bytes
from core.resampling import middle, resized
from core.timeline import moments

LONGEST_SECONDS = 3600
LARGEST_FPS = 240

EASINGS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "constant": lambda time: time,
    "slow-start": lambda time: time**2,
    "slow-end": lambda time: 1 - (1 - time) ** 2,
    "slow-both": lambda time: time**2 * (3 - 2 * time),
}
"""Which share of the strokes is painted at which share of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOptions:
    """What may vary in a film."""

    seconds: float = 10.0
    """How long the painting takes, without what is shown before and after."""
    strokes_a_frame: int | None = None
    """Strokes from frame to frame, instead of `seconds` and `easing`."""
    easing: str = "constant"
    """One of `EASINGS`."""
    fps: int | None = None
    """Frames a second; 30, or 20 of a GIF, where absent."""
    result_first: float = 0.0
    """Seconds that the finished painting is shown before it begins."""
    hold: float = 1.0
    """Seconds that it is shown at the end."""
    shape: str | None = None
    """Of the frame, one of `SHAPES`, what is left of it in the sheet's colour; the painting's own where absent."""

    def __post_init__(self) -> None:
        _check("seconds", self.seconds, 0, LONGEST_SECONDS)
        _check("hold", self.hold, 0, LONGEST_SECONDS)
        _check("result first", self.result_first, 0, LONGEST_SECONDS)
        _check("frames a second", 30 if self.fps is None else self.fps, 1, LARGEST_FPS)
        if self.strokes_a_frame is not None and self.strokes_a_frame < 1:
            raise SettingError("strokes a frame", self.strokes_a_frame, "choose 1 or more")
        if self.easing not in EASINGS:
            raise SettingError("easing", self.easing, f"choose one of {', '.join(EASINGS)}")
        if self.shape is not None and self.shape not in SHAPES:
            raise SettingError("shape", self.shape, f"choose one of {', '.join(SHAPES)}")

    def counts(self, total: int, fps: int) -> list[int]:
        """How many of `total` strokes each frame shows, from the bare sheet to the painting."""
        if self.strokes_a_frame is not None:
            moving = [*range(0, total, self.strokes_a_frame), total]
        else:
            frames = max(2, round(self.seconds * fps))  # the bare sheet and the painting at least
            moving = np.rint(total * EASINGS[self.easing](np.linspace(0, 1, frames))).astype(int).tolist()
        return [*[total] * round(self.result_first * fps), *moving, *[total] * round(self.hold * fps)]


def write_video(
    document: Document,
    path: Path,
    *,
    longer: int | None = None,
    film: FilmOptions | None = None,
    photograph: NDArray[np.uint8] | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a film of how the painting came about, drawn from its strokes: MP4 (H.264), WebM (VP9) or GIF.

    Args:
        document: The painting.
        path: Where to, ending in one of `FILM_SUFFIXES`.
        longer: Of the painting in the film, or of the frame where it has a shape, pixels; see `film_layout`.
        film: See `FilmOptions`.
        photograph: [H, W, 3], shown beside the painting; of another aspect than the sheet, its middle.
        progress: See `Progress`, in frames; no file is left where it raises.

    Raises:
        OutputError: If the film cannot be written, its kind is unknown, or there is no ffmpeg.
        SettingError: If a frame is too large, or a GIF cannot have the rate or number of frames asked for.
    """
    film = film or FilmOptions()
    kind = film_kind(path)
    fps = film.fps or kind.fps
    if kind.codec == "gif" and fps not in GIF_RATES:
        rates = ", ".join(map(str, GIF_RATES))
        raise SettingError("frames a second", fps, f"a GIF's frames last whole hundredths of a second: choose {rates}")
    layout = film_layout(document.size, shape=film.shape, longer=longer, beside=photograph is not None)
    counts = film.counts(len(document.strokes), fps)
    check_frames(kind, layout.frame, len(counts))
    frame = np.empty((*layout.frame, 3), np.uint8)
    frame[:] = document.background
    if photograph is not None and layout.photograph is not None:
        put(frame, layout.photograph, resized(middle(photograph, document.size), layout.photograph.size))
    with film_file(path, layout.frame, fps) as add:
        for done, canvas in enumerate(_canvases(document, layout.painting.size, counts), start=1):
            put(frame, layout.painting, to_bytes(canvas))
            add(frame)
            if progress is not None:
                progress(done, len(counts))


def _canvases(document: Document, size: Size, counts: list[int]) -> Iterator[Canvas]:
    """The document after each of these numbers of strokes; only the first ones may be more than those that follow."""
    first = next((index for index, count in enumerate(counts) if count != counts[0]), 0)
    if first and counts[first] < counts[0]:
        finished = draw(document, size)
        yield from (finished for _ in range(first))
        counts = counts[first:]
        del finished
    yield from moments(document, size, counts)


def _check(name: str, value: float, low: int, high: int) -> None:
    if not low <= value <= high:  # this way round, NaN is refused too
        raise SettingError(name, value, f"choose {low} to {high}")
