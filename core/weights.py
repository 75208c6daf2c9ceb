"""Weights files in and out, checked: our own safetensors, and the published PyTorch checkpoints.

Our files state their architecture in the safetensors header and hold half-precision values, or, where they are bundled
small, whole numbers of eight bits. Published checkpoints (`actor.pkl`, `renderer.pkl` of Huang, Heng, Zhou 2019) state
nothing, so they must match the published networks key for key. Nothing that a file contains is ever run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import safetensors.torch
import torch
from torch import nn

from core.actor import Actor
from core.brushes import Brush, brush_named
from core.errors import CheckpointError, OutputError
from core.files import written_aside
from core.manifest import BUNDLED, MANIFEST, bundled_path, enter, manifest_entries
from core.renderer import NeuralRenderer
from core.texts import unicode_of
from core.weight_files import (
    FORMAT,
    bytes_of,
    checked_values,
    in_eight_bits,
    read_ours,
    read_published,
    with_sorted_header,
)

PUBLISHED = {
    "actor": {
        "stroke_type": "bezier", "width": "1", "head": "average", "side": "128", "bundle": "5", "parameters": "13"
    },
    "renderer": {"stroke_type": "bezier", "width": "1", "inputs": "10"},
}  # fmt: skip
"""What the published checkpoints would say, if they had headers: ResNet(9, 18, 65) and FCN."""

_PICKLED = (".pkl", ".pth", ".pt")

_RANGES = {"width": (1 / 64, 4), "side": (32, 512), "bundle": (1, 1024)}
"""Sizes a header may state: far past any in use, and no more than memory bears."""

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedActor:
    """An actor ready to paint, and where it came from."""

    actor: Actor
    """In eval mode, float32, on the CPU, asking for no gradients."""

    stroke_type: str
    """Name of the brush whose parameters it emits."""

    bgr: bool
    """Whether it sees and emits colours blue first, as the published checkpoints do."""

    id: str
    """File name and the first 12 hex digits of its SHA-256; part of a job, since it decides the picture."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRenderer:
    """A neural renderer ready to draw, and where it came from; see `LoadedActor`."""

    renderer: NeuralRenderer
    stroke_type: str
    id: str
    path: Path


def load_actor(source: Path | None, *, stroke_type: str, folder: Path = BUNDLED) -> LoadedActor:
    """Read an actor that paints strokes of one type.

    Args:
        source: Our `.safetensors`, or the published `actor.pkl`; None for the bundled one.
        stroke_type: Name of a brush.
        folder: Where bundled weights lie.

    Raises:
        CheckpointError: If the file is missing, damaged, unsafe, or no such actor.
        SettingError: If no brush has that name.
    """
    actor, identity, path = _load(source, "actor", brush_named(stroke_type), folder, _blank_actor)
    return LoadedActor(actor=actor, stroke_type=stroke_type, bgr=_is_published(path), id=identity, path=path)


def load_actors(
    sources: Sequence[Path], *, stroke_types: Sequence[str], folder: Path = BUNDLED
) -> tuple[LoadedActor, ...]:
    """An actor for each of several stroke types.

    Args:
        sources: Files of some of them, in any order; the bundled ones paint the rest.
        stroke_types: Names of brushes.
        folder: Where bundled weights lie.

    Raises:
        CheckpointError: As of `load_actor`; or if two files paint one type, or a file none of them.
        SettingError: If no brush has such a name.
    """
    if len(sources) == len(stroke_types) == 1:
        return (load_actor(sources[0], stroke_type=stroke_types[0], folder=folder),)
    given: dict[str, Path] = {}
    for source in sources:
        kind = stroke_type_in(source)
        if kind in given:
            raise CheckpointError(source, f"it paints {kind} strokes, and so does {given[kind].name}; leave one out")
        if kind not in stroke_types:
            problem = f"it paints {kind} strokes, and asked for are {', '.join(stroke_types)}; leave it out"
            raise CheckpointError(source, problem)
        given[kind] = source
    return tuple(load_actor(given.get(kind), stroke_type=kind, folder=folder) for kind in stroke_types)


