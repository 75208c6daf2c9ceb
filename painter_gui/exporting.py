"""Exports as the dialog asks for them: what was chosen becomes a call of `core.export`, in a thread of its own."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.geometry import Size
from painter_gui.lesson_words import lesson_words
from painter_gui.pictures import as_rgb32

if TYPE_CHECKING:
    from core.export.lesson import LessonOptions
    from core.export.svg_plotter import PlotterOptions
    from core.export.video import FilmOptions

FORMS = ("picture", "svg", "compatible", "plotter", "strokes", "film", "frames", "lesson")

SUFFIXES = {
    "picture": (".png", ".jpg", ".webp", ".tif"),
    "svg": (".svg", ".svgz"),
    "compatible": (".svg", ".svgz"),
    "plotter": (".svg", ".svgz"),
    "strokes": (".json",),
    "film": (".mp4", ".webm", ".gif"),
    "frames": ("",),
    "lesson": (".pdf", ""),
}
"""Of each form's files, the usual one first; without a suffix it is a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportChoices:
    """What the dialog holds; a form takes what concerns it. Meanings as of `core.export`."""

    form: str = "picture"
    size: int | None = None
    title: str = ""
    description: str = ""
    group: int | str = "step"
    decimals: int = 2
    paper: str = "a4"
    margin: float = 15.0
    pen: float = 0.5
    pens: int = 6
    """Of 0 those of the palette."""
    lines: str = "centre"
    ordered: bool = True
    seconds: float = 10.0
    easing: str = "constant"
    fps: int | None = None
    result_first: float = 0.0
    hold: float = 1.0
    shape: str | None = None
    beside: bool = False
    every: int = 50
    count: int | None = None
    transparent: bool = False
    by: str = "detail"
    chapters: int = 6
    colours: int = 12
    grid: int = 4


def export(
    document: Document,
    path: Path,
    choices: ExportChoices,
    photo: NDArray[np.uint8],
    *,
    progress: Callable[[int, int], None],
    cancelled: threading.Event,
) -> Path:
    """Write the document; returns where.

    Raises:
        PainterError: If it cannot be written, or was cancelled.
    """
    from core.export.document import ExportOptions, export_document
    from core.export.progress import ExportCancelledError
    from core.export.svg import SvgOptions

    def followed(done: int, total: int) -> None:
        if cancelled.is_set():
            raise ExportCancelledError
        progress(done, total)

    options = ExportOptions(
        size=choices.size if choices.form in ("picture", "film", "frames", "lesson") else None,
        profile={"compatible": "compatible", "plotter": "plotter"}.get(choices.form, "exact"),
        svg=SvgOptions(
            title=choices.title or None, description=choices.description or None, group=choices.group,
            decimals=choices.decimals,
        ),
        plotter=_plotter(choices),
        film=_film(choices),
        lesson=choices.form == "lesson",
        teaching=_lesson(choices),
        photograph=photo if choices.beside else None,
        every=choices.every,
        count=choices.count,
        transparent=choices.transparent,
    )  # fmt: skip
    export_document(document, path, options=options, progress=followed)
    return path


def _plotter(choices: ExportChoices) -> PlotterOptions:
    from core.export.svg_plotter import PALETTE, PlotterOptions

    return PlotterOptions(
        paper=choices.paper, margin=choices.margin, pen=choices.pen, pens=choices.pens or PALETTE, lines=choices.lines,
        ordered=choices.ordered,
    )  # fmt: skip


def _film(choices: ExportChoices) -> FilmOptions:
    from core.export.video import FilmOptions

    return FilmOptions(
        seconds=choices.seconds, easing=choices.easing, fps=choices.fps, result_first=choices.result_first,
        hold=choices.hold, shape=choices.shape,
    )  # fmt: skip


