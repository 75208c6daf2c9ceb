from __future__ import annotations

import numpy as np
import pytest

from core.changes import PaintedFor, detail
from core.geometry import Size
from core.images import load_picture
from core.resampling import resized


def scene() -> np.ndarray:
    return resized(load_picture("sample:coffee"), Size(120, 180))


def noisy(picture: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).round().astype(np.uint8)


def with_patch(picture: np.ndarray, value: int = 255) -> np.ndarray:
    changed = picture.copy()
    changed[40:60, 50:80] = value
    return changed


def test_what_holds_still_has_not_changed() -> None:
    assert PaintedFor(scene()).change(scene()) is None


@pytest.mark.parametrize("sigma", [1, 3, 6, 10])
def test_noise_is_no_change(sigma: float) -> None:
    painted_for = PaintedFor(noisy(scene(), sigma, 0))

    assert [painted_for.change(noisy(scene(), sigma, seed)) for seed in range(1, 12)] == [None] * 11


@pytest.mark.parametrize("sigma", [0, 3])
def test_a_change_is_where_it_is_with_a_soft_edge_and_nowhere_else(sigma: float) -> None:
    change = PaintedFor(noisy(scene(), sigma, 0)).change(noisy(with_patch(scene()), sigma, 1))

    assert change is not None
    assert change.weight[40:60, 50:80].min() == 1
    far = np.ones((120, 180), bool)
    far[28:72, 38:92] = False
    assert change.weight[far].max() == 0
    assert ((change.weight > 0.1) & (change.weight < 0.9)).any()
    assert 0 < change.extent < 0.1
    assert 0 < change.work < 0.5


def test_more_change_is_more_work() -> None:
    little, much = (PaintedFor(scene()).change(with_patch(scene(), value)) for value in (110, 255))
    other = PaintedFor(scene()).change(scene()[:, ::-1])

    assert little is not None
    assert much is not None
    assert other is not None
    assert little.work < much.work < other.work <= 1


def test_another_scene_changes_most_of_the_picture_and_a_fade_does_not() -> None:
    painted_for = PaintedFor(scene())
    cut = painted_for.change(resized(load_picture("sample:chelsea"), Size(120, 180)))
    faded = painted_for.change((scene() * 0.95).astype(np.uint8))

    assert cut is not None
    assert faded is not None
    assert cut.extent > 0.6
    assert faded.extent < 0.4


def test_a_slow_drift_is_caught_once_it_has_drifted_far_enough() -> None:
    painted_for = PaintedFor(np.full((60, 60, 3), 100, np.uint8))
    caught = []
    for level in range(101, 141):
        target = np.full((60, 60, 3), level, np.uint8)
        change = painted_for.change(target)
        if change is not None:
            painted_for.painted(target, change)
            caught.append(level)

    assert caught == [109, 118, 127, 136]


def test_what_was_painted_is_what_the_next_frame_is_held_against() -> None:
    painted_for, target = PaintedFor(scene()), with_patch(scene())
    change = painted_for.change(target)
    assert change is not None

    painted_for.painted(target, change)

    assert painted_for.change(target) is None
    assert painted_for.change(scene()) is not None


def test_a_film_is_looked_at_as_large_as_it_is_painted() -> None:
    assert detail(Size(1080, 1920), 512) == Size(288, 512)
    assert detail(Size(240, 320), 512) == Size(240, 320)
