"""Where training runs, and in which precision."""

from __future__ import annotations

import os
import platform

import torch

import core.device
from core.errors import DeviceError


def chosen_device(name: str) -> torch.device:
    """As of `core.device`; of several GPUs, `torchrun` gives each process its own.

    Raises:
        DeviceError: If it is unknown or not on this machine.
    """
    if core.device.chosen_device(name).type == "cpu":
        return torch.device("cpu")
    rank, count = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if rank >= count:
        raise DeviceError(name, f"this machine has {count}; start as many processes (torchrun --nproc-per-node)")
    device = torch.device("cuda", rank)
    torch.cuda.set_device(device)
    torch.backends.cudnn.benchmark = True  # shapes stay the same, so the fastest convolutions are worth looking for
    return device


def described(device: torch.device) -> str:
    """What there is to train on, for whoever reads how long it took."""
    if device.type == "cuda":
        return core.device.device_name(device)
    return f"{torch.get_num_threads()} CPU threads ({platform.machine()}, {torch.backends.cpu.get_cpu_capability()})"


def chosen_precision(name: str, device: torch.device) -> torch.dtype | None:
    """What layers are to run in; None for what they are in. `auto` is bfloat16 where the machine computes in it."""
    if name == "auto":
        name = "bfloat16" if core.device.computes_in_bfloat16(device) else "float32"
    return torch.bfloat16 if name == "bfloat16" else None


def layout(device: torch.device, precision: torch.dtype | None) -> torch.memory_format:
    """How networks and what they are fed lie in memory: channels last, which convolutions of low precision are fast in.

    Not in single precision on a CPU: there the gradient of a 1 x 1 convolution of stride 2 with few channels writes
    where it should not (torch 2.13: Conv2d(8, 8, 1, stride=2) on [2, 8, 64, 64] ends the program).
    """
    return torch.contiguous_format if device.type == "cpu" and precision is None else torch.channels_last
