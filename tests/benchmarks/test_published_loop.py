"""The published loop: what it keeps, what an update changes, and that it paints as this project does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from benchmarks.published_loop import PublishedLoop, PublishedReplay, decode
from core.rasteriser.differentiable import lay_bundle
from core.renderer import NeuralRenderer

PARTS = ["sample", "discriminator", "target value", "critic", "actor", "moving averages"]


def tiny_loop(*, envs: int = 2, batch: int = 2, **options: Any) -> PublishedLoop:
    return PublishedLoop(batch=batch, envs=envs, width=1 / 16, **options)


def weights(network: nn.Module) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in network.parameters()]


def changed(before: list[Tensor], network: nn.Module) -> bool:
    return any(not torch.equal(old, new) for old, new in zip(before, network.parameters(), strict=True))


@pytest.fixture(scope="module")
def stepped() -> PublishedLoop:
    """A loop after two steps of its environments; tests take a copy."""
    loop = tiny_loop()
    loop.environment_step()
    loop.environment_step()
    return loop


def test_an_update_changes_actor_critic_and_discriminator(stepped: PublishedLoop) -> None:
    loop = copy.deepcopy(stepped)
    networks = (loop.actor, loop.critic, loop._discriminator)
    before = [weights(network) for network in networks]

    loop.update()

    assert [changed(old, network) for old, network in zip(before, networks, strict=True)] == [True, True, True]
    assert all(torch.isfinite(torch.tensor(loop.losses)))


def test_each_slow_copy_goes_a_thousandth_of_the_way(stepped: PublishedLoop) -> None:
    loop = copy.deepcopy(stepped)
    pairs = (
        (loop.target_actor, loop.actor),
        (loop.target_critic, loop.critic),
        (loop._slow_discriminator, loop._discriminator),
    )
    before = [weights(slow) for slow, _ in pairs]

    loop.update()

    for old, (slow, network) in zip(before, pairs, strict=True):
        assert changed(old, slow)
        for was, now, value in zip(old, slow.parameters(), network.parameters(), strict=True):
            torch.testing.assert_close(now, 0.999 * was + 0.001 * value, rtol=1e-6, atol=1e-8)


def test_the_renderer_does_not_learn_though_it_is_given_gradients(stepped: PublishedLoop) -> None:
    loop = copy.deepcopy(stepped)
    before = weights(loop._renderer)

    loop.update()

    assert not changed(before, loop._renderer)
    # Kept from the published program: work that nobody uses.
    assert all(parameter.grad is not None for parameter in loop._renderer.parameters())
    assert all(parameter.grad is not None for parameter in loop._slow_discriminator.parameters())


def test_a_step_keeps_one_transition_for_each_environment() -> None:
    loop = tiny_loop(envs=3)

    loop.environment_step()
    assert len(loop.replay.items) == 3
    loop.environment_step()
    assert len(loop.replay.items) == 6

    for item in loop.replay.items:
        assert [(part.dtype, tuple(part.shape)) for part in item] == [
            (torch.uint8, (7, 128, 128)),
            (torch.float32, (65,)),
            (torch.float32, ()),
            (torch.uint8, (7, 128, 128)),
            (torch.float32, ()),
        ]
        assert all(part.device.type == "cpu" and not part.requires_grad for part in item)


def test_transitions_follow_each_other() -> None:
    loop = tiny_loop(envs=2)

    loop.environment_step()
    loop.environment_step()

    for environment in range(2):
        first, second = loop.replay.items[environment], loop.replay.items[2 + environment]
        assert torch.equal(first[3], second[0])
        assert not first[0][:3].any()  # a black sheet
        assert torch.equal(first[0][3:6], second[3][3:6])  # the same target
        assert [int(state[6].float().mean()) for state in (first[0], first[3], second[3])] == [0, 1, 2]


def test_the_reward_is_the_share_of_the_first_error_that_went() -> None:
    loop = tiny_loop(envs=1)
    loop.environment_step()
    (before, _, reward, after, _) = loop.replay.items[0]

    def error(state: Tensor) -> Tensor:
        return ((state[:3].double() - state[3:6].double()) / 255).square().mean()

    torch.testing.assert_close(reward.double(), 1 - error(after) / error(before), rtol=1e-4, atol=1e-6)


def test_an_episode_ends_with_its_fortieth_step_and_another_begins() -> None:
    loop = tiny_loop(envs=1)

    for _ in range(41):
        loop.environment_step()

    assert [float(item[4]) for item in loop.replay.items] == [0.0] * 39 + [1.0, 0.0]
    again = loop.replay.items[40][0]
    assert not again[:3].any()
    assert not again[6].any()


def test_a_full_replay_overwrites_the_oldest() -> None:
    loop = tiny_loop(envs=2, replay_size=5)

    for _ in range(4):
        loop.environment_step()

    # Eight transitions of the steps 0, 0, 1, 1, 2, 2, 3, 3: the last three stand where the first three stood.
    assert [int(item[0][6, 0, 0]) for item in loop.replay.items] == [2, 3, 3, 1, 2]


def test_a_batch_is_drawn_without_repeats_and_stacked() -> None:
    replay = PublishedReplay(10, seed=0)
    for name in range(4):
        replay.append([torch.tensor([float(name)]), torch.tensor(float(-name))])

    first, second = replay.sample(3, torch.device("cpu"))

    assert first.shape == (3, 1)
    assert len(set(first.flatten().tolist())) == 3
    assert torch.equal(second, -first[:, 0])
    assert len(replay.sample(9, torch.device("cpu"))[0]) == 4  # all there are


def test_there_is_nothing_to_learn_before_the_first_step() -> None:
    with pytest.raises(ValueError, match="step the environments first"):
        tiny_loop().update()
    with pytest.raises(ValueError, match="at least 1 transition"):
        PublishedReplay(0, seed=0)


def test_it_decodes_a_bundle_as_this_project_lays_it() -> None:
    torch.manual_seed(0)
    renderer, bundle, canvas = NeuralRenderer(width=1 / 16), torch.rand(2, 65), torch.rand(2, 3, 128, 128)
    strokes = bundle.reshape(10, 13)
    expected = lay_bundle(canvas, renderer(strokes[:, :10]).reshape(2, 5, 128, 128), strokes[:, 10:].reshape(2, 5, 3))

    torch.testing.assert_close(decode(renderer, bundle, canvas), expected, rtol=0, atol=1e-6)


def test_the_parts_of_an_update_are_named_and_can_be_called_again_and_again(stepped: PublishedLoop) -> None:
    loop = copy.deepcopy(stepped)
    parts = loop.parts()

    assert list(parts) == PARTS
    for part in parts.values():
        part()
        part()


def test_the_parts_together_change_what_an_update_changes(stepped: PublishedLoop) -> None:
    whole, pieces = copy.deepcopy(stepped), copy.deepcopy(stepped)
    networks = [(name, weights(getattr(pieces, name))) for name in ("actor", "critic", "target_actor", "target_critic")]

    whole.update()
    for part in pieces.parts().values():
        part()

    for name, before in networks:
        assert changed(before, getattr(whole, name))
        assert changed(before, getattr(pieces, name))


def test_cudnn_is_left_as_it_was(stepped: PublishedLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    loop, cudnn = copy.deepcopy(stepped), torch.backends.cudnn
    inside: list[tuple[bool, bool]] = []
    follow = loop._follow
    monkeypatch.setattr(loop, "_follow", lambda: (inside.append((cudnn.benchmark, cudnn.deterministic)), follow()))
    before = (cudnn.benchmark, cudnn.deterministic)

    loop.update()

    assert inside == [(True, True)]
    assert (cudnn.benchmark, cudnn.deterministic) == before


def test_the_same_seed_gives_the_same_loop_whatever_was_drawn_before() -> None:
    losses = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        state = torch.random.get_rng_state()
        loop = tiny_loop(seed=7)
        loop.environment_step()
        loop.update()
        losses.append(loop.losses)
        assert torch.equal(torch.random.get_rng_state(), state)

    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_it_runs_on_a_gpu_with_its_replay_on_the_cpu() -> None:
    loop = tiny_loop(device="cuda")
    loop.environment_step()
    loop.update()

    assert all(part.device.type == "cpu" for item in loop.replay.items for part in item)
    assert all(parameter.device.type == "cuda" for parameter in loop.actor.parameters())
