"""The controller: what the artist wishes becomes what the session holds. Knows no widget."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QUndoStack

from core.branches import Branches
from core.document import Document
from core.errors import PainterError
from core.geometry import PixelBox, Size
from core.session import Session
from painter_gui.background import Background
from painter_gui.branching import Branching
from painter_gui.canvas_worker import CanvasWorker, Moment, SharedPixels, display_size
from painter_gui.files import Opened, Photo, opened_file, opened_painting, saved_session
from painter_gui.paint_settings import PaintSettings, sketch_jobs
from painter_gui.paint_worker import PaintRun
from painter_gui.run_thread import RunThread
from painter_gui.undo import MOST_ACTIONS, Change, Edit, Setting, adopt

if TYPE_CHECKING:
    from core.job import PaintJob
    from core.painter import Frame
    from core.refine import Refined

SETTLE_MS = 250
"""A setting must rest so long before painting begins anew with it: a slider passes through many values."""

REFINE_STEPS = 200
"""Of gradient, until a refinement ends by itself."""


class Phase(Enum):
    """What is going on."""

    EMPTY = "empty"
    """There is no photo."""
    IDLE = "idle"
    PAINTING = "painting"
    PAUSED = "paused"
    """As idle, but that painting on belongs to the same action, which undo takes back as one."""
    REFINING = "refining"
    """All strokes are being bettered together; none can be painted meanwhile."""


class Controller(QObject):
    """Answers the views' wishes and tells them what has changed.

    Signals:
        opened: Another photo is on the easel.
        opening_changed: A file began or ended to be read.
        document_changed, position_changed, phase_changed, settings_changed, saved_changed: as their names say.
        canvas_changed: (box) of `pixels`.
        device_changed: The device's name is known, or another.
        noted: (word, values), something to tell the artist in passing.
        gpu_left: (word), the graphics card cannot go on; `go_on_with_cpu` does what it was at.
        failed: (PainterError), something to tell so that it is not missed.
        sketched: (name of a style, pixels [H, W, 3]), see `sketch_styles`.
    """

    opened = Signal()
    opening_changed = Signal()
    document_changed = Signal()
    position_changed = Signal()
    phase_changed = Signal()
    settings_changed = Signal()
    saved_changed = Signal()
    canvas_changed = Signal(object)
    device_changed = Signal()
    noted = Signal(str, object)
    gpu_left = Signal(str)
    failed = Signal(object)
    sketched = Signal(str, object)

    def __init__(self, settings: PaintSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings or PaintSettings()
        self._phase = Phase.EMPTY
        self._photo: Photo | None = None
        self._name = ""
        self._path: Path | None = None
        self._session = Session(Document(Size(1, 1)))
        self._session.subscribe(self._on_document)
        self._position, self._following = 0, True
        self._left_off: PaintRun | None = None
        self._action: tuple[str, Document] | None = None
        self._branched_at = 0
        self._refined: Refined | None = None
        self._saved: tuple[Document, PaintSettings] | None = None
        self._openings = 0
        self._reading = False
        self._device_name = ""
        self._pixels = SharedPixels(Size(1, 1))
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(MOST_ACTIONS)
        self.branching = Branching(self)
        self.branching.changed.connect(self.saved_changed)

        self.files = Background("writing", self)
        self.reading_thread = Background("reading", self)  # a picture on a slow disk must not hold up saving
        self._runs = RunThread(self)
        self._runs.prepared.connect(self._on_prepared)
        self._runs.device_named.connect(self._on_device_named)
        self._runs.weights_idle.connect(self._on_weights_idle)
        self._runs.short_of_memory.connect(self._on_short_of_memory)
        self._runs.gpu_left.connect(self._on_gpu_left)
        self._runs.failed.connect(self.failed)
        self._runs.sketched.connect(self.sketched)
        self._runs.advanced.connect(self._on_advanced)
        self._runs.finished.connect(self._on_finished)
        self._canvas_thread, self._canvas = QThread(), CanvasWorker()
        self._canvas_thread.setObjectName("drawing")
        self._canvas.moveToThread(self._canvas_thread)
        self._canvas.drawn.connect(self._on_drawn, Qt.ConnectionType.QueuedConnection)
        self._canvas_thread.start()

        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._on_settled)

    # What there is

    @property
    def phase(self) -> Phase:
        """What is going on."""
        return self._phase

    @property
    def photo(self) -> Photo | None:
        """What is painted."""
        return self._photo

    @property
    def name(self) -> str:
        """Of the photo, without folder or suffix."""
        return self._name

    @property
    def path(self) -> Path | None:
        """Where the session was saved or opened last."""
        return self._path

    @property
    def document(self) -> Document:
        """The painting."""
        return self._session.document

    @property
    def document_to_keep(self) -> Document:
        """What a crash may not cost: the painting, but where strokes of it make room, until there is anything instead.

        That is while all strokes are refined, and until the first stroke of a branch lies.
        """
        if self._action is not None:
            what, before = self._action
            if self._phase is Phase.REFINING or (what == "branch" and len(self.document.strokes) <= self._branched_at):
                return before
        return self.document

    @property
    def settings(self) -> PaintSettings:
        """What is chosen."""
        return self._settings

    @property
    def position(self) -> int:
        """How many of the document's strokes are shown."""
        return self._position

    @property
    def pixels(self) -> SharedPixels:
        """The canvas as shown."""
        return self._pixels

    @property
    def planned(self) -> int:
        """How many strokes the painting will have."""
        return max(self._settings.total, len(self.document.strokes))

    @property
    def reading(self) -> bool:
        """Whether a file is being opened."""
        return self._reading

    @property
    def device_name(self) -> str:
        """What the networks run on; empty until it is known."""
        return self._device_name

    @property
    def rate(self) -> float:
        """Strokes a second of late; 0 while nothing is painted."""
        return self._runs.rate if self._phase is Phase.PAINTING else 0.0

    @property
    def refined(self) -> Refined | None:
        """How far a refinement under way has come, of `REFINE_STEPS`; None before its first step and where none is."""
        return self._refined if self._phase is Phase.REFINING else None

    @property
    def under_way(self) -> str:
        """The word of the action that undo would take back as a whole; empty where none is under way."""
        return "" if self._action is None else self._action[0]

    @property
    def modified(self) -> bool:
        """Whether there is anything that closing would lose."""
        there = len(self.document.strokes) > 0 or self.undo_stack.count() > 0
        return self._photo is not None and there and not self._is_saved()

    def _is_saved(self) -> bool:
        if self._saved is None or not self.branching.is_saved:
            return False
        return self._saved[0] is self.document and self._saved[1] == self._settings

    # Opening and saving

    def prepare(self) -> None:
        """Have the painter import what it needs, so that painting begins at once."""
        self._runs.prepare()

    def open_file(self, source: Path | str, *, taken: Callable[[], object] | None = None) -> None:
        """Open a picture, `sample:NAME` or a saved session, and paint no more of what there is.

        Args:
            source: What to open.
            taken: Called once it is on the easel; never, where that does not come about.
        """
        self._open(lambda: opened_file(source), saved=True, taken=taken, left=None)

    def open_pixels(self, pixels: NDArray[np.uint8], name: str) -> None:
        """Open a picture [H, W, 3] that came otherwise than from a file; else as `open_file`."""
        self._open(lambda: Opened(photo=Photo.of(pixels), name=name), saved=True, taken=None, left=None)

    def open_painting(self, source: Path, strokes: Path) -> None:
        """Open a photo and strokes that were painted of it elsewhere; else as `open_file`."""
        own = {name: self._settings.values()[name] for name in ("device", "actor")}  # those are no stroke file's matter
        self._open(lambda: opened_painting(source, strokes, own), saved=True, taken=None, left=None)

    def open_work(self, read: Callable[[], Opened], *, taken: Callable[[], object], left: Callable[[], object]) -> None:
        """Open a work that has no file yet; else as `open_file`, but that either `taken` or `left` is called."""
        self._open(read, saved=False, taken=taken, left=left)

    def _open(
        self,
        read: Callable[[], Opened],
        *,
        saved: bool,
        taken: Callable[[], object] | None,
        left: Callable[[], object] | None,
    ) -> None:
        self.pause()
        self._openings += 1
        number = self._openings
        self._set_reading(True)

        def done(opened: Opened) -> None:
            if number == self._openings:
                self._set_reading(False)
                self._take(opened, saved=saved)
                if taken is not None:
                    taken()
            elif left is not None:
                left()

        def failed(error: PainterError) -> None:
            if left is not None:
                left()
            if number == self._openings:
                self._set_reading(False)
                self.failed.emit(error)

        self.reading_thread.submit(read, done, failed)

    def forget_opening(self) -> None:
        """Whatever is being read comes too late."""
        self._openings += 1
        self._set_reading(False)

    def _take(self, opened: Opened, *, saved: bool) -> None:
        self._end_run()
        self._action = None
        self.undo_stack.clear()
        own = opened.settings
        self._settings = self._settings.of_any_photo() if own is None else PaintSettings.of(own)
        self._photo, self._name, self._path, self._left_off = opened.photo, opened.name, opened.path, None
        size = Size(*opened.photo.pixels.shape[:2])
        self._pixels = SharedPixels(display_size(size))
        document = opened.document or Document(size, self._settings.background)
        self._following = True
        self._session.show(document)
        self._saved = (document, self._settings) if saved else None
        self.branching.open(opened.branches, document, self._settings, saved=saved)
        self._set_phase(Phase.IDLE)
        self.opened.emit()
        self.settings_changed.emit()
        self.saved_changed.emit()
        self._show_canvas()

    def close_photo(self) -> None:
        """Back to the start."""
        self.forget_opening()
        self._end_run()
        self._runs.end_sketches()
        self._action = None
        self.undo_stack.clear()
        self._photo, self._name, self._path, self._saved, self._left_off = None, "", None, None, None
        self._pixels = SharedPixels(Size(1, 1))
        self._session.show(Document(Size(1, 1)))
        self.branching.open(Branches(), self.document, self._settings, saved=True)
        self._canvas.show(Moment(self.document, 0, self._pixels))  # so that it keeps no canvases of the last one
        self._set_phase(Phase.EMPTY)
        self.opened.emit()
        self.saved_changed.emit()

    def save(
        self,
        path: Path,
        done: Callable[[], object] | None = None,
        failed: Callable[[PainterError], object] | None = None,
    ) -> None:
        """Save the session; `done` is called when it is on the disk, or `failed` where it cannot be."""
        photo, document, settings = self._photo, self.document, self._settings
        if photo is None:
            return
        branches = self.branching.branches
        work = saved_session(path, photo, document, self._name, settings.values(), branches)

        def written(_: object) -> None:
            if photo is self._photo:
                self._path, self._saved = path, (document, settings)
                self.branching.note_saved(branches)
                self.saved_changed.emit()
                self.noted.emit("saved", {"name": path.name})
            if done is not None:
                done()

        self.files.submit(work, written, failed or self.failed.emit)

    def _set_reading(self, reading: bool) -> None:
        if reading != self._reading:
            self._reading = reading
            self.opening_changed.emit()

    # Painting

    def sketch_styles(self, names: Sequence[str]) -> None:
        """Paint the photo, small, in some styles, as `sketched` tells; painting anything else ends that."""
        if self._photo is not None and names and self._phase in (Phase.IDLE, Phase.PAUSED):
            jobs = sketch_jobs(self._settings, self._photo.pixels, names)
            self._runs.sketch(jobs, device=self._settings.device, actor=self._settings.actor)

    def set_settings(self, **changes: Any) -> None:
        """Choose otherwise. What is painted stays; what is not yet painted is painted so."""
        settings = replace(self._settings, **changes)
        if settings == self._settings:
            return
        sheet = settings.background != self._settings.background
        self._settings = settings
        painted = len(self.document.strokes)
        if self._photo is not None and sheet:
            if painted:
                self.noted.emit("sheet_later", {})
            else:
                self._session.show(replace(self.document, background=settings.background))
                self._show_canvas()
        self.settings_changed.emit()
        self.saved_changed.emit()
        if self._phase is Phase.PAINTING:
            if not painted:
                self._on_settled()
            elif set(changes) - {"background"}:
                self._settling.start()
        elif set(changes) - {"background"} and painted and self._phase is not Phase.REFINING:
            self.noted.emit("applies_from", {"stroke": self._position + 1})

    def draw_setting(self, what: str, **changes: Any) -> None:
        """Choose otherwise, as `set_settings`, in a way that undo takes back; `what` is the word for it."""
        before = {name: getattr(self._settings, name) for name in changes}
        if before != changes:
            self.split_action()  # or undo would first take back what is painted meanwhile, before it and after
            self.undo_stack.push(Setting(what, before, changes, self.set_settings))

    def paint(self) -> None:
        """Paint from the moment that is shown; what lies after it, if anything, makes room, and undo brings it back."""
        self._begin(None)

    def step(self) -> None:
        """Paint one step: an action bundle in each window that the painter looks at."""
        self._begin(1)

    def refine(self) -> None:
        """Better all strokes that are shown together; what lies after them makes room. Undo brings it all back."""
        if self._photo is None or self._phase in (Phase.PAINTING, Phase.REFINING) or self._reading:
            return
        if not self._position:
            self.noted.emit("nothing_to_refine", {})
            return
        job = self._job()
        if job is None:
            return
        self._close_action()
        document = self.document
        self._action, self._refined = ("refine", document), None
        shown = document
        if self._position < len(document.strokes):
            self.branching.make_room(document)
            shown = document.cut(self._position)
        self._following = True
        self._session.show(shown)
        self._set_phase(Phase.REFINING)
        self._begin_run(job, shown, refine=REFINE_STEPS)

    def go_on_with_cpu(self) -> None:
        """Do on the processor what the graphics card could not go on with."""
        if self._left_off is not None and self._phase in (Phase.IDLE, Phase.PAUSED):
            run, self._left_off = self._left_off, None
            self.set_settings(device="cpu")
            if run.refine is not None:
                self.refine()
            else:
                self._begin(run.steps)

    def pause(self) -> None:
        """Stop painting for now."""
        if self._phase is Phase.PAINTING:
            self._end_run()
            self._set_phase(Phase.PAUSED)
        elif self._phase is Phase.REFINING:
            self.stop()

    def stop(self) -> None:
        """End what is being painted; the strokes stay. A refinement still brings what it has to its end."""
        if self._phase is Phase.REFINING:
            if self._runs.run is not None:
                self._runs.run.cancelled.set()
        elif self._phase in (Phase.PAINTING, Phase.PAUSED):
            self._end_run()
            self._close_action()
            self._set_phase(Phase.IDLE)

    def restart(self) -> None:
        """Begin with a bare sheet; undo brings the painting back."""
        if self._photo is None:
            return
        self._leave_off()
        bare = Document(self.document.size, self._settings.background)
        if len(self.document.strokes) or bare.background != self.document.background:
            self.branching.make_room(self.document)
            self.branching.push(Change("restart", self.document, bare, self._show_document), bare)

    @property
    def editable(self) -> bool:
        """Whether strokes can be edited; what is painted just then is ended for that."""
        return self._photo is not None and self._phase is not Phase.REFINING and not self._reading

    def edit(
        self, what: str, change: Callable[[Document, int], tuple[Document, int]], *, makes_room: bool = False
    ) -> bool:
        """Edit the painting, as one thing for undo to take back; whatever is being painted ends before.

        Args:
            what: The word for it.
            change: From the painting and the moment shown to those that are to be; the same painting for no change.
            makes_room: What lies after the moment shown goes; where there is any, the painting is kept as a branch.

        Returns:
            Whether it has changed.
        """
        if not self.editable:
            return False
        self.stop()
        before = self.document, self._position
        after = change(*before)
        if after[0] is not before[0]:
            if makes_room and before[1] < len(before[0].strokes):
                self.branching.make_room(before[0])
            self.branching.push(Edit(what, before, after, self._show_moment), after[0])
        return after[0] is not before[0]

    def take_measured(self, document: Document, measured: Document) -> None:
        """Show a document's errors, which were measured, unless it is no longer the one at hand."""
        if document is self.document and self._phase in (Phase.IDLE, Phase.PAUSED):
            if self._saved is not None and self._saved[0] is document:
                self._saved = measured, self._saved[1]
            if self._action is not None and self._action[1] is document:
                self._action = self._action[0], measured  # nothing has been painted yet
            adopt(self.undo_stack, document, measured)
            self._show_moment(measured, self._position)

    def undo(self) -> None:
        """Take back what the artist did last: what is being painted, or else the latest action."""
        refining = self._phase is Phase.REFINING
        under_way, before = self._action, self._latest()
        self._leave_off()
        if refining:
            return  # stopping it was taking it back
        if under_way is None or self._latest() is not before:
            self.undo_stack.undo()
        else:  # nothing came of it yet: stopping it was taking it back
            self._show_document(under_way[1])

    def _latest(self) -> object:
        """What the stack would undo."""
        return self.undo_stack.command(self.undo_stack.index() - 1)

    def redo(self) -> None:
        """Take the last undo back."""
        self._leave_off()
        self.undo_stack.redo()

    def _leave_off(self) -> None:
        """End at once whatever is being painted; of a refinement nothing is kept, for nothing of it is finished yet."""
        if self._phase is Phase.REFINING:
            self._end_run()
            self._refined = None
            if self._action is not None:
                (_, before), self._action = self._action, None
                self.branching.put_back()
                self._show_document(before)
            self._show_canvas()
            self._set_phase(Phase.IDLE)
        else:
            self.stop()

    def seek(self, position: int) -> None:
        """Show the painting after so many strokes."""
        position = min(max(0, position), len(self.document.strokes))
        self._following = position == len(self.document.strokes)
        if position != self._position:
            self._position = position
            self.position_changed.emit()
            self._show_canvas()

    def _begin(self, steps: int | None) -> None:
        if self._photo is None or self._phase in (Phase.PAINTING, Phase.REFINING) or self._reading:
            return
        if self._position >= self._settings.total:
            self.noted.emit("budget_reached", {"strokes": self._settings.total})
            return
        job = self._job()
        if job is None:
            return
        document = self.document
        if self._position < len(document.strokes):
            self._close_action()
            self._action, self._branched_at = ("branch", document), self._position
            self.branching.make_room(document)
            document = document.cut(self._position)
        elif self._action is None:
            self._action = "paint" if steps is None else "step", document
        self._following = True
        self._start(job, document, steps)

    def _job(self) -> PaintJob | None:
        """What is to be painted; None, and told of, where the settings leave nothing to paint."""
        assert self._photo is not None
        try:
            return self._settings.job(self._photo.pixels)
        except PainterError as error:
            self.failed.emit(error)
            return None

    def _start(self, job: PaintJob, document: Document, steps: int | None = None) -> None:
        if not len(document.strokes) and document.background != self._settings.background:
            document = Document(document.size, self._settings.background)
        self._session.show(document)
        self._set_phase(Phase.PAINTING)
        self._begin_run(job, document, steps=steps)

    def _begin_run(
        self, job: PaintJob, document: Document, *, steps: int | None = None, refine: int | None = None
    ) -> None:
        settings, self._left_off = self._settings, None
        if job.background != document.background:  # the sheet's colour cannot change under what is painted
            job = replace(job, background=document.background)
        self.branching.note_painting(settings)
        self._runs.begin(job, document, device=settings.device, actor=settings.actor, steps=steps, refine=refine)

    def _end_run(self) -> None:
        """Cancel the run under way and keep what it has painted so far."""
        self._settling.stop()
        self._runs.end()

    def _take_best(self, begun: Document) -> None:
        """Of a refinement that has ended, keep the best painting, or all as it was where none is better."""
        best = begun if self._refined is None else self._refined.document
        self._refined = None
        if best is begun and self._action is not None:
            self._following = len(begun.strokes) == len(self._action[1].strokes)
            best = self._action[1]
            self.branching.put_back()
        self._session.show(best)
        self._show_canvas()

    def _close_action(self) -> None:
        """Make what was painted since the action began one thing for undo to take back."""
        if self._action is not None:
            (what, before), self._action = self._action, None
            if before is not self.document:
                self.branching.push(Change(what, before, self.document, self._show_document), self.document)

    def split_action(self) -> None:
        """Whatever is being painted goes on, but undo takes back first what is painted from here on."""
        if self._action is not None:
            self._close_action()
            run = self._runs.run
            if run is not None:
                self._action = "paint" if run.steps is None else "step", self.document
            elif self._phase is Phase.PAUSED:  # what is painted on from here is another action
                self._set_phase(Phase.IDLE)

    def show_painting(self, document: Document, settings: PaintSettings) -> None:
        """Have another painting of the photo at hand, and the settings to go on with it."""
        self._settings = settings
        self.branching.note_painting(settings)
        self._show_document(document)
        self.settings_changed.emit()
        self.saved_changed.emit()

    def _show_document(self, document: Document) -> None:
        if document is not self.document:
            self._following = True
            self._session.show(document)

    def _show_moment(self, document: Document, position: int) -> None:
        self._following = position == len(document.strokes)
        moved, self._position = position != self._position, position
        self._session.show(document)
        if moved:
            self.position_changed.emit()

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self.phase_changed.emit()

    def _show_canvas(self) -> None:
        if self._photo is not None:
            self._canvas.show(Moment(self.document, self._position, self._pixels))

    # What the threads and timers say

    def _on_document(self, document: Document) -> None:
        count = len(document.strokes)
        before = self._position
        self._position = count if self._following else min(before, count)  # before anyone hears of the document
        self.document_changed.emit()
        self.saved_changed.emit()
        if self._position != before:
            self.position_changed.emit()
        self._show_canvas()

    @Slot(object)
    def _on_advanced(self, frame: Frame | Refined) -> None:
        if self._runs.run is not None and self._runs.run.refine is not None:
            # Only to be looked at: what is saved meanwhile is the painting as it was.
            self._refined = cast("Refined", frame)
            shown = self._refined.shown
            self._canvas.show(Moment(shown, len(shown.strokes), self._pixels))
        else:
            self._session.show(frame.document)

    @Slot()
    def _on_settled(self) -> None:
        """Go on from what is painted with what was chosen meanwhile."""
        if self._phase is not Phase.PAINTING or self._runs.run is None:
            return
        steps = self._runs.run.steps
        self._end_run()
        document = self.document
        if len(document.strokes):
            self.noted.emit("applies_from", {"stroke": len(document.strokes) + 1})
        job = self._job() if len(document.strokes) < self._settings.total else None
        if job is not None:
            self._start(job, document, steps)
        else:
            self._close_action()
            self._set_phase(Phase.IDLE)

    @Slot(str)
    def _on_device_named(self, device_name: str) -> None:
        self._device_name = device_name
        self.device_changed.emit()

    @Slot(str, str)
    def _on_weights_idle(self, name: str, stroke_type: str) -> None:
        self.noted.emit("weights_idle", {"name": name, "type": stroke_type})

    @Slot()
    def _on_short_of_memory(self) -> None:
        self.noted.emit("fewer_windows", {})

    @Slot(str)
    def _on_gpu_left(self, word: str) -> None:
        self._left_off = self._runs.run
        self.gpu_left.emit(word)

    def set_scrub_memory(self, mebibytes: int | None) -> None:
        """What scrubbing may take; None: as much as suits the machine."""
        self._canvas.set_budget(mebibytes)

    @Slot()
    def _on_prepared(self) -> None:
        # What the libraries have made stays until the end; looking through it for garbage would hold up the window for
        # a tenth of a second now and then. In this thread: Qt's objects must not go in another.
        gc.collect()
        gc.freeze()

    @Slot(object, object)
    def _on_drawn(self, moment: Moment, box: PixelBox) -> None:
        if moment.pixels is self._pixels:
            self.canvas_changed.emit(box)

    @Slot(object)
    def _on_finished(self, run: PaintRun) -> None:
        self._settling.stop()
        begun = len(run.document.strokes)
        if run.refine is not None:
            self._take_best(run.document)
            self._close_action()
            self._set_phase(Phase.IDLE)
            return
        if self._action is not None and self._action[0] == "branch" and len(self.document.strokes) == begun:
            # It could not paint: what it was to take the place of comes back.
            (_, before), self._action = self._action, None
            self.branching.put_back()
            self._following = False
            self._session.show(before)
        if not (run.steps is not None and self._action is not None and self._action[0] == "paint"):
            self._close_action()
        self._set_phase(Phase.PAUSED if self._action is not None else Phase.IDLE)

    def close(self) -> None:
        """End every thread; nothing may be asked of it afterwards."""
        self._end_run()
        self.reading_thread.close()
        self.files.close()
        self._runs.close()
        self._canvas_thread.quit()
        self._canvas_thread.wait()
