"""Stroke files: a document as JSON that reads back to the same document, and the same pixels, to the bit.

`patch` and `parameters` are the stroke; geometry, colour and opacity repeat them for readers without this program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from core.brushes import BRUSHES, MAX_PARAMETERS
from core.document import Document, Rgb, rgb_from_hex, rgb_to_hex
from core.errors import OutputError, StrokeFileError
from core.files import reading_problem, written_aside
from core.geometry import Size
from core.stroke import LOCKED, MUTED, Strokes

FORMAT = "strokewise-strokes"
VERSION = 1

MAX_BYTES = 2**30
MAX_STROKES = 2_000_000
MAX_SIDE = 65_535
MAX_PIXELS = 400_000_000

MAX_PATCH = 1_000_000
"""How far from the sheet's corner a patch may begin and how long its side may be, sheet pixels."""

_BATCH = 4096
"""Strokes written at a time, so that memory stays bounded however long the document."""

MIN_PATCH_SIDE = 1e-6
"""Of a patch, sheet pixels."""

_FLAGS = {"muted": MUTED, "locked": LOCKED}
"""Keys of a stroke that are written where they are true."""

_NUMBER, _WHOLE = frozenset({int, float}), frozenset({int})
_NAMES = {int: "a whole number", str: "a text", list: "a list", dict: "an object"}

T = TypeVar("T")
_Bound: TypeAlias = float | NDArray[np.float64]

_COORDINATES = (
    "Lengths are sheet pixels, as 64-bit floats. Points are [row, column] from the upper left corner; pixel (i, j) "
    "covers rows i to i + 1 and columns j to j + 1. A patch is [row, column, side]; parameters are relative to it, in "
    "0..1, as 32-bit floats. Patch and parameters are what counts; geometry (to 1/1000 pixel), colour and opacity "
    "repeat them. To draw at a scale, multiply every length by it."
)
_COMPOSITING = (
    "Strokes are laid in order, the first lowest. A stroke's alpha A is 0, and each of its stamps in order makes it "
    "A (1 - c) + w c, with w the stamp's opacity and c its coverage of the pixel; then the canvas becomes "
    "canvas (1 - A) + rgb A, in sRGB values without linearising. A stamp of radius r at distance d from the pixel's "
    "centre covers clip(sqrt(r^2 - 1/12) - d + 1/2, 0, 1) of it, or where r < 1 / sqrt(3), 3 r^2 clip(1 - d, 0, 1); "
    "lengths here are canvas pixels. A stroke that is a polygon has no stamps: its A is its opacity times the share of "
    "the pixel's area that lies inside the polygon."
)


def write_json(document: Document, path: Path) -> None:
    """Write a stroke file.

    Raises:
        OutputError: If it cannot be written, or the job holds what JSON cannot.
    """
    with written_aside(path) as aside, aside.open("wb") as file:
        for part in stroke_file(document, path):
            file.write(part)


def stroke_file(document: Document, path: Path) -> Iterator[bytes]:
    """The bytes of a stroke file, part by part; `path` is where they go, for errors to name.

    Raises:
        OutputError: If the job holds what JSON cannot.
    """
    strokes = document.strokes
    header = {
        "format": FORMAT,
        "version": VERSION,
        "sheet": {**document.size._asdict(), "background": rgb_to_hex(document.background)},
        "coordinates": _COORDINATES,
        "brushes": {BRUSHES[kind].name: BRUSHES[kind].rule for kind in np.unique(strokes.types)},
        "compositing": _COMPOSITING,
        "job": dict(document.job),
    }
    try:
        head = orjson.dumps(header, option=orjson.OPT_INDENT_2)
    except orjson.JSONEncodeError as error:
        raise OutputError(path, f"the document's job holds what JSON cannot: {error}") from error
    yield head.removesuffix(b"\n}") + b',\n  "strokes": ['
    for start in range(0, len(strokes), _BATCH):
        records = _records(strokes[start : start + _BATCH], start)
        lines = (orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY) for record in records)
        yield (b",\n" if start else b"\n") + b",\n".join(lines)
    yield b"\n  ]\n}\n"


