"""The GPU's way to a document's pixels and a step's strokes, its kernels interpreted, against the CPU's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.brushes import BRUSHES, Brush
from core.easel import HostEasel
from core.geometry import PixelBox, Size
from core.rasteriser.fast import bare_canvas, draw, lay
from tests.core.rasteriser.drawn_cases import SIDE, document_of, step_of, target_of
from tests.core.rasteriser.interpreted import interpreted, interpreter_works
from tests.core.rasteriser.test_painting import GROUPS, NAMES

pytestmark = pytest.mark.skipif(not interpreter_works(), reason="there is no Triton, or one with an old interpreter")

DRAWING = """
import sys
import torch
from core.rasteriser import gpu_drawing
from tests.core.rasteriser.drawn_cases import document_of, target_of

gpu_drawing._BATCH = 16
document = document_of(torch.load(sys.argv[1]))
canvas = gpu_drawing.draw(document, type(document.size)(26, 35), "cpu")
target = target_of(document.size)
onto = torch.full_like(target, 0.25)
gains = gpu_drawing.lay(onto, document.strokes, 1.13, target)
torch.save((torch.from_numpy(canvas), onto, gains), sys.argv[1])
"""

EASEL = """
import sys
import numpy as np
import torch
from core.brushes import BRUSHES
from core.gpu_easel import GpuEasel
from tests.core.rasteriser.drawn_cases import SIDE, step_of

kind, focused, most = torch.load(sys.argv[1])
job, document, level, bundles, keep = step_of(BRUSHES[kind], focused=focused)
easel = GpuEasel(job, document, level, SIDE, torch.device("cpu"))
windows = easel.windows(3, np.random.default_rng(5))
crops = easel.crops([*windows, windows[0].moved(-40, 25)])
laid = easel.laid(BRUSHES[kind], windows, bundles, keep, step=7, most=most)
then = easel.windows(3, np.random.default_rng(6))
columns = laid.types, laid.patches, laid.parameters, laid.steps, laid.errors
columns = [torch.from_numpy(each.copy()) for each in columns]
torch.save(([tuple(box) for box in windows], crops, columns, [tuple(box) for box in then]), sys.argv[1])
"""


@pytest.mark.parametrize("kinds", GROUPS, ids=NAMES)
def test_a_document_is_drawn_and_judged_as_on_the_cpu(kinds: list[int], tmp_path: Path) -> None:
    document = document_of(kinds)
    target = target_of(document.size).numpy()
    onto = bare_canvas(document.size, (0, 0, 0)) + np.float32(0.25)
    gains = lay(onto, document.strokes, 1.13, target)
    torch.save(kinds, tmp_path / "case.pt")

    drawn, laid, gained = interpreted(DRAWING, tmp_path / "case.pt")

    np.testing.assert_allclose(drawn, draw(document, Size(26, 35)), rtol=0, atol=1e-4)
    np.testing.assert_allclose(laid, onto, rtol=0, atol=1e-4)
    assert np.abs(gains).max() > 10
    np.testing.assert_allclose(gained, gains, rtol=0, atol=1e-3)


@pytest.mark.parametrize(("focused", "most"), [(False, 100), (True, 4), (False, 0)])
@pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)
def test_a_step_is_seen_and_laid_as_on_the_cpu(brush: Brush, focused: bool, most: int, tmp_path: Path) -> None:
    step = step_of(brush, focused=focused)
    easel = HostEasel(step.job, step.document, step.level, SIDE, torch.device("cpu"), neural=False)
    windows = easel.windows(3, np.random.default_rng(5))
    crops = easel.crops([*windows, windows[0].moved(-40, 25)])
    laid = easel.laid(brush, windows, step.bundles, step.keep, step=7, most=most)
    torch.save((BRUSHES.index(brush), focused, most), tmp_path / "case.pt")

    found = interpreted(EASEL, tmp_path / "case.pt")

    assert [PixelBox(*box) for box in found[0]] == windows
    assert len(windows) == 3
    assert crops[2] is not None
    assert 0 < float(crops[2].mean()) < 1
    for ours, theirs in zip(found[1], crops, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)
    assert len(laid) == min(most, int(step.keep.sum()))
    for ours, theirs in zip(found[2][:4], (laid.types, laid.patches, laid.parameters, laid.steps), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(found[2][4], laid.errors, rtol=1e-5)
    assert [PixelBox(*box) for box in found[3]] == easel.windows(3, np.random.default_rng(6))
