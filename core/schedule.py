"""How many strokes are painted at which scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.bounds import WHOLE
from core.errors import SettingError
from core.stroke import STROKES_PER_BUNDLE

PRESETS = ("default", "paper")
MAX_DIVIDE = 64
MAX_STROKES = 1_000_000

PUBLISHED_SIDE = 128
"""Pixels of a published patch's side: what `divide` counts in."""

EXPONENT = 2.0
"""Strokes of a level grow with this power of its windows along a side: as their number does."""

LEAST_WHOLE = 4
"""Strokes for the whole sheet, below which a finer level is not worth having; measured in docs/quality.md."""

LEAST_WHOLE_TO_REFINE = 20
"""The same where all strokes are refined in the end: large strokes find better places then than small ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Strokes painted at one scale."""

    divide: int
    """Patches, or windows as large as the actor's observation, along the sheet's longer side."""
    strokes: int
    """Strokes painted at this scale."""


def paper_strokes(max_step: int, divide: int) -> int:
    """How many strokes the published painter makes: half its steps on the whole sheet, half on divide^2 patches."""
    if divide == 1:
        return STROKES_PER_BUNDLE * max_step
    return STROKES_PER_BUNDLE * _half(max_step) * (1 + divide**2)


def paper_levels(max_step: int, divide: int, strokes: int | None = None) -> tuple[Level, ...]:
    """The published schedule; with a budget, cut off or prolonged at its last level to meet it."""
    budget = paper_strokes(max_step, divide) if strokes is None else strokes
    if divide == 1:
        return (Level(divide=1, strokes=budget),)
    whole = min(budget, STROKES_PER_BUNDLE * _half(max_step))
    both = (Level(divide=1, strokes=whole), Level(divide=divide, strokes=budget - whole))
    return tuple(level for level in both if level.strokes)


def coarse_to_fine(budget: int, finest: int, *, least: float = LEAST_WHOLE, coarsest: float = 1.0) -> tuple[Level, ...]:
    """Levels of 1, 2, 4, ... windows a side up to `finest`; strokes as EXPONENT says, in all exactly the budget.

    The finest levels are left out where the budget would leave less than `least` for the whole sheet, and of the others
    but the last those with fewer than `coarsest` windows a side.
    """
    # Each about twice as fine as the one before; exactly so where the finest is a power of two.
    finer = math.ceil(math.log2(finest))
    divides = [round(finest ** (index / max(1, finer))) for index in range(finer + 1)]
    while len(divides) > 1 and budget < least * sum(each**EXPONENT for each in divides):
        divides.pop()  # with so few strokes the whole comes first
    divides = [each for each in divides[:-1] if each >= coarsest] + divides[-1:]
    weights = [float(each) ** EXPONENT for each in divides]
    # Rounded down in sums rather than one by one, so that the levels add up to the budget.
    ends = [int(budget * sum(weights[: index + 1]) / sum(weights) + 1e-9) for index in range(len(weights))]
    ends[-1] = budget
    return tuple(
        Level(divide=each, strokes=end - start)
        for each, start, end in zip(divides, [0, *ends[:-1]], ends, strict=True)
        if end > start
    )


def levels(
    *,
    preset: str,
    max_step: int,
    divide: int,
    strokes: int | None,
    side: int = PUBLISHED_SIDE,
    to_refine: bool = False,
    min_size: float = 0.0,
    width: tuple[float, float] = (0.0, WHOLE),
) -> tuple[Level, ...]:
    """The levels of a preset, coarse first; their strokes add up to the budget.

    Args:
        preset: One of `PRESETS`.
        max_step: Steps (action bundles) as the published painter counts them; sets the budget where `strokes` is None.
        divide: Published patches along the longer side at the finest level.
        strokes: The exact budget, or None.
        side: Of the actor's observation, pixels. The default preset's finest level has the pixels of `divide` published
            patches, in as many windows of this side as that takes.
        to_refine: The default preset's strokes are going to be refined.
        min_size: Hundredths of the sheet's longer side that the default preset's strokes are to measure at least: there
            is no level whose windows are not twice as large.
        width: Hundredths of the sheet's longer side that they are to be thick at least and at most: no level has
            windows less than four times as wide as the least, and but for the finest none more than sixteen times the
            most.

    Raises:
        SettingError: If one of them is out of range.
    """
    if preset not in PRESETS:
        raise SettingError("preset", preset, "choose one of " + ", ".join(PRESETS))
    if not 1 <= divide <= MAX_DIVIDE:
        raise SettingError("divide", divide, f"give a whole number from 1 to {MAX_DIVIDE}")
    if max_step < 1:
        raise SettingError("max-step", max_step, "give a whole number from 1")
    budget = paper_strokes(max_step, divide) if strokes is None else strokes
    if not 1 <= budget <= MAX_STROKES:
        name, value = ("strokes", strokes) if strokes is not None else ("max-step", max_step)
        raise SettingError(name, value, f"a painting takes from 1 to {MAX_STROKES:,} strokes, this asks for {budget:,}")
    if preset == "paper":
        return paper_levels(max_step, divide, strokes)
    least = LEAST_WHOLE_TO_REFINE if to_refine else LEAST_WHOLE
    finest = divide * PUBLISHED_SIDE // side
    if min_size:
        finest = int(min(finest, 50 / min_size))
    thinnest, thickest = width
    if thinnest:
        finest = int(min(finest, 25 / thinnest))
    return coarse_to_fine(budget, max(1, finest), least=least, coarsest=100 / (16 * thickest))


def brought_to(plan: tuple[Level, ...], budget: int) -> tuple[Level, ...]:
    """A plan cut off, or prolonged at its last level, to paint so many strokes."""
    cut: list[Level] = []
    left = budget
    for index, level in enumerate(plan):
        strokes = left if index == len(plan) - 1 else min(left, level.strokes)
        if strokes > 0:
            cut.append(replace(level, strokes=strokes))
        left -= strokes
    return tuple(cut)


def _half(max_step: int) -> int:
    return max(1, max_step // 2)
