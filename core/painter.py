"""The painter: a job in, frames out, one step at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.actor import Actor
from core.brushes import BRUSHES, Brush, brush_named
from core.document import BEFORE, Document
from core.errors import CheckpointError, SettingError
from core.geometry import PixelBox, Size
from core.job import PaintJob
from core.mix import in_turn
from core.objective import focus_weights
from core.observation import coordinate_planes, observe
from core.patches import grid, windows_by_error
from core.proposals import choose
from core.rasteriser.differentiable import lay_bundle, stroke_alpha
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.renderer import SIDE as RENDERER_SIDE
from core.renderer import NeuralRenderer
from core.resampling import resized
from core.schedule import MAX_STROKES, Level, brought_to
from core.stroke import STROKES_PER_BUNDLE, Strokes
from core.turns import turned, turned_back
from core.weights import LoadedActor, LoadedRenderer

_PATIENCE = 2
"""Steps in a row without one stroke that helps, after which those that harm least are taken to meet the budget."""

_BATCH = 32
"""Windows that go through the networks at a time, so that memory stays bounded however fine the grid, and cancelling
need not wait long. Larger batches are slower on a CPU, whose caches they leave."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What of the default preset is at work; a part is left out only to measure what it is worth."""

    by_error: bool = True
    """Look where the error is largest; else at patches of the published grid, in random order."""
    solves: bool = True
    """Lay strokes in the best colours for their shapes; else in the actor's own."""


