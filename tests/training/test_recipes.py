"""The recipes, run for moments: they learn, and leave weights that load."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.actor import Actor
from core.brushes import BEZIER
from core.errors import CheckpointError, OutputError
from core.weights import load_actor, load_renderer
from training.run_folder import RunFolder
from training.train_painter import DirectConfig, new_actor, train_painter
from training.train_renderer import RendererConfig, train_renderer


@pytest.fixture
def data(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for split in ("train", "val"):
        (tmp_path / "data" / split).mkdir(parents=True)
        for index in range(6):
            coarse = Image.fromarray(random.integers(0, 256, (4, 4, 3), np.uint8))
            coarse.resize((70, 70), Image.Resampling.BICUBIC).save(tmp_path / "data" / split / f"{index}.png")
    return tmp_path / "data"


def lines(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_the_painters_recipe_trains_and_leaves_weights(data: Path, tmp_path: Path) -> None:
    config = DirectConfig(
        data=(data,), out=tmp_path / "run", minutes=0.05, width=0.125, side=32, batch=8, envs=16, episode_steps=6
    )
    torch.manual_seed(config.seed)  # as the recipe does before it makes its own
    before = new_actor(BEZIER, width=0.125, side=32).emit.get_parameter("weight")

    weights = train_painter(config)

    loaded = load_actor(weights, stroke_type="bezier")
    assert (loaded.actor.side, loaded.actor.head, loaded.actor.width) == (32, "dense", 0.125)
    assert not torch.allclose(loaded.actor.emit.get_parameter("weight"), before, atol=1e-3)
    assert lines(tmp_path / "run")[0].keys() >= {"minutes", "update", "loss", "psnr@200", "own@200"}
    assert json.loads((tmp_path / "run" / "config.json").read_text())["minutes"] == 0.05


def test_a_batch_that_does_not_divide_the_sheets_is_refused() -> None:
    with pytest.raises(ValueError, match="envs must be a multiple of batch, got 10 and 4"):
        DirectConfig(data=(), out=Path(), batch=4, envs=10)


def test_the_renderers_recipe_learns_the_exact_brush(tmp_path: Path) -> None:
    weights = train_renderer(RendererConfig(out=tmp_path / "run", minutes=0.1, width=0.125, batch=16))

    first, *_, final = lines(tmp_path / "run")
    assert final["mae"] < 0.6 * first["mae"]
    assert load_renderer(weights, stroke_type="bezier").renderer.width == 0.125


def test_a_run_goes_on_from_weights_and_keeps_their_form(data: Path, tmp_path: Path) -> None:
    first = train_painter(
        DirectConfig(data=(data,), out=tmp_path / "first", minutes=0.02, width=0.125, side=32, batch=8, envs=16)
    )
    second = train_painter(
        DirectConfig(data=(data,), out=tmp_path / "second", minutes=0.02, init=first, batch=8, envs=16)
    )

    actor = load_actor(second, stroke_type="bezier").actor
    assert (actor.side, actor.width) == (32, 0.125)


def test_published_weights_are_not_trained_on(data: Path, tmp_path: Path) -> None:
    torch.save(Actor(parameters=13).state_dict(), tmp_path / "actor.pkl")

    with pytest.raises(CheckpointError, match="leave --init out"):
        train_painter(DirectConfig(data=(data,), out=tmp_path / "run", init=tmp_path / "actor.pkl"))
    assert not (tmp_path / "run").exists()


def test_a_folder_that_holds_a_run_is_not_written_over(tmp_path: Path) -> None:
    config = RendererConfig(out=tmp_path, minutes=0.001, width=0.125, batch=1)
    RunFolder(tmp_path, config)

    with pytest.raises(OutputError, match="holds another run"):
        train_renderer(config)
