"""Strokes deleted, muted, locked, recoloured and moved: what changes, and what must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.brushes import BEZIER
from core.colours import oklab
from core.document import BEFORE, Document
from core.editing import EDITED, Place, deleted, locked, moved, muted, recoloured
from core.geometry import Size
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.extents import extents_of
from core.rasteriser.fast import draw, measured
from core.stroke import LOCKED, Strokes
from core.timeline import Timeline
from core.weights import load_actor, save_actor
from tests.core.rasteriser.test_tiles import painting as every_type
from training.actors import new_actor

SIZE = Size(40, 60)


def painting(count: int = 8) -> Document:
    rng = np.random.default_rng(0)
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.column_stack([rng.uniform(-5, 30, (count, 2)), rng.uniform(8, 40, count)]),
        parameters=rng.random((count, 13), dtype=np.float32),
        steps=np.arange(count),
        errors=np.linspace(0.5, 0.1, count),
    )
    return Document(SIZE, (9, 8, 7), strokes, {"seed": 4})


PAINTING = painting()


def steps(document: Document) -> list[int]:
    """Which strokes there are, told by their steps."""
    return [int(step) for step in document.strokes.steps]


def known(document: Document) -> int:
    """How many errors are known; none after them may be."""
    count = int(np.isfinite(document.strokes.errors).sum())
    assert np.isfinite(document.strokes.errors[:count]).all()
    return count


def test_deleted_strokes_are_gone_and_the_rest_stays() -> None:
    left = deleted(PAINTING, np.array([2, 5]))
    assert steps(left) == [0, 1, 3, 4, 6, 7]
    assert known(left) == 2
    assert left.job == {"seed": 4, EDITED: 1}
    assert (left.size, left.background) == (PAINTING.size, PAINTING.background)
    assert steps(PAINTING) == list(range(8))


def test_a_mask_says_the_same_as_rows() -> None:
    mask = np.zeros(8, bool)
    mask[[2, 5]] = True
    assert deleted(PAINTING, mask) == deleted(PAINTING, np.array([2, 5]))
    with pytest.raises(ValueError, match="a mask of 3 does not fit 8 strokes"):
        deleted(PAINTING, np.ones(3, bool))


def test_what_changes_nothing_is_the_same_document() -> None:
    nothing = np.zeros(8, bool)
    everything = ~nothing
    assert deleted(PAINTING, nothing) is PAINTING
    assert muted(PAINTING, everything, on=False) is PAINTING
    assert locked(PAINTING, everything, on=False) is PAINTING
    assert recoloured(PAINTING, everything, PAINTING.strokes.rgb()) is PAINTING
    assert moved(PAINTING, everything, Place.TOP) is PAINTING
    assert moved(PAINTING, np.array([7]), Place.UP) is PAINTING
    assert moved(PAINTING, np.array([0, 1]), Place.DOWN) is PAINTING


def test_a_muted_stroke_is_drawn_as_if_it_were_deleted_and_comes_back() -> None:
    silent = muted(PAINTING, np.array([1, 6]))
    assert silent.strokes.muted.tolist() == [False, True, False, False, False, False, True, False]
    np.testing.assert_array_equal(draw(silent), draw(deleted(PAINTING, np.array([1, 6]))))
    assert not np.array_equal(draw(silent), draw(PAINTING))
    assert known(silent) == 1
    back = muted(silent, np.ones(8, bool), on=False)
    np.testing.assert_array_equal(draw(back), draw(PAINTING))
    assert back.job[EDITED] == 2


def test_locked_strokes_stay_as_they_are() -> None:
    kept = locked(PAINTING, np.array([3]))
    every = np.ones(8, bool)
    assert kept.strokes.flags.tolist() == [0, 0, 0, LOCKED, 0, 0, 0, 0]
    assert known(kept) == 8
    assert kept.job is PAINTING.job
    assert steps(deleted(kept, every)) == [3]
    assert muted(kept, every).strokes.muted.tolist() == [True] * 3 + [False] + [True] * 4
    assert recoloured(kept, every, np.ones(3)).strokes.rgb()[3].tolist() == kept.strokes.rgb()[3].tolist()
    assert moved(kept, np.array([3]), Place.TOP) is kept
    assert deleted(locked(kept, every, on=False), every).strokes == Strokes()


def test_a_colour_for_all_or_for_each() -> None:
    one = recoloured(PAINTING, np.array([2, 4]), np.array([1, 0.5, 0]))
    assert one.strokes.rgb()[[2, 4]].tolist() == [[1, 0.5, 0]] * 2
    assert one.strokes.rgb()[3].tolist() == PAINTING.strokes.rgb()[3].tolist()
    assert known(one) == 2
    each = recoloured(locked(PAINTING, np.array([2])), np.array([2, 4]), np.array([[1, 1, 1], [0, 0, 1]]))
    assert each.strokes.rgb()[4].tolist() == [0, 0, 1]
    assert each.strokes.rgb()[2].tolist() == PAINTING.strokes.rgb()[2].tolist()


def test_a_shift_keeps_how_colours_differ() -> None:
    dull = recoloured(PAINTING, np.ones(8, bool), 0.45 + 0.1 * PAINTING.strokes.rgb())
    shifted = recoloured(dull, np.ones(8, bool), np.array([0.6, 0.5, 0.4]), shift=True)
    before, after = (oklab(document.strokes.rgb()) for document in (dull, shifted))
    np.testing.assert_allclose(after.mean(axis=0), oklab(np.array([0.6, 0.5, 0.4])), atol=1e-4)
    np.testing.assert_allclose(after - after.mean(axis=0), before - before.mean(axis=0), atol=1e-4)


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        ([1, 3], Place.TOP, [0, 2, 4, 5, 6, 7, 1, 3]),
        ([4, 6], Place.BOTTOM, [4, 6, 0, 1, 2, 3, 5, 7]),
        ([2], Place.UP, [0, 1, 3, 2, 4, 5, 6, 7]),
        ([2], Place.DOWN, [0, 2, 1, 3, 4, 5, 6, 7]),
        ([2, 3], Place.UP, [0, 1, 4, 2, 3, 5, 6, 7]),
        ([2, 4], Place.UP, [0, 1, 3, 2, 5, 4, 6, 7]),
        ([3, 4], Place.DOWN, [0, 1, 3, 4, 2, 5, 6, 7]),
        ([0, 3], Place.DOWN, [0, 1, 3, 2, 4, 5, 6, 7]),
        ([7, 4], Place.UP, [0, 1, 2, 3, 5, 4, 6, 7]),
    ],
)
def test_moving_changes_the_order_alone(rows: list[int], place: Place, expected: list[int]) -> None:
    found = moved(PAINTING, np.array(rows), place)
    assert steps(found) == expected
    assert known(found) == next(index for index, step in enumerate(expected) if step != index)


def test_measured_again_the_errors_are_those_of_the_edited_painting() -> None:
    target = np.random.default_rng(1).random((*SIZE, 3), dtype=np.float32)
    edited = measured(muted(deleted(PAINTING, np.array([0])), np.array([2])), target)
    for count in (1, 4, 7):
        error = float(np.square(draw(edited.cut(count)).astype(np.float64) - target).mean())
        assert edited.strokes.errors[count - 1] == pytest.approx(error, rel=1e-5)
    assert edited.strokes.errors[2] == edited.strokes.errors[1]


def test_earlier_jobs_know_how_many_of_their_strokes_are_left() -> None:
    job = {"seed": 5, BEFORE: [{"seed": 1, "painted": 3}, {"seed": 2, "painted": 6}]}
    left = deleted(replace(PAINTING, job=job), np.array([1, 2, 4, 7]))
    assert left.job[BEFORE] == [{"seed": 1, "painted": 1}, {"seed": 2, "painted": 3}]
    assert left.painted_before == 3
    assert left.cut(2).job["seed"] == 2
    assert job[BEFORE][1] == {"seed": 2, "painted": 6}


@pytest.mark.parametrize("before", ["nonsense", [3, {"painted": "many"}, {"painted": -4}, {}], None])
def test_whatever_a_file_says_of_earlier_jobs_an_edit_leaves_it(before: object) -> None:
    left = deleted(replace(PAINTING, job={BEFORE: before, EDITED: "often"}), np.array([1]))
    assert left.job[EDITED] == 1
    assert len(left.job[BEFORE]) == len(before) if isinstance(before, list | str) else left.job[BEFORE] is None


# Painting on ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> Painter:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "actor.safetensors"
    save_actor(new_actor(BEZIER, width=0.125, side=32), path, stroke_type="bezier")
    return Painter(load_actor(path, stroke_type="bezier"))


EDITS: dict[str, Callable[[Document], Document]] = {
    "deleted": lambda document: deleted(document, np.arange(3, 9)),
    "the last deleted": lambda document: deleted(document, np.array([len(document.strokes) - 1])),
    "moved": lambda document: moved(document, np.array([0, 5]), Place.TOP),
    "muted": lambda document: muted(document, np.arange(0, 12, 2)),
    "recoloured": lambda document: recoloured(document, np.array([4]), np.zeros(3)),
    "locked": lambda document: locked(document, np.array([4])),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
@pytest.mark.parametrize("preset", ["default", "paper"])
def test_an_edited_painting_is_painted_on_to_its_budget(
    painter: Painter, edit: Callable[[Document], Document], preset: str
) -> None:
    target = np.random.default_rng(2).integers(0, 256, (48, 64, 3), np.uint8)
    job = PaintJob(target=target, preset=preset, strokes=50 if preset == "default" else None, max_step=4, divide=2)
    total = 50
    *_, begun = (
        frame.document for frame, _ in zip(painter.frames(job), range(3 if preset == "default" else 4), strict=False)
    )
    edited = edit(begun)

    document = painter.taken_over(job, edited)
    for frame in painter.frames(job, document):
        document = frame.document

    assert len(document.strokes) == total
    assert document.strokes[: len(edited.strokes)] == edited.strokes
    assert (EDITED in edited.job) == (BEFORE in document.job)
    if EDITED in edited.job:
        assert document.job[BEFORE] == [{**edited.job, "painted": len(edited.strokes)}]
    new = document.strokes.steps[len(edited.strokes) :]
    assert not len(new) or new.min() > edited.strokes.steps.max()


# Drawing anew -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [0, 2**22, 2**28])
def test_edited_again_and_again_every_moment_is_that_of_drawing_from_scratch(
    budget: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.timeline._LEAST_COST", 2.0**16)
    document = every_type(200)
    size = document.size.scaled(1.5)
    rng = np.random.default_rng(7)
    timeline = Timeline(document, size, budget)
    seen = [document]
    for turn in range(60):
        count = len(document.strokes)
        rows = rng.choice(count, int(rng.integers(1, 4)), replace=False)
        kind = rng.integers(0, 7)
        if kind == 0 and count > 100:
            document = deleted(document, rows)
        elif kind == 1:
            document = muted(document, rows, on=bool(turn % 2))
        elif kind == 2:
            document = recoloured(document, rows, rng.random(3))
        elif kind == 3:
            document = moved(document, rows, list(Place)[turn % 4])
        elif kind == 4:
            document = seen[int(rng.integers(len(seen)))]  # undone, however many edits ago
        elif kind == 5:
            document = document.painted(every_type(5, seed=turn).strokes)
        else:
            document = document.cut(count - 3)
        seen.append(document)
        timeline.follow(document)
        for moment in [len(document.strokes), int(rng.integers(len(document.strokes)))][: 1 + turn % 2]:
            np.testing.assert_array_equal(timeline.view(moment), draw(document.cut(moment), size))


def test_only_what_an_edit_touches_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    document = every_type(300)
    sides, middles = document.strokes.patches[:, 2], extents_of(document.strokes).reshape(-1, 2, 2).mean(axis=1)
    small = int(np.argmin(sides + 1000.0 * ((middles < 0) | (middles > document.size)).any(axis=1)))
    timeline = Timeline(document, document.size.scaled(3))
    timeline.view(300)
    from core import timeline as module

    laid: list[int] = []

    def counted(canvas: object, strokes: Strokes, *rest: object, **given: object) -> object:
        laid.append(len(strokes))
        return lay(canvas, strokes, *rest, **given)

    lay = module.lay
    monkeypatch.setattr(module, "lay", counted)
    followed = timeline.follow(deleted(document, np.array([small])))
    canvas = timeline.view(299)

    assert sum(laid) < 150
    assert 0 < followed.box.size.height * followed.box.size.width < 0.3 * canvas.shape[0] * canvas.shape[1]
    assert followed.moment(300) == 299


def test_once_later_strokes_have_covered_a_change_nothing_after_them_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stroke, then ten opaque ones over all of the sheet, and many small ones."""
    monkeypatch.setattr("core.timeline._LEAST_COST", 2.0**12)
    rng = np.random.default_rng(3)
    opaque = np.tile(np.array([0.5, 0.5, 1.0, 1.0, 0.2, 0.3, 0.4], np.float32), (10, 1))
    small = np.column_stack([rng.random((200, 2)), np.full(200, 0.03), rng.random((200, 4))]).astype(np.float32)
    shapes = np.concatenate([[[0.5, 0.5, 0.2, 1, 1, 0, 0]], opaque, small])
    patches = np.tile([-40.0, -30.0, 120.0], (211, 1))
    circles = Strokes.from_columns(types=np.full(211, 3), patches=patches, parameters=shapes, steps=np.zeros(211))
    document = Document(SIZE, (0, 0, 0), circles)
    size = SIZE.scaled(4)
    timeline = Timeline(document, size)
    timeline.view(211)
    from core import timeline as module

    laid: list[int] = []

    def counted(canvas: object, strokes: Strokes, *rest: object, **given: object) -> object:
        laid.append(len(strokes))
        return lay(canvas, strokes, *rest, **given)

    lay = module.lay
    monkeypatch.setattr(module, "lay", counted)
    edited = muted(document, np.array([0]))
    timeline.follow(edited)

    np.testing.assert_array_equal(timeline.view(211), draw(edited, size))
    assert sum(laid) < 100
