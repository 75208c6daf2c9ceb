"""What refinement lowers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core import metrics
from core.errors import SettingError
from core.objective import LOSSES, Objective, focus_weights, structural_similarity

RANDOM = np.random.default_rng(0)
TARGET = RANDOM.uniform(0, 1, (20, 26, 3)).astype(np.float32)
CANVAS = np.clip(TARGET + RANDOM.normal(0, 0.1, TARGET.shape), 0, 1).astype(np.float32)


def test_structural_similarity_is_that_of_the_scores_away_from_the_edges() -> None:
    one, other = (np.round(each * 255).astype(np.uint8) for each in (CANVAS, TARGET))

    ours = structural_similarity(*(torch.from_numpy(each / np.float32(255)) for each in (one, other)))

    # scikit-image leaves out half a window at the edges, and divides variances by one less than the window's pixels.
    assert float(ours[3:-3, 3:-3].mean()) == pytest.approx(metrics.ssim(one, other), abs=2e-3)
    assert float(structural_similarity(*[torch.from_numpy(TARGET)] * 2).min()) == pytest.approx(1, abs=1e-5)


def test_l2_is_the_mean_squared_error_and_l1_nearly_the_mean_absolute_one() -> None:
    assert Objective(TARGET).of(CANVAS) == pytest.approx(float(np.square(CANVAS - TARGET).mean()), rel=1e-5)
    assert Objective(TARGET, loss="l1").of(CANVAS) == pytest.approx(float(np.abs(CANVAS - TARGET).mean()), rel=0.05)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_is_least_for_the_target_and_slopes_towards_it(loss: str) -> None:
    measure = Objective(TARGET, loss=loss)
    canvas = torch.from_numpy(CANVAS).requires_grad_()

    (slope,) = torch.autograd.grad(measure(canvas), canvas)

    assert measure.of(TARGET) < 0.1 * measure.of(CANVAS) + 0.0101 * (loss == "l1")
    assert float((slope * (canvas.detach() - torch.from_numpy(TARGET))).sum()) > 0


@pytest.mark.parametrize("loss", LOSSES)
def test_what_the_focus_leaves_out_does_not_count(loss: str) -> None:
    focus = np.zeros((20, 26), np.uint8)
    focus[:, :10] = 200
    measure = Objective(TARGET, loss=loss, focus=focus)
    other = CANVAS.copy()
    other[:, 14:] = 0.5

    assert measure.of(other) == pytest.approx(measure.of(CANVAS), rel=1e-5)
    other[:, :4] = 0.5
    assert measure.of(other) > measure.of(CANVAS)


def test_a_focus_mask_of_another_size_is_brought_to_the_canvas() -> None:
    weights = focus_weights(np.array([[0, 255], [0, 255]], np.uint8), 4, 6)

    assert weights is not None
    assert weights.shape == (4, 6)
    assert float(weights.mean()) == pytest.approx(1)
    assert (weights[:, 0] < weights[:, -1]).all()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(SettingError, match="l2, l1, mixed"):
        Objective(TARGET, loss="l5")
    with pytest.raises(SettingError, match="hides the whole picture"):
        focus_weights(np.zeros((2, 2), np.uint8), 4, 4)


def test_one_white_pixel_of_a_large_mask_still_counts() -> None:
    focus = np.zeros((3000, 4000), np.uint8)
    focus[1500, 700] = 255

    weights = focus_weights(focus, 48, 64)

    assert weights is not None
    assert float(weights.mean()) == pytest.approx(1, rel=1e-3)
    assert np.unravel_index(weights.argmax(), weights.shape) == (24, 11)
