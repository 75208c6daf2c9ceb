"""Pictures to train on: found, decoded, cropped."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.datasets import Crop, DataError, Pictures, centre_squares, load_split


def png(height: int, width: int, colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), colour, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("train/b.png", png(40, 60, (10, 20, 30)))
        file.writestr("train/a.png", png(400, 200, (40, 50, 60)))
        file.writestr("train/broken.jpg", b"no picture")
        file.writestr("train/notes.txt", b"not one either")
        file.writestr("val/c.png", png(32, 32, (70, 80, 90)))
    return path


def test_a_split_is_read_in_the_order_of_names_without_what_cannot_be_decoded(archive: Path) -> None:
    train, held_out = load_split([archive], short_side=100)

    assert [picture.shape for picture in train] == [(200, 100, 3), (40, 60, 3)]
    assert train[1][0, 0].tolist() == [10, 20, 30]
    assert [picture.shape for picture in held_out] == [(32, 32, 3)]


def test_a_folder_reads_as_a_zip_does(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "folder")

    for ours, theirs in zip(load_split([tmp_path / "folder"]), load_split([archive]), strict=True):
        assert len(ours) == len(theirs)
        assert all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))


def test_of_pictures_without_a_split_every_fiftieth_is_held_out(tmp_path: Path) -> None:
    for index in range(60):
        (tmp_path / f"{index:02}.png").write_bytes(png(8, 8, (index, 0, 0)))

    train, held_out = load_split([tmp_path])

    assert [picture[0, 0, 0] for picture in held_out] == [0, 50]
    assert len(train) == 58


def test_nothing_to_train_on_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")

    with pytest.raises(DataError, match="too few readable pictures"):
        load_split([tmp_path])
    with pytest.raises(DataError, match="no such folder"):
        load_split([tmp_path / "missing"])


def test_crops_stay_in_the_picture_and_repeat_with_the_seed() -> None:
    pictures = Pictures([np.zeros((50, 80, 3), np.uint8), np.zeros((90, 60, 3), np.uint8)])
    crops = [pictures.random_crop(np.random.default_rng(seed)) for seed in range(200)]

    for crop in crops:
        height, width = ((50, 80), (90, 60))[crop.picture]
        assert 0 <= crop.top <= crop.top + crop.side <= height
        assert 0 <= crop.left <= crop.left + crop.side <= width
        assert min(height, width) / 2 <= crop.side
    assert {crop.flipped for crop in crops} == {False, True}
    assert pictures.random_crop(np.random.default_rng(3)) == crops[3]


@pytest.mark.parametrize("flipped", [False, True])
def test_a_part_of_a_crop_shows_what_that_part_of_the_crop_showed(flipped: bool) -> None:
    random = np.random.default_rng(0)
    pictures = Pictures([random.integers(0, 256, (64, 64, 3), np.uint8)])
    crop = Crop(0, 0, 0, 64, flipped)

    whole = pictures.pixels(crop, 64)
    part = pictures.pixels(crop.part(0.25, 0.5, 0.25), 16)

    np.testing.assert_allclose(part, whole[:, 16:32, 32:48])


def test_held_out_targets_are_centred_squares() -> None:
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, 10:20] = 255

    assert centre_squares([picture], 10).min() == 1.0
