"""The compiled pixel loops of a whole painting and its gradients: what each stroke covers, in its own box alone.

Coverages lie packed, one stroke's box of pixels after another, row by row: a painting of thousands of strokes then
takes the memory of what they cover, not of as many canvases.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from core.rasteriser.kernels import _edge, _span
from core.rasteriser.polygon_kernels import _begun, _cover_row, _first, _part, _sign

_jit = numba.njit(cache=True, nogil=True, error_model="numpy")
_parallel = numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)


@_parallel
def cover(row, column, radius, opacity, offsets, polygon, boxes, starts, feather, width, alpha):
    """Fill alpha [P] (zeros) with what each stroke covers in its box, times its opacity.

    Args:
        row: float64 [M] stamps' centres or polygons' corners, canvas pixels; so column, radius and opacity.
        column: See row.
        radius: See row.
        opacity: See row.
        offsets: int64 [N + 1], each stroke's points.
        polygon: bool [N].
        boxes: int64 [N, 4] top, bottom, left, right; nothing outside is looked at.
        starts: int64 [N + 1], where each stroke's box begins in `alpha`.
        feather: Width of soft edges, pixels.
        width: Of the canvas, pixels.
        alpha: float32 [P].

    Sizes: M points, N strokes, P pixels of all boxes.
    """
    for stroke in numba.prange(len(polygon)):
        top, bottom, left, right = boxes[stroke]
        first, last = offsets[stroke], offsets[stroke + 1]
        across = right - left
        start = starts[stroke]
        if polygon[stroke]:
            line = np.zeros(width + 1)
            sign = _sign(row, column, first, last)
            for y in range(top, bottom):
                x0, x1 = _cover_row(row, column, first, last, sign, y, feather, width, line)
                for x in range(x0, x1):
                    if left <= x < right:
                        alpha[start + (y - top) * across + x - left] = opacity[first] * line[x]
                    line[x] = 0.0
            continue
        still_open = np.ones((bottom - top) * across, np.float32)
        for stamp in range(last - 1, first - 1, -1):
            edge, peak = _edge(radius[stamp], feather)
            reach = edge + 0.5 * feather
            for y in range(max(top, math.ceil(row[stamp] - reach - 0.5)), min(bottom, _over(row[stamp], reach))):
                dy = y + 0.5 - row[stamp]
                room = reach * reach - dy * dy
                if room <= 0.0:
                    continue
                x0, x1 = _span(column[stamp], math.sqrt(room), width)
                for x in range(max(left, x0), min(right, x1)):
                    place = (y - top) * across + x - left
                    share = still_open[place]
                    if share > 0.0:
                        dx = x + 0.5 - column[stamp]
                        covered = (reach - math.sqrt(dx * dx + dy * dy)) / feather
                        covered = min(1.0, max(0.0, covered)) * peak
                        alpha[start + place] += np.float32(share * opacity[stamp] * covered)
                        still_open[place] = np.float32(share * (1.0 - covered))


@_jit
def _over(centre, reach):
    """The row after the last that a disc reaches."""
    return math.floor(centre + reach - 0.5) + 1


@_parallel
def composite(canvas, alpha, rgb, boxes, starts, bands, before):
    """Lay strokes on a canvas [H, W, 3] in place, lowest first, keeping in `before` [P, 3] what each was laid on."""
    for band in numba.prange(len(bands) - 1):
        for stroke in range(len(boxes)):
            top, bottom, left, right = boxes[stroke]
            across = right - left
            for y in range(max(top, bands[band]), min(bottom, bands[band + 1])):
                place = starts[stroke] + (y - top) * across
                for x in range(left, right):
                    a = alpha[place]
                    for channel in range(3):
                        under = canvas[y, x, channel]
                        before[place, channel] = under
                        canvas[y, x, channel] = under + a * (rgb[stroke, channel] - under)
                    place += 1


@_parallel
def composite_backward(grad, alpha, rgb, boxes, starts, bands, before, d_alpha, d_rgb):
    """Gradients by coverages [P] and colours [K, N, 3] (a sum for each band) from that by the canvas [H, W, 3].

    `grad` is changed: it becomes the gradient by the bare canvas.
    """
    for band in numba.prange(len(bands) - 1):
        for stroke in range(len(boxes) - 1, -1, -1):
            top, bottom, left, right = boxes[stroke]
            across = right - left
            red, green, blue = 0.0, 0.0, 0.0
            for y in range(max(top, bands[band]), min(bottom, bands[band + 1])):
                place = starts[stroke] + (y - top) * across
                for x in range(left, right):
                    a = alpha[place]
                    g0, g1, g2 = grad[y, x, 0], grad[y, x, 1], grad[y, x, 2]
                    d_alpha[place] = (
                        g0 * (rgb[stroke, 0] - before[place, 0])
                        + g1 * (rgb[stroke, 1] - before[place, 1])
                        + g2 * (rgb[stroke, 2] - before[place, 2])
                    )
                    red += g0 * a
                    green += g1 * a
                    blue += g2 * a
                    rest = np.float32(1.0) - a
                    grad[y, x, 0], grad[y, x, 1], grad[y, x, 2] = g0 * rest, g1 * rest, g2 * rest
                    place += 1
            d_rgb[band, stroke, 0], d_rgb[band, stroke, 1], d_rgb[band, stroke, 2] = red, green, blue


@_parallel
def cover_backward(
    row, column, radius, opacity, offsets, polygon, boxes, starts, feather, width, alpha, grad,
    d_row, d_column, d_radius, d_opacity,
):  # fmt: skip
    """Gradients by points [M] from those by packed coverages [P]; see `alpha_backward` and `polygon_backward`.

    A polygon's opacity has its gradient at its first corner.
    """
    half = 0.5 * feather
    for stroke in numba.prange(len(polygon)):
        top, bottom, left, right = boxes[stroke]
        first, last = offsets[stroke], offsets[stroke + 1]
        across = right - left
        start = starts[stroke]
        if polygon[stroke]:
            for corner in range(first, last):
                d_row[corner], d_column[corner], d_radius[corner], d_opacity[corner] = 0.0, 0.0, 0.0, 0.0
            sign = _sign(row, column, first, last)
            line = np.zeros(width + 1)
            weight = 0.0
            for y in range(top, bottom):
                x0, x1 = _cover_row(row, column, first, last, sign, y, feather, width, line)
                for x in range(x0, x1):
                    if left <= x < right:
                        weight += grad[start + (y - top) * across + x - left] * line[x]
                    line[x] = 0.0
            d_opacity[first] = weight
            scale = -sign * opacity[first] / (feather * feather)
            for corner in range(first, last):
                following = corner + 1 if corner + 1 < last else first
                high, run = row[following] - row[corner], column[following] - column[corner]
                near, far = 0.0, 0.0
                low_y = _first(min(row[corner], row[following]), half)
                high_y = _begun(max(row[corner], row[following]), half)
                for y in range(max(top, low_y), min(bottom, high_y + 1)):
                    from0, to0 = _part(row[corner], high, y, half, 0.0, 1.0)
                    if from0 >= to0:
                        continue
                    x0, x1 = column[corner] + from0 * run, column[corner] + to0 * run
                    low_x, high_x = _first(min(x0, x1), half), _begun(max(x0, x1), half)
                    for x in range(max(left, low_x), min(right, high_x + 1)):
                        begin, end = _part(column[corner], run, x, half, from0, to0)
                        if begin < end:
                            slope = grad[start + (y - top) * across + x - left]
                            late = 0.5 * (end * end - begin * begin)
                            far += slope * late
                            near += slope * (end - begin - late)
                d_column[corner] += scale * high * near
                d_column[following] += scale * high * far
                d_row[corner] -= scale * run * near
                d_row[following] -= scale * run * far
            continue
        still_open = np.ones((bottom - top) * across)
        below = alpha[start : starts[stroke + 1]].astype(np.float64)
        for stamp in range(last - 1, first - 1, -1):
            r, weight = radius[stamp], opacity[stamp]
            edge, peak = _edge(r, feather)
            reach = edge + half
            edge_slope = r / edge if peak == 1.0 else 0.0
            peak_slope = 0.0 if peak == 1.0 else 6.0 * r / (feather * feather)
            sum_row, sum_column, sum_radius, sum_opacity = 0.0, 0.0, 0.0, 0.0
            for y in range(max(top, math.ceil(row[stamp] - reach - 0.5)), min(bottom, _over(row[stamp], reach))):
                dy = y + 0.5 - row[stamp]
                room = reach * reach - dy * dy
                if room <= 0.0:
                    continue
                x0, x1 = _span(column[stamp], math.sqrt(room), width)
                for x in range(max(left, x0), min(right, x1)):
                    place = (y - top) * across + x - left
                    share = still_open[place]
                    if share <= 0.0:
                        continue
                    dx = x + 0.5 - column[stamp]
                    distance = math.sqrt(dx * dx + dy * dy)
                    ramp = (reach - distance) / feather
                    covered = min(1.0, max(0.0, ramp)) * peak
                    slope = grad[start + place]
                    sum_opacity += slope * share * covered
                    rest = below[place] - share * weight * covered
                    if 0.0 < ramp < 1.0:
                        by_cover = slope * (share * weight - rest / (1.0 - covered))
                        by_ramp = by_cover * peak / feather
                        if distance > 0.0:
                            sum_row += by_ramp * dy / distance
                            sum_column += by_ramp * dx / distance
                        sum_radius += by_ramp * edge_slope + by_cover * ramp * peak_slope
                    below[place] = rest
                    still_open[place] = share * (1.0 - covered)
            d_row[stamp], d_column[stamp] = sum_row, sum_column
            d_radius[stamp], d_opacity[stamp] = sum_radius, sum_opacity
