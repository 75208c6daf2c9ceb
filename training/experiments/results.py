"""What runs have reached: their scores as one table, from the lines that they have written."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.files import written_aside
from training.experiments.arms import Arm, Experiment
from training.experiments.runs import run_folder
from training.run_folder import METRICS

_SCORE = re.compile(r"(own_)?l2@(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How near to the held-out pictures a run's paintings came at one time, after so many strokes."""

    arm: str
    seed: int
    updates: int
    minutes: float
    strokes: int
    colours: str
    """`best` for the shapes, as the painter lays them, or the actor's `own`."""
    l2: float
    """Mean squared error, channels in 0..1."""
    psnr: float
    """Mean over pictures, dB."""


def scores_of(out: Path, experiment: Experiment) -> list[Score]:
    """All scores of an experiment's runs, as far as they have come: by arm, seed, time and strokes."""
    found = []
    for arm in experiment.arms:
        for seed in seeds_in(out, arm):
            found += _scores_in(run_folder(out, arm, seed) / METRICS, arm.name, seed)
    return found


def seeds_in(out: Path, arm: Arm) -> list[int]:
    """Of an arm's runs that have begun."""
    names = (path.name.removeprefix(f"{arm.name}-") for path in out.glob(f"{arm.name}-*"))
    return sorted(int(name) for name in names if name.isdecimal())


def _scores_in(metrics: Path, arm: str, seed: int) -> list[Score]:
    found = []
    try:
        lines = metrics.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:  # cut short by a kill
            continue
        for name, value in told.items():
            match = _SCORE.fullmatch(name)
            if match is None:
                continue
            own, strokes = bool(match[1]), int(match[2])
            psnr = told[f"{'own' if own else 'psnr'}@{strokes}"]
            found.append(
                Score(
                    arm=arm, seed=seed, updates=told["update"], minutes=told["minutes"], strokes=strokes,
                    colours="own" if own else "best", l2=value, psnr=psnr,
                )
            )  # fmt: skip
    return found


def compared(scores: Iterable[Score], strokes: int) -> list[Score]:
    """Of scores those after so many strokes; in the best colours where an actor was scored in these too."""
    found = [score for score in scores if score.strokes == strokes]
    solved = {(score.arm, score.seed) for score in found if score.colours == "best"}
    return [score for score in found if score.colours == "best" or (score.arm, score.seed) not in solved]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where an arm has ended, means over its seeds."""

    arm: str
    label: str
    seeds: int
    updates: float
    minutes: float
    l2: float
    spread: float
    """Between the best and the worst seed's L2."""
    psnr: float
    first_l2: float
    """Before the first update."""


def outcomes(scores: Sequence[Score], experiment: Experiment) -> list[Outcome]:
    """Each arm's end, after the strokes that a painting has; arms without a score are left out."""
    found = []
    for arm in experiment.arms:
        mine = [score for score in compared(scores, experiment.marks[-1]) if score.arm == arm.name]
        seeds = sorted({score.seed for score in mine})
        if not seeds:
            continue
        last = [max((each for each in mine if each.seed == seed), key=lambda each: each.updates) for seed in seeds]
        first = [min((each for each in mine if each.seed == seed), key=lambda each: each.updates) for seed in seeds]
        l2 = [each.l2 for each in last]
        found.append(
            Outcome(
                arm=arm.name, label=arm.label, seeds=len(seeds),
                updates=_mean(each.updates for each in last), minutes=_mean(each.minutes for each in last),
                l2=_mean(l2), spread=max(l2) - min(l2), psnr=_mean(each.psnr for each in last),
                first_l2=_mean(each.l2 for each in first),
            )
        )  # fmt: skip
    return found


def _mean(values: Iterable[float]) -> float:
    each = list(values)
    return math.fsum(each) / len(each)


def write_csv(path: Path, scores: Iterable[Score]) -> None:
    """Write scores, one a line.

    Raises:
        OutputError: If it cannot be written.
    """
    with written_aside(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Score)])
        writer.writeheader()
        writer.writerows(asdict(score) for score in scores)


def table(found: Sequence[Outcome], strokes: int) -> str:
    """Outcomes as a Markdown table, the best first."""
    lines = [
        f"| | Seeds | Updates | Minutes | L2 at {strokes}, untrained | L2 at {strokes} | Spread | dB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += (
        f"| {each.label} | {each.seeds} | {each.updates:,.0f} | {each.minutes:.1f} | {each.first_l2:.4f} "
        f"| {each.l2:.4f} | {f'{each.spread:.4f}' if each.seeds > 1 else '–'} | {each.psnr:.2f} |"
        for each in sorted(found, key=lambda each: each.l2)
    )
    return "\n".join(lines) + "\n"
