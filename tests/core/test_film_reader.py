from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from core.errors import FilmError
from core.film_reader import FILM_INPUTS, opened_film

# imageio-ffmpeg leaves its pipes for the collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CODECS = {".webm": "libvpx-vp9", ".gif": "gif", ".avi": "mpeg4"}


def written(path: Path, frames: Iterable[np.ndarray], *, fps: float = 12, options: Iterable[str] = ()) -> Path:
    """A film from somebody else."""
    frames = list(frames)
    height, width = frames[0].shape[:2]
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        fps=fps,
        codec=CODECS.get(path.suffix, "libx264"),
        pix_fmt_out="rgb8" if path.suffix == ".gif" else "yuv420p",
        quality=None,
        macro_block_size=1,
        output_params=list(options),
    )
    writer.send(None)
    for frame in frames:
        writer.send(np.ascontiguousarray(frame))
    writer.close()
    return path


def grey(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Frames, each lighter than the one before; red on the left."""
    frames = [np.full((height, width, 3), 20 + 20 * index, np.uint8) for index in range(count)]
    for frame in frames:
        frame[:, : width // 2, 0] = 255
    return frames


@pytest.mark.parametrize("suffix", FILM_INPUTS)
def test_every_kind_of_film_is_read_frame_by_frame(suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"a{suffix}", grey(9), fps=10)

    with opened_film(path) as film:
        frames = list(film.frames)

    assert (film.size, film.fps, film.count) == ((48, 64), 10, 9)
    assert len(frames) == 9
    for frame, expected in zip(frames, grey(9), strict=True):
        assert np.abs(frame[:, 40:].mean() - expected[:, 40:].mean()) < 20
        assert frame[:, 8:24, 0].mean() > 215


def test_a_film_is_as_it_is_shown_upright_with_square_pixels(tmp_path: Path) -> None:
    wide = written(tmp_path / "wide.mp4", grey(3), options=["-vf", "setsar=2"])

    with opened_film(wide) as film:
        assert film.size == (48, 128)
        assert next(film.frames).shape == (48, 128, 3)


def test_a_film_is_closed_when_no_more_of_it_is_wanted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp4", grey(10) * 30)

    with opened_film(path) as film:
        next(film.frames)

    with pytest.raises(StopIteration):
        next(film.frames)


PLAYLIST = "#EXTM3U\n#EXTINF:1,\n{film}\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is empty; copy it again"),
        (b"Dear diary", "no film of a kind that is read here; save it as .mp4"),
        (b"\0\0\0\x18ftypisom" + bytes(200), "no film of a kind that is read here"),
        (b"ffconcat version 1.0\nfile secret.mp4\n", "no film of a kind that is read here"),
        (None, "there is no such file; check its name"),
    ],
)
def test_what_is_no_film_is_refused(content: bytes | None, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    written(tmp_path / "secret.mp4", grey(2))
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(FilmError, match=problem), opened_film(path):
        pytest.fail("it opened")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_a_playlist_under_a_films_name_opens_no_other_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(PLAYLIST.format(film=written(tmp_path / "secret.mp4", grey(2))))

    with pytest.raises(FilmError, match="no film of a kind"), opened_film(path):
        pytest.fail("it opened")


def test_a_folder_and_a_picture_are_no_films(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.mp4")

    for path, problem in ((tmp_path, "a folder or a device"), (tmp_path / "a.mp4", "no film of a kind")):
        with pytest.raises(FilmError, match=problem), opened_film(path):
            pytest.fail("it opened")


def test_a_film_that_is_cut_short_ends_early_or_is_told(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    whole = written(tmp_path / "whole.mkv", random.integers(0, 255, (30, 48, 64, 3), np.uint8)).read_bytes()
    counts = []
    for share in (0.9, 0.5, 0.02):
        (tmp_path / "cut.mkv").write_bytes(whole[: int(len(whole) * share)])
        try:
            with opened_film(tmp_path / "cut.mkv") as film:
                counts.append(len(list(film.frames)))
        except FilmError:
            counts.append(0)

    assert 20 < counts[0] < 30
    assert 5 < counts[1] < counts[0]
    assert counts[2] <= 1
