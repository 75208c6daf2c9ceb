"""Feeds mutated files to what reads them, in a process of its own: `python -m tests.fuzz.run KIND COUNT SEED`.

Prints JSON: how many were read, how many refused, what went wrong (seed and error of each), the slowest in seconds and
the peak of the process's memory in MiB. A reader may return or raise a `PainterError`; anything else went wrong.
"""

from __future__ import annotations

import io
import json
import random
import struct
import sys
import tempfile
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
from PIL import Image

from core.branch_files import BranchFiles
from core.branches import Branches
from core.brushes import BRUSHES
from core.document import Document
from core.errors import PainterError
from core.export.stroke_json import document_of, stroke_file
from core.geometry import Size
from core.images import decoded_picture, load_picture
from core.journal import Journal, Work, read_journal
from core.session_file import SavedSession, load_session, save_session
from core.stroke import Strokes
from tests.fuzz.mutations import mutated_bytes, mutated_json, mutated_zip

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")

Case = Callable[[random.Random], Callable[[], object]]
"""From chance to a call that reads one mutated file."""


def document() -> Document:
    """A dozen strokes of all types, as of a painting."""
    chance = np.random.default_rng(0)
    count = 12
    strokes = Strokes.from_columns(
        types=np.arange(count) % len(BRUSHES),
        patches=np.column_stack([chance.uniform(-5, 30, (count, 2)), chance.uniform(4, 40, count)]),
        parameters=chance.random((count, 13), dtype=np.float32),
        steps=np.arange(count) // 5,
        errors=chance.random(count, dtype=np.float32),
    )
    return Document(Size(24, 36), (10, 20, 30), strokes, job={"seed": 7, "stroke_type": "bezier", "strokes": 12})


