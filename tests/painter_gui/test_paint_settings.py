"""Settings come back from plain values, and nothing out of range gets in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.document import WHITE
from painter_gui.paint_settings import PaintSettings


def test_settings_come_back_from_their_values() -> None:
    settings = PaintSettings(
        style=None,
        preset="paper", divide=7, max_step=33, strokes=500, background=(1, 2, 3), seed=9, device="cpu",
        actor=Path("a b/actor.pkl"),
    )  # fmt: skip
    assert PaintSettings.of(settings.values()) == settings
    assert PaintSettings.of(PaintSettings().values()) == PaintSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("divide", 0), ("divide", 17), ("divide", True), ("divide", 4.5), ("divide", "4"), ("max_step", 1001),
        ("strokes", 0), ("strokes", 10**9), ("seed", -1), ("seed", 2**40), ("stroke_type", "finger"),
        ("preset", None), ("device", "tpu"), ("background", "red"), ("background", 5), ("actor", 5), ("actor", ""),
        ("actor", "a\0b"), ("wine", 1), ("__class__", 1),
    ],
)  # fmt: skip
def test_what_is_out_of_range_takes_its_default(name: str, value: Any) -> None:
    assert PaintSettings.of({name: value, "seed": 5} if name != "seed" else {name: value}) == PaintSettings(
        seed=0 if name == "seed" else 5
    )


def test_settings_are_of_a_style_only_while_they_are_as_it_says() -> None:
    settings = PaintSettings()
    assert settings.style == 50
    assert replace(settings, seed=7, palette="5").style == 50
    assert replace(settings, divide=7).style is None
    assert PaintSettings.of({"style": 25, "divide": 16}).style is None
    assert PaintSettings.of(replace(settings, **settings.styled(25, 2.0)).values()).style == 25


def test_strokes_in_all_are_the_published_number_or_the_exact_one() -> None:
    assert PaintSettings().total == 4250
    assert PaintSettings(divide=1, max_step=40).total == 200
    assert PaintSettings(strokes=7).total == 7


def test_a_job_has_all_that_is_chosen() -> None:
    target = np.zeros((4, 6, 3), np.uint8)
    job = PaintSettings(strokes=9, background=WHITE, seed=3).job(target)
    assert (job.target is target, job.strokes, job.background, job.seed) == (True, 9, WHITE, 3)
