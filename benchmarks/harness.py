"""The benchmark contract: warm up, wait for the device, tell median and spread, and name the hardware."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

from core.files import written_aside

OPENMP = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
"""Environment variables that decide how many threads there are, and how they wait."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long calls of one function took; the median stands for them, because a busy machine only ever adds time."""

    samples: tuple[float, ...]
    """Seconds of each call, in the order they were made."""

    def __post_init__(self) -> None:
        if not self.samples:
            raise ValueError("a timing has at least one sample; ask for more repeats")
        if not min(self.samples) > 0:
            raise ValueError(f"a call took {min(self.samples)} s by this clock; let the function do more in one call")

    @property
    def median(self) -> float:
        """Seconds."""
        return self.quartiles[1]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Seconds that a quarter, half and three quarters of the calls stayed below."""
        return _quartiles(self.samples)

    @property
    def rate(self) -> float:
        """Calls a second, by the median."""
        return 1 / self.median

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        low, median, high = self.quartiles
        return {
            "median_s": median,
            "quartiles_s": [low, high],
            "per_second": self.rate,
            "samples_s": list(self.samples),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides that were measured in turn; their samples are pairs, taken within moments of each other."""

    baseline: Timing
    """What ours is held against."""

    ours: Timing
    """As many samples."""

    @property
    def speed_up_quartiles(self) -> tuple[float, float, float]:
        """How many times as long the baseline takes: what a quarter, half and three quarters of the pairs stay below.

        Over pairs, so that a slow minute cancels out; the middle one stands for them.
        """
        pairs = zip(self.baseline.samples, self.ours.samples, strict=True)
        return _quartiles([baseline / ours for baseline, ours in pairs])

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        low, median, high = self.speed_up_quartiles
        return {
            "baseline": self.baseline.plain(),
            "ours": self.ours.plain(),
            "speed_up": median,
            "speed_up_quartiles": [low, high],
        }


class Seconds(float):
    """A number that is a time; in JSON a number like others."""


Result: TypeAlias = "Timing | Comparison | float | Mapping[str, Result]"
"""What a benchmark found: times, two sides, a number, or a group of these under names."""


def synchroniser(device: torch.device | str) -> Callable[[], None]:
    """What waits until the device has done all it was given; without it a GPU's work is timed as if it were free."""
    where = torch.device(device)
    if where.type != "cuda":
        return _nothing
    return lambda: torch.cuda.synchronize(where)


def measure(
    function: Callable[[], object],
    *,
    repeats: int,
    warm_up: int = 1,
    synchronise: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Timing:
    """Time calls of a function, each from an idle device to an idle device.

    Args:
        function: What is measured, by its side effects; what it returns is dropped.
        repeats: Calls that count.
        warm_up: Calls before them, which do not: they compile, choose kernels and fill caches.
        synchronise: From `synchroniser`; None where all work is done when a call returns.
        clock: Seconds since any moment.

    Raises:
        ValueError: If there is nothing to count, or a call is too short for the clock.
    """
    _check_counts(repeats, warm_up)
    for _ in range(warm_up):
        function()
    return Timing(tuple(_sample(function, synchronise or _nothing, clock) for _ in range(repeats)))


def compare(
    baseline: Callable[[], object],
    ours: Callable[[], object],
    *,
    repeats: int,
    warm_up: int = 1,
    synchronise: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Time two functions in turn, a pair at a time, so that whatever else the machine does hits both alike.

    Who goes first changes with every pair (A B, B A, A B, ...): what is steadily getting slower, or what the one leaves
    behind for the other, then favours neither.

    Args:
        baseline: As `measure`'s function.
        ours: Likewise.
        repeats: Pairs that count.
        warm_up: Pairs before them, which do not.
        synchronise: As for `measure`, of the device that both use.
        clock: Seconds since any moment.

    Raises:
        ValueError: As for `measure`.
    """
    _check_counts(repeats, warm_up)
    for _ in range(warm_up):
        baseline()
        ours()
    sides = (baseline, ours)
    samples: tuple[list[float], list[float]] = ([], [])
    for pair in range(repeats):
        for side in (0, 1) if pair % 2 == 0 else (1, 0):
            samples[side].append(_sample(sides[side], synchronise or _nothing, clock))
    return Comparison(Timing(tuple(samples[0])), Timing(tuple(samples[1])))


def peak_memory() -> float:
    """MiB that this process has had in memory at most.

    Not what `getrusage` says where the system tells better: a process begins there with the peak of the one that
    started it.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # not Linux
        import resource  # nor is it on Windows

        unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**10


def hardware() -> dict[str, Any]:
    """What a time depends on beside the program: processor, threads, memory, accelerator, system, versions.

    What this system does not tell is None; sizes are in GiB. `load` is the mean number of running threads of the last
    minute, this program's own included: much above `threads`, others were at work. `openmp` is what the environment
    says of its threads: where they spin while they wait, one other busy program can slow a network 40-fold (measured on
    2 cores, without the limit on spinning that main.py sets).
    """
    cuda = torch.cuda.is_available()
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "cores_allowed": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": torch.get_num_threads(),
        "openmp": {name: os.environ[name] for name in OPENMP if name in os.environ},
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "memory_gib": _memory_gib(),
        "accelerator": torch.cuda.get_device_name() if cuda else None,
        "accelerator_memory_gib": round(torch.cuda.get_device_properties().total_memory / 2**30, 1) if cuda else None,
        "system": platform.platform(),
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
            "cuda": torch.version.cuda,
        },
    }


