from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from core.film_painting import FilmPainter, PaintedFrame
from core.geometry import Size
from core.images import load_picture
from core.job import PaintJob
from core.paint_options import PaintOptions
from core.rasteriser.fast import draw, to_bytes
from core.resampling import resized
from core.workshop import Workshop

SIZE = Size(120, 160)
STROKES = 400


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop(PaintOptions(strokes=STROKES, divide=2, device="cpu"))


def clip(count: int = 24, sigma: float = 0.0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A cat's face that crosses a still table, and where it is."""
    table = resized(np.ascontiguousarray(load_picture("sample:coffee")[:, :533]), SIZE)
    face = resized(np.ascontiguousarray(load_picture("sample:chelsea")[20:280, 90:350]), Size(36, 36))
    disc = np.hypot(*(np.mgrid[0:36, 0:36] - 17.5)) < 17
    random = np.random.default_rng(0)
    for index in range(count):
        frame, moving = table.copy(), np.zeros(SIZE, bool)
        moving[40:76, 12 + 4 * index : 48 + 4 * index] = disc
        frame[moving] = face[disc]
        noise = random.normal(0, sigma, frame.shape) if sigma else 0
        yield np.clip(frame + noise, 0, 255).round().astype(np.uint8), moving


def painted(workshop: Workshop, frames: list[np.ndarray], size: Size = SIZE) -> list[PaintedFrame]:
    """All frames, with pixels of their own."""
    painter = FilmPainter(workshop.painter, workshop.job, size)
    return [
        PaintedFrame(pixels=each.pixels.copy(), strokes=each.strokes, anew=each.anew, l2=each.l2)
        for each in painter.frames(frames)
    ]


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(one.astype(float) - other).mean()))


def flicker(frames: list[np.ndarray], moving: list[np.ndarray]) -> float:
    """Mean absolute change from frame to frame where nothing moves, of 255; the largest of all frames."""
    return max(
        float(np.abs(frames[index].astype(int) - frames[index - 1])[~(moving[index] | moving[index - 1])].mean())
        for index in range(1, len(frames))
    )


@pytest.mark.slow
@pytest.mark.parametrize("sigma", [0, 3])
def test_the_still_part_holds_still_and_all_is_as_near_as_frames_painted_alone(
    sigma: float, workshop: Workshop
) -> None:
    frames, moving = map(list, zip(*clip(sigma=sigma), strict=True))
    clean = [frame for frame, _ in clip()]

    film = painted(workshop, frames)
    alone = [to_bytes(draw(workshop.painter.painted(workshop.job(frame)))) for frame in frames]

    pixels = [each.pixels for each in film]
    assert flicker(pixels, moving) <= 0.5
    assert flicker(alone, moving) > 2
    assert [each.anew for each in film] == [True] + [False] * 23
    assert film[0].strokes == STROKES
    assert sum(each.strokes for each in film) <= STROKES * len(frames) / 3
    whole = [np.mean([psnr(*pair) for pair in zip(each, clean, strict=True)]) for each in (pixels, alone)]
    parts = [
        np.mean([psnr(one[where], other[where]) for one, other, where in zip(each, clean, moving, strict=True)])
        for each in (pixels, alone)
    ]
    assert whole[0] > whole[1] - 0.3
    assert parts[0] > parts[1] - 0.8


def test_a_film_in_which_nothing_moves_is_painted_once_noise_or_not(workshop: Workshop) -> None:
    still, _ = next(clip())
    random = np.random.default_rng(1)
    frames = [np.clip(still + random.normal(0, 3, still.shape), 0, 255).round().astype(np.uint8) for _ in range(5)]

    film = painted(workshop, frames)

    assert [each.strokes for each in film] == [STROKES, 0, 0, 0, 0]
    for each in film[1:]:
        np.testing.assert_array_equal(each.pixels, film[0].pixels)


def test_another_scene_is_painted_anew_as_a_picture_alone_is(workshop: Workshop) -> None:
    first, _ = next(clip())
    other = resized(load_picture("sample:astronaut"), SIZE)

    film = painted(workshop, [first, other])

    assert [(each.strokes, each.anew) for each in film] == [(STROKES, True), (STROKES, True)]
    np.testing.assert_array_equal(film[1].pixels, to_bytes(draw(workshop.painter.painted(workshop.job(other)))))


def test_far_from_a_change_no_bit_changes_and_near_it_the_canvas_follows(workshop: Workshop) -> None:
    (first, _), (second, _) = clip(2)
    second = first.copy()
    second[50:70, 100:130] = (0, 0, 255)

    film = painted(workshop, [first, second])

    far = np.ones(SIZE, bool)
    far[38:82, 88:142] = False
    np.testing.assert_array_equal(film[1].pixels[far], film[0].pixels[far])
    assert psnr(film[1].pixels[52:68, 102:128], second[52:68, 102:128]) > 20
    assert psnr(film[0].pixels[52:68, 102:128], second[52:68, 102:128]) < 10
    assert film[1].l2 == pytest.approx(np.square(film[1].pixels / 255.0 - second / 255.0).mean(), rel=1e-3)


def test_the_painted_film_may_be_larger_than_the_film(workshop: Workshop) -> None:
    frames = [frame for frame, _ in clip(2)]

    film = painted(workshop, frames, Size(360, 480))

    assert film[1].pixels.shape == (360, 480, 3)
    assert psnr(resized(film[1].pixels, SIZE), frames[1]) > 22


def test_where_the_focus_does_not_look_nothing_is_repainted(workshop: Workshop) -> None:
    (first, _), (second, _) = clip(2)
    mask = np.zeros(SIZE, np.uint8)
    mask[:, 100:] = 255

    def job_of(target: np.ndarray) -> PaintJob:
        return PaintJob(target=target, divide=2, strokes=STROKES, focus=mask)

    film = [each.strokes for each in FilmPainter(workshop.painter, job_of, SIZE).frames([first, second])]

    assert film == [STROKES, 0]


def test_cancelling_ends_the_frames_within_a_step(workshop: Workshop) -> None:
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    painter = FilmPainter(workshop.painter, workshop.job, SIZE)

    assert list(painter.frames((frame for frame, _ in clip()), cancelled=soon)) == []


def test_the_same_film_is_painted_the_same(workshop: Workshop) -> None:
    frames = [frame for frame, _ in clip(3)]

    one, other = painted(workshop, frames), painted(workshop, frames)

    for each, again in zip(one, other, strict=True):
        np.testing.assert_array_equal(each.pixels, again.pixels)


# Painting over a canvas


def test_over_a_canvas_no_stroke_is_laid_that_does_not_help(workshop: Workshop) -> None:
    job, painter = workshop.job(np.zeros((*SIZE, 3), np.uint8)), workshop.painter
    canvas = np.zeros((*SIZE, 3), np.float32)

    assert list(painter.repainted(job, canvas, painter.levels(job))) == []
    assert not canvas.any()


def test_over_a_bare_canvas_a_job_is_painted_as_on_its_bare_sheet(workshop: Workshop) -> None:
    target = next(clip())[0]
    job, painter = workshop.job(target), workshop.painter
    bare = np.zeros((*SIZE, 3), np.float32)

    *_, last = painter.repainted(job, bare, painter.levels(job))

    assert last.document.strokes == painter.painted(job).strokes
