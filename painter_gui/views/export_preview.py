"""The export dialog's preview: what would leave, drawn once the choices have come to rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.document import Document
from core.errors import PainterError
from painter_gui.background import Background
from painter_gui.error_words import told
from painter_gui.exporting import ExportChoices, Preview, preview
from painter_gui.pictures import rgb32_image
from painter_gui.wording import translate

_PREVIEW = QSize(360, 300)

_REST_MS = 200
"""A choice must rest so long before its preview is drawn."""


class ExportPreview(QWidget):
    """Shows a picture of it, its size and how many strokes it has."""

    def __init__(
        self,
        document: Document,
        photo: NDArray[np.uint8],
        choices: Callable[[], ExportChoices],
        background: Background,
        parent: QWidget,
    ) -> None:
        """Show nothing yet.

        Args:
            document: What would leave.
            photo: [H, W, 3], what it was painted from.
            choices: How it would leave, asked for when it is drawn.
            background: The thread that draws it.
            parent: The dialog.
        """
        super().__init__(parent)
        self._document, self._photo, self._choices, self._background = document, photo, choices, background
        self._drawn = 0
        self._held = self._owed = False
        self._resting = QTimer(self, interval=_REST_MS, singleShot=True)
        self._resting.timeout.connect(self._on_rested)
        self.picture = QLabel(self)
        self.picture.setFixedSize(_PREVIEW)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(translate("Studio", "Preview"))
        self.size_label = QLabel(self)
        self.size_label.setTextFormat(Qt.TextFormat.PlainText)
        self.size_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.size_label.setWordWrap(True)
        self.size_label.setFixedWidth(_PREVIEW.width())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.picture)
        layout.addWidget(self.size_label)
        layout.addStretch(1)

    @Slot()
    def draw_soon(self) -> None:
        """Draw it anew, once nothing has been chosen for a moment."""
        self._owed = True
        self._resting.start()

    def hold(self, held: bool) -> None:
        """Draw nothing, and give up what is being drawn: its thread has better things to do; or make up for it."""
        self._held = held
        if not held and self._owed:
            self.draw_soon()

    def stop(self) -> None:
        """Draw nothing more."""
        self._resting.stop()
        self.hold(True)

    @Slot()
    def _on_rested(self) -> None:
        if self._held:
            return
        self._drawn += 1
        side = round(max(_PREVIEW.width(), _PREVIEW.height()) * self.devicePixelRatioF())
        number = self._drawn

        def stale() -> bool:  # a newer one, an export or the end of it all need not wait for this one
            return number != self._drawn or self._held

        work = partial(preview, self._document, self._choices(), self._photo, side, stale=stale)
        self._background.submit(work, partial(self._on_drawn, number), self._on_failed)

    def _on_drawn(self, number: int, drawn: Preview | None) -> None:
        if drawn is None or number != self._drawn:
            return
        self._owed = self._resting.isActive()  # another has been wished for since
        ratio = self.devicePixelRatioF()
        fitted = QPixmap.fromImage(rgb32_image(drawn.pixels).copy()).scaled(
            _PREVIEW * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        self.picture.setPixmap(fitted)
        count = translate("Studio", "{count} strokes").format(count=f"{len(self._document.strokes):,}")
        if drawn.size is not None:
            self.size_label.setText(f"{drawn.size.width:,} × {drawn.size.height:,} px · {count}")
        else:
            self.size_label.setText(count)

    def _on_failed(self, error: PainterError) -> None:
        self._owed = self._resting.isActive()
        self.picture.clear()
        self.size_label.setText(told(error))
