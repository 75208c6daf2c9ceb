"""The GPU's way to a document's pixels and a step's strokes, its kernels interpreted, against the CPU's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.brushes import BEZIER, BRUSHES, Brush
from core.easel import HostEasel
from core.geometry import PixelBox, Size
from core.painter import Painter
from core.rasteriser.fast import bare_canvas, draw, lay
from core.stroke import Strokes
from core.weights import load_actor, save_actor
from tests.core.rasteriser.drawn_cases import SIDE, document_of, small_canvas, small_job, step_of, target_of
from tests.core.rasteriser.interpreted import interpreted, interpreter_works
from tests.core.rasteriser.test_painting import GROUPS, NAMES
from training.actors import new_actor

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
windows = easel.windows(3, np.random.default_rng(5), widely=True)
crops = easel.crops([*windows, windows[0].moved(-40, 25)])
laid = easel.laid(BRUSHES[kind], windows, bundles, keep, step=7, most=most)
then = easel.windows(3, np.random.default_rng(6), widely=True)
columns = laid.types, laid.patches, laid.parameters, laid.steps, laid.errors
columns = [torch.from_numpy(each.copy()) for each in columns]
torch.save(([tuple(box) for box in windows], crops, columns, [tuple(box) for box in then]), sys.argv[1])
"""


REDRAWN = """
import sys
import numpy as np
import torch
from core.brushes import BEZIER
from core.document import Document
from core.geometry import Size
from core.gpu_easel import GpuEasel
from core.job import PaintJob
from core.schedule import Level

size = Size(*torch.load(sys.argv[1]))
job = PaintJob(target=np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8), strokes=200)
document, level, device = Document(size, (20, 30, 40)), Level(divide=6, strokes=200), torch.device("cpu")
easel = GpuEasel(job, document, level, 32, device)
windows = easel.windows(5, np.random.default_rng(5))
bundles = torch.rand(len(windows), 5, 13, generator=torch.Generator().manual_seed(2))
keep = torch.ones(len(windows), 5, dtype=torch.bool)
document = document.painted(easel.laid(BEZIER, windows, bundles, keep, step=0, most=20))
again = GpuEasel(job, document, level, 32, device)
torch.save((easel._canvas, again._canvas), sys.argv[1])
"""

JOB = """
import sys
from pathlib import Path
import torch
from core.gpu_easel import GpuEasel
from core.painter import Painter
from core.weights import load_actor
from tests.core.rasteriser.drawn_cases import small_canvas, small_job

path, bounded = torch.load(sys.argv[1])
painter = Painter(load_actor(Path(path), stroke_type="bezier"))
painter._easel = lambda job, document, level, canvas: GpuEasel(
    job, document, level, 32, torch.device("cpu"), painter._forms, canvas
)
job = small_job(bounded=bounded)
frames = list(painter.frames(job))
resumed = list(painter.frames(job, frames[-2].document))
assert resumed[-1].document.strokes == frames[-1].document.strokes
strokes = frames[-1].document.strokes
columns = strokes.types, strokes.patches, strokes.parameters, strokes.steps, strokes.errors
*_, over = painter.repainted(small_job(), small_canvas(), painter.levels(job))
columns += over.document.strokes.patches, over.document.strokes.errors
torch.save([torch.from_numpy(each.copy()) for each in columns], sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("bounded", [False, True])
def test_a_whole_job_is_painted_on_it_as_on_the_host(tmp_path: Path, bounded: bool) -> None:
    job = small_job(bounded=bounded)
    torch.manual_seed(0)
    save_actor(new_actor(BEZIER, width=0.125, side=32), tmp_path / "a.safetensors", stroke_type="bezier")
    torch.save((str(tmp_path / "a.safetensors"), bounded), tmp_path / "case.pt")

    found = interpreted(JOB, tmp_path / "case.pt")

    painter = Painter(load_actor(tmp_path / "a.safetensors", stroke_type="bezier"))
    strokes = painter.painted(job).strokes
    assert len(found[0]) == len(strokes) == job.strokes
    assert len(np.unique(strokes.steps)) > 4
    np.testing.assert_array_equal(found[3], strokes.steps)
    np.testing.assert_array_equal(found[1], strokes.patches)
    np.testing.assert_allclose(found[2], strokes.parameters, rtol=0, atol=2e-3)
    np.testing.assert_allclose(found[4], strokes.errors, rtol=1e-3)
    *_, over = painter.repainted(small_job(), small_canvas(), painter.levels(small_job()))
    np.testing.assert_array_equal(found[5], over.document.strokes.patches)
    np.testing.assert_allclose(found[6], over.document.strokes.errors, rtol=1e-3)


@pytest.mark.parametrize(("longer", "divide"), [(451, 6), (1023, 5), (512, 8), (97, 3)])
def test_windows_at_whole_pixels_are_found_there_again(longer: int, divide: int) -> None:
    from core.rasteriser import gpu_drawing

    scale = 64 * divide / longer
    corners = np.arange(-64, 64 * divide + 1)
    patches = [PixelBox(row, 7, row + 64, 71).patch(scale) for row in corners.tolist()]
    count = len(corners)
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.array(patches),
        parameters=np.tile(np.float32(0.3), (count, 13)),
        steps=np.zeros(count, int),
    )

    points = gpu_drawing._points(strokes, scale, torch.device("cpu"))

    np.testing.assert_array_equal(points.origins[:, 0], corners)
    np.testing.assert_array_equal(points.origins[:, 1], 7)
    for column in (points.row, points.column, points.radius):
        each = column.reshape(count, -1)
        assert torch.equal(each, each[:1].expand_as(each))


def test_what_was_laid_window_by_window_is_drawn_again_to_the_bit(tmp_path: Path) -> None:
    torch.save((300, 451), tmp_path / "case.pt")

    laid, drawn = interpreted(REDRAWN, tmp_path / "case.pt")

    assert float((laid - laid[0, 0]).abs().max()) > 0.05
    assert torch.equal(drawn, laid)


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
    windows = easel.windows(3, np.random.default_rng(5), widely=True)
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
    assert [PixelBox(*box) for box in found[3]] == easel.windows(3, np.random.default_rng(6), widely=True)
