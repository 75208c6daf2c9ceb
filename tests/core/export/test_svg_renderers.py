"""What real renderers make of the SVG, beside the program's own pixels."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.document import Document
from core.export.svg import write_svg
from core.geometry import Size
from core.images import load_picture
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.fast import draw, to_bytes
from core.resampling import resized
from core.weights import load_actor

Pixels = NDArray[np.uint8]


def _opened(data: bytes | Path) -> Pixels:
    with Image.open(io.BytesIO(data) if isinstance(data, bytes) else data) as picture:
        return np.array(picture.convert("RGB"))


def librsvg(svg: Path, size: Size, scale: int) -> Pixels:
    command = ["rsvg-convert", "-w", str(size.width * scale), "-h", str(size.height * scale), str(svg)]
    return _opened(subprocess.run(command, check=True, capture_output=True).stdout)


def resvg(svg: Path, size: Size, scale: int) -> Pixels:
    import resvg_py

    return _opened(
        bytes(resvg_py.svg_to_bytes(svg_path=str(svg), width=size.width * scale, height=size.height * scale))
    )


def qtsvg(svg: Path, size: Size, scale: int) -> Pixels:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size.width * scale, size.height * scale, QImage.Format.Format_RGB888)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(svg)).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def chromium(svg: Path, size: Size, scale: int) -> Pixels:
    shot = svg.with_suffix(f".{scale}.png")
    subprocess.run(
        [
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={svg.parent / 'profile'}", f"--force-device-scale-factor={scale}",
            f"--window-size={size.width},{size.height}", f"--screenshot={shot}", svg.absolute().as_uri(),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return _opened(shot)


_NANOSVG = """
import sys, pygame
surface = pygame.image.load(sys.argv[1])
pygame.image.save(surface, sys.argv[2])
"""


def nanosvg(svg: Path, size: Size, scale: int) -> Pixels:
    """As SDL has it; it knows no masks, and draws at the file's own size."""
    assert scale == 1, size
    shot = svg.with_suffix(".nano.png")
    quiet = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
    subprocess.run([sys.executable, "-c", _NANOSVG, svg, shot], check=True, capture_output=True, env=quiet)
    return _opened(shot)


RENDERERS: dict[str, Callable[[Path, Size, int], Pixels]] = {
    "librsvg": librsvg,
    "resvg": resvg,
    "QtSvg": qtsvg,
    "Chromium": chromium,
}
"""Those that draw masks."""

_NEEDED = {"librsvg": "rsvg-convert", "Chromium": "chromium"}
_MODULES = {"resvg": "resvg_py", "QtSvg": "PySide6", "nanosvg": "pygame"}


def is_here(name: str) -> bool:
    """Whether a renderer is on this machine."""
    if name in _NEEDED:
        return shutil.which(_NEEDED[name]) is not None
    return importlib.util.find_spec(_MODULES[name]) is not None


PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")


@pytest.fixture(scope="module")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Document, Path]]:
    """Four photographs painted with 500 strokes each, and a folder for each with its SVG files."""
    painter = Painter(load_actor(None, stroke_type="bezier"))
    found = {}
    for name in PHOTOGRAPHS:
        photograph = load_picture(f"sample:{name}")
        target = resized(photograph, Size(*photograph.shape[:2]).with_longer_side(320))
        document = painter.painted(PaintJob(target=target, strokes=500))
        folder = tmp_path_factory.mktemp(name)
        for profile in ("exact", "compatible"):
            write_svg(document, folder / f"{profile}.svg", profile=profile)
        found[name] = document, folder
    return found


def differences(theirs: np.ndarray, document: Document, scale: int) -> tuple[float, float]:
    """PSNR in dB and mean error in 8-bit steps."""
    ours = to_bytes(draw(document, Size(document.size.height * scale, document.size.width * scale)))
    assert theirs.shape == ours.shape
    difference = theirs.astype(float) - ours
    return float(10 * np.log10(255**2 / np.square(difference).mean())), float(np.abs(difference).mean())


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_exact_svg_looks_like_the_canvas(
    renderer: str, photograph: str, scale: int, paintings: dict[str, tuple[Document, Path]]
) -> None:
    if not is_here(renderer):
        pytest.skip(f"{renderer} is not on this machine")
    document, folder = paintings[photograph]

    psnr, error = differences(RENDERERS[renderer](folder / "exact.svg", document.size, scale), document, scale)

    assert psnr >= 40
    assert error <= 1


@pytest.mark.slow
@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
@pytest.mark.parametrize("renderer", [*RENDERERS, "nanosvg"])
def test_compatible_svg_comes_near_the_canvas_even_where_there_are_no_masks(
    renderer: str, photograph: str, paintings: dict[str, tuple[Document, Path]]
) -> None:
    if not is_here(renderer):
        pytest.skip(f"{renderer} is not on this machine")
    document, folder = paintings[photograph]
    render = {**RENDERERS, "nanosvg": nanosvg}[renderer]

    theirs = render(folder / "compatible.svg", document.size, 1).astype(float)
    if renderer == "nanosvg":
        # It rounds down at every blend, so that the more strokes lie over each other, the darker its picture is: by 3
        # to 5 steps all over. What the file is answerable for is the rest.
        darker = (theirs - to_bytes(draw(document))).mean(axis=(0, 1))
        assert (darker < 0).all()
        assert (darker > -6).all()
        theirs = theirs - darker

    psnr, _ = differences(theirs, document, 1)

    assert psnr >= 34