def photo(mode: str = "RGB") -> Image.Image:
    """24 x 36 pixels."""
    pixels = np.random.default_rng(1).integers(0, 256, (24, 36, 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def branches() -> Branches:
    """Two, one of them named."""
    whole = document()
    return Branches().kept(whole.cut(5), {"divide": 4}, automatic=True).kept(whole.cut(9), {"seed": 1}).renamed(1, "b")


def journal_file(path: Path) -> bytes:
    """A journal of three entries, beside its branches."""
    path.unlink(missing_ok=True)
    journal, whole = Journal(path), document()
    files = BranchFiles(path.parent)
    for count, kept in ((4, Branches()), (9, branches()), (12, branches())):
        said = files.write(kept)
        journal.add(Work(document=whole.cut(count), name="a", settings={"divide": 4}, branches=said))
    return path.read_bytes()


def session_file(path: Path) -> bytes:
    """A saved session with branches."""
    session = SavedSession(
        photo=np.asarray(photo()), document=document(), name="a", settings={"divide": 4}, branches=branches()
    )
    save_session(path, session)
    return path.read_bytes()


def picture_files() -> list[bytes]:
    """Pictures in every format, with and without transparency, palettes and comments."""
    files = []
    for kind in FORMATS:
        for mode in ("RGB", "RGBA", "P", "L"):
            buffer = io.BytesIO()
            try:
                photo(mode).save(buffer, kind, **({"exif": Image.Exif()} if kind in ("JPEG", "WEBP") else {}))
            except (OSError, KeyError, ValueError):  # not every format has every mode
                continue
            files.append(buffer.getvalue())
    return files


def weights_files() -> list[bytes]:
    """Weights of our own, and PyTorch checkpoints in today's form and the one before."""
    import torch

    from core.weight_files import FORMAT

    generator = torch.Generator().manual_seed(0)
    tensors = {"fc.weight": torch.rand(6, 4, generator=generator), "fc.bias": torch.rand(6, generator=generator)}
    head = {**FORMAT, "kind": "actor", "stroke_type": "bezier"}
    files = [safetensors.torch.save(tensors, metadata=head)]
    for zipped in (True, False):
        buffer = io.BytesIO()
        torch.save(tensors, buffer, _use_new_zipfile_serialization=zipped)
        files.append(buffer.getvalue())
    return files


def stroke_files(_folder: Path) -> Case:
    """Stroke files, most of them still JSON."""
    content = b"".join(stroke_file(document(), Path("a.json")))
    value = json.loads(content)

    def case(chance: random.Random) -> Callable[[], object]:
        changed = mutated_json(value, chance) if chance.random() < 0.7 else mutated_bytes(content, chance)
        return lambda: document_of(changed, Path("a.json"))

    return case


def sessions(folder: Path) -> Case:
    """Saved sessions, most of them still zips."""
    path = folder / "a.strokewise"
    with zipfile.ZipFile(io.BytesIO(session_file(path))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    jsons = {name: json.loads(content) for name, content in parts.items() if name.endswith(".json")}

    def case(chance: random.Random) -> Callable[[], object]:
        path.write_bytes(mutated_zip(parts, jsons, chance))
        return lambda: load_session(path)

    return case


def journals(folder: Path) -> Case:
    """Journals with branches, in most of which what was changed has the checksum that it should have."""
    path = folder / "a.journal"
    content = journal_file(path)
    magic = content[: content.index(b"\n") + 1]
    entries, place = [], len(magic)
    while place < len(content):
        head, body, _ = struct.unpack_from("<III", content, place)
        place += 12
        entries.append((json.loads(content[place : place + head]), content[place + head : place + head + body]))
        place += head + body

    def case(chance: random.Random) -> Callable[[], object]:
        if chance.random() < 0.4:
            path.write_bytes(mutated_bytes(content, chance))
        else:
            changed, which = magic, chance.randrange(len(entries))
            for number, (words, strokes) in enumerate(entries):
                head = json.dumps(words).encode()
                if number == which and chance.random() < 0.6:
                    head = mutated_json(words, chance)
                elif number == which:
                    strokes = mutated_bytes(strokes, chance)
                checksum = zlib.crc32(strokes, zlib.crc32(head))
                changed += struct.pack("<III", len(head), len(strokes), checksum) + head + strokes
            path.write_bytes(changed)
        return lambda: kept_work(path)

    return case


def kept_work(path: Path) -> Branches:
    """What a journal says, and the branches that it names."""
    work = read_journal(path)
    return BranchFiles(path.parent).read(work.branches, work.document.size)


def pictures(folder: Path) -> Case:
    """Pictures, from memory and from files."""
    files, path = picture_files(), folder / "a.picture"

    def case(chance: random.Random) -> Callable[[], object]:
        changed = mutated_bytes(chance.choice(files), chance)
        if chance.random() < 0.5:
            return lambda: decoded_picture(changed, Path("a.png"))
        path.write_bytes(changed)
        return lambda: load_picture(path)

    return case


def weights(_folder: Path) -> Case:
    """Weights files of every form."""
    from core.weight_files import read_ours, read_published

    ours, *published = weights_files()

    def case(chance: random.Random) -> Callable[[], object]:
        if chance.random() < 0.4:
            changed = mutated_bytes(ours, chance)
            return lambda: read_ours(Path("a.safetensors"), changed)
        other = mutated_bytes(chance.choice(published), chance)
        return lambda: read_published(Path("a.pkl"), other)

    return case


KINDS: dict[str, Callable[[Path], Case]] = {
    "strokes": stroke_files, "sessions": sessions, "journals": journals, "pictures": pictures, "weights": weights,
}  # fmt: skip


def peak_mebibytes() -> float:
    """The most memory that this process has had, as Linux tells it; `getrusage` would tell its parent's, if more."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 2**10


def fuzz(kind: str, count: int, first: int) -> dict[str, Any]:
    """What became of so many files, the seeds beginning with `first`."""
    read, refused, slowest, slowest_seed = 0, 0, 0.0, -1
    failures: list[tuple[int, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        case = KINDS[kind](Path(folder))
        for seed in range(first, first + count):
            reads = case(random.Random(seed))
            began = time.perf_counter()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")  # what a library has to say is for no artist
                    reads()
                read += 1
            except PainterError:
                refused += 1
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # whatever it is, it went past those who promised
                failures.append((seed, f"{type(error).__name__}: {str(error)[:200]}"))
            took = time.perf_counter() - began
            if took > slowest:
                slowest, slowest_seed = took, seed
    return {
        "read": read, "refused": refused, "failures": failures, "slowest_s": slowest, "slowest_seed": slowest_seed,
        "peak_mib": peak_mebibytes(),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
