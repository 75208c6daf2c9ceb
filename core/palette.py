"""Palettes: the few colours that a painting is limited to, found in its photo, of real paints, or from a file."""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.colours import oklab, rgb_of_oklab
from core.document import Rgb, rgb_from_hex, rgb_to_hex
from core.errors import PaletteError, SettingError
from core.files import reading_problem
from core.texts import one_line

MOST = 256
"""Colours of a palette."""

LARGEST_FILE = 2**20
"""Bytes."""

_LOOKED_AT, _SAMPLE = 100_000, 10_000
"""Pixels of a photo that are looked at, and those among them that its colours are found from."""

_TRIES = 3

_LIKE = 16
"""Steps of a channel within which colours are alike."""

_CELLS = 64
"""Of the table of nearest colours, along each channel: a cell is as wide as four of its 8-bit steps."""

LONGEST_NAME = 60
"""Letters of a colour's."""

PIGMENTS: tuple[tuple[str, str], ...] = (
    ("Titanium White PW6", "#f8f7f2"), ("Naples Yellow PBr24", "#ecd58b"), ("Cadmium Lemon PY35", "#fce61f"),
    ("Cadmium Yellow PY37", "#fbc112"), ("Yellow Ochre PY43", "#c8923a"), ("Raw Sienna PBr7", "#a9713a"),
    ("Cadmium Orange PO20", "#f07d1a"), ("Cadmium Red PR108", "#d2232a"), ("Quinacridone Rose PV19", "#b81a4e"),
    ("Alizarin Crimson PR177", "#7b1e2b"), ("Burnt Sienna PBr7", "#7d3b25"), ("Burnt Umber PBr7", "#4b2e25"),
    ("Raw Umber PBr7", "#5a4630"), ("Dioxazine Violet PV23", "#3a2350"), ("Ultramarine Blue PB29", "#25307f"),
    ("Cobalt Blue PB28", "#1f4fa3"), ("Cerulean Blue PB35", "#2a7fb0"), ("Phthalo Blue PB15", "#0b2f5c"),
    ("Phthalo Green PG7", "#0a4a43"), ("Viridian PG18", "#1c6b57"), ("Chromium Oxide Green PG17", "#5a7042"),
    ("Sap Green", "#3f5128"), ("Payne's Grey", "#36404b"), ("Ivory Black PBk9", "#211e1f"),
)  # fmt: skip
"""Common pigments with their Colour Index names, as they look undiluted; screens can show that only about."""


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Colours with their names."""

    colours: tuple[Rgb, ...]
    names: tuple[str, ...]
    """Of each; empty where it has none."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.colours) <= MOST or len(self.names) != len(self.colours):
            raise SettingError("palette", f"of {len(self.colours)} colours", f"give 1 to {MOST}")

    @classmethod
    def of(cls, colours: Sequence[Rgb], names: Sequence[str] | None = None) -> Palette:
        """A palette of these colours, each once, the first name of each.

        Raises:
            SettingError: If there are none, or too many.
        """
        first: dict[Rgb, str] = {}
        for colour, name in zip(colours, names or [""] * len(colours), strict=True):
            first.setdefault(colour, name)
        return cls(tuple(first), tuple(first.values()))

    @property
    def values(self) -> NDArray[np.float32]:
        """[N, 3] in 0..1."""
        return np.array(self.colours, np.float32) / np.float32(255)

    def nearest(self, rgb: NDArray[np.floating]) -> NDArray[np.intp]:
        """Which of its colours look most like some others [..., 3] in 0..1; see `_places`."""
        own, asked = _places(self.values), _places(rgb)
        which: NDArray[np.intp] = ((asked[..., None, :] - own) ** 2).sum(axis=-1).argmin(axis=-1)
        return which

    def table(self) -> NDArray[np.uint8]:
        """[S, S, S]: which of its colours is nearest to the middle of each cell of the RGB cube."""
        from scipy.spatial import KDTree

        middles = (np.arange(_CELLS) + 0.5) / _CELLS
        cells = _places(np.stack(np.meshgrid(middles, middles, middles, indexing="ij"), axis=-1))
        found: NDArray[np.uint8] = KDTree(_places(self.values)).query(cells)[1].astype(np.uint8)
        return found

    def __str__(self) -> str:
        """What `palette_named` makes this palette of."""
        each = zip(map(rgb_to_hex, self.colours), self.names, strict=True)
        return ",".join(f"{colour} {name.replace(',', ' ')}".rstrip() for colour, name in each)


