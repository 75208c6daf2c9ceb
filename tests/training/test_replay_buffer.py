"""The replay buffer against a deque, to the byte."""

from __future__ import annotations

import io
from collections import deque

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.replay_buffer import ReplayBuffer, Transitions


def extend(buffer: ReplayBuffer, names: list[int]) -> None:
    """Write transitions that can be told apart by a name below 120, which all their parts carry."""
    name = torch.tensor(names, dtype=torch.int64)
    pixels = (name / 255).reshape(-1, 1, 1, 1).expand(-1, 3, 2, 2)
    bundle = torch.stack([name / 7, -name / 7], dim=1)
    buffer.extend(
        canvas=pixels, target=pixels * 2, bundle=bundle, next_canvas=1 - pixels, step=name, length=name + 1 + name % 2
    )


def small_buffer(capacity: int = 5) -> ReplayBuffer:
    return ReplayBuffer(capacity, side=2, values=2)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def names_of(sampled: Transitions) -> Tensor:
    """The name of each transition, agreed on by all its parts."""
    name = (sampled.canvas[:, 0, 0, 0] * 255).round()
    for pixels, expected in ((sampled.canvas, name), (sampled.target, 2 * name), (sampled.next_canvas, 255 - name)):
        torch.testing.assert_close(pixels, (expected / 255).reshape(-1, 1, 1, 1).expand(-1, 3, 2, 2))
    assert torch.equal(sampled.bundle, torch.stack([name / 7, -name / 7], dim=1))
    length = name + 1 + name % 2
    assert torch.equal(sampled.step_fraction, name / length)
    assert torch.equal(sampled.next_fraction, (name + 1) / length)
    assert torch.equal(sampled.terminal, 1 - name % 2)  # an odd name has a step to go
    return name


@settings(derandomize=True, database=None, deadline=None)
@given(st.integers(1, 6), st.lists(st.integers(0, 15), min_size=1, max_size=7))
def test_whatever_is_written_the_newest_stay(capacity: int, sizes: list[int]) -> None:
    buffer, model, written = small_buffer(capacity), deque[int](maxlen=capacity), 0
    for size in sizes:
        names = list(range(written, written + size))
        extend(buffer, names)
        model.extend(names)
        written += size

        assert len(buffer) == len(model)
        if model:
            assert set(names_of(buffer.sample(300, seeded())).tolist()) == set(model)


def test_a_ring_that_is_not_full_yet_gives_only_what_was_written() -> None:
    buffer = small_buffer(capacity=1000)
    extend(buffer, [100, 101])

    assert set(names_of(buffer.sample(200, seeded())).tolist()) == {100, 101}


def test_neither_writing_nor_sampling_waits_for_the_device() -> None:
    # Tensors on the meta device have no values: to read one, as .item() or a mask would, is an error there.
    with torch.device("meta"):
        pixels, counts, bundle = torch.empty(7, 3, 2, 2), torch.empty(7), torch.empty(7, 2)
    buffer = ReplayBuffer(5, side=2, values=2, device="meta")

    buffer.extend(canvas=pixels, target=pixels, bundle=bundle, next_canvas=pixels, step=counts, length=counts)

    assert all(part.shape[0] == 4 for part in buffer.sample(4, seeded()))


def test_an_empty_ring_has_nothing_to_give() -> None:
    with pytest.raises(ValueError, match="extend it first"):
        small_buffer().sample(1, seeded())


def test_a_ring_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        small_buffer(capacity=0)


def test_a_ragged_batch_is_refused_and_changes_nothing() -> None:
    buffer = small_buffer()
    extend(buffer, [1, 2])
    one, two = torch.zeros(1, 3, 2, 2), torch.zeros(2, 3, 2, 2)

    with pytest.raises(ValueError, match="'next_canvas': 1"):
        buffer.extend(
            canvas=two, target=two, bundle=torch.zeros(2, 2), next_canvas=one, step=torch.ones(2), length=torch.ones(2)
        )

    assert set(names_of(buffer.sample(50, seeded())).tolist()) == {1, 2}


def test_pixels_are_kept_to_half_a_level() -> None:
    canvas = torch.rand(64, 3, 8, 8, generator=seeded(), requires_grad=True)
    buffer = ReplayBuffer(64, side=8, values=64)
    # Each bundle names its row, to find it again.
    buffer.extend(
        canvas=canvas,
        target=canvas,
        bundle=torch.eye(64),
        next_canvas=canvas * 1.5 - 0.25,
        step=torch.zeros(64),
        length=torch.full((64,), 1000),
    )

    sampled = buffer.sample(100, seeded())
    original = canvas.detach()[sampled.bundle.argmax(dim=1)]

    assert float((sampled.canvas - original).abs().max()) <= 1 / 510 + 1e-7
    # What a rasteriser leaves a hair outside is clipped, not wrapped around.
    assert float((sampled.next_canvas - (original * 1.5 - 0.25).clamp(0, 1)).abs().max()) <= 1 / 510 + 1e-7
    assert not sampled.canvas.requires_grad
    assert sampled.next_fraction.unique().tolist() == pytest.approx([1 / 1000])


def test_the_same_generator_draws_the_same() -> None:
    buffer = small_buffer(capacity=100)
    extend(buffer, list(range(100)))
    first, again, other = (buffer.sample(20, seeded(seed)) for seed in (3, 3, 4))

    for one, same in zip(first, again, strict=True):
        assert torch.equal(one, same)
    assert not torch.equal(first.canvas, other.canvas)


def test_a_saved_buffer_goes_on_the_same() -> None:
    one, other = small_buffer(), small_buffer()
    extend(one, [1, 2, 3, 4, 5, 6, 7])
    file = io.BytesIO()
    torch.save(one.state_dict(), file)
    other.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    for buffer in (one, other):
        extend(buffer, [8, 9])

    drawn = names_of(one.sample(100, seeded()))
    assert set(drawn.tolist()) == {5, 6, 7, 8, 9}
    assert torch.equal(drawn, names_of(other.sample(100, seeded())))


def test_a_state_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"canvas of shape \(7, 3, 2, 2\) does not fit \(5, 3, 2, 2\)"):
        small_buffer().load_state_dict(small_buffer(capacity=7).state_dict())
