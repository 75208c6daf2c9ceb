"""One thread at a time in the compiled parallel loops.

They use all cores anyway, and numba's plainest threading layer, which is what there is where neither OpenMP nor TBB is
at hand, ends the program when two threads enter it at once.
"""

from __future__ import annotations

import threading

PARALLEL_LOOPS = threading.RLock()
"""Held around every call of a kernel with parallel loops."""
