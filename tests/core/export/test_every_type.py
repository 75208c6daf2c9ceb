"""Documents of every stroke type, and of all of them, in the forms that hold strokes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from core.brushes import BRUSHES
from core.document import Document
from core.export.stroke_json import read_json, write_json
from core.export.svg import write_svg
from core.export.svg_plotter import PlotterOptions, write_plotter_svg
from core.geometry import Size
from core.images import load_picture
from core.job import PaintJob
from core.painter import Painter
from core.rasteriser.fast import draw
from core.resampling import resized
from core.stroke import Strokes
from core.weights import load_actors
from tests.core.export.test_svg_renderers import RENDERERS, differences, is_here, nanosvg

SVG = "{http://www.w3.org/2000/svg}"
SCHEMA = Path(__file__).parents[3] / "docs" / "stroke-format.schema.json"
NAMES = [brush.name for brush in BRUSHES]
GROUPS = [*NAMES, "all"]


def document(group: str, count: int = 120) -> Document:
    """Strokes of one type or of all, in all sizes, some over the sheet's edge and some off it."""
    random = np.random.default_rng(7)
    types = random.integers(0, len(BRUSHES), count) if group == "all" else np.full(count, NAMES.index(group))
    strokes = Strokes.from_columns(
        types=types,
        patches=np.column_stack([random.uniform(-60, 150, (count, 2)), random.uniform(10, 120, count)]),
        parameters=random.uniform(0, 1, (count, 13)).astype(np.float32) * _own(types),
        steps=np.arange(count),
        errors=random.uniform(0, 1, count).astype(np.float32),
    )
    return Document(Size(150, 190), (60, 90, 120), strokes)


def _own(types: np.ndarray) -> np.ndarray:
    """1 for the parameters that a stroke has, [N, 13]: the rest of its row is 0."""
    return np.arange(13) < np.array([brush.size for brush in BRUSHES])[types][:, None]


@pytest.fixture(params=GROUPS)
def painting(request: pytest.FixtureRequest) -> Document:
    return document(request.param)


def test_a_stroke_file_reads_back_to_the_bit_and_keeps_to_the_schema(painting: Document, tmp_path: Path) -> None:
    write_json(painting, tmp_path / "a.json")

    again = read_json(tmp_path / "a.json")

    assert again == painting
    np.testing.assert_array_equal(draw(again), draw(painting))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads((tmp_path / "a.json").read_text()))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["parameters", "opacity", "geometry"])
def test_the_schema_knows_how_much_each_type_has(name: str, field: str, tmp_path: Path) -> None:
    write_json(document(name, 1), tmp_path / "a.json")
    found = json.loads((tmp_path / "a.json").read_text())
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    assert validator.is_valid(found)

    if field == "geometry":
        found["strokes"][0][field]["points"].append([0, 0])
    else:
        found["strokes"][0][field].append(0.5)

    assert not validator.is_valid(found)


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_exact_svg_looks_like_the_canvas(renderer: str, group: str, tmp_path: Path) -> None:
    if not is_here(renderer):
        pytest.skip(f"{renderer} is not on this machine")
    painting = document(group)
    write_svg(painting, tmp_path / "a.svg")

    psnr, error = differences(RENDERERS[renderer](tmp_path / "a.svg", painting.size, 1), painting, 1)

    assert psnr >= 40
    assert error <= 1


@pytest.fixture(scope="module")
def mixed() -> Document:
    """A photograph painted by the bundled actors of four types."""
    photograph = load_picture("sample:astronaut")
    target = resized(photograph, Size(*photograph.shape[:2]).with_longer_side(320))
    job = PaintJob(target=target, strokes=600, stroke_type="triangle@1-2,bezier:2,circle,flat")
    return Painter(*load_actors([], stroke_types=job.mix.stroke_types)).painted(job)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("renderer", RENDERERS)
def test_exact_svg_of_a_mixed_painting_looks_like_its_canvas(
    renderer: str, scale: int, mixed: Document, tmp_path: Path
) -> None:
    if not is_here(renderer):
        pytest.skip(f"{renderer} is not on this machine")
    write_svg(mixed, tmp_path / "a.svg")

    psnr, error = differences(RENDERERS[renderer](tmp_path / "a.svg", mixed.size, scale), mixed, scale)

    assert len(set(mixed.strokes.types.tolist())) == 4
    assert psnr >= 40
    assert error <= 1


@pytest.mark.slow
def test_a_mixed_paintings_stroke_file_reads_back_to_the_bit(mixed: Document, tmp_path: Path) -> None:
    write_json(mixed, tmp_path / "a.json")

    again = read_json(tmp_path / "a.json")

    assert again == mixed
    np.testing.assert_array_equal(draw(again), draw(mixed))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["triangle", "circle", "flat"])
