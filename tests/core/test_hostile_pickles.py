"""Pickles that want something run, or all of the memory, in every way that pickles know: refused, and nothing runs."""

from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import CheckpointError
from core.weights import load_actor, load_renderer

ROOT = Path(__file__).parents[2]


class Payload:
    """Unpickled with trust, it makes a folder."""

    def __init__(self, canary: Path, *, how: str = "mkdir") -> None:
        self.canary, self.how = canary, how

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        code = f"__import__('os').mkdir({str(self.canary)!r})"
        ways: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
            "mkdir": (os.mkdir, (str(self.canary),)),
            "exec": (exec, (code,)),
            "eval": (eval, (code,)),
            "import": (__import__, ("antigravity",)),
            "system": (os.system, (f"mkdir {self.canary}",)),
            "popen": (subprocess.Popen, (["mkdir", str(self.canary)],)),
            "getattr": (getattr, ("", "format")),
            "torch": (torch.load, (str(self.canary),)),
        }
        return ways[self.how]


class Holder:
    """An object whose state is to be set to a payload."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload


def nested(payload: Payload, depth: int) -> Any:
    value: Any = payload
    for each in range(depth):
        value = [{"inner": (value, each)}, OrderedDict(a=value)] if each < 3 else [value]
    return value


def opcodes(canary: Path) -> bytes:
    """Protocol 0, written by hand: `os.mkdir(canary)` in plain letters."""
    return f"cos\nmkdir\n(V{canary}\ntR.".encode()


def stacked(canary: Path) -> bytes:
    """Protocol 4: the module's and the function's names are put together on the stack."""
    name = str(canary).encode()
    return (
        b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93\x8c" + bytes([len(name)]) + name + b"\x85R."
    )  # SHORT_BINUNICODE twice, STACK_GLOBAL, SHORT_BINUNICODE, TUPLE1, REDUCE, STOP


def in_a_zip(content: bytes) -> bytes:
    """As torch writes checkpoints today, with that pickle in the place of its own."""
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(3)}, buffer)
    changed = io.BytesIO()
    with zipfile.ZipFile(buffer) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            after.writestr(name, content if name.endswith("data.pkl") else before.read(name))
    return changed.getvalue()


PICKLES: dict[str, Callable[[Path], bytes]] = {
    **{
        how: lambda canary, how=how: pickle.dumps(Payload(canary, how=how))  # type: ignore[misc]
        for how in ("mkdir", "exec", "eval", "import", "system", "popen", "getattr", "torch")
    },
    **{
        f"protocol {protocol}": lambda canary, protocol=protocol: pickle.dumps(Payload(canary), protocol)  # type: ignore[misc]
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
    "nested": lambda canary: pickle.dumps(nested(Payload(canary), 8)),
    "nested deeply": lambda canary: pickle.dumps(nested(Payload(canary), 300)),
    "in an object's state": lambda canary: pickle.dumps({"a": Holder(Payload(canary))}),
    "as a key": lambda canary: pickle.dumps({"a": {1: Payload(canary)}}),
    "among tensors": lambda canary: pickle.dumps({"a": torch.zeros(3), "b": Payload(canary)}),
    "by hand": opcodes,
    "stacked": stacked,
    "after another": lambda canary: pickle.dumps({}) + pickle.dumps(Payload(canary)),
}


@pytest.mark.parametrize("zipped", [False, True], ids=["bare", "zipped"])
@pytest.mark.parametrize("name", PICKLES)
def test_a_payload_is_refused_before_anything_runs(name: str, zipped: bool, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    content = PICKLES[name](canary)
    for suffix in (".pkl", ".pt", ".safetensors"):
        path = tmp_path / f"weights{suffix}"
        path.write_bytes(in_a_zip(content) if zipped else content)
        for load in (load_actor, load_renderer):
            with pytest.raises(CheckpointError) as refused:
                load(path, stroke_type="bezier")
            assert "\n" not in str(refused.value)
        assert not canary.exists()


def test_the_payloads_are_live(tmp_path: Path) -> None:
    """With trust, they do what they are made for."""
    for name in ("mkdir", "exec", "nested", "among tensors", "by hand", "stacked"):
        canary = tmp_path / name.replace(" ", "-")
        pickle.loads(PICKLES[name](canary))
        assert canary.exists(), name


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(10_000_000)}, buffer)
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(buffer) as before, zipfile.ZipFile(tmp_path / "a.pkl", "w", compression) as after:
            for name in before.namelist():
                after.writestr(name, before.read(name))
        assert (tmp_path / "a.pkl").stat().st_size < 100_000
        with pytest.raises(CheckpointError):
            load_actor(tmp_path / "a.pkl", stroke_type="bezier")


HUGE: dict[str, bytes] = {
    "bytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b"x.",  # BINBYTES8
    "text": b"\x80\x04\x8d" + struct.pack("<Q", 2**60) + b"x.",  # BINUNICODE8
    "frame": b"\x80\x04\x95" + struct.pack("<Q", 2**60) + b"x.",  # FRAME
    "number": b"\x80\x04\x8b" + struct.pack("<i", 2**31 - 1) + b"x.",  # LONG4
    "memo": b"\x80\x04]r" + struct.pack("<I", 2**32 - 1) + b".",  # LONG_BINPUT, which memory grows with
    "laughs": b"\x80\x04]q\x00" + b"".join(b"](h\x00h\x00h\x00h\x00e\x85q\x00" for _ in range(20_000)) + b".",
    "depth": b"\x80\x04" + b"]" * 1_000_000 + b"a" * 999_999 + b".",
    "marks": b"\x80\x04" + b"(" * 10_000_000 + b".",
    "tuples": b"\x80\x04)" + b"\x85" * 5_000_000 + b".",
}

READER = """
import resource, sys, time
from pathlib import Path
from core.errors import CheckpointError
from core.weights import load_actor
import torch
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.monotonic()
try:
    load_actor(Path(sys.argv[1]), stroke_type="bezier")
except CheckpointError as error:
    print("refused", time.monotonic() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in these units there")
@pytest.mark.parametrize("zipped", [False, True], ids=["bare", "zipped"])
@pytest.mark.parametrize("name", HUGE)
def test_a_huge_one_is_refused_soon_and_in_little_memory(name: str, zipped: bool, tmp_path: Path) -> None:
    path = tmp_path / "weights.pkl"
    path.write_bytes(in_a_zip(HUGE[name]) if zipped else HUGE[name])
    told = subprocess.run(
        [sys.executable, "-c", READER, path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    word, seconds, mebibytes = told.stdout.split()
    assert word == "refused"
    assert float(seconds) < 2
    assert float(mebibytes) < 1024
