"""A document in whatever form a file's name asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.film_file import FILM_SUFFIXES
from core.export.frames import write_frames
from core.export.lesson import LessonOptions, write_lesson
from core.export.mixing_sheet import SHOWN, MixingOptions, write_mixing_sheet
from core.export.picture import write_picture
from core.export.progress import Progress
from core.export.stroke_json import write_json
from core.export.svg import SvgOptions, write_svg
from core.export.svg_plotter import PlotterOptions, write_plotter_svg
from core.export.video import FilmOptions, write_video
from core.geometry import Size
from core.palette_use import document_palette, use_in_document
from core.rasteriser.fast import draw, to_bytes

MAX_SIDE = 16_384
"""Of a picture drawn from strokes, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What may vary in an export; each form takes what concerns it."""

    size: int | None = None
    """Longer side of a picture, film, frame or lesson's card, pixels."""
    profile: str = "exact"
    """Of an SVG, one of `core.export.svg.PROFILES`, or `plotter`."""
    svg: SvgOptions = field(default_factory=SvgOptions)
    plotter: PlotterOptions = field(default_factory=PlotterOptions)
    film: FilmOptions = field(default_factory=FilmOptions)
    lesson: bool = False
    """Where the file's name does not tell: a folder is one of a lesson's cards, not of frames."""
    teaching: LessonOptions = field(default_factory=LessonOptions)
    mixing: bool = False
    """A .pdf or a picture is a sheet of how to mix the painting's colours."""
    sheet: MixingOptions = field(default_factory=MixingOptions)
    photograph: NDArray[np.uint8] | None = None
    """[H, W, 3], to be shown beside the painting in a film or on a lesson's title card."""
    every: int = 50
    """Strokes from frame to frame."""
    count: int | None = None
    """Frames, spread evenly, instead."""
    transparent: bool = False
    """Frames without the sheet."""


_TAKEN = {
    "SVG": {"profile", "title", "description", "group", "decimals"},
    "plotter": {"profile", "title", "description", "decimals", "paper", "margin", "pen", "pens", "lines", "ordered"},
    "film": {"size", "seconds", "strokes_a_frame", "easing", "fps", "result_first", "hold", "shape", "beside"},
    "frames": {"size", "every", "count", "transparent"},
    "lesson": {"lesson", "title", "chapters", "by", "colours", "paper", "margin", "grid", "beside"},
    "mixing sheet": {"mixing", "title", "colours", "paints"},
    "stroke file": set[str](),
    "picture": {"size"},
}
_TAKEN["mixing sheet as a picture"] = {*_TAKEN["mixing sheet"], "size"}
_TAKEN["lesson in a folder"] = {*_TAKEN["lesson"], "size"}
"""Which settings each form takes, by their names on the command line."""


def refuse_unused(given: set[str], path: Path, *, plotter: bool, lesson: bool, mixing: bool = False) -> None:
    """Refuse settings that the form of that file does not take: they would be ignored without a word.

    Args:
        given: Their names on the command line.
        path: The file.
        plotter: Whether an SVG is one for a plotter.
        lesson: Whether a folder is one of a lesson's cards.
        mixing: Whether a .pdf or a picture is a mixing sheet.

    Raises:
        SettingError: Naming one of them.
    """
    suffix = path.suffix.lower()
    if suffix in (".svg", ".svgz"):
        form = "plotter" if plotter else "SVG"
    elif suffix in FILM_SUFFIXES:
        form = "film"
    else:
        folder = "lesson in a folder" if lesson else "frames"
        form = {".json": "stroke file", ".pdf": "lesson", "": folder}.get(suffix, "picture")
        if mixing and form in ("lesson", "picture"):
            form = "mixing sheet" if form == "lesson" else "mixing sheet as a picture"
    for name in sorted(given - _TAKEN[form]):
        forms = " or ".join(other for other, taken in _TAKEN.items() if name in taken)
        option = f"--{name.replace('_', '-')}"
        if name == "mixing":
            raise SettingError(option, f"for {path.name}", "a mixing sheet is a .pdf or a picture; end its name so")
        if name == "paints":
            raise SettingError(option, f"for {path.name}", "it is one for mixing sheets; add --mixing, or leave it out")
        if form == "frames" and name in _TAKEN["lesson"]:
            raise SettingError(option, f"for {path.name}", "it is one for lessons; add --lesson, or leave it out")
        raise SettingError(option, f"for {path.name}", f"it is one for {forms}; leave it out")


def export_document(
    document: Document, path: Path, *, options: ExportOptions | None = None, progress: Progress | None = None
) -> None:
    """Write a document in the form that the file's suffix names: a picture, SVG, strokes, a film or a lesson.

    Args:
        document: The painting.
        path: Where to; without a suffix a folder, for frames or a lesson's cards. See also `ExportOptions.mixing`.
        options: See `ExportOptions`.
        progress: See `Progress`; of all but stroke files, which take no time.

    Raises:
        OutputError: If the suffix is unknown or the file cannot be written.
        SettingError: If the size is out of range, the form has none, or there is no such profile.
    """
    given = options or ExportOptions()
    suffix = path.suffix.lower()
    if suffix in (".svg", ".svgz", ".json"):
        if given.size is not None:
            raise SettingError("size", given.size, f"{suffix} holds strokes, which have no pixels; leave --size out")
        if suffix == ".json":
            write_json(document, path)
        elif given.profile == "plotter":
            write_plotter_svg(document, path, plotter=given.plotter, options=given.svg, progress=progress)
        else:
            write_svg(document, path, profile=given.profile, options=given.svg, progress=progress)
        return
    if suffix in FILM_SUFFIXES:
        write_video(document, path, longer=given.size, film=given.film, photograph=given.photograph, progress=progress)
        return
    if given.mixing:
        _write_sheet(document, path, given)
        return
    if suffix == ".pdf" or (suffix == "" and given.lesson):
        write_lesson(
            document, path, options=given.teaching, longer=given.size, photograph=given.photograph, progress=progress
        )
        return
    pixels = canvas_size(document.size, given.size)
    if suffix == "":
        write_frames(
            document,
            path,
            size=pixels,
            every=given.every,
            count=given.count,
            transparent=given.transparent,
            progress=progress,
        )
    elif suffix in (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"):
        write_picture(document, path, size=pixels, progress=progress)
    else:
        raise OutputError(
            path, "end its name in .png, .jpg, .webp, .tif, .svg, .svgz, .json, .mp4, .webm, .gif or .pdf"
        )


def _write_sheet(document: Document, path: Path, given: ExportOptions) -> None:
    if not len(document.strokes.drawn) and document_palette(document) is None:
        raise SettingError("mixing sheet", "of no strokes", "paint the picture first")
    shown = to_bytes(draw(document, document.size.with_longer_side(SHOWN)))
    use = use_in_document(document, colours=given.sheet.colours)
    write_mixing_sheet(use, shown, path, options=given.sheet, longer=given.size)


def canvas_size(sheet: Size, longer: int | None) -> Size:
    """The sheet's size, or its aspect with another longer side.

    Raises:
        SettingError: If that is more than a picture can have.
    """
    size = sheet if longer is None else sheet.with_longer_side(longer)
    if not 1 <= size.longer <= MAX_SIDE or (longer is not None and longer < 1):
        given = f"{size.width} x {size.height}" if longer is None else longer
        raise SettingError("size", given, f"give the longer side in pixels, from 1 to {MAX_SIDE}")
    return size
