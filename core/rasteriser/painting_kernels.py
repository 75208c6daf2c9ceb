"""The compiled pixel loops of a whole painting and its gradients: what each stroke covers, in its own box alone.

Coverages lie packed, one stroke's box of pixels after another, row by row: a painting of thousands of strokes then
takes the memory of what they cover, not of as many canvases.
"""

from __future__ import annotations

import numba
import numpy as np

from core.rasteriser.kernels import cover_discs, disc_slopes
from core.rasteriser.polygon_kernels import cover_polygon, polygon_slopes

_parallel = numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)


@_parallel
def cover(row, column, radius, opacity, offsets, polygon, boxes, starts, feather, alpha):
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
        alpha: float32 [P].

    Sizes: M points, N strokes, P pixels of all boxes.
    """
    for stroke in numba.prange(len(polygon)):
        top, bottom, left, right = boxes[stroke]
        first, last = offsets[stroke], offsets[stroke + 1]
        own = alpha[starts[stroke] : starts[stroke + 1]].reshape(bottom - top, right - left)
        if polygon[stroke]:
            cover_polygon(row, column, opacity[first], first, last, feather, top, left, own)
        else:
            cover_discs(row, column, radius, opacity, first, last, feather, top, left, own)


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
def worth(canvas, target, weight, alpha, rgb, boxes, starts, bands, before, result):
    """Fill result [K, N] with what the summed squared error would rise by in each band without each stroke alone.

    Args:
        canvas: float32 [H, W, 3], the painting.
        target: float32 [H, W, 3].
        weight: float32 [H, W], how much each pixel's error counts.
        alpha: As `composite` took it, and so on.
        rgb: Likewise.
        boxes: Likewise.
        starts: Likewise.
        bands: Likewise.
        before: As `composite` left it.
        result: float64 [K, N].
    """
    for band in numba.prange(len(bands) - 1):
        first = bands[band]
        shows = np.ones((bands[band + 1] - first, canvas.shape[1]), np.float32)  # of what lies below, by what is above
        for stroke in range(len(boxes) - 1, -1, -1):
            top, bottom, left, right = boxes[stroke]
            across = right - left
            total = 0.0
            for y in range(max(top, first), min(bottom, bands[band + 1])):
                place = starts[stroke] + (y - top) * across
                for x in range(left, right):
                    share = shows[y - first, x] * alpha[place]
                    if share > 0:
                        rise = 0.0
                        for channel in range(3):
                            change = share * (before[place, channel] - rgb[stroke, channel])
                            rise += change * (2 * (canvas[y, x, channel] - target[y, x, channel]) + change)
                        total += weight[y, x] * rise
                        shows[y - first, x] -= share
                    place += 1
            result[band, stroke] = total


@_parallel
def cover_backward(
    row, column, radius, opacity, offsets, polygon, boxes, starts, feather, alpha, grad,
    d_row, d_column, d_radius, d_opacity,
):  # fmt: skip
    """Gradients by points [M] from those by packed coverages [P]; a polygon's opacity has its at its first corner.

    `d_radius` and `d_opacity` hold zeros before.
    """
    for stroke in numba.prange(len(polygon)):
        top, bottom, left, right = boxes[stroke]
        first, last = offsets[stroke], offsets[stroke + 1]
        slope = grad[starts[stroke] : starts[stroke + 1]].reshape(bottom - top, right - left)
        if polygon[stroke]:
            d_opacity[first] = polygon_slopes(
                row, column, opacity[first], first, last, feather, top, left, slope, d_row, d_column
            )
        else:
            own = alpha[starts[stroke] : starts[stroke + 1]].reshape(bottom - top, right - left)
            disc_slopes(
                row, column, radius, opacity, first, last, feather, top, left, own, slope,
                d_row, d_column, d_radius, d_opacity,
            )  # fmt: skip


@_parallel
def touches(alpha, boxes, starts, blocked, per_window, touching):
    """Fill touching [N] with whether a stroke covers anything where it may not.

    Args:
        alpha: [P] what each covers of its box, row by row.
        boxes: int64 [N, 4] top, bottom, left and right.
        starts: int64 [N + 1] where each one's begin.
        blocked: bool [B, H, W], of each window.
        per_window: How many strokes belong to each window, one window after the other.
        touching: bool [N].
    """
    for stroke in numba.prange(len(boxes)):
        window = blocked[stroke // per_window]
        top, bottom, left, right = boxes[stroke]
        place, found = starts[stroke], False
        for y in range(top, bottom):
            for x in range(left, right):
                if alpha[place] > 0 and window[y, x]:
                    found = True
                place += 1
            if found:
                break
        touching[stroke] = found
