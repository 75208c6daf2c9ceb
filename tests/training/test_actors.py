"""Actors to begin a run with."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.actor import Actor
from core.brushes import BEZIER
from core.errors import CheckpointError, SettingError
from core.weights import LoadedActor, save_actor
from training import actors
from training.actors import new_actor, starting_actor


def emitted(actor: Actor) -> Tensor:
    """[2, k, 13] on two random observations."""
    seen = torch.rand(2, 9, actor.side, actor.side, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        bundle: Tensor = actor.eval()(seen)
    return bundle.reshape(2, -1, 13)


def saved(path: Path, *, head: str = "dense", bundle: int = 5) -> Path:
    torch.manual_seed(0)
    save_actor(new_actor(BEZIER, width=0.125, side=32, head=head, bundle=bundle), path, stroke_type="bezier")
    return path


def from_file(path: Path, **asked: object) -> Actor:
    settings = {"head": None, "width": None, "side": None, "bundle": 5, **asked}
    return starting_actor(BEZIER, init=path, **settings)  # type: ignore[arg-type]


def test_a_new_dense_actors_strokes_are_short_dabs_two_over_each_cell() -> None:
    torch.manual_seed(0)
    strokes = emitted(new_actor(BEZIER, width=0.125, side=32))
    cells = (torch.arange(8) + 0.5) / 8
    middle = (strokes[:, :, 0:2] + strokes[:, :, 4:6]) / 2
    length = (strokes[:, :, 0:2] - strokes[:, :, 4:6]).norm(dim=2)

    assert strokes.shape == (2, 128, 13)
    assert float((middle[:, :, 0] - cells.repeat_interleave(8).repeat(2)).abs().max()) < 1 / 16
    assert float((middle[:, :, 1] - cells.repeat(8).repeat(2)).abs().max()) < 1 / 16
    assert 0.02 < float(length.min()) < float(length.max()) < 0.3
    assert 0.1 < float(strokes[:, :, 6:8].min()) < float(strokes[:, :, 6:8].max()) < 0.5
    assert float(strokes[:, :, 8:10].min()) > 0.85


def test_the_two_strokes_of_a_cell_begin_across_each_other() -> None:
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=32)
    with torch.no_grad():
        actor.emit.weight.zero_()
    first, second = emitted(actor)[0].split(64)
    one, other = (each[:, 4:6] - each[:, 0:2] for each in (first, second))

    assert (one * other)[:, 0].max() < 0 < (one * other)[:, 1].min()
    middle = [27, 28, 35, 36]  # nearer the edge the sigmoid flattens one axis more than the other
    assert float(functional.cosine_similarity(one, other)[middle].abs().max()) < 0.05


def test_a_dense_actors_opacities_never_fall_below_the_floor() -> None:
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=32)
    with torch.no_grad():
        actor.emit.get_parameter("bias").fill_(-100.0)

    strokes = emitted(actor)

    assert strokes[:, :, 8:10].unique().tolist() == pytest.approx([0.6])
    assert float(strokes[:, :, [6, 7, 10, 11, 12]].max()) == 0


def test_a_new_actor_of_the_published_head_emits_the_bundle_asked_for() -> None:
    actor = new_actor(BEZIER, width=0.125, side=32, head="average", bundle=3)

    assert emitted(actor).shape == (2, 3, 13)
    assert (actor.head, actor.bundle, actor.width, actor.side) == ("average", 3, 0.125, 32)


def test_without_a_file_what_is_left_out_is_a_dense_head_of_half_width_at_64() -> None:
    settings = {"init": None, "head": None, "width": None, "side": None, "bundle": 5}
    actor = starting_actor(BEZIER, **settings)  # type: ignore[arg-type]
    asked = starting_actor(BEZIER, **{**settings, "head": "average", "width": 0.125, "side": 96})  # type: ignore[arg-type]

    assert (actor.head, actor.width, actor.side) == ("dense", 0.5, 64)
    assert (asked.head, asked.width, asked.side, asked.bundle) == ("average", 0.125, 96, 5)


def test_a_files_actor_is_ready_to_learn_and_of_the_files_form(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.safetensors")
    torch.manual_seed(0)
    before = new_actor(BEZIER, width=0.125, side=32)

    actor = from_file(path, head="dense", width=0.125, side=32)

    assert (actor.head, actor.width, actor.side) == ("dense", 0.125, 32)
    assert all(parameter.requires_grad for parameter in actor.parameters())
    torch.testing.assert_close(emitted(actor), emitted(before), rtol=0, atol=2e-3)  # kept in half precision


@pytest.mark.parametrize(
    ("asked", "name", "value", "found"),
    [
        ({"head": "average"}, "--head", "average", "dense"),
        ({"width": 0.5}, "--width", 0.5, "0.125"),
        ({"side": 64}, "--canvas", 64, "32"),
    ],
)
def test_what_the_file_is_not_cannot_be_asked_for(
    asked: dict[str, object], name: str, value: object, found: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingError) as caught:
        from_file(saved(tmp_path / "a.safetensors"), **asked)

    assert (caught.value.name, caught.value.value) == (name, value)
    assert caught.value.problem == f"a.safetensors has {found}; leave one of them out"


def test_a_published_heads_bundle_is_the_files_and_a_dense_heads_is_free(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"Cannot use --bundle 5: a.safetensors has 3"):
        from_file(saved(tmp_path / "a.safetensors", head="average", bundle=3))

    assert from_file(tmp_path / "a.safetensors", bundle=3).bundle == 3
    assert from_file(saved(tmp_path / "b.safetensors"), bundle=7).bundle == 128


def test_a_published_checkpoint_is_not_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = LoadedActor(
        actor=Actor(parameters=13, width=0.125), stroke_type="bezier", bgr=True, id="a", path=Path("actor.pkl")
    )
    monkeypatch.setattr(actors, "load_actor", lambda *_, **__: loaded)
    with pytest.raises(CheckpointError, match=r"actor.pkl: the published checkpoints paint but are not trained on"):
        from_file(Path("actor.pkl"))

    monkeypatch.setattr(actors, "load_actor", lambda *_, **__: dataclasses.replace(loaded, bgr=False))
    assert from_file(Path("actor.pkl")) is loaded.actor
