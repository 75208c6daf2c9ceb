"""The sheet of shortcuts, and what the program is made of."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.version import version
from painter_gui.wording import translate

_PARTS = (
    "PySide6", "torch", "numpy", "numba", "scipy", "opencv-python-headless", "pillow", "scikit-image", "imageio",
    "imageio-ffmpeg", "reportlab", "pypdfium2", "safetensors", "orjson", "click", "tqdm", "psutil",
)  # fmt: skip


def without_mnemonic(text: str) -> str:
    """A menu's words without the letter that opens it: underlined in English, in brackets behind Chinese words."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "").rstrip("…")


class ShortcutSheet(QDialog):
    """Every key and what it does."""

    def __init__(self, groups: Sequence[tuple[str, Sequence[QAction]]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Studio", "Shortcuts"))
        rows: list[tuple[str, str]] = []
        for title, actions in groups:
            rows.append((without_mnemonic(title), ""))
            for action in actions:
                keys = ", ".join(each.toString(QKeySequence.SequenceFormat.NativeText) for each in action.shortcuts())
                if keys:
                    rows.append((without_mnemonic(action.text()), keys))
        rows.append((translate("Studio", "On the canvas"), ""))
        rows += [
            (translate("Studio", "Paint or pause"), translate("Studio", "Space")),
            (translate("Studio", "Zoom at the pointer"), translate("Studio", "Wheel, pinch")),
            (translate("Studio", "Move the canvas"), translate("Studio", "Drag, arrow keys")),
            (translate("Studio", "Between fitted and actual size"), translate("Studio", "Double click")),
            (translate("Studio", "Move the split's edge"), translate("Studio", "Drag, Shift and arrow keys")),
        ]
        self.table = QTableWidget(len(rows), 2, self)
        self.table.setHorizontalHeaderLabels([translate("Studio", "What"), translate("Studio", "Keys")])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setShowGrid(False)
        for row, (what, keys) in enumerate(rows):
            first, second = QTableWidgetItem(what), QTableWidgetItem(keys)
            if not keys:
                font = first.font()
                font.setBold(True)
                first.setFont(font)
            self.table.setItem(row, 0, first)
            self.table.setItem(row, 1, second)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table)
        layout.addWidget(buttons)
        self.resize(520, 620)


class AboutDialog(QDialog):
    """Versions and licences."""

    def __init__(self, mark: QIcon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Studio", "About Strokewise"))
        picture, words = QLabel(self), QLabel(self)
        picture.setPixmap(mark.pixmap(64, 64))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setWordWrap(True)
        words.setText(
            f"<h2>Strokewise {version()}</h2><p>"
            + translate("Studio", "Paints your photo stroke by stroke, with an agent that has learned to paint.")
            + "</p><p>"
            + translate("Studio", "After “Learning to Paint with Model-based Deep Reinforcement Learning”, ICCV 2019.")
            + " "
            + translate("Studio", "MIT licence, weights included.")
            + "</p>"
        )
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels(
            [translate("Studio", "Part"), translate("Studio", "Version"), translate("Studio", "Licence")]
        )
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        parts = [("Python", platform.python_version(), "PSF"), ("Qt", qVersion(), "LGPL-3.0")]
        parts += [(name, *_version_and_licence(name)) for name in _PARTS]
        for row, values in enumerate(each for each in parts if each[1]):
            self.table.insertRow(row)
            for column, value in enumerate(values):
                self.table.setItem(row, column, QTableWidgetItem(value))
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        top = QHBoxLayout()
        top.addWidget(picture)
        top.addWidget(words, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)
        self.resize(560, 520)


def _version_and_licence(package: str) -> tuple[str, str]:
    """Of an installed package; empty where it is not, or does not say."""
    try:
        data = metadata(package)
    except PackageNotFoundError:
        return "", ""
    licence = ""
    if "License-Expression" in data:  # what comes back is no mapping: it has no `get` before Python 3.12
        licence = data["License-Expression"]
    if not licence:
        named = [each for each in data.get_all("Classifier") or [] if each.startswith("License ::")]
        licence = named[0].rpartition(" :: ")[2] if named else ""
    if not licence and "License" in data:
        licence = data["License"].partition("\n")[0]
    return data["Version"], licence