def report(
    name: str,
    results: Mapping[str, Result],
    path: Path | None = None,
    *,
    settings: Mapping[str, str | float | None] | None = None,
) -> dict[str, Any]:
    """Show what a benchmark found as a table, and write all of it as JSON.

    The table comes first: where the file cannot be written, what was measured is still on the screen.

    Args:
        name: Of the benchmark.
        results: By what was measured.
        path: The JSON file to write or replace; none if None.
        settings: What the benchmark was asked for: batch, device and so on.

    Returns:
        What the file holds: benchmark, date, hardware, settings, results.

    Raises:
        ValueError: If a number is not finite, which strict JSON cannot hold.
        OutputError: If the file cannot be written.
    """
    found = described(name, settings=settings) | {"results": _plain(results)}
    json.dumps(found, allow_nan=False)  # refuses what is not finite before anything is shown
    print(_table(name, results, found))
    if path is not None:
        save_report(found, path)
    return found


def described(name: str, *, settings: Mapping[str, str | float | None] | None = None) -> dict[str, Any]:
    """What a report begins with: benchmark, date, hardware, settings."""
    return {
        "benchmark": name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hardware": hardware(),
        "settings": dict(settings or {}),
    }


def save_report(found: Mapping[str, Any], path: Path) -> None:
    """Write a report as JSON.

    Raises:
        ValueError: If a number is not finite, which strict JSON cannot hold.
        OutputError: If the file cannot be written.
    """
    text = json.dumps(found, indent=2, allow_nan=False) + "\n"
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8")


def _quartiles(values: list[float] | tuple[float, ...]) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in np.quantile(values, (0.25, 0.5, 0.75)))
    return low, middle, high


def _nothing() -> None:
    """Work is done when it is handed over: there is nothing to wait for."""


def _check_counts(repeats: int, warm_up: int) -> None:
    if repeats < 1 or warm_up < 0:
        raise ValueError(f"repeats must be at least 1 and warm_up at least 0, got {repeats} and {warm_up}")


def _sample(function: Callable[[], object], synchronise: Callable[[], None], clock: Callable[[], float]) -> float:
    synchronise()
    start = clock()
    function()
    synchronise()
    return clock() - start


def _cpu_model() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine() or None


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf, others not these names
        return None


def _plain(result: Result) -> Any:
    if isinstance(result, Mapping):
        return {name: _plain(each) for name, each in result.items()}
    return result.plain() if isinstance(result, Timing | Comparison) else result


def _table(name: str, results: Mapping[str, Result], found: Mapping[str, Any]) -> str:
    """The results, a line for each time or number, under a line about the machine and one about the settings."""
    machine = found["hardware"]
    about = [f"{machine['cpu']}, {machine['threads']} threads", machine["accelerator"]]
    about += [f"{library} {version}" for library, version in machine["versions"].items() if version]
    lines = [name, ", ".join(part for part in about if part)]
    if found["settings"]:
        lines.append(", ".join(f"{setting} {value}" for setting, value in found["settings"].items()))
    rows = list(_rows(results))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1, 2)] if rows else []
    for label, middle, spread, rate in rows:
        line = f"{label:<{widths[0]}}  {middle:>{widths[1]}}  {spread:<{widths[2]}}  {rate}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _rows(results: Mapping[str, Result], indent: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Label, median, quartiles and rate; a group's name stands alone over its members."""
    for label, result in results.items():
        if isinstance(result, Mapping):
            yield indent + label, "", "", ""
            yield from _rows(result, indent + "  ")
        elif isinstance(result, Comparison):
            low, middle, high = result.speed_up_quartiles
            yield indent + label, "", "", ""
            yield from _rows({"baseline": result.baseline, "ours": result.ours}, indent + "  ")
            yield f"{indent}  speed-up", f"{middle:.2f} x", f"{low:.2f} to {high:.2f} x", ""
        elif isinstance(result, Timing):
            low, middle, high = result.quartiles
            spread = f"{_readable(low)} to {_readable(high)}"
            yield indent + label, _readable(middle), spread, f"{_counted(result.rate)} a second"
        else:
            yield indent + label, _readable(result) if isinstance(result, Seconds) else _counted(result), "", ""


def _readable(seconds: float) -> str:
    """Three digits, in the unit that suits."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _counted(number: float) -> str:
    """Four digits at most before they would need a power of ten."""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
