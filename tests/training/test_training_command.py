"""The training commands: what goes wrong is told in one line with exit code 2, and nothing is lost by it."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import core.files
import training.evaluate
import training.learner
import training.train_renderer
from core.brushes import BEZIER
from core.weights import save_actor
from training.__main__ import main
from training.actors import new_actor
from training.datasets import load_pictures
from training.train_painter import PainterConfig, train_painter

Metrics = Callable[[Path], list[dict[str, float]]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of things that are no pictures, and weights good and bad."""
    desk = tmp_path_factory.mktemp("desk")
    for name in ("empty", "texts", "lone", "many"):
        (desk / name).mkdir()
    for name in ("a.txt", "b.png"):
        (desk / "texts" / name).write_text("Dear diary")
    torch.manual_seed(0)
    save_actor(new_actor(BEZIER, width=0.125, side=32), desk / "dense.safetensors", stroke_type="bezier")
    save_actor(new_actor(BEZIER, width=0.125, side=96), desk / "96.safetensors", stroke_type="bezier")
    (desk / "text.safetensors").write_text("Dear diary")
    return desk


@pytest.fixture(scope="module")
def begun(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two updates."""
    run = tmp_path_factory.mktemp("begun")
    tiny = {"width": 0.125, "canvas": 32, "batch": 8, "envs": 16, "episode_steps": 6, "log_every": 1, "scores": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.evaluate, "STROKES", (20,))
        train_painter(PainterConfig(data=(pictures,), out=run, updates=2, algorithm="direct", **tiny))
    return run


@pytest.fixture
def trained(begun: Path, tmp_path: Path, brief_scores: None) -> Path:
    """The same in a folder of this test's own."""
    return Path(shutil.copytree(begun, tmp_path / "run"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_refused(code: int, capsys: pytest.CaptureFixture[str], words: str) -> None:
    err = capsys.readouterr().err
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert words in err


# Help


def test_help_is_shown_at_every_level(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in [
        (["--help"], "Train the networks from your own pictures"),
        (["painter", "--help"], "--critic-learning-rate"),
        (["renderer", "-h"], "--bce-weight"),
        (["pack", "--help"], "--short-side"),
    ]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert words in capsys.readouterr().out


# Refusals before there is a run


PAINTER = "painter --data {pictures} --out {tmp}/run "
FREE = PAINTER + "--algorithm ddpg-model-free "


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "The following arguments are required: COMMAND. See python -m training --help"),
        ("actor", "invalid choice: 'actor' (choose from 'painter', 'renderer', 'pack', 'bundle', 'experiment')"),
        ("--resume painter", "required: COMMAND"),
        ("painter", "--data is missing; see --help"),
        ("painter --data {pictures}", "--out is missing; see --help"),
        (PAINTER + "--colour red", "Unrecognized arguments: --colour red. See python -m training painter --help"),
        (PAINTER + "--warm 0.5", "Unrecognized arguments: --warm 0.5"),
        (PAINTER + "more", "Unrecognized arguments: more"),
        (PAINTER + "--batch", "Argument --batch: expected one argument"),
        (PAINTER + "--batch two", "Argument --batch: invalid int value: 'two'"),
        (PAINTER + "--batch 0", "Cannot use --batch 0: it must be at least 2"),
        (PAINTER + "--batch 48", "Cannot use --envs 512: it must be a multiple of --batch, 48"),
        (PAINTER + "--envs 100", "Cannot use --envs 100: it must be a multiple of --batch, 32"),
        (PAINTER + "--replay 16", "Cannot use --replay 16: it must hold a --batch, 32"),
        (PAINTER + "--minutes nan", "Cannot use --minutes nan: give a finite number"),
        (PAINTER + "--minutes 0", "Cannot use --minutes 0.0: it must be above 0"),
        (PAINTER + "--learning-rate inf", "Cannot use --learning-rate inf: give a finite number"),
        (PAINTER + "--discount=-nan", "Cannot use --discount nan: give a finite number"),
        (PAINTER + "--canvas 50", "Cannot use --canvas 50: it must be a multiple of 32"),
        (PAINTER + "--canvas 0", "Cannot use --canvas 0: it must be at least 32"),
        (PAINTER + "--seed -1", "Cannot use --seed -1: it must be at least 0"),
        (PAINTER + "--algorithm ppo", "Cannot use --algorithm ppo: choose one of direct, ddpg-model-based, ddpg-mod"),
        (PAINTER + "--stroke-type oil", "Cannot use stroke type oil: choose one of bezier"),
        (PAINTER + "--device tpu", "Cannot use --device tpu: choose one of auto, cpu, cuda"),
        (PAINTER + "--device cuda", "Cannot use device cuda: this machine, or this build of torch, has no CUDA"),
        (PAINTER + "--renderer neural --canvas 96", "--renderer neural: of its 128 pixels 96 is no whole part"),
        (PAINTER + "--renderer neural --init {desk}/96.safetensors", "of its 128 pixels 96 is no whole part"),
        (PAINTER + "--renderer neural --renderer-weights {desk}/dense.safetensors", "it is the actor; choose weights"),
        (FREE + "--reward l2 --head dense", "Cannot use --head dense: a model-free critic needs --head average"),
        (
            FREE + "--reward l2 --init {desk}/dense.safetensors",
            "Cannot use --head dense: a model-free critic needs --head average",
        ),
        (FREE + "--reward psnr --head average", "Cannot use --reward psnr: a model-free critic knows l2 and wgan"),
        (FREE + "--direct-weight 1", "Cannot use --direct-weight 1.0: a model-free actor knows nothing of pixels"),
        (PAINTER + "--init {desk}/none.safetensors", "none.safetensors: there is no such file"),
        (PAINTER + "--init {desk}/text.safetensors", "text.safetensors: it is no readable .safetensors file"),
        (PAINTER + "--init {desk}/dense.safetensors --width 0.5", "--width 0.5: dense.safetensors has 0.125; leave"),
        (PAINTER + "--init {desk}/dense.safetensors --head average", "--head average: dense.safetensors has dense"),
        (PAINTER + "--init {desk}/dense.safetensors --canvas 64", "--canvas 64: dense.safetensors has 32; leave one"),
        (PAINTER + "--resume", "run: it holds no run to go on with; leave --resume out"),
        ("painter --out {desk}/empty --resume", "empty: it holds no run to go on with; leave --resume out"),
        ("painter --data {desk}/none --out {tmp}/run", "Cannot train on {desk}/none: there is no such file or folder"),
        (
            "painter --data {desk}/empty --out {tmp}/run",
            "Cannot train on {desk}/empty: there are no pictures in it; give a folder",
        ),
        (
            "painter --data {desk}/texts --out {tmp}/run",
            "Cannot train on {desk}/texts: there are no pictures to train on (1 cannot be",
        ),
        (
            "painter --data {desk}/text.safetensors --out {tmp}/run",
            "Cannot train on {desk}/text.safetensors: it is no packed cache",
        ),
        ("painter --data {pictures} --out {desk}/texts/a.txt", "a.txt: a file has that name"),
        ("painter --data {pictures} --out {desk}/texts/a.txt/run", "a part of its path is a file, not a folder"),
        ("renderer --out {tmp}/run --width 8", "Cannot use --width 8.0: it must be at most 4"),
        ("renderer --out {tmp}/run --data {pictures}", "Unrecognized arguments: --data"),
        ("renderer --out {tmp}/run --stroke-type oil", "Cannot use stroke type oil"),
        ("renderer --out {tmp}/run --init {desk}/dense.safetensors", "it is the actor; choose weights of the renderer"),
        ("renderer --out {desk}/texts/a.txt/run", "a part of its path is a file, not a folder"),
        ("renderer --out {desk}/empty --resume", "it holds no run to go on with"),
        ("pack --data {pictures} --out {tmp}/a.zip", "a.zip: packed pictures are known by their suffix"),
        (
            "pack --data {desk}/empty --out {tmp}/a.safetensors",
            "Cannot train on {desk}/empty: there are no pictures in it; give a folder",
        ),
        ("pack --data {pictures} --out {tmp}/none/a.safetensors", "its folder does not exist; create the folder"),
    ],
)
def test_what_cannot_be_trained_is_told_and_leaves_nothing(
    pictures: Path,
    desk: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    words: str,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    before = contents(desk)

    code = main(arguments.format(pictures=pictures, desk=desk, tmp=tmp_path).split())

    assert_refused(code, capsys, words.format(desk=desk))
    assert os.listdir(tmp_path) == []
    assert contents(desk) == before


# Refusals where there is one


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--data {pictures}", "run: it holds another run; choose a new folder, or go on with --resume"),
        ("--resume --width 0.25", "Cannot use --width 0.25: the run was begun with 0.125; leave it out, or begin a"),
        ("--resume --canvas 64", "Cannot use --canvas 64: the run was begun with 32"),
        ("--resume --algorithm ddpg-model-based", "--algorithm ddpg-model-based: the run was begun with direct"),
        ("--resume --batch 16", "Cannot use --batch 16: the run was begun with 8"),
        ("--resume --seed 1", "Cannot use --seed 1: the run was begun with 0"),
        ("--resume --updates -1", "Cannot use --updates -1: it must be at least 0"),
        ("--resume --learning-rate nan", "Cannot use --learning-rate nan: give a finite number"),
        ("--resume --data {pictures}/none", "Cannot train on {pictures}/none: there is no such file or folder"),
        ("--resume --device cuda", "Cannot use device cuda: this machine, or this build of torch, has no CUDA"),
    ],
)
def test_what_a_run_cannot_go_on_with_is_told_and_leaves_it_as_it_was(
    pictures: Path,
    trained: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    words: str,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    before = contents(trained)

    code = main(["painter", "--out", str(trained), *arguments.format(pictures=pictures).split()])

    assert_refused(code, capsys, words.format(pictures=pictures))
    assert contents(trained) == before


def test_damaged_files_of_a_run_are_told_and_left_as_they_are(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, checkpoint = ((trained / name).read_bytes() for name in ("config.json", "checkpoint.pt"))
    state = torch.load(trained / "checkpoint.pt", weights_only=True)
    state["learner"]["actor"].popitem()
    torch.save(state, tmp_path / "other.pt")
    for name, content, words in [
        ("config.json", config[: len(config) // 2], "config.json: it is damaged or of another version"),
        ("config.json", b"", "config.json: it is damaged or of another version"),
        ("config.json", config.replace(b'"reward"', b'"award"'), "a setting “award” that this version does not know"),
        (
            "config.json",
            config.replace(b'"canvas": 32', b'"canvas": 64'),
            "checkpoint.pt: it is damaged, or not of the run",
        ),
        ("checkpoint.pt", checkpoint[: len(checkpoint) // 2], "checkpoint.pt: it is damaged; begin anew with --init"),
        ("checkpoint.pt", b"", "checkpoint.pt: it is damaged; begin anew with --init and the weights beside it"),
        ("checkpoint.pt", (tmp_path / "other.pt").read_bytes(), "checkpoint.pt: it is damaged, or not of the run that"),
    ]:
        shutil.copytree(trained, tmp_path / "copy")
        (tmp_path / "copy" / name).write_bytes(content)
        before = contents(tmp_path / "copy")

        code = main(["painter", "--out", str(tmp_path / "copy"), "--resume", "--updates", "3"])

        assert_refused(code, capsys, words)
        after = contents(tmp_path / "copy")
        assert {**after, "config.json": b""} == {**before, "config.json": b""}
        shutil.rmtree(tmp_path / "copy")


def test_a_full_disk_is_told_and_the_last_checkpoint_stands(
    trained: Path, metrics: Metrics, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    resume = ["painter", "--out", str(trained), "--resume", "--updates", "4", "--checkpoint-minutes", "0"]
    fsync, update = os.fsync, training.learner.Learner.update

    def filling(learner: object, *given: object) -> object:
        monkeypatch.setattr(core.files.os, "fsync", full)
        return update(learner, *given)

    with monkeypatch.context() as patch:
        patch.setattr(training.learner.Learner, "update", filling)
        code = main(resume)
    monkeypatch.setattr(core.files.os, "fsync", fsync)

    told = capsys.readouterr()
    assert code == 2
    assert told.err.startswith("error: Cannot write ")
    assert told.err.endswith("the disk is full; free some space or choose another disk.\n")
    assert told.out.count("no checkpoint now, and the one before stands: Cannot write") == 1
    assert torch.load(trained / "checkpoint.pt", weights_only=True)["update"] == 2
    assert main(resume) == 0
    assert [line["update"] for line in metrics(trained)] == [0, 1, 2, 3, 4]


# What works


def test_a_run_is_begun_gone_on_with_and_done(
    trained: Path, metrics: Metrics, capsys: pytest.CaptureFixture[str]
) -> None:
    first = metrics(trained)
    resume = ["painter", "--out", str(trained), "--resume"]
    assert main(resume) == 0  # it was done
    assert metrics(trained) == first
    capsys.readouterr()

    assert main([*resume, "--updates", "3", "--learning-rate", "0.002"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == str(trained / "bezier-actor.safetensors")
    assert [line["update"] for line in metrics(trained)] == [0, 1, 2, 3]
    settings = json.loads((trained / "config.json").read_text())["settings"]
    assert (settings["updates"], settings["learning_rate"], settings["width"]) == (3, 0.002, 0.125)


@pytest.mark.usefixtures("brief_scores")
def test_a_renderer_is_begun_and_gone_on_with(
    tmp_path: Path, metrics: Metrics, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.train_renderer, "SCORED", 16)
    out = ["renderer", "--out", str(tmp_path / "run")]
    assert main([*out, "--width", "0.125", "--batch", "2", "--updates", "1", "--log-every", "1"]) == 0

    assert main([*out, "--resume", "--updates", "2"]) == 0

    assert [line["update"] for line in metrics(tmp_path / "run")] == [0, 1, 2]
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "run" / "bezier-renderer.safetensors")


def test_pictures_are_packed_and_what_is_left_out_is_named(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, packed = tmp_path / "source", tmp_path / "packed.safetensors"
    shutil.copytree(pictures, source)
    (source / "train" / "broken.png").write_text("Dear diary")

    assert main(["pack", "--data", str(source), "--out", str(packed), "--short-side", "40"]) == 0

    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"skipped {source}/train/broken.png: ")
    assert out[1:] == [f"6 pictures to train on and 2 held out, in {packed}"]
    loaded = load_pictures([packed])
    assert (len(loaded.train), len(loaded.held_out)) == (6, 2)
    assert loaded.train.picture(0).shape == (40, 40, 3)
