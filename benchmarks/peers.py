"""Paintings beside those of other painters, at equal numbers of strokes; and what each part of ours is worth."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
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
from core.document import Document
from core.errors import SettingError
from core.files import checked_output_folder
from core.geometry import Size
from core.images import check_picture_path, save_picture
from core.job import PaintJob
from core.least_squares import with_best_colours
from core.manner import Manner
from core.metrics import MAX_PSNR, scores
from core.painter import Painter
from core.rasteriser.fast import draw, to_bytes
from core.refine import SPARE, refine
from core.resampling import resized
from core.weights import LoadedActor

SIDE = 256
"""Pixels of the longer side that is painted, and of the squares that are compared."""

WAYS, STEPS = 2, 200
"""In how many ways windows are looked at before refinement, and its steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What another painter made of a photograph."""

    program: str
    mode: str
    psnr: float
    """dB at `SIDE` pixels."""
    seconds: float | None
    """Of all cores together, where it is known."""

    def __str__(self) -> str:
        return f"{self.program}, {self.mode.replace('_', ' ')}"


class Peers:
    """The best that other painters made, by photograph and number of shapes."""

    def __init__(self, path: Path) -> None:
        """Read a table of them: one line for each painting, its columns named in the first (docs/quality.md).

        Raises:
            SettingError: If it is no such table.
        """
        self._all: dict[tuple[str, int], list[Peer]] = {}
        try:
            with path.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    if row["render"] != "raster" or not row["psnr_256"]:
                        continue
                    seconds = float(row["cpu_s"]) if row["cpu_s"] else None
                    found = Peer(program=row["program"], mode=row["mode"], psnr=float(row["psnr_256"]), seconds=seconds)
                    self._all.setdefault((row["image"], int(row["shapes"])), []).append(found)
        except FileNotFoundError as error:
            raise SettingError(
                "--peers", str(path), "there is no such file; name a table of other painters' scores"
            ) from error
        except (OSError, KeyError, ValueError, TypeError) as error:
            problem = "it is no table of other painters' scores; docs/quality.md tells which columns it has"
            raise SettingError("--peers", str(path), problem) from error

    def counts(self, image: str) -> list[int]:
        """Numbers of shapes that there are paintings of."""
        return sorted(count for name, count in self._all if name == image)

    def best(self, image: str, shapes: int, *, of: str = "") -> Peer | None:
        """The nearest to the photograph, of the programs whose names begin so."""
        found = [each for each in self._all.get((image, shapes), []) if each.program.startswith(of)]
        return max(found, key=lambda each: each.psnr, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to paint: everything at work, or something left out."""

    name: str
    manner: Manner = field(default_factory=Manner)
    ways: int = WAYS
    joint: bool = True
    """Solve all colours together, where nothing is refined."""
    steps: int = STEPS
    """Of refinement; 0 for none."""
    spare: float = SPARE


EVERYTHING = Way(name="everything")
FAST = Way(name="fast", ways=1, steps=0)
"""Without refinement."""

