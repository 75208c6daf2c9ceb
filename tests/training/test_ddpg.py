"""The DDPG update: what a critic aims at, and which way it tells an actor to go, against formulas written out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.actor import Actor
from core.brushes import BEZIER
from core.observation import coordinate_planes, observe
from training import ddpg
from training.actors import new_actor
from training.critic import judge
from training.ddpg import ModelBased, ModelFree
from training.discriminator import Adversary
from training.environment import Environment
from training.learner import Learner
from training.patch_critic import PatchCritic
from training.picture_bank import PictureBank
from training.policy import ExactCoverage, Policy
from training.replay_buffer import Transitions
from training.rewards import Reward
from training.train_painter import PainterConfig, learner_of

SIDE = 32
PIXELS = 3 * SIDE * SIDE


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def policy(head: str = "dense", *, bundle: int = 5) -> Policy:
    return Policy(brush=BEZIER, coverage=ExactCoverage(BEZIER), head=head, bundle=bundle, solve=head == "dense")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def seen(*, batch: int = 2, fraction: float = 0.25) -> Tensor:
    canvas, target = random(2, batch, 3, SIDE, SIDE)
    return observe(canvas, target, torch.full((batch,), fraction), coordinate_planes(SIDE))


def transitions(*, terminal: tuple[float, ...] = (0.0, 1.0), steps: int = 8, values: int = 65) -> Transitions:
    """Steps 4 of 8, or the last where they are terminal."""
    batch, ends = len(terminal), torch.tensor(terminal)
    canvas, target, after = random(3, batch, 3, SIDE, SIDE, seed=5)
    step = torch.where(ends > 0, steps - 1, 3)
    return Transitions(
        canvas=canvas,
        target=target,
        bundle=random(batch, values, seed=6),
        next_canvas=after,
        step_fraction=step / steps,
        next_fraction=(step + 1) / steps,
        terminal=ends,
    )


class LinearCritic(nn.Module):
    """A sum over the canvas after a step with known weights; notes what it is asked."""

    def __init__(self, **_: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(1.0))
        self.register_buffer("plan", random(3, SIDE, SIDE, seed=9) - 0.5)
        self.asked: list[Tensor] = []

    def forward(self, seen: Tensor) -> Tensor:
        self.asked.append(seen.detach())
        return self.weight * (seen[:, 3:6] * self.get_buffer("plan")).sum(dim=(1, 2, 3))


class Constant(nn.Module):
    """A critic of one opinion, of pictures or of 8 x 8 patches."""

    def __init__(self, value: float = 0.5, shape: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))
        self.shape, self.asked = shape, []

    def forward(self, *asked: Tensor) -> Tensor:
        self.asked.append([one.detach() for one in asked])
        return self.value.expand(len(asked[0]), *self.shape)


def by_hand(reward: Reward, critic: nn.Module, before: Tensor, after: Tensor, target: Tensor, fraction: Tensor) -> Any:
    """r + gamma V with gamma 0.8, with nothing detached."""
    return reward(before, after, target) + 0.8 * critic(
        judge(before, after, target, fraction, coordinate_planes(after.shape[-1]))
    )


@pytest.fixture
def model_based() -> ModelBased:
    return ModelBased(policy=policy(), reward=Reward(kind="psnr"), discount=0.8, width=0.125)


def gradients(module: nn.Module) -> Iterator[Tensor | None]:
    return (parameter.grad for parameter in module.parameters())


def weights_of(module: nn.Module) -> Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


# What the actor is told ------------------------------------------------------------------------------------------


def test_the_ascent_is_that_of_reward_and_discounted_value_worked_out_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ddpg, "Critic", LinearCritic)
    agent, observation = ModelBased(policy=policy(), reward=Reward(kind="l2"), discount=0.8), seen()
    step = agent.policy.step(new_actor(BEZIER, width=0.125, side=SIDE), observation)

    ascent = agent.ascent(step, observation, torch.full((2,), 0.5))

    # r falls by (after - target)^2 / PIXELS, V rises by the plan's weights; the mean is over 2 pictures.
    after, target = step.canvas.detach(), observation[:, 3:6]
    plan = agent.critic.get_buffer("plan")
    expected = (2 * (after - target) / PIXELS - 0.8 * plan) / 2
    torch.testing.assert_close(ascent.slope, expected, rtol=1e-5, atol=1e-8)
    assert ascent.through is step.canvas
    before = observation[:, :3]
    q = (((before - target) ** 2 - (after - target) ** 2).mean((1, 2, 3)) + 0.8 * (after * plan).sum((1, 2, 3))).mean()
    torch.testing.assert_close(ascent.expected, q)
    assert not ascent.expected.requires_grad


@pytest.mark.parametrize("kind", ["l2", "psnr", "wgan", "mixed"])
def test_the_ascent_is_the_gradient_of_reward_and_discounted_value_of_a_real_critic(kind: str) -> None:
    adversary = Adversary() if kind in ("wgan", "mixed") else None
    agent = ModelBased(policy=policy(), reward=Reward(kind=kind, adversary=adversary), discount=0.8, width=0.125)
    observation, fraction = seen(), torch.full((2,), 0.5)
    step = agent.policy.step(new_actor(BEZIER, width=0.125, side=SIDE), observation)

    slope = agent.ascent(step, observation, fraction).slope

    after = step.canvas.detach().requires_grad_()
    before, target = observation[:, :3], observation[:, 3:6]
    loss = -by_hand(agent.reward, agent.critic, before, after, target, fraction).mean()
    torch.testing.assert_close(slope, torch.autograd.grad(loss, after)[0])
    # And what it promises is what happens on a small step down it.
    downhill = 2e-3 * slope / slope.norm()
    with torch.no_grad():
        up, down = (
            by_hand(agent.reward, agent.critic, before, after + way * downhill, target, fraction).mean()
            for way in (1, -1)
        )
    assert float(down - up) == pytest.approx(4e-3 * float(slope.norm()), rel=0.05)


@pytest.mark.parametrize("head", ["dense", "average"])
def test_the_actors_gradient_is_that_of_reward_and_value_straight_through_its_strokes(head: str) -> None:
    agent = ModelBased(policy=policy(head), reward=Reward(kind="psnr"), discount=0.8, width=0.125)
    actor, observation, fraction = new_actor(BEZIER, width=0.125, side=SIDE, head=head), seen(), torch.full((2,), 0.5)

    step = agent.policy.step(actor, observation)
    ascent = agent.ascent(step, observation, fraction)
    told = torch.autograd.grad(ascent.through, list(actor.parameters()), ascent.slope, allow_unused=True)

    after = agent.policy.step(actor, observation).canvas
    loss = -by_hand(agent.reward, agent.critic, observation[:, :3], after, observation[:, 3:6], fraction).mean()
    straight = torch.autograd.grad(loss, list(actor.parameters()), allow_unused=True)

    norm = float(torch.cat([one.flatten() for one in straight]).norm())
    assert norm > 1e-4
    for one, other in zip(told, straight, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4 * norm)


def test_where_neither_reward_nor_value_depends_on_the_canvas_the_actor_is_told_nothing() -> None:
    agent = ModelBased(policy=policy(), reward=Reward(kind="l2"), discount=0.8, width=0.125)
    observation = seen()
    step = agent.policy.step(new_actor(BEZIER, width=0.125, side=SIDE), observation)
    with torch.no_grad():
        agent.critic.value.weight.zero_()  # type: ignore[union-attr]
    finished = observation.clone()
    finished[:, 3:6] = step.canvas.detach()  # the reward is at its highest

    slope = agent.ascent(step, finished, torch.full((2,), 0.5)).slope

    assert not bool(slope.any())


def test_no_critic_gets_a_gradient_from_the_actors_update() -> None:
    adversary = Adversary()
    agent = ModelBased(policy=policy(), reward=Reward(kind="wgan", adversary=adversary), discount=0.8, width=0.125)
    actor, observation = new_actor(BEZIER, width=0.125, side=SIDE), seen()

    ascent = agent.ascent(agent.policy.step(actor, observation), observation, torch.full((2,), 0.5))
    ascent.through.backward(ascent.slope)  # type: ignore[no-untyped-call]

    for network in (agent.critic, agent.slow_critic, adversary.discriminator, adversary.averaged):
        assert all(gradient is None for gradient in gradients(network))
    assert sum(gradient is not None and bool(gradient.any()) for gradient in gradients(actor)) > 20


# What a critic aims at -------------------------------------------------------------------------------------------


def test_a_model_based_critic_aims_at_the_next_reward_and_the_slow_critics_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ddpg, "Critic", lambda **_: Constant(0.5))
    asked: list[tuple[Tensor, ...]] = []

    def reward(*canvases: Tensor) -> Tensor:
        asked.append(canvases)
        return torch.tensor([0.25, 0.25])

    agent = ModelBased(policy=policy(), reward=reward, discount=0.8, tau=0.25)  # type: ignore[arg-type]
    agent.slow_critic.value.data.fill_(2.0)  # type: ignore[union-attr, operator]
    slow_actor, batch = new_actor(BEZIER, width=0.125, side=SIDE).eval(), transitions()

    loss = agent.update(slow_actor, batch, learning_rate=0.125)

    # Aims: 0.25 + 0.8 x 2 = 1.85 on the way, and nothing where the episode has ended.
    assert float(loss) == pytest.approx(((0.5 - 1.85) ** 2 + 0.5**2) / 2)
    # Adam's first step is the learning rate, uphill here; the slow copy goes a quarter of its way there.
    assert agent.critic.value.item() == pytest.approx(0.5 + 0.125, rel=1e-5)  # type: ignore[union-attr, operator]
    assert agent.slow_critic.value.item() == pytest.approx(0.75 * 2.0 + 0.25 * 0.625)  # type: ignore[union-attr, operator]

    # The reward is the next step's: of what the slow actor paints on the canvas after.
    planes = coordinate_planes(SIDE)
    then = agent.policy.step(slow_actor, observe(batch.next_canvas, batch.target, batch.next_fraction, planes)).canvas
    ((before, after, target),) = asked
    assert torch.equal(before, batch.next_canvas)
    torch.testing.assert_close(after, then.detach())
    assert torch.equal(target, batch.target)
    # The slow critic is asked about that step, and the critic about the stored one.
    ((ahead,),), ((now,),) = agent.slow_critic.asked, agent.critic.asked  # type: ignore[misc]
    five_of_eight = torch.tensor([5 / 8, 1.0])  # never past the end
    expected = judge(batch.next_canvas, then.detach(), batch.target, five_of_eight, planes)
    torch.testing.assert_close(ahead, expected)
    torch.testing.assert_close(now, judge(batch.canvas, batch.next_canvas, batch.target, batch.next_fraction, planes))
    assert batch.next_fraction.tolist() == [4 / 8, 1.0]


def test_a_model_free_critic_aims_at_each_patchs_reward_and_its_slow_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ddpg, "PatchCritic", lambda **_: Constant(0.5, (8, 8)))
    way = policy("average")
    agent = ModelFree(policy=way, reward=Reward(kind="l2"), discount=0.8, side=SIDE, tau=0.25)
    agent.slow_critic.value.data.fill_(2.0)  # type: ignore[union-attr, operator]
    slow_actor, batch = new_actor(BEZIER, width=0.125, side=SIDE, head="average").eval(), transitions()

    loss = agent.update(slow_actor, batch, learning_rate=0.125)

    # Here the value is of the action itself, so its own reward stands also where the episode ends with it.
    cells = [
        pixels.reshape(2, 3, 8, 4, 8, 4).double().numpy() for pixels in (batch.canvas, batch.next_canvas, batch.target)
    ]
    rewards = ((cells[0] - cells[2]) ** 2 - (cells[1] - cells[2]) ** 2).mean(axis=(1, 3, 5))
    aims = rewards + 0.8 * 2.0 * np.array([1.0, 0.0])[:, None, None]
    assert float(loss) == pytest.approx(np.mean((0.5 - aims) ** 2), rel=1e-5)
    assert agent.critic.value.item() == pytest.approx(0.625, rel=1e-5)  # type: ignore[union-attr, operator]

    # The critic judges what was done, and its slow copy what the slow actor would do next.
    planes = coordinate_planes(SIDE)
    ((now, done),), ((ahead, would),) = agent.critic.asked, agent.slow_critic.asked  # type: ignore[misc]
    torch.testing.assert_close(now, observe(batch.canvas, batch.target, batch.step_fraction, planes))
    assert torch.equal(done, batch.bundle)
    torch.testing.assert_close(ahead, observe(batch.next_canvas, batch.target, batch.next_fraction, planes))
    torch.testing.assert_close(would, way.emit(slow_actor, ahead).detach())


def test_with_one_patch_a_critic_is_plain_ddpgs() -> None:
    agent = ModelFree(
        policy=policy("average"), reward=Reward(kind="l2"), discount=0.8, side=SIDE, patches=1, width=0.125
    )
    assert isinstance(agent.critic, PatchCritic)
    seen, bundle = torch.rand(2, 9, SIDE, SIDE), torch.rand(2, 5 * BEZIER.size)
    values = agent._values(agent.critic, seen, bundle)
    assert values.shape == (2, 1, 1)
    assert torch.allclose(values[:, 0, 0], agent.critic(seen, bundle).mean((1, 2)), atol=1e-6)


def test_the_model_free_ascent_is_the_patches_mean_slope_in_what_was_emitted() -> None:
    agent = ModelFree(policy=policy("average"), reward=Reward(kind="l2"), discount=0.8, side=SIDE, width=0.125)
    actor, observation = new_actor(BEZIER, width=0.125, side=SIDE, head="average"), seen()
    step = agent.policy.step(actor, observation)

    ascent = agent.ascent(step, observation, torch.full((2,), 0.5))
    ascent.through.backward(ascent.slope)  # type: ignore[no-untyped-call]

    assert ascent.through is step.bundle
    bundle = step.bundle.detach().requires_grad_()
    values = agent.critic(observation, bundle)
    (slope,) = torch.autograd.grad(-values.sum() / (2 * 64), bundle)
    torch.testing.assert_close(ascent.slope, slope)
    torch.testing.assert_close(ascent.expected, values.mean().detach())
    assert all(gradient is None for gradient in gradients(agent.critic))
    assert all(gradient is not None for gradient in gradients(actor))


def test_a_model_free_critic_refuses_a_dense_head() -> None:
    with pytest.raises(ValueError, match="its head must be the published one"):
        ModelFree(policy=policy("dense"), reward=Reward(kind="l2"), discount=0.8, side=SIDE, width=0.125)


# Learning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["model-based", "model-free"])
def test_a_critic_learns_what_it_is_shown_again_and_again_and_its_slow_copy_lags(kind: str) -> None:
    if kind == "model-based":
        agent: Any = ModelBased(policy=policy(), reward=Reward(kind="l2"), discount=0.8, width=0.125)
        slow_actor = new_actor(BEZIER, width=0.125, side=SIDE).eval()
    else:
        agent = ModelFree(policy=policy("average"), reward=Reward(kind="l2"), discount=0.8, side=SIDE, width=0.125)
        slow_actor = new_actor(BEZIER, width=0.125, side=SIDE, head="average").eval()
    black = torch.zeros(2, 3, SIDE, SIDE)
    batch = transitions()._replace(canvas=black + 0.9, next_canvas=black + 0.1, target=black)
    before = weights_of(agent.critic)

    losses = [float(agent.update(slow_actor, batch, 3e-3)) for _ in range(8)]

    assert losses[-1] < 0.3 * losses[0]
    newest, slow = weights_of(agent.critic), weights_of(agent.slow_critic)
    assert 0 < float((slow - before).norm()) < 8e-3 * float((newest - before).norm())  # at a thousandth of the way
    assert not any(parameter.requires_grad for parameter in agent.slow_critic.parameters())


def test_a_critics_gradient_is_clipped_to_length_one(model_based: ModelBased) -> None:
    with torch.no_grad():
        model_based.critic.value.bias.fill_(1000.0)  # type: ignore[union-attr, operator]

    model_based.update(new_actor(BEZIER, width=0.125, side=SIDE).eval(), transitions(), 1e-3)

    norm = sum(float(gradient.square().sum()) for gradient in gradients(model_based.critic) if gradient is not None)
    assert norm**0.5 == pytest.approx(1, rel=1e-3)


def test_a_saved_agent_goes_on_the_same(model_based: ModelBased) -> None:
    other = ModelBased(policy=policy(), reward=Reward(kind="psnr"), discount=0.8, width=0.125)
    slow_actor, batch = new_actor(BEZIER, width=0.125, side=SIDE).eval(), transitions()
    model_based.update(slow_actor, batch, 1e-3)
    file = io.BytesIO()
    torch.save(model_based.state_dict(), file)
    other.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))

    for _ in range(2):
        assert torch.equal(model_based.update(slow_actor, batch, 1e-3), other.update(slow_actor, batch, 1e-3))


# The discount ----------------------------------------------------------------------------------------------------


def learner(actor: Actor, config: PainterConfig) -> Learner:
    world = Environment(
        PictureBank.of([np.full((40, 40, 3), 99, np.uint8)]), envs=2, batch=2, side=SIDE, episode_steps=4, seed=0
    )
    return learner_of(config, policy(actor.head, bundle=config.bundle), actor, world)


@pytest.mark.parametrize(
    ("algorithm", "head", "bundle", "asked", "discount"),
    [
        ("ddpg-model-based", "dense", 5, None, 0.7737809375),
        ("ddpg-model-based", "dense", 1, None, 0.95),
        ("ddpg-model-based", "dense", 3, None, 0.857375),
        ("ddpg-model-based", "dense", 5, 0.9, 0.9),
        ("ddpg-model-free", "average", 5, None, 0.7737809375),
    ],
)
def test_the_discount_is_a_strokes_to_the_power_of_a_bundles_strokes(
    algorithm: str, head: str, bundle: int, asked: float | None, discount: float
) -> None:
    config = PainterConfig(
        data=(), out=Path(), algorithm=algorithm, reward="l2", head=head, bundle=bundle, discount=asked,
        batch=2, envs=2, critic_width=0.125,
    )  # fmt: skip

    agent = learner(new_actor(BEZIER, width=0.125, side=SIDE, head=head, bundle=bundle), config).agent

    assert isinstance(agent, ModelBased if algorithm == "ddpg-model-based" else ModelFree)
    assert agent.discount == pytest.approx(discount, rel=1e-12)


def test_a_direct_run_has_no_critic() -> None:
    config = PainterConfig(data=(), out=Path(), algorithm="direct", batch=2, envs=2)

    direct = learner(new_actor(BEZIER, width=0.125, side=SIDE), config)

    assert (direct.agent, direct.replay, direct.adversary) == (None, None, None)
