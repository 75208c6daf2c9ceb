"""The thread that paints, seen from the window's: one run at a time, its frames as they come, its end."""

from __future__ import annotations

import gc
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from core.document import Document
from core.errors import PainterError
from painter_gui.paint_worker import PaintRun, PaintWorker, Sketches

if TYPE_CHECKING:
    from core.job import PaintJob

DRAIN_MS = 16
"""Between two looks at what was painted: a frame of a screen of 60 Hz."""

_RATE_SECONDS = 2.0
"""Strokes a second are those of this time."""


class RunThread(QObject):
    """Begins runs, hands their frames on and ends them. What a run that was cancelled still has to say is dropped.

    Signals:
        advanced: (Frame or Refined), the newest of what came since the last one.
        finished: (PaintRun), it has ended by itself, and is no longer `run`; its last frame was handed on before.
        failed: (PainterError), the run could not go on, or the painter could not be prepared.
        gpu_left: (word), a GPU cannot go on; the run ends.
        device_named, short_of_memory, weights_idle: as of `PaintWorker`.
        sketched: (name, pixels [H, W, 3]), a small painting that was asked for last.
    """

    advanced = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    gpu_left = Signal(str)
    device_named = Signal(str)
    short_of_memory = Signal()
    weights_idle = Signal(str, str)
    sketched = Signal(str, object)

    _prepare = Signal()
    _run = Signal(object)
    _sketch = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run: PaintRun | None = None
        """What is under way."""
        self.worker = PaintWorker()
        self._begun = 0
        self._sketches: Sketches | None = None
        self._laid: deque[tuple[float, int]] = deque()
        self.qthread = QThread()
        self.qthread.setObjectName("painting")
        self.worker.moveToThread(self.qthread)
        queued = Qt.ConnectionType.QueuedConnection
        self._prepare.connect(self.worker.prepare, queued)
        self._run.connect(self.worker.run, queued)
        self._sketch.connect(self.worker.sketch, queued)
        self.worker.sketched.connect(self._on_sketched, queued)
        self.worker.prepared.connect(self._on_prepared, queued)
        self.worker.device_named.connect(self.device_named, queued)
        self.worker.weights_idle.connect(self.weights_idle, queued)
        self.worker.short_of_memory.connect(self.short_of_memory, queued)
        self.worker.gpu_left.connect(self._on_gpu_left, queued)
        self.worker.failed.connect(self._on_failed, queued)
        self.worker.finished.connect(self._on_finished, queued)
        self._drain = QTimer(self, interval=DRAIN_MS)
        self._drain.timeout.connect(self.take)
        self.qthread.start()

    def prepare(self) -> None:
        """Import what painting needs."""
        self._prepare.emit()

    def begin(
        self,
        job: PaintJob,
        document: Document,
        *,
        device: str,
        actor: Path | None,
        steps: int | None = None,
        refine: int | None = None,
    ) -> None:
        """Begin a run; what the arguments are, see `PaintRun`."""
        self.end_sketches()
        self._begun += 1
        self.run = PaintRun(
            number=self._begun, job=job, document=document, device=device, actor=actor, steps=steps, refine=refine
        )
        self._laid.clear()
        self._laid.append((time.monotonic(), len(document.strokes)))
        self._drain.start()
        self._run.emit(self.run)

    def sketch(self, jobs: dict[str, PaintJob], *, device: str, actor: Path | None) -> None:
        """Paint small pictures while nothing else is painted; those asked for before are not wanted any more."""
        self.end_sketches()
        self._begun += 1
        self._sketches = Sketches(number=self._begun, jobs=jobs, device=device, actor=actor)
        self._sketch.emit(self._sketches)

    def end_sketches(self) -> None:
        """Small pictures are not wanted any more."""
        if self._sketches is not None:
            self._sketches.cancelled.set()
            self._sketches = None

    def end(self) -> None:
        """Cancel the run under way and hand on what it has painted so far; it is not told as finished."""
        if self.run is not None:
            self.run.cancelled.set()
            self.take()
            self.run = None
        self._drain.stop()

    @property
    def rate(self) -> float:
        """Strokes a second of late."""
        if len(self._laid) < 2:
            return 0.0
        (began, first), (ended, last) = self._laid[0], self._laid[-1]
        return (last - first) / (ended - began) if ended > began else 0.0

    @Slot()
    def take(self) -> None:
        """Hand on the newest frame, if there is one."""
        if self.run is None or self.run.frames.empty():
            return
        frames = self.run.frames
        while not frames.empty():
            frame = frames.get()
        if self.run.refine is None:
            now = time.monotonic()
            self._laid.append((now, len(frame.document.strokes)))
            while len(self._laid) > 2 and now - self._laid[0][0] > _RATE_SECONDS:
                self._laid.popleft()
        self.advanced.emit(frame)

    def _is_under_way(self, number: int) -> bool:
        return self.run is not None and number == self.run.number

    @Slot()
    def _on_prepared(self) -> None:
        # What the libraries have made stays until the end; looking through it for garbage would hold up the window for
        # a tenth of a second now and then. In this thread: Qt's objects must not go in another.
        gc.collect()
        gc.freeze()

    @Slot(int, str, object)
    def _on_sketched(self, number: int, name: str, pixels: object) -> None:
        if self._sketches is not None and number == self._sketches.number:
            self.sketched.emit(name, pixels)

    @Slot(int, str)
    def _on_gpu_left(self, number: int, word: str) -> None:
        if self._is_under_way(number):
            self.gpu_left.emit(word)

    @Slot(int, object)
    def _on_failed(self, number: int, error: PainterError) -> None:
        if number == 0 or self._is_under_way(number):
            self.failed.emit(error)

    @Slot(int)
    def _on_finished(self, number: int) -> None:
        if self._is_under_way(number):
            run = self.run
            self.end()
            self.finished.emit(run)

    def close(self) -> None:
        """End the run and the thread."""
        self.end()
        self.end_sketches()
        self.qthread.quit()
        self.qthread.wait()
