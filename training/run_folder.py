"""What a run leaves behind: its settings, a line of metrics at a time, sheets of samples, and where it can go on."""

from __future__ import annotations

import json
import math
import pickle
import struct
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import CheckpointError, OutputError, PainterError, SettingError
from core.files import checked_output_folder, remove_fragments, written_aside
from training import distributed
from training.picture_formats import write_png
from training.settings import Config, from_json, option, to_json

CONFIG, METRICS, CHECKPOINT = "config.json", "metrics.jsonl", "checkpoint.pt"

CHECKPOINT_VERSION = 1

_CPU = torch.device("cpu")

_DAMAGED = (
    *(pickle.UnpicklingError, RuntimeError, EOFError, struct.error, ValueError, OSError),
    *(LookupError, TypeError, AttributeError, ArithmeticError, MemoryError, AssertionError),
)
"""What `torch.load` and networks raise on damaged or foreign states; they promise no single error."""


class TrainingError(PainterError):
    """A run cannot go on."""

    def __init__(self, update: int, problem: str) -> None:
        super().__init__(update, problem)
        self.update, self.problem = update, problem

    def __str__(self) -> str:
        return f"Training stopped at update {self.update}: {self.problem}."


class RunFolder:
    """A folder with config.json, metrics.jsonl, checkpoint.pt, sheets of samples and, where it can be, TensorBoard's.

    Only the first of several processes has one that writes.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self.path, self._writes, self._told, self._resumes = path, writes, False, False
        self._board: Any = None

    @classmethod
    def begin(cls, path: Path, config: Any, *, resumes: bool = False, writes: bool = True) -> RunFolder:
        """Make the folder of a new run and write its settings, a dataclass; or open that of one that goes on.

        Raises:
            OutputError: If the folder cannot be written, or holds a run that is not to go on.
        """
        run = cls(path, writes=writes)
        run._resumes = resumes
        if writes:
            checked_output_folder(path)
            if not resumes and (path / CONFIG).exists():
                raise OutputError(path, "it holds another run; choose a new folder, or go on with --resume")
            if resumes:
                remove_fragments(path)
            if not resumes:
                run.settle(config)
        return run

    def settle(self, config: Any) -> None:
        """Write the settings that the run has; of one that goes on, when it is certain that it does.

        Raises:
            OutputError: If they cannot be written.
        """
        if not self._writes:
            return
        content = {"settings": to_json(config), "commit": _commit(), "torch": torch.__version__}
        with written_aside(self.path / CONFIG) as aside:
            aside.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    def _open_board(self, update: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:  # metrics.jsonl says the same
            return
        # What a run told before it was killed, and tells again, is to be seen once.
        self._board = SummaryWriter(str(self.path / "tensorboard"), purge_step=update)

    def record(self, update: int, **values: float) -> None:
        """Append a line of metrics, and show it; where it cannot be written, that is told instead.

        Raises:
            TrainingError: If a value is not finite.
        """
        for name, value in values.items():
            if not math.isfinite(value):
                problem = (
                    f"{name} is {value}; lower --learning-rate, and --resume from the last checkpoint if there is one"
                )
                raise TrainingError(update, problem)
        if not self._writes:
            return
        line = json.dumps({"update": update, **{name: float(f"{value:.7g}") for name, value in values.items()}})
        print(line, flush=True)
        try:
            with (self.path / METRICS).open("a", encoding="utf-8") as file:
                file.write(line + "\n")
            if not self._told:
                self._told = True
                self._open_board(update)
            if self._board is not None:
                for name, value in values.items():
                    self._board.add_scalar(name, value, update)
        except OSError as error:
            print(f"not in {METRICS}: the system says “{error.strerror or error}”", flush=True)

    def close(self) -> None:
        """Let TensorBoard write what it still holds."""
        if self._board is not None:
            self._board.close()

    def show(self, name: str, pixels: NDArray[np.uint8]) -> None:
        """Write a sheet of samples, [H, W, 3], RGB, as NAME.png; where it cannot be written, that is told instead."""
        if not self._writes:
            return
        try:
            write_png(self.path / f"{name}.png", pixels)
        except OutputError as error:
            print(f"no samples now: {error}", flush=True)

    def save(self, state: dict[str, Any], device: torch.device = _CPU) -> None:
        """Write all that the run needs to go on, in place of what it needed before; whole or not at all.

        Raises:
            OutputError: If it cannot be written; the checkpoint before it then stands.
        """
        if not self._writes:
            return
        with written_aside(self.path / CHECKPOINT) as aside:
            try:
                torch.save({"version": CHECKPOINT_VERSION, "device": device.type, **state}, aside)
            except RuntimeError as error:  # torch's own writer; its words for a full disk are of archives and offsets
                raise OutputError(self.path / CHECKPOINT, "the disk is full or cannot be written; free some") from error

    def load(self, device: torch.device = _CPU) -> dict[str, Any] | None:
        """What `save` wrote last; None where the run is new or ended before that. Nothing in the file is ever run.

        Lines of metrics that are younger are taken away, for they will be written again.

        Raises:
            CheckpointError: If it is damaged or of another version.
            SettingError: If it was written on another kind of device, whose random numbers are others.
        """
        path = self.path / CHECKPOINT
        if not self._resumes or not path.exists():
            self._cut_metrics(-1)
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch on the form of checkpoints
                state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            version, update, kind = state["version"], state.get("update", 0), state.get("device", device.type)
        except _DAMAGED as error:
            raise CheckpointError(path, "it is damaged; begin anew with --init and the weights beside it") from error
        if version != CHECKPOINT_VERSION:
            raise CheckpointError(path, f"it is of version {version}, not {CHECKPOINT_VERSION}")
        if kind != device.type:
            problem = f"the run was begun on {kind}; go on there, or begin a new one with --init and its weights"
            raise SettingError("--device", device.type, problem)
        self._cut_metrics(update)
        return state

    @staticmethod
    def check_processes(count: int) -> None:
        """Hold the number of processes against that of the run.

        Raises:
            SettingError: If it is another.
        """
        if count != distributed.ranks():
            problem = f"the run was begun with {count}; start as many (torchrun --nproc-per-node)"
            raise SettingError("number of processes", distributed.ranks(), problem)

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """For the body that puts what `load` gave in its places.

        Raises:
            CheckpointError: If it does not fit there.
        """
        try:
            yield
        except _DAMAGED as error:
            if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
                raise  # the file is as good as it was
            problem = "it is damaged, or not of the run that config.json tells of; begin anew with --init"
            raise CheckpointError(self.path / CHECKPOINT, problem) from error

    def _cut_metrics(self, update: int) -> None:
        path = self.path / METRICS
        if not self._writes or not path.exists():
            return
        kept = []
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                if json.loads(line)["update"] <= update:
                    kept.append(line + "\n")
            except (ValueError, KeyError, TypeError):  # cut short by a kill or a full disk
                continue
        with written_aside(path) as aside:
            aside.write_text("".join(kept), encoding="utf-8")


def resumed_settings(path: Path, kind: type[Config], changed: Mapping[str, Any], *, fixed: frozenset[str]) -> Config:
    """The settings of the run in a folder, some of them changed.

    Args:
        path: The folder; it may have been moved.
        kind: The recipe's settings, `out` among them.
        changed: Those that are given anew.
        fixed: Names of those that a run keeps, for its checkpoint is made to their measure.

    Raises:
        CheckpointError: If there is no run to go on with.
        SettingError: If a fixed setting is given anew, and not as it was.
    """
    try:
        written = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        before = from_json(kind, written["settings"])
    except FileNotFoundError as error:
        raise CheckpointError(path, "it holds no run to go on with; leave --resume out") from error
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise CheckpointError(path / CONFIG, f"it is damaged or of another version ({error})") from error
    for name in sorted(fixed & changed.keys()):
        if changed[name] != getattr(before, name):
            problem = f"the run was begun with {getattr(before, name)}; leave it out, or begin a new run"
            raise SettingError(option(name), changed[name], problem)
    return from_json(kind, to_json(before), **{**changed, "out": path})


def _commit() -> str | None:
    """The commit of the program, where it is run from a checkout, and whether it was changed since."""
    folder = Path(__file__).parent
    try:
        asked = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
