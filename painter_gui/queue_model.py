"""The queue: what is to be painted, where to, and what came of it. Knows no Qt and paints nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import PainterError

MOST_REFINE = 10_000
"""Steps of refinement that can be chosen."""


class State(Enum):
    """How it stands with an entry."""

    WAITING = "waiting"
    PAINTING = "painting"
    DONE = "done"
    SKIPPED = "skipped"
    """It lay there already, painted from the same picture by the same settings."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A picture or film in the queue."""

    number: int
    """It keeps it for as long as the studio runs."""
    source: Path
    folder: str
    """Name of its own folder among the paintings; no other entry has it."""
    state: State = State.WAITING
    painted_in: Path | None = None
    """Its folder, where it is there."""
    psnr: float | None = None
    """dB, where it was painted just now."""
    error: PainterError | None = None
    """Why it failed."""

    def again(self) -> Entry:
        """The same, waiting to be painted."""
        return replace(self, state=State.WAITING, painted_in=None, psnr=None, error=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChoices:
    """What is written of each picture, and whether it is refined."""

    svg: bool = True
    film: bool = False
    frames: bool = False
    refine: int = 0
    """Steps; 0: not at all."""


class QueueModel:
    """Entries in the order that they are painted in, the folder they are painted into, and the choices."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.choices = QueueChoices()
        self._entries: list[Entry] = []
        self._numbers = 0

    @property
    def entries(self) -> Sequence[Entry]:
        """All of them."""
        return tuple(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, number: int) -> Entry | None:
        """The one of that number; None where it was removed."""
        return next((each for each in self._entries if each.number == number), None)

    @property
    def next(self) -> Entry | None:
        """The first that waits."""
        return next((each for each in self._entries if each.state is State.WAITING), None)

    def count(self, *states: State) -> int:
        """How many are in one of these states."""
        return sum(each.state in states for each in self._entries)

    def add(self, sources: Iterable[Path]) -> int:
        """Put files at the end, but for those that are in the queue already; returns how many were put."""
        return self._add((source, {}) for source in sources)

    def _add(self, found: Iterable[tuple[Path, Mapping[str, Any]]]) -> int:
        """Put files at the end, each with what is known of it as plain values."""
        there = {each.source for each in self._entries}
        taken = {each.folder.casefold() for each in self._entries}
        before = len(self._entries)
        for source, values in found:
            if source in there:
                continue
            there.add(source)
            folder = values.get("folder")
            if not isinstance(folder, str) or not _is_plain(folder) or folder.casefold() in taken:
                folder = _free(source, taken)
            taken.add(folder.casefold())
            self._numbers += 1
            self._entries.append(_with_state(Entry(number=self._numbers, source=source, folder=folder), values))
        return len(self._entries) - before

    def remove(self, numbers: Iterable[int]) -> None:
        """Take entries out; what was painted of them stays on the disk."""
        gone = set(numbers)
        self._entries = [each for each in self._entries if each.number not in gone]

    def move(self, numbers: Iterable[int], by: int) -> None:
        """Bring entries one place forward (`by` -1) or back (1); those at the end of the list stay in their order."""
        moved = set(numbers)
        entries = self._entries if by < 0 else self._entries[::-1]
        for index in range(1, len(entries)):
            if entries[index].number in moved and entries[index - 1].number not in moved:
                entries[index - 1], entries[index] = entries[index], entries[index - 1]
        self._entries = entries if by < 0 else entries[::-1]

    def put(self, entry: Entry) -> None:
        """Another state of an entry, in the place of the one of its number."""
        self._entries = [entry if each.number == entry.number else each for each in self._entries]

    def again(self, numbers: Iterable[int]) -> None:
        """Have entries painted again that are finished or failed."""
        chosen = set(numbers)
        ended = (State.DONE, State.SKIPPED, State.FAILED)
        self._entries = [
            each.again() if each.number in chosen and each.state in ended else each for each in self._entries
        ]

    def values(self) -> dict[str, Any]:
        """As plain JSON values; what is being painted waits."""
        return {
            "out": str(self.out),
            "svg": self.choices.svg,
            "film": self.choices.film,
            "frames": self.choices.frames,
            "refine": self.choices.refine,
            "entries": [_values(each) for each in self._entries],
        }

    @classmethod
    def of(cls, values: Mapping[str, Any], out: Path) -> QueueModel:
        """A queue from plain values, as of a file; what is missing or wrong is left out.

        Args:
            values: As `values` makes them.
            out: The folder to paint into where they have none.
        """
        model = cls(_path(values.get("out")) or out)
        usual = model.choices
        refine = values.get("refine")
        model.choices = QueueChoices(
            svg=_flag(values.get("svg"), usual.svg),
            film=_flag(values.get("film"), usual.film),
            frames=_flag(values.get("frames"), usual.frames),
            refine=refine if type(refine) is int and 0 <= refine <= MOST_REFINE else usual.refine,
        )
        entries = values.get("entries")
        told = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
        sources = [_path(each.get("source")) for each in told]
        model._add((source, each) for source, each in zip(sources, told, strict=True) if source is not None)
        return model


def _free(source: Path, taken: set[str]) -> str:
    """A name for a source's folder: its stem, or else with its suffix and a number; what differs in case is one."""
    stem = source.stem if source.stem.strip(".") else "painting"  # "...png" must not be painted into the folder above
    if stem.casefold() not in taken:
        return stem
    wanted = name = f"{stem}-{source.suffix.removeprefix('.')}"
    number = 2
    while name.casefold() in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _values(entry: Entry) -> dict[str, Any]:
    state = State.WAITING if entry.state is State.PAINTING else entry.state
    values: dict[str, Any] = {"source": str(entry.source), "folder": entry.folder, "state": state.value}
    if entry.painted_in is not None:
        values["painted_in"] = str(entry.painted_in)
    if entry.psnr is not None:
        values["psnr"] = entry.psnr
    if entry.error is not None:
        values["error"] = str(entry.error)
    return values


def _with_state(entry: Entry, values: Mapping[str, Any]) -> Entry:
    """An entry with what is known of how it stands with it."""
    psnr, error = values.get("psnr"), values.get("error")
    try:
        state = State(values.get("state"))
    except ValueError:
        return entry
    painted_in = _path(values.get("painted_in"))
    if state is State.FAILED:
        return replace(entry, state=state, error=PainterError(error if isinstance(error, str) else ""))
    if state in (State.DONE, State.SKIPPED) and painted_in is not None:
        return replace(entry, state=state, painted_in=painted_in, psnr=_figure(psnr))
    return entry


def _is_plain(name: str) -> bool:
    """Whether a folder of that name lies where it is told to."""
    return Path(name).name == name and bool(name.strip(".")) and "\0" not in name


def _path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) and value and "\0" not in value else None


def _figure(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        figure = float(value)
    except OverflowError:  # a whole number may be larger than any other
        return None
    return figure if math.isfinite(figure) else None


def _flag(value: object, usual: bool) -> bool:
    return value if isinstance(value, bool) else usual
