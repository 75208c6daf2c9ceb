"""Outlines of what discs sweep, filled and held against the discs themselves."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.document import Document
from core.export.film_layout import film_layout
from core.export.outline import outline
from core.export.svg import write_svg
from core.geometry import Size
from core.rasteriser.fast import draw, to_bytes
from core.stroke import Strokes


def stroke(**given: float) -> Document:
    """One white stroke on a black sheet of 96 pixels, its parameters by name."""
    names = ("row0", "column0", "row1", "column1", "row2", "column2", "radius0", "radius2", "opacity0", "opacity2")
    usual = dict(zip(names, (0.3, 0.3, 0.5, 0.5, 0.7, 0.7, 0.4, 0.4, 1.0, 1.0), strict=True))
    parameters = np.array([[*{**usual, **given}.values(), 1, 1, 1]], np.float32)
    strokes = Strokes.from_columns(
        types=np.zeros(1, np.uint8), patches=np.array([[0.0, 0.0, 96.0]]), parameters=parameters, steps=np.zeros(1, int)
    )
    return Document(Size(96, 96), (0, 0, 0), strokes)


def drawn(document: Document, folder: Path) -> NDArray[np.float64]:
    resvg = pytest.importorskip("resvg_py", reason="resvg is not installed")
    from core.images import load_picture

    write_svg(document, folder / "a.svg", profile="compatible")
    (folder / "a.png").write_bytes(bytes(resvg.svg_to_bytes(svg_path=str(folder / "a.svg"))))
    return load_picture(folder / "a.png").astype(float)


NEAR = {"row0": 0.5, "column0": 0.5, "row2": 0.52, "column2": 0.52}
POINT = {"row0": 0.5, "column0": 0.5, "row2": 0.5, "column2": 0.5}
FALLS, RISES = {"opacity0": 1.0, "opacity2": 0.1}, {"opacity0": 0.1, "opacity2": 1.0}
SHRINKS, GROWS = {"radius0": 1.0, "radius2": 0.0}, {"radius0": 0.0, "radius2": 1.0}


@pytest.mark.parametrize("place", [{}, NEAR, POINT], ids=["long", "short", "a point"])
@pytest.mark.parametrize("size", [{}, SHRINKS, GROWS], ids=["even", "shrinks", "grows"])
@pytest.mark.parametrize("opacity", [{}, FALLS, RISES], ids=["opaque", "falls", "rises"])
def test_every_kind_of_stroke_is_near_its_stamps(
    place: dict[str, float], size: dict[str, float], opacity: dict[str, float], tmp_path: Path
) -> None:
    document = stroke(**place, **size, **opacity)

    theirs, ours = drawn(document, tmp_path), to_bytes(draw(document)).astype(float)

    # Stamps on one another harden the edge that an outline draws once: that much is left on small strokes.
    assert np.abs(theirs - ours)[ours > 0].mean() < 16
    assert np.abs(theirs - ours).mean() < 3


def test_a_faint_end_in_the_middle_of_a_strong_beginning_is_a_hole_not_a_loss(tmp_path: Path) -> None:
    document = stroke(**POINT, **SHRINKS, **FALLS)
    theirs = drawn(document, tmp_path)

    ours = to_bytes(draw(document)).astype(float)
    assert theirs[48, 48].mean() == pytest.approx(ours[48, 48].mean(), abs=16)
    assert theirs[48, 28].mean() == pytest.approx(ours[48, 28].mean(), abs=16)
    assert theirs[48, 28].mean() > 200


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("shape", [None, "1:1", "9:16", "16:9"])
def test_a_films_parts_lie_in_its_frame_and_begin_at_even_pixels(shape: str | None, beside: bool) -> None:
    random = np.random.default_rng(0)
    for _ in range(500):
        sheet = Size(*(int(side) for side in np.exp(random.uniform(0, 9, 2)).astype(int)))
        layout = film_layout(sheet, shape=shape, longer=int(random.integers(1, 2200)), beside=beside)

        assert (layout.frame.height % 2, layout.frame.width % 2) == (0, 0)
        for box in (layout.painting, layout.photograph):
            if box is not None:
                assert box.clipped(layout.frame) == box, (sheet, layout)
                assert box.size.shorter >= 1
                assert (box.top % 2, box.left % 2) == (0, 0)


def test_a_circles_arcs_end_just_its_diameter_apart_however_it_is_rounded() -> None:
    random = np.random.default_rng(0)
    for _ in range(200):
        disc = np.array([[*random.uniform(0, 100, 2), random.uniform(0.5, 30)]])
        left, _, radius, *_ = numbers = [float(each) for each in re.findall(r"-?[\d.]+", outline(disc, 2))]
        right = numbers[7]

        assert right - left == pytest.approx(2 * radius, abs=1e-9)
