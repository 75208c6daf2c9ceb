"""The lock around compiled loops is everybody's in turn."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from core.document import Document
from core.geometry import Size
from core.parallel_loops import FairLock
from core.rasteriser.fast import draw
from core.stroke import Strokes


def test_only_one_thread_is_inside_and_none_is_kept_out() -> None:
    lock, inside, turns = FairLock(), [], dict.fromkeys(range(3), 0)
    end = time.monotonic() + 0.5

    def take(name: int) -> None:
        while time.monotonic() < end:
            with lock:
                inside.append(name)
                time.sleep(0.002)
                assert inside == [name]
                inside.remove(name)
                turns[name] += 1

    threads = [threading.Thread(target=take, args=[name]) for name in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == []
    assert min(turns.values()) > 0.8 * max(turns.values())


def test_its_owner_may_take_it_again_and_errors_give_it_back() -> None:
    lock = FairLock()

    def fail() -> None:
        with lock, lock:
            raise ValueError("as planned")

    with pytest.raises(ValueError, match="as planned"):
        fail()
    taken = threading.Event()

    def take() -> None:
        with lock:
            taken.set()

    threading.Thread(target=take).start()
    assert taken.wait(5)


def test_threads_that_draw_at_once_draw_what_one_would() -> None:
    random = np.random.default_rng(0)
    strokes = Strokes.from_columns(
        types=np.zeros(200, np.uint8),
        patches=np.column_stack([random.uniform(0, 100, (200, 2)), np.full(200, 40.0)]),
        parameters=random.random((200, 13), dtype=np.float32),
        steps=np.arange(200),
    )
    document = Document(Size(150, 150), (0, 0, 0), strokes)
    alone, found = draw(document), []
    threads = [threading.Thread(target=lambda: found.append(draw(document))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for each in found:
        np.testing.assert_array_equal(each, alone)
