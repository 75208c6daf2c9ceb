"""The runs of an experiment: an arm after the other, each with the same budget, each seed a run of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from core.errors import SettingError
from core.files import output_folder
from core.manifest import MANIFEST
from training import distributed
from training.experiments.arms import EXPERIMENTS, Arm, Experiment, experiment_named
from training.experiments.house_numbers import write_house_numbers
from training.run_folder import CONFIG
from training.settings import check, setting
from training.train_painter import PainterConfig, train_painter

_SAME = 1e-6
"""How far apart budgets are that are the same: shares are rounded."""

DRAWN = "house-numbers.safetensors"
TRAIN, TEST = 20_000, 2_000
"""House numbers that are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentConfig:
    """What an experiment may vary."""

    name: str = setting(help="which one", choices=tuple(EXPERIMENTS))
    data: tuple[Path, ...] = setting(
        (), help="folder, zip or packed file of pictures; may be given again. svhn draws house numbers without any"
    )
    out: Path = setting(help="folder of the experiment, a run in each folder below it; goes on with what is there")
    minutes: float | None = setting(
        None, above=0, help="of training, of all runs together, each has an equal share; scoring is not counted"
    )
    updates: int | None = setting(None, least=1, help="of each run, instead of --minutes")
    seeds: int = setting(1, least=1, most=1000, help="runs of each arm, with seeds 0, 1, 2, ...")
    arm: tuple[str, ...] = setting((), help="only this one; may be given again")
    width: float = setting(0.5, least=1 / 64, most=4, help="of the actor, over ResNet-18")
    canvas: int = setting(64, least=32, most=512, help="side of the sheets, pixels")
    batch: int = setting(32, least=2, most=100_000, help="sheets that an update paints on")
    envs: int = setting(512, least=2, most=1_000_000, help="sheets being painted, a multiple of --batch")
    replay: int = setting(4096, least=2, most=10_000_000, help="transitions that are kept for the critic")
    scores: int = setting(12, least=1, most=10_000, help="times that a run is scored: points of its curve")
    held_out: int = setting(64, least=1, most=100_000, help="pictures that a run is scored on")
    device: str = setting("auto", choices=("auto", "cpu", "cuda"), help="where to train")

    def __post_init__(self) -> None:
        check(self)
        if (self.minutes is None) == (self.updates is None):
            raise SettingError("--minutes", self.minutes, "give either --minutes or --updates")
        if not self.data and self.name != "svhn":
            raise SettingError("--data", "nothing", f"give {self.experiment.pictures}")
        known = {arm.name for arm in self.experiment.arms}
        for name in self.arm:
            if name not in known:
                raise SettingError("--arm", name, f"choose one of {', '.join(sorted(known))}")
        for arm in self.arms:  # refuses what the recipe would refuse, before anything is made ready
            settings_of(self, arm, 0)

    @property
    def experiment(self) -> Experiment:
        """Which one it is."""
        return experiment_named(self.name)

    @property
    def title(self) -> str:
        """Of its results; drawn house numbers are not called SVHN."""
        drawn = self.name == "svhn" and [path.name for path in self.data] == [DRAWN]
        return f"Drawn house numbers, {self.experiment.marks[-1]} strokes" if drawn else self.experiment.title

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Those that are run."""
        return tuple(arm for arm in self.experiment.arms if not self.arm or arm.name in self.arm)


def with_pictures(config: ExperimentConfig) -> ExperimentConfig:
    """The same with pictures: where none were given, house numbers like SVHN's, drawn into the experiment's folder.

    Raises:
        OutputError: If they cannot be written.
        TypefaceError: If there is nothing to draw them with.
    """
    if config.data:
        return config
    path = config.out / DRAWN
    if distributed.leads() and not path.exists():
        with output_folder(config.out):
            write_house_numbers(path, train=TRAIN, test=TEST)
    distributed.agreed(0.0)  # the others wait for the first
    return replace(config, data=(path,))


def run_all(config: ExperimentConfig) -> Iterator[Path]:
    """Train what is not trained yet; yields each run's folder when it is done.

    A run that was cut off goes on from its last checkpoint, to the present budget; one that is done is left as it is,
    or goes on where it is to have more now.

    Several processes run it inside `distributed.joined`.

    Raises:
        SettingError: If a run that is there has had more than runs are to have now: they could not be compared.
        PainterError: As `train_painter` does.
    """
    for seed in range(config.seeds):  # a seed of every arm before the next: whatever is there can be compared
        for arm in config.arms:
            folder = run_folder(config.out, arm, seed)
            # What the first process finds there, all go by: it is about to write there.
            done, begun = (bool(distributed.agreed(found)) for found in (is_done(folder), (folder / CONFIG).exists()))
            settings = settings_of(config, arm, seed)
            # Agreed upon likewise: once the first goes on, what it had is written over.
            if distributed.agreed(not done or _is_to_have_more(folder, settings)):
                train_painter(settings, resumed=_given(settings) if begun else None)
            yield folder


def _is_to_have_more(folder: Path, settings: PainterConfig) -> bool:
    """Whether a run that is done had less than it is to have now.

    Raises:
        SettingError: If it had more, or its budget was of another kind.
    """
    had = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["settings"]
    for name in ("minutes", "updates"):
        now, then = getattr(settings, name), had.get(name)
        if now is None:
            continue
        if then is None or then > now * (1 + _SAME):
            told = "another budget" if then is None else f"{then:g} {name}"
            problem = f"{folder.name} has had {told}, and all runs are to have the same; give as much, or another --out"
            raise SettingError(f"--{name}", f"{now:g} for each run", problem)
        return bool(now > then * (1 + _SAME))
    return False


def _given(settings: PainterConfig) -> dict[str, Any]:
    """What a run that goes on is held against: it may have another budget now, and nothing else."""
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: value for name, value in values.items() if value is not None and name not in ("data", "out")}


def settings_of(config: ExperimentConfig, arm: Arm, seed: int) -> PainterConfig:
    """The recipe's settings for one run."""
    budget: dict[str, Any] = {"updates": config.updates}
    if config.minutes is not None:
        budget = {"minutes": config.minutes / (len(config.arms) * config.seeds)}
    taken_over = ("width", "canvas", "batch", "envs", "replay", "scores", "held_out", "device")
    shared = {name: getattr(config, name) for name in taken_over} | {"marks": config.experiment.marks}
    ours = {**config.experiment.settings, **arm.settings}
    if ours.get("head") == "average":
        shared["critic_width"] = config.width  # the published critic is as wide as the actor
    folder = run_folder(config.out, arm, seed)
    return PainterConfig(data=config.data, out=folder, seed=seed, **{**shared, **budget, **ours})


def run_folder(out: Path, arm: Arm, seed: int) -> Path:
    """Where a run lies."""
    return out / f"{arm.name}-{seed}"


def is_done(folder: Path) -> bool:
    """Whether a run has spent its budget: then its weights are in a manifest."""
    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["weights"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
