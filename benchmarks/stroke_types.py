"""Stroke types side by side: how near each comes after 200 strokes, and how it looks after 200 and 2,000."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.harness import described, save_report
from benchmarks.photographs import Photograph
from benchmarks.quality import Painted, Setting, painted_once
from core.files import checked_output_folder
from core.geometry import Size
from core.images import check_picture_path, save_picture
from core.mix import Mix
from core.painter import Painter
from core.rasteriser.fast import draw, to_bytes
from core.resampling import resized
from core.weights import LoadedActor

COMPARED = Setting(side=128, strokes=200, undivided=True)
"""What types are compared at."""

SHOWN = (200, 2_000)
"""Strokes of the pictures on the sheet, the whole photograph with the default schedule."""

MIXED = "triangle@1-2,bezier"
"""What is shown beside the types alone."""

_SIDE, _GAP, _HEAD = 320, 4, 20
"""Pixels of a picture's longer side on the sheet, between pictures, and above them for names."""


def bench_stroke_types(
    actors: Sequence[LoadedActor],
    photographs: Sequence[Photograph],
    *,
    shown: Photograph,
    mixes: Sequence[str] = (MIXED,),
    device: torch.device | str = "cpu",
    json_path: Path | None = None,
    sheet_path: Path | None = None,
) -> dict[str, Any]:
    """Paint photographs with each stroke type and with mixes, print the means, and write scores and a picture sheet.

    Args:
        actors: One a type; the first is what the others are held against.
        photographs: What is painted to compare; each group's mean counts alike for each picture.
        shown: What is painted for the picture sheet.
        mixes: Mixes of those types, to be painted too.
        device: Where the networks run.
        json_path: The report to write.
        sheet_path: The picture sheet to write: a column for each type, a row for each of `SHOWN`.

    Returns:
        What the report holds; its results are the mean PSNR in dB by type and group, `all` of them, and `behind` the
        first type.

    Raises:
        OutputError: If a file cannot be written, mostly told before anything is painted.
    """
    names = [actor.stroke_type for actor in actors] + list(mixes)
    if sheet_path is not None:
        check_picture_path(sheet_path, _sheet_size(shown, len(names)))
    for path in (json_path, sheet_path):
        if path is not None:
            checked_output_folder(path.parent)
    by_type = {actor.stroke_type: actor for actor in actors}
    painters = {
        name: Painter(*(by_type[each] for each in Mix.parse(name).stroke_types), device=device) for name in names
    }
    painted = {
        name: [painted_once(painters[name], name, one, COMPARED) for one in photographs]
        for name in tqdm(names, desc="stroke types", leave=False, disable=None)
    }
    found = described(
        "types",
        settings={"actors": ", ".join(actor.id for actor in actors), "device": str(device), "setting": str(COMPARED)},
    )
    groups = list(dict.fromkeys(one.group for one in photographs))
    results = {name: _means(painted[name], groups) for name in names}
    for means in results.values():
        means["behind"] = results[names[0]]["all"] - means["all"]
    found["results"] = results
    heads = [*groups, "all", "behind"]
    print(f"{COMPARED}; PSNR, dB; {found['hardware']['cpu']}")
    print(f"{'':<24}" + "".join(f"{head:>23}" for head in heads))
    for name, means in results.items():
        print(f"{name:<24}" + "".join(f"{means[head]:23.2f}" for head in heads))
    if sheet_path is not None:
        save_picture(sheet_path, _sheet(shown, painters))
    if json_path is not None:
        save_report(found, json_path)
    return found


def _means(painted: Sequence[Painted], groups: Sequence[str]) -> dict[str, float]:
    means = {group: mean(one.psnr for one in painted if one.photograph.group == group) for group in groups}
    return means | {"all": mean(one.psnr for one in painted)}


def _sheet_size(shown: Photograph, columns: int) -> Size:
    picture = Size(*shown.pixels.shape[:2]).with_longer_side(_SIDE)
    return Size(_HEAD + len(SHOWN) * (picture.height + _GAP), columns * (picture.width + _GAP))


def _sheet(shown: Photograph, painters: dict[str, Painter]) -> NDArray[np.uint8]:
    """[H, W, 3]: under a line that names the types, their paintings of one photograph."""
    sheet = np.full((*_sheet_size(shown, len(painters)), 3), 255, np.uint8)
    size = Size(*shown.pixels.shape[:2]).with_longer_side(_SIDE)
    for column, (name, painter) in enumerate(painters.items()):
        left = column * (size.width + _GAP)
        cv2.putText(sheet, name, (left, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
        for row, strokes in enumerate(SHOWN):
            job = Setting(side=512, strokes=strokes).job(shown, name)
            pixels = to_bytes(draw(painter.painted(job), Size(*shown.pixels.shape[:2])))
            top = _HEAD + row * (size.height + _GAP)
            sheet[top : top + size.height, left : left + size.width] = resized(pixels, size)
    return sheet
