from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from math import ceil, hypot, sqrt

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.brushes import BEZIER, BRUSHES, MAX_PARAMETERS, brush_named
from core.errors import SettingError
from core.geometry import Size
from core.stroke import Strokes

Shapes = NDArray[np.float64]

UNIT_PATCH = (0.0, 0.0, 1.0)
DOT = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 1.0, 1.0)
LINE = (0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0)
FADING_DOT = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 1.0)
SWELLING = (0.1, 0.9, 0.0, 1.0, 0.8, 0.2, 0.0, 1.0, 0.3, 0.7)


@pytest.fixture(scope="module")
def shapes(random_strokes: Callable[..., Strokes]) -> Shapes:
    parameters = random_strokes(500, 0, Size(128, 128)).parameters[:, :10].astype(np.float64)
    return np.concatenate([np.array([DOT, LINE, FADING_DOT, SWELLING]), parameters])


def _middle(start: float, share: float, end: float) -> float:
    return start + (end - start) * share


def _speed(shape: list[float], t: float) -> float:
    """|B'(t)| of the curve through its three points."""
    parts = []
    for axis in (0, 1):
        p0, p2 = shape[axis], shape[axis + 4]
        p1 = _middle(p0, shape[axis + 2], p2)
        parts.append(2 * (1 - t) * (p1 - p0) + 2 * t * (p2 - p1))
    return hypot(*parts)


def _densities(shape: list[float]) -> list[float]:
    """The published rule's density of stamps in each sixteenth of t."""
    result = []
    for part in range(16):
        ends = part / 16, (part + 1) / 16
        radius = min(1 / 256 + (shape[6] + (shape[7] - shape[6]) * t) / 4 for t in ends)
        speed = max(_speed(shape, t) for t in ends)
        result.append(max(speed / sqrt(8 * radius / 2048), 48 * abs(shape[9] - shape[8]), 0.001))
    return result


def _rule(shape: list[float]) -> list[float]:
    """Where the rule in `BEZIER.rule` puts stamps, restated step by step."""
    densities = _densities(shape)
    total = sum(densities) / 16
    count = max(2, ceil(total - 0.000001) + 1)
    times = []
    for stamp in range(count):
        left, t = total * stamp / (count - 1), 1.0
        for part, density in enumerate(densities):
            if left <= density / 16:
                t = (part + left / density * 16) / 16
                break
            left -= density / 16
        times.append(t)
    return times


def test_every_type_is_found_by_its_name() -> None:
    assert [brush_named(brush.name) for brush in BRUSHES] == list(BRUSHES)
    assert max(brush.size for brush in BRUSHES) == MAX_PARAMETERS


def test_an_unknown_type_is_refused_with_what_there_is() -> None:
    with pytest.raises(SettingError, match="Cannot use stroke type crayon: choose one of bezier"):
        brush_named("crayon")


def test_every_parameter_has_a_name_and_colour_comes_last() -> None:
    assert len(BEZIER.parameters) == BEZIER.size == 13
    assert BEZIER.parameters[-3:] == ("red", "green", "blue")


def test_stamps_lie_where_the_rule_says(shapes: Shapes) -> None:
    times, offsets = BEZIER.times(shapes)

    for index, shape in enumerate(shapes.tolist()):
        expected = _rule(shape)
        assert offsets[index + 1] - offsets[index] == len(expected)
        np.testing.assert_allclose(times[offsets[index] : offsets[index + 1]], expected, rtol=0, atol=1e-12)


def test_stamps_run_from_end_to_end_in_order(shapes: Shapes) -> None:
    times, offsets = BEZIER.times(shapes)

    np.testing.assert_array_equal(times[offsets[:-1]], 0)
    np.testing.assert_allclose(times[offsets[1:] - 1], 1, rtol=0, atol=1e-15)
    for first, last in pairwise(offsets):
        assert last - first >= 2
        assert np.all(np.diff(times[first:last]) > 0)


def test_no_gap_holds_more_than_one_stamp_of_the_density(shapes: Shapes) -> None:
    times, offsets = BEZIER.times(shapes)
    edges = np.arange(17) / 16

    for index, shape in enumerate(shapes.tolist()):
        risen = np.concatenate([[0], np.cumsum(_densities(shape))]) / 16
        gaps = np.diff(np.interp(times[offsets[index] : offsets[index + 1]], edges, risen))
        assert gaps.max() <= 1 + 1e-6
        np.testing.assert_allclose(gaps, gaps[0], rtol=1e-6)


