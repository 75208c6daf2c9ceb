from __future__ import annotations

import argparse
import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.errors import SettingError
from training.command import PackConfig
from training.settings import MissingSettingError, add_options, check, from_json, made, option, recipe, setting, to_json
from training.train_painter import PainterConfig
from training.train_renderer import RendererConfig

RECIPES = {
    PainterConfig: {"data": (Path("a"), Path("b.zip")), "out": Path("run")},
    RendererConfig: {"out": Path("run")},
    PackConfig: {"data": (Path("a"),), "out": Path("a.safetensors")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal:
    """Settings of every kind."""

    guests: tuple[Path, ...] = setting(help="who comes")
    course: str = setting("soup", choices=("soup", "fish"), help="what there is")
    salt: float | None = setting(None, above=0, most=2, help="grams, 10 % of it from the sea")
    plates: int = setting(2, least=1, help="on the table")
    candles: bool = setting(False, help="light them")

    def __post_init__(self) -> None:
        check(self)


def parsed(kind: type, *arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser, kind)
    return vars(parser.parse_args(arguments))


def test_what_is_said_becomes_settings_and_the_rest_is_default() -> None:
    said = parsed(Meal, "--guests", "a", "--guests=b", "--salt", "1.5", "--candles")

    assert said == {"guests": [Path("a"), Path("b")], "salt": 1.5, "candles": True}
    assert made(Meal, said) == Meal(guests=(Path("a"), Path("b")), salt=1.5, candles=True)
    assert made(Meal, parsed(Meal, "--guests=a", "--no-candles")).candles is False


def test_a_setting_without_a_default_must_be_said() -> None:
    with pytest.raises(MissingSettingError, match=r"^--guests is missing; see --help for what it takes.$"):
        made(Meal, parsed(Meal, "--plates", "3"))


@pytest.mark.parametrize("kind", [Meal, *RECIPES])
def test_help_lists_every_setting_with_its_words(kind: type) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, kind)
    shown = " ".join(parser.format_help().split())

    for field in dataclasses.fields(kind):
        assert option(field.name) in shown
        assert " ".join(field.metadata["help"].split()) in shown
        for choice in field.metadata["choices"] or ():
            assert choice in shown


def test_help_tells_defaults() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, Meal)

    assert "on the table [2]" in parser.format_help()
    assert "soup|fish" in parser.format_help()


@pytest.mark.parametrize(
    "config",
    [
        Meal(guests=(), salt=0.5, candles=True),
        PainterConfig(data=(Path("a"), Path("b.zip")), out=Path("run"), minutes=2.5, compile=True, init=Path("c")),
        RendererConfig(out=Path("run"), updates=7, width=0.5),
    ],
)
def test_settings_survive_their_record(config: Any) -> None:
    record = json.loads(json.dumps(to_json(config)))

    again = from_json(type(config), record)

    assert again == config
    assert [type(getattr(again, name)) for name in record] == [type(getattr(config, name)) for name in record]


def test_a_record_may_be_read_with_changes() -> None:
    record = to_json(Meal(guests=(Path("a"),), plates=5))

    assert from_json(Meal, record, course="fish") == Meal(guests=(Path("a"),), plates=5, course="fish")


def test_a_record_of_another_version_is_told() -> None:
    with pytest.raises(ValueError, match="a setting “wine” that this version does not know"):
        from_json(Meal, {"guests": [], "wine": 1})


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"course": "cake"}, "Cannot use --course cake: choose one of soup, fish."),
        ({"salt": 0.0}, "Cannot use --salt 0.0: it must be above 0."),
        ({"salt": 2.5}, "Cannot use --salt 2.5: it must be at most 2."),
        ({"salt": math.nan}, "Cannot use --salt nan: give a finite number."),
        ({"salt": math.inf}, "Cannot use --salt inf: give a finite number."),
        ({"plates": 0}, "Cannot use --plates 0: it must be at least 1."),
    ],
)
def test_what_is_out_of_range_is_told_with_its_range(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingError) as caught:
        Meal(guests=(), **values)

    assert str(caught.value) == problem


def outside() -> list[tuple[type, str, Any]]:
    """For each bound of each setting of the recipes a value just past it, and for each real number what is none."""
    found: list[tuple[type, str, Any]] = []
    for kind in RECIPES:
        for field in dataclasses.fields(kind):
            bound, real = field.metadata, "float" in str(field.type)
            values = [
                *([bound["least"] - (1e-6 if real else 1)] if bound["least"] is not None else []),
                *([bound["above"]] if bound["above"] is not None else []),
                *([bound["most"] * 1.001 + 1 - real] if bound["most"] is not None else []),
                *(["other"] if bound["choices"] else []),
                *([math.nan, math.inf, -math.inf] if real else []),
            ]
            found += [(kind, field.name, value) for value in values]
    return found


@pytest.mark.parametrize(("kind", "name", "value"), outside())
def test_no_recipe_takes_what_is_past_a_bound(kind: type, name: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"^Cannot use {option(name)} "):
        kind(**RECIPES[kind], **{name: value})


def test_a_number_too_long_for_a_float_is_out_of_range_like_any() -> None:
    with pytest.raises(SettingError, match="at most 100000"):
        PainterConfig(data=(Path("a"),), out=Path("run"), batch=10**400)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"canvas": 50}, "Cannot use --canvas 50: it must be a multiple of 32."),
        ({"batch": 48}, "Cannot use --envs 512: it must be a multiple of --batch, 48."),
        ({"replay": 31}, "Cannot use --replay 31: it must hold a --batch, 32."),
        (
            {"algorithm": "ddpg-model-free", "reward": "psnr"},
            "Cannot use --reward psnr: a model-free critic knows l2 and wgan.",
        ),
        (
            {"algorithm": "ddpg-model-free", "warm_start": 0.5},
            "Cannot use --warm-start 0.5: a model-free actor knows nothing of pixels; leave it out.",
        ),
        (
            {"algorithm": "ddpg-model-free", "reward": "l2", "head": "dense"},
            "Cannot use --head dense: a model-free critic needs --head average.",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_told(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingError) as caught:
        PainterConfig(data=(Path("a"),), out=Path("run"), **values)

    assert str(caught.value) == problem


def test_a_recipe_is_the_command_that_repeats_the_run_by_the_names_of_its_files() -> None:
    config = PainterConfig(
        data=(Path("/home/ann/a.zip"), Path("b.zip")), out=Path("/tmp/run"), minutes=10.0, compile=True, seed=3
    )

    said = recipe("painter", config)

    assert said == "python main.py train painter --data a.zip --data b.zip --out run --minutes 10.0 --seed 3 --compile"
