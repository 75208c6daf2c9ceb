"""The critic of the model-free baseline: its sizes, and what reaches which patch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.observation import coordinate_planes, observe
from training.patch_critic import PatchCritic


def critic(side: int) -> PatchCritic:
    torch.manual_seed(0)
    return PatchCritic(values=65, side=side, width=0.125)


def observation(side: int, *, batch: int = 2) -> Tensor:
    canvas, target = torch.rand(2, batch, 3, side, side, generator=torch.Generator().manual_seed(0))
    return observe(canvas, target, torch.zeros(batch), coordinate_planes(side))


def bundles(batch: int = 2, seed: int = 1) -> Tensor:
    return torch.rand(batch, 65, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("side", [32, 64, 128])
def test_it_values_eight_by_eight_patches_whatever_the_side(side: int) -> None:
    values = critic(side)(observation(side), bundles())

    assert values.shape == (2, 8, 8)
    assert values.dtype == torch.float32
    assert len(values.unique()) > 100


def test_at_128_and_full_width_it_is_of_the_published_sizes() -> None:
    # Convolutions (inputs, outputs, kernel) of the published model-free critic, with 65 values and 2 coordinates.
    convolutions = [(9, 32, 3), (67, 128, 1), (128, 128, 1), (128, 32, 1), (512, 1, 1)]
    for before, after in ((64, 64), (64, 128), (128, 256), (256, 512)):
        convolutions += [(before, after, 3), *[(after, after, 3)] * 3]
    # One shortcut a stage: where the side is halved or the planes grow in number, which is everywhere.
    convolutions += [(64, 64, 1), (64, 128, 1), (128, 256, 1), (256, 512, 1)]
    # Weight norm adds a length to each output beside its bias; floors are the stem's, the dense layers', the blocks'.
    expected = sum(a * b * k * k + 2 * b for a, b, k in convolutions) + 1 + 3 + 16
    network = PatchCritic(values=65, side=128)

    assert sum(parameter.numel() for parameter in network.parameters()) == expected
    assert [stage[0].conv1.stride for stage in network.stages] == [(2, 2), (2, 2), (2, 2), (1, 1)]


@pytest.mark.parametrize(("side", "halved"), [(32, 1), (64, 2), (128, 3), (256, 4)])
def test_as_many_stages_halve_it_as_leave_eight_by_eight(side: int, halved: int) -> None:
    strides = [stage[0].conv1.stride[0] for stage in critic(side).stages]

    assert strides == [2] * halved + [1] * (4 - halved)


def test_every_value_of_a_bundle_has_a_slope_in_every_patch() -> None:
    bundle = bundles(1).requires_grad_()
    network, seen = critic(32), observation(32, batch=1)

    values = network(seen, bundle)
    for row, column in ((0, 0), (3, 5), (7, 7)):
        (slope,) = torch.autograd.grad(values[0, row, column], bundle, retain_graph=True)
        assert bool((slope != 0).all())


def test_the_bundle_is_spread_over_all_places_beside_their_coordinates() -> None:
    network, seen, bundle = critic(32), observation(32), bundles()
    spread: list[Tensor] = []
    network.spread.register_forward_pre_hook(lambda _module, args: spread.append(args[0]))

    network(seen, bundle)

    assert spread[0].shape == (2, 67, 16, 16)
    assert torch.equal(spread[0][:, :65], bundle[:, :, None, None].expand(-1, -1, 16, 16))
    assert spread[0][0, 65, :, 3].tolist() == pytest.approx([2 * row / 31 for row in range(16)])
    assert spread[0][1, 66, 3].tolist() == pytest.approx([2 * column / 31 for column in range(16)])


def test_values_depend_on_nothing_else_in_the_batch() -> None:
    network, seen, bundle = critic(32).double(), observation(32).double(), bundles().double()

    one_by_one = [network(seen[index : index + 1], bundle[index : index + 1]) for index in range(2)]

    torch.testing.assert_close(torch.cat(one_by_one), network(seen, bundle), rtol=0, atol=1e-6)


@pytest.mark.parametrize("side", [16, 96, 512])
def test_a_side_that_no_halvings_lead_from_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match=f"a patch critic's side is one of 32, 64, 128, 256, got {side}"):
        critic(side)
