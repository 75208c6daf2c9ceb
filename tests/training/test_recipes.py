"""The recipes, run for moments: they learn, and leave weights that load."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import training.evaluate
import training.train_renderer
from core.brushes import BEZIER
from core.errors import CheckpointError, DeviceError, SettingError
from core.manifest import BUNDLED, bundled_path
from core.weights import load_actor, load_renderer, save_actor
from training.actors import new_actor
from training.picture_formats import DataError
from training.policy import Policy
from training.run_folder import TrainingError
from training.train_painter import PainterConfig, train_painter
from training.train_renderer import RendererConfig, renderer_loss, train_renderer

Metrics = Callable[[Path], list[dict[str, float]]]


@pytest.mark.parametrize(
    ("head", "score", "gain", "changed"),
    [
        ("dense", "psnr@100", 0.5, {"updates": 60, "learning_rate": 0.005, "stubby_weight": 0.0}),
        ("average", "own@100", 2.0, {"updates": 40, "learning_rate": 0.03}),
    ],
)
def test_a_painter_learns_to_paint(
    pictures: Path,
    tmp_path: Path,
    tiny: dict[str, Any],
    metrics: Metrics,
    monkeypatch: pytest.MonkeyPatch,
    head: str,
    score: str,
    gain: float,
    changed: dict[str, Any],
) -> None:
    monkeypatch.setattr(training.evaluate, "STROKES", (20, 100))
    settings = {**tiny, **changed, "algorithm": "direct", "head": head, "average": 0.8}

    weights = train_painter(PainterConfig(data=(pictures,), out=tmp_path / "run", **settings))

    first, *_, last = metrics(tmp_path / "run")
    assert last[score] > first[score] + gain
    loaded = load_actor(weights, stroke_type="bezier").actor
    assert (loaded.side, loaded.head, loaded.width) == (32, head, 0.125)


def test_a_run_folder_holds_all_that_a_run_leaves(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], metrics: Metrics
) -> None:
    config = PainterConfig(data=(pictures,), out=tmp_path / "run", updates=2, algorithm="direct", **tiny)

    weights = train_painter(config)

    files = {path.name for path in config.out.iterdir()} - {"tensorboard"}
    left = ["bezier-actor.safetensors", "checkpoint.pt", "config.json", "manifest.json", "metrics.jsonl", "samples.png"]
    assert sorted(files) == left
    assert weights == config.out / "bezier-actor.safetensors"
    written = json.loads((config.out / "config.json").read_text())
    assert written["settings"]["data"] == [str(pictures)]
    assert {**written["settings"], **tiny} == written["settings"]
    # Two held-out pictures, each beside its painting at five stages.
    samples = np.array(Image.open(config.out / "samples.png"))
    assert samples.shape == (2 * 32, 6 * 32, 3)
    assert samples[:, :32].std() > 20
    first, middle, last = metrics(config.out)
    scores = {f"{name}@{strokes}" for name in ("l2", "psnr", "own_l2", "own") for strokes in (20, 50, 100, 200)}
    assert first.keys() == {"update", "minutes"} | scores
    assert middle.keys() == {"update", "minutes", "loss", "gradient"}
    assert last.keys() == first.keys() | middle.keys()


def test_tensorboard_shows_a_whole_run(pictures: Path, tmp_path: Path, tiny: dict[str, Any]) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train_painter(PainterConfig(data=(pictures,), out=tmp_path, updates=2, algorithm="direct", **tiny))

    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("loss")] == [1, 2]
    assert [event.step for event in events.Scalars("psnr@200")] == [0, 2]


CRITIC = {"expected", "critic"}
ADVERSARY = {"real", "fake", "penalty"}


@pytest.mark.usefixtures("brief_scores")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"algorithm": "direct", "precision": "bfloat16"}, {"loss"}),
        ({"reward": "psnr"}, {"loss"} | CRITIC),
        ({"reward": "l2", "head": "average"}, CRITIC),
        ({"reward": "wgan", "head": "average", "renderer": "neural", "canvas": 64}, CRITIC | ADVERSARY),
        ({"reward": "mixed", "discount": 0.9}, {"loss"} | CRITIC | ADVERSARY),
        ({"algorithm": "ddpg-model-free", "warm_start": None, "head": "average"}, CRITIC),
        ({"algorithm": "ddpg", "warm_start": None, "head": "average", "begin": "black"}, CRITIC),
        ({"algorithm": "ddpg-model-free", "warm_start": None, "reward": "wgan", "head": "average"}, CRITIC | ADVERSARY),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_every_way_to_train_runs_and_moves_the_actor(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], metrics: Metrics, changed: dict[str, Any], told: set[str]
) -> None:
    settings = {**tiny, "warm_start": 0.0, "average": 0.0, "learning_rate": 0.1, **changed}
    config = PainterConfig(data=(pictures,), out=tmp_path / "run", updates=3, **settings)
    torch.manual_seed(config.seed)  # as the recipe does before it makes its own
    before = new_actor(BEZIER, width=0.125, side=settings["canvas"], head=settings.get("head", "dense"))

    weights = train_painter(config)

    last = metrics(config.out)[-1]
    assert told <= last.keys()
    assert last.keys() & (CRITIC | ADVERSARY | {"loss"}) == told
    after = load_actor(weights, stroke_type="bezier").actor
    assert after.head == before.head
    moved = (after.conv1.weight - before.conv1.weight).abs().max()
    assert 1e-4 < moved < 0.1


@pytest.mark.usefixtures("brief_scores")
def test_a_critic_joins_in_after_the_warm_start(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], metrics: Metrics
) -> None:
    train_painter(PainterConfig(data=(pictures,), out=tmp_path, updates=4, warm_start=0.5, reward="l2", **tiny))

    assert ["critic" in line for line in metrics(tmp_path)] == [False, False, False, True, True]


@pytest.mark.usefixtures("brief_scores")
def test_a_picture_that_is_broken_is_named_and_the_run_goes_on(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "whole.png").write_bytes((pictures / "train" / "0.png").read_bytes())
    (tmp_path / "more" / "other.png").write_bytes((pictures / "train" / "1.png").read_bytes())
    (tmp_path / "more" / "broken.png").write_bytes((pictures / "train" / "0.png").read_bytes()[:-300])
    config = PainterConfig(
        data=(pictures, tmp_path / "more"), out=tmp_path / "run", updates=1, algorithm="direct", **tiny
    )

    assert train_painter(config).exists()

    lines = capsys.readouterr().out.splitlines()
    (skipped,) = (line for line in lines if line.startswith("skipped "))
    assert skipped.startswith(f"skipped {tmp_path / 'more' / 'broken.png'}: ")
    assert "it is no picture, or cut short" in skipped


# Beginning from weights


@pytest.mark.usefixtures("brief_scores")
@pytest.mark.parametrize("head", ["dense", "average"])
def test_a_compact_file_alone_seeds_a_new_run(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], metrics: Metrics, head: str
) -> None:
    torch.manual_seed(1)
    weights = tmp_path / "seed.safetensors"
    save_actor(new_actor(BEZIER, width=0.125, side=64, head=head), weights, stroke_type="bezier")
    settings = {name: value for name, value in tiny.items() if name not in ("width", "canvas")}
    settings |= {"updates": 1, "algorithm": "direct", "init": weights, "learning_rate": 1e-9}

    after = train_painter(PainterConfig(data=(pictures,), out=tmp_path / "run", **settings))

    seed, grown = (load_actor(path, stroke_type="bezier").actor for path in (weights, after))
    assert (grown.side, grown.head, grown.width) == (64, head, 0.125)
    for name, value in grown.named_parameters():
        torch.testing.assert_close(value, seed.get_parameter(name), rtol=1e-3, atol=1e-6)


@pytest.mark.usefixtures("brief_scores")
def test_the_bundled_weights_are_trained_further(pictures: Path, tmp_path: Path, metrics: Metrics) -> None:
    config = PainterConfig(
        data=(pictures,), out=tmp_path, updates=1, batch=4, envs=4, algorithm="direct",
        init=BUNDLED / "bezier-actor.safetensors",
    )  # fmt: skip

    actor = load_actor(train_painter(config), stroke_type="bezier").actor

    assert actor.side == 64
    assert metrics(tmp_path)[0]["psnr@20"] > 14  # new ones begin with 11


# Going on


@pytest.mark.usefixtures("brief_scores")
def test_a_run_goes_on_elsewhere_longer_and_with_other_pictures(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], metrics: Metrics
) -> None:
    first = PainterConfig(data=(pictures,), out=tmp_path / "run", updates=2, algorithm="direct", device="cpu", **tiny)
    train_painter(first)
    moved = first.out.rename(tmp_path / "moved")
    others = {"updates": 3, "data": (pictures / "val", pictures)}

    weights = train_painter(PainterConfig(data=(), out=moved), resumed=others)

    assert weights == moved / "bezier-actor.safetensors"
    assert not first.out.exists()
    assert [line["update"] for line in metrics(moved)] == [0, 1, 2, 3]
    settings = json.loads((moved / "config.json").read_text())["settings"]
    assert (settings["updates"], settings["width"], settings["out"]) == (3, 0.125, str(moved))
    assert settings["data"] == [str(pictures / "val"), str(pictures)]


@pytest.mark.usefixtures("brief_scores")
def test_a_run_goes_on_where_it_was_begun(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = PainterConfig(data=(pictures,), out=tmp_path, updates=1, algorithm="direct", device="cpu", **tiny)
    train_painter(config)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)  # `auto` would go there
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: pytest.fail(f"it went to {device}"))

    assert train_painter(PainterConfig(data=(), out=tmp_path), resumed={}).exists()


@pytest.mark.usefixtures("brief_scores")
def test_what_cannot_be_gone_on_with_leaves_the_run_as_it_was(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    train_painter(PainterConfig(data=(pictures,), out=run, updates=1, algorithm="direct", **tiny))
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    for changed, error in [
        ({"width": 0.25}, SettingError),
        ({"data": (tmp_path / "none",)}, DataError),
        ({"device": "cuda"}, DeviceError),
        ({"renderer": "neural", "renderer_weights": tmp_path / "none.safetensors"}, CheckpointError),
    ]:
        with pytest.raises(error):
            train_painter(PainterConfig(data=(), out=run), resumed=changed)
        assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


@pytest.mark.usefixtures("brief_scores")
def test_a_loss_that_is_not_finite_stops_the_run_which_goes_on_from_before(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any], metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy, losses = Policy.direct_loss, iter((1.0, 1.0, float("nan")))
    monkeypatch.setattr(Policy, "direct_loss", lambda *given, **named: next(losses) * healthy(*given, **named))
    settings = {**tiny, "log_every": 1000}  # nobody looks before the checkpoint is due
    config = PainterConfig(
        data=(pictures,), out=tmp_path, updates=4, algorithm="direct", checkpoint_minutes=0, **settings
    )

    with pytest.raises(TrainingError, match=r"^Training stopped at update 3: loss is nan; lower --learning-rate, and"):
        train_painter(config)

    monkeypatch.undo()
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["update"] == 2
    assert all(value.isfinite().all() for value in state["learner"]["actor"].values())
    weights = train_painter(PainterConfig(data=(), out=tmp_path), resumed={"learning_rate": 1e-4})
    assert load_actor(weights, stroke_type="bezier").actor.width == 0.125
    assert [line["update"] for line in metrics(tmp_path)] == [0, 1, 2, 3, 4]


# The neural renderer


@pytest.fixture
def few_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.train_renderer, "SCORED", 128)


def narrow(out: Path, **changed: Any) -> RendererConfig:
    settings = {"width": 0.125, "batch": 8, "scores": 1, "log_every": 1, "precision": "float32", **changed}
    return RendererConfig(out=out, **settings)


@pytest.mark.usefixtures("few_scored")
def test_a_renderer_learns_the_exact_brush(tmp_path: Path, metrics: Metrics) -> None:
    weights = train_renderer(narrow(tmp_path, updates=20, learning_rate=5e-3))

    first, *_, final = metrics(tmp_path)
    assert final["mae"] < 0.6 * first["mae"]
    assert final["mse"] < 0.6 * first["mse"]
    assert load_renderer(weights, stroke_type="bezier").renderer.width == 0.125
    files = {path.name for path in tmp_path.iterdir()} - {"tensorboard"}
    assert files == {"bezier-renderer.safetensors", "checkpoint.pt", "config.json", "manifest.json", "metrics.jsonl"}


@pytest.mark.usefixtures("few_scored")
def test_a_renderer_goes_on_with_the_losses_it_would_have_had(
    tmp_path: Path, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_renderer(narrow(tmp_path / "whole", updates=7))
    monkeypatch.setattr(training.train_renderer, "renderer_loss", stopping_after(4))
    with pytest.raises(KeyboardInterrupt):
        train_renderer(narrow(tmp_path / "stopped", updates=7, checkpoint_minutes=0))
    monkeypatch.undo()

    train_renderer(RendererConfig(out=tmp_path / "stopped"), resumed={})

    whole, stopped = (metrics(tmp_path / name) for name in ("whole", "stopped"))
    assert [line["update"] for line in stopped] == list(range(8))
    for line, other in zip(stopped[5:], whole[5:], strict=True):
        assert line["loss"] == pytest.approx(other["loss"], abs=1e-4)


def stopping_after(updates: int) -> Callable[..., torch.Tensor]:
    """A renderer's loss that breaks the run at a later update, as a signal may."""
    losses = iter(range(updates))

    def loss(*arguments: Any, **settings: Any) -> torch.Tensor:
        if next(losses, None) is None:
            raise KeyboardInterrupt
        return renderer_loss(*arguments, **settings)

    return loss


