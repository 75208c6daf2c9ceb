"""A whole painting as a function of its strokes: its pixels and its gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.brushes import BRUSHES
from core.document import Document
from core.geometry import Size
from core.rasteriser.differentiable import lay_bundle, stroke_alpha
from core.rasteriser.fast import bare_canvas, draw
from core.rasteriser.painting import painted, worths
from core.stroke import Strokes

SIZE = Size(40, 56)
BACKGROUND = (30, 90, 160)


def strokes_of(kinds: list[int], count: int = 24, *, seed: int = 3) -> Strokes:
    random = np.random.default_rng(seed)
    return Strokes.from_columns(
        types=random.choice(kinds, count),
        patches=np.column_stack([random.uniform(-20, 40, (count, 2)), random.uniform(4, 50, count)]),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32),
        steps=np.arange(count),
    )


def given(strokes: Strokes) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Bare canvas, shapes, colours and patches."""
    shapes = torch.tensor(strokes.parameters.astype(np.float64), requires_grad=True)
    rgb = torch.tensor(strokes.rgb(), requires_grad=True)
    return torch.from_numpy(bare_canvas(SIZE, BACKGROUND)), shapes, rgb, torch.tensor(strokes.patches)


GROUPS = [[kind] for kind in range(len(BRUSHES))] + [list(range(len(BRUSHES)))]
NAMES = [brush.name for brush in BRUSHES] + ["all"]


@pytest.mark.parametrize("kinds", GROUPS, ids=NAMES)
def test_its_pixels_are_those_of_the_document(kinds: list[int]) -> None:
    strokes = strokes_of(kinds)
    bare, shapes, rgb, patches = given(strokes)

    canvas = painted(bare, strokes.types, shapes, rgb, patches).detach().numpy()

    np.testing.assert_allclose(canvas, draw(Document(SIZE, BACKGROUND, strokes)), rtol=0, atol=2e-6)


@pytest.mark.parametrize("feather", [1.0, 2.5])
@pytest.mark.parametrize("kind", range(len(BRUSHES)), ids=NAMES[:-1])
def test_its_gradients_are_those_of_strokes_laid_one_by_one(kind: int, feather: float) -> None:
    strokes = strokes_of([kind], 10)
    weights = torch.rand(*SIZE, 3, generator=torch.Generator().manual_seed(0)) - 0.4
    bare, shapes, rgb, patches = given(strokes)

    ours = torch.autograd.grad(
        (painted(bare, strokes.types, shapes, rgb, patches, feather=feather) * weights).sum(), (shapes, rgb)
    )
    alpha = stroke_alpha(BRUSHES[kind], shapes, SIZE, patches=patches, feather=feather)
    canvas = lay_bundle(bare.permute(2, 0, 1)[None].double(), alpha[None], rgb[None].double())
    theirs = torch.autograd.grad((canvas[0].permute(1, 2, 0) * weights).sum(), (shapes, rgb))

    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.double(), other.double(), rtol=1e-3, atol=2e-4 * float(other.abs().max()))


def test_the_same_strokes_give_the_same_bits() -> None:
    strokes = strokes_of(list(range(len(BRUSHES))), 60)
    found = []
    for _ in range(2):
        bare, shapes, rgb, patches = given(strokes)
        canvas = painted(bare, strokes.types, shapes, rgb, patches)
        found.append([canvas.detach(), *torch.autograd.grad(canvas.square().sum(), (shapes, rgb))])

    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


def test_strokes_off_the_canvas_change_nothing_and_have_no_slope() -> None:
    strokes = strokes_of(list(range(len(BRUSHES))), 30)
    bare, shapes, rgb, _ = given(strokes)
    patches = torch.tensor([[500.0, -900.0, 40.0]]).double().expand(30, 3)

    canvas = painted(bare, strokes.types, shapes, rgb, patches)
    slopes = torch.autograd.grad(canvas.sum(), (shapes, rgb))

    assert torch.equal(canvas.detach(), bare)
    assert not any(slope.any() for slope in slopes)


@pytest.mark.parametrize("kinds", GROUPS, ids=NAMES)
def test_a_strokes_worth_is_what_the_error_rises_by_without_it(kinds: list[int]) -> None:
    strokes = strokes_of(kinds, 15)
    bare, shapes, rgb, patches = given(strokes)
    target = torch.rand(*SIZE, 3, generator=torch.Generator().manual_seed(2))

    def squared(rows: list[int]) -> float:
        canvas = painted(bare, strokes.types[rows], shapes[rows], rgb[rows], patches[rows]).detach()
        return float((canvas.double() - target).square().sum())

    every = list(range(15))
    expected = [squared([row for row in every if row != left_out]) - squared(every) for left_out in every]

    found = worths(bare, strokes.types, shapes, rgb, patches, target)

    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=2e-3)
    assert max(abs(value) for value in expected) > 1
