"""Where a film's frame differs from what was painted, beyond the noise of cameras and codecs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.geometry import Size

Target = NDArray[np.uint8]
"""[H, W, 3], RGB."""

_BLUR = 1.5
"""Pixels that differences are smoothed over (sigma): noise of single pixels falls to a fifth, edges stay."""

_LEAST, _MOST = 6.0, 14.0
"""Of 255, between which the smoothed difference lies that can be a part of a change, as the noise asks for. Codecs
leave three or four from one key frame to the next; past the upper one eyes see more than noise."""

_NOISE = 6.0
"""How many times the noise a difference is that can be a part of a change: of a million pixels none, by chance."""

_CERTAIN = 1.5
"""A change is some pixels that reach so many times that, with all that is joined to them."""

_WHOLE = 32.0
"""Of 255, the smoothed difference from which on a pixel has wholly changed."""

_REACH = 0.012
"""Of the longer side, how far around what has changed all may be repainted: brushes are wider than edges."""

_NEAREST = 2.0
"""Pixels that it is at least."""

_FINE = 0.025
"""Of the longer side, what is smaller than that is detail, which strokes are needed for."""

_PLAIN = 4.0
"""Of 255, in all channels together, the detail that plain parts count for: they take strokes too."""

_WORK = 2.75
"""How many strokes a part that has changed is given for each that it would have in a whole painting: what was there has
to be covered first, and by the finer levels alone. Measured in docs/guide.md."""

_MEDIAN = 0.6745
"""Of the absolute value of noise, in standard deviations."""

_LEFT = 0.25
"""How much of its deviation noise keeps when smoothed: a fifth if pixels differ on their own, more after a codec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What of a frame has to be painted again."""

    weight: NDArray[np.float32]
    """[H, W] 1 where it does, 0 where nothing may change, a soft edge between."""
    extent: float
    """How much of the picture has changed, 0..1: by area, what has changed little counting less."""
    work: float
    """How many strokes that takes, as a share of those for a whole picture, 0..1."""


class PaintedFor:
    """What each part of the canvas was last painted for.

    New frames are held against that and not against the frame before, so that what drifts slowly is caught once it has
    drifted far enough.
    """

    def __init__(self, target: Target) -> None:
        """All of the canvas was painted for this frame."""
        self._target = target.copy()
        self._reach = max(_NEAREST, _REACH * max(target.shape[:2]))

    def change(self, target: Target) -> Change | None:
        """What has changed up to a frame of the same size; None where nothing has."""
        between = np.subtract(self._target, target, dtype=np.float32)
        smooth = cv2.GaussianBlur(between, (0, 0), _BLUR).astype(np.float32, copy=False)
        difference: NDArray[np.float32] = np.abs(smooth).max(axis=2)
        part = min(_MOST, max(_LEAST, _NOISE * _noise(between, smooth)))
        changed = _joined(difference >= part, difference >= _CERTAIN * part)
        if not changed.any():
            return None
        apart = cv2.distanceTransform((~changed).astype(np.uint8), cv2.DIST_L2, 5)
        weight = np.clip(2 - apart / self._reach, 0, 1).astype(np.float32)
        weight *= weight * (3 - 2 * weight)
        extent = float(np.minimum(1, difference * (weight > 0) / _WHOLE).mean())
        return Change(weight=weight, extent=extent, work=self._work(target, difference, weight))

    def _work(self, target: Target, difference: NDArray[np.float32], weight: NDArray[np.float32]) -> float:
        # Within what moves some pixels are by chance as they were; they are painted with the others.
        across = 2 * round(self._reach) + 1
        around = cv2.dilate(difference, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across)))
        levels = target.astype(np.float32)
        fine = np.abs(levels - cv2.GaussianBlur(levels, (0, 0), max(1.0, _FINE * max(target.shape[:2])))).sum(axis=2)
        fine += _PLAIN
        return min(1.0, _WORK * float((weight * np.minimum(1, around / _WHOLE) * fine).sum() / fine.sum()))

    def painted(self, target: Target, change: Change) -> None:
        """A change was painted, for that frame."""
        where = change.weight >= 0.5
        self._target[where] = target[where]


def _noise(between: NDArray[np.float32], smooth: NDArray[np.float32]) -> float:
    """Standard deviation of what noise leaves in a smoothed difference [H, W, 3], of 255.

    From what smoothing takes away, so that a fade, which is smooth, is not taken for noise; and from the middle of all
    pixels, so that what moves is not, where it is less than half of the picture.
    """
    apart = np.abs(between[::2, ::2] - smooth[::2, ::2])
    return _LEFT * float(np.median(apart)) / _MEDIAN


def _joined(parts: NDArray[np.bool_], certain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of the joined parts that have a certain pixel."""
    _, labels = cv2.connectedComponents(parts.astype(np.uint8), connectivity=8)
    kept = np.zeros(int(labels.max()) + 1, bool)
    kept[labels[certain]] = True
    result: NDArray[np.bool_] = kept[labels] & parts
    return result


def detail(size: Size, longer: int) -> Size:
    """The size at which a film of that size is looked at: as large as what is painted there, or the film's own."""
    return size if size.longer <= longer else size.with_longer_side(longer)
