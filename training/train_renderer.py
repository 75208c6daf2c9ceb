"""The recipe for a neural renderer: random strokes in, the exact rasteriser's coverage out."""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional

from core.brushes import Brush, brush_named
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha
from core.renderer import SIDE, NeuralRenderer
from core.weights import save_renderer
from training.run_folder import RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class RendererConfig:
    """What a renderer's run may vary; written whole into its run folder."""

    out: Path
    """The run folder."""
    minutes: float = 30.0
    """Wall time; the learning rate's schedule is fitted to it."""
    stroke_type: str = "bezier"
    """The brush."""
    width: float = 0.25
    """Of the dense layers, as a share of the published ones."""
    batch: int = 64
    """Strokes an update draws."""
    learning_rate: float = 1e-3
    """At its highest."""
    bce_weight: float = 0.02
    """Of the cross-entropy beside the squared error, which alone lets thin strokes go dark."""
    seed: int = 0
    """Of everything random."""

    def __post_init__(self) -> None:
        if not 0 < self.minutes < math.inf:
            raise ValueError(f"minutes must be above 0, got {self.minutes}")


def train_renderer(config: RendererConfig) -> Path:
    """Train a neural renderer; returns the weights file it leaves in the run folder.

    Raises:
        OutputError: If the run folder cannot be written.
    """
    torch.manual_seed(config.seed)
    brush = brush_named(config.stroke_type)
    run = RunFolder(config.out, config)
    inputs = brush.size - 3
    renderer = NeuralRenderer(inputs=inputs, width=config.width)
    optimiser = torch.optim.Adam(renderer.parameters(), lr=config.learning_rate)
    weights = config.out / f"{config.stroke_type}-renderer.safetensors"
    started, scored = time.monotonic(), 0.0
    for update in itertools.count():
        elapsed = (time.monotonic() - started) / 60
        over = elapsed >= config.minutes and update > 0
        if over or elapsed - scored > 2 or update == 1:
            scored = elapsed
            run.record(minutes=elapsed, update=update, **score(renderer, brush, strokes=2000 if over else 256))
            save_renderer(renderer, weights, stroke_type=config.stroke_type)
        if over:
            break

        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * 0.5 * (1 + math.cos(math.pi * elapsed / config.minutes))
        shape = torch.rand(config.batch, inputs)
        with torch.no_grad():
            truth = stroke_alpha(brush, shape, Size(SIDE, SIDE))
        with torch.autocast("cpu", torch.bfloat16):
            logits = renderer.logits(shape)
        logits = logits.float()
        loss = functional.mse_loss(logits.sigmoid(), truth)
        loss = loss + config.bce_weight * functional.binary_cross_entropy_with_logits(logits, truth)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return weights


@torch.inference_mode()
def score(renderer: NeuralRenderer, brush: Brush, *, strokes: int = 256, seed: int = 1) -> dict[str, float]:
    """Mean squared and mean absolute error against the exact rasteriser on fixed random strokes."""
    shapes = torch.rand(strokes, renderer.inputs, generator=torch.Generator().manual_seed(seed))
    squared = absolute = 0.0
    for part in torch.split(shapes, 128):
        difference = renderer(part) - stroke_alpha(brush, part, Size(SIDE, SIDE))
        squared += float(difference.square().sum())
        absolute += float(difference.abs().sum())
    values = strokes * SIDE * SIDE
    return {"mse": round(squared / values, 6), "mae": round(absolute / values, 6)}
