"""The painter: a job in, frames out, one step at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.brushes import BRUSHES
from core.compilers import HAS_TRITON
from core.device import GpuTrouble, free_memory, trouble_of
from core.document import BEFORE, Document
from core.easel import Easel, HostEasel
from core.errors import CheckpointError, SettingError
from core.geometry import Size
from core.hand import Answer, Hand, check
from core.job import PaintJob
from core.manner import Manner
from core.mix import in_turn
from core.rasteriser.fast import Canvas
from core.rasteriser.gpu_forms import StepForms
from core.renderer import SIDE as RENDERER_SIDE
from core.schedule import MAX_STROKES, Level, brought_to
from core.stroke import Strokes
from core.weights import LoadedActor, LoadedRenderer

_PATIENCE = 2
"""Steps in a row without one stroke that helps, after which those that harm least are taken to meet the budget."""

_GIVES_UP = 12
"""Steps in a row without a stroke, after which a level that must spare a part of the sheet has no more."""

_BATCH = 32
"""Windows that go through the networks at a time on a CPU, so that memory stays bounded however fine the grid, and
cancelling need not wait long. Larger batches are slower there, for they leave its caches."""

_BATCH_ON_GPU = 256
"""The same on a GPU, over the ways that windows are looked at in: what the bundled actors' proposals cover is half a
gigabyte, and as much again is needed to choose among them. Halved where there is too little memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What one step painted."""

    document: Document
    """After the step."""
    strokes: Strokes
    """What the step added to it."""
    divide: int
    """The level it was painted at."""
    total: int
    """Strokes that the whole job will have."""


class _CancelledError(Exception):
    """Within a step, nobody wants the rest of it."""


class Painter:
    """Paints jobs with one actor, or several for as many stroke types, on one device.

    Sizes: B windows of a step, S side of the actor's observation, k strokes in a bundle, P parameters of a stroke.
    """

    def __init__(
        self,
        *actors: LoadedActor,
        device: torch.device | str = "cpu",
        renderer: LoadedRenderer | None = None,
        manner: Manner | None = None,
        told: Callable[[GpuTrouble], None] = lambda _trouble: None,
    ) -> None:
        """Make a painter ready, with copies of the networks on the device.

        Args:
            actors: Decide the strokes, each those of its type.
            device: Where the networks run.
            renderer: Where given, the canvas that the actor sees is drawn by this network and cut at the patch, as in
                the published test; the document, and what is shown, stay exact.
            manner: See `Manner`.
            told: Hears what is done where a GPU's memory does not suffice, or it fails.

        Raises:
            CheckpointError: If the actors do not fit together, or a renderer does not fit them.
            ValueError: If there is no actor.
        """
        if not actors:
            raise ValueError("a painter needs an actor")
        self._side = actors[0].actor.side
        self._manner = manner or Manner()
        for actor in actors[1:]:
            if actor.actor.side != self._side:
                problem = f"it sees {actor.actor.side} pixels and {actors[0].id} {self._side}; mix actors of one size"
                raise CheckpointError(actor.path, problem)
        if renderer is not None:
            if RENDERER_SIDE % self._side:
                problem = f"the {self._side} pixels that the actor sees do not divide its {RENDERER_SIDE}; leave it out"
                raise CheckpointError(renderer.path, problem)
            if any(actor.stroke_type != renderer.stroke_type for actor in actors):
                problem = f"it draws {renderer.stroke_type} strokes alone; leave it out where others are mixed in"
                raise CheckpointError(renderer.path, problem)
        self._told, self._actors, self._renderer = told, actors, renderer
        trouble = None
        try:
            self._move_to(torch.device(device))
        except RuntimeError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
        if trouble is not None:
            self._leave_gpu(trouble)

    @property
    def device(self) -> torch.device:
        """Where it paints just now."""
        return self._device

    def _move_to(self, device: torch.device) -> None:
        self._device = device
        self._batch = self._most_together()
        self._hands = {each.stroke_type: Hand(each, device) for each in self._actors}
        self._forms = StepForms(self._side)
        # A copy, as the hands have of the actors; and never by way of a device that may have failed.
        self._neural = None if self._renderer is None else copy.deepcopy(self._renderer.renderer).to(device)

    def _most_together(self) -> int:
        return _BATCH if self._device.type == "cpu" else _BATCH_ON_GPU

    def _make_room(self) -> None:
        """After a GPU had too little memory for some windows: look at fewer together."""
        for hand in self._hands.values():
            hand.forget()
        self._batch //= 2
        self._forms = StepForms(self._side)
        self._told(GpuTrouble.FEWER_WINDOWS)
        free_memory(GpuTrouble.FEWER_WINDOWS)

    def _leave_gpu(self, trouble: GpuTrouble) -> None:
        self._move_to(torch.device("cpu"))
        self._told(trouble)
        free_memory(trouble)

    def _easel(self, job: PaintJob, document: Document, level: Level, canvas: Canvas | None) -> Easel:
        if self._device.type == "cuda" and HAS_TRITON and self._neural is None:
            from core.gpu_easel import GpuEasel  # Triton, which it draws with, takes about a second

            return GpuEasel(job, document, level, self._side, self._device, self._forms, canvas)
        neural = self._neural is not None
        return HostEasel(job, document, level, self._side, self._device, neural=neural, canvas=canvas)

    def frames(
        self, job: PaintJob, document: Document | None = None, *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Frame]:
        """Paint a job, a step with every frame; stop asking to pause, close to cancel.

        Args:
            job: What to paint.
            document: Where to go on: what an earlier run of the same job had painted at the end of any of its steps.
                The strokes that follow are those that would have followed then (but with a neural renderer, whose
                canvas the document does not hold). What another job has painted goes through `taken_over` first.
            cancelled: Asked within steps too; once it says so there are no more frames.

        Raises:
            SettingError: If the job's settings are out of range or do not fit the actors, or the document is of
                another job.
        """
        bare = self.bare_document(job)
        if document is not None and (
            (document.size, document.background) != (bare.size, bare.background)
            or {name: value for name, value in document.job.items() if name != BEFORE} != bare.job
        ):
            raise SettingError("document", document.size, "it was painted by another job; go on with its own settings")
        self._batch = self._most_together()
        return self._paint(job, job.levels(self._side), document or bare, _until(cancelled))

    def repainted(
        self,
        job: PaintJob,
        canvas: Canvas,
        plan: Sequence[Level],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Frame]:
        """Paint a job over a canvas that no document describes, as from one frame of a film to the next.

        Args:
            job: What to paint, by the default preset; its own schedule is not asked.
            canvas: [H, W, 3], of the target's size; it is not changed.
            plan: Levels as of the job's schedule, with as many strokes as each may take at most; it ends where none
                helps any more.
            cancelled: As of `frames`.

        Yields:
            Frames whose documents hold the new strokes alone.

        Raises:
            SettingError: If the job's settings do not fit the actors.
        """
        self._batch = self._most_together()
        return self._paint(job, tuple(plan), self.bare_document(job), _until(cancelled), canvas)

    def levels(self, job: PaintJob) -> tuple[Level, ...]:
        """A job's schedule for this painter's actors; see `PaintJob.levels`."""
        return job.levels(self._side)

    def taken_over(self, job: PaintJob, document: Document) -> Document:
        """What another job, or this one up to the middle of a step, has painted, for this job to go on from.

        The strokes stay; the document's job becomes this one, and remembers those before it and how far each came.

        Raises:
            SettingError: If the sheets differ.
        """
        bare = self.bare_document(job)
        if (document.size, document.background) != (bare.size, bare.background):
            raise SettingError("document", document.size, "its sheet is another one; begin a new painting")
        earlier = dict(document.job)
        before = earlier.pop(BEFORE, [])
        if earlier != bare.job and len(document.strokes):
            before = [*before, {**earlier, "painted": len(document.strokes)}]
        return replace(document, job={**bare.job, BEFORE: before} if before else bare.job)

    def painted(self, job: PaintJob) -> Document:
        """A job's finished painting; errors as of `frames`."""
        document = self.bare_document(job)
        for frame in self.frames(job):
            document = frame.document
        return document

    def spare(
        self, job: PaintJob, document: Document, count: int, *, cancelled: Callable[[], bool] = lambda: False
    ) -> Strokes:
        """As many strokes more on top of a job's finished painting, by the default preset: for `refine` to choose from.

        They are painted under what is locked on top, since that is where they will lie.

        Raises:
            SettingError: As of `frames`.
        """
        begun = document.strokes.below_locked
        if begun < len(document.strokes):
            document = document.cut(begun)
        more = replace(job, strokes=min(MAX_STROKES, begun + count), preset="default")
        try:
            plan = more.levels(self._side)
        except SettingError:  # of a mix, that has nothing for the levels that so many strokes would have
            plan = brought_to(job.levels(self._side), begun + count)
        grown = self.taken_over(more, document)
        for frame in self._paint(more, plan, grown, _until(cancelled)):
            grown = frame.document
        return grown.strokes[begun:]

    def bare_document(self, job: PaintJob) -> Document:
        """The document that a job begins with: its sheet, no strokes, and what is going to paint it.

        Raises:
            SettingError: If this painter has no actor for one of the job's stroke types.
        """
        weights = ", ".join(self._hand(name).loaded.id for name in job.mix.stroke_types)
        of_painter = {"weights": weights, "renderer": None if self._renderer is None else self._renderer.id}
        return Document(Size(*job.target.shape[:2]), job.background, job={**job.settings(), **of_painter})

    def _hand(self, stroke_type: str) -> Hand:
        if stroke_type not in self._hands:
            have = ", ".join(f"{hand.loaded.id} paints {name}" for name, hand in self._hands.items())
            raise SettingError("stroke type", stroke_type, have)
        return self._hands[stroke_type]

    def _paint(
        self,
        job: PaintJob,
        plan: tuple[Level, ...],
        document: Document,
        go_on: Callable[[], None],
        canvas: Canvas | None = None,
    ) -> Iterator[Frame]:
        total = sum(level.strokes for level in plan)
        step = int(document.strokes.steps.max()) + 1 if len(document.strokes) else 0  # they may have been moved
        own = document.painted_before
        finest = _finest(document, own) if job.bounds.protect is not None else 0
        end = 0
        for index, level in enumerate(plan, start=1):
            parts = job.mix.at(index, finest=len(plan))
            # Over a canvas a level may have ended early, and the next does not make up for it.
            start = end if canvas is None else len(document.strokes)
            end = start + level.strokes
            if len(document.strokes) >= end or level.divide < finest:  # which had found no more room
                continue
            easel: Easel | None = None
            barren = 0
            while len(document.strokes) < end:
                done = max(0, len(document.strokes) - start) / level.strokes  # coarser ones may have left some to it
                left = end - len(document.strokes)
                # By what this level has of each, so that a painting resumed here goes on as it would have.
                types = document.strokes.types[max(start, own) :]
                kinds = [BRUSHES.index(self._hand(part.stroke_type).brush) for part in parts]
                counts = [int(np.count_nonzero(types == kind)) for kind in kinds]
                # A type that finds nothing to do lets the next one try.
                stroke_type = in_turn(parts, counts)[barren % len(parts)].stroke_type
                patient = barren < _PATIENCE * len(parts)
                if canvas is not None and not patient:
                    break
                # Where nothing may be laid in the worst windows, or none helps there, something may in others.
                wider = 1 + barren if job.bounds.protect is not None or job.focus is not None else 1
                if job.bounds.protect is not None and barren >= _GIVES_UP * len(parts):
                    break  # too little is left to paint on: finer levels may find room yet
                trouble = None
                try:
                    easel = easel or self._easel(job, document, level, canvas)
                    hand = self._hand(stroke_type)
                    strokes = self._step(job, hand, easel, step, done, left, go_on, patient=patient, wider=wider)
                except _CancelledError:
                    return
                except RuntimeError as error:
                    trouble = trouble_of(error)
                    on_cpu = self._device.type == "cpu"
                    if trouble is None or (on_cpu and (self._batch == 1 or trouble is GpuTrouble.FAILED)):
                        raise
                if trouble is not None:  # and no longer within the error, which holds what the step had
                    # Where there is no easel it was the canvas that did not fit, which fewer windows cannot help.
                    if trouble is GpuTrouble.ON_CPU and self._batch > 1 and easel is not None:
                        self._make_room()
                    else:
                        self._leave_gpu(trouble)
                    easel = None  # who knows what was laid on it
                    continue
                step += 1
                if not len(strokes):
                    barren += 1
                    continue
                barren = 0
                document = document.painted(strokes)
                yield Frame(document=document, strokes=strokes, divide=level.divide, total=total)

    def _step(
        self, job: PaintJob, hand: Hand, easel: Easel, step: int, done: float, left: int, go_on: Callable[[], None],
        *, patient: bool, wider: int,
    ) -> Strokes:  # fmt: skip
        """The strokes of one step, laid, for a level with `left` to go: every window's bundle, window by window.

        It lays only what helps where it is `patient`; for `wider` see `Manner.windows`.
        """
        windows = self._manner.windows(job, easel, self._side, step=step, left=left, wider=wider)
        wish = self._manner.wish(job, easel.size.longer / self._side, patient=patient)
        asked, answers = [], []
        most = max(1, self._batch // wish.ways) if easel.in_powers else self._batch
        for start in range(0, len(windows), most):
            some = windows[start : start + most]
            count = len(some)
            if easel.in_powers:
                some += [some[-1]] * (min(most, 1 << (count - 1).bit_length()) - count)
            canvas, target, inside = easel.crops(some)
            blocked = easel.blocked(some)
            if blocked is not None:
                blocked = blocked.to(canvas.device)
            answer = hand.answer(canvas, target, inside, done, wish, go_on, blocked)
            if isinstance(easel, HostEasel) and self._neural is not None:
                drawn = self._neural.laid(canvas, answer.strokes, answer.keep)
                easel.observe(some, drawn.permute(0, 2, 3, 1).cpu().numpy())
            answer = Answer(*(each.clone() for each in answer))
            answer.keep[count:] = False
            asked += some
            answers.append(answer)
        strokes, keep = (torch.cat(part) for part in list(zip(*answers, strict=True))[:2])
        keep = easel.allowed(hand.brush, asked, strokes, keep)
        laid = easel.laid(hand.brush, asked, strokes, keep, step=step, most=left)
        check(torch.stack([answer.sound for answer in answers]).all(), hand.loaded)
        return laid


def _finest(document: Document, first: int) -> int:
    """Of the strokes from the first on, the `Level.divide` of the finest; 0 without any."""
    sides = document.strokes.patches[first:, 2]
    return round(document.size.longer / sides.min()) if len(sides) else 0


def _until(cancelled: Callable[[], bool]) -> Callable[[], None]:
    """What a step asks now and then: raises where it is cancelled."""

    def go_on() -> None:
        if cancelled():
            raise _CancelledError

    return go_on
