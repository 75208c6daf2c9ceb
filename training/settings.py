"""A recipe's settings: one frozen dataclass each, from which its options, its checks and its record follow."""

from __future__ import annotations

import argparse
import dataclasses
import math
import types
import typing
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from core.errors import PainterError, SettingError

Config = TypeVar("Config")


class MissingSettingError(PainterError):
    """A setting that has no default was not given."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} is missing; see --help for what it takes."


def setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    choices: Sequence[str] | None = None,
) -> Any:
    """A field of a recipe's settings.

    Args:
        default: Its value where nothing is said; required where absent.
        help: What it is, for `--help` and for whoever reads the recipe.
        least: The least value allowed.
        above: The value that it must exceed.
        most: The greatest value allowed.
        choices: The values allowed.
    """
    metadata = {"help": help, "least": least, "above": above, "most": most, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def check(config: Any) -> None:
    """Hold every setting against what its field allows.

    Raises:
        SettingError: At the first that is out of range.
    """
    for field in dataclasses.fields(config):
        value, allowed = getattr(config, field.name), field.metadata
        if value is None:
            continue
        if allowed["choices"] and value not in allowed["choices"]:
            raise SettingError(option(field.name), value, f"choose one of {', '.join(allowed['choices'])}")
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingError(option(field.name), value, "give a finite number")
        for bound, broken, words in (
            (allowed["least"], value < (allowed["least"] or 0), "at least"),
            (allowed["above"], value <= (allowed["above"] or 0), "above"),
            (allowed["most"], value > (allowed["most"] or 0), "at most"),
        ):
            if bound is not None and broken:
                raise SettingError(option(field.name), value, f"it must be {words} {bound:g}")


def option(name: str) -> str:
    """A setting's name on the command line."""
    return "--" + name.replace("_", "-")


def add_options(parser: argparse.ArgumentParser, kind: type, *, but: Container[str] = ()) -> None:
    """Give a parser an option for each setting, `but` for those; what is not said is not in the result."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.name in but:
            continue
        hint, words = hints[field.name], field.metadata["help"]
        if hint is bool:
            parser.add_argument(
                option(field.name), action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=words
            )
            continue
        many, plain = _plain(hint)
        if field.default not in (dataclasses.MISSING, None, ()):
            words += f" [{field.default}]"
        parser.add_argument(
            option(field.name),
            type=plain,
            action="append" if many else "store",
            metavar="|".join(field.metadata["choices"] or [plain.__name__.upper()]),
            default=argparse.SUPPRESS,
            help=words.replace("%", "%%"),
        )


def made(kind: type[Config], options: Mapping[str, Any]) -> Config:
    """Settings of what was said on the command line.

    Raises:
        MissingSettingError: If one that has no default is missing.
        SettingError: If one is out of range.
    """
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.default is dataclasses.MISSING and field.name not in options:
            raise MissingSettingError(option(field.name))
    return kind(**{name: tuple(value) if _plain(hints[name])[0] else value for name, value in options.items()})


def recipe(command: str, config: Any) -> str:
    """The command that trains with these settings; of folders and files the names alone, for they lie elsewhere."""
    words = ["python main.py train", command]
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value == field.default:
            continue
        if isinstance(value, bool):
            words.append(option(field.name) if value else option(f"no_{field.name}"))
            continue
        several = value if isinstance(value, tuple) else (value,)
        words += [f"{option(field.name)} {each.name if isinstance(each, Path) else each}" for each in several]
    return " ".join(words)


def to_json(config: Any) -> dict[str, Any]:
    """Settings as what JSON can hold."""

    def plain(value: Any) -> Any:
        if isinstance(value, Path):
            return str(value)
        return [plain(each) for each in value] if isinstance(value, tuple) else value

    return {field.name: plain(getattr(config, field.name)) for field in dataclasses.fields(config)}


def from_json(kind: type[Config], values: Mapping[str, Any], **changed: Any) -> Config:
    """Settings of what `to_json` gave, some of them changed.

    Raises:
        ValueError: If they are of another recipe or version.
        SettingError: If one is out of range.
    """
    hints = typing.get_type_hints(kind)
    found = {}
    for name, value in values.items():
        if name not in hints:
            raise ValueError(f"it has a setting “{name}” that this version does not know")
        many, plain = _plain(hints[name])
        if value is None or hints[name] is bool:
            found[name] = value
        else:
            found[name] = tuple(plain(each) for each in value) if many else plain(value)
    return kind(**{**found, **changed})


def _plain(hint: Any) -> tuple[bool, type]:
    """Whether a setting may be given several times, and the type of one value."""
    if typing.get_origin(hint) is tuple:
        return True, typing.get_args(hint)[0]
    if isinstance(hint, types.UnionType):
        hint = next(each for each in typing.get_args(hint) if each is not type(None))
    return False, hint
