"""Many pictures painted by processes that Ray places, some of which are lost."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
import psutil
import pytest
from PIL import Image

import core.crew
from core.batch import Outcome
from core.cluster import LOCAL, ClusterPainter, film_by_cluster, painted_by_cluster
from core.crew import ClusterError, Hello, LostError
from core.errands import Errand, errands_for, pictures_in
from core.errors import DeviceError, OutputError, SettingError
from core.export.stroke_json import read_json
from core.film_parts import Part
from core.paint_options import PaintOptions
from core.painted_film import FilmSums, paint_film
from core.workshop import Workshop

pytest.importorskip("ray")
pytestmark = [
    pytest.mark.slow,
    # Ray leaves sockets and files of its own open when it is shut down, and its processes are not waited for.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def photos(tmp_path: Path) -> Callable[[int], Path]:
    def made(count: int) -> Path:
        folder = tmp_path / "photos"
        folder.mkdir()
        rows, columns = np.mgrid[0:24, 0:32]
        for index in range(count):
            pixels = np.stack([rows * 5, columns * 3, rows * index * 2], axis=-1).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"photo {index}.png")
        return folder

    return made


def options_of(actor: Path, **more: Any) -> PaintOptions:
    return PaintOptions(**{"actor": (actor,), "divide": 1, "strokes": 10, "svg": False, **more})


def run(options: PaintOptions, errands: list[Errand], workers: int = 1, **more: Any) -> list[Outcome]:
    errands[0].out.parent.mkdir(exist_ok=True)
    return list(painted_by_cluster(options, errands, address=LOCAL, workers=workers, **more))


def endings(outcomes: list[Outcome]) -> list[str]:
    return sorted(f"{outcome.errand.out.name} {outcome.ending.value}" for outcome in outcomes)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def until(met: Callable[[], Any], seconds: float = 120) -> Any:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := met():
            return found
        time.sleep(0.01)
    raise AssertionError(f"not in {seconds} seconds")


def at_work(command: psutil.Process) -> list[psutil.Process]:
    """The painters below a command that are painting; Ray names its processes after what they do."""
    found = []
    for process in command.children(recursive=True):
        try:
            if process.cmdline()[:1] == ["ray::ClusterPainter.do"]:
                found.append(process)
        except psutil.Error:  # it has gone meanwhile
            continue
    return found


@pytest.fixture
def command(actor: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begins `paint` of a folder on two painters."""
    begun: list[subprocess.Popen[str]] = []

    def begin(folder: Path, *more: str) -> subprocess.Popen[str]:
        words = ["paint", str(folder), "-o", str(tmp_path / "out"), "--cluster", "local", "--workers", "2"]
        words += ["--actor", str(actor), "--divide", "1", "--no-svg", *more]
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), *words], cwd=tmp_path, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


# A painter that is lost


def test_of_forty_pictures_and_two_painters_one_killed_all_are_painted_right_and_each_once(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path, command: Callable[..., subprocess.Popen[str]]
) -> None:
    folder, out = photos(40), tmp_path / "out"
    process = command(folder, "--strokes", "60")
    until(lambda: len(list(out.glob("*/report.json"))) >= 8)
    victim = until(lambda: at_work(psutil.Process(process.pid)))[0]
    victim.kill()
    printed, told = process.communicate(timeout=300)

    assert process.returncode == 0, told
    assert "40 pictures: 40 painted, 0 skipped, 0 failed" in printed
    assert "a painter is lost; photo " in told
    assert told.count(" begins") == 3
    assert hidden(out) == []
    here = Workshop(options_of(actor, strokes=60, device="cpu"))
    errands = errands_for(pictures_in(folder), out)
    assert sorted(path.name for path in out.iterdir()) == sorted(errand.out.name for errand in errands)
    for errand in errands:
        here.paint(str(errand.source), tmp_path / "alone", anew=True)
        assert read_json(errand.out / "strokes.json") == read_json(tmp_path / "alone" / "strokes.json")
        report = json.loads((errand.out / "report.json").read_bytes())
        assert report["strokes"] == 60
        assert here.has_painted(str(errand.source), errand.out)


