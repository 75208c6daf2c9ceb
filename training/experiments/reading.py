"""Whether paintings of digits can be read: by a classifier that has seen nothing but MNIST's own digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from core.actor import Actor
from training.experiments.sheets import paintings
from training.picture_formats import read_idx, read_idx_labels
from training.policy import Policy

SIDE = 28
"""Of MNIST's digits, pixels."""

LEARNED_FROM = 20_000
"""Digits of the training set, the first ones; more gain little and take minutes."""

READ = 1000
"""Paintings of the test set's first digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How many were read right, of 1."""

    paintings: float
    originals: float
    count: int


def mnist_part(folders: Sequence[Path], part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Pictures [N, 28, 28] and labels [N] of `train` or `t10k`, where one of the folders holds them.

    Raises:
        DataError: If a file is damaged, or another.
    """
    for folder in folders:
        found = [next(iter(sorted(folder.glob(f"{part}-{kind}*"))), None) for kind in ("images?idx3", "labels?idx1")]
        if found[0] is not None and found[1] is not None:
            return read_idx(found[0]), read_idx_labels(found[1])
    return None


def read_paintings(policy: Policy, actor: Actor, folders: Sequence[Path], *, strokes: int) -> Reading | None:
    """Paint MNIST's first test digits with so many strokes and have them read; None where there is no MNIST.

    Raises:
        DataError: If its files are damaged.
    """
    learned, asked = mnist_part(folders, "train"), mnist_part(folders, "t10k")
    if learned is None or asked is None:
        return None
    print(
        f"learning to read MNIST's digits, then reading {len(asked[1][:READ]):,} paintings; that takes minutes",
        flush=True,
    )
    reader = _reader(learned[0][:LEARNED_FROM], learned[1][:LEARNED_FROM])
    digits, labels = asked[0][:READ], asked[1][:READ]
    large = np.stack([cv2.resize(digit, (actor.side, actor.side), interpolation=cv2.INTER_AREA) for digit in digits])
    targets = torch.from_numpy(large).float().div(255)[:, None].expand(-1, 3, -1, -1).contiguous()
    device = next(actor.parameters()).device
    painted = torch.cat(
        [paintings(policy, actor, part.to(device), [strokes])[0].mean(dim=1).cpu() for part in torch.split(targets, 64)]
    )
    small = np.stack([cv2.resize(each, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for each in painted.numpy()])
    return Reading(
        paintings=float((reader.predict(small.reshape(len(small), -1)) == labels).mean()),
        originals=float((reader.predict(digits.reshape(len(digits), -1) / 255.0) == labels).mean()),
        count=len(labels),
    )


def _reader(digits: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Any:
    """A support vector machine over pixels in 0..1, with the kernel that does best on MNIST."""
    from sklearn.svm import SVC  # see `check_tools`

    return SVC(C=5.0, gamma=0.05).fit(digits.reshape(len(digits), -1) / 255.0, labels)
