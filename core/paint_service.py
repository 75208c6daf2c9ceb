"""Painting in a process of its own, for whoever must not wait for it: errands in, progress and outcomes out.

Both ends send what is below, pickled, over a pipe: they are the same program. It paints with low priority, one errand
at a time, and ends where the pipe does: nothing of it outlives whoever asked.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING

import psutil

from core.errands import Errand, is_film
from core.errors import PainterError
from core.paint_options import PaintOptions
from core.progress_bar import Bars

if TYPE_CHECKING:
    from core.batch import Outcome
    from core.device import GpuTrouble
    from core.workshop import Workshop

_TELL_SECONDS = 0.1
"""Between two tellings of progress."""

_NICE = 10
"""What this process gives way to others by, as POSIX counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Asked: do this errand."""

    number: int
    """The asker's, at least 1; what comes of it is told by it."""
    errand: Errand


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Asked: leave that errand, if it is being done."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Asked: rest between two steps, or go on."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Asked: leave whatever is being done, and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Told: the networks are loaded."""

    idle: tuple[str, ...] = ()
    """Weights among the options that paint other strokes than are asked for; the bundled ones stand in for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """Told: how far an errand is."""

    number: int
    what: str
    """The stage: `painting`, `refining`, `frames` or `film`."""
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Told: what came of an errand."""

    number: int
    ending: str
    """Of `core.batch.Ending`, or `cancelled`."""
    psnr: float | None = None
    """dB, where it was painted."""
    error: PainterError | None = None
    """Why it failed."""
    trace: str = ""
    """Where that came from, if nobody foresaw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """Told: what is done where a GPU cannot go on."""

    word: str
    """The `GpuTrouble`'s name in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Told, last: no errand can be done any more."""

    error: PainterError
    trace: str = ""
    """Where it came from, if nobody foresaw it."""


Asked = Paint | Cancel | Hold | Leave
Told = Ready | Progressed | Ended | Troubled | Broken


def serve(pipe: Connection, options: PaintOptions) -> None:
    """Do errands until the pipe is closed: what the process begins with.

    Args:
        pipe: To whoever asks.
        options: How to paint all of them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asked, which closes the pipe
    _give_way()
    Service(pipe, options).run()


class Service:
    """Does errands in the main thread; another one hears what is asked meanwhile."""

    def __init__(self, pipe: Connection, options: PaintOptions) -> None:
        """Prepare; arguments as of `serve`."""
        self._pipe, self._options = pipe, options
        self._workshops: dict[bool, Workshop] = {}
        self._wanted: SimpleQueue[Paint | None] = SimpleQueue()
        self._changed = threading.Condition()
        self._held = self._over = False
        self._cancelled: set[int] = set()
        self._sending = threading.Lock()

    def run(self) -> None:
        """Until the pipe is closed."""
        threading.Thread(target=self._hear, daemon=True).start()
        try:
            idle = self._leave_out_idle()
            self._workshop(film=False)
            self._tell(Ready(idle=idle))
            while (asked := self._wanted.get()) is not None:
                self._tell(self._done(asked))
        except PainterError as error:
            self._tell(Broken(error=error))
        except Exception as error:
            self._tell(Broken(error=_unforeseen(error), trace=traceback.format_exc()))

    def _hear(self) -> None:
        while True:
            try:
                asked: Asked = self._pipe.recv()
            except (EOFError, OSError):
                asked = Leave()
            with self._changed:
                if isinstance(asked, Paint):
                    self._wanted.put(asked)
                elif isinstance(asked, Cancel):
                    self._cancelled.add(asked.number)
                elif isinstance(asked, Hold):
                    self._held = asked.on
                else:
                    self._over = True
                    self._wanted.put(None)
                self._changed.notify_all()
            if self._over:
                return

    def _tell(self, told: Told) -> None:
        with suppress(OSError), self._sending:  # nobody listens any more: the other thread hears of it
            self._pipe.send(told)

    def _leave_out_idle(self) -> tuple[str, ...]:
        """As in the studio, weights of other strokes do not keep one from painting; returns their files' names."""
        from core.mix import Mix
        from core.weights import stroke_type_in

        wanted = Mix.parse(self._options.stroke_type).stroke_types
        fitting = tuple(each for each in self._options.actor if stroke_type_in(each) in wanted)
        idle = tuple(each.name for each in self._options.actor if each not in fitting)
        self._options = replace(self._options, actor=fitting)
        return idle

    def _workshop(self, *, film: bool) -> Workshop:
        """What paints pictures or films; loaded when it is first needed."""
        from core.painted_film import film_options
        from core.workshop import Workshop

        if film and film_options(self._options) == self._options:
            film = False
        if film not in self._workshops:
            options = film_options(self._options) if film else self._options
            self._workshops[film] = Workshop(options, told=self._tell_trouble)
        return self._workshops[film]

    def _tell_trouble(self, trouble: GpuTrouble) -> None:
        self._tell(Troubled(word=trouble.name.lower()))

    def _done(self, asked: Paint) -> Ended:
        from core.batch import outcome_of
        from core.workshop import PaintingCancelledError

        def cancelled() -> bool:
            with self._changed:
                self._changed.wait_for(lambda: not self._held or self._over or asked.number in self._cancelled)
                return self._over or asked.number in self._cancelled

        try:
            if cancelled():
                raise PaintingCancelledError
            workshop = self._workshop(film=is_film(asked.errand.source))
            outcome = outcome_of(workshop, asked.errand, bars=self._bars(asked.number), cancelled=cancelled)
        except PaintingCancelledError:
            return Ended(number=asked.number, ending="cancelled")
        except PainterError:
            raise
        except Exception as error:  # a bug that this picture brought out must not cost the others
            return Ended(number=asked.number, ending="failed", error=_unforeseen(error), trace=traceback.format_exc())
        return Ended(number=asked.number, ending=outcome.ending.value, psnr=_psnr(outcome), error=outcome.error)

    def _bars(self, number: int) -> Bars:
        @contextmanager
        def bars(what: str, _unit: str) -> Iterator[Callable[..., None]]:
            last = 0.0

            def show(done: int, total: int, _note: str = "") -> None:
                nonlocal last
                now = time.monotonic()
                if now - last >= _TELL_SECONDS:
                    last = now
                    self._tell(Progressed(number=number, what=what, done=done, total=total))

            yield show

        return bars


def _unforeseen(error: Exception) -> PainterError:
    return PainterError(f"{type(error).__name__}: {error}")


def _psnr(outcome: Outcome) -> float | None:
    """How near a painting is, dB: a film's as it was looked at, a picture's at 512 pixels as the command line tells."""
    report = outcome.report or {}
    value = report.get("psnr", report.get("psnr_512"))
    return float(value) if isinstance(value, int | float) else None


def _give_way() -> None:
    """Let whatever else the machine does come first."""
    process = psutil.Process()
    process.nice(_NICE if psutil.POSIX else psutil.BELOW_NORMAL_PRIORITY_CLASS)
