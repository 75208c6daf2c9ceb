"""Names of files are shown as they are: Qt would take one with angle brackets for HTML, and one with & for a key."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as QtGuiFunctions
from PySide6.QtWidgets import QMessageBox, QWidget

from painter_gui.wording import translate


def plain_tip(text: str) -> str:
    """A tool tip that shows a text; tips have no other way to be plain."""
    return f"<p>{escape(text)}</p>" if QtGuiFunctions.mightBeRichText(text) else text


def plain_action(text: str) -> str:
    """The words of an action or a button that shows a text."""
    return text.replace("&", "&&")


def may_replace(parent: QWidget, title: str, path: Path) -> bool:
    """Ask whether a file that is there may be replaced."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(translate("Studio", "{name} is there already. Replace it?").format(name=path.name))
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.setDefaultButton(QMessageBox.StandardButton.No)  # for whoever presses Enter twice
    return box.exec() == QMessageBox.StandardButton.Yes
