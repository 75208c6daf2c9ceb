"""The dense head's layout: which of the emitted numbers belong to which cell and stroke."""

from __future__ import annotations

import pytest
import torch

from core.actor import Actor


@pytest.mark.parametrize("side", [32, 64, 128])
def test_an_observation_of_any_side_yields_two_strokes_a_cell(side: int) -> None:
    torch.manual_seed(0)
    actor = Actor(parameters=3, width=0.125, head="dense", side=side).eval()

    with torch.no_grad():
        emitted = actor(torch.rand(2, 9, side, side)).reshape(2, 128, 3)

    assert actor.bundle == 128
    assert 0 < float(emitted.min()) < float(emitted.max()) < 1


def test_what_a_cell_starts_from_comes_out_at_its_place_stroke_by_stroke() -> None:
    actor = Actor(parameters=3, width=0.125, head="dense", side=32).eval()
    with torch.no_grad():
        actor.emit.weight.zero_()
        actor.emit.get_parameter("bias").zero_()
        offset = actor.get_buffer("offset")
        offset[3 + 1, 2, 5] = 1.0  # the second stroke's second number, at row 2, column 5
        emitted = actor(torch.rand(1, 9, 32, 32)).reshape(128, 3)

    expected = torch.full((128, 3), 0.5)
    expected[64 + 2 * 8 + 5, 1] = torch.tensor(1.0).sigmoid()
    torch.testing.assert_close(emitted, expected)


def test_a_dense_heads_bundle_is_whole_strokes_a_cell() -> None:
    assert Actor(parameters=3, width=0.125, head="dense", side=32, bundle=192).bundle == 192
    with pytest.raises(ValueError, match="a multiple of 64 strokes, not 100"):
        Actor(parameters=3, width=0.125, head="dense", side=32, bundle=100)


def test_the_first_stages_pixels_reach_only_the_cell_they_lie_in() -> None:
    torch.manual_seed(0)
    actor = Actor(parameters=3, width=0.25, head="dense", side=64).eval()
    merged = []
    actor.merge.register_forward_hook(lambda _, inputs, __: merged.append(inputs[0]))
    actor.layer1.register_forward_hook(mark)

    with torch.no_grad():
        actor(torch.zeros(1, 9, 64, 64))

    first = merged[0][0, : 16 * 4].abs().sum(0)  # 16 planes, 2 x 2 of their pixels in each cell
    assert first.nonzero().tolist() == [[2, 5]]


def mark(_module: object, _inputs: object, output: torch.Tensor) -> torch.Tensor:
    """One pixel of a stage's 16 x 16, in row 5 and column 10: that is in the cell of row 2 and column 5."""
    marked = torch.zeros_like(output)
    marked[:, :, 5, 10] = 1.0
    return marked
