"""The quality benchmark: what is painted, what is told, and what is left out."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from benchmarks.photographs import HELD_OUT, HeldOutError, Photograph, held_out, samples
from benchmarks.quality import Setting, bench_quality, judged_renderer
from core.brushes import BEZIER
from core.errors import CheckpointError, OutputError, PictureError
from core.geometry import Size
from core.images import load_picture
from core.job import PaintJob
from core.metrics import scores
from core.painter import Painter
from core.rasteriser.differentiable import stroke_alpha
from core.rasteriser.fast import draw, to_bytes
from core.renderer import NeuralRenderer
from core.weights import LoadedActor, LoadedRenderer
from training.actors import new_actor

SMALL = Setting(side=32, strokes=7, undivided=True)
TONED = Setting(side=32, strokes=7, sheet="toned", undivided=True)
LARGE = Setting(side=32, strokes=12)


@pytest.fixture
def actor() -> LoadedActor:
    torch.manual_seed(0)
    network = new_actor(BEZIER, width=0.125, side=32).eval().requires_grad_(False)
    return LoadedActor(actor=network, stroke_type="bezier", bgr=False, id="tiny", path=Path("tiny"))


def photograph(name: str, group: str, height: int, width: int) -> Photograph:
    pixels = np.random.default_rng(len(name)).integers(0, 256, (4, 5, 3), np.uint8)
    return Photograph(name=name, group=group, pixels=cv2.resize(pixels, (width, height)).astype(np.uint8))


def test_each_score_is_that_of_the_painting_that_the_painter_makes(actor: LoadedActor, tmp_path: Path) -> None:
    pictures = [
        photograph("hill", "samples", 320, 340),
        photograph("a", "faces", 40, 50),
        photograph("b", "faces", 60, 40),
    ]

    bench_quality(actor, pictures, settings=(SMALL, TONED, LARGE), json_path=tmp_path / "q.json")

    found = json.loads((tmp_path / "q.json").read_text())
    rows = {(row["name"], row["setting"]): row for row in found["results"]["pictures"]}
    assert set(rows) == {(name, str(way)) for name in ("hill", "a", "b") for way in (SMALL, TONED)} | {
        ("hill", str(LARGE))
    }
    *_, frame = Painter(actor).frames(PaintJob(target=pictures[1].square(32), divide=1, strokes=7))
    assert len(frame.document.strokes) == 7
    expected = scores(pictures[1].square(32), to_bytes(draw(frame.document, Size(32, 32))), 32)
    row = rows["a", str(SMALL)]
    assert (row["l2"], row["psnr"], row["ssim"]) == (expected.l2, expected.psnr, expected.ssim)
    assert rows["a", str(TONED)]["l2"] != row["l2"]
    means = found["results"]["means"]
    assert means["faces"][str(SMALL)]["l2"] == pytest.approx((row["l2"] + rows["b", str(SMALL)]["l2"]) / 2)
    assert means["hill"][str(LARGE)] == means["samples"][str(LARGE)]
    assert set(means["faces"]) == {str(SMALL), str(TONED)}
    assert (means["faces"][str(SMALL)]["pictures"], means["samples"][str(LARGE)]["pictures"]) == (2, 1)


def test_the_sheet_shows_each_photograph_beside_its_paintings(
    actor: LoadedActor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = [photograph("hill", "samples", 100, 80), photograph("a", "faces", 40, 50)]

    bench_quality(actor, pictures, settings=(SMALL,), sheet_path=tmp_path / "sheet.png")

    sheet = load_picture(tmp_path / "sheet.png")
    assert sheet.shape == (20 + 2 * 260, 2 * 260, 3)
    shown = sheet[20 : 20 + 256, :205].astype(float)  # 100 x 80, enlarged to 256 x 205
    target = cv2.resize(pictures[0].pixels, (205, 256)).astype(float)
    assert np.abs(shown - target).mean() < 2
    for row, picture in enumerate(pictures):
        *_, frame = Painter(actor).frames(PaintJob(target=picture.square(32), divide=1, strokes=7))
        top = 20 + row * 260
        assert np.array_equal(sheet[top : top + 256, 260:516], to_bytes(draw(frame.document, Size(256, 256))))
    assert "undivided, 32 px, 7 strokes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "name", "problem"),
    [
        ("json_path", "file/q.json", "file"),
        ("sheet_path", "file/q.png", "file"),
        ("sheet_path", "q.gif", "no picture format is called “.gif”"),
        ("sheet_path", "q.webp", "at most 16383 pixels"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_painted(
    option: str, name: str, problem: str, actor: LoadedActor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paints(*_: object) -> None:
        raise AssertionError("it painted")

    monkeypatch.setattr(Painter, "frames", paints)
    (tmp_path / "file").write_text("")
    pictures = [photograph("a", "faces", 8, 8)] * 64

    with pytest.raises(OutputError, match=problem):
        bench_quality(actor, pictures, settings=(SMALL,), **{option: tmp_path / name})  # type: ignore[arg-type]


def test_a_renderer_that_does_not_fit_is_refused_before_anything_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    network = new_actor(BEZIER, width=0.125, side=96).eval()
    unfit = LoadedActor(actor=network, stroke_type="bezier", bgr=False, id="tiny", path=Path("tiny"))
    renderer = LoadedRenderer(renderer=NeuralRenderer(width=0.125), stroke_type="bezier", id="r", path=Path("r"))
    monkeypatch.setattr(Painter, "frames", lambda *_: pytest.fail("it painted"))

    with pytest.raises(CheckpointError, match="do not divide"):
        bench_quality(unfit, [photograph("a", "faces", 8, 8)], renderer=renderer, settings=(SMALL,))


@pytest.mark.parametrize(("side", "painted"), [(299, False), (300, True)])
def test_whole_photographs_are_painted_from_300_pixels_up(
    side: int, painted: bool, actor: LoadedActor, capsys: pytest.CaptureFixture[str]
) -> None:
    found = bench_quality(actor, [photograph("a", "faces", side, 320)], settings=(LARGE,))

    assert bool(found["results"]["pictures"]) is painted
    assert (str(LARGE) in capsys.readouterr().out) is painted


def test_a_renderer_is_judged_stroke_by_stroke_and_in_the_loop(
    actor: LoadedActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.quality.RANDOM_STROKES", 8)
    monkeypatch.setattr("benchmarks.quality.CLOSED_LOOP", 10)
    network = NeuralRenderer(width=0.125).eval()
    with torch.no_grad():
        network.conv6.weight.zero_()
        network.conv6.bias.fill_(-40.0)  # it draws nothing at all
    renderer = LoadedRenderer(renderer=network, stroke_type="bezier", id="blank", path=Path("blank"))

    judged = judged_renderer(actor, renderer, [photograph("hill", "samples", 100, 80)], device="cpu")

    shapes = torch.rand(8, 10, generator=torch.Generator().manual_seed(1))
    truth = stroke_alpha(BEZIER, shapes, Size(128, 128))
    assert judged["mean absolute error"] == pytest.approx(float(truth.mean()), rel=1e-5)
    assert judged["mean squared error"] == pytest.approx(float(truth.square().mean()), rel=1e-5)
    # A canvas that never changes is answered with the same strokes again and again.
    assert judged["painting, seeing the neural canvas, dB"] < judged["painting, seeing the exact canvas, dB"]
    *_, frame = Painter(actor, renderer=renderer).frames(
        PaintJob(target=photograph("hill", "samples", 100, 80).square(128), preset="paper", divide=1, strokes=10)
    )
    painted = draw(frame.document)
    expected = -10 * np.log10(np.square(to_bytes(painted).astype(float) / 255).mean())
    assert judged["neural canvas against the exact one, dB"] == pytest.approx(expected, abs=0.01)


def test_the_held_out_list_is_half_faces_and_names_nothing_twice() -> None:
    rows = HELD_OUT.read_text().split()[1:]

    assert len(rows) == len(set(rows)) == 64
    assert sum(row.startswith("faces-b.zip,val/") for row in rows) == 32
    assert sum(row.startswith("photos-a.zip,val/") for row in rows) == 32


def test_held_out_pictures_come_from_the_archives_that_are_there(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    with zipfile.ZipFile(tmp_path / "faces-b.zip", "w") as archive:
        archive.writestr("val/x.png", cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes())
    names = tmp_path / "names.csv"
    names.write_text("archive,name\nphotos-a.zip,val/y.png\nfaces-b.zip,val/x.png\n")

    (one,) = held_out(tmp_path, names=names)

    assert (one.name, one.group) == ("val/x.png", "held-out faces")
    assert np.array_equal(one.pixels, pixels)
    with pytest.raises(HeldOutError, match=r"Cannot use held-out pictures of .*nowhere: there is none of photos-a"):
        held_out(tmp_path / "nowhere", names=names)
    names.write_text("archive,name\nfaces-b.zip,val/z.png\n")
    with pytest.raises(PictureError, match="not in faces-b"):
        held_out(tmp_path, names=names)
    (tmp_path / "photos-a.zip").write_bytes(b"no zip")
    names.write_text("archive,name\nphotos-a.zip,val/z.png\n")
    with pytest.raises(HeldOutError, match=r"Cannot use held-out pictures of .*photos-a\.zip: "):
        held_out(tmp_path, names=names)


def test_a_square_is_the_middle_of_the_photograph() -> None:
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 200

    assert (Photograph(name="x", group="g", pixels=pixels).square(5) == 200).all()


def test_the_samples_are_scikit_images() -> None:
    assert [one.name for one in samples()] == ["astronaut", "chelsea", "coffee", "rocket"]
