"""The stroke types' pictures: choosing one, several, and an underpainting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.brushes import BRUSHES
from core.mix import Mix
from painter_gui.views.stroke_types import StrokeTypes

ROW = {brush.name: row for row, brush in enumerate(BRUSHES)}


@pytest.fixture
def types(qtbot: QtBot) -> StrokeTypes:
    widget = StrokeTypes()
    qtbot.addWidget(widget)
    widget.resize(260, 420)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def wished(types: StrokeTypes) -> list[str]:
    heard: list[str] = []
    types.mix_requested.connect(heard.append)
    types.mix_requested.connect(lambda text: types.show_mix(Mix.parse(text)))  # as the studio answers
    return heard


def click(types: StrokeTypes, name: str, key: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place = types.list.visualItemRect(types.list.item(ROW[name])).center()
    QTest.mouseClick(types.list.viewport(), Qt.MouseButton.LeftButton, key, place)


def chosen(types: StrokeTypes) -> set[str]:
    return {name for name, row in ROW.items() if types.list.item(row).isSelected()}


def test_every_type_has_a_name_of_its_own(types: StrokeTypes) -> None:
    names = [types.list.item(row).text() for row in range(types.list.count())]

    assert names == ["Brush stroke", "Opaque stroke", "Triangle", "Circle", "Flat brush"]


def test_a_click_chooses_a_type(types: StrokeTypes, wished: list[str]) -> None:
    click(types, "triangle")

    assert wished == ["triangle"]
    assert chosen(types) == {"triangle"}


def test_with_ctrl_several_are_mixed_and_taken_away_again(types: StrokeTypes, wished: list[str]) -> None:
    click(types, "circle")
    click(types, "bezier", Qt.KeyboardModifier.ControlModifier)
    click(types, "circle", Qt.KeyboardModifier.ControlModifier)

    assert wished == ["circle", "bezier,circle", "bezier"]


def test_the_last_type_cannot_be_taken_away(types: StrokeTypes, wished: list[str]) -> None:
    click(types, "bezier", Qt.KeyboardModifier.ControlModifier)

    assert wished == []
    assert chosen(types) == {"bezier"}


def test_keys_choose_too(types: StrokeTypes, wished: list[str]) -> None:
    types.list.setFocus()
    QTest.keyClick(types.list, Qt.Key.Key_Right)

    assert wished == ["bezier-opaque"]


def test_an_underpainting_is_of_the_coarsest_levels(types: StrokeTypes, wished: list[str]) -> None:
    types.base.setCurrentIndex(1 + ROW["triangle"])
    types.base.activated.emit(1 + ROW["triangle"])
    types.levels.setValue(3)
    types.base.setCurrentIndex(0)
    types.base.activated.emit(0)

    assert wished == ["triangle@1-2,bezier", "triangle@1-3,bezier", "bezier"]
    assert not types.levels.isEnabled()


@pytest.mark.parametrize(
    ("text", "over", "under", "levels"),
    [
        ("flat", {"flat"}, 0, 2),
        ("circle@1-3,bezier,flat", {"bezier", "flat"}, 1 + ROW["circle"], 3),
        ("triangle@1,circle@2-", {"circle"}, 1 + ROW["triangle"], 1),
        ("triangle@1-2", {"triangle"}, 1 + ROW["triangle"], 2),
        ("bezier:3,circle", {"bezier", "circle"}, 0, 2),
    ],
)
def test_a_mix_is_shown_and_not_answered(
    types: StrokeTypes, wished: list[str], text: str, over: set[str], under: int, levels: int
) -> None:
    types.show_mix(Mix.parse(text))

    assert (chosen(types), types.base.currentIndex(), types.levels.value()) == (over, under, levels)
    assert wished == []


def test_shares_and_levels_that_are_not_shown_stay_with_their_types(types: StrokeTypes, wished: list[str]) -> None:
    types.show_mix(Mix.parse("triangle@1,bezier:3,circle@2-"))
    types.levels.setValue(2)
    click(types, "flat", Qt.KeyboardModifier.ControlModifier)
    click(types, "circle", Qt.KeyboardModifier.ControlModifier)
    types.base.setCurrentIndex(0)
    types.base.activated.emit(0)

    assert wished == [
        "triangle@1-2,bezier:3,circle@2-",
        "triangle@1-2,bezier:3,circle@2-,flat",
        "triangle@1-2,bezier:3,flat",
        "bezier:3,flat",
    ]


def test_without_its_underpainting_a_mix_still_begins_at_the_coarsest_level(
    types: StrokeTypes, wished: list[str]
) -> None:
    types.show_mix(Mix.parse("triangle@1,circle@2-"))
    types.base.setCurrentIndex(0)
    types.base.activated.emit(0)

    assert wished == ["circle"]
