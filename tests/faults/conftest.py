"""Children to be killed, for the tests of this folder."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

ROOT = Path(__file__).parents[2]


class Killed(NamedTuple):
    """A child that is no more."""

    process: int
    told: list[tuple[float, str]]
    """What it has said, and when."""
    when: float
    code: int
    """That it ended with; that of a signal is negative."""


class Killer:
    """Lets children begin and ends them."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def _answer(self) -> str:
        assert self._server.stdout is not None
        answer = self._server.stdout.readline().strip()
        assert answer, "the server of children is gone"
        return answer

    def kill(
        self, kind: str, folder: Path, seed: int, within: float, number: signal.Signals = signal.SIGKILL, *,
        told_first: int = 0,
    ) -> Killed:  # fmt: skip
        """Have a child do that in a folder, and end it at a moment of chance; nothing it began outlives it.

        Args:
            kind: One of `tests.faults.children.KINDS`.
            folder: Where; its parent has a pipe meanwhile, and what the child wrote to its standard error.
            seed: Of the child's chance and the moment's.
            within: Seconds after its work began in which the moment lies.
            number: The signal.
            told_first: What the child tells it has done that often before its work counts as begun.
        """
        assert self._server.stdin is not None
        pipe = folder.parent / f"pipe-{seed}"
        os.mkfifo(pipe)
        self._server.stdin.write(f"{kind}\t{folder}\t{seed}\t{pipe}\n")
        self._server.stdin.flush()
        told: list[tuple[float, str]] = []
        began = threading.Event()

        def listen() -> None:
            with pipe.open() as lines:
                for line in lines:
                    moment, _, word = line.rstrip("\n").partition(" ")
                    if line.endswith("\n") and moment.replace(".", "").isdigit():  # training tells other things too
                        told.append((float(moment), word))
                        if len(told) > told_first:
                            began.set()
            began.set()

        listener = threading.Thread(target=listen)
        listener.start()
        child = int(self._answer())
        assert began.wait(60)
        time.sleep(random.Random(f"{kind} {seed}").uniform(0, within))
        begun = psutil.Process(child).children(recursive=True)
        os.kill(child, number)
        when = time.monotonic()
        self._server.stdin.write("\n")
        self._server.stdin.flush()
        code = int(self._answer())
        listener.join()
        pipe.unlink()
        _, alive = psutil.wait_procs(begun, timeout=20)
        assert alive == []
        assert told[0][1] == "ready"
        return Killed(child, told, when, code)


@pytest.fixture(scope="session")
def killer() -> Iterator[Killer]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "GOMP_SPINCOUNT": "1000"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.children"], cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        assert server.stdout.readline() == "serving\n"
        yield Killer(server)
        assert server.stdin is not None
        server.stdin.close()
