"""Painting in a process of its own; here in a thread, but for the one test that needs the process."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import psutil
import pytest
from PIL import Image

import core.batch
from core.brushes import CIRCLE
from core.errands import Errand
from core.errors import DeviceError, PictureError, SettingError
from core.export.stroke_json import read_json
from core.paint_options import PaintOptions
from core.paint_service import Broken, Cancel, Ended, Hold, Leave, Paint, Progressed, Ready, Service, serve
from core.weights import save_actor
from core.workshop import Workshop
from training.actors import new_actor

# imageio-ffmpeg leaves its pipes for the collector to close.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

TIMEOUT = 60


@pytest.fixture
def options(actor: Path) -> PaintOptions:
    return PaintOptions(actor=(actor,), divide=1, strokes=10, svg=False, device="cpu")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[0:24, 0:32]
    path = tmp_path / "photo.png"
    Image.fromarray(np.stack([rows * 5, columns * 3, rows * 7], axis=-1).astype(np.uint8)).save(path)
    return path


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    frames = imageio_ffmpeg.write_frames(str(path), (64, 48), fps=5, macro_block_size=1)
    frames.send(None)
    for index in range(3):
        frames.send(np.full((48, 64, 3), 60 * index, np.uint8))
    frames.close()
    return path


class Asker:
    """The other end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def ask(self, asked: object) -> None:
        self.pipe.send(asked)

    def hear(self) -> Any:
        assert self.pipe.poll(TIMEOUT), "nothing was told"
        return self.pipe.recv()

    def until(self, kind: type) -> Any:
        told = self.hear()
        while not isinstance(told, kind):
            told = self.hear()
        return told


Serve = Callable[[PaintOptions], Asker]


@pytest.fixture
def served() -> Iterator[Serve]:
    """Begins services, and ends them."""
    begun: list[tuple[Asker, threading.Thread]] = []

    def begin(options: PaintOptions) -> Asker:
        ours, theirs = multiprocessing.Pipe()
        thread = threading.Thread(target=Service(theirs, options).run)
        thread.start()
        begun.append((Asker(ours), thread))
        return begun[-1][0]

    yield begin
    for asker, thread in begun:
        asker.ask(Leave())
        thread.join(TIMEOUT)
        assert not thread.is_alive()


def paint(number: int, source: Path, out: Path) -> Paint:
    return Paint(number=number, errand=Errand(source=source, out=out))


def test_pictures_and_films_are_painted_and_what_lies_there_is_skipped(
    served: Serve, options: PaintOptions, photo: Path, film: Path, tmp_path: Path
) -> None:
    asker = served(options)
    assert asker.hear() == Ready()

    endings = []
    for number, source in enumerate((photo, film, photo, film), start=1):
        asker.ask(paint(number, source, tmp_path / source.stem))
        endings.append(asker.until(Ended))

    assert [each.ending for each in endings] == ["painted", "painted", "skipped", "skipped"]
    assert [each.number for each in endings] == [1, 2, 3, 4]
    assert endings[0].psnr > 5
    assert endings[1].psnr > 5
    assert endings[2].psnr is None
    assert len(read_json(tmp_path / "photo" / "strokes.json").strokes) == 10
    assert imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "film" / "painting.mp4"))[0] == 3
    assert sorted(path.name for path in (tmp_path / "film").iterdir()) == ["painting.mp4", "report.json"]


def test_a_film_that_has_changed_or_was_painted_otherwise_is_painted_anew(
    served: Serve, options: PaintOptions, actor: Path, film: Path, tmp_path: Path
) -> None:
    asker = served(options)
    asker.ask(paint(1, film, tmp_path / "out"))
    asker.until(Ended)
    film.write_bytes(film.read_bytes() + b"\0")  # which players pass over
    asker.ask(paint(2, film, tmp_path / "out"))
    other = served(PaintOptions(actor=(actor,), divide=1, strokes=11, svg=False, device="cpu"))
    assert asker.until(Ended).ending == "painted"
    other.ask(paint(1, film, tmp_path / "out"))

    assert other.until(Ended).ending == "painted"


def test_what_means_nothing_to_a_film_does_not_keep_it_from_being_painted(
    served: Serve, actor: Path, film: Path, photo: Path, tmp_path: Path
) -> None:
    asker = served(PaintOptions(actor=(actor,), divide=1, strokes=10, refine="2", video=True, device="cpu"))
    asker.ask(paint(1, film, tmp_path / "film"))
    assert asker.until(Ended).ending == "painted"
    asker.ask(paint(2, photo, tmp_path / "photo"))
    assert asker.until(Ended).ending == "painted"
    assert (tmp_path / "photo" / "painting.mp4").exists()

    paper = served(PaintOptions(actor=(actor,), divide=1, preset="paper", device="cpu"))
    paper.ask(paint(1, film, tmp_path / "paper"))
    assert isinstance(paper.until(Ended).error, SettingError)


