"""How near paintings come to their photographs, after how many strokes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from core.brushes import brush_named
from core.document import BLACK, WHITE, Document, Rgb
from core.files import checked_output_folder
from core.geometry import Size
from core.images import check_picture_path, save_picture
from core.job import PaintJob
from core.metrics import MAX_PSNR, psnr, scores
from core.painter import Painter
from core.rasteriser.differentiable import lay_bundle
from core.rasteriser.fast import draw, to_bytes
from core.renderer import SIDE, NeuralRenderer
from core.resampling import resized
from core.stroke import STROKES_PER_BUNDLE
from core.weights import LoadedActor, LoadedRenderer
from training.train_renderer import score as renderer_score

TONED: Rgb = (181, 160, 131)
"""The brown of toned drawing paper."""

SHEETS = {"black": BLACK, "white": WHITE, "toned": TONED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One way of painting a photograph."""

    side: int
    """Pixels of the squares that painting and photograph are compared at."""
    strokes: int
    sheet: str = "black"
    """One of `SHEETS`."""
    undivided: bool = False
    """Paint the photograph's centre square, at `side` pixels and at `--divide 1`; else the whole of it as it is, with
    the default schedule."""

    def job(self, photograph: Photograph, stroke_type: str) -> PaintJob:
        """The job of painting a photograph so."""
        return PaintJob(
            target=photograph.square(self.side) if self.undivided else photograph.pixels,
            stroke_type=stroke_type,
            strokes=self.strokes,
            background=SHEETS[self.sheet],
            divide=1 if self.undivided else 4,
        )

    def __str__(self) -> str:
        where = "undivided, " if self.undivided else ""
        return f"{where}{self.side} px, {self.strokes} strokes" + ("" if self.sheet == "black" else f", {self.sheet}")


UNDIVIDED = (
    *(Setting(side=128, strokes=strokes, undivided=True) for strokes in (20, 50, 100, 200)),
    *(Setting(side=128, strokes=200, sheet=sheet, undivided=True) for sheet in ("white", "toned")),
)
"""What every photograph is painted with."""

WHOLE = tuple(Setting(side=512, strokes=strokes) for strokes in (1_000, 4_250, 10_000))
"""What only the photographs that are large enough are painted with as well."""

LARGE = 300
"""Pixels of the shorter side from which a photograph is: all of scikit-image's four, none of the held-out ones."""

RANDOM_STROKES, CLOSED_LOOP = 10_000, 200
"""Strokes that a neural renderer is judged on: random ones, and those of a painting."""

SHOWN_SIDE = 256
"""Pixels of a painting's longer side on the picture sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A photograph painted once."""

    photograph: Photograph
    setting: Setting
    l2: float
    psnr: float
    ssim: float
    shown: NDArray[np.uint8]
    """[SHOWN_SIDE, SHOWN_SIDE, 3] at most: drawn for the picture sheet."""


