"""The painter: same job, same strokes; exact budgets; pausing, cancelling and resuming at any step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.actor import Actor
from core.bounds import Bounds
from core.brushes import BEZIER, brush_named
from core.device import GpuTrouble
from core.document import BEFORE, Document
from core.easel import Easel, HostEasel
from core.errors import CheckpointError, SettingError
from core.geometry import Size
from core.hand import Answer, Hand
from core.job import PaintJob
from core.manner import Manner
from core.metrics import psnr
from core.painter import Painter
from core.rasteriser.fast import draw, to_bytes
from core.renderer import NeuralRenderer
from core.stroke import STROKES_PER_BUNDLE, Strokes
from core.weights import LoadedActor, LoadedRenderer, load_actor
from training.actors import new_actor


def loaded(actor: Actor, *, bgr: bool = False) -> LoadedActor:
    return LoadedActor(
        actor=actor.eval().requires_grad_(False), stroke_type="bezier", bgr=bgr, id="test", path=Path("test")
    )


@pytest.fixture(scope="module")
def painter() -> Painter:
    torch.manual_seed(0)
    return Painter(loaded(new_actor(BEZIER, width=0.125, side=32)))


@pytest.fixture(scope="module")
def job() -> PaintJob:
    rows, columns = np.mgrid[0:48, 0:64]
    target = np.stack([rows * 5, columns * 3, 255 - rows * 2], axis=-1).astype(np.uint8)
    return PaintJob(target=target, strokes=83, divide=2)


def last(painter: Painter, job: PaintJob, document: Document | None = None) -> Document:
    *_, frame = painter.frames(job, document)
    return frame.document


@pytest.mark.parametrize("budget", [1, 4, 5, 83, 200])
@pytest.mark.parametrize("preset", ["default", "paper"])
def test_the_budget_is_met_exactly(painter: Painter, job: PaintJob, budget: int, preset: str) -> None:
    document = last(painter, replace(job, strokes=budget, preset=preset))

    assert len(document.strokes) == budget


def test_without_a_budget_there_are_as_many_strokes_as_published(painter: Painter, job: PaintJob) -> None:
    document = last(painter, replace(job, strokes=None, max_step=4, divide=3, preset="paper"))

    assert len(document.strokes) == 5 * 2 * (1 + 9)
    assert len(np.unique(document.strokes.patches[10:], axis=0)) == 9


def test_the_same_job_gives_the_same_strokes_and_another_seed_others(painter: Painter, job: PaintJob) -> None:
    assert last(painter, job).strokes == last(painter, job).strokes
    assert last(painter, job).strokes != last(painter, replace(job, seed=1)).strokes


def test_painting_comes_near_the_photo(painter: Painter, job: PaintJob) -> None:
    document = last(painter, replace(job, strokes=300))

    assert document.size == Size(48, 64)
    assert psnr(to_bytes(draw(document)), job.target) > 22


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_a_painting_resumed_at_any_step_ends_as_if_it_had_not_stopped(
    painter: Painter, job: PaintJob, preset: str
) -> None:
    job = replace(job, preset=preset)
    whole = [frame.document for frame in painter.frames(job)]

    for stopped in whole[:-1:3]:
        assert last(painter, job, stopped).strokes == whole[-1].strokes


def test_frames_come_step_by_step_and_add_up(painter: Painter, job: PaintJob) -> None:
    frames, document = list(painter.frames(job)), Document(Size(48, 64))
    for frame in frames:
        assert len(set(frame.strokes.steps.tolist())) == 1
        document = document.painted(frame.strokes)

    assert document.strokes == frames[-1].document.strokes
    assert {frame.total for frame in frames} == {83}
    assert [frame.divide for frame in frames] == sorted(frame.divide for frame in frames)


def test_a_cancelled_painting_paints_no_further_step(painter: Painter, job: PaintJob) -> None:
    looked = []
    watching = painter._hands["bezier"].actor.register_forward_hook(lambda *_: looked.append(True))
    frames = painter.frames(job)
    first = next(frames)
    frames.close()
    watching.remove()

    assert len(first.document.strokes) <= STROKES_PER_BUNDLE
    assert len(looked) == 1


def test_each_stroke_carries_the_error_after_it_and_none_of_the_default_preset_raises_it_much(
    painter: Painter, job: PaintJob
) -> None:
    job = replace(job, strokes=40, divide=1, to_refine=True)  # too few for a second level
    document = last(painter, job)
    errors = document.strokes.errors

    assert np.all(np.isfinite(errors))
    # One window: a stroke is only laid where it lowers the window's error, and the window holds the sheet.
    assert np.all(np.diff(errors) <= 1e-6)
    # The level is drawn at 32 pixels for the sheet's longer 64.
    measured = draw(document, Size(24, 32))
    target = job.target.reshape(24, 2, 32, 2, 3).mean((1, 3)) / 255
    assert errors[-1] == pytest.approx(np.mean((measured - target) ** 2), abs=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (7, 5)])
def test_odd_sheets_are_painted_too(painter: Painter, size: tuple[int, int]) -> None:
    target = np.full((*size, 3), 200, np.uint8)

    document = last(painter, PaintJob(target=target, strokes=30, divide=2))

    assert draw(document).shape == (*size, 3)
    assert len(document.strokes) == 30


@pytest.mark.parametrize(
    ("setting", "value"), [("divide", 0), ("strokes", -1), ("strokes", 0), ("max_step", 0), ("preset", "quick")]
)
def test_a_setting_out_of_range_is_named_before_anything_is_painted(
    painter: Painter, job: PaintJob, setting: str, value: object
) -> None:
    with pytest.raises(SettingError) as caught:
        painter.frames(replace(job, **{setting: value}))  # type: ignore[arg-type]

    assert caught.value.name == setting.replace("_", "-")


def test_a_published_actor_sees_and_emits_blue_first(job: PaintJob) -> None:
    torch.manual_seed(0)
    actor = Actor(parameters=13, width=0.125, side=32)
    seen = []
    actor.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        actor.fc.weight.zero_()
        actor.fc.bias.copy_(
            torch.logit(torch.tensor([0.1, 0.2, 0.5, 0.5, 0.8, 0.7, 0.3, 0.2, 0.9, 0.8, 0.9, 0.5, 0.1] * 5))
        )
    paper = replace(job, preset="paper", divide=1, strokes=5)

    ours = last(Painter(loaded(actor)), paper).strokes
    published = last(Painter(loaded(actor, bgr=True)), paper).strokes

    np.testing.assert_allclose(
        ours.parameters[0], [0.1, 0.2, 0.5, 0.5, 0.8, 0.7, 0.3, 0.2, 0.9, 0.8, 0.9, 0.5, 0.1], atol=1e-6
    )
    np.testing.assert_allclose(published.rgb(), ours.rgb()[:, ::-1], atol=1e-7)
    assert torch.equal(seen[1][:, 3:6], seen[0][:, 3:6].flip(1))
    assert not torch.equal(seen[1][:, 3:6], seen[0][:, 3:6])


@pytest.mark.parametrize("side", [32, 128])
def test_a_neural_renderer_changes_what_the_actor_sees_but_not_how_strokes_are_drawn(side: int) -> None:
    torch.manual_seed(0)
    actor = loaded(Actor(parameters=13, width=0.125, side=side))
    renderer = LoadedRenderer(renderer=NeuralRenderer(width=0.125), stroke_type="bezier", id="r", path=Path("r"))
    target = np.full((40, 40, 3), 128, np.uint8)
    job = PaintJob(target=target, preset="paper", divide=1, strokes=10)

    exact, neural = last(Painter(actor), job).strokes, last(Painter(actor, renderer=renderer), job).strokes

    assert exact[:5].parameters.tolist() == neural[:5].parameters.tolist()
    assert exact[5:].parameters.tolist() != neural[5:].parameters.tolist()


def test_a_renderer_whose_pixels_the_actors_do_not_divide_is_refused(job: PaintJob) -> None:
    renderer = LoadedRenderer(renderer=NeuralRenderer(width=0.125), stroke_type="bezier", id="r", path=Path("r"))

    with pytest.raises(CheckpointError, match="the 96 pixels that the actor sees do not divide its 128"):
        Painter(loaded(new_actor(BEZIER, width=0.125, side=96)), renderer=renderer)


def test_numbers_that_are_not_finite_never_enter_a_document(job: PaintJob) -> None:
    actor = new_actor(BEZIER, width=0.125, side=32)
    with torch.no_grad():
        actor.emit.bias.fill_(torch.nan)

    with pytest.raises(CheckpointError, match="not finite"):
        next(Painter(loaded(actor)).frames(job))


def test_strokes_are_judged_by_what_they_do_on_the_sheet_alone(painter: Painter) -> None:
    # One window of a tall sheet sticks out by far; with no more than its own sliver to paint, all of it gets painted.
    target = np.full((64, 8, 3), 230, np.uint8)

    document = last(painter, PaintJob(target=target, strokes=40, divide=1))

    assert psnr(to_bytes(draw(document)), target) > 25


def test_a_finished_sheet_meets_its_budget_without_harm(painter: Painter) -> None:
    target = np.full((40, 40, 3), 255, np.uint8)

    document = last(painter, PaintJob(target=target, strokes=60, divide=2, background=(255, 255, 255)))

    assert len(document.strokes) == 60
    assert to_bytes(draw(document)).min() == 255


def test_many_windows_give_the_same_strokes_in_small_batches(
    painter: Painter, job: PaintJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = replace(job, strokes=200, divide=4)
    whole = last(painter, job).strokes
    monkeypatch.setattr("core.painter._BATCH", 3)
    parts = last(painter, job).strokes

    np.testing.assert_array_equal(parts.patches[:20], whole.patches[:20])
    np.testing.assert_allclose(parts.parameters[:20], whole.parameters[:20], atol=1e-4)


@pytest.mark.parametrize("change", [{"seed": 5}, {"divide": 3}, {"background": (9, 9, 9)}])
def test_going_on_with_a_document_of_another_job_is_refused(
    painter: Painter, job: PaintJob, change: dict[str, object]
) -> None:
    document = next(painter.frames(job)).document

    with pytest.raises(SettingError, match="painted by another job"):
        painter.frames(replace(job, **change), document)  # type: ignore[arg-type]


def test_a_painter_leaves_the_actor_it_was_given_alone(job: PaintJob) -> None:
    actor = loaded(new_actor(BEZIER, width=0.125, side=32))

    assert Painter(actor)._hands["bezier"].actor is not actor.actor


def test_another_job_goes_on_from_what_is_painted_and_the_document_remembers_both(
    painter: Painter, job: PaintJob
) -> None:
    first = next(painter.frames(replace(job, strokes=200))).document
    other = replace(job, strokes=60, seed=9)

    begun = painter.taken_over(other, first)
    painting = last(painter, other, begun)

    assert painting.strokes[: len(first.strokes)] == first.strokes
    assert len(painting.strokes) == 60
    assert painting.job["seed"] == 9
    assert painting.job[BEFORE] == [{**first.job, "painted": len(first.strokes)}]


def test_the_same_job_goes_on_from_the_middle_of_a_step(painter: Painter, job: PaintJob) -> None:
    whole = last(painter, replace(job, strokes=40))

    begun = painter.taken_over(replace(job, strokes=40), whole.cut(13))

    assert begun.job == whole.job
    assert len(last(painter, replace(job, strokes=40), begun).strokes) == 40


def test_a_painting_on_another_sheet_is_not_taken_over(painter: Painter, job: PaintJob) -> None:
    with pytest.raises(SettingError, match="its sheet is another one"):
        painter.taken_over(job, Document(Size(9, 9)))


def test_cancelling_within_a_step_ends_the_frames(painter: Painter, job: PaintJob) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == 8  # asked twice a step, of one batch each

    frames = list(painter.frames(job, cancelled=cancelled))

    assert len(frames) == 3
    assert len(asked) == 8


# Too little memory ------------------------------------------------------------------------------------------------


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A device on which no more windows than this list's last number can be looked at together."""
    room, answer = [1], Hand.answer

    def limited(hand: Hand, canvas: torch.Tensor, *rest: Any) -> Answer:
        if len(canvas) > room[-1]:
            raise torch.OutOfMemoryError("no room")
        return answer(hand, canvas, *rest)

    monkeypatch.setattr(Hand, "answer", limited)
    return room


