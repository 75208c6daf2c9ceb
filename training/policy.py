"""The policy at work: an actor's proposals, drawn, and the strokes of a step laid on the canvas, with gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from core.actor import Actor
from core.brushes import Brush
from core.geometry import Size
from core.observation import coordinate_planes, observe
from core.proposals import choose, error_change
from core.rasteriser.differentiable import lay_bundle, stroke_alpha
from core.renderer import NeuralRenderer
from training.device import layout
from training.losses import (
    FINISHED,
    bundle_gain,
    colour_distance,
    proposal_gain,
    squared_error,
    stubbiness,
)


class Coverage(Protocol):
    """Strokes to what each covers, with gradients: the exact rasteriser, or the network that has learned it."""

    is_true: bool
    """Whether that is just what a document's stroke covers."""

    is_local: bool
    """Whether no gradient passes where alpha is 0; see `where_covered` of `error_change`."""

    def __call__(self, strokes: Tensor, side: int) -> Tensor:
        """[N, P] to [N, S, S] in 0..1, S the side in pixels."""


class ExactCoverage:
    """The exact rasteriser; with `feather` 1 it is the true world, with more a softer model of it."""

    def __init__(self, brush: Brush, *, feather: float = 1.0) -> None:
        self._brush, self._feather = brush, feather
        self.is_true, self.is_local = feather == 1, True

    def __call__(self, strokes: Tensor, side: int) -> Tensor:
        """[N, P] to [N, S, S]; see `stroke_alpha`."""
        return stroke_alpha(self._brush, strokes, Size(side, side), feather=self._feather)


class NeuralCoverage:
    """The neural renderer: the learned model of the world, whose gradient reaches pixels that a stroke just missed."""

    is_true = is_local = False

    def __init__(self, renderer: NeuralRenderer) -> None:
        self._renderer = renderer

    def __call__(self, strokes: Tensor, side: int) -> Tensor:
        """[N, P] to [N, S, S], averaged over squares of the 128 pixels that the network draws; S divides them."""
        return self._renderer.at_side(strokes[:, : self._renderer.inputs], side)


class Step(NamedTuple):
    """One step of painting on a batch of sheets.

    Attributes:
        bundle: [B, N P], what the actor emitted.
        alpha: [B, N, S, S], what each of its strokes covers.
        laid: [B, k P], the strokes that were chosen, lowest first, in the colours they were laid in; of a dense head's
            those are left out of the canvas that would have raised the error.
        canvas: [B, 3, S, S] after them, with gradients into `alpha` and the colours where the actor had them.
        change: [B, N], what each proposal alone would do to the summed squared error, of a dense head; see
            `error_change`.
        best: [B, N, 3], the colours in which it would.
    """

    bundle: Tensor
    alpha: Tensor
    laid: Tensor
    canvas: Tensor
    change: Tensor | None
    best: Tensor | None


