"""The scrubber, its curve and its levels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.document import Document
from core.geometry import Size
from core.stroke import Strokes
from painter_gui.views.timeline_view import TimelineView

pytestmark = pytest.mark.gui


def painting(sides: list[float], errors: list[float]) -> Document:
    count = len(sides)
    strokes = Strokes.from_columns(
        types=np.zeros(count, np.uint8),
        patches=np.column_stack([np.zeros((count, 2)), sides]),
        parameters=np.zeros((count, 13), np.float32),
        steps=np.arange(count),
        errors=np.array(errors, np.float32),
    )
    return Document(Size(64, 64), (0, 0, 0), strokes)


@pytest.fixture
def timeline(qapp: QApplication, qtbot: QtBot) -> Iterator[TimelineView]:
    timeline = TimelineView()
    timeline.resize(900, 60)
    timeline.show()
    qtbot.waitExposed(timeline)
    document = painting([64.0] * 40 + [32.0] * 60, np.geomspace(0.1, 0.001, 100).tolist())
    timeline.show_document(document, 200)
    timeline.position_requested.connect(timeline.show_position)
    yield timeline
    timeline.stop()
    timeline.close()
    timeline.deleteLater()


def test_levels_are_where_patches_change_their_size(timeline: TimelineView) -> None:
    assert timeline.track.levels == [40]
    many = painting([float(1 + index % 7) for index in range(300)], [0.1] * 300)
    timeline.show_document(many, 300)
    assert timeline.track.levels == []


def test_the_track_is_as_long_as_what_is_planned_and_goes_as_far_as_is_painted(
    timeline: TimelineView, qtbot: QtBot
) -> None:
    track = timeline.track
    asked: list[int] = []
    timeline.position_requested.connect(asked.append)
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 10, 20))
    assert asked == [100]
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track._x(50)), 20))
    assert asked == [100, 50]


def test_keys_go_by_strokes_pages_and_levels(timeline: TimelineView, qtbot: QtBot) -> None:
    track = timeline.track
    for key, place in (
        (Qt.Key.Key_Home, 0), (Qt.Key.Key_Right, 1), (Qt.Key.Key_Up, 40), (Qt.Key.Key_Up, 100),
        (Qt.Key.Key_Down, 40), (Qt.Key.Key_Left, 39), (Qt.Key.Key_PageUp, 100), (Qt.Key.Key_Down, 40),
        (Qt.Key.Key_Down, 0), (Qt.Key.Key_End, 100),
    ):  # fmt: skip
        qtbot.keyClick(track, key)
        assert track.value() == place


def test_the_curve_rises_as_the_error_falls(timeline: TimelineView) -> None:
    curve = timeline.track._curve
    assert curve[0].tolist() == pytest.approx([1, 10], abs=0.01)
    assert curve[-1].tolist() == pytest.approx([100, 30], abs=0.01)
    assert (np.diff(curve[:, 1]) > 0).all()
    image = timeline.track.grab().toImage()
    x = round(timeline.track._x(90))
    column = [image.pixelColor(x, y).name() for y in range(8, image.height() - 8)]
    assert len(set(column)) >= 3  # the field, the curve and what lies below it


def test_unknown_errors_are_left_out(timeline: TimelineView) -> None:
    timeline.show_document(painting([64.0] * 4, [float("nan"), 0.1, 0.0, 0.01]), 4)
    assert timeline.track._curve[:, 0].tolist() == [2, 4]
    timeline.track.grab()


def test_nothing_moves_while_it_counts(timeline: TimelineView) -> None:
    widths = set()
    for position in (0, 9, 99, 100):
        timeline.show_position(position)
        widths.add(timeline.counter.width())
    assert len(widths) == 1
    assert timeline.counter.text() == "100 / 100"


def test_playing_takes_its_time_and_can_be_stopped(timeline: TimelineView, qtbot: QtBot) -> None:
    timeline.speed.setCurrentIndex(4)
    timeline.show_position(100)
    timeline.play.click()  # from the beginning, since all is shown
    qtbot.waitUntil(lambda: 0 < timeline._position < 100)
    timeline.play.click()
    assert not timeline.playing
    where = timeline._position
    qtbot.wait(60)
    assert timeline._position == where


def test_taking_the_scrubber_stops_playing(timeline: TimelineView, qtbot: QtBot) -> None:
    timeline.show_position(0)
    timeline.play.click()
    qtbot.mousePress(timeline.track, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))
    assert not timeline.playing


def test_without_strokes_there_is_nothing_to_do(timeline: TimelineView) -> None:
    timeline.show_document(Document(Size(4, 4)), 100)
    assert not timeline.isEnabled()
    timeline.toggle()
    assert not timeline.playing
