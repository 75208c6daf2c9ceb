"""The recipe for a neural renderer: random strokes in, the exact rasteriser's coverage out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.brushes import Brush, brush_named
from core.files import output_folder
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha
from core.renderer import SIDE, NeuralRenderer
from core.weights import add_to_manifest, save_renderer
from training import distributed
from training.budget import Budget
from training.device import chosen_device, chosen_precision, described
from training.loop import loop
from training.memory import keep_freed_memory
from training.renderers import starting_renderer
from training.run_folder import RunFolder, resumed_settings
from training.settings import check, recipe, setting

SCORED = 2000
"""Fixed random strokes that a renderer is scored on."""

FIXED = frozenset({"stroke_type", "width", "batch", "init", "seed"})
"""What a run keeps when it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RendererConfig:
    """What a renderer's run may vary; written whole into its run folder."""

    out: Path = setting(help="run folder")
    minutes: float | None = setting(None, above=0, help="wall time, which the schedule fits; 30 without --updates")
    updates: int | None = setting(
        None, least=0, help="updates, which the schedule fits; 0 takes over what --init has, and scores it"
    )
    stroke_type: str = setting("bezier", help="the brush")
    width: float | None = setting(None, least=1 / 64, most=4, help="of the dense layers. Of --init, or 0.25")
    batch: int = setting(64, least=1, most=100_000, help="strokes that an update draws")
    learning_rate: float = setting(1e-3, above=0, help="at its highest")
    bce_weight: float = setting(0.02, least=0, help="of cross-entropy; squared error alone darkens thin strokes")
    init: Path | None = setting(None, help="weights to begin from")
    seed: int = setting(0, least=0, most=2**32 - 1, help="of everything random")
    device: str = setting("auto", choices=("auto", "cpu", "cuda"), help="where to train")
    precision: str = setting("auto", choices=("auto", "float32", "bfloat16"), help="of the network's layers")
    compile: bool = setting(False, help="compile the network: a minute at first, faster after")
    scores: int = setting(8, least=1, most=10_000, help="times that the run is scored")
    log_every: int = setting(50, least=1, help="updates between lines of metrics")
    checkpoint_minutes: float = setting(5.0, least=0, help="between checkpoints")

    def __post_init__(self) -> None:
        check(self)


def train_renderer(config: RendererConfig, *, resumed: Mapping[str, Any] | None = None) -> Path:
    """Train a neural renderer; returns the weights file that it leaves in the run folder.

    Args:
        config: The settings; of a resumed run, only where it lies.
        resumed: Go on with the run that is there, with these settings changed.

    Raises:
        SettingError: If settings do not go together, or a resumed run cannot change one.
        DeviceError: If there is no such device.
        OutputError: If the run folder cannot be written.
        CheckpointError: If the weights to begin from, or the run to go on with, cannot be used.
        TrainingError: If a loss is no longer finite.
    """
    if resumed is not None:
        config = resumed_settings(config.out, RendererConfig, resumed, fixed=FIXED)
    device = chosen_device(config.device)
    keep_freed_memory()
    with distributed.joined(device), output_folder(config.out) if distributed.leads() else nullcontext():
        brush = brush_named(config.stroke_type)
        torch.manual_seed(config.seed)
        init = None if resumed is not None else config.init  # what it has learned since is in the checkpoint
        renderer = starting_renderer(brush, init=init, width=config.width)
        config = dataclasses.replace(config, width=renderer.width)
        run = RunFolder.begin(config.out, config, resumes=resumed is not None, writes=distributed.leads())
        return _run(config, run, brush, renderer.to(device), device)


def _run(config: RendererConfig, run: RunFolder, brush: Brush, renderer: NeuralRenderer, device: torch.device) -> Path:
    """Update after update, until the budget is spent."""
    optimiser = torch.optim.Adam(renderer.parameters(), fused=True)
    generator = torch.Generator(device).manual_seed(config.seed * 1024 + distributed.rank())
    logits = torch.compile(renderer.logits) if config.compile else renderer.logits
    precision, share = chosen_precision(config.precision, device), max(1, config.batch // distributed.ranks())
    state, first, spent = run.load(device), 0, 0.0
    if state is not None:
        with run.restoring():
            run.check_processes(len(state["generators"]))
            renderer.load_state_dict(state["renderer"])
            optimiser.load_state_dict(state["optimiser"])
            generator.set_state(state["generators"][distributed.rank()])
            first, spent = state["update"], state["minutes"]
    run.settle(config)
    wall = config.minutes if config.minutes or config.updates else 30.0
    weights = config.out / f"{config.stroke_type}-renderer.safetensors"

    def update(_done: int, progress: float) -> dict[str, Tensor]:
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
        shape = torch.rand(share, renderer.inputs, generator=generator, device=device)
        with torch.no_grad():
            truth = stroke_alpha(brush, shape, Size(SIDE, SIDE))
        with torch.autocast(device.type, precision, enabled=precision is not None):
            emitted = logits(shape)
        loss = renderer_loss(emitted.float(), truth, bce_weight=config.bce_weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        distributed.average_gradients(renderer)
        optimiser.step()
        return {"loss": loss.detach()}

    finish = loop(
        run,
        Budget(minutes=wall, updates=config.updates, spent=spent),
        first=first,
        update=update,
        score=lambda: score(renderer, brush, strokes=SCORED),
        state=lambda: {
            "renderer": renderer.state_dict(),
            "optimiser": optimiser.state_dict(),
            "generators": distributed.gathered(generator.get_state()),
        },
        ship=lambda: save_renderer(renderer, weights, stroke_type=config.stroke_type),
        device=device,
        log_every=config.log_every,
        scores=config.scores,
        checkpoint_minutes=config.checkpoint_minutes,
    )
    if finish.scores:  # else it was at its end already, and so is the entry
        add_to_manifest(
            weights,
            data="none: random strokes",
            recipe=recipe("renderer", config),
            updates=finish.updates,
            hours=finish.minutes / 60,
            hardware=described(device),
            scores=finish.scores,
        )
    return weights


def renderer_loss(logits: Tensor, truth: Tensor, *, bce_weight: float) -> Tensor:
    """Mean squared error of coverages [N, S, S] from their logits, and some of their cross-entropy, as a scalar."""
    loss = functional.mse_loss(logits.sigmoid(), truth)
    return loss + bce_weight * functional.binary_cross_entropy_with_logits(logits, truth)


@torch.inference_mode()
def score(renderer: NeuralRenderer, brush: Brush, *, strokes: int = 256, seed: int = 1) -> dict[str, float]:
    """Mean squared and mean absolute error against the exact rasteriser on fixed random strokes."""
    device = next(renderer.parameters()).device
    shapes = torch.rand(strokes, renderer.inputs, generator=torch.Generator().manual_seed(seed)).to(device)
    squared = absolute = 0.0
    for part in torch.split(shapes, 128):
        difference = renderer(part) - stroke_alpha(brush, part, Size(SIDE, SIDE))
        squared += float(difference.square().sum())
        absolute += float(difference.abs().sum())
    values = strokes * SIDE * SIDE
    return {"mse": squared / values, "mae": absolute / values}
