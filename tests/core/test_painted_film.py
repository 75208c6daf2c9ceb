from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from core.errors import FilmError, OutputError, SettingError
from core.film_reader import opened_film
from core.geometry import Size
from core.images import load_picture
from core.paint_options import PaintOptions
from core.painted_film import becomes_film, paint_film, refuse_unsuitable
from core.resampling import resized
from core.workshop import PaintingCancelledError, Workshop

# imageio-ffmpeg leaves its pipes for the collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SIZE = Size(121, 161)


def workshop_of(**options: object) -> Workshop:
    return Workshop(PaintOptions(**{"strokes": 200, "divide": 2, "device": "cpu", **options}))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return workshop_of()


def square_crossing(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    table = resized(np.ascontiguousarray(load_picture("sample:coffee")[:, :533]), SIZE)
    random = np.random.default_rng(0)
    for index in range(count):
        frame, moving = table.copy(), np.zeros(SIZE, bool)
        moving[40:70, 10 + 4 * index : 40 + 4 * index] = True
        frame[moving] = (20, 60, 230)
        yield np.clip(frame + random.normal(0, 3, frame.shape), 0, 255).round().astype(np.uint8), moving


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """15 noisy frames at 12.5 a second, 161 x 121 pixels."""
    path = tmp_path_factory.mktemp("clips") / "clip.mkv"
    writer = imageio_ffmpeg.write_frames(
        str(path), SIZE[::-1], fps=12.5, codec="ffv1", pix_fmt_out="bgr0", quality=None, macro_block_size=1
    )
    writer.send(None)
    for frame, _ in square_crossing(15):
        writer.send(np.ascontiguousarray(frame))
    writer.close()
    return path


def frames_of(path: Path) -> list[np.ndarray]:
    with opened_film(path) as film:
        return list(film.frames)


@pytest.mark.parametrize(("suffix", "most"), [(".mp4", 0.5), (".webm", 0.8), (".gif", 0.5)])
def test_a_film_keeps_its_rate_length_and_size_and_holds_still_when_it_is_read_back(
    suffix: str, most: float, workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / f"painted{suffix}"

    report = paint_film(workshop, clip, out)

    with opened_film(out) as film:
        assert (film.size, film.fps, film.count) == ((122, 162), 12.5, 15)
        frames = list(film.frames)
    assert (report.frames, len(frames), report.anew, report.device) == (15, 15, 1, "cpu")
    assert 200 < report.strokes <= 200 * 15 / 3
    still = [~moving for _, moving in square_crossing(15)]
    for before, after, where, now in zip(frames, frames[1:], still, still[1:], strict=False):
        change = np.abs(after[:121, :161].astype(int) - before[:121, :161])
        assert change[where & now].mean() <= most
    target = next(square_crossing(1))[0] / 255
    assert 10 * np.log10(1 / np.square(frames[0][:121, :161] / 255 - target).mean()) > 20
    assert report.psnr > 20


def test_a_film_may_be_painted_at_another_size(workshop: Workshop, clip: Path, tmp_path: Path) -> None:
    paint_film(workshop_of(size=320), clip, tmp_path / "a.mp4")

    with opened_film(tmp_path / "a.mp4") as film:
        assert film.size == (240, 320)


@pytest.mark.parametrize("when", [0, 4])
def test_cancelling_leaves_nothing_not_even_of_the_film_before(
    when: int, workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_text("before")
    shown: list[int] = []

    @contextmanager
    def bars(*_: str) -> Iterator[object]:
        yield lambda done, *_: shown.append(done)

    with pytest.raises(PaintingCancelledError):
        paint_film(workshop, clip, tmp_path / "a.mp4", bars=bars, cancelled=lambda: len(shown) >= when)  # type: ignore[arg-type]

    assert len(shown) == when
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_text() == "before"


def test_what_cannot_be_painted_or_written_is_told_and_nothing_is_left(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.mp4").write_text("Dear diary")
    for source, out, error, problem in (
        (tmp_path / "text.mp4", "a.mp4", FilmError, "no film of a kind"),
        (tmp_path / "none.mp4", "a.mp4", FilmError, "there is no such file"),
        (clip, "a.avi", OutputError, r"a film's name must end in \.mp4, \.webm, \.gif"),
        (clip, "painting", OutputError, "a film's name must end in"),
        (clip, "none/a.mp4", OutputError, "its folder does not exist"),
    ):
        with pytest.raises(error, match=problem):
            paint_film(workshop, source, tmp_path / out)

    assert [path.name for path in tmp_path.iterdir()] == ["text.mp4"]


def test_a_film_does_not_replace_itself(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("mine")
    (tmp_path / "b.mp4").symlink_to("a.mp4")

    with pytest.raises(OutputError, match="it is the film to be painted; choose another name"):
        paint_film(workshop, tmp_path / "a.mp4", tmp_path / "b.mp4")


@pytest.mark.parametrize("name", ["frames", "video", "svg", "refine", "loss", "renderer"])
def test_options_of_pictures_are_refused(name: str) -> None:
    refuse_unsuitable(PaintOptions(), {"strokes", "out"})

    with pytest.raises(SettingError, match=f"--{name} for a film: it is one for pictures; leave it out"):
        refuse_unsuitable(PaintOptions(), {"strokes", name})


def test_the_published_schedule_is_refused() -> None:
    with pytest.raises(SettingError, match="does not follow what moves"):
        refuse_unsuitable(PaintOptions(preset="paper"), {"preset"})


def test_a_gif_of_more_frames_a_second_than_it_can_show_is_refused(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    fast = tmp_path / "fast.mp4"
    writer = imageio_ffmpeg.write_frames(str(fast), (32, 32), fps=60, quality=None, codec="libx264")
    writer.send(None)
    for _ in range(5):
        writer.send(np.zeros((32, 32, 3), np.uint8))
    writer.close()

    with pytest.raises(SettingError, match="a GIF shows at most 50 frames a second"):
        paint_film(workshop, fast, tmp_path / "a.gif")


def test_a_gif_is_a_picture_unless_a_film_is_to_come_of_it(tmp_path: Path) -> None:
    assert becomes_film("a.gif", Path("b.GIF"))
    assert becomes_film("a.MOV", Path("painting"))
    assert not becomes_film("a.gif", Path("painting"))
    assert not becomes_film("a.jpg", Path("b.mp4"))


def test_a_gif_that_moves_becomes_a_film(workshop: Workshop, tmp_path: Path) -> None:
    first, *rest = [Image.fromarray(frame) for frame, _ in square_crossing(4)]
    first.save(tmp_path / "a.gif", save_all=True, append_images=rest, duration=100)

    assert paint_film(workshop, tmp_path / "a.gif", tmp_path / "b.mp4").frames == 4
