"""The compiled pixel loops of polygons: the share of each pixel's area that lies inside.

Row by row, every side of the polygon covers what lies to its right: where it runs down once more, where it runs up once
less, and what is left in the end lies inside. Within a pixel that is a mean of clip(u, 0, 1), with u running linearly
along the part of the side that lies in the row.
"""

from __future__ import annotations

import math

import numba
import numpy as np

# Strict floating point: the same strokes must give the same bits whatever band or thread draws them.
_jit = numba.njit(cache=True, nogil=True, error_model="numpy")
_parallel = numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)

_TINY = 1e-12
"""Pixels: a side that runs less than that along an axis does not cross a boundary of the other."""


@_jit
def _sign(row, column, first, last):
    """1 or -1: which way round a polygon's corners go."""
    area = 0.0
    for corner in range(first, last):
        following = corner + 1 if corner + 1 < last else first
        # From the first corner, or far from the origin rounding would decide.
        area += (row[corner] - row[first]) * (column[following] - column[first])
        area -= (row[following] - row[first]) * (column[corner] - column[first])
    return -1.0 if area < 0.0 else 1.0


@_jit
def _mean_of_clipped(u0, u1):
    """Mean of clip(u, 0, 1) for u from u0 to u1."""
    low, high = min(u0, u1), max(u0, u1)
    if high <= 0.0:
        return 0.0
    if low >= 1.0:
        return 1.0
    middle = 0.5 * (min(high, 1.0) + max(low, 0.0))
    if high - low < _TINY:
        return middle
    return ((min(high, 1.0) - max(low, 0.0)) * middle + max(0.0, high - 1.0)) / (high - low)


@_jit
def _first(low, half):
    """The first pixel whose box of `half` to each side of its centre reaches past `low`."""
    return math.floor(low - 0.5 - half) + 1


@_jit
def _last(high, half):
    """The last pixel whose box begins before `high`."""
    return math.ceil(high - 0.5 + half) - 1


@_jit
def _cover_row(row, column, first, last, sign, y, feather, width, line):
    """Coverage of row y in columns [left, right), which are returned, into `line` [width + 1], zeros before."""
    half = 0.5 * feather
    top, bottom = y + 0.5 - half, y + 0.5 + half
    left, right = width, 0
    for corner in range(first, last):
        following = corner + 1 if corner + 1 < last else first
        r0, c0 = row[corner], column[corner]
        high, across = row[following] - r0, column[following] - c0
        begin = min(max(r0, top), bottom)
        end = min(max(row[following], top), bottom)
        if begin == end:
            continue
        x0 = c0 + (begin - r0) / high * across
        x1 = c0 + (end - r0) / high * across
        weight = sign * (end - begin) / feather
        start = max(0, _first(min(x0, x1), half))
        stop = _last(max(x0, x1), half) + 1
        left, right = min(left, start), max(right, min(width, stop))
        before = 0.0
        for x in range(start, min(width, max(stop, start) + 1)):
            edge = x + 0.5 + half
            now = _mean_of_clipped((edge - x0) / feather, (edge - x1) / feather)
            line[x] += weight * (now - before)
            before = now
    total = 0.0
    for x in range(left, right):
        total += line[x]
        line[x] = min(1.0, max(0.0, total))
    line[max(right, 0)] = 0.0
    return left, right


@_jit
def cover_polygon_band(row, column, opacity, first, last, top, bottom, begin, width, alpha, left, right, line):
    """Alpha of one polygon in rows top..bottom, columns begin..width; as `_cover_band` of `core.rasteriser.kernels`.

    A row is added up from its first column, wherever the part begins: its pixels are the same, to the bit, in any part.
    """
    lowest, highest = math.inf, -math.inf
    for corner in range(first, last):
        lowest, highest = min(lowest, row[corner]), max(highest, row[corner])
    sign = _sign(row, column, first, last)
    low = max(top, _first(lowest, 0.5))
    high = max(low, min(bottom, _last(highest, 0.5) + 1))
    for y in range(low, high):
        x0, x1 = _cover_row(row, column, first, last, sign, y, 1.0, width, line)
        left[y - top], right[y - top] = max(begin, x0), x1
        for x in range(x0, x1):
            if x >= begin:
                alpha[y - top, x - begin] = np.float32(opacity[first] * line[x])
            line[x] = 0.0
    return low, high


@_jit
def _rows(row, first, last, half, height):
    """The rows [first, past the last) that a polygon can touch."""
    lowest, highest = math.inf, -math.inf
    for corner in range(first, last):
        lowest, highest = min(lowest, row[corner]), max(highest, row[corner])
    return max(0, _first(lowest, half)), min(height, _last(highest, half) + 1)


