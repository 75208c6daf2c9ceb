"""How long the canvas takes to show what was done to a stroke, and how long it takes to find one under the pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Result, Seconds, Timing, measure, report
from core.document import Document
from core.editing import Place, deleted, moved, muted, recoloured
from core.files import checked_output_folder
from core.picking import Picker
from core.rasteriser.extents import longest_of
from core.rasteriser.fast import draw, to_rgb32
from core.timeline import Timeline

_FIRST = 100
"""Strokes that lie lowest: most of them cover much of the sheet, and all else has to be drawn over them again."""

_EDITS: dict[str, Callable[[Document, int], Document]] = {
    "delete": lambda document, row: deleted(document, np.array([row])),
    "mute": lambda document, row: muted(document, np.array([row])),
    "recolour": lambda document, row: recoloured(document, np.array([row]), np.array([0.9, 0.1, 0.4])),
    "to the top": lambda document, row: moved(document, np.array([row]), Place.TOP),
}


def bench_editing(
    document: Document, *, side: int = 2_048, edits: int = 200, budget: int = 2**30, json_path: Path | None = None
) -> dict[str, Any]:
    """Edit single strokes at random, each edit undone before the next; and point at random places.

    Args:
        document: The painting.
        side: Of the canvas, pixels.
        edits: Of each kind.
        budget: Bytes of key canvases.
        json_path: The report to write.

    Returns:
        What `harness.report` does: seconds from an edit to pixels for the screen, of each kind of edit, of deletions
        undone and of deletions among the first strokes, with 95th percentiles and maxima; of drawing all anew; and of
        finding what lies at a point.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    size = document.size.with_longer_side(side)
    random = np.random.default_rng(0)
    pixels = np.empty((*size, 4), np.uint8)
    timeline = Timeline(document, size, budget)

    def show(version: Document) -> None:
        box = timeline.follow(version).box
        to_rgb32(timeline.view(len(version.strokes)), pixels, box)

    def versions(rows: list[int], edit: Callable[[Document, int], Document]) -> Iterator[Document]:
        for row in rows:
            yield edit(document, row)
            yield document

    count = len(document.strokes)
    results: dict[str, Result] = {}
    show(document)
    for name, edit in _EDITS.items():
        rows = random.integers(0, count, edits + 5).tolist()
        each = list(versions(rows, edit))  # edited beforehand: that is no drawing
        shown = iter(each)
        timing = measure(lambda shown=shown: show(next(shown)), repeats=2 * edits, warm_up=10)  # type: ignore[misc]
        results |= _spread(name, timing.samples[::2]) | _spread(f"{name}, undone", timing.samples[1::2])
    first = list(versions(list(range(min(_FIRST, count))), _EDITS["delete"]))
    shown = iter(first)
    results |= _spread(
        "delete one of the first", measure(lambda: show(next(shown)), repeats=len(first), warm_up=0).samples
    )
    results["draw all anew"] = measure(lambda: draw(document, size), repeats=5)
    places = iter(random.uniform(0, 1, (edits + 5, 2)) * document.size)
    picker = Picker(document)
    found = measure(lambda: picker.at(*next(places), scale=side / document.size.longer), repeats=edits, warm_up=5)
    results |= _spread("find what lies at a point", found.samples)
    results["find where all lie"] = measure(lambda: Picker(document), repeats=5)
    settings = {
        "strokes": count, "side": side, "edits": edits, "budget_mib": budget / 2**20,
        "median_length_px": float(np.median(longest_of(document.strokes))),
    }  # fmt: skip
    return report("edit", results, json_path, settings=settings)


def _spread(name: str, samples: tuple[float, ...]) -> dict[str, Result]:
    return {
        name: Timing(tuple(samples)),
        f"{name}, 95th percentile": Seconds(np.quantile(samples, 0.95)),
        f"{name}, longest": Seconds(max(samples)),
    }
