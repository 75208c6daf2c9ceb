"""The export dialog's choices: a page of editors for each form in which a painting can leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QStackedWidget,
    QWidget,
)

from core.document import Document
from core.palette_use import document_palette
from painter_gui.exporting import FORMS, SUFFIXES, ExportChoices
from painter_gui.views.editors import check, choice, decimal, number, paper
from painter_gui.views.lesson_page import lesson_editors
from painter_gui.wording import translate

_LARGEST = 16_384


class ExportPages(QStackedWidget):
    """Shows the page of one form, and knows what is chosen there.

    Signals:
        changed: Something else is chosen.
        suffix_changed: The file would be of another kind.
    """

    changed = Signal()
    suffix_changed = Signal()

    def __init__(self, document: Document, name: str, parent: QWidget) -> None:
        """Make all pages.

        Args:
            document: What is to leave.
            name: Of the painting.
            parent: The dialog.
        """
        super().__init__(parent)
        self._document, self._name = document, name
        self.editors: dict[str, dict[str, QWidget]] = {form: {} for form in FORMS}
        """Of each form, by the names that its choices have in `ExportChoices`."""
        self.suffixes: dict[str, QComboBox] = {}
        """Of each form that leaves as one of several kinds of file."""
        for form in FORMS:
            self.addWidget(self._page(form))

    # What is chosen

    @property
    def form(self) -> str:
        """The one of `FORMS` whose page is shown."""
        return FORMS[self.currentIndex()]

    def show_form(self, form: str) -> None:
        """Show the page of a form."""
        self.setCurrentIndex(FORMS.index(form))

    @property
    def choices(self) -> ExportChoices:
        """What is chosen."""
        values = {name: _value(editor) for name, editor in self.editors[self.form].items()}
        known = {each.name for each in fields(ExportChoices)}
        return replace(ExportChoices(form=self.form), **{name: values[name] for name in values if name in known})

    def choose(self, values: Mapping[str, Any]) -> None:
        """Choose otherwise than is usual, on the page that is shown."""
        for name, value in values.items():
            editor = self.editors[self.form][name]
            if isinstance(editor, QComboBox):
                editor.setCurrentIndex(editor.findData(value))
            elif isinstance(editor, QCheckBox):
                editor.setChecked(value)
            elif isinstance(editor, QSpinBox | QDoubleSpinBox):
                editor.setValue(value)
            elif isinstance(editor, QLineEdit):
                editor.setText(value)

    @property
    def suffix(self) -> str:
        """Of the file to be written; empty for a folder."""
        kinds = self.suffixes.get(self.form)
        return SUFFIXES[self.form][0] if kinds is None else str(kinds.currentData())

    # Building

    def _page(self, form: str) -> QWidget:
        page = QWidget(self)
        rows = QFormLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        if len(SUFFIXES[form]) > 1:
            kinds = QComboBox(page)
            for suffix in SUFFIXES[form]:
                kinds.addItem(_kind(suffix), suffix)
            kinds.currentIndexChanged.connect(self.suffix_changed)
            self.suffixes[form] = kinds
            rows.addRow(translate("Studio", "Kind of file"), kinds)
        for name, label, editor in self._editors_of(form, page):
            self.editors[form][name] = editor
            if isinstance(editor, QCheckBox):
                editor.setText(label)
                rows.addRow(editor)
            else:
                rows.addRow(label, editor)
            editor.setAccessibleName(label)
            self._watch(editor)
        return page

    def _watch(self, editor: QWidget) -> None:
        if isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(self.changed)
        elif isinstance(editor, QCheckBox):
            editor.toggled.connect(self.changed)
        elif isinstance(editor, QSpinBox | QDoubleSpinBox):
            editor.valueChanged.connect(self.changed)
        elif isinstance(editor, QLineEdit):
            editor.textChanged.connect(self.changed)

    def _editors_of(self, form: str, page: QWidget) -> list[tuple[str, str, QWidget]]:
        """The choices of a form: name, label and editor."""
        if form == "plotter":
            return [*self._words(page), *self._plotter_editors(page)]
        if form in ("svg", "compatible"):
            groups = choice(
                page,
                ("step", translate("Studio", "By step")),
                ("level", translate("Studio", "By level")),
                ("colour", translate("Studio", "By colour, in layers")),
                (100, translate("Studio", "Every 100 strokes")),
            )
            return [
                *self._words(page),
                ("group", translate("Studio", "Groups"), groups),
                ("decimals", translate("Studio", "Decimals"), number(page, 0, 6, 2)),
            ]
        if form == "film":
            return self._film_editors(page)
        if form == "lesson":
            return lesson_editors(page, self._name)
        if form == "strokes":
            return []
        own = self._document.size.longer
        longer = number(page, 1, max(_LARGEST, own), own, " px")
        size = ("size", translate("Studio", "Longer side"), longer)
        if form == "picture":
            return [size]
        every = number(page, 1, 100_000, 50, translate("Studio", " strokes"))
        return [
            size,
            ("every", translate("Studio", "A frame every"), every),
            ("transparent", translate("Studio", "Transparent sheet"), check(page)),
        ]

    def _words(self, page: QWidget) -> list[tuple[str, str, QWidget]]:
        return [
            ("title", translate("Studio", "Title"), QLineEdit(self._name, page)),
            ("description", translate("Studio", "Description"), QLineEdit(page)),
        ]

    def _plotter_editors(self, page: QWidget) -> list[tuple[str, str, QWidget]]:
        lines = choice(
            page,
            ("centre", translate("Studio", "Middle of the stroke")),
            ("outline", translate("Studio", "Outline of the stroke")),
        )
        return [
            ("paper", translate("Studio", "Paper"), paper(page)),
            ("margin", translate("Studio", "Margin"), decimal(page, 0, 50, 15, " mm")),
            ("pen", translate("Studio", "Width of a line"), decimal(page, 0.05, 10, 0.5, " mm")),
            ("pens", translate("Studio", "Pens"), self._pens(page)),
            ("lines", translate("Studio", "Lines"), lines),
            ("ordered", translate("Studio", "Lift the pen as little as possible"), check(page, checked=True)),
        ]

    def _pens(self, page: QWidget) -> QWidget:
        """How many; of 0 those of the palette, where the painting has one of no more colours than there are pens."""
        palette, most = document_palette(self._document), 64
        if palette is None or len(palette.colours) > most:
            return number(page, 1, most, 6)
        pens = number(page, 0, most, 0)
        pens.setSpecialValueText(translate("Studio", "Of the palette"))
        return pens

    def _film_editors(self, page: QWidget) -> list[tuple[str, str, QWidget]]:
        size = number(page, 16, 8192, min(max(self._document.size.longer, 16), 1920), " px")
        shapes = choice(
            page, (None, translate("Studio", "As the painting")), ("1:1", "1:1"), ("9:16", "9:16"), ("16:9", "16:9")
        )
        paces = choice(
            page,
            ("constant", translate("Studio", "Even")),
            ("slow-start", translate("Studio", "Slow start")),
            ("slow-end", translate("Studio", "Slow end")),
            ("slow-both", translate("Studio", "Slow start and end")),
        )
        rates = choice(page, (None, translate("Studio", "Usual")), (10, "10"), (25, "25"), (50, "50"))
        return [
            ("size", translate("Studio", "Longer side"), size),
            ("shape", translate("Studio", "Shape"), shapes),
            ("seconds", translate("Studio", "Painting takes"), decimal(page, 0.5, 3600, 10, " s")),
            ("easing", translate("Studio", "Pace"), paces),
            ("fps", translate("Studio", "Frames a second"), rates),
            ("result_first", translate("Studio", "Result first"), decimal(page, 0, 60, 0, " s")),
            ("hold", translate("Studio", "Result at the end"), decimal(page, 0, 60, 1, " s")),
            ("beside", translate("Studio", "Photo beside the painting"), check(page)),
        ]


def _value(editor: QWidget) -> Any:
    """What is chosen by an editor."""
    if isinstance(editor, QComboBox):
        return editor.currentData()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, QSpinBox | QDoubleSpinBox):
        return editor.value()
    assert isinstance(editor, QLineEdit)
    return editor.text()


def _kind(suffix: str) -> str:
    """What a kind of file is called."""
    if not suffix:
        return translate("Studio", "Pictures in a folder")
    return suffix.removeprefix(".").upper().replace("TIF", "TIFF").replace("JPG", "JPEG")
