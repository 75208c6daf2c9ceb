"""Uses the studio on whatever display there is, as `test_on_a_display.py` asks, and tells what it saw as JSON.

Arguments: language, scheme, a photo, a folder for screenshots.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEventLoop, QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QGroupBox, QLabel, QWidget

from core.geometry import Size
from core.metrics import psnr
from core.rasteriser.fast import draw, to_bytes
from core.resampling import resized
from painter_gui.app import new_window
from painter_gui.brushwork import Phase
from painter_gui.exporting import FORMS
from painter_gui.preferences import Preferences
from painter_gui.views.canvas_look import CanvasMode


def main(language: str, scheme: str, photo: str, folder: str) -> dict[str, Any]:
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    out = Path(folder)
    QCoreApplication.setApplicationName("on-a-display")
    preferences = Preferences(QSettings(str(out / "a.ini"), QSettings.Format.IniFormat))
    preferences.language, preferences.scheme = language, scheme
    window = new_window(preferences)
    window.resize(1180, 760)
    window.show()
    seen: dict[str, Any] = {"platform": application.platformName(), "ratio": window.devicePixelRatioF()}

    def wait(seconds: float) -> None:
        """Let things happen; Qt's own `qWait` lets no other thread of Python do anything."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.005)

    def until(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError
            wait(0.02)

    def on_screen(name: str) -> NDArray[np.uint8]:
        """What the display shows of the window, [H, W, 3]."""
        wait(0.3)
        image = QGuiApplication.primaryScreen().grabWindow(window.winId()).toImage()
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        image.save(str(out / f"{name}.png"))
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()

    until(window.isVisible)
    window.begin(None)
    until(lambda: window.start_page.samples.count() > 0)
    on_screen("start")
    seen["clipped"] = clipped(window)
    controller = window._controller
    controller.set_settings(strokes=1000, divide=4)

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(photo)])
    act, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(window.rect().center(), act, data, buttons, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(window.rect().center()), act, data, buttons, keys))
    until(lambda: controller.phase is Phase.IDLE)
    QTest.mouseClick(window.panel.buttons.paint, Qt.MouseButton.LeftButton)
    until(lambda: len(controller.document.strokes) > 100)
    on_screen("painting")
    seen["clipped"] += clipped(window)
    until(lambda: controller.phase is Phase.IDLE)
    seen["strokes"] = len(controller.document.strokes)
    wait(1)  # the last strokes are being drawn

    views = {}
    for mode, action in window.mode_actions.items():
        action.trigger()
        views[mode] = on_screen(f"view-{mode.value}")
    ratio = window.devicePixelRatioF()
    frame = window.canvas.place.frame
    corner = window.canvas.mapTo(window, frame.topLeft().toPoint())
    top, left = round(corner.y() * ratio), round(corner.x() * ratio)
    height, width = round(frame.height() * ratio), round(frame.width() * ratio)

    def picture(mode: CanvasMode) -> NDArray[np.uint8]:
        return np.ascontiguousarray(views[mode][top : top + height, left : left + width])

    drawn = resized(to_bytes(draw(controller.document, controller.pixels.size)), Size(height, width))
    assert controller.photo is not None
    target = resized(np.ascontiguousarray(controller.photo.display[..., 2::-1]), Size(height, width))
    seen["canvas_psnr"] = psnr(picture(CanvasMode.CANVAS), drawn)
    seen["target_psnr"] = psnr(picture(CanvasMode.TARGET), target)
    half = width // 2 - 12
    sides = ((CanvasMode.TARGET, slice(4, half)), (CanvasMode.CANVAS, slice(-half, -4)))
    seen["split"] = [
        min(
            psnr(
                np.ascontiguousarray(picture(CanvasMode.SPLIT)[:, part]), np.ascontiguousarray(picture(mode)[:, part])
            ),
            99,
        )
        for mode, part in sides
    ]
    seen["different"] = len({each.tobytes() for each in views.values()})

    window.mode_actions[CanvasMode.CANVAS].trigger()
    controller.seek(150)
    window.canvas.zoom_by(3)
    on_screen("zoomed")
    controller.undo()
    seen["after_undo"] = len(controller.document.strokes)
    controller.redo()
    dialog = window.export_dialog()
    dialog.show()
    for form in FORMS:
        dialog.choose(form)
        until(lambda: not dialog.preview.picture.pixmap().isNull())
        wait(0.3)
        dialog.grab().save(str(out / f"export-{form}.png"))
        seen["clipped"] += clipped(dialog)
    dialog.done(0)
    palette = window.palette()
    seen["contrast"] = [
        contrast(palette, text, ground)
        for text, ground in (
            (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window),
            (QPalette.ColorRole.Text, QPalette.ColorRole.Base),
            (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Button),
            (QPalette.ColorRole.ToolTipText, QPalette.ColorRole.ToolTipBase),
        )
    ]
    window.discard_on_close()
    window.close()
    seen["left"] = [type(each).__name__ for each in application.topLevelWidgets() if each.isVisible()]
    return seen


def clipped(window: QWidget) -> list[str]:
    """Texts that have less room than they need."""
    found = []
    for kind in (QLabel, QAbstractButton, QGroupBox):
        for widget in window.findChildren(kind):
            text = widget.title() if isinstance(widget, QGroupBox) else widget.text()
            wraps = isinstance(widget, QLabel) and widget.wordWrap()
            if not widget.isVisible() or not text or wraps:
                continue
            if widget.width() < widget.minimumSizeHint().width() or widget.height() < widget.minimumSizeHint().height():
                found.append(f"{text}: {widget.size().toTuple()} of {widget.minimumSizeHint().toTuple()}")
    return found


def contrast(palette: QPalette, text: QPalette.ColorRole, ground: QPalette.ColorRole) -> float:
    """Of a text on its ground, as WCAG 2 defines it."""

    def luminance(role: QPalette.ColorRole) -> float:
        channels = np.array(palette.color(role).getRgbF()[:3])
        linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted((luminance(text), luminance(ground)))
    return (light + 0.05) / (dark + 0.05)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
