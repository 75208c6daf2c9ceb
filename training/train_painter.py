"""The recipe for an actor, first form: straight down the exact rasteriser's gradient, no critic.

Sheets in all stages of painting are stepped by the actor; the loss is the logarithm of the error after its strokes, and
its gradient flows through the differentiable rasteriser into the actor.
"""

from __future__ import annotations

import copy
import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.actor import STROKES_PER_BUNDLE, Actor
from core.brushes import brush_named
from core.files import written_aside
from core.weights import load_actor, save_actor
from training.datasets import Pictures, centre_squares, load_pictures
from training.environment import Environment, episode, paint_bundle
from training.losses import log_error, squared_error


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
    """Of the actor, as a share of ResNet-18."""
    head: str = "flatten"
    """The actor's head."""
    side: int = 64
    """Of the observation, pixels."""
    batch: int = 64
    """Sheets an update paints on."""
    envs: int = 512
    """Sheets being painted."""
    episode_steps: int = 40
    """The longest episode, action bundles."""
    unroll: int = 1
    """Steps that the gradient flows back through."""
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
        if self.envs % self.batch:
            raise ValueError(f"envs must be a multiple of batch, got {self.envs} and {self.batch}")


def train_painter(config: DirectConfig) -> Path:
    """Train an actor; returns the weights file it leaves in the run folder."""
    torch.manual_seed(config.seed)
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / "config.json").write_text(json.dumps(asdict(config), default=str, indent=2))
    brush = brush_named(config.stroke_type)
    pictures = Pictures(load_pictures(config.data, split="train", limit=config.limit))
    held_out = torch.from_numpy(centre_squares(load_pictures(config.data, split="val", limit=64)[:64], config.side))
    print(f"{len(pictures)} pictures to train on, {len(held_out)} held out", flush=True)

    actor = (
        _new_actor(config, brush.size)
        if config.init is None
        else load_actor(config.init, stroke_type=config.stroke_type).actor.requires_grad_(True)
    ).to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(actor).eval()
    optimiser = torch.optim.AdamW(actor.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4)
    world = Environment(
        pictures, envs=config.envs, side=config.side, episode_steps=config.episode_steps, seed=config.seed
    )

    weights = config.out / f"{config.stroke_type}-actor.safetensors"
    started, update, last_score, recent = time.monotonic(), 0, 0.0, []
    metrics = (config.out / "metrics.jsonl").open("a")
    while (elapsed := (time.monotonic() - started) / 60) < config.minutes:
        rate = config.learning_rate * _schedule(elapsed / config.minutes, update)
        for group in optimiser.param_groups:
            group["lr"] = rate
        start = update * config.batch % config.envs
        index = slice(start, start + config.batch)
        actor.train()
        target, canvas = world.target[index], world.canvas[index]
        before = log_error(canvas, target)
        loss = torch.zeros(())
        for _ in range(config.unroll):
            world.canvas[index] = canvas.detach()
            with torch.autocast("cpu", torch.bfloat16):
                bundle = actor(world.observation(index).to(memory_format=torch.channels_last))
            canvas = paint_bundle(brush, canvas, bundle, feather=config.feather)
            loss = loss + (log_error(canvas, target) - before).mean() / config.unroll
            if config.unroll > 1:
                world.step[index] += 1
        if config.unroll > 1:
            world.step[index] -= 1
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(actor.parameters(), 1.0)
        optimiser.step()
        _average(averaged, actor, min(config.average, (1 + update) / (10 + update)))
        world.advance(index, canvas)
        recent.append(float(loss.detach()))
        update += 1
        if elapsed - last_score > 2 or update in (1, 100, 500):
            last_score = elapsed
            scores = score(averaged, config.stroke_type, held_out)
            line = {"minutes": round(elapsed, 2), "update": update, "rate": rate, "loss": float(np.mean(recent)), **scores}
            recent.clear()
            print(json.dumps(line), flush=True)
            metrics.write(json.dumps(line) + "\n")
            metrics.flush()
            with written_aside(config.out / "checkpoint.pt") as path:
                torch.save({"actor": actor.state_dict(), "optimiser": optimiser.state_dict(), "update": update}, path)
            save_actor(averaged, weights, stroke_type=config.stroke_type)
    scores = score(averaged, config.stroke_type, held_out)
    print(json.dumps({"minutes": config.minutes, "update": update, **scores}), flush=True)
    metrics.close()
    save_actor(averaged, weights, stroke_type=config.stroke_type)
    return weights


def score(actor: Actor, stroke_type: str, targets: Tensor) -> dict[str, float]:
    """Mean L2 and PSNR over held-out targets [N, 3, S, S] after 20, 50, 100 and 200 strokes on a black sheet."""
    canvases = episode(actor, brush_named(stroke_type), targets, steps=200 // STROKES_PER_BUNDLE)
    result = {}
    for strokes in (20, 50, 100, 200):
        errors = squared_error(canvases[strokes // STROKES_PER_BUNDLE - 1], targets)
        result[f"l2@{strokes}"] = round(float(errors.mean()), 6)
        result[f"psnr@{strokes}"] = round(float((-10 * errors.log10()).mean()), 3)
    return result


def _new_actor(config: DirectConfig, parameters: int) -> Actor:
    """An actor whose strokes begin spread over the patch rather than all alike in its middle."""
    actor = Actor(parameters=parameters, width=config.width, head=config.head, side=config.side)
    with torch.no_grad():
        actor.fc.weight.mul_(0.5)
        actor.fc.bias.copy_(torch.logit(torch.empty_like(actor.fc.bias).uniform_(0.15, 0.85)))
    return actor


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
