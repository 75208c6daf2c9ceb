"""Weights files: what is written comes back, and whatever is wrong with one is said in plain words."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from core import weights
from core.actor import Actor
from core.brushes import BRUSHES, Brush
from core.errors import CheckpointError, OutputError, SettingError
from core.manifest import bundled_path
from core.renderer import NeuralRenderer
from core.weights import (
    LoadedActor,
    add_to_manifest,
    load_actor,
    load_renderer,
    save_actor,
    save_renderer,
    stroke_type_in,
)
from tests.hostile import Trap

ACTOR_HEADER = {
    "format": "strokewise-weights",
    "version": "1",
    "kind": "actor",
    "stroke_type": "bezier",
    "width": "0.125",
    "head": "average",
    "side": "128",
    "bundle": "5",
    "parameters": "13",
}

RENDERER_HEADER = {
    "format": "strokewise-weights",
    "version": "1",
    "kind": "renderer",
    "stroke_type": "bezier",
    "width": "0.125",
    "inputs": "10",
}


def small_actor(head: str = "average", side: int = 128) -> Actor:
    torch.manual_seed(5)
    actor = Actor(parameters=13, width=1 / 8, head=head, side=side)
    actor.bn1.get_buffer("running_mean").normal_()
    actor.bn1.get_buffer("num_batches_tracked").fill_(100_000)
    return actor


def small_renderer() -> NeuralRenderer:
    torch.manual_seed(6)
    return NeuralRenderer(width=1 / 8)


def header_of(path: Path) -> dict[str, str]:
    with safe_open(path, framework="pt") as file:
        return dict(file.metadata())


@pytest.fixture(scope="module")
def published() -> dict[str, Tensor]:
    """Values of the published form, each tensor one number repeated, which torch stores once: files stay small."""
    form = Actor(parameters=13).state_dict()
    return {key: torch.tensor(rank / 128).to(form[key].dtype).expand_as(form[key]) for rank, key in enumerate(form)}


# Our own files


@pytest.mark.parametrize(("head", "side"), [("average", 128), ("dense", 64)])
def test_an_actor_comes_back_rounded_to_half_precision(tmp_path: Path, head: str, side: int) -> None:
    actor = small_actor(head, side)
    rounded = copy.deepcopy(actor).half().float().eval()
    observation = torch.rand(2, 9, side, side, generator=torch.Generator().manual_seed(8))

    save_actor(actor, tmp_path / "a.safetensors", stroke_type="bezier")
    loaded = load_actor(tmp_path / "a.safetensors", stroke_type="bezier")

    assert (loaded.actor.head, loaded.actor.side, loaded.actor.width) == (head, side, 0.125)
    assert torch.equal(loaded.actor(observation), rounded(observation))


def test_a_renderer_comes_back_rounded_to_half_precision(tmp_path: Path) -> None:
    renderer = small_renderer()
    rounded = copy.deepcopy(renderer).half().float()
    shapes = torch.rand(2, 10, generator=torch.Generator().manual_seed(9))

    save_renderer(renderer, tmp_path / "r.safetensors", stroke_type="bezier")
    loaded = load_renderer(tmp_path / "r.safetensors", stroke_type="bezier")

    assert torch.equal(loaded.renderer(shapes), rounded(shapes))


def test_a_file_states_its_architecture(tmp_path: Path) -> None:
    save_actor(small_actor(), tmp_path / "a.safetensors", stroke_type="bezier")
    save_renderer(small_renderer(), tmp_path / "r.safetensors", stroke_type="bezier")

    assert header_of(tmp_path / "a.safetensors") == ACTOR_HEADER
    assert header_of(tmp_path / "r.safetensors") == RENDERER_HEADER


def test_a_file_holds_half_precision_and_whole_counters(tmp_path: Path) -> None:
    save_actor(small_actor(), tmp_path / "a.safetensors", stroke_type="bezier")

    values = load_file(tmp_path / "a.safetensors")

    assert values["conv1.weight"].dtype == torch.float16
    assert values["bn1.running_var"].dtype == torch.float16
    assert values["bn1.num_batches_tracked"].dtype == torch.int64
    assert values["bn1.num_batches_tracked"] == 100_000


def test_the_same_network_makes_the_same_file_and_so_the_same_id(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        save_actor(small_actor(), tmp_path / f"{name}.safetensors", stroke_type="bezier")

    assert len({(tmp_path / f"{name}.safetensors").read_bytes() for name in ("a", "b", "c")}) == 1


def test_a_loaded_actor_is_ready_to_paint(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_actor(small_actor(), path, stroke_type="bezier")

    loaded = load_actor(path, stroke_type="bezier")

    assert not any(module.training for module in loaded.actor.modules())
    assert {(one.dtype, one.device.type, one.requires_grad) for one in loaded.actor.parameters()} == {
        (torch.float32, "cpu", False)
    }
    assert (loaded.stroke_type, loaded.bgr, loaded.path) == ("bezier", False, path)
    assert loaded.id == "a.safetensors@" + hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def test_saving_and_loading_leave_the_network_and_the_random_generator_alone(tmp_path: Path) -> None:
    actor = small_actor()
    before, state = copy.deepcopy(actor.state_dict()), torch.get_rng_state()

    save_actor(actor, tmp_path / "a.safetensors", stroke_type="bezier")
    load_actor(tmp_path / "a.safetensors", stroke_type="bezier")

    assert all(torch.equal(value, before[key]) for key, value in actor.state_dict().items())
    assert actor.conv1.weight.dtype == torch.float32
    assert actor.conv1.weight.requires_grad
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("value", [65520.0, float("nan"), float("-inf")])
def test_a_value_beyond_half_precision_is_refused_and_the_old_file_stays(tmp_path: Path, value: float) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"the old file")
    actor = small_actor()
    actor.bn1.get_buffer("running_var")[3] = value

    with pytest.raises(OutputError, match=r"bn1\.running_var holds a value that is not finite or exceeds"):
        save_actor(actor, path, stroke_type="bezier")

    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == ["a.safetensors"]


def test_a_network_of_other_strokes_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bezier strokes take 13 parameters, this network has 7"):
        save_actor(Actor(parameters=7, width=1 / 8), tmp_path / "a.safetensors", stroke_type="bezier")
    with pytest.raises(ValueError, match="bezier strokes take 10 inputs, this network has 7"):
        save_renderer(NeuralRenderer(inputs=7, width=1 / 8), tmp_path / "r.safetensors", stroke_type="bezier")
    assert os.listdir(tmp_path) == []


def test_an_unknown_stroke_type_is_a_setting_error(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="squiggle"):
        save_actor(small_actor(), tmp_path / "a.safetensors", stroke_type="squiggle")
    with pytest.raises(SettingError, match="squiggle"):
        load_actor(None, stroke_type="squiggle", folder=tmp_path)


# Files that are no weights


@pytest.mark.parametrize("name", ["a.safetensors", "actor.pkl"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "there is no such file; check"),
        (lambda path: path.mkdir(), "it is a folder; choose"),
        (lambda path: path.touch(), "the file is empty; download"),
        (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"), "damaged.*; download"),
        (lambda path: path.write_bytes(bytes(range(256)) * 64), "damaged.*; download"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(400)), "damaged.*; download"),
    ],
    ids=["missing", "folder", "empty", "text", "bytes", "broken zip"],
)
def test_what_is_no_weights_file_is_refused(
    tmp_path: Path, name: str, make: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / name
    make(path)

    for load in (load_actor, load_renderer):
        with pytest.raises(CheckpointError, match=words) as caught:
            load(path, stroke_type="bezier")
        assert caught.value.path == path


def test_a_file_cut_short_is_refused(tmp_path: Path, published: dict[str, Tensor]) -> None:
    ours, theirs = tmp_path / "a.safetensors", tmp_path / "actor.pkl"
    save_actor(small_actor(), ours, stroke_type="bezier")
    torch.save(published, theirs)

    for path in (ours, theirs):
        path.write_bytes(path.read_bytes()[:-1000])
        with pytest.raises(CheckpointError, match="damaged"):
            load_actor(path, stroke_type="bezier")


def test_a_file_past_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "actor.pkl"
    with path.open("wb") as file:
        file.truncate(2**30 + 1)  # sparse: takes no room

    with pytest.raises(CheckpointError, match="it has 1073741825 bytes, and weights have 1073741824 at most"):
        load_actor(path, stroke_type="bezier")


def test_what_the_system_cannot_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "actor.pkl"
    path.write_bytes(b"secret")

    def denied(_: Path) -> bytes:  # permissions do not bind the super-user, who may run this
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)

    with pytest.raises(CheckpointError, match=r"it cannot be read \(Permission denied\); check its permissions"):
        load_actor(path, stroke_type="bezier")


# Published checkpoints


@pytest.mark.parametrize("form", ["pickle", "zip", "legacy"])
def test_code_in_place_of_weights_is_refused_and_never_run(tmp_path: Path, form: str) -> None:
    path, canary = tmp_path / "actor.pkl", tmp_path / "canary"
    if form == "pickle":
        path.write_bytes(pickle.dumps(Trap(canary)))
    else:
        values = {"conv1.weight": Trap(canary)}
        torch.save(values, path, _use_new_zipfile_serialization=form == "zip")

    with pytest.raises(CheckpointError, match=r"holds more than tensors \(code, which was not run\); download"):
        load_actor(path, stroke_type="bezier")

    assert not canary.exists()
    with path.open("rb") as file:  # the trap is live: trust would have sprung it
        if form == "pickle":
            pickle.load(file)
        else:
            torch.load(file, weights_only=False)
    assert canary.exists()


@pytest.mark.parametrize("suffix", [".pkl", ".pth", ".pt", ".PKL"])
def test_a_published_actor_loads_whatever_its_suffix(tmp_path: Path, published: dict[str, Tensor], suffix: str) -> None:
    path = tmp_path / f"actor{suffix}"
    torch.save(published, path)

    loaded = load_actor(path, stroke_type="bezier")

    assert path.stat().st_size < 100_000
    assert loaded.bgr is True
    assert loaded.id == path.name + "@" + hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert torch.equal(loaded.actor.fc.weight, published["fc.weight"])


def test_a_prefix_of_data_parallel_training_is_stripped(tmp_path: Path, published: dict[str, Tensor]) -> None:
    torch.save({f"module.{key}": value for key, value in published.items()}, tmp_path / "actor.pkl")

    loaded = load_actor(tmp_path / "actor.pkl", stroke_type="bezier")

    assert torch.equal(loaded.actor.fc.weight, published["fc.weight"])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_published_values_in_half_precision_load_as_float32(
    tmp_path: Path, published: dict[str, Tensor], dtype: torch.dtype
) -> None:
    halved = {key: value.to(dtype) if value.is_floating_point() else value for key, value in published.items()}
    torch.save(halved, tmp_path / "actor.pkl")

    weight = load_actor(tmp_path / "actor.pkl", stroke_type="bezier").actor.fc.weight

    assert weight.dtype == torch.float32
    assert torch.equal(weight, published["fc.weight"].to(dtype).float())


def without(key: str) -> Callable[[dict[str, Tensor]], object]:
    return lambda values: {name: value for name, value in values.items() if name != key}


def with_entry(key: object, value: object) -> Callable[[dict[str, Tensor]], object]:
    return lambda values: dict([*values.items(), (key, value)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("layer2.0.shortcut.0.weight"), "layer2.0.shortcut.0.weight is missing, so this is another network"),
        (with_entry("critic.weight", torch.zeros(1)), "critic.weight is unexpected, so this is another network"),
        (with_entry("fc.weight", torch.zeros(65, 256)), "fc.weight should have shape (65, 512) and has (65, 256)"),
        (with_entry("fc.bias", torch.zeros(65).double()), "or torch.bfloat16 and is torch.float64"),
        (with_entry("bn1.num_batches_tracked", torch.tensor(1.0)), "should be torch.int64 and is torch.float32"),
        (with_entry("fc.bias", torch.zeros(65).to_sparse()), "is torch.float32 (torch.sparse_coo, cpu)"),
        (with_entry("fc.bias", torch.zeros(65, device="meta")), "is torch.float32 (torch.strided, meta)"),
        (with_entry("fc.bias", torch.full((65,), float("nan"))), "fc.bias holds a value that is not finite"),
        (with_entry("fc.bias", torch.full((65,), float("inf"))), "fc.bias holds a value that is not finite"),
        (with_entry("epoch", 7), "its entry 'epoch' is no named tensor; save only"),
        (with_entry(7, torch.zeros(1)), "its entry 7 is no named tensor; save only"),
        (lambda values: {"state_dict": values}, "its entry 'state_dict' is no named tensor; save only"),
        (lambda values: values["fc.weight"], "it holds no dictionary of tensors; save"),
        (lambda values: {}, "it holds no dictionary of tensors; save"),
    ],
)
def test_another_network_than_the_published_is_refused(
    tmp_path: Path, published: dict[str, Tensor], change: Callable[[dict[str, Tensor]], object], words: str
) -> None:
    torch.save(change(published), tmp_path / "actor.pkl")

    with pytest.raises(CheckpointError, match=re.escape(words)):
        load_actor(tmp_path / "actor.pkl", stroke_type="bezier")


def test_the_published_actor_is_not_taken_for_a_renderer(tmp_path: Path, published: dict[str, Tensor]) -> None:
    torch.save(published, tmp_path / "actor.pkl")

    with pytest.raises(CheckpointError, match=r"fc1\.weight is missing.*; choose weights of the renderer"):
        load_renderer(tmp_path / "actor.pkl", stroke_type="bezier")


# Our files with another architecture, kind or version


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"format": "another"}, "weights of some other program; choose one that Strokewise wrote"),
        ({"kind": "critic"}, "weights of some other program"),
        ({"version": "3"}, "of version 3, and this program reads 2 and those before; update Strokewise"),
        ({"kind": "renderer"}, "it is the renderer; choose weights of the actor"),
        ({"stroke_type": "triangle"}, "trained on triangle strokes; choose weights for bezier strokes"),
        ({"parameters": "10"}, "no actor that this program can build .bezier strokes take 13 parameters.*; update"),
        ({"head": "attention"}, "no actor that this program can build .head is one of average, dense"),
        ({"width": "1000000"}, "width 1000000 is outside"),
        ({"width": "nan"}, "width nan is outside"),
        ({"width": "wide"}, "could not convert string to float: 'wide'"),
        ({"side": "100"}, "an observation's side is a multiple of 32, got 100"),
        ({"bundle": "0"}, "bundle 0 is outside"),
        ({"width": "0.25"}, r"conv1\.weight should have shape \(16, 9, 3, 3\) and has \(8, 9, 3, 3\)"),
        ({"head": "dense"}, "a dense head emits a multiple of 64 strokes, not 5"),
        ({"head": "dense", "bundle": "64"}, "offset is missing, so this is another network"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, entries: dict[str, str], words: str) -> None:
    path = tmp_path / "a.safetensors"
    save_file(small_actor().half().state_dict(), path, metadata={**ACTOR_HEADER, **entries})

    with pytest.raises(CheckpointError, match=words):
        load_actor(path, stroke_type="bezier")


def test_a_header_that_leaves_something_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for name in ACTOR_HEADER:
        header = {key: value for key, value in ACTOR_HEADER.items() if key != name}
        save_file(small_actor().half().state_dict(), path, metadata=header)
        with pytest.raises(CheckpointError):
            load_actor(path, stroke_type="bezier")


def test_safetensors_without_a_header_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(small_actor().state_dict(), path)

    with pytest.raises(CheckpointError, match="weights of some other program"):
        load_actor(path, stroke_type="bezier")


def test_a_renderer_of_ours_is_not_taken_for_an_actor(tmp_path: Path) -> None:
    save_renderer(small_renderer(), tmp_path / "r.safetensors", stroke_type="bezier")

    with pytest.raises(CheckpointError, match="it is the renderer; choose weights of the actor instead"):
        load_actor(tmp_path / "r.safetensors", stroke_type="bezier")


# The bundled weights and their manifest


def bundle_actor(folder: Path, name: str = "bezier-actor.safetensors") -> Path:
    path = folder / name
    save_actor(small_actor(), path, stroke_type="bezier")
    add_to_manifest(
        path,
        data="photographs",
        recipe="python main.py train painter",
        updates=123,
        hours=1.5,
        hardware="one H100",
        scores={"psnr_db": 25.0},
    )
    return path


def bundle_renderer(folder: Path) -> Path:
    path = folder / "bezier-renderer.safetensors"
    save_renderer(small_renderer(), path, stroke_type="bezier")
    add_to_manifest(path, data="random strokes", recipe="r", updates=1, hours=0.1, hardware="h", scores={})
    return path


def test_the_manifest_says_where_weights_come_from(tmp_path: Path) -> None:
    path = bundle_actor(tmp_path)

    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8")) == {
        "version": 1,
        "weights": [
            {
                "file": "bezier-actor.safetensors",
                "kind": "actor",
                "stroke_type": "bezier",
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "data": "photographs",
                "recipe": "python main.py train painter",
                "updates": 123,
                "hours": 1.5,
                "hardware": "one H100",
                "scores": {"psnr_db": 25.0},
            }
        ],
    }


def test_no_source_means_the_bundled_weights(tmp_path: Path) -> None:
    actor_path, renderer_path = bundle_actor(tmp_path), bundle_renderer(tmp_path)

    actor = load_actor(None, stroke_type="bezier", folder=tmp_path)
    renderer = load_renderer(None, stroke_type="bezier", folder=tmp_path)

    assert isinstance(actor, LoadedActor)
    assert (actor.path, renderer.path) == (actor_path, renderer_path)
    assert bundled_path("actor", "bezier", tmp_path) == actor_path


def test_a_newer_actor_takes_the_place_of_the_older_in_the_manifest(tmp_path: Path) -> None:
    bundle_actor(tmp_path, "old.safetensors")
    bundle_renderer(tmp_path)
    bundle_actor(tmp_path, "new.safetensors")

    listed = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["weights"]

    assert [entry["file"] for entry in listed] == ["bezier-renderer.safetensors", "new.safetensors"]


def test_bundled_weights_that_changed_are_refused(tmp_path: Path) -> None:
    path = bundle_actor(tmp_path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    with pytest.raises(CheckpointError, match="not the file that came with this program; reinstall Strokewise"):
        load_actor(None, stroke_type="bezier", folder=tmp_path)


def test_a_copy_without_bundled_weights_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no actor for bezier strokes; reinstall Strokewise or choose"):
        load_actor(None, stroke_type="bezier", folder=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"version": 2, "weights": []}',
        '{"version": 1, "weights": 5}',
        '{"version": 1, "weights": [5]}',
        '{"version": 1, "weights": [{"file": "a", "kind": "actor", "stroke_type": "bezier"}]}',
        '{"version": 1, "weights": [{"file": 1, "kind": "actor", "stroke_type": "bezier", "sha256": "0"}]}',
    ],
)
def test_a_damaged_manifest_is_a_checkpoint_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")

    with pytest.raises(CheckpointError, match=r"damaged or of another version .*; reinstall Strokewise"):
        load_actor(None, stroke_type="bezier", folder=tmp_path)


def test_only_weights_that_load_enter_the_manifest(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    values = small_actor().half().state_dict()
    values["fc.bias"][0] = float("nan")
    save_file(values, path, metadata=ACTOR_HEADER)

    with pytest.raises(CheckpointError, match=r"fc\.bias holds a value that is not finite"):
        add_to_manifest(path, data="d", recipe="r", updates=1, hours=1.0, hardware="h", scores={})

    assert not (tmp_path / "manifest.json").exists()


def test_the_bundled_folder_is_the_projects_own() -> None:
    root = Path(__file__).parents[2]

    assert root / "resources" / "weights" == weights.BUNDLED


@pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)
def test_a_file_of_ours_says_which_stroke_type_it_is_of(tmp_path: Path, brush: Brush) -> None:
    torch.manual_seed(5)
    save_actor(Actor(parameters=brush.size, width=1 / 8), tmp_path / "a.safetensors", stroke_type=brush.name)
    renderer = NeuralRenderer(inputs=brush.size - 3, width=1 / 8)
    save_renderer(renderer, tmp_path / "r.safetensors", stroke_type=brush.name)

    assert stroke_type_in(tmp_path / "a.safetensors") == brush.name
    assert stroke_type_in(tmp_path / "r.safetensors") == brush.name


@pytest.mark.parametrize("name", ["actor.pkl", "actor.PKL"])
def test_a_published_file_is_of_bezier_strokes_whatever_is_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not looked into")

    assert stroke_type_in(tmp_path / name) == "bezier"


def test_a_file_that_is_missing_or_of_no_known_type_has_no_stroke_type(tmp_path: Path) -> None:
    save_file(small_actor().half().state_dict(), tmp_path / "a.safetensors", metadata={"format": "another"})

    for name in ("a.safetensors", "missing.safetensors"):
        with pytest.raises(CheckpointError, match=name):
            stroke_type_in(tmp_path / name)