@pytest.mark.usefixtures("few_scored")
def test_a_renderer_begins_with_weights_and_keeps_their_form(tmp_path: Path, metrics: Metrics) -> None:
    first = train_renderer(narrow(tmp_path / "first", updates=10, learning_rate=5e-3))

    second = train_renderer(narrow(tmp_path / "second", updates=1, width=None, init=first, learning_rate=1e-6))

    reached, begun = metrics(tmp_path / "first")[-1], metrics(tmp_path / "second")[0]
    assert begun["mae"] == pytest.approx(reached["mae"], rel=1e-2)  # a file is of half precision
    assert load_renderer(second, stroke_type="bezier").renderer.width == 0.125
    with pytest.raises(SettingError, match=r"Cannot use --width 0.25: bezier-renderer.safetensors has 0.125"):
        train_renderer(narrow(tmp_path / "third", updates=1, width=0.25, init=first))
    assert not (tmp_path / "third").exists()


@pytest.mark.usefixtures("brief_scores")
def test_a_run_leaves_a_manifest_entry_that_its_weights_can_be_shipped_by(
    pictures: Path, tmp_path: Path, tiny: dict[str, Any]
) -> None:
    weights = train_painter(PainterConfig(data=(pictures,), out=tmp_path, updates=2, algorithm="direct", **tiny))

    assert bundled_path("actor", "bezier", tmp_path) == weights  # by its hash
    (entry,) = json.loads((tmp_path / "manifest.json").read_text())["weights"]
    assert entry["updates"] == 2
    assert entry["data"] == pictures.name
    assert "--algorithm direct --updates 2" in entry["recipe"]
    assert entry["scores"].keys() >= {"psnr@20", "own_l2@20"}
