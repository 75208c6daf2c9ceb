"""Curves of an experiment: the error of held-out pictures against updates and against time."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.errors import SettingError
from core.files import written_aside
from training.experiments import INSTALL
from training.experiments.arms import Arm, Experiment
from training.experiments.results import Score, compared

_POINTS = 100
"""Of a mean over seeds, which are scored at different times."""


def check_tools(*, reads: bool) -> None:
    """Hold this machine against what results need, before anything is trained.

    Args:
        reads: Whether digits are to be read.

    Raises:
        SettingError: If there is no matplotlib, or no scikit-learn to read with.
    """
    if find_spec("matplotlib") is None:
        raise SettingError("experiment", "curves", f"they are drawn by matplotlib; install it by {INSTALL}")
    if reads and find_spec("sklearn") is None:
        raise SettingError("experiment", "mnist", f"digits are read by scikit-learn; install it by {INSTALL}")


def plot_curves(out: Path, scores: Sequence[Score], experiment: Experiment, *, title: str) -> list[Path]:
    """Draw L2 at a painting's end against updates and against hours, an arm a line, the spread of its seeds around it.

    Returns:
        The pictures, `curves-updates.png` and `curves-hours.png`.

    Raises:
        OutputError: If they cannot be written.
    """
    import matplotlib as mpl

    mpl.use("agg")  # no window, whatever the machine is set to
    from matplotlib import pyplot as plt
    from matplotlib.ticker import LogLocator

    written = []
    for name in ("updates", "hours"):
        figure, axes = plt.subplots(figsize=(6.4, 4.2), dpi=120, layout="constrained")
        for index, arm in enumerate(experiment.arms):
            lines = lines_of(scores, arm, experiment.marks[-1], against=name)
            if not lines:
                continue
            x, low, middle, high = _together(lines)
            axes.plot(
                x, middle, label=arm.label, color=f"C{index}", marker="o" if len(lines) == 1 else "", markersize=3
            )
            if len(lines) > 1:
                axes.fill_between(x, low, high, color=f"C{index}", alpha=0.2, linewidth=0)
        axes.set_xlabel(name)
        axes.set_ylabel(f"L2 of held-out pictures after {experiment.marks[-1]} strokes")
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}")
        axes.set_title(title)
        axes.grid(visible=True, which="both", alpha=0.25)
        if len(experiment.arms) > 1 and axes.lines:
            axes.legend()
        path = out / f"curves-{name}.png"
        with written_aside(path) as aside:
            figure.savefig(aside, format="png")
        plt.close(figure)
        written.append(path)
    return written


def lines_of(scores: Sequence[Score], arm: Arm, strokes: int, *, against: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """The curve of each of an arm's seeds: `updates` or `hours`, and L2 after so many strokes."""
    mine = [score for score in compared(scores, strokes) if score.arm == arm.name]
    seeds = [[each for each in mine if each.seed == seed] for seed in sorted({each.seed for each in mine})]
    return [
        (np.array([each.updates if against == "updates" else each.minutes / 60 for each in run]),
         np.array([each.l2 for each in run]))
        for run in seeds
    ]  # fmt: skip


def _together(
    lines: Sequence[tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of several seeds' lines common places, and there the least, the mean and the greatest, as far as all go."""
    if len(lines) == 1:
        x, y = lines[0]
        return x, y, y, y
    x = np.linspace(max(line[0][0] for line in lines), min(line[0][-1] for line in lines), _POINTS)
    values = np.stack([np.interp(x, *line) for line in lines])
    return x, values.min(axis=0), values.mean(axis=0), values.max(axis=0)
