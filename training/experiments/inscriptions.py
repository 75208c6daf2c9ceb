"""A house's number put onto its wall: where its digits are, and how they stand out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from training.experiments.numerals import HEIGHT, Mask, numerals
from training.experiments.walls import SIDE, Scene, Wall, blotches, moved


def number_mask(digits: Sequence[int], middle: int, view: NDArray[np.float64], random: np.random.Generator) -> Mask:
    """The mask [S, S] of a number in one typeface: in a row, climbing now and then, or more rarely in a column.

    Args:
        digits: Each 0 to 9, from left to right or downwards.
        middle: Index of the one that is to be in the middle, whole; others reach in from the edges.
        view: Homography [3, 3] of pixels (x, y, 1), from the wall to the scene.
        random: What typeface, size and place depend on.
    """
    faces = numerals()
    face = faces[int(len(faces) * random.random() ** 1.6)]  # the first half of them two times in three
    bolder = int(random.choice((0, 0, 2, 4, 6)))
    glyphs = [_bolder(face[digit], bolder) for digit in digits]
    scale = random.uniform(0.64, 0.92) * SIDE / HEIGHT
    stretch = scale * random.uniform(0.8, 1.15)  # across
    gap = random.uniform(0, 0.22) * HEIGHT
    if random.random() < 0.06:
        offsets = [(0.0, (index - middle) * (HEIGHT + gap) * scale) for index in range(len(digits))]
    else:
        climb = random.normal(0, 0.05) + (random.uniform(-0.5, 0.5) if random.random() < 0.08 else 0)
        widths = np.array([glyph.shape[1] for glyph in glyphs])
        centres = (np.cumsum(widths + gap) - widths / 2) * stretch
        offsets = [(across, across * climb) for across in (centres - centres[middle]).tolist()]
    column, row = SIDE / 2 + random.normal(0, 0.03 * SIDE, 2)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for glyph, (across, down) in zip(glyphs, offsets, strict=True):
        height, width = glyph.shape
        left, top = column + across - stretch * width / 2, row + down - scale * height / 2
        place = np.array([[stretch, 0, left], [0, scale, top], [0, 0, 1]])
        mask = np.maximum(mask, cast(Mask, cv2.warpPerspective(glyph, view @ place, (SIDE, SIDE))))
    return mask


def inscribed(wall: Wall, mask: Mask, random: np.random.Generator) -> Scene:
    """A wall's scene with digits on it: painted flat, or standing out with a shadow and lit edges, perhaps outlined."""
    scene, cover = wall.scene, mask.astype(np.float32) / np.float32(255)
    offset = random.uniform(-0.05, 0.05, 2) * SIDE
    if random.random() < 0.35:
        shade = cv2.GaussianBlur(moved(cover, offset), (0, 0), random.uniform(0.5, 4))
        scene = scene * (1 - np.float32(random.uniform(0.2, 0.6)) * shade)[:, :, None]
    if random.random() < 0.15:
        edge = _bolder(mask, int(random.integers(2, 8))).astype(np.float32) / np.float32(255)
        line = wall.rgb + (wall.rgb - wall.ink) * np.float32(random.uniform(0.2, 0.7))  # the other way from the wall
        scene = cast(Scene, scene + edge[:, :, None] * (line - scene))
    ink = np.broadcast_to(wall.ink, scene.shape)
    if random.random() < 0.35:
        relief = cv2.GaussianBlur(cover - moved(cover, offset / 2), (0, 0), 1)
        ink = ink + np.float32(random.uniform(20, 70)) * relief[:, :, None]
    if random.random() < 0.2:  # worn or dirty
        worn = np.float32(random.uniform(0.1, 0.35)) * np.abs(blotches(random, 10, 10))
        cover = cover * np.clip(1 - worn, 0, 1).astype(np.float32)
    return scene + cover[:, :, None] * (ink - scene)


def _bolder(mask: Mask, by: int) -> Mask:
    """The same digits, thicker by so many pixels in all directions together."""
    return cast(Mask, cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (by + 1, by + 1)))) if by else mask
