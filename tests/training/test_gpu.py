"""Training on a CUDA device: an update that does not wait for it, in the shapes that a graph can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.brushes import BEZIER
from training.actors import new_actor
from training.environment import Environment
from training.picture_bank import PictureBank
from training.train_painter import PainterConfig, learner_of, policy_of

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]


@pytest.mark.parametrize("reward", ["psnr", "mixed"])
@pytest.mark.parametrize("head", ["dense", "average"])
def test_an_update_does_not_wait_for_the_device(reward: str, head: str) -> None:
    device, random = torch.device("cuda"), np.random.default_rng(0)
    config = PainterConfig(
        data=(), out=Path(), reward=reward, warm_start=0.0, batch=16, envs=64, critic_width=0.125, replay=64
    )
    actor = new_actor(BEZIER, width=0.125, side=64, head=head).to(device)
    bank = PictureBank.of([random.integers(0, 256, (100, 120, 3), np.uint8) for _ in range(4)]).to(device)
    world = Environment(bank, envs=64, batch=16, side=64, episode_steps=6, seed=0)
    learner = learner_of(config, policy_of(config, actor, BEZIER, device), actor, world)
    for update in range(4):  # kernels are compiled, and memory is taken
        learner.update(update, 0.5)

    torch.cuda.set_sync_debug_mode("error")
    try:
        told = [learner.update(update, 0.5) for update in range(4, 24)]
    finally:
        torch.cuda.set_sync_debug_mode("default")

    assert all(bool(value.isfinite()) for values in told for value in values.values())
