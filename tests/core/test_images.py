"""Whatever file is dropped on the program becomes plain RGB pixels or one clear error."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from core.errors import OutputError, PictureError
from core.images import MAX_PIXELS, load_picture, sample_names, save_picture
from tests.hostile import chunk, png

RED, GREEN, BLUE, WHITE, BLACK = [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0]
DAMAGED = "it is damaged or cut short; copy it again from where it came from"
UNKNOWN = "it is damaged, or not a picture of a kind that is read here; save it as PNG or JPEG"


def noise(height: int = 40, width: int = 60) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def problem_with(source: str | Path) -> str:
    with pytest.raises(PictureError) as caught:
        load_picture(source)
    assert caught.value.path == source
    return caught.value.problem


def swapped_profile() -> bytes:
    """An RGB profile whose red is sRGB's blue and the other way round."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


def cmyk_profile() -> bytes:
    """A CMYK profile under which full black ink is white paper, and everything without it black."""
    ramp = bytes(range(256))
    nodes = bytes(level for node in range(16) for level in (255 * (node & 1), 128, 128))  # Lab; K varies fastest
    identity = struct.pack(">9i", *(65536, 0, 0), *(0, 65536, 0), *(0, 0, 65536))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + ramp * 4 + nodes + ramp * 3
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags = struct.pack(">I", 2) + b"wtpt" + struct.pack(">2I", 156, 20) + b"A2B0" + struct.pack(">2I", 176, len(lut))
    header = bytes(4) + struct.pack(">I", 0x02400000) + b"prtrCMYKLab " + bytes(12) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    body = header + tags + white + lut
    return struct.pack(">I", len(body) + 4) + body


class TestSamples:
    def test_every_sample_is_there_without_a_network(self) -> None:
        assert {"astronaut", "camera", "chelsea", "coffee", "coins", "rocket"} <= set(sample_names())
        for name in sample_names():
            pixels = load_picture(f"sample:{name}")
            assert pixels.dtype == np.uint8
            assert min(pixels.shape[:2]) >= 300
            assert pixels.shape[2] == 3

    def test_the_astronaut_is_the_known_picture(self) -> None:
        astronaut = load_picture("sample:astronaut")
        assert astronaut.shape == (512, 512, 3)
        assert astronaut[0, 0].tolist() == [154, 147, 151]

    def test_a_path_may_name_a_sample_too(self) -> None:
        assert load_picture(Path("sample:chelsea")).shape == (300, 451, 3)

    def test_an_unknown_sample_lists_what_there_is(self) -> None:
        problem = problem_with("sample:monalisa")
        assert problem.startswith("there is no sample “monalisa”; choose one of astronaut, brick, camera, chelsea, ")


class TestFormats:
    @pytest.mark.parametrize("suffix", ["png", "bmp", "ppm", "tif"])
    def test_lossless_formats_come_back_to_the_level(self, tmp_path: Path, suffix: str) -> None:
        Image.fromarray(noise()).save(tmp_path / f"a.{suffix}")
        assert np.array_equal(load_picture(tmp_path / f"a.{suffix}"), noise())

    @pytest.mark.parametrize("suffix", ["jpg", "webp", "gif", "mpo"])
    def test_lossy_formats_come_back_nearly(self, tmp_path: Path, suffix: str) -> None:
        Image.new("RGB", (30, 20), (200, 20, 30)).save(tmp_path / f"a.{suffix}")
        pixels = load_picture(tmp_path / f"a.{suffix}")
        assert pixels.shape == (20, 30, 3)
        assert np.abs(pixels.astype(int) - [200, 20, 30]).max() <= 2

    def test_the_content_decides_not_the_suffix(self, tmp_path: Path) -> None:
        Image.fromarray(noise()).save(tmp_path / "a.jpg", "PNG")
        assert np.array_equal(load_picture(str(tmp_path / "a.jpg")), noise())

    @pytest.mark.parametrize("shape", [(1, 1), (3, 5000), (5000, 3)])
    def test_tiny_and_narrow_pictures_are_fine(self, tmp_path: Path, shape: tuple[int, int]) -> None:
        Image.fromarray(noise(*shape)).save(tmp_path / "a.png")
        assert load_picture(tmp_path / "a.png").shape == (*shape, 3)

    def test_pixels_may_be_written_to(self, tmp_path: Path) -> None:
        Image.fromarray(noise()).save(tmp_path / "a.png")
        assert load_picture(tmp_path / "a.png").flags.writeable

    @pytest.mark.parametrize("suffix", ["gif", "webp", "tif", "png"])
    def test_of_many_frames_the_first_is_taken(self, tmp_path: Path, suffix: str) -> None:
        first, second = (Image.new("RGB", (8, 8), colour) for colour in ("white", "black"))
        first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[second])
        assert (load_picture(tmp_path / f"a.{suffix}") == 255).all()

    @pytest.mark.parametrize("suffix", ["eps", "ico", "tga"])
    def test_formats_not_on_the_list_are_refused(self, tmp_path: Path, suffix: str) -> None:
        Image.new("RGB", (16, 16)).save(tmp_path / f"a.{suffix}")
        assert problem_with(tmp_path / f"a.{suffix}") == UNKNOWN


