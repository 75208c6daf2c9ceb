"""Painters in processes that Ray makes: each is given one task at a time, and that of one that is lost goes on."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from core.errors import DeviceError, OutputError, PainterError
from core.files import fragment_in

TRIES = 3
"""How many painters a task may cost before it is given up: some pictures take a painter down with them."""


PATIENCE = 60.0
"""Seconds without a painter, until that is told."""


class ClusterError(PainterError):
    """A cluster cannot be reached, or cannot be painted with."""

    def __init__(self, address: str, problem: str) -> None:
        super().__init__(address, problem)
        self.address, self.problem = address, problem

    def __str__(self) -> str:
        return f"Cannot use cluster {self.address}: {self.problem}."


class LostError(PainterError):
    """A picture whose painters were lost, one after the other."""

    def __init__(self, name: str, tries: int) -> None:
        super().__init__(name, tries)
        self.name, self.tries = name, tries

    def __str__(self) -> str:
        return f"Cannot paint {self.name}: {self.tries} painters were lost over it; paint it alone to see why."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """What a painter says of itself once its networks are loaded."""

    machine: str
    device: str
    version: str
    digest: str
    """Of the options and weights that it paints by, as of `Workshop.digest`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a painter is asked for."""

    name: str
    """Of what is painted, for a person."""
    method: str
    """Of the painter."""
    arguments: Callable[[Path], tuple[Any, ...]]
    """Of that method, with a path aside that only this painter has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of a task: a value or an error."""

    number: int
    """Of the task, from 0."""
    painters: int
    """That were given it; all but the last were lost."""
    value: Any = None
    """What the method returned."""
    error: PainterError | None = None
    """Why there is none."""


@dataclass(kw_only=True)
class _Begun:
    number: int
    task: Task
    aside: Path
    painters: int = 0
    painter: Any = None


class Crew:
    """Painters: those that begin, those at work and those without work. Who is lost is replaced."""

    def __init__(
        self,
        hired: Callable[[], Any],
        ray: ModuleType,
        address: str,
        count: int,
        told: Callable[[str], None],
        *,
        greeting: tuple[Any, ...],
        expected: tuple[str, str],
    ) -> None:
        """Have painters begin.

        Args:
            hired: Makes one, as Ray's handle.
            ray: Connected.
            address: Of the cluster, for errors.
            count: How many.
            told: Hears of painters that begin, are lost or cannot be had.
            greeting: What a painter's `hello` is given; it answers with a `Hello`.
            expected: The version and the digest that a painter has to have.
        """
        self._hired, self._ray, self._address, self._told = hired, ray, address, told
        self._greeting, self._expected = greeting, expected
        self._beginning: dict[Any, Any] = {}
        self._idle: list[Any] = []
        self._busy: dict[Any, _Begun] = {}
        self.count = count
        self._patience: float | None = PATIENCE
        self.devices: set[str] = set()
        """Of those that have begun."""
        self._lost_at_once = 0
        self._refused: PainterError = ClusterError(address, "its painters are lost as soon as they begin")
        for _ in range(count):
            self._hire()

    def results(self, tasks: Sequence[Task], folder: Path) -> Iterator[Done]:
        """Of all tasks, in the order in which they end; then no painter is left.

        Args:
            tasks: To be done.
            folder: Where paths aside lie.

        Raises:
            ClusterError, DeviceError: If no painter can be had.
            OutputError: If a painter's disk takes no more.
        """
        waiting = deque(
            _Begun(number=number, task=task, aside=fragment_in(folder)) for number, task in enumerate(tasks)
        )
        try:
            while waiting or self._busy:
                while waiting and self._idle:
                    self._give(waiting.popleft(), self._idle.pop())
                if not self._beginning and not self._busy:
                    raise self._refused
                found, _ = self._ray.wait([*self._beginning, *self._busy], num_returns=1, timeout=self._patience)
                if not found:
                    if not self._busy:  # what is busy may take as long as it likes
                        # Which of the two Ray tells only in words of its own.
                        self._told("no painter has begun yet: they are being started, or have to wait for room")
                        self._patience = None  # told once
                    continue
                (ready,) = found
                if ready in self._beginning:
                    self._begin(ready)
                    continue
                begun = self._busy.pop(ready)
                done = self._ended(ready, begun)
                if done is None:
                    waiting.appendleft(begun)
                else:
                    yield done
        finally:
            for painter in [*self._beginning.values(), *self._idle, *(begun.painter for begun in self._busy.values())]:
                self._ray.kill(painter)
            for begun in self._busy.values():
                shutil.rmtree(begun.aside, ignore_errors=True)

    def _hire(self) -> None:
        painter = self._hired()
        self._beginning[painter.hello.remote(*self._greeting)] = painter

    def _give(self, begun: _Begun, painter: Any) -> None:
        begun.painters, begun.painter = begun.painters + 1, painter
        self._busy[getattr(painter, begun.task.method).remote(*begun.task.arguments(begun.aside))] = begun

    def _begin(self, ready: Any) -> None:
        """Hear what a painter says of itself, and take it or leave it."""
        painter = self._beginning.pop(ready)
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
            self._refuse(painter, error)
            return
        self._lost_at_once = 0
        self._told(f"a painter on {hello.machine} ({hello.device}) begins")
        self.devices.add(hello.device)
        self._idle.append(painter)

    def _ended(self, ready: Any, begun: _Begun) -> Done | None:
        """What came of a task; None if another painter has to have it."""
        number, painters = begun.number, begun.painters
        try:
            done = Done(number=number, painters=painters, value=self._ray.get(ready))
        except self._ray.exceptions.RayActorError:
            # It may be cut off, not dead: without what it has aside nothing of it can take the painting's place.
            shutil.rmtree(begun.aside, ignore_errors=True)
            begun.aside = fragment_in(begun.aside.parent)
            self._hire()
            if painters >= TRIES:
                return Done(number=number, painters=painters, error=LostError(begun.task.name, painters))
            self._told(f"a painter is lost; {begun.task.name} goes to another")
            return None
        except OutputError as error:  # the disk is full: so it is for everybody
            raise _itself(error) from error
        except DeviceError as error:  # the next picture would meet the same there
            begun.painters -= 1
            self._refuse(begun.painter, error)
            return None
        except PainterError as error:
            done = Done(number=number, painters=painters, error=_itself(error))
        except Exception as error:  # a bug that this picture brought out must not cost the others
            problem = PainterError(f"{type(error).__name__}: {error}")
            done = Done(number=number, painters=painters, error=problem)
        self._idle.append(begun.painter)
        return done

    def _refuse(self, painter: Any, error: PainterError) -> None:
        self._refused = _itself(error)
        self._told(str(self._refused))
        self._ray.kill(painter)


def _itself(error: PainterError) -> PainterError:
    """An error without what Ray adds to it."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, PainterError) else error
