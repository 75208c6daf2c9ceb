"""The CPU's kernels for proposals against the tensor operations that say the same."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.brushes import BEZIER
from core.geometry import Size
from core.proposals import choose, error_change
from core.rasteriser.differentiable import stroke_alpha


def strokes() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Canvases and targets [3, 3, 32, 32], 24 strokes' coverages, small ones that touch few others, and colours."""
    random = torch.Generator().manual_seed(4)
    canvas, target = torch.rand(2, 3, 3, 32, 32, generator=random)
    shape = torch.rand(3 * 24, BEZIER.size, generator=random)
    shape[:, 6:8] *= 0.2  # radii
    alpha = stroke_alpha(BEZIER, shape, Size(32, 32)).reshape(3, 24, 32, 32)
    return canvas, target, alpha, torch.rand(3, 24, 3, generator=random)


@pytest.mark.parametrize("solve", [True, False])
def test_changes_colours_and_slopes_agree(solve: bool) -> None:
    canvas, target, alpha, colours = strokes()
    rgb, found = None if solve else colours, []
    for compiled in (True, False):
        cover = alpha.clone().requires_grad_()
        change, best = error_change(canvas, target, cover, rgb, compiled=compiled)
        found.append((change.detach(), best, torch.autograd.grad(change.square().sum(), cover)[0]))

    for (one, other), room in zip(zip(*found, strict=True), (1e-4, 1e-5, 1e-3), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=room)


@pytest.mark.parametrize("solve", [True, False])
@pytest.mark.parametrize("keep_all", [True, False])
def test_choices_agree(solve: bool, keep_all: bool) -> None:
    canvas, target, alpha, colours = strokes()
    rgb = None if solve else colours

    one, other = (
        choose(canvas, target, alpha, 6, rgb=rgb, keep_all=keep_all, compiled=compiled) for compiled in (True, False)
    )

    assert torch.equal(one.which, other.which)
    assert torch.equal(one.keep, other.keep)
    torch.testing.assert_close(one.rgb, other.rgb, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(one.canvas, other.canvas, rtol=1e-4, atol=1e-5)


def test_where_only_covered_pixels_are_asked_for_their_slope_is_the_whole_one_and_far_from_strokes_it_is_0() -> None:
    canvas, target, alpha, _ = strokes()
    slopes = []
    for where_covered in (True, False):
        cover = alpha.clone().requires_grad_()
        change, _ = error_change(canvas, target, cover, where_covered=where_covered)
        slopes.append(torch.autograd.grad(change.sum(), cover)[0])

    covered = alpha > 0
    # Not to the bit: how a row is cut into vectors depends on where it begins, and on the processor.
    torch.testing.assert_close(slopes[0][covered], slopes[1][covered], rtol=1e-5, atol=1e-6)
    rows, columns = covered.any(3, keepdim=True), covered.any(2, keepdim=True)
    beyond = ~((rows.cumsum(2) > 0) & (rows.flip(2).cumsum(2).flip(2) > 0))
    beyond = beyond | ~((columns.cumsum(3) > 0) & (columns.flip(3).cumsum(3).flip(3) > 0))
    assert float(slopes[0][beyond].abs().max()) == 0
    assert float(slopes[1][beyond].abs().max()) > 0


def test_a_rasterisers_gradient_is_the_same_whether_or_not_the_rest_is_left_out() -> None:
    canvas, target, _, _ = strokes()
    random = torch.Generator().manual_seed(5)
    shape = torch.rand(3 * 8, BEZIER.size, generator=random)
    grads = []
    for where_covered in (True, False):
        own = shape.clone().requires_grad_()
        alpha = stroke_alpha(BEZIER, own, Size(32, 32)).reshape(3, 8, 32, 32)
        change, _ = error_change(canvas, target, alpha, where_covered=where_covered)
        grads.append(torch.autograd.grad(change.sum(), own)[0])

    assert float(grads[0].abs().max()) > 0
    torch.testing.assert_close(*grads, rtol=1e-4, atol=1e-3)


def test_tensors_that_lie_in_pieces_are_read_right() -> None:
    canvas, target, alpha, rgb = strokes()
    pieces = torch.cat([canvas, target], dim=1)
    wide = torch.cat([rgb, rgb], dim=2)

    scattered = choose(
        pieces[:, :3], pieces[:, 3:], alpha.transpose(2, 3).contiguous().transpose(2, 3), 4, rgb=wide[..., :3]
    )
    whole = choose(canvas, target, alpha, 4, rgb=rgb)

    assert torch.equal(scattered.which, whole.which)
    assert torch.equal(scattered.canvas, whole.canvas)
