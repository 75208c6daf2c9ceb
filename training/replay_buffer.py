"""The replay buffer: the newest transitions, kept on the device as bytes, and random batches of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor


class Transitions(NamedTuple):
    """Steps of painting, in floating point.

    Attributes:
        canvas: [B, 3, S, S] before the step, in 0..1.
        target: [B, 3, S, S] in 0..1.
        bundle: [B, V], the action bundle that was laid.
        next_canvas: [B, 3, S, S] after the step.
        step_fraction: [B], steps done before this one over those of the episode, 0 <= f < 1.
        next_fraction: [B], the same with this one counted, 0 < f <= 1.
        terminal: [B], 1 where this step was its episode's last, else 0.

    Sizes: B batch, S side in pixels, V values in a bundle (k strokes of P parameters).
    """

    canvas: Tensor
    target: Tensor
    bundle: Tensor
    next_canvas: Tensor
    step_fraction: Tensor
    next_fraction: Tensor
    terminal: Tensor


class ReplayBuffer:
    """A ring of the last `capacity` transitions.

    Pixels are kept as bytes, three pictures a transition: 32,000 of them at side 128 take 4.7 GB. Bundles stay in full
    precision, for they are 260 of those 147,000 bytes. There is no reward: the discriminator that gives it goes on
    learning, so it is reckoned anew from the two canvases. Whether a step ended its episode follows from step and
    length. Neither writing nor sampling waits for the device, unless the buffer lies elsewhere (see `fitting`).
    """

    def __init__(self, capacity: int, *, side: int, values: int, device: torch.device | str = "cpu") -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity}")
        self._capacity, self._device, self._written = capacity, torch.device(device), 0
        self._samples_to = self._device
        pixels, count = ((3, side, side), torch.uint8), ((), torch.int16)
        columns: dict[str, tuple[tuple[int, ...], torch.dtype]] = {
            "canvas": pixels,
            "target": pixels,
            "next_canvas": pixels,
            "bundle": ((values,), torch.float32),
            "step": count,
            "length": count,
        }
        self._columns = {
            name: torch.zeros(capacity, *shape, dtype=dtype, device=device) for name, (shape, dtype) in columns.items()
        }

    @classmethod
    def fitting(cls, capacity: int, *, side: int, values: int, device: torch.device) -> ReplayBuffer:
        """A buffer on the device, or, where it would take more than half of what is free there, in the host's memory.

        Samples come to `device` either way.
        """
        wanted = capacity * (9 * side * side + 4 * values + 4)
        fits = device.type == "cpu" or wanted < torch.cuda.mem_get_info(device)[0] / 2
        buffer = cls(capacity, side=side, values=values, device=device if fits else "cpu")
        buffer._samples_to = device
        return buffer

    def __len__(self) -> int:
        """Transitions that can be sampled."""
        return min(self._written, self._capacity)

    def extend(
        self, *, canvas: Tensor, target: Tensor, bundle: Tensor, next_canvas: Tensor, step: Tensor, length: Tensor
    ) -> None:
        """Write a batch over the oldest transitions; of more than the capacity, the last ones stay.

        Args:
            canvas: [N, 3, S, S] before the step, in 0..1; kept to the nearest of 256 levels.
            target: [N, 3, S, S], likewise.
            bundle: [N, V].
            next_canvas: [N, 3, S, S] after the step: before the environment begins anew where the episode is over.
            step: [N], steps done before this one.
            length: [N], steps in the episode.

        Raises:
            ValueError: If the batch sizes disagree.
        """
        batch = {
            "canvas": _to_bytes(canvas),
            "target": _to_bytes(target),
            "next_canvas": _to_bytes(next_canvas),
            "bundle": bundle.detach().float(),
            "step": step.short(),
            "length": length.short(),
        }
        sizes = {name: len(values) for name, values in batch.items()}
        if len(set(sizes.values())) > 1:
            raise ValueError(f"a batch of transitions has as many rows of each kind, got {sizes}")
        end = self._written + len(canvas)
        # An index given twice would be written in no certain order: leave out at once what would be overwritten.
        rows = torch.arange(max(self._written, end - self._capacity), end, device=self._device) % self._capacity
        for name, values in batch.items():
            newest = values[-self._capacity :].to(self._device, non_blocking=self._device.type == "cuda")
            self._columns[name].index_copy_(0, rows, newest)
        self._written = end

    def sample(self, batch: int, generator: torch.Generator) -> Transitions:
        """Transitions at random, each draw from all of them; the generator lives where the samples go.

        Raises:
            ValueError: If nothing has been written yet.
        """
        if not len(self):
            raise ValueError("an empty replay buffer has nothing to sample; extend it first")
        rows = torch.randint(len(self), (batch,), generator=generator, device=self._samples_to).to(self._device)
        drawn = {name: values[rows].to(self._samples_to).float() for name, values in self._columns.items()}
        step, length = drawn["step"], drawn["length"]
        return Transitions(
            canvas=drawn["canvas"] / 255,
            target=drawn["target"] / 255,
            bundle=drawn["bundle"],
            next_canvas=drawn["next_canvas"] / 255,
            step_fraction=step / length,
            next_fraction=(step + 1) / length,
            terminal=(step + 1 >= length).float(),
        )

    def state_dict(self) -> dict[str, Any]:
        """All that the next samples depend on but the generator; shares the buffer's memory, as a module's does."""
        return {**self._columns, "written": self._written}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            ValueError: If it is of a buffer of another shape.
        """
        for name, values in self._columns.items():
            if state[name].shape != values.shape:
                raise ValueError(f"{name} of shape {tuple(state[name].shape)} does not fit {tuple(values.shape)}")
        for name, values in self._columns.items():
            values.copy_(state[name])
        self._written = state["written"]


def _to_bytes(pixels: Tensor) -> Tensor:
    """0..1 to the nearest of 256 levels."""
    return pixels.detach().clamp(0, 1).mul(255).round().byte()
