"""The three implementations of the brush against each other.

What is promised of the float32 ones is an error of at most 2/255 in any pixel and 0.1/255 on average; they keep to
a hundredth of that, and the bounds here say so.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.brushes import BEZIER, BRUSHES, Stamps
from core.document import Document
from core.geometry import PixelBox, Size
from core.rasteriser import fast, oracle
from core.rasteriser.differentiable import lay_bundle, stamp_alpha, stroke_alpha
from core.rasteriser.marks import marks_of
from core.stroke import Strokes

StrokesFactory = Callable[..., Strokes]
Pixels = NDArray[np.float64]

SMALL, LARGE = Size(128, 128), Size(1024, 1024)
COUNT = 500
BACKGROUND = (30, 60, 90)
MAX_ERROR, MEAN_ERROR = 0.02 / 255, 0.001 / 255
BOTH = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "batched"])


def _moved(strokes: Strokes, row: float, column: float) -> Strokes:
    return Strokes.from_columns(
        types=strokes.types,
        patches=strokes.patches + np.array([row, column, 0]),
        parameters=strokes.parameters,
        steps=strokes.steps,
    )


def _box(strokes: Strokes, size: Size) -> PixelBox:
    """All pixels that a disc can cover: its soft edge ends within a pixel of its radius."""
    stamps = marks_of(strokes)
    reach = stamps.radius + 1
    top, left = (stamps.row - reach).min(), (stamps.column - reach).min()
    bottom, right = (stamps.row + reach).max(), (stamps.column + reach).max()
    return PixelBox(*(int(np.floor(edge)) for edge in (top, left, bottom + 1, right + 1))).clipped(size)


def _boxed_alpha(stroke: Strokes, size: Size) -> tuple[PixelBox, Pixels]:
    """The oracle's alpha of one stroke, within its box; it is 0 elsewhere."""
    box = _box(stroke, size)
    return box, oracle.alpha(box.size, _moved(stroke, -box.top, -box.left))[0]


