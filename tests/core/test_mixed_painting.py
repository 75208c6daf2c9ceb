"""Paintings of several stroke types: by level, by share, and switched by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.brushes import BRUSHES, brush_named
from core.document import BEFORE, Document
from core.errors import CheckpointError, SettingError
from core.geometry import Size
from core.job import PaintJob
from core.painter import Painter
from core.renderer import NeuralRenderer
from core.weights import LoadedActor, LoadedRenderer, load_actors, save_actor
from tests.core.test_painter import last
from training.actors import new_actor


def loaded(stroke_type: str, *, side: int = 32) -> LoadedActor:
    torch.manual_seed(0)
    actor = new_actor(brush_named(stroke_type), width=0.125, side=side).eval().requires_grad_(False)
    return LoadedActor(
        actor=actor, stroke_type=stroke_type, bgr=False, id=f"{stroke_type}.test", path=Path(stroke_type)
    )


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(*(loaded(brush.name) for brush in BRUSHES))


@pytest.fixture(scope="module")
def job() -> PaintJob:
    random = np.random.default_rng(0)
    target = np.kron(random.integers(0, 256, (12, 16, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    return PaintJob(target=target, strokes=420, divide=1, stroke_type="triangle@1,circle@2,bezier")


def names(document: Document) -> list[str]:
    return [BRUSHES[kind].name for kind in document.strokes.types.tolist()]


def test_each_level_is_painted_by_the_type_that_names_it(painter: Painter, job: PaintJob) -> None:
    document = last(painter, job)

    counts = [level.strokes for level in job.levels(32)]
    assert len(counts) == 3
    assert names(document) == ["triangle"] * counts[0] + ["circle"] * counts[1] + ["bezier"] * counts[2]
    assert document.job["weights"] == "triangle.test, circle.test, bezier.test"
    assert document.job["stroke_type"] == "triangle@1,circle@2,bezier"


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_shares_are_kept_to_within_a_step(painter: Painter, job: PaintJob, preset: str) -> None:
    document = last(painter, replace(job, stroke_type="bezier:3,flat:1", preset=preset, divide=2))

    per_step = np.bincount(document.strokes.steps).max()
    flats = names(document).count("flat")
    levels = 2 if preset == "paper" else 4
    assert abs(flats - len(document.strokes) / 4) <= levels * per_step


def test_a_step_is_of_one_type(painter: Painter, job: PaintJob) -> None:
    document = last(painter, replace(job, stroke_type="bezier,circle,triangle,flat,bezier-opaque"))

    types, steps = document.strokes.types, document.strokes.steps
    assert set(types.tolist()) == set(range(5))
    assert all(len(set(types[steps == step].tolist())) == 1 for step in np.unique(steps))


def test_a_mixed_painting_goes_on_from_any_step_as_it_would_have(painter: Painter, job: PaintJob) -> None:
    job = replace(job, stroke_type="bezier:2,circle,flat@3", strokes=120)
    frames = list(painter.frames(job))

    for frame in frames[:-1:3]:
        assert last(painter, job, frame.document).strokes == frames[-1].document.strokes


def test_a_type_that_finds_nothing_to_do_lets_the_next_one_try(
    painter: Painter, job: PaintJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = painter._step

    def barren_triangles(job: PaintJob, hand: object, *given: object, **named: object) -> object:
        strokes = step(job, hand, *given, **named)  # type: ignore[arg-type]
        return strokes[:0] if hand.brush.name == "triangle" else strokes  # type: ignore[attr-defined]

    monkeypatch.setattr(painter, "_step", barren_triangles)
    document = last(painter, replace(job, stroke_type="triangle,circle", strokes=60))

    assert names(document) == ["circle"] * 60


def test_a_type_switched_by_hand_in_the_middle_paints_the_rest(painter: Painter, job: PaintJob) -> None:
    first = replace(job, stroke_type="triangle", strokes=200)
    *_, frame = [frame for frame, _ in zip(painter.frames(first), range(5), strict=False)]
    painted = len(frame.document.strokes)
    second = replace(job, stroke_type="bezier,flat", strokes=200)

    document = last(painter, second, painter.taken_over(second, frame.document))

    assert 0 < painted < 200
    assert names(document)[:painted] == ["triangle"] * painted
    rest = names(document)[painted:]
    assert len(rest) == 200 - painted
    # The triangles before do not count against the two that share what is left.
    assert abs(rest.count("bezier") - rest.count("flat")) <= 2 * np.bincount(document.strokes.steps).max()
    assert document.job[BEFORE][0]["stroke_type"] == "triangle"


def test_a_level_without_a_type_is_refused_before_anything_is_painted(painter: Painter, job: PaintJob) -> None:
    with pytest.raises(SettingError, match="nothing paints level 3"):
        painter.frames(replace(job, stroke_type="triangle@1-2"))


def test_a_type_that_the_painter_has_no_actor_for_is_refused(job: PaintJob) -> None:
    with pytest.raises(SettingError, match=r"circle\.test paints circle"):
        Painter(loaded("circle")).frames(job)


def test_actors_that_see_differently_do_not_mix() -> None:
    with pytest.raises(CheckpointError, match=r"it sees 64 pixels and bezier\.test 32; mix actors of one size"):
        Painter(loaded("bezier"), loaded("circle", side=64))


def test_a_neural_renderer_draws_one_type_alone() -> None:
    renderer = LoadedRenderer(renderer=NeuralRenderer(width=0.125), stroke_type="bezier", id="r", path=Path("r"))

    with pytest.raises(CheckpointError, match="it draws bezier strokes alone"):
        Painter(loaded("bezier"), loaded("circle"), renderer=renderer)


def test_no_actor_is_no_painter() -> None:
    with pytest.raises(ValueError, match="needs an actor"):
        Painter()


@pytest.mark.parametrize(
    ("before", "count"),
    [(None, 0), ([], 0), ("x", 0), ([{}], 0), ([3], 0), ([{"painted": "7"}], 0), ([{"painted": 9}], 0)],
)
def test_what_a_file_says_of_earlier_jobs_is_not_trusted(before: object, count: int) -> None:
    document = Document(Size(8, 8), job={BEFORE: before})

    assert document.painted_before == count


def test_files_paint_the_types_they_are_of_and_bundled_weights_the_rest(tmp_path: Path) -> None:
    own = tmp_path / "mine.safetensors"
    save_actor(loaded("circle").actor, own, stroke_type="circle")

    actors = load_actors([own], stroke_types=["bezier", "circle"])

    assert [actor.stroke_type for actor in actors] == ["bezier", "circle"]
    assert [actor.path.name for actor in actors] == ["bezier-actor.safetensors", "mine.safetensors"]


def test_two_files_of_one_type_and_files_of_none_are_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one.safetensors", tmp_path / "other.safetensors"
    for path in (one, other):
        save_actor(loaded("circle").actor, path, stroke_type="circle")

    with pytest.raises(CheckpointError, match=r"it paints circle strokes, and so does one\.safetensors"):
        load_actors([one, other], stroke_types=["bezier", "circle"])
    with pytest.raises(CheckpointError, match="it paints circle strokes, and asked for are bezier, triangle"):
        load_actors([one], stroke_types=["bezier", "triangle"])
