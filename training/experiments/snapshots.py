"""A scene as a cheap camera on a moving car sees it: its light, its blur, its noise, its few pixels."""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np

from training.experiments.walls import SIDE, Scene, blotches
from training.picture_formats import Pixels

OUT = 32
"""The picture's side, pixels."""

_MIDDLE = 112
"""What a camera wants its pictures to be on average, 0..255."""

_ACROSS, _DOWN = np.meshgrid(*[np.linspace(-1, 1, SIDE, dtype=np.float32)] * 2)


def snapshot(scene: Scene, random: np.random.Generator) -> Pixels:
    """A picture [32, 32, 3] of a scene: lit, blurred, shrunk by area, noisy and compressed."""
    lit = scene * _light(random)[:, :, None]
    if random.random() < 0.1:  # enamel and glass glare
        lit += _glare(random)[:, :, None]
    # Shade is bluish and the sun yellowish; cameras correct that badly, and brightness only in part.
    warmth = random.normal(-0.07, 0.06)
    exposure = (_MIDDLE / (float(lit.mean()) + 1)) ** 0.4 * math.exp(random.normal(0, 0.32))
    lit *= np.array([exposure * (1 + warmth), exposure, exposure * (1 - warmth)], np.float32)
    lit += np.float32(random.uniform(0, 0.5)) * (lit.mean(axis=2, keepdims=True) - lit)  # so they do colours
    haze = random.uniform(0, 0.3)  # also of a dirty lens: black is never quite black
    lit *= np.float32(1 - haze)
    lit += np.float32(haze * random.uniform(60, 160))
    return _stored(_blurred(lit, random), random)


def _light(random: np.random.Generator) -> Scene:
    """How much light falls where [S, S], about 1: falling off to a side, perhaps cut by a shadow's edge."""
    angle = random.uniform(0, 2 * math.pi)
    light = 1 + random.uniform(0, 0.25) * (_ACROSS * math.cos(angle) + _DOWN * math.sin(angle))
    light += blotches(random, 3, 3) * random.uniform(0, 0.05)
    if random.random() < 0.2:
        angle, softness = random.uniform(0, 2 * math.pi), random.uniform(0.02, 0.4)
        distance = _ACROSS * math.cos(angle) + _DOWN * math.sin(angle) - random.uniform(-0.7, 0.7)
        light *= 1 - random.uniform(0.2, 0.55) * np.clip(0.5 + distance / softness, 0, 1)
    return cast(Scene, light.astype(np.float32))


def _glare(random: np.random.Generator) -> Scene:
    """Light mirrored into the camera [S, S]."""
    across, down = random.uniform(-1, 1, 2)
    distance = (_ACROSS - across) ** 2 + (_DOWN - down) ** 2
    return cast(Scene, (random.uniform(40, 140) * np.exp(-distance / random.uniform(0.02, 0.3))).astype(np.float32))


def _blurred(scene: Scene, random: np.random.Generator) -> Scene:
    """Out of focus, or while the car moved."""
    if random.random() < 0.3:
        length = int(random.integers(4, 15))
        kernel = np.zeros((length, length), np.float32)
        angle = random.normal(0, 0.4)  # it moves along the street
        reach = np.array([math.cos(angle), math.sin(angle)]) * length / 2
        middle = np.full(2, (length - 1) / 2)
        cv2.line(kernel, (middle - reach).astype(int).tolist(), (middle + reach).astype(int).tolist(), 1.0, 2)
        scene = cast(Scene, cv2.filter2D(scene, -1, kernel / kernel.sum()))
    return cast(Scene, cv2.GaussianBlur(scene, (0, 0), random.uniform(1, 6)))


def _stored(scene: Scene, random: np.random.Generator) -> Pixels:
    """As the camera stored it, which had more or fewer pixels for it than are wanted, and then at the wanted side."""
    side = round(OUT * 2 ** random.uniform(-0.9, 0.9))
    taken = cast(Scene, cv2.resize(scene, (side, side), interpolation=cv2.INTER_AREA))
    taken += random.standard_normal(taken.shape, np.float32) * np.float32(random.uniform(0.5, 7))
    quality = int(random.integers(40, 95))
    bgr = np.clip(taken, 0, 255).astype(np.uint8)[:, :, ::-1]
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    stored = cv2.imdecode(data, cv2.IMREAD_COLOR)
    filter_ = cv2.INTER_AREA if side > OUT else cv2.INTER_LINEAR
    shrunk = cv2.resize(cast(Pixels, stored), (OUT, OUT), interpolation=filter_)
    return cast(Pixels, np.ascontiguousarray(shrunk[:, :, ::-1]))
