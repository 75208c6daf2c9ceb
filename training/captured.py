"""What of a training update a CUDA graph holds, and optimisers that fit in one.

An update is some two thousand kernels, most of them shorter than the time it takes to launch one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from core.compilers import HAS_TRITON
from training import distributed


def can_capture(device: torch.device) -> bool:
    """Whether updates can be held in graphs: on one GPU, with Triton, whose kernels alone wait for nothing there."""
    return device.type == "cuda" and distributed.ranks() == 1 and HAS_TRITON


def optimiser_of(
    kind: type[torch.optim.Adam], parameters: Iterable[nn.Parameter], device: torch.device, **options: Any
) -> torch.optim.Adam:
    """A fused optimiser; on a GPU its rate and its steps are on the device, so that a graph can hold it."""
    on_gpu = device.type == "cuda"
    rate: Any = torch.zeros((), device=device) if on_gpu else 0.0
    optimiser = kind(parameters, lr=rate, fused=True, capturable=on_gpu, **options)
    # Nobody need be told that the first updates go without a graph.
    optimiser._warned_capturable_if_run_uncaptured = True
    return optimiser


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate for the next step."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def restore(optimiser: torch.optim.Optimizer, state: dict[str, Any]) -> None:
    """Go on from a state that was saved on any device; only before a step was captured, which would not hear of it."""
    kept = [{name: group[name] for name in ("lr", "capturable")} for group in optimiser.param_groups]
    optimiser.load_state_dict(state)
    for group, own in zip(optimiser.param_groups, kept, strict=True):
        group.update(own)
