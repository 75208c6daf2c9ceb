"""Which palette a painting has, and how much of each colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.bounds import Bounds
from core.document import Document, rgb_to_hex
from core.geometry import Size
from core.palette import Palette, pigments
from core.palette_use import document_palette, main_colours, use_in_document, use_in_photo
from core.stroke import MUTED, Strokes

SHEET = Size(60, 80)
PALETTE = Palette.of([(0, 0, 0), (200, 40, 30), (250, 250, 250)], ["", "Red", "White"])

RandomStrokes = Callable[..., Strokes]


@pytest.fixture
def painting(random_strokes: RandomStrokes) -> Document:
    """Thirty strokes in two of three colours."""
    strokes = random_strokes(30, 0, SHEET)
    rgb = PALETTE.values[np.arange(30) % 3 // 2]  # two of the first to one of the second
    return Document(SHEET, strokes=strokes.changed(rgb=rgb), job=Bounds(palette=PALETTE).values())


def test_the_palette_is_the_jobs_with_its_names(painting: Document) -> None:
    found = document_palette(painting)

    assert found is not None
    assert found.colours == PALETTE.colours
    assert found.names == PALETTE.names


def test_common_paints_have_names_without_being_told(painting: Document) -> None:
    paints = pigments()
    job = {"palette": [rgb_to_hex(colour) for colour in paints.colours]}

    found = document_palette(replace(painting, job=job))

    assert found is not None
    assert found.names == paints.names


@pytest.mark.parametrize(
    "job",
    [
        {}, {"palette": None}, {"palette": []}, {"palette": "#000000"}, {"palette": ["black"]}, {"palette": [7]},
        {"palette": ["#000000"] * 300}, {"palette": [["#000000"]]},
    ],
)  # fmt: skip
def test_what_is_no_palette_is_none(painting: Document, job: dict[str, Any]) -> None:
    assert document_palette(replace(painting, job=job)) is None


@pytest.mark.parametrize("names", [None, ["Black"], ["a", "b", 3], "abc"])
def test_names_that_fit_no_palette_are_left_out(painting: Document, names: object) -> None:
    found = document_palette(replace(painting, job=painting.job | {"palette_names": names}))

    assert found is not None
    assert found.names == ("", "", "")


def test_names_in_a_file_are_cut_to_a_line(painting: Document) -> None:
    found = document_palette(replace(painting, job=painting.job | {"palette_names": ["a\nb  c", "", "x" * 10**6]}))

    assert found is not None
    assert found.names == ("a b c", "", "x" * 60)


def test_shares_and_strokes_are_counted(painting: Document) -> None:
    use = use_in_document(painting)

    assert use.strokes is not None
    assert use.strokes.tolist() == [20, 10, 0]
    assert use.shares.sum() == pytest.approx(1)
    assert use.shares[2] == 0


def test_muted_strokes_do_not_count(painting: Document) -> None:
    flags = np.where(np.arange(30) % 3 == 2, MUTED, 0)

    use = use_in_document(replace(painting, strokes=painting.strokes.changed(flags=flags)))

    assert use.strokes is not None
    assert use.strokes.tolist() == [20, 0, 0]


def test_strokes_of_other_colours_count_for_the_nearest(painting: Document) -> None:
    other = Palette.of([(10, 10, 10), (220, 60, 30)])

    use = use_in_document(painting, other)

    assert use.palette is other
    assert use.strokes is not None
    assert use.strokes.tolist() == [20, 10]


def test_without_a_palette_it_has_main_colours(random_strokes: RandomStrokes) -> None:
    free = Document(SHEET, strokes=random_strokes(200, 1, SHEET))

    use = use_in_document(free, colours=5)

    assert use.palette.colours == main_colours(free.strokes, 5).colours
    assert len(use.palette.colours) == 5
    assert use.strokes is not None
    assert use.strokes.sum() == 200


def test_an_empty_painting_uses_nothing_of_its_palette(painting: Document) -> None:
    use = use_in_document(replace(painting, strokes=Strokes()))

    assert use.shares.tolist() == [0, 0, 0]
    assert use.strokes is not None
    assert use.strokes.tolist() == [0, 0, 0]


def test_a_photos_pixels_count_for_the_nearest() -> None:
    photo = np.zeros((10, 10, 3), np.uint8)
    photo[:3] = (210, 30, 30)
    photo[3:4] = 255

    use = use_in_photo(photo, PALETTE)

    assert use.strokes is None
    np.testing.assert_allclose(use.shares, [0.6, 0.3, 0.1])
