"""How long painting, drawing, the actor's answers and the timeline take, beside what the machine could do at best.

A floor is the larger of two times: what must be computed over the machine's measured rate of matrix products, and what
must be moved over its measured rate of copying. Both rates are measured in the same run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.harness import Result, Seconds, compare, measure, report, synchroniser
from benchmarks.published_test import PublishedTest
from core.captured import Captured
from core.compilers import HAS_TRITON
from core.document import Document
from core.errors import DeviceError
from core.files import checked_output_folder
from core.geometry import Size, pixel_scale
from core.hand import ready
from core.job import PaintJob
from core.observation import CHANNELS
from core.painter import Painter
from core.rasteriser.fast import draw
from core.rasteriser.marks import marks_of
from core.resampling import resized
from core.timeline import Timeline
from core.weights import LoadedActor

COPIED = 2**26
"""Bytes of the copy that the memory's rate is measured with: larger than caches."""

MULTIPLIED = 1024
"""Side of the matrices that the arithmetic's rate is measured with."""

PER_PIXEL = 4 * (1 + 3 + 3)
"""Bytes that laying a stroke on a pixel must move: its coverage, and three channels read and written."""


def machine_rates(device: torch.device, number: torch.dtype = torch.float32) -> dict[str, float]:
    """Bytes copied a second (read and written), and operations of products of matrices of a number type a second."""
    wait = synchroniser(device)
    source = torch.rand(COPIED // 4, device=device)
    goal = torch.empty_like(source)
    copying = measure(lambda: goal.copy_(source), repeats=7, warm_up=2, synchronise=wait)
    one, other = (torch.rand(MULTIPLIED, MULTIPLIED, device=device, dtype=number) for _ in range(2))
    multiplying = measure(lambda: one @ other, repeats=7, warm_up=2, synchronise=wait)
    return {"bytes_per_s": 2 * COPIED * copying.rate, "flops": 2 * MULTIPLIED**3 * multiplying.rate}


def bench_paint(
    actor: LoadedActor,
    photo: NDArray[np.uint8],
    *,
    device: torch.device,
    repeats: int = 3,
    counts: Sequence[int] = (100, 1_000, 10_000),
    large: bool = False,
    published: PublishedTest | None = None,
    json_path: Path | None = None,
) -> dict[str, Any]:
    """Paint: 200 strokes at 128 px, 4,250 at `--divide 4`, and more and more strokes of one photo.

    Args:
        actor: What paints.
        photo: [H, W, 3].
        device: Where the networks run.
        repeats: Of each measurement.
        counts: Numbers of strokes to paint of the photo, to see how time grows with them.
        large: Also 50,000 strokes of it brought to 4K, in as much detail as that has.
        published: The plain port of the published program, to paint 4,250 strokes in turn with ours, with its frames
            and without them; that takes minutes.
        json_path: The report to write.

    Returns:
        What `harness.report` does: for each painting the time, the floor in seconds (what the network's products over
        all windows would take) and the time over it.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    painter, wait = Painter(actor, device=device), synchroniser(device)
    side = min(photo.shape[:2])
    square = resized(np.ascontiguousarray(photo[:side, :side]), Size(128, 128))
    kind = actor.stroke_type
    jobs = {
        "200 strokes at 128 px, divide 1": PaintJob(target=square, stroke_type=kind, strokes=200, divide=1),
        "4,250 strokes, divide 4": PaintJob(target=photo, stroke_type=kind, strokes=4_250, divide=4),
        **{
            f"{count:,} strokes, divide 4": PaintJob(target=photo, stroke_type=kind, strokes=count, divide=4)
            for count in counts
        },
    }
    if large:
        at_4k = resized(photo, Size(*photo.shape[:2]).with_longer_side(3_840))
        jobs["50,000 strokes at 4K, divide 16"] = PaintJob(target=at_4k, stroke_type=kind, strokes=50_000, divide=16)
    network = ready(actor.actor, device)
    rates = machine_rates(device, next(network.parameters()).dtype)
    operations = _operations(network, actor.actor.side)
    results: dict[str, Result] = {"machine": rates}
    for name, job in jobs.items():
        floor = _windows(painter.painted(job)) * operations / rates["flops"]
        # On a GPU what is done over and over is captured at its fourth time.
        warm_up = 3 if device.type == "cuda" else 0
        timing = measure(lambda job=job: painter.painted(job), repeats=repeats, synchronise=wait, warm_up=warm_up)  # type: ignore[misc]
        results[name] = {"time": timing, "floor_s": floor, "over floor": timing.median / floor}
    if published is not None:
        job = jobs["4,250 strokes, divide 4"]
        with tempfile.TemporaryDirectory() as folder:
            for name, frames in (("4,250 strokes as published", None), ("... a PNG a stroke", Path(folder))):
                results[name] = compare(
                    lambda frames=frames: published.paint(photo, frames=frames),  # type: ignore[misc]
                    lambda: painter.painted(job),
                    repeats=repeats,
                    synchronise=wait,
                )
    return report(
        "paint", results, json_path, settings={"device": str(device), "photo": f"{photo.shape[1]} x {photo.shape[0]}"}
    )


def _windows(document: Document) -> int:
    """How many windows its painter has looked at, but for those where nothing was laid."""
    steps, patches = document.strokes.steps, document.strokes.patches
    return len(np.unique(np.column_stack([steps, patches]), axis=0))


def bench_actor(
    actor: LoadedActor, *, device: torch.device, batches: Sequence[int] = (1, 8, 32), json_path: Path | None = None
) -> dict[str, Any]:
    """An actor's answers to batches of windows, beside the time that their arithmetic alone would take.

    Args:
        actor: The network.
        device: Where it runs.
        batches: Windows at a time.
        json_path: The report to write.

    Returns:
        What `harness.report` does: for each batch the time, the floor in seconds and the time over the floor.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    network, side, wait = ready(actor.actor, device), actor.actor.side, synchroniser(device)
    operations, number = _operations(network, side), next(network.parameters()).dtype
    rates = machine_rates(device, number)
    results: dict[str, Result] = {"machine": rates}
    for batch in batches:
        seen = torch.rand(batch, CHANNELS, side, side, device=device, dtype=number)
        seen = seen.contiguous(memory_format=torch.channels_last)
        asked = Captured(network, enabled=device.type == "cuda")
        with torch.inference_mode():
            timing = measure(lambda seen=seen, asked=asked: asked(seen), repeats=15, warm_up=5, synchronise=wait)  # type: ignore[misc]
        floor = batch * operations / rates["flops"]
        results[f"{batch} windows"] = {"time": timing, "floor_s": floor, "over floor": timing.median / floor}
    return report("actor", results, json_path, settings={"device": str(device), "actor": actor.id, "side": side})


def _operations(network: nn.Module, side: int) -> float:
    """Floating-point operations of one window: two for each multiplication of its convolutions and dense layers."""
    total = 0.0

    def count(layer: nn.Module, _given: object, answer: torch.Tensor) -> None:
        nonlocal total
        weight = layer.get_parameter("weight")
        total += 2 * weight[0].numel() * answer[0].numel()

    hooks = [
        each.register_forward_hook(count) for each in network.modules() if isinstance(each, (nn.Conv2d, nn.Linear))
    ]
    first = next(network.parameters())
    with torch.inference_mode():
        network(torch.zeros(1, CHANNELS, side, side, device=first.device, dtype=first.dtype))
    for hook in hooks:
        hook.remove()
    return total


def bench_raster(
    document: Document,
    *,
    device: torch.device | str = "cpu",
    sides: Sequence[int] = (1_024, 3_840),
    repeats: int = 3,
    json_path: Path | None = None,
) -> dict[str, Any]:
    """Draw a document again at several sizes, beside the time that moving its pixels alone would take.

    Args:
        document: The painting.
        device: A GPU draws to its own memory, and is timed apart from bringing the picture to the host.
        sides: Longer sides to draw it at, pixels.
        repeats: Of each measurement.
        json_path: The report to write.

    Returns:
        What `harness.report` does: for each side the time, the pixels touched in millions, the floor in seconds and the
        time over it.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    where = torch.device(device)
    if where.type == "cuda" and not HAS_TRITON:
        raise DeviceError("cuda", "drawing there takes Triton, which is not installed; use --device cpu")
    rates, wait = machine_rates(where), synchroniser(where)
    results: dict[str, Result] = {"machine": rates}
    for side in sides:
        size = document.size.with_longer_side(side)
        pixels = _touched(document, size)
        timing = measure(_drawing(document, size, where), repeats=repeats, synchronise=wait, warm_up=2)
        floor = pixels * PER_PIXEL / rates["bytes_per_s"]
        results[f"{side:,} px"] = {
            "time": timing, "million pixels": pixels / 1e6, "floor_s": floor, "over floor": timing.median / floor,
        }  # fmt: skip
    return report("raster", results, json_path, settings={"strokes": len(document.strokes), "device": str(where)})


def _drawing(document: Document, size: Size, device: torch.device) -> Callable[[], object]:
    """What draws a document on a device."""
    if device.type == "cpu":
        return lambda: draw(document, size)
    from core.rasteriser.gpu_drawing import drawn  # Triton, which not every machine has

    return lambda: drawn(document, size, device)


def _touched(document: Document, size: Size) -> float:
    """Pixels of all strokes' boxes on a canvas of that size: what drawing must at least look at."""
    height, width = marks_of(document.strokes, pixel_scale(document.size, size)).sides(size)
    return float((height * width).sum())


def bench_timeline(
    document: Document, *, side: int = 2_048, jumps: int = 200, budget: int = 2**30, json_path: Path | None = None
) -> dict[str, Any]:
    """Jump to moments at random, and play from the first stroke to the last.

    Args:
        document: The painting.
        side: Of the canvas, pixels.
        jumps: How many.
        budget: Bytes of key canvases.
        json_path: The report to write.

    Returns:
        What `harness.report` does: all jumps, their 99th percentile in seconds, the floor (copying one canvas), and
        seconds of 100 frames played.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    timeline = Timeline(document, document.size.with_longer_side(side), budget)
    moments = iter(np.random.default_rng(0).integers(0, len(document.strokes) + 1, jumps + 20).tolist())
    jumping = measure(lambda: timeline.view(next(moments)), repeats=jumps, warm_up=20)
    frames = np.linspace(0, len(document.strokes), 100).round().astype(int).tolist()
    playing = measure(lambda: [timeline.view(count) for count in frames], repeats=3)
    floor = 2 * timeline.view(0).nbytes / machine_rates(torch.device("cpu"))["bytes_per_s"]
    results: dict[str, Result] = {
        "jump": jumping, "jump, 99th percentile": Seconds(np.quantile(jumping.samples, 0.99)),
        "floor_s": Seconds(floor),
        "over floor": jumping.median / floor, "100 frames": playing,
    }  # fmt: skip
    settings = {"strokes": len(document.strokes), "side": side, "budget_mib": budget / 2**20}
    return report("timeline", results, json_path, settings=settings)
