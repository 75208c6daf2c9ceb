"""The studio on a real X display: what the screen shows is what it should, in both languages, schemes and scales."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.images import load_picture
from painter_gui.exporting import FORMS

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.gui, pytest.mark.slow]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A display of an X server of its own."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed")
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", "2600x1700x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        try:
            with os.fdopen(reading) as pipe:
                yield f":{pipe.readline().strip()}"
        finally:
            process.terminate()


@pytest.mark.parametrize(
    ("language", "scheme", "scale"),
    [("en", "light", 1), ("zh_CN", "dark", 2)],
)
def test_everything_shows_as_it_should(display: str, tmp_path: Path, language: str, scheme: str, scale: int) -> None:
    photo = tmp_path / "coffee.png"
    Image.fromarray(load_picture("sample:coffee")).save(photo)
    environment = {
        **os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": str(scale),
        "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    driver = Path(__file__).with_name("drive_on_display.py")
    done = subprocess.run(
        [sys.executable, driver, language, scheme, photo, tmp_path], env=environment, capture_output=True,
        text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    seen = json.loads(done.stdout)

    assert (seen["platform"], seen["ratio"]) == ("xcb", scale)
    assert seen["strokes"] == 1000
    assert seen["canvas_psnr"] > 30  # the screen's smoothing differs from ours
    assert seen["target_psnr"] > 30
    assert min(seen["split"]) > 40
    assert seen["different"] == 5
    assert seen["after_undo"] == 0
    assert seen["clipped"] == []
    assert min(seen["contrast"]) >= 7
    assert seen["left"] == []
    assert len(list(tmp_path.glob("*.png"))) == 1 + 8 + len(FORMS)
