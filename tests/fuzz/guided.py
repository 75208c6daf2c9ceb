"""Fuzzing that follows what a file makes the readers do (atheris, libFuzzer): `python -m tests.fuzz.guided KIND RUNS`.

Only where atheris is installed. A file at which a reader does anything but return or raise a `PainterError`, takes more
than two seconds or a gibibyte ends the process with another exit code than 0; libFuzzer writes the file down.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import atheris

import core.rasteriser.fast  # before what follows: numba cannot compile what is instrumented

with atheris.instrument_imports(include=["core"]):
    import core.export.stroke_json
    import core.images
    import core.journal
    import core.session_file
    import core.weight_files

from core.errors import PainterError
from tests.fuzz import run

MOST_MEMORY = 1024
"""MiB."""


def reader(kind: str, folder: Path) -> tuple[Callable[[bytes], object], list[bytes]]:
    """What reads a file's bytes, and a few good files to begin with."""
    if kind == "strokes":
        whole = b"".join(core.export.stroke_json.stroke_file(run.document(), Path("a.json")))
        return lambda content: core.export.stroke_json.document_of(content, Path("a.json")), [whole]
    path = folder / f"a.{kind}"
    if kind == "journals":
        return _from_file(path, run.kept_work), [run.journal_file(path)]
    if kind == "sessions":
        return _from_file(path, core.session_file.load_session), [run.session_file(path)]
    if kind == "pictures":
        return lambda content: core.images.decoded_picture(content, Path("a.png")), run.picture_files()
    if kind == "weights":
        return lambda content: core.weight_files.read_ours(Path("a.safetensors"), content), run.weights_files()[:1]
    raise SystemExit(f"there is no kind {kind}")


def _from_file(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    def from_bytes(content: bytes) -> object:
        path.write_bytes(content)
        return read(path)

    return from_bytes


def main(kind: str, runs: int) -> None:
    """Fuzz; does not return."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        read, seeds = reader(kind, folder)
        (folder / "corpus").mkdir()
        for number, content in enumerate(seeds):
            (folder / "corpus" / str(number)).write_bytes(content)

        done = 0

        def one(content: bytes) -> None:
            nonlocal done
            done += 1
            # Not by libFuzzer's own limit: what it takes for this process's peak is the parent's, where that is more.
            if done % 500 == 0 and run.peak_mebibytes() > MOST_MEMORY:
                raise MemoryError(f"{run.peak_mebibytes():.0f} MiB")
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what a library has to say is for no artist
                with contextlib.suppress(PainterError):
                    read(content)

        limits = [f"-runs={runs}", "-seed=1", "-timeout=2", "-rss_limit_mb=0", f"-artifact_prefix={folder}/"]
        atheris.Setup([sys.argv[0], *limits, str(folder / "corpus")], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
