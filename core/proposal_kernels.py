"""The compiled pixel loops of `core.proposals`: sums over only the pixels that a stroke covers.

A stroke covers a small part of its window, and beside 64 proposals of 32 windows the products over whole pictures were
most of what an update of training cost on a CPU.
"""

from __future__ import annotations

import numba
import numpy as np

# Sums may be reordered: they decide between proposals, and never become pixels.
_jit = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
_parallel = numba.njit(
    cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"}, parallel=True
)


@_jit
def _box(alpha):
    """The rows and columns (top, bottom, left, right) of [H, W] that hold all that is not 0."""
    height, width = alpha.shape
    top, bottom, left, right = height, 0, width, 0
    for y in range(height):
        first = 0
        while first < width and alpha[y, first] == 0.0:
            first += 1
        if first == width:
            continue
        last = width
        while alpha[y, last - 1] == 0.0:
            last -= 1
        top, bottom = min(top, y), y + 1
        left, right = min(left, first), max(right, last)
    return top, max(top, bottom), left, max(left, right)


@_jit
def _products(planes, top, bottom, left, right):
    """Fill planes 3 and 7 [8, H, W] from canvas (0..2) and rest (4..6): their squares' sum, and their product's."""
    for y in range(top, bottom):
        for x in range(left, right):
            u0, u1, u2 = planes[0, y, x], planes[1, y, x], planes[2, y, x]
            planes[3, y, x] = u0 * u0 + u1 * u1 + u2 * u2
            planes[7, y, x] = u0 * planes[4, y, x] + u1 * planes[5, y, x] + u2 * planes[6, y, x]


@_jit
def _planes(canvas, target, planes):
    """Fill the planes [8, H, W] of a picture [3, H, W] and its target."""
    _, height, width = canvas.shape
    for channel in range(3):
        for y in range(height):
            for x in range(width):
                planes[channel, y, x] = canvas[channel, y, x]
                planes[4 + channel, y, x] = target[channel, y, x] - canvas[channel, y, x]
    _products(planes, 0, height, 0, width)


@_jit
def _take_nearest(table, paints, rgb):
    """Put a palette's nearest colour in the place of rgb [3]; none of an empty table."""
    side = table.shape[0]
    if side:
        nearest = table[min(side - 1, int(rgb[0] * side)), min(side - 1, int(rgb[1] * side)),
                        min(side - 1, int(rgb[2] * side))]  # fmt: skip
        for channel in range(3):
            rgb[channel] = paints[nearest, channel]


@_jit
def _judge(planes, covers, first, across, box, solve, table, paints, rgb):
    """What a stroke within its box changes; where `solve`, its best colour goes into rgb [3], or the paint nearest it.

    What it covers of the box begins at covers[first], a row every `across` numbers. See `core.proposals.error_change`,
    and `core.proposals.Paints` for `table` and `paints`.
    """
    area, squares, rest = 0.0, 0.0, 0.0
    u0, u1, u2, r0, r1, r2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for y in range(box[0], box[1]):
        s, s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0, 0.0
        l0, l1, l2, l3 = 0.0, 0.0, 0.0, 0.0
        begin = first + (y - box[0]) * across - box[2]
        for x in range(box[2], box[3]):
            a = covers[begin + x]
            square = a * a
            s += square
            s0 += square * planes[0, y, x]
            s1 += square * planes[1, y, x]
            s2 += square * planes[2, y, x]
            s3 += square * planes[3, y, x]
            l0 += a * planes[4, y, x]
            l1 += a * planes[5, y, x]
            l2 += a * planes[6, y, x]
            l3 += a * planes[7, y, x]
        area += s
        u0 += s0
        u1 += s1
        u2 += s2
        squares += s3
        r0 += l0
        r1 += l1
        r2 += l2
        rest += l3
    change = squares + 2.0 * rest
    if solve:
        rgb[0] = min(1.0, max(0.0, (u0 + r0) / max(area, 1e-8)))
        rgb[1] = min(1.0, max(0.0, (u1 + r1) / max(area, 1e-8)))
        rgb[2] = min(1.0, max(0.0, (u2 + r2) / max(area, 1e-8)))
        _take_nearest(table, paints, rgb)
    for channel in range(3):
        pull = u0 + r0 if channel == 0 else (u1 + r1 if channel == 1 else u2 + r2)
        colour = float(rgb[channel])
        change += colour * (colour * area - 2.0 * pull)
    return change


@_parallel
def change_forward(canvas, target, alpha, solve, rgb, change, planes, boxes, table, paints):
    """Fill change [B, N], rgb [B, N, 3] where `solve`, and planes and boxes for the backward pass.

    Args:
        canvas: [B, 3, H, W].
        target: [B, 3, H, W].
        alpha: [B, N, H, W].
        solve: Whether the colours are wanted, or given.
        rgb: [B, N, 3].
        change: [B, N].
        planes: [B, 8, H, W].
        boxes: int64 [B, N, 4].
        table: Empty here, where any colour may be taken.
        paints: Likewise.
    """
    count, height, width = alpha.shape[1:]
    covers = alpha.reshape(alpha.size)
    for picture in numba.prange(len(canvas)):
        _planes(canvas[picture], target[picture], planes[picture])
    for stroke in numba.prange(len(canvas) * count):
        picture, index = stroke // count, stroke % count
        box = boxes[picture, index]
        box[0], box[1], box[2], box[3] = _box(alpha[picture, index])
        first = (stroke * height + box[0]) * width + box[2]
        change[picture, index] = _judge(
            planes[picture], covers, first, width, box, solve, table, paints, rgb[picture, index]
        )


