"""The actor's update: which losses it hears, when the critic joins in, and what is kept of it."""

from __future__ import annotations

import copy
import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.actor import Actor
from core.brushes import BEZIER
from core.observation import coordinate_planes
from training.actors import new_actor
from training.critic import judge
from training.ddpg import Ascent, ModelBased
from training.discriminator import Adversary
from training.environment import Environment
from training.learner import Learner
from training.picture_bank import PictureBank
from training.policy import ExactCoverage, Policy, Step
from training.replay_buffer import ReplayBuffer, Transitions
from training.rewards import Reward

SIDE = 32
POLICY = Policy(brush=BEZIER, coverage=ExactCoverage(BEZIER), head="dense", bundle=5, solve=True)


class Pointer:
    """An agent that points where it is told to, and notes what it is asked to learn."""

    def __init__(self, slope: float = 1.0) -> None:
        self.slope = slope
        self.learned: list[tuple[Actor, Transitions, float]] = []
        self.next_fractions: list[Tensor] = []

    def ascent(self, step: Step, observation: Tensor, next_fraction: Tensor) -> Ascent:
        self.next_fractions.append(next_fraction)
        return Ascent(step.canvas, torch.full_like(step.canvas, self.slope), torch.tensor(0.25))

    def update(self, slow_actor: Actor, batch: Transitions, learning_rate: float) -> Tensor:
        self.learned.append((slow_actor, batch, learning_rate))
        return torch.tensor(0.75)

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """There is none."""


def world(*, seed: int = 0, episode_steps: int = 8) -> Environment:
    """Two batches of four sheets, each sheet a group of its own."""
    pictures = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), np.uint8)
    return Environment(PictureBank.of(pictures), envs=8, batch=4, side=SIDE, episode_steps=episode_steps, seed=seed)


def learner(agent: Any = None, *, seed: int = 0, replay: int | None = None, **settings: Any) -> Learner:
    torch.manual_seed(seed)
    keeps = replay or (64 if agent is not None else None)
    return Learner(
        policy=POLICY,
        actor=new_actor(BEZIER, width=0.125, side=SIDE),
        world=world(seed=seed),
        agent=agent,
        replay=ReplayBuffer(keeps, side=SIDE, values=65) if keeps else None,
        seed=seed,
        **settings,
    )


def model_based(*, reward: Reward | None = None, seed: int = 0) -> ModelBased:
    torch.manual_seed(seed)
    return ModelBased(policy=POLICY, reward=reward or Reward(kind="psnr"), discount=0.8, width=0.125)


def weights_of(module: nn.Module) -> Tensor:
    return torch.cat([value.detach().double().flatten() for value in module.state_dict().values()])


def gradient_of(module: nn.Module) -> Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in module.parameters() if parameter.grad is not None])


def test_every_second_batch_of_sheets_is_painted_in_the_actors_own_colours() -> None:
    direct = learner()
    actor = copy.deepcopy(direct.actor)
    direct.world.lengths[:] = 100  # nothing begins anew
    seen = [direct.world.observation(index) for index in (0, 1)]

    for update in (0, 1):
        direct.update(update, 0.0)
        direct.actor.load_state_dict(actor.state_dict())

    best, own = (
        POLICY.step(actor.train(), seen[index], solve=solve).canvas for index, solve in ((0, True), (1, False))
    )
    torch.testing.assert_close(direct.world.canvas[direct.world.rows(0)], best.detach())
    torch.testing.assert_close(direct.world.canvas[direct.world.rows(1)], own.detach())
    assert not torch.allclose(own, POLICY.step(actor, seen[1], solve=True).canvas, atol=1e-2)


# What the actor hears --------------------------------------------------------------------------------------------


def test_an_actor_learns_by_its_strokes_pixels_alone() -> None:
    # Sheets that stay the same: what is told at each update is comparable.
    direct = learner(learning_rate=3e-3)
    bare, target = direct.world.canvas.clone(), direct.world.target.clone()
    losses = []
    for update in range(200, 224, 2):
        direct.world.canvas.copy_(bare)
        direct.world.target.copy_(target)
        told = direct.update(update, 0.0)
        losses.append(float(told["loss"]))

    assert told.keys() == {"loss", "gradient"}
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) - 0.05


