"""What a house number hangs on: bricks, planks, doors and plaques, with what lies about on them."""

from __future__ import annotations

from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Scene = NDArray[np.float32]
"""[S, S, 3] or [S, S], RGB or grey in 0..255; more is light that the camera clips."""

Colour = NDArray[np.float32]
"""[3], RGB in 0..255."""

SIDE = 128
"""S: a scene's side in pixels, four times that of the picture made of it."""


class Wall(NamedTuple):
    """Somewhere to put a number."""

    scene: Scene
    rgb: Colour
    """Of the part that the number is on, before light falls on it."""
    ink: Colour
    """What numbers on such a wall are painted or made in."""


class _Material(NamedTuple):
    rgb: tuple[int, int, int]
    inks: tuple[tuple[int, int, int], ...]
    weight: float
    """How often it is met, beside the others."""


_WHITE, _BLACK, _GOLD, _SILVER = (222, 222, 220), (38, 38, 42), (188, 150, 84), (178, 180, 186)

_MATERIALS = (
    _Material((188, 172, 148), (_BLACK, (84, 58, 44), _WHITE), 3),  # plaster
    _Material((206, 206, 204), (_BLACK, (44, 62, 128), (120, 34, 34)), 3),  # white paint or enamel
    _Material((38, 66, 138), (_WHITE, _WHITE, (206, 196, 150)), 3),  # blue enamel
    _Material((108, 78, 58), (_GOLD, _WHITE, _BLACK, _SILVER), 3),  # wood
    _Material((142, 86, 70), (_WHITE, _BLACK, _GOLD), 3),  # brick
    _Material((128, 130, 134), (_BLACK, _WHITE, _SILVER), 4),  # stone or concrete
    _Material((48, 48, 54), (_WHITE, _GOLD, _SILVER), 3),  # a black door or plaque
    _Material((50, 84, 66), (_WHITE, _GOLD), 1),  # a green door
    _Material((126, 42, 40), (_WHITE, _GOLD), 1),  # a red door
    _Material((116, 132, 156), (_WHITE, (40, 52, 92), _BLACK), 3),  # grey or blue boards
    _Material((192, 160, 92), (_BLACK, (92, 52, 34)), 1),  # yellow paint, brass
)
_SHARES = np.array([material.weight for material in _MATERIALS]) / sum(material.weight for material in _MATERIALS)

_LEAST_APART = 75
"""Of a number's colour from the wall's, in the channel where they differ most."""


def wall(random: np.random.Generator) -> Wall:
    """A wall, perhaps with a plaque on it, seen straight on."""
    material = _chosen(random)
    rgb = _shade(material.rgb, random)
    ink = _shade(material.inks[random.integers(len(material.inks))], random)
    if np.abs(ink - rgb).max() < _LEAST_APART:  # nobody hangs up what cannot be read
        ink = _shade(_BLACK if rgb.mean() > 120 else _WHITE, random)
    # Most numbers are weathered: their colour is somewhere on the way to the wall's.
    ink = rgb + (ink - rgb) * np.float32(random.uniform(0.5, 1.0))
    kind = random.random()
    if kind < 0.4:
        scene = _plaque(_surface(_shade(_chosen(random).rgb, random), random), _surface(rgb, random), random)
    else:
        scene = _surface(rgb, random)
        if kind < 0.55:
            _lay_bricks(scene, random)
        elif kind < 0.75:
            _lay_planks(scene, random)
    if random.random() < 0.25:
        _screw(scene, random)
    return Wall(scene, rgb, ink)


def _chosen(random: np.random.Generator) -> _Material:
    return _MATERIALS[random.choice(len(_MATERIALS), p=_SHARES)]


def _shade(rgb: tuple[int, int, int], random: np.random.Generator) -> Colour:
    """Much the same colour: all of it lighter or darker, and each channel a little."""
    return np.clip(np.array(rgb) + random.normal(0, 20) + random.normal(0, 7, 3), 8, 245).astype(np.float32)


def blotches(random: np.random.Generator, rows: int, columns: int) -> Scene:
    """Soft noise [S, S] about 0, of so many blotches down and across."""
    coarse = random.standard_normal((rows, columns), np.float32)
    return cast(Scene, cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR))


def moved(cover: Scene, offset: NDArray[np.float64]) -> Scene:
    """What covers a scene [S, S], by pixels (x, y) right and down; at the edges it goes on."""
    by = np.array([[1, 0, offset[0]], [0, 1, offset[1]]])
    return cast(Scene, cv2.warpAffine(cover, by, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE))


