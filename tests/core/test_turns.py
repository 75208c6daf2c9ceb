"""Windows looked at in eight ways."""

from __future__ import annotations

import pytest
import torch

from core.brushes import BRUSHES, Brush
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha
from core.turns import turned, turned_back


@pytest.mark.parametrize("way", range(8))
@pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)
def test_strokes_turned_back_cover_what_they_covered_in_the_turned_window(brush: Brush, way: int) -> None:
    strokes = torch.rand(12, brush.size, generator=torch.Generator().manual_seed(way), dtype=torch.float64)

    there = stroke_alpha(brush, strokes, Size(40, 40))
    here = stroke_alpha(brush, turned_back(brush, strokes, way), Size(40, 40))

    torch.testing.assert_close(turned(here[:, None], way)[:, 0], there, rtol=0, atol=1e-5)
    assert torch.equal(turned_back(brush, strokes, way)[:, -3:], strokes[:, -3:])


def test_the_eight_ways_differ() -> None:
    window = torch.arange(9.0).reshape(1, 1, 3, 3)

    assert len({tuple(turned(window, way).flatten().tolist()) for way in range(8)}) == 8
    assert torch.equal(turned(window, 0), window)
