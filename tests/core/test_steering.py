"""What the artist asks for is kept to: focus, protection, palette, widths and opacities, painting and refining."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.bounds import Bounds
from core.brushes import BRUSHES
from core.document import Document
from core.errors import SettingError
from core.geometry import Size
from core.hand import Hand, Wish
from core.images import load_picture
from core.job import PaintJob
from core.painter import Painter
from core.palette import Palette, palette_of
from core.proposals import Paints, choose, choose_among
from core.protection import PROTECTED, attention, blocked, covering
from core.rasteriser import oracle
from core.rasteriser.covers import proposals_covers
from core.rasteriser.differentiable import stroke_alpha
from core.rasteriser.fast import draw
from core.refine import refine
from core.resampling import resized
from core.stroke import LOCKED
from core.weights import load_actors

TYPES = [brush.name for brush in BRUSHES]


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(*load_actors([], stroke_types=TYPES))


def photo(name: str, longer: int) -> NDArray[np.uint8]:
    pixels = load_picture(f"sample:{name}")
    return resized(pixels, Size(*pixels.shape[:2]).with_longer_side(longer))


def refined(document: Document, job: PaintJob, painter: Painter, steps: int = 25) -> Document:
    spare = painter.spare(job, document, len(document.strokes) // 2)
    *_, end = refine(document, job.target, steps=steps, spare=spare, focus=job.attention, bounds=job.bounds)
    assert end.document.strokes != document.strokes
    return end.document


# Focus -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("astronaut", (0.04, 0.43), (0.29, 0.65)),
        ("chelsea", (0.2, 0.67), (0.33, 0.67)),
        ("coffee", (0.25, 0.63), (0.25, 0.58)),
    ],
)
def test_in_the_focus_the_error_falls_by_a_third_at_the_same_number_of_strokes(
    painter: Painter, name: str, rows: tuple[float, float], columns: tuple[float, float]
) -> None:
    target = photo(name, 384)
    height, width = target.shape[:2]
    focus = np.full((height, width), 16, np.uint8)
    top, bottom, left, right = (round(each) for each in (*np.multiply(rows, height), *np.multiply(columns, width)))
    focus[top:bottom, left:right] = 255
    job = PaintJob(target=target, strokes=1000)

    free, steered = (painter.painted(each) for each in (job, replace(job, focus=focus)))

    assert len(free.strokes) == len(steered.strokes) == 1000
    inside = [np.square(draw(each) - target / 255)[top:bottom, left:right].mean() for each in (free, steered)]
    assert inside[1] < 0.7 * inside[0]


# Protection ------------------------------------------------------------------------------------------------------


def ellipse(height: int, width: int) -> NDArray[np.uint8]:
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (width // 2, height * 2 // 5), (width // 6, height // 4), 20, 0, 360, 255, -1)
    return mask


@pytest.mark.parametrize("preset", ["default", "paper"])
@pytest.mark.parametrize("stroke_type", ["bezier", "circle,flat,triangle,bezier-opaque"])
def test_no_stroke_touches_what_is_protected(painter: Painter, stroke_type: str, preset: str) -> None:
    target = photo("coffee", 160)
    protect = ellipse(*target.shape[:2])
    job = PaintJob(
        target=target, strokes=400, stroke_type=stroke_type, preset=preset, bounds=Bounds(protect=protect), divide=3
    )

    document = painter.painted(job)

    assert len(document.strokes) == 400
    assert touched(document, protect) <= 1 / 255
    bare, left = (np.square(each)[protect == 0].mean() for each in (target / 255, draw(document) - target / 255))
    assert left < 0.25 * bare  # all around it is painted


@pytest.mark.parametrize("longer", [48, 160, pytest.param(600, marks=pytest.mark.slow)])
def test_a_mask_holds_on_sheets_of_any_size(painter: Painter, longer: int) -> None:
    target = photo("coffee", longer)
    protect = ellipse(60, 80)  # coarser than the sheet, or finer
    job = PaintJob(target=target, strokes=250, bounds=Bounds(protect=protect))

    document = painter.painted(job)

    size = Size(*target.shape[:2])
    inside = covering(protect >= PROTECTED, size)
    assert touched(document, 255 * inside.astype(np.uint8)) <= 1 / 255
    twice = size.scaled(2)
    assert draw(document, twice)[covering(inside, twice)].max() < 1 / 255


def touched(document: Document, protect: NDArray[np.uint8]) -> float:
    """The most that any stroke covers of a protected pixel, by the plain rasteriser."""
    most = 0.0
    for start in range(0, len(document.strokes), 50):
        alpha = oracle.alpha(document.size, document.strokes[start : start + 50])
        most = max(most, float(alpha[:, protect >= PROTECTED].max()))
    return most


def test_only_what_was_asked_for_limits_strokes(painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    answer = Hand.answer

    def watched(hand: Hand, canvas: Any, target: Any, inside: Any, done: float, wish: Wish, *more: Any) -> Any:
        seen.append(wish.limits)
        return answer(hand, canvas, target, inside, done, wish, *more)

    monkeypatch.setattr(Hand, "answer", watched)
    target = photo("coffee", 64)
    for bounds, limits in ((Bounds(), False), (Bounds(width=(0, 9)), True), (Bounds(opacity=(0.5, 1)), True)):
        seen.clear()
        painter.painted(PaintJob(target=target, strokes=10, bounds=bounds))
        assert set(seen) == {limits}


@pytest.mark.slow
def test_a_painting_resumed_beside_what_is_protected_is_the_uninterrupted_one(painter: Painter) -> None:
    target = photo("astronaut", 96)
    protect = np.full(target.shape[:2], 255, np.uint8)
    protect[8:40, 8:40] = 0  # too narrow for the coarse levels to lay all their strokes
    job = PaintJob(target=target, strokes=300, divide=4, bounds=Bounds(protect=protect))
    documents = [frame.document for frame in painter.frames(job)]
    whole = documents[-1].strokes
    levels = job.levels(128)
    short = [
        level.divide
        for level in levels
        if np.count_nonzero(np.isclose(whole.patches[:, 2], 96 / level.divide)) < level.strokes
    ]
    assert short
    assert short[0] < levels[-1].divide
    for document in documents[:-1:3]:
        *_, last = painter.frames(job, document)
        assert last.document.strokes == whole


@pytest.mark.parametrize(
    ("longer", "divide", "strokes"), [(96, 4, 100), (96, 8, 400), pytest.param(320, 8, 1500, marks=pytest.mark.slow)]
)
def test_refinement_keeps_off_what_is_protected(painter: Painter, longer: int, divide: int, strokes: int) -> None:
    target = photo("astronaut", longer)
    protect = ellipse(longer, longer)
    bounds = Bounds(protect=protect)
    job = PaintJob(target=target, strokes=strokes, divide=divide, stroke_type="bezier,flat", bounds=bounds)
    document = painter.painted(job)

    better = refined(document, job, painter)

    assert touched(better, protect) <= 1 / 255
    assert not draw(better)[protect > 0].any()


def test_a_stroke_that_touched_before_may_go_on_touching(painter: Painter) -> None:
    target = photo("astronaut", 96)
    document = painter.painted(PaintJob(target=target, strokes=60))
    bounds = Bounds(protect=ellipse(96, 96))

    *_, end = refine(document, target, steps=30, bounds=bounds)

    errors = [float(np.square(draw(each) - target / 255).mean()) for each in (document, end.document)]
    assert errors[1] < errors[0]


def test_where_little_is_left_there_are_fewer_strokes_and_where_nothing_is_it_is_refused(painter: Painter) -> None:
    target = photo("coffee", 64)
    protect = np.full(target.shape[:2], 255, np.uint8)
    protect[20:22, 30:33] = 0

    document = painter.painted(PaintJob(target=target, strokes=40, bounds=Bounds(protect=protect)))

    assert len(document.strokes) < 40
    assert not draw(document)[protect > 0].any()
    protect[:] = 255
    with pytest.raises(SettingError, match="nothing is left to paint"):
        PaintJob(target=target, bounds=Bounds(protect=protect))


def test_a_covering_mask_holds_every_pixel_that_has_a_part_of_it() -> None:
    mask = np.zeros((7, 10), np.bool_)
    mask[3, 4] = True
    small = covering(mask, Size(3, 4))
    expected = np.zeros((3, 4), np.bool_)
    expected[1, 1] = True  # row 3 lies in 7/3..14/3, column 4 in 2.5..5
    assert np.array_equal(small, expected)
    large = covering(mask, Size(14, 20))
    assert np.argwhere(large).tolist() == [[6, 8], [6, 9], [7, 8], [7, 9]]
    assert np.array_equal(covering(mask, Size(7, 10)), mask)
    around = covering(mask, Size(7, 10), margin=1)
    assert around.sum() == 9
    assert around[2:5, 3:6].all()


def test_nothing_is_blocked_where_nothing_is_protected() -> None:
    sheet = Size(40, 60)
    assert blocked(None, sheet, sheet) is None
    assert blocked(np.full((4, 6), PROTECTED - 1, np.uint8), sheet, sheet) is None
    half = np.zeros((40, 60), np.uint8)
    half[:, :30] = PROTECTED
    found = blocked(half, sheet, Size(20, 30))
    assert found is not None
    assert found[:, :17].all()  # 15 of 30 columns, and what edges a sheet's pixel wide may reach
    assert not found[:, 17:].any()


def test_attention_is_the_focus_where_nothing_is_protected_and_nothing_where_all_is() -> None:
    size = Size(8, 10)
    focus = np.full((8, 10), 200, np.uint8)
    assert attention(focus, None, size) is focus
    assert attention(None, np.zeros((8, 10), np.uint8), size) is None
    protect = np.zeros((8, 10), np.uint8)
    protect[:, 5], protect[:, 6:] = PROTECTED // 2, 255
    found = attention(focus, protect, size)
    assert found is not None
    assert (found[:, :5] == 200).all()
    assert (found[:, 5] == 100).all()
    assert not found[:, 6:].any()


# Palette ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_every_strokes_colour_is_in_the_palette_refined_or_not(painter: Painter, preset: str) -> None:
    target = photo("astronaut", 128)
    palette = palette_of(target, 8)
    types = ",".join(TYPES)
    job = PaintJob(target=target, strokes=200, stroke_type=types, preset=preset, bounds=Bounds(palette=palette))

    document = painter.painted(job)

    for each in (document, refined(document, job, painter)):
        colours = np.rint(each.strokes.rgb() * 255).astype(int)
        assert np.array_equal(each.strokes.rgb(), colours.astype(np.float32) / np.float32(255))
        assert set(map(tuple, colours.tolist())) <= set(palette.colours)
    assert len(np.unique(document.strokes.rgb(), axis=0)) >= 5
    assert document.job["palette"] == [f"#{bytes(colour).hex()}" for colour in palette.colours]


def test_colours_are_chosen_with_the_palette_in_mind_not_changed_afterwards(painter: Painter) -> None:
    target = photo("astronaut", 128)
    palette = palette_of(target, 8)
    job = PaintJob(target=target, strokes=300)

    free = painter.painted(job)
    limited = painter.painted(replace(job, bounds=Bounds(palette=palette)))

    nearest = palette.values[palette.nearest(free.strokes.rgb())]
    changed = replace(free, strokes=free.strokes.changed(rgb=nearest))
    errors = [float(np.square(draw(each) - target / 255).mean()) for each in (limited, changed)]
    assert errors[0] < 0.95 * errors[1]


def test_both_ways_to_choose_take_the_same_paints() -> None:
    chance = torch.Generator().manual_seed(0)
    canvas, target = torch.rand(2, 3, 32, 32, generator=chance), torch.rand(2, 3, 32, 32, generator=chance)
    shapes = torch.rand(2 * 20, 10, generator=chance)
    palette = Palette.of([(200, 30, 40), (250, 250, 240), (20, 20, 30), (60, 120, 200)])
    paints = Paints(torch.from_numpy(palette.table()), torch.from_numpy(palette.values))
    brush = BRUSHES[0]
    alpha = stroke_alpha(brush, shapes, Size(32, 32)).reshape(2, 20, 32, 32)
    covers = proposals_covers(brush, shapes, 32)

    by_kernel = choose_among(canvas, target, covers, 5, paints=paints)
    dense = choose(canvas, target, alpha, 5, paints=paints)
    plain = choose(canvas, target, alpha, 5, paints=paints, compiled=False)

    for other in (dense, plain):
        assert torch.equal(by_kernel.which, other.which)
        assert torch.equal(by_kernel.rgb, other.rgb)
    flat = by_kernel.rgb.reshape(-1, 3)
    assert set(map(tuple, (flat * 255).round().int().tolist())) <= set(palette.colours)
    with_free = choose_among(canvas, target, covers, 5)
    assert not torch.equal(with_free.rgb, by_kernel.rgb)


@pytest.mark.parametrize("keep_all", [False, True])
@pytest.mark.parametrize("left", [0, 3, 12])
def test_no_way_to_choose_takes_what_is_barred(left: int, keep_all: bool) -> None:
    chance = torch.Generator().manual_seed(1)
    canvas, target = torch.rand(2, 3, 32, 32, generator=chance), torch.rand(2, 3, 32, 32, generator=chance)
    shapes = torch.rand(2 * 20, 10, generator=chance)
    barred = torch.ones(2, 20, dtype=torch.bool)
    barred[:, torch.randperm(20, generator=chance)[:left]] = False
    brush = BRUSHES[0]
    alpha = stroke_alpha(brush, shapes, Size(32, 32)).reshape(2, 20, 32, 32)
    covers = proposals_covers(brush, shapes, 32)

    choices = [
        choose_among(canvas, target, covers, 5, barred=barred, keep_all=keep_all),
        choose(canvas, target, alpha, 5, barred=barred, keep_all=keep_all),
        choose(canvas, target, alpha, 5, barred=barred, keep_all=keep_all, compiled=False),
    ]

    for choice in choices:
        assert not barred[torch.arange(2)[:, None], choice.which][choice.keep].any()
        assert torch.equal(choice.keep, choices[0].keep)
        assert torch.equal(choice.which[choice.keep], choices[0].which[choice.keep])
        torch.testing.assert_close(choice.canvas, choices[0].canvas)
        assert choice.keep.sum() <= 2 * min(left, 5)
    if keep_all:
        assert choices[0].keep.sum() == 2 * min(left, 5)


def test_the_table_names_the_nearest_colour() -> None:
    palette = palette_of(photo("coffee", 64), 20)
    table = palette.table()
    side = len(table)
    cells = np.random.default_rng(0).integers(0, side, (500, 3))
    found = table[cells[:, 0], cells[:, 1], cells[:, 2]]
    assert np.array_equal(found, palette.nearest((cells + 0.5) / side))


# Strokes by hand -------------------------------------------------------------------------------------------------


def test_refinement_leaves_locked_strokes_on_top_to_be_seen(painter: Painter) -> None:
    target = photo("astronaut", 128)
    job = PaintJob(target=target, strokes=150)
    document = painter.painted(job)
    last = document.strokes[-3:]
    opaque = last.parameters.copy()
    opaque[:, 8:10] = 1
    magenta, locked = np.tile([1.0, 0.0, 1.0], (3, 1)), np.full(3, LOCKED, np.uint8)
    of_hand = last.changed(parameters=opaque, rgb=magenta, flags=locked)
    marked = document.painted(of_hand)

    spare = painter.spare(job, marked, 100)
    *_, end = refine(marked, target, steps=30, spare=spare)

    seen = [(draw(each) == np.float32([1, 0, 1])).all(axis=2).sum() for each in (marked, end.document)]
    assert seen[1] == seen[0] > 10
    assert end.document.strokes[-3:].locked.all()
    assert not end.document.strokes[:-3].locked.any()


# Widths and opacities --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [(0.0, 2.0), (3.0, 8.0), (5.0, 100.0)])
def test_strokes_are_as_thick_as_asked_for(painter: Painter, width: tuple[float, float]) -> None:
    target = photo("chelsea", 160)
    job = PaintJob(target=target, strokes=200, stroke_type="bezier", bounds=Bounds(width=width, opacity=(0.8, 0.9)))

    document = painter.painted(job)

    for each in (document, refined(document, job, painter)):
        thick, opacity = thickness(each), each.strokes.parameters[:, 8:10]
        assert thick.min() > width[0] - 1e-3
        assert thick.max() < width[1] + 1e-3
        assert opacity.min() > 0.8 - 1e-6
        assert opacity.max() < 0.9 + 1e-6


def thickness(document: Document) -> NDArray[np.float64]:
    """[N, 2] diameters at both ends, hundredths of the longer side."""
    strokes = document.strokes
    found: NDArray[np.float64] = BRUSHES[0].geometry(strokes.parameters.astype(np.float64), strokes.patches)["radii"]
    return 200 * found / document.size.longer


def test_a_width_leaves_out_the_levels_that_cannot_have_it() -> None:
    target = np.zeros((64, 64, 3), np.uint8)

    def divides(width: tuple[float, float]) -> list[int]:
        job = PaintJob(target=target, strokes=4000, divide=8, bounds=Bounds(width=width))
        return [each.divide for each in job.levels(64)]

    assert divides((0.0, 100.0)) == [1, 2, 4, 8, 16]
    assert max(divides((6.0, 100.0))) <= 25 / 6
    assert min(divides((0.0, 1.0))) >= 100 / 16


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"min_size": -1.0}, "from 0 to 50"),
        ({"min_size": math.nan}, "from 0 to 50"),
        ({"width": (3.0, 2.0)}, "the least and the most, from 0 to 100"),
        ({"width": (0.0, 0.0)}, "the least and the most"),
        ({"width": (math.nan, 5.0)}, "the least and the most"),
        ({"opacity": (0.5, 1.1)}, "the least and the most, from 0 to 1$"),
        ({"opacity": (-0.1, 1.0)}, "the least and the most"),
    ],
)
def test_bounds_out_of_range_are_refused(given: dict[str, tuple[float, float]], problem: str) -> None:
    with pytest.raises(SettingError, match=problem.replace("$", "")):
        Bounds(**given)  # type: ignore[arg-type]


def test_bounds_tell_only_what_is_asked_for() -> None:
    assert Bounds().values() == {}
    told = Bounds(width=(1, 5), opacity=(0.5, 1), palette=Palette.of([(1, 2, 3)]), protect=ellipse(20, 20)).values()
    assert told["width"] == [1, 5]
    assert told["palette"] == ["#010203"]
    assert len(told["protect"]) == 16
    assert told["protect"] != Bounds(protect=ellipse(20, 21)).values()["protect"]
