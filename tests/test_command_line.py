"""The command line: what it writes, and one clear line with exit code 2 wherever it cannot."""

from __future__ import annotations

import errno
import functools
import io
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import torch
from PIL import Image

import core.files
import core.progress_bar
import core.workshop
from core.brushes import BEZIER, FLAT
from core.export.stroke_json import read_json
from core.hand import Answer, Hand
from core.images import save_picture
from core.painter import Painter
from core.rasteriser.fast import draw
from core.schedule import MAX_STROKES
from core.weights import save_actor
from main import main
from tests.hostile import Trap, png
from training.actors import new_actor

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures good and bad, a tiny actor, and things that are no weights."""
    desk = tmp_path_factory.mktemp("desk")
    torch.manual_seed(0)
    save_actor(new_actor(BEZIER, width=0.125, side=32), desk / "actor.safetensors", stroke_type="bezier")
    rows, columns = np.mgrid[0:48, 0:64]
    photo = Image.fromarray(np.stack([rows * 5, columns * 3, 255 - rows * 2], axis=-1).astype(np.uint8))
    photo.save(desk / "photo.png")
    photo.save(desk / "whole.jpg")
    (desk / "cut.jpg").write_bytes((desk / "whole.jpg").read_bytes()[:-300])
    (desk / "text.jpg").write_text("Dear diary")
    (desk / "empty.png").touch()
    (desk / "huge.png").write_bytes(png(20_000, 15_000, 8, 2, b""))
    (desk / "code.pkl").write_bytes(pickle.dumps(Trap(desk / "sprung")))
    torch.save({"conv1.weight": torch.zeros(64, 9, 3, 3)}, desk / "other.pkl")
    (desk / "foreign.json").write_text('{"shapes": []}')
    return desk


def paint(desk: Path, picture: str | Path, out: Path, *options: str) -> int:
    """Paint with the tiny actor, few strokes and no SVG, unless options say otherwise."""
    quick = ["--divide", "2", "--strokes", "40", "--no-svg"]
    actor = [] if "--actor" in options else ["--actor", str(desk / "actor.safetensors")]
    return main(["paint", str(desk / picture), "-o", str(out), *actor, *quick, *options])


def report_in(out: Path) -> dict:
    return json.loads((out / "report.json").read_text())


def pixels_of(path: Path) -> np.ndarray:
    return np.array(Image.open(path))


# Painting


@pytest.fixture(scope="module")
def painted(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has everything `paint` can write."""
    out = tmp_path_factory.mktemp("painted") / "new" / "folder"
    assert paint(desk, "photo.png", out, "--frames", "--video", "--svg") == 0
    return out


def test_painting_writes_each_file(painted: Path) -> None:
    files = sorted(path.relative_to(painted).as_posix() for path in painted.rglob("*"))

    assert files == [
        *("frames", "frames/frame-000000.png", "frames/frame-000001.png"),
        *("painting.mp4", "painting.png", "painting.svg", "report.json", "strokes.json"),
    ]
    assert pixels_of(painted / "painting.png").shape == (48, 64, 3)
    assert len(read_json(painted / "strokes.json").strokes) == 40


def test_the_report_has_what_was_promised(painted: Path) -> None:
    report = report_in(painted)

    scores = {f"{name}_{side}" for name in ("l2", "psnr", "ssim") for side in (128, 256, 512)}
    assert scores | {"strokes", "seconds", "strokes_per_second", "device", "weights"} <= set(report)
    assert report["strokes"] == 40
    assert report["strokes_per_second"] == pytest.approx(40 / report["seconds"])
    assert report["weights"].startswith("actor.safetensors@")
    assert report["psnr_128"] > 8  # the bare sheet has 4
    assert report["job"] == {
        "stroke_type": "bezier",
        "preset": "default",
        "max_step": 100,
        "divide": 2,
        "strokes": 40,
        "background": "#000000",
        "seed": 0,
    }


