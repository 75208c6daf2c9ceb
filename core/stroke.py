"""Strokes as frozen values: one `Stroke`, and `Strokes`, many of them in columns."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.brushes import BRUSHES, MAX_PARAMETERS, Brush, brush_named
from core.geometry import Patch

STROKES_PER_BUNDLE = 5
"""k in the paper: strokes an actor lays in a step, found best there (section 4.3)."""


MUTED, LOCKED = 1, 2
"""Bits of `Strokes.flags`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One mark on the sheet."""

    type: str
    """Name of its stroke type."""
    patch: Patch
    """The square of the sheet that its parameters are relative to."""
    parameters: tuple[float, ...]
    """As the stroke type names them, each in 0..1, colour (RGB) last; exact in single precision."""
    step: int
    """The painting step (action bundle) it came in, from 0."""
    error: float = float("nan")
    """Mean squared error of the canvas after it, pixels and channels in 0..1, at the size its level was painted at; NaN
    where it was not measured."""
    muted: bool = False
    """It is drawn nowhere, as if it were not there."""
    locked: bool = False
    """It stays as it is: neither edits nor refinement change it."""

    @property
    def brush(self) -> Brush:
        """Its stroke type."""
        return brush_named(self.type)

    @property
    def rgb(self) -> tuple[float, float, float]:
        """Its colour in 0..1."""
        red, green, blue = self.parameters[-3:]
        return red, green, blue


_COLUMNS: tuple[tuple[str, type[np.generic], tuple[int, ...]], ...] = (
    ("types", np.uint8, ()),
    ("patches", np.float64, (3,)),
    ("parameters", np.float32, (MAX_PARAMETERS,)),
    ("steps", np.int32, ()),
    ("errors", np.float32, ()),
    ("flags", np.uint8, ()),
)


_SEEN = ("types", "patches", "parameters", "flags")
"""What a stroke is drawn from; of flags, `MUTED` alone."""

PACKED_BYTES = sum(np.dtype(kind).itemsize * math.prod(shape) for _, kind, shape in _COLUMNS)
"""Of a stroke, see `Strokes.packed`."""


def _in_file(kind: type[np.generic]) -> np.dtype[np.generic]:
    return np.dtype(kind).newbyteorder("<")


class _Columns:
    """Growing arrays that several `Strokes` may share; rows below `used` never change."""

    __slots__ = ("arrays", "capacity", "lock", "used")

    def __init__(self, capacity: int) -> None:
        self.capacity, self.used, self.lock = capacity, 0, threading.Lock()
        self.arrays = {name: np.zeros((capacity, *shape), kind) for name, kind, shape in _COLUMNS}


class Strokes:
    """An immutable sequence of strokes held in columns, lowest stroke first.

    Appending to the longest of several that share their arrays costs only what is appended: a painting of N strokes
    grows in O(N), and every earlier version stays as it was.

    Attributes (read-only views):
        types: [N] index into `core.brushes.BRUSHES`.
        patches: [N, 3] row, column, side of each stroke's patch, sheet pixels.
        parameters: [N, MAX_PARAMETERS], unit frame; zero past the stroke type's own.
        steps: [N] painting step.
        errors: [N] mean squared error after the stroke, NaN where unknown.
        flags: [N] uint8, `MUTED` and `LOCKED` added up.
    """

    __slots__ = ("_columns", "_first", "_last")

    def __init__(self, _columns: _Columns | None = None, _first: int = 0, _last: int = 0) -> None:
        self._columns = _columns if _columns is not None else _Columns(0)
        self._first, self._last = _first, _last

    @classmethod
    def from_columns(
        cls,
        *,
        types: NDArray[np.integer],
        patches: NDArray[np.floating],
        parameters: NDArray[np.floating],
        steps: NDArray[np.integer],
        errors: NDArray[np.floating] | None = None,
        flags: NDArray[np.integer] | None = None,
    ) -> Strokes:
        """Strokes from arrays as the attributes describe them; `parameters` may be narrower than MAX_PARAMETERS.

        Raises:
            ValueError: If the columns are not of one length.
        """
        count = len(types)
        each = [column for column in (patches, parameters, steps, errors, flags) if column is not None]
        if any(len(column) != count for column in each):
            raise ValueError(f"columns of {count} types are {[len(column) for column in each]} long")
        columns = _Columns(count)
        columns.arrays["types"][:] = types
        columns.arrays["patches"][:] = patches
        columns.arrays["parameters"][:, : parameters.shape[1]] = parameters
        columns.arrays["steps"][:] = steps
        columns.arrays["errors"][:] = np.nan if errors is None else errors
        columns.arrays["flags"][:] = 0 if flags is None else flags
        columns.used = count
        return cls(columns, 0, count)

    def changed(
        self,
        *,
        parameters: NDArray[np.floating] | None = None,
        rgb: NDArray[np.floating] | None = None,
        errors: NDArray[np.floating] | None = None,
        flags: NDArray[np.integer] | None = None,
    ) -> Strokes:
        """The same strokes with other parameters, colours [N, 3], flags or errors; without these, with none.

        What stays as it is they share, so that many versions of a painting take little memory.

        Raises:
            ValueError: If a column is not as long as there are strokes.
        """
        count = len(self)
        given = [column for column in (parameters, rgb, errors, flags) if column is not None]
        if any(len(column) != count for column in given):
            raise ValueError(f"columns of {count} strokes are {[len(column) for column in given]} long")
        columns = _Columns(0)
        columns.capacity = columns.used = count  # nothing is appended in place to what is shared
        columns.arrays = {name: self._column(name) for name, _, _ in _COLUMNS}
        if parameters is not None or rgb is not None:
            columns.arrays["parameters"] = values = np.zeros((count, MAX_PARAMETERS), np.float32)
            wanted = self.parameters if parameters is None else parameters
            values[:, : wanted.shape[1]] = wanted
            if rgb is not None:
                sizes = np.array([brush.size for brush in BRUSHES])[self.types]
                np.put_along_axis(values, sizes[:, None] - 3 + np.arange(3), np.asarray(rgb, np.float32), axis=1)
        columns.arrays["errors"] = np.full(count, np.nan, np.float32)
        if errors is not None:
            columns.arrays["errors"][:] = errors
        if flags is not None:
            columns.arrays["flags"] = np.array(flags, np.uint8)
        return Strokes(columns, 0, count)

    def picked(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Strokes:
        """The strokes of those rows, in their order; or those where a mask [N] is true."""
        columns: dict[str, Any] = {name: self._column(name)[rows] for name, _, _ in _COLUMNS}
        return Strokes.from_columns(**columns)

    @property
    def drawn(self) -> Strokes:
        """All that are not muted."""
        return self.picked(~self.muted) if self.muted.any() else self

    @classmethod
    def of(cls, strokes: Iterable[Stroke]) -> Strokes:
        """Strokes from single ones.

        Raises:
            SettingError: If a type is unknown.
            ValueError: If a stroke has another number of parameters than its type.
        """
        each = list(strokes)
        parameters = np.zeros((len(each), MAX_PARAMETERS), np.float32)
        for row, stroke in zip(parameters, each, strict=True):
            if len(stroke.parameters) != stroke.brush.size:
                raise ValueError(f"a {stroke.type} has {stroke.brush.size} parameters, got {len(stroke.parameters)}")
            row[: stroke.brush.size] = stroke.parameters
        return cls.from_columns(
            types=np.array([BRUSHES.index(stroke.brush) for stroke in each], np.uint8),
            patches=np.array([stroke.patch for stroke in each], np.float64).reshape(-1, 3),
            parameters=parameters,
            steps=np.array([stroke.step for stroke in each], np.int32),
            errors=np.array([stroke.error for stroke in each], np.float32),
            flags=np.array([MUTED * stroke.muted + LOCKED * stroke.locked for stroke in each], np.uint8),
        )

    def __len__(self) -> int:
        return self._last - self._first

    def __getitem__(self, part: slice) -> Strokes:
        start, stop, stride = part.indices(len(self))
        if stride != 1:
            raise ValueError("strokes are cut in one piece; a stride would reorder the painting")
        return Strokes(self._columns, self._first + start, self._first + max(start, stop))

    def shared(self, other: Strokes, *, wholly: bool = False) -> int:
        """How many strokes both begin with; of two versions of one painting, without looking at them where it can.

        Args:
            other: The other ones.
            wholly: Whether steps, errors and locks must be the same too, which are not seen.
        """
        least = min(len(self), len(other))
        if not least or (self._columns is other._columns and self._first == other._first):
            return least
        same = np.ones(least, bool)
        for name, _, _ in _COLUMNS:
            if wholly or name in _SEEN:
                one, two = self._column(name)[:least], other._column(name)[:least]
                if name == "flags" and not wholly:
                    one, two = self.muted[:least], other.muted[:least]
                equal = (one == two) | ((one != one) & (two != two))  # NaN: an error that was not measured
                same &= equal.reshape(least, -1).all(axis=1)
        return least if same.all() else int(same.argmin())

    def packed(self) -> bytes:
        """All columns one after the other, little-endian; `unpacked` reads them."""
        return b"".join(self._column(name).astype(_in_file(kind), copy=False).tobytes() for name, kind, _ in _COLUMNS)

    @classmethod
    def unpacked(cls, content: bytes, count: int) -> Strokes:
        """Strokes from what `packed` gave, their values taken as they are.

        Raises:
            ValueError: If it is not as long as `count` strokes are.
        """
        if len(content) != count * PACKED_BYTES:
            raise ValueError(f"{len(content)} bytes are not {count} strokes")
        columns, start = {}, 0
        for name, kind, shape in _COLUMNS:
            entries = count * math.prod(shape)
            column = np.frombuffer(content, _in_file(kind), entries, start)
            columns[name] = column.reshape(count, *shape)
            start += column.nbytes
        return cls.from_columns(**columns)

    def __iter__(self) -> Iterator[Stroke]:
        return (self.stroke(index) for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Strokes):
            return NotImplemented
        return len(self) == len(other) and all(
            np.array_equal(self._column(name), other._column(name), equal_nan=kind is np.float32)
            for name, kind, _ in _COLUMNS
        )

    __hash__ = None  # type: ignore[assignment]  # equal by value, and values of a million numbers make no keys

    def __repr__(self) -> str:
        return f"<Strokes: {len(self)}>"

    def _column(self, name: str) -> NDArray[np.generic]:
        view = self._columns.arrays[name][self._first : self._last]
        view.flags.writeable = False
        return view

    @property
    def types(self) -> NDArray[np.uint8]:
        """[N]; see the class."""
        return self._column("types")  # type: ignore[return-value]

    @property
    def patches(self) -> NDArray[np.float64]:
        """[N, 3]; see the class."""
        return self._column("patches")  # type: ignore[return-value]

    @property
    def parameters(self) -> NDArray[np.float32]:
        """[N, MAX_PARAMETERS]; see the class."""
        return self._column("parameters")  # type: ignore[return-value]

    @property
    def steps(self) -> NDArray[np.int32]:
        """[N]; see the class."""
        return self._column("steps")  # type: ignore[return-value]

    @property
    def errors(self) -> NDArray[np.float32]:
        """[N]; see the class."""
        return self._column("errors")  # type: ignore[return-value]

    @property
    def flags(self) -> NDArray[np.uint8]:
        """[N]; see the class."""
        return self._column("flags")  # type: ignore[return-value]

    @property
    def muted(self) -> NDArray[np.bool_]:
        """[N] which are drawn nowhere."""
        return (self.flags & MUTED) > 0

    @property
    def locked(self) -> NDArray[np.bool_]:
        """[N] which stay as they are."""
        return (self.flags & LOCKED) > 0

    @property
    def below_locked(self) -> int:
        """How many lie below the locked ones on top, muted ones among these left out of account; all where none is."""
        free = np.flatnonzero(~(self.locked | self.muted))
        below = int(free[-1]) + 1 if len(free) else 0
        return below if self.locked[below:].any() else len(self)

    def seen(self) -> NDArray[np.void]:
        """[N] for each stroke bytes that are the same where two are drawn alike."""
        columns = map(np.ascontiguousarray, (self.types, self.patches, self.parameters, self.flags & MUTED))
        rows = [each.view(np.uint8).reshape(len(self), each.strides[0]) for each in columns]
        joined = np.ascontiguousarray(np.concatenate(rows, axis=1))
        return joined.view(np.dtype((np.void, joined.shape[1]))).reshape(len(self))

    def rgb(self) -> NDArray[np.float32]:
        """[N, 3] colours in 0..1."""
        sizes = np.array([brush.size for brush in BRUSHES])[self.types]
        return np.take_along_axis(self.parameters, sizes[:, None] - 3 + np.arange(3), axis=1)

    def stroke(self, index: int) -> Stroke:
        """The stroke at an index, 0 the lowest.

        Raises:
            IndexError: If there is none.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"stroke {index} of {len(self)}")
        brush = BRUSHES[self.types[index]]
        row, column, side = self.patches[index].tolist()
        return Stroke(
            type=brush.name,
            patch=Patch(row, column, side),
            parameters=tuple(self.parameters[index, : brush.size].tolist()),
            step=int(self.steps[index]),
            error=float(self.errors[index]),
            muted=bool(self.flags[index] & MUTED),
            locked=bool(self.flags[index] & LOCKED),
        )

    def appended(self, other: Strokes) -> Strokes:
        """These strokes with others on top."""
        if not len(other):
            return self
        columns, added = self._columns, len(other)
        with columns.lock:  # two threads may go on from the same strokes, and only one may have the rows after them
            grows_here = self._last == columns.used and self._last + added <= columns.capacity
            if grows_here:
                columns.used += added
        if not grows_here:
            # Another painting has grown from here, or there is no room: move, with room to grow by half.
            columns = _Columns(max(64, len(self) + added + len(self) // 2))
            for name, array in columns.arrays.items():
                array[: len(self)] = self._column(name)
            first, last = 0, len(self)
            columns.used = last + added
        else:
            first, last = self._first, self._last
        for name, array in columns.arrays.items():
            array[last : last + added] = other._column(name)
        return Strokes(columns, first, last + added)