def test_with_little_memory_fewer_windows_are_looked_at_together_and_the_strokes_are_the_same(
    painter: Painter, job: PaintJob, small_memory: list[int]
) -> None:
    told: list[GpuTrouble] = []
    short = Painter(*painter._actors, told=told.append)
    small_memory[-1] = 3

    document = last(short, replace(job, divide=4, strokes=300))

    assert told == [GpuTrouble.FEWER_WINDOWS] * 4  # 32, 16, 8, 4, 2
    small_memory[-1] = 32
    whole = last(painter, replace(job, divide=4, strokes=300))
    assert len(document.strokes) == 300
    np.testing.assert_array_equal(document.strokes.patches, whole.strokes.patches)
    np.testing.assert_allclose(document.strokes.parameters, whole.strokes.parameters, atol=1e-3)


def test_without_memory_for_one_window_the_cpu_paints(painter: Painter, job: PaintJob, small_memory: list[int]) -> None:
    told: list[GpuTrouble] = []

    def tell(trouble: GpuTrouble) -> None:
        told.append(trouble)
        small_memory[-1] = 0 if trouble is GpuTrouble.FEWER_WINDOWS else 32

    short, cpu = Painter(*painter._actors, told=tell), torch.device("cpu")
    short._device = torch.device("cuda")  # by its name; its networks are where they were
    short._most_together = lambda: 4  # type: ignore[method-assign]
    short._easel = lambda job, document, level, _: HostEasel(job, document, level, 32, cpu, neural=False)  # type: ignore[method-assign]

    document = last(short, job)

    assert told == [GpuTrouble.FEWER_WINDOWS, GpuTrouble.FEWER_WINDOWS, GpuTrouble.ON_CPU]
    assert short.device == cpu
    assert document.strokes == last(painter, job).strokes


