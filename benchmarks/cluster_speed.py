"""What a cluster does with many pictures: what each costs the painters, the one who asks and the disk they share."""

from __future__ import annotations

import pickle
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.harness import Result, measure, report
from core.batch import Ending, Outcome
from core.cluster import LOCAL, ClusterPainter, painted_by_cluster
from core.errands import Errand
from core.files import checked_output_folder
from core.images import load_picture
from core.paint_options import PaintOptions
from core.workshop import Workshop

PAINTERS = (1, 2, 8, 64, 256, 1_000)
"""That the model tells pictures a second for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """How many pictures a second a cluster paints: as many as its painters, its asker and its disk each let it.

    Painters share nothing with each other, so their rates add up. What is one for all of them bounds the sum.
    """

    painting: float
    """Seconds of one painter, reading and writing included."""
    asking: float
    """Seconds of the process that asks."""
    moved: int
    """Bytes read from and written to the shared disk."""
    disk: float
    """Bytes a second that the shared disk takes."""

    def __call__(self, painters: int) -> float:
        """Pictures a second."""
        return min(painters / self.painting, 1 / self.asking, self.disk / self.moved)

    @property
    def most(self) -> int:
        """The painters from which on one more gets nothing more done."""
        return int(self.painting * min(1 / self.asking, self.disk / self.moved)) + 1


def bench_cluster(
    *,
    photo: str,
    strokes: int | None = None,
    pictures: int = 12,
    asked: int = 2_000,
    painters: int = 2,
    disk: float = 1e9,
    gpu_seconds: float | None = None,
    repeats: int = 3,
    json_path: Path | None = None,
) -> dict[str, Any]:
    """Paint a picture alone and many by painters of this machine; have painters asked that do nothing; and reckon.

    Args:
        photo: What is painted, as of `load_picture`.
        strokes: Of each painting; None for the usual number.
        pictures: Of the cluster's run.
        asked: Errands for painters that do nothing.
        painters: Processes.
        disk: Bytes a second of the disk that a large cluster shares.
        gpu_seconds: Of painting alone on a GPU, measured elsewhere; reckoned with as well.
        repeats: Of the painting alone.
        json_path: The report to write.

    Returns:
        What `harness.report` does.
    """
    if json_path is not None:
        checked_output_folder(json_path.parent)
    options = PaintOptions(strokes=strokes, device="cpu")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "photo.jpg"
        Image.fromarray(load_picture(photo)).save(source, quality=90)
        alone = Workshop(options)
        timing = measure(lambda: alone.paint(str(source), folder / "alone", anew=True), repeats=repeats)
        of_one = alone.paint(str(source), folder / "alone", anew=True)
        written = sum(path.stat().st_size for path in (folder / "alone").iterdir())
        moved = source.stat().st_size + written

        class Idle(ClusterPainter):
            def do(self, errand: Errand, aside: Path) -> Outcome:
                return Outcome(errand=errand, ending=Ending.PAINTED, report=of_one)

        photos = []
        for number in range(pictures):
            photos.append(folder / f"photo {number}.jpg")
            shutil.copy(source, photos[-1])
        _, began, ends = _run(options, photos, folder / "together", painters, ClusterPainter)
        # Of those that come after every painter's first, whose time the compilers of its loops are part of.
        later = ends[painters:]
        rate = (len(later) - 1) / (later[-1] - later[0])
        seconds, _, idle_ends = _run(options, [source] * asked, folder / "asked", painters, Idle)
    first = Errand(source=source, out=folder)
    through = len(pickle.dumps(first)) + len(pickle.dumps(Outcome(errand=first, ending=Ending.PAINTED, report=of_one)))
    beside = max(0.0, timing.median - of_one["seconds"])
    on_cores = Throughput(painting=painters / rate, asking=seconds / asked, moved=moved, disk=disk)
    results: dict[str, Result] = {
        "a picture alone, s": timing,
        "of which reading and writing, s": beside,
        f"a picture of one of {painters} painters, s": on_cores.painting,
        "until painters begin, s": began,
        "asking, processor time a picture, ms": 1_000 * on_cores.asking,
        "asking, pictures a second": (len(idle_ends) - 1) / (idle_ends[-1] - idle_ends[0]),
        "through the asker, bytes a picture": float(through),
        "read and written, MB a picture": moved / 1e6,
        **_reckoned("cores", on_cores),
    }
    if gpu_seconds is not None:
        # What is read and written there is so by processors as fast as this one.
        results |= _reckoned("GPUs", replace(on_cores, painting=gpu_seconds + beside))
    settings = {
        "photo": photo, "strokes": of_one["strokes"], "pictures": pictures, "asked": asked, "painters": painters,
        "disk_bytes_a_second": disk, "gpu_seconds": gpu_seconds,
    }  # fmt: skip
    return report("cluster", results, json_path, settings=settings)


def _run(
    options: PaintOptions, photos: Sequence[Path], out: Path, painters: int, painter: type[ClusterPainter]
) -> tuple[float, float, list[float]]:
    """This process's processor seconds from the first ending on, seconds until a painter begins, and endings."""
    out.mkdir()
    started, begun = time.monotonic(), []
    errands = [Errand(source=photo, out=out / f"{number}") for number, photo in enumerate(photos)]
    ends: list[float] = []
    spent = busy = 0.0
    for outcome in painted_by_cluster(
        options, errands, address=LOCAL, workers=painters, painter=painter,
        told=lambda _word: begun.append(time.monotonic()),
    ):  # fmt: skip
        if outcome.error is not None:
            raise outcome.error
        ends.append(time.monotonic())
        if len(ends) == 1:
            busy = time.process_time()
        spent = time.process_time() - busy
    return spent, begun[0] - started, ends


def _reckoned(what: str, model: Throughput) -> dict[str, Result]:
    table: dict[str, Result] = {f"{count} {what}, pictures a second": model(count) for count in PAINTERS}
    return table | {f"{what} that are of use": float(model.most)}
