"""After hours of use the studio takes no more of the machine than in the beginning."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]

ROUNDS = 200

WARM = 40
"""Rounds until every form of export, photo and language has been met, and what libraries keep is there."""

SPAN = 30
"""Rounds that are compared: those after the warm ones, and the last."""

MOST_GROWTH = 50.0
"""MiB of memory."""


@pytest.mark.slow
def test_two_hundred_paintings_leave_nothing_behind() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOMP_SPINCOUNT": "1000"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.soak.run", str(ROUNDS)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=3000, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    rounds = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(rounds) == ROUNDS
    first, last = rounds[WARM : WARM + SPAN], rounds[-SPAN:]
    grown = median(each["mib"] for each in last) - median(each["mib"] for each in first)
    print(f"{ROUNDS} rounds in {rounds[-1]['s']:.0f} s: {grown:+.1f} MiB")
    assert grown < MOST_GROWTH
    for what in ("threads", "handles"):
        assert max(each[what] for each in last) <= max(each[what] for each in first), what
    assert all(each["children"] == 0 for each in rounds)