def test_where_not_even_the_canvas_has_room_the_cpu_paints_at_once(painter: Painter, job: PaintJob) -> None:
    told: list[GpuTrouble] = []
    short = Painter(*painter._actors, told=told.append)
    easel = short._easel

    def limited(*given: Any) -> Easel:
        if short.device.type != "cpu":
            raise torch.OutOfMemoryError("no room")
        return easel(*given)

    short._easel = limited  # type: ignore[method-assign]
    short._device, short._batch = torch.device("cuda"), 32
    document = last(short, job)

    assert told == [GpuTrouble.ON_CPU]
    assert document.strokes == last(painter, job).strokes


@pytest.mark.parametrize("after", [0, 3])
def test_where_a_gpu_fails_the_cpu_paints_on_from_the_last_good_step(
    painter: Painter, job: PaintJob, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[GpuTrouble] = []
    short, cpu = Painter(*painter._actors, told=told.append), torch.device("cpu")
    short._device = torch.device("cuda")  # by its name; its networks are where they were
    short._easel = lambda job, document, level, _: HostEasel(job, document, level, 32, cpu, neural=False)  # type: ignore[method-assign]
    answer, asked = Hand.answer, []

    def failing(hand: Hand, *rest: Any) -> Answer:
        asked.append(short.device.type)
        if short.device.type == "cuda" and len(asked) > after:
            raise RuntimeError("CUDA error: device-side assert triggered")
        return answer(hand, *rest)

    monkeypatch.setattr(Hand, "answer", failing)
    frames = list(short.frames(job))

    assert told == [GpuTrouble.FAILED]
    assert short.device == cpu
    assert asked.count("cuda") == after + 1
    monkeypatch.undo()
    assert frames[-1].document.strokes == last(painter, job).strokes


def test_other_errors_within_a_step_are_not_taken_for_a_gpus(painter: Painter, job: PaintJob) -> None:
    def broken(*_given: Any, **_more: Any) -> Strokes:
        raise RuntimeError("a bug")

    short = Painter(*painter._actors)
    short._step = broken  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError, match="a bug"):
        last(short, job)


