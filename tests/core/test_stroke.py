from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.brushes import BEZIER
from core.errors import SettingError
from core.geometry import Patch, Size
from core.stroke import LOCKED, MUTED, Stroke, Strokes

COLUMNS = ("types", "patches", "parameters", "steps", "errors", "flags")
SHEET = Size(128, 128)
ONE = Stroke(
    type="bezier",
    patch=Patch(10.0, 20.0, 64.0),
    parameters=(0.0, 0.5, 0.5, 0.5, 1.0, 0.5, 0.0, 1.0, 0.25, 1.0, 1.0, 0.75, 0.125),
    step=3,
    error=0.5,
)

SINGLE = st.builds(
    Stroke,
    type=st.just("bezier"),
    patch=st.builds(Patch, *(st.floats(-100, 100) for _ in range(2)), st.floats(1, 500)),
    parameters=st.tuples(*(st.floats(0, 1, width=32) for _ in range(13))),
    step=st.integers(0, 10**6),
    error=st.just(float("nan")) | st.floats(0, 1, width=32),
)


def _same(stroke: Stroke, other: Stroke) -> bool:
    """Equal, where an unknown error equals an unknown error."""
    return replace(stroke, error=0) == replace(other, error=0) and bool(
        np.array_equal(stroke.error, other.error, equal_nan=True)
    )


def _same_list(strokes: Strokes, plain: list[Stroke]) -> bool:
    return len(strokes) == len(plain) and all(map(_same, strokes, plain))


def test_a_stroke_knows_its_brush_and_colour() -> None:
    assert ONE.brush is BEZIER
    assert ONE.rgb == (1.0, 0.75, 0.125)


def test_a_stroke_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ONE.step = 4  # type: ignore[misc]


def test_a_stroke_of_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(SettingError, match="choose one of bezier") as caught:
        Strokes.of([replace(ONE, type="spray")])
    assert (caught.value.name, caught.value.value) == ("stroke type", "spray")


@pytest.mark.parametrize("count", [0, 12, 14])
def test_a_stroke_with_parameters_missing_or_left_over_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"a bezier has 13 parameters, got {count}"):
        Strokes.of([replace(ONE, parameters=(0.5,) * count)])


def test_single_strokes_go_into_columns_and_back() -> None:
    strokes = Strokes.of([ONE, replace(ONE, step=4, error=float("nan"))])

    np.testing.assert_array_equal(strokes.types, [0, 0])
    np.testing.assert_array_equal(strokes.patches, [[10, 20, 64]] * 2)
    np.testing.assert_array_equal(strokes.parameters, [ONE.parameters] * 2)
    np.testing.assert_array_equal(strokes.steps, [3, 4])
    np.testing.assert_array_equal(strokes.errors, [0.5, np.nan])
    np.testing.assert_array_equal(strokes.rgb(), [[1, 0.75, 0.125]] * 2)
    assert strokes.stroke(0) == ONE


def test_columns_have_the_kinds_that_files_and_kernels_expect() -> None:
    kinds = {name: getattr(Strokes.of([ONE]), name).dtype for name in COLUMNS}

    assert kinds == {"types": "u1", "patches": "f8", "parameters": "f4", "steps": "i4", "errors": "f4", "flags": "u1"}


def test_columns_are_copied_in_and_may_be_narrow(random_strokes: Callable[..., Strokes]) -> None:
    given_columns = {name: getattr(random_strokes(4, 0, SHEET), name).copy() for name in COLUMNS}
    strokes = Strokes.from_columns(**given_columns | {"parameters": given_columns["parameters"][:, :5]})
    kept = strokes.parameters.copy()

    given_columns["parameters"][:] = 9

    np.testing.assert_array_equal(strokes.parameters, kept)
    np.testing.assert_array_equal(kept[:, 5:], 0)


def test_an_error_not_given_is_unknown(random_strokes: Callable[..., Strokes]) -> None:
    assert np.isnan(random_strokes(3, 0, SHEET).errors).all()


def test_no_strokes_are_strokes_too() -> None:
    empty = Strokes()

    assert len(empty) == 0
    assert list(empty) == []
    assert empty.rgb().shape == (0, 3)
    assert empty == Strokes.of([])
    assert empty.appended(empty) == empty
    assert _same_list(empty.appended(Strokes.of([ONE])), [ONE])


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_read_only(name: str) -> None:
    column = getattr(Strokes.of([ONE]), name)

    with pytest.raises(ValueError, match="read-only"):
        column[0] = 0


def test_appending_does_not_copy_what_was_there(random_strokes: Callable[..., Strokes]) -> None:
    grown = random_strokes(5, 0, SHEET).appended(random_strokes(5, 1, SHEET))
    longer = grown.appended(random_strokes(5, 2, SHEET))

    assert all(np.shares_memory(getattr(grown, name), getattr(longer, name)) for name in COLUMNS)


def test_a_painting_moves_seldom_while_it_grows(random_strokes: Callable[..., Strokes]) -> None:
    moves, strokes = 0, Strokes()
    bundle = random_strokes(5, 0, SHEET)
    for _ in range(2000):
        longer = strokes.appended(bundle)
        moves += not np.shares_memory(strokes.parameters, longer.parameters)
        strokes = longer

    assert len(strokes) == 10_000
    assert moves <= 14  # 64 strokes, half more each time


