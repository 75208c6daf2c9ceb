"""A film read, painted again and written, frame by frame."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.device import enough_memory
from core.errors import FilmError, OutputError, PictureError, SettingError
from core.export.document import canvas_size
from core.export.film_file import FILM_SUFFIXES, check_frames, film_file, film_kind
from core.export.film_layout import FilmLayout, film_layout, put
from core.files import output_folder
from core.film_painting import FilmPainter
from core.film_parts import Part
from core.film_reader import FILM_INPUTS, Film, opened_film
from core.images import picture_digest
from core.job import PaintJob
from core.metrics import MAX_PSNR
from core.paint_options import PaintOptions
from core.painted_folder import is_finished, remove_report, write_report
from core.palette import Palette
from core.progress_bar import Bars, no_bar
from core.texts import unicode_of
from core.workshop import PaintingCancelledError, Workshop

_FASTEST_GIF = 50.0
"""Frames a second: viewers show frames of less than two hundredths of a second slowly."""

_FILM = "painting.mp4"
"""In a folder of its own."""

_OF_PICTURES = ("frames", "video", "svg", "refine", "loss", "renderer")
"""Options that mean nothing to a film."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmReport:
    """What a painted film took."""

    frames: int
    strokes: int
    """Of all frames together."""
    anew: int
    """Frames that were painted from the bare sheet: the first, and where another scene begins."""
    seconds: float
    device: str
    psnr: float
    """dB, of all frames together, at the size that they were looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSums:
    """What frames took, added up."""

    frames: int = 0
    strokes: int = 0
    anew: int = 0
    l2: float = 0.0

    def __add__(self, other: FilmSums) -> FilmSums:
        return FilmSums(
            frames=self.frames + other.frames, strokes=self.strokes + other.strokes, anew=self.anew + other.anew,
            l2=self.l2 + other.l2,
        )  # fmt: skip

    def report(self, seconds: float, device: str) -> FilmReport:
        """Of a whole film that took so long."""
        psnr = min(MAX_PSNR, -10 * math.log10(self.l2 / self.frames)) if self.l2 else MAX_PSNR
        return FilmReport(
            frames=self.frames, strokes=self.strokes, anew=self.anew, seconds=seconds, device=device, psnr=psnr
        )


def becomes_film(source: str, out: Path) -> bool:
    """Whether that is to be painted as a film, by its name; a GIF is a picture but where a film is to come of it."""
    suffix = Path(source).suffix.lower()
    return suffix in FILM_INPUTS and (suffix != ".gif" or out.suffix.lower() in FILM_SUFFIXES)


def refuse_unsuitable(options: PaintOptions, given: set[str]) -> None:
    """Refuse options that a film does not take: they would be ignored without a word.

    Args:
        options: Of the whole command.
        given: Names of those that were asked for.

    Raises:
        SettingError: Naming one of them.
    """
    for name in _OF_PICTURES:
        if name in given:
            raise SettingError(f"--{name}", "for a film", "it is one for pictures; leave it out")
    if options.preset == "paper":
        raise SettingError("preset", "paper", "its fixed grid does not follow what moves in a film; leave it out")


def film_options(options: PaintOptions) -> PaintOptions:
    """The options without those that mean nothing to a film."""
    usual = PaintOptions()
    return replace(options, **{name: getattr(usual, name) for name in _OF_PICTURES})


def paint_film_into(
    workshop: Workshop,
    source: Path,
    out: Path,
    *,
    bars: Bars = no_bar,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Paint a film into a folder of its own, as `Workshop.paint` does a picture: painting.mp4, and last report.json.

    Args:
        workshop: Who paints, by options as of `film_options`.
        source: The film.
        out: Folder for the painted one.
        bars: Shows how far it is.
        cancelled: Asked now and then.

    Returns:
        The report.

    Raises:
        PaintingCancelledError: If it was; there is no report then.
        PainterError: If the film, an option or the folder is unusable.
    """
    refuse_unsuitable(workshop.options, set())
    digest = _digest(source)
    with output_folder(out):
        remove_report(out)
        painted = paint_film(workshop, source, out / _FILM, bars=bars, cancelled=cancelled)
        about = {"film": unicode_of(str(source)), "weights": workshop.weights}
        report = {**asdict(painted), **about, "picture_digest": digest, "options_digest": workshop.digest}
        write_report(report, out)
    return report


def has_painted_film(workshop: Workshop, source: Path, out: Path) -> bool:
    """Whether a folder holds that film as it is now, painted by the same options and weights.

    Raises:
        FilmError: If the film cannot be read.
    """
    try:
        return is_finished(str(source), out, [_FILM], workshop.digest)
    except PictureError as error:
        raise FilmError(source, error.problem) from error


