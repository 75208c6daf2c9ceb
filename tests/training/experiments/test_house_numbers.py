"""Drawn house numbers: legible, unlike each other, the same from the same seed, and taken by training as SVHN is."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.feature import hog

from core.errors import OutputError, PainterError, SettingError
from training.datasets import load_pictures
from training.experiments.house_numbers import house_number, write_house_numbers
from training.experiments.inscriptions import number_mask
from training.experiments.numerals import TypefaceError, numerals
from training.experiments.walls import SIDE


@pytest.fixture(scope="module")
def some() -> NDArray[np.uint8]:
    """[400, 32, 32, 3]."""
    random = np.random.default_rng(1)
    return np.stack([house_number(random) for _ in range(400)])


def described(count: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Of so many pictures, how their edges run, and the digits they are of."""
    random = np.random.default_rng(seed)
    digits = random.integers(0, 10, count)
    greys = [house_number(random, int(digit)).mean(axis=2) for digit in digits]
    return np.array([hog(grey, 8, pixels_per_cell=(4, 4), cells_per_block=(2, 2)) for grey in greys]), digits


def test_a_house_number_is_a_small_picture_in_colour() -> None:
    picture = house_number(np.random.default_rng(0))

    assert picture.shape == (32, 32, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous


def test_the_same_generator_draws_the_same_and_another_another() -> None:
    first, again, other = (house_number(np.random.default_rng(seed)) for seed in (5, 5, 6))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_is_drawn_can_be_read() -> None:
    # Ridge regression on histograms of gradients: nothing that could find a digit where a person would not.
    seen, digits = described(1500, 1)
    new, wanted = described(400, 2)
    middle = seen.mean(axis=0)
    centred = seen - middle

    weights = np.linalg.solve(
        centred.T @ centred + 10 * np.eye(centred.shape[1]), centred.T @ (np.eye(10)[digits] - 0.1)
    )
    read = ((new - middle) @ weights).argmax(axis=1)

    assert (read == wanted).mean() >= 0.85


def test_contrast_is_mostly_weak_and_always_there(some: NDArray[np.uint8]) -> None:
    contrast = some.mean(axis=3).std(axis=(1, 2)) / 255

    assert 0.07 < contrast.mean() < 0.14
    assert np.percentile(contrast, 10) < 0.07
    assert np.percentile(contrast, 90) > 0.14


def test_what_is_too_bright_or_too_dark_to_show_anything_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    white = np.full((32, 32, 3), 255, np.uint8)
    striped = white * np.tile((0, 1), 16).astype(np.uint8)[:, None]
    monkeypatch.setattr("training.experiments.house_numbers.snapshot", lambda *_: pictures.pop())
    pictures = [striped, white, white // 50]

    assert house_number(np.random.default_rng(0)) is striped


def test_walls_are_bright_and_dark_and_of_many_colours(some: NDArray[np.uint8]) -> None:
    mean = some.mean(axis=(1, 2)) / 255

    assert np.all(np.abs(mean.mean(axis=0) - 0.45) < 0.06)
    assert np.all(mean.std(axis=0) > 0.1)
    assert (mean.argmax(axis=1) == 0).mean() > 0.2  # reddish
    assert (mean.argmax(axis=1) == 2).mean() > 0.2  # bluish


def test_digits_are_light_on_dark_and_dark_on_light() -> None:
    random = np.random.default_rng(3)
    ones = np.stack([house_number(random, 1).mean(axis=2) for _ in range(200)])

    lighter = ones[:, 8:24, 13:19].mean(axis=(1, 2)) > ones.mean(axis=(1, 2))

    assert 0.25 < lighter.mean() < 0.75


@pytest.mark.parametrize("digit", range(10))
def test_each_digit_lies_whole_in_the_middle(digit: int) -> None:
    random = np.random.default_rng(4)
    for _ in range(20):
        mask = number_mask([digit], 0, np.eye(3), random) > 127
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))

        assert rows[-1] - rows[0] > 0.55 * SIDE
        assert abs(rows[0] + rows[-1] - SIDE) < 0.25 * SIDE
        assert abs(columns[0] + columns[-1] - SIDE) < 0.25 * SIDE


