"""The same on a CUDA device as on the CPU; run where there is one."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from core.bounds import Bounds
from core.brushes import BEZIER, BRUSHES, Brush, Stamps
from core.document import Document
from core.easel import HostEasel
from core.errors import CheckpointError
from core.geometry import PixelBox, Size
from core.hand import Hand, Wish
from core.images import load_picture
from core.job import PaintJob
from core.metrics import psnr
from core.painter import GpuTrouble, Painter
from core.palette import palette_of
from core.rasteriser import fast
from core.rasteriser.differentiable import padded_alpha, stamp_alpha, stroke_alpha
from core.rasteriser.painting import painted
from core.refine import refine
from core.stroke import Strokes
from core.weights import LoadedActor, load_actor, load_actors
from tests.core.rasteriser.drawn_cases import SIDE, step_of
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
    painter = Painter(small_actor(), device="cuda")
    job = PaintJob(target=np.full((40, 60, 3), (200, 120, 40), np.uint8), strokes=83, divide=2)

    first, second = (list(painter.frames(job))[-1].document.strokes for _ in range(2))

    assert len(first) == 83
    assert first == second
    assert float(first.errors[-1]) < 0.3 * float(first.errors[0])


def small_actor(seed: int = 0) -> LoadedActor:
    torch.manual_seed(seed)
    actor = new_actor(BEZIER, width=0.125, side=32).eval().requires_grad_(False)
    return LoadedActor(actor=actor, stroke_type="bezier", bgr=False, id="a", path=Path("a"))


def test_a_document_is_drawn_and_judged_as_on_the_cpu() -> None:
    pytest.importorskip("triton")
    from core.rasteriser import gpu_drawing

    random = np.random.default_rng(5)
    count, size = 20_000, Size(1_400, 2_000)
    strokes = Strokes.from_columns(
        types=random.integers(0, len(BRUSHES), count),
        patches=np.column_stack([random.uniform(-100, 1_900, (count, 2)), random.uniform(4, 120, count)]),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32),
        steps=np.arange(count),
        flags=np.arange(count) % 7 == 3,  # some of them muted
    )
    document, target = Document(size, (20, 90, 200), strokes), random.random((700, 1_000, 3), np.float32)
    expected = fast.bare_canvas(Size(700, 1_000), document.background)
    gains = fast.lay(expected, strokes, 0.5, target)

    results = []
    for _ in range(2):
        canvas = gpu_drawing.drawn(Document(size, document.background), Size(700, 1_000))
        gained = gpu_drawing.lay(canvas, strokes, 0.5, torch.from_numpy(target).cuda())
        assert gained is not None
        results.append((canvas.cpu().numpy(), gained.cpu().numpy()))

    # A rounding may ask for one disc more, which moves all of a stroke's by a little.
    assert np.quantile(np.abs(results[0][0] - expected), 0.999) < 1e-3
    assert np.abs(results[0][0] - expected).max() < 0.05
    assert np.quantile(np.abs(results[0][1] - gains), 0.99) < 0.05
    assert results[0][1].sum() == pytest.approx(gains.sum(), rel=1e-3)
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
    at_full_size = gpu_drawing.draw(document)
    assert at_full_size.shape == (*size, 3)
    assert np.quantile(np.abs(at_full_size - fast.draw(document)), 0.999) < 1e-3


@pytest.mark.parametrize("focused", [False, True])
def test_a_step_is_seen_and_laid_as_on_the_cpu(brush: Brush, focused: bool) -> None:
    pytest.importorskip("triton")
    from core.gpu_easel import GpuEasel

    step, device = step_of(brush, focused=focused), torch.device("cuda")
    easels = (
        HostEasel(step.job, step.document, step.level, SIDE, device, neural=False),
        GpuEasel(step.job, step.document, step.level, SIDE, device),
    )
    for number in range(6):  # the fourth time it is captured
        windows = [easel.windows(3, np.random.default_rng(number)) for easel in easels]
        assert windows[0] == windows[1]
        crops = [easel.crops([*windows[0], PixelBox(-10, 5, 22, 37)]) for easel in easels]
        for ours, theirs in zip(*crops, strict=True):
            assert ours is not None
            assert theirs is not None
            torch.testing.assert_close(ours, theirs, rtol=0, atol=0.02)
            assert float((ours - theirs).abs().mean()) < 1e-4
        bundles = torch.rand(len(windows[0]), 5, brush.size, generator=torch.Generator().manual_seed(number)).cuda()
        keep = bundles[..., 0] > 0.3
        laid = [easel.laid(brush, windows[0], bundles, keep, step=number, most=9) for easel in easels]
        assert len(laid[0]) == min(9, int(keep.sum()))
        np.testing.assert_array_equal(laid[0].parameters, laid[1].parameters)
        np.testing.assert_allclose(laid[1].errors, laid[0].errors, rtol=1e-3)


def test_a_captured_answer_is_the_one_given_before_it_was_captured() -> None:
    pytest.importorskip("triton")
    hand = Hand(small_actor(), torch.device("cuda"))
    generator = torch.Generator("cuda").manual_seed(0)
    given = [torch.rand(4, 3, 32, 32, generator=generator, device="cuda") for _ in range(2)]
    inside = torch.ones(4, 1, 32, 32, device="cuda")

    answers = [[each.clone() for each in hand.answer(*given, inside, 0.5, Wish())] for _ in range(6)]
    elsewhere = [each.clone() for each in hand.answer(given[1], given[0], inside, 0.1, Wish())]

    for answer in answers[1:]:
        for one, other in zip(answers[0], answer, strict=True):
            torch.testing.assert_close(other, one, rtol=0, atol=0)
    assert not torch.equal(elsewhere[0], answers[0][0])


def test_what_is_painted_on_the_gpu_comes_as_near_the_photo_as_on_the_cpu() -> None:
    target = load_picture("sample:chelsea")
    job = PaintJob(target=target, strokes=300, divide=2)
    found = []
    for device in ("cpu", "cuda"):
        document = Painter(load_actor(None, stroke_type="bezier"), device=device).painted(job)
        found.append(psnr(target, fast.to_bytes(fast.draw(document))))

    assert found[1] == pytest.approx(found[0], abs=0.25)


@pytest.mark.parametrize("divide", [4, 6])
@pytest.mark.parametrize("min_size", [0, 2])
def test_a_mix_in_several_ways_is_painted_on_the_gpu_and_the_same_when_resumed(min_size: float, divide: int) -> None:
    painter = Painter(*load_actors([], stroke_types=["bezier", "triangle"]), device="cuda")
    target = load_picture("sample:coffee")
    job = PaintJob(
        target=target,
        stroke_type="triangle@1,bezier",
        strokes=400,
        divide=divide,
        ways=2,
        bounds=Bounds(min_size=min_size),
    )

    frames = list(painter.frames(job))

    assert len(frames[-1].document.strokes) == 400
    for begun in (5, len(frames) - 3):
        resumed = list(painter.frames(job, frames[begun].document))
        assert resumed[-1].document.strokes == frames[-1].document.strokes


@pytest.mark.parametrize("stroke_type", ["bezier", "flat"])
def test_bounds_are_kept_to_on_the_gpu(stroke_type: str) -> None:
    painter = Painter(*load_actors([], stroke_types=[stroke_type]), device="cuda")
    target = load_picture("sample:coffee")[::3, ::3].copy()
    protect = np.zeros(target.shape[:2], np.uint8)
    protect[20:70, 40:120] = 255
    palette = palette_of(target, 6)
    bounds = Bounds(protect=protect, palette=palette, width=(1, 8), opacity=(0.7, 0.9))
    job = PaintJob(target=target, stroke_type=stroke_type, strokes=200, bounds=bounds, focus=255 - protect)

    document = painter.painted(job)
    *_, end = refine(document, target, steps=20, bounds=bounds, focus=job.attention, device="cuda")

    for each in (document, end.document):
        assert len(each.strokes) == 200
        assert not fast.draw(each)[protect > 0].any()
        colours = {tuple(colour) for colour in np.rint(each.strokes.rgb() * 255).astype(int).tolist()}
        assert colours <= set(palette.colours)


def test_an_actor_that_emits_no_numbers_is_refused_on_the_gpu() -> None:
    broken = small_actor()
    with torch.no_grad():
        broken.actor.emit.bias.fill_(torch.nan)

    with pytest.raises(CheckpointError, match="not finite"):
        list(Painter(broken, device="cuda").frames(PaintJob(target=np.zeros((40, 60, 3), np.uint8), strokes=20)))


def test_where_a_gpu_has_too_little_memory_fewer_windows_are_looked_at_together() -> None:
    told: list[GpuTrouble] = []
    painter = Painter(small_actor(), device="cuda", told=told.append)
    job = PaintJob(target=np.full((400, 600, 3), (200, 120, 40), np.uint8), strokes=2_000, divide=8)
    held = []
    gc.collect()
    torch.cuda.empty_cache()
    fraction = torch.cuda.memory_reserved() / torch.cuda.get_device_properties().total_memory
    torch.cuda.set_per_process_memory_fraction(fraction + 0.001)  # of 80 GB, some 80 MB
    try:
        held.extend(len(frame.document.strokes) for frame in painter.frames(job))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)

    assert held[-1] == 2_000
    assert told
    assert told[0] is GpuTrouble.FEWER_WINDOWS


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
