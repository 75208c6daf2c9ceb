"""The queue at work: entries are painted one after the other, beside what the artist does, and remembered."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.errands import Errand, to_paint_in
from core.errors import OutputError, PainterError
from core.paint_service import Broken, Cancel, Ended, Hold, Paint, Progressed, Ready, Told, Troubled
from painter_gui.background import Background
from painter_gui.paint_process import PaintProcess
from painter_gui.paint_settings import PaintSettings
from painter_gui.queue_file import QueueFile
from painter_gui.queue_model import Entry, QueueChoices, QueueModel, State
from painter_gui.queue_options import paint_options
from painter_gui.queue_pace import QueuePace, Stage

_log = logging.getLogger(__name__)

_KEEP_MS = 300
"""From a change until it is written, so that many at once are written once."""


class QueuePhase(Enum):
    """What the queue is at."""

    IDLE = "idle"
    PAINTING = "painting"
    PAUSED = "paused"
    """It rests between two steps, until it is told to go on."""
    STOPPING = "stopping"
    """What was begun is being left; it is idle in a moment."""


class PaintQueue(QObject):
    """Has entries painted by a process of their own. While the artist's own picture is painted, it rests.

    Signals:
        listed: Entries came, went, or changed places.
        entry_changed: (number), an entry has another state.
        moved: How far it is has changed.
        phase_changed, choices_changed: as their names say.
        completed: No entry waits any more; each is finished or failed.
        noted: (word, values), something to tell in passing.
        failed: (PainterError), something that stopped it, or kept files from being added.
    """

    listed = Signal()
    entry_changed = Signal(int)
    moved = Signal()
    phase_changed = Signal()
    choices_changed = Signal()
    completed = Signal()
    noted = Signal(str, object)
    failed = Signal(object)

    def __init__(self, file: Path, out: Path, parent: QObject | None = None) -> None:
        """Take up the queue as it was left.

        Args:
            file: Where it is kept.
            out: Where to paint into, until the artist chooses.
            parent: Owns it.
        """
        super().__init__(parent)
        self._file = QueueFile(file)
        self._model = QueueModel.of(self._file.read(), out)
        self._background = Background("queue", self)
        self._phase, self._held = QueuePhase.IDLE, False
        self._process: PaintProcess | None = None
        self._settings: PaintSettings | None = None
        self._stage: Stage | None = None
        self._ready = self._cancelling = False
        self._pace = QueuePace()
        self._keeping = QTimer(self, interval=_KEEP_MS, singleShot=True)
        self._keeping.timeout.connect(self._on_rested)

    # What there is

    @property
    def phase(self) -> QueuePhase:
        """What it is at."""
        return self._phase

    @property
    def is_held(self) -> bool:
        """Whether it rests because the artist's picture is being painted."""
        return self._held and self._phase is QueuePhase.PAINTING

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, in their order."""
        return self._model.entries

    def entry(self, number: int) -> Entry | None:
        """The one of that number, if it is still there."""
        return self._model.entry(number)

    def count(self, *states: State) -> int:
        """How many entries are in one of these states."""
        return self._model.count(*states)

    @property
    def out(self) -> Path:
        """The folder in which each entry has one of its own."""
        return self._model.out

    @property
    def choices(self) -> QueueChoices:
        """What is written."""
        return self._model.choices

    @property
    def settings(self) -> PaintSettings | None:
        """What it paints with; None while it does not."""
        return self._settings

    @property
    def stage(self) -> Stage | None:
        """How far the entry that is being painted has come; None where none is."""
        return self._stage

    @property
    def progress(self) -> tuple[float, float | None]:
        """How much is done of what was to be done when it was started or added since, 0..1, and the seconds left.

        The latter by what the entries of this time took; None where that is not known yet.
        """
        if self._phase is QueuePhase.IDLE:
            return 0.0, None
        model, stage = self._model, self._stage
        share = 0.0 if stage is None else stage.share_of(model.entry(stage.number), model.choices)
        return self._pace.progress(model.count(State.WAITING, State.PAINTING), share)

    # What is to be painted

    def add(self, paths: Iterable[Path]) -> None:
        """Put pictures and films at the end, and those of folders; what is in it already is left out."""
        for path in paths:
            self._background.submit(partial(to_paint_in, path.absolute()), self._on_found, self.failed.emit)

    def _on_found(self, paths: list[Path]) -> None:
        if self._model.add(paths):
            self._changed_list()
        self._go_on_to_next()

    def remove(self, numbers: Iterable[int]) -> None:
        """Take entries out; one that is being painted is left, what is finished stays on the disk."""
        chosen = set(numbers)
        self._model.remove(chosen)
        if self._stage is not None and self._stage.number in chosen:
            self._cancel_entry()
        self._changed_list()

    def move(self, numbers: Iterable[int], by: int) -> None:
        """Bring entries one place forward (-1) or back (1)."""
        self._model.move(numbers, by)
        self._changed_list()

    def again(self, numbers: Iterable[int]) -> None:
        """Have entries painted again that are finished or failed: what lies there unchanged is left as it is."""
        self._model.again(numbers)
        self._changed_list()
        self._go_on_to_next()

    def set_out(self, out: Path) -> None:
        """Paint into another folder from now on."""
        if self._phase is QueuePhase.IDLE and out != self._model.out:
            self._model.out = out
            self._changed_choices()

    def set_choices(self, **changes: bool | int) -> None:
        """Write other things from now on; see `QueueChoices`."""
        choices = replace(self._model.choices, **changes)  # type: ignore[arg-type]
        if self._phase is QueuePhase.IDLE and choices != self._model.choices:
            self._model.choices = choices
            self._changed_choices()

    # Painting

    def start(self, settings: PaintSettings) -> None:
        """Paint what waits, with these settings until it is done."""
        if self._phase is not QueuePhase.IDLE or self._model.next is None:
            return
        self._settings = settings
        self._pace.begin()
        self._begin_process()
        self._set_phase(QueuePhase.PAINTING)

    def pause(self) -> None:
        """Rest with the step under way."""
        if self._phase is QueuePhase.PAINTING:
            self._set_phase(QueuePhase.PAUSED)
            self._ask_to_rest()

    def go_on(self) -> None:
        """Paint on from the very stroke where it was paused."""
        if self._phase is QueuePhase.PAUSED:
            self._set_phase(QueuePhase.PAINTING)
            self._ask_to_rest()

    def hold(self, held: bool) -> None:
        """Rest while the artist's own picture is being painted, or go on."""
        if held != self._held:
            self._held = held
            self._take_time()
            self._ask_to_rest()
            self.moved.emit()

    def stop(self) -> None:
        """Leave what is being painted, which waits then; what is finished stays."""
        if self._process is not None and self._phase in (QueuePhase.PAINTING, QueuePhase.PAUSED):
            self._set_phase(QueuePhase.STOPPING)
            self._process.end()

    def _begin_process(self) -> None:
        assert self._settings is not None
        self._ready = self._cancelling = False
        self._take_time()
        self._process = PaintProcess(paint_options(self._settings, self._model.choices), self)
        self._process.told.connect(self._on_told)
        self._process.ended.connect(self._on_process_ended)
        self._ask_to_rest()

    def _ask_to_rest(self) -> None:
        if self._process is not None:
            self._process.ask(Hold(on=self._held or self._phase is QueuePhase.PAUSED))

    def _go_on_to_next(self) -> None:
        """Begin the next entry, if none is being painted; where there is none it is all done."""
        if self._process is None or not self._ready or self._phase is QueuePhase.STOPPING:
            return
        if self._stage is not None or self._cancelling:
            return
        entry = self._model.next
        if entry is None:
            self._set_phase(QueuePhase.STOPPING)
            self._process.end()
            self.completed.emit()
            return
        self._stage = Stage(number=entry.number)
        self._put(replace(entry, state=State.PAINTING))
        errand = Errand(source=entry.source, out=self._model.out / entry.folder)
        self._process.ask(Paint(number=entry.number, errand=errand))
        self.moved.emit()

    def _cancel_entry(self) -> None:
        assert self._process is not None
        assert self._stage is not None
        self._process.ask(Cancel(number=self._stage.number))
        self._stage, self._cancelling = None, True

    # What the process tells

    @Slot(object)
    def _on_told(self, told: Told) -> None:
        if isinstance(told, Ready):
            self._ready = True
            for name in told.idle:
                self.noted.emit("weights_idle", {"name": name})
            self._take_time()
            self._go_on_to_next()
        elif isinstance(told, Progressed):
            self._on_progress(told)
        elif isinstance(told, Ended):
            self._on_entry_ended(told)
        elif isinstance(told, Troubled):
            self.noted.emit(f"gpu_{told.word}", {})
        elif isinstance(told, Broken):
            self._on_broken(told)

    def _on_progress(self, told: Progressed) -> None:
        if self._stage is not None and told.number == self._stage.number:
            share = min(1.0, told.done / told.total) if told.total else 0.0
            self._stage = Stage(number=told.number, what=told.what, share=share)
            self.entry_changed.emit(told.number)
            self.moved.emit()

    def _on_entry_ended(self, told: Ended) -> None:
        self._cancelling = False
        if told.trace:
            _log.error("an entry of the queue: %s", told.trace)
        entry = self._model.entry(told.number)
        if self._stage is not None and self._stage.number == told.number:
            self._stage = None
        if entry is not None and entry.state is State.PAINTING:
            if told.ending != "skipped":  # that took no time
                self._pace.count()
            self._put(_ended(entry, told, self._model.out / entry.folder))
        self._go_on_to_next()

    def _on_broken(self, told: Broken) -> None:
        if told.trace:
            _log.error("the queue: %s", told.trace)
        self._set_phase(QueuePhase.STOPPING)
        self.failed.emit(told.error)

    @Slot()
    def _on_process_ended(self) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.deleteLater()
        entry = None if self._stage is None else self._model.entry(self._stage.number)
        self._stage = None
        wanted = self._phase in (QueuePhase.PAINTING, QueuePhase.PAUSED)
        lost = wanted and entry is not None and not process.was_ended
        if entry is not None:
            error = PainterError("Painting it ended the painter itself; there may be too little memory for it.")
            self._put(replace(entry, state=State.FAILED, error=error) if lost else entry.again())
        if lost and self._model.next is not None:
            self._begin_process()
            return
        self._settings = None
        self._set_phase(QueuePhase.IDLE)
        if lost:  # by the last one
            self.completed.emit()
        elif wanted:
            problem = "The painter of the queue has ended; start it again, or look into the log."
            self.failed.emit(PainterError(problem))

    # Telling and keeping

    def _put(self, entry: Entry) -> None:
        self._model.put(entry)
        self.entry_changed.emit(entry.number)
        self._keeping.start()

    def _changed_list(self) -> None:
        self.listed.emit()
        self.moved.emit()
        self._keeping.start()

    def _changed_choices(self) -> None:
        self.choices_changed.emit()
        self._keeping.start()

    def _set_phase(self, phase: QueuePhase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self._take_time()
            self.phase_changed.emit()
            self.moved.emit()

    def _take_time(self) -> None:
        """Time is taken while something is really painted."""
        self._pace.let_run(self._ready and not self._held and self._phase is QueuePhase.PAINTING)

    @Slot()
    def _on_rested(self) -> None:
        values = self._model.values()
        self._background.submit(lambda: self._file.write(values), None, self._on_not_kept)

    def _on_not_kept(self, error: PainterError) -> None:
        _log.warning("cannot keep the queue: %s", error)

    def close(self) -> None:
        """End it at once; what is not finished is there when the studio starts again."""
        self._keeping.stop()
        self._background.close()
        if self._process is not None:
            self._process.close()
            self._process = None
        try:
            self._file.write(self._model.values())
        except OutputError as error:
            self._on_not_kept(error)
        self._file.close()


def _ended(entry: Entry, told: Ended, folder: Path) -> Entry:
    """An entry once it is known what came of it."""
    if told.ending == "painted":
        return replace(entry, state=State.DONE, painted_in=folder, psnr=told.psnr)
    if told.ending == "skipped":
        return replace(entry, state=State.SKIPPED, painted_in=folder)
    if told.ending == "failed":
        return replace(entry, state=State.FAILED, error=told.error)
    return entry.again()
