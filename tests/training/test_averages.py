"""Running averages of weights."""

from __future__ import annotations

import torch
from torch import nn

from training.averages import move_towards
from training.critic import normed_convolution


def filled(value: float) -> nn.Sequential:
    """A convolution with weight norm and a batch norm, all their numbers alike."""
    network = nn.Sequential(normed_convolution(1, 2, 1, 1), nn.BatchNorm2d(2))
    with torch.no_grad():
        for held in network.state_dict().values():
            held.fill_(value)
    return network


def test_every_weight_and_statistic_goes_its_share_of_the_way() -> None:
    average, newest = filled(1.0), filled(9.0)

    move_towards(average, newest, 0.25)

    state = average.state_dict()
    assert {name.rsplit(".")[-1] for name in state} >= {"original0", "original1", "bias", "running_mean", "running_var"}
    for name, value in state.items():
        assert value.unique().tolist() == ([9] if name.endswith("num_batches_tracked") else [3.0])
    assert all(value.unique().tolist() == [9.0] for value in newest.state_dict().values())


def test_many_small_moves_decay_what_was() -> None:
    average, newest = filled(1.0).double(), filled(0.0).double()

    for _ in range(100):
        move_towards(average, newest, 0.01)

    torch.testing.assert_close(average[1].weight, torch.full((2,), 0.99**100, dtype=torch.float64))


def test_all_of_the_way_is_a_copy_that_asks_for_no_gradients() -> None:
    average, newest = filled(1.0).requires_grad_(False), filled(9.0)

    move_towards(average, newest, 1.0)

    for name, value in average.state_dict().items():
        assert torch.equal(value, newest.state_dict()[name])
    assert not any(parameter.requires_grad for parameter in average.parameters())
