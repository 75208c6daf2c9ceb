"""The GPU's way to a whole painting and to what strokes would gain, its kernels interpreted, against the CPU's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.proposals import error_change
from core.rasteriser.painting import painted
from tests.core.rasteriser.interpreted import interpreted, interpreter_works
from tests.core.rasteriser.test_painting import GROUPS, NAMES, SIZE, given, strokes_of

pytestmark = pytest.mark.skipif(not interpreter_works(), reason="there is no Triton, or one with an old interpreter")

PAINTING = """
import sys
import torch
from core.rasteriser.gpu_painting import gpu_painted

types, shapes, rgb, bare, patches, weights, feather = torch.load(sys.argv[1])
givens = [each.requires_grad_() for each in (shapes, rgb, bare)]
canvas = gpu_painted(givens[2], types.numpy(), givens[0], givens[1], patches, feather=feather)
torch.save((canvas.detach(), torch.autograd.grad((canvas * weights).sum(), givens)), sys.argv[1])
"""
CHANGE = """
import sys
import torch
from core import proposals

canvas, target, alpha, by_change = torch.load(sys.argv[1])
proposals._Sums.of = staticmethod(lambda alpha, *, compiled: proposals._TritonSums(alpha))
alpha.requires_grad_()
change, rgb = proposals._Change.apply(canvas, target, alpha, None, True)
(slope,) = torch.autograd.grad((change * by_change).sum(), alpha)
torch.save((change.detach(), rgb, slope), sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("feather", [1.0, 3.0])
@pytest.mark.parametrize("kinds", GROUPS, ids=NAMES)
def test_a_painting_and_its_gradients_are_the_cpus(kinds: list[int], feather: float, tmp_path: Path) -> None:
    strokes = strokes_of(kinds, 14)
    bare, shapes, rgb, patches = given(strokes)
    weights = torch.rand(*SIZE, 3, generator=torch.Generator().manual_seed(0)) - 0.4
    bare.requires_grad_()
    canvas = painted(bare, strokes.types, shapes, rgb, patches, feather=feather)
    expected = torch.autograd.grad((canvas * weights).sum(), (shapes, rgb, bare))
    single = (each.detach().float() for each in (shapes, rgb, bare, patches))
    torch.save((torch.from_numpy(strokes.types.copy()), *single, weights, feather), tmp_path / "given.pt")

    found, gradients = interpreted(PAINTING, tmp_path / "given.pt")

    torch.testing.assert_close(found, canvas.detach(), rtol=0, atol=2e-5)
    for ours, theirs in zip(gradients, expected, strict=True):
        assert float(theirs.abs().max()) > 0.1
        torch.testing.assert_close(ours, theirs.to(ours.dtype), rtol=0, atol=2e-4 * float(theirs.abs().max()))


def test_what_strokes_would_change_is_the_cpus(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    canvas, target = (torch.rand(2, 3, 19, 31, generator=generator) for _ in range(2))
    alpha = torch.rand(2, 5, 19, 31, generator=generator) ** 4
    by_change = torch.rand(2, 5, generator=generator) - 0.3
    torch.save((canvas, target, alpha, by_change), tmp_path / "given.pt")

    change, rgb, slope = interpreted(CHANGE, tmp_path / "given.pt")

    alpha.requires_grad_()
    expected, colours = error_change(canvas, target, alpha)
    (gradient,) = torch.autograd.grad((expected * by_change).sum(), alpha)
    np.testing.assert_allclose(change, expected.detach(), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(rgb, colours, rtol=0, atol=1e-4)
    np.testing.assert_allclose(slope, gradient, rtol=0, atol=1e-4)
