"""numpy for arrays, torch for tensors: one line of a brush's formula then serves both.

A formula may use whatever both libraries spell alike and compute alike: arithmetic, indexing, methods such as `cumsum`
and `sum` with the axis by position, and functions such as `arange`, `asarray`, `ceil`, `clip`, `concat`, `maximum`,
`sqrt` and `stack`. What they spell differently stands here.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

Array = Any
"""A numpy array or a torch tensor."""


def namespace_of(array: Array) -> Any:
    """The library whose functions take this array: numpy, or torch, which is never imported for a numpy array."""
    return np if isinstance(array, np.ndarray) else sys.modules["torch"]  # a tensor's maker has imported torch


def repeated(array: Array, counts: Array) -> Array:
    """Each element of `array` [N] as often as `counts` [N] says, in order."""
    return np.repeat(array, counts) if isinstance(array, np.ndarray) else array.repeat_interleave(counts)
