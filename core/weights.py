"""Weights files in and out, checked: our own safetensors, and the published PyTorch checkpoints.

Our files state their architecture in the safetensors header and hold half-precision values. Published checkpoints
(`actor.pkl`, `renderer.pkl` of Huang, Heng, Zhou 2019) state nothing, so they must match the published networks key
for key. Nothing that a file contains is ever run.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import struct
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from core.actor import Actor
from core.brushes import Brush, brush_named
from core.errors import CheckpointError, OutputError
from core.files import written_aside
from core.renderer import NeuralRenderer

BUNDLED = Path(__file__).parent.parent / "resources" / "weights"
"""Folder of the weights that come with the program, and of their manifest."""

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1

FORMAT = {"format": "strokewise-weights", "version": "1"}

PUBLISHED = {
    "actor": {
        "stroke_type": "bezier", "width": "1", "head": "average", "side": "128", "bundle": "5", "parameters": "13"
    },
    "renderer": {"stroke_type": "bezier", "width": "1", "inputs": "10"},
}  # fmt: skip
"""What the published checkpoints would say, if they had headers: ResNet(9, 18, 65) and FCN."""

LARGEST_FILE = 2**30
"""Bytes; twenty times the published checkpoints, and little enough to read whole."""

_PICKLED = (".pkl", ".pth", ".pt")

_FLOATS = (torch.float32, torch.float16, torch.bfloat16)

_RANGES = {"width": (1 / 64, 4), "side": (32, 512), "bundle": (1, 1024)}
"""Sizes a header may state: far past any in use, and no more than memory bears."""

_UNREADABLE = (
    pickle.UnpicklingError,  # no pickle, or one that asks for more than tensors
    RuntimeError,  # torch's own reader: damaged archives, storages of the wrong size, TorchScript
    *(EOFError, struct.error, ValueError),  # records cut short or garbled; UnicodeDecodeError is a ValueError
    *(LookupError, TypeError, AttributeError),  # a stack, memo or storage type that is not as its record says
    *(ArithmeticError, MemoryError),  # sizes that a damaged file claims
    AssertionError,  # torch checks some records by assert
)
"""What `torch.load` raises on hostile or damaged bytes; it promises no single error."""

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
    return _read_ours(source, _bytes_of(source))[0]["stroke_type"]


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


def bundled_path(kind: str, stroke_type: str, folder: Path = BUNDLED) -> Path:
    """The bundled weights of that kind ("actor" or "renderer") and stroke type, checked against the manifest's SHA-256.

    Raises:
        CheckpointError: If there are none, or they or the manifest are not as they were shipped.
    """
    manifest = folder / MANIFEST
    for entry in _manifest_entries(manifest):
        if (entry["kind"], entry["stroke_type"]) == (kind, stroke_type):
            path = folder / str(entry["file"])
            if hashlib.sha256(_bytes_of(path)).hexdigest() != entry["sha256"]:
                raise CheckpointError(path, "it is not the file that came with this program; reinstall Strokewise")
            return path
    problem = f"it lists no {kind} for {stroke_type} strokes; reinstall Strokewise or choose a weights file"
    raise CheckpointError(manifest, problem)


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
    content = _bytes_of(path)
    header, _ = _read_ours(path, content)
    kind, stroke_type = header["kind"], header["stroke_type"]
    load = load_actor if kind == "actor" else load_renderer
    load(path, stroke_type=stroke_type)
    manifest = path.parent / MANIFEST
    others = [
        entry
        for entry in _manifest_entries(manifest)
        if entry["file"] != path.name and (entry["kind"], entry["stroke_type"]) != (kind, stroke_type)
    ]
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
    weights = sorted([*others, entry], key=lambda one: str(one["file"]))
    text = json.dumps({"version": MANIFEST_VERSION, "weights": weights}, indent=2, allow_nan=False)
    with written_aside(manifest) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


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
        aside.write_bytes(_with_sorted_header(content))


def _with_sorted_header(content: bytes) -> bytes:
    """The same file, its header in fixed order: safetensors shuffles it, and an id should depend on values alone."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True, separators=(",", ":"))
    return content[:8] + header.encode().ljust(length) + content[8 + length :]


def _load(
    source: Path | None, kind: str, brush: Brush, folder: Path, blank: Callable[[Mapping[str, str], Brush], Network]
) -> tuple[Network, str, Path]:
    """Read, check and fill a network; also its id and the file it came from."""
    path = bundled_path(kind, brush.name, folder) if source is None else source
    content = _bytes_of(path)
    if _is_published(path):
        header, tensors = PUBLISHED[kind], _read_published(path, content)
    else:
        header, tensors = _read_ours(path, content)
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
    network.load_state_dict(_checked_values(path, kind, tensors, network.state_dict()), assign=True)
    return network.requires_grad_(False).eval(), f"{path.name}@{hashlib.sha256(content).hexdigest()[:12]}", path


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