def test_the_actors_gradient_is_that_of_pixels_reward_and_value_together_clipped() -> None:
    agent = model_based()
    both = learner(agent, direct_weight=0.5, value_weight=20.0, warm_start=0.0)
    actor, observation = copy.deepcopy(both.actor), both.world.observation(0)
    ahead = both.world.step_fraction(0, ahead=1)
    # All of it in one formula, nothing detached, at a quarter of the ramp.
    step = POLICY.step(actor, observation)
    seen = judge(observation[:, :3], step.canvas, observation[:, 3:6], ahead, coordinate_planes(SIDE))
    q = agent.reward(observation[:, :3], step.canvas, observation[:, 3:6]) + 0.8 * agent.critic(seen)
    pixels = POLICY.direct_loss(step, observation, stubby_weight=0.5, elongation=2.0, colour_weight=3.0)
    (0.875 * pixels - 0.25 * 20.0 * q.mean()).backward()  # type: ignore[no-untyped-call]
    expected = gradient_of(actor)
    norm = float(expected.norm())

    told = both.update(0, 0.025)

    assert norm > 1
    assert float(told["gradient"]) == pytest.approx(norm, rel=1e-3)
    torch.testing.assert_close(gradient_of(both.actor), expected / norm, rtol=1e-3, atol=1e-4)
    assert float(told["loss"]) == pytest.approx(pixels.item(), rel=1e-5)
    assert float(told["expected"]) == pytest.approx(q.mean().item(), rel=1e-5)


def test_a_run_without_the_pixels_word_hears_reward_and_value_only() -> None:
    agent = model_based()
    by_critic = learner(agent, direct_weight=0.0, warm_start=0.0)
    actor, observation = copy.deepcopy(by_critic.actor), by_critic.world.observation(0)
    step = POLICY.step(actor, observation)
    ascent = agent.ascent(step, observation, by_critic.world.step_fraction(0, ahead=1))
    step.canvas.backward(ascent.slope)  # type: ignore[no-untyped-call]

    told = by_critic.update(0, 0.5)

    assert told.keys() == {"expected", "gradient", "critic"}
    expected = gradient_of(actor)
    torch.testing.assert_close(
        gradient_of(by_critic.actor), expected / max(1.0, float(expected.norm())), rtol=1e-3, atol=1e-6
    )


def test_the_critics_word_gains_weight_over_a_tenth_of_the_updates_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Policy, "direct_loss", lambda _policy, step, *_, **__: 0 * step.bundle.sum())

    def heard(progress: float, **settings: Any) -> float:
        settings = {"value_weight": 1.0, **settings}
        told = learner(Pointer(1e-2), direct_weight=0.0, warm_start=0.5, **settings).update(0, progress)
        return float(told["gradient"])

    full = heard(0.55)

    assert full > 1e-4
    assert heard(0.5) == 0
    assert heard(0.525) == pytest.approx(full / 2, rel=1e-3)
    assert heard(0.9) == pytest.approx(full, rel=1e-3)
    assert heard(0.55, value_weight=3.0) == pytest.approx(3 * full, rel=1e-3)


def test_the_pixels_word_fades_as_the_critics_gains_weight() -> None:
    def heard(progress: float, **settings: Any) -> float:
        return float(learner(Pointer(0.0), warm_start=0.5, **settings).update(0, progress)["gradient"])

    alone = heard(0.2, direct_weight=0.0)

    assert alone > 1e-2
    assert heard(0.5, direct_weight=0.0) == pytest.approx(alone, rel=1e-3)
    assert heard(0.5125, direct_weight=0.0) == pytest.approx(0.75 * alone, rel=1e-3)
    assert heard(0.5125, direct_weight=0.5) == pytest.approx(0.875 * alone, rel=1e-3)
    assert heard(0.9, direct_weight=0.5) == pytest.approx(0.5 * alone, rel=1e-3)


