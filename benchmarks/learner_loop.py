"""Our learner as a benchmark drives it: the same networks, batch and reward as the published loop's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch

from core.actor import Actor
from core.brushes import BEZIER
from training.ddpg import ModelBased
from training.device import chosen_precision
from training.discriminator import Adversary
from training.environment import Environment
from training.learner import Learner
from training.picture_bank import PictureBank
from training.policy import ExactCoverage, Policy, Step
from training.replay_buffer import ReplayBuffer
from training.rewards import Reward

SIDE = 128
"""As published."""

PICTURES = 64
"""Made up; what they show costs no time."""


class LearnerLoop:
    """`ddpg-model-based` with the published actor's head, from the first update on with critic and discriminator.

    One `update` of ours also takes one batch of sheets a step further: what the actor has painted to learn from is laid
    on them. The published loop paints its steps apart, which `environment_step` does here too, with no learning.
    """

    def __init__(
        self,
        *,
        batch: int,
        envs: int,
        width: float,
        device: torch.device | str = "cpu",
        precision: str = "auto",
        compiled: bool = False,
        seed: int = 0,
    ) -> None:
        """Build it.

        Args:
            batch: Sheets an update paints on, and transitions that its critic learns from.
            envs: Sheets being painted, a multiple of `batch`.
            width: Of actor and critic.
            device: Where it runs.
            precision: Of the networks' layers.
            compiled: Compile the actor.
            seed: Of everything random.
        """
        device = torch.device(device)
        torch.manual_seed(seed)
        random = np.random.default_rng(seed)
        pictures = [random.integers(0, 256, (160, 200, 3), np.uint8) for _ in range(PICTURES)]
        world = Environment(
            PictureBank.of(pictures).to(device), envs=envs, batch=batch, side=SIDE, episode_steps=40, seed=seed
        )
        policy = Policy(
            brush=BEZIER,
            coverage=ExactCoverage(BEZIER),
            head="average",
            bundle=5,
            solve=False,
            autocast=chosen_precision(precision, device),
        )
        self._adversary = Adversary(device=device, seed=seed, autocast=policy.autocast)
        reward = Reward(kind="wgan", adversary=self._adversary)
        self._agent = ModelBased(policy=policy, reward=reward, discount=0.95**5, width=width, device=device)
        self._replay = ReplayBuffer.fitting(800 * 40 // 8, side=SIDE, values=65, device=device)
        self._generator = torch.Generator(device).manual_seed(seed)
        self._world, self._policy, self._done = world, policy, 0
        self._learner = Learner(
            policy=policy,
            actor=Actor(parameters=13, width=width, side=SIDE).to(device),
            world=world,
            agent=self._agent,
            replay=self._replay,
            adversary=self._adversary,
            direct_weight=0.0,
            warm_start=0.0,
            compiled=compiled,
        )

    def update(self) -> None:
        """One update of all networks, and one step of a batch of sheets."""
        self._learner.update(self._done, 0.5)
        self._done += 1

    def environment_step(self) -> None:
        """One step of every sheet, its transitions kept for updates."""
        with torch.no_grad():
            for index in range(self._world.batches):
                self._keep(self._policy.step(self._learner.averaged, self._world.observation(index)), index)

    def _keep(self, step: Step, index: int) -> None:
        self._learner.keep(step.laid, step.canvas, index)
        self._world.advance(index, step.canvas)

    def parts(self) -> Mapping[str, Callable[[], object]]:
        """The parts of an update under their names, each to be called alone, any number of times."""
        learner, world = self._learner, self._world
        batch = self._replay.sample(world.batch, self._generator)
        with torch.no_grad():
            done = self._policy.step(learner.averaged, world.observation(0))

        return {
            "actor and its moving average": lambda: learner.teach(0, self._done, 1.0, 0.5, solve=False),
            "critic": lambda: self._agent.update(learner.averaged, batch, 3e-4),
            "discriminator": lambda: self._adversary.update(batch.next_canvas, batch.target),
            "environment and replay": lambda: self._keep(done, 0),
            "sampling": lambda: self._replay.sample(world.batch, self._generator),
        }
