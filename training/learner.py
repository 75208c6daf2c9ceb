"""One update of an actor: a step on the sheets at hand, what it teaches, and what is kept for the critic."""

from __future__ import annotations

import copy
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from core.actor import Actor
from training.averages import move_towards
from training.budget import rate
from training.ddpg import Ascent
from training.device import layout
from training.discriminator import Adversary
from training.distributed import average_gradients
from training.environment import Environment
from training.policy import Policy, Step
from training.replay_buffer import ReplayBuffer, Transitions

LARGEST_GRADIENT = 1.0
"""Norm to which an actor's gradient is clipped."""

RAMP = 0.1
"""Share of the updates with a critic over which its word takes its place beside, or in place of, the pixels'."""


class Agent(Protocol):
    """A critic that learns and tells an actor where to climb: `ModelBased` or `ModelFree` of `training.ddpg`."""

    def ascent(self, step: Step, observation: Tensor, next_fraction: Tensor) -> Ascent:
        """See `ModelBased.ascent`."""

    def update(self, slow_actor: Actor, batch: Transitions, learning_rate: float) -> Tensor:
        """See `ModelBased.update`."""

    def state_dict(self) -> dict[str, Any]:
        """All that the next updates depend on."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""


class Learner:
    """An actor that learns on the sheets of an environment.

    Each update takes one batch of sheets a step further, so what the actor learns from is what it does now; the critic
    learns from stored transitions. On a GPU with room for the replay buffer no update waits for the device.

    Attributes:
        actor: The network that learns.
        averaged: The running average of its weights: what is scored and shipped, and the critic's target actor.
    """

    def __init__(
        self,
        *,
        policy: Policy,
        actor: Actor,
        world: Environment,
        agent: Agent | None = None,
        replay: ReplayBuffer | None = None,
        adversary: Adversary | None = None,
        learning_rate: float = 1e-3,
        critic_learning_rate: float = 3e-4,
        decay: float = 0.998,
        direct_weight: float = 1.0,
        value_weight: float = 10.0,
        critic_batch: int | None = None,
        warm_start: float = 0.3,
        colour_weight: float = 3.0,
        stubby_weight: float = 0.5,
        elongation: float = 2.0,
        seed: int = 0,
        compiled: bool = False,
    ) -> None:
        """Gather the parts.

        Args:
            policy: How the actor's strokes are laid.
            actor: On the environment's device.
            world: The sheets.
            agent: The critic's side; absent for a direct run.
            replay: Where transitions are kept for it.
            adversary: The discriminator of its reward, which learns with it.
            learning_rate: Of the actor, at its highest.
            critic_learning_rate: Of the critic; it falls with the actor's.
            decay: Of the running average, at most.
            direct_weight: Of the loss by pixels alone, once there is a critic.
            value_weight: Of the critic's slope.
            critic_batch: Transitions that the critic learns from at each update; as many as a batch has where absent.
            warm_start: Share of the run that goes by pixels alone.
            colour_weight: See `Policy.direct_loss`.
            stubby_weight: Likewise.
            elongation: Likewise.
            seed: Of the draws from the replay buffer.
            compiled: Compile the actor: slow to begin, faster after.
        """
        self.policy, self.world, self.agent, self.replay, self.adversary = policy, world, agent, replay, adversary
        self.actor = actor.to(memory_format=layout(world.canvas.device, policy.autocast))  # type: ignore[call-overload]
        self.averaged: Actor = copy.deepcopy(actor).eval().requires_grad_(False)
        self.optimiser = torch.optim.AdamW(actor.parameters(), betas=(0.9, 0.99), weight_decay=1e-4, fused=True)
        self._learning_rate, self._critic_learning_rate, self._decay = learning_rate, critic_learning_rate, decay
        self._direct_weight, self._value_weight, self._warm_start = direct_weight, value_weight, warm_start
        self._critic_batch = critic_batch or world.batch
        self._weights = {"colour_weight": colour_weight, "stubby_weight": stubby_weight, "elongation": elongation}
        self._generator = torch.Generator(world.canvas.device).manual_seed(seed)
        self._forward = torch.compile(actor) if compiled else actor

    def update(self, update: int, progress: float) -> dict[str, Tensor]:
        """One update of everything that learns at this stage of the run.

        Args:
            update: Updates before it.
            progress: Share of the run before it.

        Returns:
            Scalars by name, still on the device.
        """
        index, share = update % self.world.batches, rate(progress, update)
        with_critic = self.agent is not None and progress >= self._warm_start
        self.actor.train()
        observation = self.world.observation(index)
        own = index if self.world.batches > 1 else update
        # Every second batch of sheets is painted in the actor's own colours, so that it knows what comes of them.
        step = self.policy.step(self._forward, observation, solve=self.policy.solve and own % 2 == 0)
        told = self.teach(step, observation, index, share, progress if with_critic else None)
        # Early weights are soon outdated: the average reaches back further as there is more to average.
        move_towards(self.averaged, self.actor, 1 - min(self._decay, (1 + update) / (10 + update)))
        if self.replay is not None:
            self.keep(step, index)
        self.world.advance(index, step.canvas)
        if with_critic:
            told |= self.judge(share)
        return told

    def teach(
        self, step: Step, observation: Tensor, index: int, share: float, progress: float | None
    ) -> dict[str, Tensor]:
        """One step of the actor; `progress` only where there is a critic to be asked."""
        told = {}
        ramp = 0.0
        if progress is not None:
            ramp = min(1.0, (progress - self._warm_start) / max(1e-9, RAMP * (1 - self._warm_start)))
        weight = 1 - ramp + ramp * self._direct_weight
        roots: list[Tensor] = []
        slopes: list[Tensor | None] = []
        if weight:
            loss = self.policy.direct_loss(step, observation, **self._weights)
            told["loss"] = loss.detach()
            roots.append(weight * loss)
            slopes.append(None)
        if progress is not None and self.agent is not None:
            ascent = self.agent.ascent(step, observation, self.world.step_fraction(index, ahead=1))
            told["expected"] = ascent.expected
            roots.append(ascent.through)
            slopes.append(ramp * self._value_weight * ascent.slope)
        for group in self.optimiser.param_groups:
            group["lr"] = self._learning_rate * share
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(roots, slopes)
        average_gradients(self.actor)
        told["gradient"] = nn.utils.clip_grad_norm_(self.actor.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        return told

    def keep(self, step: Step, index: int) -> None:
        """Store what the step did, before sheets begin anew."""
        assert self.replay is not None
        rows = self.world.rows(index)
        steps, lengths = self.world.clock(index)
        self.replay.extend(
            canvas=self.world.canvas[rows],
            target=self.world.target[rows],
            bundle=step.laid,
            next_canvas=step.canvas,
            step=steps,
            length=lengths,
        )

    def judge(self, share: float) -> dict[str, Tensor]:
        """One step of the critic, and of the discriminator where the reward has one."""
        assert self.agent is not None
        assert self.replay is not None
        batch = self.replay.sample(self._critic_batch, self._generator)
        told = {"critic": self.agent.update(self.averaged, batch, self._critic_learning_rate * share)}
        if self.adversary is not None:
            told |= self.adversary.update(batch.next_canvas, batch.target)
        return told

    def state_dict(self) -> dict[str, Any]:
        """All that the networks have learned; the same in all processes."""
        state = {
            "actor": self.actor.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        for name in ("agent", "adversary"):
            if getattr(self, name) is not None:
                state[name] = getattr(self, name).state_dict()
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        for name in ("actor", "averaged", "optimiser", "agent", "adversary"):
            if getattr(self, name) is not None:
                getattr(self, name).load_state_dict(state[name])

    def local_state_dict(self) -> dict[str, Any]:
        """What this process alone has: its sheets, its transitions and its draws."""
        state = {"world": self.world.state_dict(), "generator": self._generator.get_state()}
        if self.replay is not None:
            state["replay"] = self.replay.state_dict()
        if self.adversary is not None:
            state["penalty"] = self.adversary.generator.get_state()
        return state

    def load_local_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `local_state_dict` gave."""
        self.world.load_state_dict(state["world"])
        self._generator.set_state(state["generator"].cpu())
        if self.replay is not None:
            self.replay.load_state_dict(state["replay"])
        if self.adversary is not None:
            self.adversary.generator.set_state(state["penalty"].cpu())
