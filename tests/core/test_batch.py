from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import core.workshop
from core.batch import Ending, Outcome, outcome_of, painted_one_by_one
from core.brushes import BEZIER
from core.errands import Errand, errands_for, pictures_in
from core.errors import DeviceError, OutputError, SettingError
from core.export.stroke_json import read_json
from core.paint_options import PaintOptions
from core.painter import Painter
from core.weights import save_actor
from core.workshop import PaintingCancelledError, Workshop
from training.actors import new_actor


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rows, columns = np.mgrid[0:24, 0:32]
    for index in (10, 9, 1):
        pixels = np.stack([rows * 5, columns * 3, rows * index], axis=-1).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"photo {index}.png")
    return folder


def workshop_of(actor: Path, **options: object) -> Workshop:
    quick = {"actor": (actor,), "divide": 1, "strokes": 10, "svg": False, "device": "cpu"}
    return Workshop(PaintOptions(**{**quick, **options}))  # type: ignore[arg-type]


def done(workshop: Workshop, photos: Path, out: Path) -> list[Outcome]:
    return list(painted_one_by_one(workshop, errands_for(pictures_in(photos), out)))


def endings(outcomes: list[Outcome]) -> list[str]:
    return [outcome.ending.value for outcome in outcomes]


# Painting and going on