def test_a_gpu_that_fails_as_the_painter_is_made_is_left_at_once(painter: Painter, job: PaintJob) -> None:
    class Failing(Painter):
        def _move_to(self, device: torch.device) -> None:
            if device.type != "cpu":
                raise RuntimeError("CUDA error: unknown error")
            super()._move_to(device)

    told: list[GpuTrouble] = []
    short = Failing(*painter._actors, device="cuda", told=told.append)

    assert told == [GpuTrouble.FAILED]
    assert last(short, job).strokes == last(painter, job).strokes


def test_the_next_painting_is_as_if_there_had_been_room(
    painter: Painter, job: PaintJob, small_memory: list[int]
) -> None:
    short = Painter(*painter._actors)
    small_memory[-1] = 2
    last(short, job)
    small_memory[-1] = 32
    wide = replace(job, divide=4, strokes=300)

    assert last(short, wide).strokes == last(painter, wide).strokes


def test_where_even_the_cpu_has_no_room_it_says_so(painter: Painter, job: PaintJob, small_memory: list[int]) -> None:
    small_memory[-1] = 0
    with pytest.raises(torch.OutOfMemoryError):
        last(Painter(*painter._actors), job)


# Proposals, focus, least size and spare strokes ------------------------------------------------------------------


@pytest.mark.parametrize("ways", [2, 4, 8])
def test_more_ways_to_look_find_better_first_strokes(painter: Painter, job: PaintJob, ways: int) -> None:
    few, many = (
        next(painter.frames(replace(job, strokes=15, divide=1, ways=each))).strokes.errors for each in (1, ways)
    )

    assert many[0] <= few[0] + 1e-6  # the first stroke is the best of more
    assert last(painter, replace(job, ways=ways)).strokes == last(painter, replace(job, ways=ways)).strokes


