"""Pictures to train on and pictures to score on, of every kind of source, in memory or packed into one file.

Held out are, in this order: what the source's maker held out (MNIST's test set whole; of SVHN's test set, CelebA's
validation and test parts, and of what lies below a folder `val` or `test`, 2,000 at random where there are more); where
it held out nothing, 2,000 at random, or a tenth of fewer than 20,000.

Source of the split: Huang, Heng and Zhou, "Learning to Paint with Model-based Deep Reinforcement Learning", 2019,
section 5.1, which holds out 2,000 random pictures of each set but MNIST.
"""

from __future__ import annotations

import hashlib
import heapq
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import torch

from core.errors import PictureError
from core.files import written_aside
from training.packed_pictures import SUFFIX, check_suffix, load_packed, save_packed
from training.picture_bank import PictureBank
from training.picture_formats import DataError, Pixels
from training.picture_sources import Source, open_source

__all__ = ["HELD_OUT", "DataError", "Dataset", "load_pictures", "pack_pictures"]

HELD_OUT = 2000
"""Pictures that are held out of a set of 20,000 and more."""

_BATCH = 1024
"""Pictures that are asked of the threads at a time: a million promises would weigh more than what they promise."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Pictures, on the CPU."""

    train: PictureBank
    """Pictures to train on, in the order of the paths and of their names."""
    held_out: PictureBank
    """Pictures that are only scored on, likewise."""
    skipped: tuple[str, ...] = ()
    """What could not be read, each as `PATH/NAME: why`."""


def load_pictures(
    paths: Sequence[Path], *, short_side: int = 160, limit: int | None = None, threads: int | None = None
) -> Dataset:
    """Find, decode and shrink pictures; those that cannot be read are left out and named.

    Which are held out depends on the pictures' names alone, not on any training seed.

    Args:
        paths: Each a folder of pictures (searched through), a zip of them, a packed cache (`pack_pictures`), a folder
            with MNIST's or SVHN's files or one .mat file of SVHN, or the folder of CelebA or ImageNet.
        short_side: Larger pictures are shrunk to this short side, pixels; none is enlarged.
        limit: The most pictures to take of each path and split, chosen at random, the same for ever.
        threads: That decode; as many as there are cores where None.

    Raises:
        DataError: If a path is missing, is of no kind known or holds no picture, or a split is empty in all.
        ValueError: If there is no path, or a number is below 1.
    """
    if not paths or short_side < 1 or (limit is not None and limit < 1):
        raise ValueError(f"give paths, and numbers above 0; got {paths}, short_side {short_side}, limit {limit}")
    mapped = _mapped(paths[0], short_side) if len(paths) == 1 and limit is None else None
    return mapped or _read(paths, short_side, limit, threads)


def pack_pictures(
    paths: Sequence[Path], out: Path, *, short_side: int = 160, limit: int | None = None, threads: int | None = None
) -> Dataset:
    """Load pictures as `load_pictures` does and pack them into one file, which then loads at once.

    Args:
        paths: As for `load_pictures`.
        out: The file to write or replace, ending in .safetensors.
        short_side: As for `load_pictures`.
        limit: Likewise.
        threads: Likewise.

    Returns:
        What was packed, with the names of what was not.

    Raises:
        DataError: As for `load_pictures`.
        OutputError: If the file cannot be written.
    """
    check_suffix(out)
    with written_aside(out, named=True) as aside:
        dataset = load_pictures(paths, short_side=short_side, limit=limit, threads=threads)
        names, skipped = [path.name for path in paths], len(dataset.skipped)
        save_packed(aside, dataset.train, dataset.held_out, short_side=short_side, sources=names, skipped=skipped)
    return dataset


def _mapped(path: Path, short_side: int) -> Dataset | None:
    """A packed cache as it is, without a copy; None where it must be shrunk, or is something else."""
    if path.suffix.lower() != SUFFIX or not os.path.isfile(path):  # Path.is_file raises where a name is too long
        return None
    banks = load_packed(path)
    large = any(bool((torch.minimum(bank.heights, bank.widths) > short_side).any()) for bank in banks)
    return None if large else _filled([path], Dataset(*banks))


def _read(paths: Sequence[Path], short_side: int, limit: int | None, threads: int | None) -> Dataset:
    """The chosen pictures of all sources, each read on its own."""
    with ExitStack() as stack:
        sources = [stack.enter_context(closing(open_source(path))) for path in paths]
        chosen = [_split(source, limit) for source in sources]
        pool = stack.enter_context(ThreadPoolExecutor(threads or os.cpu_count()))
        skipped = [f"{path}/{reason}" for path, source in zip(paths, sources, strict=True) for reason in source.broken]
        train, held_out = (
            PictureBank.of(
                picture
                for path, source, names in zip(paths, sources, parts, strict=True)
                for picture in _pictures(path, source, names, short_side, pool, skipped)
            )
            for parts in zip(*chosen, strict=True)
        )
    return _filled(paths, Dataset(train, held_out, tuple(skipped)))


def _filled(paths: Sequence[Path], dataset: Dataset) -> Dataset:
    """The same, or a DataError where either split is empty."""
    for bank, purpose in ((dataset.train, "train on"), (dataset.held_out, "hold out")):
        if not len(bank):
            skipped = dataset.skipped
            broken = f" ({len(skipped)} cannot be read, the first is {skipped[0]})" if skipped else ""
            raise DataError(", ".join(map(str, paths)), f"there are no pictures to {purpose}{broken}; give more")
    return dataset


def _split(source: Source, limit: int | None) -> tuple[Sequence[str], Sequence[str]]:
    """The names to train on and those held out, sorted."""
    marks = [source.held_out(name) for name in source.names]
    if True in marks:
        train = [name for name, held in zip(source.names, marks, strict=True) if not held]
        of_maker = [name for name, held in zip(source.names, marks, strict=True) if held]
        held_out = _at_random(of_maker, None if source.whole_test_set else HELD_OUT)
    else:
        count = len(source.names)
        held_out = _at_random(source.names, min(max(1, count // 10), HELD_OUT, count - 1))
        apart = set(held_out)
        train = [name for name in source.names if name not in apart]
    return _at_random(train, limit), _at_random(held_out, limit)


def _at_random(names: Sequence[str], count: int | None) -> Sequence[str]:
    """So many of the sorted names, sorted.

    By rank among the digests of the names: no library's generator can change what is held out, a smaller choice is
    part of a larger one, and pictures added to a set move few others between the splits.
    """
    if count is None or count >= len(names):
        return names
    return sorted(heapq.nsmallest(count, names, key=_digest))


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8, salt=b"held out").digest()


def _pictures(
    path: Path, source: Source, names: Sequence[str], short_side: int, pool: ThreadPoolExecutor, skipped: list[str]
) -> Iterator[Pixels]:
    """The readable ones of some pictures, in order; the others' names and troubles are added to `skipped`."""

    def read(name: str) -> Pixels | PictureError:
        try:
            return source.picture(name, short_side)
        except PictureError as error:
            return error

    for start in range(0, len(names), _BATCH):
        for found in pool.map(read, names[start : start + _BATCH]):
            if isinstance(found, PictureError):
                name = str(found.path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                skipped.append(f"{path}/{name}: {found.problem}")
            else:
                yield found
