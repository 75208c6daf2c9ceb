from __future__ import annotations

import errno
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import core.files
from core.errors import CheckpointError, OutputError, SettingError
from tests.hostile import Trap
from training.run_folder import RunFolder, TrainingError, resumed_settings
from training.settings import check, setting

NAN, INF = float("nan"), float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    out: Path = setting(help="run folder")
    data: tuple[Path, ...] = setting((), help="pictures")
    width: float | None = setting(None, least=0.1, help="of the network")
    updates: int = setting(10, least=1, help="how many")

    def __post_init__(self) -> None:
        check(self)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    settings = Settings(out=tmp_path / "run", width=0.5)
    RunFolder.begin(tmp_path / "run", settings)
    return RunFolder.begin(tmp_path / "run", settings, resumes=True)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Fills the disk, or frees it again."""
    fsync = os.fsync

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    return lambda filled: monkeypatch.setattr(core.files.os, "fsync", full if filled else fsync)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# Settings


def test_a_new_run_records_its_settings_and_the_program(run: RunFolder) -> None:
    written = json.loads((run.path / "config.json").read_text())

    assert written["settings"] == {"out": str(run.path), "data": [], "width": 0.5, "updates": 10}
    assert written["torch"] == torch.__version__
    asked = ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"]
    known = subprocess.run(asked, capture_output=True, text=True, check=False)
    if known.returncode == 0:  # the tests run from a checkout
        assert known.stdout.startswith(written["commit"].removesuffix("-dirty"))


def test_where_there_is_no_git_a_run_begins_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    RunFolder.begin(tmp_path, Settings(out=tmp_path))

    assert json.loads((tmp_path / "config.json").read_text())["commit"] is None


def test_a_folder_that_holds_a_run_is_not_written_over(run: RunFolder) -> None:
    before = contents(run.path)

    with pytest.raises(OutputError, match="it holds another run; choose a new folder, or go on with --resume"):
        RunFolder.begin(run.path, Settings(out=run.path, width=2))
    assert contents(run.path) == before


def test_a_run_goes_on_with_its_settings_but_those_given_anew(run: RunFolder) -> None:
    config = resumed_settings(run.path, Settings, {"updates": 20, "data": (Path("b"),)}, fixed=frozenset({"width"}))
    assert config == Settings(out=run.path, data=(Path("b"),), width=0.5, updates=20)

    RunFolder.begin(run.path, config, resumes=True).settle(config)

    assert resumed_settings(run.path, Settings, {}, fixed=frozenset()) == config


def test_a_run_folder_may_be_moved(run: RunFolder, tmp_path: Path) -> None:
    moved = run.path.rename(tmp_path / "elsewhere")

    assert resumed_settings(moved, Settings, {}, fixed=frozenset()).out == moved


def test_what_a_run_is_made_to_the_measure_of_stays(run: RunFolder) -> None:
    fixed = frozenset({"width"})

    assert resumed_settings(run.path, Settings, {"width": 0.5}, fixed=fixed).width == 0.5
    with pytest.raises(SettingError, match=r"Cannot use --width 0.25: the run was begun with 0.5; leave it out"):
        resumed_settings(run.path, Settings, {"width": 0.25}, fixed=fixed)


@pytest.mark.parametrize("folder", ["empty", "none"])
def test_where_there_is_no_run_none_goes_on(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(CheckpointError, match="it holds no run to go on with; leave --resume out"):
        resumed_settings(tmp_path / folder, Settings, {}, fixed=frozenset())


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"torch": "2"}'),
        *(b'{"settings": 5}', b'{"settings": {}}', b'{"settings": {"out": "a", "data": 5}}'),
        *(b'{"settings": {"out": "a", "width": "broad"}}', b'{"settings": {"out": "a", "wine": 1}}'),
    ],
)
def test_damaged_settings_are_told_and_left_as_they_are(run: RunFolder, content: bytes) -> None:
    (run.path / "config.json").write_bytes(content)
    before = contents(run.path)

    with pytest.raises(CheckpointError, match=r"config.json: it is damaged or of another version"):
        resumed_settings(run.path, Settings, {}, fixed=frozenset())
    assert contents(run.path) == before


def test_what_a_killed_process_left_half_written_goes_when_the_run_goes_on(run: RunFolder) -> None:
    body = """
import os, sys
from pathlib import Path
import core.files

core.files._nameless_file = lambda folder: None  # where there are such, nothing is left
with core.files.written_aside(Path(sys.argv[1])) as aside:
    aside.touch()
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", body, run.path / "checkpoint.pt"], check=False)
    assert len(contents(run.path)) == 2

    RunFolder.begin(run.path, Settings(out=run.path), resumes=True)

    assert list(contents(run.path)) == ["config.json"]


