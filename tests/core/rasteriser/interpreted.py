"""Programs run by Triton's interpreter: CUDA kernels on the CPU, one program at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch


def interpreter_works() -> bool:
    """Whether there is a Triton whose interpreter runs with this numpy."""
    try:
        release = version("triton").split(".")
    except PackageNotFoundError:
        return False
    return (int(release[0]), int(release[1])) >= (3, 7)  # older ones stumble over numpy 2.4


def interpreted(program: str, path: Path) -> Any:
    """What a program that is given a path leaves there; it interprets kernels from its start."""
    subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, "TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=True,
    )
    return torch.load(path)