def test_progress_is_told_by_stage(served: Serve, actor: Path, photo: Path, tmp_path: Path) -> None:
    asker = served(PaintOptions(actor=(actor,), divide=1, strokes=10, refine="2", frames=True, device="cpu"))
    asker.ask(paint(7, photo, tmp_path / "out"))

    told = [asker.hear()]
    while not isinstance(told[-1], Ended):
        told.append(asker.hear())

    stages = [each for each in told if isinstance(each, Progressed)]
    assert list(dict.fromkeys(each.what for each in stages)) == ["painting", "refining", "frames"]
    assert {each.number for each in stages} == {7}
    assert all(0 <= each.done <= each.total for each in stages)


def test_a_picture_that_fails_is_told_with_its_error(served: Serve, options: PaintOptions, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_text("Dear diary")
    asker = served(options)
    asker.ask(paint(1, tmp_path / "broken.png", tmp_path / "out"))

    ended = asker.until(Ended)

    assert ended.ending == "failed"
    assert isinstance(ended.error, PictureError)
    assert "not a picture of a kind" in ended.error.problem
    assert not (tmp_path / "out").exists()


def test_a_bug_that_one_picture_brings_out_does_not_cost_the_others(
    served: Serve, options: PaintOptions, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Workshop.paint

    def broken(workshop: Workshop, source: str, *arguments: Any, **named: Any) -> Any:
        if source.endswith("bug.png"):
            raise ZeroDivisionError("by zero")
        return whole(workshop, source, *arguments, **named)

    monkeypatch.setattr(Workshop, "paint", broken)
    asker = served(options)
    photo.with_name("bug.png").write_bytes(photo.read_bytes())
    asker.ask(paint(1, photo.with_name("bug.png"), tmp_path / "a"))
    first = asker.until(Ended)
    asker.ask(paint(2, photo, tmp_path / "b"))

    assert (first.ending, str(first.error)) == ("failed", "ZeroDivisionError: by zero")
    assert "in broken" in first.trace
    assert asker.until(Ended).ending == "painted"


def test_what_every_picture_would_meet_ends_it(
    served: Serve, options: PaintOptions, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: Any, **__: Any) -> Any:
        raise DeviceError("cuda", "it has too little memory")

    monkeypatch.setattr(core.batch, "outcome_of", short)
    asker = served(options)
    asker.ask(paint(1, photo, tmp_path / "a"))
    assert isinstance(asker.until(Broken).error, DeviceError)

    refused = served(PaintOptions(strokes=0)).until(Broken)
    assert isinstance(refused.error, SettingError)
    assert refused.trace == ""


def test_held_it_rests_and_goes_on_and_paints_the_same(served: Serve, actor: Path, photo: Path, tmp_path: Path) -> None:
    options = PaintOptions(actor=(actor,), divide=2, strokes=200, svg=False, device="cpu")
    asker = served(options)
    asker.until(Ready)
    asker.ask(Hold(on=True))
    asker.ask(paint(1, photo, tmp_path / "held"))
    assert not asker.pipe.poll(0.5)
    asker.ask(Hold(on=False))
    asker.until(Progressed)
    asker.ask(Hold(on=True))
    while asker.pipe.poll(0.5):  # what was told before it heard of that
        assert isinstance(asker.hear(), Progressed)
    asker.ask(Hold(on=False))
    assert asker.until(Ended).ending == "painted"
    Workshop(options).paint(str(photo), tmp_path / "alone")

    assert read_json(tmp_path / "held" / "strokes.json") == read_json(tmp_path / "alone" / "strokes.json")


def test_cancelled_even_while_held_it_leaves_nothing_and_does_the_next(
    served: Serve, options: PaintOptions, photo: Path, tmp_path: Path
) -> None:
    asker = served(options)
    asker.ask(Hold(on=True))
    asker.ask(paint(1, photo, tmp_path / "a"))
    asker.ask(Cancel(number=1))
    assert asker.until(Ended) == Ended(number=1, ending="cancelled")
    assert not (tmp_path / "a").exists()
    asker.ask(Hold(on=False))
    asker.ask(paint(2, photo, tmp_path / "b"))

    assert asker.until(Ended).ending == "painted"


def test_weights_of_other_strokes_are_left_out_and_told(served: Serve, options: PaintOptions, tmp_path: Path) -> None:
    path = tmp_path / "circles.safetensors"
    save_actor(new_actor(CIRCLE, width=0.125, side=32), path, stroke_type="circle")

    asker = served(PaintOptions(actor=(path,), device="cpu"))

    assert asker.until(Ready).idle == ("circles.safetensors",)


def test_the_process_gives_way_to_others_and_ends_with_the_pipe(
    options: PaintOptions, photo: Path, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, options), daemon=True)
    process.start()
    theirs.close()
    asker = Asker(ours)
    asker.until(Ready)
    assert psutil.Process(process.pid).nice() > psutil.Process().nice()
    asker.ask(Hold(on=True))
    asker.ask(paint(1, photo, tmp_path / "out"))

    ours.close()

    process.join(TIMEOUT)
    assert process.exitcode == 0
    assert not (tmp_path / "out").exists()