def bench_quality(
    actor: LoadedActor,
    photographs: Sequence[Photograph],
    *,
    renderer: LoadedRenderer | None = None,
    device: torch.device | str = "cpu",
    json_path: Path | None = None,
    sheet_path: Path | None = None,
    settings: Sequence[Setting] = UNDIVIDED + WHOLE,
) -> dict[str, Any]:
    """Paint photographs in all settings, print the means of their groups, and write all scores and a picture sheet.

    Args:
        actor: What paints.
        photographs: What is painted.
        renderer: A neural renderer of the actor's stroke type, to be judged too.
        device: Where the networks run.
        json_path: The report to write.
        sheet_path: The picture sheet to write: a row for each photograph, itself and then its paintings.
        settings: The ways of painting; those of the whole sheet are for photographs from `LARGE` pixels up.

    Returns:
        What the report holds; its results are `means` by group and setting (over `pictures` of them), and `pictures`
        one by one, each with l2, psnr (dB) and ssim; and `renderer`, see `judged_renderer`.

    Raises:
        OutputError: If a file cannot be written, mostly told before anything is painted.
        CheckpointError: If actor and renderer do not fit together.
    """
    sheet_size = _sheet_size(photographs, settings)
    if sheet_path is not None:
        check_picture_path(sheet_path, sheet_size)
    for path in (json_path, sheet_path):
        if path is not None:
            checked_output_folder(path.parent)
    if renderer is not None:
        Painter(actor, device=device, renderer=renderer)  # refuses one that does not fit
    painter = Painter(actor, device=device)
    todo = [(one, way) for one in photographs for way in settings if way.undivided or _is_large(one)]
    painted = [
        painted_once(painter, actor.stroke_type, *each)
        for each in tqdm(todo, desc="quality", unit="painting", leave=False, disable=None)
    ]
    about = {"actor": actor.id, "renderer": renderer.id if renderer else None, "device": str(device)}
    found = described("quality", settings={**about, "photographs": len(photographs)})
    means = {
        group: {str(way): _means([one for one in members if one.setting == way]) for way in settings}
        for group, members in _groups(painted).items()
    }
    means = {group: {way: each for way, each in table.items() if each} for group, table in means.items()}
    print(f"{actor.id}, {found['hardware']['cpu']}\n{_table(means)}")
    found["results"] = {
        "means": means,
        "pictures": [
            {"name": one.photograph.name, "group": one.photograph.group, "setting": str(one.setting)}
            | {"l2": one.l2, "psnr": one.psnr, "ssim": one.ssim}
            for one in painted
        ],
    }
    if sheet_path is not None:
        save_picture(sheet_path, _sheet(photographs, painted, settings))
    if renderer is not None:
        found["results"]["renderer"] = judged = judged_renderer(actor, renderer, photographs, device=device)
        print(renderer.id, *(f"  {name:<42}{value:9.5f}" for name, value in judged.items()), sep="\n")
    if json_path is not None:
        save_report(found, json_path)
    return found


def judged_renderer(
    actor: LoadedActor, renderer: LoadedRenderer, photographs: Sequence[Photograph], *, device: torch.device | str
) -> dict[str, float]:
    """How near a neural renderer is to the exact rasteriser: stroke by stroke, and in the closed loop.

    In the loop an actor paints the centre squares of the samples as published, whole and with `CLOSED_LOOP` strokes in
    its own colours: once seeing the exact canvas, and once what the network makes of it. Both paintings are drawn
    exactly and held against the photograph.

    Returns:
        Mean absolute and mean squared error of coverage on `RANDOM_STROKES` strokes of the unit cube; mean PSNR of the
        paintings; and mean PSNR of the network's canvas against the exact one of the same strokes, at `SIDE` pixels.
    """
    network = copy.deepcopy(renderer.renderer).to(device)
    errors = renderer_score(network, brush_named(renderer.stroke_type), strokes=RANDOM_STROKES)
    judged = {"mean absolute error": errors["mae"], "mean squared error": errors["mse"]}
    targets = [one.square(SIDE) for one in photographs if one.group == "samples"]
    if not targets:
        return judged
    jobs = [
        PaintJob(
            target=one,
            stroke_type=actor.stroke_type,
            preset="paper",
            divide=1,
            max_step=CLOSED_LOOP // STROKES_PER_BUNDLE,
        )
        for one in targets
    ]
    exact = [Painter(actor, device=device).painted(job) for job in jobs]
    neural = [Painter(actor, device=device, renderer=renderer).painted(job) for job in jobs]
    seen = [to_bytes(_drawn_neurally(network, each)) for each in neural]
    judged["painting, seeing the exact canvas, dB"] = _mean_psnr(map(draw, exact), targets)
    judged["painting, seeing the neural canvas, dB"] = _mean_psnr(map(draw, neural), targets)
    judged["neural canvas against the exact one, dB"] = _mean_psnr(map(draw, neural), seen)
    return judged