def _bytes_of(path: Path) -> bytes:
    """The whole file, read once, so that what is hashed is what is loaded."""
    try:
        if path.is_dir():
            raise CheckpointError(path, "it is a folder; choose a file in it")
        if not path.is_file():
            raise CheckpointError(path, "there is no such file; check its name and place")
        size = path.stat().st_size
        if size == 0:
            raise CheckpointError(path, "the file is empty; download or copy it again")
        if size > LARGEST_FILE:
            raise CheckpointError(path, f"it has {size} bytes, and weights have {LARGEST_FILE} at most; choose another")
        return path.read_bytes()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror}); check its permissions and the disk"
        raise CheckpointError(path, problem) from error


def _read_ours(path: Path, content: bytes) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Header and tensors of a safetensors file, its format and version checked."""
    try:
        tensors = safetensors.torch.load(content)
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length]).get("__metadata__") or {}
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        problem = "it is no readable .safetensors file, or damaged; download or copy it again"
        raise CheckpointError(path, problem) from error
    if header.get("format") != FORMAT["format"] or header.get("kind") not in PUBLISHED or "stroke_type" not in header:
        raise CheckpointError(path, "it holds weights of some other program; choose one that Strokewise wrote")
    if header.get("version") != FORMAT["version"]:
        problem = f"it is of version {header.get('version')}, and this program reads {FORMAT['version']}"
        raise CheckpointError(path, f"{problem}; update Strokewise")
    return header, tensors


def _read_published(path: Path, content: bytes) -> dict[str, Tensor]:
    """Tensors of a PyTorch checkpoint, read without unpickling code."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch on the age and form of checkpoints; nothing a painter can act on
            found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        problem = "it is damaged or holds more than tensors (code, which was not run); download a plain state dict"
        raise CheckpointError(path, problem) from error
    if not isinstance(found, dict) or not found:
        raise CheckpointError(
            path, "it holds no dictionary of tensors; save the network's state_dict() and choose that"
        )
    for key, tensor in found.items():
        if not isinstance(key, str) or not isinstance(tensor, Tensor):
            problem = f"its entry {key!r} is no named tensor; save only the network's state_dict() and choose that"
            raise CheckpointError(path, problem)
    if all(key.startswith("module.") for key in found):  # written from within DataParallel
        return {key.removeprefix("module."): tensor for key, tensor in found.items()}
    return found


def _checked_values(
    path: Path, kind: str, found: Mapping[str, Tensor], expected: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Own copies, in full precision, of values that agree with a blank network in keys, shapes and types."""
    remedy = f"choose weights of the {kind}"
    for key in expected:
        if key not in found:
            raise CheckpointError(path, f"{key} is missing, so this is another network; {remedy}")
    for key in found:
        if key not in expected:
            raise CheckpointError(path, f"{key} is unexpected, so this is another network; {remedy}")
    values = {}
    for key, want in expected.items():
        tensor = found[key].detach()
        if tensor.shape != want.shape:
            problem = f"{key} should have shape {tuple(want.shape)} and has {tuple(tensor.shape)}"
            raise CheckpointError(path, f"{problem}, so this is another network; {remedy}")
        dtypes = _FLOATS if want.is_floating_point() else (want.dtype,)
        if tensor.dtype not in dtypes or tensor.layout != torch.strided or tensor.device.type != "cpu":
            names = " or ".join(str(dtype) for dtype in dtypes)
            actual = f"{tensor.dtype} ({tensor.layout}, {tensor.device.type})"
            raise CheckpointError(path, f"{key} should be {names} and is {actual}; {remedy} in plain numbers")
        if not tensor.isfinite().all():
            raise CheckpointError(path, f"{key} holds a value that is not finite; its training failed, choose another")
        values[key] = torch.empty(want.shape, dtype=want.dtype).copy_(tensor)
    return values


def _manifest_entries(manifest: Path) -> list[dict[str, Any]]:
    """What a manifest lists, nothing where there is none; file, kind, stroke_type and sha256 are there, and strings."""
    if not manifest.exists():
        return []
    try:
        listed = json.loads(_bytes_of(manifest))
        entries = listed["weights"]
        if listed["version"] != MANIFEST_VERSION:
            raise ValueError(f"version {listed['version']}")
        if not all(isinstance(one[key], str) for one in entries for key in ("file", "kind", "stroke_type", "sha256")):
            raise TypeError("an entry's names are not strings")
    except (KeyError, TypeError, ValueError) as error:
        problem = f"the list of bundled weights is damaged or of another version ({error}); reinstall Strokewise"
        raise CheckpointError(manifest, problem) from error
    return list(entries)
