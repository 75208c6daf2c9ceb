from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from core.document import Document
from core.export.svg import write_svg
from core.geometry import Size
from core.images import load_picture
from core.rasteriser.fast import draw, to_bytes
from core.rasteriser.stamping import stamp_strokes
from core.stroke import Strokes

SVG = "{http://www.w3.org/2000/svg}"


def _painting(patches: NDArray[np.float64], steps: NDArray[np.int64]) -> Document:
    count = len(patches)
    parameters = np.random.default_rng(5).random((count, 13), dtype=np.float32)
    strokes = Strokes.from_columns(types=np.zeros(count, np.uint8), patches=patches, parameters=parameters, steps=steps)
    return Document(Size(512, 512), (30, 60, 90), strokes)


WHOLE_SHEET = np.tile([0.0, 0.0, 512.0], (300, 1))
CELLS = np.column_stack([np.random.default_rng(6).uniform(-16, 464, (300, 2)), np.full(300, 64.0)])
STEPS = np.arange(300) // 5


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="rsvg-convert is not installed")
@pytest.mark.parametrize("patches", [WHOLE_SHEET, CELLS], ids=["whole sheet", "patches of 64 px"])
def test_librsvg_draws_what_the_rasteriser_draws(tmp_path: Path, patches: NDArray[np.float64]) -> None:
    document = _painting(patches, STEPS)
    write_svg(document, tmp_path / "a.svg")

    subprocess.run(["rsvg-convert", "-o", tmp_path / "a.png", tmp_path / "a.svg"], check=True)

    theirs, ours = load_picture(tmp_path / "a.png").astype(float), to_bytes(draw(document)).astype(float)
    assert 10 * np.log10(255**2 / np.mean((theirs - ours) ** 2)) > 46  # 51.6 and 49.3 with librsvg 2.54


def test_every_stamp_is_an_opaque_grey_circle_in_order(tmp_path: Path) -> None:
    document = _painting(WHOLE_SHEET[:1], STEPS[:1])
    write_svg(document, tmp_path / "a.svg")
    stamps = stamp_strokes(document.strokes)

    circles = list(ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}circle"))

    written = np.array([[float(circle.get(name, "")) for name in ("cx", "cy", "r")] for circle in circles])
    greys = np.array([bytes.fromhex(circle.get("fill", "")[1:]) for circle in circles])
    np.testing.assert_allclose(written, np.column_stack([stamps.column, stamps.row, stamps.radius]), atol=0.00501)
    np.testing.assert_allclose([int(grey[0]) for grey in greys], stamps.opacity * 255, atol=0.501)
    assert all(len(set(grey)) == 1 for grey in greys)


def test_steps_are_groups_with_names_of_their_own(tmp_path: Path) -> None:
    write_svg(_painting(WHOLE_SHEET[:5], np.array([0, 0, 1, 0, 0])), tmp_path / "a.svg")

    groups = list(ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}g"))

    assert [group.get("id") for group in groups] == ["step-0", "step-1", "step-0-2"]
    assert [len(group.findall(f"{SVG}rect")) for group in groups] == [2, 1, 2]


def test_strokes_off_the_sheet_are_left_out(tmp_path: Path) -> None:
    write_svg(_painting(np.array([[0.0, 0.0, 64.0], [600.0, 0.0, 64.0]]), np.array([0, 0])), tmp_path / "a.svg")

    assert len(list(ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}mask"))) == 1


def test_sheet_and_title_are_written_safely(tmp_path: Path) -> None:
    write_svg(Document(Size(30, 40), (1, 2, 255)), tmp_path / "a.svg", title="<b> & \x00“c”")

    root = ElementTree.parse(tmp_path / "a.svg").getroot()

    assert (root.tag, root.get("width"), root.get("height"), root.get("viewBox")) == (
        f"{SVG}svg", "40", "30", "0 0 40 30",
    )  # fmt: skip
    assert root.findtext(f"{SVG}title") == "<b> & �“c”"
    assert [rect.get("fill") for rect in root.iter(f"{SVG}rect")] == ["#0102ff"]


def test_a_stroke_takes_a_few_kilobytes(tmp_path: Path) -> None:
    write_svg(_painting(CELLS, STEPS), tmp_path / "a.svg")

    assert (tmp_path / "a.svg").stat().st_size / 300 < 2500