def test_networks_are_loaded_once_and_each_painting_is_that_of_paint_alone(
    actor: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[object] = []
    load = core.workshop.load_actors
    monkeypatch.setattr(core.workshop, "load_actors", lambda *a, **b: loads.append(a) or load(*a, **b))

    outcomes = done(workshop_of(actor), photos, tmp_path / "out")

    assert len(loads) == 1
    assert endings(outcomes) == ["painted"] * 3
    assert [outcome.errand.out.name for outcome in outcomes] == ["photo 1", "photo 9", "photo 10"]
    workshop_of(actor).paint(str(photos / "photo 9.png"), tmp_path / "alone")
    assert read_json(tmp_path / "out" / "photo 9" / "strokes.json") == read_json(tmp_path / "alone" / "strokes.json")
    assert sorted(path.name for path in (tmp_path / "out" / "photo 9").iterdir()) == [
        "painting.png", "report.json", "strokes.json",
    ]  # fmt: skip


def test_what_is_finished_is_skipped_and_what_has_changed_is_painted_anew(
    actor: Path, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done(workshop_of(actor), photos, out)
    Image.new("RGB", (20, 20), "red").save(photos / "photo 1.png")
    (out / "photo 10" / "painting.png").unlink()
    finished = (out / "photo 9" / "report.json").stat().st_mtime_ns

    outcomes = done(workshop_of(actor), photos, out)

    assert endings(outcomes) == ["painted", "skipped", "painted"]
    assert (out / "photo 9" / "report.json").stat().st_mtime_ns == finished
    assert endings(done(workshop_of(actor), photos, out)) == ["skipped"] * 3


@pytest.mark.parametrize(
    "other",
    [{"strokes": 11}, {"seed": 1}, {"svg": True}, {"size": 48}, {"refine": "colours"}, {"frames": True}],
    ids=lambda each: next(iter(each)),
)
def test_other_options_paint_anew(other: dict[str, object], actor: Path, photos: Path, tmp_path: Path) -> None:
    done(workshop_of(actor), photos, tmp_path / "out")

    assert endings(done(workshop_of(actor, **other), photos, tmp_path / "out")) == ["painted"] * 3
    assert endings(done(workshop_of(actor, **other), photos, tmp_path / "out")) == ["skipped"] * 3


def test_other_weights_paint_anew_and_another_device_does_not(actor: Path, photos: Path, tmp_path: Path) -> None:
    done(workshop_of(actor), photos, tmp_path / "out")
    torch.manual_seed(1)
    save_actor(new_actor(BEZIER, width=0.125, side=32), tmp_path / "other.safetensors", stroke_type="bezier")

    assert endings(done(workshop_of(actor, device="auto"), photos, tmp_path / "out")) == ["skipped"] * 3
    assert endings(done(workshop_of(tmp_path / "other.safetensors"), photos, tmp_path / "out")) == ["painted"] * 3


@pytest.mark.parametrize("content", ["", "{", "[]", '{"options_digest": 3}'])
def test_a_report_that_is_none_is_no_reason_to_skip(content: str, actor: Path, photos: Path, tmp_path: Path) -> None:
    done(workshop_of(actor), photos, tmp_path / "out")
    (tmp_path / "out" / "photo 1" / "report.json").write_text(content)

    assert endings(done(workshop_of(actor), photos, tmp_path / "out")) == ["painted", "skipped", "skipped"]


def test_frames_of_a_painting_that_was_broken_off_make_way(actor: Path, photos: Path, tmp_path: Path) -> None:
    left = tmp_path / "out" / "photo 1" / "frames"
    left.mkdir(parents=True)
    for index in range(9):
        (left / f"frame-{index:06}.png").touch()

    outcomes = done(workshop_of(actor, frames=True), photos, tmp_path / "out")

    assert endings(outcomes) == ["painted"] * 3
    assert sorted(path.name for path in left.iterdir()) == ["frame-000000.png", "frame-000001.png"]


# What goes wrong


def test_a_picture_that_fails_does_not_hold_up_the_others(actor: Path, photos: Path, tmp_path: Path) -> None:
    (photos / "photo 2.png").write_text("Dear diary")
    (photos / "photo 3.png").symlink_to("nowhere.png")
    Image.new("RGB", (1, 1000)).save(photos / "photo 4.png")
    out = tmp_path / "out"
    out.mkdir()
    (out / "photo 4").write_text("a file is in the way")

    outcomes = done(workshop_of(actor), photos, out)

    assert endings(outcomes) == ["painted", "failed", "failed", "failed", "painted", "painted"]
    reasons = ["not a picture of a kind", "there is no such file", "a file has that name"]
    for outcome, reason in zip(outcomes[1:4], reasons, strict=True):
        assert reason in str(outcome.error)
    assert not (out / "photo 2").exists()
    assert endings(done(workshop_of(actor), photos, out)) == [
        "skipped", "failed", "failed", "failed", "skipped", "skipped",
    ]  # fmt: skip


def test_too_little_memory_for_one_picture_is_told_of_that_one(
    actor: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = core.workshop.draw
    calls: list[int] = []

    def scarce(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return draw(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(core.workshop, "draw", scarce)

    outcomes = done(workshop_of(actor), photos, tmp_path / "out")

    assert endings(outcomes) == ["painted", "failed", "painted"]
    assert "photo 9.png: there is too little memory to paint it" in str(outcomes[1].error)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), torch.OutOfMemoryError()], ids=["disk", "GPU"]
)
def test_what_the_next_picture_would_meet_too_ends_the_batch(
    error: Exception, actor: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = workshop_of(actor)

    def broken(*_: object, **__: object) -> None:
        if isinstance(error, OSError):
            raise OutputError(tmp_path, "the disk is full") from error
        raise error

    monkeypatch.setattr(Painter, "frames", broken)

    with pytest.raises((OutputError, DeviceError), match=r"disk is full|too little memory"):
        done(workshop, photos, tmp_path / "out")


def test_bad_options_are_refused_before_any_picture(actor: Path) -> None:
    for options in ({"strokes": 0}, {"size": 20_000}, {"loss": "l1"}, {"refine": "soon"}, {"stroke_type": "oil"}):
        with pytest.raises(SettingError):
            workshop_of(actor, **options)


def test_cancelling_ends_the_outcomes_and_the_next_run_goes_on(actor: Path, photos: Path, tmp_path: Path) -> None:
    out, asked = tmp_path / "out", 0
    workshop = workshop_of(actor)
    errands = errands_for(pictures_in(photos), out)

    def in_the_second_picture() -> bool:
        nonlocal asked
        asked += (out / "photo 1" / "report.json").exists()
        return asked > 4

    first = list(painted_one_by_one(workshop, errands, cancelled=in_the_second_picture))

    assert endings(first) == ["painted"]
    assert sorted(path.name for path in out.iterdir()) == ["photo 1"]
    assert endings(list(painted_one_by_one(workshop, errands))) == ["skipped", "painted", "painted"]


def test_cancelling_while_files_are_written_leaves_no_report(actor: Path, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    with pytest.raises(PaintingCancelledError):
        workshop_of(actor, video=True).paint(
            str(photos / "photo 1.png"), out, cancelled=lambda: (out / "painting.png").exists()
        )

    assert sorted(path.name for path in out.iterdir()) == ["painting.png", "strokes.json"]


@pytest.mark.parametrize("elsewhere", [None, "aside"])
def test_a_picture_is_not_replaced_by_its_own_painting(
    elsewhere: str | None, actor: Path, photos: Path, tmp_path: Path
) -> None:
    source = photos / "painting" / "painting.png"
    source.parent.mkdir()
    (photos / "photo 1.png").rename(source)
    before, errand = source.read_bytes(), Errand(source=source, out=source.parent)

    outcome = outcome_of(workshop_of(actor), errand, aside=None if elsewhere is None else photos / elsewhere)

    assert isinstance(outcome.error, OutputError)
    assert (outcome.error.path, outcome.error.problem) == (
        source,
        "it is what is to be painted; choose another folder",
    )
    assert source.read_bytes() == before
    assert [path.name for path in source.parent.iterdir()] == ["painting.png"]
    with pytest.raises(OutputError, match="it is what is to be painted"):
        workshop_of(actor).paint(str(source), source.parent)


def test_an_outcome_says_what_became_of_its_errand(actor: Path, photos: Path, tmp_path: Path) -> None:
    errand = Errand(source=photos / "photo 9.png", out=tmp_path / "out")

    (painted,) = painted_one_by_one(workshop_of(actor), [errand])
    (skipped,) = painted_one_by_one(workshop_of(actor), [errand])

    assert (painted.errand, painted.ending, painted.error) == (errand, Ending.PAINTED, None)
    assert painted.report is not None
    assert painted.report["strokes"] == 10
    assert skipped == Outcome(errand=errand, ending=Ending.SKIPPED)


def test_a_folder_in_the_way_of_a_report_costs_one_picture(actor: Path, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "photo 9" / "report.json").mkdir(parents=True)

    outcomes = done(workshop_of(actor), photos, tmp_path / "out")

    assert endings(outcomes) == ["painted", "failed", "painted"]
    assert "report.json: a folder has that name; choose another name" in str(outcomes[1].error)
