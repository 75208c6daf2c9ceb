"""Documents of every stroke type, and of all of them, in the forms that hold strokes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from core.brushes import BRUSHES
from core.document import Document
from core.errors import StrokeFileError
from core.export.stroke_json import read_json, write_json
from core.export.svg import write_svg
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


LEAST_COMPATIBLE = {
    "bezier": {"nanosvg": 27.5, "Chromium": 32, "librsvg": 34, "resvg": 37, "QtSvg": 38},
    "bezier-opaque": {"nanosvg": 34.5, "Chromium": 34.5, "librsvg": 35, "resvg": 35, "QtSvg": 35},
    "all": {"nanosvg": 31, "Chromium": 35, "librsvg": 36, "resvg": 38, "QtSvg": 38},
}
"""dB of 120 random strokes as measured, rounded down: their opacities swing as no painting's do."""


@pytest.mark.slow
@pytest.mark.parametrize("group", LEAST_COMPATIBLE)
@pytest.mark.parametrize("renderer", [*RENDERERS, "nanosvg"])
def test_compatible_svg_comes_near_the_canvas(renderer: str, group: str, tmp_path: Path) -> None:
    if not is_here(renderer):
        pytest.skip(f"{renderer} is not on this machine")
    painting = document(group)
    write_svg(painting, tmp_path / "a.svg", profile="compatible")

    psnr, _ = differences(
        {**RENDERERS, "nanosvg": nanosvg}[renderer](tmp_path / "a.svg", painting.size, 1), painting, 1
    )

    assert psnr >= LEAST_COMPATIBLE[group][renderer]


@pytest.mark.parametrize("change", ["one too few", "one too many"])
@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_number_of_parameters_is_refused_by_schema_and_reader(name: str, change: str, tmp_path: Path) -> None:
    write_json(document(name, 1), tmp_path / "a.json")
    found = json.loads((tmp_path / "a.json").read_text())
    parameters = found["strokes"][0]["parameters"]
    found["strokes"][0]["parameters"] = parameters[:-1] if change == "one too few" else [*parameters, 0.5]
    (tmp_path / "b.json").write_text(json.dumps(found))

    assert not Draft202012Validator(json.loads(SCHEMA.read_text())).is_valid(found)
    with pytest.raises(StrokeFileError, match=rf"parameters is .*, must be a list of {len(parameters)} numbers"):
        read_json(tmp_path / "b.json")