def test_appending_to_an_older_version_copies_it(random_strokes: Callable[..., Strokes]) -> None:
    old = Strokes().appended(random_strokes(5, 0, SHEET))
    one = old.appended(random_strokes(5, 1, SHEET))

    other = old.appended(random_strokes(5, 2, SHEET))

    assert np.shares_memory(old.parameters, one.parameters)
    assert not np.shares_memory(old.parameters, other.parameters)
    assert one[:5] == other[:5] == old == random_strokes(5, 0, SHEET)
    assert (one[5:], other[5:]) == (random_strokes(5, 1, SHEET), random_strokes(5, 2, SHEET))


def test_strokes_can_be_laid_on_themselves(random_strokes: Callable[..., Strokes]) -> None:
    strokes = Strokes().appended(random_strokes(5, 0, SHEET))

    twice = strokes.appended(strokes[2:])

    assert _same_list(twice, [*strokes, *list(strokes)[2:]])


APPENDS = st.lists(st.tuples(st.integers(0, 99), st.lists(SINGLE, max_size=40)), max_size=8)


@given(APPENDS)
def test_appends_in_any_order_equal_plain_lists_and_change_no_version(appends: list[tuple[int, list[Stroke]]]) -> None:
    versions: list[tuple[Strokes, list[Stroke]]] = [(Strokes(), [])]
    for choice, added in appends:
        strokes, plain = versions[choice % len(versions)]
        versions.append((strokes.appended(Strokes.of(added)), plain + added))

    assert all(_same_list(strokes, plain) for strokes, plain in versions)


BOUND = st.none() | st.integers(-12, 12)


@given(BOUND, BOUND, BOUND, BOUND)
def test_slices_are_those_of_a_list(a: int | None, b: int | None, c: int | None, d: int | None) -> None:
    plain = [replace(ONE, step=step) for step in range(10)]
    strokes = Strokes.of(plain)

    assert _same_list(strokes[a:b][c:d], plain[a:b][c:d])
    assert _same_list(strokes[a:b].appended(strokes[c:d]), plain[a:b] + plain[c:d])
    assert _same_list(strokes, plain)


def test_a_slice_shares_memory(random_strokes: Callable[..., Strokes]) -> None:
    strokes = random_strokes(9, 0, SHEET)

    assert np.shares_memory(strokes[3:7].parameters, strokes.parameters)


@pytest.mark.parametrize("stride", [-1, 2])
def test_a_slice_with_a_stride_is_refused(stride: int) -> None:
    with pytest.raises(ValueError, match="cut in one piece"):
        Strokes.of([ONE] * 4)[::stride]


@pytest.mark.parametrize("index", [-1, 2])
def test_a_stroke_that_is_not_there_is_refused(index: int) -> None:
    with pytest.raises(IndexError, match=f"stroke {index} of 2"):
        Strokes.of([ONE] * 2).stroke(index)


def test_unknown_errors_are_equal_and_known_ones_compared() -> None:
    unknown, half = float("nan"), 0.5

    def single(error: float) -> Strokes:
        return Strokes.of([replace(ONE, error=error)])

    assert single(unknown) == single(unknown)
    assert single(half) == single(half)
    assert single(unknown) != single(half)
    assert single(0.25) != single(half)


@pytest.mark.parametrize(
    "changed",
    [
        replace(ONE, step=4),
        replace(ONE, patch=Patch(10.0, 20.0, 65.0)),
        replace(ONE, parameters=(*ONE.parameters[:-1], 0.25)),
    ],
)
def test_strokes_that_differ_in_one_column_are_not_equal(changed: Stroke) -> None:
    assert Strokes.of([ONE]) != Strokes.of([changed])


def test_strokes_equal_only_strokes() -> None:
    assert Strokes.of([ONE]) != [ONE]
    assert Strokes.of([ONE]) != Strokes.of([ONE, ONE])


def test_strokes_make_no_keys() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Strokes())


def test_strokes_show_their_number() -> None:
    assert repr(Strokes.of([ONE] * 3)) == "<Strokes: 3>"


def test_versions_of_one_painting_share_what_they_begin_with(random_strokes: Callable[..., Strokes]) -> None:
    first = random_strokes(30, 0, SHEET)
    longer, branch = first.appended(random_strokes(5, 1, SHEET)), first[:20].appended(random_strokes(5, 2, SHEET))

    assert longer.shared(first) == first.shared(longer) == 30
    assert branch.shared(longer) == longer.shared(branch) == 20
    assert longer[:7].shared(longer) == 7
    assert random_strokes(30, 3, SHEET).shared(first) == 0
    assert Strokes().shared(first) == 0


def test_what_is_seen_alike_has_the_same_bytes(random_strokes: Callable[..., Strokes]) -> None:
    strokes = random_strokes(6, 0, Size(20, 30))
    locked = strokes.changed(flags=np.full(6, LOCKED), errors=np.zeros(6))
    assert (strokes.seen() == locked.seen()).all()
    flags = np.array([0, MUTED, 0, 0, 0, 0])
    assert (strokes.seen() == strokes.changed(flags=flags).seen()).tolist() == [True, False, True, True, True, True]
    assert strokes[:0].seen().shape == (0,)
