"""SVG in layers by colour: labelled as Inkscape reads them, and the same picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.bounds import Bounds
from core.colour_layers import colour_layers
from core.document import Document, rgb_to_hex
from core.export.svg import PROFILES, SvgOptions, write_svg
from core.geometry import Size
from core.palette import Palette, pigments
from core.stroke import Strokes

SVG, INKSCAPE = "{http://www.w3.org/2000/svg}", "{http://www.inkscape.org/namespaces/inkscape}"
SHEET = Size(120, 160)


@pytest.fixture(scope="module")
def painting(random_strokes: Callable[..., Strokes]) -> Document:
    """A hundred and fifty strokes in four common paints."""
    palette = pigments()
    strokes = random_strokes(150, 0, SHEET, (6.0, 60.0)).changed(rgb=palette.values[np.arange(150) % 4 * 5])
    return Document(SHEET, (20, 20, 20), strokes, Bounds(palette=palette).values())


def layers_of(path: Path) -> list[ElementTree.Element]:
    return ElementTree.parse(path).getroot().findall(f"{SVG}g")


@pytest.mark.parametrize("profile", PROFILES)
def test_each_layer_is_labelled_with_its_place_colour_and_name(
    profile: str, painting: Document, tmp_path: Path
) -> None:
    write_svg(painting, tmp_path / "a.svg", profile=profile, options=SvgOptions(group="colour"))

    layers, (_, expected) = layers_of(tmp_path / "a.svg"), colour_layers(painting)

    assert {each.get(f"{INKSCAPE}groupmode") for each in layers} == {"layer"}
    assert [each.get(f"{INKSCAPE}label") for each in layers] == [
        f"{number} {rgb_to_hex(layer.rgb)} {layer.name}" for number, layer in enumerate(expected, start=1)
    ]
    assert {layer.name for layer in expected} == {
        "Titanium White PW6", "Raw Sienna PBr7", "Burnt Sienna PBr7", "Cobalt Blue PB28",
    }  # fmt: skip
    assert len({each.get("id") for each in layers}) == len(layers)


@pytest.mark.parametrize("profile", PROFILES)
def test_all_of_a_layer_has_its_colour(profile: str, painting: Document, tmp_path: Path) -> None:
    write_svg(painting, tmp_path / "a.svg", profile=profile, options=SvgOptions(group="colour"))

    for layer in layers_of(tmp_path / "a.svg"):
        drawn = [each for each in layer if each.tag != f"{SVG}mask"]
        assert drawn
        assert {each.get("fill") for each in drawn} == {str(layer.get(f"{INKSCAPE}label")).split()[1]}


@pytest.mark.parametrize("profile", PROFILES)
def test_another_program_draws_the_same_picture(profile: str, painting: Document, tmp_path: Path) -> None:
    resvg = pytest.importorskip("resvg_py", reason="resvg is not installed")

    def drawn(group: str, scale: int) -> NDArray[np.int64]:
        path = tmp_path / f"{group}.svg"
        write_svg(painting, path, profile=profile, options=SvgOptions(group=group, decimals=4))
        png = resvg.svg_to_bytes(svg_path=str(path), width=SHEET.width * scale, height=SHEET.height * scale)
        return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB")).astype(np.int64)

    for scale in (1, 3):
        assert np.array_equal(drawn("colour", scale), drawn("step", scale))


def test_without_a_palette_there_are_the_main_colours(painting: Document, tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).random((150, 3))
    free = Document(SHEET, strokes=painting.strokes.changed(rgb=rgb))

    write_svg(free, tmp_path / "a.svg", options=SvgOptions(group="colour"))

    labels = [str(each.get(f"{INKSCAPE}label")).split() for each in layers_of(tmp_path / "a.svg")]
    assert 2 < len({colour for _, colour in labels}) <= 12
    assert [int(number) for number, _ in labels] == list(range(1, len(labels) + 1))


def test_names_are_made_safe(painting: Document, tmp_path: Path) -> None:
    odd = Palette.of([(1, 2, 3), (250, 250, 250)], ['<b> & "c"', "\x00"])
    document = Document(SHEET, strokes=painting.strokes, job=Bounds(palette=odd).values())

    write_svg(document, tmp_path / "a.svg", options=SvgOptions(group="colour"))

    labels = {str(each.get(f"{INKSCAPE}label")).partition(" ")[2] for each in layers_of(tmp_path / "a.svg")}
    assert labels == {'#010203 <b> & "c"', "#fafafa \ufffd"}
