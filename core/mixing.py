"""How to mix colours from paints: what a mixture looks like, and which one comes nearest to a colour.

Kubelka and Munk: deep paint that absorbs K and scatters S reflects R with K/S = (1 - R)² / 2R, and the absorptions and
scatterings of paints add up in a mixture by their amounts. So blue and yellow leave green, which averages of colours do
not. Computed over the spectra of `core.spectra`.

How strong a paint is cannot be seen from its colour. What is assumed: equal amounts of all paints dim light alike,
absorption and scattering taken together over the spectrum, and a paint scatters all wavelengths alike. White then
scatters most and black least, as they do; what is stronger for its colour (phthalocyanines above all) is taken for too
weak. A recipe is where to begin.

Sources: Kubelka and Munk, "Ein Beitrag zur Optik der Farbanstriche", 1931; Duncan, "The colour of pigment mixtures",
1940, for sums; Bohren and Huffman, "Absorption and Scattering of Light by Small Particles", 1983, section 4.4.3, for
equal dimming by what is larger than a wavelength.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations, product
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.colours import oklab
from core.document import Rgb
from core.errors import SettingError
from core.palette import Palette, palette_named
from core.spectra import reflectances, seen

MOST_PAINTS = 40
"""To choose from: the time grows as their cube."""

MOST_IN_A_MIXTURE = 3
"""More turn to mud, and nobody measures four."""

TOUCH = 1 / 10
"""Of a part: what is as much as sticks to a brush's tip."""

MOST_PARTS = 8
"""Of a mixture, all together."""

_DARKEST = 1e-2
"""Reflectance: no surface that is looked at reflects less, whatever lies below it."""

_WORTH_A_PAINT = 1.0
"""How much nearer a further paint must bring a mixture to be taken, as CIEDE2000: what is just told apart."""

_WORTH_A_PART = 0.1
"""How much nearer a further part must, likewise."""

_WORTH_A_TUBE = 1.0
"""How much further off any colour may be so that one paint less is needed for all of them, likewise."""

_LOOKED_AT = 400
"""Mixtures nearest by OKLab, of one number of paints, that are compared by CIEDE2000, which takes longer."""

CLOSENESS = ((2.0, "very close"), (5.0, "close"), (10.0, "fair"))
"""Up to what difference, as CIEDE2000, a mixture is called so; beyond, far off. About 1 is told apart side by side."""

FAR = "far"


class Portion(NamedTuple):
    """How much of a paint is in a mixture."""

    paint: int
    """Its index."""
    parts: int
    """Whole ones; 0 is a touch."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A mixture of paints that looks about like a colour."""

    portions: tuple[Portion, ...]
    """Most first; at most `MOST_IN_A_MIXTURE`."""
    rgb: Rgb
    """What it is predicted to look like."""
    difference: float
    """To the colour, as CIEDE2000."""

    @property
    def closeness(self) -> str:
        """The difference in a word: of `CLOSENESS`, or `FAR`."""
        return next((word for most, word in CLOSENESS if self.difference <= most), FAR)


def paints_named(text: str) -> Palette:
    """The paints that `--paints` names: `pigments`, #rrggbb NAME,..., or a palette's file.

    Raises:
        PaletteError: If the file cannot be read.
        SettingError: If it names none.
    """
    if text.isdecimal():
        raise SettingError("paints", text, "give pigments, colours like #ff8000,#203040, or a palette's file")
    return palette_named(text, np.zeros((1, 1, 3), np.uint8))


def mixed(paints: NDArray[np.floating], amounts: NDArray[np.floating]) -> NDArray[np.float64]:
    """What mixtures look like.

    Args:
        paints: [P, 3] sRGB in 0..1 of each paint alone.
        amounts: [..., P] of each, in any unit.

    Returns:
        [..., 3] sRGB in 0..1.
    """
    absorbed, scattered = _optics(paints)
    amounts = np.asarray(amounts, np.float64)
    return seen(_reflected(amounts @ absorbed, (amounts @ scattered)[..., None]))


def recipes(wanted: Sequence[Rgb], paints: Palette) -> list[Recipe]:
    """How to mix each of some colours: a simple mixture among the nearest, and few paints for all of them.

    Raises:
        SettingError: If there are too many paints.
    """
    count = len(paints.colours)
    if count > MOST_PAINTS:
        raise SettingError("paints", f"of {count} colours", f"give at most {MOST_PAINTS}, those that you have at hand")
    tables = [_table(paints.values, together) for together in range(1, min(MOST_IN_A_MIXTURE, count) + 1)]
    found = [_candidates(np.array(each) / 255, tables) for each in wanted]
    all_paints = (1 << count) - 1
    most = [each.difference[each.best(all_paints)] + _WORTH_A_TUBE for each in found]
    there = _spared(found, most, all_paints)
    return [_recipe(each, each.best(there), tables) for each in found]


class _Table(NamedTuple):
    """Mixtures of so many paints at a time."""

    paints: NDArray[np.intp]
    """[C, n] their indices."""
    parts: NDArray[np.intp]
    """[A, n] the parts of each, 0 for a touch; every choice of paints is mixed in all these ways."""
    rgb: NDArray[np.float64]
    """[C * A, 3]."""
    lab: NDArray[np.float64]
    """[C * A, 3] OKLab."""