def stroke_type_in(source: Path) -> str:
    """The stroke type that a weights file states, or that the published checkpoints have.

    Raises:
        CheckpointError: If it cannot be read, or is damaged.
    """
    if _is_published(source):
        return PUBLISHED["actor"]["stroke_type"]
    return read_ours(source, bytes_of(source))[0]["stroke_type"]


def load_renderer(source: Path | None, *, stroke_type: str, folder: Path = BUNDLED) -> LoadedRenderer:
    """Read the neural renderer of one stroke type; arguments and errors as for `load_actor`.

    The published network returned 1 - sigmoid(logits), trained towards 1 - coverage; from the same weights
    `NeuralRenderer` returns sigmoid(logits), the coverage itself.
    """
    renderer, identity, path = _load(source, "renderer", brush_named(stroke_type), folder, _blank_renderer)
    return LoadedRenderer(renderer=renderer, stroke_type=stroke_type, id=identity, path=path)


def save_actor(actor: Actor, path: Path, *, stroke_type: str) -> None:
    """Write an actor in half precision, whole or not at all.

    Raises:
        OutputError: If a value is not finite or exceeds half precision, or the file cannot be written.
        SettingError: If no brush has that name.
        ValueError: If the actor does not emit that brush's parameters.
    """
    _check_size("parameters", actor.parameters_per_stroke, brush_named(stroke_type))
    header = {
        "kind": "actor",
        "stroke_type": stroke_type,
        "width": str(actor.width),
        "head": actor.head,
        "side": str(actor.side),
        "bundle": str(actor.bundle),
        "parameters": str(actor.parameters_per_stroke),
    }
    _save(actor, path, header)


def save_renderer(renderer: NeuralRenderer, path: Path, *, stroke_type: str) -> None:
    """Write a neural renderer in half precision, whole or not at all; errors as for `save_actor`."""
    _check_size("inputs", renderer.inputs, brush_named(stroke_type))
    header = {"width": str(renderer.width), "inputs": str(renderer.inputs)}
    _save(renderer, path, {"kind": "renderer", "stroke_type": stroke_type, **header})


def add_to_manifest(
    path: Path, *, data: str, recipe: str, updates: int, hours: float, hardware: str, scores: Mapping[str, float]
) -> None:
    """Enter one of our weights files in the manifest beside it, in place of any of its kind and stroke type.

    Args:
        path: A `.safetensors` file that loads.
        data: What it was trained on.
        recipe: The command that trained it.
        updates: Gradient steps taken.
        hours: Wall-clock training time.
        hardware: The machine it was trained on, without which `hours` means little.
        scores: Finite figures by name, such as PSNR in dB.

    Raises:
        CheckpointError: If the file does not load, or a manifest is there but damaged.
        OutputError: If the manifest cannot be written.
    """
    content = bytes_of(path)
    header, _ = read_ours(path, content)
    kind, stroke_type = header["kind"], header["stroke_type"]
    _loader(kind)(path, stroke_type=stroke_type)
    entry = {
        "file": path.name,
        "kind": kind,
        "stroke_type": stroke_type,
        "sha256": hashlib.sha256(content).hexdigest(),
        "data": data,
        "recipe": recipe,
        "updates": updates,
        "hours": hours,
        "hardware": hardware,
        "scores": dict(scores),
    }
    enter(path.parent / MANIFEST, entry)


def bundle(weights: Path, folder: Path = BUNDLED, *, eight_bits: bool = False) -> Path:
    """Make weights that a run has left those that come with the program, their entry in the manifest with them.

    Args:
        weights: A `.safetensors` file, in the manifest beside it.
        folder: Of the bundled weights.
        eight_bits: Keep them in half the bytes; see `in_eight_bits`.

    Returns:
        The copy.

    Raises:
        CheckpointError: If the file is not as its manifest says, or does not load.
        OutputError: If it cannot be written.
    """
    content = bytes_of(weights)
    manifest = weights.parent / MANIFEST
    for entry in manifest_entries(manifest):
        if entry["file"] == weights.name and entry["sha256"] == hashlib.sha256(content).hexdigest():
            break
    else:
        raise CheckpointError(weights, f"the {MANIFEST} beside it does not list it as it is; train it anew")
    try:
        about = {name: entry[name] for name in ("data", "recipe", "updates", "hours", "hardware", "scores")}
    except KeyError as error:
        raise CheckpointError(
            manifest, f"its entry of {weights.name} says nothing of {error}; train it anew"
        ) from error
    header, _ = read_ours(weights, content)
    _loader(header["kind"])(weights, stroke_type=header["stroke_type"])  # before anything is replaced
    before = {one["file"] for one in manifest_entries(folder / MANIFEST)}
    copied = folder / weights.name
    with written_aside(copied) as aside:
        aside.write_bytes(in_eight_bits(weights, content) if eight_bits else content)
    add_to_manifest(copied, **about)
    for name in before - {one["file"] for one in manifest_entries(folder / MANIFEST)}:
        (folder / name).unlink(missing_ok=True)  # of another name, and now of no use
    return copied


