"""What a picture file says of its size, so that what is too large is refused before it is decoded."""

from __future__ import annotations

import struct
from typing import NamedTuple

from core.geometry import Size

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame's start, SOF0 to SOF15; the three left out mean other things."""

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG's markers that no segment follows: TEM, RST0 to RST7 and SOI."""

_END_OF_JPEG = b"\xff\xd9"


class PictureHeader(NamedTuple):
    """What is known of a picture before it is decoded."""

    kind: str
    """jpeg, png, webp, bmp or tiff."""
    size: Size
    """As stored: an EXIF orientation may turn it."""


def picture_header(data: bytes) -> PictureHeader | None:
    """The kind and size that a picture file states; None where it is of no kind read here, or cut short in its header.

    Goes by content, not by name, so a file of another kind under a picture's name never reaches a decoder. A JPEG or
    PNG without its end is taken as cut short: some decoders fill up what is missing with grey.

    Source: ISO/IEC 10918-1 annex B (JPEG); RFC 2083 (PNG); RFC 9649 (WebP); Microsoft's BITMAPINFOHEADER; TIFF 6.0.
    """
    for signature, kind, size_of in (
        (b"\xff\xd8\xff", "jpeg", _jpeg_size),
        (b"\x89PNG\r\n\x1a\n", "png", _png_size),
        (b"RIFF", "webp", _webp_size),
        (b"BM", "bmp", _bmp_size),
        (b"II*\0", "tiff", _tiff_size),
        (b"MM\0*", "tiff", _tiff_size),
    ):
        if data.startswith(signature):
            try:
                size = size_of(data)
            except (struct.error, IndexError):  # it ends before what it promises
                return None
            return PictureHeader(kind, size) if size is not None and size.shorter > 0 else None
    return None


def _jpeg_size(data: bytes) -> Size | None:
    place = 2
    while True:
        place = data.find(b"\xff", place)
        if place < 0:
            return None
        while data[place] == 0xFF:  # any number of them may fill up before a marker
            place += 1
        marker = data[place]
        place += 1
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 3)
            # In what follows a frame's start, FF D9 is nothing but the end: within the scans, FF is followed by 00.
            return Size(height, width) if data.find(_END_OF_JPEG, place) >= 0 else None
        if marker not in _STANDALONE and marker != 0x00:
            place += struct.unpack_from(">H", data, place)[0]


def _png_size(data: bytes) -> Size | None:
    width, height = struct.unpack_from(">II", data, 16)
    # OpenCV sets aside as much memory as a chunk says it is long, gigabytes for a damaged byte: all must fit the file.
    place, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, place)
        place += 12 + length
        if place > len(data):
            return None
    return Size(height, width) if data[12:16] == b"IHDR" else None


def _webp_size(data: bytes) -> Size | None:
    form, chunk = data[8:12], data[12:16]
    if form != b"WEBP":
        return None
    if chunk == b"VP8X":
        return Size(int.from_bytes(data[27:30], "little") + 1, int.from_bytes(data[24:27], "little") + 1)
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Size((bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1)
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Size(height & 0x3FFF, width & 0x3FFF)
    return None


def _bmp_size(data: bytes) -> Size:
    (header,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if header == 12 else "<ii", data, 18)
    return Size(abs(height), abs(width))  # a negative height: the uppermost row comes first


def _tiff_size(data: bytes) -> Size | None:
    order = "<" if data.startswith(b"II") else ">"
    (directory,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, directory)
    sides = {}
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in (256, 257) and kind in (3, 4):  # width, height; 16 or 32 bits
            (sides[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    return Size(sides[257], sides[256]) if len(sides) == 2 else None
