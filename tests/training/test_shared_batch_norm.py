"""Batch norm over processes: alone nothing of it shows; a second process's part is played here by this one."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn

from core.actor import Actor
from training import distributed
from training.distributed import SharedBatchNorm, average_gradients, share_batch_norms


def pair(*, training: bool = True) -> tuple[nn.BatchNorm2d, SharedBatchNorm]:
    """A batch norm and a shared one of the same weights and statistics."""
    random = torch.Generator().manual_seed(0)
    plain, shared = nn.BatchNorm2d(3), SharedBatchNorm(3)
    with torch.no_grad():
        for value in (plain.weight, plain.bias, plain.running_mean, plain.running_var):
            assert value is not None
            value.copy_(torch.rand(3, generator=random) + 0.5)
    shared.load_state_dict(plain.state_dict())
    return plain.train(training), shared.train(training)


def features(*, seed: int = 1) -> Tensor:
    return torch.randn(4, 3, 5, 5, generator=torch.Generator().manual_seed(seed)) * 2 + 3


@pytest.mark.parametrize("training", [True, False])
def test_alone_a_shared_batch_norm_is_a_batch_norm(training: bool) -> None:
    plain, shared = pair(training=training)
    results, slopes = [], []
    for norm in (plain, shared):
        x = features().requires_grad_()
        y = norm(x)
        results.append(y.detach())
        slopes.append(torch.autograd.grad((y * features(seed=2)).sum(), [x, norm.weight, norm.bias]))

    assert torch.equal(*results)
    for one, other in zip(*slopes, strict=True):
        assert torch.equal(one, other)
    for name, value in plain.state_dict().items():
        assert torch.equal(value, shared.state_dict()[name])
    assert int(shared.get_buffer("num_batches_tracked")) == int(training)


def test_with_a_twin_it_is_the_batch_norm_of_both_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, shared = pair()
    both = torch.cat([features(), features()]).requires_grad_()
    alone = plain(both)
    one = features().requires_grad_()

    # The other process does just what this one does: a sum over both is twice the own part.
    monkeypatch.setattr(distributed, "ranks", lambda: 2)
    monkeypatch.setattr(dist, "all_reduce", lambda tensor: tensor.mul_(2))
    result = shared(one)

    torch.testing.assert_close(result, alone[:4])
    weights = features(seed=2)
    whole = torch.autograd.grad((alone * torch.cat([weights, weights])).sum(), [both, plain.weight, plain.bias])
    part = torch.autograd.grad((result * weights).sum(), [one, shared.weight, shared.bias])
    torch.testing.assert_close(part[0], whole[0][:4], rtol=1e-4, atol=1e-5)
    for mine, of_both in zip(part[1:], whole[1:], strict=True):  # each process has a half
        torch.testing.assert_close(2 * mine, of_both, rtol=1e-4, atol=1e-4)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(shared.state_dict()[name], value)


def test_batch_norms_are_shared_where_they_stand() -> None:
    torch.manual_seed(0)
    actor = Actor(parameters=13, width=0.125, side=32)
    before = copy.deepcopy(actor)

    share_batch_norms(actor)

    norms = [layer for layer in actor.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(norms) == 1 + 4 * 5
    assert all(type(layer) is SharedBatchNorm for layer in norms)
    assert actor.state_dict().keys() == before.state_dict().keys()
    seen = torch.rand(2, 9, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(actor(seen), before(seen))


def test_gradients_become_their_means_over_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = nn.Linear(2, 2)
    layer.weight.grad = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    layer.bias.grad = torch.tensor([5.0, 6.0])

    average_gradients(layer)
    assert layer.weight.grad.tolist() == [[1.0, 2.0], [3.0, 4.0]]

    # The other process's gradients are 7 everywhere.
    monkeypatch.setattr(distributed, "ranks", lambda: 2)
    monkeypatch.setattr(dist, "all_reduce", lambda tensor: tensor.add_(7))
    average_gradients(layer)
    assert layer.weight.grad.tolist() == [[4.0, 4.5], [5.0, 5.5]]
    assert layer.bias.grad.tolist() == [6.0, 6.5]
