"""The main job from end to end, with the weights that come with the program."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.images import load_picture
from core.metrics import psnr
from main import main


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("painting")
    assert main(["paint", "sample:astronaut", "-o", str(out), "--strokes", "1000"]) == 0
    return out


def test_a_thousand_strokes_make_a_picture_of_the_photo(painted: Path) -> None:
    report = json.loads((painted / "report.json").read_text())

    assert report["strokes"] == 1000
    assert report["weights"].startswith("bezier-actor.safetensors@")
    assert report["psnr_128"] > 24
    assert report["psnr_512"] > 21
    assert load_picture(painted / "painting.png").shape == (512, 512, 3)


def test_the_stroke_file_draws_the_same_picture_to_the_bit(painted: Path, tmp_path: Path) -> None:
    assert main(["export", str(painted / "strokes.json"), "-o", str(tmp_path / "again.png")]) == 0

    assert np.array_equal(load_picture(tmp_path / "again.png"), load_picture(painted / "painting.png"))


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
def test_librsvg_draws_the_svg_as_the_program_does(painted: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "drawn.png"
    subprocess.run(["rsvg-convert", str(painted / "painting.svg"), "-o", str(drawn)], check=True, timeout=120)

    assert psnr(load_picture(drawn), load_picture(painted / "painting.png")) >= 40


@pytest.mark.parametrize("sample", ["chelsea", "rocket"])
def test_photos_that_are_not_square_keep_their_aspect_and_have_no_bare_sheet(sample: str, tmp_path: Path) -> None:
    assert main(["paint", f"sample:{sample}", "-o", str(tmp_path), "--strokes", "600", "--no-svg"]) == 0
    photo, painting = load_picture(f"sample:{sample}"), load_picture(tmp_path / "painting.png")

    assert painting.shape == photo.shape
    assert psnr(photo, painting) > 24


def test_the_published_schedule_works_with_the_bundled_weights_too(tmp_path: Path) -> None:
    arguments = ["--img=sample:coffee", "--max_step=8", "--divide=3", "--preset=paper", "--no-svg", f"--out={tmp_path}"]

    assert main(arguments) == 0
    assert json.loads((tmp_path / "report.json").read_text())["strokes"] == 5 * 4 * (1 + 9)
