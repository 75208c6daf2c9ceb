"""Refinement: never worse, the same strokes for the same steps, and a whole document at any moment."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core import polish
from core import refine as refine_module
from core.bounds import Bounds
from core.brushes import BRUSHES
from core.device import GpuTrouble
from core.document import Document
from core.errors import SettingError
from core.geometry import Size
from core.objective import Objective
from core.rasteriser import painting as painting_module
from core.rasteriser.fast import draw
from core.refine import Refined, amount, refine
from core.stroke import Strokes

SIZE = Size(48, 64)


def painting(seed: int = 0, count: int = 40, size: Size = SIZE) -> Document:
    """Strokes of all types at random."""
    random = np.random.default_rng(seed)
    strokes = Strokes.from_columns(
        types=random.integers(0, len(BRUSHES), count),
        patches=np.column_stack(
            [
                random.uniform(-10, size.height, count),
                random.uniform(-10, size.width, count),
                random.uniform(8, 60, count),
            ]
        ),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32),
        steps=np.sort(random.integers(0, 9, count)),
    )
    return Document(size, (20, 20, 20), strokes, job={"seed": 7})


@pytest.fixture(scope="module")
def target() -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:48, 0:64]
    return np.stack([rows * 5, columns * 3, 255 - rows * 2], axis=-1).astype(np.uint8)


def error(document: Document, target: NDArray[np.uint8]) -> float:
    return float(np.square(draw(document).astype(np.float64) - target / 255).mean())


def last(document: Document, target: NDArray[np.uint8], **given: object) -> Refined:
    *_, found = refine(document, target, **given)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("steps", [1, 2, 15])
def test_it_is_never_worse(seed: int, steps: int, target: NDArray[np.uint8]) -> None:
    given = painting(seed)

    told = [error(found.document, target) for found in refine(given, target, steps=steps)]

    assert told[0] == error(given, target)
    assert told[-1] <= told[0]


def test_it_halves_the_error_of_random_strokes(target: NDArray[np.uint8]) -> None:
    given = painting()

    found = last(given, target, steps=60)

    assert error(found.document, target) < 0.5 * error(given, target)
    assert found.error == pytest.approx(error(found.document, target), rel=1e-3)
    assert found.steps == 60


def test_strokes_keep_their_number_types_places_and_order(target: NDArray[np.uint8]) -> None:
    given = painting()

    found = last(given, target, steps=20).document

    assert len(found.strokes) == len(given.strokes)
    for column in ("types", "patches", "steps"):
        np.testing.assert_array_equal(getattr(found.strokes, column), getattr(given.strokes, column))
    assert (found.size, found.background) == (given.size, given.background)
    assert found.job == {"seed": 7, "refined": 20}
    parameters = found.strokes.parameters
    assert parameters.min() >= 0
    assert parameters.max() <= 1
    sizes = np.array([brush.size for brush in BRUSHES])[given.strokes.types]
    past = np.arange(13) >= sizes[:, None]
    np.testing.assert_array_equal(parameters[past], given.strokes.parameters[past])


def test_each_strokes_error_is_that_of_the_canvas_after_it(target: NDArray[np.uint8]) -> None:
    found = last(painting(), target, steps=10).document

    for count in (1, 20, 40):
        part = replace(found, strokes=found.strokes[:count])
        assert float(found.strokes.errors[count - 1]) == pytest.approx(error(part, target), rel=1e-4)


def test_the_same_steps_give_the_same_strokes(target: NDArray[np.uint8]) -> None:
    one, other = (last(painting(), target, steps=12).document for _ in range(2))

    assert one == other


def test_strokes_do_not_become_fainter_than_is_allowed(target: NDArray[np.uint8]) -> None:
    given = painting()
    found = last(given, target, steps=30).document

    for kind, brush in enumerate(BRUSHES):
        faint = [index for index, name in enumerate(brush.parameters) if name.startswith("opacity")]
        of_kind = given.strokes.types == kind
        before, after = (each.strokes.parameters[of_kind][:, faint] for each in (given, found))
        assert bool((after >= np.minimum(before, 0.6) - 1e-6).all())


def test_cancelled_it_tells_the_best_so_far(target: NDArray[np.uint8]) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 9

    found = last(painting(), target, steps=1000, cancelled=cancelled)

    assert found.steps == 9
    assert error(found.document, target) < error(painting(), target)


def test_seconds_end_it(target: NDArray[np.uint8]) -> None:
    found = last(painting(), target, seconds=0.3)

    assert found.steps > 0
    assert error(found.document, target) < error(painting(), target)


def test_what_is_as_good_as_can_be_is_given_back(target: NDArray[np.uint8]) -> None:
    given = painting(count=5)
    exact = (draw(given) * 255).round().astype(np.uint8)

    found = last(given, exact, steps=5)

    assert error(found.document, exact) <= error(given, exact)


def test_a_bare_sheet_stays_bare(target: NDArray[np.uint8]) -> None:
    bare = Document(SIZE, (1, 2, 3))

    (found,) = refine(bare, target, steps=5)

    assert found.document is bare


def test_memory_is_bounded_by_a_smaller_size(monkeypatch: pytest.MonkeyPatch, target: NDArray[np.uint8]) -> None:
    sizes: list[tuple[int, ...]] = []
    real = polish.painted

    def watched(bare: object, *given: object, **how: object) -> object:
        sizes.append(tuple(bare.shape))  # type: ignore[attr-defined]
        return real(bare, *given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(polish, "painted", watched)
    monkeypatch.setattr(painting_module, "MOST_PIXELS", 2_000)
    found = last(painting(), target, steps=5)

    assert max(sizes)[1] < 40
    assert error(found.document, target) <= error(painting(), target)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "either steps or seconds"),
        ({"steps": 5, "seconds": 1.0}, "either steps or seconds"),
        ({"steps": 0}, "give 1 to 100,000 steps"),
        ({"seconds": 0.0}, "seconds above 0"),
        ({"seconds": float("nan")}, "seconds above 0"),
        ({"steps": 5, "loss": "l3"}, "l2, l1, mixed"),
        ({"steps": 5, "focus": np.zeros((4, 4), np.uint8)}, "hides the whole picture"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, object], message: str, target: NDArray[np.uint8]) -> None:
    with pytest.raises(SettingError, match=message):
        refine(painting(), target, **given)  # type: ignore[arg-type]


def test_a_target_of_another_size_is_refused(target: NDArray[np.uint8]) -> None:
    with pytest.raises(SettingError, match="64 x 47"):
        refine(painting(), target[:47], steps=1)


def test_an_amount_is_of_steps_or_seconds() -> None:
    assert amount("200") == (200, None)
    assert amount("2.5s") == (None, 2.5)
    for text in ("", "s", "-3", "1e9", "5m", "9" * 40, "\u0663"):
        with pytest.raises(SettingError, match="a number of steps"):
            amount(text)


# Spare strokes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("steps", [1, 3, 20])
def test_with_spare_strokes_there_are_as_many_as_before_and_it_is_never_worse(
    seed: int, steps: int, target: NDArray[np.uint8]
) -> None:
    given = painting(seed)

    told = list(refine(given, target, steps=steps, spare=painting(seed + 100, 31).strokes))

    assert {len(found.document.strokes) for found in told} == {40}
    assert error(told[-1].document, target) <= error(given, target)


def test_spare_strokes_take_the_place_of_those_that_do_little(target: NDArray[np.uint8]) -> None:
    given = painting()
    hidden = replace(given, strokes=given.strokes[:10].appended(given.strokes[:30]))  # the first ten lie twice

    alone = last(hidden, target, steps=60).document
    helped = last(hidden, target, steps=60, spare=painting(5, 40).strokes).document

    assert len(helped.strokes) == 40
    assert error(helped, target) < 0.9 * error(alone, target)


def test_the_same_spare_strokes_give_the_same_strokes(target: NDArray[np.uint8]) -> None:
    one, other = (last(painting(), target, steps=25, spare=painting(1).strokes).document for _ in range(2))

    assert one.strokes == other.strokes


def test_what_is_shown_has_the_spare_strokes_until_they_are_dropped(target: NDArray[np.uint8]) -> None:
    shown = [len(found.shown.strokes) for found in refine(painting(), target, steps=40, spare=painting(1).strokes)]

    assert shown[0] == 40
    assert 40 < shown[1] <= 80
    assert shown[1:] == sorted(shown[1:], reverse=True)
    assert shown[-1] == 40


# What is lowered -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["l1", "mixed"])
def test_other_losses_are_lowered_more_by_refining_for_them(loss: str, target: NDArray[np.uint8]) -> None:
    goal = target.astype(np.float32) / np.float32(255)
    measure = Objective(goal, loss=loss)

    found = {kind: last(painting(), target, steps=80, loss=kind).document for kind in ("l2", loss)}

    assert measure.of(draw(found[loss])) < measure.of(draw(found["l2"])) < 0.7 * measure.of(draw(painting()))


def test_where_the_focus_is_it_becomes_more_exact(target: NDArray[np.uint8]) -> None:
    focus = np.zeros((48, 64), np.uint8)
    focus[:, :32] = 255

    def left(document: Document) -> float:
        return float(np.square(draw(document)[:, :32] - target[:, :32] / 255).mean())

    plain, focused = (last(painting(), target, steps=60, focus=mask).document for mask in (None, focus))

    assert left(focused) < 0.9 * left(plain)


def test_no_stroke_shrinks_below_the_least_size(target: NDArray[np.uint8]) -> None:
    def lengths(document: Document) -> NDArray[np.float64]:
        strokes = document.strokes
        return np.array(
            [
                BRUSHES[kind].longest(shape[None].astype(np.float64))[0] * patch[2]
                for kind, shape, patch in zip(strokes.types, strokes.parameters, strokes.patches, strict=True)
            ]
        )

    before = lengths(painting())
    free, kept = (
        lengths(last(painting(), target, steps=60, bounds=Bounds(min_size=size)).document) for size in (0, 25)
    )

    least = np.minimum(0.25 * 64, before) - 1e-3
    assert (free < least).any()
    assert (kept >= least).all()


def test_spare_strokes_outside_the_focus_do_not_win_over_those_within(target: NDArray[np.uint8]) -> None:
    focus = np.zeros((48, 64), np.uint8)
    focus[:, :24] = 255
    measure = Objective(target.astype(np.float32) / np.float32(255), focus=focus)

    alone, helped = (
        last(painting(), target, steps=60, focus=focus, spare=spare).document for spare in (None, painting(5).strokes)
    )

    assert measure.of(draw(helped)) < measure.of(draw(alone))


@pytest.fixture
def gpu_that_fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[RuntimeError, int], None]:
    """Lets a GPU, which is there by its name only, fail so many tellings after refinement began on it."""

    def fails(error: RuntimeError, after: int) -> None:
        on_device = refine_module._refine

        def failing(*given: Any) -> Iterator[Refined]:
            if given[-1].type == "cpu":
                yield from on_device(*given)
                return
            if after:
                yield from itertools.islice(on_device(*given[:-1], torch.device("cpu")), after)
            raise error

        monkeypatch.setattr(refine_module, "_device", lambda _name: torch.device("cuda"))
        monkeypatch.setattr(refine_module, "_refine", failing)
        measure = refine_module.Objective
        monkeypatch.setattr(
            refine_module, "Objective", lambda target, *, device="cpu", **rest: measure(target, device="cpu", **rest)
        )

    return fails


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (torch.OutOfMemoryError("no room"), GpuTrouble.ON_CPU),
        (RuntimeError("CUDA error: out of memory\nIt might be asynchronous"), GpuTrouble.ON_CPU),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), GpuTrouble.FAILED),
        (RuntimeError("Triton Error [CUDA]: misaligned address"), GpuTrouble.FAILED),
    ],
)
def test_where_a_gpu_cannot_go_on_the_cpu_refines_from_the_beginning(
    after: int,
    error: RuntimeError,
    trouble: GpuTrouble,
    gpu_that_fails: Callable[[RuntimeError, int], None],
    target: NDArray[np.uint8],
) -> None:
    document, told = painting(), []
    expected = list(refine(document, target, steps=25))
    gpu_that_fails(error, after)

    found = list(refine(document, target, steps=25, device="cuda", told=told.append))

    assert told == [trouble]
    assert found[-1].document.strokes == expected[-1].document.strokes
    assert len(found) == len(expected) + max(0, after - 1)  # what was given is told once
    assert [each.steps for each in found].count(0) == 1


def test_what_is_refused_is_refused_at_once_on_a_gpu_too(
    gpu_that_fails: Callable[[RuntimeError, int], None], target: NDArray[np.uint8]
) -> None:
    gpu_that_fails(RuntimeError("never"), 0)
    with pytest.raises(SettingError, match="choose one of"):
        refine(painting(), target, steps=5, loss="l3", device="cuda")


def test_other_errors_are_not_taken_for_a_gpus(
    gpu_that_fails: Callable[[RuntimeError, int], None], target: NDArray[np.uint8]
) -> None:
    gpu_that_fails(RuntimeError("a bug"), 1)
    with pytest.raises(RuntimeError, match="a bug"):
        list(refine(painting(), target, steps=5, device="cuda"))