@pytest.mark.parametrize("renderer", [*RENDERERS, "nanosvg"])
def test_compatible_svg_of_one_opacity_a_stroke_is_as_good_as_the_exact(
    renderer: str, name: str, tmp_path: Path
) -> None:
    if not is_here(renderer):
        pytest.skip(f"{renderer} is not on this machine")
    painting = document(name)
    write_svg(painting, tmp_path / "a.svg", profile="compatible")

    psnr, _ = differences(
        {**RENDERERS, "nanosvg": nanosvg}[renderer](tmp_path / "a.svg", painting.size, 1), painting, 1
    )

    assert psnr >= 40
    assert "mask" not in (tmp_path / "a.svg").read_text()


@pytest.mark.parametrize("profile", ["exact", "compatible"])
@pytest.mark.parametrize(("name", "element"), [("triangle", "polygon"), ("flat", "polygon"), ("circle", "circle")])
def test_what_is_one_shape_is_exported_as_one(name: str, element: str, profile: str, tmp_path: Path) -> None:
    write_svg(document(name), tmp_path / "a.svg", profile=profile)

    drawn = [each.tag.removeprefix(SVG) for each in ElementTree.parse(tmp_path / "a.svg").iter()]
    assert set(drawn) == {"svg", "rect", "g", element}
    assert drawn.count("rect") == 1  # the sheet


def _lines(name: str, lines: str, patch: tuple[float, float, float], shape: list[float], tmp_path: Path) -> list[str]:
    parameters = np.zeros((1, 13), np.float32)
    parameters[0, : len(shape)] = shape
    strokes = Strokes.from_columns(
        types=np.array([NAMES.index(name)]), patches=np.array([patch]), parameters=parameters, steps=np.zeros(1, int)
    )
    write_plotter_svg(
        Document(Size(100, 100), (0, 0, 0), strokes),
        tmp_path / "a.svg",
        plotter=PlotterOptions(paper=(100, 100), margin=0, lines=lines, ordered=False),
    )
    return [path.get("d", "") for path in ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}path")]


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_a_pen_goes_round_a_triangle(lines: str, tmp_path: Path) -> None:
    shape = [0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 1, 1, 0, 0]  # corners of the patch

    assert _lines("triangle", lines, (20, 30, 40), shape, tmp_path) == ["M30 20L30 60L70 60L30 20"]


def test_a_pen_draws_a_flat_stroke_as_its_line_or_around_it(tmp_path: Path) -> None:
    shape = [0.1, 0.1, 0.1, 0.9, 0.25, 1, 1, 0, 0]
    half = 40 * (1 / 128 + 1 / 8) / 2

    (line,) = _lines("flat", "centre", (20, 30, 40), shape, tmp_path)
    (around,) = _lines("flat", "outline", (20, 30, 40), shape, tmp_path)

    assert line == "M30 20L70 20"
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", around)]
    assert numbers == pytest.approx(
        [30, 20 - half, 70, 20 - half, 70, 20 + half, 30, 20 + half, 30, 20 - half], abs=0.006
    )


@pytest.mark.parametrize("lines", ["centre", "outline"])
def test_a_pen_goes_round_a_circle(lines: str, tmp_path: Path) -> None:
    (line,) = _lines("circle", lines, (20, 30, 40), [0.5, 0.5, 0.4, 1, 1, 0, 0], tmp_path)

    radius = 40 * (1 / 256 + 0.2)
    x, y = (float(number) for number in re.findall(r"-?[\d.]+", line)[:2])
    assert np.hypot(x - 50, y - 40) == pytest.approx(radius, abs=0.01)
    assert line.count("Q") == 16 if lines == "centre" else line.count("A") == 2


@pytest.mark.parametrize("lines", ["centre", "outline"])
@pytest.mark.parametrize("name", ["triangle", "circle", "flat"])
def test_pens_stay_on_the_sheet(name: str, lines: str, tmp_path: Path) -> None:
    painting = document(name)
    write_plotter_svg(painting, tmp_path / "a.svg", plotter=PlotterOptions(paper=(190, 150), margin=0, lines=lines))

    data = [path.get("d", "") for path in ElementTree.parse(tmp_path / "a.svg").iter(f"{SVG}path")]
    # The end of each command lies on the sheet; a curve's middle point may not.
    ends = [
        tuple(map(float, numbers[-2:]))
        for line in data
        for part in re.findall(r"[MLQA][^MLQAZ]*", line)
        if len(numbers := re.findall(r"-?[\d.]+", part)) >= 2
    ]
    assert len(data) > 50
    assert all(-0.01 <= x <= 190.01 and -0.01 <= y <= 150.01 for x, y in ends)
