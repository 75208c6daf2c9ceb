"""What is read and written away from the window's thread; heavy modules are imported there."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.branches import Branches
from core.document import Document
from core.errors import OutputError, PictureError
from core.geometry import Size
from painter_gui.canvas_worker import display_size
from painter_gui.error_words import IS_PHOTO
from painter_gui.pictures import as_rgb32

SESSION_SUFFIX = ".strokewise"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """A picture to be painted."""

    pixels: NDArray[np.uint8]
    """[H, W, 3] RGB."""
    display: NDArray[np.uint8]
    """[h, w, 4], B, G, R, 255, as large as the canvas on the screen."""
    file: Path | None = None
    """What it was read from; None where it came with the program, in a session or through the clipboard."""
    encoded: list[bytes] = field(default_factory=list)
    """As of `core.session_file.encoded_photo`, once that was needed."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], file: Path | None = None) -> Photo:
        """The photo of some pixels [H, W, 3], and the file that they are from.

        Raises:
            PictureError: If it is larger than pictures from files may be: a session with it could not be opened.
        """
        from core.images import MAX_PIXELS, MAX_SIDE
        from core.resampling import resized

        height, width = pixels.shape[:2]
        if height * width > MAX_PIXELS or max(height, width) > MAX_SIDE:
            limit = f"pictures of at most {MAX_PIXELS // 10**6} million pixels and {MAX_SIDE} a side are painted"
            raise PictureError("from the clipboard", f"it measures {width} x {height} pixels; {limit}")

        small = resized(pixels, display_size(Size(*pixels.shape[:2])))
        return cls(pixels=pixels, display=as_rgb32(small), file=file)

    def refuse(self, path: Path) -> None:
        """Refuse to write where it was read from.

        Raises:
            OutputError: If that is its file.
        """
        try:
            is_its = self.file is not None and path.samefile(self.file)
        except (OSError, ValueError):  # one of them is not there
            return
        if is_its:
            raise OutputError(path, str(IS_PHOTO))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """What a file held."""

    photo: Photo
    name: str
    path: Path | None = None
    """Of a session."""
    document: Document | None = None
    settings: dict[str, Any] | None = None
    branches: Branches = field(default_factory=Branches)


def opened_file(source: Path | str) -> Opened:
    """Read a picture, `sample:NAME` or a saved session.

    Raises:
        PainterError: If it cannot be read.
    """
    path = Path(source)
    if path.suffix.lower() == SESSION_SUFFIX:
        from core.session_file import load_session

        saved = load_session(path)
        return Opened(
            photo=Photo.of(saved.photo), name=_plain(saved.name or path.stem), path=path, document=saved.document,
            settings=dict(saved.settings), branches=saved.branches,
        )  # fmt: skip
    from core.images import SAMPLE_PREFIX, load_picture

    pixels = load_picture(source)
    if str(source).startswith(SAMPLE_PREFIX):
        return Opened(photo=Photo.of(pixels), name=_plain(str(source).removeprefix(SAMPLE_PREFIX)))
    return Opened(photo=Photo.of(pixels, path.absolute()), name=_plain(path.stem))


def opened_painting(source: Path, strokes: Path, settings: Mapping[str, Any]) -> Opened:
    """Read a photo and the strokes that were painted of it elsewhere, as the queue or the command line leaves them.

    Args:
        source: The photo.
        strokes: The stroke file.
        settings: Those that it does not tell.

    Raises:
        PainterError: If either cannot be read, or the strokes are of a picture of another size.
    """
    from core.export.stroke_json import read_json
    from core.images import load_picture

    document, pixels = read_json(strokes), load_picture(source)
    height, width = pixels.shape[:2]
    if document.size != Size(height, width):
        painted = f"{document.size.width} x {document.size.height}"
        raise PictureError(
            source, f"it measures {width} x {height} pixels and was painted at {painted}; paint it again"
        )
    told = {**settings, **_settings_of(document.job)}
    return Opened(photo=Photo.of(pixels, source.absolute()), name=_plain(source.stem), document=document, settings=told)


def _settings_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """What a stroke file tells of the settings that it was painted with; of masks it has but the digests."""
    settings = {"style": None, **{name: value for name, value in job.items() if name not in ("focus", "protect")}}
    colours = job.get("palette")
    if isinstance(colours, list):
        names = job.get("palette_names")
        names = names if isinstance(names, list) and len(names) == len(colours) else [""] * len(colours)
        pairs = zip(colours, names, strict=True)
        settings["palette"] = ",".join(f"{colour} {str(name).replace(',', '')}".strip() for colour, name in pairs)
    return settings


def _plain(name: str) -> str:
    """A name that can be written anywhere, and leads into no other folder."""
    return Path(name).name.encode(errors="replace").decode()


def there_is(path: Path) -> bool:
    """Whether that is a file; it is none where the system does not say, as of a name that is too long."""
    with contextlib.suppress(OSError, ValueError):
        return path.is_file()
    return False


def there_are(names: Sequence[str]) -> list[str]:
    """Those of some files that are there; an answer may take long, or be refused."""
    return [name for name in names if there_is(Path(name))]


def saved_session(
    path: Path, photo: Photo, document: Document, name: str, settings: dict[str, Any], branches: Branches
) -> Callable[[], None]:
    """What saves a session when it is called."""
    return partial(_save, path, photo, document, name, settings, branches)


def _save(
    path: Path, photo: Photo, document: Document, name: str, settings: dict[str, Any], branches: Branches
) -> None:
    from core.session_file import SavedSession, save_session

    session = SavedSession(photo=photo.pixels, document=document, name=name, settings=settings, branches=branches)
    save_session(path, session, photo=encoded(photo))


def encoded(photo: Photo) -> bytes:
    """A photo as it is saved, found once."""
    from core.session_file import encoded_photo

    with photo.lock:
        if not photo.encoded:
            photo.encoded.append(encoded_photo(photo.pixels))
    return photo.encoded[0]


def samples() -> tuple[str, ...]:
    """The names of the sample photographs."""
    from core.images import sample_names

    return sample_names()


def thumbnail(source: str, side: int) -> NDArray[np.uint8]:
    """A small picture [h, w, 3] of a picture file, film, sample or session.

    Raises:
        PainterError: If it cannot be read.
    """
    from core.errands import is_film
    from core.images import load_picture
    from core.resampling import resized

    if Path(source).suffix.lower() == SESSION_SUFFIX:
        from core.session_file import session_thumbnail

        pixels = session_thumbnail(Path(source))
    elif is_film(Path(source)):
        from core.film_reader import opened_film

        with opened_film(Path(source)) as film:
            pixels = next(film.frames)
    else:
        pixels = load_picture(source)
    size = Size(*pixels.shape[:2])
    return np.ascontiguousarray(resized(pixels, size.with_longer_side(min(side, size.longer))))
