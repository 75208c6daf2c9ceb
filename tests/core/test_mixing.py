"""Mixtures of paints: what every painter knows of them, and recipes."""

from __future__ import annotations

import itertools
import time
from math import gcd
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.colours import oklab
from core.document import Rgb
from core.errors import PaletteError, SettingError
from core.images import load_picture
from core.mixing import FAR, MOST_PAINTS, MOST_PARTS, TOUCH, Recipe, _ways, mixed, paints_named, recipes
from core.palette import Palette, palette_of, pigments

PAINTS = pigments()


def mixture(**parts: float) -> NDArray[np.float64]:
    """The colour in OKLab of paints, each told by the first word or words of its name."""
    amounts = np.zeros(len(PAINTS.names))
    for paint, part in parts.items():
        (index,) = [at for at, name in enumerate(PAINTS.names) if name.lower().startswith(paint.replace("_", " "))]
        amounts[index] = part
    return oklab(mixed(PAINTS.values, amounts))


def hue(lab: NDArray[np.float64]) -> float:
    """Degrees: red about 30, yellow 110, green 145, blue 265."""
    return float(np.degrees(np.arctan2(lab[2], lab[1])) % 360)


def chroma(lab: NDArray[np.float64]) -> float:
    return float(np.hypot(lab[1], lab[2]))


@pytest.mark.parametrize("blue", ["ultramarine", "phthalo_blue", "cerulean", "cobalt"])
@pytest.mark.parametrize("yellow", ["cadmium_lemon", "cadmium_yellow"])
@pytest.mark.parametrize("parts", [1, 3])
def test_blue_and_yellow_give_green_and_not_grey(blue: str, yellow: str, parts: int) -> None:
    green = mixture(**{blue: 1, yellow: parts})

    assert 115 < hue(green) < 185
    assert chroma(green) > 0.05


@pytest.mark.parametrize("index", range(1, len(PAINTS.names)))
def test_white_lightens_every_paint_the_more_the_more_of_it(index: int) -> None:
    amounts = np.zeros((4, len(PAINTS.names)))
    amounts[:, index], amounts[:, 0] = 1, [0, TOUCH, 1, 5]

    lightness = oklab(mixed(PAINTS.values, amounts))[:, 0]

    assert (np.diff(lightness) > 0).all()


def test_complements_make_dark_neutrals() -> None:
    for one, other in (("burnt_sienna", "ultramarine"), ("cadmium_red", "phthalo_green")):
        both = mixture(**{one: 1, other: 1})
        assert chroma(both) < 0.04
        assert both[0] < 0.45


def test_red_and_yellow_give_orange_and_red_and_white_pink() -> None:
    assert 30 < hue(mixture(cadmium_red=1, cadmium_yellow=1)) < 70
    pink = mixture(cadmium_red=1, titanium=2)
    assert pink[0] > 0.75
    assert 5 < hue(pink) < 40


def test_black_and_white_are_grey_and_not_nearly_black() -> None:
    grey = mixture(titanium=1, ivory=1)

    assert chroma(grey) < 0.02
    assert 0.4 < grey[0] < 0.8


def test_a_paint_alone_is_itself_in_any_amount() -> None:
    for amount in (0.2, 1, 7):
        np.testing.assert_allclose(mixed(PAINTS.values, amount * np.eye(len(PAINTS.names))), PAINTS.values, atol=1e-6)


def test_the_order_of_paints_does_not_matter_nor_the_unit() -> None:
    chance = np.random.default_rng(0)
    amounts, order = chance.random((20, len(PAINTS.names))), chance.permutation(len(PAINTS.names))

    once = mixed(PAINTS.values, amounts)

    np.testing.assert_allclose(mixed(PAINTS.values[order], amounts[:, order]), once, atol=1e-9)
    np.testing.assert_allclose(mixed(PAINTS.values, 3 * amounts), once, atol=1e-9)


def test_ways_differ_in_proportion() -> None:
    for together in (1, 2, 3):
        proportions = [np.where(np.array(way) == 0, TOUCH, way) for way in _ways(together)]
        assert len({tuple(np.round(each / each.sum(), 9)) for each in proportions}) == len(proportions)


