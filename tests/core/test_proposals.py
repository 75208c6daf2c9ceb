"""Judging strokes by what they would take from the error, and choosing the best of many."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core import proposals
from core.proposals import choose, error_change
from core.rasteriser.differentiable import lay_bundle


@pytest.fixture(autouse=True, params=["kernels", "tensors"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every claim holds with the compiled kernels and without."""
    monkeypatch.setattr(proposals, "HAS_NUMBA", request.param == "kernels")


def sheets(seed: int = 0, strokes: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    """Two canvases, their targets and soft random coverages, in float64."""
    random = torch.Generator().manual_seed(seed)
    canvas, target = torch.rand(2, 2, 3, 8, 8, generator=random, dtype=torch.float64)
    alpha = torch.rand(2, strokes, 8, 8, generator=random, dtype=torch.float64)
    return canvas, target, alpha


def error(canvas: Tensor, target: Tensor) -> Tensor:
    return (canvas - target).square().sum((1, 2, 3))


def test_the_change_is_the_error_after_less_the_error_before() -> None:
    canvas, target, alpha = sheets()
    rgb = torch.rand(2, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    change, same = error_change(canvas, target, alpha, rgb)

    for stroke in range(6):
        after = lay_bundle(canvas, alpha[:, stroke : stroke + 1], rgb[:, stroke : stroke + 1])
        torch.testing.assert_close(change[:, stroke], error(after, target) - error(canvas, target))
    assert torch.equal(same, rgb)


def test_no_colour_beats_the_best_one() -> None:
    canvas, target, alpha = sheets()
    best_change, best = error_change(canvas, target, alpha)
    random = torch.Generator().manual_seed(2)

    for _ in range(100):
        other = torch.rand(2, 6, 3, generator=random, dtype=torch.float64)
        near = (best + 0.02 * (other - 0.5)).clamp(0, 1)
        assert (error_change(canvas, target, alpha, other)[0] >= best_change - 1e-12).all()
        assert (error_change(canvas, target, alpha, near)[0] >= best_change - 1e-12).all()


def test_an_opaque_stroke_over_a_flat_target_takes_its_colour_and_leaves_no_error() -> None:
    canvas = torch.zeros(1, 3, 4, 4)
    target = torch.tensor([0.2, 0.5, 0.9])[None, :, None, None].expand(1, 3, 4, 4)

    change, rgb = error_change(canvas, target, torch.ones(1, 1, 4, 4))

    torch.testing.assert_close(rgb, torch.tensor([[[0.2, 0.5, 0.9]]]))
    torch.testing.assert_close(change, -torch.tensor([[16 * (0.04 + 0.25 + 0.81)]]))


def test_the_change_is_differentiable_in_the_coverage() -> None:
    canvas, target, alpha = sheets(strokes=2)
    rgb = torch.full((2, 2, 3), 0.3, dtype=torch.float64)

    assert torch.autograd.gradcheck(lambda a: error_change(canvas, target, a, rgb)[0], alpha.requires_grad_())


def changed_by_hand(canvas: Tensor, target: Tensor, alpha: Tensor, rgb: Tensor) -> Tensor:
    """The change [B, N], from the pixels that each stroke alone would leave."""
    cover, colour = alpha[:, :, None], rgb[:, :, :, None, None]
    after = canvas[:, None] * (1 - cover) + colour * cover
    return (after - target[:, None]).square().sum((2, 3, 4)) - error(canvas, target)[:, None]


def best_by_hand(canvas: Tensor, target: Tensor, alpha: Tensor) -> Tensor:
    """Least squares for each channel, not clipped: [B, N, 3]."""
    cover = alpha[:, :, None]
    wanted = target[:, None] - canvas[:, None] * (1 - cover)
    return (cover * wanted).sum((3, 4)) / cover.square().sum((3, 4))


def weights_of(change: Tensor) -> Tensor:
    return torch.rand(change.shape, generator=torch.Generator().manual_seed(3), dtype=change.dtype) - 0.5


def test_the_gradient_of_a_fixed_colours_change_is_that_of_its_pixels() -> None:
    canvas, target, alpha = sheets()
    rgb = torch.rand(2, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    alpha.requires_grad_()
    change, by_hand = error_change(canvas, target, alpha, rgb)[0], changed_by_hand(canvas, target, alpha, rgb)

    torch.testing.assert_close(change, by_hand)
    slopes = [torch.autograd.grad((one * weights_of(one)).sum(), alpha)[0] for one in (change, by_hand)]
    torch.testing.assert_close(*slopes, rtol=1e-10, atol=1e-10)


def test_the_gradient_of_a_best_colours_change_is_whole_although_the_colour_is_held() -> None:
    # Soft colours on soft colours: all the best ones lie inside 0..1.
    canvas, target, alpha = sheets(strokes=3)
    canvas, target = 0.4 + 0.2 * canvas, 0.4 + 0.2 * target
    alpha.requires_grad_()
    change, best = error_change(canvas, target, alpha)
    moving = best_by_hand(canvas, target, alpha)
    by_hand = changed_by_hand(canvas, target, alpha, moving)

    assert 0.05 < float(best.min()) < float(best.max()) < 0.95
    assert not best.requires_grad
    torch.testing.assert_close(best, moving.detach())
    torch.testing.assert_close(change, by_hand)
    # The second goes through the solved colours as well, and finds nothing more there.
    slopes = [torch.autograd.grad((one * weights_of(one)).sum(), alpha)[0] for one in (change, by_hand)]
    torch.testing.assert_close(*slopes, rtol=1e-10, atol=1e-10)
    few, small = slice(0, 2), (slice(None), slice(None), slice(0, 4), slice(0, 4))
    assert torch.autograd.gradcheck(lambda a: error_change(canvas[small], target[small], a)[0], alpha[:, few, :4, :4])


def test_the_gradient_of_a_clipped_colours_change_is_that_of_the_clipped_colour() -> None:
    # White and black are wanted, and more of them than there is under half-transparent strokes.
    canvas, _, alpha = sheets()
    target = (torch.arange(6.0).reshape(2, 3, 1, 1) % 2).double().expand(2, 3, 8, 8)
    alpha = (alpha / 2).requires_grad_()
    change, best = error_change(canvas, target, alpha)
    by_hand = changed_by_hand(canvas, target, alpha, best_by_hand(canvas, target, alpha).clamp(0, 1).detach())

    assert set(best.unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(change, by_hand)
    slopes = [torch.autograd.grad((one * weights_of(one)).sum(), alpha)[0] for one in (change, by_hand)]
    torch.testing.assert_close(*slopes, rtol=1e-10, atol=1e-10)


def test_a_stroke_that_covers_nothing_changes_nothing_and_still_has_a_gradient_to_grow_by() -> None:
    canvas, target = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5)
    alpha = torch.zeros(1, 2, 4, 4, requires_grad=True)
    rgb = torch.tensor([[[0.5, 0.5, 0.5], [0.0, 0.0, 0.0]]])

    change, _ = error_change(canvas, target, alpha, rgb)
    (slope,) = torch.autograd.grad(change.sum(), alpha)

    assert change.tolist() == [[0.0, 0.0]]
    # -2 (c - u)(t - u) over three channels, at each pixel.
    torch.testing.assert_close(slope[0, 0], torch.full((4, 4), -1.5))
    assert slope[0, 1].tolist() == torch.zeros(4, 4).tolist()
    assert error_change(canvas, target, alpha)[1].isfinite().all()


def test_choosing_takes_at_each_turn_the_stroke_that_helps_most() -> None:
    canvas, target, alpha = sheets(strokes=5)
    choice = choose(canvas, target, alpha, 3)

    for picture in range(2):
        laid, left = canvas[picture : picture + 1], list(range(5))
        for turn in range(3):
            changes, colours = error_change(laid, target[picture : picture + 1], alpha[picture : picture + 1, left])
            best = int(changes[0].argmin())
            assert int(choice.which[picture, turn]) == left[best]
            if bool(choice.keep[picture, turn]):
                cover = alpha[picture : picture + 1, left[best] : left[best] + 1]
                laid = lay_bundle(laid, cover, colours[:, best : best + 1])
            left.pop(best)
        torch.testing.assert_close(choice.canvas[picture : picture + 1], laid)


def test_no_stroke_is_chosen_twice_and_those_that_harm_are_not_laid() -> None:
    target = torch.full((1, 3, 4, 4), 0.5)
    rgb = torch.tensor([[[0.5, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])

    choice = choose(torch.zeros(1, 3, 4, 4), target, torch.ones(1, 3, 4, 4), 3, rgb=rgb)

    assert sorted(choice.which[0].tolist()) == [0, 1, 2]
    assert choice.keep[0].tolist() == [True, False, False]
    torch.testing.assert_close(choice.canvas, target)


@pytest.mark.parametrize("keep_all", [False, True])
def test_on_a_finished_picture_only_keep_all_lays_anything(keep_all: bool) -> None:
    target = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(0))

    choice = choose(target, target, torch.full((1, 2, 4, 4), 0.5), 1, keep_all=keep_all)

    assert bool(choice.keep.all()) is keep_all


def test_a_stroke_that_gains_little_beside_many_alike_is_chosen_once_those_are_outdone() -> None:
    # Forty strokes want the left half, and once one of them is laid none of the others has anything left to gain.
    target = torch.ones(1, 3, 4, 4)
    alpha = torch.zeros(1, 41, 4, 4)
    alpha[:, :40, :, :2], alpha[:, 40, 0, 3] = 1.0, 1.0

    choice = choose(torch.zeros(1, 3, 4, 4), target, alpha, 2)

    assert int(choice.which[0, 0]) < 40
    assert int(choice.which[0, 1]) == 40
    assert choice.keep.tolist() == [[True, True]]


def test_what_is_known_of_the_changes_beforehand_alters_no_choice() -> None:
    canvas, target, alpha = sheets(strokes=40)
    known, _ = error_change(canvas, target, alpha)

    one, other = choose(canvas, target, alpha, 5), choose(canvas, target, alpha, 5, change=known)

    assert torch.equal(one.which, other.which)
    torch.testing.assert_close(one.canvas, other.canvas)


def test_choosing_leaves_what_it_was_given_as_it_was() -> None:
    canvas, target, alpha = sheets()
    given = canvas.clone(), target.clone(), alpha.clone()

    choose(canvas, target, alpha, 3, keep_all=True)

    assert all(torch.equal(one, other) for one, other in zip((canvas, target, alpha), given, strict=True))


def test_an_empty_batch_has_no_changes_and_no_choice() -> None:
    empty = torch.zeros(0, 3, 4, 4)

    assert error_change(empty, empty, torch.zeros(0, 7, 4, 4))[0].shape == (0, 7)
    assert choose(empty, empty, torch.zeros(0, 7, 4, 4), 5).canvas.shape == (0, 3, 4, 4)


@pytest.mark.parametrize("wrong", ["canvas", "target", "rgb", "alpha"])
def test_sizes_that_disagree_are_refused(wrong: str) -> None:
    sizes = {"canvas": (2, 3, 8, 8), "target": (2, 3, 8, 8), "alpha": (2, 5, 8, 8), "rgb": (2, 5, 3)}
    sizes[wrong] = (2, 5, 9, 8) if wrong == "alpha" else (1, *sizes[wrong][1:])
    parts = {name: torch.zeros(size) for name, size in sizes.items()}

    with pytest.raises(ValueError, match="do not fit together"):
        error_change(**parts)
    with pytest.raises(ValueError, match="do not fit together"):
        choose(**parts, count=2)