def test_the_agent_is_told_how_far_the_episode_will_be() -> None:
    agent = Pointer()
    told = learner(agent, warm_start=0.0)
    told.world.steps[0], told.world.lengths[0] = torch.tensor([0, 1, 2, 3]), torch.full((4,), 4)

    told.update(0, 0.5)

    assert agent.next_fractions[0].tolist() == [0.25, 0.5, 0.75, 1.0]


# When the critic joins in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("progress", [0.0, 0.05, 0.5])
def test_without_a_warm_start_and_a_weight_pixels_have_no_word(progress: float) -> None:
    agent = Pointer(1e-2)
    told = learner(agent, direct_weight=0.0, warm_start=0.0).update(0, progress)
    assert "loss" not in told
    assert "expected" in told


def test_no_critic_is_touched_before_the_warm_start_is_over_and_it_learns_after() -> None:
    torch.manual_seed(0)
    adversary = Adversary()
    agent = model_based(reward=Reward(kind="mixed", adversary=adversary))
    warming = learner(agent, adversary=adversary, warm_start=0.5)
    critics = (agent.critic, agent.slow_critic, adversary.discriminator, adversary.averaged)
    before = [weights_of(critic) for critic in critics]
    actor = weights_of(warming.actor)

    for update, progress in enumerate((0.0, 0.25, 0.499)):
        assert warming.update(update, progress).keys() == {"loss", "gradient"}
    assert all(torch.equal(weights_of(critic), old) for critic, old in zip(critics, before, strict=True))
    assert not torch.equal(weights_of(warming.actor), actor)
    assert warming.replay is not None
    assert len(warming.replay) == 12  # what will be learned from is kept all along

    told = warming.update(3, 0.5)
    assert told.keys() == {"loss", "gradient", "expected", "critic", "real", "fake", "penalty"}
    assert not any(torch.equal(weights_of(critic), old) for critic, old in zip(critics, before, strict=True))


def test_a_critic_learns_from_a_batch_of_stored_transitions_with_the_averaged_actor() -> None:
    agent = Pointer()
    judged = learner(agent, critic_learning_rate=0.5, warm_start=0.0)

    judged.update(99, 0.5)

    ((slow_actor, batch, learning_rate),) = agent.learned
    assert slow_actor is judged.averaged
    assert len(batch.canvas) == 4
    assert learning_rate == pytest.approx(0.5 * 0.5 * 0.51)  # half warmed up, half way down the cosine


def test_a_discriminator_learns_from_the_canvases_that_steps_left_in_the_same_batch() -> None:
    agent, asked = Pointer(), []

    class Listener(Adversary):
        def update(self, canvas: Tensor, target: Tensor) -> dict[str, Tensor]:
            asked.append((canvas, target))
            return {"real": torch.tensor(0.5)}

    told = learner(agent, adversary=Listener(), warm_start=0.0).update(0, 0.5)

    (_, batch, _), (canvas, target) = agent.learned[0], asked[0]
    assert torch.equal(canvas, batch.next_canvas)
    assert torch.equal(target, batch.target)
    assert not torch.equal(canvas, batch.canvas)
    assert float(told["real"]) == 0.5


def test_the_actors_learning_rate_warms_up_and_falls_along_the_cosine() -> None:
    direct = learner(learning_rate=0.01)

    direct.update(0, 0.0)
    assert direct.optimiser.param_groups[0]["lr"] == pytest.approx(0.01 / 200)
    direct.update(1000, 0.5)
    assert direct.optimiser.param_groups[0]["lr"] == pytest.approx(0.01 * 0.51)


