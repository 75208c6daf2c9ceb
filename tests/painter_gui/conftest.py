"""A studio without a screen, with a tiny painter, whose threads and windows are all gone afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.paint_settings import PaintSettings
from painter_gui.preferences import Preferences
from painter_gui.views.window import StudioWindow
from painter_gui.wording import Languages

TIMEOUT = 30_000
"""Milliseconds; for a machine that others share."""


@pytest.fixture(scope="session", autouse=True)
def _away_from_home() -> None:
    QStandardPaths.setTestModeEnabled(True)


@pytest.fixture(scope="session")
def photo() -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:48, 0:64]
    return np.stack([rows * 5, columns * 3, 255 - rows * 2], axis=-1).astype(np.uint8)


@pytest.fixture
def photo_file(photo: NDArray[np.uint8], tmp_path: Path) -> Path:
    path = tmp_path / "sunset.png"
    Image.fromarray(photo).save(path)
    return path


@pytest.fixture
def settings(actor: Path) -> PaintSettings:
    """Forty strokes, quickly."""
    return PaintSettings(actor=actor, strokes=40, divide=2)


@pytest.fixture
def controller(qapp: QApplication, settings: PaintSettings) -> Iterator[Controller]:
    controller = Controller(settings)
    yield controller
    controller.close()
    controller.deleteLater()
    qapp.processEvents()


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(QSettings(str(tmp_path / "preferences.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def autosaves(tmp_path: Path) -> Path:
    return tmp_path / "autosave"


@pytest.fixture
def new_studio(
    qapp: QApplication, qtbot: QtBot, settings: PaintSettings, preferences: Preferences, autosaves: Path
) -> Iterator[Callable[[], StudioWindow]]:
    """Opens studios one after the other, in English, and closes the last."""
    opened: list[StudioWindow] = []
    preferences.language = "en"

    def new() -> StudioWindow:
        languages = Languages(qapp)
        languages.choose(preferences.language)
        controller = Controller(settings)
        window = StudioWindow(controller, preferences, languages, autosave_folder=autosaves)
        controller.setParent(window)
        opened.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield new
    for window in opened:
        window.discard_on_close()
        window.close()
        window.choices.languages.choose("en")
        window.deleteLater()
    qapp.processEvents()


@pytest.fixture
def studio(new_studio: Callable[[], StudioWindow]) -> StudioWindow:
    return new_studio()


@pytest.fixture
def until(qtbot: QtBot) -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so."""

    def wait(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=TIMEOUT)

    return wait


@pytest.fixture
def open_photo(until: Callable[[Callable[[], bool]], None], photo_file: Path) -> Callable[[Controller], None]:
    """Has a controller open the photo, and waits for it."""

    def open_it(controller: Controller) -> None:
        controller.open_file(photo_file)
        until(lambda: controller.phase is Phase.IDLE and controller.name == "sunset")

    return open_it


@pytest.fixture
def paint_all(
    until: Callable[[Callable[[], bool]], None], open_photo: Callable[[Controller], None]
) -> Callable[[Controller], None]:
    """Has a controller open the photo and paint it to the end."""

    def paint(controller: Controller) -> None:
        open_photo(controller)
        controller.paint()
        until(lambda: controller.phase is Phase.IDLE)

    return paint
