"""What is reckoned of a cluster, and that its parts are measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.cluster_speed import PAINTERS, Throughput, bench_cluster


def test_painters_add_up_until_what_they_share_is_at_its_limit() -> None:
    model = Throughput(painting=2.0, asking=0.001, moved=4_000_000, disk=1e9)

    assert [model(painters) for painters in (1, 10, 400, 500, 1_000)] == [0.5, 5, 200, 250, 250]
    assert model.most == 501  # whom the disk's 250 pictures a second take
    slow = Throughput(painting=2.0, asking=0.01, moved=4_000_000, disk=1e9)
    assert slow(1_000) == 100
    assert slow.most == 201


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_painting_and_asking_are_measured(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    bench_cluster(
        photo="sample:coffee", strokes=20, pictures=4, asked=40, painters=1, gpu_seconds=0.25, repeats=1,
        json_path=tmp_path / "c.json",
    )  # fmt: skip

    found = json.loads((tmp_path / "c.json").read_text())["results"]
    alone, together = found["a picture alone, s"]["median_s"], found["a picture of one of 1 painters, s"]
    assert 0.1 < together / alone < 10
    asking = found["asking, processor time a picture, ms"]
    assert 0.01 < asking < 50
    assert 500 < found["through the asker, bytes a picture"] < 5_000
    beside = found["of which reading and writing, s"]
    assert 0 < beside < alone
    assert found["1 GPUs, pictures a second"] == pytest.approx(1 / (0.25 + beside))
    disk = 1e3 / found["read and written, MB a picture"]
    most = min(disk, 1_000 / asking)
    assert [found[f"{count} cores, pictures a second"] for count in PAINTERS] == pytest.approx(
        [min(count / together, most) for count in PAINTERS]
    )