def test_no_stroke_is_shorter_than_the_least_size_as_long_as_others_help(painter: Painter, job: PaintJob) -> None:
    def shortest(min_size: float) -> float:
        document = last(painter, replace(job, bounds=Bounds(min_size=min_size)))
        assert len(document.strokes) == len(last(painter, job).strokes)
        strokes = document.strokes
        lengths = BEZIER.longest(strokes.parameters.astype(np.float64)) * strokes.patches[:, 2]
        return float(np.quantile(lengths, 0.05)) / document.size.longer * 100

    free = shortest(0.0)
    assert shortest(1.3 * free) >= 1.3 * free - 1e-3


def test_where_there_is_no_focus_nothing_is_painted_at_the_finest_level(painter: Painter, job: PaintJob) -> None:
    focus = np.zeros((10, 10), np.uint8)
    focus[:, :3] = 255

    frames = list(painter.frames(replace(job, focus=focus, strokes=300, divide=4)))

    finest = [frame.strokes.patches for frame in frames if frame.divide == frames[-1].divide]
    patches = np.concatenate(finest)
    assert (patches[:, 1] < 0.3 * job.target.shape[1] + 4).all()


def test_spare_strokes_go_on_from_a_finished_painting(painter: Painter, job: PaintJob) -> None:
    document = last(painter, job)

    spare = painter.spare(job, document, 37)

    assert len(spare) == 37
    assert spare == painter.spare(job, document, 37)
    nearer = np.square(draw(document.painted(spare)) - job.target / 255).mean()
    assert nearer < np.square(draw(document) - job.target / 255).mean()
    assert len(painter.spare(job, document, 10, cancelled=lambda: True)) == 0


