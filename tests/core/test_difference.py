"""What two versions of a painting have in common."""

from __future__ import annotations

import numpy as np
import pytest

from core.difference import difference
from core.stroke import MUTED, Strokes


def strokes(count: int, seed: int = 0) -> Strokes:
    rng = np.random.default_rng(seed)
    return Strokes.from_columns(
        types=rng.integers(0, 5, count),
        patches=rng.uniform(1, 90, (count, 3)),
        parameters=rng.random((count, 6), dtype=np.float32),
        steps=np.arange(count),
    )


PAINTING = strokes(30)


def without(*rows: int) -> Strokes:
    return PAINTING.picked(np.delete(np.arange(30), rows))


def test_the_same_strokes_have_all_in_common() -> None:
    found = difference(PAINTING, PAINTING.changed(errors=np.zeros(30)))
    assert found.old.tolist() == found.new.tolist() == list(range(30))
    assert not len(found.gone)
    assert not len(found.come)


def test_what_is_deleted_is_gone_and_moments_after_it_come_earlier() -> None:
    found = difference(PAINTING, without(4, 20))
    assert (found.gone.tolist(), found.come.tolist()) == ([4, 20], [])
    assert [found.moment(count) for count in (0, 4, 5, 6, 20, 21, 30)] == [0, 4, 4, 5, 19, 19, 28]


def test_what_is_moved_is_all_that_has_changed() -> None:
    rows = [*range(6), *range(7, 30), 6]
    found = difference(PAINTING, PAINTING.picked(np.array(rows)))
    assert (found.gone.tolist(), found.come.tolist()) == ([6], [29])
    assert found.moment(30) == 29


def test_a_muted_stroke_is_another() -> None:
    flags = np.zeros(30, np.uint8)
    flags[[3, 12]] = MUTED
    found = difference(PAINTING, PAINTING.changed(flags=flags))
    assert found.gone.tolist() == found.come.tolist() == [3, 12]


def test_painting_on_has_only_come() -> None:
    found = difference(PAINTING, PAINTING.appended(strokes(5, seed=1)))
    assert (found.gone.tolist(), found.come.tolist()) == ([], [30, 31, 32, 33, 34])
    assert found.moment(30) == 30


def test_equal_strokes_are_told_apart_by_their_order() -> None:
    twice = PAINTING.appended(PAINTING)
    found = difference(twice, twice.picked(np.delete(np.arange(60), 35)))
    assert len(found.old) == 59
    assert (np.diff(found.old) > 0).all()
    assert (np.diff(found.new) > 0).all()


@pytest.mark.parametrize("seed", range(20))
def test_what_is_common_rises_in_both_and_is_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.permutation(30)[: rng.integers(0, 31)] if seed % 2 else np.sort(rng.permutation(30)[:20])
    later = PAINTING.picked(rows).appended(strokes(int(rng.integers(0, 4)), seed=99))

    found = difference(PAINTING, later)

    assert PAINTING.picked(found.old) == later.picked(found.new).changed(errors=PAINTING.picked(found.old).errors)
    for common, others, count in ((found.old, found.gone, 30), (found.new, found.come, len(later))):
        assert (np.diff(common) > 0).all()
        assert sorted([*common.tolist(), *others.tolist()]) == list(range(count))
    if seed % 2 == 0:
        assert len(found.old) == 20
