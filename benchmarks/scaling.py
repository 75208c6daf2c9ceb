"""How the time of painting and drawing, and the memory of painting, grow with strokes, canvas and divide.

A measurement is one run, not a median: what is looked for is an exponent over several powers of ten.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.harness import Result, measure, peak_memory, report, synchroniser
from core.document import Document
from core.errors import SettingError
from core.files import checked_output_folder, written_aside
from core.geometry import Size
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.fast import draw
from core.resampling import resized
from core.weights import LoadedActor, load_actor

STROKES = (100, 1_000, 10_000, 100_000)
SIDES = (256, 512, 1_024, 2_048, 4_096, 8_192)
DIVIDES = (1, 2, 4, 8, 16)

COUNT = 4_250
"""Strokes where something else grows."""

DRAWN = 10_000
"""Strokes where they are only drawn."""

SIDE = 2_048
"""Of the photo, pixels, where something else grows."""


def bench_scaling(
    actor: LoadedActor,
    photo: NDArray[np.uint8],
    *,
    device: torch.device,
    strokes: Sequence[int] = STROKES,
    sides: Sequence[int] = SIDES,
    divides: Sequence[int] = DIVIDES,
    plot_path: Path | None = None,
    json_path: Path | None = None,
) -> dict[str, Any]:
    """Paint one photo in more and more strokes, larger and larger, and finer and finer; draw it larger and larger.

    Args:
        actor: What paints.
        photo: [H, W, 3].
        device: Where the networks run, and on a GPU all of painting.
        strokes: How many, in a photo of `SIDE` pixels at divide 16.
        sides: Longer sides of the photo painted at divide 4, and of the canvas drawn, pixels.
        divides: Of the photo of `SIDE` pixels.
        plot_path: A picture of all that: .png or .svg.
        json_path: The report to write.

    Returns:
        What `harness.report` does: seconds, peak memory in MiB of a process that only paints (on a GPU its memory), and
        for each row the exponent: the slope of the logarithm of the seconds over that of what grows (for a canvas its
        pixels), between the last two.

    Raises:
        OutputError: If a folder cannot be written.
        SettingError: If the plot's name ends otherwise, or there is no matplotlib.
    """
    for path in (plot_path, json_path):
        if path is not None:
            checked_output_folder(path.parent)
    if plot_path is not None:  # before minutes of measuring
        if plot_path.suffix not in (".png", ".svg"):
            raise SettingError("--plot", str(plot_path), "its name must end in .png or .svg")
        if find_spec("matplotlib") is None:
            raise SettingError("--plot", str(plot_path), "it takes matplotlib, which is not installed; leave it out")
    painter, wait = Painter(actor, device=device), synchroniser(device)

    def paint(side: int, **settings: int) -> float:
        target = resized(photo, Size(*photo.shape[:2]).with_longer_side(side))
        job = PaintJob(target=target, stroke_type=actor.stroke_type, **settings)  # type: ignore[arg-type]
        return measure(lambda: painter.painted(job), repeats=1, warm_up=0, synchronise=wait).median

    paint(SIDE, strokes=1_000, divide=16)  # warm
    document = painter.painted(PaintJob(target=photo, stroke_type=actor.stroke_type, strokes=DRAWN))
    rows: dict[str, dict[int, float]] = {
        "painting, by strokes": {count: paint(SIDE, strokes=count, divide=16) for count in strokes},
        "painting, by longer side": {side: paint(side, strokes=COUNT, divide=4) for side in sides},
        "painting, by divide": {divide: paint(SIDE, strokes=COUNT, divide=divide) for divide in divides},
        "drawing, by longer side": {side: _drawing(document, side) for side in sides},
    }
    memory = {
        f"{count:,} strokes": _peak(actor, photo, device, SIDE, strokes=count, divide=16) for count in strokes
    } | {f"{side:,} px": _peak(actor, photo, device, side, strokes=COUNT, divide=4) for side in sides}
    results: dict[str, Result] = {
        name: {f"{at:,}": seconds for at, seconds in row.items()} | {"exponent": exponent(row, pixels="side" in name)}
        for name, row in rows.items()
    }
    results["peak memory, MiB"] = memory
    if plot_path is not None:
        _plot(rows, plot_path)
    return report("scaling", results, json_path, settings={"device": str(device), "actor": actor.id})


def exponent(row: Mapping[int, float], *, pixels: bool = False) -> float:
    """The slope of log seconds over log of what grows, or of its square, between the last two of a row; 0 for one."""
    (one, early), (two, late) = list(row.items())[-2:] if len(row) > 1 else [(1, 1.0), (2, 1.0)]
    return float(np.log(late / early) / np.log(two / one)) / (2 if pixels else 1)


def _drawing(document: Document, side: int) -> float:
    size = document.size.with_longer_side(side)
    return measure(lambda: draw(document, size), repeats=1, warm_up=1).median


def _peak(actor: LoadedActor, photo: NDArray[np.uint8], device: torch.device, side: int, **settings: int) -> float:
    """MiB."""
    target = resized(photo, Size(*photo.shape[:2]).with_longer_side(side))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_painted_alone, (actor.path, actor.stroke_type, target, str(device), settings))


def _painted_alone(
    path: Path, stroke_type: str, target: NDArray[np.uint8], device: str, settings: dict[str, Any]
) -> float:
    Painter(load_actor(path, stroke_type=stroke_type), device=device).painted(
        PaintJob(target=target, stroke_type=stroke_type, **settings)
    )
    if torch.device(device).type == "cuda":
        return torch.cuda.max_memory_reserved() / 2**20
    return peak_memory()


def _plot(rows: Mapping[str, Mapping[int, float]], path: Path) -> None:
    """Each row in a panel, both axes logarithmic, with a dotted line that grows as what is on the axis does."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, len(rows), figsize=(4 * len(rows), 3.4), layout="constrained")
    for panel, (name, row) in zip(panels, rows.items(), strict=True):
        what = name.partition("by ")[2]
        power = 2 if "side" in what else 1
        at, seconds = np.array(list(row)), np.array(list(row.values()))
        panel.loglog(at, seconds, marker="o")
        panel.loglog(at, seconds[-1] * (at / at[-1]) ** power, ":", color="grey")
        panel.set(title=name.partition(",")[0], xlabel=what + (", pixels" if power == 2 else ""), ylabel="seconds")
        panel.set_xticks(at, [f"{each:,}" for each in at])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    with written_aside(path) as aside:
        figure.savefig(aside, dpi=110, format=path.suffix.lstrip("."))
    plt.close(figure)