def test_a_picture_that_takes_its_painters_down_is_given_up_and_the_others_are_painted(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    class Mortal(ClusterPainter):
        def do(self, errand: Errand, aside: Path) -> Outcome:
            if errand.source.name == "photo 1.png":
                aside.mkdir()
                (aside / "strokes.json").write_text("half")
                os.kill(os.getpid(), signal.SIGKILL)
            return super().do(errand, aside)

    errands = errands_for(pictures_in(photos(4)), tmp_path / "out")

    outcomes = run(options_of(actor), errands, painter=Mortal)

    assert endings(outcomes) == ["photo 0 painted", "photo 1 failed", "photo 2 painted", "photo 3 painted"]
    (failed,) = (outcome.error for outcome in outcomes if outcome.error)
    assert isinstance(failed, LostError)
    assert str(failed) == "Cannot paint photo 1.png: 3 painters were lost over it; paint it alone to see why."
    assert hidden(tmp_path / "out") == []
    assert not (tmp_path / "out" / "photo 1").exists()


def test_a_local_cluster_leaves_nothing_in_the_folder_for_temporary_files(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    def there() -> set[Path]:
        return {*Path("/tmp").glob("strokewise-*"), *Path("/tmp").glob("ray/session_*")}

    before = there()
    outcomes = painted_by_cluster(
        options_of(actor), errands_for(pictures_in(photos(2)), tmp_path / "out"), address=LOCAL, workers=1
    )
    (tmp_path / "out").mkdir()
    next(outcomes)
    assert len(there() - before) == 1
    outcomes.close()  # type: ignore[attr-defined]

    until(lambda: not there() - before, 10)  # what was there before may have gone meanwhile


def test_what_a_painter_finished_before_it_was_lost_counts_as_painted(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    class Silenced(ClusterPainter):
        def do(self, errand: Errand, aside: Path) -> Outcome:
            had = (errand.out / "report.json").exists()
            outcome = super().do(errand, aside)
            if not had:
                os.kill(os.getpid(), signal.SIGKILL)
            return outcome

    errands = errands_for(pictures_in(photos(2)), tmp_path / "out")
    Workshop(options_of(actor, device="cpu")).paint(str(errands[1].source), errands[1].out)

    outcomes = run(options_of(actor), errands, painter=Silenced)

    assert endings(outcomes) == ["photo 0 painted", "photo 1 skipped"]


def test_a_machine_that_is_lost_leaves_its_pictures_to_the_others(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    from ray.cluster_utils import Cluster

    class Slow(ClusterPainter):
        def do(self, errand: Errand, aside: Path) -> Outcome:
            time.sleep(0.5)
            return super().do(errand, aside)

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        other = cluster.add_node(num_cpus=1)
        errands = errands_for(pictures_in(photos(12)), tmp_path / "out")
        (tmp_path / "out").mkdir()
        told: list[str] = []
        outcomes = painted_by_cluster(
            options_of(actor), errands, address=cluster.address, told=told.append, painter=Slow
        )
        seen = [next(outcomes)]
        while len(told) < 2:  # both have begun
            seen.append(next(outcomes))
        cluster.remove_node(other, allow_graceful=False)
        seen.extend(outcomes)
    finally:
        cluster.shutdown()

    assert endings(seen) == sorted(f"photo {number} painted" for number in range(12))
    assert any("a painter is lost" in word for word in told)
    assert hidden(tmp_path / "out") == []


# A film


def test_a_film_painted_by_two_painters_one_of_them_lost_is_the_film_painted_by_one(
    actor: Path, tmp_path: Path
) -> None:
    class Mortal(ClusterPainter):
        def do_part(self, source: Path, part: Part, out: Path) -> FilmSums:
            sums = super().do_part(source, part, out)
            died = tmp_path / "died"
            if part.first and not died.exists():
                died.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return sums

    frames = [np.full((32, 48, 3), 60 * number, np.uint8) for number in range(4) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame[8:20, 4 + number : 16 + number] = (250, 120, 10)
    clip = tmp_path / "clip.mkv"
    imageio.imwrite(clip, np.stack(frames), fps=10, plugin="FFMPEG", codec="ffv1", macro_block_size=1)
    options = options_of(actor, strokes=40, svg=True)
    told: list[str] = []

    ours = film_by_cluster(
        options, clip, tmp_path / "ours.mp4", address=LOCAL, workers=2, told=told.append, painter=Mortal
    )
    theirs = paint_film(Workshop(options_of(actor, strokes=40, svg=True, device="cpu")), clip, tmp_path / "theirs.mp4")

    assert any(re.fullmatch(r"a painter is lost; clip\.mkv, frames \d+ to \d+ goes to another", word) for word in told)
    assert (
        (ours.frames, ours.strokes, ours.anew) == (theirs.frames, theirs.strokes, theirs.anew) == (12, ours.strokes, 4)
    )
    assert ours.psnr == pytest.approx(theirs.psnr, abs=1e-9)
    assert len(imageio.imread(tmp_path / "ours.mp4", plugin="FFMPEG")) == 12
    assert hidden(tmp_path) == []

    with pytest.raises(SettingError, match="its one palette needs all frames together"):
        film_by_cluster(options, clip, tmp_path / "ours.gif", address=LOCAL)


# Painters that cannot be had


OTHERS = """
import sys
import ray

@ray.remote(num_cpus=1)
class Other:
    def here(self):
        return "here"

ray.init(address=sys.argv[1], log_to_driver=False, logging_level="ERROR")
other = Other.remote()
print(ray.get(other.here.remote()), flush=True)
sys.stdin.read()
"""


def test_a_cluster_that_others_use_is_waited_for_and_that_is_told(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray.cluster_utils import Cluster

    monkeypatch.setattr(core.crew, "PATIENCE", 1.0)
    told: list[str] = []
    (tmp_path / "out").mkdir()
    errands = errands_for(pictures_in(photos(2)), tmp_path / "out")
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    others = subprocess.Popen(
        [sys.executable, "-c", OTHERS, cluster.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert others.stdout is not None
        assert others.stdout.readline() == "here\n"

        def hear(word: str) -> None:
            told.append(word)
            if "wait for room" in word:
                others.communicate()  # they end, and leave their room

        outcomes = list(painted_by_cluster(options_of(actor), errands, address=cluster.address, told=hear))
    finally:
        others.kill()
        others.communicate()
        cluster.shutdown()

    assert endings(outcomes) == ["photo 0 painted", "photo 1 painted"]
    assert told[0] == "no painter has begun yet: they are being started, or have to wait for room"
    assert len(told) == 2


def test_painters_with_another_version_are_not_painted_with(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    class Older(ClusterPainter):
        def hello(self, options: PaintOptions, folder: str, sign: str) -> Hello:
            from dataclasses import replace

            return replace(super().hello(options, folder, sign), version="0.0.9")

    told: list[str] = []

    with pytest.raises(ClusterError, match=r"has Strokewise 0\.0\.9; here is .*, and all have to have the same"):
        run(options_of(actor), errands_for(pictures_in(photos(2)), tmp_path / "out"), told=told.append, painter=Older)

    assert len(told) == 1
    assert hidden(tmp_path / "out") == []


def test_painters_that_are_lost_as_they_begin_end_the_command(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    class Stillborn(ClusterPainter):
        def hello(self, options: PaintOptions, folder: str, sign: str) -> Hello:
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

    with pytest.raises(ClusterError, match="lost as soon as they begin"):
        run(options_of(actor), errands_for(pictures_in(photos(2)), tmp_path / "out"), painter=Stillborn)


def test_a_gpu_without_memory_leaves_its_picture_to_another(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    first = tmp_path / "first"

    class Small(ClusterPainter):
        def do(self, errand: Errand, aside: Path) -> Outcome:
            if not first.exists():
                first.write_text(str(os.getpid()))
            if first.read_text() == str(os.getpid()):
                raise DeviceError("cuda", "it has too little memory")
            return super().do(errand, aside)

    told: list[str] = []

    errands = errands_for(pictures_in(photos(3)), tmp_path / "out")
    outcomes = run(options_of(actor), errands, workers=2, told=told.append, painter=Small)

    assert endings(outcomes) == ["photo 0 painted", "photo 1 painted", "photo 2 painted"]
    assert "Cannot use device cuda: it has too little memory." in told


def test_a_full_disk_ends_it_and_an_unforeseen_error_costs_one_picture(
    actor: Path, photos: Callable[[int], Path], tmp_path: Path
) -> None:
    class Odd(ClusterPainter):
        def do(self, errand: Errand, aside: Path) -> Outcome:
            if errand.source.name == "photo 0.png":
                raise KeyError("nobody foresaw this")
            if errand.source.name == "photo 2.png":
                raise OutputError(errand.out, "the disk is full") from OSError(errno.ENOSPC, "full")
            return super().do(errand, aside)

    errands = errands_for(pictures_in(photos(4)), tmp_path / "out")
    (tmp_path / "out").mkdir()
    outcomes = painted_by_cluster(options_of(actor), errands, address=LOCAL, workers=1, painter=Odd)

    seen = [next(outcomes), next(outcomes)]
    with pytest.raises(OutputError, match="the disk is full"):
        next(outcomes)

    assert endings(seen) == ["photo 0 failed", "photo 1 painted"]
    assert "nobody foresaw this" in str(seen[0].error)


def test_a_machine_that_does_not_see_the_folders_says_which(actor: Path, tmp_path: Path) -> None:
    (tmp_path / "sign").touch()
    here = os.getcwd()
    try:
        with pytest.raises(ClusterError, match="/nowhere cannot be opened there; share"):
            ClusterPainter().hello(options_of(actor), "/nowhere", str(tmp_path / "sign"))
        with pytest.raises(ClusterError, match="out is not seen there; share"):
            ClusterPainter().hello(options_of(actor), str(tmp_path), "/out/sign")
        assert (
            ClusterPainter().hello(options_of(actor, device="cpu"), str(tmp_path), str(tmp_path / "sign")).device
            == "cpu"
        )
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    ("address", "options", "error", "words"),
    [
        ("local", {"device": "cuda"}, ClusterError, "it has no GPU; use --device cpu"),
        ("127.0.0.1:9", {}, ClusterError, "it does not answer"),
        ("local", {"max_step": 0}, SettingError, "max-step"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_painted(
    address: str, options: dict[str, Any], error: type[Exception], words: str,
    actor: Path, photos: Callable[[int], Path], tmp_path: Path,
) -> None:  # fmt: skip
    errands = errands_for(pictures_in(photos(1)), tmp_path / "out")
    (tmp_path / "out").mkdir()

    with pytest.raises(error, match=words):
        list(painted_by_cluster(options_of(actor, **options), errands, address=address))

    assert list((tmp_path / "out").iterdir()) == []


# The command


def test_what_is_painted_is_skipped_the_next_time_and_ctrl_c_leaves_nothing_half_done(
    photos: Callable[[int], Path], tmp_path: Path, command: Callable[..., subprocess.Popen[str]]
) -> None:
    folder, out = photos(12), tmp_path / "out"
    process = command(folder, "--strokes", "300")
    until(lambda: len(list(out.glob("*/report.json"))) >= 2 and at_work(psutil.Process(process.pid)))
    painters = at_work(psutil.Process(process.pid))
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert told.splitlines()[-1] == "cancelled"
    until(lambda: not any(painter.is_running() for painter in painters), 20)
    assert hidden(out) == []
    done = len(list(out.glob("*/report.json")))
    assert 2 <= done < 12
    assert len(list(out.iterdir())) == done

    process = command(folder, "--strokes", "300")
    printed, told = process.communicate(timeout=300)

    assert process.returncode == 0, told
    assert f"12 pictures: {12 - done} painted, {done} skipped, 0 failed" in printed


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["sample:coffee", "--cluster", "local"], "it is for films and folders of pictures"),
        (["sample:coffee", "--workers", "2"], "they are a cluster's; add --cluster local"),
    ],
)
def test_a_cluster_is_refused_where_there_is_nothing_to_share_out(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from main import main

    assert main(["paint", *words, "-o", str(tmp_path / "out")]) == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
