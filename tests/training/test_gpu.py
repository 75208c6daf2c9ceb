"""Training on a CUDA device: an update that does not wait for it, in the shapes that a graph can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.brushes import BEZIER
from training.actors import new_actor
from training.environment import Environment
from training.learner import Learner
from training.picture_bank import PictureBank
from training.train_painter import PainterConfig, learner_of, policy_of

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]


def learner(head: str = "dense", **settings: object) -> Learner:
    """One of small networks, the same for the same settings."""
    device, random = torch.device("cuda"), np.random.default_rng(0)
    torch.manual_seed(0)
    config = PainterConfig(
        data=(), out=Path(), warm_start=0.0, batch=16, envs=64, critic_width=0.125, replay=64, **settings
    )  # type: ignore[arg-type]
    actor = new_actor(BEZIER, width=0.125, side=64, head=head).to(device)
    bank = PictureBank.of([random.integers(0, 256, (100, 120, 3), np.uint8) for _ in range(4)]).to(device)
    world = Environment(bank, envs=64, batch=16, side=64, episode_steps=6, seed=0)
    return learner_of(config, policy_of(config, actor, BEZIER, device), actor, world)


@pytest.mark.parametrize("reward", ["psnr", "mixed"])
@pytest.mark.parametrize("head", ["dense", "average"])
@pytest.mark.parametrize("graphs", [True, False])
def test_an_update_does_not_wait_for_the_device(reward: str, head: str, graphs: bool) -> None:
    learns = learner(head, reward=reward, graphs=graphs)
    for update in range(12):  # kernels are compiled, memory is taken, and graphs are captured
        learns.update(update, 0.5)

    torch.cuda.set_sync_debug_mode("error")
    try:
        told = [learns.update(update, 0.5) for update in range(12, 32)]
    finally:
        torch.cuda.set_sync_debug_mode("default")

    assert all(bool(value.isfinite()) for values in told for value in values.values())


def test_captured_updates_teach_what_updates_one_by_one_do() -> None:
    settings = {"precision": "float32", "learning_rate": 1e-4}
    captured, plain = learner(graphs=True, **settings), learner(graphs=False, **settings)

    for update in range(16):
        told, same = captured.update(update, 0.5), plain.update(update, 0.5)
        assert told.keys() == same.keys() == {"loss", "expected", "gradient", "critic"}
        for name, value in told.items():
            assert float(value) == pytest.approx(float(same[name]), rel=0.2, abs=0.02), (update, name)

    for ours, theirs in zip(captured.averaged.parameters(), plain.averaged.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-3)
    # Where two strokes are about as good, rounding decides, and what follows differs: in few sheets, and not by much.
    one, other = captured.world.canvas, plain.world.canvas
    apart, strangers = ((one - each).abs().mean() for each in (other, other.roll(1, 0)))
    assert float(apart) < 0.2 * float(strangers)
