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
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from core.batch import Ending, Outcome, outcome_of
from core.errands import Errand
from core.errors import DeviceError, OutputError, PainterError, SettingError
from core.files import fragment_in, remove_fragments
from core.paint_options import PaintOptions
from core.painted_folder import is_newer
from core.version import version
from core.workshop import Workshop

LOCAL = "local"
"""The address of this machine as a cluster of its own, begun and ended with the command."""

TRIES = 3
"""How many painters a task may cost before it is given up: some pictures take a painter down with them."""

_MEMORY = 1 << 30
"""What a painter without a GPU is given, bytes: enough for pictures of some 12 megapixels."""

_LOCAL_STORE = 128 << 20
"""Of the store that Ray keeps beside, bytes: nothing of ours goes there."""

_PATIENCE = 5.0
"""With an address that does not answer, seconds."""


class ClusterError(PainterError):
    """A cluster cannot be reached, or cannot be painted with."""

    def __init__(self, address: str, problem: str) -> None:
        super().__init__(address, problem)
        self.address, self.problem = address, problem

    def __str__(self) -> str:
        return f"Cannot use cluster {self.address}: {self.problem}."


class LostError(PainterError):
    """A picture whose painters were lost, one after the other."""

    def __init__(self, source: Path, tries: int) -> None:
        super().__init__(source, tries)
        self.source, self.tries = source, tries

    def __str__(self) -> str:
        return f"Cannot paint {self.source.name}: {self.tries} painters were lost over it; paint it alone to see why."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What a painter says of itself once its networks are loaded."""

    machine: str
    process: int
    device: str
    version: str
    digest: str
    """Of the options and weights that it paints by, as of `Workshop.digest`."""


class Hand:
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
            machine=machine, process=os.getpid(), device=self._workshop.device_name, version=version(),
            digest=self._workshop.digest,
        )  # fmt: skip

    def do(self, errand: Errand, aside: Path) -> Outcome:
        """Do an errand in a folder aside, as of `core.batch.outcome_of`."""
        try:
            return outcome_of(self._workshop, errand, aside=aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)  # where it has not taken its place


def painted_by_cluster(
    options: PaintOptions,
    errands: Sequence[Errand],
    *,
    address: str,
    workers: int | None = None,
    told: Callable[[str], None] = lambda _word: None,
    hand: type[Hand] = Hand,
) -> Iterator[Outcome]:
    """Do errands, as many at a time as there are painters; outcomes come as they are ready.

    Args:
        options: How to paint.
        errands: What and where to, all in one folder, which exists.
        address: `LOCAL`, or one of Ray's: `auto`, `HOST:PORT`, `ray://HOST:PORT`.
        workers: How many painters; by default one for each GPU or, where there is none, each processor core.
        told: Hears of painters that begin, are lost or cannot be had.
        hand: What each painter is.

    Raises:
        ClusterError: If the cluster cannot be reached, or none of its painters can be had.
        OutputError: If the disk takes no more.
        PainterError: If a setting or the weights are unusable.
    """
    here = Workshop(_on_processor(options))  # refuses here what would be refused everywhere
    out = errands[0].out.parent
    remove_fragments(out)
    sign = fragment_in(out)
    sign.touch()
    try:
        with _cluster(address, workers) as ray:
            room, place = _room(ray, address, options)
            if workers is not None and workers > room:
                raise SettingError("workers", workers, f"there is room for {room} in that cluster")
            remote = ray.remote(hand).options(**place)
            crew = _Crew(
                remote.remote, ray, address, min(workers or room, len(errands)), told,
                greeting=(options, str(Path.cwd()), str(sign.absolute())), expected=(version(), here.digest),
            )  # fmt: skip
            yield from crew.outcomes(errands)
    finally:
        sign.unlink(missing_ok=True)


def _on_processor(options: PaintOptions) -> PaintOptions:
    """Options that can be looked at on a machine without a GPU."""
    return replace(options, device="cpu")


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
        problem = 'Ray is not installed; install it with python -m pip install "strokewise[cluster]"'
        raise ClusterError(address, problem) from error
    silent = "it does not answer; begin it with ray start --head, and give the address that this tells"
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host:  # Ray itself would try for minutes
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
        except (OSError, ValueError) as error:
            raise ClusterError(address, silent) from error
    how: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address == LOCAL:
        cores = max(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 1)
        how |= {"num_cpus": max(cores, workers or 0), "object_store_memory": _LOCAL_STORE, "include_dashboard": False}
    ended = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, **how)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise ClusterError(address, silent) from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, ended)  # Ray takes it over, and would end the process in the middle of things
    try:
        yield ray
    finally:
        ray.shutdown()


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


@dataclass(kw_only=True)
class _Task:
    errand: Errand
    aside: Path
    painters: int = 0
    """That were given it."""
    hand: Any = None
    """Who has it."""


class _Crew:
    """Painters: those that begin, those at work and those without work. Who is lost is replaced."""

    def __init__(
        self,
        hired: Callable[[], Any],
        ray: ModuleType,
        address: str,
        count: int,
        told: Callable[[str], None],
        *,
        greeting: tuple[PaintOptions, str, str],
        expected: tuple[str, str],
    ) -> None:
        """Have painters begin.

        Args:
            hired: Makes one, as Ray's handle.
            ray: Connected.
            address: Of the cluster, for errors.
            count: How many.
            told: As of `painted_by_cluster`.
            greeting: Of `Hand.hello`.
            expected: The version and the digest that a painter has to have.
        """
        self._hired, self._ray, self._address, self._told = hired, ray, address, told
        self._greeting, self._expected, self._sign = greeting, expected, Path(greeting[2])
        self._beginning: dict[Any, Any] = {}
        self._idle: list[Any] = []
        self._busy: dict[Any, _Task] = {}
        self._lost_at_once = 0
        self._refused: PainterError = ClusterError(address, "its painters are lost as soon as they begin")
        for _ in range(count):
            self._hire()

    def outcomes(self, errands: Sequence[Errand]) -> Iterator[Outcome]:
        """Of all errands, in the order in which they end."""
        waiting = deque(_Task(errand=errand, aside=fragment_in(errand.out.parent)) for errand in errands)
        try:
            while waiting or self._busy:
                while waiting and self._idle:
                    self._give(waiting.popleft(), self._idle.pop())
                if not self._beginning and not self._busy:
                    raise self._refused
                (ready,), _ = self._ray.wait([*self._beginning, *self._busy], num_returns=1)
                if ready in self._beginning:
                    self._begin(ready)
                    continue
                task = self._busy.pop(ready)
                outcome = self._ended(ready, task)
                if outcome is None:
                    waiting.appendleft(task)
                else:
                    yield outcome
        finally:
            for hand in [*self._beginning.values(), *self._idle, *(task.hand for task in self._busy.values())]:
                self._ray.kill(hand)
            for task in self._busy.values():
                shutil.rmtree(task.aside, ignore_errors=True)

    def _hire(self) -> None:
        hand = self._hired()
        self._beginning[hand.hello.remote(*self._greeting)] = hand

    def _give(self, task: _Task, hand: Any) -> None:
        task.painters, task.hand = task.painters + 1, hand
        self._busy[hand.do.remote(task.errand, task.aside)] = task

    def _begin(self, ready: Any) -> None:
        """Hear what a painter says of itself, and take it or leave it."""
        hand = self._beginning.pop(ready)
        try:
            hello: Hello = self._ray.get(ready)
            if (hello.version, hello.digest) != self._expected:
                what = "has other weights" if hello.version == self._expected[0] else f"has Strokewise {hello.version}"
                problem = f"{hello.machine} {what}; here is {self._expected[0]}, and all have to have the same"
                raise ClusterError(self._address, problem)
        except self._ray.exceptions.RayActorError:
            self._lost_at_once += 1
            if self._lost_at_once <= TRIES:
                self._hire()
            return
        except PainterError as error:
            self._refused = _itself(error)
            self._told(str(self._refused))
            self._ray.kill(hand)
            return
        self._lost_at_once = 0
        self._told(f"a painter on {hello.machine} ({hello.device}) begins")
        self._idle.append(hand)

    def _ended(self, ready: Any, task: _Task) -> Outcome | None:
        """What came of a task; None if another painter has to have it."""
        try:
            outcome: Outcome = self._ray.get(ready)
        except self._ray.exceptions.RayActorError:
            # It may be cut off, not dead: without the folder aside nothing of it can take the painting's place.
            shutil.rmtree(task.aside, ignore_errors=True)
            task.aside = fragment_in(task.errand.out.parent)
            self._hire()
            if task.painters >= TRIES:
                return _failed(task, LostError(task.errand.source, task.painters))
            self._told(f"a painter is lost; {task.errand.source.name} goes to another")
            return None
        except OutputError as error:  # the disk is full: so it is for everybody
            raise _itself(error) from error
        except DeviceError as error:  # the next picture would meet the same there
            task.painters -= 1
            self._refused = _itself(error)
            self._told(str(self._refused))
            self._ray.kill(task.hand)
            return None
        except Exception as error:  # a bug that this picture brought out must not cost the others
            outcome = _failed(task, PainterError(f"{type(error).__name__}: {error}"))
        self._idle.append(task.hand)
        if outcome.ending is Ending.SKIPPED and task.painters > 1 and is_newer(task.errand.out, self._sign):
            return replace(outcome, ending=Ending.PAINTED)  # by one that was lost before it could tell
        return outcome


def _itself(error: PainterError) -> PainterError:
    """An error without what Ray adds to it."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, PainterError) else error


def _failed(task: _Task, error: PainterError) -> Outcome:
    return Outcome(errand=task.errand, ending=Ending.FAILED, error=error)
