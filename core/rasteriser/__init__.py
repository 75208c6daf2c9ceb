"""The exact brush: strokes to pixels, no network.

One rule, three implementations that tests compare: `oracle` (float64 numpy, slow and plain), `fast` (compiled, touches
only the pixels that a stroke covers) and `differentiable` (batched torch, with gradients; compiled for the CPU and for
CUDA devices).

A disc of radius r at distance d from a pixel's centre covers it by clip((R - d) / f + 1/2, 0, 1), where
R^2 = r^2 - f^2/12 and f is the width of the edge, one pixel; a disc too small for that (r < f / sqrt 3) by
3 (r/f)^2 clip(1 - d/f, 0, 1). Either way its coverage sums to pi r^2, so that the smallest discs keep their weight.
Stamps in order turn a stroke's alpha A into A (1 - coverage) + opacity coverage. A polygon covers the share of the
pixel's area (or of a square of side f around its centre) that lies inside it, and A is its opacity times that. Then
canvas becomes canvas (1 - A) + rgb A. Both are the "over" operator (Porter & Duff 1984), which SVG repeats exactly.
"""
