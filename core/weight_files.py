"""What a weights file holds: bytes in, checked tensors out. Nothing that a file contains is ever run."""

from __future__ import annotations

import io
import json
import pickle
import struct
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from core.errors import CheckpointError

FORMAT = {"format": "strokewise-weights", "version": "1"}

KINDS = ("actor", "renderer")
"""What a file may hold the weights of."""

EIGHT_BITS = "2"
"""Version of files whose large tensors are whole numbers of eight bits, `KEY.scale` beside each `KEY`."""

_SCALE = ".scale"

_LARGE = 4096
"""Numbers of a tensor from which on it is worth packing."""

LARGEST_FILE = 2**30
"""Bytes; twenty times the published checkpoints, and little enough to read whole."""

_LONGEST_PICKLE = 2**20
"""Bytes of the pickle in an archive, which are instructions for torch's unpickler; of the published form 15,344."""

_MOST_READS = 300_000
"""Instructions and numbers read of a pickle that is no archive; of one of the published form 8,380."""

_FLOATS = (torch.float32, torch.float16, torch.bfloat16)

_UNREADABLE = (
    pickle.UnpicklingError,  # no pickle, or one that asks for more than tensors
    RuntimeError,  # torch's own reader: damaged archives, storages of the wrong size, TorchScript
    *(EOFError, struct.error, ValueError),  # records cut short or garbled; UnicodeDecodeError is a ValueError
    *(LookupError, TypeError, AttributeError),  # a stack, memo or storage type that is not as its record says
    *(ArithmeticError, MemoryError),  # sizes that a damaged file claims
    AssertionError,  # torch checks some records by assert
)
"""What `torch.load` raises on hostile or damaged bytes; it promises no single error."""


def bytes_of(path: Path) -> bytes:
    """The whole file, read once, so that what is hashed is what is loaded.

    Raises:
        CheckpointError: If it is missing, empty, larger than `LARGEST_FILE`, or cannot be read.
    """
    try:
        if path.is_dir():
            raise CheckpointError(path, "it is a folder; choose a file in it")
        if not path.is_file():
            raise CheckpointError(path, "there is no such file; check its name and place")
        size = path.stat().st_size
        if size == 0:
            raise CheckpointError(path, "the file is empty; download or copy it again")
        if size > LARGEST_FILE:
            raise CheckpointError(path, f"it has {size} bytes, and weights have {LARGEST_FILE} at most; choose another")
        return path.read_bytes()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror}); check its permissions and the disk"
        raise CheckpointError(path, problem) from error


def read_ours(path: Path, content: bytes) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Header and tensors of a safetensors file, its format and version checked.

    Args:
        path: What errors name.
        content: Of the file.

    Raises:
        CheckpointError: If it is damaged, of some other program, or of a version that is not read here.
    """
    try:
        tensors = safetensors.torch.load(content)
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8 : 8 + length]).get("__metadata__") or {}
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        problem = "it is no readable .safetensors file, or damaged; download or copy it again"
        raise CheckpointError(path, problem) from error
    if header.get("format") != FORMAT["format"] or header.get("kind") not in KINDS or "stroke_type" not in header:
        raise CheckpointError(path, "it holds weights of some other program; choose one that Strokewise wrote")
    if header.get("version") not in (FORMAT["version"], EIGHT_BITS):
        problem = f"it is of version {header.get('version')}, and this program reads {EIGHT_BITS} and those before"
        raise CheckpointError(path, f"{problem}; update Strokewise")
    return header, _in_full(path, tensors) if header["version"] == EIGHT_BITS else tensors


def in_eight_bits(path: Path, content: bytes) -> bytes:
    """The same weights in half the bytes: large tensors as whole numbers of -127 to 127 and a scale for each output.

    Args:
        path: What errors name.
        content: Of one of our files.

    Raises:
        CheckpointError: If it is none, or damaged.
    """
    header, tensors = read_ours(path, content)
    packed = {}
    for key, tensor in tensors.items():
        if not tensor.is_floating_point() or tensor.dim() < 2 or tensor.numel() < _LARGE:
            packed[key] = tensor
            continue
        rows = tensor.float().flatten(1)
        scale = rows.abs().amax(1).clamp_min(1e-12) / 127
        packed[key] = (rows / scale[:, None]).round().to(torch.int8).reshape(tensor.shape)
        packed[key + _SCALE] = scale
    return with_sorted_header(safetensors.torch.save(packed, metadata={**header, "version": EIGHT_BITS}))


def _in_full(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a file in eight bits, each whole number times its scale."""
    values = {}
    for key, tensor in tensors.items():
        if key.endswith(_SCALE):
            if key.removesuffix(_SCALE) not in tensors:
                raise CheckpointError(path, f"{key} is the scale of nothing; download or copy it again")
            continue
        scale = tensors.get(key + _SCALE)
        if scale is None:
            values[key] = tensor
            continue
        if tensor.dtype != torch.int8 or tensor.dim() < 2 or scale.shape != tensor.shape[:1]:
            raise CheckpointError(path, f"{key} and its scale do not fit together; download or copy it again")
        values[key] = tensor * scale.float().reshape(-1, *[1] * (tensor.dim() - 1))
    return values