def _loader(kind: str) -> Callable[..., LoadedActor | LoadedRenderer]:
    return load_actor if kind == "actor" else load_renderer


def _check_size(name: str, found: int, brush: Brush) -> None:
    """An actor emits all "parameters" of a stroke; a renderer takes as "inputs" all but the colour."""
    expected = brush.size if name == "parameters" else brush.size - 3
    if found != expected:
        raise ValueError(f"{brush.name} strokes take {expected} {name}, this network has {found}")


def _save(network: nn.Module, path: Path, header: Mapping[str, str]) -> None:
    """Write a network's values, halved, under a header."""
    tensors = {}
    for key, tensor in network.state_dict().items():
        value = tensor.detach().cpu()
        if value.is_floating_point():
            value = value.half()
            if not value.isfinite().all():
                problem = f"{key} holds a value that is not finite or exceeds half precision's 65504"
                raise OutputError(path, f"{problem}; training went astray, so save an earlier state")
        tensors[key] = value.contiguous()
    content = safetensors.torch.save(tensors, metadata={**FORMAT, **header})
    with written_aside(path) as aside:
        aside.write_bytes(with_sorted_header(content))


def _load(
    source: Path | None, kind: str, brush: Brush, folder: Path, blank: Callable[[Mapping[str, str], Brush], Network]
) -> tuple[Network, str, Path]:
    """Read, check and fill a network; also its id and the file it came from."""
    path = bundled_path(kind, brush.name, folder) if source is None else source
    content = bytes_of(path)
    if _is_published(path):
        header, tensors = PUBLISHED[kind], read_published(path, content)
    else:
        header, tensors = read_ours(path, content)
        if header["kind"] != kind:
            raise CheckpointError(path, f"it is the {header['kind']}; choose weights of the {kind} instead")
    if header["stroke_type"] != brush.name:
        problem = f"it was trained on {header['stroke_type']} strokes; choose weights for {brush.name} strokes"
        raise CheckpointError(path, problem)
    try:
        with torch.device("meta"):  # shapes without memory, and without a draw from the random generator
            network = blank(header, brush)
    except (KeyError, ValueError) as error:
        problem = f"its header states no {kind} that this program can build ({error}); update Strokewise"
        raise CheckpointError(path, problem) from error
    network.load_state_dict(checked_values(path, kind, tensors, network.state_dict()), assign=True)
    identity = f"{unicode_of(path.name)}@{hashlib.sha256(content).hexdigest()[:12]}"
    return network.requires_grad_(False).eval(), identity, path


def _blank_actor(header: Mapping[str, str], brush: Brush) -> Actor:
    _check_size("parameters", int(header["parameters"]), brush)
    return Actor(
        parameters=brush.size,
        bundle=int(_number(header, "bundle")),
        width=_number(header, "width"),
        head=header["head"],
        side=int(_number(header, "side")),
    )


def _blank_renderer(header: Mapping[str, str], brush: Brush) -> NeuralRenderer:
    _check_size("inputs", int(header["inputs"]), brush)
    return NeuralRenderer(inputs=brush.size - 3, width=_number(header, "width"))


def _number(header: Mapping[str, str], name: str) -> float:
    """A size that a header states, within its range."""
    (low, high), value = _RANGES[name], float(header[name])
    if not low <= value <= high:
        raise ValueError(f"{name} {header[name]} is outside {low}..{high}")
    return value


def _is_published(path: Path) -> bool:
    return path.suffix.lower() in _PICKLED
