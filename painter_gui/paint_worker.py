"""The thread that owns torch: paints one job at a time."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from core.document import Document
from core.errors import DeviceError, PainterError
from painter_gui.faults import report_fault
from painter_gui.memory import return_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.device import GpuTrouble
    from core.job import PaintJob
    from core.painter import Frame, Painter
    from core.refine import Refined

MOST_WAITING = 64
"""Frames that may wait for the window before painting does too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintRun:
    """One run of a job: what is painted, and how it is followed and stopped."""

    number: int
    job: PaintJob
    document: Document
    """What it goes on from; it may be another job's."""
    device: str
    actor: Path | None
    steps: int | None = None
    """After so many it ends; None: when the job does."""
    refine: int | None = None
    """Not to paint on, but to refine the document, by so many gradient steps."""
    cancelled: threading.Event = field(default_factory=threading.Event)
    """Set from any thread; the run ends with the step under way."""
    frames: SimpleQueue[Frame | Refined] = field(default_factory=SimpleQueue)
    """Read from any thread; of a refinement, the last one comes after it was cancelled, too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sketches:
    """Small paintings that are wanted when there is time."""

    number: int
    jobs: dict[str, PaintJob]
    """By name, in the order in which they are wanted."""
    device: str
    actor: Path | None
    cancelled: threading.Event = field(default_factory=threading.Event)
    """Set from any thread."""


class _GpuLeft(Exception):  # noqa: N818  # no error of anyone's: an end
    """A GPU cannot go on."""

    def __init__(self, trouble: GpuTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class PaintWorker(QObject):
    """Runs jobs in the thread it lives in; knows no widget and no session.

    Signals:
        prepared: when it has imported what it paints with.
        device_named: the device's name, when it is known, or another one paints.
        short_of_memory: a GPU's does not suffice: fewer windows are looked at together.
        gpu_left: (run's number, `GpuTrouble`'s name in small letters), a GPU cannot go on, which ended the run.
        weights_idle: (file's name, stroke type), where the weights chosen are of a type that the run does not paint.
        failed: (run's number, PainterError), where a job could not go on; 0 where it could not be prepared for any.
        finished: (run's number), last and exactly once a run, however it ended.
        sketched: (number of the `Sketches`, name, pixels [H, W, 3]), one of them is painted.
    """

    prepared = Signal()
    device_named = Signal(str)
    weights_idle = Signal(str, str)
    short_of_memory = Signal()
    gpu_left = Signal(int, str)
    failed = Signal(int, object)
    finished = Signal(int)
    sketched = Signal(int, str, object)

    def __init__(self) -> None:
        super().__init__()
        self._painter: tuple[tuple[Path | None, str, tuple[str, ...]], Painter] | None = None
        self._idle: tuple[str, str] | None = None
        """What is still to be told of weights that lie idle."""

    @Slot()
    def prepare(self) -> None:
        """Import torch and the compiled brush and load the bundled weights, so that painting begins at once later."""
        try:
            self._painter_of(None, "auto", ("bezier",))
        except PainterError as error:
            self.failed.emit(0, error)
            return
        except _GpuLeft as left:  # that is told when something is to be painted
            self._leave_gpu(left.trouble)
        self.prepared.emit()

    @Slot(object)
    def run(self, run: PaintRun) -> None:
        """Paint until the job or the run ends, or it is cancelled."""
        try:
            if not run.cancelled.is_set():
                from core.device import enough_memory

                with enough_memory():
                    if run.refine is None:
                        self._paint(run)
                    else:
                        self._refine(run, run.refine)
        except _GpuLeft as left:
            self.gpu_left.emit(run.number, left.trouble.name.lower())
            self._leave_gpu(left.trouble)
        except PainterError as error:
            if isinstance(error, DeviceError):
                self._painter = None  # what little memory there is may be its
            self.failed.emit(run.number, error)
        except MemoryError:
            problem = "There is too little memory; close other programs or choose a smaller picture."
            self.failed.emit(run.number, PainterError(problem))
        except Exception as error:  # a bug: it must not end the thread, and the window must hear of it
            report_fault(error)
            self.failed.emit(run.number, PainterError(f"{type(error).__name__}: {error}"))
        finally:
            self.finished.emit(run.number)
            return_memory()

    @Slot(object)
    def sketch(self, wanted: Sketches) -> None:
        """Paint small pictures until they are done or cancelled; what goes wrong is told when something is painted."""
        from core.rasteriser.fast import draw, to_bytes

        last: tuple[PaintJob, NDArray[np.uint8]] | None = None
        for name, job in wanted.jobs.items():
            try:
                if last is None or job is not last[0]:
                    painter = self._painter_of(wanted.actor, wanted.device, job.mix.stroke_types, told=False)
                    document = painter.bare_document(job)
                    for frame in painter.frames(job, cancelled=wanted.cancelled.is_set):
                        document = frame.document
                    last = job, to_bytes(draw(document))
            except (MemoryError, DeviceError, _GpuLeft):  # the others would meet with it too
                return
            except PainterError:
                continue
            if wanted.cancelled.is_set():
                return
            self.sketched.emit(wanted.number, name, last[1])

    def _paint(self, run: PaintRun) -> None:
        painter = self._painter_of(run.actor, run.device, run.job.mix.stroke_types)
        document = painter.taken_over(run.job, run.document)
        frames = painter.frames(run.job, document, cancelled=run.cancelled.is_set)
        for done, frame in enumerate(frames, start=1):
            if run.cancelled.is_set():
                return
            while run.frames.qsize() >= MOST_WAITING:  # a window that is being dragged shows nothing for a while
                if run.cancelled.wait(0.005):
                    return
            run.frames.put(frame)
            if done == run.steps:
                return

    def _refine(self, run: PaintRun, steps: int) -> None:
        from core.refine import SPARE, refine

        painter = self._painter_of(run.actor, run.device, run.job.mix.stroke_types)
        count, cancelled = round(SPARE * len(run.document.strokes)), run.cancelled.is_set
        spare = painter.spare(run.job, run.document, count, cancelled=cancelled)
        found = refine(
            run.document,
            run.job.target,
            steps=steps,
            spare=spare,
            cancelled=cancelled,
            device=painter.device.type,
            told=self._tell,
            focus=run.job.attention,
            bounds=run.job.bounds,
        )
        for refined in found:
            run.frames.put(refined)

    def _painter_of(
        self, actor: Path | None, device: str, stroke_types: tuple[str, ...], *, told: bool = True
    ) -> Painter:
        """The painter with those weights on that device, kept from one run to the next.

        That weights lie idle is `told` at once, or by the next one that does.
        """
        from core.device import chosen_device, device_name
        from core.painter import Painter
        from core.weights import load_actors, stroke_type_in

        key, where = (actor, device, stroke_types), chosen_device(device)
        # Not one that had to leave the GPU either: by now there may be room again.
        if self._painter is None or self._painter[0] != key or self._painter[1].device.type != where.type:
            self._painter = None  # before another takes its place: what it has of the GPU's memory may be needed
            own = "" if actor is None else stroke_type_in(actor)
            chosen = [actor] if actor is not None and own in stroke_types else []
            loaded = load_actors(chosen, stroke_types=stroke_types)
            self._idle = None if actor is None or chosen else (actor.name, own)
            self._painter = key, Painter(*loaded, device=where, told=self._tell)
        if told and self._idle is not None:
            self.weights_idle.emit(*self._idle)
            self._idle = None
        self.device_named.emit(device_name(self._painter[1].device))
        return self._painter[1]

    def _tell(self, trouble: GpuTrouble) -> None:
        from core.device import GpuTrouble

        if trouble is not GpuTrouble.FEWER_WINDOWS:
            raise _GpuLeft(trouble)  # whether the processor is to go on, the artist says
        self.short_of_memory.emit()

    def _leave_gpu(self, trouble: GpuTrouble) -> None:
        from core.device import free_memory

        self._painter = None
        with contextlib.suppress(RuntimeError):  # it may be worse than it said
            free_memory(trouble)
