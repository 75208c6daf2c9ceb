"""The recipe for an actor, first form: straight down the exact rasteriser's gradient, no critic.

Sheets in all stages of painting are stepped by the actor. Each stroke it proposes is judged alone, by what it would
take from the error in its best colour, and the gradient of that flows through the differentiable rasteriser into the
actor; its own colours learn to be those best ones. The proposals that gain most are laid, and the next step begins
there.
"""

from __future__ import annotations

import copy
import itertools
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.actor import GRID, STROKES_PER_BUNDLE, Actor
from core.brushes import BEZIER, Brush, brush_named
from core.brushes.bezier import MIN_RADIUS, RADIUS_RANGE
from core.errors import CheckpointError
from core.proposals import choose, error_change
from core.weights import load_actor, save_actor
from training.datasets import Pictures, centre_squares, load_split
from training.environment import Environment, bundle_alpha, episode
from training.losses import colour_distance, proposal_gain, squared_error, stubbiness
from training.run_folder import RunFolder

HELD_OUT = 64
"""Pictures that a run is scored on."""

FINISHED = 1e-4
"""Mean squared error (40 dB) at which a picture teaches half as much as its share of the error says."""

OPACITY_FLOOR = 0.6
"""The least opacity of an actor's strokes: fainter ones lower the error a little, and read as stains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectConfig:
    """What a direct run may vary; written whole into its run folder."""

    data: tuple[Path, ...]
    """Folders or zips of pictures."""
    out: Path
    """The run folder."""
    minutes: float = 60.0
    """Wall time; the learning rate's schedule is fitted to it."""
    stroke_type: str = "bezier"
    """The brush."""
    width: float = 0.5
    """Of a new actor, as a share of ResNet-18."""
    side: int = 64
    """Of a new actor's observation, pixels."""
    batch: int = 32
    """Sheets an update paints on."""
    envs: int = 512
    """Sheets being painted."""
    episode_steps: int = 40
    """The longest episode, action bundles."""
    elongation: float = 2.0
    """Length over width that strokes are trained to have at least, where they have both."""
    stubby_weight: float = 0.5
    """Of what they fall short of it, beside what they gain."""
    feather: float = 1.0
    """Edge width in the gradient's rasteriser, pixels."""
    learning_rate: float = 1e-3
    """At its highest, after the warm-up."""
    average: float = 0.998
    """Decay of the running average of weights that is scored and shipped."""
    init: Path | None = None
    """Weights to begin from."""
    seed: int = 0
    """Of everything random."""
    limit: int | None = None
    """The most pictures to take of each path."""

    def __post_init__(self) -> None:
        if not 0 < self.minutes < math.inf:
            raise ValueError(f"minutes must be above 0, got {self.minutes}")
        if self.batch < 1:
            raise ValueError(f"batch must be at least 1, got {self.batch}")
        if self.side % 32 or self.side < 32:
            raise ValueError(f"side must be a multiple of 32, got {self.side}")
        if self.envs % self.batch:
            raise ValueError(f"envs must be a multiple of batch, got {self.envs} and {self.batch}")


def train_painter(config: DirectConfig) -> Path:
    """Train an actor; returns the weights file it leaves in the run folder.

    Raises:
        DataError: If there is nothing to train on.
        OutputError: If the run folder cannot be written.
        CheckpointError: If the weights to begin from cannot be used.
    """
    torch.manual_seed(config.seed)
    brush = brush_named(config.stroke_type)
    if config.init is None:
        actor = new_actor(brush, width=config.width, side=config.side)
    else:
        actor = _actor_to_go_on_with(config.init, brush)
    side = actor.side
    train, held_out = load_split(config.data, limit=config.limit)
    targets = torch.from_numpy(centre_squares(held_out[:HELD_OUT], side))
    run = RunFolder(config.out, config)
    print(f"{len(train)} pictures to train on, {len(targets)} held out", flush=True)

    averaged = copy.deepcopy(actor).eval()
    optimiser = torch.optim.AdamW(actor.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4)
    world = Environment(
        Pictures(train), envs=config.envs, side=side, episode_steps=config.episode_steps, seed=config.seed
    )

    weights = config.out / f"{config.stroke_type}-actor.safetensors"
    started, scored = time.monotonic(), 0.0
    losses: list[float] = []
    for update in itertools.count():
        elapsed = (time.monotonic() - started) / 60
        over = elapsed >= config.minutes and update > 0
        if over or elapsed - scored > 2 or update == 1:
            scored = elapsed
            run.record(minutes=elapsed, update=update, loss=float(np.mean(losses)), **score(averaged, brush, targets))
            losses.clear()
            save_actor(averaged, weights, stroke_type=config.stroke_type)
        if over:
            break

        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * _schedule(elapsed / config.minutes, update)
        start = update * config.batch % config.envs
        index = slice(start, start + config.batch)
        target, canvas = world.target[index], world.canvas[index].clone()
        actor.train()
        with torch.autocast("cpu", torch.bfloat16):
            bundle = actor(world.observation(index).to(memory_format=torch.channels_last))
        alpha, rgb = bundle_alpha(brush, bundle, side, feather=config.feather)
        change, best = error_change(canvas, target, alpha)
        values = target[0].numel()
        loss = proposal_gain(change, squared_error(canvas, target) * values, floor=FINISHED * values)
        loss = loss + colour_distance(rgb, best, alpha.detach())
        if brush is BEZIER:
            loss = loss + config.stubby_weight * stubbiness(*_extent(bundle), elongation=config.elongation)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
        optimiser.step()
        # Early weights are soon outdated: the average reaches back further as there is more to average.
        _average(averaged, actor, min(config.average, (1 + update) / (10 + update)))
        world.advance(index, choose(canvas, target, alpha.detach(), STROKES_PER_BUNDLE).canvas)
        losses.append(float(loss.detach()))
    return weights


