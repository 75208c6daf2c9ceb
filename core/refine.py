"""Refinement: all strokes of a painting moved, resized and recoloured together, by gradient, to lower its error.

Spare strokes may be laid on top first. While all are refined they compete with the painting's own: round by round those
are dropped that the picture would miss least, until as many are left as there were. So strokes that are hidden or do
little are spent anew where the error was largest, and the budget stays what it was.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.bounds import FREE, Bounds
from core.compilers import HAS_TRITON
from core.device import GpuTrouble, chosen_device, free_memory, trouble_of
from core.document import Document
from core.errors import SettingError
from core.geometry import Size
from core.objective import Objective
from core.objective import check as check_objective
from core.polish import Polish
from core.rasteriser.fast import draw, measured
from core.rasteriser.painting import working_size
from core.resampling import as_canvas
from core.stroke import Strokes

JUDGED_SIDE = 1536
"""Pixels at which paintings are compared in the end, at most: more would cost gigabytes of large sheets."""

SHAPE_RATE, COLOUR_RATE = 0.008, 0.01
"""How far Adam moves a parameter at a step, at first: of a stroke's patch, and of a colour's range."""

SOFT_EDGE = 3.0
"""Width of edges at first, pixels: a stroke then feels what it just missed."""

SETTLED = 0.4
"""Share of the refinement after which edges are as they are drawn, and only as many strokes are left as wanted."""

ROUNDS = 16
"""In which strokes are dropped."""

SPARE = 1.0
"""Spare strokes worth laying, over those of the painting: with fewer, or more, pictures come out a little worse."""

MAX_STEPS = 100_000

COLOURS = "colours"
"""As an amount of refinement on a command line: only colours; see `core.least_squares`."""

_SHOWN = 10
"""Steps from one document that is told to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refined:
    """How far a refinement has come."""

    document: Document
    """The best so far: never worse than what was given."""
    error: float
    """Its mean squared error (or other loss that was asked for) at the size that it is refined at, in 0..1."""
    steps: int
    """Gradient steps so far."""
    shown: Document
    """What the strokes are just now, spare ones among them: to be looked at."""


def refine(
    document: Document,
    target: NDArray[np.uint8],
    *,
    steps: int | None = None,
    seconds: float | None = None,
    spare: Strokes | None = None,
    loss: str = "l2",
    focus: NDArray[np.uint8] | None = None,
    bounds: Bounds = FREE,
    cancelled: Callable[[], bool] = lambda: False,
    device: str = "cpu",
    told: Callable[[GpuTrouble], None] = lambda _trouble: None,
) -> Iterator[Refined]:
    """Refine a painting; each thing told is a whole document that may be kept.

    Strokes keep their types, their patches and their order, and there are as many as before; spare ones may have taken
    the place of some. Muted ones stay as and where they were, and so do locked ones, which the others go by. What is
    told last is no further from the target than the document given, at the sheet's own size or `JUDGED_SIDE` pixels,
    whichever is smaller; where nothing better was found, it is that document.

    Args:
        document: The painting.
        target: [H, W, 3] RGB of the sheet's size.
        steps: Gradient steps, over which their size falls; the same number gives the same strokes.
        seconds: Wall time instead.
        spare: Strokes on top of it, that may take the place of its own; see the module, and `Painter.spare`.
        loss: What is lowered: one of `core.objective.LOSSES`.
        focus: [H, W] uint8, how much each part of the picture counts; all alike where absent.
        bounds: What strokes may be like. Those that are not may stay as they are.
        cancelled: Asked at every step; once it says so, the best so far is told and nothing more.
        device: `cpu`, `cuda`, or `auto`; a CUDA device where there is no Triton is left to others. One that fails, or
            has too little memory, is left for the CPU, which begins anew.
        told: Hears of that.

    Yields:
        The document given, then every `_SHOWN` steps the best so far, and at the end the best of all.

    Raises:
        SettingError: If not just one of steps and seconds is given, or a setting is out of range, or the target has
            another size.
        DeviceError: If there is no such device.

    Source: Adam, Kingma and Ba 2015, through the painting's own rasteriser.
    """
    check(steps, seconds)
    if target.shape[:2] != tuple(document.size):
        height, width = target.shape[:2]
        raise SettingError("target", f"{width} x {height}", "it must have the sheet's size")
    spare = Strokes() if spare is None else spare
    check_objective(loss, focus)
    where = _device(device)

    def judged(painting: Document) -> float:
        judged_size = size_of_judgement(document.size)
        measure = Objective(as_canvas(target, judged_size), loss=loss, focus=focus)
        return measure.of(draw(painting, judged_size))

    stamp = {} if loss == "l2" else {"refined_loss": loss}

    def on(place: torch.device, left: float | None) -> Iterator[Refined]:
        size = working_size(document.painted(spare), margin=SOFT_EDGE, squares=place.type != "cpu")
        objective = Objective(as_canvas(target, size), loss=loss, focus=focus, device=place)
        return _refine(document, spare, objective, judged, stamp, steps, left, bounds, cancelled, place)

    return on(where, seconds) if where.type == "cpu" else _or_on_cpu(on, where, seconds, told)


