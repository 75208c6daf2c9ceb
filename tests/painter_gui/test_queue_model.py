"""The queue's entries: what is added, moved, remembered."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import PainterError, PictureError
from core.paint_options import PaintOptions
from painter_gui.paint_settings import PaintSettings
from painter_gui.queue_model import QueueChoices, QueueModel, State
from painter_gui.queue_options import paint_options

OUT = Path("/paintings")


def model_of(*names: str) -> QueueModel:
    model = QueueModel(OUT)
    model.add(Path("/photos") / name for name in names)
    return model


def names(model: QueueModel) -> list[str]:
    return [entry.source.name for entry in model.entries]


def restored(values: Any) -> QueueModel:
    return QueueModel.of(json.loads(json.dumps(values)), Path("/usual"))


def test_what_is_added_waits_in_its_order_and_once() -> None:
    model = model_of("b.png", "a.png", "b.png")

    assert names(model) == ["b.png", "a.png"]
    assert model.add([Path("/photos/a.png"), Path("/photos/c.png")]) == 1
    assert [entry.state for entry in model.entries] == [State.WAITING] * 3
    assert model.next is model.entries[0]


def test_each_entry_has_a_folder_of_its_own_that_later_ones_do_not_change() -> None:
    model = model_of("a.png", "A.jpg", "a.jpg", "b.png", "...png", "..jpg")
    folders = [entry.folder for entry in model.entries]

    assert folders == ["a", "A-jpg", "a-jpg-2", "b", "painting", "painting-jpg"]
    model.remove([1])
    model.add([Path("/photos/a.webp")])
    assert [entry.folder for entry in model.entries] == [*folders[1:], "a"]


@pytest.mark.parametrize(
    ("moved", "by", "order"),
    [
        ("b", -1, "bacd"),
        ("b", 1, "acbd"),
        ("cd", -1, "acdb"),
        ("ab", -1, "abcd"),
        ("bd", 1, "acbd"),
        ("ac", 1, "badc"),
        ("d", 1, "abcd"),
    ],
)
def test_entries_move_by_a_place_and_those_at_the_end_stay_in_their_order(moved: str, by: int, order: str) -> None:
    model = model_of("a", "b", "c", "d")

    model.move([entry.number for entry in model.entries if entry.source.name in moved], by)

    assert "".join(names(model)) == order


def test_only_what_has_ended_is_painted_again() -> None:
    model = model_of("a", "b", "c", "d")
    done, failed, painting, waiting = model.entries
    model.put(replace(done, state=State.DONE, painted_in=OUT / "a", psnr=30.0))
    model.put(replace(failed, state=State.FAILED, error=PainterError("no")))
    model.put(replace(painting, state=State.PAINTING))

    model.again(entry.number for entry in model.entries)

    assert model.entries == (done, failed, replace(painting, state=State.PAINTING), waiting)


def test_it_is_remembered_and_what_was_being_painted_waits() -> None:
    model = model_of("a.png", "b.png", "c.png", "d\udcff.png", "a.jpg")
    model.choices = QueueChoices(svg=False, film=True, refine=50)
    done, failed, skipped, painting, _ = model.entries
    model.put(replace(done, state=State.DONE, painted_in=Path("/other/a"), psnr=28.5))
    model.put(replace(failed, state=State.FAILED, error=PictureError("b.png", "it is damaged")))
    model.put(replace(skipped, state=State.SKIPPED, painted_in=OUT / "c"))
    model.put(replace(painting, state=State.PAINTING))

    again = restored(model.values())

    assert (again.out, again.choices) == (OUT, model.choices)
    assert [entry.source for entry in again.entries] == [entry.source for entry in model.entries]
    assert [entry.folder for entry in again.entries] == ["a", "b", "c", "d\udcff", "a-jpg"]
    assert again.entries[0] == model.entries[0]
    assert str(again.entries[1].error) == "Cannot open picture b.png: it is damaged."
    assert [entry.state.value for entry in again.entries] == ["done", "failed", "skipped", "waiting", "waiting"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"out": 3, "entries": "none", "refine": -1, "svg": "yes"},
        {"out": "a\0b", "entries": [3, None, {}, {"source": ""}, {"source": "a\0"}], "refine": True},
    ],
)
def test_values_that_are_wrong_are_left_out(values: dict[str, Any]) -> None:
    model = restored(values)

    assert (model.out, model.choices, len(model)) == (Path("/usual"), QueueChoices(), 0)


@pytest.mark.parametrize("psnr", ["high", 10**400, math.nan, True])
def test_a_figure_that_is_none_is_left_out(psnr: object) -> None:
    entry = {"source": "/photos/a.png", "state": "done", "painted_in": "/out/a", "psnr": psnr}

    (restored_entry,) = restored({"entries": [entry]}).entries

    assert restored_entry.state is State.DONE
    assert restored_entry.psnr is None


def test_thousands_are_read_at_once() -> None:
    model = QueueModel(OUT)
    model.add(Path(f"/photos/{number}.png") for number in range(8000))
    values, begun = model.values(), time.perf_counter()

    again = restored(values)

    assert time.perf_counter() - begun < 5  # of a time that grows with their number's square it would be 20
    assert again.entries == model.entries


@pytest.mark.parametrize("folder", ["..", ".", "", "a/b", "/etc", "a\0", 3, "B"])
def test_a_folder_that_leads_elsewhere_or_is_taken_is_not_believed(folder: object) -> None:
    entries = [{"source": "/photos/b.png"}, {"source": "/photos/a.png", "folder": folder, "state": "done"}]

    model = restored({"entries": entries})

    assert model.entries[1].folder == "a"
    assert model.entries[1].state is State.WAITING  # done, but nobody knows where


def test_the_panels_settings_and_the_choices_become_options() -> None:
    settings = PaintSettings(
        stroke_type="circle", preset="paper", divide=3, max_step=7, strokes=11, background=(1, 2, 3), seed=5,
        device="cpu", actor=Path("a.safetensors"), width=(1.0, 2.0), opacity=(0.5, 0.9), palette="7",
    )  # fmt: skip
    choices = QueueChoices(svg=False, film=True, frames=True, refine=50)

    assert paint_options(settings, choices) == PaintOptions(
        stroke_type="circle", preset="paper", divide=3, max_step=7, strokes=11, background=(1, 2, 3), seed=5,
        device="cpu", actor=(Path("a.safetensors"),), svg=False, video=True, frames=True, refine="50",
        width=(1.0, 2.0), opacity=(0.5, 0.9), palette="7",
    )  # fmt: skip
    assert paint_options(PaintSettings(), QueueChoices()) == PaintOptions()
