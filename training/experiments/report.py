"""An experiment's results on disk: scores, curves, pictures, and a page that says what was run and where."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from core.actor import Actor
from core.brushes import brush_named
from core.files import written_aside
from core.manifest import MANIFEST
from core.weights import load_actor
from training.datasets import load_pictures
from training.evaluate import spread
from training.experiments.arms import Arm
from training.experiments.plots import plot_curves
from training.experiments.reading import Reading, read_paintings
from training.experiments.results import outcomes, scores_of, seeds_in, table, write_csv
from training.experiments.runs import ExperimentConfig, is_done, run_folder, settings_of
from training.experiments.sheets import paintings, sheet
from training.picture_bank import centre_squares
from training.picture_formats import write_png
from training.policy import Policy
from training.train_painter import policy_of

SHOWN = 6
"""Held-out pictures on a sheet."""


def write_results(config: ExperimentConfig) -> Path:
    """Write `scores.csv`, `curves-updates.png`, `curves-hours.png`, `paintings.png` and `results.md`.

    Of the runs that are there, however far they have come; pictures are of those that are done.

    Returns:
        The page.

    Raises:
        OutputError: If one of them cannot be written.
        DataError: If the pictures cannot be read.
    """
    out, experiment = config.out, config.experiment
    scores = scores_of(out, experiment)
    write_csv(out / "scores.csv", scores)
    plot_curves(out, scores, experiment, title=config.title)
    done = [arm for arm in config.arms if is_done(run_folder(out, arm, 0))]
    if done:
        _write_sheet(config, done)
    found = outcomes(scores, experiment)
    lines = [f"# {config.title}\n", table(found, experiment.marks[-1])]
    reading = _read(config, done) if config.name == "mnist" and done else None
    if config.name == "mnist" and done and reading is None:
        lines.append("Digits were not read: for that --data has to be the folder with MNIST's four idx files.\n")
    if reading is not None:
        lines.append(
            f"A classifier trained on MNIST's own digits reads {100 * reading.paintings:.1f} % of {reading.count:,} "
            f"paintings of test digits right, and {100 * reading.originals:.1f} % of the digits themselves.\n"
        )
    lines += ["Runs:\n", *(f"- {each}" for each in _told(config)), ""]
    page = out / "results.md"
    with written_aside(page) as aside:
        aside.write_text("\n".join(lines), encoding="utf-8")
    return page


def _painter(config: ExperimentConfig, arm: Arm) -> tuple[Policy, Actor]:
    """The first seed's actor of an arm, and how it paints."""
    settings = settings_of(config, arm, 0)
    weights = settings.out / f"{settings.stroke_type}-actor.safetensors"
    actor = load_actor(weights, stroke_type=settings.stroke_type).actor.eval()
    return policy_of(settings, actor, brush_named(settings.stroke_type), torch.device("cpu")), actor


def _targets(config: ExperimentConfig) -> Tensor:
    pictures = load_pictures(config.data).held_out
    return centre_squares(spread(pictures, SHOWN), config.canvas)


def _write_sheet(config: ExperimentConfig, arms: Sequence[Arm]) -> None:
    """Targets beside each arm's paintings; of a single arm after a few strokes and more."""
    targets, marks = _targets(config), config.experiment.marks
    columns, titles = [targets], ["target"]
    if len(config.experiment.arms) == 1:
        counts = sorted({1, *marks})
        columns += paintings(*_painter(config, arms[0]), targets, counts)
        titles += [str(count) for count in counts]
    else:
        for arm in arms:
            columns += paintings(*_painter(config, arm), targets, [marks[-1]])
            titles.append(arm.label)
    pixels = sheet(columns, titles, scale=max(1, 128 // config.canvas))
    write_png(config.out / "paintings.png", pixels)


def _read(config: ExperimentConfig, arms: Sequence[Arm]) -> Reading | None:
    return read_paintings(*_painter(config, arms[0]), config.data, strokes=config.experiment.marks[-1])


def _told(config: ExperimentConfig) -> list[str]:
    """A line for each run that is done: what was run, for how long and on what."""
    lines = []
    for arm in config.experiment.arms:
        for seed in seeds_in(config.out, arm):
            folder = run_folder(config.out, arm, seed)
            if is_done(folder):
                (entry,) = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["weights"]
                lines.append(
                    f"{arm.label}, seed {seed}: `{entry['recipe']}`, {entry['updates']:,} updates in "
                    f"{60 * entry['hours']:.1f} minutes on {entry['hardware']}; pictures: {entry['data']}"
                )
    return lines
