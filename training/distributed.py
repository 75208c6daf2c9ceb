"""Several processes training one network: gradients and batch statistics of all of them, decisions of the first.

`torchrun` starts the processes. Alone, everything here does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


@contextmanager
def joined(device: torch.device) -> Iterator[None]:
    """Be one of the processes that `torchrun` has started, where it has, until the body ends."""
    if "WORLD_SIZE" not in os.environ or dist.is_initialized():
        yield
        return
    dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield
        dist.barrier()  # whoever is done first waits: to leave while others still write can end in a signal
    finally:
        dist.destroy_process_group()


def rank() -> int:
    """Number of this process; the first is 0, and it alone writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def leads() -> bool:
    """Whether this is the first process: it alone writes and speaks. So does one that `torchrun` has just started."""
    return (rank() if dist.is_initialized() else int(os.environ.get("RANK", "0"))) == 0


def ranks() -> int:
    """How many processes there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


def agreed(value: float) -> float:
    """The first process's value in all of them; a clock, say, which they must read alike."""
    if ranks() == 1:
        return value
    shared = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(shared, 0)
    return float(shared)


def any_of(flag: bool) -> bool:
    """Whether it is so in any of the processes."""
    if ranks() == 1:
        return flag
    shared = torch.tensor([float(flag)])
    dist.all_reduce(shared, dist.ReduceOp.MAX)
    return bool(shared)


def mean_of(values: dict[str, float]) -> dict[str, float]:
    """Means over the processes of what each has under the same names."""
    if ranks() == 1 or not values:
        return values
    shared = torch.tensor(list(values.values()), dtype=torch.float64)
    dist.all_reduce(shared)
    return dict(zip(values, (shared / ranks()).tolist(), strict=True))


def gathered(value: Any) -> list[Any]:
    """The values of all processes, in the first; nothing in the others."""
    if ranks() == 1:
        return [value]
    values = [None] * ranks() if rank() == 0 else None
    dist.gather_object(_on_the_host(value), values)
    return values or []


def _on_the_host(value: Any) -> Any:
    """The same, its tensors in the host's memory: the first process has no business on the others' GPUs."""
    if isinstance(value, Tensor):
        return value.cpu()
    if isinstance(value, dict):
        return {name: _on_the_host(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_on_the_host(each) for each in value)
    return value


def average_gradients(module: nn.Module) -> None:
    """Set every gradient to its mean over the processes, in one exchange for the whole network."""
    if ranks() == 1:
        return
    gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    flat /= ranks()
    for gradient, mean in zip(gradients, torch.split(flat, [gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


class _SumOverRanks(torch.autograd.Function):
    """A sum over all processes; its gradient is the sum of theirs."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        total = value.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        total = grad.clone()
        dist.all_reduce(total)
        return total


class SharedBatchNorm(nn.BatchNorm2d):
    """Batch norm over the batches of all processes together, each of the same size; torch's own works on GPUs only.

    Weights, statistics and their names are a `BatchNorm2d`'s.
    """

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to the same."""
        if not self.training or ranks() == 1:
            alone: Tensor = super().forward(x)
            return alone
        whole = x.float()
        count = whole.numel() / whole.shape[1] * ranks()
        mean = _SumOverRanks.apply(whole.sum(dim=(0, 2, 3))) / count  # type: ignore[no-untyped-call]
        centred = whole - mean[:, None, None]
        variance = _SumOverRanks.apply(centred.square().sum(dim=(0, 2, 3))) / count  # type: ignore[no-untyped-call]
        with torch.no_grad():
            momentum = 0.0 if self.momentum is None else self.momentum
            self.get_buffer("running_mean").lerp_(mean, momentum)
            self.get_buffer("running_var").lerp_(variance * (count / (count - 1)), momentum)
            self.get_buffer("num_batches_tracked").add_(1)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        normed: Tensor = (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)
        return normed


def share_batch_norms(module: nn.Module) -> None:
    """Let every batch norm of a network take its statistics over all processes."""
    for layer in module.modules():
        if type(layer) is nn.BatchNorm2d:
            layer.__class__ = SharedBatchNorm
