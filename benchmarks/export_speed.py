"""How long a painting takes to leave the program in each form, and how much memory the largest picture takes."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Result, measure, peak_memory, report
from core.document import Document
from core.export.picture import write_picture
from core.export.stroke_json import read_json, write_json
from core.export.svg import write_svg
from core.export.svg_plotter import write_plotter_svg
from core.export.video import FilmOptions, write_video
from core.files import checked_output_folder
from core.geometry import Size

STROKES = 4_250
"""Of the painting that is exported: what the published schedule makes of 100 steps at divide 4."""

LARGEST = 16_384
"""Longer side of the largest picture, pixels."""


def bench_export(
    document: Document, *, repeats: int = 3, largest: int = LARGEST, json_path: Path | None = None
) -> dict[str, Any]:
    """Write a painting in each form.

    Args:
        document: The painting.
        repeats: Of each measurement, but for the largest picture, which is drawn once.
        largest: Its longer side, pixels.
        json_path: The report to write.

    Returns:
        What `harness.report` does: seconds of each form, sizes in MB, and of the largest picture peak memory in MiB, of
        a process that does nothing else.

    Raises:
        OutputError: If the report's folder cannot be written.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        film = FilmOptions(seconds=9, hold=1, shape="16:9")
        forms: dict[str, tuple[str, Callable[[Path], object]]] = {
            "stroke file": ("a.json", lambda path: write_json(document, path)),
            "stroke file, read": ("a.json", read_json),
            "SVG, exact": ("a.svg", lambda path: write_svg(document, path)),
            "SVG, compatible": ("b.svg", lambda path: write_svg(document, path, profile="compatible")),
            "SVG, plotter": ("c.svg", lambda path: write_plotter_svg(document, path)),
            "PNG of the sheet's size": ("a.png", lambda path: write_picture(document, path)),
            "film, 1080p, 10 s": ("a.mp4", lambda path: write_video(document, path, film=film)),
        }
        results: dict[str, Result] = {
            name: measure(lambda write=write, path=out / file: write(path), repeats=repeats)  # type: ignore[misc]
            for name, (file, write) in forms.items()
        }
        results["MB"] = {
            file: (out / file).stat().st_size / 1e6 for file in sorted({file for file, _ in forms.values()})
        }
        size = document.size.with_longer_side(largest)
        seconds, memory = _alone(document, size, out / "largest.png")
        results[f"PNG of {size.width} x {size.height}"] = {"seconds": seconds, "peak memory, MiB": memory}
    return report("export", results, json_path, settings={"strokes": len(document.strokes), "repeats": repeats})


def _alone(document: Document, size: Size, path: Path) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a process that only draws a picture."""
    strokes = path.with_suffix(".json")
    write_json(document, strokes)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_drawn, (strokes, size, path))


def _drawn(strokes: Path, size: Size, path: Path) -> tuple[float, float]:
    document = read_json(strokes)
    write_picture(document, path.with_name("warm.png"))  # compiles what is to be compiled
    timing = measure(lambda: write_picture(document, path, size=size), repeats=1, warm_up=0)
    return timing.median, peak_memory()
