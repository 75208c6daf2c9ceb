"""The command line of training. It asks for nothing but the standard library, so that it runs on a bare GPU machine.

python main.py train painter --data pictures.zip --out runs/painter
torchrun --nproc-per-node 8 -m training painter --data pictures.zip --out runs/painter
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from core.errors import PainterError
from training.settings import add_options, check, made, setting


class UsageError(PainterError):
    """The command line asks for nothing that there is."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the program."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackConfig:
    """What packing may vary."""

    data: tuple[Path, ...] = setting(help="folder or zip of pictures; may be given again")
    out: Path = setting(help="the packed file, NAME.safetensors")
    short_side: int = setting(160, least=8, most=4096, help="larger pictures are shrunk to it, pixels")
    limit: int | None = setting(None, least=2, help="the most pictures to take of each path and split")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleConfig:
    """What bundling may vary."""

    weights: Path = setting(help="the .safetensors file that a run has left")
    into: Path | None = setting(None, help="folder; resources/weights, where the program's own lie, if left out")
    eight_bits: bool = setting(False, help="keep them in half the bytes")

    def __post_init__(self) -> None:
        check(self)


def run(arguments: list[str], *, program: str) -> None:
    """Run `painter`, `renderer`, `pack`, `bundle` or `experiment`.

    Args:
        arguments: What follows the program's name.
        program: That name, for its help.

    Raises:
        PainterError: If something is wrong with the input or the machine; it is told in one line.
        SystemExit: After `--help`.
    """
    # Only what is asked for is imported: `pack` needs no networks, and `--help` of the whole nothing.
    parser = _Parser(prog=program, description="Train the networks from your own pictures.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, words in _COMMANDS.items():
        commands.add_parser(name, help=words, add_help=False)
    command = parser.parse_args(arguments[:1]).command
    inner = _Parser(prog=f"{program} {command}", description=_COMMANDS[command] + ".", allow_abbrev=False)
    try:
        _RUN[command](inner, arguments[1:])
    except RuntimeError as error:  # torch's, on a GPU and on the CPU
        if type(error).__name__ != "OutOfMemoryError" and "can't allocate memory" not in str(error):
            raise
        raise UsageError("There is too little memory; close other programs, or begin a smaller run") from error


_COMMANDS = {
    "painter": "Train an actor to paint",
    "renderer": "Train a neural renderer on random strokes drawn by the exact rasteriser",
    "pack": "Decode pictures once, into one file that --data takes",
    "bundle": "Make a run's weights those that the program paints with",
    "experiment": "Repeat an experiment of the paper",
}


def _painter(parser: _Parser, arguments: list[str]) -> None:
    from training.train_painter import PainterConfig, train_painter

    config, resumed = _settings(parser, arguments, PainterConfig)
    _tell(train_painter(config, resumed=resumed))


def _renderer(parser: _Parser, arguments: list[str]) -> None:
    from training.train_renderer import RendererConfig, train_renderer

    config, resumed = _settings(parser, arguments, RendererConfig)
    _tell(train_renderer(config, resumed=resumed))


def _pack(parser: _Parser, arguments: list[str]) -> None:
    from training.datasets import pack_pictures

    add_options(parser, PackConfig)
    config = made(PackConfig, vars(parser.parse_args(arguments)))
    pictures = pack_pictures(config.data, config.out, short_side=config.short_side, limit=config.limit)
    for reason in pictures.skipped:
        print(f"skipped {reason}")
    print(f"{len(pictures.train)} pictures to train on and {len(pictures.held_out)} held out, in {config.out}")


def _bundle(parser: _Parser, arguments: list[str]) -> None:
    from core.manifest import BUNDLED, MANIFEST, manifest_entries
    from core.weights import bundle

    add_options(parser, BundleConfig)
    config = made(BundleConfig, vars(parser.parse_args(arguments)))
    into = config.into or BUNDLED
    before = manifest_entries(into / MANIFEST)
    copied = bundle(config.weights, into, eight_bits=config.eight_bits)
    after = manifest_entries(into / MANIFEST)
    (new,) = [entry for entry in after if entry["file"] == copied.name]
    for old in before:
        if old not in after:
            print(f"replaced {old['file']}, {_story(old)}, by one of {_story(new)}")
    print(copied)


def _story(entry: Mapping[str, Any]) -> str:
    """How well weights did by their own run, and how long that was; of a manifest's entry, which may lack both."""
    scores, updates, parts = entry.get("scores"), entry.get("updates"), []
    if isinstance(updates, int):
        parts.append(f"{updates:,} updates")
    parts.append(_score(scores if isinstance(scores, Mapping) else {}))
    return ", ".join(parts)


def _score(scores: Mapping[str, Any]) -> str:
    """The one that tells most."""
    told = {name: value for name, value in scores.items() if _is_figure(value)}
    for kind, way in (("psnr", ""), ("own", " in its own colours")):
        found = [match for match in (re.fullmatch(rf"{kind}@(\d+)", name) for name in told) if match]
        if found:
            most = max(found, key=lambda match: int(match[1]))
            return f"{told[most[0]]:.2f} dB after {int(most[1])} strokes{way}"
    if "mse" in told:
        return f"mean squared error {told['mse']:.5f}"
    return "without a score"


def _is_figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _experiment(parser: _Parser, arguments: list[str]) -> None:
    from training.experiments.command import experiment

    experiment(parser, arguments)


_RUN = {
    "painter": _painter, "renderer": _renderer, "pack": _pack, "bundle": _bundle, "experiment": _experiment,
}  # fmt: skip


def _tell(weights: Path) -> None:
    """Say where the weights lie; of several processes the first does."""
    from training import distributed

    if distributed.leads():
        print(weights)


def _settings(parser: _Parser, arguments: list[str], kind: Any) -> tuple[Any, dict[str, Any] | None]:
    """A recipe's settings, and those given anew where a run is to go on."""
    add_options(parser, kind)
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out, with its own settings")
    options = vars(parser.parse_args(arguments))
    if not options.pop("resume"):
        return made(kind, options), None
    unsaid = {"data": ()} if "data" in kind.__dataclass_fields__ else {}  # the run's own
    config = made(kind, {**unsaid, **options})
    return config, {name: getattr(config, name) for name in options if name != "out"}
