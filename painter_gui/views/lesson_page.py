"""What the export dialog asks of a lesson."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from painter_gui.views.editors import check, choice, number, paper
from painter_gui.wording import translate

_LEAST = {"detail": 1, "colour": 3}
"""Chapters; by colour there is something under and something over the colours."""


def lesson_editors(page: QWidget, name: str) -> list[tuple[str, str, QWidget]]:
    """The choices of a lesson: name, label and editor.

    Args:
        page: What they stand on.
        name: Of the painting.
    """
    chapters = number(page, _LEAST["detail"], 12, 6)
    by = choice(
        page,
        ("detail", translate("Studio", "From large strokes to small")),
        ("colour", translate("Studio", "Colour by colour")),
    )
    by.currentIndexChanged.connect(lambda: chapters.setMinimum(_LEAST[by.currentData()]))
    grid = number(page, 0, 12, 4)
    grid.setSpecialValueText(translate("Studio", "None"))
    return [
        ("title", translate("Studio", "Title"), QLineEdit(name, page)),
        ("by", translate("Studio", "Order"), by),
        ("chapters", translate("Studio", "Steps"), chapters),
        ("colours", translate("Studio", "Colours to mix"), number(page, 1, 24, 12)),
        ("paper", translate("Studio", "Paper"), paper(page)),
        ("grid", translate("Studio", "Grid, squares a side"), grid),
        ("beside", translate("Studio", "Photo beside the painting"), check(page, checked=True)),
    ]
