"""What nobody foresaw, in whatever thread: written into a log, and brought to the window once."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import platform
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import (
    QLockFile,
    QMessageLogContext,
    QObject,
    QStandardPaths,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
    qVersion,
)

from core.version import version

_log = logging.getLogger(__name__)

LOG, CRASHES = "strokewise.log", "crashes.log"

_LOG_BYTES, _LOGS_BEFORE = 2**20, 3

_STUDIOS = 9
"""That run at once and have a log each."""

_LONGEST_LINE = 400
"""Of the log, characters. An array in an error's words would be the user's picture in numbers."""

_MOST_LINES = 200

_AGAIN_SECONDS = 10.0
"""For so long the same error is neither told nor logged again: one met in drawing a widget comes 60 times a second."""

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO, QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR, QtMsgType.QtFatalMsg: logging.CRITICAL,
}  # fmt: skip


def log_folder() -> Path:
    """Where the studio's logs lie."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)) / "logs"


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception that nobody caught."""

    trace: str
    """Where it came from, as Python writes it."""
    thread: str
    """Name of the thread it was met in."""

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """The fault that an exception is."""
        return cls(_shortened("".join(traceback.format_exception(error))), threading.current_thread().name)

    def report(self) -> str:
        """All that whoever mends it needs: no picture, and no name of the user's folder."""
        text = (
            f"Strokewise {version()}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}\n"
            f"In thread {self.thread}:\n\n{self.trace}"
        )
        home = str(Path.home())
        if home == Path.home().anchor:  # every slash would be taken for it
            return text
        return text.replace(home, "~").replace(repr(home)[1:-1], "~")


_listeners: list[Callable[[BaseException], None]] = []


def report_fault(error: BaseException) -> None:
    """Tell of an exception that was caught only so that a thread goes on; from any thread."""
    if not _listeners:
        _log.error("unexpected", exc_info=error)
    for listener in tuple(_listeners):
        listener(error)


class Faults(QObject):
    """Hears of every exception that nobody caught, while it is installed.

    Signals:
        met: (Fault), from whatever thread; the same one again only after some time.
    """

    met = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: dict[str, float] = {}
        self._guard = threading.Lock()
        self._before: tuple[object, object, object] | None = None

    def install(self) -> None:
        """Hear of what is met from now on."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._take_uncaught
        threading.excepthook = self._take_from_thread
        sys.unraisablehook = self._take_unraisable
        qInstallMessageHandler(_log_qt)
        _listeners.append(self.take)

    def uninstall(self) -> None:
        """Leave everything as it was."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before  # type: ignore[assignment]
            self._before = None
            qInstallMessageHandler(None)
            _listeners.remove(self.take)

    def take(self, error: BaseException) -> None:
        """Log an exception, and tell of it."""
        fault = Fault.of(error)
        now = time.monotonic()
        with self._guard:
            again = now - self._seen.get(fault.trace, -_AGAIN_SECONDS) < _AGAIN_SECONDS
            if not again:
                self._seen = {trace: when for trace, when in self._seen.items() if now - when < _AGAIN_SECONDS}
                self._seen[fault.trace] = now
        if not again:
            _log.error("unexpected, in thread %s\n%s", fault.thread, fault.trace)
            self.met.emit(fault)

    def _take_uncaught(self, _kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.take(error.with_traceback(trace))

    def _take_from_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.take(arguments.exc_value)

    def _take_unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        # Met while something was taken apart: nothing the artist did has failed.
        if unraisable.exc_value is not None:
            _log.error("unraisable\n%s", Fault.of(unraisable.exc_value).trace)


def start_log(folder: Path) -> Callable[[], None]:
    """Write warnings and errors into a log in that folder, and to the terminal; the result ends it.

    The log holds no more than four files of a mebibyte. What ends the process where Python has no say (a library's
    crash) goes into a file of its own. Where the folder cannot be written, there is the terminal.
    """
    root = logging.getLogger()
    terminal = logging.StreamHandler()
    handlers: list[logging.Handler] = [terminal]
    crashes: TextIO | None = None
    lock: QLockFile | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path, lock = _own_log(folder)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                path, maxBytes=_LOG_BYTES, backupCount=_LOGS_BEFORE, encoding="utf-8", delay=True
            )
        )
        if (folder / CRASHES).exists() and (folder / CRASHES).stat().st_size > _LOG_BYTES:
            (folder / CRASHES).unlink()
        crashes = (folder / CRASHES).open("a", encoding="utf-8")
        faulthandler.enable(crashes)
    except OSError as error:
        print(f"There will be no log in {folder}: {error.strerror or error}.", file=sys.stderr)
    for handler in handlers:
        handler.setLevel(logging.WARNING)
        handler.setFormatter(_Short("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)

    def end() -> None:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        if crashes is not None:
            faulthandler.disable()
            crashes.close()
        if lock is not None:
            lock.unlock()

    return end


def _own_log(folder: Path) -> tuple[Path, QLockFile | None]:
    """A log that no other studio writes to, which runs beside this one: both would rotate it; and what locks it."""
    path = folder / LOG
    for number in range(1, _STUDIOS + 1):
        path = folder / (LOG if number == 1 else LOG.replace(".", f"-{number}."))
        lock = QLockFile(str(path.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if lock.tryLock(0):
            return path, lock
    return path, None


class _Short(logging.Formatter):
    """Lines that hold words, not pictures."""

    def format(self, record: logging.LogRecord) -> str:
        return _shortened(super().format(record)).rstrip("\n")


def _shortened(text: str) -> str:
    lines = [line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…" for line in text.splitlines()]
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} lines …", *lines[-half:]]
    return "\n".join(lines) + "\n"


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logging.getLogger(f"qt.{context.category or 'default'}").log(_QT_LEVELS[kind], "%s", message)
