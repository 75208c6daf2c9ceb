from __future__ import annotations

import gc
import warnings
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.film_layout import film_layout
from core.export.frames import write_frames
from core.export.picture import write_picture
from core.export.progress import ExportCancelledError
from core.export.video import FilmOptions, write_video
from core.geometry import Size
from core.images import load_picture
from core.rasteriser.fast import draw, to_bytes
from core.stroke import Strokes


def _painting(count: int, height: int = 75, width: int = 101) -> Document:
    """Broad faint strokes: a smooth picture, which film encoders keep well."""
    rng = np.random.default_rng(4)
    parameters = rng.random((count, 13), dtype=np.float32)
    parameters[:, 6:8] = 1
    parameters[:, 8:10] *= 0.2
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.tile([-10.0, 0.0, 101.0], (count, 1)),
        parameters=parameters,
        steps=np.arange(count) // 5,
    )
    return Document(Size(height, width), (200, 120, 40), strokes)


def _film(path: Path) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Its frames [N, H, W, 3], and what imageio knows about it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # imageio-ffmpeg leaves its pipes for the collector to close
        film, about = iio.imread(path, plugin="FFMPEG"), iio.immeta(path, plugin="FFMPEG")
        gc.collect()
    return film, about


def _psnr(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


def test_a_film_has_the_size_rate_and_length_asked_for_and_ends_in_the_painting(tmp_path: Path) -> None:
    painting, path = _painting(40), tmp_path / "a.mp4"

    write_video(painting, path, film=FilmOptions(seconds=2, fps=12, hold=0.5))

    film, about = _film(path)
    assert film.shape == (30, 76, 102, 3)
    assert (about["fps"], about["duration"], about["codec"]) == (12, 2.5, "h264")
    assert about["pix_fmt"].startswith("yuv420p(tv, bt709,")
    assert _psnr(film[0, :75, :101], np.full((75, 101, 3), painting.background)) > 40
    for frame in film[23:]:
        assert _psnr(frame[:75, :101], to_bytes(draw(painting))) > 34


@pytest.mark.parametrize("beside", [False, True])
def test_odd_sides_gain_a_line_like_their_last(beside: bool, tmp_path: Path) -> None:
    photo = np.full((75, 101, 3), (30, 200, 90), np.uint8) if beside else None
    write_video(_painting(40), tmp_path / "a.mp4", film=FilmOptions(seconds=0.5, fps=4, hold=0), photograph=photo)

    last = _film(tmp_path / "a.mp4")[0][-1].astype(int)

    # 4:2:0 shares its colour with the neighbouring line, but not its brightness.
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert last.shape == (76, 204 if beside else 102, 3)
    assert np.abs((last[75] - last[74]) @ weights).max() < 12
    assert np.abs((last[:, -1] - last[:, -2]) @ weights).max() < 12
    if beside:
        assert np.abs((last[:, 101] - (30, 200, 90)) @ weights).max() < 12


def test_a_large_sheet_makes_a_film_of_1920_and_any_size_can_be_asked_for(tmp_path: Path) -> None:
    painting = _painting(2, 1000, 4000)

    write_video(painting, tmp_path / "a.mp4", film=FilmOptions(seconds=0.1, fps=10, hold=0))
    write_video(painting, tmp_path / "b.mp4", longer=400, film=FilmOptions(seconds=0.1, fps=10, hold=0))

    assert _film(tmp_path / "a.mp4")[1]["size"] == (1920, 480)
    assert _film(tmp_path / "b.mp4")[1]["size"] == (400, 100)


def test_a_film_reports_progress_and_stopping_it_leaves_nothing(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(_painting(5), tmp_path / "a.mp4", film=FilmOptions(seconds=1, fps=10, hold=0.2), progress=stop)

    assert seen == [(1, 12), (2, 12), (3, 12)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "setting",
    [
        {"seconds": -1},
        {"seconds": float("nan")},
        {"fps": 0},
        {"hold": float("inf")},
        {"fps": 1000},
        {"easing": "bounce"},
        {"shape": "4:5"},
        {"strokes_a_frame": 0},
        {"result_first": -1},
    ],
)
def test_settings_of_a_film_out_of_range_are_refused(setting: dict[str, object]) -> None:
    with pytest.raises(SettingError, match="choose"):
        FilmOptions(**setting)  # type: ignore[arg-type]


def test_a_film_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.mp4"):
        write_video(_painting(1), tmp_path / "a.avi")


def test_a_film_that_the_encoder_cannot_take_is_an_error_that_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OutputError, match="the encoder failed"):
        write_video(
            _painting(1, 1, 2000), tmp_path / "a.mp4", longer=40_000, film=FilmOptions(seconds=0.2, fps=10, hold=0)
        )

    assert list(tmp_path.iterdir()) == []


def test_frames_are_numbered_from_the_bare_sheet_to_the_painting(tmp_path: Path) -> None:
    painting, folder = _painting(25), tmp_path / "new" / "frames"

    count = write_frames(painting, folder, every=10)

    assert count == 4
    assert sorted(path.name for path in folder.iterdir()) == [f"frame-00000{index}.png" for index in range(4)]
    for index, strokes in enumerate((0, 10, 20, 25)):
        np.testing.assert_array_equal(
            load_picture(folder / f"frame-00000{index}.png"), to_bytes(draw(painting.cut(strokes)))
        )


def test_frames_take_a_size_and_report_progress(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    write_frames(
        _painting(20), tmp_path, size=Size(150, 202), every=10, progress=lambda done, total: seen.append((done, total))
    )

    assert load_picture(tmp_path / "frame-000002.png").shape == (150, 202, 3)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_bare_sheet_is_one_frame(tmp_path: Path) -> None:
    assert write_frames(Document(Size(4, 6)), tmp_path) == 1


def test_frames_never_mix_with_those_of_another_painting(tmp_path: Path) -> None:
    write_frames(_painting(5), tmp_path)

    with pytest.raises(OutputError, match="choose an empty folder"):
        write_frames(_painting(5), tmp_path)


def test_frames_no_strokes_apart_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="choose 1 or more"):
        write_frames(_painting(5), tmp_path, every=0)


def test_a_picture_is_the_drawing_at_any_resolution(tmp_path: Path) -> None:
    painting = _painting(5)

    write_picture(painting, tmp_path / "a.png")
    write_picture(painting, tmp_path / "b.png", size=Size(150, 202))

    np.testing.assert_array_equal(load_picture(tmp_path / "a.png"), to_bytes(draw(painting)))
    np.testing.assert_array_equal(load_picture(tmp_path / "b.png"), to_bytes(draw(painting, Size(150, 202))))


@pytest.mark.parametrize("slab", [64 * 202, 70 * 202])
def test_a_picture_drawn_in_parts_is_the_whole_drawing_to_the_bit(
    slab: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.export.picture._SLAB", slab)
    seen: list[tuple[int, int]] = []

    write_picture(_painting(40), tmp_path / "a.png", size=Size(150, 202), progress=lambda *told: seen.append(told))

    np.testing.assert_array_equal(load_picture(tmp_path / "a.png"), to_bytes(draw(_painting(40), Size(150, 202))))
    assert [done for done, _ in seen] == [min(150, slab // 202 * part) for part in (1, 2, 3)]


def test_a_cancelled_picture_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"old")

    def cancel(*_: int) -> None:
        raise ExportCancelledError

    with pytest.raises(ExportCancelledError):
        write_picture(_painting(5), tmp_path / "a.png", progress=cancel)

    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "film", "size", "fps", "frames", "codec", "pixels"),
    [
        ("a.mp4", FilmOptions(seconds=0.5, hold=0.2, shape="1:1"), (360, 360), 30, 21, "h264", "yuv420p"),
        ("a.webm", FilmOptions(seconds=0.5, hold=0.2, shape="16:9"), (360, 202), 30, 21, "vp9", "yuv420p"),
        ("b.mp4", FilmOptions(strokes_a_frame=7, fps=24, hold=0.5), (360, 268), 24, 19, "h264", "yuv420p"),
    ],
)
def test_every_kind_of_film_has_its_size_length_and_pixels_and_ends_in_the_painting(
    name: str, film: FilmOptions, size: tuple[int, int], fps: int, frames: int, codec: str, pixels: str, tmp_path: Path
) -> None:
    painting = _painting(40)
    write_video(painting, tmp_path / name, longer=360, film=film)

    shown, about = _film(tmp_path / name)

    assert (about["size"], about["fps"], about["codec"]) == (size, fps, codec)
    assert len(shown) == frames
    assert about["duration"] == pytest.approx(frames / fps, abs=0.06)
    assert about["pix_fmt"].startswith(pixels)
    layout = film_layout(painting.size, shape=film.shape, longer=360, beside=False)
    box = layout.painting
    last = shown[-1][box.top : box.bottom, box.left : box.right]
    assert _psnr(last, to_bytes(draw(painting, box.size))) >= 38
    padding = np.ones(shown[-1].shape[:2], bool)
    padding[box.top : box.bottom + 2, box.left : box.right + 2] = False
    if padding.any():  # the sheet's colour
        assert np.abs(shown[-1][padding].mean(0) - painting.background).max() < 4


def test_a_gif_has_its_size_and_length_goes_on_for_ever_and_ends_in_the_painting(tmp_path: Path) -> None:
    painting, film = _painting(40), FilmOptions(seconds=0.5, hold=0.2, shape="9:16")
    write_video(painting, tmp_path / "a.gif", longer=360, film=film)

    with Image.open(tmp_path / "a.gif") as shown:
        assert (shown.size, shown.info.get("loop")) == ((202, 360), 0)
        seconds = 0.0
        for index in range(getattr(shown, "n_frames", 1)):
            shown.seek(index)
            seconds += shown.info["duration"] / 1000
        last = np.array(shown.convert("RGB"))

    assert seconds == pytest.approx(0.7, abs=0.05)
    box = film_layout(painting.size, shape="9:16", longer=360, beside=False).painting
    assert _psnr(last[box.top : box.bottom, box.left : box.right], to_bytes(draw(painting, box.size))) >= 32


def test_the_result_comes_first_if_asked_and_the_photograph_stays_beside(tmp_path: Path) -> None:
    painting = _painting(40)
    photograph = np.full((75, 101, 3), (10, 200, 90), np.uint8)
    film = FilmOptions(seconds=0.5, fps=10, hold=0, result_first=0.3)
    write_video(painting, tmp_path / "a.mp4", film=film, photograph=photograph)

    shown, _ = _film(tmp_path / "a.mp4")

    assert shown.shape == (8, 76, 204, 3)
    finished = to_bytes(draw(painting))
    for index in (0, 1, 2, 7):
        assert _psnr(shown[index][:75, 102:203], finished) > 34
    assert np.abs(shown[3][:74, 104:].mean((0, 1)) - painting.background).max() < 4
    for frame in shown:
        assert np.abs(frame[:74, :98].mean((0, 1)) - (10, 200, 90)).max() < 4


@pytest.mark.parametrize(
    ("easing", "counts"),
    [
        ("constant", [0, 25, 50, 75, 100]),
        ("slow-start", [0, 6, 25, 56, 100]),
        ("slow-end", [0, 44, 75, 94, 100]),
        ("slow-both", [0, 16, 50, 84, 100]),
    ],
)
def test_strokes_are_spread_over_time_as_asked(easing: str, counts: list[int]) -> None:
    assert FilmOptions(seconds=0.5, easing=easing, hold=0.2, result_first=0.1).counts(100, 10) == [
        100, *counts, 100, 100,
    ]  # fmt: skip


def test_a_photograph_lies_above_where_that_makes_both_larger() -> None:
    wide = film_layout(Size(100, 300), shape="9:16", longer=None, beside=True)
    tall = film_layout(Size(300, 100), shape="16:9", longer=None, beside=True)

    assert (wide.frame, tall.frame) == (Size(1920, 1080), Size(1080, 1920))
    assert wide.photograph is not None
    assert tall.photograph is not None
    assert (wide.photograph.size, wide.painting.size) == (Size(360, 1080), Size(360, 1080))
    assert wide.painting.top == wide.photograph.bottom
    assert tall.painting.left == tall.photograph.right
    assert tall.painting.size == Size(1080, 360)


def test_a_gif_of_a_rate_it_cannot_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="hundredths of a second: choose 1, 2, 4, 5, 10, 20, 25, 50"):
        write_video(_painting(1), tmp_path / "a.gif", film=FilmOptions(fps=30))


