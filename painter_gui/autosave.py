"""Work is kept every 0.4 s while it changes, so that a crash or a power cut costs no more than a second of strokes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.branches import Branches
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


_State = tuple[Document, Branches, PaintSettings, str, bool]
"""What is kept, and whether it is saved elsewhere too."""


def _is_same(one: _State, other: _State) -> bool:
    # Documents and branches are compared as what they are: by their strokes it would take long.
    return one[0] is other[0] and one[1] is other[1] and one[2:] == other[2:]


class Autosave(QObject):
    """Keeps the work at hand in a folder of its own until another takes its place or the studio is closed.

    Signals:
        troubled: (PainterError), work cannot be kept; told once, and tried again until it can.
        trouble_ended: (bool), whether because it can be kept again; else there is nothing more to be kept.
    """

    troubled = Signal(object)
    trouble_ended = Signal(bool)

    def __init__(self, controller: Controller, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller, self._folder = controller, folder
        self._thread = Background("keeping", self)  # of its own: a photo or a film being written must not hold it up
        self._photo: Photo | None = None
        self._work = KeptWork.new(folder)
        self._let_go_works: list[KeptWork] = []
        self._kept: _State | None = None
        self._writing = self._writing_photo = self._in_trouble = False
        self._rests_until = self._photo_rests_until = 0.0
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
        self._follow()
        if self._photo is None:
            return
        self._keep_photo(self._photo)
        change = None if self._writing else self._change()
        if change is not None:
            self._write(*change)
        elif not self._writing and self._work.has_photo:
            self._end_trouble(kept=True)

    def _follow(self) -> None:
        """See whether there is another photo at hand."""
        if self._controller.photo is not self._photo:
            self._let_go()
            self._photo = self._controller.photo

    def _change(self) -> tuple[Callable[[], None], _State] | None:
        """What writes down what has changed, and the state that is kept then; None where nothing has."""
        controller, work = self._controller, self._work
        document, modified = controller.brushwork.document_to_keep, controller.modified
        saved = not modified
        if not len(document.strokes):  # after a restart, what undo would bring back is worth more than a bare sheet
            if self._kept is None:
                return None
            document, saved = self._kept[0], self._kept[4]
        if self._kept is None and not modified:
            return None
        branches = controller.branching.branches
        state = document, branches, controller.settings, controller.name, saved
        if self._kept is not None and _is_same(self._kept, state):
            return None
        settings = controller.settings.values()

        def write() -> None:
            from core.journal import Work

            work.keep(Work(document=document, name=state[3], settings=settings, saved=state[4]), branches)

        return write, state

    def _write(self, write: Callable[[], None], state: _State) -> None:
        work, self._writing = self._work, True

        def written(_: object) -> None:
            self._writing = False
            if work is self._work:
                self._kept = state
                if work.has_photo:
                    self._end_trouble(kept=True)

        def failed(error: PainterError) -> None:
            self._writing = False
            self._rests_until = time.monotonic() + _RETRY_SECONDS
            self._on_failed(work, error)

        self._thread.submit(write, written, failed)

    def _keep_photo(self, photo: Photo) -> None:
        work = self._work
        if self._writing_photo or work.has_photo or time.monotonic() < self._photo_rests_until:
            return
        self._writing_photo = True

        def written(_: object) -> None:
            self._writing_photo = False

        def failed(error: PainterError) -> None:
            self._writing_photo = False
            self._photo_rests_until = time.monotonic() + _RETRY_SECONDS  # strokes, which are little, are tried sooner
            self._on_failed(work, error)

        self._controller.files.submit(lambda: work.keep_photo(photo), written, failed)

    def _on_failed(self, work: KeptWork, error: PainterError) -> None:
        if work is not self._work:  # nobody wants it any more
            return
        _log.warning("cannot keep work: %s", error)
        if not self._in_trouble:  # once: every two seconds would be no help
            self._in_trouble = True
            self.troubled.emit(error)

    def _end_trouble(self, *, kept: bool) -> None:
        if self._in_trouble:
            self._in_trouble = False
            self.trouble_ended.emit(kept)

    def _let_go(self) -> None:
        """Another work is at hand, or none; the artist was asked about this one, where it was not saved."""
        self._end_trouble(kept=False)
        self._rests_until = self._photo_rests_until = 0.0
        self._let_go_works = [work for work in (*self._let_go_works, self._work) if not work.removed]
        self._thread.submit(self._work.remove)
        self._work, self._kept = KeptWork.new(self._folder), None

    def close(self, *, keeping: bool = False) -> None:
        """The studio ends. Call it when no other thread writes files any more.

        Args:
            keeping: Whether it ends without having asked: then work is brought up to date, and is to be offered again.
        """
        self._timer.stop()
        self._follow()
        self._thread.close()
        for work in self._let_go_works:  # what waited for its turn when the thread ended
            work.remove()
        if not keeping:
            self._work.remove()
            return
        try:
            change = self._change()
            if change is not None:
                change[0]()
            if self._photo is not None and not self._work.has_photo:
                self._work.keep_photo(self._photo)
        except PainterError as error:
            _log.warning("cannot keep work: %s", error)
        self._work.release()
