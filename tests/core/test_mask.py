"""Masks: soft strokes of a brush, kept as text; faces as a suggestion."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.faces import face_mask, faces
from core.geometry import Size
from core.images import load_picture
from core.mask import MASK_SIDE, Mask, MaskStroke, mask_size

SHEET = Size(120, 200)


def test_a_stroke_is_whole_in_its_middle_and_fades_to_its_edge() -> None:
    stroke = MaskStroke(Mask.blank(SHEET), softness=0.5)
    stroke.reach(60, 40, 20)
    box = stroke.reach(60, 120, 20)

    mask = stroke.mask().pixels
    assert (mask[55:65, 40:120] == 255).all()
    edge = mask[60:85, 80].astype(int)
    assert (np.diff(edge) <= 0).all()
    assert edge[-1] == 0
    assert len(np.unique(edge)) > 8
    touched = np.argwhere(mask)
    assert touched.min(axis=0).tolist() >= [box.top, 18]
    assert (box.bottom, box.right) >= tuple((touched.max(axis=0) + 1).tolist())


def test_going_over_a_place_again_adds_no_more_than_the_opacity() -> None:
    stroke = MaskStroke(Mask.blank(SHEET), opacity=0.4)
    for column in (40, 100, 40, 100):
        stroke.reach(60, column, 15)
    assert stroke.mask().pixels.max() == round(0.4 * 255)

    again = MaskStroke(stroke.mask(), opacity=0.2)
    again.reach(60, 70, 15)
    assert again.mask() == stroke.mask()  # less than what is there already


def test_an_eraser_takes_away_and_leaves_what_it_does_not_touch() -> None:
    full = Mask(np.full(SHEET, 200, np.uint8))
    stroke = MaskStroke(full, softness=0.0, erases=True)
    stroke.reach(60, 100, 10)
    mask = stroke.mask().pixels
    assert mask[60, 100] == 0
    assert mask[60, 115] == mask[30, 100] == 200
    assert (full.pixels == 200).all()


def test_a_radius_runs_from_point_to_point_and_a_hard_edge_is_smooth() -> None:
    stroke = MaskStroke(Mask.blank(SHEET), softness=0.0)
    stroke.reach(60, 40, 4)
    stroke.reach(60, 160, 30)
    heights = [(stroke.mask().pixels[:, column] > 127).sum() for column in (45, 100, 150)]
    assert 8 <= heights[0] < heights[1] < heights[2]
    assert heights[2] >= 52
    partly = stroke.pixels[(stroke.pixels > 0) & (stroke.pixels < 1)]
    assert len(partly) > 100


def test_strokes_beside_the_sheet_change_nothing() -> None:
    stroke = MaskStroke(Mask.blank(SHEET))
    box = stroke.reach(-500, 9000, 20)
    assert not box.size.height
    assert stroke.mask().empty


def test_masks_are_as_large_as_they_need_to_be() -> None:
    assert mask_size(Size(30, 40)) == Size(30, 40)
    assert mask_size(Size(3000, 4000)) == Size(768, MASK_SIDE)


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_mask_is_read_as_it_was_written(height: int, width: int, seed: int) -> None:
    mask = Mask(np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8))
    assert Mask.read(mask.written()) == mask
    assert hash(Mask.read(mask.written())) == hash(mask)


def png(size: tuple[int, int], mode: str, kind: str = "PNG") -> str:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    "text",
    ["", "hello", "é", "AAAA", png((4, 4), "RGB"), png((MASK_SIDE + 1, 2), "L"), png((4, 4), "L", "BMP"),
     png((4, 4), "L")[:60], "A" * (2**22 + 4)],
)  # fmt: skip
def test_what_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Mask.read(text)


def test_faces_are_found_and_other_things_are_none() -> None:
    photo = load_picture("sample:astronaut")
    (box,) = faces(photo)
    assert box.top < 115 < box.bottom  # her nose
    assert box.left < 225 < box.right
    mask = face_mask(photo)
    assert mask is not None
    assert mask.pixels[115, 225] == 255
    assert 0.01 < (mask.pixels > 0).mean() < 0.12
    drawn = Mask(np.full(mask.size, 30, np.uint8))
    both = face_mask(photo, base=drawn)
    assert both is not None
    assert both.pixels.min() == 30
    assert faces(load_picture("sample:coffee")) == []
    assert face_mask(np.zeros((10, 10, 3), np.uint8)) is None
