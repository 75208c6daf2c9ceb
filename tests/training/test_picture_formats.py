"""Pictures as they are stored: what is read, what is refused, and that sizes are known before anything is decoded."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import PictureError
from training.picture_formats import DataError, decoded, read_idx, read_idx_labels, read_svhn
from training.picture_headers import picture_header

EXIF_TURNED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
"""An EXIF block whose one entry, the orientation, is 6: the camera's right is up."""


def picture(height: int, width: int, colour: tuple[int, int, int] = (200, 100, 50)) -> np.ndarray:
    """RGB."""
    return np.full((height, width, 3), colour, np.uint8)


def encoded(suffix: str, pixels: np.ndarray, *options: int) -> bytes:
    return cv2.imencode(suffix, pixels[:, :, ::-1], list(options))[1].tobytes()


def idx(count: int, height: int, width: int, *, magic: int = 0x0803, extra: int = 0) -> bytes:
    return struct.pack(">4I", magic, count, height, width) + bytes(range(count * height * width + extra))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp", ".tif"])
def test_each_format_is_read_as_rgb(suffix: str) -> None:
    pixels = decoded("a", encoded(suffix, picture(30, 50)), 160)

    assert pixels.shape == (30, 50, 3)
    assert np.abs(pixels.astype(int) - (200, 100, 50)).max() <= 3


@pytest.mark.parametrize(
    ("suffix", "kind", "options"),
    [
        (".jpg", "jpeg", ()),
        (".jpg", "jpeg", (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
        (".png", "png", ()),
        (".webp", "webp", (cv2.IMWRITE_WEBP_QUALITY, 80)),
        (".webp", "webp", (cv2.IMWRITE_WEBP_QUALITY, 101)),
        (".bmp", "bmp", ()),
        (".tif", "tiff", ()),
    ],
)
def test_a_header_tells_kind_and_size_without_decoding(suffix: str, kind: str, options: tuple[int, ...]) -> None:
    data = encoded(suffix, picture(300, 517), *options)

    assert picture_header(data) == (kind, (300, 517))
    assert all(picture_header(data[:cut]) is None for cut in (0, 3, 10, 16))


def test_a_transparent_webp_and_a_big_endian_tiff_tell_their_size() -> None:
    webp = cv2.imencode(".webp", np.zeros((31, 47, 4), np.uint8), [cv2.IMWRITE_WEBP_QUALITY, 80])[1].tobytes()
    entries = struct.pack(">HHIHHHHII", 0x100, 3, 1, 47, 0, 0x101, 4, 1, 31)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 2) + entries

    assert picture_header(webp) == ("webp", (31, 47))
    assert picture_header(tiff) == ("tiff", (31, 47))


def test_a_long_picture_shrinks_to_its_short_side_and_a_small_one_stays() -> None:
    assert decoded("a", encoded(".png", picture(400, 200)), 100).shape == (200, 100, 3)
    assert decoded("a", encoded(".png", picture(40, 60)), 100).shape == (40, 60, 3)


def test_a_large_jpeg_is_shrunk_by_its_decoder_to_the_same_picture() -> None:
    random = np.random.default_rng(0)
    smooth = cv2.GaussianBlur(random.integers(0, 256, (1600, 2400, 3), np.uint8), (0, 0), 40)
    smooth = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    whole = cv2.resize(smooth, (150, 100), interpolation=cv2.INTER_AREA)

    pixels = decoded("a", encoded(".jpg", smooth, cv2.IMWRITE_JPEG_QUALITY, 100), 100)

    assert pixels.shape == (100, 150, 3)
    assert np.abs(pixels.astype(int) - whole).mean() < 1


def test_a_camera_held_upright_gives_an_upright_picture() -> None:
    pixels = picture(20, 40)
    pixels[:, :20] = 0
    data = encoded(".jpg", pixels, cv2.IMWRITE_JPEG_QUALITY, 100)
    turned = data[:2] + b"\xff\xe1" + struct.pack(">H", len(EXIF_TURNED) + 2) + EXIF_TURNED + data[2:]

    upright = decoded("a", turned, 160)

    assert upright.shape == (40, 20, 3)
    assert upright[:10].max() < 10
    assert upright[-10:].min() > 40


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_picture_cut_short_is_an_error_that_names_it(suffix: str) -> None:
    random = np.random.default_rng(0)
    data = encoded(suffix, random.integers(0, 256, (64, 64, 3), np.uint8))

    with pytest.raises(PictureError, match=r"harbour.*cut short"):
        decoded("harbour", data[: len(data) // 2], 160)


def test_what_is_no_picture_is_an_error_whatever_its_bytes() -> None:
    random = np.random.default_rng(0)
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8 ", b"BM", b"II*\0", b"GIF89a"):
        for length in (0, 1, 20, 400):
            with pytest.raises(PictureError):
                decoded("noise", start + random.bytes(length), 160)


def test_a_picture_of_more_than_a_hundred_million_pixels_is_refused_unseen() -> None:
    data = bytearray(encoded(".png", picture(8, 8)))
    data[16:24] = struct.pack(">II", 10_001, 10_000)

    with pytest.raises(PictureError, match="measures 10000 x 10001 pixels; 100000000"):
        decoded("bomb", bytes(data), 160)


def test_a_png_whose_chunk_claims_gigabytes_never_reaches_the_decoder() -> None:
    data = bytearray(encoded(".png", picture(8, 8)))
    data[33:37] = b"\x7f\xff\xff\xff"  # the length of what follows the header

    assert picture_header(bytes(data)) is None


def test_a_picture_much_longer_than_wide_is_refused() -> None:
    with pytest.raises(PictureError, match="1 x 21 pixels; squares of it"):
        decoded("line", encoded(".png", picture(1, 21)), 160)
    assert decoded("line", encoded(".png", picture(1, 20)), 160).shape == (1, 20, 3)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_pictures_are_read_gzipped_or_not(pack: object, tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(pack(idx(2, 3, 4)))  # type: ignore[operator]

    pictures = read_idx(path)

    assert pictures.shape == (2, 3, 4)
    assert pictures[1].tolist() == [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (idx(2, 3, 4, magic=0x0801), "its magic number is 2049, not 2051"),
        (idx(2, 3, 4)[:-1], "promises 24 bytes, and 23 follow"),
        (idx(2, 3, 4, extra=1), "promises 24 bytes, and more follow"),
        (idx(0, 28, 28), "claims to hold 0 pictures"),
        (struct.pack(">4I", 0x0803, 2**32 - 1, 28, 28), "claims to hold 4294967295 pictures"),
        (struct.pack(">4I", 0x0803, 1, 1, 2**24), "claims to hold 1 pictures of 1 x 16777216"),
        (b"\0\0\x08", "cut short"),
        (gzip.compress(idx(2, 3, 4))[:-12], "cannot be read or unpacked"),
        (b"\x1f\x8b and then noise", "cannot be read or unpacked"),
    ],
)
def test_a_damaged_idx_file_is_one_clear_error(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(content)

    with pytest.raises(DataError, match=problem) as caught:
        read_idx(path)

    assert "download it again" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_labels_are_read_gzipped_or_not(pack: object, tmp_path: Path) -> None:
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(pack(struct.pack(">2I", 0x0801, 3) + b"\x07\x00\x09"))  # type: ignore[operator]

    assert read_idx_labels(path).tolist() == [7, 0, 9]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (idx(2, 3, 4), "no idx file of labels .its magic number is 2051, not 2049"),
        (struct.pack(">2I", 0x0801, 3) + b"\x07\x00", "promises 3 bytes, and 2 follow"),
        (struct.pack(">2I", 0x0801, 2**32 - 1), "claims to hold 4294967295 labels"),
        (b"\0\0\x08", "cut short"),
        (b"\x1f\x8b and then noise", "cannot be read or unpacked"),
    ],
)
def test_damaged_idx_labels_are_one_clear_error(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(content)

    with pytest.raises(DataError, match=problem):
        read_idx_labels(path)


def test_no_more_is_unpacked_than_an_idx_header_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, asked = tmp_path / "train-images-idx3-ubyte.gz", []
    path.write_bytes(gzip.compress(idx(2, 3, 4) + bytes(10_000_000)))
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda file, size=-1: asked.append(size) or read(file, size))

    with pytest.raises(DataError, match="more follow"):
        read_idx(path)

    assert asked == [16, 25]


@pytest.mark.parametrize("compressed", [False, True])
def test_svhn_keeps_its_pictures_along_the_last_axis(compressed: bool, tmp_path: Path) -> None:
    io = pytest.importorskip("scipy.io")
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3, 5), np.uint8)
    labels = np.ones((5, 1), np.uint8)
    io.savemat(tmp_path / "train_32x32.mat", {"X": pixels, "y": labels}, do_compression=compressed)

    pictures = read_svhn(tmp_path / "train_32x32.mat")

    assert pictures.shape == (5, 32, 32, 3)
    assert np.array_equal(pictures[3], pixels[..., 3])


