"""Experiments: arms differ in what they are named for, go on where they were, and results are what was scored."""

from __future__ import annotations

import csv
import json
import os
import struct
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from core.brushes import BEZIER
from core.errors import PainterError, SettingError
from training import command
from training.actors import new_actor
from training.experiments import plots, reading, runs
from training.experiments.arms import EXPERIMENTS, Arm, experiment_named
from training.experiments.plots import plot_curves
from training.experiments.reading import mnist_part, read_paintings
from training.experiments.results import Score, compared, outcomes, scores_of, table, write_csv
from training.experiments.runs import ExperimentConfig, is_done, run_all, run_folder, settings_of
from training.experiments.sheets import paintings, sheet
from training.picture_formats import DataError
from training.policy import ExactCoverage, Policy
from training.train_painter import PainterConfig

ROOT = Path(__file__).parents[3]

SMALL = {"canvas": 32, "width": 0.125, "batch": 4, "envs": 8, "replay": 16, "updates": 2, "scores": 1}


def config(name: str, tmp_path: Path, **settings: Any) -> ExperimentConfig:
    given = {"data": (tmp_path / "pictures",), "out": tmp_path / "out", **SMALL, **settings}
    return ExperimentConfig(name=name, **given)


def score(arm: str, seed: int, updates: int, l2: float, **others: Any) -> Score:
    given: dict[str, Any] = {"minutes": updates / 10, "strokes": 200, "colours": "own", "psnr": 20.0, **others}
    return Score(arm=arm, seed=seed, updates=updates, l2=l2, **given)


# What is compared ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_every_arm_is_a_recipe_that_can_be_run(name: str, tmp_path: Path) -> None:
    whole = config(name, tmp_path)
    for arm in whole.arms:
        settings = settings_of(whole, arm, 3)
        assert isinstance(settings, PainterConfig)
        assert (settings.seed, settings.updates, settings.marks) == (3, 2, whole.experiment.marks)
        assert settings.episode_steps * settings.bundle == max(10, whole.experiment.marks[-1])
        assert settings.out == run_folder(tmp_path / "out", arm, 3)


@pytest.mark.parametrize(
    ("name", "differs"),
    [
        ("ablation-algorithm", {"algorithm", "reward"}),
        ("ablation-bundle", {"bundle", "episode_steps"}),
        ("ablation-reward", {"reward"}),
        ("stroke-types", {"stroke_type"}),
    ],
)
def test_arms_differ_in_what_they_are_named_for_alone(name: str, differs: set[str], tmp_path: Path) -> None:
    whole = config(name, tmp_path)
    made = [settings_of(whole, arm, 0) for arm in whole.arms]
    found = {
        field.name for field in fields(PainterConfig) if len({str(getattr(each, field.name)) for each in made}) > 1
    }
    assert found - {"out"} == differs
    assert len(made) > 1


def test_all_runs_share_the_time_alike(tmp_path: Path) -> None:
    whole = config("ablation-bundle", tmp_path, updates=None, minutes=40.0, seeds=2)
    assert {settings_of(whole, arm, 1).minutes for arm in whole.arms} == {5.0}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"name": "imagnet"}, "choose one of mnist"),
        ({"arm": ("k3",)}, "choose one of k1, k10, k2, k5"),
        ({"minutes": 3.0}, "give either"),
        ({"updates": None}, "give either"),
    ],
)
def test_what_there_is_not_is_refused(settings: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=told):
        config(**{"name": "ablation-bundle", "tmp_path": tmp_path, **settings})
    with pytest.raises(SettingError):
        experiment_named("imagnet")


# How they are run ------------------------------------------------------------------------------------------------


