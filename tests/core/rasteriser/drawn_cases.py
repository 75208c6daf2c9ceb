"""Strokes, and a level of a painting, for processes that draw them in different ways."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.bounds import Bounds
from core.brushes import Brush
from core.document import Document
from core.geometry import Size
from core.job import PaintJob
from core.palette import palette_of
from core.schedule import Level
from core.stroke import Strokes

SIDE = 32
"""Of windows, pixels."""


def document_of(kinds: list[int], count: int = 24) -> Document:
    """Strokes of some types, on and off a sheet of 51 x 70 pixels."""
    random = np.random.default_rng([3, *kinds])
    strokes = Strokes.from_columns(
        types=random.choice(kinds, count).astype(np.uint8),
        patches=np.column_stack([random.uniform(-20, 60, (count, 2)), random.uniform(4, 60, count)]),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32),
        steps=np.arange(count),
    )
    return Document(Size(51, 70), (30, 20, 200), strokes)


def target_of(size: Size) -> Tensor:
    """[H, W, 3] in 0..1."""
    return torch.rand(*size, 3, generator=torch.Generator().manual_seed(1))


class Step(NamedTuple):
    """What an easel is given."""

    job: PaintJob
    document: Document
    level: Level
    bundles: Tensor
    keep: Tensor


def step_of(brush: Brush, *, focused: bool) -> Step:
    """Bundles of one type for three windows, on a painting that has begun."""
    rows, columns = np.mgrid[0:51, 0:70]
    target = np.stack([rows * 4, columns * 3, 255 - rows * 2], axis=-1).astype(np.uint8)
    focus = np.where(columns > 40, 255, 30).astype(np.uint8) if focused else None
    generator = torch.Generator().manual_seed(2)
    return Step(
        job=PaintJob(target=target, strokes=200, divide=4, focus=focus),
        document=document_of([0, 2], 6),
        level=Level(divide=3, strokes=100),
        bundles=torch.rand(3, 5, brush.size, generator=generator),
        keep=torch.rand(3, 5, generator=generator) > 0.3,
    )


def small_job(*, bounded: bool = False) -> PaintJob:
    """Some steps on two levels of a sheet that is not square; in some colours, a part of it protected, if asked."""
    rows, columns = np.mgrid[0:30, 0:44]
    target = np.stack([rows * 8, columns * 5, 255 - rows * 4], axis=-1).astype(np.uint8)
    if not bounded:
        return PaintJob(target=target, strokes=40, divide=1)
    protect, focus = np.zeros((30, 44), np.uint8), np.full((30, 44), 60, np.uint8)
    protect[8:14, 10:20], focus[:, 30:] = 255, 255
    bounds = Bounds(protect=protect, palette=palette_of(target, 5), opacity=(0.5, 1.0))
    return PaintJob(target=target, strokes=40, divide=1, bounds=bounds, focus=focus)


def small_canvas() -> NDArray[np.float32]:
    """What `small_job` may be painted over: its target, but for a light square."""
    canvas = small_job().target.astype(np.float32) / 255
    canvas[6:20, 8:30] = 0.9
    return canvas
