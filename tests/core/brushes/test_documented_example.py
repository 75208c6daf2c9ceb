"""The stroke type that docs/stroke-types.md adds in ten minutes, added."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import core.brushes
from core.brushes import PolygonBrush
from core.document import Document
from core.geometry import Size
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser import fast, oracle
from core.rasteriser.differentiable import stroke_alpha
from core.stroke import Strokes
from core.weights import LoadedActor
from training.actors import new_actor

PAGE = Path(__file__).parents[3] / "docs" / "stroke-types.md"
USERS = ("core.brushes", "core.stroke", "core.painter", "core.easel", "core.rasteriser.marks")


@pytest.fixture
def ellipse(monkeypatch: pytest.MonkeyPatch) -> PolygonBrush:
    """The page's code, run and entered wherever the list of types is looked at."""
    code, *_ = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("ellipse")
    exec(compile(code, str(PAGE), "exec"), module.__dict__)
    brush = module.ELLIPSE
    brushes = (*core.brushes.BRUSHES, brush)
    for name in USERS:
        monkeypatch.setattr(sys.modules[name], "BRUSHES", brushes)
    assert isinstance(brush, PolygonBrush)
    return brush


def test_the_page_names_every_type() -> None:
    text = PAGE.read_text(encoding="utf-8")

    for brush in core.brushes.BRUSHES:
        assert re.search(rf"^\| `{brush.name}` \|.*\| {brush.size} \|$", text, re.MULTILINE)


def test_its_rasterisers_agree(ellipse: PolygonBrush) -> None:
    random = np.random.default_rng(0)
    parameters = random.uniform(0, 1, (6, ellipse.size)).astype(np.float32)
    strokes = Strokes.from_columns(
        types=np.full(6, len(core.brushes.BRUSHES) - 1),
        patches=np.tile([-2.0, 3.0, 30.0], (6, 1)),
        parameters=parameters,
        steps=np.zeros(6, int),
    )
    size = Size(24, 32)
    expected = oracle.alpha(size, strokes)
    shape, patches = torch.tensor(parameters).double(), torch.tensor(strokes.patches)

    assert expected.max() > 0.5
    for compiled in (True, False):
        alpha = stroke_alpha(ellipse, shape, size, patches=patches, compiled=compiled)
        np.testing.assert_allclose(alpha.numpy(), expected, rtol=0, atol=1e-9)
    document = Document(size, (9, 9, 9), strokes)
    np.testing.assert_allclose(fast.draw(document), oracle.draw(document), rtol=0, atol=1e-5)


def test_an_untrained_actor_paints_with_it(ellipse: PolygonBrush) -> None:
    torch.manual_seed(0)
    actor = new_actor(ellipse, width=0.125, side=32).eval().requires_grad_(False)
    loaded = LoadedActor(actor=actor, stroke_type="ellipse", bgr=False, id="e", path=Path("e"))
    target = np.full((32, 32, 3), 200, np.uint8)

    job = PaintJob(target=target, stroke_type="ellipse", strokes=40, divide=1, to_refine=True)
    document = Painter(loaded).painted(job)

    assert len(document.strokes) == 40
    assert document.strokes.stroke(0).type == "ellipse"
    errors = document.strokes.errors
    assert (errors[1:] < errors[:-1]).all()
    assert errors[-1] < errors[0] / 2
