"""Actors to begin a run with."""

from __future__ import annotations

from pathlib import Path

import torch

from core.actor import GRID, Actor
from core.brushes import Brush, brush_named
from core.errors import CheckpointError, SettingError
from core.stroke import STROKES_PER_BUNDLE
from core.weights import load_actor, stroke_type_in

OPACITY_FLOOR = 0.6
"""The least opacity of an actor's strokes: fainter ones lower the error a little, and read as stains."""


def starting_actor(
    brush: Brush, *, init: Path | None, head: str | None, width: float | None, side: int | None, bundle: int
) -> Actor:
    """A new actor, or that of a file, ready to learn.

    Args:
        brush: Its stroke type.
        init: The file; a new actor where absent. Of another stroke type its eyes are taken over, and what emits the
            parameters that both types have: all, where the file's type has all of the brush's, else the colours.
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
    loaded = load_actor(init, stroke_type=stroke_type_in(init))
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
    if loaded.stroke_type != brush.name:
        actor = _of_other_type(actor, brush_named(loaded.stroke_type), brush)
    return actor.requires_grad_(True)


def new_actor(brush: Brush, *, width: float, side: int, head: str = "dense", bundle: int = STROKES_PER_BUNDLE) -> Actor:
    """An actor to begin with; a dense one's strokes are short, nearly opaque dabs, each over its own cell."""
    if head == "average":
        return Actor(parameters=brush.size, width=width, head=head, side=side, bundle=bundle)
    actor = Actor(parameters=brush.size, width=width, head=head, side=side)
    offset, floor = actor.get_buffer("offset"), actor.get_buffer("floor")
    bias = actor.emit.get_parameter("bias")
    centre = (torch.arange(GRID) + 0.5) / GRID
    centre = torch.logit((centre + brush.margin) / (1 + 2 * brush.margin))
    with torch.no_grad():
        actor.emit.weight.mul_(0.3)
        for index in range(len(offset)):
            # The strokes of one cell begin across each other, and so come to differ.
            proposal, parameter = divmod(index, brush.size)
            name = brush.parameters[parameter]
            if name.startswith("opacity"):
                floor[parameter] = OPACITY_FLOOR
            elif name in brush.places:
                offset[index] = centre[:, None] if name.startswith("row") else centre[None]
            if parameter < brush.size - 3:
                least, start = float(floor[parameter]), brush.dabs[proposal % 2][parameter]
                bias[index] = torch.logit(torch.tensor((start - least) / (1 - least)))
            else:
                bias[index] = 0.0
    return actor


def _of_other_type(source: Actor, theirs: Brush, brush: Brush) -> Actor:
    """An actor for a brush with the weights of one for another, as far as they have the same meaning."""
    actor = new_actor(brush, width=source.width, side=source.side, head=source.head, bundle=source.bundle)
    known = (
        set(brush.parameters) <= set(theirs.parameters)
        and brush.margin == theirs.margin
        and brush.places == tuple(name for name in theirs.places if name in brush.parameters)
    )
    pairs = [
        (index, theirs.parameters.index(name))
        for index, name in enumerate(brush.parameters)
        if known or index >= brush.size - 3
    ]
    state, given = actor.state_dict(), source.state_dict()
    for key, values in state.items():
        if key.startswith(("emit.", "fc.")) or key in ("offset", "floor"):
            ours, other = values.view(-1, brush.size, *values.shape[1:]), given[key]
            other = other.view(-1, theirs.size, *other.shape[1:])
            for index, their_index in pairs:
                ours[:, index] = other[:, their_index]
        else:
            values.copy_(given[key])
    return actor
