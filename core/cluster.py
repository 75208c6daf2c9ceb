"""Errands done by many processes, here or on other machines: Ray places them and tells when one is gone.

The machines have the same Strokewise installed and see pictures and paintings under the same names. Only names and
reports pass through the process that asks. It gives each painter one task at a time, and the task of one that is lost
to another; a painting takes its place whole, by a rename, or not at all.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.batch import Ending, Outcome, outcome_of
from core.crew import ClusterError, Crew, Hello, Task
from core.errands import Errand
from core.errors import SettingError
from core.export.document import canvas_size
from core.export.film_file import join_films
from core.files import checked_output_folder, fragment_in, remove_fragments
from core.film_parts import Part, parts_of, scenes
from core.film_reader import opened_film
from core.paint_options import PaintOptions
from core.painted_film import FilmReport, FilmSums, check_names, checked_layout, paint_part
from core.painted_folder import is_newer
from core.progress_bar import Bars, no_bar
from core.schedule import PUBLISHED_SIDE
from core.version import version
from core.workshop import Workshop

LOCAL = "local"
"""The address of this machine as a cluster of its own, begun and ended with the command."""

_MEMORY = 1 << 30
"""What a painter without a GPU is given, bytes: enough for pictures of some 12 megapixels."""

_LOCAL_STORE = 128 << 20
"""Of the store that Ray keeps beside, bytes: nothing of ours goes there."""

_PARTS = 4
"""Of a film, for each painter: with more, all end at about the same time; with fewer, less is read twice."""

_SHORT = "/tmp" if os.path.isdir("/tmp") else None

_PATIENCE = 5.0
"""With an address that does not answer, seconds."""


class ClusterPainter:
    """A painter in a process of its own, which Ray makes and gives a processor or a GPU."""

    _workshop: Workshop

    def hello(self, options: PaintOptions, folder: str, sign: str) -> Hello:
        """Load the networks.

        Args:
            options: How to paint.
            folder: Where the names of files are told from.
            sign: A file that whoever asks has written beside the paintings.

        Raises:
            ClusterError: If this machine does not see the same folders.
            PainterError: As of `Workshop`.
        """
        machine = socket.gethostname()
        shared = "share the folders of pictures and paintings with that machine, under the same names"
        try:
            os.chdir(folder)
        except OSError as error:
            raise ClusterError(machine, f"{folder} cannot be opened there; {shared}") from error
        if not Path(sign).exists():
            raise ClusterError(machine, f"what is written to {Path(sign).parent} is not seen there; {shared}")
        self._workshop = Workshop(options)
        return Hello(
            machine=machine, device=self._workshop.device_name, version=version(),
            digest=self._workshop.digest,
        )  # fmt: skip

    def do(self, errand: Errand, aside: Path) -> Outcome:
        """Do an errand in a folder aside, as of `core.batch.outcome_of`."""
        try:
            return outcome_of(self._workshop, errand, aside=aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)  # where it has not taken its place

    def do_part(self, source: Path, part: Part, out: Path) -> FilmSums:
        """Paint a part of a film, as of `core.painted_film.paint_part`."""
        return paint_part(self._workshop, source, part, out)


def painted_by_cluster(
    options: PaintOptions,
    errands: Sequence[Errand],
    *,
    address: str,
    workers: int | None = None,
    told: Callable[[str], None] = lambda _word: None,
    painter: type[ClusterPainter] = ClusterPainter,
) -> Iterator[Outcome]:
    """Do errands, as many at a time as there are painters; outcomes come as they are ready.

    Args:
        options: How to paint.
        errands: What and where to, all in one folder, which exists.
        address: `LOCAL`, or one of Ray's: `HOST:PORT`, or `auto` for the one that this machine is in.
        workers: How many painters; by default one for each GPU or, where there is none, each processor core.
        told: Hears of painters that begin, are lost or cannot be had.
        painter: What each painter is.

    Raises:
        ClusterError: If the cluster cannot be reached, or none of its painters can be had.
        OutputError: If the disk takes no more.
        PainterError: If a setting or the weights are unusable.
    """
    tasks = [
        Task(name=errand.source.name, method="do", arguments=lambda aside, errand=errand: (errand, aside))  # type: ignore[misc]
        for errand in errands
    ]
    folder = errands[0].out.parent
    places: dict[str, Any] = {"address": address, "workers": workers, "told": told, "painter": painter}
    with _crew(options, _checked(options), folder, len(tasks), **places) as (crew, sign):
        for done in crew.results(tasks, folder):
            errand = errands[done.number]
            if done.error is not None:
                yield Outcome(errand=errand, ending=Ending.FAILED, error=done.error)
                continue
            outcome: Outcome = done.value
            if outcome.ending is Ending.SKIPPED and done.painters > 1 and is_newer(errand.out, sign):
                outcome = replace(outcome, ending=Ending.PAINTED)  # by one that was lost before it could tell
            yield outcome


def film_by_cluster(
    options: PaintOptions,
    source: Path,
    out: Path,
    *,
    address: str,
    workers: int | None = None,
    bars: Bars = no_bar,
    told: Callable[[str], None] = lambda _word: None,
    painter: type[ClusterPainter] = ClusterPainter,
) -> FilmReport:
    """Paint a film, scenes at the same time; what cannot be cut at a scene is painted by one.

    Args:
        options: How to paint.
        source: One of `FILM_INPUTS`.
        out: The painted film, .mp4 or .webm; there is nothing until all of it is done.
        address: As of `painted_by_cluster`.
        workers: Likewise.
        bars: Shows how far it is.
        told: As of `painted_by_cluster`.
        painter: Likewise.

    Raises:
        ClusterError, OutputError: Likewise.
        LostError: If a part's painters are lost again and again.
        PainterError: If a setting or the weights are unusable, or the film cannot be read or written.
    """
    started = time.monotonic()
    if out.suffix.lower() == ".gif":
        raise SettingError("cluster", "for a GIF", "its one palette needs all frames together; choose .mp4 or .webm")
    check_names(source, out)
    here = _checked(options)
    with opened_film(source) as film, bars("looking for scenes", "frame") as show:
        checked_layout(options, film, out)
        seen = _counted(film.frames, lambda count: show(count, max(count, film.count or 0)))
        starts = list(scenes(seen, canvas_size(film.size, options.size), options.divide * PUBLISHED_SIDE))
    folder = fragment_in(checked_output_folder(out.absolute().parent))
    folder.mkdir()
    places: dict[str, Any] = {"address": address, "workers": workers, "told": told, "painter": painter}
    try:
        with _crew(options, here, folder, len(starts) - 1, **places) as (crew, _):
            parts = parts_of(starts, _PARTS * crew.count)
            files = [folder / f"{part.first:08d}{out.suffix}" for part in parts]
            tasks = [
                Task(
                    name=f"{source.name}, frames {part.first} to {part.end - 1}", method="do_part",
                    arguments=lambda _aside, part=part, file=file: (source.absolute(), part, file),  # type: ignore[misc]
                )
                for part, file in zip(parts, files, strict=True)
            ]  # fmt: skip
            sums = FilmSums()
            with bars("film", "frame") as show:
                for done in crew.results(tasks, folder):
                    if done.error is not None:
                        raise done.error
                    sums += done.value
                    show(sums.frames, starts[-1], "")
            devices = ", ".join(sorted(crew.devices))
        join_films(files, out, frames=sums.frames)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return sums.report(time.monotonic() - started, devices)


def _counted(frames: Iterator[NDArray[np.uint8]], told: Callable[[int], None]) -> Iterator[NDArray[np.uint8]]:
    for count, frame in enumerate(frames, 1):
        yield frame
        told(count)


@contextmanager
def _crew(
    options: PaintOptions,
    here: Workshop,
    folder: Path,
    tasks: int,
    *,
    address: str,
    workers: int | None,
    told: Callable[[str], None],
    painter: type[ClusterPainter],
) -> Iterator[tuple[Crew, Path]]:
    """Painters for so many tasks that write into a folder, and a file there that is older than what they write."""
    remove_fragments(folder)
    sign = fragment_in(folder)
    sign.touch()
    try:
        with _cluster(address, workers) as ray:
            room, place = _room(ray, address, options)
            if workers is not None and workers > room:
                raise SettingError("workers", workers, f"there is room for {room} in that cluster")
            remote = ray.remote(painter).options(**place)
            crew = Crew(
                remote.remote, ray, address, min(workers or room, tasks), told,
                greeting=(options, str(Path.cwd()), str(sign.absolute())), expected=(version(), here.digest),
            )  # fmt: skip
            yield crew, sign
    finally:
        sign.unlink(missing_ok=True)


def _checked(options: PaintOptions) -> Workshop:
    """A workshop that refuses here what would be refused everywhere, also on a machine without a GPU."""
    return Workshop(replace(options, device="cpu"))


@contextmanager
def _cluster(address: str, workers: int | None) -> Iterator[ModuleType]:
    """Ray, connected to a cluster while the body runs.

    Raises:
        ClusterError: If it cannot be.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is told to anybody
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        problem = "Ray is not installed; install it with python -m pip install ray"
        raise ClusterError(address, problem) from error
    silent = "it does not answer; begin it with ray start --head, and give the address that this tells"
    host, _, port = address.rpartition(":")
    if host:  # Ray itself would try for minutes
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
        except (OSError, ValueError) as error:
            raise ClusterError(address, silent) from error
    how: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    ended = signal.getsignal(signal.SIGTERM)
    with ExitStack() as stack:
        if address == LOCAL:
            cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
            # In /tmp, for names of sockets are short; its logs would be left there otherwise.
            place = TemporaryDirectory(prefix="strokewise-", dir=_SHORT, ignore_cleanup_errors=True)
            how |= {
                "num_cpus": max(cores, workers or 0), "object_store_memory": _LOCAL_STORE, "include_dashboard": False,
                "_temp_dir": stack.enter_context(place),
            }  # fmt: skip
        stack.callback(ray.shutdown)
        try:
            ray.init(address=address, **how)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ClusterError(address, silent) from error
        finally:
            if threading.current_thread() is threading.main_thread():
                # Ray takes it over, and would end the process in the middle of things.
                signal.signal(signal.SIGTERM, ended)
        yield ray


def _room(ray: ModuleType, address: str, options: PaintOptions) -> tuple[int, dict[str, Any]]:
    """How many painters a cluster has room for, and what each of them is given."""
    there = ray.cluster_resources()
    cores, gpus = int(there.get("CPU", 0)), int(there.get("GPU", 0))
    if options.device == "cuda" and not gpus:
        raise ClusterError(address, "it has no GPU; use --device cpu")
    on_gpus = gpus > 0 and options.device != "cpu"
    room = min(gpus, cores) if on_gpus else min(cores, int(there.get("memory", 0) / _MEMORY))
    if room < 1:
        raise ClusterError(address, "it has no processor core, or less than 1 GiB of memory, to spare")
    # A painter a core, each in one thread, gets more done than one painter in many.
    threads = str(max(1, cores // gpus)) if on_gpus else "1"
    settings = {
        "OMP_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads, "GOMP_SPINCOUNT": "1000",
    }  # fmt: skip
    needs = {"num_gpus": 1} if on_gpus else {"memory": _MEMORY}
    return room, {"num_cpus": 1, "max_restarts": 0, "runtime_env": {"env_vars": settings}, **needs}
