"""The plain port of the published painting program: as many strokes, frames and patches as it makes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from benchmarks.published_test import PublishedTest, _patches, _smoothed
from core.images import load_picture


@pytest.fixture
def photo() -> np.ndarray:
    return cv2.resize(np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8), (90, 60)).astype(np.uint8)


@pytest.mark.parametrize(("divide", "frames"), [(1, 5 * 4), (2, 5 * 2 + 5 * 2)])
def test_it_writes_a_frame_after_every_stroke(divide: int, frames: int, photo: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    painter = PublishedTest(width=0.125)

    picture = painter.paint(photo, max_step=4, divide=divide, frames=tmp_path)

    assert picture.shape == (60, 90, 3)
    assert len(list(tmp_path.iterdir())) == frames
    np.testing.assert_array_equal(load_picture(str(tmp_path / f"generated{frames - 1}.png")), picture)
    assert picture.std() > 0
    assert len(painter.errors) == 4
    np.testing.assert_array_equal(painter.paint(photo, max_step=4, divide=divide), picture)


def test_seams_are_smoothed_and_nothing_else_is() -> None:
    picture = np.zeros((256, 256, 3), np.uint8)
    picture[:, 128:] = 90

    smoothed = _smoothed(picture, 2)

    assert 20 < smoothed[50, 127, 0] < 70
    assert 20 < smoothed[50, 128, 0] < 90
    assert not smoothed[50, :126].any()
    assert (smoothed[50, 130:] == 90).all()


def test_patches_are_cut_row_by_row() -> None:
    picture = np.zeros((256, 256, 3), np.uint8)
    picture[:128, 128:] = 7

    assert _patches(picture, 2).max(axis=(1, 2, 3)).tolist() == [0, 7, 0, 0]
