"""Freed memory that stays with the process; each claim in a process of its own, which it changes for good."""

from __future__ import annotations

import subprocess
import sys

import pytest

from training import memory

FAULTS = """
import resource, sys
import torch
from training.memory import keep_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()
for _ in range(16):  # until the heap has grown to its size
    torch.zeros(2**23)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    torch.zeros(2**23)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(way: str) -> int:
    """Pages that eight tensors of 32 MiB, one after another, asked of the system anew."""
    command = [sys.executable, "-c", FAULTS, way]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="knows glibc alone")
def test_memory_that_was_freed_is_used_again_without_asking_the_system() -> None:
    assert page_faults("keep") < 100 < page_faults("leave")


def test_other_systems_keep_their_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.sys, "platform", "win32")

    assert memory.keep_freed_memory() is False
