from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import training.evaluate

TINY: dict[str, Any] = {
    "width": 0.125,
    "canvas": 32,
    "batch": 8,
    "envs": 16,
    "episode_steps": 6,
    "replay": 64,
    "critic_width": 0.125,
    "scores": 1,
    "log_every": 1,
    "precision": "float32",
}


@pytest.fixture
def tiny() -> dict[str, Any]:
    """Settings of a painter's run that a small machine makes ten updates a second with."""
    return dict(TINY)


@pytest.fixture
def tiny_options() -> list[str]:
    """The same on the command line."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in TINY.items()]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six soft pictures to train on and two held out."""
    folder, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for split, count in (("train", 6), ("val", 2)):
        (folder / split).mkdir()
        for index in range(count):
            coarse = Image.fromarray(random.integers(0, 256, (4, 4, 3), np.uint8))
            coarse.resize((70, 70), Image.Resampling.BICUBIC).save(folder / split / f"{index}.png")
    return folder


@pytest.fixture
def brief_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scoring stops after 20 strokes instead of 200, where it is not what a test is about."""
    monkeypatch.setattr(training.evaluate, "STROKES", (20,))


@pytest.fixture(scope="session")
def metrics() -> Callable[[Path], list[dict[str, float]]]:
    """Reads the lines that a run has told."""
    return lambda run: [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
