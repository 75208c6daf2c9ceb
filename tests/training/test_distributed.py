"""Several processes train one network, and what they make of it is what one process would have made."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from training import distributed
from training.__main__ import main

ROOT = Path(__file__).parents[2]

ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}

FIRST_UPDATES = """
import json, sys
from pathlib import Path
import torch
from torch import nn
from training import distributed
from training.loop import Finish
import training.train_painter as recipe

pictures, out, settings = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])

def normed(shared):  # a batch norm, on the rows of one batch that are this process's
    torch.manual_seed(0)
    norm, x = nn.BatchNorm2d(4), torch.randn(8, 4, 5, 5)
    weights = torch.randn(8, 4, 5, 5)[shared].requires_grad_(False)
    x = x[shared].requires_grad_()
    distributed.share_batch_norms(norm)
    y = norm(x)
    (y * weights).sum().backward()
    return {"y": y.detach(), "x": x.grad, "mean": norm.running_mean, "var": norm.running_var,
            "seen": norm.num_batches_tracked, "scale": norm.weight.grad, "bias": norm.bias.grad}

def first_updates(name, run, update, state, **_):
    learner = update.__self__
    found = {"before": [weights.detach().clone() for weights in learner.actor.parameters()]}
    found["norm"] = float(update(0, 0.5)["gradient"])  # half-way, where the critic has its full word
    found["gradient"] = [weights.grad.clone() for weights in learner.actor.parameters()]
    found["after"] = [weights.detach().clone() for weights in learner.actor.parameters()]
    if learner.agent is not None:
        update(1, 0.5)
        found["networks"] = learner.state_dict()
    result[name] = found

result = {}
with distributed.joined(torch.device("cpu")):
    rank, ranks = distributed.rank(), distributed.ranks()
    result["place"] = rank, ranks
    result["agreed"] = distributed.agreed(10.0 + rank)
    result["gathered"] = distributed.gathered({"from": rank})
    result["normed"] = normed(slice(rank, None, ranks))
    result["any"] = distributed.any_of(rank == 1), distributed.any_of(False)
    result["mean"] = distributed.mean_of({"loss": 1.0 + rank, "critic": 4.0 * rank})
    for name, changed in settings.items():
        recipe.loop = lambda run, budget, **parts: first_updates(name, run, **parts) or Finish(2, 0.0, {})
        recipe.train_painter(recipe.PainterConfig(data=(pictures,), out=out / name, updates=9, **changed))
result["written"] = sorted(path.name for path in out.iterdir())
torch.save(result, out / "result.pt")
"""

RECIPES: dict[str, dict[str, Any]] = {
    "direct": {"algorithm": "direct"},
    "with critic": {"algorithm": "ddpg-model-based", "reward": "mixed"},
}


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**outside, **ONE_THREAD, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def trained(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one process made of the first updates, and what each of two made of the same."""
    tiny = {"width": 0.125, "canvas": 32, "batch": 16, "envs": 16, "episode_steps": 6, "replay": 64,
            "critic_width": 0.125, "precision": "float32", "warm_start": 0, "learning_rate": 0.1}  # fmt: skip
    settings = json.dumps({name: {**tiny, **changed} for name, changed in RECIPES.items()})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    places = {"alone": {}, "first": {"RANK": "0", **group}, "second": {"RANK": "1", **group}}
    found = {name: tmp_path_factory.mktemp(name) for name in places}
    with ThreadPoolExecutor(len(places)) as pool:
        started = [
            pool.submit(run, "-c", FIRST_UPDATES, pictures, found[name], settings, **place)
            for name, place in places.items()
        ]
    for process in started:
        assert process.result().returncode == 0, process.result().stderr
    return {name: torch.load(out / "result.pt", weights_only=True) for name, out in found.items()}


def flat(values: Any) -> torch.Tensor:
    """All numbers of nested dictionaries and lists, but of generators, of which each process has its own."""
    if isinstance(values, dict):
        values = [value for name, value in values.items() if name != "generator"]
    if isinstance(values, (list, tuple)):
        return torch.cat([flat(value) for value in values]) if values else torch.zeros(0, dtype=torch.float64)
    return torch.as_tensor(values if values is not None else 0).double().flatten()


def test_processes_know_their_places_and_agree_with_the_first(trained: dict[str, Any]) -> None:
    assert [trained[name]["place"] for name in ("alone", "first", "second")] == [(0, 1), (0, 2), (1, 2)]
    assert [trained[name]["agreed"] for name in ("alone", "first", "second")] == [10, 10, 10]
    assert trained["alone"]["gathered"] == [{"from": 0}]
    assert trained["first"]["gathered"] == [{"from": 0}, {"from": 1}]
    assert trained["second"]["gathered"] == []
    assert trained["first"]["any"] == trained["second"]["any"] == (True, False)
    assert trained["first"]["mean"] == trained["second"]["mean"] == {"loss": 1.5, "critic": 2.0}


def test_the_first_process_alone_writes(trained: dict[str, Any]) -> None:
    assert trained["alone"]["written"] == trained["first"]["written"] == sorted(RECIPES)
    assert trained["second"]["written"] == []