def _table(paints: NDArray[np.floating], together: int) -> _Table:
    absorbed, scattered = _optics(paints)
    choices = np.array(list(combinations(range(len(paints)), together)), np.intp)
    parts = np.array(_ways(together), np.intp)
    amounts = np.where(parts == 0, TOUCH, parts).astype(np.float32)
    # In single precision, which is far more than the model is worth.
    mixture = amounts @ absorbed.astype(np.float32)[choices]  # [C, A, W]
    rgb = seen(_reflected(mixture, amounts @ scattered.astype(np.float32)[choices][..., None])).reshape(-1, 3)
    return _Table(choices, parts, rgb, oklab(rgb))


@cache
def _ways(together: int) -> tuple[tuple[int, ...], ...]:
    """Parts of so many paints that differ from each other in proportion; of two or three, one may be a touch."""
    if together == 1:
        return ((1,),)
    whole = [
        parts for parts in product(range(1, MOST_PARTS), repeat=together)
        if sum(parts) <= MOST_PARTS and gcd(*parts) == 1
    ]  # fmt: skip
    rest = [(count,) for count in range(1, 5)] if together == 2 else [way for way in _ways(2) if 0 not in way]
    touched = {way for parts in rest for way in permutations((*parts, 0)) if way.count(0) == 1}
    return (*whole, *sorted(touched))


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Mixtures that come near to a colour, K of them."""

    table: NDArray[np.intp]
    """[K] which table each is in,"""
    index: NDArray[np.intp]
    """[K] and where."""
    paints: NDArray[np.int64]
    """[K] a bit for each paint in it."""
    difference: NDArray[np.float64]
    """[K] CIEDE2000."""
    cost: NDArray[np.float64]
    """[K] the difference, and what the mixture asks for besides."""

    def best(self, there: int) -> int:
        """The best from the paints that there are, a bit each; of mixtures that need others -1."""
        possible = self.cost + np.where(self.paints & ~there, np.inf, 0)
        place = int(possible.argmin())
        return place if np.isfinite(possible[place]) else -1


def _candidates(wanted: NDArray[np.float64], tables: Sequence[_Table]) -> _Candidates:
    """The mixtures nearest to a colour [3] of each table."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    indices, bits, rgb, asked = [], [], [], []
    for table in tables:
        far = ((table.lab - oklab(wanted)) ** 2).sum(axis=1)
        few = min(_LOOKED_AT, len(far))
        near = np.sort(np.argpartition(far, few - 1)[:few])  # sorted, so that of equals the first is taken
        which, way = np.divmod(near, len(table.parts))
        indices.append(near)
        bits.append((1 << table.paints[which]).sum(axis=1))
        rgb.append(table.rgb[near])
        together = table.paints.shape[1]
        asked.append(_WORTH_A_PAINT * (together - 1) + _WORTH_A_PART * table.parts[way].sum(axis=1))
    mixtures = rgb2lab(np.concatenate(rgb))
    differences = deltaE_ciede2000(np.broadcast_to(rgb2lab(wanted), mixtures.shape), mixtures)  # type: ignore[no-untyped-call]
    return _Candidates(
        np.repeat(np.arange(len(tables)), [len(each) for each in indices]), np.concatenate(indices),
        np.concatenate(bits), differences, differences + np.concatenate(asked),
    )  # fmt: skip


def _spared(found: Sequence[_Candidates], most: Sequence[float], there: int) -> int:
    """The paints that are needed, a bit each: one after the other is left out that is missed least.

    Args:
        found: Of each colour.
        most: What each may differ by.
        there: The paints that there are.
    """

    def missed(paint: int) -> float:
        """What all colours cost without one more paint; infinite where one would differ too much."""
        places = [each.best(there & ~(1 << paint)) for each in found]
        if any(place < 0 or each.difference[place] > limit
               for each, place, limit in zip(found, places, most, strict=True)):  # fmt: skip
            return np.inf
        return float(sum(each.cost[place] for each, place in zip(found, places, strict=True)))

    while there:
        costs = {paint: missed(paint) for paint in range(there.bit_length()) if there >> paint & 1}
        least = min(costs, key=lambda paint: costs[paint])
        if not np.isfinite(costs[least]):
            break
        there &= ~(1 << least)
    return there


def _recipe(found: _Candidates, place: int, tables: Sequence[_Table]) -> Recipe:
    table, index = tables[found.table[place]], int(found.index[place])
    which, way = divmod(index, len(table.parts))
    portions = [Portion(*each) for each in zip(table.paints[which].tolist(), table.parts[way].tolist(), strict=True)]
    red, green, blue = np.rint(table.rgb[index] * 255).astype(int).tolist()
    portions.sort(key=lambda portion: -portion.parts)
    return Recipe(tuple(portions), (red, green, blue), float(found.difference[place]))


def _optics(paints: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What an amount of each paint [P, 3] absorbs [P, W] and scatters [P]."""
    spectra = reflectances(paints)
    ratio = (1 - spectra) ** 2 / (2 * spectra)
    scattered = 1 / (1 + ratio.clip(None, (1 - _DARKEST) ** 2 / (2 * _DARKEST)).mean(axis=1))
    return ratio * scattered[:, None], scattered


def _reflected(absorbed: NDArray[np.floating], scattered: NDArray[np.floating]) -> NDArray[np.floating]:
    """The reflectance of deep paint."""
    ratio = absorbed / scattered
    reflected: NDArray[np.floating] = 1 / (1 + ratio + np.sqrt(ratio * (ratio + 2)))  # nothing cancels, unlike 1 + ...
    return reflected
