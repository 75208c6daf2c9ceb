"""A disk that fills up at some byte of a writer: the earlier file stands, it is told, and later it works.

Two kinds of full disks: a limit of the system on a file's size, to the byte, and a small disk in memory, to the page,
on which other programs (ffmpeg) fail as they would on a real one.
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image

from core.brushes import BEZIER
from core.document import Document
from core.errors import OutputError, PainterError
from core.export.document import ExportOptions, export_document
from core.journal import Journal, Work, read_journal
from core.session_file import SavedSession, load_session, save_session
from core.weights import load_actor, save_actor
from painter_gui.files import Photo
from painter_gui.kept_work import KeptWork
from tests.faults.children import EXPORTS, exported, painting, photo
from training.actors import new_actor
from training.datasets import pack_pictures
from training.run_folder import RunFolder

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them"),
    # A pipe that imageio leaves to be closed with the last reference to it, where ffmpeg is gone already.
    pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"),
]

PLACES = 20
"""Bytes at which each writer meets the end of the disk."""


class Writer(NamedTuple):
    """Something that writes one file, or a few into a folder."""

    write: Callable[[Path, Document], None]
    """Into a folder."""
    grows: bool = False
    """Whether it adds to what there is, rather than replace it."""


def session(folder: Path, document: Document) -> None:
    save_session(folder / "a.strokewise", SavedSession(photo=photo(), document=document, name="a"))


def journal(folder: Path, document: Document) -> None:
    Journal(folder / "strokes.journal").add(Work(document=document))


def kept_photo(folder: Path, document: Document) -> None:
    work = KeptWork(folder / "work")
    try:
        work.keep_photo(Photo.of(np.roll(photo(), len(document.strokes), axis=1)))
    finally:
        work.release()


def weights(folder: Path, document: Document) -> None:
    torch.manual_seed(len(document.strokes))
    save_actor(new_actor(BEZIER, width=0.0625, side=32), folder / "actor.safetensors", stroke_type="bezier")


def checkpoint(folder: Path, document: Document) -> None:
    torch.manual_seed(len(document.strokes))
    run = RunFolder(folder)
    run.save({"update": len(document.strokes), "weights": torch.rand(20_000)})


def sheet_of_samples(folder: Path, document: Document) -> None:
    RunFolder(folder).show("samples", np.roll(photo(), len(document.strokes), axis=1))


def packed(folder: Path, document: Document) -> None:
    pictures = folder.parent / f"pictures{len(document.strokes)}"
    if not pictures.exists():
        pictures.mkdir()
        for number in range(4):
            Image.fromarray(np.roll(photo(), number + len(document.strokes), axis=1)).save(pictures / f"{number}.png")
    pack_pictures([pictures], folder / "packed.safetensors", short_side=64)


def frames(folder: Path, document: Document) -> None:
    for old in folder.glob("frames/*"):
        old.unlink()
    export_document(document, folder / "frames", options=ExportOptions(count=3))


def export(name: str) -> Writer:
    return Writer(lambda folder, document: exported(document, folder / name))


WRITERS = {
    "session": Writer(session), "journal": Writer(journal), "photo kept": Writer(kept_photo),
    "weights": Writer(weights), "checkpoint": Writer(checkpoint), "packed pictures": Writer(packed),
    **{name: export(name) for name in EXPORTS},
}  # fmt: skip


@contextmanager
def file_size_limit(limit: int) -> Iterator[None]:
    """No file of this process, or of those it begins, may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 8 MiB in memory."""
    place = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no disk can be made here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def room(disk: Path, size: int) -> Iterator[None]:
    """Leave so many bytes of a disk, up to whole pages."""
    ballast = disk / "ballast"
    state = os.statvfs(disk)
    free = state.f_bavail * state.f_frsize
    descriptor = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    try:
        os.posix_fallocate(descriptor, 0, max(1, free - size))
        yield
    finally:
        os.close(descriptor)
        ballast.unlink()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def size_of(folder: Path) -> int:
    return sum(map(len, contents(folder).values()))


EARLIER, LATER = painting(120, 1), painting(160, 2)


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], int]:
    """Bytes that a writer's file has in the end."""
    found: dict[str, int] = {}

    def size(name: str) -> int:
        if name not in found:
            folder = tmp_path_factory.mktemp("whole") / "out"
            folder.mkdir()
            WRITERS[name].write(folder, LATER)
            found[name] = size_of(folder)
        return found[name]

    return size


