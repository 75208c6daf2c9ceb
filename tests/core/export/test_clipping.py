"""Lines cut at a box, against literal cases and dense samples of what they should be."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.export.clipping import clipped_curve, clipped_polyline, inside
from core.export.outline import outline_points

BOX = (0.0, 0.0, 10.0, 10.0)


def on_curve(curve: NDArray[np.float64], count: int = 2001) -> NDArray[np.float64]:
    t = np.linspace(0, 1, count)[:, None]
    return np.asarray((1 - t) ** 2 * curve[0] + 2 * t * (1 - t) * curve[1] + t**2 * curve[2])


def test_a_straight_curve_through_the_box_is_cut_at_both_edges() -> None:
    (part,) = clipped_curve(np.array([[-5.0, 5], [5, 5], [15, 5]]), BOX)
    assert part == pytest.approx(np.array([[0.0, 5], [5, 5], [10, 5]]))


def test_a_curve_that_leaves_and_returns_is_two_parts() -> None:
    parts = clipped_curve(np.array([[1.0, 5], [5, -8], [9, 5]]), BOX)
    assert [part[0].round(3).tolist() for part in parts] == [[1.0, 5.0], [6.922, 0.0]]
    assert [part[2].round(3).tolist() for part in parts] == [[3.078, 0.0], [9.0, 5.0]]


def test_a_curve_beside_the_box_or_touching_it_is_nothing() -> None:
    assert clipped_curve(np.array([[-5.0, 2], [-4, 5], [-5, 8]]), BOX) == []
    assert clipped_curve(np.array([[2.0, -4], [5, 4], [8, -4]]), BOX) == []  # its highest point is on the edge


@pytest.mark.parametrize("seed", range(40))
def test_parts_of_a_random_curve_are_what_lies_inside_of_it(seed: int) -> None:
    curve = np.random.default_rng(seed).uniform(-8, 18, (3, 2))
    points = on_curve(curve)
    within = ((points >= 0) & (points <= 10)).all(axis=1)
    length = np.hypot(*np.diff(points, axis=0).T)

    parts = [on_curve(part) for part in clipped_curve(curve, BOX)]

    assert all(part.min() > -1e-6 and part.max() < 10 + 1e-6 for part in parts)
    drawn = sum(float(np.hypot(*np.diff(part, axis=0).T).sum()) for part in parts)
    assert drawn == pytest.approx(float(length[within[:-1] & within[1:]].sum()), abs=0.1)
    for part in parts:  # on the curve itself, and in its direction
        nearest = np.hypot(*(part[::100, None] - points[None]).T).argmin(axis=0)
        assert (np.diff(nearest) >= 0).all()
        assert np.hypot(*(part[::100] - points[nearest]).T).max() < 0.02


def test_a_line_is_cut_where_it_leaves() -> None:
    (part,) = clipped_polyline(np.array([[5.0, 5], [15, 5], [15, 20]]), BOX)
    assert part.tolist() == [[5.0, 5.0], [10.0, 5.0]]


def test_a_closed_line_that_leaves_once_stays_one_part() -> None:
    (part,) = clipped_polyline(np.array([[5.0, 5], [15, 5], [15, 8], [5, 8], [5, 5]]), BOX)
    assert part.tolist() == [[10.0, 8.0], [5.0, 8.0], [5.0, 5.0], [10.0, 5.0]]


def test_a_line_along_the_edge_is_kept_and_one_outside_is_not() -> None:
    (part,) = clipped_polyline(np.array([[-2.0, 0], [12, 0]]), BOX)
    assert part.tolist() == [[0.0, 0.0], [10.0, 0.0]]
    assert clipped_polyline(np.array([[-2.0, -1], [12, -1], [12, 12], [-2, 12]]), BOX) == []


def test_inside_tells_for_each_line() -> None:
    lines = np.array([[[0.0, 0], [10, 10]], [[1, 1], [10.1, 5]]])
    assert inside(lines, BOX).tolist() == [True, False]


def test_outline_points_lie_on_the_hull_of_two_discs() -> None:
    discs = np.array([[5.0, 5, 3], [9, 5, 2]])
    points = outline_points(discs, flatness=0.001)
    assert points[0].tolist() == points[-1].tolist()
    distances = [np.hypot(points[:, 0] - x, points[:, 1] - y) - r for x, y, r in discs.tolist()]
    assert np.minimum(*distances) == pytest.approx(np.zeros(len(points)), abs=1e-9)  # no point in the area or off it
    assert points[:, 0].min() == pytest.approx(2, abs=0.002)
    assert points[:, 0].max() == pytest.approx(11, abs=0.002)
    x, y = points.T
    area = 0.5 * abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()))
    # Two caps, pi + 2 asin(1/4) of the larger disc and pi - 2 asin(1/4) of the smaller, and two trapezia between.
    angle = 2 * np.arcsin(0.25)
    exact = (np.pi + angle) * 9 / 2 + (np.pi - angle) * 4 / 2 + np.sqrt(15) * 5
    assert area == pytest.approx(exact, abs=0.02)


def test_outline_points_of_one_disc_are_a_circle() -> None:
    points = outline_points(np.array([[1.0, 2, 3]]), flatness=0.01)
    assert points[0].tolist() == points[-1].tolist()
    assert np.hypot(points[:, 0] - 1, points[:, 1] - 2) == pytest.approx(np.full(len(points), 3.0))
