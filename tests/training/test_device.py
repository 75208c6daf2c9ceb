from __future__ import annotations

import pytest
import torch

from core.errors import DeviceError
from training.device import chosen_device, chosen_precision

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> list[torch.device]:
    """As if there were GPUs; lists those that were made the process's own."""
    taken: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    return taken


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("name", ["auto", "cpu"])
def test_without_a_gpu_training_runs_on_the_cpu(name: str) -> None:
    assert chosen_device(name) == CPU


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_is_not_there_is_told() -> None:
    with pytest.raises(DeviceError, match=r"Cannot use device cuda: .* has no CUDA; use --device cpu"):
        chosen_device("cuda")


def test_each_process_of_torchrun_has_a_gpu_of_its_own(
    gpus: list[torch.device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert chosen_device("auto") == torch.device("cuda", 0)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert chosen_device("cuda") == torch.device("cuda", 3)

    assert gpus == [torch.device("cuda", 0), torch.device("cuda", 3)]
    monkeypatch.setenv("LOCAL_RANK", "4")
    with pytest.raises(DeviceError, match="this machine has 4; start as many processes"):
        chosen_device("cuda")


def test_the_cpu_can_be_chosen_beside_a_gpu(gpus: list[torch.device]) -> None:
    assert chosen_device("cpu") == CPU
    assert gpus == []


@pytest.mark.parametrize(("able", "precision"), [(True, torch.bfloat16), (False, None)])
def test_precision_follows_what_the_machine_computes_in(
    monkeypatch: pytest.MonkeyPatch, able: bool, precision: torch.dtype | None
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: able)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation or able)

    assert chosen_precision("auto", CPU) is precision
    assert chosen_precision("auto", GPU) is precision


def test_precision_can_be_chosen() -> None:
    assert chosen_precision("float32", CPU) is None
    assert chosen_precision("bfloat16", CPU) is torch.bfloat16
