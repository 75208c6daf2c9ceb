"""Layers by colour: nothing changes but the order, and of that nothing that shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby, pairwise, product

import numpy as np
import pytest

from core.brushes import BRUSHES
from core.colour_layers import _layers, colour_layers
from core.document import Document, rgb_to_hex
from core.geometry import Size
from core.palette import Palette, pigments
from core.palette_use import main_colours
from core.rasteriser.fast import draw
from core.stroke import MUTED, Strokes

RandomStrokes = Callable[..., Strokes]

PALETTE = Palette.of([(20, 20, 30), (200, 40, 30), (240, 220, 60), (30, 60, 160), (250, 250, 245)])


def painting(
    count: int, seed: int, sheet: Size, sides: tuple[float, float], *, palette: Palette | None = PALETTE
) -> Document:
    """Strokes of all types, anywhere, some over the edge; in any colours where there is no palette."""
    chance = np.random.default_rng(seed)
    side = np.exp(chance.uniform(*np.log(sides), count))
    parameters = chance.random((count, 16), dtype=np.float32)
    types = chance.integers(0, len(BRUSHES), count).astype(np.uint8)
    for row, kind in zip(parameters, types, strict=True):
        row[BRUSHES[kind].size :] = 0
    strokes = Strokes.from_columns(
        types=types, parameters=parameters[:, : max(brush.size for brush in BRUSHES)], steps=np.arange(count) // 5,
        patches=np.column_stack([chance.random((count, 2)) * sheet - side[:, None] / 3, side]),
    )  # fmt: skip
    if palette is None:
        return Document(sheet, (90, 90, 90), strokes)
    strokes = strokes.changed(rgb=palette.values[chance.integers(0, len(palette.colours), count)])
    job = {"palette": [rgb_to_hex(colour) for colour in palette.colours]}
    return Document(sheet, (90, 90, 90), strokes, job)


@pytest.mark.parametrize("sheet", [Size(90, 120), Size(512, 400), Size(700, 1000), Size(1500, 30)])
@pytest.mark.parametrize(("count", "sides"), [(300, (4.0, 60.0)), (40, (30.0, 500.0)), (600, (2.0, 9.0))])
def test_the_picture_is_the_same_to_the_bit_at_its_size_and_larger(
    sheet: Size, count: int, sides: tuple[float, float]
) -> None:
    document = painting(count, 3, sheet, sides)

    ordered, layers = colour_layers(document)

    for longer in (sheet.longer, sheet.longer + 1, round(1.37 * sheet.longer), 2 * sheet.longer):
        size = sheet.with_longer_side(longer)
        assert np.array_equal(draw(ordered, size), draw(document, size))
    assert len(layers) < 0.8 * sum(1 for _ in groupby(map(tuple, document.strokes.rgb().tolist())))


@pytest.mark.parametrize("palette", [PALETTE, None])
def test_layers_have_one_colour_each_and_together_all_strokes(palette: Palette | None) -> None:
    document = painting(400, 1, Size(200, 260), (5.0, 80.0), palette=palette)

    ordered, layers = colour_layers(document)

    assert sorted(map(tuple, ordered.strokes.parameters.tolist())) == sorted(
        map(tuple, document.strokes.parameters.tolist())
    )
    assert sum(layer.strokes for layer in layers) == 400
    assert all(one.rgb != other.rgb for one, other in pairwise(layers))
    known = palette or main_colours(document.strokes, 12)
    first = 0
    for layer in layers:
        rgb = ordered.strokes.rgb()[first : first + layer.strokes]
        assert set(known.nearest(rgb).tolist()) == {known.colours.index(layer.rgb)}
        if palette is not None:
            assert (np.rint(rgb * 255) == layer.rgb).all()
        first += layer.strokes
    assert np.array_equal(draw(ordered), draw(document))


def test_within_a_layer_strokes_stay_in_painted_order() -> None:
    document = painting(200, 2, Size(200, 200), (5.0, 50.0))
    places = {tuple(row): place for place, row in enumerate(document.strokes.parameters.tolist())}

    ordered, layers = colour_layers(document)

    order = [places[tuple(row)] for row in ordered.strokes.parameters.tolist()]
    for layer in layers:
        own, order = order[: layer.strokes], order[layer.strokes :]
        assert own == sorted(own)


def test_strokes_apart_from_each_other_need_a_layer_for_each_colour() -> None:
    patches = np.array([(20.0 * row, 20.0 * column, 16.0) for row, column in product(range(10), repeat=2)])
    parameters = np.full((100, 13), 0.5, np.float32)
    parameters[:, 6:8] = 0.2  # thin enough to stay in their patches
    strokes = Strokes.from_columns(
        types=np.zeros(100, np.uint8), patches=patches, parameters=parameters, steps=np.arange(100)
    ).changed(rgb=PALETTE.values[np.arange(100) % 5])

    ordered, layers = colour_layers(
        Document(Size(200, 200), strokes=strokes, job={"palette": list(map(rgb_to_hex, PALETTE.colours))})
    )

    assert [layer.strokes for layer in layers] == [20] * 5
    assert {layer.rgb for layer in layers} == set(PALETTE.colours)
    assert len(ordered.strokes) == 100


def test_a_pile_keeps_its_order() -> None:
    document = painting(1, 0, Size(50, 50), (40.0, 41.0))
    pile = Strokes.from_columns(
        types=np.zeros(30, np.uint8), patches=np.tile([0.0, 0.0, 50.0], (30, 1)),
        parameters=np.full((30, 13), 0.5, np.float32), steps=np.arange(30),
    ).changed(rgb=PALETTE.values[np.arange(30) % 2])  # fmt: skip

    ordered, layers = colour_layers(replace(document, strokes=pile))

    assert [layer.strokes for layer in layers] == [1] * 30
    assert np.array_equal(ordered.strokes.rgb(), pile.rgb())


def shortest(colours: list[int], below: set[tuple[int, int]]) -> int:
    """The fewest layers, by trying everything."""
    unfinished, layers = {frozenset[int]()}, 0
    while not any(len(laid) == len(colours) for laid in unfinished):
        layers += 1
        following = set()
        for laid in unfinished:
            for colour in set(colours):
                now, grown = set(laid), True
                while grown:
                    free = {
                        stroke for stroke in range(len(colours))
                        if stroke not in now and colours[stroke] == colour
                        and all(low in now for low, high in below if high == stroke)
                    }  # fmt: skip
                    now, grown = now | free, bool(free)
                following.add(frozenset(now))
        unfinished = following
    return layers


@pytest.mark.parametrize("seed", range(30))
def test_small_paintings_get_the_fewest_layers_that_there_can_be(seed: int) -> None:
    chance = np.random.default_rng(seed)
    count = int(chance.integers(2, 11))
    colours = chance.integers(0, 3, count)
    _, colours = np.unique(colours, return_inverse=True)
    below = {(low, high) for high in range(count) for low in range(high) if chance.random() < 0.3}
    pairs = np.array(sorted(below), np.int64).reshape(-1, 2)

    layers = _layers(colours.astype(np.int64), pairs[:, 0], pairs[:, 1])

    order = np.concatenate(layers).tolist()
    assert sorted(order) == list(range(count))
    assert all(order.index(low) < order.index(high) for low, high in below)
    assert all(len(set(colours[layer].tolist())) == 1 for layer in layers)
    assert len(layers) == shortest(colours.tolist(), below)


def test_muted_strokes_are_left_out_and_an_empty_painting_has_no_layers() -> None:
    document = painting(20, 4, Size(80, 80), (10.0, 30.0))
    flags = np.where(np.arange(20) < 5, MUTED, 0)

    ordered, layers = colour_layers(replace(document, strokes=document.strokes.changed(flags=flags)))

    assert sum(layer.strokes for layer in layers) == len(ordered.strokes) == 15
    assert colour_layers(replace(document, strokes=Strokes()))[1] == []


def test_layers_have_the_palettes_names() -> None:
    document = painting(30, 5, Size(80, 80), (10.0, 30.0), palette=pigments())

    _, layers = colour_layers(document)

    names = dict(zip(pigments().colours, pigments().names, strict=True))
    assert all(layer.name == names[layer.rgb] for layer in layers)