def _tensors(strokes: Strokes, kind: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    return torch.tensor(strokes.parameters, dtype=kind), torch.tensor(strokes.patches, dtype=kind)


class Drawing(NamedTuple):
    """Strokes drawn by the fast rasteriser and by the oracle, one alone and all together."""

    alone: list[float]  # the largest error of each stroke, drawn white on black
    outside: float  # the largest trace that a stroke left outside its box
    together: Pixels  # the error of the drawing of them all


def _drawing(strokes: Strokes, size: Size) -> Drawing:
    alone = []
    expected = np.broadcast_to(np.array(BACKGROUND) / 255, (*size, 3)).copy()
    black = np.zeros((*size, 3), np.float32)
    for index, rgb in enumerate(strokes.rgb().astype(np.float64)):
        stroke = strokes[index : index + 1]
        box, alpha = _boxed_alpha(stroke, size)
        window = (slice(box.top, box.bottom), slice(box.left, box.right))
        white = stroke.parameters.copy()
        white[:, -3:] = 1
        fast.lay(
            black,
            Strokes.from_columns(types=stroke.types, patches=stroke.patches, parameters=white, steps=stroke.steps),
        )
        alone.append(float(np.abs(black[window] - alpha[..., None]).max(initial=0)))
        black[window] = 0
        expected[window] = expected[window] * (1 - alpha[..., None]) + rgb * alpha[..., None]
    drawn = fast.draw(Document(size, BACKGROUND, strokes))
    return Drawing(alone, float(black.max()), np.abs(drawn - expected))


@pytest.fixture(scope="module", params=[(SMALL, None), (SMALL, (4.0, 128.0)), (LARGE, (32.0, 1024.0))], ids=str)
def drawing(request: pytest.FixtureRequest, random_strokes: StrokesFactory) -> Drawing:
    size, sides = request.param
    return _drawing(random_strokes(COUNT, 0, size, sides), size)


def test_fast_draws_each_stroke_as_the_oracle_does(drawing: Drawing) -> None:
    assert len(drawing.alone) == COUNT
    assert max(drawing.alone) <= MAX_ERROR


def test_fast_touches_nothing_outside_a_stroke(drawing: Drawing) -> None:
    assert drawing.outside == 0


def test_fast_draws_all_strokes_together_as_the_oracle_does(drawing: Drawing) -> None:
    assert drawing.together.max() <= MAX_ERROR
    assert drawing.together.mean() <= MEAN_ERROR


@pytest.mark.parametrize("size", [Size(96, 128), Size(67, 50)])
def test_the_oracle_within_a_strokes_box_is_the_oracle(size: Size, random_strokes: StrokesFactory) -> None:
    strokes = random_strokes(20, 1, size, (8.0, 128.0))

    for index, whole in enumerate(oracle.alpha(size, strokes)):
        box, alpha = _boxed_alpha(strokes[index : index + 1], size)

        again = np.zeros(size)
        again[box.top : box.bottom, box.left : box.right] = alpha
        np.testing.assert_allclose(again, whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [Size(60, 80), Size(120, 160), Size(333, 444)])
def test_fast_draws_at_other_resolutions_as_the_oracle_does(size: Size, random_strokes: StrokesFactory) -> None:
    document = Document(Size(120, 160), BACKGROUND, random_strokes(40, 2, Size(120, 160), (10.0, 120.0)))

    errors = np.abs(fast.draw(document, size) - oracle.draw(document, size))

    assert errors.max() <= MAX_ERROR


@pytest.mark.parametrize("height", [1, 63, 64, 65, 129, 200])
def test_bands_make_no_seam(height: int, random_strokes: StrokesFactory) -> None:
    size = Size(height, 100)
    document = Document(size, BACKGROUND, random_strokes(40, 3, size, (16.0, 128.0)))

    errors = np.abs(fast.draw(document) - oracle.draw(document))

    assert errors.max() <= MAX_ERROR


def test_a_band_draws_the_bits_that_any_other_band_would(
    random_strokes: StrokesFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document(SMALL, BACKGROUND, random_strokes(60, 4, SMALL))
    whole = fast.draw(document)

    for rows in (1, 7, 128):
        monkeypatch.setattr(fast, "_BAND", rows)
        np.testing.assert_array_equal(fast.draw(document), whole)


def test_drawing_in_two_parts_is_drawing_at_once_to_the_bit(random_strokes: StrokesFactory) -> None:
    strokes = random_strokes(60, 5, SMALL, (16.0, 128.0))
    whole = fast.draw(Document(SMALL, BACKGROUND, strokes))

    for cut in (0, 1, 17, 60):
        canvas = fast.bare_canvas(SMALL, BACKGROUND)
        fast.lay(canvas, strokes[:cut])
        fast.lay(canvas, strokes[cut:])
        np.testing.assert_array_equal(canvas, whole)


def test_strokes_are_stamped_in_batches_without_a_trace(
    random_strokes: StrokesFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    strokes = random_strokes(30, 6, SMALL)
    target = np.full((*SMALL, 3), 0.5, np.float32)
    whole = fast.bare_canvas(SMALL, BACKGROUND)
    gains = fast.lay(whole, strokes, target=target)

    monkeypatch.setattr(fast, "_BATCH", 7)

    canvas = fast.bare_canvas(SMALL, BACKGROUND)
    np.testing.assert_array_equal(fast.lay(canvas, strokes, target=target), gains)
    np.testing.assert_array_equal(canvas, whole)


THREADS = """
import hashlib, sys
import numba, numpy as np
from core.document import Document
from core.geometry import Size
from core.rasteriser import fast
from core.stroke import Strokes

rng = np.random.default_rng(0)
strokes = Strokes.from_columns(
    types=np.zeros(50, np.uint8),
    patches=np.tile([0.0, 0.0, 300.0], (50, 1)),
    parameters=rng.random((50, 13), dtype=np.float32),
    steps=np.zeros(50, np.int32),
)
target = rng.random((300, 300, 3), dtype=np.float32)
for threads in (1, 2):
    numba.set_num_threads(threads)
    canvas = fast.bare_canvas(Size(300, 300), (30, 60, 90))
    gains = fast.lay(canvas, strokes, target=target)
    print(hashlib.sha256(canvas.tobytes() + gains.tobytes()).hexdigest())
"""


def test_one_thread_draws_the_bits_of_two() -> None:
    # In a process of its own: a process fixes its largest number of threads as it starts.
    run = subprocess.run(
        [sys.executable, "-c", THREADS],
        env={**os.environ, "NUMBA_NUM_THREADS": "2", "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )

    one, two = run.stdout.split()
    assert one == two


def test_gains_are_the_change_of_the_summed_squared_error(random_strokes: StrokesFactory) -> None:
    strokes = random_strokes(60, 7, SMALL, (8.0, 128.0))
    target = np.random.default_rng(7).random((*SMALL, 3), dtype=np.float32)
    canvas = fast.bare_canvas(SMALL, BACKGROUND)

    gains = fast.lay(canvas.copy(), strokes, target=target)

    measured = []
    for index in range(60):
        before = np.sum((canvas.astype(np.float64) - target) ** 2)
        fast.lay(canvas, strokes[index : index + 1])
        measured.append(np.sum((canvas.astype(np.float64) - target) ** 2) - before)
    np.testing.assert_allclose(gains, measured, rtol=1e-5, atol=1e-3)


def test_without_a_target_there_are_no_gains(random_strokes: StrokesFactory) -> None:
    gains = fast.lay(fast.bare_canvas(SMALL, BACKGROUND), random_strokes(5, 0, SMALL))

    np.testing.assert_array_equal(gains, np.zeros(5))


def test_a_target_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(64, 128, 3\) does not fit a canvas of shape \(128, 128, 3\)"):
        fast.lay(fast.bare_canvas(SMALL, BACKGROUND), Strokes(), target=np.zeros((64, 128, 3), np.float32))


def test_strokes_of_mixed_types_are_drawn_in_their_order() -> None:
    random = np.random.default_rng(0)
    types = random.integers(0, len(BRUSHES), 60)
    mixed = Strokes.from_columns(
        types=types,
        patches=np.column_stack([random.uniform(-20, 100, (60, 2)), random.uniform(8, 90, 60)]),
        parameters=random.uniform(0, 1, (60, 13)).astype(np.float32),
        steps=np.arange(60),
    )
    marks = marks_of(mixed, 0.7)

    assert set(types.tolist()) == set(range(len(BRUSHES)))
    for index in range(len(mixed)):
        alone, own = marks_of(mixed[index : index + 1], 0.7), slice(marks.offsets[index], marks.offsets[index + 1])
        for ours, theirs in zip(marks[:4], alone[:4], strict=True):
            np.testing.assert_array_equal(ours[own], theirs)
        assert marks.polygon[index] == alone.polygon[0]
    document = Document(SMALL, BACKGROUND, mixed)
    np.testing.assert_allclose(fast.draw(document), oracle.draw(document), rtol=0, atol=MAX_ERROR)


def test_no_strokes_leave_the_sheet_bare() -> None:
    document = Document(SMALL, BACKGROUND)

    np.testing.assert_array_equal(fast.draw(document), fast.bare_canvas(SMALL, BACKGROUND))
    np.testing.assert_allclose(oracle.draw(document), fast.bare_canvas(SMALL, BACKGROUND), rtol=0, atol=1e-7)


def test_bytes_are_rounded_to_the_nearest() -> None:
    canvas = np.array([-1, 0, 0.4 / 255, 0.6 / 255, 127.4 / 255, 254.6 / 255, 1, 2])

    np.testing.assert_array_equal(fast.to_bytes(canvas), [0, 0, 0, 1, 127, 255, 255, 255])


@pytest.fixture(scope="module")
def small_strokes(random_strokes: StrokesFactory) -> tuple[Strokes, Pixels]:
    """Strokes, and what the oracle says they cover."""
    strokes = random_strokes(COUNT, 8, SMALL)
    return strokes, oracle.alpha(SMALL, strokes)


@pytest.mark.parametrize(("kind", "bound"), [(torch.float64, 1e-9), (torch.float32, MAX_ERROR)], ids=str)
@pytest.mark.parametrize(("compiled", "count"), [(True, COUNT), (False, 100)], ids=["compiled", "batched"])
def test_torch_covers_what_the_oracle_covers(
    small_strokes: tuple[Strokes, Pixels], compiled: bool, count: int, kind: torch.dtype, bound: float
) -> None:
    strokes, expected = small_strokes
    shape, _ = _tensors(strokes, kind)

    for start in range(0, count, 50):
        alpha = stroke_alpha(BEZIER, shape[start : start + 50], SMALL, compiled=compiled)
        assert alpha.dtype == kind
        assert np.abs(alpha.double().numpy() - expected[start : start + 50]).max() <= bound


@pytest.mark.parametrize(("size", "count"), [(Size(50, 67), 40), (Size(129, 64), 40), (LARGE, 2)])
@BOTH
def test_torch_takes_patches_of_any_canvas(
    random_strokes: StrokesFactory, size: Size, count: int, compiled: bool
) -> None:
    strokes = random_strokes(count, 9, size, (8.0, 256.0))
    shape, patches = _tensors(strokes)

    alpha = stroke_alpha(BEZIER, shape, size, patches=patches, compiled=compiled).numpy()

    for index, one in enumerate(alpha):
        box, expected = _boxed_alpha(strokes[index : index + 1], size)
        window = (slice(box.top, box.bottom), slice(box.left, box.right))
        np.testing.assert_allclose(one[window], expected, rtol=0, atol=1e-9)
        one[window] = 0
        assert one.max() == 0


@BOTH
def test_no_strokes_cover_nothing(compiled: bool) -> None:
    assert stroke_alpha(BEZIER, torch.zeros(0, 13), SMALL, compiled=compiled).shape == (0, 128, 128)


@pytest.mark.parametrize("feather", [1.0, 3.0, 8.0])
@BOTH
def test_a_feathered_disc_is_the_oracles(compiled: bool, feather: float) -> None:
    stamps = [(10.3, 12.7, 5.2), (16.0, 16.0, 0.4), (3.0, 30.5, 2.0)]
    row, column, radius = (torch.tensor(values, dtype=torch.float64) for values in zip(*stamps, strict=True))

    alpha = stamp_alpha(
        Stamps(row, column, radius, torch.ones(3, dtype=torch.float64), torch.arange(4)),
        Size(32, 32),
        feather=feather,
        compiled=compiled,
    )

    for one, stamp in zip(alpha.numpy(), stamps, strict=True):
        np.testing.assert_allclose(one, oracle.disc(Size(32, 32), *stamp, feather), rtol=0, atol=1e-12)


GRAD_SIZE = Size(12, 14)
# Thick, thin (radii below the feather), swelling and off the edge; the thin ones take the rule's other branch.
GRAD_SHAPE = np.array(
    [
        [0.2, 0.3, 0.4, 0.7, 0.8, 0.6, 0.9, 0.5, 0.3, 0.9],
        [0.9, 0.2, 0.6, 0.1, 0.1, 0.9, 0.0, 0.02, 0.8, 0.7],
        [0.5, -0.2, 0.5, 0.5, 0.7, 1.2, 0.1, 0.7, 1.0, 0.2],
    ]
)
FEATHERS = pytest.mark.parametrize("feather", [1.0, 3.0])


def _few_times() -> tuple[Tensor, Tensor]:
    """Five stamps a stroke, far fewer than the brush lays: finite differences move each of them both ways."""
    return torch.linspace(0, 1, 5, dtype=torch.float64).repeat(3), torch.arange(0, 16, 5)


def _weights(*shape: int) -> Tensor:
    """Fixed weights that make one number of a whole result: its full Jacobian would take forever."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64) - 0.3


@FEATHERS
@BOTH
def test_gradients_by_every_stamp_are_those_of_finite_differences(compiled: bool, feather: float) -> None:
    patches = torch.tensor([[0.0, 0.0, 12.0]] * 3, dtype=torch.float64)
    *stamps, offsets = BEZIER.stamps(torch.tensor(GRAD_SHAPE), patches, _few_times())
    weights = _weights(3, *GRAD_SIZE)

    def weighted(*tensors: Tensor) -> Tensor:
        alpha = stamp_alpha(Stamps(*tensors, offsets), GRAD_SIZE, feather=feather, compiled=compiled)
        return (alpha * weights).sum()

    assert bool((stamps[2] < feather / 3**0.5).any())
    assert bool((stamps[2] > feather / 3**0.5).any())
    assert torch.autograd.gradcheck(weighted, [tensor.requires_grad_() for tensor in stamps])


@FEATHERS
@BOTH
def test_gradients_by_the_strokes_shape_are_those_of_finite_differences(compiled: bool, feather: float) -> None:
    shape = torch.tensor(GRAD_SHAPE, requires_grad=True)
    patches = torch.tensor([[0.0, 0.0, 12.0]] * 3, dtype=torch.float64, requires_grad=True)
    times = BEZIER.times(torch.tensor(GRAD_SHAPE))
    weights = _weights(3, *GRAD_SIZE)

    def weighted(shape: Tensor, patches: Tensor) -> Tensor:
        stamps = BEZIER.stamps(shape, patches, times)
        return (stamp_alpha(stamps, GRAD_SIZE, feather=feather, compiled=compiled) * weights).sum()

    assert torch.autograd.gradcheck(weighted, (shape, patches))


@pytest.mark.parametrize(("kind", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-3)], ids=str)
@FEATHERS
def test_both_torch_paths_give_the_same_gradients(
    random_strokes: StrokesFactory, feather: float, kind: torch.dtype, tolerance: float
) -> None:
    size = Size(40, 48)
    weights = _weights(30, *size).to(kind)
    gradients = []
    for compiled in (True, False):
        shape, patches = (
            tensor.requires_grad_() for tensor in _tensors(random_strokes(30, 10, size, (6.0, 48.0)), kind)
        )
        alpha = stroke_alpha(BEZIER, shape, size, patches=patches, feather=feather, compiled=compiled)
        gradients.append(torch.autograd.grad((alpha * weights).sum(), (shape, patches)))

    for ours, theirs in zip(*gradients, strict=True):
        largest = float(theirs.abs().max())
        assert largest > 0.1
        torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance * largest)


@BOTH
def test_a_stroke_off_the_canvas_has_no_gradient(compiled: bool) -> None:
    shape = torch.tensor(GRAD_SHAPE, requires_grad=True)
    patches = torch.tensor([[100.0, 0.0, 12.0]] * 3, dtype=torch.float64)

    (gradient,) = torch.autograd.grad(
        stroke_alpha(BEZIER, shape, GRAD_SIZE, patches=patches, compiled=compiled).sum(), shape
    )

    assert not gradient.any()


def _bundle(batch: int, strokes: int, size: Size, kind: torch.dtype = torch.float64) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    shapes = [(batch, 3, *size), (batch, strokes, *size), (batch, strokes, 3)]
    return [torch.rand(shape, generator=generator, dtype=kind) for shape in shapes]


def test_a_bundle_is_laid_one_stroke_over_the_other() -> None:
    canvas, alpha, rgb = _bundle(2, 5, Size(7, 9))

    laid = lay_bundle(canvas, alpha, rgb).numpy()

    expected = canvas.numpy()
    for stroke in range(5):
        cover = alpha[:, stroke, None].numpy()
        expected = expected * (1 - cover) + rgb[:, stroke, :, None, None].numpy() * cover
    np.testing.assert_allclose(laid, expected, rtol=0, atol=1e-12)


def test_a_bundles_gradients_are_those_of_finite_differences() -> None:
    bundle = [tensor.requires_grad_() for tensor in _bundle(2, 3, Size(3, 4))]
    weights = _weights(2, 3, 3, 4)

    assert torch.autograd.gradcheck(lambda *tensors: (lay_bundle(*tensors) * weights).sum(), bundle)


@pytest.mark.parametrize(
    ("canvas", "alpha", "rgb"),
    [
        ((1, 3, 8, 8), (2, 5, 8, 8), (2, 5, 3)),
        ((2, 3, 8, 8), (2, 5, 8, 8), (2, 4, 3)),
        ((2, 3, 8, 8), (2, 5, 8, 8), (1, 5, 3)),
        ((2, 3, 8, 8), (2, 5, 8, 9), (2, 5, 3)),
        ((2, 3, 8, 8), (2, 5, 1, 1), (2, 5, 3)),
    ],
)
def test_a_bundle_of_disagreeing_sizes_is_refused(
    canvas: tuple[int, ...], alpha: tuple[int, ...], rgb: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        lay_bundle(torch.zeros(canvas), torch.zeros(alpha), torch.zeros(rgb))
