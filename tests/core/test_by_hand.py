"""Paths of a hand as strokes: how near they keep to it, how they join, and that any path makes strokes that can be."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.brushes import BEZIER, BRUSHES, CIRCLE, FLAT, TRIANGLE, brush_named
from core.by_hand import LIGHTEST, Trace, colour_under, radius_under, tolerance_of
from core.curve_fitting import Drawn, smoothed
from core.document import BEFORE, Document
from core.editing import EDITED, painted_over
from core.errors import SettingError
from core.export.stroke_json import MAX_PATCH, MIN_PATCH_SIDE, read_json, write_json
from core.geometry import Size
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.fast import bare_canvas, covered, draw, lay, measured, measured_on, touched
from core.refine import refine
from core.stroke import LOCKED, Strokes
from core.weights import load_actor, save_actor
from training.actors import new_actor

SHEET = Size(200, 300)
RED = (1.0, 0.0, 0.0)
TURN = np.linspace(0, 2 * np.pi, 160)
TYPES = [brush.name for brush in BRUSHES]


def polyline(corners: list[tuple[float, float]], each: int = 40) -> NDArray[np.float64]:
    ends = np.array(corners, float)
    parts = [np.linspace(one, two, each, endpoint=False) for one, two in itertools.pairwise(ends)]
    return np.concatenate([*parts, ends[-1:]])


PATHS = {
    "circle": np.column_stack([100 + 80 * np.sin(TURN), 150 + 80 * np.cos(TURN)]),
    "spiral": np.column_stack([100 + (4 + 12 * TURN) * np.sin(3 * TURN), 150 + (4 + 12 * TURN) * np.cos(3 * TURN)]),
    "wave": np.column_stack([100 + 60 * np.sin(3 * TURN), 30 + 38 * TURN]),
    "zigzag": polyline([(20, 20), (180, 60), (20, 100), (180, 140), (20, 180)]),
    "line": polyline([(30, 20), (150, 280)]),
    "down": polyline([(10, 50), (190, 50)]),
    "to and fro": polyline([(50, 20), (50, 200), (50, 90)]),
}


def traced(
    path: NDArray[np.float64],
    stroke_type: str = "bezier",
    *,
    radius: float | NDArray[np.float64] = 6.0,
    opacity: float = 1.0,
    tolerance: float = 0.5,
    smoothing: float = 0.0,
) -> Strokes:
    trace = Trace(stroke_type, SHEET, RED, tolerance=tolerance, smoothing=smoothing)
    for (row, column), each in zip(path.tolist(), np.broadcast_to(radius, len(path)).tolist(), strict=True):
        trace.add(row, column, each, opacity)
    return trace.strokes()


def centre_lines(strokes: Strokes, samples: int = 200) -> NDArray[np.float64]:
    """Points [M, 2] along all strokes, and the radius there [M]."""
    t = np.linspace(0, 1, samples)[:, None]
    found = []
    for stroke in strokes:
        shape, patch = np.array([stroke.parameters], float), np.array([stroke.patch], float)
        for first, middle, last in stroke.brush.pen_path(shape, patch)[0]:
            found.append((1 - t) ** 2 * first + 2 * t * (1 - t) * middle + t**2 * last)
    return np.concatenate(found)


def furthest(points: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """How far any of the points is from the nearest of the others, at most."""
    return max(float(np.hypot(*(others - point).T).min()) for point in points)


@pytest.mark.parametrize("tolerance", [0.25, 1.0])
@pytest.mark.parametrize("name", PATHS)
def test_curves_keep_within_the_tolerance_of_the_path(name: str, tolerance: float) -> None:
    path = PATHS[name]
    line = centre_lines(traced(path, tolerance=tolerance), samples=1000)
    spacing = float(np.hypot(*np.diff(path, axis=0).T).max())
    assert furthest(path, line) <= tolerance + 0.1
    assert furthest(line[::7], path) <= tolerance + spacing / 2


@pytest.mark.parametrize("name", ["circle", "wave", "zigzag", "line"])
def test_straight_strokes_keep_within_the_tolerance_of_the_path(name: str) -> None:
    path = PATHS[name]
    assert furthest(path, centre_lines(traced(path, "flat", tolerance=1.0), samples=1000)) <= 1.1


@pytest.mark.parametrize(("name", "most"), [("line", 1), ("down", 1), ("zigzag", 4), ("circle", 4), ("to and fro", 2)])
def test_there_are_as_few_curves_as_can_be(name: str, most: int) -> None:
    assert len(traced(PATHS[name], tolerance=1.0)) == most


def test_curves_join_end_to_end_with_the_paths_width_there() -> None:
    radius = np.linspace(2, 12, len(PATHS["spiral"]))
    strokes = traced(PATHS["spiral"], radius=radius)
    assert len(strokes) > 5
    shapes = strokes.parameters.astype(float)
    geometry = brush_named("bezier").geometry(shapes, strokes.patches)
    np.testing.assert_allclose(geometry["points"][1:, 0], geometry["points"][:-1, 2], atol=1e-3)
    np.testing.assert_allclose(geometry["radii"][1:, 0], geometry["radii"][:-1, 1], atol=1e-3)
    np.testing.assert_allclose(geometry["radii"][[0, -1], [0, 1]], [2, 12], atol=1e-3)
    np.testing.assert_allclose(geometry["points"][0, 0], PATHS["spiral"][0], atol=1e-3)
    np.testing.assert_allclose(geometry["points"][-1, 2], PATHS["spiral"][-1], atol=1e-3)


def test_the_radius_follows_the_pressure() -> None:
    assert radius_under(1, 8) == 8
    assert radius_under(0, 8) == pytest.approx(8 * LIGHTEST)
    assert radius_under(0.5, 8) == pytest.approx(8 * (1 + LIGHTEST) / 2)
    assert radius_under(7, 8) == 8
    path, pressure = PATHS["line"], np.sin(np.linspace(0, np.pi, len(PATHS["line"])))
    radii = np.array([radius_under(each, 10) for each in pressure])
    drawn = draw(Document(SHEET, (0, 0, 0), traced(path, radius=radii, tolerance=0.5)))[..., 0]
    # The area that is covered is that of the path, as wide as the pen pressed.
    length = float(np.hypot(*np.diff(path, axis=0).T).sum())
    assert float(drawn.sum()) == pytest.approx(2 * float(radii.mean()) * length, rel=0.03)


def test_opaque_pieces_join_without_gap_or_seam() -> None:
    for stroke_type in ("bezier", "bezier-opaque", "flat"):
        canvas = draw(Document(SHEET, (0, 0, 0), traced(PATHS["circle"], stroke_type, tolerance=0.5)))[..., 0]
        rows, columns = np.mgrid[0:200, 0:300] + 0.5
        apart = np.abs(np.hypot(rows - 100, columns - 150) - 80)
        beginning = np.hypot(rows - 100, columns - 230) < 7  # where a flat one is cut square
        assert canvas[(apart < 4.5) & ~beginning].min() > 0.999
        assert canvas[apart > 8.5].max() == 0


def test_where_half_transparent_curves_join_they_are_laid_twice_and_nowhere_else() -> None:
    strokes = traced(PATHS["circle"], opacity=0.5, tolerance=1.0)
    canvas = draw(Document(SHEET, (0, 0, 0), strokes))[..., 0]
    levels, counts = np.unique(canvas[canvas > 0.49].round(3), return_counts=True)
    once, twice = counts[levels == 0.5].sum(), counts[levels == 0.75].sum()
    assert canvas.max() < 0.76
    assert once > 4000
    # Four joints, at each a disc of radius 6: that is what cannot be avoided.
    assert twice == pytest.approx(4 * np.pi * 36, rel=0.2)


def test_wide_or_opaque_strokes_follow_the_hand_as_the_eye_needs() -> None:
    assert tolerance_of(1, 1, 0.5) == 0.5
    assert tolerance_of(20, 1, 0.5) == 1
    assert tolerance_of(20, 0.9, 0.5) == 3


def test_a_painting_takes_them_as_a_step_of_their_own_which_is_locked() -> None:
    painting = painted_over(Document(SHEET, job={"seed": 3}), traced(PATHS["wave"]))
    again = painted_over(painting, traced(PATHS["line"]))
    count = len(painting.strokes)
    assert set(again.strokes.flags.tolist()) == {LOCKED}
    assert again.strokes.steps.tolist() == [0] * count + [1]
    assert again.strokes.rgb().tolist() == [[1, 0, 0]] * (count + 1)
    assert np.isnan(again.strokes.errors).all()
    assert again.job == {"seed": 3, EDITED: 2}
    assert painted_over(again, Strokes()) is again


def test_errors_go_on_from_the_one_before() -> None:
    target = np.full((*SHEET, 3), 0.5, np.float32)
    painting = painted_over(Document(SHEET, (0, 0, 0)), traced(PATHS["wave"]))
    fresh = measured_on(bare_canvas(SHEET, (0, 0, 0)), painting, 0, target)
    np.testing.assert_allclose(fresh.strokes.errors, measured(painting, target).strokes.errors, rtol=1e-5)
    assert fresh.strokes == painting.strokes.changed(errors=fresh.strokes.errors)
    # What was measured before, at whatever size, stands.
    known = replace(painting, strokes=painting.strokes.changed(errors=np.full(len(painting.strokes), 0.1)))
    more = painted_over(known, traced(PATHS["line"]))
    first = len(known.strokes)
    after = measured_on(draw(known), more, first, target)
    assert after.strokes[:first] == known.strokes
    rise = np.square(draw(more) - target).mean() - np.square(draw(known) - target).mean()
    assert float(after.strokes.errors[-1]) == pytest.approx(0.1 + rise, rel=1e-4)


def test_what_is_shown_while_it_is_drawn_is_what_is_laid() -> None:
    strokes = traced(PATHS["wave"], opacity=0.6)
    canvas = bare_canvas(SHEET, (200, 100, 40))
    box = touched(strokes, 1.0, SHEET)
    part = canvas[box.top : box.bottom, box.left : box.right]
    hidden = covered(strokes, 1.0, box)[..., None]
    expected = part * (1 - hidden) + np.array(RED, np.float32) * hidden
    lay(canvas, strokes)
    np.testing.assert_allclose(part, expected, atol=1e-5)


def test_the_colour_under_a_brush_is_the_mean_of_what_it_covers() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[:, 50:] = (255, 51, 0)
    assert colour_under(pixels, 50, 80, 10) == pytest.approx((1, 0.2, 0))
    assert colour_under(pixels, 50, 50, 20) == pytest.approx((0.5, 0.1, 0), abs=0.02)
    assert colour_under(pixels, 50, 49.9, 0.1) == (0, 0, 0)
    assert colour_under(pixels, -30, 180, 5) == pytest.approx((1, 0.2, 0))


@pytest.mark.parametrize("stroke_type", TYPES)
def test_a_click_makes_a_dab(stroke_type: str) -> None:
    strokes = traced(np.array([[100.0, 150.0]]), stroke_type, radius=10)
    assert len(strokes) == 1
    drawn = draw(Document(SHEET, (0, 0, 0), strokes))[..., 0]
    assert drawn[100, 150] > 0.99
    rows, columns = np.nonzero(drawn)
    assert max(abs(rows - 100).max(), abs(columns - 150).max()) <= 12
    least = np.pi * 100 * (0.35 if stroke_type == TRIANGLE.name else 0.75)
    assert least <= drawn.sum() <= np.pi * 100 * 1.1


def test_a_pen_that_rests_presses_a_dab_as_large_as_it_pressed_most() -> None:
    trace = Trace("circle", SHEET, RED)
    for radius in (2.0, 9.0, 0.5):
        trace.add(50, 50, radius, 1)
    (stroke,) = trace.strokes()
    drawn = draw(Document(SHEET, (0, 0, 0), trace.strokes()))[..., 0]
    assert drawn.sum() == pytest.approx(np.pi * 81, rel=0.02)
    assert stroke.brush is CIRCLE


def test_dabs_lie_a_radius_apart() -> None:
    strokes = traced(PATHS["line"], "circle", radius=6)
    length = float(np.hypot(*(PATHS["line"][-1] - PATHS["line"][0])))
    assert len(strokes) == int(length / 6) + 1
    centres = strokes.patches[:, :2] + strokes.patches[:, 2:] / 2
    np.testing.assert_allclose(np.hypot(*np.diff(centres, axis=0).T), 6, rtol=1e-6)


def test_a_drag_is_one_triangle_from_start_to_end() -> None:
    strokes = traced(PATHS["line"], "triangle", radius=6)
    assert len(strokes) == 1
    corners = TRIANGLE.geometry(strokes.parameters.astype(float), strokes.patches)["points"][0]
    np.testing.assert_allclose(corners[2], [150, 280], atol=1e-3)
    np.testing.assert_allclose((corners[0] + corners[1]) / 2, [30, 20], atol=1e-3)
    assert np.hypot(*(corners[0] - corners[1])) == pytest.approx(12, abs=1e-3)


def test_a_flat_stroke_is_as_wide_as_it_was_pressed() -> None:
    strokes = traced(PATHS["line"], "flat", radius=np.linspace(4, 10, len(PATHS["line"])))
    widths = (FLAT.thickness[0] + FLAT.thickness[1] * strokes.parameters[:, 4]) * strokes.patches[:, 2]
    assert len(strokes) > 2
    assert (np.diff(widths) > 0).all()
    assert 8 <= widths[0] < 10
    assert 17 < widths[-1] <= 20


@pytest.mark.parametrize("stroke_type", TYPES)
def test_what_is_settled_does_not_change(stroke_type: str) -> None:
    trace = Trace(stroke_type, SHEET, RED, tolerance=0.5, smoothing=2.0)
    told = Strokes()
    for row, column in PATHS["spiral"].tolist():
        told = told.appended(trace.add(row, column, 5, 0.8))
        rest = trace.rest()
        assert trace.rest() == rest  # looking changes nothing
        assert trace.settled == told
    assert trace.strokes() == told.appended(rest)
    if stroke_type != "triangle":
        assert len(told) > 3


def test_jitter_is_smoothed_and_the_ends_stay() -> None:
    rng = np.random.default_rng(0)
    turn = np.linspace(0, 1.9 * np.pi, 400)
    clean = np.column_stack([100 + 80 * np.sin(turn), 150 + 80 * np.cos(turn)])
    noisy = clean + rng.normal(0, 0.6, clean.shape)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(noisy, axis=0).T))])
    drawn = Drawn(noisy, np.full(400, 5.0), np.ones(400))
    found = smoothed(drawn, along, 3.0, slice(0, 400)).points

    def off(points: NDArray[np.float64]) -> float:
        return float(np.sqrt(np.mean((np.hypot(points[:, 0] - 100, points[:, 1] - 150) - 80) ** 2)))

    assert off(noisy) == pytest.approx(0.6, rel=0.1)
    assert off(found) < 0.5 * off(noisy)
    np.testing.assert_array_equal(found[[0, -1]], noisy[[0, -1]])
    rough, calm = (len(traced(noisy, tolerance=0.5, smoothing=reach)) for reach in (0.0, 3.0))
    assert calm < rough / 3
    # Without noise next to nothing changes: a circle is drawn in by reach^2 / (2 radius).
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(clean, axis=0).T))])
    assert off(smoothed(Drawn(clean, *drawn[1:]), along, 3.0, slice(0, 400)).points) < 0.07


def test_strokes_off_the_sheet_are_left_out() -> None:
    path = polyline([(100, 100), (100, 900), (600, 900), (600, -300), (100, -300), (100, 50)])
    strokes = traced(path)
    assert len(strokes) == 2
    assert not len(traced(np.array([[100.0, 400.0]])))


def test_a_thin_stroke_across_a_large_sheet_is_as_thin_as_it_was_drawn() -> None:
    sheet = Size(2000, 3000)
    for stroke_type in ("bezier", "flat"):
        trace = Trace(stroke_type, sheet, RED)
        trace.add(10, 10, 0.5, 1)
        trace.add(1900, 2900, 0.5, 1)
        drawn = draw(Document(sheet, (0, 0, 0), trace.strokes()))[..., 0]
        # Discs so small come out a little heavy, as this brush's do.
        assert drawn.sum() == pytest.approx(float(np.hypot(1890, 2890)), rel=0.15)
        assert len(trace.strokes()) > 20


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(SettingError):
        Trace("crayon", SHEET, RED)


places = st.floats(-400, 700, allow_nan=False)
touches = st.tuples(places, places, st.floats(0, 500), st.floats(0, 1))
near = st.tuples(st.floats(90, 110), st.floats(90, 110), st.floats(0.01, 30), st.floats(0, 1))


@settings(max_examples=60)
@given(
    stroke_type=st.sampled_from(TYPES),
    path=st.lists(touches, min_size=1, max_size=12) | st.lists(near, min_size=1, max_size=40),
    tolerance=st.floats(0.05, 20),
    smoothing=st.just(0.0) | st.floats(0.1, 30),
)
def test_whatever_is_drawn_makes_strokes_that_can_be(
    stroke_type: str, path: list[tuple[float, float, float, float]], tolerance: float, smoothing: float
) -> None:
    trace = Trace(stroke_type, SHEET, RED, tolerance=tolerance, smoothing=smoothing)
    for touch in path:
        trace.add(*touch)
        assert np.isfinite(trace.rest().parameters).all()
    strokes = trace.strokes()
    assert ((strokes.parameters >= 0) & (strokes.parameters <= 1)).all()
    assert np.isfinite(strokes.patches).all()
    assert ((strokes.patches[:, 2] >= MIN_PATCH_SIDE) & (strokes.patches[:, 2] <= MAX_PATCH)).all()
    assert (np.abs(strokes.patches[:, :2]) <= MAX_PATCH).all()
    assert np.isfinite(draw(Document(SHEET, (0, 0, 0), strokes))).all()
    row, column, _, opacity = path[0]
    if len(path) == 1 and 0 <= row < 200 and 0 <= column < 300 and opacity > 0:
        assert len(strokes) == 1


@settings(max_examples=40)
@given(
    corners=st.lists(st.tuples(st.floats(0, 200), st.floats(0, 300)), min_size=2, max_size=6),
    radii=st.lists(st.floats(1, 20), min_size=2, max_size=6),
    tolerance=st.floats(0.2, 3),
)
def test_every_path_is_followed(corners: list[tuple[float, float]], radii: list[float], tolerance: float) -> None:
    path = polyline(corners, each=30)
    radius = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(radii)), radii)
    strokes = traced(path, radius=radius, tolerance=tolerance)
    assert furthest(path, centre_lines(strokes, samples=400)) <= tolerance + 1.5  # between samples


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "actor.safetensors"
    save_actor(new_actor(BEZIER, width=0.125, side=32), path, stroke_type="bezier")
    return Painter(load_actor(path, stroke_type="bezier"))


@pytest.mark.parametrize("preset", ["default", "paper"])
@pytest.mark.parametrize("steps", [0, 2])
def test_the_agent_goes_on_over_strokes_by_hand_to_the_exact_budget(painter: Painter, preset: str, steps: int) -> None:
    target = np.random.default_rng(2).integers(0, 256, (48, 64, 3), np.uint8)
    job = PaintJob(target=target, preset=preset, strokes=60, max_step=4, divide=2)
    begun = Document(Size(48, 64))
    for frame, _ in zip(painter.frames(job), range(steps), strict=False):
        begun = frame.document
    trace = Trace("bezier", begun.size, (0.2, 0.9, 0.3), tolerance=0.3)
    for angle in TURN.tolist():
        trace.add(24 + 15 * np.sin(angle), 32 + 15 * np.cos(angle), 2, 1)
    by_hand = painted_over(begun, trace.strokes())
    count = len(by_hand.strokes)
    assert len(begun.strokes) < count < 60

    document = painter.taken_over(job, by_hand)
    for frame in painter.frames(job, document):
        document = frame.document

    assert len(document.strokes) == 60
    assert document.strokes[:count] == by_hand.strokes
    assert document.strokes.locked.tolist() == by_hand.strokes.locked.tolist() + [False] * (60 - count)
    assert document.job[BEFORE] == [{**by_hand.job, "painted": count}]
    assert document.strokes.steps[count:].min() > by_hand.strokes.steps[-1]
    # Taken back to the middle and painted on anew, it comes out the same.
    again = painter.taken_over(job, document.cut(count))
    for frame in painter.frames(job, again):
        again = frame.document
    assert again.strokes == document.strokes


def test_refinement_leaves_strokes_by_hand_as_they_are(painter: Painter) -> None:
    target = np.random.default_rng(2).integers(0, 256, (48, 64, 3), np.uint8)
    job = PaintJob(target=target, strokes=30, divide=2)
    painting = painter.painted(job)
    trace = Trace("bezier", painting.size, RED, tolerance=0.3)
    for column in range(5, 60):
        trace.add(20 + 8 * np.sin(column / 6), column, 3, 1)
    by_hand = painted_over(painting, trace.strokes())

    *_, found = refine(by_hand, target, steps=20, spare=painter.spare(job, by_hand, 20))

    assert len(found.document.strokes) == len(by_hand.strokes)
    assert found.document is not by_hand
    kept = found.document.strokes.picked(found.document.strokes.locked)
    drawn = by_hand.strokes.picked(by_hand.strokes.locked)
    assert kept.changed() == drawn.changed()
    assert (kept.steps == drawn.steps).all()


@pytest.mark.parametrize("stroke_type", TYPES)
def test_strokes_by_hand_travel_in_stroke_files(stroke_type: str, tmp_path: Path) -> None:
    painting = painted_over(Document(SHEET, job={"seed": 3}), traced(PATHS["wave"], stroke_type, opacity=0.7))
    write_json(painting, tmp_path / "strokes.json")
    assert read_json(tmp_path / "strokes.json") == painting