def score(actor: Actor, brush: Brush, targets: Tensor) -> dict[str, float]:
    """Mean PSNR over held-out targets [N, 3, S, S] after 20, 50, 100 and 200 strokes on a black sheet.

    Keys `psnr@N` with the best colours for the actor's shapes, as the default preset paints; `own@N` with the actor's.
    """
    result = {}
    for name, solve in (("psnr", True), ("own", False)):
        canvases = episode(actor, brush, targets, steps=200 // STROKES_PER_BUNDLE, solve=solve)
        for strokes in (20, 50, 100, 200):
            errors = squared_error(canvases[strokes // STROKES_PER_BUNDLE - 1], targets)
            result[f"{name}@{strokes}"] = round(float((-10 * errors.log10()).mean()), 3)
    return result


def _actor_to_go_on_with(path: Path, brush: Brush) -> Actor:
    """An actor from a file, ready to learn.

    Raises:
        CheckpointError: If it is not one of ours, or cannot be used.
    """
    loaded = load_actor(path, stroke_type=brush.name)
    if loaded.bgr:
        raise CheckpointError(path, "the published checkpoints paint but are not trained on here; leave --init out")
    return loaded.actor.requires_grad_(True)


def new_actor(brush: Brush, *, width: float, side: int) -> Actor:
    """A dense actor whose strokes begin as short, nearly opaque dabs, each over its own cell."""
    actor = Actor(parameters=brush.size, width=width, head="dense", side=side)
    centre = torch.logit((torch.arange(GRID) + 0.5) / GRID)
    offset, floor = actor.get_buffer("offset"), actor.get_buffer("floor")
    bias = actor.emit.get_parameter("bias")
    start = {"row0": -0.3, "row2": 0.3, "column0": -0.15, "column2": 0.15, "radius0": -1.1, "radius2": -1.1}
    with torch.no_grad():
        actor.emit.weight.mul_(0.3)
        for index, name in enumerate(brush.parameters):
            if name in ("row0", "row2"):
                offset[index] = centre[:, None]
            elif name in ("column0", "column2"):
                offset[index] = centre[None]
            elif name.startswith("opacity"):
                floor[index] = OPACITY_FLOOR
            bias[index] = 2.0 if name.startswith("opacity") else start.get(name, 0.0)
    return actor


def _extent(bundle: Tensor) -> tuple[Tensor, Tensor]:
    """Length of the chord and mean diameter [B k] of the Bezier strokes in bundles [B, k P], patch sides."""
    strokes = bundle.float().reshape(-1, BEZIER.size)
    length = (strokes[:, 0:2] - strokes[:, 4:6]).square().sum(1).clamp_min(1e-8).sqrt()
    return length, 2 * (MIN_RADIUS + RADIUS_RANGE * strokes[:, 6:8].mean(1))


def _schedule(progress: float, update: int) -> float:
    """Share of the highest learning rate: a warm-up over 200 updates, then half a cosine down to a fiftieth."""
    return min(1.0, (update + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


@torch.no_grad()
def _average(averaged: Actor, actor: Actor, decay: float) -> None:
    """Move the running average of weights and batch statistics towards the actor's."""
    for mean, value in zip(averaged.state_dict().values(), actor.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)
