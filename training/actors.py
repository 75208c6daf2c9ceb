"""Actors to begin a run with."""

from __future__ import annotations

from pathlib import Path

import torch

from core.actor import GRID, Actor
from core.brushes import Brush
from core.errors import CheckpointError, SettingError
from core.stroke import STROKES_PER_BUNDLE
from core.weights import load_actor

OPACITY_FLOOR = 0.6
"""The least opacity of an actor's strokes: fainter ones lower the error a little, and read as stains."""


def starting_actor(
    brush: Brush, *, init: Path | None, head: str | None, width: float | None, side: int | None, bundle: int
) -> Actor:
    """A new actor, or that of a file, ready to learn.

    Args:
        brush: Its stroke type.
        init: The file; a new actor where absent.
        head: `dense` or `average`; the file's, or `dense`, where absent. So for the next two.
        width: Over ResNet-18; else 0.5.
        side: Of its observation, pixels; else 64.
        bundle: Strokes laid in a step.

    Raises:
        CheckpointError: If the file's is not one of ours, or cannot be used.
        SettingError: If what is asked for is not what the file has.
    """
    if init is None:
        return new_actor(brush, width=width or 0.5, side=side or 64, head=head or "dense", bundle=bundle)
    loaded = load_actor(init, stroke_type=brush.name)
    if loaded.bgr:
        raise CheckpointError(init, "the published checkpoints paint but are not trained on here; leave it out")
    actor = loaded.actor
    asked: dict[str, tuple[object, object]] = {
        "head": (head, actor.head),
        "width": (width, actor.width),
        "canvas": (side, actor.side),
    }
    if actor.head == "average":
        asked["bundle"] = (bundle, actor.bundle)
    for name, (wanted, found) in asked.items():
        if wanted is not None and wanted != found:
            raise SettingError(f"--{name}", wanted, f"{init.name} has {found}; leave one of them out")
    return actor.requires_grad_(True)


def new_actor(brush: Brush, *, width: float, side: int, head: str = "dense", bundle: int = STROKES_PER_BUNDLE) -> Actor:
    """An actor to begin with; a dense one's strokes are short, nearly opaque dabs, each over its own cell."""
    if head == "average":
        return Actor(parameters=brush.size, width=width, head=head, side=side, bundle=bundle)
    actor = Actor(parameters=brush.size, width=width, head=head, side=side)
    centre = torch.logit((torch.arange(GRID) + 0.5) / GRID)
    offset, floor = actor.get_buffer("offset"), actor.get_buffer("floor")
    bias = actor.emit.get_parameter("bias")
    upright = {"row0": -0.3, "row2": 0.3, "column0": -0.15, "column2": 0.15, "radius0": -1.1, "radius2": -1.1}
    lying = upright | {"row0": 0.15, "row2": -0.15, "column0": -0.3, "column2": 0.3}
    with torch.no_grad():
        actor.emit.weight.mul_(0.3)
        for index in range(len(offset)):
            # The strokes of one cell begin across each other, and so come to differ.
            proposal, parameter = divmod(index, brush.size)
            name = brush.parameters[parameter]
            if name in ("row0", "row2"):
                offset[index] = centre[:, None]
            elif name in ("column0", "column2"):
                offset[index] = centre[None]
            elif name.startswith("opacity"):
                floor[parameter] = OPACITY_FLOOR
            start = 2.0 if name.startswith("opacity") else (lying if proposal % 2 else upright).get(name, 0.0)
            bias[index] = start
    return actor