def _records(strokes: Strokes, first: int) -> list[dict[str, Any]]:
    """Strokes as JSON objects; their float32 stay numpy's, which orjson writes with the fewest exact digits."""
    records: list[dict[str, Any]] = [{}] * len(strokes)
    colours = np.rint(strokes.rgb() * 255).astype(np.uint8).tobytes().hex()
    steps, patches, errors = strokes.steps.tolist(), strokes.patches.tolist(), list(strokes.errors)
    for kind in np.unique(strokes.types):
        brush, of_kind = BRUSHES[kind], np.flatnonzero(strokes.types == kind)
        parameters = np.ascontiguousarray(strokes.parameters[of_kind, : brush.size])  # for orjson, row by row
        faint = [name.startswith("opacity") for name in brush.parameters]
        opacities = np.ascontiguousarray(parameters[:, faint]) if any(faint) else np.ones((len(parameters), 1))
        geometry = brush.geometry(parameters.astype(np.float64), strokes.patches[of_kind])
        parts = zip(*(np.round(values, 3).tolist() for values in geometry.values()), strict=True)
        for place, own, opacity, part in zip(of_kind.tolist(), parameters, opacities, parts, strict=True):
            records[place] = {
                "index": first + place,
                "step": steps[place],
                "type": brush.name,
                "patch": patches[place],
                "parameters": own,
                "geometry": dict(zip(geometry, part, strict=True)),
                "colour": "#" + colours[6 * place : 6 * place + 6],
                "opacity": opacity,
                "error": errors[place],
            }
    for place in np.flatnonzero(strokes.flags).tolist():
        records[place] |= {key: True for key, bit in _FLAGS.items() if strokes.flags[place] & bit}
    return records


class _ContentError(Exception):
    """What is wrong with a file's content, place first; `read_json` adds the path."""


def read_json(path: Path) -> Document:
    """Read a stroke file, trusting nothing in it.

    Only sheet, job, and each stroke's type, step, patch, parameters, error and whether it is muted or locked are read,
    in the order of the list.

    Raises:
        StrokeFileError: If it is missing, too large, no stroke file, made by a newer version, or wrong in any place.
    """
    try:
        if path.exists() and not path.is_file():
            raise _ContentError("it is a folder or a device; choose a file")
        if path.stat().st_size > MAX_BYTES:
            raise _ContentError("it is larger than 1 GiB, which no painting needs")
        content = path.read_bytes()
    except OSError as error:
        raise StrokeFileError(path, reading_problem(error)) from error
    except _ContentError as error:
        raise StrokeFileError(path, str(error)) from None
    return document_of(content, path)


def document_of(content: bytes, path: Path) -> Document:
    """The document in a stroke file's bytes, trusting nothing in them; `path` is where they came from.

    Raises:
        StrokeFileError: As of `read_json`.
    """
    try:
        return _document(orjson.loads(content))
    except orjson.JSONDecodeError as error:
        raise StrokeFileError(path, f"it is not JSON ({error}); choose a stroke file, or copy it again") from error
    except _ContentError as error:
        raise StrokeFileError(path, str(error)) from None


def _document(content: object) -> Document:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _ContentError(f"its format is not “{FORMAT}”; choose a stroke file that Strokewise wrote")
    version = _member(content, "version", int)
    if version > VERSION:
        raise _ContentError(f"it is of version {version}, made by a newer version: update Strokewise")
    if version < 1:
        raise _ContentError(f"version is {version}, must be at least 1")
    sheet = _member(content, "sheet", dict)
    size = Size(_member(sheet, "height", int, "sheet."), _member(sheet, "width", int, "sheet."))
    if not (size.shorter >= 1 and size.longer <= MAX_SIDE and size.height * size.width <= MAX_PIXELS):
        raise _ContentError(
            f"sheet is {size.height} x {size.width}, must be 1..{MAX_SIDE} a side and {MAX_PIXELS} pixels at most"
        )
    background = _background(_member(sheet, "background", str, "sheet."))
    return Document(size, background, _strokes(_member(content, "strokes", list)), _member(content, "job", dict))


def _background(text: str) -> Rgb:
    try:
        return rgb_from_hex(text)
    except ValueError as error:
        raise _ContentError(f"sheet.background is {_shown(text)}, must be a colour like #ff8000") from error


