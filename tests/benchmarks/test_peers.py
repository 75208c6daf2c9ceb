"""The comparison with other painters, and what each part of ours is worth."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from benchmarks import peers
from benchmarks.peers import EVERYTHING, FAST, Peers, Way, bench_ablation, bench_peers
from benchmarks.photographs import Photograph
from core.brushes import BEZIER
from core.errors import SettingError
from core.images import load_picture
from core.manner import Manner
from core.weights import LoadedActor
from training.actors import new_actor

CPU = torch.device("cpu")
TABLE = """image,program,mode,shapes,render,cpu_s,psnr_256
a,primitive,combo,30,raster,50.5,12.25
a,primitive,combo,30,vector,50.5,19.0
a,geometrize,rotated_ellipse,30,raster,4.0,11.5
a,geometrize-c500,triangle,30,raster,9.0,11.75
a,primitive,circle,60,raster,,13.0
b,primitive,circle,30,raster,1.0,
"""


@pytest.fixture
def table(tmp_path: Path) -> Peers:
    path = tmp_path / "peers.csv"
    path.write_text(TABLE)
    return Peers(path)


@pytest.fixture
def actor() -> LoadedActor:
    torch.manual_seed(0)
    network = new_actor(BEZIER, width=0.125, side=32).eval().requires_grad_(False)
    return LoadedActor(actor=network, stroke_type="bezier", bgr=False, id="bezier", path=Path("bezier"))


@pytest.fixture
def photograph() -> Photograph:
    pixels = np.random.default_rng(1).integers(0, 256, (4, 5, 3), np.uint8)
    return Photograph(name="a", group="samples", pixels=cv2.resize(pixels, (50, 40)).astype(np.uint8))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "SIDE", 40)


def test_the_best_peer_is_the_nearest_of_those_drawn_as_pixels(table: Peers) -> None:
    best, climber = table.best("a", 30), table.best("a", 30, of="geometrize")

    assert best is not None
    assert climber is not None
    assert (str(best), best.psnr, best.seconds) == ("primitive, combo", 12.25, 50.5)
    assert (str(climber), climber.psnr) == ("geometrize-c500, triangle", 11.75)
    assert table.best("b", 30) is None
    assert table.counts("a") == [30, 60]


def test_what_is_no_such_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.csv").write_text("image,shapes\na,1\n")

    with pytest.raises(SettingError, match="no table of other painters' scores"):
        Peers(tmp_path / "no.csv")
    with pytest.raises(SettingError, match="there is no such file"):
        Peers(tmp_path / "missing.csv")


def test_each_row_holds_ours_beside_the_peers_of_as_many_strokes(
    table: Peers, actor: LoadedActor, photograph: Photograph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench_peers([actor], [photograph], table, device=CPU, counts=(30, 60, 90), json_path=tmp_path / "out.json")

    rows = json.loads((tmp_path / "out.json").read_text())["results"]
    assert [row["refined"]["strokes"] for row in rows] == [30, 60]  # there are no peers of 90
    assert rows[0]["peer_psnr"] == 12.25
    assert rows[0]["geometrize_psnr"] == 11.75
    assert rows[1]["geometrize_psnr"] is None
    for row in rows:
        assert row["refined"]["psnr"] > row["fast"]["psnr"] + 1
        assert row["refined"]["cpu_seconds"] > row["fast"]["cpu_seconds"] > 0
    ahead = rows[0]["refined"]["psnr"] - 12.25
    assert f"{ahead:+.2f}" in capsys.readouterr().out


def test_every_part_is_left_out_in_turn_and_shown(
    actor: LoadedActor, photograph: Photograph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ways = (EVERYTHING, Way(name="no refinement", steps=0), Way(name="a grid", steps=0, manner=Manner(by_error=False)))

    found = bench_ablation(
        actor, [photograph], device=CPU, counts=(20, 40), shown=40, ways=ways, sheet_path=tmp_path / "sheet.png"
    )

    results = found["results"]
    assert list(results) == ["everything", "no refinement", "a grid"]
    everything, unrefined, grid = (results[way.name] for way in ways)
    assert [one["strokes"] for one in everything] == [20, 40]
    assert all(one["psnr"] > other["psnr"] + 1 for one, other in zip(everything, unrefined, strict=True))
    assert unrefined[1]["psnr"] != grid[1]["psnr"]
    assert load_picture(str(tmp_path / "sheet.png")).shape == (3 * 224, 204, 3)
    assert f"{everything[0]['psnr']:.2f}" in capsys.readouterr().out


def test_fast_is_unrefined_and_solves_all_colours_together() -> None:
    assert (FAST.steps, FAST.joint, FAST.ways) == (0, True, 1)
