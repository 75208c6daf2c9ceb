"""The painter: a job in, frames out, one step at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.actor import STROKES_PER_BUNDLE
from core.brushes import BRUSHES, Brush, brush_named
from core.document import BLACK, Document, Rgb
from core.errors import CheckpointError, SettingError
from core.geometry import PixelBox, Size
from core.images import resized
from core.observation import coordinate_planes, observe
from core.patches import grid, windows_by_error
from core.rasteriser.differentiable import lay_bundle, solve_colours, stroke_alpha
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.renderer import SIDE as RENDERER_SIDE
from core.schedule import Level, levels
from core.stroke import Strokes
from core.weights import LoadedActor, LoadedRenderer

_PATIENCE = 24
"""Steps in a row without one stroke that helps, after which those that harm least are taken to meet the budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintJob:
    """All that affects the picture, but for the networks and the device: same job, same strokes."""

    target: NDArray[np.uint8]
    """[H, W, 3] RGB; its size is the sheet's."""
    stroke_type: str = "bezier"
    """The brush."""
    preset: str = "default"
    """The schedule: `default` (coarse to fine, windows by error, colours solved) or `paper` (as published)."""
    max_step: int = 100
    """Steps as the published painter counts them."""
    divide: int = 4
    """Patches along the longer side at the finest level."""
    strokes: int | None = None
    """The exact number of strokes; where None, as many as the published painter would make."""
    background: Rgb = BLACK
    """Of the bare sheet."""
    seed: int = 0
    """Of where windows fall."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """The schedule.

        Raises:
            SettingError: If a setting is out of range.
        """
        return levels(preset=self.preset, max_step=self.max_step, divide=self.divide, strokes=self.strokes)

    def settings(self) -> dict[str, Any]:
        """The job as plain values, the target left out."""
        return {
            "stroke_type": self.stroke_type,
            "preset": self.preset,
            "max_step": self.max_step,
            "divide": self.divide,
            "strokes": self.strokes,
            "background": "#{:02x}{:02x}{:02x}".format(*self.background),
            "seed": self.seed,
        }


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


class Painter:
    """Paints jobs with one actor on one device.

    Sizes: B windows of a step, S side of the actor's observation, k strokes in a bundle, P parameters of a stroke.
    """

    def __init__(
        self, actor: LoadedActor, *, device: torch.device | str = "cpu", renderer: LoadedRenderer | None = None
    ) -> None:
        """Make a painter ready; the networks are moved to the device.

        Args:
            actor: Decides the strokes.
            device: Where the networks run.
            renderer: Where given, the canvas that the actor sees is drawn by this network and cut at the patch, as in
                the published test; the document, and what is shown, stay exact.

        Raises:
            CheckpointError: If actor and renderer do not fit together.
        """
        if renderer is not None and actor.actor.side != RENDERER_SIDE:
            problem = f"it draws {RENDERER_SIDE}-pixel patches and the actor sees {actor.actor.side}; leave it out"
            raise CheckpointError(renderer.path, problem)
        self._loaded, self._device = actor, torch.device(device)
        self._actor = actor.actor.to(self._device, memory_format=torch.channels_last)
        self._side = actor.actor.side
        self._coordinates = coordinate_planes(self._side, device=self._device)
        self._neural = None if renderer is None else renderer.renderer.to(self._device)

    def frames(self, job: PaintJob, document: Document | None = None) -> Iterator[Frame]:
        """Paint a job, a step with every frame; stop asking to pause, close to cancel.

        Args:
            job: What to paint.
            document: Where to go on: what an earlier run of the same job had painted at the end of any of its steps.
                The strokes that follow are those that would have followed then (but with a neural renderer, whose
                canvas the document does not hold).

        Raises:
            SettingError: If the job's settings are out of range or do not fit the actor.
        """
        if job.stroke_type != self._loaded.stroke_type:
            raise SettingError("stroke type", job.stroke_type, f"{self._loaded.id} paints {self._loaded.stroke_type}")
        plan = job.levels
        if document is None:
            settings = {**job.settings(), "weights": self._loaded.id}
            document = Document(Size(*job.target.shape[:2]), job.background, job=settings)
        return self._paint(job, plan, document)

    def _paint(self, job: PaintJob, plan: tuple[Level, ...], document: Document) -> Iterator[Frame]:
        total = sum(level.strokes for level in plan)
        step = int(document.strokes.steps[-1]) + 1 if len(document.strokes) else 0
        end = 0
        for level in plan:
            start, end = end, end + level.strokes
            if len(document.strokes) >= end:
                continue
            easel = _Easel(job.target, document, level, self._side)
            barren = 0
            while len(document.strokes) < end:
                done = (len(document.strokes) - start) / level.strokes
                strokes = self._step(job, easel, step, done, patient=barren < _PATIENCE)
                strokes = easel.laid(strokes[: end - len(document.strokes)])
                step += 1
                if not len(strokes):
                    barren += 1
                    continue
                barren = 0
                document = document.painted(strokes)
                yield Frame(document=document, strokes=strokes, divide=level.divide, total=total)

    def _step(self, job: PaintJob, easel: _Easel, step: int, done: float, *, patient: bool) -> Strokes:
        """The strokes of one step: every window's bundle, window by window."""
        by_paper = job.preset == "paper"
        if by_paper:
            windows = grid(easel.size, easel.divide, self._side)
        else:
            # Seeded by the step, so that a painting resumed here chooses as it would have.
            random = np.random.default_rng([job.seed, step])
            windows = windows_by_error(easel.errors(), self._side, max(1, easel.divide**2 // 2), random)
        canvas, target = (self._batch(easel.crops(which, windows)) for which in (easel.canvas, easel.target))
        bundle = self._bundles(canvas, target, done)
        brush = brush_named(job.stroke_type)
        if by_paper:
            keep = torch.ones(bundle.shape[:2], dtype=torch.bool)
            if self._neural is not None:
                self._observe_neurally(easel, windows, canvas, bundle)
        else:
            bundle, keep = self._bettered(brush, canvas, target, bundle, patient=patient)
        kept = keep.cpu().numpy()
        window = np.repeat(np.arange(len(windows)), kept.sum(axis=1))
        patches = np.array([box.patch(easel.scale) for box in windows], np.float64)
        return Strokes.from_columns(
            types=np.full(len(window), BRUSHES.index(brush), np.uint8),
            patches=patches[window],
            parameters=bundle.cpu().numpy()[kept],
            steps=np.full(len(window), step),
        )

    def _batch(self, crops: NDArray[np.float32]) -> Tensor:
        """Crops [B, S, S, 3] as [B, 3, S, S] on the device."""
        return torch.from_numpy(crops).to(self._device).permute(0, 3, 1, 2)

    @torch.inference_mode()
    def _bundles(self, canvas: Tensor, target: Tensor, done: float) -> Tensor:
        """What the actor answers to windows [B, 3, S, S] twice: [B, k, P], RGB."""
        fraction = torch.full((len(canvas),), done, device=self._device)
        observation = observe(canvas, target, fraction, self._coordinates, bgr=self._loaded.bgr)
        bundle = self._actor(observation).float().reshape(len(canvas), STROKES_PER_BUNDLE, -1)
        if self._loaded.bgr:
            bundle = torch.cat([bundle[..., :-3], bundle[..., -3:].flip(-1)], dim=-1)
        if not bool(torch.isfinite(bundle).all()):
            raise CheckpointError(self._loaded.path, "it emitted numbers that are not finite; use other weights")
        return bundle.contiguous()

    @torch.no_grad()
    def _bettered(
        self, brush: Brush, canvas: Tensor, target: Tensor, bundle: Tensor, *, patient: bool
    ) -> tuple[Tensor, Tensor]:
        """Bundles [B, k, P] with the best colours for their shapes, and which strokes lower their window's error.

        A stroke that does not help is left out before the next is looked at.
        """
        windows, count, _ = bundle.shape
        size = Size(self._side, self._side)
        alpha = stroke_alpha(brush, bundle.reshape(windows * count, -1), size).reshape(windows, count, *size)
        bundle, keep = bundle.clone(), torch.ones(windows, count, dtype=torch.bool, device=bundle.device)
        error = (canvas - target).square().sum((1, 2, 3))
        for stroke in range(count):
            one = alpha[:, stroke : stroke + 1]
            rgb = solve_colours(canvas, target, one)
            bundle[:, stroke, -3:] = rgb[:, 0]
            after = lay_bundle(canvas, one, rgb)
            error_after = (after - target).square().sum((1, 2, 3))
            if patient:
                keep[:, stroke] = error_after < error
            canvas = torch.where(keep[:, stroke, None, None, None], after, canvas)
            error = torch.where(keep[:, stroke], error_after, error)
        return bundle, keep

    @torch.inference_mode()
    def _observe_neurally(self, easel: _Easel, windows: list[PixelBox], canvas: Tensor, bundle: Tensor) -> None:
        """Put the neural renderer's picture of the bundles where the actor will look next."""
        if self._neural is None:
            return
        shapes, rgb = bundle[..., :-3], bundle[..., -3:]
        alpha = self._neural(shapes.reshape(-1, shapes.shape[-1])).reshape(*shapes.shape[:2], *canvas.shape[2:])
        easel.put(windows, lay_bundle(canvas, alpha, rgb).permute(0, 2, 3, 1).cpu().numpy())


class _Easel:
    """A level's canvas and target at the level's scale, where a patch is as large as an observation.

    Both carry a margin of one patch. Outside the sheet they agree: nothing is left to paint there.
    """

    def __init__(self, target: NDArray[np.uint8], document: Document, level: Level, side: int) -> None:
        self.divide, self._margin = level.divide, side
        self.scale = side * level.divide / document.size.longer
        self.size = document.size.scaled(self.scale)
        goal = resized(target, self.size).astype(np.float32) / 255
        self.target: Canvas = cv2.copyMakeBorder(goal, side, side, side, side, cv2.BORDER_REPLICATE)
        self.canvas = self.target.copy()
        sheet = bare_canvas(self.size, document.background)
        lay(sheet, document.strokes, self.scale)
        self._sheet(self.canvas)[:] = sheet
        self._neural = False

    def _sheet(self, padded: Canvas) -> Canvas:
        """The part of an array with margins that is the sheet."""
        margin = self._margin
        return padded[margin : margin + self.size.height, margin : margin + self.size.width]

    def errors(self) -> NDArray[np.float32]:
        """[H, W]: squared error summed over channels."""
        difference = self._sheet(self.canvas) - self._sheet(self.target)
        errors: NDArray[np.float32] = np.einsum("hwc,hwc->hw", difference, difference)
        return errors

    def crops(self, padded: Canvas, windows: list[PixelBox]) -> NDArray[np.float32]:
        """[B, S, S, 3]: what windows show of the canvas or the target."""
        margin = self._margin
        return np.stack(
            [padded[box.top + margin : box.bottom + margin, box.left + margin : box.right + margin] for box in windows]
        )

    def put(self, windows: list[PixelBox], pixels: NDArray[np.float32]) -> None:
        """Replace what windows show of the canvas; strokes are laid on it no more."""
        margin = self._margin
        self._neural = True
        keep = self.canvas.copy()
        for box, part in zip(windows, pixels, strict=True):
            self.canvas[box.top + margin : box.bottom + margin, box.left + margin : box.right + margin] = part
        sheet = self._sheet(self.canvas).copy()
        self.canvas = keep
        self._sheet(self.canvas)[:] = sheet

    def laid(self, strokes: Strokes) -> Strokes:
        """Lay strokes on the canvas; returns them with the error after each."""
        sheet, goal = np.ascontiguousarray(self._sheet(self.canvas)), np.ascontiguousarray(self._sheet(self.target))
        values = goal.size
        before = float(np.sum(self.errors(), dtype=np.float64))
        gains = lay(sheet, strokes, self.scale, goal)
        if not self._neural:
            self._sheet(self.canvas)[:] = sheet
        return Strokes.from_columns(
            types=strokes.types,
            patches=strokes.patches,
            parameters=strokes.parameters,
            steps=strokes.steps,
            errors=np.maximum(0, before + np.cumsum(gains)) / values,
        )
