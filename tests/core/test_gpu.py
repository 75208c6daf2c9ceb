"""The same on a CUDA device as on the CPU; run where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.brushes import BEZIER
from core.geometry import Size
from core.painter import Painter, PaintJob
from core.rasteriser.differentiable import stroke_alpha
from core.weights import LoadedActor
from training.train_painter import new_actor

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")]


def test_coverage_and_gradients_agree_with_the_cpu() -> None:
    shape = torch.rand(40, 10, generator=torch.Generator().manual_seed(0))
    weights = torch.rand(40, 64, 64, generator=torch.Generator().manual_seed(1))
    results = []
    for device in ("cpu", "cuda"):
        here = shape.to(device).requires_grad_()
        alpha = stroke_alpha(BEZIER, here, Size(64, 64))
        (gradient,) = torch.autograd.grad((alpha * weights.to(device)).sum(), here)
        results.append((alpha.detach().cpu(), gradient.cpu()))

    torch.testing.assert_close(results[1][0], results[0][0], rtol=0, atol=2 / 255)
    torch.testing.assert_close(results[1][1], results[0][1], rtol=1e-2, atol=1e-2 * float(results[0][1].abs().max()))


def test_a_job_is_painted_on_the_gpu_as_well_and_the_same_twice() -> None:
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=32).eval().requires_grad_(False)
    painter = Painter(LoadedActor(actor=actor, stroke_type="bezier", bgr=False, id="a", path=Path("a")), device="cuda")
    job = PaintJob(target=np.full((40, 60, 3), (200, 120, 40), np.uint8), strokes=83, divide=2)

    first, second = (list(painter.frames(job))[-1].document.strokes for _ in range(2))

    assert len(first) == 83
    assert first == second
    assert float(first.errors[-1]) < 0.3 * float(first.errors[0])
