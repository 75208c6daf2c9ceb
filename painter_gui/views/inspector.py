"""The stroke inspector: what the strokes chosen are, how more are chosen, and what can be done to them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.brushes import BRUSHES
from core.document import Document
from core.geometry import Size
from core.picking import Hit, gains
from core.rasteriser.extents import longest_of
from core.stroke import Strokes
from painter_gui.views.stroke_types import type_names
from painter_gui.wording import Worded, translate

_SWATCH = QSize(28, 16)


class Inspector(Worded, QWidget):
    """Shows a choice of strokes; what is wished for it tells by signals, or by the actions that it was given.

    Signals:
        size_requested: (least, most), the longest line of strokes to choose, pixels of the photo.
    """

    size_requested = Signal(float, float)

    FIELDS = ("number", "type", "colour", "size", "opacity", "patch", "step", "gain", "state")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pointed = QLabel(self)
        self.pointed.setWordWrap(True)
        self.pointed.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.pointed.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.names = {field: QLabel(self) for field in self.FIELDS}
        self.values = {field: QLabel(self) for field in self.FIELDS}
        self.swatch = QLabel(self)
        self.chosen_group, self.choose_group, self.change_group = (QGroupBox(self) for _ in range(3))
        self.like_button, self.least, self.most = QToolButton(self), QSpinBox(self), QSpinBox(self)
        self.size_button = QPushButton(self)
        self.shift = QCheckBox(self)
        self._document, self._chosen = Document(Size(1, 1)), np.zeros(0, bool)
        self._hit: Hit | None = None
        self._build()
        self.size_button.clicked.connect(lambda: self.size_requested.emit(self.least.value(), self.most.value()))
        self.least.valueChanged.connect(self.most.setMinimum)
        self.say(self._say_words)

    def _build(self) -> None:
        form = QFormLayout(self.chosen_group)
        form.addRow(self.summary)
        for field in self.FIELDS:
            value = self.values[field]
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setWordWrap(True)
            if field == "colour":
                row = QHBoxLayout()
                row.addWidget(self.swatch)
                row.addWidget(value, 1)
                form.addRow(self.names[field], row)
            else:
                form.addRow(self.names[field], value)
        choose = QGridLayout(self.choose_group)
        self.like_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.like_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.like_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        choose.addWidget(self.like_button, 0, 0, 1, 2)
        for spin in (self.least, self.most):
            spin.setRange(0, 99_999)
        self.most.setValue(40)
        choose.addWidget(self.least, 1, 0)
        choose.addWidget(self.most, 1, 1)
        choose.addWidget(self.size_button, 2, 0, 1, 2)
        self.choose_rows = choose
        self.change_rows = QGridLayout(self.change_group)
        layout = QVBoxLayout(self)
        for widget in (self.pointed, self.chosen_group, self.choose_group, self.change_group):
            layout.addWidget(widget)
        layout.addStretch(1)

    def add_actions(self, *, like: list[QAction], choose: list[QAction], change: list[list[QAction]]) -> None:
        """Have buttons for actions.

        Args:
            like: For the menu of what strokes may have in common with those chosen.
            choose: Other ways to choose.
            change: What is done to those chosen, row by row: two with words, or four with pictures alone.
        """
        menu = QMenu(self.like_button)
        menu.addActions(like)
        self.like_button.setMenu(menu)
        for index, action in enumerate(choose):
            self.choose_rows.addWidget(_button(self, action, words=True), 3 + index // 2, index % 2)
        for row, actions in enumerate(change):
            span = 4 // len(actions)
            for column, action in enumerate(actions):
                self.change_rows.addWidget(_button(self, action, words=span > 1), row, span * column, 1, span)
        self.change_rows.addWidget(self.shift, len(change), 0, 1, 4)

    # What is shown

    def show_chosen(self, document: Document, chosen: NDArray[np.bool_]) -> None:
        """Show what is chosen of a painting."""
        self._document, self._chosen = document, chosen
        self._say_chosen()

    def show_pointed(self, document: Document, hit: Hit | None) -> None:
        """Show the stroke under the pointer."""
        self._document, self._hit = document, hit
        self._say_pointed()

    def enable(self, editable: bool) -> None:
        """Whether anything can be chosen and changed."""
        self.choose_group.setEnabled(editable)
        self.change_group.setEnabled(editable)

    def _say_words(self) -> None:
        names = {
            "number": translate("Studio", "Number:"), "type": translate("Studio", "Type:"),
            "colour": translate("Studio", "Colour:"), "size": translate("Studio", "Length:"),
            "opacity": translate("Studio", "Opacity:"), "patch": translate("Studio", "Level:"),
            "step": translate("Studio", "Step:"), "gain": translate("Studio", "Gained:"),
            "state": translate("Studio", "State:"),
        }  # fmt: skip
        tips = {
            "size": translate("Studio", "Its longest line, pixels of the photo"),
            "patch": translate("Studio", "Coarse to fine, and the side of the patch it was painted in"),
            "step": translate("Studio", "The painter's step that it came in"),
            "gain": translate("Studio", "How much nearer to the photo it brought the painting when it was laid"),
        }  # fmt: skip
        for field, label in self.names.items():
            label.setText(names[field])
            label.setToolTip(tips.get(field, ""))
            self.values[field].setToolTip(tips.get(field, ""))
            self.values[field].setAccessibleName(names[field].rstrip(":："))
        self.chosen_group.setTitle(translate("Studio", "Chosen"))
        self.choose_group.setTitle(translate("Studio", "Choose"))
        self.change_group.setTitle(translate("Studio", "Change those chosen"))
        self.like_button.setText(translate("Studio", "All like those chosen…"))
        self.like_button.setToolTip(translate("Studio", "Choose every stroke that has something in common with these"))
        self.like_button.setAccessibleName(translate("Studio", "Choose all like those chosen"))
        self.least.setAccessibleName(translate("Studio", "Least length"))
        self.most.setAccessibleName(translate("Studio", "Greatest length"))
        for spin in (self.least, self.most):
            spin.setSuffix(translate("Studio", " px"))
            spin.setToolTip(translate("Studio", "Length of the strokes to choose, pixels of the photo"))
        self.size_button.setText(translate("Studio", "By length"))
        self.size_button.setToolTip(translate("Studio", "Choose the strokes that are as long as this"))
        self.shift.setText(translate("Studio", "A new colour keeps their differences"))
        self.shift.setToolTip(
            translate("Studio", "All colours move alike, so that their mean becomes the new one; else all become it")
        )
        self.pointed.setAccessibleName(translate("Studio", "Stroke under the pointer"))
        self._say_chosen()
        self._say_pointed()

    def _say_pointed(self) -> None:
        hit = self._hit
        if hit is None or hit.stroke >= len(self._document.strokes):
            self.pointed.setText(translate("Studio", "Point at a stroke on the canvas to see which it is."))
            return
        stroke = self._document.strokes.stroke(hit.stroke)
        text = translate("Studio", "Stroke {number}: {type}, {length} px, {share} % of what is seen here")
        one = self._document.strokes[hit.stroke : hit.stroke + 1]
        self.pointed.setText(
            text.format(
                number=f"{hit.stroke + 1:,}",
                type=type_names().get(stroke.type, stroke.type),
                length=f"{longest_of(one)[0]:,.0f}",
                share=round(100 * hit.shows),
            )
        )

    def _say_chosen(self) -> None:
        strokes = self._document.strokes
        rows = np.flatnonzero(self._chosen)
        if not len(rows):
            self.summary.setText(
                translate("Studio", "None. Click one, or draw a rectangle; Shift adds, Ctrl adds or takes away.")
            )
        else:
            text = translate("Studio", "{count} of {all} strokes")
            self.summary.setText(text.format(count=f"{len(rows):,}", all=f"{len(strokes):,}"))
        for label in (*self.names.values(), *self.values.values(), self.swatch):
            label.setVisible(bool(len(rows)))
        if len(rows):
            some = strokes.picked(rows)
            for field, text in self._described(some, rows):
                self.values[field].setText(text)
            self.swatch.setPixmap(_swatch(some.rgb().mean(axis=0)))

    def _described(self, some: Strokes, rows: NDArray[np.intp]) -> Iterator[tuple[str, str]]:
        """What each field says of some strokes."""
        yield "number", _range(rows + 1)
        names = type_names()
        kinds = [BRUSHES[kind].name for kind in np.unique(some.types).tolist()]
        yield "type", ", ".join(names.get(kind, kind) for kind in kinds)
        mean = "#" + np.rint(some.rgb().mean(axis=0) * 255).astype(np.uint8).tobytes().hex()
        yield "colour", mean if len(rows) == 1 else translate("Studio", "{colour} on average").format(colour=mean)
        yield "size", translate("Studio", "{range} px").format(range=_range(longest_of(some)))
        yield "opacity", translate("Studio", "{range} %").format(range=_range(_opacities(some) * 100))
        yield "patch", _levels(self._document, some)
        yield "step", _range(some.steps + 1)
        gained = gains(self._document)[rows]
        total = float(np.nansum(gained)) if np.isfinite(gained).any() else math.nan
        yield "gain", _gain(total)
        muted, locked = int(some.muted.sum()), int(some.locked.sum())
        states = []
        if muted:
            states.append(_of(translate("Studio", "muted"), muted, len(rows)))
        if locked:
            states.append(_of(translate("Studio", "locked"), locked, len(rows)))
        yield "state", ", ".join(states) or translate("Studio", "drawn")


def _button(parent: QWidget, action: QAction, *, words: bool) -> QToolButton:
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    style = Qt.ToolButtonStyle
    both = style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly
    button.setToolButtonStyle(style.ToolButtonTextOnly if action.icon().isNull() else both)
    action.changed.connect(lambda: button.setAccessibleName(action.text().replace("&", "")))
    button.setAccessibleName(action.text().replace("&", ""))
    return button


def _swatch(rgb: NDArray[np.float32]) -> QPixmap:
    pixmap = QPixmap(_SWATCH)
    pixmap.fill(QColor.fromRgbF(*rgb.clip(0, 1).tolist()))
    return pixmap


def _opacities(strokes: Strokes) -> NDArray[np.float64]:
    """All opacities that strokes have, at any end."""
    found = []
    for kind in np.unique(strokes.types).tolist():
        faint = [index for index, name in enumerate(BRUSHES[kind].parameters) if name.startswith("opacity")]
        shapes = strokes.parameters[strokes.types == kind]
        found.append(shapes[:, faint].ravel().astype(np.float64) if faint else np.ones(len(shapes)))
    return np.concatenate(found)


def _range(values: NDArray[Any]) -> str:
    low, high = f"{values.min():,.0f}", f"{values.max():,.0f}"
    return low if low == high else f"{low}–{high}"


def _gain(total: float) -> str:
    if not math.isfinite(total):
        return translate("Studio", "not measured")
    return translate("Studio", "{gain} dB").format(gain=f"{total:+.3f}")


def _levels(document: Document, some: Strokes) -> str:
    """Which levels strokes are of, those of the largest patches the first."""
    sides = np.unique(document.strokes.patches[:, 2])[::-1]
    own = len(sides) - np.searchsorted(sides[::-1], np.unique(some.patches[:, 2]))
    text = translate("Studio", "{range} of {all}, patches of {sides} px")
    return text.format(range=_range(own), all=len(sides), sides=_range(some.patches[:, 2]))


def _of(word: str, count: int, total: int) -> str:
    return word if total == 1 or count == total else f"{word}: {count:,}"