# What is kept ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("update", "decay", "share"), [(0, 0.998, 0.9), (90, 0.998, 0.09), (90, 0.5, 0.5)])
def test_the_average_reaches_back_further_as_there_is_more_to_average(update: int, decay: float, share: float) -> None:
    # 1 - (1 + 0) / (10 + 0), 1 - (1 + 90) / (10 + 90), and 1 less the decay asked for where that is less.
    direct = learner(decay=decay)
    before = {name: value.clone() for name, value in direct.averaged.state_dict().items()}

    direct.update(update, 0.0)

    newest, averaged = direct.actor.state_dict(), direct.averaged.state_dict()
    assert not torch.equal(before["bn1.running_mean"], newest["bn1.running_mean"])
    for name, value in before.items():
        if value.is_floating_point():
            torch.testing.assert_close(averaged[name], torch.lerp(value, newest[name], share), rtol=0, atol=1e-6)
    assert not direct.averaged.training
    assert not any(parameter.requires_grad for parameter in direct.averaged.parameters())


def test_each_update_takes_the_next_batch_of_sheets_a_step_further() -> None:
    direct = learner()
    sheets = direct.world
    sheets.steps[:], sheets.lengths[:] = 0, 8
    before = sheets.canvas.clone()
    expected = POLICY.step(copy.deepcopy(direct.actor).train(), sheets.observation(0)).canvas.detach()

    direct.update(0, 0.0)
    assert sheets.steps.tolist() == [[1, 1, 1, 1], [0, 0, 0, 0]]
    torch.testing.assert_close(sheets.canvas[:4], expected)
    assert torch.equal(sheets.canvas[4:], before[4:])

    direct.update(1, 0.0)
    assert sheets.steps.tolist() == [[1, 1, 1, 1], [1, 1, 1, 1]]
    assert not torch.equal(sheets.canvas[4:], before[4:])

    direct.update(2, 0.0)
    assert sheets.steps.tolist() == [[2, 2, 2, 2], [1, 1, 1, 1]]


def test_what_a_step_did_is_kept_as_it_was_before_sheets_begin_anew() -> None:
    keeps = learner(replay=4)
    sheets = keeps.world
    sheets.steps[0], sheets.lengths[0] = torch.tensor([0, 1, 2, 3]), torch.full((4,), 4)
    before, target = sheets.canvas[:4].clone(), sheets.target[:4].clone()
    step = POLICY.step(copy.deepcopy(keeps.actor).train(), sheets.observation(0))

    keeps.update(0, 0.0)

    assert keeps.replay is not None
    kept = keeps.replay.state_dict()
    assert kept["step"].tolist() == [0, 1, 2, 3]
    assert kept["length"].tolist() == [4, 4, 4, 4]
    for name, pixels in (("canvas", before), ("target", target), ("next_canvas", step.canvas.detach())):
        torch.testing.assert_close(kept[name] / 255, pixels, rtol=0, atol=0.6 / 255)
    torch.testing.assert_close(kept["bundle"], step.laid.detach(), rtol=0, atol=1e-4)
    # The last sheet's episode has ended with the step, and its target is another.
    assert sheets.steps[0].tolist() == [1, 2, 3, 0]
    assert not torch.equal(sheets.target[3], target[3])


def test_a_saved_learner_goes_on_the_same() -> None:
    def whole(seed: int) -> Learner:
        torch.manual_seed(seed)
        adversary = Adversary(seed=seed)
        agent = model_based(reward=Reward(kind="mixed", adversary=adversary), seed=seed)
        return learner(agent, adversary=adversary, seed=seed, warm_start=0.0)

    one, other = whole(0), whole(1)
    for update in range(3):
        one.update(update, 0.5)
    file = io.BytesIO()
    torch.save({"learner": one.state_dict(), "local": one.local_state_dict()}, file)
    saved = torch.load(io.BytesIO(file.getvalue()), weights_only=True)
    other.load_state_dict(saved["learner"])
    other.load_local_state_dict(saved["local"])

    for update in range(3, 6):
        told, same = one.update(update, 0.5), other.update(update, 0.5)
        assert told.keys() == same.keys()
        for name, value in told.items():
            assert torch.equal(value, same[name])
    assert torch.equal(weights_of(one.averaged), weights_of(other.averaged))
