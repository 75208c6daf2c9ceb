"""Where the work of a studio is kept until it is saved: a folder for each, which nobody else has open meanwhile."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QStandardPaths

from core.errors import OutputError, PictureError, SessionFileError
from painter_gui.files import Opened, Photo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.branch_files import BranchFiles
    from core.branches import Branches
    from core.document import Document
    from core.journal import Journal, Work

_log = logging.getLogger(__name__)

_PHOTO, _JOURNAL, _LOCK_SUFFIX = "photo.png", "strokes.journal", ".lock"


def autosave_folder() -> Path:
    """Where the platform keeps a program's data."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)) / "autosave"


class KeptWork:
    """A work that is being kept, in a folder of its own; locked while this studio has it.

    Its methods may be called from any thread, one at a time each.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: QLockFile | None = None
        self._journal: Journal | None = None
        self._branch_files: BranchFiles | None = None
        self._guard = threading.Lock()
        self._removed = self._has_photo = False

    @classmethod
    def new(cls, folder: Path) -> KeptWork:
        """A work of which nothing is kept yet."""
        return cls(folder / uuid.uuid4().hex)

    @classmethod
    def claimed(cls, path: Path) -> KeptWork | None:
        """A work that was left behind, for this studio alone; None where another one has it, or had it meanwhile.

        Where the disk takes no lock, being full, it is not locked until it does: what was left must be had even so.
        """
        work, lock = cls(path), _lock_of(path)
        if lock.tryLock(0):
            work._lock = lock
        elif lock.error() is QLockFile.LockError.LockFailedError:
            return None
        if path.is_dir():
            return work
        work.release()
        return None

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._path

    @property
    def has_photo(self) -> bool:
        """Whether its photo is on the disk, as far as was seen: the disk is not asked."""
        return self._has_photo

    @property
    def removed(self) -> bool:
        """Whether it is kept no longer."""
        return self._removed

    def _make(self) -> None:
        """Have a folder, locked before anyone can see it; a drive may come back without what was on it."""
        from core.files import system_problem

        with self._guard:
            if self._removed:
                raise OutputError(self._path, "it is kept no longer")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                if self._lock is None or not self._path.with_suffix(_LOCK_SUFFIX).exists():
                    self._lock = None  # now: a lock that goes takes the file of its name along, be it another's
                    lock = _lock_of(self._path)
                    if not lock.tryLock(0):
                        if lock.error() is QLockFile.LockError.LockFailedError:  # while it was not ours, it was taken
                            self._path = self._path.with_name(uuid.uuid4().hex)
                            self._journal = self._branch_files = None
                            self._has_photo = False
                        raise OutputError(self._path, "its lock cannot be made; look at the disk")
                    self._lock = lock
                self._path.mkdir(exist_ok=True)
            except OSError as error:
                raise OutputError(self._path, system_problem(error)) from error

    def keep_photo(self, photo: Photo) -> None:
        """Bring the photo to the disk.

        Raises:
            OutputError: If it cannot be written.
        """
        from core.files import written_aside
        from painter_gui.files import encoded

        content = encoded(photo)
        self._make()
        with written_aside(self._path / _PHOTO) as aside:
            aside.write_bytes(content)
        self._has_photo = True

    def keep(self, work: Work, branches: Branches | None = None) -> None:
        """Bring to the disk what came since the last time, with the branches there are beside it.

        Raises:
            OutputError: If it cannot be written; what was written before stands.
        """
        from core.branch_files import BranchFiles
        from core.journal import Journal

        self._make()
        if self._journal is None:
            self._journal = Journal(self._path / _JOURNAL)
        if self._branch_files is None:
            self._branch_files = BranchFiles(self._path)
        said = {} if branches is None else self._branch_files.write(branches)
        self._journal.add(replace(work, branches=said))
        self._branch_files.sweep(said)
        self._has_photo = self._has_photo and (self._path / _PHOTO).exists()

    def load(self) -> Opened:
        """Read a claimed work, to go on with it. Where the photo did not reach the disk, the painting takes its place.

        Raises:
            SessionFileError: If there is nothing that can be read.
        """
        from core.branch_files import BranchFiles
        from core.journal import Journal
        from core.rasteriser.fast import draw, to_bytes

        self._journal, work = Journal.gone_on_with(self._path / _JOURNAL)
        document = work.document
        pixels = self._photo_of(document)
        self._has_photo = pixels is not None
        if pixels is None:
            pixels = to_bytes(draw(document, document.size))
        self._branch_files = BranchFiles(self._path)
        return Opened(
            photo=Photo.of(pixels), name=work.name, document=document, settings=dict(work.settings),
            branches=self._branch_files.read(work.branches, document.size),
        )  # fmt: skip

    def _photo_of(self, document: Document) -> NDArray[np.uint8] | None:
        """The photo that was kept with a document; None where it did not reach the disk, or is damaged.

        Raises:
            SessionFileError: If it is there but cannot be read now.
        """
        from core.images import decoded_picture

        path = self._path / _PHOTO
        try:
            content = path.read_bytes()
            pixels = decoded_picture(content, path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SessionFileError(path, f"the system says “{error.strerror or error}”; try again later") from error
        except PictureError as error:
            if isinstance(error.__cause__, MemoryError):
                raise SessionFileError(path, error.problem) from error
            _log.warning("the photo is damaged: %s", error)
        else:
            if pixels.shape[:2] == tuple(document.size):
                return pixels
            _log.warning("the photo is of another size than the sheet")
        with contextlib.suppress(OSError):  # what the painting is going to take the place of may be of use to someone
            os.replace(path, path.with_suffix(".damaged"))
        return None

    def release(self) -> None:
        """Leave it to be offered again."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def remove(self) -> None:
        """There is nothing left to keep."""
        with self._guard:
            self._removed = True
            shutil.rmtree(self._path, ignore_errors=True)  # what stays is offered again
            self.release()


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(_LOCK_SUFFIX)))
    lock.setStaleLockTime(0)  # however old it is, its owner lives or does not
    return lock


def left_behind(folder: Path) -> list[Path]:
    """Works that studios which are no more have left, the latest first; those that hold nothing unsaved are removed."""
    found, paths = list[Path](), list[Path]()
    with contextlib.suppress(OSError):
        paths = list(folder.iterdir())
    for path in paths:
        if path.suffix == _LOCK_SUFFIX and not path.with_suffix("").exists():
            lock = _lock_of(path.with_suffix(""))
            if lock.tryLock(0):  # of a studio that was killed before or after there was a folder
                lock.unlock()
        work = None
        with contextlib.suppress(OSError):
            work = KeptWork.claimed(path) if path.is_dir() else None
        if work is not None:
            if _worth_offering(path):
                found.append(path)
                work.release()
            else:
                work.remove()
    return sorted(found, key=_time_of, reverse=True)


def _worth_offering(path: Path) -> bool:
    from core.journal import read_journal, unsaved_strokes

    try:
        if unsaved_strokes(path / _JOURNAL):
            return True
        work = read_journal(path / _JOURNAL)  # before it is thrown away: the entry that says so may be damaged
        return len(work.document.strokes) > 0 and not work.saved
    except FileNotFoundError:  # killed before the first stroke
        return False
    except (OSError, SessionFileError, MemoryError):  # the disk may be better tomorrow, or the program newer
        return True


def _time_of(path: Path) -> float:
    try:
        return (path / _JOURNAL).stat().st_mtime
    except OSError:
        return 0.0
