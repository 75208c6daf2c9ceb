"""Running averages of weights: target networks, and the actor that is scored and shipped."""

from __future__ import annotations

import torch
from torch import Tensor, nn


@torch.no_grad()
def move_towards(average: nn.Module, newest: nn.Module, share: float | Tensor) -> None:
    """Move every weight and batch statistic of `average` the given share of its way to `newest`; counters are copied.

    With share = tau it is the soft update of DDPG (Lillicrap et al. 2016); with 1 a copy. A share that changes from
    call to call is given as a scalar tensor on the device where a CUDA graph is to hold the move.
    """
    to, by = average.state_dict(), newest.state_dict()
    floating = [name for name, value in to.items() if value.is_floating_point()]
    held, given = [to[name] for name in floating], [by[name] for name in floating]
    if isinstance(share, Tensor):
        ways = torch._foreach_sub(given, held)
        torch._foreach_mul_(ways, share)
        torch._foreach_add_(held, ways)
    else:
        torch._foreach_lerp_(held, given, share)
    for name in to.keys() - floating:
        to[name].copy_(by[name])
