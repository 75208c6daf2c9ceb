"""What strokes cover, each in its own box of pixels: memory and time are those of the pixels covered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.brushes import Brush, DiscBrush, PolygonBrush
from core.geometry import Size
from core.parallel_loops import PARALLEL_LOOPS
from core.rasteriser import painting_kernels as kernels


class Covers(NamedTuple):
    """Coverages times opacity.

    Attributes:
        alpha: float32 [P], the strokes' boxes one after another, row by row.
        boxes: int64 [N, 4] top, bottom, left and right.
        starts: int64 [N + 1], where each one's begin.

    Sizes: N strokes, P pixels of all boxes.
    """

    alpha: NDArray[np.float32]
    boxes: NDArray[np.int64]
    starts: NDArray[np.int64]


def covers_of(
    points: NDArray[np.float64],
    offsets: NDArray[np.int64],
    polygon: NDArray[np.bool_],
    size: Size,
    *,
    feather: float = 1.0,
    limits: NDArray[np.int64] | None = None,
) -> Covers:
    """What strokes cover of a canvas.

    Args:
        points: [4, M] row, column, radius and opacity of stamps, or of corners with radius 0.
        offsets: [N + 1] where each stroke's points begin.
        polygon: [N] which of them are polygons.
        size: Of the canvas, pixels.
        feather: Width of soft edges, pixels; 1 is the brush.
        limits: [N, 4] top, bottom, left and right of the part of the canvas that counts; all of it where absent.

    Returns:
        What lies within `limits`; a stroke that does not has an empty box.
    """
    marks = [np.ascontiguousarray(each) for each in points]
    row, column, radius, _ = marks
    if limits is None:
        limits = np.broadcast_to([0, size.height, 0, size.width], (len(polygon), 4))
    reach, firsts = np.maximum(radius, feather) + feather, offsets[:-1]
    corners = []
    for axis, centre in enumerate((row, column)):
        least, most = limits[:, 2 * axis], limits[:, 2 * axis + 1]
        low = np.floor(np.minimum.reduceat(centre - reach, firsts)).clip(least, most)
        corners += [low, np.ceil(np.maximum.reduceat(centre + reach, firsts)).clip(low, most)]
    boxes = np.stack(corners, axis=1).astype(np.int64)
    extents = (boxes[:, 1] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 2])
    starts = np.concatenate([[0], np.cumsum(extents)])
    alpha = np.zeros(starts[-1], np.float32)
    with PARALLEL_LOOPS:
        kernels.cover(*marks, offsets, polygon, boxes, starts, feather, alpha)
    return Covers(alpha, boxes, starts)


def proposals_covers(brush: Brush, shapes: Tensor, side: int, limits: NDArray[np.int64] | None = None) -> Covers:
    """What proposals of one type cover of square windows.

    Args:
        brush: Their type.
        shapes: [N, >= size - 3] parameters, unit frame, on the CPU.
        side: Of the windows, pixels.
        limits: As of `covers_of`.

    Raises:
        TypeError: If strokes of that type are drawn neither by discs nor as polygons.
    """
    patches = shapes.new_zeros(1, 3)
    patches[:, 2] = side
    points, counts = brush_points(brush, shapes, patches.expand(len(shapes), 3))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    polygon = np.full(len(shapes), isinstance(brush, PolygonBrush))
    return covers_of(points.double().numpy(), offsets, polygon, Size(side, side), limits=limits)


def touching_any(covers: Covers, blocked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which strokes [N] cover anything where they may not.

    Args:
        covers: As many strokes in each of B windows, one window after the other.
        blocked: [B, H, W].
    """
    touching = np.zeros(len(covers.boxes), np.bool_)
    if len(touching):
        with PARALLEL_LOOPS:
            kernels.touches(*covers, np.ascontiguousarray(blocked), len(touching) // len(blocked), touching)
    return touching


def touching_of(brush: Brush, shapes: Tensor, patches: Tensor, blocked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which strokes [N] of one type cover anything of a canvas where they may not.

    Args:
        brush: Their type.
        shapes: [N, >= size - 3] parameters, unit frame, on the CPU.
        patches: [N, 3] row, column, side of each stroke's patch, pixels of the canvas.
        blocked: [H, W].
    """
    rows, columns = np.flatnonzero(blocked.any(axis=1)), np.flatnonzero(blocked.any(axis=0))
    if not len(shapes) or not len(rows):
        return np.zeros(len(shapes), np.bool_)
    points, counts = brush_points(brush, shapes.double(), patches.double())
    offsets = np.concatenate([[0], np.cumsum(counts)])
    polygon = np.full(len(counts), isinstance(brush, PolygonBrush))
    # Of what lies far from all that is blocked nothing need be known.
    around = np.array([rows[0], rows[-1] + 1, columns[0], columns[-1] + 1])
    limits = np.broadcast_to(around, (len(counts), 4))
    covers = covers_of(points.detach().numpy(), offsets, polygon, Size(*blocked.shape), limits=limits)
    return touching_any(covers, blocked[None])


def brush_points(brush: Brush, shapes: Tensor, patches: Tensor) -> tuple[Tensor, NDArray[np.int64]]:
    """Stamps or corners of strokes of one type.

    Args:
        brush: Their type.
        shapes: [N, >= size - 3] parameters, unit frame.
        patches: [N, 3] row, column, side of each stroke's patch; the result is in the patches' frame.

    Returns:
        Row, column, radius (0 of corners) and opacity [4, M], and how many points each stroke has [N].

    Raises:
        TypeError: If strokes of that type are drawn neither by discs nor as polygons.
    """
    if isinstance(brush, DiscBrush):
        with torch.no_grad():
            times = brush.times(shapes)
        stamps = brush.stamps(shapes, patches, times)
        return torch.stack(stamps[:4]), np.diff(stamps.offsets.numpy())
    if not isinstance(brush, PolygonBrush):
        raise TypeError(f"a {brush.name} stroke is drawn neither by discs nor as a polygon")
    row, column, opacity = brush.polygons(shapes, patches)
    opacities = opacity[:, None].expand_as(row)
    points = torch.stack([row, column, torch.zeros_like(row), opacities]).flatten(1)
    return points, np.full(len(shapes), row.shape[1])
