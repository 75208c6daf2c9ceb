"""Losses against numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch

from training.losses import colour_distance, proposal_gain, squared_error, stubbiness


def test_squared_error_is_a_mean_over_a_picture() -> None:
    canvas, target = torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    canvas[1, 0] = 0.6

    torch.testing.assert_close(squared_error(canvas, target), torch.tensor([0.0, 0.12]))


def test_gains_count_by_their_square_root_and_harm_in_full() -> None:
    # Two proposals on an error of 8: a gain of 1 is a share of 1 / 8 of it, times 2 proposals, 1 / 4; its root 1 / 2.
    loss = proposal_gain(torch.tensor([[-1.0, 2.0]]), torch.tensor([6.0]), floor=2.0)

    # Harm of 2 / 8 x 2 = 1 / 2 stands as it is, and its gain at the least, sqrt(1e-4).
    assert float(loss) == pytest.approx(((0.0 - 0.5) + (0.5 - 0.01)) / 2)


def test_the_gain_of_a_small_improvement_still_has_a_steep_gradient() -> None:
    change = torch.tensor([[-0.01, -1.0]], requires_grad=True)
    proposal_gain(change, torch.tensor([10.0]), floor=0.0).backward()  # type: ignore[no-untyped-call]

    assert change.grad is not None
    assert float(change.grad[0, 0] / change.grad[0, 1]) == pytest.approx(10.0)


def test_colours_of_strokes_that_cover_nothing_do_not_count() -> None:
    rgb = torch.tensor([[[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]]])
    alpha = torch.stack([torch.ones(1, 4, 4), torch.zeros(1, 4, 4)], dim=1)

    assert float(colour_distance(rgb, torch.zeros(1, 2, 3), alpha)) == pytest.approx(0.5)


def test_only_strokes_shorter_than_asked_for_are_stubby() -> None:
    # A dot, one half as long as asked for, one just as long, and one longer.
    loss = stubbiness(torch.tensor([0.0, 0.2, 0.4, 0.9]), torch.full((4,), 0.2), elongation=2.0)

    assert float(loss) == pytest.approx((1 + 0.5) / 4)
