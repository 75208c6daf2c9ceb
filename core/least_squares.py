"""The best colours for the strokes of a painting as they lie: one least-squares problem for all of them together.

A canvas is linear in its strokes' colours: each pixel is a mean of the colours over it, weighted by how much of each
shows. So the squared error is a parabola in all colours, and its least value in 0..1 is found by projected gradients.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.document import Document
from core.objective import Objective, focus_weights
from core.rasteriser.fast import draw, measured
from core.rasteriser.painting import Layers, working_size
from core.refine import COLOURS, size_of_judgement
from core.resampling import as_canvas

ITERATIONS = 12
"""After these the error is within 0.01 dB of its least value."""


def with_best_colours(
    document: Document,
    target: NDArray[np.uint8],
    *,
    focus: NDArray[np.uint8] | None = None,
    iterations: int = ITERATIONS,
) -> Document:
    """The painting in the colours with the least squared error that its shapes allow.

    Locked strokes keep theirs, and so do muted ones, which are not seen. Never worse, at the sheet's own size or
    `core.refine.JUDGED_SIDE` pixels; the same document where nothing is gained.

    Args:
        document: The painting.
        target: [H, W, 3] RGB of the sheet's size.
        focus: [H, W] uint8, how much each part of the picture counts; all alike where absent.
        iterations: Of the solver.

    Source: Beck and Teboulle 2009 (FISTA), with a step for each stroke. The matrix W of what shows of each stroke in
    each pixel has entries of 0 and more whose rows add up to at most 1, so W'W is at most the diagonal of W's column
    sums, and these give the steps.
    """
    strokes = document.strokes
    if not len(strokes):
        return document
    size = working_size(document)
    goal = as_canvas(target, size)
    weights = focus_weights(focus, *size)
    weight = np.ones((*size, 1), np.float32) if weights is None else weights[:, :, None]
    layers = Layers.of(document, size)
    shown = layers.back(np.broadcast_to(weight, goal.shape).copy())[1]
    step = 1 / np.maximum(shown, 1e-6)
    colours = ahead = strokes.rgb().astype(np.float64)
    best, least, pace = colours, np.inf, 1.0
    for _ in range(iterations + 1):
        layers.lay(ahead.astype(np.float32))
        difference = layers.canvas - goal
        slope = layers.back(weight * difference)[1]
        slope[strokes.locked] = 0
        error = float(np.sum(weight * np.square(difference, dtype=np.float64)))
        if error < least:
            best, least = ahead, error
        found = np.clip(ahead - step * slope, 0, 1)
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        if error > least:  # it has run past: begin anew from where it is
            faster, colours = 1.0, found
        ahead = np.clip(found + (pace - 1) / faster * (found - colours), 0, 1)
        colours, pace = found, faster
    solved = replace(document, strokes=strokes.changed(rgb=best))
    judged = size_of_judgement(document.size)
    measure = Objective(as_canvas(target, judged), focus=focus)
    if measure.of(draw(solved, judged)) >= measure.of(draw(document, judged)):
        return document
    return replace(measured(solved, goal), job={**document.job, "refined": COLOURS})
