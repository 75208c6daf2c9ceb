from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingError
from core.schedule import Level, coarse_to_fine, levels, paper_levels, paper_strokes


@pytest.mark.parametrize(
    ("max_step", "divide", "strokes"),
    [
        (100, 4, 4250),
        (100, 5, 6500),
        (40, 1, 200),
        (41, 1, 205),
        (41, 2, 500),  # halved and rounded down, as published
        (1, 1, 5),
        (1, 4, 85),
    ],
)
def test_the_published_number_of_strokes(max_step: int, divide: int, strokes: int) -> None:
    assert paper_strokes(max_step, divide) == strokes
    assert sum(level.strokes for level in paper_levels(max_step, divide)) == strokes


def test_the_published_painter_spends_half_its_steps_on_the_whole_sheet() -> None:
    assert levels(preset="paper", max_step=100, divide=4, strokes=None) == (
        Level(divide=1, strokes=250),
        Level(divide=4, strokes=4000),
    )


def test_undivided_it_spends_them_all_there() -> None:
    assert levels(preset="paper", max_step=100, divide=1, strokes=None) == (Level(divide=1, strokes=500),)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (100, (Level(divide=1, strokes=100),)),
        (250, (Level(divide=1, strokes=250),)),
        (251, (Level(divide=1, strokes=250), Level(divide=4, strokes=1))),
        (9000, (Level(divide=1, strokes=250), Level(divide=4, strokes=8750))),
    ],
)
def test_a_budget_cuts_or_prolongs_the_published_schedule_at_its_end(budget: int, expected: tuple[Level, ...]) -> None:
    assert levels(preset="paper", max_step=100, divide=4, strokes=budget) == expected


def test_the_default_goes_from_the_whole_sheet_to_the_finest_patches() -> None:
    made = levels(preset="default", max_step=100, divide=6, strokes=None)

    assert [level.divide for level in made] == [1, 2, 3, 6]
    assert sum(level.strokes for level in made) == 9250  # what the published schedule would paint


@given(st.integers(1, 1_000_000), st.integers(1, 64))
def test_default_levels_add_up_to_the_budget_and_grow_finer(budget: int, divide: int) -> None:
    made = coarse_to_fine(budget, divide)

    assert sum(level.strokes for level in made) == budget
    assert all(level.strokes > 0 for level in made)
    assert all(coarse.divide < fine.divide <= 2 * coarse.divide + 1 for coarse, fine in pairwise(made))
    # The whole sheet comes first: there are finer levels only once it has some strokes.
    assert made[0].divide == 1
    assert made[0].strokes >= min(budget, 4) - 1
    assert made[-1].divide == divide or budget < 4 * 2 * divide**2


@given(st.integers(1, 1_000_000), st.integers(1, 64))
def test_a_finer_level_has_no_fewer_strokes_than_a_coarser_one(budget: int, divide: int) -> None:
    counts = [level.strokes for level in coarse_to_fine(budget, divide)]

    assert all(coarse <= fine + 1 for coarse, fine in pairwise(counts))  # 1: sums are rounded down


@given(st.sampled_from(["paper", "default"]), st.integers(1, 300), st.integers(1, 64), st.integers(1, 1_000_000))
def test_every_preset_meets_the_budget_exactly(preset: str, max_step: int, divide: int, strokes: int) -> None:
    made = levels(preset=preset, max_step=max_step, divide=divide, strokes=strokes)

    assert sum(level.strokes for level in made) == strokes


GOOD = {"preset": "default", "max_step": 100, "divide": 4, "strokes": None}


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ({"preset": "fast"}, "preset"),
        ({"divide": 0}, "divide"),
        ({"divide": 65}, "divide"),
        ({"max_step": 0}, "max-step"),
        ({"max_step": -5}, "max-step"),
        ({"max_step": 10**6}, "max-step"),
        ({"strokes": 0}, "strokes"),
        ({"strokes": -1}, "strokes"),
        ({"strokes": 1_000_001}, "strokes"),
    ],
)
@pytest.mark.parametrize("preset", ["paper", "default"])
def test_a_setting_out_of_range_is_refused_by_name(preset: str, setting: dict[str, object], name: str) -> None:
    with pytest.raises(SettingError) as caught:
        levels(**{**GOOD, "preset": preset, **setting})  # type: ignore[arg-type]

    assert caught.value.name == name
    assert caught.value.value == next(iter(setting.values()))
    assert str(caught.value).startswith(f"Cannot use {name} {caught.value.value}: ")


@pytest.mark.parametrize(
    "setting", [{"divide": 1}, {"divide": 64, "max_step": 90}, {"max_step": 1}, {"strokes": 1}, {"strokes": 1_000_000}]
)
def test_the_ends_of_the_ranges_are_allowed(setting: dict[str, object]) -> None:
    assert levels(**{**GOOD, **setting})  # type: ignore[arg-type]


@pytest.mark.parametrize(("budget", "divides"), [(1, [1]), (19, [1]), (20, [1, 2]), (83, [1, 2]), (84, [1, 2, 4])])
def test_with_few_strokes_the_finest_levels_are_left_out(budget: int, divides: list[int]) -> None:
    assert [level.divide for level in coarse_to_fine(budget, 4)] == divides


def test_what_is_to_be_refined_begins_coarser() -> None:
    plans = [
        levels(preset="default", max_step=100, divide=4, strokes=200, to_refine=to_refine)
        for to_refine in (False, True)
    ]

    assert [[level.divide for level in plan] for plan in plans] == [[1, 2, 4], [1, 2]]


@pytest.mark.parametrize(("side", "divides"), [(128, [1, 2, 4]), (64, [1, 2, 4, 8]), (32, [1, 2, 4, 8, 16])])
def test_an_actor_that_sees_fewer_pixels_gets_more_windows_to_the_same_detail(side: int, divides: list[int]) -> None:
    made = levels(preset="default", max_step=100, divide=4, strokes=4250, side=side)

    assert [level.divide for level in made] == divides
    assert made[-1].divide * side == 512