class Networks(Protocol):
    """Anything that maps an observation [B, 9, S, S] to a bundle [B, N P]: an actor, compiled or not."""

    def __call__(self, observation: Tensor) -> Tensor:
        """See the class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How what an actor emits becomes strokes on a canvas.

    An actor of the published head has all its k strokes laid, in their order and in its own colours. Of the proposals
    of a dense head the k are laid, one after another, that lower the error most, each in its best colour; which they
    are is held constant in the gradient. `core.painter` does so too, with five strokes a step; only in its default
    preset it chooses among a published actor's strokes as well, and solves their colours.

    Whatever gradients flow through, the canvas has the pixels that the exact rasteriser gives the laid strokes.
    """

    brush: Brush
    coverage: Coverage
    head: str
    """Of the actor: `average` or `dense`."""
    bundle: int
    """k, strokes laid in a step."""
    solve: bool
    """Lay strokes in the best colours for their shapes, not in the actor's own."""
    autocast: torch.dtype | None = None
    """Precision of the networks' layers; as they are where absent."""

    def emit(self, actor: Networks, observation: Tensor) -> Tensor:
        """What an actor emits, [B, N P] in single precision."""
        observation = self.fed(observation)
        with torch.autocast(observation.device.type, self.autocast, enabled=self.autocast is not None):
            bundle = actor(observation)
        return bundle.float()

    def fed(self, pictures: Tensor) -> Tensor:
        """Pictures [B, C, S, S] in the precision and the layout that the networks' first layers take them in."""
        return pictures.to(self.autocast or pictures.dtype, memory_format=layout(pictures.device, self.autocast))

    def step(self, actor: Networks, observation: Tensor, *, solve: bool | None = None) -> Step:
        """One step on the sheets of an observation [B, 9, S, S], with gradients where the actor's weights want them.

        `solve` overrules the policy's own.
        """
        canvas, target = observation[:, :3], observation[:, 3:6]
        solve = self.solve if solve is None else solve
        bundle = self.emit(actor, observation)
        strokes = bundle.reshape(-1, self.brush.size)
        alpha = self.coverage(strokes, canvas.shape[-1]).reshape(len(bundle), -1, *canvas.shape[2:])
        strokes = strokes.reshape(len(bundle), -1, self.brush.size)
        if self.head == "average":
            after = self._true(canvas, strokes, lay_bundle(canvas, alpha, strokes[:, :, -3:]))
            return Step(bundle, alpha, strokes.flatten(1), after, None, None)
        change, best = error_change(canvas, target, alpha, where_covered=self.coverage.is_local)
        own, known = (None, change.detach()) if solve else (strokes[:, :, -3:].detach(), None)
        choice = choose(canvas, target, alpha.detach(), self.bundle, rgb=own, change=known)
        rows = torch.arange(len(bundle), device=bundle.device)[:, None]
        picked, picked_alpha = strokes[rows, choice.which], alpha[rows, choice.which]
        rgb = choice.rgb if solve else picked[:, :, -3:]
        after = lay_bundle(canvas, picked_alpha * choice.keep[:, :, None, None], rgb)
        laid = torch.cat([picked[:, :, :-3], rgb], dim=2)
        return Step(bundle, alpha, laid.flatten(1), self._true(canvas, laid, after, choice.keep), change, best)

    def _true(self, canvas: Tensor, strokes: Tensor, after: Tensor, keep: Tensor | None = None) -> Tensor:
        """A canvas with the exact pixels of the strokes [B, k, P] laid on it, and the gradient of `after`."""
        if self.coverage.is_true:
            return after
        with torch.no_grad():
            side = canvas.shape[-1]
            alpha = ExactCoverage(self.brush)(strokes.flatten(0, 1), side).reshape(*strokes.shape[:2], side, side)
            kept = alpha if keep is None else alpha * keep[:, :, None, None]
            exact = lay_bundle(canvas, kept, strokes[:, :, -3:])
        return after + (exact - after).detach()

    def direct_loss(
        self, step: Step, observation: Tensor, *, stubby_weight: float, elongation: float, colour_weight: float = 1.0
    ) -> Tensor:
        """What the step's strokes are worth by their pixels alone, negated, a scalar; no critic is asked.

        A dense head's proposals are each judged alone (see `proposal_gain`), and their own colours drawn to the best
        ones; the published head's bundle is judged by the error that it leaves.
        """
        canvas, target = observation[:, :3], observation[:, 3:6]
        error = squared_error(canvas, target)
        if step.change is None or step.best is None:
            loss = bundle_gain(step.canvas, target, error)
        else:
            values = target[0].numel()
            loss = proposal_gain(step.change, error * values, floor=FINISHED * values)
            rgb = step.bundle.reshape(len(step.bundle), -1, self.brush.size)[:, :, -3:]
            loss = loss + colour_weight * colour_distance(rgb, step.best, step.alpha.detach())
        extent = self.brush.extent(step.bundle.float().reshape(-1, self.brush.size)) if stubby_weight else None
        if extent is not None:
            loss = loss + stubby_weight * stubbiness(*extent, elongation=elongation)
        return loss


def episode(policy: Policy, actor: Actor, target: Tensor, *, steps: int, sheet: float = 0.0) -> list[Tensor]:
    """Paint targets from a bare sheet with a fixed actor: the canvases [B, 3, S, S] after each step.

    Args:
        policy: How its strokes are laid.
        actor: In evaluation mode.
        target: [B, 3, S, S] in 0..1.
        steps: Action bundles to paint.
        sheet: Grey of the bare sheet.
    """
    canvas = torch.full_like(target, sheet)
    coordinates = coordinate_planes(target.shape[-1], device=target.device)
    canvases = []
    with torch.inference_mode():
        for step in range(steps):
            fraction = torch.full((len(target),), step / steps, device=target.device)
            canvas = policy.step(actor, observe(canvas, target, fraction, coordinates)).canvas
            canvases.append(canvas)
    return canvases
