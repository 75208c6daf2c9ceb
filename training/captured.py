"""What a GPU does over and over, launched as one: CUDA graphs of functions of tensors, and optimisers that fit in them.

An update is some two thousand kernels, most of them shorter than the time it takes to launch one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn

from core.compilers import HAS_TRITON
from training import distributed

_WARM_UP = 3
"""Calls before the capture: kernels are compiled and chosen at their first."""

Result = TypeVar("Result")


def can_capture(device: torch.device) -> bool:
    """Whether updates can be held in graphs: on one GPU, with Triton, whose kernels alone wait for nothing there."""
    return device.type == "cuda" and distributed.ranks() == 1 and HAS_TRITON


class Captured(Generic[Result]):
    """A function of tensors that is captured in a CUDA graph after some calls and replayed from then on.

    What it reads and writes beside its arguments (weights, buffers, an optimiser's state) has to stay where it is in
    memory, and every number that changes from call to call has to be in a tensor on the device. Shapes are those of
    the first call. What it returns is overwritten by the next call, of this or of any other captured function: all
    share the memory that they work in.
    """

    _pool: ClassVar[Any] = None

    def __init__(self, function: Callable[..., Result], *, enabled: bool) -> None:
        """Wrap a function.

        Args:
            function: Of tensors on a CUDA device; what it returns holds no gradients.
            enabled: Else it is just called, wherever its tensors are.
        """
        self._function, self._enabled, self._calls = function, enabled, 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._inputs: list[Tensor] = []

    def __call__(self, *inputs: Tensor) -> Result:
        """The function's result."""
        if not self._enabled:
            return self._function(*inputs)
        if self._calls < _WARM_UP:
            self._calls += 1
            return self._aside(inputs)
        if self._graph is None:
            self._inputs = [each.detach().clone() for each in inputs]
            self._graph = torch.cuda.CUDAGraph()
            if Captured._pool is None:
                Captured._pool = torch.cuda.graph_pool_handle()
            with torch.cuda.graph(self._graph, pool=Captured._pool):
                self._result = self._function(*self._inputs)
        else:
            for held, given in zip(self._inputs, inputs, strict=True):
                held.copy_(given)
        self._graph.replay()
        return self._result

    def _aside(self, inputs: tuple[Tensor, ...]) -> Result:
        """A call in the stream that is captured in later, as a capture wants it."""
        if torch.cuda.graph.default_capture_stream is None:
            torch.cuda.graph.default_capture_stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream = torch.cuda.graph.default_capture_stream
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            result = self._function(*inputs)
        torch.cuda.current_stream().wait_stream(stream)
        return result


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