def test_neighbouring_stamps_leave_no_scallops_and_no_bands(shapes: Shapes) -> None:
    stamps = BEZIER.stamps(shapes, np.tile(UNIT_PATCH, (len(shapes), 1)))
    within = np.ones(len(stamps.row) - 1, bool)
    within[stamps.offsets[1:-1] - 1] = False  # from one stroke to the next

    apart = np.hypot(np.diff(stamps.row), np.diff(stamps.column))[within]
    radius = np.minimum(stamps.radius[1:], stamps.radius[:-1])[within]
    # A pair may straddle two parts, and then be as far apart as the wider one asks at the thinner one's radius.
    assert (apart**2 / (8 * radius)).max() <= 1.15 / 2048
    assert np.abs(np.diff(stamps.opacity))[within].max() <= 1 / 48 + 1e-9


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        (DOT, 2),
        (FADING_DOT, 49),
        (LINE, 364),  # sqrt(2) long, sqrt(8 / 256 / 2048) apart
    ],
)
def test_there_are_as_many_stamps_as_length_and_opacity_ask_for(shape: tuple[float, ...], count: int) -> None:
    times, offsets = BEZIER.times(np.array([shape]))

    assert offsets.tolist() == [0, count]
    np.testing.assert_allclose(times, np.linspace(0, 1, count), rtol=0, atol=1e-12)


def test_stamps_do_not_depend_on_the_other_strokes(shapes: Shapes) -> None:
    times, offsets = BEZIER.times(shapes)

    for index in range(0, len(shapes), 50):
        alone, _ = BEZIER.times(shapes[index : index + 1])
        np.testing.assert_array_equal(times[offsets[index] : offsets[index + 1]], alone)