def test_what_is_done_is_left_what_was_cut_off_goes_on_and_the_rest_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = config("ablation-bundle", tmp_path, arm=("k1", "k2", "k5"))
    done, cut, new = (run_folder(whole.out, arm, 0) for arm in whole.arms)
    for folder in (done, cut):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"settings": {"minutes": null, "updates": 2}}')
    (done / "manifest.json").write_text(json.dumps({"version": 1, "weights": [{"file": "x"}]}))
    (cut / "manifest.json").write_text("{")
    asked: list[tuple[Path, object]] = []
    monkeypatch.setattr(
        runs, "train_painter", lambda made, resumed: asked.append((made.out, resumed and resumed["updates"]))
    )

    assert list(run_all(whole)) == [done, cut, new]
    assert asked == [(cut, 2), (new, None)]
    assert [is_done(folder) for folder in (done, cut, new)] == [True, False, False]

    asked.clear()
    more = config("ablation-bundle", tmp_path, arm=("k1",), updates=3)
    assert list(run_all(more)) == [done]
    assert asked == [(done, 3)]
    for settings, told in (({"updates": 1}, "has had 2 updates"), ({"updates": None, "minutes": 9}, "another budget")):
        with pytest.raises(
            SettingError, match=f"k1-0 {told if 'had' in told else 'has had ' + told}, and all runs are"
        ):
            list(run_all(config("ablation-bundle", tmp_path, arm=("k1",), **settings)))


def test_a_run_that_was_cut_off_goes_on_from_its_checkpoint(tmp_path: Path, pictures: Path) -> None:
    cut = config("ablation-algorithm", tmp_path, data=(pictures,), arm=("direct",), updates=2)
    (folder,) = run_all(cut)
    (folder / "manifest.json").unlink()  # as where it was killed before its end
    before = (folder / "metrics.jsonl").read_text()

    (again,) = run_all(config("ablation-algorithm", tmp_path, data=(pictures,), arm=("direct",), updates=4))

    assert again == folder
    after = (folder / "metrics.jsonl").read_text()
    assert after.startswith(before.splitlines()[0])
    assert [json.loads(line)["update"] for line in after.splitlines()][-1] == 4
    assert is_done(folder)


@pytest.mark.slow
def test_an_experiment_is_run_gathered_and_run_again_for_nothing(
    tmp_path: Path, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    given = ["experiment", "ablation-algorithm", "--data", str(pictures), "--out", str(out), "--seeds", "2"]
    given += ["--arm", "patch-q", "--arm", "direct"]
    given += [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]
    command.run(given, program="test")

    with (out / "scores.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["arm"], row["seed"]) for row in rows} == {
        (arm, seed) for arm in ("patch-q", "direct") for seed in ("0", "1")
    }
    assert {int(row["strokes"]) for row in rows} == {5, 20, 50, 100, 200}
    page = (out / "results.md").read_text(encoding="utf-8")
    assert page.startswith("# What the actor learns from\n")
    assert page.count("python main.py train painter") == 4
    assert "| pixels alone, PSNR | 2 | 2 |" in page
    painted = cv2.imread(str(out / "paintings.png"))
    assert painted.shape[1] == 3 * (128 + 4) + 4  # the targets, and the two arms
    for name in ("curves-updates.png", "curves-hours.png"):
        blue, green, red = (cv2.imread(str(out / name))[:, :, channel].astype(int) for channel in range(3))
        assert ((blue - red > 60) | (green - red > 60) | (red - blue > 60)).sum() > 500  # the arms' colours

    written = {path: path.stat().st_mtime_ns for path in out.rglob("metrics.jsonl")}
    capsys.readouterr()
    command.run(given, program="test")
    assert {path: path.stat().st_mtime_ns for path in written} == written
    assert "is done" in capsys.readouterr().out


def test_without_svhn_house_numbers_are_drawn_and_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "TRAIN", 6)
    monkeypatch.setattr(runs, "TEST", 2)
    out = tmp_path / "out"
    given = ["experiment", "svhn", "--out", str(out)]
    given += [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]
    command.run(given, program="test")
    assert (out / "results.md").read_text(encoding="utf-8").startswith("# Drawn house numbers, 40 strokes\n")
    assert config("svhn", tmp_path).title == "SVHN, 40 strokes"
    with pytest.raises(SettingError, match="CelebA's folder"):
        ExperimentConfig(name="celeba", out=out, updates=1)


