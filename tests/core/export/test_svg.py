from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from core.document import Document
from core.errors import SettingError
from core.export.progress import ExportCancelledError
from core.export.svg import SvgOptions, write_svg
from core.geometry import Size
from core.images import load_picture
from core.rasteriser.fast import draw, to_bytes
from core.rasteriser.marks import marks_of
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
    stamps = marks_of(document.strokes)

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
    write_svg(Document(Size(30, 40), (1, 2, 255)), tmp_path / "a.svg", options=SvgOptions(title="<b> & \x00“c”"))

    root = ElementTree.parse(tmp_path / "a.svg").getroot()

    assert (root.tag, root.get("width"), root.get("height"), root.get("viewBox")) == (
        f"{SVG}svg", "40", "30", "0 0 40 30",
    )  # fmt: skip
    assert root.findtext(f"{SVG}title") == "<b> & �“c”"
    assert [rect.get("fill") for rect in root.iter(f"{SVG}rect")] == ["#0102ff"]


def test_a_stroke_takes_a_few_kilobytes(tmp_path: Path) -> None:
    write_svg(_painting(CELLS, STEPS), tmp_path / "a.svg")

    assert (tmp_path / "a.svg").stat().st_size / 300 < 2500


def test_an_svgz_is_the_same_text_packed_the_same_each_time(tmp_path: Path) -> None:
    document = _painting(CELLS[:20], STEPS[:20])
    for name in ("a.svg", "a.svgz", "b.svgz"):
        write_svg(document, tmp_path / name)

    assert gzip.decompress((tmp_path / "a.svgz").read_bytes()) == (tmp_path / "a.svg").read_bytes()
    assert (tmp_path / "a.svgz").read_bytes() == (tmp_path / "b.svgz").read_bytes()
    assert (tmp_path / "a.svgz").stat().st_size < (tmp_path / "a.svg").stat().st_size / 4


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("level", {"level-1": 2, "level-2": 3, "level-3": 1}),
        (4, {"strokes-1-4": 4, "strokes-5-6": 2}),
        ("step", {"step-0": 3, "step-1": 3}),
    ],
)
def test_strokes_are_grouped_as_asked(group: str | int, expected: dict[str, int], tmp_path: Path) -> None:
    sides = [64.0, 64.0, 32.0, 32.0, 32.0, 64.0]
    document = _painting(np.array([[0.0, 0.0, side] for side in sides]), np.arange(6) // 3)
    write_svg(document, tmp_path / "a.svg", options=SvgOptions(group=group))

    groups = ElementTree.parse(tmp_path / "a.svg").getroot().findall(f"{SVG}g")

    assert {each.get("id"): len(each.findall(f"{SVG}rect")) for each in groups} == expected


def test_decimals_and_description_are_written(tmp_path: Path) -> None:
    write_svg(
        _painting(WHOLE_SHEET[:1], STEPS[:1]), tmp_path / "a.svg", options=SvgOptions(decimals=0, description="x & y")
    )
    root = ElementTree.parse(tmp_path / "a.svg").getroot()

    assert root.findtext(f"{SVG}desc") == "x & y"
    assert all("." not in circle.get("cx", ".") for circle in root.iter(f"{SVG}circle"))


@pytest.mark.parametrize("wrong", [{"group": "hue"}, {"group": 0}, {"decimals": 7}, {"decimals": -1}])
def test_options_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        SvgOptions(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", ["exact", "compatible"])
def test_an_export_tells_how_far_it_is_and_leaves_the_old_file_when_cancelled(profile: str, tmp_path: Path) -> None:
    document, seen = _painting(CELLS, STEPS), []
    write_svg(document, tmp_path / "a.svg", profile=profile, progress=lambda *told: seen.append(told))
    before = (tmp_path / "a.svg").read_bytes()

    def cancel(done: int, _total: int) -> None:
        if done >= 100:
            raise ExportCancelledError

    with pytest.raises(ExportCancelledError):
        write_svg(document, tmp_path / "a.svg", profile=profile, progress=cancel)

    assert seen[-1] == (300, 300)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert (tmp_path / "a.svg").read_bytes() == before


def test_the_compatible_profile_has_no_masks_and_opacities_that_add_up(tmp_path: Path) -> None:
    document = _painting(CELLS[:50], STEPS[:50])
    write_svg(document, tmp_path / "a.svg", profile="compatible")

    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    strokes = [stroke for step in root.findall(f"{SVG}g") for stroke in step.findall(f"{SVG}g")]

    assert not list(root.iter(f"{SVG}mask"))
    assert len(strokes) == 50
    for stroke, (first, last) in zip(strokes, document.strokes.parameters[:, 8:10], strict=True):
        opacities = [float(path.get("fill-opacity", "")) for path in stroke.findall(f"{SVG}path")]
        assert all(0 < opacity <= 1 for opacity in opacities)
        # All outlines over one another come to the stroke's greatest opacity, but for half a step. Where opacity falls,
        # later stamps may cover the beginning whole, and then it is not drawn.
        most = 1 - np.prod(1 - np.array(opacities))
        assert most == pytest.approx(last, abs=1 / 40) if last > first else last - 1 / 40 <= most <= first + 1 / 40


def test_an_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="exact, compatible"):
        write_svg(_painting(CELLS[:1], STEPS[:1]), tmp_path / "a.svg", profile="photo")
