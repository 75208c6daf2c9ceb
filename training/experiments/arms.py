"""What is compared: each experiment a small table of settings over the recipe of `training.train_painter`.

Source: Huang, Heng and Zhou 2019, section 5: curves and paintings on four sets of pictures with 5, 40, 200 and 400
strokes, and what algorithm, reward, strokes an action and stroke type are worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.brushes import BRUSHES
from core.errors import SettingError
from core.stroke import STROKES_PER_BUNDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One of the things that are compared."""

    name: str
    """Of its folders."""
    label: str
    """In plots and tables."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of `PainterConfig`, over those that all arms share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What is asked, of what, and with how many strokes."""

    title: str
    pictures: str
    """What to give it."""
    marks: tuple[int, ...]
    """Strokes after which paintings are scored; the last is the painting's end, by which arms are compared."""
    arms: tuple[Arm, ...]
    settings: Mapping[str, Any]
    """Of `PainterConfig`, that all arms share."""


def _of_set(title: str, pictures: str, marks: tuple[int, ...]) -> Experiment:
    steps = max(2, marks[-1] // STROKES_PER_BUNDLE)
    shared = {"begin": "black", "episode_steps": steps}
    return Experiment(
        title=title, pictures=pictures, marks=marks, arms=(Arm(name="painter", label="this recipe"),), settings=shared
    )


_AS_PUBLISHED: Mapping[str, Any] = {
    "head": "average", "begin": "black", "episode_steps": 40, "warm_start": 0.0, "direct_weight": 0.0,
    "stubby_weight": 0.0, "critic_batch": 32, "tau": 0.01,
}  # fmt: skip
"""The published network and nothing of the pixels' word, so that arms differ in what they are named for alone.

The target critic follows ten times as fast as published, for these runs are thousands of updates and not hundreds of
thousands; values would not have spread by their end.
"""

_MARKS = (5, 20, 50, 100, 200)


def _ablation(title: str, arms: tuple[Arm, ...], marks: tuple[int, ...] = _MARKS, **shared: Any) -> Experiment:
    settings = {**_AS_PUBLISHED, **shared}
    return Experiment(title=title, pictures="CelebA, or other faces", marks=marks, arms=arms, settings=settings)


_BUNDLES = (1, 2, 5, 10)


EXPERIMENTS: Mapping[str, Experiment] = {
    "mnist": _of_set("MNIST, 5 strokes", "the folder with MNIST's four idx files", (5,)),
    "svhn": _of_set("SVHN, 40 strokes", "SVHN's .mat files; or drawn house numbers", (5, 20, 40)),
    "celeba": _of_set("CelebA, 200 strokes", "CelebA's folder", _MARKS),
    "imagenet": _of_set("ImageNet, 400 strokes", "ImageNet's folder", (5, 20, 50, 100, 200, 400)),
    "ablation-algorithm": _ablation(
        "What the actor learns from",
        (  # the last two lower the logarithm of the error, the first three the error
            Arm(name="model-based", label="model-based DDPG", settings={"algorithm": "ddpg-model-based"}),
            Arm(name="patch-q", label="model-free, patch-Q", settings={"algorithm": "ddpg-model-free"}),
            Arm(name="ddpg", label="plain DDPG", settings={"algorithm": "ddpg"}),
            Arm(
                name="model-based-psnr",
                label="model-based, PSNR",
                settings={"algorithm": "ddpg-model-based", "reward": "psnr"},
            ),
            Arm(name="direct", label="pixels alone, PSNR", settings={"algorithm": "direct", "reward": None}),
        ),
        reward="l2",  # which all three kinds of critic know
    ),
    "ablation-bundle": _ablation(
        "Strokes an action, k",
        tuple(
            Arm(name=f"k{k}", label=f"k = {k}", settings={"bundle": k, "episode_steps": _MARKS[-1] // k})
            for k in _BUNDLES
        ),
        marks=(10, 20, 50, 100, 200),  # which steps of each of them come to
        reward="l2",
    ),
    "ablation-reward": _ablation(
        "What a step is rewarded with",
        (
            Arm(name="wgan", label="WGAN", settings={"reward": "wgan"}),
            Arm(name="l2", label="L2", settings={"reward": "l2"}),
            Arm(name="mixed", label="PSNR and WGAN", settings={"reward": "mixed"}),
        ),
    ),
    "stroke-types": Experiment(
        title="Stroke types",
        pictures="any photographs",
        marks=_MARKS,
        arms=tuple(Arm(name=brush.name, label=brush.name, settings={"stroke_type": brush.name}) for brush in BRUSHES),
        settings={"begin": "black", "episode_steps": 40},
    ),
}
"""By the name that the command line knows them by."""


def experiment_named(name: str) -> Experiment:
    """An experiment by its name.

    Raises:
        SettingError: If there is none of that name.
    """
    if name not in EXPERIMENTS:
        raise SettingError("experiment", name, f"choose one of {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[name]
