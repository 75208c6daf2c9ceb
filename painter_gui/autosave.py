"""Work is kept every few seconds, so that a crash or a power cut costs no more than those."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Slot

from core.document import Document
from core.errors import PainterError
from painter_gui.controller import Controller
from painter_gui.files import SESSION_SUFFIX, saved_session
from painter_gui.paint_settings import PaintSettings

_log = logging.getLogger(__name__)

SECONDS = 5

_REST = 4
"""Times as long as writing took is nothing written: a photo of 100 million pixels takes seconds."""

_LOCK_SUFFIX = ".lock"


def autosave_folder() -> Path:
    """Where the platform keeps a program's data."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)) / "autosave"


def left_behind(folder: Path) -> list[Path]:
    """Sessions that studios which are no more have left, the latest first; each is locked by whoever has it open."""
    found = []
    for path in folder.glob(f"*{SESSION_SUFFIX}"):
        lock = _lock_of(path)
        if lock.tryLock(0):
            lock.unlock()
            found.append(path)
    return sorted(found, key=_time_of, reverse=True)


def discard(path: Path) -> None:
    """Remove what a studio has left."""
    for each in (path, path.with_suffix(_LOCK_SUFFIX)):
        with contextlib.suppress(OSError):  # it will be offered again
            each.unlink(missing_ok=True)


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # it has gone meanwhile
        return 0.0


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(_LOCK_SUFFIX)))
    lock.setStaleLockTime(0)  # however old it is, its owner lives or does not
    return lock


class Autosave(QObject):
    """Writes the session into a file of its own whenever it has changed."""

    def __init__(self, controller: Controller, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._path = folder / f"{uuid.uuid4().hex}{SESSION_SUFFIX}"
        self._lock: QLockFile | None = None
        self._kept: tuple[Document, PaintSettings] | None = None
        self._writing = self._told = False
        self._rests_until = 0.0
        self._timer = QTimer(self, interval=SECONDS * 1000)
        self._timer.timeout.connect(self._on_time)
        self._timer.start()

    @property
    def path(self) -> Path:
        """Its file."""
        return self._path

    @Slot()
    def _on_time(self) -> None:
        if time.monotonic() >= self._rests_until:
            self.keep()

    def keep(self, *, then: Callable[[], object] | None = None) -> None:
        """Write what there is, where it is not on the disk already; `then` is called when it is there."""
        controller = self._controller
        state = controller.document, controller.settings
        kept = self._kept
        if self._writing or controller.photo is None:
            return
        if not controller.modified:  # saved, or nothing painted: what was kept before is out of date
            self._forget()
            self._kept = None
            return
        if not len(state[0].strokes):  # after a restart: what undo would bring back is worth more than a bare sheet
            return
        if kept is not None and kept[0] is state[0] and kept[1] == state[1]:
            return
        if self._lock is None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self._on_failed(PainterError(error.strerror or str(error)))
                return
            self._lock = _lock_of(self._path)
            self._lock.tryLock(0)
        self._writing = True
        work = saved_session(
            self._path, controller.photo, controller.document, controller.name, controller.settings.values()
        )

        began = time.monotonic()

        def written(_: object) -> None:
            self._writing, self._kept = False, state
            now = time.monotonic()
            self._rests_until = now + _REST * (now - began)
            if then is not None:
                then()

        controller.files.submit(work, written, self._on_failed)

    def _on_failed(self, error: PainterError) -> None:
        self._writing = False
        _log.warning("cannot keep work: %s", error)
        if not self._told:  # once: every five seconds would be no help
            self._told = True
            self._controller.noted.emit("not_kept", {})

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """The studio ends as it should: nothing is to be offered again. Call it when no file is being written."""
        self._timer.stop()
        self._forget()
        if self._lock is not None:
            self._lock.unlock()
