"""Mixes of stroke types as they are written, and whose turn it is."""

from __future__ import annotations

import pytest

from core.errors import SettingError
from core.mix import Mix, Part, in_turn


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("bezier", [Part(stroke_type="bezier")]),
        ("bezier-opaque:3, circle", [Part(stroke_type="bezier-opaque", share=3), Part(stroke_type="circle")]),
        ("triangle@1-2,bezier", [Part(stroke_type="triangle", first=1, last=2), Part(stroke_type="bezier")]),
        (
            "flat:2@3-,circle@1",
            [Part(stroke_type="flat", share=2, first=3), Part(stroke_type="circle", first=1, last=1)],
        ),
    ],
)
def test_a_mix_is_its_parts(text: str, parts: list[Part]) -> None:
    mix = Mix.parse(text)

    assert list(mix.parts) == parts
    assert Mix.parse(str(mix)) == mix
    assert str(mix) == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "write a stroke type"),
        ("bezier,", "write a stroke type"),
        ("Bezier", "write a stroke type"),
        ("bezier:-1", "write a stroke type"),
        ("bezier@2-1", "levels count from 1"),
        ("bezier@0", "levels count from 1"),
        ("bezier@0-2", "levels count from 1"),
        ("triangle@1-0,bezier", "levels count from 1"),
        ("bezier:" + "9" * 5000, "write a stroke type"),
        ("bezier@" + "9" * 5000, "write a stroke type"),
        ("bezier:\u0663", "write a stroke type"),
        ("bezier:0", "from 1 to 1000"),
        ("bezier:1001", "from 1 to 1000"),
        ("star", "choose one of bezier, bezier-opaque, triangle, circle, flat"),
        ("bezier@1@2", "write a stroke type"),
    ],
)
def test_what_is_no_mix_is_refused_with_what_would_be(text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        Mix.parse(text)

    assert caught.value.name == "stroke type"


def test_each_type_is_counted_once() -> None:
    assert Mix.parse("circle@1,bezier,circle@4-").stroke_types == ("circle", "bezier")


def test_a_level_is_painted_by_those_that_name_it_or_else_by_those_that_name_none() -> None:
    mix = Mix.parse("triangle@1-2,circle@2,bezier,flat@5-")

    painted = {level: [part.stroke_type for part in mix.at(level, finest=9)] for level in (1, 2, 3, 4, 5, 9)}

    assert painted == {
        1: ["triangle"],
        2: ["triangle", "circle"],
        3: ["bezier"],
        4: ["bezier"],
        5: ["flat"],
        9: ["flat"],
    }


@pytest.mark.parametrize(
    ("text", "finest", "painted"),
    [
        ("triangle@1-2,bezier", 4, ["triangle", "triangle", "bezier", "bezier"]),
        ("triangle@1-2,bezier", 2, ["triangle", "bezier"]),
        ("triangle@1-2,bezier", 1, ["bezier"]),
        ("triangle@1-2", 2, ["triangle", "triangle"]),
        ("bezier,flat@2-", 2, ["bezier", "flat"]),
        ("circle@1-3,flat@2-", 2, ["circle", "flat"]),
        ("triangle,bezier@4", 4, ["triangle", "triangle", "triangle", "bezier"]),
        ("triangle@1-2,circle@3-4,bezier", 4, ["triangle", "triangle", "circle", "circle"]),
    ],
)
def test_an_underpainting_is_never_all_there_is(text: str, finest: int, painted: list[str]) -> None:
    parts = [Mix.parse(text).at(level, finest=finest) for level in range(1, finest + 1)]

    assert [part.stroke_type for (part, *_) in parts] == painted


@pytest.mark.parametrize(
    ("text", "finest", "idle"),
    [
        ("triangle@1-2,bezier", 4, []),
        ("triangle@1-2,bezier", 1, ["triangle@1-2"]),
        ("triangle@9,bezier", 4, ["triangle@9"]),
        ("triangle@1-,bezier", 4, ["bezier"]),
    ],
)
def test_parts_that_paint_nothing_are_told(text: str, finest: int, idle: list[str]) -> None:
    assert [str(part) for part in Mix.parse(text).idle(finest)] == idle


def test_a_level_that_nothing_paints_is_named() -> None:
    with pytest.raises(SettingError, match="nothing paints level 3; add a type without levels"):
        Mix.parse("triangle@1-2").at(3, finest=4)


def test_turns_keep_to_the_shares() -> None:
    parts = Mix.parse("bezier:3,circle:1,flat:2").parts
    painted = [0, 0, 0]
    for _ in range(600):
        painted[parts.index(in_turn(parts, painted)[0])] += 1

    assert painted == [300, 100, 200]


def test_the_first_turn_is_that_of_the_largest_share_and_then_of_the_first_named() -> None:
    assert [part.stroke_type for part in in_turn(Mix.parse("flat,bezier,circle:2").parts, [0, 0, 0])] == [
        "circle",
        "flat",
        "bezier",
    ]