def test_neighbours_reach_in_from_the_edges() -> None:
    number, alone = (
        number_mask(digits, len(digits) // 2, np.eye(3), np.random.default_rng(0)) for digits in ([8, 8, 8], [8])
    )

    assert np.array_equal(number[:, 48:80], alone[:, 48:80])
    assert not alone[:, [0, -1]].any()
    assert number[:, 0].any()
    assert number[:, -1].any()


def test_training_takes_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "numbers.safetensors"

    write_house_numbers(path, train=30, test=20, seed=3)
    dataset = load_pictures([path])

    assert (len(dataset.train), len(dataset.held_out)) == (30, 20)
    assert np.array_equal(dataset.train.picture(7), house_number(np.random.default_rng((3, 0, 7))))
    assert list(tmp_path.iterdir()) == [path]


def test_no_picture_is_in_both_splits(tmp_path: Path) -> None:
    write_house_numbers(tmp_path / "numbers.safetensors", train=60, test=60)
    dataset = load_pictures([tmp_path / "numbers.safetensors"])

    pictures = [bank.picture(index).tobytes() for bank in (dataset.train, dataset.held_out) for index in range(60)]

    assert len(set(pictures)) == 120


def test_the_same_seed_gives_the_same_file_and_another_another(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.safetensors" for name in "abc"]

    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_house_numbers(path, train=5, test=5, seed=seed)
    first, again, other = (path.read_bytes() for path in paths)

    assert first == again
    assert first != other


def test_a_smaller_set_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    for name, count in (("small", 5), ("large", 9)):
        write_house_numbers(tmp_path / f"{name}.safetensors", train=count, test=count)

    small, large = (load_pictures([tmp_path / f"{name}.safetensors"]) for name in ("small", "large"))

    assert torch.equal(small.train.packed, large.train.packed[: 5 * 32 * 32])
    assert torch.equal(small.held_out.packed, large.held_out.packed[: 5 * 32 * 32])


def test_svhn_s_own_files_give_the_same_kind_of_pictures(tmp_path: Path) -> None:
    io = pytest.importorskip("scipy.io")
    random = np.random.default_rng(0)
    pictures = np.stack([house_number(random) for _ in range(12)])
    for name, part in (("train", pictures[:8]), ("test", pictures[8:])):
        content = {"X": part.transpose(1, 2, 3, 0), "y": np.ones((len(part), 1), np.uint8)}
        io.savemat(tmp_path / f"{name}_32x32.mat", content)
    write_house_numbers(tmp_path / "numbers.safetensors", train=8, test=4)

    theirs, ours = load_pictures([tmp_path]), load_pictures([tmp_path / "numbers.safetensors"])

    assert torch.equal(theirs.train.packed, torch.from_numpy(pictures[:8]).view(-1, 3))
    for their_bank, our_bank in ((theirs.train, ours.train), (theirs.held_out, ours.held_out)):
        assert torch.equal(their_bank.heights, our_bank.heights)
        assert torch.equal(their_bank.widths, our_bank.widths)
        assert their_bank.packed.dtype == our_bank.packed.dtype


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"train": 0}, "Cannot use --train 0: it must be at least 1"),
        ({"test": 0}, "Cannot use --test 0: it must be at least 1"),
        ({"seed": -1}, "Cannot use --seed -1: it must be at least 0"),
    ],
)
def test_a_set_without_pictures_is_refused(wrong: dict[str, int], problem: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=problem):
        write_house_numbers(tmp_path / "numbers.safetensors", **{"train": 1, "test": 1, **wrong})


def test_a_file_that_training_would_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"end the name in \.safetensors"):
        write_house_numbers(tmp_path / "numbers.zip", train=1, test=1)


@pytest.mark.parametrize("package", ["matplotlib", "PIL"])
def test_a_missing_package_is_named_and_no_file_is_left(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numerals.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(
        PainterError, match=r'matplotlib.* is missing; install them by python -m pip install -e "\.\[train\]"'
    ):
        write_house_numbers(tmp_path / "numbers.safetensors", train=1, test=1)

    assert list(tmp_path.iterdir()) == []


def test_a_matplotlib_without_its_typefaces_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numerals.cache_clear()
    monkeypatch.setattr("matplotlib.get_data_path", lambda: str(tmp_path))

    with pytest.raises(TypefaceError, match="install matplotlib again"):
        numerals()
