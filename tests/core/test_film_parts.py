"""A film cut where scenes begin, its parts painted apart and joined again, is the film painted at one go."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from core.errors import OutputError
from core.export.film_file import film_file, join_films
from core.film_parts import Part, parts_of, scenes
from core.film_reader import opened_film
from core.geometry import Size
from core.images import load_picture
from core.paint_options import PaintOptions
from core.painted_film import FilmSums, paint_film, paint_part
from core.resampling import resized
from core.workshop import Workshop

# imageio-ffmpeg leaves its pipes for the collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SIZE = Size(96, 128)
SCENES = {"coffee": 4, "rocket": 3, "chelsea": 5}


def frames_of_scenes() -> list[np.ndarray]:
    frames = []
    for name, count in SCENES.items():
        still = resized(load_picture(f"sample:{name}"), SIZE)
        for index in range(count):
            frame = still.copy()
            frame[20:50, 10 + 6 * index : 40 + 6 * index] = (20, 60, 230)
            frames.append(frame)
    return frames


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes of together twelve frames, kept to the bit."""
    path = tmp_path_factory.mktemp("clips") / "it's a clip.mkv"
    writer = imageio_ffmpeg.write_frames(
        str(path), SIZE[::-1], fps=10, codec="ffv1", pix_fmt_out="bgr0", quality=None, macro_block_size=1
    )
    writer.send(None)
    for frame in frames_of_scenes():
        writer.send(np.ascontiguousarray(frame))
    writer.close()
    return path


def workshop_of(**options: object) -> Workshop:
    return Workshop(PaintOptions(**{"strokes": 150, "divide": 1, "device": "cpu", **options}))  # type: ignore[arg-type]


def read(path: Path) -> np.ndarray:
    with opened_film(path) as film:
        return np.stack(list(film.frames)).astype(np.float32)


def test_scenes_begin_where_all_changes_and_not_where_something_moves() -> None:
    assert list(scenes(frames_of_scenes(), SIZE, 128)) == [0, 4, 7, 12]
    assert list(scenes([], SIZE, 128)) == [0]
    assert list(scenes(frames_of_scenes()[:3], SIZE, 128)) == [0, 3]


@pytest.mark.parametrize(
    ("starts", "most", "spans"),
    [
        ([0, 4, 7, 12], 8, [(0, 4), (4, 7), (7, 12)]),
        ([0, 4, 7, 12], 2, [(0, 7), (7, 12)]),
        ([0, 4, 7, 12], 1, [(0, 12)]),
        ([0, 1, 2, 3, 4, 100], 4, [(0, 100)]),  # what is short goes with what follows, not to be a part of its own
        ([0, 50, 51, 52, 100], 4, [(0, 50), (50, 100)]),
        ([0, 9], 4, [(0, 9)]),
    ],
)
def test_scenes_become_parts_of_about_one_length(starts: list[int], most: int, spans: list[tuple[int, int]]) -> None:
    parts = parts_of(starts, most)

    assert [(part.first, part.end) for part in parts] == spans
    assert len(parts) <= most


@pytest.mark.parametrize("options", [{}, {"palette": "5"}])
@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_parts_painted_apart_and_joined_are_the_film(
    options: dict[str, object], suffix: str, clip: Path, tmp_path: Path
) -> None:
    whole, joined = tmp_path / f"whole{suffix}", tmp_path / f"joined{suffix}"
    report = paint_film(workshop_of(**options), clip, whole)
    files, sums = [], FilmSums()
    for first, end in ((7, 12), (0, 4), (4, 7)):  # in any order, each by a painter that knows nothing of the others
        files.append(tmp_path / f"it's {first}{suffix}")
        sums += paint_part(workshop_of(**options), clip, Part(first=first, end=end), files[-1])

    join_films([files[1], files[2], files[0]], joined, frames=12)

    assert asdict(replace(sums.report(report.seconds, "cpu"), psnr=0)) == asdict(replace(report, psnr=0))
    assert sums.report(1, "cpu").psnr == pytest.approx(report.psnr, abs=1e-9)
    assert (report.frames, report.anew) == (12, 3)
    ours, theirs = read(joined), read(whole)
    assert ours.shape == theirs.shape == (12, 96, 128, 3)
    # The same pixels, as the sums say, encoded with other neighbours: VP9's loss, the larger, differs by 38 dB.
    assert np.square(ours - theirs).mean() < 12
    with opened_film(joined) as film:
        assert (film.fps, film.count) == (10, 12)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [whole.name, joined.name, *(path.name for path in files)]
    )


def test_what_cannot_be_joined_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with film_file(tmp_path / "a.mp4", Size(16, 16), 10) as add:
        add(np.zeros((16, 16, 3), np.uint8))
    (tmp_path / "b.mp4").write_text("no film")

    with pytest.raises(OutputError, match=r"joined\.mp4"):
        join_films([tmp_path / "a.mp4", tmp_path / "b.mp4"], tmp_path / "joined.mp4", frames=2)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]
