"""How a preset paints: which windows a step looks at, and what is asked of a hand there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.bounds import WHOLE
from core.easel import Easel
from core.geometry import PixelBox
from core.hand import Wish
from core.job import PaintJob
from core.patches import grid
from core.stroke import STROKES_PER_BUNDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What of the default preset is at work; a part is left out only to measure what it is worth."""

    by_error: bool = True
    """Look where the error is largest; else at patches of the published grid, in random order."""
    solves: bool = True
    """Lay strokes in the best colours for their shapes; else in the actor's own."""

    def windows(
        self, job: PaintJob, easel: Easel, side: int, *, step: int, left: int, wider: int = 1
    ) -> list[PixelBox]:
        """Where a step looks: at the whole published grid, or at as many windows as its strokes and the level ask for.

        Args:
            job: What is painted.
            easel: The level, as far as it has come.
            side: Of the windows, pixels.
            step: The step's number.
            left: Strokes that the level is still to have.
            wider: How many times as many windows as would be enough to look at, and then not at the worst alone.
        """
        if job.preset == "paper":
            return grid(easel.size, easel.divide, side)
        # Seeded by the step, so that a painting resumed here chooses as it would have.
        random = np.random.default_rng([job.seed, step])
        wanted = min(max(1, easel.divide**2 // 2), -(-left // STROKES_PER_BUNDLE) * wider)
        if self.by_error:
            return easel.windows(wanted, random, widely=wider > 1)
        cells = grid(easel.size, easel.divide, side)
        return [cells[index] for index in random.permutation(len(cells))[:wanted]]

    def wish(self, job: PaintJob, across: float, *, patient: bool) -> Wish:
        """What a step asks of a hand.

        Args:
            job: What is painted.
            across: The sheet's longer side, window sides.
            patient: Lay only what helps.
        """
        by_paper = job.preset == "paper"
        hundredth = across / 100  # of the sheet's longer side, which bounds are told in
        thinnest, thickest = job.bounds.width
        return Wish(
            ways=1 if by_paper else job.ways,
            solves=not by_paper and self.solves,
            keep_all=by_paper or not patient,
            takes_all=by_paper,
            least=job.bounds.min_size * hundredth,
            width=(thinnest * hundredth, math.inf if thickest >= WHOLE else thickest * hundredth),
            opacity=job.bounds.opacity,
            palette=job.bounds.palette,
        )
