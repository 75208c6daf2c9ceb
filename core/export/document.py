"""A document in whatever form a file's name asks for."""

from __future__ import annotations

from pathlib import Path

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.picture import write_picture
from core.export.progress import Progress
from core.export.stroke_json import write_json
from core.export.svg import PROFILES, SvgOptions, write_svg
from core.export.svg_plotter import PlotterOptions, write_plotter_svg
from core.export.video import write_video
from core.geometry import Size

MAX_SIDE = 16_384
"""Of a picture drawn from strokes, pixels."""

MAX_FILM_PIXELS = 100_000_000
"""Of a film's frame; far past what players take."""


SVG_PROFILES = (*PROFILES, "plotter")


def export_document(
    document: Document,
    path: Path,
    *,
    size: int | None = None,
    profile: str = "exact",
    svg: SvgOptions | None = None,
    plotter: PlotterOptions | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a document in the form that the file's suffix names: a picture, .svg, .svgz, .json or .mp4.

    Args:
        document: The painting.
        path: Where to.
        size: Longer side of a picture or film, pixels.
        profile: Of an SVG, one of `SVG_PROFILES`.
        svg: What may vary in an SVG.
        plotter: What may vary in one for a plotter.
        progress: See `Progress`; of all but stroke files, which take no time.

    Raises:
        OutputError: If the suffix is unknown or the file cannot be written.
        SettingError: If the size is out of range, the form has none, or there is no such profile.
    """
    suffix = path.suffix.lower()
    if suffix in (".svg", ".svgz", ".json"):
        if size is not None:
            raise SettingError("size", size, f"{suffix} holds strokes, which have no pixels; leave --size out")
        if suffix == ".json":
            write_json(document, path)
        elif profile == "plotter":
            write_plotter_svg(document, path, plotter=plotter, options=svg, progress=progress)
        else:
            write_svg(document, path, profile=profile, options=svg, progress=progress)
        return
    pixels = canvas_size(document.size, size)
    if suffix == ".mp4":
        if pixels.height * pixels.width > MAX_FILM_PIXELS:
            raise SettingError("size", pixels.longer, "players take films of some 8,000 pixels at most; choose less")
        write_video(document, path, size=None if size is None else pixels, progress=progress)
    elif suffix in (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"):
        write_picture(document, path, size=pixels, progress=progress)
    else:
        raise OutputError(path, "end its name in .png, .jpg, .svg, .svgz, .json or .mp4")


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
