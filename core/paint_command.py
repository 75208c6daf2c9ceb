"""A picture painted into a folder: what `paint` does, its progress shown."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from tqdm import tqdm

from core.bounds import Bounds
from core.device import GpuTrouble, chosen_device, device_name, enough_memory
from core.document import Document, Rgb
from core.errors import SettingError
from core.export.document import canvas_size
from core.export.frames import check_for_frames, write_frames
from core.export.stroke_json import write_json
from core.export.svg import write_svg
from core.export.video import write_video
from core.files import output_folder, written_aside
from core.geometry import Size
from core.images import load_picture, save_picture
from core.job import PaintJob
from core.least_squares import with_best_colours
from core.metrics import score_table
from core.painter import Painter
from core.progress_bar import progress_bar
from core.rasteriser.fast import draw, to_bytes
from core.refine import COLOURS, SPARE, amount, check
from core.refine import refine as refine_painting
from core.weights import load_actors, load_renderer


def paint_picture(
    source: str,
    out: Path,
    *,
    background: Rgb,
    max_step: int,
    divide: int,
    strokes: int | None,
    preset: str,
    stroke_type: str,
    seed: int,
    device: str,
    actor: Sequence[Path],
    renderer: Path | None,
    size: int | None,
    frames: bool,
    video: bool,
    svg: bool,
    refine: str | None = None,
    loss: str = "l2",
    ways: int = 1,
    min_size: float = 0.0,
    focus: Path | None = None,
) -> dict[str, Any]:
    """Paint a picture and write painting.png, strokes.json, report.json and what else was asked for.

    Everything that can be refused is refused before anything is written.

    Returns:
        The report: strokes, seconds (of painting and refining alone), device, weights, parts of the mix that had
        nothing to paint, and scores.

    Raises:
        PainterError: If the input, a setting, the weights, the device or the folder is unusable.
    """
    target = load_picture(source)
    job = PaintJob(
        target=target, stroke_type=stroke_type, preset=preset, max_step=max_step, divide=divide, strokes=strokes,
        background=background, seed=seed, ways=ways, bounds=Bounds(min_size=min_size),
        to_refine=refine not in (None, COLOURS),
        focus=None if focus is None else load_picture(str(focus)).max(axis=2),
    )  # fmt: skip
    job.levels()  # refuses settings out of range
    steps, duration = (None, None) if refine in (None, COLOURS) else amount(refine)
    if refine not in (None, COLOURS):
        check(steps, duration)
    elif loss != "l2":
        raise SettingError("loss", loss, "only refinement by steps or seconds knows others than l2; add --refine 200")
    picture_size = canvas_size(Size(*target.shape[:2]), size)
    where = chosen_device(device)
    loaded = load_actors(actor, stroke_types=job.mix.stroke_types)
    # How many levels there are, and so whether each has a stroke type, the actor decides.
    idle = job.mix.idle(len(job.levels(loaded[0].actor.side)))
    neural = None if renderer is None else load_renderer(renderer, stroke_type=job.mix.stroke_types[0])
    with enough_memory():
        troubles: list[GpuTrouble] = []
        painter = Painter(*loaded, device=where, renderer=neural, told=partial(_tell, troubles))
    if frames:
        check_for_frames(out / "frames")

    with output_folder(out):
        started = time.monotonic()
        with enough_memory():
            document = _painted(painter, job)
        for earlier in ("painting.svg", "painting.mp4", "report.json"):
            # Left by another painting in this folder, they would pass for this one's.
            (out / earlier).unlink(missing_ok=True)
        # The strokes first: everything else can be made again from them. And before they are refined: that may take
        # long, and be broken off.
        write_json(document, out / "strokes.json")
        if refine is not None:
            with enough_memory():
                if refine == COLOURS:
                    document = with_best_colours(document, target, focus=job.attention)
                else:
                    document = _refined(painter, document, job, steps, duration, loss, partial(_tell, troubles))
            write_json(document, out / "strokes.json")
        seconds = time.monotonic() - started
        pixels = to_bytes(draw(document, picture_size))
        left_gpu = any(trouble is not GpuTrouble.FEWER_WINDOWS for trouble in troubles)
        report = {
            "strokes": len(document.strokes),
            "seconds": seconds,
            "strokes_per_second": len(document.strokes) / seconds,
            "device": device_name(where) + (", then cpu" if left_gpu else ""),
            "weights": ", ".join(each.id for each in loaded),
            "renderer": None if neural is None else neural.id,
            "picture": source.encode(errors="replace").decode(),  # a file's name need not be Unicode; a report is
            "size": [picture_size.height, picture_size.width],
            "job": job.settings(),
            "idle": [str(part) for part in idle],
            **score_table(target, pixels),
        }
        save_picture(out / "painting.png", pixels)
        if svg:
            write_svg(document, out / "painting.svg")
        if frames:
            with progress_bar("frames", "frame") as show:
                write_frames(document, out / "frames", size=picture_size, progress=show)
        if video:
            with progress_bar("film", "frame") as show:
                write_video(document, out / "painting.mp4", progress=show)
        with written_aside(out / "report.json") as path:
            path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")
    return report


def _tell(troubles: list[GpuTrouble], trouble: GpuTrouble) -> None:
    """Note what is done where a GPU cannot go on, and say it above the progress shown."""
    troubles.append(trouble)
    tqdm.write(trouble.value, file=sys.stderr)


def _painted(painter: Painter, job: PaintJob) -> Document:
    """The finished painting, its progress shown."""
    document = painter.bare_document(job)
    with progress_bar("painting", "stroke") as show:
        for frame in painter.frames(job):
            document = frame.document
            l2 = float(frame.strokes.errors[-1])
            show(len(document.strokes), frame.total, f"{-10 * math.log10(l2):.1f} dB" if l2 > 0 else "")
    return document


def _refined(
    painter: Painter,
    document: Document,
    job: PaintJob,
    steps: int | None,
    seconds: float | None,
    loss: str,
    told: Callable[[GpuTrouble], None],
) -> Document:
    """The painting refined, the progress shown; seconds are those of the spare strokes too."""
    began = time.monotonic()
    steered: dict[str, Any] = {"loss": loss, "focus": job.attention, "bounds": job.bounds}
    with progress_bar("refining", "step" if seconds is None else "second") as show:
        show(0, steps or round(seconds or 0), "spare strokes")
        spare = painter.spare(job, document, round(SPARE * len(document.strokes)))
        left = None if seconds is None else max(0.1, seconds - (time.monotonic() - began))
        place = painter.device.type  # which may be another one since the spare strokes
        for now in refine_painting(
            document, job.target, steps=steps, seconds=left, spare=spare, device=place, told=told, **steered
        ):
            document = now.document
            done = now.steps if seconds is None else min(round(seconds), round(time.monotonic() - began))
            near = f"{-10 * math.log10(now.error):.1f} dB" if now.error > 0 and loss == "l2" else ""
            show(done, steps or round(seconds or 0), near)
    return document
