"""One update of an actor: a step on the sheets at hand, what it teaches, and what is kept for the critic."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from core.actor import Actor
from core.captured import Captured
from training.averages import move_towards
from training.budget import rate
from training.captured import can_capture, optimiser_of, restore, set_rate
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


class _Taught(NamedTuple):
    """What comes of teaching an actor on a batch of sheets: the sheets after its step, and scalars by name."""

    laid: Tensor
    canvas: Tensor
    told: dict[str, Tensor]


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
        captures: bool = True,
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
            captures: On a GPU, hold updates in CUDA graphs where that can be done.
        """
        self.policy, self.world, self.agent, self.replay, self.adversary = policy, world, agent, replay, adversary
        self.actor = actor.to(memory_format=layout(world.canvas.device, policy.autocast))  # type: ignore[call-overload]
        self.averaged: Actor = copy.deepcopy(actor).eval().requires_grad_(False)
        device = world.canvas.device
        self.optimiser = optimiser_of(
            torch.optim.AdamW, actor.parameters(), device, betas=(0.9, 0.99), weight_decay=1e-4
        )
        self._learning_rate, self._critic_learning_rate, self._decay = learning_rate, critic_learning_rate, decay
        self._direct_weight, self._value_weight, self._warm_start = direct_weight, value_weight, warm_start
        self._critic_batch = critic_batch or world.batch
        self._weights = {"colour_weight": colour_weight, "stubby_weight": stubby_weight, "elongation": elongation}
        self._generator = torch.Generator(device).manual_seed(seed)
        self._forward = torch.compile(actor) if compiled else actor
        self._captures = captures and can_capture(device)
        self._teach: dict[tuple[bool, ...], Captured[_Taught]] = {}
        # What changes from update to update, where a graph can read it: the weights of the pixels' word and of the
        # critic's, and the average's share.
        self._direct, self._slope, self._share = torch.zeros(3, device=device).unbind()

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
        own = index if self.world.batches > 1 else update
        # Every second batch of sheets is painted in the actor's own colours, so that it knows what comes of them.
        solve = self.policy.solve and own % 2 == 0
        taught = self.teach(index, update, share, progress if with_critic else None, solve=solve)
        told = {name: value.clone() for name, value in taught.told.items()}  # the critic's work comes over them
        if self.replay is not None:
            self.keep(taught.laid, taught.canvas, index)
        self.world.advance(index, taught.canvas)
        if with_critic:
            told |= self.judge(share)
        return told

    def teach(self, index: int, update: int, share: float, progress: float | None, *, solve: bool) -> _Taught:
        """One step of the actor on batch `index`, and of its average; `progress` only where a critic is to be asked."""
        ramp = 0.0
        if progress is not None:
            ramp = 1.0  # with neither warm start nor weight pixels have no word at all, as published
            if self._warm_start or self._direct_weight:
                ramp = min(1.0, (progress - self._warm_start) / max(1e-9, RAMP * (1 - self._warm_start)))
        direct = 1 - ramp + ramp * self._direct_weight
        self._direct.fill_(direct)
        self._slope.fill_(ramp * self._value_weight)
        # Early weights are soon outdated: the average reaches back further as there is more to average.
        self._share.fill_(1 - min(self._decay, (1 + update) / (10 + update)))
        set_rate(self.optimiser, self._learning_rate * share)
        way = (direct > 0, progress is not None, solve)
        if way not in self._teach:

            def teach(observation: Tensor, next_fraction: Tensor) -> _Taught:
                return self._taught(observation, next_fraction, *way)

            self._teach[way] = Captured(teach, enabled=self._captures)
        return self._teach[way](self.world.observation(index), self.world.step_fraction(index, ahead=1))

    def _taught(
        self, observation: Tensor, next_fraction: Tensor, hears_pixels: bool, hears_critic: bool, solve: bool
    ) -> _Taught:
        """As `teach`; nothing here depends on numbers of the host."""
        step = self.policy.step(self._forward, observation, solve=solve)
        told = {}
        roots: list[Tensor] = []
        slopes: list[Tensor | None] = []
        if hears_pixels:
            loss = self.policy.direct_loss(step, observation, **self._weights)
            told["loss"] = loss.detach()
            roots.append(self._direct * loss)
            slopes.append(None)
        if hears_critic and self.agent is not None:
            ascent = self.agent.ascent(step, observation, next_fraction)
            told["expected"] = ascent.expected
            roots.append(ascent.through)
            slopes.append(self._slope * ascent.slope)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(roots, slopes)
        average_gradients(self.actor)
        told["gradient"] = nn.utils.clip_grad_norm_(self.actor.parameters(), LARGEST_GRADIENT).detach()
        self.optimiser.step()
        move_towards(self.averaged, self.actor, self._share)
        return _Taught(step.laid.detach(), step.canvas.detach(), told)

    def keep(self, laid: Tensor, canvas: Tensor, index: int) -> None:
        """Store what a step did, the strokes laid and the canvases after them, before sheets begin anew."""
        assert self.replay is not None
        rows = self.world.rows(index)
        steps, lengths = self.world.clock(index)
        self.replay.extend(
            canvas=self.world.canvas[rows],
            target=self.world.target[rows],
            bundle=laid,
            next_canvas=canvas,
            step=steps,
            length=lengths,
        )

    def judge(self, share: float) -> dict[str, Tensor]:
        """One step of the critic, and of the discriminator where the reward has one."""
        assert self.agent is not None
        assert self.replay is not None
        batch = self.replay.sample(self._critic_batch, self._generator)
        told = {"critic": self.agent.update(self.averaged, batch, self._critic_learning_rate * share).clone()}
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
        for name in ("actor", "averaged", "agent", "adversary"):
            if getattr(self, name) is not None:
                getattr(self, name).load_state_dict(state[name])
        restore(self.optimiser, state["optimiser"])

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