class TestDepths:
    @pytest.mark.parametrize("name", ["a.png", "a.tif"])
    def test_grey_of_16_bits_is_scaled_not_clipped(self, tmp_path: Path, name: str) -> None:
        Image.fromarray(np.array([[0, 0x8080, 0x80FF, 0x8101, 65535]], np.uint16)).save(tmp_path / name)
        assert load_picture(tmp_path / name)[0].tolist() == [BLACK, [128] * 3, [128] * 3, [129] * 3, WHITE]

    def test_colour_of_16_bits_is_scaled(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(png(1, 1, 16, 2, b"\0" + struct.pack(">3H", 0, 0x8080, 65535)))
        assert load_picture(tmp_path / "a.png").tolist() == [[[0, 128, 255]]]

    def test_a_graymap_of_16_bits_is_scaled(self, tmp_path: Path) -> None:
        (tmp_path / "a.pgm").write_bytes(b"P5 3 1 65535\n" + struct.pack(">3H", 0, 0x8080, 65535))
        assert load_picture(tmp_path / "a.pgm")[0].tolist() == [BLACK, [128] * 3, WHITE]

    def test_a_transparent_level_of_16_bits_is_white(self, tmp_path: Path) -> None:
        rows, clear = b"\0" + struct.pack(">2H", 5, 0), chunk(b"tRNS", struct.pack(">H", 5))
        (tmp_path / "a.png").write_bytes(png(2, 1, 16, 0, rows, clear))
        assert load_picture(tmp_path / "a.png")[0].tolist() == [WHITE, BLACK]

    def test_floating_point_grey_is_taken_as_0_to_1(self, tmp_path: Path) -> None:
        Image.fromarray(np.array([[0, 0.5, 1]], np.float32)).save(tmp_path / "a.tif")
        assert load_picture(tmp_path / "a.tif")[0].tolist() == [BLACK, [128] * 3, WHITE]

    @pytest.mark.parametrize("levels", [np.float32([[0, np.nan]]), np.float32([[0, 255]]), np.int32([[0, 65536]])])
    def test_levels_beyond_their_range_are_refused(self, tmp_path: Path, levels: np.ndarray) -> None:
        Image.fromarray(levels).save(tmp_path / "a.tif")
        assert problem_with(tmp_path / "a.tif").endswith("; save it with 8 or 16 bits a channel")

    @pytest.mark.parametrize("mode", ["1", "L", "P"])
    def test_few_bits_become_rgb(self, tmp_path: Path, mode: str) -> None:
        Image.new("RGB", (2, 2), "white").convert(mode).save(tmp_path / "a.png")
        assert (load_picture(tmp_path / "a.png") == 255).all()


class TestTransparency:
    @pytest.mark.parametrize(
        ("mode", "colour", "over_white"),
        [
            ("RGBA", (255, 0, 0, 255), RED),
            ("RGBA", (0, 0, 0, 0), WHITE),
            ("RGBA", (255, 0, 0, 51), [255, 204, 204]),
            ("LA", (0, 51), [204, 204, 204]),
            ("LA", (0, 0), WHITE),
        ],
    )
    def test_an_alpha_channel_is_laid_over_white(
        self, tmp_path: Path, mode: str, colour: tuple, over_white: list
    ) -> None:
        Image.new(mode, (2, 2), colour).save(tmp_path / "a.png")
        assert load_picture(tmp_path / "a.png")[0, 0].tolist() == over_white

    @pytest.mark.parametrize(
        ("transparency", "expected"),
        [(None, [RED, GREEN]), (0, [WHITE, GREEN]), (b"\x33\xff", [[255, 204, 204], GREEN])],
    )
    def test_a_palette_may_be_transparent(
        self, tmp_path: Path, transparency: int | bytes | None, expected: list
    ) -> None:
        image = Image.new("P", (2, 1))
        image.putpalette(RED + GREEN)
        image.putdata([0, 1])
        image.save(tmp_path / "a.png", **({} if transparency is None else {"transparency": transparency}))
        assert load_picture(tmp_path / "a.png")[0].tolist() == expected

    def test_a_transparent_colour_is_white(self, tmp_path: Path) -> None:
        image = Image.fromarray(np.array([[RED, GREEN]], np.uint8))
        image.save(tmp_path / "a.png", transparency=(255, 0, 0))
        assert load_picture(tmp_path / "a.png")[0].tolist() == [WHITE, GREEN]


class TestColours:
    @pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("TIFF", "tif"), ("WEBP", "webp")])
    def test_a_colour_profile_is_brought_to_srgb(self, tmp_path: Path, kind: str, suffix: str) -> None:
        path = tmp_path / f"a.{suffix}"
        Image.new("RGB", (8, 8), "red").save(path, kind, icc_profile=swapped_profile(), lossless=True)
        assert np.abs(load_picture(path)[0, 0].astype(int) - BLUE).max() <= 2

    def test_the_profile_comes_before_the_white_paper(self, tmp_path: Path) -> None:
        Image.new("RGBA", (8, 8), (255, 0, 0, 51)).save(tmp_path / "a.png", icc_profile=swapped_profile())
        assert np.abs(load_picture(tmp_path / "a.png")[0, 0].astype(int) - [204, 204, 255]).max() <= 2

    def test_an_srgb_profile_changes_nothing(self, tmp_path: Path) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        Image.fromarray(noise()).save(tmp_path / "a.png", icc_profile=profile)
        assert np.abs(load_picture(tmp_path / "a.png").astype(int) - noise()).max() <= 1

    @pytest.mark.parametrize("profile", [b"no profile", swapped_profile()[:200], cmyk_profile()])
    def test_a_broken_or_foreign_profile_is_ignored(self, tmp_path: Path, profile: bytes) -> None:
        Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png", icc_profile=profile)
        assert load_picture(tmp_path / "a.png")[0, 0].tolist() == RED

    def test_cmyk_without_a_profile_is_converted_plainly(self, tmp_path: Path) -> None:
        Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
        assert np.abs(load_picture(tmp_path / "a.jpg")[0, 0].astype(int) - RED).max() <= 2

    def test_cmyk_with_a_profile_is_converted_by_it(self, tmp_path: Path) -> None:
        ink = Image.new("CMYK", (16, 8), (0, 0, 0, 255))
        ink.paste((0, 0, 0, 0), (0, 0, 8, 8))
        ink.save(tmp_path / "a.jpg", quality=100, icc_profile=cmyk_profile())
        pixels = load_picture(tmp_path / "a.jpg")
        assert pixels[4, 4].max() <= 2
        assert pixels[4, 12].min() >= 253

    def test_cmyk_with_a_broken_profile_is_converted_plainly(self, tmp_path: Path) -> None:
        Image.new("CMYK", (8, 8), (0, 0, 0, 255)).save(tmp_path / "a.jpg", icc_profile=b"no profile")
        assert load_picture(tmp_path / "a.jpg").max() <= 2

    def test_lab_colours_are_refused(self, tmp_path: Path) -> None:
        Image.new("LAB", (2, 2)).save(tmp_path / "a.tif")
        assert problem_with(tmp_path / "a.tif") == "its colours are in the Lab space; save it as RGB"