def check(name: str, folder: Path, end_of_disk: Callable[[int], object], size: int) -> None:
    """Have a writer meet the end of the disk at many places; each time nothing but the telling must come of it."""
    WRITERS[name].write(folder, EARLIER)
    before = contents(folder)
    assert before
    chance = random.Random(name)
    for _ in range(PLACES):
        with pytest.raises(PainterError) as told, end_of_disk(chance.randrange(size)):  # type: ignore[attr-defined]
            WRITERS[name].write(folder, LATER)
        assert isinstance(told.value, OutputError)
        assert "\n" not in str(told.value)
        assert contents(folder) == before
    WRITERS[name].write(folder, LATER)
    assert contents(folder).keys() == before.keys()
    assert contents(folder) != before


@pytest.mark.parametrize("name", WRITERS)
def test_at_any_byte(name: str, tmp_path: Path, largest: Callable[[str], int]) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    check(name, folder, file_size_limit, largest(name))


@pytest.mark.parametrize("name", WRITERS)
def test_at_any_page(name: str, small_disk: Path, largest: Callable[[str], int]) -> None:
    folder = small_disk / "out"
    folder.mkdir()
    packed_before = list(small_disk.glob("pictures*"))
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        # What has a page to spare is written: less is left than the file needs.
        check(name, folder, lambda size: room(small_disk, size), max(1, largest(name) - 2 * page))
    finally:
        subprocess.run(["rm", "-r", folder, *packed_before], check=True)


def test_what_a_writer_left_is_whole(tmp_path: Path) -> None:
    """That the writers above do write what they are named after."""
    for writer in WRITERS.values():
        writer.write(tmp_path, LATER)
    assert load_session(tmp_path / "a.strokewise").document == LATER
    assert read_journal(tmp_path / "strokes.journal").document == LATER
    assert load_actor(tmp_path / "actor.safetensors", stroke_type="bezier").stroke_type == "bezier"
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["update"] == 160


def test_a_journal_that_cannot_grow_stands_and_grows_later(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    kept = Journal(path)
    kept.add(Work(document=EARLIER))
    size, chance = path.stat().st_size, random.Random(5)
    more = EARLIER.painted(LATER.strokes)
    for _ in range(PLACES):
        with pytest.raises(OutputError), file_size_limit(size + chance.randrange(10_000)):
            kept.add(Work(document=more))
        assert read_journal(path).document == EARLIER
    kept.add(Work(document=more))
    assert read_journal(path).document == more


def test_frames_written_so_far_are_whole(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    chance = random.Random(6)
    for _ in range(PLACES):
        for old in folder.glob("*"):
            old.unlink()
        with pytest.raises(OutputError), file_size_limit(chance.randrange(20_000)):
            export_document(LATER, folder, options=ExportOptions(count=6))
        for frame in folder.iterdir():
            assert frame.name.startswith("frame-")
            with Image.open(frame) as picture:
                picture.load()


def test_samples_and_metrics_that_cannot_be_written_do_not_end_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RunFolder(tmp_path)
    run.show("samples", photo())
    before = contents(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with file_size_limit(10):
            run.show("samples", photo()[::-1])
            run.record(3, loss=0.5)
    run.close()
    told = capsys.readouterr().out
    assert "no samples now" in told
    assert "not in metrics.jsonl" in told
    assert contents(tmp_path)["samples.png"] == before["samples.png"]
