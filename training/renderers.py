"""Neural renderers to begin a run with."""

from __future__ import annotations

from pathlib import Path

import torch

from core.brushes import Brush, brush_named
from core.errors import SettingError
from core.renderer import NeuralRenderer
from core.weights import load_renderer, stroke_type_in


def starting_renderer(brush: Brush, *, init: Path | None, width: float | None) -> NeuralRenderer:
    """A new neural renderer, or that of a file, ready to learn.

    Args:
        brush: The stroke type that it is to draw.
        init: The file; a new network where absent. Of another stroke type all is taken over but how the parameters
            enter; and that too, where the file's type has all of the brush's parameters and but for them opacities,
            which are then held at 1.
        width: Of its dense layers, over the published ones; the file's, or 0.25, where absent.

    Raises:
        CheckpointError: If the file cannot be used.
        SettingError: If another width is asked for than the file has.
    """
    if init is None:
        return NeuralRenderer(inputs=brush.size - 3, width=width or 0.25)
    loaded = load_renderer(init, stroke_type=stroke_type_in(init))
    renderer = loaded.renderer
    if width not in (None, renderer.width):
        raise SettingError("--width", width, f"{init.name} has {renderer.width:g}; leave one of them out")
    if loaded.stroke_type != brush.name:
        renderer = _of_other_type(renderer, brush_named(loaded.stroke_type), brush)
    return renderer.requires_grad_(True).train()


def _of_other_type(source: NeuralRenderer, theirs: Brush, brush: Brush) -> NeuralRenderer:
    renderer = NeuralRenderer(inputs=brush.size - 3, width=source.width)
    own = renderer.state_dict()
    state = source.state_dict()
    names, known = theirs.parameters[:-3], brush.parameters[:-3]
    others = [name for name in names if name not in known]
    if set(known) <= set(names) and all(name.startswith("opacity") for name in others):
        weight = state["fc1.weight"]
        state["fc1.bias"] = state["fc1.bias"] + sum((weight[:, names.index(name)] for name in others), torch.tensor(0))
        state["fc1.weight"] = weight[:, [names.index(name) for name in known]]
    else:
        state |= {name: own[name] for name in ("fc1.weight", "fc1.bias")}
    renderer.load_state_dict(state)
    return renderer
