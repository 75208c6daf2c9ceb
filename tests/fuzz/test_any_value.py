"""Any JSON in the place of any part of a stroke file or a session is read or refused; any document comes back."""

from __future__ import annotations

import copy
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.brushes import BRUSHES
from core.document import Document
from core.errors import PainterError
from core.export.stroke_json import document_of, stroke_file
from core.geometry import Size
from core.journal import Journal, Work, read_journal
from core.session_file import load_session
from core.stroke import Strokes
from tests.fuzz import run

PATH = Path("a.json")

EXAMPLES = 500

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every part of a JSON value, the whole first."""
    found = [path]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        found += places(each, (*path, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """A copy with another part in one place."""
    if not path:
        return by
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = by
    return changed


WHOLE = json.loads(b"".join(stroke_file(run.document(), PATH)))
PLACES = places(WHOLE)


@given(where=st.sampled_from(PLACES), value=VALUES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_of_a_stroke_file(where: tuple[Any, ...], value: Any) -> None:
    content = json.dumps(replaced(WHOLE, where, value)).encode()
    document = None
    with suppress(PainterError):
        document = document_of(content, PATH)
    if document is None:
        return
    again = document_of(b"".join(stroke_file(document, PATH)), PATH)
    assert again == document


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("session") / "a.strokewise"
    run.session_file(path)
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


@given(value=VALUES, place=st.integers(0, 100))
@settings(max_examples=EXAMPLES, deadline=None)
def test_of_a_session(
    parts: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, value: Any, place: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.strokewise"
    head = json.loads(parts["session.json"])
    found = places(head)
    changed = json.dumps(replaced(head, found[place % len(found)], value)).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, changed if name == "session.json" else content)
    session = None
    with suppress(PainterError):
        session = load_session(path)
    assert session is None or session.document == document_of(parts["strokes.json"], path)
    assert session is None or len(session.branches) <= 2


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document that can be."""
    count = draw(st.integers(0, 12))
    unit = st.floats(0, 1, width=32)
    types = draw(arrays.arrays(np.uint8, count, elements=st.integers(0, len(BRUSHES) - 1)))
    widths = np.array([brush.size for brush in BRUSHES])[types]
    parameters = draw(arrays.arrays(np.float32, (count, 13), elements=unit))
    parameters = np.where(np.arange(13) < widths[:, None], parameters, 0) if count else parameters
    place, side = st.floats(-1e6, 1e6), st.floats(1e-6, 1e6)
    patches = np.column_stack(
        [draw(arrays.arrays(np.float64, count, elements=each)) for each in (place, place, side)]
    ).reshape(count, 3)
    strokes = Strokes.from_columns(
        types=types, patches=patches, parameters=parameters,
        steps=draw(arrays.arrays(np.int32, count, elements=st.integers(0, 2**31 - 1))),
        errors=draw(arrays.arrays(np.float32, count, elements=st.floats(0, 1, width=32) | st.just(np.nan))),
    )  # fmt: skip
    job = draw(st.dictionaries(st.text(max_size=8), st.integers(-(2**53), 2**53) | st.text(max_size=8), max_size=3))
    background = draw(st.tuples(*[st.integers(0, 255)] * 3))
    return Document(Size(draw(st.integers(1, 9999)), draw(st.integers(1, 9999))), background, strokes, job)


@given(document=documents())
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_document_comes_back_to_the_bit(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert document_of(b"".join(stroke_file(document, PATH)), PATH) == document
    path = tmp_path_factory.getbasetemp() / "any.journal"
    work = Work(document=document, name="a", settings={})
    Journal(path).add(work)
    assert read_journal(path) == work