def _or_on_cpu(
    on: Callable[[torch.device, float | None], Iterator[Refined]],
    device: torch.device,
    seconds: float | None,
    told: Callable[[GpuTrouble], None],
) -> Iterator[Refined]:
    """A refinement on a GPU; should that not do, on the CPU, anew and in the time that is left."""
    began, begun = time.monotonic(), False
    try:
        for refined in on(device, seconds):
            yield refined
            begun = True
        return
    except RuntimeError as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
    free_memory(trouble)
    told(trouble)
    left = None if seconds is None else max(0.1, seconds - (time.monotonic() - began))
    anew = on(torch.device("cpu"), left)
    if begun:  # what was given has been told already
        next(anew)
    yield from anew


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
    spare: Strokes,
    objective: Objective,
    judged: Callable[[Document], float],
    stamp: dict[str, Any],
    steps: int | None,
    seconds: float | None,
    bounds: Bounds,
    cancelled: Callable[[], bool],
    device: torch.device,
) -> Iterator[Refined]:
    began = time.monotonic()
    size = Size(*objective.target.shape[:2])
    given = Refined(document=document, error=objective.of(draw(document, size)), steps=0, shown=document)
    yield given
    count = int(np.count_nonzero(~document.strokes.muted))
    if not count:
        return
    # What is locked on top, as an artist's own strokes are, stays on top.
    below = document.strokes.below_locked
    under, over = document.strokes[:below], document.strokes[below:]
    start = replace(document, strokes=under.appended(spare).appended(over))
    polish = Polish(start, size, device, bounds)
    best, kept, done = given, None, 0
    while True:
        stopped = cancelled()
        share = done / steps if steps is not None else (time.monotonic() - began) / (seconds or 1.0)
        if stopped:
            share = 1.0  # as much as there was time for, brought to its end
        polish.drop(_wanted(share, count, count + len(spare)), objective)
        feather = 1 + (SOFT_EDGE - 1) * max(0.0, 1 - share / SETTLED)
        loss = objective(polish.canvas(feather))
        if feather == 1 and len(polish) == count and loss.item() < best.error:
            best, kept = replace(best, error=loss.item()), polish.strokes()
        if done and done % _SHOWN == 0 and not stopped:
            told = best.document if kept is None else replace(document, strokes=kept)
            yield replace(best, document=told, steps=done, shown=replace(document, strokes=polish.strokes()))
        if share >= 1:
            break
        fall = max(0.02, 1 - share)
        polish.descend(loss, SHAPE_RATE * fall, COLOUR_RATE * fall)
        done += 1
    if kept is not None:
        found = replace(document, strokes=kept)
        if judged(found) < judged(document):
            found = measured(found, objective.target.cpu().numpy())
            found = replace(found, job={**document.job, **stamp, "refined": done})
            yield replace(best, document=found, steps=done, shown=found)
            return
    yield replace(given, steps=done)


def size_of_judgement(size: Size) -> Size:
    """The size at which paintings of a sheet are compared in the end."""
    return size if size.longer <= JUDGED_SIDE else size.with_longer_side(JUDGED_SIDE)


def _wanted(share: float, count: int, at_first: int) -> int:
    """How many strokes are to be left after that share: fewer by the same part in each of `ROUNDS`."""
    rounds = min(ROUNDS, int(share / SETTLED * ROUNDS + 1e-9))
    return round(count * math.exp(math.log(at_first / count) * (1 - rounds / ROUNDS)))


def _device(name: str) -> torch.device:
    device = chosen_device(name)
    return device if HAS_TRITON else torch.device("cpu")


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
    raise SettingError("refine", text, "give a number of steps, such as 200, or of seconds, such as 5s, or colours")
