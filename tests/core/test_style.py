"""Styles: one number from poster to photo."""

from __future__ import annotations

import numpy as np
import pytest

from core.bounds import Bounds
from core.errors import SettingError
from core.job import PaintJob
from core.schedule import paper_strokes
from core.style import MOST, STYLES, style, style_named


def test_from_poster_to_photo_strokes_only_become_more_finer_and_freer() -> None:
    found = [style(place) for place in range(MOST + 1)]
    counts = [each.strokes or paper_strokes(100, 4) for each in found]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (150, 50_000)
    divides = [each.divide for each in found]
    assert divides == sorted(divides)
    for limits in ([each.width[0] for each in found], [each.opacity[0] for each in found]):
        assert limits == sorted(limits, reverse=True)


def test_the_classic_style_is_painting_as_it_is_by_default() -> None:
    job = PaintJob(target=np.zeros((8, 8, 3), np.uint8))
    classic = style(STYLES["classic"])
    assert (classic.strokes, classic.divide) == (job.strokes, job.divide)
    assert Bounds(width=classic.width, opacity=classic.opacity).values() == {}


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("boldness", [0.25, 1.0, 4.0])
def test_every_style_can_be_painted(name: str, boldness: float) -> None:
    found = style(style_named(name), boldness)
    job = PaintJob(
        target=np.zeros((300, 400, 3), np.uint8), strokes=found.strokes, divide=found.divide,
        bounds=Bounds(width=found.width, opacity=found.opacity),
    )  # fmt: skip
    plan = job.levels(64)
    assert sum(level.strokes for level in plan) == (found.strokes or 4250)


def test_the_bolder_the_fewer_and_larger() -> None:
    fine, bold = style(25, 0.5), style(25, 2.0)
    assert fine.strokes is not None
    assert bold.strokes is not None
    assert fine.strokes == pytest.approx(4 * bold.strokes, rel=0.01)
    assert bold.width[0] == pytest.approx(2 * fine.width[0], abs=0.02)


@pytest.mark.parametrize("wrong", ["", "bold", "-1", "101", "nan"])
def test_what_is_no_style_is_refused(wrong: str) -> None:
    with pytest.raises(SettingError, match="poster, loose, classic, detailed, photo or a number"):
        style_named(wrong)
    for place, boldness in ((-1, 1), (101, 1), (50, 0.1), (50, 5)):
        with pytest.raises(SettingError, match=r"give"):
            style(place, boldness)
