"""The compiled pixel loops: the brush's rule, stamp by stamp, over only the pixels that a stamp covers.

Polygons have loops of their own, in `core.rasteriser.polygon_kernels`; here they are laid among strokes of discs.

Stamps are taken last to first. Keeping for each pixel the share T still open to earlier stamps (T = 1, then
T <- T (1 - coverage), A <- A + T opacity coverage) gives the same A as laying them first to last, and whatever a
later stamp has fully covered costs earlier ones one look.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from core.rasteriser.polygon_kernels import cover_polygon_band

# Strict floating point: the same strokes must give the same bits whatever band or thread draws them.
_jit = numba.njit(cache=True, nogil=True, error_model="numpy")
_parallel = numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)

_SQRT3 = math.sqrt(3.0)


@_jit
def _edge(radius, feather):
    """The disc's (R, peak): where coverage is peak / 2 on its ramp, and the most it reaches."""
    if radius < feather / _SQRT3:
        return 0.5 * feather, 3.0 * (radius / feather) ** 2
    return math.sqrt(radius * radius - feather * feather / 12.0), 1.0


@_jit
def _cover_band(
    row, column, radius, opacity, first, last, top, bottom, begin, width, alpha, still_open, left, right
):  # fmt: skip
    """Alpha of one stroke in rows top..bottom and columns begin..width of a canvas, into `alpha`, which is that part.

    `left` and `right` tell each row's touched columns. Expects alpha 0, still_open 1, left `width`, right 0 throughout,
    and returns the touched rows as (low, high).
    """
    low, high = bottom, top
    for stamp in range(last - 1, first - 1, -1):
        edge, peak = _edge(radius[stamp], 1.0)
        weight = opacity[stamp]
        outer = edge + 0.5
        inner = edge - 0.5
        if column[stamp] + outer <= begin or column[stamp] - outer >= width:
            continue
        from_row = max(top, math.ceil(row[stamp] - outer - 0.5))
        to_row = min(bottom - 1, math.floor(row[stamp] + outer - 0.5))
        low, high = min(low, from_row), max(high, to_row + 1)
        for y in range(from_row, to_row + 1):
            dy = y + 0.5 - row[stamp]
            reach = outer * outer - dy * dy
            if reach <= 0.0:
                continue
            reach = math.sqrt(reach)
            x0 = max(begin, math.ceil(column[stamp] - reach - 0.5))
            x1 = min(width - 1, math.floor(column[stamp] + reach - 0.5))
            if x1 < x0:
                continue
            line = y - top
            left[line] = min(left[line], x0)
            right[line] = max(right[line], x1 + 1)
            solid0, solid1 = x1 + 1, x1 + 1
            if peak == 1.0 and inner > 0.0 and inner * inner > dy * dy:
                inside = math.sqrt(inner * inner - dy * dy)
                solid0 = min(x1 + 1, max(x0, math.ceil(column[stamp] - inside - 0.5)))
                solid1 = min(x1 + 1, max(solid0, math.floor(column[stamp] + inside - 0.5) + 1))
                for x in range(solid0, solid1):
                    alpha[line, x - begin] += np.float32(still_open[line, x - begin] * weight)
                    still_open[line, x - begin] = 0.0
            for part in range(2):
                start, end = (x0, solid0) if part == 0 else (solid1, x1 + 1)
                for x in range(start, end):
                    share = still_open[line, x - begin]
                    if share > 0.0:
                        dx = x + 0.5 - column[stamp]
                        covered = outer - math.sqrt(dx * dx + dy * dy)
                        covered = min(1.0, max(0.0, covered)) * peak
                        alpha[line, x - begin] += np.float32(share * weight * covered)
                        still_open[line, x - begin] = np.float32(share * (1.0 - covered))
    return low, high


