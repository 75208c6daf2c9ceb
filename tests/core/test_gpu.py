"""The same on a CUDA device as on the CPU; run where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.brushes import BEZIER, BRUSHES, Brush, Stamps
from core.document import Document
from core.geometry import Size
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.differentiable import padded_alpha, stamp_alpha, stroke_alpha
from core.rasteriser.painting import painted
from core.refine import refine
from core.stroke import Strokes
from core.weights import LoadedActor
from training.actors import new_actor

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")]


@pytest.fixture(params=BRUSHES, ids=lambda brush: brush.name)
def brush(request: pytest.FixtureRequest) -> Brush:
    return request.param  # type: ignore[no-any-return]


def test_coverage_and_gradients_agree_with_the_cpu(brush: Brush) -> None:
    shape = _random_shapes(40, 0, brush)
    weights = torch.rand(40, 64, 64, generator=torch.Generator().manual_seed(1))
    results = []
    for device in ("cpu", "cuda"):
        here = shape.to(device).requires_grad_()
        alpha = stroke_alpha(brush, here, Size(64, 64))
        (gradient,) = torch.autograd.grad((alpha * weights.to(device)).sum(), here)
        results.append((alpha.detach().cpu(), gradient.cpu()))

    torch.testing.assert_close(results[1][0], results[0][0], rtol=0, atol=2 / 255)
    torch.testing.assert_close(results[1][1], results[0][1], rtol=1e-2, atol=1e-2 * float(results[0][1].abs().max()))


def _random_shapes(count: int, seed: int, brush: Brush = BEZIER) -> Tensor:
    return torch.rand(count, brush.size - 3, generator=torch.Generator().manual_seed(seed))


def _with_gradient(shape: Tensor, brush: Brush, compiled: bool = True) -> tuple[Tensor, Tensor]:
    """Coverage, and a gradient by the shapes; nothing here waits for the device."""
    alpha = stroke_alpha(brush, shape, Size(64, 48), compiled=compiled)
    weights = torch.linspace(-0.3, 0.7, 64 * 48, device=shape.device).reshape(64, 48)
    (gradient,) = torch.autograd.grad((alpha * weights).sum(), shape)
    return alpha.detach(), gradient


@pytest.mark.parametrize("feather", [1.0, 3.0])
@pytest.mark.parametrize(("size", "side"), [(Size(64, 64), 64), (Size(50, 67), 80), (Size(128, 128), 128)], ids=str)
def test_tritons_kernels_agree_with_the_cpus(size: Size, side: int, feather: float) -> None:
    pytest.importorskip("triton")
    shape = torch.cat([_random_shapes(60, 2), _random_shapes(20, 3) * torch.tensor([1.0] * 6 + [0.0] * 2 + [1.0] * 2)])
    patches = torch.tensor([-4.0, -6.0, side]).expand(len(shape), 3)
    times, counts = BEZIER.padded_times(shape)  # once: a rounding may else ask one of the two for one stamp more
    weights = torch.rand(len(shape), *size, generator=torch.Generator().manual_seed(1)) - 0.3
    results = []
    for device in ("cpu", "cuda"):
        here = shape.to(device).requires_grad_()
        stamps = BEZIER.padded_stamps(here, patches.to(device), (times.to(device), counts.to(device)))
        if device == "cuda":
            alpha = padded_alpha(stamps, size, feather=feather)
        else:
            used = torch.arange(BEZIER.most_stamps) < counts[:, None]
            offsets = torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)])
            alpha = stamp_alpha(Stamps(*(values[used] for values in stamps[:4]), offsets), size, feather=feather)
        (gradient,) = torch.autograd.grad((alpha * weights.to(device)).sum(), here)
        results.append((alpha.detach().cpu(), gradient.cpu()))

    torch.testing.assert_close(results[1][0], results[0][0], rtol=0, atol=1e-4)
    torch.testing.assert_close(results[1][1], results[0][1], rtol=0, atol=1e-3 * float(results[0][1].abs().max()))


def test_tritons_kernels_agree_with_plain_tensor_operations(brush: Brush) -> None:
    pytest.importorskip("triton")
    shape = _random_shapes(100, 4, brush).cuda().requires_grad_()

    ours, plain = _with_gradient(shape, brush), _with_gradient(shape, brush, compiled=False)

    torch.testing.assert_close(ours[0], plain[0], rtol=0, atol=1e-4)
    torch.testing.assert_close(ours[1], plain[1], rtol=0, atol=1e-3 * float(plain[1].abs().max()))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_strokes_are_drawn_too(count: int, brush: Brush) -> None:
    alpha, gradient = _with_gradient(_random_shapes(count, 5, brush).cuda().requires_grad_(), brush)

    assert alpha.shape == (count, 64, 48)
    assert gradient.shape == (count, brush.size - 3)
    assert bool(alpha.any()) == (count > 0)


def test_the_same_strokes_give_the_same_bits(brush: Brush) -> None:
    pytest.importorskip("triton")
    shape = _random_shapes(500, 6, brush).cuda().requires_grad_()

    first, second = _with_gradient(shape, brush), _with_gradient(shape, brush)

    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_a_cuda_graph_holds_coverage_and_gradients_and_draws_other_strokes_again(brush: Brush) -> None:
    pytest.importorskip("triton")
    shape = _random_shapes(64, 7, brush).cuda().requires_grad_()
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(
        aside
    ):  # a graph takes up only what has run before: kernels are compiled at their first call
        _with_gradient(shape, brush)
    torch.cuda.current_stream().wait_stream(aside)

    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):  # fails where the host waits for the device
        alpha, gradient = _with_gradient(shape, brush)
    with torch.no_grad():
        shape.copy_(_random_shapes(64, 8, brush))
    graph.replay()

    expected = _with_gradient(shape, brush)
    torch.testing.assert_close(alpha, expected[0], rtol=0, atol=0)
    torch.testing.assert_close(gradient, expected[1], rtol=1e-6, atol=1e-6 * float(expected[1].abs().max()))


def test_a_job_is_painted_on_the_gpu_as_well_and_the_same_twice() -> None:
    torch.manual_seed(0)
    actor = new_actor(BEZIER, width=0.125, side=32).eval().requires_grad_(False)
    painter = Painter(LoadedActor(actor=actor, stroke_type="bezier", bgr=False, id="a", path=Path("a")), device="cuda")
    job = PaintJob(target=np.full((40, 60, 3), (200, 120, 40), np.uint8), strokes=83, divide=2)

    first, second = (list(painter.frames(job))[-1].document.strokes for _ in range(2))

    assert len(first) == 83
    assert first == second
    assert float(first.errors[-1]) < 0.3 * float(first.errors[0])


def test_a_whole_painting_and_its_gradients_agree_with_the_cpu() -> None:
    pytest.importorskip("triton")
    random = np.random.default_rng(3)
    count, size = 60, Size(70, 90)
    types = random.integers(0, len(BRUSHES), count).astype(np.uint8)
    shapes = torch.tensor(random.uniform(0, 1, (count, 13)))
    rgb = torch.tensor(random.uniform(0, 1, (count, 3)), dtype=torch.float32)
    patches = torch.tensor(np.column_stack([random.uniform(-20, 70, (count, 2)), random.uniform(4, 80, count)]))
    weights = torch.rand(*size, 3, generator=torch.Generator().manual_seed(0)) - 0.4
    results = []
    for device, number in (("cpu", torch.float64), ("cuda", torch.float32)):
        given = [shapes.to(device, number), rgb.to(device), torch.full((*size, 3), 0.3, device=device)]
        given = [each.requires_grad_() for each in given]
        canvas = painted(given[2], types, given[0], given[1], patches.to(device, number))
        gradients = torch.autograd.grad((canvas * weights.to(device)).sum(), given)
        results.append([canvas.detach().cpu().double(), *(each.cpu().double() for each in gradients)])

    torch.testing.assert_close(results[1][0], results[0][0], rtol=0, atol=1e-4)
    for ours, theirs in zip(results[1][1:], results[0][1:], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-3 * float(theirs.abs().max()))


def test_a_painting_is_refined_on_the_gpu_as_well() -> None:
    pytest.importorskip("triton")
    rows, columns = np.mgrid[0:48, 0:64]
    target = np.stack([rows * 5, columns * 3, 255 - rows * 2], axis=-1).astype(np.uint8)
    random = np.random.default_rng(0)
    strokes = Strokes.from_columns(
        types=random.integers(0, len(BRUSHES), 40),
        patches=np.column_stack([random.uniform(-10, 48, (40, 2)), random.uniform(8, 60, 40)]),
        parameters=random.uniform(0, 1, (40, 13)).astype(np.float32),
        steps=np.arange(40),
    )
    document = Document(Size(48, 64), (20, 20, 20), strokes, job={})

    told = [list(refine(document, target, steps=60, device="cuda"))[-1] for _ in range(2)]

    assert told[0].error < 0.5 * next(iter(refine(document, target, steps=1))).error
    assert told[0].document.strokes == told[1].document.strokes
