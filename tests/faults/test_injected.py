"""Memory that runs out and devices that fail at any call of the painter, the refiner or an exporter.

What was painted stays, what was written stays, and the next try works.
"""

from __future__ import annotations

import errno
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
import torch

import core.refine
from core.bounds import Bounds
from core.brushes import BEZIER
from core.device import GpuTrouble
from core.document import Document
from core.easel import HostEasel
from core.errors import PainterError
from core.geometry import Size
from core.hand import Hand
from core.job import PaintJob
from core.painter import Painter
from core.polish import Polish
from core.refine import refine
from core.schedule import Level
from core.weights import load_actors, save_actor
from tests.faults.children import EXPORTS, exported, painting, photo
from training.actors import new_actor

CALLS = 12
"""Calls, chosen by chance, at which each error is met."""

HOST = (MemoryError(), OSError(errno.EIO, "Input/output error"))
GPU = (
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("CUDA error: device-side assert triggered"),
    RuntimeError("CUDA driver error: unknown error"),
    RuntimeError("Triton Error [CUDA]: an illegal memory access was encountered"),
    RuntimeError("CUDNN_STATUS_EXECUTION_FAILED"),
)


class Failing:
    """In the place of a method: fails at its nth call, counted from 1."""

    def __init__(self, function: Callable[..., Any], error: Exception | None = None, at: int = 0) -> None:
        self.function, self.error, self.at, self.calls = function, error, at, 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.calls += 1
        if self.calls == self.at and self.error is not None:
            raise self.error
        return self.function(*arguments, **options)

    def __get__(self, owner: Any, _kind: type) -> Any:
        return self if owner is None else partial(self, owner)


def met_by(error: Exception, documents: Iterator[Document]) -> list[Document]:
    """The documents that come until an error of the host is met; those of a GPU must not come out."""
    found = []
    with nullcontext() if error in GPU else pytest.raises(type(error)):
        for document in documents:
            found.append(document)  # noqa: PERF402  # what came before the error counts
    return found


@pytest.fixture(scope="module")
def actor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "actor.safetensors"
    save_actor(new_actor(BEZIER, width=0.0625, side=32), path, stroke_type="bezier")
    return path


JOB = PaintJob(target=photo(), strokes=120, divide=2)


def painter_on(device: str, actor: Path, told: list[GpuTrouble], monkeypatch: pytest.MonkeyPatch) -> Painter:
    """A painter that believes to be on that device; its networks are on the CPU."""

    def easel(painter: Painter, job: PaintJob, document: Document, level: Level, _: None) -> HostEasel:
        return HostEasel(job, document, level, painter._side, torch.device("cpu"), neural=False)

    painter = Painter(*load_actors([actor], stroke_types=("bezier",)), device=torch.device("cpu"), told=told.append)
    painter._device = torch.device(device)
    monkeypatch.setattr(Painter, "_easel", easel)
    monkeypatch.setattr(Painter, "_most_together", lambda painter: 8)
    painter._batch = 8
    return painter


@pytest.mark.parametrize("error", [*GPU, *HOST], ids=str)
def test_in_the_painter(error: Exception, actor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Failing(Hand.answer)
    monkeypatch.setattr(Hand, "answer", answer)
    expected = [frame.document for frame in painter_on("cpu", actor, [], monkeypatch).frames(JOB)]
    for at in random.Random(0).sample(range(1, answer.calls + 1), min(CALLS, answer.calls)):
        monkeypatch.setattr(Hand, "answer", Failing(answer.function, error, at))
        told: list[GpuTrouble] = []
        painter = painter_on("cuda", actor, told, monkeypatch)
        documents = met_by(error, (frame.document for frame in painter.frames(JOB)))
        for document in documents:  # whole steps, and nothing else
            assert document.strokes == expected[-1].strokes[: len(document.strokes)]
            assert np.isfinite(document.strokes.parameters).all()
        if error in GPU:
            assert len(told) == 1
            assert len(documents[-1].strokes) == 120
        else:
            assert told == []
        rest = [frame.document for frame in painter.frames(JOB, documents[-1] if documents else None)]
        assert (rest or documents)[-1].strokes == expected[-1].strokes


@pytest.mark.parametrize("error", [*GPU, *HOST], ids=str)
def test_in_the_refiner(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    document, begin, descend = painting(40), Polish.__init__, Failing(Polish.descend)
    monkeypatch.setattr(Polish, "descend", descend)
    expected = list(refine(document, photo(), steps=30))
    measure = core.refine.Objective

    def anywhere(polish: Polish, painted: Document, size: Size, device: torch.device, bounds: Bounds) -> None:
        begin(polish, painted, size, torch.device("cpu"), bounds)

    # A GPU by its name: all is computed on the CPU.
    monkeypatch.setattr(Polish, "__init__", anywhere)
    monkeypatch.setattr(core.refine, "_device", torch.device)
    monkeypatch.setattr(
        core.refine, "Objective", lambda target, *, device="cpu", **rest: measure(target, device="cpu", **rest)
    )
    for at in random.Random(1).sample(range(1, descend.calls + 1), CALLS):
        monkeypatch.setattr(Polish, "descend", Failing(descend.function, error, at))
        told: list[GpuTrouble] = []
        refining = refine(document, photo(), steps=30, device="cuda", told=told.append)
        documents = met_by(error, (refined.document for refined in refining))
        assert all(np.isfinite(each.strokes.parameters).all() for each in documents)
        assert all(len(each.strokes) == 40 for each in documents)
        if error in GPU:
            assert len(told) == 1
            assert documents[-1].strokes == expected[-1].document.strokes
        else:
            assert told == []
            again = list(refine(document, photo(), steps=30))
            assert again[-1].document.strokes == expected[-1].document.strokes


class Profiler:
    """Counts the calls that are made in `core` where a file is drawn and put together, and fails at one of them."""

    def __init__(self, error: Exception | None = None, at: int = 0) -> None:
        self.error, self.at, self.calls = error, at, 0

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(("core.export", "core.rasteriser", "core.images", "core.timeline")):
            self.calls += 1
            if self.calls == self.at and self.error is not None:
                raise self.error

    def run(self, work: Callable[[], None]) -> None:
        sys.setprofile(self)
        try:
            work()
        finally:
            sys.setprofile(None)


@pytest.mark.parametrize("name", EXPORTS)
# Where the error meets a generator that is being closed.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
def test_in_an_exporter(name: str, tmp_path: Path) -> None:
    earlier, later, path = painting(30, 1), painting(40, 2), tmp_path / name
    exported(later, path)
    after = path.read_bytes()
    counted = Profiler()
    counted.run(lambda: exported(earlier, path))
    before = path.read_bytes()
    chance, failed = random.Random(name), 0
    for error in (*HOST, *GPU[:2]):
        for _ in range(CALLS):
            try:
                Profiler(error, chance.randrange(1, counted.calls + 1)).run(lambda: exported(later, path))
            except (PainterError, MemoryError, OSError, RuntimeError):
                failed += 1
                # Both are whole; the error may have come after the last byte. Of WebM a number is new each time.
                found = path.read_bytes()
                assert found in (before, after) or (name == "a.webm" and len(found) == len(after))
                assert [each.name for each in tmp_path.iterdir()] == [name]
            path.write_bytes(before)
    assert failed > 3 * CALLS
    exported(later, path)
    assert path.read_bytes() != before