ABLATIONS = (
    EVERYTHING,
    Way(name="windows of a grid", manner=Manner(by_error=False)),
    Way(name="one way to look", ways=1),
    Way(name="the actor's own colours", manner=Manner(solves=False)),
    Way(name="no spare strokes", spare=0.0),
    Way(name="no refinement", steps=0),
)
FAST_ABLATIONS = (
    replace(EVERYTHING, name="no refinement", steps=0),
    Way(name="... windows of a grid", steps=0, manner=Manner(by_error=False)),
    Way(name="... one way to look", steps=0, ways=1),
    Way(name="... colours not solved together", steps=0, joint=False),
    Way(name="... the actor's own colours", steps=0, joint=False, manner=Manner(solves=False)),
)
"""What each part is worth where nothing is refined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """A photograph painted once."""

    photograph: Photograph
    strokes: int
    psnr: float
    seconds: float
    cpu_seconds: float
    pixels: NDArray[np.uint8]
    """[H, W, 3], `SIDE` pixels along the longer side."""

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "photograph": self.photograph.name, "strokes": self.strokes, "psnr": self.psnr,
            "seconds": self.seconds, "cpu_seconds": self.cpu_seconds,
        }  # fmt: skip


class _Painters:
    """Painters of one actor, for every manner."""

    def __init__(self, actor: LoadedActor, device: torch.device) -> None:
        self._actor, self._device = actor, device
        self._painters: dict[Manner, Painter] = {}

    def paint(self, photograph: Photograph, strokes: int, way: Way) -> Painting:
        """Paint a photograph in some way; what takes time once a program (compiling) is to be over before."""
        painter = self._painters.setdefault(way.manner, Painter(self._actor, device=self._device, manner=way.manner))
        target = resized(photograph.pixels, Size(*photograph.pixels.shape[:2]).with_longer_side(SIDE))
        job = PaintJob(
            target=target, stroke_type=self._actor.stroke_type, strokes=strokes, ways=way.ways,
            to_refine=way.steps > 0,
        )  # fmt: skip
        with _clocked() as clock:
            document = painter.painted(job)
            if way.steps:
                spare = painter.spare(job, document, round(way.spare * strokes)) if way.spare else None
                for refined in refine(document, target, steps=way.steps, spare=spare, device=self._device.type):
                    document = refined.document
            elif way.joint:
                document = with_best_colours(document, target)
        assert len(document.strokes) == strokes
        wall, cpu = clock()
        return Painting(
            photograph=photograph, strokes=strokes, psnr=_nearness(photograph, document), seconds=wall,
            cpu_seconds=cpu, pixels=to_bytes(draw(document, document.size)),
        )  # fmt: skip


@contextmanager
def _clocked() -> Iterator[Callable[[], tuple[float, float]]]:
    """Seconds and seconds of all cores together that the body takes."""
    began, cpu_began = time.perf_counter(), time.process_time()
    found: list[tuple[float, float]] = []
    yield lambda: found[0]
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    found.append((time.perf_counter() - began, time.process_time() - cpu_began))


def _nearness(photograph: Photograph, document: Document) -> float:
    """PSNR, dB, as `score` reckons it: at `SIDE` pixels, of the painting drawn at the photograph's size."""
    whole = Size(*photograph.pixels.shape[:2])
    return min(MAX_PSNR, scores(photograph.pixels, to_bytes(draw(document, whole)), SIDE).psnr)


def bench_peers(
    actors: Sequence[LoadedActor],
    photographs: Sequence[Photograph],
    peers: Peers,
    *,
    device: torch.device,
    counts: Sequence[int] = (100, 200, 500, 1_000, 2_000),
    json_path: Path | None = None,
) -> dict[str, Any]:
    """Paint photographs that others painted with as many strokes, fast and refined, and print how far ahead each is.

    Args:
        actors: One a stroke type.
        photographs: Those that the peers know are painted.
        peers: What others made of them.
        device: Where networks and refinement run.
        counts: Numbers of strokes, of those that there are peers for.
        json_path: The report to write.

    Returns:
        What the report holds; its results are a row for each stroke type, photograph and count.

    Raises:
        OutputError: If the report cannot be written, mostly told before anything is painted.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    rows = []
    todo = [(one, count) for one in photographs for count in counts if peers.best(one.name, count) is not None]
    for actor in actors:
        painters = _Painters(actor, device)
        for way in (FAST, EVERYTHING):  # compiles what has to be
            painters.paint(photographs[0], 30, replace(way, steps=min(way.steps, 5)))
        print(_heading(actor.stroke_type))
        for photograph, count in todo:
            best, climber = peers.best(photograph.name, count), peers.best(photograph.name, count, of="geometrize")
            assert best is not None
            fast, refined = (painters.paint(photograph, count, way) for way in (FAST, EVERYTHING))
            rows.append(
                {"type": actor.stroke_type, "peer": str(best), "peer_psnr": best.psnr, "peer_cpu_s": best.seconds}
                | {"geometrize_psnr": climber.psnr if climber else None, "fast": fast.plain()}
                | {"geometrize_cpu_s": climber.seconds if climber else None, "refined": refined.plain()}
            )
            print(_line(photograph.name, count, best, climber, fast, refined), flush=True)
    found = described("peers", settings={"device": str(device), "ways": WAYS, "steps": STEPS, "side": SIDE})
    found["results"] = rows
    if json_path is not None:
        save_report(found, json_path)
    return found


def _heading(stroke_type: str) -> str:
    return (
        f"{stroke_type} at {SIDE} px: dB, CPU seconds\n"
        f"{'':<11}{'strokes':>7}  {'best peer':<28}{'dB':>6}{'s':>7}  {'refined':>7}{'s':>6}{'ahead':>7}"
        f"  {'geometrize':>10}{'s':>6}  {'fast':>6}{'s':>6}{'ahead':>7}"
    )


def _line(name: str, count: int, best: Peer, climber: Peer | None, fast: Painting, refined: Painting) -> str:
    line = f"{name:<11}{count:>7,}  {best!s:<28}{best.psnr:>6.2f}{_seconds(best):>7}  "
    line += f"{refined.psnr:>7.2f}{refined.cpu_seconds:>6.1f}{refined.psnr - best.psnr:>+7.2f}"
    if climber is None:
        return line
    line += f"  {climber.psnr:>10.2f}{_seconds(climber):>6}"
    return line + f"  {fast.psnr:>6.2f}{fast.cpu_seconds:>6.2f}{fast.psnr - climber.psnr:>+7.2f}"


def _seconds(peer: Peer) -> str:
    return "" if peer.seconds is None else f"{peer.seconds:.1f}"


_GAP, _HEAD, _SHOWN = 4, 20, 200
"""Pixels of a sheet between pictures, above them for names, and of a picture's longer side."""


