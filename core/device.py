"""Where networks run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

import torch

from core.errors import DeviceError


class GpuTrouble(Enum):
    """What is done where a GPU cannot go on; the value says it to a person."""

    FEWER_WINDOWS = "the GPU has too little memory left: fewer windows are looked at together"
    ON_CPU = "the GPU has too little memory left: the processor goes on"
    FAILED = "the GPU has failed: the processor goes on"


def chosen_device(name: str) -> torch.device:
    """The device of that name; `auto` is a GPU where there is one.

    Raises:
        DeviceError: If it is unknown or not on this machine.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name not in ("cpu", "cuda"):
        raise DeviceError(name, "choose auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError(name, "this machine, or this build of torch, has no CUDA; use --device cpu")
    return torch.device(name)


def computes_in_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies in bfloat16; not merely is able to, at the price of converting to and fro."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported())


def device_name(device: torch.device) -> str:
    """The device as a person knows it."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def free_memory(trouble: GpuTrouble) -> None:
    """Give back what nobody holds any more of the memory of a GPU that had this trouble."""
    gc.collect()
    if trouble is not GpuTrouble.FAILED:  # what has failed is asked for nothing more
        torch.cuda.empty_cache()


@contextmanager
def enough_memory() -> Iterator[None]:
    """Tells what to do where a GPU runs out of memory.

    Raises:
        DeviceError: In place of torch's own.
    """
    try:
        yield
    except RuntimeError as error:
        if not is_shortage(error):
            raise
        raise DeviceError("cuda", "it has too little memory; close other programs or use --device cpu") from error


_SHORTAGES = ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
"""How what takes memory beside torch says so: the driver, and the libraries of products and convolutions."""

_FAILURES = ("CUDA error", "CUDA driver error", "Triton Error [CUDA]", "CUBLAS_STATUS_", "CUDNN_STATUS_", "NVRTC")
"""How the driver, compilers and libraries tell of anything else; after some of it no call to the device succeeds."""


def is_shortage(error: BaseException) -> bool:
    """Whether an error says that a GPU has too little memory, or came of one that does, as in capturing a graph."""
    return any(
        isinstance(cause, torch.OutOfMemoryError)
        or (isinstance(cause, RuntimeError) and any(words in str(cause) for words in _SHORTAGES))
        for cause in _causes(error)
    )


def trouble_of(error: RuntimeError) -> GpuTrouble | None:
    """Why a GPU cannot go on, if that is what an error says of it, its driver or what compiles for it."""
    if is_shortage(error):
        return GpuTrouble.ON_CPU
    failed = any(
        isinstance(cause, RuntimeError) and any(words in str(cause) for words in _FAILURES) for cause in _causes(error)
    )
    return GpuTrouble.FAILED if failed else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came of."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