# Metrics and samples


def test_metrics_are_lines_of_json_told_as_they_are_written(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    run.record(0, psnr=20.123456789)
    run.record(5, loss=-1.0, gradient=2.5)

    lines = (run.path / "metrics.jsonl").read_text()
    assert capsys.readouterr().out == lines
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"update": 0, "psnr": 20.12346},
        {"update": 5, "loss": -1.0, "gradient": 2.5},
    ]


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_what_is_not_finite_stops_the_run_and_is_not_recorded(run: RunFolder, value: float) -> None:
    run.record(1, loss=1.0)

    problem = f"Training stopped at update 2: critic is {value}; lower --learning-rate, and --resume from the last"
    with pytest.raises(TrainingError, match=problem):
        run.record(2, loss=1.0, critic=value)
    assert (run.path / "metrics.jsonl").read_text().count("\n") == 1


def test_an_error_of_training_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(TrainingError(7, "loss is nan")))

    assert (error.update, error.problem, str(error)) == (7, "loss is nan", "Training stopped at update 7: loss is nan.")


def test_a_sheet_of_samples_is_a_picture_in_its_own_colours(run: RunFolder) -> None:
    sheet = np.zeros((6, 9, 3), np.uint8)
    sheet[:, 4:] = (255, 128, 0)

    run.show("samples", sheet)

    assert np.array_equal(np.array(Image.open(run.path / "samples.png")), sheet)


def test_a_full_disk_costs_samples_but_not_the_run(
    run: RunFolder, disk: Callable[[bool], None], capsys: pytest.CaptureFixture[str]
) -> None:
    run.show("samples", np.zeros((4, 4, 3), np.uint8))
    before = contents(run.path)

    disk(True)
    run.show("samples", np.full((4, 4, 3), 255, np.uint8))

    assert "no samples now" in capsys.readouterr().out
    assert contents(run.path) == before