@_parallel
def lay_strokes(canvas, target, row, column, radius, opacity, offsets, polygon, rgb, boxes, areas, gains, origin):
    """Lay strokes on a canvas in place, in areas that threads share; the pixels do not depend on how it is divided.

    Args:
        canvas: float32 [H, W, 3] in 0..1.
        target: float32 [H, W, 3], or [0, 0, 3] where errors are not wanted.
        row: float64 [M] the stamps' centres, or polygons' corners, canvas pixels.
        column: float64 [M] likewise.
        radius: float64 [M] in canvas pixels.
        opacity: float64 [M] in 0..1.
        offsets: int64 [N + 1], each stroke's stamps or corners.
        polygon: bool [N], which of them a stroke has.
        rgb: float32 [N, 3].
        boxes: int64 [N, 4] top, left, bottom and right of the pixels that a stroke can touch.
        areas: int64 [K, 4] likewise the parts of the canvas to be laid on, none over another.
        gains: float64 [K, N], filled with the rise of the summed squared error by each stroke in each area; where
            there is no target, left alone, and of any size.
        origin: The row that the canvas, and the target, begin with: they may be a part of a larger one, whose rows the
            stamps, boxes and areas count in.

    Sizes: H x W canvas, M points, N strokes, K areas.
    """
    measured = target.shape[0] > 0
    for area in numba.prange(len(areas)):
        top, begin, bottom, width = areas[area, 0], areas[area, 1], areas[area, 2], areas[area, 3]
        alpha = np.zeros((bottom - top, width - begin), np.float32)
        still_open = np.ones((bottom - top, width - begin), np.float32)
        left = np.full(bottom - top, width, np.int64)
        right = np.zeros(bottom - top, np.int64)
        shares = np.zeros(width + 1)
        for stroke in range(len(offsets) - 1):
            if boxes[stroke, 2] <= top or boxes[stroke, 0] >= bottom:
                continue
            if boxes[stroke, 3] <= begin or boxes[stroke, 1] >= width:
                continue
            if polygon[stroke]:
                low, high = cover_polygon_band(
                    row, column, opacity, offsets[stroke], offsets[stroke + 1],
                    top, bottom, begin, width, alpha, left, right, shares,
                )  # fmt: skip
            else:
                low, high = _cover_band(
                    row, column, radius, opacity, offsets[stroke], offsets[stroke + 1],
                    top, bottom, begin, width, alpha, still_open, left, right,
                )  # fmt: skip
            gain = 0.0
            for y in range(low, high):
                line = y - top
                for x in range(left[line], right[line]):
                    a = alpha[line, x - begin]
                    alpha[line, x - begin] = 0.0
                    still_open[line, x - begin] = 1.0
                    if a > 0.0:
                        for channel in range(3):
                            before = canvas[y - origin, x, channel]
                            after = before * (np.float32(1.0) - a) + rgb[stroke, channel] * a
                            canvas[y - origin, x, channel] = after
                            if measured:
                                goal = target[y - origin, x, channel]
                                gain += (after - goal) * (after - goal) - (before - goal) * (before - goal)
                left[line] = width
                right[line] = 0
            if measured:
                gains[area, stroke] = gain


@_jit
def replace_areas(source, into, areas, same):
    """Write areas of one canvas into another, and note which were the same.

    Args:
        source: float32 [H, 3 W], a canvas's rows.
        into: Likewise.
        areas: int64 [K, 4] top, left, bottom and right.
        same: bool [K], whether nothing changed.
    """
    for area in range(len(areas)):
        first, last = 3 * areas[area, 1], 3 * areas[area, 3]
        changed = 0
        for y in range(areas[area, 0], areas[area, 2]):
            for x in range(first, last):
                changed += into[y, x] != source[y, x]
                into[y, x] = source[y, x]
        same[area] = changed == 0


@_parallel
def pack_rgb32(canvas, pixels, top, left, bottom, right):
    """Write rows top..bottom and columns left..right of a canvas [H, W, 3] into pixels [H, W, 4], B, G, R, 255."""
    for y in numba.prange(top, bottom):
        for x in range(left, right):
            for channel in range(3):
                value = min(np.float32(1.0), max(np.float32(0.0), canvas[y, x, channel]))
                pixels[y, x, 2 - channel] = np.uint8(value * np.float32(255.0) + np.float32(0.5))
            pixels[y, x, 3] = 255


@_jit
def _span(centre, reach, limit):
    """The pixels [first, past the last) within `reach` of a centre on one axis."""
    return max(0, math.ceil(centre - reach - 0.5)), min(limit, math.floor(centre + reach - 0.5) + 1)


@_jit
def _box(row, column, radius, first, last, feather, height, width):
    """The pixels (top, bottom, left, right) that a stroke's stamps first..last can touch."""
    top, bottom, left, right = height, 0, width, 0
    for stamp in range(first, last):
        edge, _ = _edge(radius[stamp], feather)
        reach = edge + 0.5 * feather
        y0, y1 = _span(row[stamp], reach, height)
        x0, x1 = _span(column[stamp], reach, width)
        if y0 < y1 and x0 < x1:
            top, bottom, left, right = min(top, y0), max(bottom, y1), min(left, x0), max(right, x1)
    return top, max(top, bottom), left, max(left, right)