def assert_measurable(recipe: Recipe) -> None:
    """Small whole parts of at most three paints, at most one of them a touch, and nothing to be halved."""
    parts = [portion.parts for portion in recipe.portions]
    assert 1 <= len(parts) == len({portion.paint for portion in recipe.portions}) <= 3
    assert all(isinstance(part, int) and part >= 0 for part in parts)
    assert parts == sorted(parts, reverse=True)
    assert parts.count(0) <= 1 < sum(parts) + 1 <= MOST_PARTS + 1
    assert gcd(*parts) == 1 or 0 in parts


def test_recipes_predict_what_they_say() -> None:
    wanted = palette_of(load_picture("sample:coffee"), 24).colours

    found = recipes(wanted, PAINTS)

    assert len(found) == 24
    for rgb, recipe in zip(wanted, found, strict=True):
        assert_measurable(recipe)
        amounts = np.zeros(len(PAINTS.names))
        for paint, parts in recipe.portions:
            amounts[paint] = parts or TOUCH
        np.testing.assert_allclose(mixed(PAINTS.values, amounts) * 255, recipe.rgb, atol=0.6)
        off = float(np.linalg.norm(oklab(np.array(recipe.rgb) / 255) - oklab(np.array(rgb) / 255)))
        assert off < {"very close": 0.03, "close": 0.06, "fair": 0.12}[recipe.closeness]
    assert np.mean([recipe.difference for recipe in found]) < 4
    assert recipes(wanted, PAINTS) == found


def test_24_colours_from_24_paints_take_less_than_two_seconds() -> None:
    wanted = palette_of(load_picture("sample:astronaut"), 24).colours
    recipes(wanted[:1], PAINTS)  # what is imported at first

    begun = time.process_time()
    found = recipes(wanted, PAINTS)

    assert time.process_time() - begun < 2
    assert len({portion.paint for recipe in found for portion in recipe.portions}) <= 14  # few tubes for all of them


def test_every_paint_is_its_own_recipe() -> None:
    for index, recipe in enumerate(recipes(PAINTS.colours, PAINTS)):
        if len(recipe.portions) == 1:
            assert recipe.portions == ((index, 1),)
            assert recipe.rgb == PAINTS.colours[index]
        assert recipe.closeness in ("very close", "close")
    alone = recipes(PAINTS.colours[3:4], PAINTS)[0]
    assert (alone.portions, alone.rgb, alone.closeness) == (((3, 1),), PAINTS.colours[3], "very close")


def test_a_mixture_is_found_again() -> None:
    paints = Palette.of([(250, 250, 248), (150, 30, 40), (40, 60, 140), (240, 200, 40)])
    for parts in ((3, 1, 0, 0), (0, 0, 1, 2), (2, 0, 3, 1)):
        red, green, blue = np.rint(mixed(paints.values, np.array(parts)) * 255).astype(int).tolist()
        (recipe,) = recipes([(red, green, blue)], paints)
        assert recipe.difference < 1.5
        assert recipe.closeness == "very close"


def test_what_the_paints_do_not_reach_is_told() -> None:
    greys = Palette.of([(20, 20, 20), (240, 240, 240)])

    (recipe,) = recipes([(220, 30, 40)], greys)

    assert recipe.closeness == FAR
    assert recipe.difference > 10


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_paints_are_enough(count: int) -> None:
    paints = Palette.of(PAINTS.colours[:count])
    wanted: list[Rgb] = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 0, 255)]

    for recipe in recipes(wanted, paints):
        assert_measurable(recipe)
        assert all(portion.paint < count for portion in recipe.portions)
    assert recipes([], paints) == []


def test_too_many_paints_are_refused() -> None:
    shades = [(red, green, 7) for red, green in itertools.product(range(0, 70, 10), repeat=2)]

    with pytest.raises(SettingError, match=f"of 49 colours: give at most {MOST_PAINTS}"):
        recipes([(1, 2, 3)], Palette.of(shades))


def test_paints_are_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.gpl"
    file.write_text("GIMP Palette\n250 250 240 White\n20 20 20 Black\n")

    assert paints_named("pigments").names == PAINTS.names
    assert paints_named(str(file)).names == ("White", "Black")
    assert paints_named("#fafaf0 White,#141414").names == ("White", "")
    with pytest.raises(SettingError, match="give pigments"):
        paints_named("12")
    with pytest.raises(PaletteError, match="no such file"):
        paints_named("nowhere.gpl")
