"""The critic: what it is built of, what it sees, and that an actor can learn through it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from core.observation import coordinate_planes
from training.critic import Critic, PlainBlock, TReLU, judge


def small_critic() -> Critic:
    torch.manual_seed(0)
    return Critic(width=0.125).double()


def pictures(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_a_translated_relu_has_a_floor_that_learns() -> None:
    relu = TReLU()
    assert relu(torch.tensor([-1.0, 3.0])).tolist() == [0.0, 3.0]

    relu.alpha.data.fill_(0.25)
    x = torch.tensor([-1.0, 0.125, 3.0], requires_grad=True)
    y = relu(x)
    (y * torch.tensor([1.0, 10.0, 100.0])).sum().backward()  # type: ignore[no-untyped-call]

    assert y.tolist() == [0.25, 0.25, 3.0]
    # Above the floor the input gets the gradient, on it the floor does.
    assert x.grad is not None
    assert relu.alpha.grad is not None
    assert x.grad.tolist() == [0.0, 0.0, 100.0]
    assert relu.alpha.grad.tolist() == [11.0]


def test_at_full_width_it_is_of_the_published_size() -> None:
    convolutions = [(12, 64, 3)]
    for before, after in ((64, 64), (64, 128), (128, 256), (256, 512)):
        convolutions += [(before, after, 3), *[(after, after, 3)] * 3, (before, after, 1)]
    # Weight norm adds a length to each output beside its bias; then 17 floors and the dense layer.
    expected = sum(a * b * k * k + 2 * b for a, b, k in convolutions) + 17 + 513

    assert sum(parameter.numel() for parameter in Critic().parameters()) == expected


def test_at_128_its_last_stage_looks_at_four_by_four_places() -> None:
    critic = small_critic()

    assert critic.stages(critic.stem(pictures(1, 12, 128, 128))).shape == (1, 64, 4, 4)


def test_a_block_adds_to_what_it_was_given() -> None:
    block, x = PlainBlock(4, 4, 1).double(), pictures(1, 4, 8, 8) - 0.5
    block.conv2.bias.data.zero_()
    block.conv2.parametrizations.weight.original0.data.zero_()  # the lengths of its weights

    assert torch.equal(block(x), x.clamp_min(0))


def test_a_value_depends_on_nothing_else_in_the_batch() -> None:
    critic, seen = small_critic(), pictures(4, 12, 32, 32)

    values = critic(seen)

    assert not any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in critic.modules())
    assert values.shape == (4,)
    assert len(values.unique()) == 4
    torch.testing.assert_close(torch.cat([critic(one[None]) for one in seen]), values, rtol=0, atol=1e-12)


def test_only_the_direction_of_a_convolutions_weights_counts_beside_their_length() -> None:
    critic, seen = small_critic(), pictures(2, 12, 32, 32)
    before = critic(seen)
    lengths, directions = (
        [parameter for name, parameter in critic.named_parameters() if name.endswith(f"weight.original{index}")]
        for index in (0, 1)
    )
    assert len(lengths) == len(directions) == 1 + 4 * 5

    for direction in directions:
        direction.data.mul_(3.0)
    torch.testing.assert_close(critic(seen), before, rtol=0, atol=1e-12)

    for length in lengths:
        length.data.mul_(3.0)
    assert not torch.allclose(critic(seen), before, rtol=0, atol=1e-3)


def test_it_judges_before_after_target_step_and_coordinates_in_that_order() -> None:
    before, after, target = (pictures(2, 3, 4, 4, seed=seed) for seed in range(3))
    seen = judge(before, after, target, torch.tensor([0.25, 1.0]), coordinate_planes(4, dtype=torch.float64))

    assert seen.shape == (2, 12, 4, 4)
    for index, part in enumerate((before, after, target)):
        assert torch.equal(seen[:, 3 * index : 3 * index + 3], part)
    assert seen[:, 9, 0, 0].tolist() == [0.25, 1.0]
    assert seen[0, 10:, 3, 0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("side", [32, 64])
def test_the_gradient_of_a_value_reaches_every_pixel_painted(side: int) -> None:
    after = pictures(2, 3, side, side).requires_grad_()
    coordinates = coordinate_planes(side, dtype=torch.float64)
    seen = judge(torch.zeros_like(after), after, pictures(2, 3, side, side, seed=1), torch.ones(2), coordinates)

    (slope,) = torch.autograd.grad(small_critic()(seen).sum(), after)

    assert bool((slope != 0).all())
