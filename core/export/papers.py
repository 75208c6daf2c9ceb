"""Sheets of paper, in millimetres."""

from __future__ import annotations

import re

from core.errors import SettingError
from core.geometry import Size

PAPERS = {"a6": (105, 148), "a5": (148, 210), "a4": (210, 297), "a3": (297, 420), "a2": (420, 594),
          "letter": (215.9, 279.4), "tabloid": (279.4, 431.8)}  # fmt: skip
"""Width and height in millimetres, upright."""

AMERICAN = ("letter", "tabloid")

LARGEST_PAPER = 5000
"""Millimetres of a side."""


def paper_named(text: str) -> str | tuple[float, float]:
    """A paper as a command line has it: a name of `PAPERS`, or WIDTHxHEIGHT in millimetres."""
    sides = re.fullmatch(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)", text)
    return (float(sides[1]), float(sides[2])) if sides else text.lower()


def check_paper(paper: str | tuple[float, float], margin: float) -> None:
    """Refuse a paper, or a margin in millimetres that leaves nothing of it.

    Raises:
        SettingError: If there is no such paper, or it is out of range.
    """
    if isinstance(paper, str) and paper not in PAPERS:
        raise SettingError("paper", paper, f"choose one of {', '.join(PAPERS)}, or give WIDTHxHEIGHT in mm")
    sides = PAPERS[paper] if isinstance(paper, str) else paper
    if not all(1 <= side <= LARGEST_PAPER for side in sides):
        raise SettingError("paper", paper, f"give sides of 1 to {LARGEST_PAPER} mm")
    if not 0 <= margin < min(sides) / 2:
        raise SettingError("margin", margin, "choose 0 mm up to half the paper's shorter side")


def turned(paper: str | tuple[float, float], sheet: Size) -> tuple[float, float]:
    """Width and height of the paper, its longer side along the painting's where it is one of `PAPERS`."""
    if not isinstance(paper, str):
        return paper
    short, long = PAPERS[paper]
    return (long, short) if sheet.width > sheet.height else (short, long)


def paper_scale(paper: str | tuple[float, float], margin: float, sheet: Size) -> float:
    """Millimetres that a sheet pixel of a painting takes that is as large as the paper's margins allow."""
    width, height = turned(paper, sheet)
    return min((width - 2 * margin) / sheet.width, (height - 2 * margin) / sheet.height)
