"""Losses and rewards against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from training.losses import (
    bundle_gain,
    colour_distance,
    l2_reward,
    patch_rewards,
    proposal_gain,
    psnr_reward,
    squared_error,
    stubbiness,
    temporal_difference,
)


def flat(*levels: float) -> Tensor:
    """Pictures of one grey each."""
    return torch.tensor(levels).reshape(-1, 1, 1, 1).expand(-1, 3, 4, 4).contiguous()


def test_squared_error_is_a_mean_over_a_picture() -> None:
    canvas, target = torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    canvas[1, 0] = 0.6

    torch.testing.assert_close(squared_error(canvas, target), torch.tensor([0.0, 0.12]))


def test_the_l2_reward_is_the_fall_of_the_squared_error() -> None:
    # From 0.25 to 0.04, and the other way round.
    reward = l2_reward(flat(0.5, 0.8), flat(0.8, 0.5), flat(1.0, 1.0))

    torch.testing.assert_close(reward, torch.tensor([0.21, -0.21]))


def test_the_psnr_reward_is_as_much_for_each_halving_of_the_error() -> None:
    # 1e-4 is added to each error: 0.0999 and 0.0009 count as 0.1 and 0.001, 0.0015 and 0.0007 as 0.0016 and 0.0008.
    before, after = (flat(*(math.sqrt(error) for error in errors)) for errors in ((0.0999, 0.0015), (0.0009, 0.0007)))

    reward = psnr_reward(before, after, torch.zeros(2, 3, 4, 4))

    torch.testing.assert_close(reward, torch.tensor([math.log(100), math.log(2)]), rtol=1e-4, atol=0)
    # What its docstring says of decibels: 0.1 is 10 / ln 10 of them.
    assert 0.1 * 10 / math.log(10) == pytest.approx(0.43, abs=0.005)


def test_a_patchs_reward_is_the_fall_of_the_error_in_it() -> None:
    before, after, target = torch.rand(3, 2, 3, 16, 16, generator=torch.Generator().manual_seed(0)).double()
    expected = np.empty((2, 4, 4))
    for picture in range(2):
        for row in range(4):
            for column in range(4):
                u, v, t = (
                    pixels[picture, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].numpy()
                    for pixels in (before, after, target)
                )
                expected[picture, row, column] = np.mean((u - t) ** 2) - np.mean((v - t) ** 2)

    rewards = patch_rewards(before, after, target, 4)

    np.testing.assert_allclose(rewards, expected, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(rewards.mean(dim=(1, 2)), l2_reward(before, after, target))


def test_a_bundles_gain_is_the_mean_logarithm_of_what_is_left_of_the_error() -> None:
    # With 1e-4 added, 0.001 of 0.1 is left of the first picture's error, and all of the second's.
    canvas = flat(math.sqrt(0.0009), math.sqrt(0.0199))

    gain = bundle_gain(canvas, torch.zeros(2, 3, 4, 4), torch.tensor([0.0999, 0.0199]))

    assert float(gain) == pytest.approx(-math.log(100) / 2, rel=1e-4)


def test_gains_count_by_their_square_root_and_harm_in_full() -> None:
    # Two proposals on an error of 8: a gain of 1 is a share of 1 / 8 of it, times 2 proposals, 1 / 4; its root 1 / 2.
    loss = proposal_gain(torch.tensor([[-1.0, 2.0]]), torch.tensor([6.0]), floor=2.0)

    # Harm of 2 / 8 x 2 = 1 / 2 stands as it is, and its gain at the least, sqrt(1e-4).
    assert float(loss) == pytest.approx(((0.0 - 0.5) + (0.5 - 0.01)) / 2)


def test_the_gain_of_a_small_improvement_still_has_a_steep_gradient() -> None:
    change = torch.tensor([[-0.01, -1.0]], requires_grad=True)
    proposal_gain(change, torch.tensor([10.0]), floor=0.0).backward()  # type: ignore[no-untyped-call]

    assert change.grad is not None
    assert float(change.grad[0, 0] / change.grad[0, 1]) == pytest.approx(10.0)


def test_colours_of_strokes_that_cover_nothing_do_not_count() -> None:
    rgb = torch.tensor([[[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]])
    alpha = torch.stack([torch.ones(1, 4, 4), torch.zeros(1, 4, 4)], dim=1)

    assert float(colour_distance(rgb, torch.zeros(1, 2, 3), alpha)) == pytest.approx(0.5)


def test_only_strokes_shorter_than_asked_for_are_stubby() -> None:
    # A dot, one half as long as asked for, one just as long, and one longer.
    loss = stubbiness(torch.tensor([0.0, 0.2, 0.4, 0.9]), torch.full((4,), 0.2), elongation=2.0)

    assert float(loss) == pytest.approx((1 + 0.5) / 4)


def test_colours_count_by_their_squared_distance_over_all_strokes() -> None:
    rgb, best = torch.tensor([[[0.5, 0.5, 0.5], [0.1, 0.2, 0.3]]]), torch.tensor([[[0.5, 0.4, 0.3], [0.1, 0.2, 0.3]]])

    assert float(colour_distance(rgb, best, torch.ones(1, 2, 4, 4))) == pytest.approx((0.01 + 0.04) / 2)


def test_a_value_aims_at_the_next_reward_and_value_and_at_nothing_past_the_end() -> None:
    value, reward = torch.tensor([0.5, 0.5], requires_grad=True), torch.tensor([0.25, 0.25], requires_grad=True)
    next_value = torch.tensor([2.0, 2.0], requires_grad=True)

    loss = temporal_difference(value, reward, next_value, torch.tensor([0.0, 1.0]), 0.8)
    loss.backward()  # type: ignore[no-untyped-call]

    # Aims are 0.25 + 0.8 x 2 = 1.85, and 0 where the episode ended with the step: no reward is left either.
    assert loss.item() == pytest.approx(((0.5 - 1.85) ** 2 + 0.5**2) / 2)
    assert value.grad is not None
    assert value.grad.tolist() == pytest.approx([0.5 - 1.85, 0.5])
    assert reward.grad is None
    assert next_value.grad is None
