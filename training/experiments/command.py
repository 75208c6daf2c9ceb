"""`experiment NAME`: run what is not run yet, and write what has come of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from training import distributed
from training.device import chosen_device
from training.experiments.arms import EXPERIMENTS
from training.experiments.plots import check_tools
from training.experiments.report import write_results
from training.experiments.runs import ExperimentConfig, run_all, with_pictures
from training.settings import add_options, made


def experiment(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Run an experiment; asked again, it goes on where it was.

    Args:
        parser: Without options yet.
        arguments: What follows the command's name.

    Raises:
        PainterError: If something is wrong with the input or the machine.
        SystemExit: After `--help`.
    """
    known = "; ".join(f"{name}: {each.title} ({each.pictures})" for name, each in EXPERIMENTS.items())
    parser.add_argument("name", metavar="NAME", help=known)
    add_options(parser, ExperimentConfig, but=("name",))
    options: dict[str, Any] = vars(parser.parse_args(arguments))
    config = made(ExperimentConfig, options)
    check_tools(reads=config.name == "mnist")
    with distributed.joined(chosen_device(config.device)):
        config = with_pictures(config)
        for folder in run_all(config):
            if distributed.leads():
                print(f"{folder} is done; so far: {write_results(config)}", flush=True)
