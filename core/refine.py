"""Refinement: all strokes of a painting moved, resized and recoloured together, by gradient, to lower its error."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray

from core.brushes import BRUSHES, MAX_PARAMETERS
from core.device import chosen_device
from core.document import Document
from core.errors import SettingError
from core.geometry import Size, pixel_scale
from core.rasteriser.fast import Canvas, bare_canvas, lay
from core.rasteriser.marks import marks_of
from core.rasteriser.painting import painted
from core.resampling import resized
from core.stroke import Strokes

LONGEST_SIDE = 512
"""Pixels that a painting is refined at, at most: finer detail than that hardly moves a stroke."""

MOST_PIXELS = 48_000_000
"""Of all strokes' boxes together: some gigabyte. With more of them it is refined at a smaller size."""

SHAPE_RATE, COLOUR_RATE = 0.004, 0.006
"""How far Adam moves a parameter at a step, at first: of a stroke's patch, and of a colour's range."""

LEAST_OPACITY = 0.6
"""Strokes that were no fainter do not become fainter: see `training.actors.OPACITY_FLOOR`."""

MAX_STEPS = 100_000

_SHOWN = 10
"""Steps from one document that is told to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refined:
    """How far a refinement has come."""

    document: Document
    """The best so far: never worse than what was given."""
    error: float
    """Its mean squared error at the size that it is refined at, pixels and channels in 0..1."""
    steps: int
    """Gradient steps so far."""


def refine(
    document: Document,
    target: NDArray[np.uint8],
    *,
    steps: int | None = None,
    seconds: float | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    device: str = "cpu",
) -> Iterator[Refined]:
    """Refine a painting; each thing told is a whole document that may be kept.

    Every stroke keeps its type, its patch and its place in the order. What is told last has no higher mean squared
    error at the sheet's own size than the document given; where nothing better was found, it is that document.

    Args:
        document: The painting.
        target: [H, W, 3] RGB of the sheet's size.
        steps: Gradient steps, over which their size falls; the same number gives the same strokes.
        seconds: Wall time instead.
        cancelled: Asked at every step; once it says so, the best so far is told and nothing more.
        device: `cpu`, `cuda`, or `auto`; a CUDA device where there is no Triton is left to others.

    Yields:
        The document given, then every `_SHOWN` steps the best so far, and at the end the best of all.

    Raises:
        SettingError: If not just one of steps and seconds is given, or it is out of range, or the target has another
            size.
        DeviceError: If there is no such device.

    Source: Adam, Kingma and Ba 2015, through the painting's own rasteriser.
    """
    check(steps, seconds)
    if target.shape[:2] != tuple(document.size):
        height, width = target.shape[:2]
        raise SettingError("target", f"{width} x {height}", "it must have the sheet's size")
    return _refine(document, target, steps, seconds, cancelled, _device(device))


def check(steps: int | None, seconds: float | None) -> None:
    """Refuse what `refine` refuses of them."""
    if (steps is None) == (seconds is None):
        raise SettingError("refine", steps, "give either steps or seconds")
    if steps is not None and not 1 <= steps <= MAX_STEPS:
        raise SettingError("refine", steps, f"give 1 to {MAX_STEPS:,} steps")
    if seconds is not None and not 0 < seconds <= 1e6:
        raise SettingError("refine", seconds, "give a number of seconds above 0")


def _refine(
    document: Document,
    target: NDArray[np.uint8],
    steps: int | None,
    seconds: float | None,
    cancelled: Callable[[], bool],
    device: torch.device,
) -> Iterator[Refined]:
    began = time.monotonic()
    size = _working_size(document)
    goal = resized(target, size).astype(np.float32) / np.float32(255)
    errors = _errors(document, size, goal)
    best = Refined(document=document, error=float(errors[-1]) if len(errors) else 0.0, steps=0)
    yield best
    if not len(document.strokes):
        return
    strokes = document.strokes
    types = strokes.types.copy()
    # In double precision on the CPU, as a document is drawn; a GPU's kernels are of single precision.
    number = torch.float64 if device.type == "cpu" else torch.float32
    rgb = torch.tensor(strokes.rgb(), device=device, requires_grad=True)
    shapes = torch.tensor(strokes.parameters, dtype=number, device=device, requires_grad=True)
    least = torch.tensor(_least(strokes), dtype=number, device=device)
    patches = torch.tensor(strokes.patches * pixel_scale(document.size, size), dtype=number, device=device)
    bare, wanted = (torch.from_numpy(each).to(device) for each in (bare_canvas(size, document.background), goal))
    optimiser = torch.optim.Adam([{"params": [shapes]}, {"params": [rgb]}], lr=1.0, betas=(0.9, 0.99))
    found, done = False, 0
    while not cancelled():
        share = done / steps if steps is not None else (time.monotonic() - began) / (seconds or 1.0)
        loss = (painted(bare, types, shapes, rgb, patches) - wanted).square().mean()
        if loss.item() < best.error:
            better = _with(document, shapes, rgb)
            best, found = replace(best, document=better, error=loss.item()), True
        if done and done % _SHOWN == 0:
            yield replace(best, steps=done)
        if share >= 1:
            break
        for group, rate in zip(optimiser.param_groups, (SHAPE_RATE, COLOUR_RATE), strict=True):
            group["lr"] = rate * max(0.02, 1 - share)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        with torch.no_grad():
            shapes.copy_(torch.maximum(shapes, least).clamp_(max=1.0))
            rgb.clamp_(0, 1)
        done += 1
    if found and _is_better(best.document, document, target):
        told = replace(best.document, job={**document.job, "refined": done})
        yield replace(best, document=_with_errors(told, size, goal), steps=done)
    else:
        yield Refined(document=document, error=float(errors[-1]), steps=done)


def _device(name: str) -> torch.device:
    device = chosen_device(name)
    return device if find_spec("triton") is not None else torch.device("cpu")


def amount(text: str) -> tuple[int | None, float | None]:
    """Steps or seconds as a command line has them: `200`, or `5s`.

    Raises:
        SettingError: If it is neither.
    """
    number = text.removesuffix("s")
    if text != number and re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", number):
        return None, float(number)
    if re.fullmatch(r"[0-9]{1,7}", text):
        return int(text), None
    raise SettingError("refine", text, "give a number of steps, such as 200, or of seconds, such as 5s")


def _working_size(document: Document) -> Size:
    size = document.size
    if size.longer > LONGEST_SIDE:
        size = size.with_longer_side(LONGEST_SIDE)
    if not len(document.strokes):
        return size
    marks = marks_of(document.strokes, pixel_scale(document.size, size))
    sides = [
        np.maximum.reduceat(centre + marks.radius, marks.offsets[:-1]).clip(0, limit)
        - np.minimum.reduceat(centre - marks.radius, marks.offsets[:-1]).clip(0, limit)
        for centre, limit in ((marks.row, size.height), (marks.column, size.width))
    ]
    pixels = float(((sides[0] + 3) * (sides[1] + 3)).sum())
    if pixels > MOST_PIXELS:
        size = size.with_longer_side(max(16, int(size.longer * (MOST_PIXELS / pixels) ** 0.5)))
    return size


def _errors(document: Document, size: Size, goal: Canvas) -> NDArray[np.float64]:
    """Mean squared error after each stroke [N]."""
    canvas = bare_canvas(size, document.background)
    begun = float(np.square(canvas - goal, dtype=np.float64).sum())
    gains = lay(canvas, document.strokes, pixel_scale(document.size, size), goal)
    return np.maximum(0, begun + np.cumsum(gains)) / goal.size


def _least(strokes: Strokes) -> NDArray[np.float64]:
    """The least value [N, P] of each parameter."""
    least = np.zeros((len(strokes), MAX_PARAMETERS))
    for kind in np.unique(strokes.types).tolist():
        faint = np.array([name.startswith("opacity") for name in BRUSHES[kind].parameters])
        chosen = (strokes.types == kind)[:, None] & np.pad(faint, (0, MAX_PARAMETERS - len(faint)))
        least[chosen] = np.minimum(strokes.parameters[chosen], LEAST_OPACITY)
    return least


def _with(document: Document, shapes: torch.Tensor, rgb: torch.Tensor) -> Document:
    """The document with other shapes and colours."""
    strokes = document.strokes
    parameters = shapes.detach().cpu().numpy().astype(np.float32)
    sizes = np.array([brush.size for brush in BRUSHES])[strokes.types]
    np.put_along_axis(parameters, sizes[:, None] - 3 + np.arange(3), rgb.detach().cpu().numpy(), axis=1)
    return replace(
        document,
        strokes=Strokes.from_columns(
            types=strokes.types, patches=strokes.patches, parameters=parameters, steps=strokes.steps
        ),
    )


def _with_errors(document: Document, size: Size, goal: Canvas) -> Document:
    strokes = document.strokes
    return replace(
        document,
        strokes=Strokes.from_columns(
            types=strokes.types,
            patches=strokes.patches,
            parameters=strokes.parameters,
            steps=strokes.steps,
            errors=_errors(document, size, goal).astype(np.float32),
        ),
    )


def _is_better(one: Document, other: Document, target: NDArray[np.uint8]) -> bool:
    """Whether one has a lower error than another at the sheet's own size."""
    goal = target.astype(np.float32) / np.float32(255)
    return bool(_errors(one, one.size, goal)[-1] < _errors(other, other.size, goal)[-1])