@_jit
def _begun(high, half):
    """The last pixel whose box begins at `high` or before."""
    return math.floor(high - 0.5 + half)


@_jit
def _part(start, run, pixel, half, low, high):
    """Which part [begin, end) of low..high along a side lies within a pixel's box on one axis.

    A side along the boundary of two boxes lies in the second, so that moving it counts once.
    """
    if abs(run) < _TINY:
        inside = pixel + 0.5 - half <= start < pixel + 0.5 + half
        return (low, high) if inside else (1.0, 0.0)
    a, b = (pixel + 0.5 - half - start) / run, (pixel + 0.5 + half - start) / run
    return max(low, min(a, b)), min(high, max(a, b))


@_jit
def cover_polygon(row, column, opacity, first, last, feather, top, left, alpha):
    """Fill alpha [h, w] (zeros), the pixels from (top, left) on, with what a polygon's corners first..last enclose."""
    width = left + alpha.shape[1]
    sign = _sign(row, column, first, last)
    line = np.zeros(width + 1)
    low, high = _rows(row, first, last, 0.5 * feather, top + alpha.shape[0])
    for y in range(max(top, low), high):
        x0, x1 = _cover_row(row, column, first, last, sign, y, feather, width, line)
        for x in range(x0, x1):
            if x >= left:
                alpha[y - top, x - left] = opacity * line[x]
            line[x] = 0.0


@_jit
def polygon_slopes(row, column, opacity, first, last, feather, top, left, grad, d_row, d_column):
    """Gradients of sum(grad * alpha) by the corners first..last, of pixels [h, w] from (top, left) on.

    Where a side moves, the area inside changes by the integral of its movement across it. Its point at s, from one
    corner (s = 0) to the next (s = 1), moves by 1 - s of the one's and s of the other's movement.

    Returns:
        The gradient by opacity.
    """
    height, width = top + grad.shape[0], left + grad.shape[1]
    half = 0.5 * feather
    sign = _sign(row, column, first, last)
    line = np.zeros(width + 1)
    weight = 0.0
    low, high = _rows(row, first, last, half, height)
    for y in range(max(top, low), high):
        x0, x1 = _cover_row(row, column, first, last, sign, y, feather, width, line)
        for x in range(x0, x1):
            if x >= left:
                weight += grad[y - top, x - left] * line[x]
            line[x] = 0.0
    for corner in range(first, last):
        d_row[corner] = 0.0
        d_column[corner] = 0.0
    scale = -sign * opacity / (feather * feather)
    for corner in range(first, last):
        following = corner + 1 if corner + 1 < last else first
        down, across = row[following] - row[corner], column[following] - column[corner]
        near, far = 0.0, 0.0  # sums of grad over what lies at the one corner's end, and at the other's
        y0, y1 = _first(min(row[corner], row[following]), half), _begun(max(row[corner], row[following]), half)
        for y in range(max(top, y0), min(height, y1 + 1)):
            from0, to0 = _part(row[corner], down, y, half, 0.0, 1.0)
            if from0 >= to0:
                continue
            c0, c1 = column[corner] + from0 * across, column[corner] + to0 * across
            x0, x1 = _first(min(c0, c1), half), _begun(max(c0, c1), half)
            for x in range(max(left, x0), min(width, x1 + 1)):
                begin, end = _part(column[corner], across, x, half, from0, to0)
                if begin < end:
                    late = 0.5 * (end * end - begin * begin)
                    far += grad[y - top, x - left] * late
                    near += grad[y - top, x - left] * (end - begin - late)
        d_column[corner] += scale * down * near
        d_column[following] += scale * down * far
        d_row[corner] -= scale * across * near
        d_row[following] -= scale * across * far
    return weight


@_parallel
def polygon_forward(row, column, opacity, feather, alpha):
    """Fill alpha [N, H, W] (zeros) with the coverage times opacity [N] of polygons with corners [N, V]."""
    corners = row.shape[1]
    for stroke in numba.prange(row.shape[0]):
        cover_polygon(row[stroke], column[stroke], opacity[stroke], 0, corners, feather, 0, 0, alpha[stroke])


@_parallel
def polygon_backward(row, column, opacity, feather, grad, d_row, d_column, d_opacity):
    """Gradients of sum(grad * alpha) by every corner, into d_row and d_column [N, V], and by opacity, d_opacity [N]."""
    corners = row.shape[1]
    for stroke in numba.prange(row.shape[0]):
        d_opacity[stroke] = polygon_slopes(
            row[stroke], column[stroke], opacity[stroke], 0, corners, feather, 0, 0,
            grad[stroke], d_row[stroke], d_column[stroke],
        )  # fmt: skip
