"""How fast the painter's reinforcement learner trains, beside the published loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import torch

from benchmarks.harness import Comparison, Result, Timing, compare, measure, report, synchroniser
from benchmarks.published_loop import EPISODE_STEPS, EPISODE_UPDATES, PublishedLoop
from core.files import checked_output_folder

STEPS_PER_UPDATE = EPISODE_STEPS / EPISODE_UPDATES
"""Environment steps for each update, as published; an update's whole cost has them in it."""


class Loop(Protocol):
    """A learner with its environments, as far as a benchmark drives it."""

    def update(self) -> object:
        """One update of all networks from one batch; environments have been stepped before."""
        ...

    def environment_step(self) -> object:
        """One step of every environment, its transitions kept for updates."""
        ...

    def parts(self) -> Mapping[str, Callable[[], object]]:
        """The parts of an update under their names, each to be called alone, any number of times."""
        ...


def bench_train(
    *,
    batch: int = 96,
    envs: int = 96,
    width: float = 1.0,
    repeats: int = 10,
    warm_up: int = 3,
    device: torch.device | str = "cpu",
    json_path: Path | None = None,
    ours: Loop | None = None,
) -> dict[str, Any]:
    """Time updates and environment steps of the published loop and of ours in turn, and the parts of an update.

    Medians leave out what is rare: beginning an episode, every 40th step, is not in an environment step's.

    Args:
        batch: Transitions an update learns from, on both sides.
        envs: Environments, on both sides.
        width: Of actor and critic, on both sides.
        repeats: Calls of each kind that count.
        warm_up: Calls of each kind before them, enough of them for whatever `ours` compiles or captures.
        device: Where both sides run.
        json_path: The report to write; its folder is made where it is missing.
        ours: The learner to hold against the published one, built for the same batch, envs, width and device; without
            it, the published loop is measured alone.

    Returns:
        What `harness.report` does. Its results: `update` and `environment step` (seconds, two sides where there are
        two); `updates a second`, in all, with the environment steps that belong to each; and of each side's parts their
        seconds and shares of all parts.

    Raises:
        OutputError: If the report's folder cannot be written, before anything is measured, or the report itself.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    published = PublishedLoop(batch=batch, envs=envs, width=width, device=device)
    sides: dict[str, Loop] = {"baseline": published} | ({} if ours is None else {"ours": ours})
    wait = synchroniser(device)
    for loop in sides.values():
        for _ in range(-(-batch // envs)):  # so that there is a whole batch to sample
            loop.environment_step()

    def timed(kind: Callable[[Loop], Callable[[], object]]) -> Timing | Comparison:
        if ours is None:
            return measure(kind(published), repeats=repeats, warm_up=warm_up, synchronise=wait)
        return compare(kind(published), kind(ours), repeats=repeats, warm_up=warm_up, synchronise=wait)

    # Updates come last, so that there is more than one step of each environment to draw from.
    step = timed(lambda loop: loop.environment_step)
    update = timed(lambda loop: loop.update)
    results: dict[str, Result] = {"update": update, "environment step": step}
    results["updates a second, with their environment steps"] = {
        name: 1 / (_side(update, name).median + STEPS_PER_UPDATE * _side(step, name).median) for name in sides
    }
    for name, loop in sides.items():
        parts = {
            part: measure(function, repeats=repeats, warm_up=1, synchronise=wait)
            for part, function in loop.parts().items()
        }
        whole = sum(timing.median for timing in parts.values())
        results[f"parts of an update, {name}"] = parts
        results[f"shares of an update, {name}"] = {part: timing.median / whole for part, timing in parts.items()}
    settings: dict[str, str | float | None] = {
        "device": str(device),
        "batch": batch,
        "envs": envs,
        "width": width,
        "repeats": repeats,
        "warm_up": warm_up,
    }
    return report("training speed", results, json_path, settings=settings)


def _side(result: Timing | Comparison, name: str) -> Timing:
    """One side of what was measured, or all of it."""
    if isinstance(result, Timing):
        return result
    return result.baseline if name == "baseline" else result.ours
