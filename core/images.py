"""Pictures in and out: any file an artist may drop on the program becomes plain RGB pixels, or one clear error."""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from core.errors import OutputError, PictureError
from core.files import reading_problem, written_aside
from core.geometry import Size

MAX_PIXELS = 100_000_000
"""The largest picture that is read; about 1 GB is needed to read it."""

MAX_SIDE = 65_535
"""The longest side that is read, pixels."""

SAMPLE_PREFIX = "sample:"
"""What a source starts with that names one of scikit-image's photographs."""

_SAMPLES = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "chelsea": "chelsea.png",
    "clock": "clock_motion.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "hubble_deep_field": "hubble_deep_field.jpg",
    "moon": "moon.png",
    "motorcycle": "motorcycle_left.png",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
}
"""The photographs that scikit-image carries in its wheel, so none needs a network; by scikit-image's names."""

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF")
"""What is read; MPO comes with JPEG. Never EPS and the like: they run other programs."""

_ENCODERS: dict[str, tuple[str, int, dict[str, Any]]] = {
    ".png": ("PNG", 2**31 - 1, {"compress_level": 3}),  # twice as fast as the default, some 5 % larger
    ".jpg": ("JPEG", 65_500, {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", 65_500, {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", 16_383, {"quality": 95}),
    ".tif": ("TIFF", 2**31 - 1, {"compression": "tiff_lzw"}),
    ".tiff": ("TIFF", 2**31 - 1, {"compression": "tiff_lzw"}),
}
"""By suffix: Pillow's format, its longest side in pixels, and its options."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation."""

_LOADING = threading.Lock()
"""`catch_warnings` swaps the process's filters: two loads at a time could leave them swapped for good."""


PICTURE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jfif", ".mpo", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".ppm", ".pgm", ".pnm", ".avif",
)  # fmt: skip
"""What names of files of these formats end in, small letters."""


def sample_names() -> tuple[str, ...]:
    """The photographs that `load_picture` knows as `sample:NAME`."""
    return tuple(_SAMPLES)


def load_picture(source: str | Path) -> NDArray[np.uint8]:
    """The pixels of a picture file: the first frame or page, upright, in sRGB, over white where it is transparent.

    Args:
        source: A file in one of the usual formats (PNG, JPEG, WebP, TIFF, BMP, GIF, PPM, AVIF), or `sample:NAME` for
            one of `sample_names()`.

    Returns:
        [H, W, 3], RGB.

    Raises:
        PictureError: If there is no such picture, it is damaged, or it is larger than `MAX_PIXELS` or `MAX_SIDE`.
    """
    with _opened(source) as file:
        return _read(source, file)


def picture_digest(source: str | Path) -> str:
    """Tells what a picture file holds from what others do: a hash of its bytes, as 32 hex digits.

    Raises:
        PictureError: If there is no such file, or it cannot be read.
    """
    with _opened(source) as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


@contextmanager
def _opened(source: str | Path) -> Iterator[BufferedReader]:
    """The file of a source, and one clear error for whatever the system has against it."""
    path = _path_of(source)
    try:
        if path.is_dir():
            raise PictureError(source, "it is a folder; choose a picture file inside it")
        if path.exists() and not path.is_file():
            raise PictureError(source, "it is a device, not a file; choose a picture file")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise PictureError(source, reading_problem(error)) from error
    except ValueError as error:  # a null byte in the name
        raise PictureError(source, "its name cannot be used; rename it") from error


def decoded_picture(content: bytes, source: str | Path) -> NDArray[np.uint8]:
    """The pixels [H, W, 3] of a picture file's bytes, as of `load_picture`; `source` is what errors name.

    Raises:
        PictureError: If they are damaged, no picture, or too large a one.
    """
    return _read(source, BytesIO(content))


def _read(source: str | Path, file: BinaryIO) -> NDArray[np.uint8]:
    try:
        with _LOADING, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nothing Pillow has to say about a file concerns its pixels
            return _pixels(source, _decoded(source, file))
    except MemoryError as error:
        raise PictureError(source, "it needs more memory than is free; close other programs or shrink it") from error
    except ValueError as error:  # a mode that Pillow cannot convert
        raise PictureError(source, "its kind of colours cannot be used; save it as PNG") from error


