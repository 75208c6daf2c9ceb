"""One thread at a time in the compiled parallel loops, each in its turn.

They use all cores anyway, and numba's plainest threading layer, which is what there is where neither OpenMP nor TBB is
at hand, ends the program when two threads enter it at once.
"""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """A lock that goes to whoever has waited longest, and that its owner may take again.

    Python's own go to whoever comes first once they are free: a painter that takes one in a loop then keeps everybody
    else out for seconds.
    """

    def __init__(self) -> None:
        self._inside = threading.Lock()
        self._owner: int | None = None
        self._depth = 0
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    def __enter__(self) -> None:
        own = threading.get_ident()
        with self._inside:
            if self._owner in (None, own):
                self._owner, self._depth = own, self._depth + 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append((own, turn))
        turn.acquire()  # until whoever goes out hands it over

    def __exit__(self, *_: object) -> None:
        with self._inside:
            self._depth -= 1
            if self._depth:
                return
            self._owner = None
            if self._waiting:
                self._owner, turn = self._waiting.popleft()
                self._depth = 1
                turn.release()


PARALLEL_LOOPS = FairLock()
"""Held around every call of a kernel with parallel loops."""