def _strokes(records: list[Any]) -> Strokes:
    if len(records) > MAX_STROKES:
        raise _ContentError(f"it holds {len(records)} strokes, more than {MAX_STROKES}")
    kinds, sizes = {brush.name: kind for kind, brush in enumerate(BRUSHES)}, [brush.size for brush in BRUSHES]
    types = np.zeros(len(records), np.uint8)
    for index, record in enumerate(records):
        if not isinstance(record, dict):
            raise _ContentError(f"strokes[{index}] is {_shown(record)}, must be an object")
        name = record.get("type")
        if not isinstance(name, str) or name not in kinds:
            raise _ContentError(f"strokes[{index}].type is {_shown(name)}, must be one of {', '.join(kinds)}")
        types[index] = kinds[name]
    widths = np.array(sizes)[types]
    parameters = np.zeros((len(records), MAX_PARAMETERS))
    parameters[np.arange(MAX_PARAMETERS) < widths[:, None]] = _lists(records, "parameters", widths, 0, 1)
    lowest = np.tile([-MAX_PATCH, -MAX_PATCH, MIN_PATCH_SIDE], len(records))
    patches = _lists(records, "patch", np.full(len(records), 3), lowest, MAX_PATCH)
    steps = [record.get("step") for record in records]
    # An error draws nothing, so it need only be a float32 number.
    errors = [np.nan if record.get("error") is None else record["error"] for record in records]
    return Strokes.from_columns(
        types=types,
        patches=patches.reshape(-1, 3),
        parameters=parameters,
        steps=_numbers(steps, lambda index: f"strokes[{index}].step", 0, 2**31 - 1, _WHOLE).astype(np.int32),
        errors=_numbers(errors, lambda index: f"strokes[{index}].error", -1e30, 1e30),
        flags=sum((_flags(records, key) * bit for key, bit in _FLAGS.items()), np.zeros(len(records), np.uint8)),
    )


def _flags(records: list[dict[str, Any]], key: str) -> NDArray[np.uint8]:
    """1 for each stroke that has `key` and there true."""
    values = [record.get(key, False) for record in records]
    for index, value in enumerate(values):
        if type(value) is not bool:
            raise _ContentError(f"strokes[{index}].{key} is {_shown(value)}, must be true or false")
    return np.array(values, np.uint8)


def _lists(
    records: list[dict[str, Any]], key: str, widths: NDArray[np.integer], low: _Bound, high: _Bound
) -> NDArray[np.float64]:
    """The numbers of every stroke's list under `key`, end to end; that of stroke i holds widths[i]."""
    lists: list[Any] = [record.get(key) for record in records]
    for index, (numbers, width) in enumerate(zip(lists, widths.tolist(), strict=True)):
        if not isinstance(numbers, list) or len(numbers) != width:
            raise _ContentError(f"strokes[{index}].{key} is {_shown(numbers)}, must be a list of {width} numbers")
    starts = np.cumsum(widths) - widths

    def place(flat: int) -> str:
        index = int(np.searchsorted(starts, flat, side="right")) - 1
        return f"strokes[{index}].{key}[{flat - starts[index]}]"

    return _numbers(list(chain.from_iterable(lists)), place, low, high)


def _numbers(
    values: list[Any], place: Callable[[int], str], low: _Bound, high: _Bound, kinds: frozenset[type] = _NUMBER
) -> NDArray[np.float64]:
    """Values as an array, if each is of one of `kinds` (a bool is none) and, unless NaN, in low..high."""
    if not kinds.issuperset(map(type, values)):
        index = next(index for index, value in enumerate(values) if type(value) not in kinds)
        wanted = "a number" if float in kinds else "a whole number"
        raise _ContentError(f"{place(index)} is {_shown(values[index])}, must be {wanted}")
    numbers = np.array(values, np.float64)
    outside = np.flatnonzero((numbers < low) | (numbers > high))
    if len(outside):
        index = int(outside[0])
        least, most = (np.broadcast_to(bound, numbers.shape)[index] for bound in (low, high))
        raise _ContentError(f"{place(index)} is {_shown(values[index])}, must lie in {least:.10g}..{most:.10g}")
    return numbers


def _member(mapping: dict[str, Any], key: str, kind: type[T], place: str = "") -> T:
    value = mapping.get(key)
    if type(value) is not kind:
        raise _ContentError(f"{place}{key} is {_shown(value)}, must be {_NAMES[kind]}")
    return value


def _shown(value: object) -> str:
    """A value as the file has it, cut short; what is null or not there is called missing."""
    if value is None:
        return "missing"
    if isinstance(value, list | dict):
        return f"{_NAMES[type(value)]} of {len(value)}"
    text = orjson.dumps(value).decode()
    return text if len(text) <= 40 else text[:39] + "…"