def _surface(rgb: Colour, random: np.random.Generator) -> Scene:
    """Paint, stone or wood: one colour, blotched, grained, perhaps stained."""
    rows, columns = ((12, 12), (3, 40), (40, 3))[random.integers(3)]
    relief = blotches(random, 4, 4) * random.uniform(0, 6) + blotches(random, rows, columns) * random.uniform(0, 6)
    if random.random() < 0.25:
        stain = np.zeros((SIDE // 4, SIDE // 4), np.float32)  # coarse, so that its edge is soft
        centre, axes = random.integers(0, SIDE // 4, 2).tolist(), random.integers(2, SIDE // 8, 2).tolist()
        cv2.ellipse(stain, centre, axes, random.uniform(0, 180), 0, 360, random.uniform(-40, 25), -1)
        relief += cv2.resize(stain, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return rgb + relief.astype(np.float32)[:, :, None]


def _plaque(behind: Scene, scene: Scene, random: np.random.Generator) -> Scene:
    """A plaque in front of a wall, some of its edges in the picture, perhaps with a border and a shadow."""
    if random.random() < 0.4:
        (_lay_bricks if random.random() < 0.5 else _lay_planks)(behind, random)
    low, high = random.uniform(-0.25, 0.1, 2), random.uniform(0.9, 1.25, 2)
    corners = ((low * SIDE).astype(int).tolist(), (high * SIDE).astype(int).tolist())
    shape = np.zeros((SIDE, SIDE), np.float32)
    cv2.rectangle(shape, *corners, 1.0, -1)
    if random.random() < 0.6:
        shadow = cv2.blur(moved(shape, random.uniform(-5, 5, 2)), (7, 7))
        behind *= (1 - np.float32(random.uniform(0.2, 0.6)) * shadow)[:, :, None]
    if random.random() < 0.35:
        inset = int(random.integers(2, 9))
        inner = [at + inset for at in corners[0]], [at - inset for at in corners[1]]
        change = random.uniform(20, 60) * random.choice((-1, 1))
        cv2.rectangle(scene, *inner, (scene.mean(axis=(0, 1)) + change).tolist(), int(random.integers(1, 5)))
    return np.where(shape[:, :, None] > 0, scene, behind)


def _lay_bricks(scene: Scene, random: np.random.Generator) -> None:
    """Courses of bricks, each brick of its own shade, between joints of mortar."""
    height, length = random.uniform(0.2, 0.5) * SIDE, random.uniform(0.5, 1.2) * SIDE
    mortar = np.full((SIDE, SIDE), random.uniform(-35, 45), np.float32)
    joint, spread = random.uniform(1, 5), random.uniform(2, 10)
    top = random.uniform(-height, 0)
    for course in range(int(SIDE / height) + 2):
        left = random.uniform(-length / 4, 0) - (length / 2 if course % 2 else 0)
        for brick in range(int(SIDE / length) + 3):
            at = (int(left + brick * length), int(top + course * height))
            to = (int(left + (brick + 1) * length - joint), int(top + (course + 1) * height - joint))
            cv2.rectangle(mortar, at, to, random.normal(0, spread), -1)
    scene += mortar[:, :, None]


def _lay_planks(scene: Scene, random: np.random.Generator) -> None:
    """Boards or panels: dark gaps, each with a lit edge beside it, up and down or across."""
    gaps = np.zeros((1, SIDE), np.float32)
    width, depth = random.uniform(0.25, 0.8) * SIDE, random.uniform(12, 50)
    for at in np.arange(random.uniform(0, width), SIDE, width).astype(int):
        thick = int(random.integers(2, 6))
        gaps[0, at : at + thick] = -depth
        gaps[0, at + thick : at + 2 * thick] = depth * 0.4
    scene += (gaps if random.random() < 0.4 else gaps.T)[:, :, None]


def _screw(scene: Scene, random: np.random.Generator) -> None:
    """The head of a screw, or a hole of one, near an edge."""
    row, column = random.uniform(0, SIDE), random.choice((0.06, 0.94)) * SIDE + random.normal(0, 4)
    at = (int(row), int(column)) if random.random() < 0.5 else (int(column), int(row))
    radius = int(random.integers(2, 6))
    cv2.circle(scene, at, radius, (random.uniform(20, 190),) * 3, -1, cv2.LINE_AA)
    if radius > 3:  # a spot of light, for the head is round
        cv2.circle(scene, (at[0] - 1, at[1] - 1), 1, (230, 230, 230), -1, cv2.LINE_AA)
