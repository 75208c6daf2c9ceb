"""What `paint` does, its progress shown on the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core import painted_film
from core.batch import Outcome, painted_one_by_one
from core.cluster import film_by_cluster, painted_by_cluster
from core.device import GpuTrouble
from core.errands import errands_for, pictures_in
from core.files import output_folder
from core.paint_options import PaintOptions
from core.painted_film import FilmReport, refuse_unsuitable
from core.progress_bar import progress_bar
from core.workshop import Workshop


def paint_picture(source: str, out: Path, options: PaintOptions) -> dict[str, Any]:
    """Paint a picture into a folder; see `Workshop.paint`."""
    return Workshop(options, told=_say).paint(source, out, bars=progress_bar)


def paint_folder(
    folder: Path, out: Path, options: PaintOptions, *, cluster: str | None = None, workers: int | None = None
) -> list[Outcome]:
    """Paint every picture of a folder into one of its own, but for those that are finished there; see `core.batch`.

    Args:
        folder: Of the pictures.
        out: Of the paintings' folders.
        options: How to paint.
        cluster: Who is to paint, as the address of `core.cluster.painted_by_cluster`; None for this process.
        workers: How many of them.

    Returns:
        What came of each picture, in the pictures' order.

    Raises:
        PainterError: If there is no picture, or a setting, the weights, the device, the cluster or the folder is
            unusable.
    """
    pictures = pictures_in(folder)
    errands = errands_for(pictures, out)
    if cluster is None:
        workshop = Workshop(options, told=_say)
    outcomes: list[Outcome] = []
    with output_folder(out), progress_bar("pictures", "picture") as show:
        show(0, len(pictures), pictures[0].name if cluster is None else "painters begin")
        if cluster is None:
            ending = painted_one_by_one(workshop, errands, bars=progress_bar)
        else:
            ending = painted_by_cluster(options, errands, address=cluster, workers=workers, told=_note)
        for outcome in ending:
            outcomes.append(outcome)
            done = len(outcomes)
            at_work = cluster is None and done < len(pictures)
            show(done, len(pictures), pictures[done].name if at_work else "")
    place = {errand: number for number, errand in enumerate(errands)}
    return sorted(outcomes, key=lambda outcome: place[outcome.errand])


def paint_film(
    source: Path,
    out: Path,
    options: PaintOptions,
    given: set[str],
    *,
    cluster: str | None = None,
    workers: int | None = None,
) -> FilmReport:
    """Paint a film; see `core.painted_film`, and of `cluster` and `workers` `paint_folder`.

    Raises:
        PainterError: If the film, an option that was given, the weights, the device or the new film is unusable.
    """
    refuse_unsuitable(options, given)
    if cluster is not None:
        places: dict[str, Any] = {"address": cluster, "workers": workers, "bars": progress_bar, "told": _note}
        return film_by_cluster(options, source, out, **places)
    return painted_film.paint_film(Workshop(options, told=_say), source, out, bars=progress_bar)


def _say(trouble: GpuTrouble) -> None:
    """Tell what is done where a GPU cannot go on."""
    _note(trouble.value)


def _note(word: str) -> None:
    """Tell something, above the progress shown."""
    tqdm.write(word, file=sys.stderr)
