"""Rewards against literals: what each kind makes of the same step."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from training.discriminator import Adversary
from training.losses import l2_reward, psnr_reward
from training.rewards import Reward


class MeanLevel(Adversary):
    """Scores a canvas by its mean level, and patches by theirs: a discriminator whose slope is known."""

    def __init__(self) -> None:
        """Nothing to learn."""

    def score(self, canvas: Tensor, target: Tensor) -> Tensor:
        return canvas.mean(dim=(1, 2, 3)) * 8

    def patch_scores(self, canvas: Tensor, target: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(canvas.mean(dim=1), 16) * 8


def flat(level: float, side: int = 32) -> Tensor:
    return torch.full((1, 3, side, side), level)


def trained(seed: int = 0) -> Adversary:
    torch.manual_seed(seed)
    return Adversary(seed=seed)


def pictures(seed: int, side: int = 32) -> Tensor:
    return torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("l2", 0.25 - 0.04),
        ("psnr", math.log(0.2501 / 0.0401)),
        ("wgan", 8 * 0.3),
        # Over the square root of 3 x 32 x 32 values.
        ("mixed", math.log(0.2501 / 0.0401) + 8 * 0.3 / math.sqrt(3072)),
    ],
)
def test_a_step_from_half_grey_towards_white_is_worth(kind: str, expected: float) -> None:
    reward = Reward(kind=kind, adversary=MeanLevel() if kind in ("wgan", "mixed") else None)

    before, after, target = (flat(level).expand(2, -1, -1, -1) for level in (0.5, 0.8, 1.0))

    assert reward(before, after, target).tolist() == pytest.approx([expected] * 2, rel=1e-5)


def test_the_wgan_reward_is_the_adversarys_and_mixed_adds_it_to_the_logarithm() -> None:
    adversary, before, after, target = trained(), pictures(0), pictures(1), pictures(2)
    scored = adversary.score(after, target) - adversary.score(before, target)

    torch.testing.assert_close(Reward(kind="wgan", adversary=adversary)(before, after, target), scored)
    mixed = Reward(kind="mixed", adversary=adversary)(before, after, target)
    torch.testing.assert_close(mixed, psnr_reward(before, after, target) + scored / 3072**0.5)


@pytest.mark.parametrize("kind", ["l2", "psnr", "wgan", "mixed"])
def test_every_reward_has_a_slope_in_the_canvas_after_a_step(kind: str) -> None:
    reward = Reward(kind=kind, adversary=trained() if kind in ("wgan", "mixed") else None)
    after, target = pictures(1).requires_grad_(), pictures(2)

    gain = reward(pictures(0), after, target)
    (slope,) = torch.autograd.grad(gain.sum(), after)

    assert gain.shape == (2,)
    assert float((slope != 0).float().mean()) > 0.99
    # A small step along it is rewarded by what the slope promises.
    step = 1e-3 * slope / slope.norm()
    with torch.no_grad():
        ahead, back = (reward(pictures(0), after + sign * step, target).sum() for sign in (1, -1))
    assert float(ahead - back) == pytest.approx(2e-3 * float(slope.norm()), rel=0.05)


def test_the_l2_rewards_of_patches_have_the_pictures_as_their_mean() -> None:
    before, after, target = pictures(0), pictures(1), pictures(2)

    rewards = Reward(kind="l2").of_patches(before, after, target, 8)

    assert rewards.shape == (2, 8, 8)
    torch.testing.assert_close(rewards.mean(dim=(1, 2)), l2_reward(before, after, target))


def test_a_patch_is_rewarded_for_its_own_pixels_only() -> None:
    before, target = flat(0.0), flat(1.0)
    after = before.clone()
    after[:, :, 4:8, 28:32] = 1.0

    rewards = Reward(kind="l2").of_patches(before, after, target, 8)

    assert rewards[0, 1, 7] == 1.0
    assert rewards.sum() == 1.0


def test_the_wgan_rewards_of_patches_are_those_of_the_scores_nearest_to_them() -> None:
    before, target = flat(0.0), flat(1.0)
    after = before.clone()
    after[:, :, :16, 16:] = 0.5  # the upper right of 2 x 2 scores

    rewards = Reward(kind="wgan", adversary=MeanLevel()).of_patches(before, after, target, 8)

    expected = torch.zeros(1, 8, 8)
    expected[:, :4, 4:] = 8 * 0.5
    torch.testing.assert_close(rewards, expected)


@pytest.mark.parametrize("side", [32, 128])
def test_the_wgan_rewards_of_patches_have_the_pictures_as_their_mean(side: int) -> None:
    reward = Reward(kind="wgan", adversary=trained())
    before, after, target = (pictures(seed, side) for seed in range(3))

    rewards = reward.of_patches(before, after, target, 8)

    assert rewards.shape == (2, 8, 8)
    torch.testing.assert_close(rewards.mean(dim=(1, 2)), reward(before, after, target), rtol=1e-4, atol=1e-6)


def test_an_unknown_reward_or_one_with_the_wrong_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="a reward is one of wgan, l2, psnr, mixed, got 'ssim'"):
        Reward(kind="ssim")
    for kind, adversary in (("wgan", None), ("mixed", None), ("l2", MeanLevel()), ("psnr", MeanLevel())):
        with pytest.raises(ValueError, match=f"the reward {kind} and an adversary do not go together"):
            Reward(kind=kind, adversary=adversary)


@pytest.mark.parametrize("kind", ["l2", "wgan"])
def test_of_one_patch_the_reward_is_the_whole_pictures(kind: str) -> None:
    reward = Reward(kind=kind, adversary=trained() if kind == "wgan" else None)
    before, after, target = (pictures(seed, side=128) for seed in range(3))
    with torch.no_grad():
        assert torch.allclose(reward.of_patches(before, after, target, 1)[:, 0, 0], reward(before, after, target))
