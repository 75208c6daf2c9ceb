"""The painting environment: episodes of all kinds, in groups with clocks, nothing left to chance but the seed."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from training.environment import BARE, Environment, clocks, enlarged
from training.picture_bank import PictureBank


@pytest.fixture(scope="module")
def bank() -> PictureBank:
    """Smooth pictures, large enough for a part of a crop to be worth looking at."""
    random = np.random.default_rng(0)
    coarse = [random.integers(0, 256, (4, 4, 3), np.uint8) for _ in range(3)]
    return PictureBank.of(cv2.resize(pixels, (150, 140), interpolation=cv2.INTER_CUBIC) for pixels in coarse)


@pytest.fixture(scope="module")
def small() -> PictureBank:
    """Pictures that crops are quickly cut from."""
    random = np.random.default_rng(0)
    coarse = [random.integers(0, 256, (4, 4, 3), np.uint8) for _ in range(3)]
    return PictureBank.of(cv2.resize(pixels, (20, 16), interpolation=cv2.INTER_CUBIC) for pixels in coarse)


def world(
    bank: PictureBank,
    *,
    envs: int = 64,
    batch: int = 32,
    side: int = 32,
    seed: int = 0,
    episode_steps: int = 8,
    rank: int = 0,
    ranks: int = 1,
) -> Environment:
    return Environment(
        bank, envs=envs, batch=batch, side=side, episode_steps=episode_steps, seed=seed, rank=rank, ranks=ranks
    )


def shifted(canvas: Tensor) -> Tensor:
    """What a step might make of canvases: something else, and the same of each wherever it lies."""
    return canvas.roll(1, dims=3) * 0.9 + 0.05


def test_the_same_seed_makes_the_same_world(bank: PictureBank) -> None:
    one, same, other = world(bank), world(bank), world(bank, seed=1)

    for name in ("canvas", "target", "steps", "lengths"):
        assert torch.equal(getattr(one, name), getattr(same, name))
    assert not torch.equal(one.target, other.target)
    assert not torch.equal(one.lengths, other.lengths)


def test_bare_sheets_are_of_six_kinds_each_as_often_as_asked_for(small: PictureBank) -> None:
    environment = world(small, envs=1024, batch=64, side=16)
    canvas, means = environment.canvas, environment.target.mean(dim=(2, 3))
    tones = canvas.mean(dim=(2, 3))
    flat = canvas.flatten(2).std(dim=2).amax(dim=1) < 1e-5
    mean = flat & ((tones - means).abs().amax(dim=1) < 1e-5)
    grey = flat & ((tones - tones[:, :1]).abs().amax(dim=1) < 1e-6)
    black, white = (flat & (tones - level).abs().amax(dim=1).lt(1e-6) for level in (0, 1))
    found = {
        "black": black,
        "white": white,
        "grey": grey & ~black & ~white,
        "tone": flat & ~grey & ~mean,
        "mean of target": mean,
        "blurred target": ~flat,
    }

    assert found.keys() == BARE.keys()
    assert {name: float(which.float().mean()) for name, which in found.items()} == pytest.approx(BARE, abs=0.05)
    # A blurred target is a likeness, no copy: nearer than its mean is, and no more detailed than the target.
    blurred, target = canvas[~flat], environment.target[~flat]
    nearer = (blurred - target).square().mean() / (target - means[~flat][..., None, None]).square().mean()
    assert 0 < float(nearer) < 0.5
    assert float(blurred.flatten(2).std(dim=2).mean()) < float(target.flatten(2).std(dim=2).mean())


def test_lengths_lie_between_a_quarter_of_the_longest_and_the_longest(small: PictureBank) -> None:
    environment = world(small, envs=256, batch=16, side=4, episode_steps=12)

    assert environment.lengths.shape == (16, 16)
    assert environment.lengths.unique().tolist() == list(range(3, 13))


def test_episodes_begin_out_of_step_and_none_at_its_end(small: PictureBank) -> None:
    environment = world(small, envs=256, batch=16, side=4, episode_steps=40)
    fraction = environment.steps / environment.lengths

    assert float(fraction.max()) < 1
    assert float(fraction.mean()) == pytest.approx(0.5 - 0.5 / 25, abs=0.08)  # whole steps, of 25 or so
    assert float(fraction.std()) == pytest.approx(1 / 12**0.5, abs=0.08)


@pytest.mark.parametrize(
    ("batch", "groups"), [(1, 1), (8, 8), (16, 16), (32, 16), (96, 16), (40, 10), (36, 12), (25, 5), (7, 7), (17, 1)]
)
def test_a_batch_is_made_of_at_most_sixteen_groups_of_one_size(batch: int, groups: int) -> None:
    assert clocks(batch) == groups


def test_an_observation_says_how_far_each_group_is(bank: PictureBank) -> None:
    environment = world(bank, envs=48, batch=48)  # 16 groups of 3
    environment.steps[0], environment.lengths[0] = torch.arange(16), torch.full((16,), 16)

    seen = environment.observation(0)

    assert seen.shape == (48, 9, 32, 32)
    assert torch.equal(seen[:, :3], environment.canvas)
    assert torch.equal(seen[:, 3:6], environment.target)
    assert seen[:, 6, 0, 0].tolist() == [group / 16 for group in range(16) for _ in range(3)]
    assert seen[:, 6].flatten(1).std(dim=1).max() == 0
    assert environment.step_fraction(0, ahead=1)[:4].tolist() == [1 / 16, 1 / 16, 1 / 16, 2 / 16]
    steps, lengths = environment.clock(0)
    assert steps[2:5].tolist() == [0, 1, 1]
    assert lengths.tolist() == [16] * 48


def test_a_group_whose_clock_runs_out_begins_anew_and_no_other_does(bank: PictureBank) -> None:
    environment = world(bank, envs=96, batch=48, episode_steps=5)  # 2 batches of 16 groups of 3
    environment.steps[:], environment.lengths[:] = 0, 5
    environment.steps[1, 2] = 4
    before, target = environment.canvas.clone(), environment.target.clone()
    painted = torch.full((48, 3, 32, 32), 0.123, requires_grad=True)

    environment.advance(1, painted)

    assert environment.steps.tolist() == [[0] * 16, [1, 1, 0, *[1] * 13]]
    ended = range(48 + 6, 48 + 9)
    for row in range(96):
        assert torch.equal(environment.target[row], target[row]) == (row not in ended)
    assert torch.equal(environment.canvas[:48], before[:48])
    for row in set(range(48, 96)) - set(ended):
        assert environment.canvas[row].unique().tolist() == pytest.approx([0.123])
    assert not environment.canvas.requires_grad


def test_about_two_in_five_episodes_go_on_closer_up_on_what_was_painted(bank: PictureBank) -> None:
    environment = world(bank, envs=256, batch=256)  # groups of 16
    sides = torch.cat([crops.side for crops in environment._crops[0]])
    # All have been painted to perfection.
    environment.steps[:], environment.lengths[:] = 4, 5
    environment.advance(0, environment.target)

    shrunk = torch.cat([crops.side for crops in environment._crops[0]]) / sides
    distance = (environment.canvas - environment.target).square().mean(dim=(1, 2, 3))
    closer = (shrunk >= 0.3) & (shrunk <= 0.6) & (distance < 1e-3)

    assert 0.3 < float(closer.float().mean()) < 0.5
    # Canvas and target show the same part of the same picture, flipped alike, or they would not agree still.
    assert float(distance[closer].max()) < 2e-4
    assert float(distance[~closer].mean()) > 0.02


def test_small_crops_are_not_looked_at_closer_up() -> None:
    random = np.random.default_rng(0)
    environment = world(PictureBank.of([random.integers(0, 256, (50, 60, 3), np.uint8)]), envs=64, batch=64)
    environment.steps[:], environment.lengths[:] = 4, 5

    environment.advance(0, torch.full((64, 3, 32, 32), 0.123))

    assert not any(torch.allclose(canvas, torch.tensor(0.123)) for canvas in environment.canvas)
    assert min(float(crops.side.min()) for crops in environment._crops[0]) >= 25


@pytest.mark.parametrize("at", [(8, 8, 16), (0, 12, 16), (4, 6, 8)])
def test_a_part_is_enlarged_as_cubic_resizing_of_the_whole_shows_it(at: tuple[int, int, int]) -> None:
    top, left, side = at
    times = 32 // side
    pictures = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    whole = cv2.resize(pictures[0].permute(1, 2, 0).numpy(), (32 * times, 32 * times), interpolation=cv2.INTER_CUBIC)
    expected = whole[top * times : top * times + 32, left * times : left * times + 32].clip(0, 1)

    shown = enlarged(pictures, torch.tensor([[top / 32, left / 32]]), torch.tensor([side / 32]))

    assert shown.shape == (1, 3, 32, 32)
    # Noise overshoots; clipped it is a picture again.
    assert float(np.abs(whole - whole.clip(0, 1)).max()) > 0.05
    np.testing.assert_allclose(shown[0].permute(1, 2, 0), expected, atol=1e-4)


def test_all_of_a_picture_is_the_picture() -> None:
    pictures = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    torch.testing.assert_close(enlarged(pictures, torch.zeros(2, 2), torch.ones(2)), pictures, rtol=0, atol=1e-5)


@pytest.mark.parametrize("ranks", [2, 4])
def test_processes_together_paint_just_what_one_would(bank: PictureBank, ranks: int) -> None:
    alone = world(bank, envs=64, batch=32, episode_steps=4)  # 2 batches of 16 groups of 2
    shares = [world(bank, envs=64, batch=32, episode_steps=4, rank=rank, ranks=ranks) for rank in range(ranks)]
    assert [share.batch for share in shares] == [32 // ranks] * ranks
    begun = 0

    for update in range(16):
        index = update % 2
        for environment in (alone, *shares):
            environment.advance(index, shifted(environment.canvas[environment.rows(index)]))
        begun += int((alone.steps[index] == 0).sum())
        for rank, share in enumerate(shares):
            assert torch.equal(share.steps, alone.steps[:, rank::ranks])
            assert torch.equal(share.lengths, alone.lengths[:, rank::ranks])
            for name in ("canvas", "target"):
                by_group = getattr(alone, name).view(2, 16, 2, 3, 32, 32)[:, rank::ranks]
                assert torch.equal(getattr(share, name), by_group.reshape(-1, 3, 32, 32))

    assert begun > 32  # many episodes have ended on the way


def test_a_saved_world_goes_on_the_same(bank: PictureBank) -> None:
    one, other = world(bank, episode_steps=4), world(bank, episode_steps=4, seed=1)
    for update in range(6):
        one.advance(update % 2, shifted(one.canvas[one.rows(update % 2)]))
    file = io.BytesIO()
    torch.save(one.state_dict(), file)
    other.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))

    for update in range(12):
        for environment in (one, other):
            environment.advance(update % 2, shifted(environment.canvas[environment.rows(update % 2)]))
        for name in ("canvas", "target", "steps", "lengths"):
            assert torch.equal(getattr(one, name), getattr(other, name))


def test_sizes_that_do_not_divide_are_refused(bank: PictureBank) -> None:
    with pytest.raises(ValueError, match="envs must be a multiple of batch, got 10 and 4"):
        world(bank, envs=10, batch=4)
    with pytest.raises(ValueError, match="a batch of 12 is made of 12 groups, which 5 processes cannot share"):
        world(bank, envs=12, batch=12, ranks=5)


def test_with_other_pictures_no_episode_goes_on_closer_up_in_what_was_another_one(bank: PictureBank) -> None:
    before, fewer = world(bank), PictureBank.of([bank.picture(index) for index in range(len(bank) - 1)])
    after = world(fewer, seed=1)
    same = world(bank, seed=1)

    for each in (after, same):
        each.load_state_dict(before.state_dict())

    assert all(not bool(crops.side.any()) for batch in after._crops for crops in batch)
    assert all(bool(crops.side.all()) for batch in same._crops for crops in batch)
    assert torch.equal(after.canvas, before.canvas)


def test_sheets_that_do_not_vary_are_black_whenever_they_begin(bank: PictureBank) -> None:
    settings: dict[str, Any] = {"envs": 32, "batch": 32, "side": 32, "episode_steps": 4, "seed": 0}
    plain = Environment(bank, varied=False, **settings)
    assert not plain.canvas.any()
    for _ in range(12):
        plain.advance(0, torch.ones_like(plain.canvas))
        begun = (plain.steps[0] == 0).repeat_interleave(2)
        assert not plain.canvas[begun].any()
        assert (plain.canvas[~begun] == 1).all()
    varied = Environment(bank, **settings)
    assert varied.canvas.any()