def test_another_mat_file_is_refused(tmp_path: Path) -> None:
    io = pytest.importorskip("scipy.io")
    for name, content, problem in (
        ("labels", {"y": np.ones((5, 1), np.uint8)}, "no X of 32 x 32 x 3 x N"),
        ("small", {"X": np.zeros((8, 8, 3, 5), np.uint8)}, "no X of 32 x 32 x 3 x N"),
        ("floats", {"X": np.zeros((32, 32, 3, 5))}, "its X holds float64, not bytes"),
    ):
        io.savemat(tmp_path / f"{name}.mat", content)
        with pytest.raises(DataError, match=problem):
            read_svhn(tmp_path / f"{name}.mat")


def test_a_damaged_mat_file_is_one_clear_error(tmp_path: Path) -> None:
    io = pytest.importorskip("scipy.io")
    path = tmp_path / "train_32x32.mat"
    io.savemat(path, {"X": np.zeros((32, 32, 3, 5), np.uint8)}, do_compression=True)
    whole = path.read_bytes()

    for content in (b"", b"noise" * 100, whole[:-10], whole[:140]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"no readable \.mat file"):
            read_svhn(path)


def test_without_scipy_svhn_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy.io", None)

    with pytest.raises(DataError, match="install scipy"):
        read_svhn(tmp_path / "train_32x32.mat")