def test_stamps_follow_the_curve_in_the_patch() -> None:
    patch = np.array([[10.0, 20.0, 64.0]])
    times = np.array([0.0, 0.25, 0.5, 1.0]), np.array([0, 4])

    stamps = BEZIER.stamps(np.array([[0.0, 0.0, 0.5, 0.0, 1.0, 0.5, 0.0, 1.0, 0.25, 0.75]]), patch, times)

    # The rows' middle point is halfway, so rows run evenly; the columns' is the start, so they run with t^2.
    np.testing.assert_allclose(stamps.row, [10, 26, 42, 74], rtol=0, atol=1e-12)
    np.testing.assert_allclose(stamps.column, [20, 22, 28, 52], rtol=0, atol=1e-12)
    np.testing.assert_allclose(stamps.radius, [0.25, 4.25, 8.25, 16.25], rtol=0, atol=1e-12)
    np.testing.assert_allclose(stamps.opacity, [0.25, 0.375, 0.5, 0.75], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(stamps.offsets, [0, 4])


def test_a_curve_is_monotone_in_both_axes(shapes: Shapes) -> None:
    stamps = BEZIER.stamps(shapes, np.tile(UNIT_PATCH, (len(shapes), 1)))

    for first, last in pairwise(stamps.offsets):
        for centre in (stamps.row[first:last], stamps.column[first:last]):
            steps = np.diff(centre) * np.sign(centre[-1] - centre[0])
            assert steps.min() >= -1e-12


def test_numpy_and_torch_place_the_same_stamps(shapes: Shapes) -> None:
    patches = np.random.default_rng(1).uniform(1, 100, (len(shapes), 3))

    ours = BEZIER.stamps(shapes, patches)
    theirs = BEZIER.stamps(torch.from_numpy(shapes), torch.from_numpy(patches))

    np.testing.assert_array_equal(theirs.offsets.numpy(), ours.offsets)
    np.testing.assert_allclose(
        BEZIER.times(torch.from_numpy(shapes))[0].numpy(), BEZIER.times(shapes)[0], rtol=0, atol=1e-12
    )
    for name in ("row", "column", "radius", "opacity"):
        np.testing.assert_allclose(getattr(theirs, name).numpy(), getattr(ours, name), rtol=1e-12, atol=1e-12)


def test_what_follows_the_shape_is_ignored(shapes: Shapes) -> None:
    with_colour = np.concatenate([shapes, np.ones((len(shapes), 3))], axis=1)

    np.testing.assert_array_equal(BEZIER.times(with_colour)[0], BEZIER.times(shapes)[0])


def test_no_strokes_have_no_stamps() -> None:
    stamps = BEZIER.stamps(np.zeros((0, 10)), np.zeros((0, 3)))

    assert [len(values) for values in stamps] == [0, 0, 0, 0, 1]


def test_geometry_names_the_points_and_radii_in_the_patches_frame() -> None:
    shape = np.array([[0.0, 1.0, 0.25, 0.5, 1.0, 0.0, 0.0, 1.0, 0.5, 0.5]])

    geometry = BEZIER.geometry(shape, np.array([[10.0, 20.0, 64.0]]))

    assert sorted(geometry) == ["points", "radii"]
    np.testing.assert_allclose(geometry["points"], [[[10, 84], [26, 52], [74, 20]]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(geometry["radii"], [[0.25, 16.25]], rtol=0, atol=1e-12)


def test_gradients_flow_with_the_times_held() -> None:
    shape = torch.tensor([SWELLING, LINE], dtype=torch.float64, requires_grad=True)
    patches = torch.tensor([[3.0, 4.0, 8.0], [1.0, 2.0, 5.0]], dtype=torch.float64, requires_grad=True)
    times = torch.tensor([0.0, 0.3, 1.0, 0.0, 0.6, 1.0], dtype=torch.float64), torch.tensor([0, 3, 6])

    assert torch.autograd.gradcheck(lambda a, b: BEZIER.stamps(a, b, times)[:4], (shape, patches))


def test_padded_stamps_are_the_same_stamps_to_the_bit(shapes: Shapes) -> None:
    patches = np.random.default_rng(1).uniform(1, 100, (len(shapes), 3))
    padded, ragged = BEZIER.padded_stamps(shapes, patches), BEZIER.stamps(shapes, patches)
    used = np.arange(BEZIER.most_stamps) < padded.counts[:, None]

    np.testing.assert_array_equal(padded.counts, np.diff(ragged.offsets))
    for places, stamps in zip(padded[:4], ragged[:4], strict=True):
        assert places.shape == (len(shapes), BEZIER.most_stamps)
        assert np.isfinite(places).all()
        np.testing.assert_array_equal(places[used], stamps)


def test_the_thinnest_stroke_across_the_patch_has_the_most_stamps() -> None:
    grid = np.array(list(product((0.0, 0.25, 0.5, 0.75, 1.0), repeat=4)))  # q, and where p2 lies from p0
    thin = np.zeros((len(grid), 10))
    thin[:, 2:6], thin[:, 9] = grid, 1

    counts = np.diff(BEZIER.times(thin)[1])

    assert counts.max() == BEZIER.most_stamps == 427
    assert thin[counts.argmax(), 2:6].tolist() == [0, 1, 1, 1]


def test_a_stroke_outside_the_unit_cube_is_padded_to_its_end_with_fewer_stamps() -> None:
    far = np.array([[0.0, 0.0, 0.5, 0.5, 3.0, 3.0, 0.0, 0.0, 1.0, 1.0]])
    assert np.diff(BEZIER.times(far)[1]) > BEZIER.most_stamps

    times, counts = BEZIER.padded_times(far)

    assert counts.tolist() == [BEZIER.most_stamps]
    np.testing.assert_allclose(times, [np.linspace(0, 1, BEZIER.most_stamps)], rtol=0, atol=1e-12)


def test_numpy_and_torch_pad_alike(shapes: Shapes) -> None:
    patches = np.random.default_rng(1).uniform(1, 100, (len(shapes), 3))

    ours = BEZIER.padded_stamps(shapes, patches)
    theirs = BEZIER.padded_stamps(torch.from_numpy(shapes), torch.from_numpy(patches))

    for one, other in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(one.numpy(), other, rtol=1e-12, atol=1e-12)


def test_padding_depends_on_no_number_in_a_tensor() -> None:
    # A meta tensor has a shape and no numbers: whatever needed one to go on would fail, or wait for a CUDA device.
    stamps = BEZIER.padded_stamps(torch.rand(5, 13, device="meta"), torch.rand(5, 3, device="meta"))

    assert [tuple(values.shape) for values in stamps] == [(5, BEZIER.most_stamps)] * 4 + [(5,)]


def test_gradients_of_padded_stamps_are_those_of_the_stamps() -> None:
    shapes, patches = (
        torch.tensor([SWELLING, LINE], dtype=torch.float64),
        torch.tensor([[3.0, 4, 8], [1, 2, 5]]).double(),
    )
    gradients = []
    for padded in (True, False):
        shape, patch = shapes.clone().requires_grad_(), patches.clone().requires_grad_()
        if padded:
            places = BEZIER.padded_stamps(shape, patch, BEZIER.padded_times(shapes))
            used = torch.arange(BEZIER.most_stamps) < places.counts[:, None]
            stamps = [values[used] for values in places[:4]]
        else:
            stamps = list(BEZIER.stamps(shape, patch, BEZIER.times(shapes))[:4])
        total = sum((values * torch.linspace(1, 2, len(values)) ** 2).sum() for values in stamps)
        gradients.append(torch.autograd.grad(total, (shape, patch)))

    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-12, atol=1e-12)


def test_an_extent_is_the_chord_and_the_mean_diameter() -> None:
    shape = np.zeros((2, 13))
    shape[0, [0, 1, 4, 5]] = 0.1, 0.2, 0.4, 0.6  # 3-4-5
    shape[0, 6:8] = 0.2, 0.6

    length, diameter = BEZIER.extent(shape)

    assert length.tolist() == pytest.approx([0.5, 1e-4])
    assert diameter.tolist() == pytest.approx([2 * (1 / 256 + 0.4 / 4), 2 / 256])
