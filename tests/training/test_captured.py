"""What graphs and their optimisers do where there is no GPU; with one, see `test_gpu`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.captured import Captured
from training.averages import move_towards
from training.captured import can_capture, optimiser_of, restore, set_rate

CPU = torch.device("cpu")


def test_without_a_gpu_a_function_is_just_called() -> None:
    asked: list[Tensor] = []

    def double(values: Tensor) -> Tensor:
        asked.append(values)
        return 2 * values

    captured = Captured(double, enabled=can_capture(CPU))

    assert not can_capture(CPU)
    for number in range(5):
        given = torch.tensor(float(number))
        assert float(captured(given)) == 2 * number
        assert asked[-1] is given


def stepped(optimiser: torch.optim.Optimizer, weights: nn.Parameter) -> None:
    weights.grad = torch.ones_like(weights)
    optimiser.step()


def test_the_rate_is_that_of_the_next_step() -> None:
    weights = nn.Parameter(torch.zeros(3))
    optimiser = optimiser_of(torch.optim.Adam, [weights], CPU)

    for rate, reached in ((0.5, -0.5), (0.0, -0.5), (0.25, -0.75)):
        set_rate(optimiser, rate)
        stepped(optimiser, weights)
        torch.testing.assert_close(weights.detach(), torch.full((3,), reached))


def test_a_state_saved_on_a_gpu_goes_on_here() -> None:
    weights = nn.Parameter(torch.zeros(3))
    optimiser = optimiser_of(torch.optim.AdamW, [weights], CPU, betas=(0.9, 0.99), weight_decay=0.0)
    set_rate(optimiser, 0.5)
    stepped(optimiser, weights)
    state = optimiser.state_dict()
    for group in state["param_groups"]:  # as one on a GPU has it
        group["lr"], group["capturable"] = torch.tensor(0.125), True
    again = nn.Parameter(weights.detach().clone())
    other = optimiser_of(torch.optim.AdamW, [again], CPU, betas=(0.9, 0.99), weight_decay=0.0)

    restore(other, state)
    set_rate(other, 0.5)
    stepped(other, again)
    set_rate(optimiser, 0.5)
    stepped(optimiser, weights)

    assert other.param_groups[0]["capturable"] is False
    torch.testing.assert_close(again, weights)


def test_a_share_in_a_tensor_moves_as_far_as_a_number() -> None:
    moved = []
    for share in (0.25, torch.tensor(0.25)):
        torch.manual_seed(0)
        average, newest = nn.BatchNorm1d(4), nn.BatchNorm1d(4)
        with torch.no_grad():
            for network in (average, newest):
                for value in network.parameters():
                    value.copy_(torch.rand_like(value))
        newest.num_batches_tracked += 7
        move_towards(average, newest, share)
        moved.append(average.state_dict())

    for name, value in moved[0].items():
        torch.testing.assert_close(moved[1][name], value)
    assert int(moved[1]["num_batches_tracked"]) == 7
