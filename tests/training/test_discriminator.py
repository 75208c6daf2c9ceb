"""The discriminator: its penalty against a second reading of the paper, what it learns, and the reward it gives."""

from __future__ import annotations

import io
import itertools

import pytest
import torch
from torch import Tensor, nn

from training.discriminator import Adversary, Discriminator, gradient_penalty


def pictures(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def adversary(*, seed: int = 0) -> Adversary:
    torch.manual_seed(seed)
    return Adversary(seed=seed)


def test_it_has_the_published_layers_and_takes_any_side() -> None:
    torch.manual_seed(0)
    discriminator = Discriminator()
    planes = [6, 16, 32, 64, 128, 1]
    weights = sum(a * b * 25 + 2 * b for a, b in itertools.pairwise(planes))

    assert sum(parameter.numel() for parameter in discriminator.parameters()) == weights + 4
    for side in (32, 48, 128):
        assert discriminator(pictures(2, 6, side, side)).shape == (2,)


def test_at_128_its_score_is_the_published_average_over_four_by_four() -> None:
    torch.manual_seed(0)
    discriminator, pair = Discriminator(), pictures(2, 6, 128, 128)

    published = nn.functional.avg_pool2d(discriminator.layers(pair), 4)

    assert published.shape == (2, 1, 1, 1)
    torch.testing.assert_close(discriminator(pair), published.flatten())


def test_the_penalty_of_a_linear_discriminator_is_known() -> None:
    weight = torch.zeros(6, 2, 2, dtype=torch.float64)
    weight[0, 0, 0], weight[5, 1, 1] = 3.0, 4.0
    real, fake = (pictures(3, 6, 2, 2, seed=seed, dtype=torch.float64) for seed in (0, 1))

    penalty = gradient_penalty(lambda x: (x * weight).sum(dim=(1, 2, 3)), real, fake, torch.Generator())

    # |w| is 5 everywhere: 10 (5 - 1)^2.
    assert float(penalty) == 160.0


def test_the_penalty_and_its_gradient_are_those_of_one_picture_after_another() -> None:
    torch.manual_seed(0)
    discriminator = Discriminator().double()
    real, fake = (pictures(4, 6, 32, 32, seed=seed, dtype=torch.float64) for seed in (0, 1))
    places = torch.rand(4, generator=torch.Generator().manual_seed(7), dtype=torch.float64)

    slow = torch.zeros((), dtype=torch.float64)
    for index, place in enumerate(places):
        x = (place * real[index] + (1 - place) * fake[index])[None].requires_grad_()
        (slope,) = torch.autograd.grad(discriminator(x), x, torch.ones(1, dtype=torch.float64), create_graph=True)
        slow = slow + 10 * ((slope**2).sum() ** 0.5 - 1) ** 2 / 4
    penalty = gradient_penalty(discriminator, real, fake, torch.Generator().manual_seed(7))

    torch.testing.assert_close(penalty, slow, rtol=0, atol=1e-6)
    weights = list(discriminator.parameters())
    for one, other in zip(*(torch.autograd.grad(p, weights, allow_unused=True) for p in (penalty, slow)), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)


def test_it_learns_to_tell_a_target_beside_itself_from_one_beside_noise() -> None:
    judge, target = adversary(), (pictures(8, 3, 1, 1) / 2).expand(8, 3, 32, 32)
    for seed in range(30):
        judge.update(pictures(8, 3, 32, 32, seed=seed), target)

    noise = pictures(8, 3, 32, 32, seed=99)
    same, other = (judge.discriminator(torch.cat([target, canvas], dim=1)) for canvas in (target, noise))
    assert bool((same > other + 1).all())


def test_an_update_reports_its_scores_as_they_were_before_it() -> None:
    judge = adversary()
    canvas, target = (pictures(3, 3, 32, 32, seed=seed) for seed in (0, 1))
    real, fake = (float(judge.score(one, target).mean()) for one in (target, canvas))

    report = judge.update(canvas, target)

    assert sorted(report) == ["fake", "penalty", "real"]
    assert float(report["real"]) == pytest.approx(real, abs=1e-6)
    assert float(report["fake"]) == pytest.approx(fake, abs=1e-6)
    assert not any(value.requires_grad for value in report.values())


def test_the_average_goes_a_thousandth_of_the_way() -> None:
    judge = adversary()
    old = [parameter.detach().clone() for parameter in judge.averaged.parameters()]

    judge.update(pictures(4, 3, 32, 32), pictures(4, 3, 32, 32, seed=1))

    assert any(not torch.equal(*pair) for pair in zip(old, judge.discriminator.parameters(), strict=True))
    for before, now, newest in zip(old, judge.averaged.parameters(), judge.discriminator.parameters(), strict=True):
        expected = 0.999 * before.double() + 0.001 * newest.detach().double()
        torch.testing.assert_close(now.double(), expected, rtol=0, atol=1e-7)


def test_a_reward_is_the_gain_in_score_and_moves_the_canvas_only() -> None:
    judge = adversary()
    before, after, target = (pictures(2, 3, 32, 32, seed=seed) for seed in range(3))
    after.requires_grad_()

    reward = judge.reward(before, after, target)
    reward.sum().backward()  # type: ignore[no-untyped-call]

    by_hand = judge.averaged(torch.cat([target, after], 1)) - judge.averaged(torch.cat([target, before], 1))
    torch.testing.assert_close(reward, by_hand)
    assert judge.reward(before, before, target).tolist() == [0.0, 0.0]
    assert after.grad is not None
    assert bool((after.grad != 0).any())
    assert all(parameter.grad is None for parameter in judge.averaged.parameters())
    assert all(parameter.grad is None for parameter in judge.discriminator.parameters())


@pytest.mark.parametrize(("side", "patches"), [(32, 1), (48, 2), (64, 2), (128, 4)])
def test_a_score_is_the_mean_of_the_scores_of_patches(side: int, patches: int) -> None:
    torch.manual_seed(0)
    discriminator, pair = Discriminator(), pictures(2, 6, side, side)

    scores = discriminator.patches(pair)

    assert scores.shape == (2, patches, patches)
    torch.testing.assert_close(discriminator(pair), scores.mean(dim=(1, 2)))


def test_the_score_of_a_patch_is_of_its_surroundings_only() -> None:
    judge, target = adversary(), pictures(1, 3, 128, 128)
    canvas = pictures(1, 3, 128, 128, seed=1)
    changed = canvas.clone()
    changed[:, :, 112:, 112:] = 0

    before, after = (judge.patch_scores(one, target)[0] for one in (canvas, changed))

    assert after[3, 3] != before[3, 3]
    # Five layers of width 5 and stride 2 see 62 pixels to either side of every 32nd: of 0 and 32 as far as 94.
    torch.testing.assert_close(after[:2, :2], before[:2, :2], rtol=0, atol=0)


def test_patches_are_scored_by_the_average_with_the_target_first() -> None:
    judge, canvas, target = adversary(), pictures(2, 3, 64, 64), pictures(2, 3, 64, 64, seed=1)
    judge.update(canvas, target)

    scores = judge.patch_scores(canvas, target)

    assert torch.equal(scores, judge.averaged.patches(torch.cat([target, canvas], dim=1)))
    torch.testing.assert_close(scores.mean(dim=(1, 2)), judge.score(canvas, target))
    assert not torch.equal(scores, judge.discriminator.patches(torch.cat([target, canvas], dim=1)))


def test_a_saved_adversary_goes_on_the_same() -> None:
    batches = [(pictures(2, 3, 32, 32, seed=seed), pictures(2, 3, 32, 32, seed=seed + 9)) for seed in range(2)]
    one, other = adversary(), adversary(seed=1)
    one.update(*batches[0])
    file = io.BytesIO()
    torch.save(one.state_dict(), file)
    other.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))

    other.generator.set_state(one.generator.get_state())

    assert one.update(*batches[1]) == other.update(*batches[1])
    assert torch.equal(one.score(*batches[0]), other.score(*batches[0]))