def test_a_batch_norm_is_that_of_the_whole_batch(trained: dict[str, Any]) -> None:
    alone, first, second = (trained[name]["normed"] for name in ("alone", "first", "second"))

    for name in ("y", "x"):
        torch.testing.assert_close(first[name], alone[name][0::2], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(second[name], alone[name][1::2], rtol=1e-5, atol=1e-5)
    for name in ("mean", "var", "seen"):
        torch.testing.assert_close(first[name], alone[name], rtol=1e-6, atol=1e-6)
        assert torch.equal(first[name], second[name])
    for name in ("scale", "bias"):
        torch.testing.assert_close(first[name] + second[name], alone[name], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("recipe", RECIPES)
def test_two_processes_with_half_the_batch_make_the_first_update_of_one(trained: dict[str, Any], recipe: str) -> None:
    alone, first = trained["alone"][recipe], trained["first"][recipe]
    gradient = flat(alone["gradient"])  # as it was clipped, so of norm 1

    assert torch.linalg.vector_norm(gradient) == pytest.approx(1, rel=1e-4)
    assert torch.linalg.vector_norm(flat(first["gradient"]) - gradient) < 1e-5
    assert first["norm"] == pytest.approx(alone["norm"], rel=1e-5)
    assert flat(first["gradient"]).equal(flat(trained["second"][recipe]["gradient"]))

    # Adam moves every weight by as much, so the few whose gradient is all rounding may go either way.
    before, after, expected = (flat(each) for each in (first["before"], first["after"], alone["after"]))
    unsure = (gradient != 0) & (gradient.abs() < 1e-6)
    assert unsure.double().mean() < 0.01
    assert (after - before)[gradient.abs() >= 1e-6].abs().min() > 1e-4
    torch.testing.assert_close(after[~unsure], expected[~unsure], rtol=0, atol=1e-5)


def test_the_processes_have_one_network_of_each_kind_between_them(trained: dict[str, Any]) -> None:
    first, second, alone = (trained[name]["with critic"]["networks"] for name in ("first", "second", "alone"))

    assert first.keys() == {"actor", "averaged", "optimiser", "agent", "adversary"}
    for kind in first:
        assert flat(first[kind]).equal(flat(second[kind]))
        assert flat(first[kind]).shape == flat(alone[kind]).shape


def test_alone_nothing_is_exchanged() -> None:
    layer = torch.nn.Linear(1, 1)
    layer(torch.full((1, 1), 3.0)).sum().backward()

    distributed.average_gradients(layer)

    assert (distributed.rank(), distributed.ranks()) == (0, 1)
    assert layer.weight.grad == 3
    assert distributed.agreed(0.25) == 0.25
    assert distributed.gathered("state") == ["state"]
    assert distributed.any_of(True)
    assert not distributed.any_of(False)
    assert distributed.mean_of({"loss": 0.5}) == {"loss": 0.5}


@pytest.mark.slow
def test_torchrun_trains_with_two_processes_and_one_cannot_go_on_alone(
    pictures: Path,
    tmp_path: Path,
    tiny_options: list[str],
    metrics: Callable[[Path], list[dict[str, float]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    painter = ["painter", "--data", str(pictures), "--out", str(tmp_path / "run"), *tiny_options, "--updates", "3"]
    group = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "training"]

    ended = run(*group, *painter, "--reward", "mixed", "--warm-start", "0")

    assert ended.returncode == 0, ended.stderr
    assert [line["update"] for line in metrics(tmp_path / "run")] == [0, 1, 2, 3]
    assert ended.stdout.count('{"update"') == 4  # each line is told once
    files = {path.name for path in (tmp_path / "run").iterdir()} - {"tensorboard"}
    assert files == {
        "bezier-actor.safetensors",
        "checkpoint.pt",
        "config.json",
        "manifest.json",
        "metrics.jsonl",
        "samples.png",
    }
    assert main(["painter", "--out", str(tmp_path / "run"), "--resume", "--updates", "4"]) == 2
    assert capsys.readouterr().err == (
        "error: Cannot use number of processes 1: the run was begun with 2; start as many "
        "(torchrun --nproc-per-node).\n"
    )


@pytest.mark.slow
def test_two_machines_train_one_painter(
    pictures: Path,
    tmp_path: Path,
    tiny_options: list[str],
    metrics: Callable[[Path], list[dict[str, float]]],
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        meeting = f"127.0.0.1:{free.getsockname()[1]}"
    machines = ["--nnodes", "2", "--nproc-per-node", "1", "--rdzv-backend", "c10d", "--rdzv-endpoint", meeting]
    painter = ["painter", "--data", str(pictures), "--out", str(tmp_path / "run"), *tiny_options, "--updates", "3"]

    with ThreadPoolExecutor(2) as pool:
        begun = [
            pool.submit(run, "-m", "torch.distributed.run", *machines, "-m", "training", *painter) for _ in range(2)
        ]
    ended = [each.result() for each in begun]

    assert [each.returncode for each in ended] == [0, 0], [each.stderr for each in ended]
    assert [line["update"] for line in metrics(tmp_path / "run")] == [0, 1, 2, 3]
    assert sorted(each.stdout.count('{"update"') for each in ended) == [0, 4]  # one of them tells