class _FewReads(io.BytesIO):
    """Bytes to be unpickled that end the unpickling where its instructions, a read each, go on and on."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._left = _MOST_READS

    def read(self, size: int | None = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise pickle.UnpicklingError("more instructions than any network needs")
        return super().read(size)

    def readline(self, size: int | None = -1) -> bytes:
        self._left -= 1
        return super().readline(size)


def _check_archive(content: bytes) -> None:
    """Refuse archives that unpack to more than they are, or whose pickle is longer than any network's.

    Raises:
        UnpicklingError, ValueError: If it is such a one, or none that `zipfile` reads.
    """
    if not content.startswith(b"PK\x03\x04"):  # of the form before archives
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValueError("a damaged archive") from error
    if any(each.compress_type != zipfile.ZIP_STORED for each in entries):
        raise pickle.UnpicklingError("torch compresses nothing")
    if sum(each.file_size for each in entries) > len(content):
        raise pickle.UnpicklingError("it unpacks to more than it is")
    if any(each.file_size > _LONGEST_PICKLE for each in entries if each.filename.endswith(".pkl")):
        raise pickle.UnpicklingError("more instructions than any network needs")


def read_published(path: Path, content: bytes) -> dict[str, Tensor]:
    """Tensors of a PyTorch checkpoint, read without unpickling code.

    Args:
        path: What errors name.
        content: Of the file.

    Raises:
        CheckpointError: If it is damaged, or holds anything but named tensors.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch on the age and form of checkpoints; nothing a painter can act on
            _check_archive(content)
            found = torch.load(_FewReads(content), map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        problem = "it is damaged or holds more than tensors (code, which was not run); download a plain state dict"
        raise CheckpointError(path, problem) from error
    if not isinstance(found, dict) or not found:
        raise CheckpointError(
            path, "it holds no dictionary of tensors; save the network's state_dict() and choose that"
        )
    for key, tensor in found.items():
        if not isinstance(key, str) or not isinstance(tensor, Tensor):
            problem = f"its entry {key!r} is no named tensor; save only the network's state_dict() and choose that"
            raise CheckpointError(path, problem)
    if all(key.startswith("module.") for key in found):  # written from within DataParallel
        return {key.removeprefix("module."): tensor for key, tensor in found.items()}
    return found


def checked_values(
    path: Path, kind: str, found: Mapping[str, Tensor], expected: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Own copies, in full precision, of values that agree with a blank network in keys, shapes and types.

    Args:
        path: What errors name.
        kind: One of `KINDS`, for them too.
        found: What a file holds.
        expected: The blank network's state.

    Raises:
        CheckpointError: If a key is missing or one too many, or a value is of another shape or type, or not finite.
    """
    remedy = f"choose weights of the {kind}"
    for key in expected:
        if key not in found:
            raise CheckpointError(path, f"{key} is missing, so this is another network; {remedy}")
    for key in found:
        if key not in expected:
            raise CheckpointError(path, f"{key} is unexpected, so this is another network; {remedy}")
    values = {}
    for key, want in expected.items():
        tensor = found[key].detach()
        if tensor.shape != want.shape:
            problem = f"{key} should have shape {tuple(want.shape)} and has {tuple(tensor.shape)}"
            raise CheckpointError(path, f"{problem}, so this is another network; {remedy}")
        dtypes = _FLOATS if want.is_floating_point() else (want.dtype,)
        if tensor.dtype not in dtypes or tensor.layout != torch.strided or tensor.device.type != "cpu":
            names = " or ".join(str(dtype) for dtype in dtypes)
            actual = f"{tensor.dtype} ({tensor.layout}, {tensor.device.type})"
            raise CheckpointError(path, f"{key} should be {names} and is {actual}; {remedy} in plain numbers")
        if not tensor.isfinite().all():
            raise CheckpointError(path, f"{key} holds a value that is not finite; its training failed, choose another")
        values[key] = torch.empty(want.shape, dtype=want.dtype).copy_(tensor)
    return values


def with_sorted_header(content: bytes) -> bytes:
    """The same file, its header in fixed order: safetensors shuffles it, and an id should depend on values alone."""
    (length,) = struct.unpack_from("<Q", content)
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True, separators=(",", ":"))
    return content[:8] + header.encode().ljust(length) + content[8 + length :]
