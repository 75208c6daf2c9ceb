"""What ends the program from outside."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any


@contextmanager
def endings_heard(hear: Callable[[], None], *, interrupts: bool) -> Iterator[None]:
    """Have what asks the program to end, or closes its terminal, call `hear` instead; in the main thread only.

    Args:
        hear: Called between any two instructions of the main thread.
        interrupts: Ctrl-C too.
    """

    def heard(_number: int, _frame: FrameType | None) -> None:
        hear()

    usual = (signal.SIG_DFL, signal.default_int_handler)  # under nohup it is another, and is meant to be
    before: dict[int, Any] = {}
    names = ("SIGTERM", "SIGHUP", "SIGBREAK", *(("SIGINT",) if interrupts else ()))
    for name in names:  # SIGHUP is unknown on Windows, SIGBREAK elsewhere
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in usual:
            with suppress(ValueError):  # not in the main thread, which alone gets signals
                before[number] = signal.signal(number, heard)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
