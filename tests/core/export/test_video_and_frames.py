from __future__ import annotations

import gc
import warnings
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.frames import write_frames
from core.export.picture import write_picture
from core.export.progress import ExportCancelledError
from core.export.video import write_video
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

    write_video(painting, path, seconds=2, fps=12, hold=0.5)

    film, about = _film(path)
    assert film.shape == (30, 76, 102, 3)
    assert (about["fps"], about["duration"], about["codec"]) == (12, 2.5, "h264")
    assert about["pix_fmt"].startswith("yuv420p(tv, bt709,")
    assert _psnr(film[0, :75, :101], np.full((75, 101, 3), painting.background)) > 40
    for frame in film[23:]:
        assert _psnr(frame[:75, :101], to_bytes(draw(painting))) > 34


def test_odd_sides_gain_a_line_of_the_sheets_colour(tmp_path: Path) -> None:
    write_video(_painting(40), tmp_path / "a.mp4", seconds=0.5, fps=4, hold=0)

    last = _film(tmp_path / "a.mp4")[0][-1].astype(int)

    # 4:2:0 shares its colour with the neighbouring line, but not its brightness.
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert np.abs((last[75] - (200, 120, 40)) @ weights).max() < 12
    assert np.abs((last[:, 101] - (200, 120, 40)) @ weights).max() < 12


def test_a_large_sheet_makes_a_film_of_1920_and_any_size_can_be_asked_for(tmp_path: Path) -> None:
    painting = _painting(2, 1000, 4000)

    write_video(painting, tmp_path / "a.mp4", seconds=0.1, fps=10, hold=0)
    write_video(painting, tmp_path / "b.mp4", size=Size(100, 400), seconds=0.1, fps=10, hold=0)

    assert _film(tmp_path / "a.mp4")[1]["size"] == (1920, 480)
    assert _film(tmp_path / "b.mp4")[1]["size"] == (400, 100)


def test_a_film_reports_progress_and_stopping_it_leaves_nothing(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(_painting(5), tmp_path / "a.mp4", seconds=1, fps=10, hold=0.2, progress=stop)

    assert seen == [(1, 12), (2, 12), (3, 12)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "setting", [{"seconds": -1}, {"seconds": float("nan")}, {"fps": 0}, {"hold": float("inf")}, {"fps": 1000}]
)
def test_a_film_of_impossible_length_is_refused(tmp_path: Path, setting: dict[str, float]) -> None:
    with pytest.raises(SettingError, match="choose"):
        write_video(_painting(1), tmp_path / "a.mp4", **setting)  # type: ignore[arg-type]


def test_a_film_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.mp4"):
        write_video(_painting(1), tmp_path / "a.gif")


def test_a_film_that_the_encoder_cannot_take_is_an_error_that_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OutputError, match="the encoder failed"):
        write_video(_painting(1), tmp_path / "a.mp4", size=Size(20, 40_000), seconds=0.2, fps=10, hold=0)

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