@torch.inference_mode()
def _drawn_neurally(network: NeuralRenderer, document: Document) -> NDArray[np.float32]:
    """A document of strokes on one square patch, drawn by a neural renderer: [SIDE, SIDE, 3]."""
    parameters = torch.tensor(document.strokes.parameters[:, : network.inputs + 3])
    parameters = parameters.to(next(network.parameters()).device)
    canvas = torch.tensor(document.background, device=parameters.device)[None, :, None, None] / 255
    canvas = canvas.expand(1, 3, SIDE, SIDE)
    for part in torch.split(parameters, 64):
        canvas = lay_bundle(canvas, network(part[:, :-3])[None], part[None, :, -3:])
    return canvas[0].permute(1, 2, 0).cpu().numpy()


def _mean_psnr(canvases: Iterable[NDArray[np.float32]], pictures: Sequence[NDArray[np.uint8]]) -> float:
    return mean(
        min(psnr(to_bytes(canvas), picture), MAX_PSNR) for canvas, picture in zip(canvases, pictures, strict=True)
    )


def painted_once(painter: Painter, stroke_type: str, photograph: Photograph, way: Setting) -> Painted:
    """A photograph painted in one way, and how near it came."""
    job = way.job(photograph, stroke_type)
    target = job.target
    document = painter.painted(job)
    size = Size(*target.shape[:2])
    found = scores(target, to_bytes(draw(document, size)), way.side)
    shown = to_bytes(draw(document, size.with_longer_side(SHOWN_SIDE)))
    return Painted(
        photograph=photograph, setting=way, l2=found.l2, psnr=min(found.psnr, MAX_PSNR), ssim=found.ssim, shown=shown
    )


def _groups(painted: Sequence[Painted]) -> dict[str, list[Painted]]:
    """Each sample alone, since they are few and known, and then the groups."""
    groups: dict[str, list[Painted]] = {}
    for one in painted:
        if one.photograph.group == "samples":
            groups.setdefault(one.photograph.name, []).append(one)
    for one in painted:
        groups.setdefault(one.photograph.group, []).append(one)
    return groups


def _means(painted: Sequence[Painted]) -> dict[str, float]:
    if not painted:
        return {}
    means = {name: mean(getattr(one, name) for one in painted) for name in ("l2", "psnr", "ssim")}
    return {"pictures": len(painted), **means}


def _is_large(photograph: Photograph) -> bool:
    return Size(*photograph.pixels.shape[:2]).shorter >= LARGE


def _table(means: dict[str, dict[str, dict[str, float]]]) -> str:
    """A block for each group, a line for each setting."""
    width = max((len(way) for table in means.values() for way in table), default=0) + 2
    lines = []
    for group, table in means.items():
        lines.append(f"{group:<{width}}     of        L2    PSNR    SSIM")
        lines += [
            f"  {way:<{width - 2}}  {each['pictures']:5.0f}  {each['l2']:8.6f}"
            f"  {each['psnr']:6.2f}  {each['ssim']:6.4f}"
            for way, each in table.items()
        ]
    return "\n".join(lines)


_GAP, _HEAD = 4, 20
"""White pixels of a sheet between pictures, and above them for the names of the settings."""


def _sheet_size(photographs: Sequence[Photograph], settings: Sequence[Setting]) -> Size:
    column = SHOWN_SIDE + _GAP
    return Size(_HEAD + column * len(photographs), column * (1 + len(settings)))


def _sheet(
    photographs: Sequence[Photograph], painted: Sequence[Painted], settings: Sequence[Setting]
) -> NDArray[np.uint8]:
    """[H, W, 3]: under a line that names the settings a row for each photograph, itself and its paintings."""
    column = SHOWN_SIDE + _GAP
    sheet = np.full((*_sheet_size(photographs, settings), 3), 255, np.uint8)
    for index, name in enumerate(["photograph", *map(str, settings)]):
        cv2.putText(sheet, name, (index * column, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    for row, photograph in enumerate(photographs):
        size = Size(*photograph.pixels.shape[:2])
        pictures = {0: resized(photograph.pixels, size.with_longer_side(SHOWN_SIDE))}
        pictures |= {1 + settings.index(one.setting): one.shown for one in painted if one.photograph is photograph}
        for place, pixels in pictures.items():
            top, left = _HEAD + row * column, place * column
            sheet[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return sheet
