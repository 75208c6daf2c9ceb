"""The process that paints the queue, seen from the window's thread."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import suppress

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from core.paint_options import PaintOptions
from core.paint_service import Asked, Leave, serve

GRACE_MS = 1500
"""Until a process is killed that was asked to end: what it is writing then has no name yet, and is written anew."""


class PaintProcess(QObject):
    """Begins the process of `core.paint_service`, and brings what it tells into the thread that this object lives in.

    Signals:
        told: (one of `core.paint_service.Told`).
        ended: It is no more, for whatever reason; last, and once.
    """

    told = Signal(object)
    ended = Signal()

    _heard = Signal(object)

    def __init__(self, options: PaintOptions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        context = multiprocessing.get_context("spawn")  # a fork would have the locks of this one's threads
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, options), name="queue", daemon=True)
        self._process.start()
        theirs.close()  # or it would never be heard here that it is closed there
        self._listener = threading.Thread(target=self._listen, name="queue", daemon=True)
        self._listener.start()
        self._impatience = QTimer(self, interval=GRACE_MS, singleShot=True)
        self._impatience.timeout.connect(self._kill)

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self._process.pid

    @property
    def was_ended(self) -> bool:
        """Whether the system asked it to end, as it asks everybody when the session is over."""
        return self._process.exitcode == -signal.SIGTERM

    def ask(self, asked: Asked) -> None:
        """Ask for something; where it is no more, `ended` tells."""
        with suppress(OSError):
            self._pipe.send(asked)

    def end(self) -> None:
        """Have it end at its next step, or else be killed; `ended` tells when."""
        self.ask(Leave())
        self._impatience.start()

    def close(self) -> None:
        """End it and wait for that; nothing more is told."""
        self._heard.disconnect(self._on_heard)
        self.ask(Leave())
        self._impatience.stop()
        self._process.join(GRACE_MS / 1000)
        self._kill()
        self._bury()

    def _listen(self) -> None:
        while True:
            try:
                told = self._pipe.recv()
            except (EOFError, OSError):
                told = None
            with suppress(RuntimeError):  # this object is no more
                self._heard.emit(told)
            if told is None:
                return

    @Slot()
    def _kill(self) -> None:
        if self._process.is_alive():
            self._process.kill()

    def _bury(self) -> None:
        self._process.join()
        self._listener.join()
        self._pipe.close()

    @Slot(object)
    def _on_heard(self, told: object) -> None:
        if told is not None:
            self.told.emit(told)
            return
        self._impatience.stop()
        self._bury()
        self.ended.emit()
