"""Weights of a run become those that come with the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core.brushes import CIRCLE
from core.errors import CheckpointError
from core.weights import add_to_manifest, bundle, load_actor, save_actor
from training.actors import new_actor
from training.command import run


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "run" / "circle-actor.safetensors"
    path.parent.mkdir()
    save_actor(new_actor(CIRCLE, width=0.125, side=32), path, stroke_type="circle")
    add_to_manifest(path, data="d", recipe="r", updates=7, hours=0.5, hardware="h", scores={"psnr@200": 20.5})
    return path


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    return folder


def test_they_paint_and_keep_their_story(trained: Path, bundled: Path) -> None:
    path = bundle(trained, bundled)

    assert load_actor(None, stroke_type="circle", folder=bundled).path == path
    own, copied = (json.loads((folder / "manifest.json").read_text()) for folder in (trained.parent, bundled))
    assert copied == own


def test_they_take_the_place_of_those_before(trained: Path, bundled: Path) -> None:
    bundle(trained, bundled)
    torch.manual_seed(1)
    save_actor(new_actor(CIRCLE, width=0.125, side=32), trained, stroke_type="circle")
    add_to_manifest(trained, data="d", recipe="again", updates=8, hours=0.5, hardware="h", scores={})
    bundle(trained, bundled)

    (entry,) = json.loads((bundled / "manifest.json").read_text())["weights"]
    assert entry["recipe"] == "again"
    assert load_actor(None, stroke_type="circle", folder=bundled).id.startswith("circle-actor.safetensors@")


@pytest.mark.parametrize("damage", ["other", "no manifest"])
def test_weights_whose_story_is_not_theirs_are_refused(trained: Path, bundled: Path, damage: str) -> None:
    if damage == "other":
        save_actor(new_actor(CIRCLE, width=0.125, side=64), trained, stroke_type="circle")
    else:
        (trained.parent / "manifest.json").unlink()

    with pytest.raises(CheckpointError, match=r"the manifest\.json beside it does not list it as it is"):
        bundle(trained, bundled)
    assert list(bundled.iterdir()) == []


def test_the_command_says_where_they_lie(trained: Path, bundled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["bundle", "--weights", str(trained), "--into", str(bundled)], program="train")

    assert capsys.readouterr().out.split() == [str(bundled / "circle-actor.safetensors")]
