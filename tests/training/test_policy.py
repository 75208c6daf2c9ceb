"""The policy at work: from what an actor emits to pixels, and back to what the strokes are worth."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.brushes import BEZIER
from core.document import Document
from core.geometry import Size
from core.observation import coordinate_planes, observe
from core.proposals import choose, error_change
from core.rasteriser.differentiable import lay_bundle, stroke_alpha
from core.rasteriser.fast import draw
from core.renderer import NeuralRenderer
from core.stroke import Strokes
from training.actors import new_actor
from training.losses import FINISHED, squared_error
from training.policy import ExactCoverage, NeuralCoverage, Policy, episode


class Emits(nn.Module):
    """An actor that emits the same bundle [B, V] whatever it sees, and notes what that was."""

    def __init__(self, bundle: Tensor) -> None:
        super().__init__()
        self.bundle = nn.Parameter(bundle.clone())
        self.seen: list[Tensor] = []

    def forward(self, observation: Tensor) -> Tensor:
        self.seen.append(observation)
        return self.bundle


def policy(head: str, *, bundle: int = 5, solve: bool | None = None) -> Policy:
    return Policy(
        brush=BEZIER,
        coverage=ExactCoverage(BEZIER),
        head=head,
        bundle=bundle,
        solve=head == "dense" if solve is None else solve,
    )


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def seen(canvas: Tensor, target: Tensor) -> Tensor:
    return observe(canvas, target, torch.zeros(len(canvas)), coordinate_planes(canvas.shape[-1]))


def drawn(strokes: Tensor, side: int) -> Tensor:
    """What a document of strokes [N, 13] on a black sheet looks like: [3, S, S]."""
    columns = Strokes.from_columns(
        types=np.zeros(len(strokes)),
        patches=np.tile([0, 0, float(side)], (len(strokes), 1)),
        parameters=strokes.detach().numpy(),
        steps=np.zeros(len(strokes)),
    )
    return torch.from_numpy(draw(Document(Size(side, side), strokes=columns))).permute(2, 0, 1)


def test_a_bundle_in_training_is_what_a_document_draws() -> None:
    bundle, black = random(2, 65), torch.zeros(2, 3, 48, 48)

    step = policy("average").step(Emits(bundle), seen(black, random(2, 3, 48, 48, seed=1)))

    assert torch.equal(step.laid, bundle)
    for canvas, strokes in zip(step.canvas, bundle.reshape(2, 5, 13), strict=True):
        torch.testing.assert_close(canvas, drawn(strokes, 48), rtol=0, atol=1e-4)


@pytest.mark.parametrize("solve", [True, False])
def test_what_is_laid_of_a_dense_heads_proposals_is_what_a_document_draws(solve: bool) -> None:
    black, target = torch.zeros(2, 3, 32, 32), torch.full((2, 3, 32, 32), 0.9)
    bundle = random(2, 64 * 13)

    step = policy("dense", solve=solve).step(Emits(bundle), seen(black, target))

    laid = step.laid.reshape(2, 5, 13)
    for canvas, strokes in zip(step.canvas, laid, strict=True):
        torch.testing.assert_close(canvas, drawn(strokes, 32), rtol=0, atol=1e-4)
    # They are the actor's shapes, in its own colours or in others.
    proposals = bundle.reshape(2, 64, 13)
    for picture in range(2):
        same = (laid[picture, :, None, :10] == proposals[picture, None, :, :10]).all(dim=2)
        assert same.sum(dim=1).tolist() == [1] * 5
        own = proposals[picture, same.int().argmax(dim=1), 10:]
        assert torch.equal(laid[picture, :, 10:], own) != solve


@pytest.mark.parametrize("solve", [True, False])
def test_a_dense_step_lays_what_the_painter_would_choose(solve: bool) -> None:
    canvas, target, bundle = random(2, 3, 32, 32), random(2, 3, 32, 32, seed=1), random(2, 64 * 13, seed=2)
    alpha = stroke_alpha(BEZIER, bundle.reshape(-1, 13), Size(32, 32)).reshape(2, 64, 32, 32)
    own = bundle.reshape(2, 64, 13)[:, :, 10:]
    choice = choose(canvas, target, alpha, 3, rgb=None if solve else own)

    step = policy("dense", bundle=3, solve=solve).step(Emits(bundle), seen(canvas, target))

    assert step.change is not None
    torch.testing.assert_close(step.canvas, choice.canvas)
    torch.testing.assert_close(step.change, error_change(canvas, target, alpha)[0])
    assert torch.equal(step.laid.reshape(2, 3, 13)[:, :, 10:], choice.rgb)
    # Judged in other colours other strokes would have been chosen.
    assert not torch.equal(choice.which, choose(canvas, target, alpha, 3, rgb=own if solve else None).which)
    assert bool((squared_error(step.canvas, target) <= squared_error(canvas, target)).all())


def test_strokes_that_would_harm_leave_the_canvas_as_it_is() -> None:
    target = random(1, 3, 32, 32)

    step = policy("dense", solve=False).step(Emits(random(1, 64 * 13, seed=1)), seen(target, target))

    assert torch.equal(step.canvas, target)


def test_the_published_heads_canvas_has_a_gradient_in_every_shape_and_colour() -> None:
    actor = Emits(random(2, 65) * 0.5 + 0.25)

    step = policy("average").step(actor, seen(torch.zeros(2, 3, 32, 32), random(2, 3, 32, 32)))
    (slope,) = torch.autograd.grad(step.canvas.square().sum(), actor.bundle)

    assert bool((slope != 0).all())


def test_a_dense_heads_canvas_has_a_gradient_in_the_shapes_that_were_laid_only() -> None:
    actor = Emits(random(1, 64 * 13))
    target = torch.full((1, 3, 32, 32), 0.9)

    step = policy("dense").step(actor, seen(torch.zeros(1, 3, 32, 32), target))
    (slope,) = torch.autograd.grad(step.canvas.square().sum(), actor.bundle)

    proposals, laid = actor.bundle.detach().reshape(64, 13), step.laid.reshape(5, 13)
    chosen = (proposals[:, None, :10] == laid[None, :, :10]).all(dim=2).any(dim=1)
    moved = (slope.reshape(64, 13)[:, :10] != 0).any(dim=1)
    assert int(chosen.sum()) == 5
    assert torch.equal(moved, chosen)
    assert not bool(slope.reshape(64, 13)[:, 10:].any())  # the best colours are not the actor's to choose


def test_what_an_actor_emits_in_half_precision_comes_in_single() -> None:
    way = Policy(
        brush=BEZIER,
        coverage=ExactCoverage(BEZIER),
        head="dense",
        bundle=5,
        solve=True,
        autocast=torch.bfloat16,
    )
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=32).eval()
    inside: list[torch.dtype] = []
    actor.conv1.register_forward_hook(lambda _module, _args, result: inside.append(result.dtype))

    bundle = way.emit(actor, random(2, 9, 32, 32))

    assert inside == [torch.bfloat16]
    assert bundle.dtype == torch.float32
    torch.testing.assert_close(bundle, policy("dense").emit(actor, random(2, 9, 32, 32)), rtol=0, atol=0.02)


def test_exact_coverage_is_the_rasterisers_with_the_edge_asked_for() -> None:
    strokes = random(4, 13)
    sharp, soft = (ExactCoverage(BEZIER, feather=feather)(strokes, 32) for feather in (1.0, 3.0))

    assert torch.equal(sharp, stroke_alpha(BEZIER, strokes, Size(32, 32)))
    assert torch.equal(soft, stroke_alpha(BEZIER, strokes, Size(32, 32), feather=3.0))
    assert int((soft > 0).sum()) > 1.1 * int((sharp > 0).sum())


@pytest.mark.parametrize("side", [32, 128])
def test_neural_coverage_is_the_networks_averaged_over_squares(side: int) -> None:
    torch.manual_seed(0)
    renderer, strokes = NeuralRenderer(width=1 / 16), random(2, 13)
    expected = renderer(strokes[:, :10]).detach().reshape(2, side, 128 // side, side, 128 // side).mean(dim=(2, 4))

    alpha = NeuralCoverage(renderer)(strokes.requires_grad_(), side)
    (slope,) = torch.autograd.grad(alpha.sum(), strokes)

    torch.testing.assert_close(alpha.detach(), expected)
    assert bool((slope[:, :10] != 0).all())
    assert not bool(slope[:, 10:].any())  # coverage has no colour


def test_the_published_heads_direct_loss_is_the_logarithm_of_what_is_left_of_the_error() -> None:
    canvas, target, way = random(2, 3, 32, 32), random(2, 3, 32, 32, seed=1), policy("average")
    step = way.step(Emits(random(2, 65, seed=2)), seen(canvas, target))
    left = [
        math.log(np.mean((after - t) ** 2) + 1e-4) - math.log(np.mean((before - t) ** 2) + 1e-4)
        for before, after, t in zip(canvas.numpy(), step.canvas.detach().numpy(), target.numpy(), strict=True)
    ]

    loss = way.direct_loss(step, seen(canvas, target), stubby_weight=0, elongation=2.0)

    assert loss.item() == pytest.approx(sum(left) / 2, rel=1e-4)


def test_a_dense_heads_direct_loss_judges_each_proposal_alone_and_draws_its_colour_to_the_best() -> None:
    canvas, target, way = random(2, 3, 32, 32), random(2, 3, 32, 32, seed=1), policy("dense")
    bundle = random(2, 64 * 13, seed=2)
    alphas = stroke_alpha(BEZIER, bundle.reshape(-1, 13), Size(32, 32)).reshape(2, 64, 1, 32, 32).double().numpy()
    colours = bundle.reshape(2, 64, 13)[:, :, 10:].numpy()
    parts = []
    for u, t, strokes, own in zip(canvas.double().numpy(), target.double().numpy(), alphas, colours, strict=True):
        error = np.sum((u - t) ** 2)
        for alpha, colour in zip(strokes, own, strict=True):
            # The best colour by least squares: (u (1 - A) + c A - t) is least at c = sum A (t - u (1 - A)) / sum A^2.
            best = np.sum(alpha * (t - u * (1 - alpha)), axis=(1, 2)) / np.maximum(np.sum(alpha**2), 1e-8)
            best = best.clip(0, 1)
            change = np.sum((u * (1 - alpha) + best[:, None, None] * alpha - t) ** 2) - error
            share = 64 * change / (error + FINISHED * 3072)
            distance = np.sum((colour - best) ** 2) if alpha.mean() > 1e-3 else 0.0
            parts.append(max(share, 0.0) - math.sqrt(max(-share, 1e-4)) + distance)

    step = way.step(Emits(bundle), seen(canvas, target))
    loss = way.direct_loss(step, seen(canvas, target), stubby_weight=0, elongation=2.0)

    assert loss.item() == pytest.approx(np.mean(parts), rel=1e-4)


def test_colours_cost_by_the_weight_given_to_them() -> None:
    canvas, target, way = random(1, 3, 32, 32), random(1, 3, 32, 32, seed=1), policy("dense")
    observation = seen(canvas, target)
    step = way.step(Emits(random(1, 64 * 13, seed=2)), observation)

    once, twice, not_at_all = (
        way.direct_loss(step, observation, stubby_weight=0, elongation=2.0, colour_weight=w) for w in (1.0, 2.0, 0.0)
    )

    assert (twice - once).item() == pytest.approx((once - not_at_all).item(), rel=1e-4)
    assert (once - not_at_all).item() > 0.1


def test_stubby_strokes_cost_by_the_weight_given_to_them() -> None:
    canvas, target, way = random(1, 3, 32, 32), random(1, 3, 32, 32, seed=1), policy("average")
    strokes = torch.full((1, 5, 13), 0.5)  # all of them dots
    observation = seen(canvas, target)
    step = way.step(Emits(strokes.flatten(1)), observation)

    free, charged = (way.direct_loss(step, observation, stubby_weight=w, elongation=2.0) for w in (0.0, 0.25))

    # The chord is 1e-4 for the sake of its gradient; the diameter is 2 (1/256 + 1/8).
    assert (charged - free).item() == pytest.approx(0.25 * (1 - 1e-4 / (2 * 2 * (1 / 256 + 1 / 8))), rel=1e-4)


def test_an_episode_begins_bare_and_tells_the_actor_how_far_it_is() -> None:
    target, bundle = random(2, 3, 32, 32), random(2, 65, seed=1)
    actor = Emits(bundle)

    canvases = episode(policy("average"), actor, target, steps=4, sheet=0.25)  # type: ignore[arg-type]

    assert actor.seen[0][:, :3].unique().tolist() == [0.25]
    assert [float(observation[0, 6, 0, 0]) for observation in actor.seen] == [0.0, 0.25, 0.5, 0.75]
    for observation, canvas in zip(actor.seen[1:], canvases, strict=False):
        assert torch.equal(observation[:, :3], canvas)
        assert torch.equal(observation[:, 3:6], target)
    # The last canvas is that of four bundles on the sheet.
    alpha = stroke_alpha(BEZIER, bundle.reshape(-1, 13), Size(32, 32)).reshape(2, 5, 32, 32)
    canvas = torch.full_like(target, 0.25)
    for _ in range(4):
        canvas = lay_bundle(canvas, alpha, bundle.reshape(2, 5, 13)[:, :, 10:])
    assert len(canvases) == 4
    torch.testing.assert_close(canvases[-1], canvas)


def test_painting_with_an_untrained_actor_already_lowers_the_error() -> None:
    torch.manual_seed(0)
    target = torch.full((2, 3, 32, 32), 0.7)
    canvases = episode(policy("dense"), new_actor(BEZIER, width=0.125, side=32).eval(), target, steps=12)
    errors = [float(squared_error(canvas, target).mean()) for canvas in canvases]

    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.05 < errors[0]


@pytest.mark.parametrize("head", ["dense", "average"])
@pytest.mark.parametrize("coverage", ["neural", "feathered"])
def test_whatever_gradients_flow_through_the_canvas_has_the_exact_pixels(head: str, coverage: str) -> None:
    torch.manual_seed(0)
    model = NeuralCoverage(NeuralRenderer(width=1 / 16)) if coverage == "neural" else ExactCoverage(BEZIER, feather=4.0)
    way = dataclasses.replace(policy(head), coverage=model)
    bundle = random(2, (64 if head == "dense" else 5) * 13).requires_grad_()
    observation = seen(random(2, 3, 32, 32), random(2, 3, 32, 32, seed=1))

    step = way.step(Emits(bundle), observation)
    laid = step.laid.detach().reshape(-1, 13)
    alpha = stroke_alpha(BEZIER, laid, Size(32, 32)).reshape(2, 5, 32, 32)
    exact = lay_bundle(observation[:, :3], alpha, laid.reshape(2, 5, 13)[:, :, -3:])
    (slope,) = torch.autograd.grad(step.canvas.square().mean(), step.bundle)

    if head == "average":  # of a dense head's choice some may have been left out
        torch.testing.assert_close(step.canvas.detach(), exact, rtol=0, atol=1e-5)
    changed = (step.canvas.detach() - observation[:, :3]).abs().amax(dim=1) > 1e-5
    assert not bool((changed & (alpha.amax(dim=1) == 0)).any())  # the model's softer reach is not on the canvas
    assert bool(slope.any())
