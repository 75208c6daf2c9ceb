"""The published training loop, written plainly, as the baseline that ours is measured against.

It does what the authors' program does at each step, in the same order and on the same device, with the networks of this
project. Kept on purpose, because they are what is to be beaten:

- Replay is a Python list in the memory of the CPU, a transition a list of small tensors. Every batch is drawn with
  `random.sample`, stacked item by item and copied to the device.
- Both observations of a transition are kept whole: the target twice, and the step number as a plane of pixels.
- Actions travel from the device to numpy and back at every step, observations to the CPU, rewards (which nothing reads)
  too. A Python loop appends one environment at a time, another one begins episodes picture by picture through Pillow.
- Everything runs in float32, in contiguous layout, uncompiled. cuDNN is held to deterministic kernels.
- The critic's and the actor's gradients also flow into the weights of the renderer and of the discriminator's moving
  average (the actor's into the critic's as well), where nobody uses them, and graphs are retained that nobody visits
  again.
- Real and fake pass through the discriminator one after the other. Moving averages are made one parameter at a time.
- Both losses are read back to the CPU after every update.

Not kept: TensorBoard, and torch's defaults of 2019. TF32 in convolutions and Adam's multi-tensor updates are today's
defaults, and speed the baseline up.

Source: Huang, Heng, Zhou, "Learning to Paint with Model-based Deep Reinforcement Learning", ICCV 2019; its program,
hzwer/ICCV2019-LearningToPaint on GitHub, `baseline/`: train.py, env.py, DRL/ddpg.py, DRL/rpm.py, DRL/multi.py,
DRL/wgan.py.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from core.actor import Actor
from core.brushes import BEZIER
from core.observation import coordinate_planes, observe
from core.renderer import SIDE, NeuralRenderer
from core.stroke import STROKES_PER_BUNDLE
from training.critic import Critic, judge
from training.discriminator import Discriminator, gradient_penalty
from training.losses import squared_error

EPISODE_STEPS = 40
"""Steps of an episode (`max_step`)."""

EPISODE_UPDATES = 10
"""Updates after each episode (`episode_train_times`)."""

DISCOUNT = 0.95**5
"""A step, not a stroke."""

TAU = 0.001
"""Share of the way that each target network goes at each update."""

CRITIC_RATE, ACTOR_RATE = 3e-4, 1e-3
"""Learning rates of the first 10,000 episodes."""

PICTURES = 32
"""Pictures in memory; noise, because speed does not depend on what they show."""


def decode(renderer: nn.Module, bundle: Tensor, canvas: Tensor) -> Tensor:
    """Lay an action bundle on a canvas, as published: each stroke's colour is first spread over a picture of its own.

    Args:
        renderer: Shape parameters [N, P - 3] to coverage [N, S, S].
        bundle: [B, k P] in 0..1.
        canvas: [B, 3, S, S] in 0..1.

    Returns:
        [B, 3, S, S] in 0..1.
    """
    side = canvas.shape[-1]
    strokes = bundle.reshape(-1, BEZIER.size)
    coverage = renderer(strokes[:, :-3])[..., None]
    coloured = coverage * strokes[:, None, None, -3:]
    coverage = coverage.permute(0, 3, 1, 2).reshape(-1, STROKES_PER_BUNDLE, 1, side, side)
    coloured = coloured.permute(0, 3, 1, 2).unflatten(0, (-1, STROKES_PER_BUNDLE))
    for stroke in range(STROKES_PER_BUNDLE):
        canvas = canvas * (1 - coverage[:, stroke]) + coloured[:, stroke]
    return canvas


class PublishedReplay:
    """A Python list of transitions on the CPU, the oldest overwritten when it is full.

    A transition is [state, bundle, reward, next state, done]: uint8 [7, S, S], float32 [k P], float32 scalar, uint8
    [7, S, S], float32 scalar. A state is a canvas (3), its target (3) and a plane of the steps done.

    Attributes:
        items: The list.
    """

    def __init__(self, capacity: int, *, seed: int) -> None:
        if capacity < 1:
            raise ValueError(f"the replay needs room for at least 1 transition, got {capacity}")
        self.items: list[list[Tensor]] = []
        self._capacity, self._oldest, self._random = capacity, 0, random.Random(seed)

    def append(self, transition: list[Tensor]) -> None:
        """Keep one transition."""
        if len(self.items) < self._capacity:
            self.items.append(transition)
        else:
            self.items[self._oldest] = transition
            self._oldest = (self._oldest + 1) % self._capacity

    def sample(self, batch: int, device: torch.device) -> list[Tensor]:
        """Different transitions at random, or all where there are fewer, on the device: five tensors [B, ...].

        Raises:
            ValueError: If it is empty.
        """
        if not self.items:
            raise ValueError("an empty replay has nothing to sample; step the environments first")
        drawn = self._random.sample(self.items, min(batch, len(self.items)))
        return [torch.stack([item[part] for item in drawn]).to(device) for part in range(len(drawn[0]))]


class PublishedEnvironment:
    """Black sheets painted in step with each other, with the neural renderer, in bytes.

    Sizes: E environments, S side in pixels.
    """

    def __init__(self, renderer: nn.Module, *, envs: int, device: torch.device, seed: int) -> None:
        self._renderer, self._envs, self._device = renderer, envs, device
        self._random = np.random.default_rng(seed)
        self._pictures = list(self._random.integers(0, 256, (PICTURES, SIDE, SIDE, 3), dtype=np.uint8))

    def reset(self) -> Tensor:
        """Begin an episode everywhere; returns the state, uint8 [E, 7, S, S]."""
        self._target = torch.zeros(self._envs, 3, SIDE, SIDE, dtype=torch.uint8).to(self._device)
        for index in range(self._envs):
            picture = Image.fromarray(self._pictures[int(self._random.integers(PICTURES))])
            if self._random.random() < 0.5:
                picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            self._target[index] = torch.tensor(np.asarray(picture).transpose(2, 0, 1))
        self._step = 0
        self._canvas = torch.zeros_like(self._target)
        self._first_error = self._last_error = self._error()
        return self._state()

    def step(self, bundle: NDArray[np.float32]) -> tuple[Tensor, NDArray[np.float32], NDArray[np.bool_]]:
        """Paint a bundle [E, k P] everywhere.

        Returns:
            The state, uint8 [E, 7, S, S] on the device; the share of the first squared error that went, [E]; whether
            the episode is over, [E].
        """
        with torch.no_grad():
            laid = decode(self._renderer, torch.tensor(bundle).to(self._device), self._canvas.float() / 255)
            self._canvas = (laid * 255).byte()
            self._step += 1
            error = self._error()
            reward = ((self._last_error - error) / (self._first_error + 1e-8)).cpu().numpy()
            self._last_error = error
            return self._state(), reward, np.array([self._step == EPISODE_STEPS] * self._envs)

    def _error(self) -> Tensor:
        return squared_error(self._canvas.float() / 255, self._target.float() / 255)

    def _state(self) -> Tensor:
        plane = torch.ones(self._envs, 1, SIDE, SIDE, dtype=torch.uint8) * self._step
        return torch.cat([self._canvas, self._target, plane.to(self._device)], dim=1)


class PublishedLoop:
    """The published learner and its environments; a `Loop` for `training_speed`.

    Attributes:
        actor: The policy, with the published head.
        critic: The value network.
        target_actor: Its slow copy.
        target_critic: Likewise.
        replay: What `environment_step` fills and `update` draws from.
        losses: The actor's and the critic's, of the last update.

    Sizes: B batch, E environments, S side in pixels, k strokes of P parameters in a bundle.
    """

    def __init__(
        self,
        *,
        batch: int = 96,
        envs: int = 96,
        width: float = 1.0,
        device: torch.device | str = "cpu",
        replay_size: int = 800 * EPISODE_STEPS,
        seed: int = 0,
    ) -> None:
        """Build the networks, with random weights.

        Args:
            batch: Transitions an update learns from.
            envs: Sheets being painted.
            width: Of actor and critic, as a share of ResNet-18.
            device: Where the networks run.
            replay_size: Transitions kept, 229 kB each on the CPU.
            seed: Of everything random.
        """
        self._batch, self._envs, self._device = batch, envs, torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.actor = Actor(parameters=BEZIER.size, width=width, side=SIDE).to(self._device)
            self.critic = Critic(width=width).to(self._device)
            self._renderer = NeuralRenderer(inputs=BEZIER.size - 3).to(self._device)
            self._discriminator = Discriminator().to(self._device)
        self.target_actor, self.target_critic = copy.deepcopy(self.actor), copy.deepcopy(self.critic)
        self._slow_discriminator = copy.deepcopy(self._discriminator)
        self._actor_optimiser = torch.optim.Adam(self.actor.parameters(), lr=ACTOR_RATE)
        self._critic_optimiser = torch.optim.Adam(self.critic.parameters(), lr=CRITIC_RATE)
        self._discriminator_optimiser = torch.optim.Adam(self._discriminator.parameters(), lr=3e-4, betas=(0.5, 0.999))
        self._generator = torch.Generator(self._device).manual_seed(seed)
        self._coordinates = coordinate_planes(SIDE, device=self._device)
        self.replay = PublishedReplay(replay_size, seed=seed)
        self._environment = PublishedEnvironment(self._renderer, envs=envs, device=self._device, seed=seed)
        self._state: Tensor | None = None
        self.losses = (0.0, 0.0)

    def environment_step(self) -> None:
        """Paint one bundle in every environment and keep the transitions; begin the next episode where one is over."""
        with _published_cudnn():
            before = self._environment.reset() if self._state is None else self._state
            bundle = self._chosen(before)
            after, reward, done = self._environment.step(bundle)
            self._keep(before, bundle, reward, after, done)
            self._state = None if done[0] else after

    def update(self) -> None:
        """One update of all networks from one batch, the published `update_policy`.

        Raises:
            ValueError: If no environment has been stepped yet.
        """
        with _published_cudnn():
            state, bundle, _, after, done = self.replay.sample(self._batch, self._device)
            self._teach_discriminator(after)
            value_loss = self._teach_critic(state, bundle, self._later_value(after, done))
            policy_loss = self._teach_actor(state)
            self._follow()
            self.losses = (policy_loss.item(), value_loss.item())

    def parts(self) -> dict[str, Callable[[], None]]:
        """The parts of an update under their names, each to be called alone, on one batch; they go on learning.

        Raises:
            ValueError: If no environment has been stepped yet.
        """
        state, bundle, _, after, done = self.replay.sample(self._batch, self._device)
        later = self._later_value(after, done)
        parts: dict[str, Callable[[], object]] = {
            "sample": lambda: self.replay.sample(self._batch, self._device),
            "discriminator": lambda: self._teach_discriminator(after),
            "target value": lambda: self._later_value(after, done),
            "critic": lambda: self._teach_critic(state, bundle, later),
            "actor": lambda: self._teach_actor(state),
            "moving averages": self._follow,
        }
        return {name: _as_published(part) for name, part in parts.items()}

    def _chosen(self, state: Tensor) -> NDArray[np.float32]:
        """The actor's bundles [E, k P] for states [E, 7, S, S]."""
        for network in (self.actor, self.target_actor, self.critic, self.target_critic):
            network.eval()
        with torch.no_grad():
            bundle: NDArray[np.float32] = self.actor(self._observation(state)).cpu().numpy()
        for network in (self.actor, self.target_actor, self.critic, self.target_critic):
            network.train()
        return bundle

    def _keep(
        self,
        before: Tensor,
        bundle: NDArray[np.float32],
        reward: NDArray[np.float32],
        after: Tensor,
        done: NDArray[np.bool_],
    ) -> None:
        """Append one transition for each environment."""
        columns = [
            before.to("cpu", copy=True),
            torch.tensor(bundle, dtype=torch.float32),
            torch.tensor(reward, dtype=torch.float32),
            after.to("cpu", copy=True),
            torch.tensor(done.astype("float32")),
        ]
        for index in range(self._envs):
            self.replay.append([column[index] for column in columns])

    def _observation(self, state: Tensor) -> Tensor:
        """[B, 9, S, S] of states [B, 7, S, S]."""
        pixels = state[:, :6].float() / 255
        return observe(pixels[:, :3], pixels[:, 3:], state[:, 6, 0, 0].float() / EPISODE_STEPS, self._coordinates)

    def _valued(self, critic: nn.Module, state: Tensor, bundle: Tensor) -> tuple[Tensor, Tensor]:
        """Q [B] of bundles [B, k P] in states [B, 7, S, S], and its part that is the step's reward [B]."""
        target, before = state[:, 3:6].float() / 255, state[:, :3].float() / 255
        after = decode(self._renderer, bundle, before)
        reward = self._score(after, target) - self._score(before, target)
        fraction = (state[:, 6, 0, 0].float() + 1) / EPISODE_STEPS
        value: Tensor = critic(judge(before, after, target, fraction, self._coordinates))
        return value + reward, reward

    def _score(self, canvas: Tensor, target: Tensor) -> Tensor:
        score: Tensor = self._slow_discriminator(torch.cat([target, canvas], dim=1))
        return score

    def _teach_discriminator(self, state: Tensor) -> None:
        """WGAN-GP on the canvases of states [B, 7, S, S]; the penalty is this project's, the same formula."""
        canvas, target = state[:, :3].float() / 255, state[:, 3:6].float() / 255
        fake, real = torch.cat([target, canvas], dim=1), torch.cat([target, target], dim=1)
        on_real, on_fake = self._discriminator(real), self._discriminator(fake)
        penalty = gradient_penalty(self._discriminator, real, fake, self._generator)
        self._discriminator_optimiser.zero_grad()
        torch.autograd.backward(on_fake.mean() - on_real.mean() + penalty)
        self._discriminator_optimiser.step()
        _move(self._slow_discriminator, self._discriminator)

    def _later_value(self, after: Tensor, done: Tensor) -> Tensor:
        """The discounted Q [B] of the target actor's bundle in the states after the step, 0 where there is none."""
        with torch.no_grad():
            bundle = self.target_actor(self._observation(after))
            value, _ = self._valued(self.target_critic, after, bundle)
            return DISCOUNT * (1 - done) * value

    def _teach_critic(self, state: Tensor, bundle: Tensor, later: Tensor) -> Tensor:
        """One step towards reward plus later value; returns the loss."""
        value, reward = self._valued(self.critic, state, bundle)
        loss = nn.functional.mse_loss(value, later + reward.detach())
        self.critic.zero_grad()
        torch.autograd.backward(loss, retain_graph=True)
        self._critic_optimiser.step()
        return loss

    def _teach_actor(self, state: Tensor) -> Tensor:
        """One step up the value of the actor's own bundles; returns the loss."""
        value, _ = self._valued(self.critic, state, self.actor(self._observation(state)))
        loss = -value.mean()
        self.actor.zero_grad()
        torch.autograd.backward(loss, retain_graph=True)
        self._actor_optimiser.step()
        return loss

    def _follow(self) -> None:
        """Move both target networks."""
        _move(self.target_actor, self.actor)
        _move(self.target_critic, self.critic)


def _move(slow: nn.Module, network: nn.Module) -> None:
    """Take a moving average one `TAU` further, one parameter after the other."""
    with torch.no_grad():
        for mean, value in zip(slow.parameters(), network.parameters(), strict=True):
            mean.copy_(mean * (1 - TAU) + value * TAU)


@contextmanager
def _published_cudnn() -> Iterator[None]:
    """Set cuDNN as the published program does, but only inside: these switches are the whole process's."""
    cudnn: Any = torch.backends.cudnn
    before = cudnn.benchmark, cudnn.deterministic
    cudnn.benchmark = cudnn.deterministic = True
    try:
        yield
    finally:
        cudnn.benchmark, cudnn.deterministic = before


def _as_published(part: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with _published_cudnn():
            part()

    return run
