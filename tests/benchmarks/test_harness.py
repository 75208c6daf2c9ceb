"""The benchmark contract: what is counted, in which order, and what is told of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from benchmarks.harness import Comparison, Timing, compare, hardware, measure, report, synchroniser
from core.errors import OutputError


class FakeClock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def task(self, *seconds: float, log: list[str] | None = None, name: str = "") -> Callable[[], None]:
        """A function whose calls take so long, one after the other."""
        left = list(seconds)

        def run() -> None:
            self.now += left.pop(0)
            if log is not None:
                log.append(name)

        return run


def test_the_median_and_the_quartiles_are_those_of_the_samples() -> None:
    timing = Timing((4.0, 1.0, 3.0, 2.0, 5.0))

    assert timing.median == 3
    assert timing.quartiles == (2, 3, 4)
    assert timing.rate == pytest.approx(1 / 3)
    assert Timing((0.5,)).quartiles == (0.5, 0.5, 0.5)
    assert Timing((1.0, 2.0)).quartiles == (1.25, 1.5, 1.75)


def test_warming_up_does_not_count() -> None:
    clock = FakeClock()

    timing = measure(clock.task(64, 32, 1, 2, 4), repeats=3, warm_up=2, clock=clock)

    assert timing.samples == (1, 2, 4)


def test_each_sample_begins_and_ends_with_an_idle_device() -> None:
    clock = FakeClock()
    log: list[str] = []
    # Work handed to a device takes its time when it is waited for, as on a GPU.
    queued = [0.0]

    def call() -> None:
        log.append("call")
        queued[0] += 3

    def wait() -> None:
        log.append("wait")
        clock.now, queued[0] = clock.now + queued[0], 0

    timing = measure(call, repeats=2, warm_up=1, synchronise=wait, clock=clock)

    assert log == ["call", "wait", "call", "wait", "wait", "call", "wait"]
    assert timing.samples == (3, 3)


def test_two_sides_take_turns_at_going_first() -> None:
    clock = FakeClock()
    log: list[str] = []
    baseline = clock.task(50, 1, 1, 1, log=log, name="baseline")
    ours = clock.task(60, 1, 1, 1, log=log, name="ours")

    compare(baseline, ours, repeats=3, warm_up=1, clock=clock)

    assert log == ["baseline", "ours", "baseline", "ours", "ours", "baseline", "baseline", "ours"]


def test_each_side_keeps_its_own_samples_in_the_order_of_the_pairs() -> None:
    clock = FakeClock()

    found = compare(clock.task(8, 4, 32), clock.task(4, 1, 4), repeats=3, warm_up=0, clock=clock)

    assert found == Comparison(Timing((8, 4, 32)), Timing((4, 1, 4)))
    assert found.baseline.median == 8
    assert found.ours.median == 4
    assert found.speed_up_quartiles == (3, 4, 6)  # of 2, 4 and 8; the quotient of the medians would be 2


def test_a_slow_minute_of_the_machine_leaves_the_speed_up_as_it_is() -> None:
    clock = FakeClock()

    found = compare(clock.task(3, 3, 30, 30), clock.task(2, 2, 20, 20), repeats=4, warm_up=0, clock=clock)

    assert found.speed_up_quartiles == (1.5, 1.5, 1.5)


@pytest.mark.parametrize(("repeats", "warm_up"), [(0, 1), (-1, 0), (1, -1)])
def test_there_must_be_something_to_count(repeats: int, warm_up: int) -> None:
    with pytest.raises(ValueError, match="repeats must be at least 1"):
        measure(lambda: None, repeats=repeats, warm_up=warm_up)
    with pytest.raises(ValueError, match="repeats must be at least 1"):
        compare(lambda: None, lambda: None, repeats=repeats, warm_up=warm_up)


def test_a_call_too_short_for_the_clock_is_refused() -> None:
    with pytest.raises(ValueError, match=r"took 0\.0 s by this clock"):
        measure(lambda: None, repeats=1, clock=FakeClock())


def test_what_is_measured_may_fail_as_it_likes() -> None:
    def fail() -> None:
        raise RuntimeError("out of paint")

    with pytest.raises(RuntimeError, match="out of paint"):
        measure(fail, repeats=1)


def test_a_cpu_is_not_waited_for() -> None:
    for device in ("cpu", torch.device("cpu")):
        synchroniser(device)()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_is_waited_for() -> None:
    big = torch.rand(8192, 8192, device="cuda")
    handed_over = measure(lambda: big @ big, repeats=3, warm_up=3)
    torch.cuda.synchronize()
    done = measure(lambda: big @ big, repeats=3, warm_up=3, synchronise=synchroniser("cuda"))

    assert done.median > 5 * handed_over.median


def test_the_hardware_is_named() -> None:
    found = hardware()

    assert found["cpu"]
    assert found["cores"] >= found["cores_allowed"] >= 1
    assert found["threads"] == torch.get_num_threads()
    assert found["memory_gib"] is None or found["memory_gib"] > 0.1
    assert (found["accelerator"] is None) == (not torch.cuda.is_available())
    assert found["versions"]["torch"] == torch.__version__
    assert found["versions"]["python"] == ".".join(str(part) for part in sys.version_info[:3])
    json.dumps(found, allow_nan=False)


def test_what_the_environment_says_of_threads_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "KMP_BLOCKTIME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GOMP_SPINCOUNT", "1000")

    assert hardware()["openmp"] == {"GOMP_SPINCOUNT": "1000"}


FOUND = {
    "update": Comparison(Timing((2.0, 4.0, 6.0)), Timing((0.001, 0.002, 0.003))),
    "step": Timing((0.00001, 0.00002, 0.00003)),
    "shares": {"replay": 0.25},
}


def test_a_report_holds_everything_in_strict_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.json"

    returned = report("painting", FOUND, path, settings={"batch": 8, "device": "cpu"})

    def refuse(constant: str) -> float:
        raise ValueError(constant)

    written = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert written == returned
    assert list(written) == ["benchmark", "date", "hardware", "settings", "results"]
    assert written["benchmark"] == "painting"
    assert written["settings"] == {"batch": 8, "device": "cpu"}
    assert written["date"].endswith("+00:00")
    assert written["hardware"]["versions"]["torch"] == torch.__version__
    assert written["results"]["update"]["baseline"] == {
        "median_s": 4.0,
        "quartiles_s": [3.0, 5.0],
        "per_second": 0.25,
        "samples_s": [2.0, 4.0, 6.0],
    }
    assert written["results"]["update"]["ours"]["median_s"] == 0.002
    assert written["results"]["update"]["speed_up"] == pytest.approx(2000)
    assert written["results"]["update"]["speed_up_quartiles"] == pytest.approx([2000, 2000])
    assert written["results"]["shares"] == {"replay": 0.25}
    assert [each.name for each in tmp_path.iterdir()] == ["bench.json"]
    assert capsys.readouterr().err == ""


def test_a_report_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    report("painting", FOUND, settings={"batch": 8})

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "painting"
    assert f"torch {torch.__version__}" in lines[1]
    assert lines[2] == "batch 8"
    assert lines[3:] == [
        "update",
        "  baseline        4 s  3 s to 5 s            0.25 a second",
        "  ours           2 ms  1.5 ms to 2.5 ms      500 a second",
        "  speed-up  2000.00 x  2000.00 to 2000.00 x",
        "step            20 µs  15 µs to 25 µs        50,000 a second",
        "shares",
        "  replay         0.25",
    ]


def test_a_number_that_json_cannot_hold_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        report("painting", {"share": float("nan")}, tmp_path / "bench.json")

    assert list(tmp_path.iterdir()) == []


def test_what_was_measured_is_shown_even_where_it_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OutputError):
        report("painting", FOUND, tmp_path / "missing" / "bench.json")

    assert "2000.00 x" in capsys.readouterr().out


def test_importing_the_benchmarks_measures_and_prints_nothing() -> None:
    code = "import benchmarks.harness, benchmarks.published_loop, benchmarks.training_speed"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=100
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