@_parallel
def change_backward(planes, alpha, rgb, boxes, grad, slope):
    """Fill slope [B, N, H, W], in its boxes, with what `change_forward` has by each pixel's coverage, times grad.

    By a pixel's coverage A the change goes as 2 A |c - u|^2 - 2 (c - u) (t - u).
    """
    count = alpha.shape[1]
    for stroke in numba.prange(len(alpha) * count):
        picture, index = stroke // count, stroke % count
        plane, cover, result = planes[picture], alpha[picture, index], slope[picture, index]
        twice = 2 * grad[picture, index]
        c0, c1, c2 = rgb[picture, index, 0], rgb[picture, index, 1], rgb[picture, index, 2]
        square = c0 * c0 + c1 * c1 + c2 * c2
        box = boxes[picture, index]
        for y in range(box[0], box[1]):
            for x in range(box[2], box[3]):
                away = square - 2 * (c0 * plane[0, y, x] + c1 * plane[1, y, x] + c2 * plane[2, y, x]) + plane[3, y, x]
                line = plane[7, y, x] - c0 * plane[4, y, x] - c1 * plane[5, y, x] - c2 * plane[6, y, x]
                result[y, x] = twice * (cover[y, x] * away + line)


@_parallel
def boxes_of(alpha, boxes, firsts):
    """Fill boxes int64 [B N, 4] and where their first pixels lie, firsts int64 [B N], of dense alpha [B, N, H, W]."""
    count, height, width = alpha.shape[1:]
    for stroke in numba.prange(len(boxes)):
        top, bottom, left, right = _box(alpha[stroke // count, stroke % count])
        boxes[stroke] = top, bottom, left, right
        firsts[stroke] = (stroke * height + top) * width + left


@_parallel
def choose(
    canvas, target, covers, firsts, across, boxes, judged, solve, keep_all, table, paints, barred,
    changes, rgb, which, colours, keep,
):  # fmt: skip
    """Choose strokes one after another and lay them; see `core.proposals.choose`.

    A stroke is judged anew only where the last one laid overlaps it, so that many proposals cost little.

    Args:
        canvas: [B, 3, H, W], painted on in place.
        target: [B, 3, H, W].
        covers: [P] what each of B N proposals covers of its box.
        firsts: int64 [B N] where that begins.
        across: int64 [B N] how many numbers it is from one row to the next.
        boxes: int64 [B N, 4] top, bottom, left and right.
        judged: Whether `changes` are known on entry.
        solve: Whether colours are solved, or given.
        keep_all: Whether a stroke is laid even where it raises the error.
        table: uint8 [S, S, S] and
        paints: float32 [P, 3], of `core.proposals.Paints`, where solved colours are to be of a palette; else empty.
        barred: bool [B, N] which proposals are not to be chosen, or [B, 0].
        changes: float64 [B, N]; overwritten.
        rgb: [B, N, 3] the given colours; overwritten where they are solved.
        which: [B, k] filled with the chosen proposals.
        colours: [B, k, 3] filled with their colours.
        keep: [B, k] filled with whether they were laid.
    """
    _, _, height, width = canvas.shape
    entries, count = rgb.shape[1], which.shape[1]
    for picture in numba.prange(len(canvas)):
        planes = np.empty((8, height, width), canvas.dtype)
        sheet, change = canvas[picture], changes[picture]
        _planes(sheet, target[picture], planes)
        base = picture * entries
        taken, coloured = np.zeros(entries, np.bool_), np.zeros(entries, np.bool_)
        for entry in range(barred.shape[1]):
            taken[entry] = barred[picture, entry]
        if not judged:
            for entry in range(entries):
                own = base + entry
                change[entry] = _judge(
                    planes, covers, firsts[own], across[own], boxes[own], solve, table, paints, rgb[picture, entry]
                )
                coloured[entry] = True
        for turn in range(count):
            best = -1
            for entry in range(entries):
                if not taken[entry] and (best < 0 or change[entry] < change[best]):
                    best = entry
            if best < 0:
                which[picture, turn], keep[picture, turn] = 0, False
                colours[picture, turn] = 0.0
                continue
            box, first, row = boxes[base + best], firsts[base + best], across[base + best]
            if not coloured[best]:
                change[best] = _judge(planes, covers, first, row, box, solve, table, paints, rgb[picture, best])
            taken[best] = True
            which[picture, turn] = best
            keep[picture, turn] = keep_all or change[best] < 0
            for channel in range(3):
                colours[picture, turn, channel] = rgb[picture, best, channel]
            if not keep[picture, turn]:
                continue
            for channel in range(3):
                colour = rgb[picture, best, channel]
                for y in range(box[0], box[1]):
                    begin = first + (y - box[0]) * row - box[2]
                    for x in range(box[2], box[3]):
                        under = sheet[channel, y, x]
                        sheet[channel, y, x] = under + covers[begin + x] * (colour - under)
                        planes[channel, y, x] = sheet[channel, y, x]
                        planes[4 + channel, y, x] = target[picture, channel, y, x] - sheet[channel, y, x]
            _products(planes, box[0], box[1], box[2], box[3])
            for entry in range(entries):
                other, own = boxes[base + entry], base + entry
                meets = box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]
                if meets and not taken[entry]:
                    change[entry] = _judge(
                        planes, covers, firsts[own], across[own], other, solve, table, paints, rgb[picture, entry]
                    )
                    coloured[entry] = True
