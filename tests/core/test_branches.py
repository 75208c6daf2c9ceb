"""Branches are kept once, under names that stay, and go when nobody needs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import core.branches
from core.branches import MOST, MOST_AUTOMATIC, Branches, Label, branches_of, described
from core.document import BLACK, WHITE, Document
from core.geometry import Size
from core.stroke import Strokes

SHEET = Size(40, 60)

Paint = Callable[..., Document]


@pytest.fixture
def painting(random_strokes: Callable[..., Strokes]) -> Paint:
    """So many strokes by chance; the first of them may be those of another painting."""

    def paint(count: int, seed: int = 0, on: Document | None = None) -> Document:
        begun = on or Document(SHEET, BLACK)
        return begun.painted(random_strokes(count, seed, SHEET))

    return paint


def labels(branches: Branches) -> list[Label]:
    return [branch.label for branch in branches]


def test_a_painting_is_kept_with_its_settings_under_the_next_number(painting: Paint) -> None:
    first, second = painting(5, 1), painting(5, 2)
    branches = Branches().kept(first, {"seed": 1}).kept(second, {"seed": 2})

    assert labels(branches) == [Label(1), Label(2)]
    assert [branch.document for branch in branches] == [first, second]
    assert [branch.settings for branch in branches] == [{"seed": 1}, {"seed": 2}]
    assert branches.index(second) == 1
    assert branches.index(painting(5, 1)) is None  # another document, though an equal one


def test_nothing_is_kept_twice_and_no_bare_sheet(painting: Paint) -> None:
    whole = painting(9)
    branches = Branches().kept(whole, {})

    assert branches.kept(whole, {}) is branches
    assert branches.kept(painting(9), {}) is branches
    assert branches.kept(Document(SHEET), {}) is branches
    assert len(branches.kept(Document(SHEET, WHITE, whole.strokes), {})) == 2  # on another sheet it looks otherwise


def test_what_makes_room_is_kept_only_where_no_branch_begins_with_it(painting: Paint) -> None:
    whole = painting(9)
    branches = Branches().kept(whole, {})

    assert branches.kept(whole.cut(4), {}, automatic=True) is branches
    assert len(branches.kept(whole.cut(4), {})) == 2  # who asks for it gets it
    assert len(branches.kept(painting(3, 7, whole), {}, automatic=True)) == 2


def test_what_was_kept_by_itself_stays_once_it_is_wanted(painting: Paint) -> None:
    whole = painting(9)
    branches = Branches().kept(whole, {}, automatic=True)
    assert branches[0].automatic

    for wanted in (branches.kept(whole, {}), branches.renamed(0, "Warm")):
        assert not wanted[0].automatic
        assert wanted.tidied(whole) is wanted


def test_what_the_painting_has_come_to_hold_is_tidied_away(painting: Paint) -> None:
    whole = painting(9)
    branches = Branches().kept(whole, {}, automatic=True).kept(painting(4, 3), {}, automatic=True)

    assert branches.tidied(whole.cut(5)) is branches
    left = branches.tidied(painting(2, 5, whole))
    assert labels(left) == [Label(2)]


def test_of_those_nobody_asked_for_the_oldest_make_room(painting: Paint) -> None:
    branches = Branches().kept(painting(2, 100), {})
    for seed in range(MOST_AUTOMATIC + 3):
        branches = branches.kept(painting(2, seed), {}, automatic=True)

    assert len(branches) == MOST_AUTOMATIC + 1
    assert labels(branches) == [Label(1), *(Label(number) for number in range(5, 5 + MOST_AUTOMATIC))]


def test_there_is_an_end_to_room(painting: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.branches, "MOST_STROKES", 10)
    branches = Branches().kept(painting(3, 1), {}, automatic=True).kept(painting(6, 2), {})

    assert labels(branches.kept(painting(4, 3), {})) == [Label(2), Label(3)]
    assert branches.kept(painting(5, 3), {}) is branches  # nothing goes where that would not do
    assert not branches.has_room(painting(5, 3))
    assert branches.has_room(painting(4, 3))

    full = Branches()
    monkeypatch.setattr(core.branches, "MOST_STROKES", 10**6)
    for seed in range(MOST + 1):
        full = full.kept(painting(2, seed), {})
    assert len(full) == MOST


def test_a_name_goes_with_its_painting(painting: Paint) -> None:
    old, new = painting(5, 1), painting(6, 2)
    branches = Branches().kept(old, {"seed": 1}).renamed(0, "Warm")

    branch, then = branches.taken(0, new, {"seed": 2})
    assert (branch.document, branch.settings) == (old, {"seed": 1})
    assert then.label == Label(1, "Warm")
    assert [(each.label, each.document, each.settings) for each in then] == [(Label(2), new, {"seed": 2})]

    back, again = then.taken(0, old, {"seed": 1})
    assert back.document is new
    assert (again.label, labels(again)) == (Label(2), [Label(1, "Warm")])

    kept = then.kept(old, {})
    assert (kept.label, labels(kept)) == (Label(), [Label(2), Label(1, "Warm")])


def test_what_is_taken_leaves_its_place_empty_where_the_painting_is_bare_or_kept(painting: Paint) -> None:
    one, other = painting(5, 1), painting(6, 2)
    branches = Branches().kept(one, {}).kept(other, {})

    assert labels(branches.taken(0, Document(SHEET), {})[1]) == [Label(2)]
    assert labels(branches.taken(0, other, {})[1]) == [Label(2)]
    assert labels(branches.taken(0, painting(3, 3), {})[1]) == [Label(3), Label(2)]


def test_branches_are_dropped_and_named_anew(painting: Paint) -> None:
    branches = Branches().kept(painting(5, 1), {}).kept(painting(5, 2), {})

    assert labels(branches.dropped(0)) == [Label(2)]
    assert labels(branches) == [Label(1), Label(2)]  # as they were: undo needs them
    assert branches.renamed(0, "") is branches
    assert labels(branches.renamed(1, " a\n b ")) == [Label(1), Label(2, "a b")]
    assert labels(branches.renamed(1, "x" * 200))[1] == Label(2, "x" * 80)


def test_a_description_comes_back(painting: Paint) -> None:
    branches = Branches().kept(painting(5, 1), {"seed": 1}, automatic=True).kept(painting(5, 2), {}).renamed(1, "Grüße")
    branches = branches.taken(0, painting(7, 3), {"divide": 3})[1]
    contents = [(branch.document, branch.settings) for branch in branches]

    assert branches_of(json.loads(json.dumps(described(branches))), contents) == branches


@pytest.mark.parametrize(
    "value",
    [
        None, [], {}, {"kept": []}, {"number": 0, "name": ""}, {"number": 0, "name": "", "kept": {}},
        {"number": 0, "name": "", "kept": [3]}, {"number": True, "name": "", "kept": []},
        {"number": -1, "name": "", "kept": []}, {"number": 2**40, "name": "", "kept": []},
        {"number": 0, "name": None, "kept": []}, {"number": 0, "name": "", "kept": [{"number": 1, "name": ""}]},
        {"number": 0, "name": "", "kept": [{"number": 1, "name": ""}] * 1000},
    ],
)  # fmt: skip
def test_what_describes_no_branches_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="branch"):
        branches_of(value, [])


def test_how_near_a_moment_is_comes_from_its_error(painting: Paint) -> None:
    strokes = painting(3).strokes.changed(errors=np.array([0.1, np.nan, 0.001]))
    document = Document(SHEET, strokes=strokes)

    assert document.psnr_after(1) == pytest.approx(10)
    assert document.psnr_after(3) == pytest.approx(30)
    assert [document.psnr_after(count) for count in (0, 2, 4)] == [None] * 3
