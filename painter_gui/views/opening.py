"""How a photo or a saved session comes into the studio: by dialog, drop, clipboard, recent files or samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from painter_gui.background import Background
from painter_gui.controller import Controller
from painter_gui.files import SESSION_SUFFIX, samples, there_are, thumbnail
from painter_gui.preferences import Preferences
from painter_gui.views.message_bar import Words
from painter_gui.views.notices import Notices
from painter_gui.views.plain_text import plain_action, plain_tip
from painter_gui.views.start_page import THUMBNAIL, StartPage
from painter_gui.wording import translate

_PICTURES = "*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif *.ppm *.avif"


class Opening(QObject):
    """Opens what the artist brings, after asking about what would be lost, and fills the start page."""

    def __init__(
        self,
        controller: Controller,
        preferences: Preferences,
        notices: Notices,
        start_page: StartPage,
        pictures: Background,
        may_leave: Callable[[Callable[[], object]], bool],
        window: QWidget,
    ) -> None:
        """Begin.

        Args:
            controller: Who opens.
            preferences: Where recent files and folders are remembered.
            notices: Where it is told what came of it.
            start_page: Shows what could be opened.
            pictures: A thread for small pictures.
            may_leave: Whether the painting at hand may go; else it calls what it is given, once that is saved.
            window: For dialogs.
        """
        super().__init__(window)
        self._controller, self._preferences, self._notices = controller, preferences, notices
        self._start_page, self._pictures = start_page, pictures
        self._may_leave, self._window = may_leave, window

    @Slot()
    def ask(self) -> None:
        """Ask for a file and open it."""
        kinds = ";;".join(
            (
                translate("Studio", "Photos and sessions") + f" ({_PICTURES} *{SESSION_SUFFIX})",
                translate("Studio", "All files") + " (*)",
            )
        )
        path, _ = QFileDialog.getOpenFileName(
            self._window, translate("Studio", "Open"), self._preferences.folder("open"), kinds
        )
        if path:
            self._preferences.set_folder("open", Path(path).parent)
            self.open(path)

    @Slot(str)
    def open(self, source: str) -> None:
        """Open a photo, sample or session."""
        if self._may_leave(partial(self.open, source)):
            self._controller.open_file(source, taken=partial(self._remember, source))

    def open_painting(self, source: Path, strokes: Path) -> None:
        """Open what the queue has painted."""
        if self._may_leave(partial(self.open_painting, source, strokes)):
            self._controller.open_painting(source, strokes)

    def _remember(self, source: str) -> None:
        if not source.startswith("sample:"):  # those are on the start page anyway
            self._preferences.add_recent(Path(source))

    @Slot()
    def paste(self) -> None:
        """Open the picture, or the file, in the clipboard."""
        self.take(
            QGuiApplication.clipboard().mimeData(), lambda: translate("Studio", "The clipboard holds no picture.")
        )

    def take(self, data: QMimeData, otherwise: Words) -> None:
        """Open what was dropped or pasted: a file first, since it has more than the pixels a browser sends along.

        Args:
            data: What it is.
            otherwise: What to say where it is no picture.
        """
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        if files:
            self.open(files[0])
            if len(files) > 1:
                text = translate("Studio", "One at a time: only {name} was opened.")
                self._notices.note(text.format(name=Path(files[0]).name))
            return
        image = data.imageData() if data.hasImage() else None
        if not isinstance(image, QImage) or image.isNull():
            self._notices.warn(otherwise)
            return
        if self._may_leave(partial(self._open_image, image)):
            self._open_image(image)

    def _open_image(self, image: QImage) -> None:
        flat = QImage(image.size(), QImage.Format.Format_RGB888)
        flat.fill(Qt.GlobalColor.white)  # as photos from files lie on white where they are transparent
        painter = QPainter(flat)
        painter.drawImage(0, 0, image)
        painter.end()
        rows = np.frombuffer(flat.constBits(), np.uint8).reshape(flat.height(), flat.bytesPerLine())
        pixels = rows[:, : 3 * flat.width()].reshape(flat.height(), flat.width(), 3).copy()
        self._controller.open_pixels(pixels, translate("Studio", "Pasted picture"))

    def fill_start_page(self) -> None:
        """Show recent files and samples, and their pictures as they come."""
        self._pictures.submit(partial(there_are, self._preferences.recent), self._on_recent)
        self._pictures.submit(samples, self._on_samples)

    def _on_recent(self, names: list[str]) -> None:
        self._start_page.show_recent(names)
        self._fetch_thumbnails(names)

    def _on_samples(self, names: Sequence[str]) -> None:
        self._start_page.show_samples(names)
        self._fetch_thumbnails([f"sample:{name}" for name in names])

    def _fetch_thumbnails(self, sources: Sequence[str]) -> None:
        side = round(max(THUMBNAIL.width(), THUMBNAIL.height()) * self._window.devicePixelRatioF())
        for source in sources:
            self._pictures.submit(partial(thumbnail, source, side), partial(self._start_page.show_thumbnail, source))

    def fill_menu(self, menu: QMenu) -> None:
        """Name recent files in a menu."""
        menu.clear()
        for name in self._preferences.recent:
            action = menu.addAction(plain_action(Path(name).name))
            action.setToolTip(plain_tip(name))
            action.triggered.connect(lambda _=False, name=name: self.open(name))
        if menu.isEmpty():
            menu.addAction(translate("Studio", "Nothing yet")).setEnabled(False)
