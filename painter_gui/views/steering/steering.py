"""Joins what the artist asks of the painter to the controller and the canvas: styles, palette and masks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QImage

from core.errors import PainterError
from core.mask import Mask
from core.palette import Palette, palette_named, read_palette
from core.style import STYLES
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.files import Photo
from painter_gui.pictures import rgb32_image, rgb_pixmap
from painter_gui.views.canvas_tools.mask_brush import MaskBrush
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.steering.mask_panel import KINDS, MaskPanel
from painter_gui.views.steering.palette_panel import PalettePanel
from painter_gui.views.steering.style_panel import StylePanel

_QUIET_MS = 1500
"""Nothing may have been asked for so long before styles are sketched."""


class Steering(QObject):
    """Shows the panels what is chosen, and does what they ask for."""

    def __init__(
        self,
        controller: Controller,
        canvas: CanvasView,
        panels: tuple[StylePanel, PalettePanel, MaskPanel],
        pictures: Background,
        parent: QObject,
    ) -> None:
        """Join them.

        Args:
            controller: Who answers.
            canvas: Where masks are painted.
            panels: What is shown.
            pictures: A thread for what takes a moment.
            parent: Whoever owns this.
        """
        super().__init__(parent)
        self._controller, self._canvas, self._pictures = controller, canvas, pictures
        self._style, self._palette, self._masks = panels
        self._brush: MaskBrush | None = None
        self._resolved: tuple[tuple[str | None, Photo | None], Palette | None] = ((None, None), None)
        self._sketched: set[str] = set()
        self._sketched_with: object = None
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._on_quiet)
        controller.opened.connect(self._on_opened)
        controller.settings_changed.connect(self._on_settings)
        controller.phase_changed.connect(self._quiet.start)
        controller.sketched.connect(self._on_sketched)
        canvas.tool_changed.connect(self._on_tool_changed)
        self._style.settings_requested.connect(self._on_style)
        self._palette.palette_requested.connect(self._on_palette)
        self._palette.file_requested.connect(self._on_palette_file)
        self._masks.tool_requested.connect(self.hold)
        self._masks.brush_changed.connect(self._on_brush_changed)
        self._masks.faces_requested.connect(self.find_faces)
        self._masks.clear_requested.connect(self._on_clear)
        self._on_settings()

    # Masks

    @Slot(str)
    def hold(self, kind: str) -> None:
        """Hold the brush of a kind of mask; none where the kind is empty."""
        photo = self._controller.photo
        if not kind or photo is None:
            if self._canvas.tool is self._brush:
                self._canvas.hold(None)
            return
        brush = MaskBrush(
            kind, self._controller.document.size, self._there(), self._masks.brush, photo=self._photo_of_bare_sheet
        )
        brush.drawn.connect(self._on_drawn)
        self._brush = brush
        self._canvas.hold(brush)

    def _photo_of_bare_sheet(self) -> QImage | None:
        photo = self._controller.photo
        return rgb32_image(photo.display) if photo is not None and self._controller.position == 0 else None

    def is_held(self, kind: str) -> bool:
        """Whether the brush of that kind of mask is held."""
        return self._brush is not None and self._canvas.tool is self._brush and self._brush.kind == kind

    def find_faces(self) -> None:
        """Put the focus on faces too, where there are any."""
        photo, focus = self._controller.photo, self._controller.settings.focus
        if photo is None:
            return

        def found(mask: Mask | None) -> None:
            if photo is not self._controller.photo:
                return
            if self._controller.settings.focus is not focus:
                self.find_faces()  # beside what has been drawn meanwhile
                return
            if mask is None:
                self._controller.noted.emit("no_faces", {})
                return
            self._controller.draw_setting("focus", focus=mask)
            if self._held() != "focus":
                self.hold("focus")  # so that they are seen

        self._pictures.submit(partial(_face_mask, photo, focus), found)

    @Slot(str, object)
    def _on_drawn(self, kind: str, mask: Mask) -> None:
        self._controller.draw_setting(kind, **{kind: None if mask.empty else mask})

    @Slot(object)
    def _on_clear(self, kinds: list[str]) -> None:
        self._controller.draw_setting(kinds[0] if len(kinds) == 1 else "masks", **dict.fromkeys(kinds))

    @Slot()
    def _on_brush_changed(self) -> None:
        if self._brush is not None:
            self._brush.set_choice(self._masks.brush)

    @Slot()
    def _on_tool_changed(self) -> None:
        if self._canvas.tool is not self._brush:
            self._brush = None
        self._show_masks()

    def _there(self) -> dict[str, Mask | None]:
        settings = self._controller.settings
        return {"focus": settings.focus, "protect": settings.protect}

    def _held(self) -> str:
        return "" if self._brush is None else self._brush.kind

    def _show_masks(self) -> None:
        there = self._there()
        self._masks.show_state(self._held(), {kind: there[kind] is not None for kind in KINDS})
        if self._brush is not None:
            self._brush.show_masks(there)

    # Style and palette

    @Slot(object)
    def _on_style(self, changes: dict[str, Any]) -> None:
        self._controller.set_settings(**changes)

    @Slot(object)
    def _on_palette(self, text: str | None) -> None:
        self._controller.set_settings(palette=text)

    @Slot(object)
    def _on_palette_file(self, path: Path) -> None:
        def read(palette: Palette) -> None:
            self._controller.set_settings(palette=str(palette))

        def failed(error: PainterError) -> None:
            self._controller.failed.emit(error)
            self._on_settings()

        self._pictures.submit(partial(read_palette, path), read, failed)

    @property
    def palette(self) -> Palette | None:
        """The colours that the palette comes to, as far as that is known yet."""
        return self._resolved[1]

    def _resolve(self) -> None:
        """Find out which colours the palette comes to."""
        text, photo = self._controller.settings.palette, self._controller.photo
        wanted = text, photo
        if wanted == self._resolved[0]:
            return
        if text is None or photo is None:
            self._resolved = wanted, None
            return
        self._resolved = wanted, self._resolved[1]

        def found(palette: Palette) -> None:
            if self._resolved[0] == wanted:
                self._resolved = wanted, palette
                self._palette.show_palette(self._controller.settings, palette)

        self._pictures.submit(partial(palette_named, text, photo.pixels), found)

    @Slot()
    def _on_settings(self) -> None:
        settings = self._controller.settings
        self._resolve()
        self._style.show_settings(settings)
        self._palette.show_palette(settings, self.palette if settings.palette is not None else None)
        self._show_masks()
        self._quiet.start()

    @Slot()
    def _on_opened(self) -> None:
        if self._brush is not None and self._canvas.tool is self._brush:
            self._canvas.hold(None)
        self._sketched.clear()
        self._style.clear_thumbnails()
        self._on_settings()

    # Thumbnails

    @Slot()
    def _on_quiet(self) -> None:
        """Have those styles painted whose pictures are not there, or are of other strokes."""
        controller = self._controller
        if controller.photo is None or controller.phase not in (Phase.IDLE, Phase.PAUSED):
            return
        settings = controller.settings
        painted_with = settings.stroke_type, settings.preset, settings.boldness, settings.background
        if painted_with != self._sketched_with:
            self._sketched_with = painted_with
            self._sketched.clear()
        controller.sketch_styles([name for name in STYLES if name not in self._sketched])

    @Slot(str, object)
    def _on_sketched(self, name: str, pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        self._sketched.add(name)
        self._style.show_thumbnail(name, rgb_pixmap(pixels))


def _face_mask(photo: Photo, focus: Mask | None) -> Mask | None:
    from core.faces import face_mask  # what looks for them takes a second to import

    return face_mask(photo.pixels, base=focus)
