"""A hand: its copy of the actor, what counts of its proposals, and what it chooses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core import hand as hand_module
from core.actor import Actor
from core.brushes import BEZIER, BRUSHES, Brush
from core.errors import CheckpointError
from core.geometry import Size
from core.hand import Hand, Wish, _limits, ready
from core.proposals import choose, choose_among
from core.rasteriser.covers import proposals_covers
from core.rasteriser.differentiable import stroke_alpha
from core.weights import LoadedActor
from training.actors import new_actor

CPU = torch.device("cpu")


def lived_in(actor: Actor) -> Actor:
    """With batch norms that have seen something, so that folding them in changes weights."""
    generator = torch.Generator().manual_seed(1)
    for module in actor.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in (
                (module.running_mean, -0.3, 0.3), (module.running_var, 0.5, 2.0),
                (module.weight.data, 0.5, 1.5), (module.bias.data, -0.2, 0.2),
            ):  # fmt: skip
                tensor.uniform_(low, high, generator=generator)
    return actor.eval()


@pytest.fixture(params=["dense", "average"])
def actor(request: pytest.FixtureRequest) -> Actor:
    torch.manual_seed(0)
    if request.param == "dense":
        return lived_in(new_actor(BEZIER, width=0.125, side=32))
    return lived_in(Actor(parameters=BEZIER.size, width=0.125, side=32))


def test_folding_batch_norm_in_changes_nothing_but_rounding(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_module, "computes_in_bfloat16", lambda _device: False)
    seen = torch.rand(3, 9, 32, 32, generator=torch.Generator().manual_seed(0))
    before = {name: value.clone() for name, value in actor.state_dict().items()}

    folded = ready(actor, CPU)

    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    with torch.no_grad():
        torch.testing.assert_close(folded(seen), actor(seen), rtol=0, atol=1e-4)
    for name, value in actor.state_dict().items():
        assert torch.equal(value, before[name])


def test_in_bfloat16_the_strokes_are_nearly_the_same_and_in_full_precision(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_module, "computes_in_bfloat16", lambda _device: True)
    seen = torch.rand(3, 9, 32, 32, generator=torch.Generator().manual_seed(0))

    half = ready(actor, CPU)

    if actor.head == "average":  # published strokes stay what they are
        assert all(weight.dtype == torch.float32 for weight in half.parameters())
        return
    with torch.no_grad():
        strokes, exact = half(seen.bfloat16()), actor(seen)
    assert half.conv1.weight.dtype == torch.bfloat16
    assert strokes.dtype == torch.float32
    assert float((strokes - exact).abs().mean()) < 0.01
    assert len(torch.unique(strokes)) > len(strokes.flatten()) / 2  # not rounded to bfloat16's few steps


@pytest.mark.parametrize("solve", [True, False])
@pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)
def test_packed_proposals_are_chosen_from_as_dense_ones_are(brush: Brush, solve: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    bundle = torch.rand(4, 12, brush.size, generator=generator)
    canvas, target = (torch.rand(4, 3, 32, 32, generator=generator) for _ in range(2))
    inside = torch.ones(4, 1, 32, 32)
    inside[1, :, :9] = 0
    inside[2, :, :, 20:] = 0
    large = torch.rand(4, 12, generator=generator) > 0.2
    alpha = stroke_alpha(brush, bundle.flatten(0, 1), Size(32, 32)).reshape(4, 12, 32, 32)
    rgb = None if solve else bundle[..., -3:]
    dense = choose(canvas, target, alpha * inside * large[..., None, None], 5, rgb=rgb)

    covers = proposals_covers(brush, bundle.flatten(0, 1), 32, _limits(inside, large, (4, 12), 32))
    packed = choose_among(canvas, target, covers, 5, rgb=rgb)

    assert torch.equal(packed.which, dense.which)
    assert torch.equal(packed.keep, dense.keep)
    torch.testing.assert_close(packed.rgb, dense.rgb, rtol=0, atol=1e-3)
    torch.testing.assert_close(packed.canvas, dense.canvas, rtol=0, atol=1e-4)
    assert covers.alpha.size < alpha.numel()


def test_a_window_wholly_off_the_sheet_counts_nowhere() -> None:
    inside = torch.zeros(2, 1, 8, 8)
    inside[1, :, 2:5, 3:] = 1

    limits = _limits(inside, None, (2, 3), 8)

    assert limits is not None
    np.testing.assert_array_equal(limits, [[0, 0, 0, 0]] * 3 + [[2, 5, 3, 8]] * 3)
    assert _limits(None, None, (2, 3), 8) is None


def test_packed_proposals_that_do_not_fit_are_refused() -> None:
    canvas = torch.zeros(2, 3, 16, 16)
    covers = proposals_covers(BEZIER, torch.rand(6, 13), 32)
    with pytest.raises(ValueError, match="do not fit"):
        choose_among(canvas, canvas, covers, 5)
    with pytest.raises(ValueError, match="do not fit"):
        choose_among(canvas, canvas, proposals_covers(BEZIER, torch.rand(5, 13), 16), 5)
    with pytest.raises(ValueError, match="colours"):
        choose_among(canvas, canvas, proposals_covers(BEZIER, torch.rand(6, 13), 16), 5, rgb=torch.rand(2, 6, 3))


def test_numbers_that_are_not_finite_are_refused_before_they_are_drawn() -> None:
    torch.manual_seed(0)
    broken = new_actor(BEZIER, width=0.125, side=32).eval()
    with torch.no_grad():
        broken.emit.bias.fill_(torch.nan)
    hand = Hand(LoadedActor(actor=broken, stroke_type="bezier", bgr=False, id="a", path=Path("a")), CPU)
    window = torch.zeros(1, 3, 32, 32)

    with pytest.raises(CheckpointError, match="not finite"):
        hand.answer(window, window, None, 0.0, Wish())
