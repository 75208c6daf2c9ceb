"""Weights of a run become those that come with the program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

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


def test_the_command_says_what_was_replaced_and_how_good_both_were(
    trained: Path, bundled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle(trained, bundled)
    add_to_manifest(
        path, data="d", recipe="r", updates=24026, hours=1, hardware="h", scores={"l2@5": 1, "psnr@5": 26.7}
    )
    run(["bundle", "--weights", str(trained), "--into", str(bundled)], program="train")

    assert capsys.readouterr().out.splitlines() == [
        "replaced circle-actor.safetensors, 24,026 updates, 26.70 dB after 5 strokes, "
        "by one of 7 updates, 20.50 dB after 200 strokes",
        str(path),
    ]


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({}, "without a score"),
        ({"updates": 3, "scores": {"mse": 0.0027, "mae": 0.01}}, "3 updates, mean squared error 0.00270"),
        ({"updates": 0, "scores": {"own@200": 9.5}}, "0 updates, 9.50 dB after 200 strokes in its own colours"),
        ({"updates": "many", "scores": [1]}, "without a score"),
    ],
)
def test_whatever_a_replaced_entry_says_is_told(
    about: dict[str, object], told: str, trained: Path, bundled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {"file": "a.safetensors", "kind": "actor", "stroke_type": "circle", "sha256": "0", **about}
    (bundled / "manifest.json").write_text(json.dumps({"version": 1, "weights": [old]}))

    run(["bundle", "--weights", str(trained), "--into", str(bundled)], program="train")

    assert f"replaced a.safetensors, {told}, by one of 7 updates" in capsys.readouterr().out


def test_in_eight_bits_they_take_half_the_bytes_and_stay_within_half_a_step(trained: Path, bundled: Path) -> None:
    path = bundle(trained, bundled, eight_bits=True)

    whole = load_actor(trained, stroke_type="circle").actor.state_dict()
    small = load_actor(None, stroke_type="circle", folder=bundled).actor.state_dict()
    assert path.stat().st_size < 0.6 * trained.stat().st_size
    for key, tensor in whole.items():
        if tensor.dim() < 2 or tensor.numel() < 4096:
            assert torch.equal(small[key], tensor)
            continue
        rows, packed = tensor.flatten(1), small[key].flatten(1)
        step = rows.abs().amax(1, keepdim=True) / 127
        assert bool(((packed - rows).abs() <= step * 0.5001).all())
        assert not torch.equal(packed, rows)


def test_bundling_again_in_eight_bits_changes_nothing(trained: Path, bundled: Path) -> None:
    once = bundle(trained, bundled, eight_bits=True).read_bytes()

    assert bundle(bundled / trained.name, bundled, eight_bits=True).read_bytes() == once


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors: tensors.update({"conv1.weight.scale": torch.ones(3)}), "do not fit together"),
        (lambda tensors: tensors.update({"layer4.0.conv2.weight.scale": torch.ones(3)}), "do not fit together"),
        (lambda tensors: tensors["layer4.0.conv2.weight.scale"].fill_(torch.nan), "not finite"),
        (lambda tensors: tensors.pop("layer4.0.conv2.weight.scale"), "should be torch.float32"),
        (lambda tensors: tensors.update({"more.scale": torch.ones(3)}), "is the scale of nothing"),
    ],
)
def test_scales_that_do_not_fit_are_refused(
    trained: Path, bundled: Path, change: Callable[[dict[str, torch.Tensor]], object], message: str
) -> None:
    path = bundle(trained, bundled, eight_bits=True)
    with safe_open(path, "pt") as file:
        header = file.metadata()
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, bundled / "damaged.safetensors", metadata=header)

    with pytest.raises(CheckpointError, match=message):
        load_actor(bundled / "damaged.safetensors", stroke_type="circle")


def test_a_version_to_come_is_refused(trained: Path, bundled: Path) -> None:
    tensors = load_file(trained)
    header = {"format": "strokewise-weights", "version": "3", "kind": "actor", "stroke_type": "circle"}
    save_file(tensors, bundled / "later.safetensors", metadata=header)

    with pytest.raises(CheckpointError, match="it is of version 3, and this program reads 2 and those before"):
        load_actor(bundled / "later.safetensors", stroke_type="circle")


def test_nothing_is_replaced_where_the_story_is_incomplete(trained: Path, bundled: Path) -> None:
    before = bundle(trained, bundled).read_bytes()
    torch.manual_seed(1)
    save_actor(new_actor(CIRCLE, width=0.125, side=32), trained, stroke_type="circle")
    add_to_manifest(trained, data="d", recipe="r", updates=1, hours=0.5, hardware="h", scores={})
    manifest = json.loads((trained.parent / "manifest.json").read_text())
    del manifest["weights"][0]["hours"]
    (trained.parent / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(CheckpointError, match="says nothing of 'hours'"):
        bundle(trained, bundled)
    assert (bundled / trained.name).read_bytes() == before
    assert load_actor(None, stroke_type="circle", folder=bundled).path.name == trained.name


def test_a_file_of_another_name_takes_its_predecessor_away(trained: Path, bundled: Path) -> None:
    bundle(trained, bundled)
    torch.manual_seed(1)
    renamed = trained.with_name("round.safetensors")
    save_actor(new_actor(CIRCLE, width=0.125, side=32), renamed, stroke_type="circle")
    add_to_manifest(renamed, data="d", recipe="r", updates=1, hours=0.5, hardware="h", scores={})

    bundle(renamed, bundled)

    assert sorted(path.name for path in bundled.iterdir()) == ["manifest.json", "round.safetensors"]