def test_a_manner_leaves_out_windows_by_error_or_solved_colours(job: PaintJob) -> None:
    torch.manual_seed(0)
    whole, grid, own = (
        Painter(loaded(new_actor(BEZIER, width=0.125, side=32)), manner=manner).painted(job)
        for manner in (None, Manner(by_error=False), Manner(solves=False))
    )

    rows = {round(float(patch[0]) % 16, 3) for patch in grid.strokes.patches[-20:]}
    assert len(rows) <= 3  # the published grid's places and no others
    errors = [float(np.square(draw(each) - job.target / 255).mean()) for each in (whole, grid, own)]
    assert errors[0] < errors[2]
    assert whole.strokes != grid.strokes


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"ways": 3}, "1, 2, 4, 8"),
        ({"focus": np.zeros((3, 3), np.uint8)}, "hides the whole picture"),
    ],
)
def test_settings_out_of_range_are_refused_when_the_job_is_made(
    job: PaintJob, setting: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        replace(job, **setting)


def test_a_job_tells_only_what_is_asked_for(job: PaintJob) -> None:
    assert {"ways", "min_size", "focus"}.isdisjoint(job.settings())
    told = replace(job, ways=2, bounds=Bounds(min_size=1.5), focus=np.ones((2, 2), np.uint8)).settings()
    assert (told["ways"], told["min_size"]) == (2, 1.5)


@pytest.mark.parametrize("preset", ["default", "paper"])
@pytest.mark.parametrize("painted", [3, 20, 83])
def test_spare_strokes_of_a_mix_for_certain_levels_are_painted_by_it(preset: str, painted: int, job: PaintJob) -> None:
    torch.manual_seed(0)
    circle = new_actor(brush_named("circle"), width=0.125, side=32).eval().requires_grad_(False)
    actors = (
        loaded(new_actor(BEZIER, width=0.125, side=32)),
        LoadedActor(actor=circle, stroke_type="circle", bgr=False, id="circle", path=Path("circle")),
    )
    mixed = replace(job, stroke_type="circle@1,bezier@2", strokes=83, divide=2, preset=preset)
    painter = Painter(*actors)
    if preset == "default":
        mixed = replace(mixed, strokes=50)
    document = painter.painted(mixed).cut(painted)

    spare = painter.spare(mixed, document, 400)

    assert len(spare) == 400


def test_with_a_large_least_size_the_levels_that_cannot_hold_it_are_left_out_and_the_longest_are_laid(
    job: PaintJob,
) -> None:
    trained = Painter(load_actor(None, stroke_type="bezier"))  # one that has not learned proposes only small dabs

    def lengths(min_size: float) -> NDArray[np.float64]:
        frames = list(trained.frames(replace(job, strokes=200, divide=4, bounds=Bounds(min_size=min_size))))
        assert max(frame.divide for frame in frames) <= (2 if min_size else 8)
        strokes = frames[-1].document.strokes
        found = BEZIER.longest(strokes.parameters.astype(np.float64)) * strokes.patches[:, 2] / 64 * 100
        return np.asarray(found)

    free, kept = lengths(0.0), lengths(20.0)

    assert np.mean(free >= 20) < 0.3
    assert np.median(kept) >= 20  # how many more depends on what the weights propose
    assert kept.min() > 12  # where hardly any proposal is long enough, it is the longest