@_jit
def cover_discs(row, column, radius, opacity, first, last, feather, top, left, alpha):
    """Fill alpha [h, w] (zeros), the pixels from (top, left) on, with what the discs first..last cover there."""
    height, width = top + alpha.shape[0], left + alpha.shape[1]
    still_open = np.ones(alpha.shape, alpha.dtype)
    for stamp in range(last - 1, first - 1, -1):
        edge, peak = _edge(radius[stamp], feather)
        reach = edge + 0.5 * feather
        y0, y1 = _span(row[stamp], reach, height)
        for y in range(max(top, y0), y1):
            dy = y + 0.5 - row[stamp]
            room = reach * reach - dy * dy
            if room <= 0.0:
                continue
            x0, x1 = _span(column[stamp], math.sqrt(room), width)
            for x in range(max(left, x0), x1):
                share = still_open[y - top, x - left]
                if share > 0.0:
                    dx = x + 0.5 - column[stamp]
                    covered = (reach - math.sqrt(dx * dx + dy * dy)) / feather
                    covered = min(1.0, max(0.0, covered)) * peak
                    alpha[y - top, x - left] += share * opacity[stamp] * covered
                    still_open[y - top, x - left] = share * (1.0 - covered)


@_jit
def disc_slopes(
    row, column, radius, opacity, first, last, feather, top, left, alpha, grad, d_row, d_column, d_radius, d_opacity
):  # fmt: skip
    """Gradients of sum(grad * alpha) by the discs first..last, of pixels [h, w] from (top, left) on.

    Walks the stamps as `cover_discs` does. With T the open share and E what stamps below still add (at first all of
    alpha), a stamp of coverage c adds T w c, so that E below it is E - T w c = T (1 - c) A_below and
    d alpha / d c = T (w - A_below), d alpha / d w = T c.
    """
    height, width = top + alpha.shape[0], left + alpha.shape[1]
    still_open = np.ones(alpha.shape, np.float64)
    below = alpha.astype(np.float64)
    for stamp in range(last - 1, first - 1, -1):
        r = radius[stamp]
        weight = opacity[stamp]
        edge, peak = _edge(r, feather)
        reach = edge + 0.5 * feather
        # d edge / d r on a full disc; on a small one the edge stands still and the peak moves.
        edge_slope = r / edge if peak == 1.0 else 0.0
        peak_slope = 0.0 if peak == 1.0 else 6.0 * r / (feather * feather)
        sum_row, sum_column, sum_radius, sum_opacity = 0.0, 0.0, 0.0, 0.0
        y0, y1 = _span(row[stamp], reach, height)
        for y in range(max(top, y0), y1):
            dy = y + 0.5 - row[stamp]
            room = reach * reach - dy * dy
            if room <= 0.0:
                continue
            x0, x1 = _span(column[stamp], math.sqrt(room), width)
            for x in range(max(left, x0), x1):
                share = still_open[y - top, x - left]
                if share <= 0.0:
                    continue
                dx = x + 0.5 - column[stamp]
                distance = math.sqrt(dx * dx + dy * dy)
                ramp = (reach - distance) / feather
                covered = min(1.0, max(0.0, ramp)) * peak
                slope = grad[y - top, x - left]
                sum_opacity += slope * share * covered
                rest = below[y - top, x - left] - share * weight * covered
                if 0.0 < ramp < 1.0:
                    by_cover = slope * (share * weight - rest / (1.0 - covered))
                    by_ramp = by_cover * peak / feather
                    if distance > 0.0:
                        sum_row += by_ramp * dy / distance
                        sum_column += by_ramp * dx / distance
                    sum_radius += by_ramp * edge_slope + by_cover * ramp * peak_slope
                below[y - top, x - left] = rest
                still_open[y - top, x - left] = share * (1.0 - covered)
        d_row[stamp] = sum_row
        d_column[stamp] = sum_column
        d_radius[stamp] = sum_radius
        d_opacity[stamp] = sum_opacity


@_parallel
def alpha_forward(row, column, radius, opacity, offsets, feather, alpha):
    """Fill alpha [N, H, W] (zeros) with each stroke's coverage; arguments as in `lay_strokes`, any float type."""
    height, width = alpha.shape[1], alpha.shape[2]
    for stroke in numba.prange(len(offsets) - 1):
        first, last = offsets[stroke], offsets[stroke + 1]
        top, bottom, left, right = _box(row, column, radius, first, last, feather, height, width)
        own = alpha[stroke, top:bottom, left:right]
        cover_discs(row, column, radius, opacity, first, last, feather, top, left, own)


@_parallel
def alpha_backward(row, column, radius, opacity, offsets, feather, alpha, grad, d_row, d_column, d_radius, d_opacity):
    """Gradients of sum(grad * alpha) by every stamp, into d_row, d_column, d_radius and d_opacity [M]."""
    height, width = alpha.shape[1], alpha.shape[2]
    for stroke in numba.prange(len(offsets) - 1):
        first, last = offsets[stroke], offsets[stroke + 1]
        top, bottom, left, right = _box(row, column, radius, first, last, feather, height, width)
        disc_slopes(
            row, column, radius, opacity, first, last, feather, top, left,
            alpha[stroke, top:bottom, left:right], grad[stroke, top:bottom, left:right],
            d_row, d_column, d_radius, d_opacity,
        )  # fmt: skip
