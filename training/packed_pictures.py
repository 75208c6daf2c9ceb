"""The packed cache: pictures to train on and those held out, decoded and shrunk, in one file that is mapped at once."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.errors import OutputError
from training.picture_bank import PictureBank
from training.picture_formats import MAX_ASPECT, MAX_PIXELS, DataError

FORMAT = "strokewise-pictures"
VERSION = "1"
SUFFIX = ".safetensors"
"""What a packed cache's name ends in."""

_SPLITS = ("train", "held_out")
_DTYPES = {"pixels": "U8", "heights": "I64", "widths": "I64"}
_AGAIN = "pack the pictures again"


def check_suffix(path: Path) -> None:
    """Refuse to write a packed cache that would not be known for one.

    Raises:
        OutputError: If the name ends otherwise than in `SUFFIX`.
    """
    if path.suffix.lower() != SUFFIX:
        raise OutputError(path, f"packed pictures are known by their suffix; end the name in {SUFFIX}")


def save_packed(
    path: Path, train: PictureBank, held_out: PictureBank, *, short_side: int, sources: Sequence[str], skipped: int
) -> None:
    """Write both splits, in place: whoever may be reading the file of that name needs `written_aside` around this.

    Args:
        path: The file to write.
        train: Pictures to train on.
        held_out: Pictures to score on.
        short_side: What larger pictures were shrunk to, pixels.
        sources: Names of what the pictures were read from, for those who find the file.
        skipped: How many of their pictures could not be read.

    Raises:
        OSError: If it cannot be written.
    """
    tensors = {}
    for split, bank in zip(_SPLITS, (train, held_out), strict=True):
        tensors[f"{split}.pixels"] = bank.packed.cpu().flatten()
        tensors[f"{split}.heights"], tensors[f"{split}.widths"] = bank.heights, bank.widths
    metadata = {
        "format": FORMAT,
        "version": VERSION,
        "short_side": str(short_side),
        "sources": json.dumps(list(sources)),
        "skipped": str(skipped),
    }
    try:
        save_file(tensors, path, metadata)
    except SafetensorError as error:  # it wraps what the system says
        raise OSError(str(error)) from error


def load_packed(path: Path) -> tuple[PictureBank, PictureBank]:
    """The pictures to train on and those held out; their bytes are mapped from the file and read when first used.

    Raises:
        DataError: If it is no packed cache of this version, is damaged, or its sizes contradict its pixels.
    """
    try:
        with safe_open(path, framework="pt") as file:
            _check_header(path, file.metadata() or {})
            missing = {f"{split}.{name}" for split in _SPLITS for name in _DTYPES} - set(file.keys())
            if missing:
                raise DataError(path, f"{min(missing)} is missing in it; {_AGAIN}")
            for split in _SPLITS:
                for name, dtype in _DTYPES.items():
                    part = file.get_slice(f"{split}.{name}")
                    if part.get_dtype() != dtype or len(part.get_shape()) != 1:
                        problem = f"{split}.{name} should be one row of {dtype}, and is {part.get_dtype()}"
                        raise DataError(path, f"{problem} of shape {part.get_shape()}; {_AGAIN}")
            tensors = {f"{split}.{name}": file.get_tensor(f"{split}.{name}") for split in _SPLITS for name in _DTYPES}
    except (SafetensorError, OSError, RuntimeError, ValueError, struct.error) as error:
        raise DataError(path, f"it is no packed cache, or damaged; {_AGAIN}") from error
    train, held_out = (_bank(path, split, tensors) for split in _SPLITS)
    return train, held_out


def _check_header(path: Path, header: Mapping[str, str]) -> None:
    if header.get("format") != FORMAT:
        raise DataError(path, "it holds no packed pictures; choose a file that was packed here, or the pictures")
    if header.get("version") != VERSION:
        problem = f"it is of version {header.get('version')}, and this program reads {VERSION}"
        raise DataError(path, f"{problem}; {_AGAIN}")


def _bank(path: Path, split: str, tensors: Mapping[str, Tensor]) -> PictureBank:
    """One split, its sizes checked."""
    pixels, heights, widths = (tensors[f"{split}.{name}"] for name in _DTYPES)
    if len(heights) != len(widths):
        raise DataError(path, f"{split} has {len(heights)} heights and {len(widths)} widths; {_AGAIN}")
    if len(heights):
        shorter, longer = torch.minimum(heights, widths), torch.maximum(heights, widths)
        # In this order no product overflows: the sides are bounded first.
        if int(shorter.min()) < 1 or int(longer.max()) > MAX_PIXELS or bool((longer > MAX_ASPECT * shorter).any()):
            raise DataError(path, f"a picture of {split} has a size that no picture has; {_AGAIN}")
    promised = 3.0 * float((heights.double() * widths.double()).sum())
    if promised != pixels.numel():
        raise DataError(path, f"{split} promises {promised:.0f} bytes and holds {pixels.numel()}; {_AGAIN}")
    return PictureBank(pixels, heights, widths)
