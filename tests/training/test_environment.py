"""The painting environment: exact steps, episodes of all kinds, nothing left to chance but the seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.brushes import BEZIER
from core.document import Document
from core.geometry import Size
from core.rasteriser.differentiable import lay_bundle
from core.rasteriser.fast import draw
from core.stroke import Strokes
from training.datasets import Pictures
from training.environment import Environment, bundle_alpha, episode
from training.train_painter import new_actor


@pytest.fixture
def pictures() -> Pictures:
    random = np.random.default_rng(0)
    return Pictures([random.integers(0, 256, (70, 90, 3), np.uint8) for _ in range(3)])


def world(pictures: Pictures, *, envs: int = 40, seed: int = 0, episode_steps: int = 8) -> Environment:
    return Environment(pictures, envs=envs, side=32, episode_steps=episode_steps, seed=seed)


def test_a_bundle_in_training_is_what_a_document_draws() -> None:
    bundle = torch.rand(1, 65, generator=torch.Generator().manual_seed(0))
    strokes = Strokes.from_columns(
        types=np.zeros(5),
        patches=np.tile([0, 0, 48.0], (5, 1)),
        parameters=bundle.reshape(5, 13).numpy(),
        steps=np.zeros(5),
    )

    trained = lay_bundle(torch.zeros(1, 3, 48, 48), *bundle_alpha(BEZIER, bundle, 48))[0].permute(1, 2, 0)

    np.testing.assert_allclose(trained, draw(Document(Size(48, 48), strokes=strokes)), atol=1e-4)


def test_the_same_seed_makes_the_same_world(pictures: Pictures) -> None:
    one, same, other = world(pictures), world(pictures), world(pictures, seed=1)

    assert torch.equal(one.canvas, same.canvas)
    assert torch.equal(one.target, same.target)
    assert not torch.equal(one.target, other.target)


def test_sheets_begin_black_white_toned_and_blurred(pictures: Pictures) -> None:
    canvas = world(pictures, envs=200).canvas
    flat = canvas.flatten(2).std(dim=2).amax(dim=1) < 1e-6
    tones = canvas[flat].mean(dim=(2, 3))

    assert 0.7 < float(flat.float().mean()) < 0.9
    assert 0.3 < float((tones == 0).all(dim=1).float().mean()) < 0.6
    assert bool((tones == 1).all(dim=1).any())
    assert bool((tones.std(dim=1) > 0.1).any())


def test_an_observation_says_how_far_the_episode_is(pictures: Pictures) -> None:
    environment = world(pictures)
    environment.step[0], environment.length[0] = 3, 6

    seen = environment.observation(slice(0, 1))

    assert seen.shape == (1, 9, 32, 32)
    assert torch.equal(seen[0, :3], environment.canvas[0])
    assert torch.equal(seen[0, 3:6], environment.target[0])
    assert seen[0, 6].unique().tolist() == [0.5]


def test_a_step_that_ends_an_episode_begins_another(pictures: Pictures) -> None:
    environment = world(pictures)
    environment.step[:], environment.length[:] = 0, 5
    environment.step[11] = 4
    painted = torch.full((10, 3, 32, 32), 0.25)
    before = environment.target[10:20].clone()

    environment.advance(slice(10, 20), painted)

    assert environment.step[10:20].tolist() == [1, 0, *[1] * 8]
    assert torch.equal(environment.canvas[10], painted[0])
    assert not torch.equal(environment.target[11], before[1])
    assert torch.equal(environment.target[12:20], before[2:])


def test_some_episodes_go_on_closer_up_on_what_was_painted(pictures: Pictures) -> None:
    environment = world(pictures, envs=100)
    sides = [crop.side for crop in environment._crops]
    environment.canvas[:] = 0.123
    environment.step[:] = 1
    for index in range(100):
        environment.reset(index)
    closer = [index for index in range(100) if torch.allclose(environment.canvas[index], torch.tensor(0.123))]

    assert closer
    assert all(environment._crops[index].side < 0.65 * sides[index] for index in closer)
    assert len(closer) < 60


def test_painting_with_an_untrained_actor_already_lowers_the_error(pictures: Pictures) -> None:
    torch.manual_seed(0)
    target = torch.full((2, 3, 32, 32), 0.7)
    canvases = episode(new_actor(BEZIER, width=0.125, side=32).eval(), BEZIER, target, steps=12)
    errors = [float((canvas - target).square().mean()) for canvas in canvases]

    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.05 < errors[0]