def test_one_line_sums_the_painting_up_and_a_log_is_spared_the_bar(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert paint(desk, "photo.png", tmp_path, "--device", "cpu") == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("40 strokes in ")
    assert " s on cpu: PSNR " in out
    assert out.endswith(f" at 512 px, in {tmp_path}\n")


def test_a_terminal_shows_strokes_time_left_and_the_error_in_decibels(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setattr(core.progress_bar, "tqdm", functools.partial(core.progress_bar.tqdm, mininterval=0))
    monkeypatch.setenv("COLUMNS", "100")

    assert paint(desk, "photo.png", tmp_path, "--video") == 0

    *_, last = (line for line in terminal.getvalue().split("\r") if "painting: 100%" in line)
    assert "40/40 [00:0" in last  # passed and left
    assert "<00:00" in last
    assert " dB]" in last
    assert "film: " in terminal.getvalue()


def test_a_painting_may_be_of_another_size_colour_seed_and_schedule(desk: Path, tmp_path: Path) -> None:
    options = ["--size", "128", "--background", "#FF8000", "--seed", "7", "--preset", "paper", "--strokes", "1"]
    assert paint(desk, "photo.png", tmp_path, *options) == 0

    assert pixels_of(tmp_path / "painting.png").shape == (96, 128, 3)
    assert report_in(tmp_path)["size"] == [96, 128]
    document = read_json(tmp_path / "strokes.json")
    assert document.background == (255, 128, 0)
    assert document.job["seed"] == 7
    assert document.job["preset"] == "paper"


@pytest.mark.parametrize(("name", "colour"), [("black", (0, 0, 0)), ("White", (255, 255, 255))])
def test_a_background_may_be_named(desk: Path, tmp_path: Path, name: str, colour: tuple[int, int, int]) -> None:
    assert paint(desk, "photo.png", tmp_path, "--background", name, "--strokes", "1") == 0

    assert read_json(tmp_path / "strokes.json").background == colour


def test_the_same_command_paints_the_same_strokes(desk: Path, painted: Path, tmp_path: Path) -> None:
    assert paint(desk, "photo.png", tmp_path) == 0

    assert read_json(tmp_path / "strokes.json") == read_json(painted / "strokes.json")


def test_a_painting_replaces_the_one_before(desk: Path, tmp_path: Path) -> None:
    assert paint(desk, "photo.png", tmp_path, "--strokes", "5") == 0
    assert paint(desk, "photo.png", tmp_path, "--strokes", "6") == 0

    assert report_in(tmp_path)["strokes"] == 6


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
def test_a_name_that_is_no_unicode_can_be_painted(desk: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes((desk / "photo.png").read_bytes())
    out = tmp_path / os.fsdecode(b"\xe9t\xe9")

    assert paint(desk, tmp_path / name, out, "--strokes", "5") == 0

    assert report_in(out)["picture"].endswith("caf?.png")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
def test_what_to_paint_with_need_not_be_named_in_unicode_either(desk: Path, tmp_path: Path) -> None:
    actor, palette = (tmp_path / os.fsdecode(name) for name in (b"caf\xe9.safetensors", b"caf\xe9.txt"))
    actor.write_bytes((desk / "actor.safetensors").read_bytes())
    palette.write_text("#ff8000\n#203040\n")
    few = ["--strokes", "5", "--actor", str(actor), "--palette"]

    assert paint(desk, "photo.png", tmp_path / "file", *few, str(palette)) == 0
    assert paint(desk, "photo.png", tmp_path / "said", *few, os.fsdecode(b"#ff8000 caf\xe9,#203040")) == 0

    assert report_in(tmp_path / "file")["weights"].startswith("caf?.safetensors@")
    assert report_in(tmp_path / "said")["job"]["palette_names"] == ["caf?", ""]


# The published spelling


@pytest.mark.parametrize(
    "spelling",
    [
        ["--max_step=4", "--actor={actor}", "--img={photo}", "--divide=2", "--out={out}"],
        ["--img", "{photo}", "--max_step", "4", "--actor", "{actor}", "--divide", "2", "-o", "{out}"],
        ["-o", "{out}", "--divide=2", "--actor={actor}", "--max-step=4", "--img={photo}"],
        ["paint", "--max_step=4", "--actor={actor}", "--img={photo}", "--divide=2", "--out={out}"],
        ["paint", "--divide=2", "--actor={actor}", "{photo}", "--max_step=4", "--out={out}", "--stroke_type=bezier"],
    ],
)
def test_the_published_spelling_works_with_and_without_a_command(
    desk: Path, tmp_path: Path, spelling: list[str]
) -> None:
    words = {"actor": desk / "actor.safetensors", "photo": desk / "photo.png", "out": tmp_path / "out"}

    assert main([word.format(**words) for word in spelling]) == 0

    assert report_in(tmp_path / "out")["strokes"] == 5 * 2 * (1 + 2**2)


# Odd but valid pictures


@pytest.mark.parametrize(("width", "height"), [(1, 1), (5000, 3), (3, 5000)])
def test_tiny_and_narrow_pictures_are_painted(desk: Path, tmp_path: Path, width: int, height: int) -> None:
    Image.new("RGB", (width, height), "red").save(tmp_path / "a.png")

    assert paint(desk, tmp_path / "a.png", tmp_path / "out", "--svg") == 0

    painting = pixels_of(tmp_path / "out" / "painting.png")
    assert painting.shape == (height, width, 3)
    assert painting[..., 0].mean() > 128
    assert painting[..., 1:].max() == 0


@pytest.mark.parametrize(
    ("name", "mode", "white"),
    [("a.png", "I;16", 65535), ("a.png", "P", 0), ("a.jpg", "CMYK", (0, 0, 0, 0)), ("a.png", "RGBA", (0, 0, 0, 0))],
    ids=["16 bits", "palette", "CMYK", "transparent"],
)
def test_a_white_picture_of_any_kind_is_painted_white(
    desk: Path, tmp_path: Path, name: str, mode: str, white: int | tuple[int, ...]
) -> None:
    image = Image.new(mode, (40, 30), white)
    if mode == "P":
        image.putpalette([255, 255, 255])
    image.save(tmp_path / name)

    assert paint(desk, tmp_path / name, tmp_path / "out") == 0

    painting = pixels_of(tmp_path / "out" / "painting.png")
    assert painting.shape == (30, 40, 3)
    assert painting.mean() > 150


def test_a_photo_held_upright_is_painted_upright(desk: Path, tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 48), "blue")
    image.paste("red", (0, 0, 32, 48))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera's left is up
    image.save(tmp_path / "a.jpg", exif=exif)

    assert paint(desk, tmp_path / "a.jpg", tmp_path / "out") == 0

    painting = pixels_of(tmp_path / "out" / "painting.png")
    assert painting.shape == (64, 48, 3)
    assert painting[:24, :, 0].mean() > painting[40:, :, 0].mean() + 100
    assert painting[40:, :, 2].mean() > painting[:24, :, 2].mean() + 100


# Many pictures


def test_a_folder_is_painted_summed_up_and_gone_on_with(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("b.png", "a.png", "bad.jpg", "notes.txt"):
        (photos / name).write_bytes((desk / ("text.jpg" if name == "bad.jpg" else "photo.png")).read_bytes())

    assert paint(desk, photos, out) == 2

    printed = capsys.readouterr()
    assert printed.out == f"3 pictures: 2 painted, 0 skipped, 1 failed, in {out}\n"
    assert printed.err == (
        f"error: Cannot open picture {photos / 'bad.jpg'}: "
        "it is damaged, or not a picture of a kind that is read here; save it as PNG or JPEG.\n"
    )
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == [
        f"{name}/{file}" for name in ("a", "b") for file in ("painting.png", "report.json", "strokes.json")
    ]

    (photos / "bad.jpg").unlink()
    assert paint(desk, photos, out) == 0
    assert capsys.readouterr() == (f"2 pictures: 0 painted, 2 skipped, 0 failed, in {out}\n", "")


def test_bad_settings_for_a_folder_are_refused_once_and_nothing_is_written(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(paint(desk, "", tmp_path / "out", "--size", "20000"), capsys, "size 20000: give the longer side")
    (tmp_path / "none").mkdir()
    assert_refused(paint(desk, tmp_path / "none", tmp_path / "out"), capsys, "no picture lies in this folder itself")
    assert os.listdir(tmp_path) == ["none"]


def test_a_folder_cancelled_by_control_c_keeps_what_is_finished(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("a.png", "b.png"):
        (photos / name).write_bytes((desk / "photo.png").read_bytes())
    frames, calls = Painter.frames, []

    def second_is_broken_off(*arguments: object, **named: object) -> Iterator[object]:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return frames(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Painter, "frames", second_is_broken_off)

    assert paint(desk, photos, out) == 130
    assert capsys.readouterr() == ("", "cancelled\n")
    assert os.listdir(out) == ["a"]
    assert paint(desk, photos, out) == 0
    assert capsys.readouterr().out == f"2 pictures: 1 painted, 1 skipped, 0 failed, in {out}\n"


# Films


@pytest.fixture(scope="module")
def clip(desk: Path) -> Path:
    """Five frames on which a red square comes out of the left."""
    frames = [Image.new("RGB", (64, 48), "navy") for _ in range(5)]
    for index, frame in enumerate(frames):
        frame.paste("red", (0, 10, 8 * index, 30))
    frames[0].save(desk / "clip.gif", save_all=True, append_images=frames[1:], duration=100)
    return desk / "clip.gif"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # imageio-ffmpeg leaves its pipes open
def test_a_film_becomes_a_film_and_one_line(
    desk: Path, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actor = ["--actor", str(desk / "actor.safetensors"), "--device", "cpu"]

    assert main(["paint", str(clip), "-o", str(tmp_path / "a.mp4"), *actor, "--divide", "1", "--strokes", "60"]) == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert re.fullmatch(
        r"5 frames in [\d.]+ s \([\d.]+ a second\) on cpu: \d+ strokes, PSNR [\d.]+ dB, in .*a\.mp4\n", out
    )
    assert os.listdir(tmp_path) == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--svg"], "--svg for a film: it is one for pictures; leave it out"),
        (["--no-svg"], "--svg for a film"),
        (["--frames"], "--frames for a film"),
        (["--video"], "--video for a film"),
        (["--refine", "200"], "--refine for a film"),
        (["--preset", "paper"], "preset paper: its fixed grid"),
        (["--strokes", "1000001"], "strokes 1000001"),
        (["--size", "20000"], "size 20000"),
    ],
)
def test_options_that_a_film_does_not_take_are_refused_not_ignored(
    options: list[str], words: str, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(main(["paint", str(clip), "-o", str(tmp_path / "a.mp4"), *options]), capsys, words)
    assert os.listdir(tmp_path) == []


def test_a_gif_is_still_painted_as_a_picture_into_a_folder(desk: Path, clip: Path, tmp_path: Path) -> None:
    assert paint(desk, clip, tmp_path / "out") == 0

    assert (tmp_path / "out" / "painting.png").exists()


# Scores and exports


def test_scores_are_printed_at_three_sizes(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(desk / "photo.png"), str(desk / "photo.png")]) == 0

    assert capsys.readouterr().out == (
        "  px        L2    PSNR    SSIM\n"
        " 128  0.000000  100.00  1.0000\n"
        " 256  0.000000  100.00  1.0000\n"
        " 512  0.000000  100.00  1.0000\n"
    )


def test_scores_are_those_of_the_report(desk: Path, painted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(desk / "photo.png"), str(painted / "painting.png")]) == 0

    report = report_in(painted)
    line = capsys.readouterr().out.splitlines()[2].split()
    assert line == ["256", f"{report['l2_256']:.6f}", f"{report['psnr_256']:.2f}", f"{report['ssim_256']:.4f}"]


def export(painted: Path, out: Path, *options: str) -> int:
    return main(["export", str(painted / "strokes.json"), "-o", str(out), *options])


def test_a_refined_painting_is_nearer_and_says_so(desk: Path, painted: Path, tmp_path: Path) -> None:
    assert paint(desk, "photo.png", tmp_path / "out", "--refine", "40") == 0

    assert report_in(tmp_path / "out")["psnr_128"] > report_in(painted)["psnr_128"] + 1
    assert report_in(tmp_path / "out")["strokes"] == report_in(painted)["strokes"]
    assert json.loads((tmp_path / "out" / "strokes.json").read_text())["job"]["refined"] == 40


def test_colours_alone_are_refined_at_once(desk: Path, painted: Path, tmp_path: Path) -> None:
    assert paint(desk, "photo.png", tmp_path / "out", "--refine", "colours") == 0

    ours, plain = (json.loads((folder / "strokes.json").read_text()) for folder in (tmp_path / "out", painted))
    assert [one["parameters"][:10] for one in ours["strokes"]] == [one["parameters"][:10] for one in plain["strokes"]]
    photo = np.asarray(Image.open(desk / "photo.png")) / 255
    errors = [
        np.square(draw(read_json(folder / "strokes.json")) - photo).mean() for folder in (tmp_path / "out", painted)
    ]
    assert errors[0] < errors[1]


def test_ways_focus_least_size_and_loss_steer_the_painting(desk: Path, tmp_path: Path) -> None:
    mask = np.zeros((20, 30, 3), np.uint8)
    mask[:, :15] = 255
    save_picture(tmp_path / "mask.png", mask)
    steered = ["--ways", "2", "--focus", str(tmp_path / "mask.png"), "--min-size", "5"]

    assert paint(desk, "photo.png", tmp_path / "out", *steered, "--refine", "10", "--loss", "mixed") == 0

    job = report_in(tmp_path / "out")["job"]
    assert (job["ways"], job["min_size"]) == (2, 5)
    assert len(job["focus"]) == 16


def test_a_palette_a_protected_part_widths_and_opacities_are_kept_to(desk: Path, tmp_path: Path) -> None:
    mask = np.zeros((20, 30, 3), np.uint8)
    mask[:8] = 255
    save_picture(tmp_path / "mask.png", mask)
    bounds = ["--protect", str(tmp_path / "mask.png"), "--width", "1-9", "--opacity", "0.7-1"]

    assert paint(desk, "photo.png", tmp_path / "out", "--palette", "4", *bounds, "--refine", "10") == 0

    report, document = report_in(tmp_path / "out"), read_json(tmp_path / "out" / "strokes.json")
    job, strokes = report["job"], document.strokes
    assert (job["width"], job["opacity"], len(job["palette"])) == ([1, 9], [0.7, 1], 4)
    assert {f"#{bytes(colour).hex()}" for colour in np.rint(strokes.rgb() * 255).astype(np.uint8)} <= set(
        job["palette"]
    )
    top = np.asarray(Image.open(tmp_path / "out" / "painting.png"))[: document.size.height * 8 // 20]
    assert not top.any()
    assert strokes.parameters[:, 8:10].min() > 0.7 - 1e-6


def test_a_style_is_what_other_options_do_not_say(desk: Path, tmp_path: Path) -> None:
    plain = ["paint", str(desk / "photo.png"), "-o", str(tmp_path / "a"), "--actor", str(desk / "actor.safetensors")]
    assert main([*plain, "--style", "loose", "--boldness", "4", "--no-svg"]) == 0
    assert paint(desk, "photo.png", tmp_path / "b", "--style", "0", "--strokes", "30", "--width", "0-20") == 0

    loose, poster = (report_in(tmp_path / name) for name in "ab")
    assert (loose["strokes"], loose["job"]["divide"], loose["job"]["opacity"]) == (175, 2, [0.7, 1])
    assert (poster["strokes"], poster["job"]["width"], poster["job"]["opacity"]) == (30, [0, 20], [0.9, 1])


def test_the_focus_may_be_on_faces(tmp_path: Path) -> None:
    assert main(["paint", "sample:astronaut", "-o", str(tmp_path / "a"), "--strokes", "100", "--focus", "faces"]) == 0
    assert main(["paint", "sample:coffee", "-o", str(tmp_path / "b"), "--strokes", "20", "--focus", "faces"]) == 0

    assert len(report_in(tmp_path / "a")["job"]["focus"]) == 16
    assert "focus" not in report_in(tmp_path / "b")["job"]  # nobody is there


def test_a_mix_of_stroke_types_is_painted_by_the_files_of_each(desk: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    flat = tmp_path / "flat.safetensors"
    save_actor(new_actor(FLAT, width=0.125, side=32), flat, stroke_type="flat")
    mix = ["--stroke-type", "flat@1,bezier", "--actor", str(flat), "--actor", str(desk / "actor.safetensors")]

    assert paint(desk, "photo.png", tmp_path / "out", "--strokes", "200", *mix, "--svg") == 0

    strokes = json.loads((tmp_path / "out" / "strokes.json").read_text())
    assert {stroke["type"] for stroke in strokes["strokes"]} == {"flat", "bezier"}
    assert sorted(strokes["brushes"]) == ["bezier", "flat"]
    assert strokes["job"]["stroke_type"] == "flat@1,bezier"
    assert re.fullmatch(r"flat\.safetensors@\w{12}, actor\.safetensors@\w{12}", report_in(tmp_path / "out")["weights"])
    assert export(tmp_path / "out", tmp_path / "again.png") == 0
    assert np.array_equal(pixels_of(tmp_path / "again.png"), pixels_of(tmp_path / "out" / "painting.png"))


def test_a_saved_painting_is_drawn_again_to_the_bit(painted: Path, tmp_path: Path) -> None:
    assert export(painted, tmp_path / "again.png") == 0
    assert export(painted, tmp_path / "again.svg") == 0
    assert export(painted, tmp_path / "again.json") == 0

    assert np.array_equal(pixels_of(tmp_path / "again.png"), pixels_of(painted / "painting.png"))
    assert (tmp_path / "again.svg").read_bytes() == (painted / "painting.svg").read_bytes()
    assert (tmp_path / "again.json").read_bytes() == (painted / "strokes.json").read_bytes()


def test_a_saved_painting_is_drawn_at_any_size(painted: Path, tmp_path: Path) -> None:
    assert export(painted, tmp_path / "large.jpg", "--size", "400") == 0
    assert export(painted, tmp_path / "small.PNG", "--size", "1") == 0
    assert export(painted, tmp_path / "film.mp4", "--size", "32") == 0

    assert pixels_of(tmp_path / "large.jpg").shape == (300, 400, 3)
    assert pixels_of(tmp_path / "small.PNG").shape == (1, 1, 3)
    assert (tmp_path / "film.mp4").stat().st_size > 0


# Refusals


def assert_refused(code: int, capsys: pytest.CaptureFixture[str], *words: str) -> None:
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    ("picture", "remedy"),
    [
        ("none.png", "there is no such file; check its name"),
        ("text.jpg", "not a picture of a kind that is read here; save it as PNG or JPEG"),
        ("cut.jpg", "it is damaged or cut short; copy it again"),
        ("empty.png", "it is empty; copy it again"),
        ("huge.png", "it is far too large; pictures of at most 100 million pixels"),
        ("two\nlines.png", "there is no such file"),
    ],
)
def test_a_bad_picture_is_refused(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], picture: str, remedy: str
) -> None:
    code = paint(desk, picture, tmp_path / "out")

    assert_refused(code, capsys, str(desk / picture).replace("\n", " "), remedy)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--divide 0", ["--divide", "0 is not in the range x>=1"]),
        ("--divide 65", ["divide 65: give a whole number from 1 to 64"]),
        ("--divide two", ["--divide", "'two' is not a valid integer"]),
        ("--strokes -1", ["--strokes", "-1 is not in the range x>=1"]),
        ("--strokes 0", ["--strokes", "0 is not in the range x>=1"]),
        ("--strokes 1000001", ["strokes 1000001: a painting takes from 1 to 1,000,000 strokes"]),
        ("--max-step 0", ["--max-step", "0 is not in the range 1<=x<=1000000"]),
        ("--max-step 9999999999999999999999", ["--max-step", "is not in the range 1<=x<=1000000"]),
        ("--stroke-type squiggle", ["squiggle", "bezier"]),
        ("--strokes 200 --stroke-type bezier@1", ["nothing paints level 2", "add a type without levels"]),
        ("--stroke-type bezier;circle", ["write a stroke type, or several"]),
        ("--refine 0", ["refine 0", "give 1 to 100,000 steps"]),
        ("--ways 3", ["--ways", "'3' is not one of"]),
        ("--min-size 51", ["--min-size", "51", "is not in the range 0<=x<=50"]),
        ("--width 3", ["width", "3", "give the least and the most"]),
        ("--width 5-2", ["width", "5-2", "give the least and the most"]),
        ("--opacity 0.5-2", ["opacity", "0.5-2", "from 0 to 1"]),
        ("--palette none.gpl", ["none.gpl", "no such file"]),
        ("--palette 0", ["palette", "0", "give 1 to 256 colours"]),
        ("--palette 5 --refine colours", ["refine", "colours", "a palette's colours stay as they are"]),
        ("--style rough", ["style", "rough", "poster, loose, classic"]),
        ("--boldness 2", ["boldness", "2", "add --style loose"]),
        ("--protect none.png", ["none.png"]),
        ("--focus {desk}/none.png", ["none.png", "there is no such file"]),
        ("--loss l1", ["loss l1", "add --refine 200"]),
        ("--refine soon", ["refine soon", "a number of steps, such as 200, or of seconds, such as 5s"]),
        ("--seed -1", ["--seed", "-1 is not in the range 0<=x<=4294967295"]),
        ("--seed 99999999999999999999", ["--seed", "is not in the range"]),
        ("--seed x", ["--seed", "'x' is not a valid integer"]),
        ("--device tpu", ["--device", "'tpu' is not one of 'auto', 'cpu', 'cuda'"]),
        ("--background pink", ["background pink: give black, white or #rrggbb"]),
        ("--background #12345", ["background #12345: give"]),
        ("--background 1234567", ["background 1234567: give"]),
        ("--size 0", ["--size", "0 is not in the range x>=1"]),
        ("--size 16385", ["size 16385: give the longer side in pixels, from 1 to 16384"]),
        ("--colour red", ["No such option", "--colour", "See python main.py paint --help"]),
        ("--img other.png", ["Name one picture", "other.png"]),
        ("second.png", ["unexpected extra argument", "second.png"]),
        ("--actor {desk}/none.safetensors", ["none.safetensors: there is no such file"]),
        ("--actor {desk}/photo.png", ["photo.png: it is no readable .safetensors file"]),
        ("--actor {desk}/code.pkl", ["code.pkl", "holds more than tensors (code, which was not run); download"]),
        ("--actor {desk}/other.pkl", ["other.pkl", "this is another network; choose weights of the actor"]),
        ("--actor {desk}/empty.png", ["empty.png: the file is empty; download"]),
        ("--renderer {desk}/other.pkl", ["other.pkl", "this is another network; choose weights of the renderer"]),
        ("--renderer {desk}/actor.safetensors", ["it is the actor; choose weights of the renderer instead"]),
        ("-o {desk}/photo.png", ["photo.png: a file has that name; choose another name for the folder"]),
        ("-o {desk}/photo.png/below/it", ["below/it: a part of its path is a file, not a folder; choose another"]),
        ("-o {tmp}/deep/" + "x" * 300, ["the name is too long; choose a shorter one"]),
    ],
)
def test_a_bad_setting_is_refused(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: str, words: list[str]
) -> None:
    before = sorted(os.listdir(desk))
    code = paint(desk, "photo.png", tmp_path / "out", *options.format(desk=desk, tmp=tmp_path).split())

    assert_refused(code, capsys, *words)
    assert os.listdir(tmp_path) == []
    assert sorted(os.listdir(desk)) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("paint", "Name a picture to paint, such as photo.jpg or sample:astronaut"),
        ("paint sample:monalisa -o {tmp}/out", "there is no sample “monalisa”; choose one of astronaut, "),
        ("--max_step=100 --img=none.png --out={tmp}/out", "none.png: there is no such file; check"),
        ("--max_step=100", "No such option '--max-step'. See python main.py --help"),
        ("--img", "requires an argument"),
        ("draw", "No such command 'draw'. See python main.py --help"),
        ("train", "The following arguments are required: COMMAND. See python main.py train --help"),
        ("train actor", "invalid choice: 'actor' (choose from 'painter', 'renderer', 'pack', 'bundle', 'experiment')"),
        ("train painter", "--data is missing; see --help for what it takes"),
        ("train painter --colour red", "Unrecognized arguments: --colour red. See python main.py train painter --help"),
        (
            "train painter --data {desk}/none --out {tmp}/run",
            "Cannot train on {desk}/none: there is no such file or fol",
        ),
        ("train painter --data {desk}/text.jpg --out {tmp}/run", "Cannot train on {desk}/text.jpg: it is of no kind"),
        ("train painter --data {desk} --out {tmp}/run --batch 0", "Cannot use --batch 0: it must be at least 2"),
        ("train painter --data {desk} --out {tmp}/run --batch 48", "--envs 512: it must be a multiple of --batch, 48"),
        ("train painter --data {desk} --out {tmp}/run --canvas 50", "--canvas 50: it must be a multiple of 32"),
        ("train painter --data {desk} --out {tmp}/run --minutes nan", "Cannot use --minutes nan: give a finite number"),
        ("train painter --data {desk} --out {tmp}/run --init {desk}/text.jpg", "Cannot use weights {desk}/text.jpg"),
        ("train painter --out {tmp}/run --resume", "Cannot use weights {tmp}/run: it holds no run to go on with"),
        ("train renderer --out {tmp}/run --width 8", "Cannot use --width 8.0: it must be at most 4"),
        ("train renderer --out {tmp}/run --stroke-type oil", "Cannot use stroke type oil: choose one of bezier"),
        ("train renderer --out {desk}/photo.png/run", "a part of its path is a file"),
        ("train pack --data {desk} --out {tmp}/a.zip", "a.zip: packed pictures are known by their suffix"),
        ("score {desk}/photo.png", "Missing argument 'PICTURE'. See python main.py score --help"),
        ("score {desk}/photo.png none.png", "none.png: there is no such file; check"),
        ("score {desk}/text.jpg {desk}/photo.png", "text.jpg: it is damaged, or not a picture"),
        ("export {desk}/foreign.json -o {tmp}/a.png", "its format is not “strokewise-strokes”; choose a stroke file"),
        ("export {desk}/text.jpg -o {tmp}/a.png", "it is not JSON"),
        ("export {desk}/none.json -o {tmp}/a.png", "none.json: there is no such file; check"),
        ("export {desk} -o {tmp}/a.png", "it is a folder or a device; choose a file"),
        ("export {strokes} -o {tmp}/a.bmp", "a.bmp: end its name in .png, "),
        ("export {strokes} -o {tmp}/none/a.png", "its folder does not exist; create the folder"),
        ("export {strokes} -o {desk}/photo.png/a.svg", "a part of its path is a file"),
        ("export {strokes} -o {tmp}/a.svg --size 5", "--size for a.svg: it is one for film or frames or picture"),
        ("export {strokes} -o {tmp}/a.png --size 20000", "size 20000: give the longer side in pixels, from 1 to 16384"),
        ("export {strokes}", "Missing option '-o' / '--out'. See python main.py export --help"),
    ],
)
def test_a_bad_command_is_refused(
    desk: Path, painted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, words: str
) -> None:
    words_given = arguments.format(desk=desk, tmp=tmp_path, strokes=painted / "strokes.json").split()

    assert_refused(main(words_given), capsys, words.format(desk=desk, tmp=tmp_path))
    assert os.listdir(tmp_path) == []


