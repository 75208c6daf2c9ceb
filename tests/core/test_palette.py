"""Palettes: few colours, found or given, and the nearest of them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.colours import oklab
from core.document import Rgb
from core.errors import PainterError, PaletteError, SettingError
from core.images import load_picture
from core.palette import MOST, PIGMENTS, Palette, palette_named, palette_of, pigments, read_palette


@pytest.fixture(scope="module")
def astronaut() -> NDArray[np.uint8]:
    return load_picture("sample:astronaut")


def test_the_nearest_is_the_one_that_looks_most_like_it() -> None:
    palette = Palette.of([(255, 0, 0), (0, 0, 255), (255, 255, 255)])
    assert palette.nearest(np.array([[0.9, 0.2, 0.1], [0.2, 0.1, 0.6], [0.8, 0.85, 0.8]])).tolist() == [0, 1, 2]
    chance = np.random.default_rng(0)
    asked = chance.random((7, 5, 3))
    far = ((oklab(asked)[..., None, :] - oklab(palette.values)) ** 2 * [1, 4, 4]).sum(-1)
    assert np.array_equal(palette.nearest(asked), far.argmin(-1))


def test_colours_of_a_palette_stay_themselves() -> None:
    palette = pigments()
    assert palette.nearest(palette.values).tolist() == list(range(len(palette.colours)))
    assert len(palette.colours) == len({colour for _, colour in PIGMENTS})


def test_each_colour_is_there_once() -> None:
    palette = Palette.of([(1, 2, 3), (1, 2, 3), (4, 5, 6)], ["a", "b", "c"])
    assert palette.colours == ((1, 2, 3), (4, 5, 6))
    assert palette.names == ("a", "c")
    for colours in ([], [(0, 0, number) for number in range(250)] + [(0, 1, number) for number in range(250)]):
        with pytest.raises(SettingError, match="give 1 to"):
            Palette.of(colours)


def test_a_photos_colours_stand_for_it(astronaut: NDArray[np.uint8]) -> None:
    far = []
    for count in (1, 3, 12, 48):
        palette = palette_of(astronaut, count)
        assert len(palette.colours) == count
        lightness = oklab(palette.values)[:, 0]
        assert (np.diff(lightness) >= -1e-3).all()  # dark to light, but for rounding
        pixels = astronaut[::7, ::7].reshape(-1, 3) / 255
        nearest = palette.values[palette.nearest(pixels)]
        far.append(float(((oklab(nearest) - oklab(pixels)) ** 2 * [1, 4, 4]).sum(-1).mean()))
    assert far == sorted(far, reverse=True)
    assert far[2] < far[0] / 8
    assert palette_of(astronaut, 12).colours == palette_of(astronaut, 12).colours


def test_a_photo_of_few_colours_has_those() -> None:
    photo = np.zeros((20, 30, 3), np.uint8)
    photo[:, 10:20] = (200, 30, 40)
    photo[:, 20:] = 255
    assert palette_of(photo, 8).colours == ((0, 0, 0), (200, 30, 40), (255, 255, 255))
    for count in (0, MOST + 1):
        with pytest.raises(SettingError, match="give 1 to"):
            palette_of(photo, count)


GPL = """GIMP Palette
Name: Paints
Columns: 4
# a comment
255 128   0\tOrange, "warm"
  0   0   0
 12  34  56 Deep   blue
"""

TEXT = """; colours of paint.net
#ff8000 Orange
0x000000
0C2238;Deep blue
"""


def ase(*blocks: tuple[bytes, tuple[float, ...], str], version: int = 1) -> bytes:
    content = b"ASEF" + struct.pack(">HHI", version, 0, len(blocks) + 2)
    content += struct.pack(">HI", 0xC001, 2) + b"\0\0"
    for model, values, name in blocks:
        letters = (name + "\0").encode("utf-16-be")
        block = struct.pack(">H", len(letters) // 2) + letters + model + struct.pack(f">{len(values)}f", *values)
        block += b"\0\2"
        content += struct.pack(">HI", 1, len(block)) + block
    return content + struct.pack(">HI", 0xC002, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpl", GPL.encode()),
        ("a.txt", TEXT.encode()),
        ("with a mark.hex", b"\xef\xbb\xbf" + TEXT.encode()),
        (
            "a.ase",
            ase((b"RGB ", (1, 0.5, 0), "Orange"), (b"Gray", (0,), ""), (b"CMYK", (0.786, 0.393, 0, 0.78), "Deep blue")),
        ),
    ],
)
def test_files_of_every_kind_are_read(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    palette = read_palette(tmp_path / name)
    expected: tuple[Rgb, ...] = ((255, 128, 0), (0, 0, 0), (12, 34, 56))
    assert palette.colours == expected
    assert palette.names[0].startswith("Orange")
    assert palette.names[2] == "Deep blue"


def test_lab_is_read_as_it_looks(tmp_path: Path) -> None:
    (tmp_path / "a.ase").write_bytes(ase((b"LAB ", (0.5324, 80.09, 67.2), "Red"), (b"LAB ", (1, 0, 0), "White")))
    red, white = read_palette(tmp_path / "a.ase").colours
    assert red[0] > 245
    assert max(red[1:]) < 40
    assert min(white) > 250


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no colour in it"),
        (b"hello\n", "damaged or no palette"),
        (b"\xff\xfe\x00", "damaged or no palette"),
        (b"GIMP Palette\n300 0 0 too red\n", "damaged or no palette"),
        (b"GIMP Palette\nName: empty\n", "no colour in it"),
        (b"ASEF", "damaged or no palette"),
        (ase((b"RGB ", (1, 1, 1), "a"), version=2), "damaged or no palette"),
        (ase((b"ABCD", (1, 1, 1), "a")), "damaged or no palette"),
        (ase((b"RGB ", (float("nan"), 0, 0), "a")), "damaged or no palette"),
        (ase((b"RGB ", (1, 0, 0), "a"))[:30], "damaged or no palette"),
        ("\n".join(f"#{number:06x}" for number in range(300)).encode(), "more than 256 colours"),
        (b"#ffffff\n" * 200_000, "larger than any palette"),
    ],
)
def test_what_is_no_palette_is_refused(content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "a.gpl").write_bytes(content)
    with pytest.raises(PaletteError, match=problem):
        read_palette(tmp_path / "a.gpl")


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PaletteError, match="no such file"):
        read_palette(tmp_path / "none.gpl")
    with pytest.raises(PaletteError, match="a folder"):
        read_palette(tmp_path)


@given(content=st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gpl"
    for begun in (b"", b"ASEF\0\1\0\0\0\0\0\2", b"GIMP Palette\n"):
        path.write_bytes(begun + content)
        try:
            found = read_palette(path)
        except PainterError:
            continue
        assert len(found.colours) >= 1


def test_names_on_the_command_line(tmp_path: Path, astronaut: NDArray[np.uint8]) -> None:
    assert len(palette_named("5", astronaut).colours) == 5
    assert palette_named("pigments", astronaut).names[0] == "Titanium White PW6"
    assert palette_named("#ff8000, #000000", astronaut).colours == ((255, 128, 0), (0, 0, 0))
    (tmp_path / "a.txt").write_text(TEXT)
    assert len(palette_named(str(tmp_path / "a.txt"), astronaut).colours) == 3
    for wrong in ("#12", "0", "999", "#ff8000,red"):
        with pytest.raises(SettingError):
            palette_named(wrong, astronaut)