class _CancelledError(Exception):
    """Within a step, nobody wants the rest of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """One stroke type and who paints it."""

    brush: Brush
    loaded: LoadedActor
    actor: Actor
    """The painter's own copy, on its device."""


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
    ) -> None:
        """Make a painter ready, with copies of the networks on the device.

        Args:
            actors: Decide the strokes, each those of its type.
            device: Where the networks run.
            renderer: Where given, the canvas that the actor sees is drawn by this network and cut at the patch, as in
                the published test; the document, and what is shown, stay exact.
            manner: See `Manner`.

        Raises:
            CheckpointError: If the actors do not fit together, or a renderer does not fit them.
            ValueError: If there is no actor.
        """
        if not actors:
            raise ValueError("a painter needs an actor")
        self._device, self._side = torch.device(device), actors[0].actor.side
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
        # Copies: moving a network moves it for everyone who holds it.
        self._hands = {
            each.stroke_type: _Hand(
                brush=brush_named(each.stroke_type), loaded=each, actor=copy.deepcopy(each.actor).to(self._device)
            )
            for each in actors
        }
        self._coordinates = coordinate_planes(self._side, device=self._device)
        self._neural = None if renderer is None else copy.deepcopy(renderer.renderer).to(self._device)
        self._renderer_id = None if renderer is None else renderer.id

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

        return self._paint(job, job.levels(self._side), document or bare, _until(cancelled))

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

        Raises:
            SettingError: As of `frames`.
        """
        begun = len(document.strokes)
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
        of_painter = {"weights": weights, "renderer": self._renderer_id}
        return Document(Size(*job.target.shape[:2]), job.background, job={**job.settings(), **of_painter})

    def _hand(self, stroke_type: str) -> _Hand:
        if stroke_type not in self._hands:
            have = ", ".join(f"{hand.loaded.id} paints {name}" for name, hand in self._hands.items())
            raise SettingError("stroke type", stroke_type, have)
        return self._hands[stroke_type]

    def _paint(
        self, job: PaintJob, plan: tuple[Level, ...], document: Document, go_on: Callable[[], None]
    ) -> Iterator[Frame]:
        total = sum(level.strokes for level in plan)
        step = int(document.strokes.steps[-1]) + 1 if len(document.strokes) else 0
        own = document.painted_before
        end = 0
        for index, level in enumerate(plan, start=1):
            parts = job.mix.at(index, finest=len(plan))
            start, end = end, end + level.strokes
            if len(document.strokes) >= end:
                continue
            easel = _Easel(job, document, level, self._side, neural=self._neural is not None)
            barren = 0
            while len(document.strokes) < end:
                done = (len(document.strokes) - start) / level.strokes
                left = end - len(document.strokes)
                # By what this level has of each, so that a painting resumed here goes on as it would have.
                types = document.strokes.types[max(start, own) :]
                counts = [int(np.count_nonzero(types == _index(part.stroke_type))) for part in parts]
                # A type that finds nothing to do lets the next one try.
                hand = self._hand(in_turn(parts, counts)[barren % len(parts)].stroke_type)
                patient = barren < _PATIENCE * len(parts)
                try:
                    strokes = self._step(job, hand, easel, step, done, left, go_on, patient=patient)
                except _CancelledError:
                    return
                strokes = easel.laid(strokes[:left])
                step += 1
                if not len(strokes):
                    barren += 1
                    continue
                barren = 0
                document = document.painted(strokes)
                yield Frame(document=document, strokes=strokes, divide=level.divide, total=total)

    def _step(
        self,
        job: PaintJob,
        hand: _Hand,
        easel: _Easel,
        step: int,
        done: float,
        left: int,
        go_on: Callable[[], None],
        *,
        patient: bool,
    ) -> Strokes:
        """The strokes of one step, for a level with `left` to go: every window's bundle, window by window."""
        by_paper = job.preset == "paper"
        if by_paper:
            windows = grid(easel.size, easel.divide, self._side)
        else:
            # Seeded by the step, so that a painting resumed here chooses as it would have.
            random = np.random.default_rng([job.seed, step])
            most = min(max(1, easel.divide**2 // 2), -(-left // STROKES_PER_BUNDLE))
            if self._manner.by_error:
                windows = windows_by_error(easel.felt_errors(), self._side, most, random)
            else:
                cells = grid(easel.size, easel.divide, self._side)
                windows = [cells[index] for index in random.permutation(len(cells))[:most]]
        parts = [
            self._batch(job, hand, easel, windows[start : start + _BATCH], done, go_on, patient=patient)
            for start in range(0, len(windows), _BATCH)
        ]
        bundle, keep = (torch.cat(part).cpu() for part in zip(*parts, strict=True))
        kept = keep.numpy()
        window = np.repeat(np.arange(len(windows)), kept.sum(axis=1))
        patches = np.array([box.patch(easel.scale) for box in windows], np.float64)
        return Strokes.from_columns(
            types=np.full(len(window), BRUSHES.index(hand.brush), np.uint8),
            patches=patches[window],
            parameters=bundle.numpy()[kept],
            steps=np.full(len(window), step),
        )

    def _batch(
        self, job: PaintJob, hand: _Hand, easel: _Easel, windows: list[PixelBox], done: float,
        go_on: Callable[[], None], *, patient: bool,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Strokes [B, 5, P] for some of a step's windows, and which of them to lay [B, 5]."""
        *crops, sheet = easel.crops(windows)
        canvas, target = (torch.from_numpy(each).to(self._device).permute(0, 3, 1, 2) for each in crops)
        # Most steps lie wholly on the sheet, and what need not be multiplied by 1 is large.
        inside = None if sheet.all() else torch.from_numpy(sheet).to(self._device).permute(0, 3, 1, 2)
        by_paper = job.preset == "paper"
        parts = []
        for way in range(1 if by_paper else job.ways):
            go_on()
            answer = self._bundles(hand, turned(canvas, way), turned(target, way), done)
            parts.append(turned_back(hand.brush, answer, way))
        bundle = torch.cat(parts, dim=1).contiguous()
        go_on()
        if by_paper and hand.actor.bundle == STROKES_PER_BUNDLE:
            keep = torch.ones(bundle.shape[:2], dtype=torch.bool, device=self._device)
        else:
            own_colours, keep_all = by_paper or not self._manner.solves, by_paper or not patient
            least = job.min_size / 100 * easel.size.longer / self._side
            bundle, keep = self._best(
                hand.brush, canvas, target, inside, bundle, own_colours=own_colours, keep_all=keep_all, least=least
            )
        if self._neural is not None:
            easel.observe(windows, self._drawn_neurally(self._neural, canvas, bundle, keep))
        return bundle, keep

    @torch.inference_mode()
    def _bundles(self, hand: _Hand, canvas: Tensor, target: Tensor, done: float) -> Tensor:
        """What an actor answers to windows [B, 3, S, S] twice: [B, k, P], RGB."""
        fraction = torch.full((len(canvas),), done, device=self._device)
        observation = observe(canvas, target, fraction, self._coordinates, bgr=hand.loaded.bgr)
        bundle: Tensor = hand.actor(observation).float().reshape(len(canvas), hand.actor.bundle, -1)
        if hand.loaded.bgr:
            bundle = torch.cat([bundle[..., :-3], bundle[..., -3:].flip(-1)], dim=-1)
        if not bool(torch.isfinite(bundle).all()):
            raise CheckpointError(hand.loaded.path, "it emitted numbers that are not finite; use other weights")
        return bundle.contiguous()

    @torch.inference_mode()
    def _best(
        self,
        brush: Brush,
        canvas: Tensor,
        target: Tensor,
        inside: Tensor | None,
        bundle: Tensor,
        *,
        own_colours: bool,
        keep_all: bool,
        least: float,
    ) -> tuple[Tensor, Tensor]:
        """The best strokes [B, 5, P] of bundles [B, k, P], in the order to lay them, and which to lay [B, 5].

        None is laid whose longest line is below `least`, window sides, but where too few are not.
        """
        size = Size(self._side, self._side)
        longest = brush.longest(bundle.flatten(0, 1)).reshape(bundle.shape[:2]) if least else None
        if longest is not None and keep_all:  # some will be laid whatever they do, so only large ones may be there
            count = max(STROKES_PER_BUNDLE, int((longest >= least).sum(dim=1).min()))
            rows = torch.arange(len(bundle), device=bundle.device)[:, None]
            bundle, longest = bundle[rows, longest.topk(min(count, bundle.shape[1])).indices], None
        alpha = stroke_alpha(brush, bundle.flatten(0, 1), size).reshape(*bundle.shape[:2], *size)
        if inside is not None:
            alpha.mul_(inside)  # what falls off the sheet does neither harm nor good
        if longest is not None:
            alpha.mul_((longest >= least)[..., None, None])  # what covers nothing does not help
        rgb = bundle[..., -3:] if own_colours else None
        choice = choose(canvas, target, alpha, STROKES_PER_BUNDLE, rgb=rgb, keep_all=keep_all)
        shapes = bundle[torch.arange(len(bundle), device=bundle.device)[:, None], choice.which, :-3]
        return torch.cat([shapes, choice.rgb], dim=-1), choice.keep

    @staticmethod
    @torch.inference_mode()
    def _drawn_neurally(renderer: NeuralRenderer, canvas: Tensor, bundle: Tensor, keep: Tensor) -> NDArray[np.float32]:
        """Windows [B, S, S, 3] after bundles [B, k, P], by a neural renderer and cut at the patch, as published."""
        shapes = bundle[..., :-3]
        alpha = renderer.at_side(shapes.flatten(0, 1), canvas.shape[-1]).reshape(*shapes.shape[:2], *canvas.shape[2:])
        alpha = alpha * keep[..., None, None]
        windows: NDArray[np.float32] = lay_bundle(canvas, alpha, bundle[..., -3:]).permute(0, 2, 3, 1).cpu().numpy()
        return windows


def _until(cancelled: Callable[[], bool]) -> Callable[[], None]:
    """What a step asks now and then: raises where it is cancelled."""

    def go_on() -> None:
        if cancelled():
            raise _CancelledError

    return go_on


class _Easel:
    """A level's canvas and target, at the scale where a patch is as large as an observation.

    A window may stick out of the sheet: there canvas and target agree, so that nothing is left to paint.
    """

    def __init__(self, job: PaintJob, document: Document, level: Level, side: int, *, neural: bool) -> None:
        self.divide, self._margin = level.divide, side
        self.scale = side * level.divide / document.size.longer
        self.size = document.size.scaled(self.scale)
        self._target: Canvas = resized(job.target, self.size).astype(np.float32) / np.float32(255)
        self._around: Canvas = np.pad(self._target, ((side, side), (side, side), (0, 0)), mode="edge")
        self._canvas = bare_canvas(self.size, document.background)
        lay(self._canvas, document.strokes, self.scale)
        # What the actor sees is the canvas itself, or a neural renderer's idea of it.
        self._seen = self._canvas.copy() if neural else self._canvas
        self._errors: NDArray[np.float32] | None = None
        self._focus = focus_weights(job.focus, *self.size)

    def errors(self) -> NDArray[np.float32]:
        """[H, W]: squared error summed over channels; measured once for every state of the canvas."""
        if self._errors is None:
            difference = self._canvas - self._target
            self._errors = np.einsum("hwc,hwc->hw", difference, difference)
        return self._errors

    def felt_errors(self) -> NDArray[np.float32]:
        """The same, by how much each part counts."""
        return self.errors() if self._focus is None else self.errors() * self._focus

    def crops(self, windows: list[PixelBox]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """What windows show of canvas and target [B, S, S, 3], and 1 where they show the sheet [B, S, S, 1]."""
        margin = self._margin
        target = np.stack([self._around[_slices(box.moved(margin, margin))] for box in windows])
        canvas: NDArray[np.float32] = target.copy()
        inside = np.zeros((*canvas.shape[:3], 1), np.float32)
        for index, box in enumerate(windows):
            part = box.clipped(self.size)
            canvas[index][_within(part, box)] = self._seen[_slices(part)]
            inside[index][_within(part, box)] = 1
        return canvas, target, inside

    def observe(self, windows: list[PixelBox], pixels: NDArray[np.float32]) -> None:
        """Replace what the actor sees in windows by [B, S, S, 3]."""
        for drawn, box in zip(pixels, windows, strict=True):
            part = box.clipped(self.size)
            self._seen[_slices(part)] = drawn[_within(part, box)]

    def laid(self, strokes: Strokes) -> Strokes:
        """Lay strokes on the canvas; returns them with the error after each."""
        before = float(np.sum(self.errors(), dtype=np.float64))
        gains = lay(self._canvas, strokes, self.scale, self._target)
        self._errors = None
        return Strokes.from_columns(
            types=strokes.types,
            patches=strokes.patches,
            parameters=strokes.parameters,
            steps=strokes.steps,
            errors=np.maximum(0, before + np.cumsum(gains)) / self._target.size,
        )


def _index(stroke_type: str) -> int:
    return BRUSHES.index(brush_named(stroke_type))


def _slices(box: PixelBox) -> tuple[slice, slice]:
    """A box as an index into [H, W, ...]."""
    return slice(box.top, box.bottom), slice(box.left, box.right)


def _within(part: PixelBox, box: PixelBox) -> tuple[slice, slice]:
    """A part of a box as an index into the box's own pixels."""
    return _slices(part.moved(-box.top, -box.left))