def save_picture(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a picture in the format that the suffix of `path` names: PNG, JPEG, WebP or TIFF.

    Args:
        path: The file to write or replace.
        pixels: [H, W, 3], RGB, or of a PNG [H, W, 4], RGBA, its colours not premultiplied.

    Raises:
        OutputError: If the suffix names no such format, the picture is too large for it, or the file cannot be written.
    """
    kind, options = check_picture_path(path, Size(*pixels.shape[:2]))
    with written_aside(path) as aside:
        encode_picture(Image.fromarray(pixels), aside, kind, options)


class _Written:
    """A file without its descriptor.

    On that, Pillow would write by itself and not look how far it got: on a disk that is just full, the end of a JPEG
    would be missing, and nobody the wiser.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.write, self.seek, self.tell, self.flush = file.write, file.seek, file.tell, file.flush


def encode_picture(picture: Image.Image, path: Path, kind: str, options: Mapping[str, Any]) -> None:
    """Write a picture in a format as of `check_picture_path`; a TIFF is in memory before it is in the file.

    Raises:
        OSError: If it cannot be written.
    """
    with path.open("wb") as file:
        picture.save(_Written(file), kind, **options)  # type: ignore[arg-type]  # all that Pillow asks of it


def check_picture_path(path: Path, size: Size) -> tuple[str, dict[str, Any]]:
    """Refuse what `save_picture` would, but for the disk; returns Pillow's name of the format, and its options.

    Raises:
        OutputError: If the suffix names no format, or a picture of that size is too large for it.
    """
    if path.suffix.lower() not in _ENCODERS:
        raise OutputError(path, f"no picture format is called “{path.suffix}”; end the name in {', '.join(_ENCODERS)}")
    kind, longest, options = _ENCODERS[path.suffix.lower()]
    if size.longer > longest:
        raise OutputError(path, f"a {kind} picture is at most {longest} pixels wide and high; save it as .png")
    return kind, options


def _path_of(source: str | Path) -> Path:
    name = str(source)
    if not name.startswith(SAMPLE_PREFIX):
        return Path(source)
    name = name.removeprefix(SAMPLE_PREFIX)
    if name not in _SAMPLES:
        raise PictureError(source, f"there is no sample “{name}”; choose one of {', '.join(_SAMPLES)}")
    package = find_spec("skimage")  # only finds it: importing it would cost time, and its loaders may want a network
    if package is None or not package.submodule_search_locations:
        raise PictureError(source, "scikit-image, which holds the samples, is missing; install it")
    return Path(package.submodule_search_locations[0], "data", _SAMPLES[name])


def _decoded(source: str | Path, file: BinaryIO) -> Image.Image:
    """The first frame, in whatever mode the file has it."""
    Image.init()
    formats = [name for name in _FORMATS if name in Image.OPEN]  # older Pillows have no AVIF
    limit = f"pictures of at most {MAX_PIXELS // 10**6} million pixels and {MAX_SIDE} a side are read; shrink it first"
    try:
        image = Image.open(file, formats=formats)
        if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
            raise PictureError(source, f"it measures {image.width} x {image.height} pixels; {limit}")
        image.load()
    except (PictureError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise PictureError(source, f"it is far too large; {limit}") from error
    except UnidentifiedImageError as error:
        empty = not file.seek(0, 2)
        problem = "it is empty" if empty else "it is damaged, or not a picture of a kind that is read here"
        remedy = "copy it again from where it came from" if empty else "save it as PNG or JPEG"
        raise PictureError(source, f"{problem}; {remedy}") from error
    except Exception as error:  # damaged files bring nearly every built-in error out of the decoders
        raise PictureError(source, "it is damaged or cut short; copy it again from where it came from") from error
    return image


def _pixels(source: str | Path, image: Image.Image) -> NDArray[np.uint8]:
    """[H, W, 3], RGB: the image turned upright, opaque and sRGB."""
    profile, orientation = image.info.get("icc_profile"), 1
    with suppress(Exception):  # a broken EXIF block says nothing of how the camera was held
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    if image.mode == "F" or image.mode.startswith("I"):
        image = _eight_bit(source, image)

    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    if image.mode in ("LA", "La"):
        image = image.convert("LA").getchannel("L")
    elif image.mode not in ("L", "RGB", "CMYK"):
        if image.mode == "LAB":
            raise PictureError(source, "its colours are in the Lab space; save it as RGB")
        image = image.convert("L" if image.mode == "1" else "RGB")
    image = _in_srgb(image, profile)

    if alpha is not None:
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=alpha)
        image = paper
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    return np.array(image)


def _eight_bit(source: str | Path, image: Image.Image) -> Image.Image:
    """Grey levels of 16 bits, or floating point in 0..1, as 8-bit grey; a transparent level becomes white."""
    levels, white = np.array(image), 1.0 if image.mode == "F" else 65_535.0
    if not (levels.min() >= 0 and levels.max() <= white):  # this way round, NaN is refused too
        raise PictureError(source, f"its levels are not within 0 and {white:g}; save it with 8 or 16 bits a channel")
    if (clear := image.info.get("transparency")) is not None:
        levels[levels == clear] = white
    return Image.fromarray((levels * np.float32(255 / white) + np.float32(0.5)).astype(np.uint8))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An L, RGB or CMYK image in sRGB, by its own colour profile where that is sound and belongs to its mode."""
    if profile:
        with suppress(OSError, ValueError, TypeError, ImageCms.PyCMSError):
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            if converted is not None:
                return converted
    return image.convert("RGB")
