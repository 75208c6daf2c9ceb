"""Writing files aside and then renaming them: what stands under a name is always a whole file, the old or the new."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from core.errors import OutputError

_PREFIX = ".strokewise-"
"""What files begin with that are being written, hidden where dots hide."""

_UNTOUCHED = 0
"""When a file was last written to that nobody has written to: even to empty it changes that."""

_swept: set[Path] = set()
"""Folders whose fragments this process has removed."""

_PROBLEMS = {
    errno.ENOSPC: "the disk is full; free some space or choose another disk",
    errno.EDQUOT: "your share of the disk is used up; free some space or choose another disk",
    errno.EFBIG: "the file is too large for this disk; choose another disk or a smaller size",
    errno.EACCES: "you may not write there; choose another folder",
    errno.EPERM: "you may not write there; choose another folder",
    errno.EROFS: "that disk is read-only; choose another folder",
    errno.EISDIR: "a folder has that name; choose another name",
    errno.EEXIST: "a file has that name; choose another name for the folder",
    errno.ENOENT: "its folder does not exist; create the folder or choose another",
    errno.ENOTDIR: "a part of its path is a file, not a folder; choose another folder",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


@contextmanager
def written_aside(path: Path, *, named: bool = False) -> Iterator[Path]:
    """A path to write to, which becomes `path` only when all went well.

    The folder is tried before the body runs, so that long work does not end in vain.

    Args:
        path: The file to write or replace; its folder must exist.
        named: Give it a name from the start, for libraries that write aside themselves.

    Yields:
        Where to write the file; its name says nothing of its format. At the end of the body it is brought safely to the
        disk and renamed to `path`; where the body raises, it is removed and `path` stays as it was. So it does where
        the process is killed. On Linux the file has no name until it is whole, and nothing is left of it then;
        elsewhere, and on Linux for the moment between name and rename, it is a hidden sibling, and what is left
        is removed when the next file is written there.

    Raises:
        OutputError: If the folder or file cannot be written, the body's own OSErrors included.
    """
    aside = fragment_in(path.parent, suffix=path.suffix)
    nameless: int | None = None
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        if path.exists() and not path.is_file():  # a rename would do away with /dev/null itself
            raise OutputError(path, "that is a device, not a file; choose another name")
        _try_writing_in(path.parent)
        if path.parent not in _swept:  # once is enough, and a folder of frames has many files
            remove_fragments(path.parent)
            _swept.add(path.parent)
        nameless = None if named else _nameless_file(path.parent)
        written = aside if nameless is None else Path(f"/proc/{os.getpid()}/fd/{nameless}")
        yield written
        if not written.exists() or written.stat().st_mtime_ns == _UNTOUCHED:
            raise OutputError(path, "the encoder wrote nothing; choose another format or a smaller size")
        with written.open("r+b") as file:
            os.fsync(file.fileno())
        if nameless is not None:
            _give_name(written, aside)
        os.replace(aside, path)
        bring_names_to_disk(path.parent)
    except OSError as error:
        raise OutputError(path, system_problem(error)) from error
    finally:
        if nameless is not None:
            os.close(nameless)
        with suppress(OSError):  # what went wrong before matters more than a file left over
            aside.unlink(missing_ok=True)


def bring_names_to_disk(folder: Path) -> None:
    """Have a rename outlast a power cut, where the system lets folders be asked for that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network shares refuse; the file itself is there
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nameless_file(folder: Path) -> int | None:
    """Descriptor of a new file in that folder that goes with the process; None where the system has no such files."""
    if not hasattr(os, "O_TMPFILE") or not os.path.exists(f"/proc/{os.getpid()}/fd"):
        return None
    try:
        # By its number in /proc other processes, such as ffmpeg, write to it too.
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError:  # some file systems have none; that writing is possible at all was seen before
        return None
    try:
        os.utime(descriptor, ns=(_UNTOUCHED, _UNTOUCHED))
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _give_name(nameless: Path, path: Path) -> None:
    """Give a file that has none a name, not taken yet."""
    folder = os.open("/", os.O_RDONLY)
    try:
        # A folder given by its descriptor makes Python follow the link in /proc; link(2) alone would copy the link.
        os.link(str(nameless).removeprefix("/"), path.absolute(), src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def fragment_in(folder: Path, *, suffix: str = "") -> Path:
    """A hidden name in a folder, not taken yet, for what is being written there and is known for a fragment."""
    return folder / f"{_PREFIX}{_machine()}-{os.getpid()}-{secrets.token_hex(8)}{suffix}"


def remove_fragments(folder: Path) -> None:
    """Remove what processes of this machine that are no more have left half-written in a folder."""
    for left in folder.glob(f"{_PREFIX}{_machine()}-*"):
        process = left.name.removeprefix(f"{_PREFIX}{_machine()}-").partition("-")[0]
        if process.isdecimal() and _is_gone(int(process)):
            with suppress(OSError):  # it is not worth failing for
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left)
                else:
                    left.unlink(missing_ok=True)


@cache
def _machine() -> str:
    """Tells this machine, or container, from others that may write to the same disk: processes are numbered by each."""
    parts = [platform.node()]
    with suppress(OSError):  # not Linux
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text(), str(os.stat("/proc/self/ns/pid").st_ino)]
    return hashlib.blake2b(" ".join(parts).encode(), digest_size=4).hexdigest()


def _is_gone(process: int) -> bool:
    """Whether there is no process of that number; not asked on Windows, where the question would end it."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's
        return False
    return False


def checked_output_folder(path: Path) -> Path:
    """The folder at `path`, created with its parents where missing, and proven to be writable.

    Raises:
        OutputError: If it cannot be created or written in.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _try_writing_in(path)
    except OSError as error:
        raise OutputError(path, system_problem(error)) from error
    return path


@contextmanager
def output_folder(path: Path) -> Iterator[None]:
    """A folder for the body to write in, as of `checked_output_folder`, which goes again where all was in vain.

    Where the body raises, the folders that were missing before and are still empty are removed.

    Raises:
        OutputError: If it cannot be created or written in.
    """
    created: list[Path] = []
    try:
        created += [folder for folder in (path, *path.parents) if not os.path.lexists(folder)]
        checked_output_folder(path)
        yield
    except BaseException:
        for folder in created:  # the innermost first
            with suppress(OSError):  # it has files in it
                folder.rmdir()
        raise


def _try_writing_in(folder: Path) -> None:
    # Asking for permissions is not enough: they say nothing of read-only disks, network shares or the super-user.
    with tempfile.TemporaryFile(dir=folder):
        pass


def reading_problem(error: OSError) -> str:
    """What keeps a file or folder from being read, and the remedy, in plain words."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file; check its name and folder"
    if isinstance(error, PermissionError):
        return "you may not read it; change its permissions or copy it elsewhere"
    return f"the system says “{error.strerror or error}”; check its name or copy it elsewhere"


def system_problem(error: OSError) -> str:
    """What keeps a file or folder from being written, and the remedy, in plain words."""
    known = _PROBLEMS.get(error.errno or 0)
    return known or f"the system says “{error.strerror or error}”; choose another folder or format"
