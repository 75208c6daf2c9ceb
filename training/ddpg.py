"""The DDPG update: a critic that learns what is still to be gained, and the slope along which an actor climbs.

Model-based as in the paper: the critic values canvases, and the slope of reward and value reaches the actor through the
differentiable renderer. Model-free as in its baseline: the critic values actions patch by patch, and nothing of the
renderer is known to either.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.actor import Actor
from core.captured import Captured
from core.observation import coordinate_planes, observe
from training.averages import move_towards
from training.captured import can_capture, optimiser_of, restore, set_rate
from training.critic import Critic, judge
from training.device import layout
from training.distributed import average_gradients
from training.losses import temporal_difference
from training.patch_critic import PATCHES, PatchCritic
from training.policy import Policy, Step
from training.replay_buffer import Transitions
from training.rewards import Reward

LARGEST_GRADIENT = 1.0
"""Norm to which a critic's gradient is clipped; early values are far from what they are to be."""


class Ascent(NamedTuple):
    """Which way an actor should go.

    Attributes:
        through: What the actor has emitted or painted, with its gradient.
        slope: The gradient there of what is to be lowered, the mean of -Q over the batch; of the shape of `through`.
        expected: The mean of Q, a scalar still on the device.
    """

    through: Tensor
    slope: Tensor
    expected: Tensor


