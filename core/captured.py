"""What a GPU does over and over, launched as one: CUDA graphs of functions of tensors.

Most kernels of networks this small are shorter than the time it takes to launch one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor

_WARM_UP = 3
"""Calls before the capture: kernels are compiled and chosen at their first."""

Result = TypeVar("Result")


class Captured(Generic[Result]):
    """A function of tensors that is captured in a CUDA graph after some calls and replayed from then on.

    What it reads and writes beside its arguments (weights, buffers, an optimiser's state) has to stay where it is in
    memory, and every number that changes from call to call has to be in a tensor on the device. Shapes are those of
    the first call. What it returns is overwritten by the next call, of this or of any other captured function: all
    share the memory that they work in, so they are for one thread at a time.
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
        """The function's result.

        Raises:
            ValueError: If a captured function is given tensors of other shapes.
        """
        if not self._enabled:
            return self._function(*inputs)
        if self._calls < _WARM_UP:
            self._calls += 1
            return self._aside(inputs)
        if self._graph is None:
            self._inputs = [each.detach().clone() for each in inputs]
            if Captured._pool is None:
                Captured._pool = torch.cuda.graph_pool_handle()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, pool=Captured._pool):
                self._result = self._function(*self._inputs)
            self._graph = graph
        else:
            for held, given in zip(self._inputs, inputs, strict=True):
                if held.shape != given.shape:  # a copy would repeat what is too small, and tell nobody
                    raise ValueError(f"captured for {tuple(held.shape)}, called with {tuple(given.shape)}")
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
