"""Scores and sheets of samples, of paintings whose errors are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.actor import Actor
from core.brushes import BEZIER
from training import evaluate
from training.actors import new_actor
from training.evaluate import samples, score, spread
from training.losses import squared_error
from training.picture_bank import PictureBank
from training.policy import ExactCoverage, Policy, episode


def policy(head: str = "dense", *, bundle: int = 5) -> Policy:
    """One that draws in training what an evaluation should not: everything with soft edges."""
    return Policy(
        brush=BEZIER, coverage=ExactCoverage(BEZIER, feather=4.0), head=head, bundle=bundle, solve=head == "dense"
    )


def actor(head: str = "dense") -> Actor:
    torch.manual_seed(0)
    return new_actor(BEZIER, width=0.125, side=32, head=head).eval()


class Grey:
    """Stands in for `episode`: after step n the canvas is n / 1000 everywhere, or twice that in own colours."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, way: Policy, _actor: Actor, target: Tensor, **settings: Any) -> list[Tensor]:
        self.asked.append({"solve": way.solve, **settings})
        step = 1e-3 if way.solve else 2e-3
        return [torch.full_like(target, step * (1 + index)) for index in range(settings["steps"])]


@pytest.mark.parametrize(("bundle", "steps"), [(5, (4, 10, 20, 40)), (3, (7, 17, 34, 67)), (64, (1, 1, 2, 4))])
def test_a_score_is_of_the_canvas_after_at_least_so_many_strokes(
    bundle: int, steps: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "episode", grey := Grey())
    expected = {}
    for strokes, step in zip((20, 50, 100, 200), steps, strict=True):
        for names, level in ((("l2", "psnr"), step / 1000), (("own_l2", "own"), step / 500)):
            expected[f"{names[0]}@{strokes}"] = pytest.approx(level**2, rel=1e-4)
            expected[f"{names[1]}@{strokes}"] = pytest.approx(-20 * np.log10(level), rel=1e-4)

    scores = score(policy(bundle=bundle), actor(), torch.zeros(2, 3, 32, 32), sheet=0.5)

    assert scores == expected
    assert grey.asked == [{"solve": solve, "steps": steps[-1], "sheet": 0.5} for solve in (True, False)]


def test_a_painting_that_is_scored_has_as_many_strokes_as_the_largest_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "episode", grey := Grey())
    scores = score(policy(), actor(), torch.zeros(2, 3, 32, 32), marks=(40, 5))
    assert [name for name in scores if name.startswith("l2")] == ["l2@5", "l2@40"]
    assert scores["l2@40"] == pytest.approx(0.008**2, rel=1e-4)
    assert {asked["steps"] for asked in grey.asked} == {8}
    sheet = samples(policy(), actor(), torch.zeros(2, 3, 32, 32), marks=(40, 5))
    assert sheet.shape == (64, 3 * 32, 3)  # the target, after 5, after 40


def test_errors_and_decibels_are_both_means_over_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "episode", Grey())
    targets = torch.zeros(2, 3, 32, 32)
    targets[1] = 0.104  # 0.1 from the first canvas scored, 0.004

    scores = score(policy(), actor(), targets)

    assert scores["l2@20"] == pytest.approx((0.004**2 + 0.1**2) / 2, rel=1e-4)
    assert scores["psnr@20"] == pytest.approx((-20 * np.log10(0.004) + 20) / 2, rel=1e-4)


def test_a_finished_painting_has_a_finite_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "episode", lambda *_, steps, **__: [torch.ones(1, 3, 8, 8)] * steps)

    scores = score(policy(), actor(), torch.ones(1, 3, 8, 8))

    assert (scores["l2@20"], scores["psnr@20"]) == (0.0, pytest.approx(100.0))


@pytest.mark.parametrize("head", ["dense", "average"])
def test_actors_are_scored_by_the_exact_rasteriser_in_the_best_colours_and_in_their_own(
    head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "STROKES", (5, 15))
    targets = torch.rand(2, 3, 1, 1, generator=torch.Generator().manual_seed(0)).expand(2, 3, 32, 32)

    scores = score(policy(head), actor(head), targets)

    expected = {}
    for name, solve in (("l2", True), ("own_l2", False)) if head == "dense" else (("own_l2", False),):
        exact = Policy(brush=BEZIER, coverage=ExactCoverage(BEZIER), head=head, bundle=5, solve=solve)
        canvases = episode(exact, actor(head), targets, steps=3)
        for strokes, canvas in ((5, canvases[0]), (15, canvases[2])):
            expected[f"{name}@{strokes}"] = pytest.approx(float(squared_error(canvas, targets).mean()), rel=1e-5)
    assert {name: value for name, value in scores.items() if "l2" in name} == expected
    if head == "dense":
        assert scores["l2@15"] < scores["own_l2@15"]


def test_a_sheet_of_samples_shows_each_target_and_then_its_painting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "episode", Grey())
    targets = torch.linspace(0, 1, 10).reshape(-1, 1, 1, 1).expand(10, 3, 4, 4)

    sheet = samples(policy(), actor(), targets)

    # Eight rows of six pictures: the target, and after 5, 20, 50, 100 and 200 strokes of 5 a step.
    assert sheet.shape == (8 * 4, 6 * 4, 3)
    assert sheet.dtype == np.uint8
    levels = sheet.reshape(8, 4, 6, 4, 3)
    assert (levels == levels[:, :1, :, :1, :1]).all()
    assert levels[:, 0, 0, 0, 0].tolist() == [round(255 * row / 9) for row in range(8)]
    assert levels[:, 0, 1:, 0, 0].tolist() == [[round(255 * step / 1000) for step in (1, 4, 10, 20, 40)]] * 8


def test_pictures_are_spread_evenly_over_a_bank() -> None:
    bank = PictureBank.of(np.full((2, 2, 3), level, np.uint8) for level in range(101))

    assert [int(picture[0, 0, 0]) for picture in spread(bank, 5)] == [0, 25, 50, 75, 100]
    few = PictureBank.of(np.full((2, 2, 3), level, np.uint8) for level in range(3))
    assert [int(picture[0, 0, 0]) for picture in spread(few, 64)] == [0, 1, 2]
