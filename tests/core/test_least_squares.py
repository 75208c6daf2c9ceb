"""All colours of a painting solved together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.document import Document
from core.geometry import Size
from core.least_squares import with_best_colours
from core.rasteriser.fast import bare_canvas, draw, to_bytes
from core.rasteriser.painting import Layers
from core.stroke import Strokes

SIZE = Size(24, 30)


def painting(count: int = 12, seed: int = 0, background: tuple[int, int, int] = (20, 60, 90)) -> Document:
    random = np.random.default_rng(seed)
    strokes = Strokes.from_columns(
        types=random.integers(0, 5, count),
        patches=np.column_stack([random.uniform(-6, 20, (count, 2)), random.uniform(8, 24, count)]),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32),
        steps=np.arange(count),
    )
    return Document(SIZE, background, strokes, job={"seed": 3})


def photo(seed: int = 9) -> NDArray[np.uint8]:
    return to_bytes(draw(painting(20, seed, (200, 90, 20))))


def error(document: Document, target: NDArray[np.uint8]) -> float:
    return float(np.square(draw(document) - target / 255).mean())


def test_they_are_the_least_squares_solution_within_what_is_allowed() -> None:
    scipy = pytest.importorskip("scipy.optimize")
    document, target = painting(), photo()
    layers = Layers.of(document, SIZE)
    shown = []
    for index in range(len(document.strokes)):  # what of each stroke shows: the painting with it alone in white
        alone = np.zeros((len(document.strokes), 3), np.float32)
        alone[index] = 1
        layers.bare = np.zeros_like(layers.canvas)
        layers.lay(alone)
        shown.append(layers.canvas[:, :, 0].ravel())
    layers.bare = bare_canvas(SIZE, document.background)
    layers.lay(np.zeros((len(document.strokes), 3), np.float32))
    under = layers.canvas.reshape(-1, 3)
    matrix, goal = np.stack(shown, axis=1), target.reshape(-1, 3) / 255
    best = [scipy.lsq_linear(matrix, goal[:, channel] - under[:, channel], (0, 1)).x for channel in range(3)]
    left = np.square(matrix @ np.stack(best, axis=1) + under - goal).mean()

    found = with_best_colours(document, target, iterations=400)

    assert error(found, target) == pytest.approx(left, rel=1e-3)
    assert error(found, target) < 0.7 * error(document, target)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("iterations", [1, 3, 20])
def test_it_is_never_worse_and_changes_nothing_but_colours(seed: int, iterations: int) -> None:
    document, target = painting(seed=seed), photo(seed + 50)

    found = with_best_colours(document, target, iterations=iterations)

    assert error(found, target) <= error(document, target)
    assert found.job == {"seed": 3, "refined": "colours"}
    assert float(found.strokes.errors[-1]) == pytest.approx(error(found, target), rel=1e-4)
    for one, other in zip(found.strokes, document.strokes, strict=True):
        assert (one.type, one.patch, one.parameters[:-3]) == (other.type, other.patch, other.parameters[:-3])
        assert all(0 <= value <= 1 for value in one.rgb)


def test_it_is_the_same_twice_and_leaves_the_best_alone() -> None:
    document, target = painting(), photo()

    one, other = (with_best_colours(document, target, iterations=300) for _ in range(2))
    again = with_best_colours(one, target)

    assert one.strokes == other.strokes
    assert error(again, target) == pytest.approx(error(one, target), rel=1e-4)


def test_where_the_focus_is_the_error_is_least() -> None:
    document, target = painting(), photo()
    focus = np.zeros(SIZE, np.uint8)
    focus[:, 15:] = 255

    plain, focused = (with_best_colours(document, target, focus=mask, iterations=200) for mask in (None, focus))

    def right(found: Document) -> float:
        return float(np.square(draw(found)[:, 15:] - target[:, 15:] / 255).mean())

    assert right(focused) < right(plain)


def test_a_bare_sheet_stays_bare() -> None:
    bare = Document(SIZE)

    assert with_best_colours(bare, photo()) is bare
