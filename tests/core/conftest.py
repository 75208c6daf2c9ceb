from __future__ import annotations

from collections.abc import Callable

import hypothesis
import numpy as np
import pytest

from core.geometry import Size
from core.stroke import Strokes

# Fixed examples, and no time limit on a machine that others share.
hypothesis.settings.register_profile("house", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def random_strokes() -> Callable[..., Strokes]:
    """A factory of Bezier strokes with every parameter at random in 0..1."""

    def strokes(count: int, seed: int, sheet: Size, sides: tuple[float, float] | None = None) -> Strokes:
        """`count` strokes on whole-sheet patches, or on patches of `sides` that hang over the sheet by a quarter."""
        rng = np.random.default_rng(seed)
        patches = np.tile([0.0, 0.0, sheet.longer], (count, 1))
        if sides is not None:
            side = np.exp(rng.uniform(*np.log(sides), count))
            corner = rng.random((count, 2)) * (np.array(sheet) - side[:, None] / 2) - side[:, None] / 4
            patches = np.column_stack([corner, side])
        return Strokes.from_columns(
            types=np.zeros(count, np.uint8),
            patches=patches,
            parameters=rng.random((count, 13), dtype=np.float32),
            steps=np.arange(count) // 5,
        )

    return strokes
