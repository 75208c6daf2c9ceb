"""Drawn house numbers: pictures of digits on walls as a car's camera takes them, for where no photographs can be had.

Made after the look of the cropped digits of SVHN (32 x 32 pixels, one whole digit in the middle and often parts of
its neighbours), but drawn from nothing. Of that set are how often each digit occurs and, nearly, the mean and spread of
all pixels, which camera and light were chosen for. What is measured on these pictures is no result on SVHN, and never
to be called one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.files import written_aside
from core.weight_files import with_sorted_header
from training.experiments.inscriptions import inscribed, number_mask
from training.experiments.snapshots import OUT, snapshot
from training.experiments.walls import SIDE, Scene, wall
from training.packed_pictures import check_suffix, save_packed
from training.picture_bank import PictureBank
from training.picture_formats import Pixels

SHARES = np.array([4948, 13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659]) / 73257
"""How often each digit occurs: as among the 73,257 that SVHN has to train on, for most numbers begin with a 1 or 2."""

LEAST_CONTRAST = 5.0
"""Standard deviation of a picture's grey, 0..255: one of less shows a white-out or the dark, and is drawn anew."""

_LENGTHS = (0.1, 0.4, 0.35, 0.15)
"""How often a house's number has one, two, three or four digits."""


def house_number(random: np.random.Generator, digit: int | None = None) -> Pixels:
    """A picture [32, 32, 3] of one digit of a house's number, RGB.

    Args:
        random: What all of it depends on.
        digit: 0 to 9, the one in the middle; one at random, as often as `SHARES` says, where None.

    Raises:
        TypefaceError: If the typefaces are missing.
    """
    while True:
        digits, middle = _number(random, digit)
        behind, view = wall(random), _view(random)
        seen = cv2.warpPerspective(behind.scene, view, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT_101)
        mask = number_mask(digits, middle, view, random)
        picture = snapshot(inscribed(behind._replace(scene=cast(Scene, seen)), mask, random), random)
        if picture.mean(axis=2).std() >= LEAST_CONTRAST:
            return picture


def write_house_numbers(path: Path, *, train: int, test: int, seed: int = 0) -> None:
    """Draw house numbers into a packed file, which `--data` takes; other files of that name are replaced.

    Each picture depends on the seed, its split and its place in it alone: a smaller set is the beginning of a larger
    one, no picture is in both splits, and on one machine, with the same versions of OpenCV, NumPy, Pillow and
    matplotlib, the same seed gives the same file, byte for byte.

    Args:
        path: The file to write or replace, ending in .safetensors.
        train: How many to train on.
        test: How many to hold out.
        seed: Of the set.

    Raises:
        SettingError: If there are to be none of either, or the seed is below 0.
        OutputError: If the file cannot be written.
        TypefaceError: If the typefaces are missing.
    """
    for name, value, least in (("--train", train, 1), ("--test", test, 1), ("--seed", seed, 0)):
        if value < least:
            raise SettingError(name, value, f"it must be at least {least}")
    check_suffix(path)
    with written_aside(path, named=True) as aside:
        banks = (PictureBank.of(_series(seed, split, count)) for split, count in enumerate((train, test)))
        save_packed(aside, *banks, short_side=OUT, sources=[f"drawn house numbers, seed {seed}"], skipped=0)
        aside.write_bytes(with_sorted_header(aside.read_bytes()))


def _series(seed: int, split: int, count: int) -> Iterator[Pixels]:
    for index in range(count):
        yield house_number(np.random.default_rng((seed, split, index)))


def _number(random: np.random.Generator, digit: int | None) -> tuple[list[int], int]:
    """A house's number, its digits from left to right, and which of them the picture is of."""
    length = 1 + int(random.choice(len(_LENGTHS), p=_LENGTHS))
    digits, middle = random.choice(10, length, p=SHARES).tolist(), int(random.integers(length))
    if digit is not None:
        digits[middle] = digit
    return digits, middle


def _view(random: np.random.Generator) -> NDArray[np.float64]:
    """The homography [3, 3] by which a wall that is seen from the side or from below leans and narrows."""
    middle = np.array([[1, 0, -SIDE / 2], [0, 1, -SIDE / 2], [0, 0, 1]])
    turn, slant = math.radians(random.normal(0, 4)), random.normal(0, 0.06)
    leaning = np.array([[math.cos(turn), slant - math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    narrowing = np.eye(3)
    narrowing[0, 0] = random.uniform(0.85, 1)
    narrowing[2, :2] = random.normal(0, 0.12 / SIDE, 2)
    return cast(NDArray[np.float64], np.linalg.inv(middle) @ narrowing @ leaning @ middle)
