"""Errors of an edited painting, measured in the background once the artist rests: the timeline must not lie."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Slot

from core.document import BEFORE, Document
from core.editing import EDITED
from core.geometry import Size
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller

_MEASURED_SIDE = 512
"""Pixels of the longer side at which errors are measured, at most: about the size of the finest level painted."""

REST_MS = 300
"""Since the last edit: the canvas comes first."""


class Measuring(QObject):
    """Watches the painting and has missing errors measured after edits, undone and redone ones among them."""

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._background = Background("measuring", self)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._on_rested)
        controller.document_changed.connect(self._on_change)
        controller.phase_changed.connect(self._on_change)

    @property
    def busy(self) -> bool:
        """Whether anything is going to be measured."""
        return self._rest.isActive() or self._background.busy

    def close(self) -> None:
        """Measure no more."""
        self._rest.stop()
        self._background.close()

    @Slot()
    def _on_change(self) -> None:
        if self._is_at_rest() and needs_measuring(self._controller.document):
            self._rest.start()
        else:
            self._rest.stop()

    def _is_at_rest(self) -> bool:
        return self._controller.photo is not None and self._controller.phase in (Phase.IDLE, Phase.PAUSED)

    @Slot()
    def _on_rested(self) -> None:
        controller = self._controller
        document, photo = controller.document, controller.photo
        if photo is None or not self._is_at_rest():
            return

        def work() -> Document | None:
            if document is not controller.document:  # edited again while this waited for its turn
                return None
            return with_errors(document, photo.pixels)

        def done(found: Document | None) -> None:
            if found is not None:
                controller.take_measured(document, found)

        self._background.submit(work, done)


def measuring_size(sheet: Size) -> Size:
    """The size at which errors of a painting on a sheet are measured."""
    return sheet.with_longer_side(min(_MEASURED_SIDE, sheet.longer))


def needs_measuring(document: Document) -> bool:
    """Whether errors are missing because strokes were edited."""
    jobs: list[Any] = [document.job]
    before = document.job.get(BEFORE)
    jobs += before if isinstance(before, list) else []
    edited = any(isinstance(job, dict) and EDITED in job for job in jobs)
    return edited and bool(np.isnan(document.strokes.errors).any())


def with_errors(document: Document, photo: NDArray[np.uint8]) -> Document:
    """The document with all errors measured against a photo [H, W, 3], at a size of which that takes no time."""
    from core.rasteriser.fast import measured
    from core.resampling import as_canvas

    return measured(document, as_canvas(photo, measuring_size(document.size)))
