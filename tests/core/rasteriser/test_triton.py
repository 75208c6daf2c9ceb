"""The CUDA kernels, run one program at a time on the CPU by Triton's interpreter, against the compiled ones in float64.

What only a device can show (its arithmetic, its speed, a CUDA graph) is in `tests/core/test_gpu.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from core.brushes import BEZIER, PaddedStamps, Stamps
from core.geometry import Size
from core.rasteriser.differentiable import stamp_alpha
from tests.core.rasteriser.interpreted import interpreted, interpreter_works

THIN, DOT = (0.0, 0.0), (0.5, 0.5, 0.3, 0.7, 0.5, 0.5)
CURVE = (0.2, 0.3, 0.4, 0.7, 0.8, 0.6)
RANDOM = torch.rand(4, 10, generator=torch.Generator().manual_seed(0)).tolist()
# By name: strokes, the row, column and side of their patch, the canvas, and the feather.
CASES: dict[str, tuple[list[tuple[float, ...]], tuple[float, float, float], Size, float]] = {
    "random": (RANDOM, (0, 0, 32), Size(32, 32), 1.0),
    "sizes of no whole blocks": (RANDOM, (-3, -2, 24), Size(19, 33), 1.0),
    "one row of pixels": (RANDOM, (-12, 0, 24), Size(1, 24), 1.0),
    "over the edge": ([(-0.2, 0.5, 0.5, 0.5, 1.2, 1.1, 0.6, 0.2, 1.0, 0.3)], (4, -9, 24), Size(24, 24), 1.0),
    "outside": ([(*CURVE, 0.1, 0.1, 1.0, 1.0)], (50, 50, 24), Size(24, 24), 1.0),
    "under half a pixel": ([(*CURVE, *THIN, 1.0, 0.4), (*DOT, *THIN, 1.0, 1.0)], (0, 0, 24), Size(24, 24), 1.0),
    "of no length": ([(*DOT, 0.5, 0.5, 0.2, 0.9), (*DOT, 0.9, 0.1, 1.0, 1.0)], (0, 0, 24), Size(24, 24), 1.0),
    "covering all": ([(*CURVE, 1.0, 1.0, 0.9, 0.1)], (-20, -20, 64), Size(24, 24), 1.0),
    "the most stamps": ([(0.0, 0.0, 0.0, 1.0, 1.0, 1.0, *THIN, 0.0, 1.0)], (0, 0, 24), Size(24, 24), 1.0),
    "wide feather": (RANDOM, (0, 0, 24), Size(24, 24), 3.0),
    "narrow feather": (RANDOM, (0, 0, 24), Size(24, 24), 0.5),
    "no strokes": ([], (0, 0, 24), Size(24, 24), 1.0),
}
PROGRAM = """
import sys
import torch
from core.brushes import PaddedStamps
from core.geometry import Size
from core.rasteriser.differentiable import padded_alpha

results = {}
for name, (stamps, counts, size, feather, weights) in torch.load(sys.argv[1]).items():
    places = [values.requires_grad_() for values in stamps]
    alpha = padded_alpha(PaddedStamps(*places, counts), Size(*size), feather=feather)
    gradients = torch.autograd.grad((alpha * weights).sum(), places)
    results[name] = alpha.detach(), gradients
torch.save(results, sys.argv[1])
"""


pytestmark = pytest.mark.skipif(not interpreter_works(), reason="there is no Triton, or one with an old interpreter")


def _stamps(name: str) -> PaddedStamps:
    strokes, patch, _, _ = CASES[name]
    shape = torch.tensor(strokes).reshape(-1, 10)
    return BEZIER.padded_stamps(shape, torch.tensor(patch, dtype=torch.float32).expand(len(shape), 3))


def _weights(name: str) -> Tensor:
    strokes, _, size, _ = CASES[name]
    return torch.rand(len(strokes), *size, generator=torch.Generator().manual_seed(1)) - 0.3


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Triton's kernels cover in every case, and gradients; by a process that interprets them from its start."""
    path = tmp_path_factory.mktemp("triton") / "cases.pt"
    cases = {}
    for name, (_, _, size, feather) in CASES.items():
        *places, counts = _stamps(name)
        cases[name] = places, counts, tuple(size), feather, _weights(name)
    torch.save(cases, path)
    result: dict[str, Any] = interpreted(PROGRAM, path)
    return result


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest, drawn: dict[str, Any]) -> tuple[str, Tensor, tuple[Tensor, ...]]:
    return request.param, *drawn[request.param]


def _expected(name: str) -> tuple[Tensor, list[Tensor]]:
    """The same by the compiled kernels in double precision, gradients in the padded places."""
    *places, counts = _stamps(name)
    _, _, size, feather = CASES[name]
    used = torch.arange(BEZIER.most_stamps) < counts[:, None]
    offsets = torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)])
    wide = [values.double().requires_grad_() for values in places]
    alpha = stamp_alpha(Stamps(*(values[used] for values in wide), offsets), size, feather=feather)
    return alpha.detach(), list(torch.autograd.grad((alpha * _weights(name)).sum(), wide))


def test_coverage_is_that_of_the_compiled_kernels(case: tuple[str, Tensor, tuple[Tensor, ...]]) -> None:
    name, alpha, _ = case
    torch.testing.assert_close(alpha.double(), _expected(name)[0], rtol=0, atol=1e-5)


def test_gradients_are_those_of_the_compiled_kernels(case: tuple[str, Tensor, tuple[Tensor, ...]]) -> None:
    name, _, gradients = case
    for ours, expected in zip(gradients, _expected(name)[1], strict=True):
        largest = float(expected.abs().amax()) if len(expected) else 0.0
        torch.testing.assert_close(ours.double(), expected, rtol=0, atol=1e-4 * largest)


def test_places_without_a_stamp_have_no_gradient(case: tuple[str, Tensor, tuple[Tensor, ...]]) -> None:
    name, _, gradients = case
    unused = torch.arange(BEZIER.most_stamps) >= _stamps(name).counts[:, None]
    assert all(not gradient[unused].any() for gradient in gradients)


def test_the_cases_are_what_they_are_called(drawn: dict[str, Any]) -> None:
    assert int(_stamps("the most stamps").counts) == BEZIER.most_stamps
    assert float(_stamps("under half a pixel").radius.max()) < 0.5
    assert not drawn["outside"][0].any()
    assert bool(drawn["covering all"][0].min() > 0)
