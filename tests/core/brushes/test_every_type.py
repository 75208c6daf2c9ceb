"""What holds for every stroke type, and what each of the newer ones is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from core.brushes import (
    BEZIER,
    BEZIER_OPAQUE,
    BRUSHES,
    CIRCLE,
    FLAT,
    TRIANGLE,
    Brush,
    DiscBrush,
    PolygonBrush,
    brush_named,
)
from core.geometry import Size
from core.rasteriser.differentiable import stroke_alpha

PATCHES = np.array([[10.0, 20.0, 64.0]])


@pytest.fixture(params=BRUSHES, ids=lambda brush: brush.name)
def brush(request: pytest.FixtureRequest) -> Brush:
    found: Brush = request.param
    return found


def shapes(brush: Brush, count: int = 30) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 1, (count, brush.size - 3))


def test_names_are_found_again(brush: Brush) -> None:
    assert brush_named(brush.name) is brush
    assert len(set(brush.parameters)) == brush.size
    assert brush.parameters[-3:] == ("red", "green", "blue")
    assert set(brush.places) <= set(brush.parameters)
    assert all(name.startswith(("row", "column")) for name in brush.places)


def test_sizes_and_margins_are_those_that_files_and_weights_were_made_with() -> None:
    assert {brush.name: (brush.size, len(brush.places), brush.margin) for brush in BRUSHES} == {
        "bezier": (13, 4, 0.0),
        "bezier-opaque": (11, 4, 0.0),
        "triangle": (10, 6, 0.125),
        "circle": (7, 2, 0.0),
        "flat": (9, 4, 0.125),
    }


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_points_at_the_ends_of_their_range_lie_a_margin_out_of_the_patch(brush: Brush, value: float) -> None:
    shape = np.full((1, brush.size - 3), 0.5)
    shape[:, [brush.parameters.index(name) for name in brush.places]] = value
    points = brush.geometry(shape, PATCHES)["points"] if brush is CIRCLE else brush.pen_path(shape, PATCHES)

    out = 64 * brush.margin
    expected = [10 + 64 + out, 20 + 64 + out] if value else [10 - out, 20 - out]
    np.testing.assert_allclose(
        points.reshape(-1, 2), np.broadcast_to(expected, (points.size // 2, 2)), rtol=0, atol=1e-9
    )


def test_samples_and_dabs_are_strokes(brush: Brush) -> None:
    assert len(brush.samples) == 3
    assert len(brush.dabs) == 2
    for shape in (*brush.samples, *brush.dabs):
        assert len(shape) == brush.size - 3
        assert all(0 <= value <= 1 for value in shape)


def test_dabs_lie_small_in_the_middle(brush: Brush) -> None:
    alpha = stroke_alpha(brush, torch.tensor(brush.dabs, dtype=torch.float64), Size(64, 64)).numpy()

    rows, columns = np.mgrid[0:64, 0:64] + 0.5
    for covered in alpha:
        weight = covered.sum()
        assert 8 < weight < 64 * 64 / 12
        assert (covered * rows).sum() / weight == pytest.approx(32, abs=2)
        assert (covered * columns).sum() / weight == pytest.approx(32, abs=2)


def test_numpy_and_torch_place_the_same(brush: Brush) -> None:
    shape, patches = shapes(brush), np.repeat(PATCHES, 30, 0)
    for one, other in (
        (brush.geometry(shape, patches), brush.geometry(torch.tensor(shape), torch.tensor(patches))),
        (
            {"path": brush.pen_path(shape, patches)},
            {"path": brush.pen_path(torch.tensor(shape), torch.tensor(patches))},
        ),
    ):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_allclose(one[name], other[name].numpy(), rtol=0, atol=1e-12)
    if isinstance(brush, PolygonBrush):
        ours, theirs = brush.polygons(shape, patches), brush.polygons(torch.tensor(shape), torch.tensor(patches))
    else:
        assert isinstance(brush, DiscBrush)
        ours, theirs = brush.stamps(shape, patches), brush.stamps(torch.tensor(shape), torch.tensor(patches))
    for numbers, tensor in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(numbers, tensor.numpy(), rtol=0, atol=1e-10)


def _all_of(brush: Brush, shape: np.ndarray | torch.Tensor, patches: np.ndarray | torch.Tensor) -> list[Any]:
    """Every array that a type gives of strokes."""
    if isinstance(brush, DiscBrush):
        drawn = [*brush.stamps(shape, patches), *brush.padded_stamps(shape, patches)]
    else:
        assert isinstance(brush, PolygonBrush)
        drawn = [*brush.polygons(shape, patches)]
    return [*drawn, *brush.geometry(shape, patches).values(), brush.pen_path(shape, patches)]


def test_what_follows_the_shape_is_ignored(brush: Brush) -> None:
    shape, patches = shapes(brush), np.repeat(PATCHES, 30, 0)
    with_colour = np.concatenate([shape, np.random.default_rng(2).uniform(0, 1, (30, 5))], axis=1)

    for with_more, alone in zip(_all_of(brush, with_colour, patches), _all_of(brush, shape, patches), strict=True):
        np.testing.assert_array_equal(with_more, alone)


def test_strokes_do_not_depend_on_the_others(brush: Brush) -> None:
    shape, patches = shapes(brush), np.random.default_rng(4).uniform(1, 90, (30, 3))
    alone = [brush.pen_path(shape[index : index + 1], patches[index : index + 1])[0] for index in range(30)]

    np.testing.assert_array_equal(brush.pen_path(shape, patches), alone)


def test_single_precision_stays_single_in_torch(brush: Brush) -> None:
    found = _all_of(brush, torch.tensor(shapes(brush)).float(), torch.tensor(np.repeat(PATCHES, 30, 0)).float())

    assert {each.dtype for each in found if each.is_floating_point()} == {torch.float32}


def test_no_strokes_are_nothing(brush: Brush) -> None:
    found = _all_of(brush, np.zeros((0, brush.size - 3)), np.zeros((0, 3)))

    assert {each.size for each in found} <= {0, 1}  # 1: offsets hold where the first would begin


def test_nothing_that_a_type_gives_depends_on_a_number_in_a_tensor(brush: Brush) -> None:
    # A meta tensor has no numbers: whatever needed one to go on would fail, or wait for a CUDA device.
    shape, patches = torch.rand(5, brush.size, device="meta"), torch.rand(5, 3, device="meta")
    if isinstance(brush, DiscBrush):
        *places, counts = brush.padded_stamps(shape, patches)
        assert [tuple(each.shape) for each in places] == [(5, brush.most_stamps)] * 4
        assert counts.shape == (5,)
    else:
        assert isinstance(brush, PolygonBrush)
        corners = brush.polygons(shape, patches).row.shape[1]
        assert [tuple(each.shape) for each in brush.polygons(shape, patches)] == [(5, corners)] * 2 + [(5,)]


def test_paths_of_pens_are_joined_end_to_end(brush: Brush) -> None:
    path = brush.pen_path(shapes(brush), np.repeat(PATCHES, 30, 0))

    assert path.shape[2:] == (3, 2)
    np.testing.assert_allclose(path[:, 1:, 0], path[:, :-1, 2], rtol=0, atol=1e-9)


def test_padded_stamps_are_the_stamps(brush: Brush) -> None:
    if not isinstance(brush, DiscBrush):
        pytest.skip("it has none")
    shape, patches = shapes(brush), np.repeat(PATCHES, 30, 0)
    *padded, counts = brush.padded_stamps(shape, patches)
    *flat, offsets = brush.stamps(shape, patches)

    used = np.arange(brush.most_stamps) < counts[:, None]
    assert np.diff(offsets).tolist() == counts.tolist()
    for places, values in zip(padded, flat, strict=True):
        np.testing.assert_allclose(places[used], values, rtol=0, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_strokes_at_the_ends_of_their_range_are_drawn_and_have_gradients(brush: Brush, value: float) -> None:
    shape = torch.full((1, brush.size - 3), value, requires_grad=True)

    alpha = stroke_alpha(brush, shape, Size(16, 16))
    alpha.sum().backward()

    assert bool(alpha.isfinite().all())
    assert shape.grad is not None
    assert bool(shape.grad.isfinite().all())


def test_gradients_are_those_of_differences(brush: Brush) -> None:
    # Few and small strokes, well inside: at a stamp's or pixel's very edge a slope has two values.
    shape = torch.tensor(np.random.default_rng(3).uniform(0.3, 0.7, (2, brush.size - 3)), requires_grad=True)
    patches = torch.tensor([[0.3, 0.4, 9.0]], dtype=torch.float64).expand(2, 3)
    times = brush.times(shape.detach()) if isinstance(brush, DiscBrush) else None

    def total(shape: torch.Tensor) -> torch.Tensor:
        if isinstance(brush, PolygonBrush):
            polygons = brush.polygons(shape, patches)
            return torch.cat([polygons.row.flatten(), polygons.column.flatten(), polygons.opacity])
        assert isinstance(brush, DiscBrush)
        return torch.cat([each.flatten() for each in brush.stamps(shape, patches, times)[:4]])

    assert torch.autograd.gradcheck(total, shape)


def test_an_opaque_stroke_is_a_bezier_stroke_of_opacity_one() -> None:
    shape = shapes(BEZIER_OPAQUE)
    solid = np.concatenate([shape, np.ones((30, 2))], axis=1)
    patches = np.repeat(PATCHES, 30, 0)

    for ours, theirs in zip(BEZIER_OPAQUE.stamps(shape, patches), BEZIER.stamps(solid, patches), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert set(BEZIER_OPAQUE.stamps(shape, patches).opacity.tolist()) == {1.0}
    assert BEZIER_OPAQUE.geometry(shape, patches)["radii"].tolist() == BEZIER.geometry(solid, patches)["radii"].tolist()


def test_a_circle_is_where_and_as_large_as_it_says() -> None:
    shape = np.array([[0.25, 0.5, 0.5, 0.8]])

    stamps = CIRCLE.stamps(shape, PATCHES)
    geometry = CIRCLE.geometry(shape, PATCHES)

    assert (stamps.row[0], stamps.column[0], stamps.radius[0], stamps.opacity[0]) == (
        26,
        52,
        64 * (1 / 256 + 1 / 4),
        0.8,
    )
    assert geometry["points"].tolist() == [[[26, 52]]]
    assert geometry["radii"].tolist() == [[64 * (1 / 256 + 1 / 4)]]


def test_a_pen_goes_round_a_circle_within_a_five_thousandth_of_its_radius() -> None:
    path = CIRCLE.pen_path(np.array([[0.25, 0.5, 0.5, 0.8]]), PATCHES)[0]
    radius = 64 * (1 / 256 + 1 / 4)

    assert path[0, 0].tolist() == path[-1, 2].tolist()
    for t in np.linspace(0, 1, 21):
        points = path[:, 0] * (1 - t) ** 2 + 2 * path[:, 1] * t * (1 - t) + path[:, 2] * t**2
        off = np.hypot(*(points - [26, 52]).T) - radius
        assert np.abs(off).max() < radius / 5000


def test_a_triangles_corners_reach_an_eighth_out_of_the_patch() -> None:
    shape = np.array([[0.1, 0.1, 0.5, 0.9, 1.0, 0.0, 0.7]])

    polygons = TRIANGLE.polygons(shape, PATCHES)

    assert polygons.row[0].tolist() == pytest.approx([10, 42, 10 + 64 * 9 / 8])
    assert polygons.column[0].tolist() == pytest.approx([20, 84, 20 - 64 / 8])
    assert polygons.opacity.tolist() == [0.7]
    assert TRIANGLE.pen_path(shape, PATCHES).shape == (1, 3, 3, 2)


def test_a_flat_stroke_is_a_rectangle_around_its_line() -> None:
    shape = np.array([[0.1, 0.1, 0.1, 0.9, 0.25, 0.7]])  # level, from the patch's left to its right edge
    half = 64 * (1 / 128 + 1 / 8) / 2

    polygons = FLAT.polygons(shape, PATCHES)
    length, width = FLAT.extent(shape)

    assert polygons.row[0].tolist() == pytest.approx([10 - half, 10 - half, 10 + half, 10 + half])
    assert polygons.column[0].tolist() == pytest.approx([20, 84, 84, 20])
    assert (length[0], width[0]) == (pytest.approx(1), pytest.approx(2 * half / 64))
    assert FLAT.pen_path(shape, PATCHES)[0, 0].tolist() == [
        pytest.approx([10, 20]),
        pytest.approx([10, 52]),
        pytest.approx([10, 84]),
    ]


def test_a_flat_stroke_of_no_length_covers_nothing_and_still_has_gradients() -> None:
    shape = torch.tensor([[0.5, 0.5, 0.5, 0.5, 0.5, 1.0]], dtype=torch.float64, requires_grad=True)

    alpha = stroke_alpha(FLAT, shape, Size(32, 32))
    alpha.sum().backward()

    assert float(alpha.detach().abs().max()) < 1e-12
    assert shape.grad is not None
    assert bool(shape.grad.isfinite().all())


def test_only_types_that_have_a_direction_have_an_extent() -> None:
    for brush in (BEZIER, BEZIER_OPAQUE, FLAT):
        assert brush.extent(shapes(brush)) is not None
    for brush in (TRIANGLE, CIRCLE):
        assert brush.extent(shapes(brush)) is None
    assert math.isfinite(float(FLAT.extent(shapes(FLAT))[0].sum()))


@pytest.mark.parametrize("brush", BRUSHES, ids=lambda brush: brush.name)
def test_limited_strokes_are_as_thick_and_opaque_as_allowed(brush: Brush) -> None:
    shapes = np.random.default_rng(3).random((200, brush.size))
    limited = brush.limited(shapes, (0.1, 0.2), (0.5, 0.8))

    least, most = torch.tensor([0.1, 0.2], dtype=torch.float64)
    tensors = brush.limited(torch.from_numpy(shapes), (least, most), (0.5, 0.8))
    torch.testing.assert_close(tensors, torch.from_numpy(limited), rtol=0, atol=1e-12)
    assert ((limited >= 0) & (limited <= 1)).all()
    assert np.array_equal(limited[:, -3:], shapes[:, -3:])
    for index, name in enumerate(brush.parameters[:-3]):
        if name.startswith("opacity"):
            assert limited[:, index].min() == 0.5
            assert limited[:, index].max() == 0.8
    unit = np.tile([0.0, 0.0, 1.0], (200, 1))
    thick = _thickness(brush, limited, unit)
    free = ((limited > 0) & (limited < 1)).all(axis=1)  # no parameter is at its end
    assert free.sum() > 20
    # A triangle that is all but a line is drawn out eight times at most.
    reach = 8 * _thickness(brush, shapes, unit) if brush.name == "triangle" else np.full(200, np.inf)
    assert (thick >= np.minimum(0.0999, 0.999 * reach))[free].all()
    assert thick[free].max() < 0.2001
    np.testing.assert_allclose(brush.limited(limited, (0.0, 10.0), (0.0, 1.0)), limited, rtol=0, atol=1e-12)


def _thickness(brush: Brush, shapes: np.ndarray, patches: np.ndarray) -> np.ndarray:
    geometry = brush.geometry(shapes, patches)
    if "radii" in geometry:
        return 2 * geometry["radii"][:, 0]
    sides = np.roll(geometry["points"], -1, axis=1) - geometry["points"]
    lengths = np.hypot(sides[..., 0], sides[..., 1])
    if brush.name == "flat":
        return lengths[:, 1]
    row, column = geometry["points"][..., 0], geometry["points"][..., 1]
    area = np.abs((row * np.roll(column, -1, axis=1) - column * np.roll(row, -1, axis=1)).sum(axis=1)) / 2
    return 2 * area / lengths.max(axis=1)