def _lesson(choices: ExportChoices) -> LessonOptions:
    from core.export.lesson import LessonOptions

    return LessonOptions(
        chapters=choices.chapters, by=choices.by, colours=choices.colours, paper=choices.paper, margin=choices.margin,
        grid=choices.grid, title=choices.title, words=lesson_words(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What an export will look like."""

    pixels: NDArray[np.uint8]
    """[h, w, 4], B, G, R, 255."""
    size: Size | None
    """Of what will be written, pixels; None where it has none."""


def preview(
    document: Document, choices: ExportChoices, photo: NDArray[np.uint8], side: int, *, stale: Callable[[], bool]
) -> Preview | None:
    """Draw what an export will look like, at most so many pixels a side; None once it is `stale`.

    Raises:
        PainterError: If such an export cannot be.
    """
    from core.export.document import canvas_size
    from core.export.progress import ExportCancelledError
    from core.rasteriser.fast import draw, to_bytes

    if stale():
        return None
    if choices.form == "plotter":
        try:
            return Preview(_plotter_preview(document, choices, side, stale), None)
        except ExportCancelledError:
            return None
    if choices.form == "film":
        return _film_preview(document, choices, photo, side)
    if choices.form == "lesson":
        from core.export.lesson import title_card

        card = title_card(document, _lesson(choices), photo if choices.beside else None, side)
        return Preview(as_rgb32(card), None)
    size = None
    if choices.form in ("picture", "frames"):
        size = canvas_size(document.size, choices.size)
    rgb = to_bytes(draw(document, document.size.with_longer_side(side)))
    return Preview(as_rgb32(rgb), size)


def _film_preview(document: Document, choices: ExportChoices, photo: NDArray[np.uint8], side: int) -> Preview:
    """The film's last frame."""
    from core.export.film_layout import filled, film_layout
    from core.rasteriser.fast import draw, to_bytes
    from core.resampling import resized

    layout = film_layout(document.size, shape=choices.shape, longer=choices.size, beside=choices.beside)
    # The layout itself, drawn smaller: of films larger than the preview only as much as it can show.
    scale = min(1.0, side / layout.frame.longer)
    frame = np.empty((*layout.frame.scaled(scale), 3), np.uint8)
    frame[:] = document.background
    for box, pixels in ((layout.painting, None), (layout.photograph, photo)):
        if box is None:
            continue
        whole = filled(box)
        top, left = round(whole.top * scale), round(whole.left * scale)
        room = frame[
            top : top + max(1, round(whole.size.height * scale)), left : left + max(1, round(whole.size.width * scale))
        ]
        size = Size(*room.shape[:2])
        room[:] = resized(
            to_bytes(draw(document, document.size.with_longer_side(size.longer))) if pixels is None else pixels, size
        )
    return Preview(as_rgb32(frame), layout.frame)


def _plotter_preview(
    document: Document, choices: ExportChoices, side: int, stale: Callable[[], bool]
) -> NDArray[np.uint8]:
    """The drawing on its paper."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QColor, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    from core.export.progress import ExportCancelledError
    from core.export.svg_plotter import write_plotter_svg

    def give_up(_done: int, _total: int) -> None:
        if stale():
            raise ExportCancelledError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "preview.svg"
        write_plotter_svg(document, path, plotter=_plotter(choices), progress=give_up)
        renderer = QSvgRenderer(str(path))
    paper = renderer.viewBoxF()
    scale = side / max(paper.width(), paper.height())
    image = QImage(round(paper.width() * scale), round(paper.height() * scale), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return pixels.copy()


def stroke_previews(size: Size) -> dict[str, NDArray[np.uint8]]:
    """A few strokes of each type at a size, as pixels [h, w, 4], B, G, R, 255."""
    from core.brushes import BRUSHES
    from core.rasteriser.fast import draw, to_bytes
    from core.stroke import Strokes

    pictures = {}
    for kind, brush in enumerate(BRUSHES):
        parameters = np.zeros((3, brush.size), np.float32)
        parameters[:, :-3] = brush.samples
        parameters[:, -3:] = np.array([[62, 92, 140], [226, 120, 64], [240, 184, 75]]) / 255
        strokes = Strokes.from_columns(
            types=np.full(3, kind, np.uint8),
            patches=np.tile([(size.height - size.width) / 2, 0.0, size.width], (3, 1)),
            parameters=parameters,
            steps=np.arange(3),
        )
        pictures[brush.name] = as_rgb32(to_bytes(draw(Document(size, (250, 248, 244), strokes))))
    return pictures
