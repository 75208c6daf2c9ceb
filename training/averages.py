"""Running averages of weights: target networks, and the actor that is scored and shipped."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def move_towards(average: nn.Module, newest: nn.Module, share: float) -> None:
    """Move every weight and batch statistic of `average` the given share of its way to `newest`; counters are copied.

    With share = tau it is the soft update of DDPG (Lillicrap et al. 2016); with 1 a copy.
    """
    to, by = average.state_dict(), newest.state_dict()
    floating = [name for name, value in to.items() if value.is_floating_point()]
    torch._foreach_lerp_([to[name] for name in floating], [by[name] for name in floating], share)
    for name in to.keys() - floating:
        to[name].copy_(by[name])
