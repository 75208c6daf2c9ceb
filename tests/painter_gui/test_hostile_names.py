"""A file's name is shown as it is, whatever it looks like: never as HTML, for which Qt would load pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QMessageBox, QTreeWidget, QWidget

from core.brushes import BEZIER
from core.weights import save_actor
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.paint_queue import QueuePhase
from painter_gui.views.plain_text import may_replace, plain_action, plain_tip
from painter_gui.views.window import StudioWindow
from training.actors import new_actor

Until = Callable[[Callable[[], bool]], None]

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no such names"),
]

NAME = "<b>x<img src=x.png>&amp;&y"


def shown() -> Iterator[tuple[QWidget | QAction, str, bool]]:
    """Every text on the screen with the name in it, and whether Qt lays it out as HTML."""
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel):
            formats = Qt.TextFormat
            rich = widget.textFormat() is formats.RichText or (
                widget.textFormat() is formats.AutoText and Qt.mightBeRichText(widget.text())
            )
            yield widget, widget.text(), rich
        if isinstance(widget, QListWidget):
            for row in range(widget.count()):
                yield widget, widget.item(row).toolTip(), Qt.mightBeRichText(widget.item(row).toolTip())
        if isinstance(widget, QTreeWidget):
            for row in range(widget.topLevelItemCount()):
                for column in range(widget.columnCount()):
                    tip = widget.topLevelItem(row).toolTip(column)
                    yield widget, tip, Qt.mightBeRichText(tip)
        yield widget, widget.toolTip(), Qt.mightBeRichText(widget.toolTip())
        for action in widget.actions():
            yield action, action.toolTip(), Qt.mightBeRichText(action.toolTip())


def assert_plain() -> int:
    """How many texts have the name in them, none of them as HTML."""
    count = 0
    for where, text, rich in shown():
        assert not (rich and "<img" in text), (where, text)
        count += "img src" in text
    return count


@pytest.fixture
def hostile(photo: NDArray[np.uint8], tmp_path: Path) -> Path:
    path = tmp_path / f"{NAME}.png"
    Image.fromarray(photo).save(path)
    return path


def test_wherever_a_name_is_shown(
    studio: StudioWindow, until: Until, hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller: Controller = studio._controller
    studio.opening.open(str(hostile))
    until(lambda: controller.phase is Phase.IDLE)
    assert controller.name == NAME
    controller.step()
    until(lambda: controller.phase is Phase.IDLE)

    studio.saving.save_to(tmp_path / "nowhere" / f"{NAME}.strokewise", None)  # cannot be: it is told
    until(studio.message.isVisible)
    assert assert_plain()
    studio.saving.save_to(tmp_path / f"{NAME}.strokewise", None)
    until(lambda: not controller.modified)

    dialog = studio.export_dialog()
    dialog.path.setText(str(tmp_path / f"{NAME} painted.png"))
    (tmp_path / f"{NAME} painted.png").touch()
    asked: list[QMessageBox] = []

    def answer(box: QMessageBox) -> QMessageBox.StandardButton:
        asked.append(box)
        assert assert_plain()
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "exec", answer)
    dialog.start()
    until(lambda: not dialog.exporting)
    assert NAME in dialog.status.text()
    assert asked
    dialog.path.setText(str(tmp_path / "nowhere" / f"{NAME}.png"))
    dialog.start()
    until(lambda: not dialog.exporting)
    assert NAME in dialog.status.text()
    assert assert_plain()
    dialog.close()
    dialog.deleteLater()

    studio.discard_on_close()
    studio.start_action.trigger()
    until(lambda: studio.start_page.recent.count() == 2)
    studio.opening.fill_menu(studio.recent_menu)
    assert studio.recent_menu.actions()[0].text().replace("&&", "&").startswith(NAME)
    assert assert_plain() >= 2


def test_a_picture_of_such_a_name_in_the_queue(studio: StudioWindow, until: Until, hostile: Path) -> None:
    queue = studio.queue_desk.queue
    studio.queue_action.trigger()
    queue.set_out(hostile.parent / NAME)
    queue.add([hostile, hostile.with_name(f"{NAME}.missing")])
    until(lambda: len(queue.entries) == 2)
    queue.start(studio._controller.settings)
    until(lambda: queue.phase is QueuePhase.IDLE)

    assert assert_plain() >= 4  # the tips of both, why one failed, and the summary


def test_weights_of_such_a_name(studio: StudioWindow, until: Until, hostile: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.safetensors"
    save_actor(new_actor(BEZIER, width=0.125, side=32), path, stroke_type="bezier")
    studio._controller.set_settings(actor=path)
    assert NAME in studio.panel.machine.weights.itemText(1)  # a list's items are plain
    assert_plain()


def test_the_helpers_do_what_they_say(studio: StudioWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plain_tip("a.png") == "a.png"
    assert plain_tip(NAME) == "<p>&lt;b&gt;x&lt;img src=x.png&gt;&amp;amp;&amp;y</p>"
    assert plain_action("a & b") == "a && b"
    monkeypatch.setattr(QMessageBox, "exec", lambda _: QMessageBox.StandardButton.No)
    assert not may_replace(studio, "Save", Path("a"))