def test_metrics_that_cannot_be_written_are_told_and_the_run_goes_on(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (run.path / "metrics.jsonl").mkdir()

    run.record(1, loss=0.5)

    out = capsys.readouterr().out
    assert '"loss": 0.5' in out
    assert "not in metrics.jsonl: the system says “Is a directory”" in out


def test_a_process_that_is_not_the_first_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder.begin(tmp_path / "run", Settings(out=tmp_path / "run"), writes=False)

    run.record(1, loss=0.5)
    run.show("samples", np.zeros((4, 4, 3), np.uint8))
    run.save({"update": 1})

    assert run.load() is None
    assert os.listdir(tmp_path) == []
    assert capsys.readouterr().out == ""
    with pytest.raises(TrainingError):  # all of them stop
        run.record(2, loss=NAN)


def test_tensorboard_is_told_the_same_and_what_is_told_again_is_seen_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.summary.writer import event_file_writer

    # Files of one second are read in the order of their names, in which the tenth of a process comes before the ninth.
    monkeypatch.setattr(event_file_writer, "_global_uid", event_file_writer.AtomicCounter(0))
    for resumes, updates in ((False, (1, 2, 3)), (True, (2, 3, 4))):
        run = RunFolder.begin(tmp_path, Settings(out=tmp_path), resumes=resumes)
        for update in updates:
            run.record(update, loss=update / 8 + resumes)
        run.close()

    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload().Scalars("loss")
    assert [(event.step, event.value) for event in events] == [(1, 0.125), (2, 1.25), (3, 1.375), (4, 1.5)]


# Checkpoints


def test_a_new_run_begins_at_the_beginning_whatever_lies_in_its_folder(tmp_path: Path, run: RunFolder) -> None:
    run.save({"update": 4})
    (run.path / "config.json").unlink()

    assert RunFolder.begin(run.path, Settings(out=run.path)).load() is None


def test_a_run_goes_on_where_its_random_numbers_are_the_same(run: RunFolder) -> None:
    run.save({"update": 4}, torch.device("cuda"))

    with pytest.raises(SettingError, match="Cannot use --device cpu: the run was begun on cuda; go on there, or begin"):
        run.load()


def test_too_little_memory_is_not_told_as_a_damaged_file(run: RunFolder) -> None:
    with pytest.raises(torch.OutOfMemoryError), run.restoring():
        raise torch.OutOfMemoryError("17 GiB")


def test_settings_given_anew_are_written_when_it_is_certain_that_the_run_goes_on(run: RunFolder) -> None:
    before = (run.path / "config.json").read_text()

    again = RunFolder.begin(run.path, Settings(out=run.path, width=0.25), resumes=True)
    assert (run.path / "config.json").read_text() == before

    again.settle(Settings(out=run.path, width=0.25))
    assert json.loads((run.path / "config.json").read_text())["settings"]["width"] == 0.25


def test_a_checkpoint_gives_back_what_was_saved(run: RunFolder) -> None:
    generator = torch.Generator().manual_seed(3)
    state = {"update": 4, "minutes": 0.5, "ranks": [{"crops": [[(torch.arange(3),)]], "drawn": generator.get_state()}]}

    run.save(state)

    loaded = run.load()
    assert loaded is not None
    assert (loaded["update"], loaded["minutes"]) == (4, 0.5)
    assert torch.equal(loaded["ranks"][0]["crops"][0][0][0], torch.arange(3))
    assert torch.equal(loaded["ranks"][0]["drawn"], generator.get_state())


def test_lines_after_the_checkpoint_go_for_they_will_be_written_again(run: RunFolder) -> None:
    for update in range(1, 6):
        run.record(update, loss=update / 8)
        if update == 3:
            run.save({"update": 3})

    run.load()

    kept = (run.path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in kept] == [{"update": n, "loss": n / 8} for n in (1, 2, 3)]


def test_without_a_checkpoint_a_run_begins_at_the_beginning(run: RunFolder) -> None:
    run.record(1, loss=0.5)

    assert run.load() is None
    assert (run.path / "metrics.jsonl").read_text() == ""


@pytest.mark.parametrize("broken", [b'{"update": 2, "lo', b"\0\0\0\0", b"\xff", b"[]", b'{"loss": 1.0}'])
def test_a_line_that_is_broken_costs_no_other(run: RunFolder, broken: bytes) -> None:
    run.save({"update": 4})
    (run.path / "metrics.jsonl").write_bytes(b'{"update": 1}\n' + broken + b'\n{"update": 4}\n{"update": 5}\n' + broken)

    run.load()

    assert (run.path / "metrics.jsonl").read_bytes() == b'{"update": 1}\n{"update": 4}\n'


def test_a_damaged_checkpoint_is_told_and_nothing_is_lost(run: RunFolder) -> None:
    run.record(1, loss=0.5)
    checkpoint = run.path / "checkpoint.pt"
    run.save({"update": 1, "weights": torch.arange(1000.0)})
    whole = checkpoint.read_bytes()
    middle = len(whole) // 2
    for content in (b"", b"Dear diary", whole[:100], whole[:middle], whole[:-1], whole[middle:], bytes(len(whole))):
        checkpoint.write_bytes(content)
        before = contents(run.path)

        with pytest.raises(CheckpointError, match=r"checkpoint.pt: it is damaged; begin anew with --init"):
            run.load()
        assert contents(run.path) == before


@pytest.mark.parametrize("state", [[1, 2], torch.zeros(3), {"weights": torch.zeros(3)}, "text"])
def test_a_file_that_is_no_checkpoint_is_told(run: RunFolder, state: Any) -> None:
    torch.save(state, run.path / "checkpoint.pt")

    with pytest.raises(CheckpointError, match=r"checkpoint.pt: it is damaged"):
        run.load()


def test_a_checkpoint_of_another_version_is_told(run: RunFolder) -> None:
    torch.save({"version": 99, "update": 1}, run.path / "checkpoint.pt")

    with pytest.raises(CheckpointError, match="it is of version 99, not 1"):
        run.load()


def test_code_in_a_checkpoint_is_not_run(run: RunFolder) -> None:
    trap = {"version": 1, "update": 1, "trap": Trap(run.path / "sprung")}
    torch.save(trap, run.path / "checkpoint.pt")

    with pytest.raises(CheckpointError):
        run.load()
    assert not (run.path / "sprung").exists()


def test_where_a_checkpoint_cannot_be_written_the_one_before_stands(
    run: RunFolder, disk: Callable[[bool], None]
) -> None:
    run.save({"update": 1})

    disk(True)
    with pytest.raises(OutputError, match=r"checkpoint.pt: the disk is full; free some space"):
        run.save({"update": 2})
    disk(False)

    assert run.load() == {"version": 1, "device": "cpu", "update": 1}
    assert sorted(contents(run.path)) == ["checkpoint.pt", "config.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_torchs_own_words_for_a_full_disk_are_put_plainly(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    run.save({"update": 1})
    save = torch.save
    monkeypatch.setattr(torch, "save", lambda state, _: save(state, "/dev/full"))

    with pytest.raises(OutputError, match=r"checkpoint.pt: the disk is full or cannot be written; free some"):
        run.save({"update": 2, "weights": torch.zeros(100_000)})
    monkeypatch.undo()

    assert run.load() == {"version": 1, "device": "cpu", "update": 1}