def bench_ablation(
    actor: LoadedActor,
    photographs: Sequence[Photograph],
    *,
    device: torch.device,
    counts: Sequence[int] = (200, 1_000),
    shown: int = 200,
    ways: Sequence[Way] = ABLATIONS + FAST_ABLATIONS[1:],
    json_path: Path | None = None,
    sheet_path: Path | None = None,
) -> dict[str, Any]:
    """Paint photographs with everything at work and with each part left out in turn; print mean PSNR.

    Args:
        actor: What paints.
        photographs: What is painted.
        device: Where networks and refinement run.
        counts: Numbers of strokes.
        shown: Of them, the number that the sheet shows.
        ways: What is left out.
        json_path: The report to write.
        sheet_path: The picture sheet to write: a row for each way, a column for each photograph.

    Returns:
        What the report holds; its results are every painting's figures by way.

    Raises:
        OutputError: If a file cannot be written, mostly told before anything is painted.
    """
    if sheet_path is not None and shown not in counts:
        raise ValueError(f"a sheet can show one of {tuple(counts)} strokes, got {shown}")
    cell = _SHOWN + _GAP
    size = Size((_HEAD + cell) * len(ways), cell * len(photographs))
    if sheet_path is not None:
        check_picture_path(sheet_path, size)
    for path in (json_path, sheet_path):
        if path is not None:
            checked_output_folder(path.parent)
    painters = _Painters(actor, device)
    for way in (FAST, EVERYTHING):
        painters.paint(photographs[0], 30, replace(way, steps=min(way.steps, 5)))
    todo = [(way, count, one) for way in ways for count in counts for one in photographs]
    results: dict[str, list[Painting]] = {way.name: [] for way in ways}
    for way, count, one in tqdm(todo, desc="ablation", unit="painting", leave=False, disable=None):
        results[way.name].append(painters.paint(one, count, way))
    print(f"{actor.stroke_type} at {SIDE} px, mean of {len(photographs)} photographs: dB, seconds")
    print(f"{'':<34}" + "".join(f"{f'{count:,} strokes':>16}" for count in counts))
    for name, each in results.items():
        figures = [[one for one in each if one.strokes == count] for count in counts]
        line = "".join(f"{mean(o.psnr for o in of):>9.2f}{mean(o.seconds for o in of):>7.2f}" for of in figures)
        print(f"{name:<34}{line}")
    found = described("ablation", settings={"device": str(device), "actor": actor.id, "side": SIDE})
    found["results"] = {name: [one.plain() for one in each] for name, each in results.items()}
    if sheet_path is not None:
        save_picture(
            sheet_path, _sheet(size, {way: [o for o in each if o.strokes == shown] for way, each in results.items()})
        )
    if json_path is not None:
        save_report(found, json_path)
    return found


def _sheet(size: Size, results: dict[str, list[Painting]]) -> NDArray[np.uint8]:
    """[H, W, 3]: for each way its name, and below it its paintings."""
    sheet = np.full((*size, 3), 255, np.uint8)
    for row, (name, each) in enumerate(results.items()):
        top = row * (_HEAD + _SHOWN + _GAP)
        figure = f"{name}: {mean(one.psnr for one in each):.2f} dB"
        cv2.putText(sheet, figure, (2, top + 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
        for column, one in enumerate(each):
            pixels = resized(one.pixels, Size(*one.pixels.shape[:2]).with_longer_side(_SHOWN))
            left = column * (_SHOWN + _GAP)
            sheet[top + _HEAD : top + _HEAD + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return sheet
