"""Work away from the window's thread: calls in a thread of their own, their results brought back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from core.errors import PainterError
from painter_gui.faults import report_fault


class _Runner(QObject):
    """Lives in the thread and runs what it is sent, one after the other."""

    done = Signal(int, object)
    failed = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.ending = threading.Event()

    @Slot(int, object)
    def run(self, number: int, work: Callable[[], Any]) -> None:
        if self.ending.is_set():
            return
        try:
            result = work()
        except PainterError as error:
            self.failed.emit(number, error)
        except MemoryError:
            self.failed.emit(number, PainterError("There is too little memory; close other programs or choose less."))
        except Exception as error:  # a bug, or a file system's surprise: the window must hear of either
            report_fault(error)
            self.failed.emit(number, PainterError(f"{type(error).__name__}: {error}"))
        else:
            self.done.emit(number, result)


class Background(QObject):
    """A thread that runs calls in their order. Results and errors are told in the thread this object lives in."""

    _asked = Signal(int, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread()
        self._thread.setObjectName(name)
        self._runner = _Runner()
        self._runner.moveToThread(self._thread)
        self._asked.connect(self._runner.run)
        self._runner.done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)
        self._runner.failed.connect(self._on_failed, Qt.ConnectionType.QueuedConnection)
        self._waiting: dict[int, tuple[Callable[[Any], object] | None, Callable[[PainterError], object] | None]] = {}
        self._number = 0
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether anything is running or waits for its turn."""
        return bool(self._waiting)

    def submit(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], object] | None = None,
        failed: Callable[[PainterError], object] | None = None,
    ) -> None:
        """Run `work` when its turn comes; then `done` with its result, or `failed` with its error."""
        self._number += 1
        self._waiting[self._number] = done, failed
        self._asked.emit(self._number, work)

    def close(self) -> None:
        """Wait for the work under way, leave out what waits for its turn, and end the thread; nothing more is told."""
        self._waiting.clear()
        self._runner.ending.set()
        self._thread.quit()
        self._thread.wait()

    @Slot(int, object)
    def _on_done(self, number: int, result: object) -> None:
        done, _ = self._waiting.pop(number, (None, None))
        if done is not None:
            done(result)

    @Slot(int, object)
    def _on_failed(self, number: int, error: PainterError) -> None:
        _, failed = self._waiting.pop(number, (None, None))
        if failed is not None:
            failed(error)
