"""Files that nobody should trust, in numbers: each is read or refused, soon, in little memory, and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

COUNTS = {"strokes": 100_000, "sessions": 20_000, "journals": 20_000, "pictures": 20_000, "weights": 10_000}
"""How many of each; every run the same ones."""

MOST_SECONDS = 2.0
"""That reading one of them may take."""

MOST_MEMORY = 1024
"""MiB of the process that reads all of them."""


def fuzzed(kind: str, count: int, first: int = 0) -> dict[str, Any]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", kind, str(count), str(first)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, f"the reader was ended by {ended.returncode}: {ended.stderr[-2000:]}"
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read as Linux tells it")
@pytest.mark.parametrize("kind", COUNTS)
def test_every_mutated_file_is_read_or_refused(kind: str) -> None:
    found = fuzzed(kind, COUNTS[kind])

    assert found["failures"] == []
    assert found["read"] + found["refused"] == COUNTS[kind]
    assert min(found["read"], found["refused"]) > COUNTS[kind] / 30  # neither is what always happens
    assert found["slowest_s"] < MOST_SECONDS, f"seed {found['slowest_seed']}"
    assert found["peak_mib"] < MOST_MEMORY


GUIDED = {"strokes": 100_000, "journals": 50_000, "sessions": 20_000, "pictures": 50_000, "weights": 50_000}
"""How many of each are made where what readers do with one leads to the next."""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris does not install everywhere: pip install .[fuzz]")
@pytest.mark.parametrize("kind", GUIDED)
def test_files_that_lead_deeper_into_the_readers_are_read_or_refused(kind: str) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.guided", kind, str(GUIDED[kind])],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert f"Done {GUIDED[kind]} runs" in ended.stderr


def test_what_a_reader_lets_through_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fuzz import run

    def broken(_folder: Path) -> run.Case:
        def case(chance: Any) -> Any:
            def read() -> None:
                if chance.random() < 0.5:
                    raise KeyError("a bug")

            return read

        return case

    monkeypatch.setitem(run.KINDS, "broken", broken)
    found = run.fuzz("broken", 100, 0)

    assert 20 < len(found["failures"]) < 80
    assert found["failures"][0][1] == "KeyError: 'a bug'"
    assert found["read"] == 100 - len(found["failures"])
