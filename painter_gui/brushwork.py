"""What is being done with the brush: painting and refining, from the moment shown on. Knows no widget."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.document import Document
from core.errors import PainterError
from painter_gui.paint_worker import PaintRun
from painter_gui.run_thread import RunThread
from painter_gui.undo import Change

if TYPE_CHECKING:
    from core.job import PaintJob
    from core.painter import Frame
    from core.refine import Refined
    from painter_gui.controller import Controller

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


class Brushwork(QObject):
    """Begins, pauses and ends painting and refining, and makes of each one thing for undo to take back.

    Signals:
        phase_changed: Something else is going on.
        noted, gpu_left, failed: as of `Controller`.
    """

    phase_changed = Signal()
    noted = Signal(str, object)
    gpu_left = Signal(str)
    failed = Signal(object)

    def __init__(self, controller: Controller) -> None:
        """Be ready to paint.

        Args:
            controller: Owns it, and has the photo, the settings, what is shown, the branches and the undo stack.
        """
        super().__init__(controller)
        self._controller, self._shown, self._branching = controller, controller.shown, controller.branching
        self._phase = Phase.EMPTY
        self._left_off: PaintRun | None = None
        self._action: tuple[str, Document] | None = None
        self._branched_at = 0
        self._refined: Refined | None = None
        self.runs = RunThread(self)
        self.runs.failed.connect(self.failed)
        self.runs.gpu_left.connect(self._on_gpu_left)
        self.runs.weights_idle.connect(self._on_weights_idle)
        self.runs.short_of_memory.connect(self._on_short_of_memory)
        self.runs.advanced.connect(self._on_advanced)
        self.runs.finished.connect(self._on_finished)
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self.settle)

    # What there is

    @property
    def phase(self) -> Phase:
        """What is going on."""
        return self._phase

    @property
    def under_way(self) -> str:
        """The word of the action that undo would take back as a whole; empty where none is under way."""
        return "" if self._action is None else self._action[0]

    @property
    def document_to_keep(self) -> Document:
        """What a crash may not cost: the painting, but where strokes of it make room, until there is anything instead.

        That is while all strokes are refined, and until the first stroke of a branch lies.
        """
        document = self._shown.document
        if self._action is not None:
            what, before = self._action
            if self._phase is Phase.REFINING or (what == "branch" and len(document.strokes) <= self._branched_at):
                return before
        return document

    @property
    def rate(self) -> float:
        """Strokes a second of late; 0 while nothing is painted."""
        return self.runs.rate if self._phase is Phase.PAINTING else 0.0

    @property
    def refined(self) -> Refined | None:
        """How far a refinement under way has come, of `REFINE_STEPS`; None before its first step and where none is."""
        return self._refined if self._phase is Phase.REFINING else None

    # Another photo

    def drop(self) -> None:
        """End what is being done: it was to a photo that goes."""
        self.end_run()
        self.runs.end_sketches()
        self._action = self._left_off = None

    def be_ready(self, *, there: bool) -> None:
        """Another photo is at hand, or none is there, and nothing is done yet."""
        self._set_phase(Phase.IDLE if there else Phase.EMPTY)

    # What the artist wishes

    def paint(self, steps: int | None = None) -> None:
        """Paint from the moment that is shown; what lies after it, if anything, makes room, and undo brings it back.

        Args:
            steps: So many action bundles in each window that the painter looks at; None: to the end.
        """
        controller, settings, position = self._controller, self._controller.settings, self._shown.position
        if controller.photo is None or self._phase in (Phase.PAINTING, Phase.REFINING) or controller.reading:
            return
        if position >= settings.total:
            self.noted.emit("budget_reached", {"strokes": settings.total})
            return
        job = self._job()
        if job is None:
            return
        document = self._shown.document
        if position < len(document.strokes):
            self._close_action()
            self._action, self._branched_at = ("branch", document), position
            self._branching.make_room(document)
            document = document.cut(position)
        elif self._action is None:
            self._action = "paint" if steps is None else "step", document
        self._start(job, document, steps, following=True)

    def refine(self) -> None:
        """Better all strokes that are shown together; what lies after them makes room. Undo brings it all back."""
        controller, position = self._controller, self._shown.position
        if controller.photo is None or self._phase in (Phase.PAINTING, Phase.REFINING) or controller.reading:
            return
        if not position:
            self.noted.emit("nothing_to_refine", {})
            return
        job = self._job()
        if job is None:
            return
        self._close_action()
        document = self._shown.document
        self._action, self._refined = ("refine", document), None
        shown = document
        if position < len(document.strokes):
            self._branching.make_room(document)
            shown = document.cut(position)
        self._shown.show(shown, following=True)
        self._set_phase(Phase.REFINING)
        self._begin_run(job, shown, refine=REFINE_STEPS)

    def go_on_with_cpu(self) -> None:
        """Do on the processor what the graphics card could not go on with."""
        if self._left_off is not None and self._phase in (Phase.IDLE, Phase.PAUSED):
            run, self._left_off = self._left_off, None
            self._controller.set_settings(device="cpu")
            if run.refine is not None:
                self.refine()
            else:
                self.paint(run.steps)

    def pause(self) -> None:
        """Stop painting for now."""
        if self._phase is Phase.PAINTING:
            self.end_run()
            self._set_phase(Phase.PAUSED)
        elif self._phase is Phase.REFINING:
            self.stop()

    def stop(self) -> None:
        """End what is being painted; the strokes stay. A refinement still brings what it has to its end."""
        if self._phase is Phase.REFINING:
            if self.runs.run is not None:
                self.runs.run.cancelled.set()
        elif self._phase in (Phase.PAINTING, Phase.PAUSED):
            self.end_run()
            self._close_action()
            self._set_phase(Phase.IDLE)

    def leave_off(self) -> None:
        """End at once whatever is being painted; of a refinement nothing is kept, for nothing of it is finished yet."""
        if self._phase is Phase.REFINING:
            self.end_run()
            self._refined = None
            if self._action is not None:
                (_, before), self._action = self._action, None
                self._branching.put_back()
                self._shown.show_whole(before)
            self._shown.redraw()
            self._set_phase(Phase.IDLE)
        else:
            self.stop()

    def take_back(self) -> bool:
        """End whatever is being painted; whether that alone has taken it back, since nothing came of it yet."""
        refining = self._phase is Phase.REFINING
        under_way, before = self._action, self._latest()
        self.leave_off()
        if refining:
            return True
        if under_way is None or self._latest() is not before:
            return False
        self._shown.show_whole(under_way[1])
        return True

    def _latest(self) -> object:
        """What the stack would undo."""
        stack = self._controller.undo_stack
        return stack.command(stack.index() - 1)

    def split_action(self) -> None:
        """Whatever is being painted goes on, but undo takes back first what is painted from here on."""
        if self._action is not None:
            self._close_action()
            run = self.runs.run
            if run is not None:
                self._action = "paint" if run.steps is None else "step", self._shown.document
            elif self._phase is Phase.PAUSED:  # what is painted on from here is another action
                self._set_phase(Phase.IDLE)

    def adopt(self, document: Document, measured: Document) -> None:
        """Hold a document with its errors measured, in the place of the same one without."""
        if self._action is not None and self._action[1] is document:
            self._action = self._action[0], measured  # nothing has been painted yet

    def settle_soon(self) -> None:
        """Go on with other settings, once they have rested."""
        self._settling.start()

    @Slot()
    def settle(self) -> None:
        """Go on from what is painted with what was chosen meanwhile."""
        if self._phase is not Phase.PAINTING or self.runs.run is None:
            return
        steps = self.runs.run.steps
        self.end_run()
        document = self._shown.document
        if len(document.strokes):
            self.noted.emit("applies_from", {"stroke": len(document.strokes) + 1})
        job = self._job() if len(document.strokes) < self._controller.settings.total else None
        if job is not None:
            self._start(job, document, steps)
        else:
            self._close_action()
            self._set_phase(Phase.IDLE)

    # Runs

    def _job(self) -> PaintJob | None:
        """What is to be painted; None, and told of, where the settings leave nothing to paint."""
        assert self._controller.photo is not None
        try:
            return self._controller.settings.job(self._controller.photo.pixels)
        except PainterError as error:
            self.failed.emit(error)
            return None

    def _start(self, job: PaintJob, document: Document, steps: int | None, *, following: bool | None = None) -> None:
        background = self._controller.settings.background
        if not len(document.strokes) and document.background != background:
            document = Document(document.size, background)
        self._shown.show(document, following=following)
        self._set_phase(Phase.PAINTING)
        self._begin_run(job, document, steps=steps)

    def _begin_run(
        self, job: PaintJob, document: Document, *, steps: int | None = None, refine: int | None = None
    ) -> None:
        settings, self._left_off = self._controller.settings, None
        if job.background != document.background:  # the sheet's colour cannot change under what is painted
            job = replace(job, background=document.background)
        self._branching.note_painting(settings)
        self.runs.begin(job, document, device=settings.device, actor=settings.actor, steps=steps, refine=refine)

    def end_run(self) -> None:
        """Cancel the run under way and keep what it has painted so far."""
        self._settling.stop()
        self.runs.end()

    def _take_best(self, begun: Document) -> None:
        """Of a refinement that has ended, keep the best painting, or all as it was where none is better."""
        best, following = begun if self._refined is None else self._refined.document, None
        self._refined = None
        if best is begun and self._action is not None:
            following = len(begun.strokes) == len(self._action[1].strokes)
            best = self._action[1]
            self._branching.put_back()
        self._shown.show(best, following=following)
        self._shown.redraw()

    def _close_action(self) -> None:
        """Make what was painted since the action began one thing for undo to take back."""
        document = self._shown.document
        if self._action is not None:
            (what, before), self._action = self._action, None
            if before is not document:
                self._branching.push(Change(what, before, document, self._shown.show_whole), document)

    def _set_phase(self, phase: Phase) -> None:
        if phase is not self._phase:
            self._phase = phase
            self.phase_changed.emit()

    @Slot(object)
    def _on_advanced(self, frame: Frame | Refined) -> None:
        if self.runs.run is not None and self.runs.run.refine is not None:
            # Only to be looked at: what is saved meanwhile is the painting as it was.
            self._refined = cast("Refined", frame)
            self._shown.show_in_passing(self._refined.shown)
        else:
            self._shown.show(frame.document)

    @Slot(str, str)
    def _on_weights_idle(self, name: str, stroke_type: str) -> None:
        self.noted.emit("weights_idle", {"name": name, "type": stroke_type})

    @Slot()
    def _on_short_of_memory(self) -> None:
        self.noted.emit("fewer_windows", {})

    @Slot(str)
    def _on_gpu_left(self, word: str) -> None:
        self._left_off = self.runs.run
        self.gpu_left.emit(word)

    @Slot(object)
    def _on_finished(self, run: PaintRun) -> None:
        self._settling.stop()
        begun = len(run.document.strokes)
        if run.refine is not None:
            self._take_best(run.document)
            self._close_action()
            self._set_phase(Phase.IDLE)
            return
        if self._action is not None and self._action[0] == "branch" and len(self._shown.document.strokes) == begun:
            # It could not paint: what it was to take the place of comes back.
            (_, before), self._action = self._action, None
            self._branching.put_back()
            self._shown.show(before, following=False)
        if not (run.steps is not None and self._action is not None and self._action[0] == "paint"):
            self._close_action()
        self._set_phase(Phase.PAUSED if self._action is not None else Phase.IDLE)

    def close(self) -> None:
        """End the thread that paints."""
        self.end_run()
        self.runs.close()