def _places(rgb: NDArray[np.floating]) -> NDArray[np.float64]:
    """Where colours [..., 3] lie in a space in which distances are as large as they look.

    OKLab, hues counted twice: made for small steps of lightness, it takes grey for near to pale skin. Source:
    Ottosson's later advice, the difference "OK2" of CSS Color 4.
    """
    places: NDArray[np.float64] = oklab(rgb) * _HUES_TWICE
    return places


_HUES_TWICE = np.array([1.0, 2.0, 2.0])


def palette_of(photo: NDArray[np.uint8], count: int) -> Palette:
    """So many colours that stand for those of a photo [H, W, 3], dark to light; fewer where it has fewer.

    Clusters of its pixels in the space of `_places` (k-means from distant beginnings, the best of three), each at its
    mean. A colour that fills a hundred times the area of another counts ten times as much: a face is worth more than
    the wall behind it.

    Raises:
        SettingError: If the number is out of range.
    """
    from scipy.cluster.vq import kmeans2

    if not 1 <= count <= MOST:
        raise SettingError("palette", count, f"give 1 to {MOST} colours")
    pixels = photo.reshape(-1, 3)
    chance = np.random.default_rng(0)
    if len(pixels) > _LOOKED_AT:
        pixels = pixels[chance.choice(len(pixels), _LOOKED_AT, replace=False)]
    distinct, often = np.unique(pixels, axis=0, return_counts=True)
    if len(distinct) <= count:
        means = _places(distinct / 255)
    else:
        share = _rarely(distinct, often)
        drawn = distinct[chance.choice(len(distinct), _SAMPLE, p=share)]
        points, best, means = _places(drawn / 255), np.inf, _places(distinct[:1] / 255)
        for _ in range(_TRIES):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of clusters that nothing is nearest to, which stay where they were
                centres, labels = kmeans2(points, count, minit="++", rng=chance, missing="warn", iter=20)
            far = float(((points - centres[labels]) ** 2).sum())
            if far < best:
                best, means = far, centres
    colours = np.rint(rgb_of_oklab(means / _HUES_TWICE) * 255).astype(int)
    darkest_first = colours[np.argsort(oklab(colours / 255)[:, 0], kind="stable")].tolist()
    return Palette.of([(red, green, blue) for red, green, blue in darkest_first])


