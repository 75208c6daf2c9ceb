"""What a step looks at and asks for, by preset."""

from __future__ import annotations

import math

import numpy as np
import torch

from core.bounds import Bounds
from core.document import Document
from core.easel import HostEasel
from core.geometry import Size
from core.job import PaintJob
from core.manner import Manner
from core.patches import grid
from core.schedule import Level

SIDE = 32
TARGET = np.full((64, 64, 3), 200, np.uint8)


def easel(job: PaintJob, divide: int = 4) -> HostEasel:
    level = Level(divide=divide, strokes=100)
    return HostEasel(job, Document(Size(64, 64)), level, SIDE, torch.device("cpu"), neural=False)


def test_the_published_preset_looks_at_the_whole_grid_whatever_is_left() -> None:
    job = PaintJob(target=TARGET, preset="paper")

    windows = Manner().windows(job, easel(job), SIDE, step=3, left=1)

    assert windows == grid(Size(128, 128), 4, SIDE)


def test_the_default_preset_looks_at_no_more_windows_than_its_strokes_ask_for() -> None:
    job = PaintJob(target=TARGET)
    here = easel(job)

    assert len(Manner().windows(job, here, SIDE, step=0, left=11)) == 3  # five strokes of each
    assert len(Manner().windows(job, here, SIDE, step=0, left=11, wider=2)) == 6
    assert len(Manner().windows(job, here, SIDE, step=0, left=1_000)) == 8  # half of a grid's


def test_the_same_step_looks_at_the_same_windows_and_another_one_elsewhere() -> None:
    job = PaintJob(target=TARGET)
    for manner in (Manner(), Manner(by_error=False)):
        first, again, other = (manner.windows(job, easel(job), SIDE, step=step, left=20) for step in (1, 1, 2))
        assert first == again != other
    assert set(first) < set(grid(Size(128, 128), 4, SIDE))  # windows that are not chosen by error are the grid's


def test_bounds_are_told_a_hand_in_window_sides() -> None:
    job = PaintJob(target=TARGET, ways=2, bounds=Bounds(min_size=1, width=(0.5, 3), opacity=(0.2, 0.9)))

    wish = Manner(solves=False).wish(job, 4.0, patient=True)

    assert (wish.least, wish.width, wish.opacity) == (0.04, (0.02, 0.12), (0.2, 0.9))
    assert (wish.ways, wish.solves, wish.keep_all, wish.takes_all) == (2, False, False, False)
    assert Manner().wish(PaintJob(target=TARGET), 4.0, patient=False).keep_all
    assert Manner().wish(PaintJob(target=TARGET), 4.0, patient=True).width == (0.0, math.inf)


def test_the_published_preset_takes_bundles_as_they_are() -> None:
    wish = Manner().wish(PaintJob(target=TARGET, preset="paper", ways=8), 4.0, patient=True)

    assert (wish.ways, wish.solves, wish.keep_all, wish.takes_all) == (1, False, True, True)
