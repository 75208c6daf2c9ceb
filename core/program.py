"""What the program is called by whoever runs it."""

from __future__ import annotations

import sys
from pathlib import Path

COMMAND = "strokewise"
"""What it is installed as."""


def program_name() -> str:
    """`strokewise` where that was called, `python main.py` in its folder."""
    return COMMAND if Path(sys.argv[0]).stem.lower().startswith(COMMAND) else "python main.py"


def program_command() -> tuple[str, ...]:
    """Words that call it from anywhere."""
    called = Path(sys.argv[0]).absolute()
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return (str(called),) if program_name() == COMMAND else (sys.executable, str(called))