class TestOrientation:
    CORNERS = np.array([[RED, GREEN], [BLUE, BLACK]], np.uint8)

    @pytest.mark.parametrize("suffix", ["png", "tif"])
    @pytest.mark.parametrize(
        ("orientation", "upright"),
        [
            (1, [[RED, GREEN], [BLUE, BLACK]]),
            (2, [[GREEN, RED], [BLACK, BLUE]]),
            (3, [[BLACK, BLUE], [GREEN, RED]]),
            (4, [[BLUE, BLACK], [RED, GREEN]]),
            (5, [[RED, BLUE], [GREEN, BLACK]]),
            (6, [[BLUE, RED], [BLACK, GREEN]]),
            (7, [[BLACK, GREEN], [BLUE, RED]]),
            (8, [[GREEN, BLACK], [RED, BLUE]]),
            (9, [[RED, GREEN], [BLUE, BLACK]]),
        ],
    )
    def test_the_camera_is_turned_upright(self, tmp_path: Path, suffix: str, orientation: int, upright: list) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(self.CORNERS).save(tmp_path / f"a.{suffix}", exif=exif)
        assert load_picture(tmp_path / f"a.{suffix}").tolist() == upright

    def test_a_photo_held_upright_is_higher_than_wide(self, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(noise(24, 40)).save(tmp_path / "a.jpg", exif=exif)
        assert load_picture(tmp_path / "a.jpg").shape == (40, 24, 3)

    @pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
    @pytest.mark.parametrize(
        "exif", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0MM\0*\0\0\0\x08\xff"]
    )
    def test_a_broken_exif_block_is_ignored(self, tmp_path: Path, suffix: str, exif: bytes) -> None:
        Image.fromarray(noise(24, 40)).save(tmp_path / f"a.{suffix}", exif=exif)
        assert load_picture(tmp_path / f"a.{suffix}").shape == (24, 40, 3)


class TestRefusals:
    def test_what_is_not_an_ordinary_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("a file")
        assert problem_with(tmp_path / "none.png") == "there is no such file; check its name and folder"
        assert problem_with(tmp_path / "file" / "a.png") == "there is no such file; check its name and folder"
        assert problem_with(tmp_path) == "it is a folder; choose a picture file inside it"
        assert problem_with("") == "it is a folder; choose a picture file inside it"
        assert problem_with(os.devnull) == "it is a device, not a file; choose a picture file"
        assert problem_with("a\0b").endswith("its name cannot be used; rename it")
        assert "File name too long" in problem_with("x" * 300)

    def test_a_file_that_may_not_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        (tmp_path / "a.png").touch()
        monkeypatch.setattr(Path, "open", refuse)
        assert problem_with(tmp_path / "a.png").startswith("you may not read it; ")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").touch()
        assert problem_with(tmp_path / "a.png") == "it is empty; copy it again from where it came from"

    def test_a_text_called_jpg_reads_as_one_sentence(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jpg"
        path.write_text("This is not a picture.")
        with pytest.raises(PictureError) as caught:
            load_picture(path)
        assert str(caught.value) == f"Cannot open picture {path}: {UNKNOWN}."

    @pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "gif", "ppm", "tif"])
    def test_a_file_cut_short_in_the_middle(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a.{suffix}"
        Image.fromarray(noise()).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert problem_with(path) in (DAMAGED, UNKNOWN)

    def test_a_truncated_jpeg_is_named_as_such(self, tmp_path: Path) -> None:
        Image.fromarray(noise()).save(tmp_path / "a.jpg")
        (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-400])
        assert problem_with(tmp_path / "a.jpg") == DAMAGED

    def test_random_damage_brings_pixels_or_a_picture_error(self, tmp_path: Path) -> None:
        random, path, problems = np.random.default_rng(11), tmp_path / "damaged", set()
        for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "PPM"):
            Image.fromarray(noise()).save(tmp_path / "sound", kind)
            for _ in range(30):
                data = np.fromfile(tmp_path / "sound", np.uint8)
                data[random.integers(0, min(len(data), 300), 4)] = random.integers(0, 256, 4)
                data.tofile(path)
                try:
                    assert load_picture(path).shape[2] == 3
                except PictureError as error:
                    problems.add(error.problem)
        assert {DAMAGED, UNKNOWN} <= problems

    @pytest.mark.parametrize(
        "error",
        [
            *(SyntaxError("broken"), ValueError("broken"), EOFError(), OSError("broken"), IndexError(), KeyError()),
            *(struct.error("broken"), zlib.error("broken"), UnicodeDecodeError("ascii", b"", 0, 1, "broken")),
            *(RuntimeError(), AssertionError(), SystemError()),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_whatever_a_decoder_raises(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def fail(_: object) -> None:
            raise error

        Image.fromarray(noise()).save(tmp_path / "a.png")
        monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
        assert problem_with(tmp_path / "a.png") == DAMAGED

    def test_a_picture_too_large_for_the_memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: object) -> None:
            raise MemoryError

        Image.fromarray(noise()).save(tmp_path / "a.png")
        monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", fail)
        assert problem_with(tmp_path / "a.png").startswith("it needs more memory than is free; ")

    @pytest.mark.parametrize(
        ("width", "height", "told"),
        [
            (20_000, 15_000, "it is far too large"),
            (10_001, 10_000, "it measures 10001 x 10000 pixels"),
            (65_536, 10, "it measures 65536 x 10 pixels"),
        ],
    )
    def test_a_picture_over_the_limits_is_refused_unread(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, height: int, told: str
    ) -> None:
        (tmp_path / "a.png").write_bytes(png(width, height, 8, 2, b""))
        monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", lambda _: pytest.fail("it was read"))
        expected = f"{told}; pictures of at most 100 million pixels and 65535 a side are read; shrink it first"
        assert problem_with(tmp_path / "a.png") == expected

    def test_the_limits_themselves_are_read(self, tmp_path: Path) -> None:
        Image.new("1", (65_535, 1)).save(tmp_path / "a.png")
        assert MAX_PIXELS == 100_000_000
        assert load_picture(tmp_path / "a.png").shape == (1, 65_535, 3)

    def test_no_warning_of_pillow_escapes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Image.fromarray(noise()).save(tmp_path / "a.png")
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40 * 60 - 1)  # Pillow itself warns from here to twice as much
        assert load_picture(tmp_path / "a.png").shape == (40, 60, 3)


class TestSaving:
    @pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.tif", "a.tiff"])
    def test_lossless_formats_come_back_to_the_level(self, tmp_path: Path, name: str) -> None:
        save_picture(tmp_path / name, noise())
        assert np.array_equal(load_picture(tmp_path / name), noise())
        assert os.listdir(tmp_path) == [name]

    @pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.jpeg", "JPEG"), ("a.webp", "WEBP")])
    def test_lossy_formats_come_back_nearly(self, tmp_path: Path, name: str, kind: str) -> None:
        picture = load_picture("sample:chelsea")[:64, :96]
        save_picture(tmp_path / name, picture)
        with Image.open(tmp_path / name) as image:
            assert image.format == kind
        assert np.abs(load_picture(tmp_path / name).astype(int) - picture).mean() < 4

    def test_a_mirrored_view_is_saved_as_it_is_seen(self, tmp_path: Path) -> None:
        save_picture(tmp_path / "a.png", noise()[::-1])
        assert np.array_equal(load_picture(tmp_path / "a.png"), noise()[::-1])

    @pytest.mark.parametrize("name", ["a.bmp", "a.eps", "a"])
    def test_an_unknown_suffix_lists_the_known_ones(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(OutputError, match=r"end the name in \.png, \.jpg, \.jpeg, \.webp, \.tif, \.tiff\.$"):
            save_picture(tmp_path / name, noise())
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize(("name", "most"), [("a.webp", 16_383), ("a.jpg", 65_500)])
    def test_a_picture_too_long_for_its_format(self, tmp_path: Path, name: str, most: int) -> None:
        save_picture(tmp_path / name, np.zeros((1, most, 3), np.uint8))
        with pytest.raises(OutputError, match=f"is at most {most} pixels wide and high; save it as .png"):
            save_picture(tmp_path / name, np.zeros((most + 1, 1, 3), np.uint8))

    def test_a_missing_folder_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="its folder does not exist"):
            save_picture(tmp_path / "none" / "a.png", noise())
