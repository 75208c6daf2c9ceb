"""How near a picture comes to its target, in figures worked out by hand."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from core.images import load_picture
from core.metrics import Scores, l2, psnr, score_table, scores, ssim

BLACK = np.zeros((64, 64, 3), np.uint8)
WHITE = np.full((64, 64, 3), 255, np.uint8)
FIFTH = np.full((64, 64, 3), 51, np.uint8)  # 0.2 in 0..1


def test_l2_is_the_mean_square_in_unit_levels_either_way_round() -> None:
    assert l2(BLACK, WHITE) == 1.0
    assert l2(BLACK, FIFTH) == l2(FIFTH, BLACK) == pytest.approx(0.04, rel=1e-12)
    assert l2(WHITE, WHITE) == 0.0


def test_psnr_is_l2_in_decibels_and_infinite_for_equal_pictures() -> None:
    assert psnr(BLACK, WHITE) == 0.0
    assert psnr(BLACK, FIFTH) == pytest.approx(13.979400, abs=1e-6)
    assert psnr(FIFTH, FIFTH) == math.inf


def test_ssim_of_flat_pictures_is_its_luminance_term() -> None:
    # (2 a b + C1) / (a^2 + b^2 + C1) with a = 0, b = 255 and C1 = (0.01 * 255)^2
    assert ssim(BLACK, WHITE) == pytest.approx(6.5025 / (65025 + 6.5025), rel=1e-6)
    assert ssim(FIFTH, FIFTH) == 1.0


def test_ssim_falls_with_noise() -> None:
    noise = np.random.default_rng(7)
    picture = load_picture("sample:coffee")
    faint, strong = (
        np.clip(picture + noise.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8) for sigma in (5, 40)
    )
    assert 1 > ssim(picture, faint) > ssim(picture, strong) > 0


@pytest.mark.parametrize("measure", [l2, psnr, ssim])
def test_pictures_of_different_shapes_are_not_compared(measure) -> None:
    with pytest.raises(ValueError, match=r"shape|dimensions"):
        measure(BLACK, BLACK[:1])


def test_scores_bring_pictures_of_any_size_to_one_square() -> None:
    found = scores(np.full((90, 31, 3), 51, np.uint8), BLACK, 16)
    assert found == Scores(l2=l2(FIFTH, BLACK), psnr=psnr(FIFTH, BLACK), ssim=found.ssim)
    assert found.ssim == pytest.approx(6.5025 / (51**2 + 6.5025), rel=1e-6)


def test_the_squares_are_made_by_area() -> None:
    chequered = np.zeros((32, 32, 3), np.uint8)
    chequered[::2, ::2] = chequered[1::2, 1::2] = 102  # means 51 over each 2 x 2 pixels
    assert scores(chequered, FIFTH, 16).l2 == 0.0


def test_a_score_table_has_every_measure_at_every_side() -> None:
    assert list(score_table(BLACK, WHITE)) == [
        *("l2_128", "psnr_128", "ssim_128"),
        *("l2_256", "psnr_256", "ssim_256"),
        *("l2_512", "psnr_512", "ssim_512"),
    ]
    table = score_table(BLACK, FIFTH, sides=(8,))
    assert table == {"l2_8": pytest.approx(0.04), "psnr_8": pytest.approx(13.979400), "ssim_8": table["ssim_8"]}


def test_a_score_table_of_equal_pictures_is_plain_json() -> None:
    table = json.loads(json.dumps(score_table(FIFTH, FIFTH, sides=(16,)), allow_nan=False))
    assert table == {"l2_16": 0.0, "psnr_16": 100.0, "ssim_16": 1.0}


def test_importing_the_metrics_does_not_import_scikit_image() -> None:
    code = "import core.metrics, sys; sys.exit('skimage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
