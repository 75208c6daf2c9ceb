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


def test_a_ring_written_past_its_end_goes_on_at_its_beginning() -> None:
    buffer = small_buffer(capacity=5)
    extend(buffer, [0, 1, 2, 3])
    extend(buffer, [4, 5, 6])

    # Row by row: 5 and 6 lie where 0 and 1 were.
    kept = buffer.state_dict()
    assert kept["step"].tolist() == [5, 6, 2, 3, 4]
    assert kept["canvas"][:, 0, 0, 0].tolist() == [5, 6, 2, 3, 4]
    assert kept["written"] == 7
    extend(buffer, list(range(7, 20)))
    assert kept["step"].tolist() == [15, 16, 17, 18, 19]


def test_on_the_cpu_a_fitting_ring_is_kept_and_sampled_there() -> None:
    buffer = ReplayBuffer.fitting(5, side=2, values=2, device=torch.device("cpu"))
    extend(buffer, [1, 2, 3])

    assert {values.device.type for name, values in buffer.state_dict().items() if name != "written"} == {"cpu"}
    assert set(names_of(buffer.sample(50, seeded())).tolist()) == {1, 2, 3}


@pytest.mark.parametrize(("free", "where"), [(2 * 24_080 + 2, "meta"), (2 * 24_080, "cpu")])
def test_a_ring_larger_than_half_of_what_a_device_has_free_is_kept_by_the_host(
    free: int, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The meta device stands for a GPU. A transition of side 16 and 25 values takes 9 x 256 + 100 + 4 = 2,408 bytes.
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (free, 10**12))

    kept = ReplayBuffer.fitting(10, side=16, values=25, device=torch.device("meta")).state_dict()

    columns = [values for name, values in kept.items() if name != "written"]
    assert sum(values.numel() * values.element_size() for values in columns) == 24_080
    assert {values.device.type for values in columns} == {where}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_what_the_host_keeps_for_a_gpu_is_sampled_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _device: (0, 10**12))
    device = torch.device("cuda", 0)
    buffer = ReplayBuffer.fitting(5, side=2, values=2, device=device)
    pixels, counts = torch.full((3, 3, 2, 2), 0.6, device=device), torch.ones(3, dtype=torch.int64)
    buffer.extend(
        canvas=pixels,
        target=pixels,
        bundle=torch.ones(3, 2, device=device),
        next_canvas=pixels,
        step=counts,
        length=counts * 4,
    )

    drawn = buffer.sample(4, torch.Generator(device).manual_seed(0))

    assert buffer.state_dict()["canvas"].device.type == "cpu"
    assert {part.device for part in drawn} == {device}
    assert drawn.next_fraction.tolist() == [0.5] * 4
    torch.testing.assert_close(drawn.canvas, pixels[:1].expand(4, -1, -1, -1))


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
