"""Our learner under the benchmark: it does all that the published loop does, and the command measures both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from benchmarks.learner_loop import LearnerLoop
from main import main


@pytest.fixture
def loop() -> LearnerLoop:
    return LearnerLoop(batch=2, envs=4, width=1 / 32, precision="float32")


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_an_update_teaches_actor_critic_and_discriminator(loop: LearnerLoop) -> None:
    networks = (loop._learner.actor, loop._agent.critic, loop._adversary.discriminator)
    before = [weights(network) for network in networks]

    loop.update()

    assert all(not torch.equal(weights(network), old) for network, old in zip(networks, before, strict=True))


def test_an_environment_step_keeps_a_transition_of_every_sheet(loop: LearnerLoop) -> None:
    loop.environment_step()

    assert len(loop._replay) == 4


def test_the_parts_can_each_be_run_alone(loop: LearnerLoop) -> None:
    loop.update()

    parts = loop.parts()
    for part in parts.values():
        part()

    assert list(parts)[:3] == ["actor and its moving average", "critic", "discriminator"]


def test_the_command_measures_both_loops_and_writes_it_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "speed.json"

    small = ["--batch", "2", "--envs", "2", "--width", "0.03125", "--repeats", "1"]

    assert main(["bench", "train", *small, "--json", str(out)]) == 0

    written = json.loads(out.read_text())
    assert written["results"]["update"]["speed_up"] > 0
    assert "speed-up" in capsys.readouterr().out


def test_a_batch_that_does_not_divide_the_sheets_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "train", "--batch", "4", "--envs", "6"]) == 2

    assert "it must be a multiple of --batch, 4" in capsys.readouterr().err
