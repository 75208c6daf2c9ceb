"""Work is kept twice a second, so that a crash or a power cut costs no more than one."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.document import Document
from core.errors import PainterError
from painter_gui.background import Background
from painter_gui.controller import Controller
from painter_gui.files import Photo
from painter_gui.kept_work import KeptWork
from painter_gui.paint_settings import PaintSettings

_log = logging.getLogger(__name__)

INTERVAL_MS = 400

_RETRY_SECONDS = 2.0
"""Until the disk is asked again that has refused."""


class Autosave(QObject):
    """Keeps the work at hand in a folder of its own, for as long as it is saved nowhere else.

    Signals:
        troubled: (PainterError), work cannot be kept; told once, and tried again until it can.
        recovered: It can be kept again.
    """

    troubled = Signal(object)
    recovered = Signal()

    def __init__(self, controller: Controller, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller, self._folder = controller, folder
        self._thread = Background("keeping", self)  # of its own: a photo or a film being written must not hold it up
        self._photo: Photo | None = None
        self._work = KeptWork(folder)
        self._kept: tuple[Document, PaintSettings, str, bool] | None = None
        self._writing = self._writing_photo = self._in_trouble = False
        self._rests_until = 0.0
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._on_time)
        self._timer.start()

    @property
    def path(self) -> Path:
        """The folder of the work at hand, where anything of it is kept."""
        return self._work.path

    @property
    def busy(self) -> bool:
        """Whether anything is being written."""
        return self._writing or self._writing_photo or self._thread.busy

    @property
    def in_trouble(self) -> bool:
        """Whether the disk has refused, and not taken anything since."""
        return self._in_trouble

    @Slot()
    def _on_time(self) -> None:
        if time.monotonic() >= self._rests_until:
            self.keep()

    def adopt(self, work: KeptWork) -> None:
        """The work at hand is one that was left behind: go on keeping it where it is."""
        self._let_go()
        self._photo, self._work = self._controller.photo, work

    def keep(self) -> None:
        """Begin to write what is not on the disk already."""
        photo = self._controller.photo
        if photo is not self._photo:
            self._let_go()
            self._photo = photo
        if photo is None:
            return
        self._keep_photo(photo)
        entry = self._entry()
        if entry is not None:
            self._writing = True
            self._thread.submit(entry, self._on_written, self._on_failed)

    def _entry(self) -> Callable[[], None] | None:
        """What writes down what has changed; None where nothing has, or is being written."""
        controller, work = self._controller, self._work
        document, modified = controller.document, controller.modified
        if self._writing or not len(document.strokes):  # what undo would bring back is worth more than a bare sheet
            return None
        if (self._kept is None and not modified) or controller.photo is not self._photo:
            return None
        state = document, controller.settings, controller.name, not modified
        if self._kept is not None and self._kept[0] is document and self._kept[1:] == state[1:]:
            return None
        settings = controller.settings.values()

        def write() -> None:
            from core.journal import Work

            work.keep(Work(document=document, name=state[2], settings=settings, saved=state[3]))
            if work is self._work:
                self._kept = state

        return write

    def _on_written(self, _: object) -> None:
        self._writing = False
        self._look_for_recovery()

    def _on_failed(self, error: PainterError) -> None:
        self._writing = False
        self._on_trouble(error)

    def _keep_photo(self, photo: Photo) -> None:
        work = self._work
        if self._writing_photo or work.has_photo:
            return
        self._writing_photo = True

        def written(_: object) -> None:
            self._writing_photo = False
            self._look_for_recovery()

        def failed(error: PainterError) -> None:
            self._writing_photo = False
            if work is self._work:
                self._on_trouble(error)

        self._controller.files.submit(lambda: work.keep_photo(photo), written, failed)

    def _on_trouble(self, error: PainterError) -> None:
        _log.warning("cannot keep work: %s", error)
        self._rests_until = time.monotonic() + _RETRY_SECONDS
        if not self._in_trouble:  # once: every two seconds would be no help
            self._in_trouble = True
            self.troubled.emit(error)

    def _look_for_recovery(self) -> None:
        if self._in_trouble and self._work.has_photo and not self._writing and self._entry() is None:
            self._in_trouble = False
            self.recovered.emit()

    def _let_go(self) -> None:
        """The artist has another work at hand, and was asked about this one."""
        self._thread.submit(self._work.remove)
        self._work, self._kept = KeptWork(self._folder), None

    def close(self, *, keeping: bool = False) -> None:
        """The studio ends. Call it when no file is being written.

        Args:
            keeping: Whether it ends without having asked: then work is brought up to date, and is to be offered again.
        """
        self._timer.stop()
        self._thread.close()
        if not keeping:
            self._work.remove()
            return
        self._writing = False
        entry = self._entry()
        if entry is not None:
            try:
                entry()
            except PainterError as error:
                _log.warning("cannot keep work: %s", error)
        self._work.release()
