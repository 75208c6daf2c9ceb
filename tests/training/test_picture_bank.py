"""Pictures in one tensor: what crops of them show, against OpenCV's own resampling."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from core.geometry import Size
from core.resampling import resized
from training import picture_bank
from training.picture_bank import Crops, PictureBank, centre_squares

SIZES = ((50, 80), (90, 60), (64, 64), (1, 7))


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def bank() -> PictureBank:
    return PictureBank.of([noise(*size, seed) for seed, size in enumerate(SIZES)])


def crop(picture: int, top: float, left: float, side: float, flipped: bool = False) -> Crops:
    return Crops(
        torch.tensor([picture]),
        torch.tensor([top]),
        torch.tensor([left]),
        torch.tensor([side]),
        torch.tensor([flipped]),
    )


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_pictures_come_back_as_they_went_in() -> None:
    pictures = bank()

    assert len(pictures) == 4
    assert pictures.heights.tolist() == [50, 90, 64, 1]
    assert pictures.offsets.tolist() == [0, 4000, 9400, 13496]
    assert all(np.array_equal(pictures.picture(seed), noise(*size, seed)) for seed, size in enumerate(SIZES))


def test_a_picture_cut_out_of_a_larger_one_is_packed_on_its_own() -> None:
    cut = noise(20, 30)[2:9, 3:8, ::-1]

    assert np.array_equal(PictureBank.of([cut]).picture(0), cut)


def test_pictures_are_taken_one_by_one() -> None:
    pictures = PictureBank.of(noise(2, 3, seed) for seed in range(5))

    assert len(pictures) == 5
    assert pictures.packed.shape == (30, 3)


def test_an_empty_bank_is_a_bank() -> None:
    assert len(PictureBank.of([])) == 0


@pytest.mark.parametrize(
    ("count", "heights", "widths", "problem"),
    [
        (12, [2], [2, 2], "of one length"),
        (11, [2], [2], "12 bytes are promised by the sizes, got 11"),
        (12, [-2], [-2], "at least 1 x 1"),
        (0, [0], [2], "at least 1 x 1"),
    ],
)
def test_sizes_that_contradict_the_pixels_are_refused(
    count: int, heights: list[int], widths: list[int], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        PictureBank(torch.zeros(count, dtype=torch.uint8), torch.tensor(heights), torch.tensor(widths))


def test_there_is_no_picture_beyond_the_last() -> None:
    with pytest.raises(IndexError, match="there are 4 pictures"):
        bank().picture(4)


def test_pictures_of_another_form_are_refused() -> None:
    for pixels in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)):
        with pytest.raises(ValueError, match="of uint8"):
            PictureBank.of([pixels])


def test_random_crops_lie_in_their_pictures() -> None:
    crops = bank().random_crops(2000, seeded())
    height, width = torch.tensor(SIZES)[crops.picture].unbind(1)
    shorter = torch.minimum(height, width)

    assert (crops.top >= 0).all()
    assert (crops.left >= 0).all()
    assert (crops.top + crops.side <= height + 1e-4).all()
    assert (crops.left + crops.side <= width + 1e-4).all()
    assert (crops.side >= shorter / 2).all()
    assert (crops.side <= shorter).all()


def test_random_crops_take_all_pictures_all_sides_and_both_directions() -> None:
    crops = bank().random_crops(2000, seeded())
    share = crops.side / torch.tensor([min(size) for size in SIZES])[crops.picture]

    assert [field.dtype for field in crops] == [torch.int64, *[torch.float32] * 3, torch.bool]
    assert all(400 < count < 600 for count in crops.picture.bincount().tolist())
    assert 900 < int(crops.flipped.sum()) < 1100
    assert float(share.mean()) == pytest.approx(0.75, abs=0.01)


def test_random_crops_repeat_with_the_seed_and_go_on_with_the_generator() -> None:
    generator = seeded(3)
    first, second = (bank().random_crops(8, generator) for _ in range(2))

    assert all(torch.equal(*pair) for pair in zip(first, bank().random_crops(8, seeded(3)), strict=True))
    assert not torch.equal(first.side, second.side)


def test_the_smallest_crop_is_as_asked() -> None:
    crops = bank().random_crops(50, seeded(), smallest=1.0)

    assert crops.side.tolist() == [min(SIZES[index]) for index in crops.picture]


@pytest.mark.parametrize("side", [8, 20, 32, 50])
def test_a_crop_that_shrinks_shows_what_opencv_makes_of_it_by_area(side: int) -> None:
    ours = bank().pixels(crop(0, 0, 17, 50), side)[0].permute(1, 2, 0).numpy()

    theirs = cv2.resize(noise(50, 80)[:, 17:67].astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)

    assert np.abs(ours - theirs / 255).max() < 1e-6


@pytest.mark.parametrize("side", [51, 64, 128, 200])
def test_a_crop_that_grows_shows_what_opencv_makes_of_it_linearly(side: int) -> None:
    square = noise(40, 40)
    ours = PictureBank.of([square]).pixels(crop(0, 0, 0, 40), side)[0].permute(1, 2, 0).numpy()

    theirs = cv2.resize(square.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)

    assert np.abs(ours - theirs / 255).max() < 2e-5


def test_a_crop_between_pixels_weighs_each_by_how_much_of_it_is_seen() -> None:
    ramp = np.repeat(np.arange(16, dtype=np.uint8)[None, :, None] * 10, 16, axis=0).repeat(3, axis=2)

    shown = PictureBank.of([ramp]).pixels(crop(0, 2.5, 3.25, 8), 2)[0]

    # Of a ramp that climbs 10 a pixel from a first pixel of 0, what lies from 3.25 to 7.25, and from there to 11.25.
    assert (shown[0, 0] * 255).tolist() == pytest.approx([10 * (5.25 - 0.5), 10 * (9.25 - 0.5)], abs=0.01)
    assert torch.equal(shown[0, 0], shown[2, 1])


def test_crops_of_many_sizes_are_shown_together_as_each_alone() -> None:
    pictures = bank()
    crops = pictures.random_crops(40, seeded(), smallest=0.1)

    together = pictures.pixels(crops, 24)

    for index in range(40):
        alone = pictures.pixels(Crops(*(field[index : index + 1] for field in crops)), 24)
        torch.testing.assert_close(together[index : index + 1], alone, rtol=0, atol=1e-5)


def test_many_crops_are_shown_in_chunks_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = bank()
    crops = pictures.random_crops(10, seeded())
    at_once = pictures.pixels(crops, 16)

    monkeypatch.setattr(picture_bank, "_MAX_GATHERED", 3 * 70**2)

    torch.testing.assert_close(pictures.pixels(crops, 16), at_once, rtol=0, atol=1e-6)


def test_a_flipped_crop_is_the_mirror_of_the_other_to_the_bit() -> None:
    pictures = bank()
    crops = pictures.random_crops(30, seeded())
    there, back = (crops._replace(flipped=torch.full((30,), flipped)) for flipped in (False, True))

    assert torch.equal(pictures.pixels(there, 20), pictures.pixels(back, 20).flip(3))


@pytest.mark.parametrize("flipped", [False, True])
def test_a_part_of_a_crop_shows_what_that_part_of_the_crop_showed(flipped: bool) -> None:
    pictures = bank()
    whole_crop = crop(2, 0, 0, 64, flipped)

    whole = pictures.pixels(whole_crop, 64)
    part = pictures.pixels(whole_crop.part(torch.tensor([0.25]), torch.tensor([0.5]), torch.tensor([0.25])), 16)

    torch.testing.assert_close(part, whole[:, :, 16:32, 32:48], rtol=0, atol=1e-6)


def test_the_parts_of_several_crops_are_taken_each_by_its_own_direction() -> None:
    crops = Crops(
        torch.tensor([0, 1]), torch.zeros(2), torch.zeros(2), torch.tensor([40.0, 60.0]), torch.tensor([False, True])
    )

    part = crops.part(torch.tensor([0.5, 0.0]), torch.tensor([0.25, 0.0]), torch.tensor([0.5, 0.25]))

    assert part.picture.tolist() == [0, 1]
    assert part.top.tolist() == [20, 0]
    assert part.left.tolist() == [10, 45]
    assert part.side.tolist() == [20, 15]


def test_what_is_shown_lies_in_0_to_1_and_keeps_black_and_white() -> None:
    pictures = PictureBank.of([np.zeros((30, 40, 3), np.uint8), np.full((40, 30, 3), 255, np.uint8)])
    crops = pictures.random_crops(50, seeded())

    shown = pictures.pixels(crops, 33)

    assert shown.shape == (50, 3, 33, 33)
    assert shown.dtype == torch.float32
    assert float(shown.min()) == 0
    assert float(shown.max()) == 1
    assert shown.mean((1, 2, 3)).tolist() == pytest.approx(crops.picture.tolist(), abs=1e-6)


def test_the_channels_are_red_green_blue() -> None:
    shown = PictureBank.of([np.full((4, 4, 3), (255, 51, 0), np.uint8)]).pixels(crop(0, 0, 0, 4), 2)

    assert shown[0, :, 0, 0].tolist() == pytest.approx([1.0, 0.2, 0.0])


def test_no_crops_show_nothing() -> None:
    pictures = bank()

    assert pictures.pixels(pictures.random_crops(0, seeded()), 8).shape == (0, 3, 8, 8)


def test_a_crop_under_autocast_is_shown_in_full_precision() -> None:
    pictures = bank()
    crops = pictures.random_crops(4, seeded())
    plain = pictures.pixels(crops, 16)

    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(pictures.pixels(crops, 16), plain)


def test_held_out_targets_are_centred_squares_through_opencv() -> None:
    pictures = [noise(31, 50), noise(40, 20)]
    squares = [pictures[0][:, 9:40], pictures[1][10:30]]
    expected = [resized(square, Size(12, 12)).transpose(2, 0, 1).astype(np.float32) / 255 for square in squares]

    targets = centre_squares(PictureBank.of(pictures), 12)

    assert np.array_equal(targets.numpy(), np.stack(expected))
    assert torch.equal(targets, centre_squares(pictures, 12))


def test_so_many_targets_are_taken_as_there_are_and_as_asked() -> None:
    assert centre_squares(bank(), 8, 2).shape == (2, 3, 8, 8)
    assert centre_squares(bank(), 8, 99).shape == (4, 3, 8, 8)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_gpu_shows_the_same_and_is_not_waited_for() -> None:
    here = bank()
    there, crops = here.to("cuda"), here.random_crops(64, seeded())
    there.pixels(crops, 32)  # the first call sets up the matrix library
    mode = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        shown = there.pixels(crops, 32)
    finally:
        torch.cuda.set_sync_debug_mode(mode)

    torch.testing.assert_close(shown.cpu(), here.pixels(crops, 32), rtol=0, atol=1e-3)
    assert np.array_equal(there.picture(1), noise(90, 60, 1))