def _rarely(colours: NDArray[np.uint8], often: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much each of some colours [N, 3] counts [N], of sum 1: as the square root of how much there is like it."""
    cells = np.ravel_multi_index(tuple((colours // _LIKE).T.astype(np.int64)), (256 // _LIKE,) * 3)
    _, cell = np.unique(cells, return_inverse=True)
    pixels = np.bincount(cell, often)
    counts = often / np.sqrt(pixels[cell])
    share: NDArray[np.float64] = counts / counts.sum()
    return share


def pigments() -> Palette:
    """Common pigments; see `PIGMENTS`."""
    return Palette.of([rgb_from_hex(colour) for _, colour in PIGMENTS], [name for name, _ in PIGMENTS])


def palette_named(text: str, photo: NDArray[np.uint8]) -> Palette:
    """The palette that `--palette` names: a number of colours of the photo, `pigments`, #rrggbb NAME,..., or a file.

    Raises:
        PaletteError: If the file cannot be read.
        SettingError: If it names none.
    """
    if text.isascii() and text.isdecimal() and len(text) < 9:
        return palette_of(photo, int(text))
    if text == "pigments":
        return pigments()
    if text.startswith("#"):
        named = [each.strip().partition(" ") for each in text.split(",")]
        try:
            colours = [rgb_from_hex(colour) for colour, _, _ in named]
        except ValueError as error:
            raise SettingError("palette", text, "give colours like #ff8000,#203040") from error
        return Palette.of(colours, [one_line(name, LONGEST_NAME) for _, _, name in named])
    return read_palette(Path(text))


def read_palette(path: Path) -> Palette:
    """A palette from a file, nothing in it trusted: GIMP's (.gpl), Adobe's (.ase), or a text with a colour a line.

    Raises:
        PaletteError: If it is missing, too large, or none.
    """
    try:
        if path.exists() and not path.is_file():
            raise PaletteError(path, "it is a folder or a device; choose a file")
        if path.stat().st_size > LARGEST_FILE:
            raise PaletteError(path, "it is larger than any palette; choose another")
        content = path.read_bytes()
    except OSError as error:
        raise PaletteError(path, reading_problem(error)) from error
    read: Callable[[bytes], list[tuple[Rgb, str]]] = _ase if content.startswith(b"ASEF") else _text
    try:
        found = read(content)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise PaletteError(path, "it is damaged or no palette; give a .gpl, an .ase, or a line #rrggbb each") from error
    if not found:
        raise PaletteError(path, "there is no colour in it; give a .gpl, an .ase, or a line #rrggbb each")
    if len({colour for colour, _ in found}) > MOST:
        raise PaletteError(path, f"it has more than {MOST} colours; leave some out")
    return Palette.of([colour for colour, _ in found], [one_line(name, LONGEST_NAME) for _, name in found])


_GPL = re.compile(r"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(.*))?$")

_HEX = re.compile(r"\s*(?:#|0x)?([0-9a-fA-F]{6})(?:[\s,;]+(.*))?$")


def _text(content: bytes) -> list[tuple[Rgb, str]]:
    """Of GIMP's palettes, and of lines of hexadecimal colours with or without names."""
    found = []
    lines = content.decode("utf-8-sig").splitlines()
    of_gimp = bool(lines) and lines[0].strip() == "GIMP Palette"
    for line in lines[1 if of_gimp else 0 :]:
        match = (_GPL if of_gimp else _HEX).match(line)
        if of_gimp and match:
            red, green, blue = (int(match[index]) for index in (1, 2, 3))
            if max(red, green, blue) > 255:
                raise ValueError("a channel above 255")
            found.append(((red, green, blue), match[4] or ""))
        elif match:
            found.append((rgb_from_hex(f"#{match[1]}"), match[2] or ""))
        elif not of_gimp and line.strip() and not line.lstrip().startswith((";", "//", "#")):
            raise ValueError(f"{line[:40]} is no colour")
    return found


_COLOUR = 0x0001
"""The kind of a block that is a colour; the others begin and end groups of them."""


def _ase(content: bytes) -> list[tuple[Rgb, str]]:
    """Of Adobe's swatch exchange files: blocks of a kind, a length and what they hold, big-endian."""
    _, major, _, count = struct.unpack_from(">4sHHI", content)
    if major != 1:
        raise ValueError("another version")
    found, place = [], 12
    for _ in range(min(count, 10 * MOST)):
        kind, length = struct.unpack_from(">HI", content, place)
        block = content[place + 6 : place + 6 + length]
        place += 6 + length
        if kind != _COLOUR:
            continue
        (letters,) = struct.unpack_from(">H", block)
        name = block[2 : 2 + 2 * letters].decode("utf-16-be").rstrip("\0")
        model, at = block[2 + 2 * letters : 6 + 2 * letters], 6 + 2 * letters
        if model not in _MODELS:
            raise ValueError("an unknown model of colours")
        channels, to_rgb = _MODELS[model]
        values = np.array(struct.unpack_from(f">{channels}f", block, at), np.float64)
        if not np.isfinite(values).all():
            raise ValueError("a channel that is no number")
        red, green, blue = np.rint(np.clip(to_rgb(values), 0, 1) * 255).astype(int).tolist()
        found.append(((red, green, blue), name))
    return found


def _rgb_of_cmyk(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rgb: NDArray[np.float64] = (1 - values[:3]) * (1 - values[3])
    return rgb


def _rgb_of_lab(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of CIELAB, whose white is D50, by scikit-image; an .ase holds its lightness in 0..1."""
    from skimage.color import lab2xyz, xyz2rgb

    lab = np.clip(values * [100, 1, 1], [0, -128, -128], [100, 127, 127])
    xyz = _D50_TO_D65 @ lab2xyz(lab[None, None], illuminant="D50")[0, 0]
    found: NDArray[np.float64] = xyz2rgb(xyz[None, None])[0, 0]
    return found


_D50_TO_D65 = np.array(
    [
        [0.9555766, -0.0230393, 0.0631636],
        [-0.0282895, 1.0099416, 0.0210077],
        [0.0122982, -0.0204830, 1.3299098],
    ]
)
"""Tristimulus values seen under one white to those under the other, after Bradford."""


_MODELS: dict[bytes, tuple[int, Callable[[NDArray[np.float64]], NDArray[np.float64]]]] = {
    b"RGB ": (3, lambda values: values),
    b"CMYK": (4, _rgb_of_cmyk),
    b"LAB ": (3, _rgb_of_lab),
    b"Gray": (1, lambda values: np.repeat(values, 3)),
}