class _CriticLearner(ABC):
    """A critic, its slow copy and its optimiser."""

    def __init__(
        self, critic: nn.Module, *, policy: Policy, reward: Reward, discount: float, tau: float, captures: bool
    ) -> None:
        self.critic = critic
        self.slow_critic = copy.deepcopy(critic).requires_grad_(False)
        self.policy, self.reward, self.discount, self.tau = policy, reward, discount, tau
        device = next(critic.parameters()).device
        self.optimiser = optimiser_of(torch.optim.Adam, critic.parameters(), device)
        self._planes: Tensor | None = None
        self._captures = captures and can_capture(device)
        self._learn: dict[Actor, Captured[Tensor]] = {}

    def update(self, slow_actor: Actor, batch: Transitions, learning_rate: float) -> Tensor:
        """Let the critic learn from stored transitions; returns its loss, a scalar still on the device."""
        if slow_actor not in self._learn:

            def learn(*fields: Tensor) -> Tensor:
                loss = self.loss(slow_actor, Transitions(*fields))
                self.descend(loss)
                return loss.detach()

            self._learn[slow_actor] = Captured(learn, enabled=self._captures)
        set_rate(self.optimiser, learning_rate)
        return self._learn[slow_actor](*batch)

    @abstractmethod
    def loss(self, slow_actor: Actor, batch: Transitions) -> Tensor:
        """How far the critic is from what it should say of stored transitions, a scalar with its gradient."""

    def coordinates(self, like: Tensor) -> Tensor:
        """The coordinate planes for pictures like this."""
        if self._planes is None or self._planes.shape[-1] != like.shape[-1]:
            self._planes = coordinate_planes(like.shape[-1], device=like.device)
        return self._planes

    def autocast(self, like: Tensor) -> torch.autocast:
        """The precision that the networks run in."""
        return torch.autocast(like.device.type, self.policy.autocast, enabled=self.policy.autocast is not None)

    def descend(self, loss: Tensor) -> None:
        """One step of the critic, and the slow copy's after it."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.critic)
        nn.utils.clip_grad_norm_(self.critic.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        move_towards(self.slow_critic, self.critic, self.tau)

    def state_dict(self) -> dict[str, Any]:
        """All that the next updates depend on."""
        return {
            "critic": self.critic.state_dict(),
            "slow_critic": self.slow_critic.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        for name in ("critic", "slow_critic"):
            getattr(self, name).load_state_dict(state[name])
        restore(self.optimiser, state["optimiser"])


def _placed(critic: nn.Module, device: torch.device | str, policy: Policy) -> nn.Module:
    """A critic where it is to learn, laid out as it is fed."""
    placed: nn.Module = critic.to(device, memory_format=layout(torch.device(device), policy.autocast))  # type: ignore[call-overload]
    return placed


class ModelBased(_CriticLearner):
    """Q(s, a) = r + discount V(s'), with s' what the renderer makes of s and a; see `Critic`."""

    def __init__(
        self,
        *,
        policy: Policy,
        reward: Reward,
        discount: float,
        tau: float = 0.001,
        width: float = 1.0,
        device: torch.device | str = "cpu",
        captures: bool = True,
    ) -> None:
        """A new critic of that width; on a GPU its updates are captured in a graph where that `captures`."""
        critic = _placed(Critic(width=width), device, policy)
        super().__init__(critic, policy=policy, reward=reward, discount=discount, tau=tau, captures=captures)

    def _value(self, critic: nn.Module, before: Tensor, after: Tensor, target: Tensor, fraction: Tensor) -> Tensor:
        seen = judge(before, after, target, fraction, self.coordinates(target))
        with self.autocast(target):
            value: Tensor = critic(self.policy.fed(seen))
        return value.float()

    def ascent(self, step: Step, observation: Tensor, next_fraction: Tensor) -> Ascent:
        """Which way a step's canvas should change for the actor to be better off.

        Only reward and value of the canvas after the step say so, and no gradient of the critic's weights is reckoned.

        Args:
            step: A step of the actor, with gradients.
            observation: [B, 9, S, S], what the actor saw before it.
            next_fraction: [B], the step fraction after it.
        """
        before, target = observation[:, :3], observation[:, 3:6]
        after = step.canvas.detach().requires_grad_()
        gain = self.reward(before, after, target)
        expected = (gain + self.discount * self._value(self.critic, before, after, target, next_fraction)).mean()
        (slope,) = torch.autograd.grad(-expected, after)
        return Ascent(step.canvas, slope, expected.detach())

    def loss(self, slow_actor: Actor, batch: Transitions) -> Tensor:
        """See `_CriticLearner.loss`.

        The next step is the slow actor's, taken here and now: the stored one would be of an older actor.
        """
        with torch.no_grad():
            seen = observe(batch.next_canvas, batch.target, batch.next_fraction, self.coordinates(batch.target))
            then = self.policy.step(slow_actor, seen).canvas
            reward = self.reward(batch.next_canvas, then, batch.target)
            fraction = (2 * batch.next_fraction - batch.step_fraction).clamp_max(1)
            next_value = self._value(self.slow_critic, batch.next_canvas, then, batch.target, fraction)
        value = self._value(self.critic, batch.canvas, batch.next_canvas, batch.target, batch.next_fraction)
        return temporal_difference(value, reward, next_value, batch.terminal, self.discount)


class ModelFree(_CriticLearner):
    """Q(s, a) of patches, learned without drawing anything; see `PatchCritic`. One patch makes it plain DDPG."""

    def __init__(
        self,
        *,
        policy: Policy,
        reward: Reward,
        discount: float,
        side: int,
        patches: int = PATCHES,
        tau: float = 0.001,
        width: float = 1.0,
        device: torch.device | str = "cpu",
        captures: bool = True,
    ) -> None:
        """A new critic of that width; on a GPU its updates are captured in a graph where that `captures`.

        Args:
            policy: Of a published actor.
            reward: What it learns to foresee.
            discount: Of a step's future.
            side: Of observations, pixels.
            patches: Along a side, that have a value each; `PATCHES`, or 1 for the whole picture.
            tau: Of the target critic's soft update.
            width: Of the critic.
            device: Where it learns.
            captures: See above.

        Raises:
            ValueError: If the policy's actor is no published one: what a dense head emits is not what is laid.
        """
        if policy.head != "average":
            raise ValueError("a model-free critic judges what the actor emits, so its head must be the published one")
        critic = _placed(PatchCritic(values=policy.bundle * policy.brush.size, side=side, width=width), device, policy)
        super().__init__(critic, policy=policy, reward=reward, discount=discount, tau=tau, captures=captures)
        self._patches = patches

    def _values(self, critic: nn.Module, observation: Tensor, bundle: Tensor) -> Tensor:
        """[B, patches, patches]."""
        with self.autocast(observation):
            values: Tensor = critic(self.policy.fed(observation), bundle)
        # The last layer is linear: of the whole picture it is the usual one after averaged features.
        return functional.avg_pool2d(values.float()[:, None], PATCHES // self._patches)[:, 0]

    def ascent(self, step: Step, observation: Tensor, next_fraction: Tensor) -> Ascent:
        """Which way a step's bundle should change for the actor to be better off; see `ModelBased.ascent`."""
        bundle = step.bundle.detach().requires_grad_()
        expected = self._values(self.critic, observation, bundle).mean()
        (slope,) = torch.autograd.grad(-expected, bundle)
        return Ascent(step.bundle, slope, expected.detach())

    def loss(self, slow_actor: Actor, batch: Transitions) -> Tensor:
        """See `_CriticLearner.loss`."""
        planes = self.coordinates(batch.target)
        seen = observe(batch.canvas, batch.target, batch.step_fraction, planes)
        with torch.no_grad():
            reward = self.reward.of_patches(batch.canvas, batch.next_canvas, batch.target, self._patches)
            seen_next = observe(batch.next_canvas, batch.target, batch.next_fraction, planes)
            next_values = self._values(self.slow_critic, seen_next, self.policy.emit(slow_actor, seen_next))
            aim = reward + self.discount * (1 - batch.terminal)[:, None, None] * next_values
        return (self._values(self.critic, seen, batch.bundle) - aim).square().mean()