def _digest(source: Path) -> str:
    try:
        return picture_digest(source)
    except PictureError as error:
        raise FilmError(source, error.problem) from error


def paint_film(
    workshop: Workshop,
    source: Path,
    out: Path,
    *,
    bars: Bars = no_bar,
    cancelled: Callable[[], bool] = lambda: False,
) -> FilmReport:
    """Paint a film: at its own rate, and in its own size or as long as the options' `size`; without sound.

    Args:
        workshop: Who paints.
        source: One of `FILM_INPUTS`.
        out: One of `FILM_SUFFIXES`; there is nothing until all of it is done.
        bars: Shows how far it is.
        cancelled: Asked now and then.

    Raises:
        PaintingCancelledError: If it was.
        PainterError: If the film cannot be read or written.
    """
    started = time.monotonic()
    check_names(source, out)
    with opened_film(source) as film, bars("film", "frame") as show:
        layout = checked_layout(workshop.options, film, out)
        count = film.count or 0
        sums = _paint(
            workshop, film, film.frames, layout, out, cancelled=cancelled,
            seen=lambda frames, strokes: show(frames, max(frames, count), f"{strokes} strokes"),
        )  # fmt: skip
    return sums.report(time.monotonic() - started, workshop.device_name)


def paint_part(workshop: Workshop, source: Path, part: Part, out: Path) -> FilmSums:
    """Paint a part of a film to a film of its own, as it would be painted within the whole.

    Args:
        workshop: Who paints.
        source: The whole film.
        part: Which frames.
        out: The part's film.

    Raises:
        PainterError: If the film cannot be read or written.
    """
    with opened_film(source) as film:
        layout = checked_layout(workshop.options, film, out)
        frames = enumerate(film.frames)
        _, first = next(frames)
        its = chain([first] if part.first == 0 else [], (frame for number, frame in frames if number >= part.first))
        job_of = _one_palette(workshop)
        job_of(first)  # whose colours are those of the whole film
        return _paint(workshop, film, islice(its, part.end - part.first), layout, out, job_of=job_of)


def check_names(source: Path, out: Path) -> None:
    """Hold the names of a film and of the painted one against each other, before either is opened.

    Raises:
        OutputError: If the painted one cannot have its name.
    """
    film_kind(out)
    if out.exists() and source.exists() and out.samefile(source):
        raise OutputError(out, "it is the film to be painted; choose another name")


def checked_layout(options: PaintOptions, film: Film, out: Path) -> FilmLayout:
    """How the frames of a painted film lie in its file.

    Raises:
        PainterError: If there cannot be such a film.
    """
    kind = film_kind(out)
    size = canvas_size(film.size, options.size)
    layout = film_layout(size, shape=None, longer=size.longer, beside=False)
    if kind.codec == "gif" and film.fps > _FASTEST_GIF:
        problem = f"a GIF shows at most {_FASTEST_GIF:g} frames a second; choose .mp4"
        raise SettingError("frames a second", f"{film.fps:g}", problem)
    check_frames(kind, layout.frame, film.count or 1)
    return layout


def _paint(
    workshop: Workshop,
    film: Film,
    frames: Iterable[NDArray[np.uint8]],
    layout: FilmLayout,
    out: Path,
    *,
    job_of: Callable[[NDArray[np.uint8]], PaintJob] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    seen: Callable[[int, int], None] = lambda _frames, _strokes: None,
) -> FilmSums:
    """Paint some frames of a film into a file; what is seen are the frames so far and the strokes of the last."""
    size = canvas_size(film.size, workshop.options.size)
    pixels = np.empty((*layout.frame, 3), np.uint8)
    painter = FilmPainter(workshop.painter, job_of or _one_palette(workshop), size)
    sums = FilmSums()
    with film_file(out, layout.frame, film.fps) as add, enough_memory():
        with closing(painter.frames(frames, cancelled=cancelled)) as painted:
            for each in painted:
                put(pixels, layout.painting, each.pixels)
                sums += FilmSums(frames=1, strokes=each.strokes, anew=int(each.anew), l2=each.l2)
                check_frames(film_kind(out), layout.frame, sums.frames)  # it may have said less than there are
                add(pixels)
                seen(sums.frames, each.strokes)
        if cancelled():
            raise PaintingCancelledError
    return sums


def _one_palette(workshop: Workshop) -> Callable[[NDArray[np.uint8]], PaintJob]:
    """Jobs in the colours of the first picture that is asked about: they must not change from frame to frame."""
    found: list[Palette | None] = []

    def job_of(target: NDArray[np.uint8]) -> PaintJob:
        if not found:
            found.append(workshop.palette(target))
        return workshop.job_with(target, found[0])

    return job_of
