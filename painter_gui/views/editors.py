"""Small editors that forms are put together from."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget


def number(page: QWidget, least: int, most: int, value: int, suffix: str = "") -> QSpinBox:
    """Edits a whole number."""
    box = QSpinBox(page)
    box.setRange(least, most)
    box.setGroupSeparatorShown(True)
    box.setValue(value)
    box.setSuffix(suffix)
    return box


def decimal(page: QWidget, least: float, most: float, value: float, suffix: str) -> QDoubleSpinBox:
    """Edits a number, by halves."""
    box = QDoubleSpinBox(page)
    box.setRange(least, most)
    box.setSingleStep(0.5)
    box.setValue(value)
    box.setSuffix(suffix)
    return box


def choice(page: QWidget, *options: tuple[object, str], chosen: int = 0) -> QComboBox:
    """Chooses one of some values, each with its words."""
    box = QComboBox(page)
    for value, words in options:
        box.addItem(words, value)
    box.setCurrentIndex(chosen)
    return box


def check(page: QWidget, *, checked: bool = False) -> QCheckBox:
    """Says yes or no."""
    box = QCheckBox(page)
    box.setChecked(checked)
    return box


def paper(page: QWidget) -> QComboBox:
    """Chooses one of the papers that `core.export.papers` knows."""
    papers = [(each, each.upper()) for each in ("a6", "a5", "a4", "a3", "a2")]
    return choice(page, *papers, ("letter", "Letter"), ("tabloid", "Tabloid"), chosen=2)