@pytest.mark.slow
def test_several_processes_run_one_experiment(tmp_path: Path, pictures: Path) -> None:
    out = tmp_path / "out"
    given = ["ablation-bundle", "--arm", "k2", "--arm", "k5", "--data", str(pictures), "--out", str(out)]
    given += [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    ended = subprocess.run(
        [*start, "-m", "training", "experiment", *given, "--device", "cpu"],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert (out / "results.md").read_text(encoding="utf-8").count("2 updates") == 2
    assert ended.stdout.count("is done") == 2


# What has come of them -------------------------------------------------------------------------------------------


def test_scores_are_read_from_what_runs_have_written(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, Arm(name="k2", label=""), 0)
    folder.mkdir()
    lines = [
        {"update": 0, "minutes": 0.0, "l2@5": 0.5, "psnr@5": 3.0, "own_l2@5": 0.6, "own@5": 2.0},
        {"update": 20, "minutes": 0.5, "loss": 1.0},
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"update": 4')
    found = scores_of(tmp_path, EXPERIMENTS["ablation-bundle"])
    common = {"strokes": 5, "minutes": 0.0}
    assert found == [
        score("k2", 0, 0, 0.5, psnr=3.0, colours="best", **common),
        score("k2", 0, 0, 0.6, psnr=2.0, colours="own", **common),
    ]
    path = tmp_path / "scores.csv"
    write_csv(path, found)
    assert path.read_text(encoding="utf-8").splitlines()[1] == "k2,0,0,0.0,5,best,0.5,3.0"


def test_arms_are_compared_at_the_end_of_a_painting_in_the_best_colours_there_are() -> None:
    scores = [
        score("k1", 0, 0, 0.9), score("k1", 0, 10, 0.3), score("k1", 0, 10, 0.1, strokes=20),
        score("k2", 0, 0, 0.8), score("k2", 0, 10, 0.6), score("k2", 0, 10, 0.2, colours="best"),
        score("k2", 1, 0, 0.8), score("k2", 1, 12, 0.4, psnr=30.0),
    ]  # fmt: skip
    assert [each.l2 for each in compared(scores, 200) if each.arm == "k2"] == [0.2, 0.8, 0.4]
    one, two = outcomes(scores, EXPERIMENTS["ablation-bundle"])
    assert (one.arm, one.l2, one.first_l2, one.seeds, one.spread) == ("k1", 0.3, 0.9, 1, 0.0)
    assert (two.l2, two.spread, two.psnr, two.updates) == pytest.approx((0.3, 0.2, 25.0, 11))
    lines = table([two, one], 200).splitlines()
    assert lines[0].count("|") == lines[2].count("|") == 9
    assert lines[2].startswith("| k = ")


def test_curves_show_the_spread_of_seeds(tmp_path: Path) -> None:
    experiment = EXPERIMENTS["ablation-bundle"]
    scores = [score("k5", seed, 10 * step, 0.5 / (1 + step) + 0.05 * seed) for seed in range(3) for step in range(5)]
    lines = [(np.array([0.0, 10.0]), np.array([0.5, 0.1 + 0.1 * seed])) for seed in range(3)]
    x, low, middle, high = plots._together(lines)
    assert (x[0], x[-1]) == (0, 10)
    assert (low[-1], middle[-1], high[-1]) == pytest.approx((0.1, 0.2, 0.3))
    x, y = plots.lines_of(scores, Arm(name="k5", label=""), 200, against="hours")[2]
    assert x.tolist() == pytest.approx([0, 1 / 60, 2 / 60, 3 / 60, 4 / 60])
    assert y.tolist() == pytest.approx([0.6, 0.35, 0.5 / 3 + 0.1, 0.225, 0.2])
    for path in plot_curves(tmp_path, scores, experiment, title="k"):
        drawn = cv2.imread(str(path)).astype(int)
        coloured = drawn.max(axis=2) - drawn.min(axis=2)
        assert (coloured > 100).sum() > 300  # the mean's line
        assert ((coloured > 15) & (coloured < 60)).sum() > 3_000  # the spread around it
    for path in plot_curves(tmp_path, [], experiment, title="k"):
        drawn = cv2.imread(str(path)).astype(int)
        assert (drawn.max(axis=2) - drawn.min(axis=2) > 15).sum() == 0


# Paintings, and whether digits can be read -----------------------------------------------------------------------


@pytest.mark.parametrize("head", ["dense", "average"])
def test_paintings_after_few_strokes_are_the_first_of_the_first_step(head: str) -> None:
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=32, head=head).eval()
    policy = Policy(brush=BEZIER, coverage=ExactCoverage(BEZIER), head=head, bundle=5, solve=head == "dense")
    targets = torch.rand(3, 3, 32, 32)
    none, one, five, ten = paintings(policy, actor, targets, [0, 1, 5, 10]) if head == "average" else (
        None, *paintings(policy, actor, targets, [1, 5, 10])
    )  # fmt: skip
    if none is not None:
        assert not none.any()
    assert not torch.equal(one, five)
    assert not torch.equal(five, ten)
    assert torch.equal(paintings(policy, actor, targets, [5])[0], five)
    laid = (one != 0).any(dim=1).float().mean()
    assert 0 < laid < (five != 0).any(dim=1).float().mean()


def test_a_sheet_has_a_row_a_picture_and_a_column_a_title() -> None:
    red, blue = torch.zeros(2, 3, 8, 8), torch.zeros(2, 3, 8, 8)
    red[:, 0] = 1
    blue[:, 2] = 1
    pixels = sheet([red, blue], ["a", "b"], scale=2)
    assert pixels.shape == (22 + 2 * 20, 2 * 20 + 4, 3)
    assert pixels[30, 10].tolist() == [255, 0, 0]
    assert pixels[50, 30].tolist() == [0, 0, 255]


def idx(path: Path, values: np.ndarray) -> None:
    head = struct.pack(">4I", 2051, *values.shape) if values.ndim == 3 else struct.pack(">2I", 2049, len(values))
    path.write_bytes(head + values.astype(np.uint8).tobytes())


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """Two kinds of digits that anyone can tell: a bar that stands, and one that lies."""
    random = np.random.default_rng(0)
    for part, count in (("train", 200), ("t10k", 40)):
        labels = random.integers(0, 2, count)
        pictures = np.zeros((count, 28, 28), np.uint8)
        for picture, label in zip(pictures, labels, strict=True):
            place = random.integers(10, 15)
            (picture if label else picture.T)[4:24, place : place + 4] = 255
        idx(tmp_path / f"{part}-images-idx3-ubyte", pictures)
        idx(tmp_path / f"{part}-labels-idx1-ubyte", labels)
    return tmp_path


def test_reading_which_takes_minutes_is_told_before_it_begins(
    digits: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def begin(*_: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(reading, "_reader", begin)
    actor = new_actor(BEZIER, width=0.125, side=32, head="dense").eval()
    policy = Policy(brush=BEZIER, coverage=ExactCoverage(BEZIER), head="dense", bundle=5, solve=True)
    with pytest.raises(InterruptedError):
        read_paintings(policy, actor, [digits], strokes=5)
    told = "learning to read MNIST's digits, then reading 40 paintings; that takes minutes\n"
    assert capsys.readouterr().out == told


def test_what_is_painted_is_read(digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = new_actor(BEZIER, width=0.125, side=32, head="dense").eval()
    policy = Policy(brush=BEZIER, coverage=ExactCoverage(BEZIER), head="dense", bundle=5, solve=True)
    monkeypatch.setattr(reading, "paintings", lambda _policy, _actor, targets, _marks: [targets])
    perfect = read_paintings(policy, actor, [digits.parent, digits], strokes=5)
    monkeypatch.setattr(reading, "paintings", lambda _policy, _actor, targets, _marks: [targets.transpose(2, 3)])
    turned = read_paintings(policy, actor, [digits], strokes=5)
    assert perfect is not None
    assert turned is not None
    assert (perfect.paintings, perfect.originals, perfect.count) == (1.0, 1.0, 40)
    assert turned.paintings == 0.0
    assert read_paintings(policy, actor, [digits.parent], strokes=5) is None


def test_damaged_labels_are_told(digits: Path) -> None:
    path = digits / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="promises 200 bytes, and 199 follow"):
        mnist_part([digits], "train")


def test_digits_are_found_under_their_other_name(digits: Path) -> None:
    for path in list(digits.glob("train-*")):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    found = mnist_part([digits], "train")
    assert found is not None
    assert [part.shape for part in found] == [(200, 28, 28), (200,)]


def test_without_matplotlib_it_is_told_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.experiments.plots.find_spec", lambda _name: None)
    given = ["experiment", "mnist", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--updates", "1"]
    with pytest.raises(
        PainterError, match=r'drawn by matplotlib; install it by python -m pip install -e "\.\[train\]"'
    ):
        command.run(given, program="test")
    monkeypatch.setattr("training.experiments.plots.find_spec", lambda name: name == "matplotlib" or None)
    with pytest.raises(PainterError, match=r'scikit-learn; install it by python -m pip install -e "\.\[train\]"'):
        command.run(given, program="test")
    assert not (tmp_path / "out").exists()
