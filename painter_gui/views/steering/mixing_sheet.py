"""Saves a sheet of how to mix the colours of the painting, or of the photo's palette before anything is painted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from core.document import Document
from core.errors import OutputError
from core.palette import palette_named
from painter_gui.background import Background
from painter_gui.controller import Controller
from painter_gui.files import there_is
from painter_gui.mixing_words import mixing_words
from painter_gui.preferences import Preferences
from painter_gui.views.plain_text import may_replace
from painter_gui.wording import translate

SUFFIXES = (".pdf", ".png")


class MixingSheet(QObject):
    """Asks where the sheet is to be saved, and has it written in the background."""

    def __init__(self, controller: Controller, pictures: Background, preferences: Preferences, parent: QWidget) -> None:
        """Save sheets.

        Args:
            controller: Whose painting it is, and who tells when it is saved, or why not.
            pictures: A thread for what takes a moment.
            preferences: Where exports go.
            parent: The window.
        """
        super().__init__(parent)
        self._controller, self._pictures, self._preferences, self._window = controller, pictures, preferences, parent

    @Slot()
    def ask(self) -> None:
        """Ask where to save the sheet."""
        controller = self._controller
        if controller.photo is None:
            return
        title = translate("Studio", "Save mixing sheet")
        folder = self._preferences.folder_to_save("export", controller.photo.file)
        suggested = str(folder / f"{controller.name or 'painting'}-mixing{SUFFIXES[0]}")
        kinds = ";;".join(f"{suffix.removeprefix('.').upper()} (*{suffix})" for suffix in SUFFIXES)
        name, kind = QFileDialog.getSaveFileName(self._window, title, suggested, kinds)
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in SUFFIXES:
            path = path.with_name(path.name + next((each for each in SUFFIXES if f"*{each}" in kind), SUFFIXES[0]))
            if there_is(path) and not may_replace(self._window, title, path):  # the dialog asked about another name
                return
        self._preferences.set_folder("export", path.parent)
        self.save(path)

    def save(self, path: Path) -> None:
        """Write the sheet of what is shown."""
        controller = self._controller
        if controller.photo is None:
            return
        try:
            controller.photo.refuse(path)
        except OutputError as error:
            controller.failed.emit(error)
            return
        document = controller.document.cut(controller.position)
        work = partial(_write, document, controller.photo.pixels, controller.settings.palette, controller.name, path)

        def saved(_: object) -> None:
            controller.noted.emit("saved", {"name": path.name})

        self._pictures.submit(work, saved, controller.failed.emit)


def _write(document: Document, photo: NDArray[np.uint8], named: str | None, title: str, path: Path) -> None:
    """Write the sheet of a painting; of a photo where nothing is painted yet.

    Args:
        document: What is painted.
        photo: [H, W, 3].
        named: The palette that is chosen, as of `core.palette.palette_named`; it is a painting's where that has none.
        title: Of the sheet.
        path: Where to.
    """
    from core.export.mixing_sheet import SHOWN, MixingOptions, write_mixing_sheet
    from core.geometry import Size
    from core.palette_use import MAIN, document_palette, use_in_document, use_in_photo
    from core.rasteriser.fast import draw, to_bytes
    from core.resampling import resized

    options = MixingOptions(title=title, words=mixing_words())
    chosen = None if named is None else palette_named(named, photo)
    if len(document.strokes.drawn):
        use = use_in_document(document, document_palette(document) or chosen)
        shown = to_bytes(draw(document, document.size.with_longer_side(SHOWN)))
    else:
        use = use_in_photo(photo, chosen or palette_named(str(MAIN), photo))
        shown = resized(photo, Size(*photo.shape[:2]).with_longer_side(SHOWN))
    write_mixing_sheet(use, shown, path, options=options)