def test_frames_of_a_number_asked_for_are_spread_over_the_painting(tmp_path: Path) -> None:
    assert write_frames(_painting(25), tmp_path, count=4) == 4
    for index, strokes in enumerate((0, 8, 17, 25)):
        np.testing.assert_array_equal(
            load_picture(tmp_path / f"frame-00000{index}.png"), to_bytes(draw(_painting(25).cut(strokes)))
        )


def test_transparent_frames_over_the_sheet_are_the_canvas(tmp_path: Path) -> None:
    painting = _painting(12)
    write_frames(painting, tmp_path, every=6, transparent=True)

    for index, strokes in enumerate((0, 6, 12)):
        with Image.open(tmp_path / f"frame-00000{index}.png") as picture:
            assert picture.mode == "RGBA"
            pixels = np.array(picture).astype(float)
        alpha = pixels[:, :, 3:] / 255
        shown = pixels[:, :, :3] * alpha + np.array(painting.background) * (1 - alpha)
        assert np.abs(shown - to_bytes(draw(painting.cut(strokes))).astype(float)).max() < 1.6
    with Image.open(tmp_path / "frame-000000.png") as bare:
        assert np.array(bare)[:, :, 3].max() == 0


def test_films_too_large_for_players_or_for_memory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="more than a GIF should have"):
        write_video(_painting(1), tmp_path / "a.gif", longer=4000, film=FilmOptions(seconds=60))
    with pytest.raises(SettingError, match="8,000 pixels at most"):
        write_video(_painting(1), tmp_path / "a.mp4", longer=16_000, film=FilmOptions(shape="1:1"))