def test_a_damaged_stroke_file_is_refused(painted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (painted / "strokes.json").read_bytes()
    damaged = tmp_path / "damaged.json"
    for content, words in [
        (whole[: len(whole) // 2], "it is not JSON"),
        (whole.replace(b'"bezier"', b'"squiggle"'), "strokes[0].type is"),
        (whole.replace(b": 48", b": 20000", 1).replace(b": 64", b": 20000", 1), "size 20000 x 20000: give the longer"),
    ]:
        damaged.write_bytes(content)
        assert_refused(main(["export", str(damaged), "-o", str(tmp_path / "a.png")]), capsys, words)
    assert os.listdir(tmp_path) == ["damaged.json"]


def test_cuda_where_there_is_none_is_refused(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    assert_refused(paint(desk, "photo.png", tmp_path / "out", "--device", "cuda"), capsys, "use --device cpu")
    assert os.listdir(tmp_path) == []


def test_frames_of_another_painting_are_told_before_painting(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paint(desk, "photo.png", tmp_path, "--frames", "--strokes", "5") == 0
    capsys.readouterr()
    monkeypatch.setattr(Painter, "frames", lambda *_, **__: pytest.fail("it painted"))

    code = paint(desk, "photo.png", tmp_path, "--frames")

    assert_refused(code, capsys, "frames: it already has frames in it; choose an empty folder")


def test_the_limit_of_steps_is_that_of_strokes() -> None:
    assert MAX_STROKES == 1_000_000


# What goes wrong on the way


def frames_then(error: BaseException) -> Callable[..., Iterator[object]]:
    """A `Painter.frames` that fails after its first frame."""
    frames = Painter.frames

    def few(*arguments: object, **named: object) -> Iterator[object]:
        yield next(frames(*arguments, **named))  # type: ignore[arg-type]
        raise error

    return few


def test_cancelling_leaves_nothing_new(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Painter, "frames", frames_then(KeyboardInterrupt()))
    (tmp_path / "mine").mkdir()

    for out in (tmp_path / "mine", tmp_path / "a" / "b"):
        assert paint(desk, "photo.png", out) == 130
        assert capsys.readouterr() == ("", "cancelled\n")

    assert os.listdir(tmp_path) == ["mine"]


def test_cancelling_while_files_are_written_leaves_whole_files(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(document: object, path: Path, **_: object) -> None:
        with core.files.written_aside(path) as aside:
            aside.write_text("half")
            raise KeyboardInterrupt

    monkeypatch.setattr(core.workshop, "write_svg", cancel)

    assert paint(desk, "photo.png", tmp_path, "--svg") == 130

    assert capsys.readouterr() == ("", "cancelled\n")
    assert sorted(os.listdir(tmp_path)) == ["painting.png", "strokes.json"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EIO, "Input/output error"), "The system says “Input/output error”; check the disk"),
        (MemoryError(), "There is too little memory; close other programs or choose a smaller picture"),
        (torch.OutOfMemoryError(), "Cannot use device cuda: it has too little memory; close other programs or use"),
    ],
)
def test_trouble_while_painting_is_one_line(
    desk: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    words: str,
) -> None:
    monkeypatch.setattr(Painter, "frames", frames_then(error))

    assert_refused(paint(desk, "photo.png", tmp_path / "out"), capsys, words)
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_one_line_and_leaves_nothing(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(core.files.os, "fsync", full)

    code = paint(desk, "photo.png", tmp_path / "out")

    assert_refused(code, capsys, "strokes.json: the disk is full; free some space or choose another disk")
    assert os.listdir(tmp_path) == []


# As a program


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("Usage: python main.py [OPTIONS] COMMAND")
    assert shown.err == ""


@pytest.mark.parametrize("arguments", [[], ["photo.jpg"], ["sample:astronaut"], ["a.strokewise"]])
def test_what_is_no_command_opens_the_studio(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str | None] = []
    monkeypatch.setattr("main._studio", lambda source: opened.append(source) or 0)
    assert main(arguments) == 0
    assert opened == [arguments[0] if arguments else None]


@pytest.mark.parametrize("arguments", [["pant"], ["pant", "photo.jpg"], ["photo.jpg", "--size", "9"]])
def test_a_misspelled_command_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert_refused(main(arguments), capsys, "No such command")


def test_the_version_is_known_without_installing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    assert capsys.readouterr().out.startswith("Strokewise 0.")


def test_help_waits_for_no_heavy_module() -> None:
    heavy = "{'torch', 'numpy', 'PIL', 'cv2', 'numba', 'skimage', 'PySide6'}"
    ended = run("-c", f"import main, sys; main.main(['paint', '--help']); print({heavy} & set(sys.modules))")

    assert ended.stdout.splitlines()[-1] == "set()"


def test_help_for_training_waits_for_torch_only_where_it_must(capsys: pytest.CaptureFixture[str]) -> None:
    ended = run("-c", "import main, sys; main.main(['train', '--help']); print('torch' in sys.modules)")

    assert ended.stdout.startswith("usage: python main.py train [-h] COMMAND ...")
    assert ended.stdout.splitlines()[-1] == "False"
    assert main(["train", "painter", "--help"]) == 0
    assert "usage: python main.py train painter" in capsys.readouterr().out


def test_a_refusal_is_the_programs_exit_code_and_only_line(desk: Path, tmp_path: Path) -> None:
    ended = run("main.py", "paint", desk / "text.jpg", "-o", tmp_path / "out")

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"error: Cannot open picture {desk / 'text.jpg'}: "
        "it is damaged, or not a picture of a kind that is read here; save it as PNG or JPEG.\n"
    )
    assert os.listdir(tmp_path) == []


def test_a_bug_is_told_as_one_and_has_an_exit_code_of_its_own(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("palette")

    monkeypatch.setattr("core.paint_command.paint_picture", broken)

    assert main(["paint", str(desk / "photo.png"), "-o", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "Traceback (most recent call last):"
    assert told[-2:] == ["KeyError: 'palette'", "error: this is a bug in Strokewise; the lines above help to mend it"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signal to one program")
def test_control_c_cancels(desk: Path, tmp_path: Path) -> None:
    command = ["main.py", "paint", desk / "photo.png", "-o", tmp_path / "out", "--strokes", "1000000"]
    with subprocess.Popen(
        [sys.executable, *command, "--actor", desk / "actor.safetensors"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            until = time.monotonic() + 60
            while not (tmp_path / "out").exists():  # it is made when painting begins
                assert program.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            time.sleep(0.5)
            program.send_signal(signal.SIGINT)
            printed = program.communicate(timeout=60)
        finally:
            program.kill()

    assert printed == ("", "cancelled\n")
    assert program.returncode == 130
    assert os.listdir(tmp_path) == []


# Exporting SVG


@pytest.mark.parametrize("profile", ["exact", "compatible", "plotter"])
def test_a_stroke_file_is_exported_in_every_svg_profile(profile: str, painted: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.svg"
    options = ["--profile", profile, "--title", "a & b"]
    options += ["--pens", "2", "--paper", "100x80", "--margin", "5"] if profile == "plotter" else []

    assert main(["export", str(painted / "strokes.json"), "-o", str(out), *options]) == 0

    text = out.read_text()
    assert "<title>a &amp; b</title>" in text
    assert ("<mask" in text, "fill-opacity" in text, "inkscape:groupmode" in text) == (
        profile == "exact", profile == "compatible", profile == "plotter",
    )  # fmt: skip
    assert ('width="100mm" height="80mm"' in text) is (profile == "plotter")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--paper", "a9"], "Cannot use paper a9: choose one of a6"),
        (["--pens", "red"], "Cannot use pens red: give a number, colours"),
        (["--pens", "0"], "Cannot use pens 0"),
        (["--margin", "300"], "Cannot use margin 300"),
        (["--pens", "palette"], "Cannot use pens palette: it was painted in any colours"),
        (["--group", "hue"], "Cannot use group hue: choose step, level, colour or a number of strokes"),
    ],
)
def test_svg_settings_out_of_range_are_told(
    options: list[str], problem: str, painted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plotter = [] if options[0] == "--group" else ["--profile", "plotter"]
    assert main(["export", str(painted / "strokes.json"), "-o", str(tmp_path / "out.svg"), *plotter, *options]) == 2
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "out.svg").exists()


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("a.png", ["--transparent"], "Cannot use --transparent for a.png: it is one for frames"),
        ("a.png", ["--fps", "10"], "Cannot use --fps for a.png: it is one for film"),
        ("a.svg", ["--pens", "3"], "Cannot use --pens for a.svg: it is one for plotter"),
        ("a.json", ["--size", "30"], "Cannot use --size for a.json"),
        ("a.mp4", ["--every", "3"], "Cannot use --every for a.mp4"),
        ("a.png", ["--chapters", "3"], "Cannot use --chapters for a.png: it is one for lesson"),
        ("a.pdf", ["--pens", "3"], "Cannot use --pens for a.pdf: it is one for plotter"),
        ("a.pdf", ["--size", "900"], "Cannot use --size for a.pdf"),
        ("frames", ["--grid", "3"], "Cannot use --grid for frames: it is one for lessons; add --lesson"),
        ("cards", ["--lesson", "--every", "3"], "Cannot use --every for cards: it is one for frames"),
        ("a.svg", ["--lesson"], "Cannot use --lesson for a.svg: it is one for lesson"),
        ("a.svg", ["--mixing"], "Cannot use --mixing for a.svg: a mixing sheet is a .pdf or a picture"),
        ("a.pdf", ["--paints", "pigments"], "Cannot use --paints for a.pdf: it is one for mixing sheets; add --mixing"),
        ("a.pdf", ["--mixing", "--grid", "3"], "Cannot use --grid for a.pdf: it is one for lesson"),
        ("a.pdf", ["--mixing", "--size", "900"], "Cannot use --size for a.pdf"),
    ],
)
def test_settings_that_a_form_does_not_take_are_refused_not_ignored(
    name: str, options: list[str], problem: str, painted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(painted / "strokes.json"), "-o", str(tmp_path / name), *options]) == 2
    assert problem in capsys.readouterr().err


def test_a_palette_is_kept_and_goes_into_layers_pens_and_a_mixing_sheet(desk: Path, tmp_path: Path) -> None:
    out, paints = tmp_path / "painted", tmp_path / "mine.gpl"
    paints.write_text("GIMP Palette\n250 250 245 White\n30 30 32 Black\n200 40 40 Red\n40 60 140 Blue\n")
    assert paint(desk, "photo.png", out, "--palette", "#101828 Night,#c04030,#f0e0c0 Sand,#3060a0 Sea") == 0
    strokes = str(out / "strokes.json")
    copied = tmp_path / "copy.json"

    assert main(["export", strokes, "-o", str(copied)]) == 0
    assert main(["export", str(copied), "-o", str(tmp_path / "layers.svg"), "--group", "colour"]) == 0
    assert main(["export", strokes, "-o", str(tmp_path / "p.svg"), "--profile", "plotter", "--pens", "palette"]) == 0
    assert main(["export", strokes, "-o", str(tmp_path / "m.pdf"), "--mixing", "--paints", str(paints)]) == 0
    assert main(["export", strokes, "-o", str(tmp_path / "m.png"), "--mixing", "--size", "600", "--title", "Dune"]) == 0

    job = read_json(copied).job
    assert job["palette"] == ["#101828", "#c04030", "#f0e0c0", "#3060a0"]
    assert job["palette_names"] == ["Night", "", "Sand", "Sea"]
    assert " #f0e0c0 Sand" in (tmp_path / "layers.svg").read_text()
    assert (tmp_path / "p.svg").read_text().count("inkscape:groupmode") == 4
    with (
        closing(pypdfium2.PdfDocument(tmp_path / "m.pdf")) as pdf, closing(pdf[0]) as page,
        closing(page.get_textpage()) as text,
    ):  # fmt: skip
        said = text.get_text_bounded()
    assert all(name in said for name in ("Night", "#c04030", "Sand", "Sea", "White", "strokes"))
    assert max(pixels_of(tmp_path / "m.png").shape) == 600


def test_a_film_takes_its_options(painted: Path, desk: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.gif"
    options = ["--seconds", "0.5", "--fps", "10", "--hold", "0.2", "--result-first", "0.1", "--shape", "1:1"]
    options += ["--easing", "slow-end", "--beside", str(desk / "photo.png"), "--size", "64"]

    assert main(["export", str(painted / "strokes.json"), "-o", str(film), *options]) == 0

    with Image.open(film) as shown:
        assert shown.size == (64, 64)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("out.png", [], r"\d+ kB"),
        ("out.json", [], r"\d+ kB"),
        ("frames", ["--count", "3", "--size", "32"], "3 files"),
        ("cards", ["--lesson", "--chapters", "2", "--size", "400"], "3 files"),
    ],
)
def test_an_export_is_summed_up_in_a_line(
    name: str, options: list[str], said: str, painted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(painted, tmp_path / name, *options) == 0

    strokes = report_in(painted)["strokes"]
    line = rf"{strokes} strokes in \d+\.\d s: {said}, in {re.escape(str(tmp_path / name))}\n"
    assert re.fullmatch(line, capsys.readouterr().out)


def test_frames_are_exported_into_a_folder(painted: Path, tmp_path: Path) -> None:
    options = ["--count", "3", "--transparent", "--size", "32"]

    assert main(["export", str(painted / "strokes.json"), "-o", str(tmp_path / "frames"), *options]) == 0

    frames = sorted((tmp_path / "frames").iterdir())
    assert [frame.name for frame in frames] == [f"frame-00000{index}.png" for index in range(3)]
    assert pixels_of(frames[0]).shape[2] == 4


def test_a_lesson_is_exported_as_a_pdf_or_as_pictures(painted: Path, desk: Path, tmp_path: Path) -> None:
    options = ["--chapters", "3", "--by", "colour", "--colours", "5", "--paper", "300x400", "--margin", "10"]
    options += ["--grid", "5", "--title", "Über den Wolken", "--beside", str(desk / "photo.png")]
    strokes = str(painted / "strokes.json")

    assert main(["export", strokes, "-o", str(tmp_path / "lesson.pdf"), *options]) == 0
    assert main(["export", strokes, "-o", str(tmp_path / "cards"), "--lesson", "--size", "800", *options]) == 0

    with closing(pypdfium2.PdfDocument(tmp_path / "lesson.pdf")) as pdf, closing(pdf[0]) as page:
        with closing(page.get_textpage()) as text:
            words = text.get_text_bounded()
        assert "Über den Wolken" in words
        assert "5 colours · painted on 300 × 400 mm" in words
        pages = len(pdf)
    cards = sorted((tmp_path / "cards").iterdir())
    assert [card.name for card in cards] == [f"step-0{index}.png" for index in range(pages)]
    assert {pixels_of(card).shape for card in cards} == {(566, 800, 3)}


# Benchmarks


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--sheet", "sheet.gif"], "no picture format is called “.gif”"),
        (["--held-out", "nowhere"], "there is none of photos-a.zip, faces-b.zip in it"),
        (["--actor", "{desk}/photo.png"], "Cannot use weights"),
        (["--stroke-type", "quill"], "quill"),
    ],
)
def test_what_bench_quality_cannot_use_is_told_at_once(
    options: list[str], problem: str, desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Painter, "frames", lambda *_: pytest.fail("it painted"))
    # The tiny actor, and held-out pictures left out, unless options say otherwise.
    usual = ["--actor", str(desk / "actor.safetensors")]

    code = main(["bench", "quality", *usual, *(option.format(desk=desk) for option in options)])

    printed = capsys.readouterr()
    assert code == 2
    assert problem in printed.err
    assert printed.err.count("\n") == 1


def test_a_gpu_without_memory_is_told_of_and_the_painting_is_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Hand.answer

    def limited(hand: Hand, canvas: torch.Tensor, *rest: object) -> Answer:
        if len(canvas) > 8:
            raise torch.OutOfMemoryError("no room")
        return answer(hand, canvas, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Hand, "answer", limited)

    assert main(["paint", "sample:coffee", "-o", str(tmp_path), "--strokes", "900", "--no-svg"]) == 0

    said = "the GPU has too little memory left: fewer windows are looked at together"
    assert capsys.readouterr().err.splitlines().count(said) == 2  # 32, 16, 8
    assert len(read_json(tmp_path / "strokes.json").strokes) == 900


def test_a_gpu_that_fails_is_told_of_in_one_line_and_the_report_names_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Painter._move_to

    def failing(painter: Painter, device: torch.device) -> None:
        if device.type != "cpu":
            raise RuntimeError("CUDA error: unspecified launch failure")
        made(painter, device)

    monkeypatch.setattr(Painter, "_move_to", failing)
    monkeypatch.setattr(core.workshop, "chosen_device", lambda _name: torch.device("cuda"))
    monkeypatch.setattr(core.workshop, "device_name", lambda device: device.type)

    assert main(["paint", "sample:coffee", "-o", str(tmp_path), "--strokes", "50", "--no-svg"]) == 0

    assert capsys.readouterr().err.splitlines() == ["the GPU has failed: the processor goes on"]
    assert json.loads((tmp_path / "report.json").read_text())["device"] == "cuda, then cpu"
