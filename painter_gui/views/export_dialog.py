"""The export dialog: every form in which a painting can leave, with a preview of it."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLocale, QObject, QProcess, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices, QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.document import Document
from core.errors import PainterError
from core.export.progress import ExportCancelledError
from core.palette_use import document_palette
from painter_gui.background import Background
from painter_gui.error_words import told
from painter_gui.exporting import FORMS, SUFFIXES, ExportChoices, Preview, export, preview
from painter_gui.icons import icon
from painter_gui.memory import return_memory
from painter_gui.views.editors import check, choice, decimal, number, paper
from painter_gui.views.lesson_page import lesson_editors
from painter_gui.views.plain_text import may_replace
from painter_gui.wording import translate

_PREVIEW = QSize(360, 300)

_LARGEST = 16_384

_REST_MS = 200
"""A choice must rest so long before its preview is drawn."""


class _Follower(QObject):
    """Brings an export's progress from its thread."""

    moved = Signal(int, int)


class ExportDialog(QDialog):
    """Asks how the painting shall leave, shows what comes of it, and writes it."""

    def __init__(
        self, document: Document, photo: NDArray[np.uint8], name: str, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._photo, self._name = document, photo, name
        self._background = Background("exporting", self)
        self._cancelled = threading.Event()
        self._exporting = False
        self._written: Path | None = None
        self._previews = 0
        self._editors: dict[str, dict[str, QWidget]] = {form: {} for form in FORMS}
        self._suffixes: dict[str, QComboBox] = {}
        self._follower = _Follower(self)
        self._follower.moved.connect(self._on_moved, Qt.ConnectionType.QueuedConnection)
        self._resting = QTimer(self, interval=_REST_MS, singleShot=True)
        self._resting.timeout.connect(self._draw_preview)
        self.setWindowTitle(translate("Studio", "Export"))
        self._build(folder)
        self._on_form()

    # Building

    def _build(self, folder: Path) -> None:
        self.form = QComboBox(self)
        self._names = {
            "picture": translate("Studio", "Picture"),
            "svg": translate("Studio", "SVG, as on the canvas"),
            "compatible": translate("Studio", "SVG for simpler programs"),
            "plotter": translate("Studio", "Drawing for a pen plotter"),
            "strokes": translate("Studio", "Stroke file"),
            "film": translate("Studio", "Film"),
            "frames": translate("Studio", "Frames"),
            "lesson": translate("Studio", "Painting lesson"),
        }
        for each in FORMS:
            self.form.addItem(self._names[each], each)
        self.form.setAccessibleName(translate("Studio", "Form"))
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        self.hint.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.stack = QStackedWidget(self)
        for each in FORMS:
            self.stack.addWidget(self._page(each))
        self.picture = QLabel(self)
        self.picture.setFixedSize(_PREVIEW)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(translate("Studio", "Preview"))
        self.size_label = QLabel(self)
        self.size_label.setTextFormat(Qt.TextFormat.PlainText)
        self.size_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.size_label.setWordWrap(True)
        self.size_label.setFixedWidth(_PREVIEW.width())

        self.path = QLineEdit(str(folder / (self._name or "painting")), self)
        self.path.setAccessibleName(translate("Studio", "File"))
        self.path.setMinimumWidth(380)
        self.browse = QPushButton(icon("open"), translate("Studio", "Browse…"), self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.status = QLabel(self)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.status.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.export_button = QPushButton(icon("export"), translate("Studio", "Export"), self)
        self.export_button.setDefault(True)
        self.show_button = QPushButton(translate("Studio", "Show in folder"), self)
        self.show_button.setEnabled(False)
        self.close_button = QPushButton(translate("Studio", "Close"), self)

        left = QVBoxLayout()
        for widget in (self.form, self.hint, self.stack):
            left.addWidget(widget)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.picture)
        right.addWidget(self.size_label)
        right.addStretch(1)
        top = QHBoxLayout()
        top.addLayout(left, 1)
        top.addSpacing(12)
        top.addLayout(right)
        file_row = QHBoxLayout()
        file_row.addWidget(self.path, 1)
        file_row.addWidget(self.browse)
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_button)
        buttons.addStretch(1)
        buttons.addWidget(self.export_button)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.addLayout(top, 1)
        layout.addLayout(file_row)
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        layout.addLayout(buttons)

        self.form.currentIndexChanged.connect(self._on_form)
        self.browse.clicked.connect(self._on_browse)
        self.export_button.clicked.connect(self.start)
        self.show_button.clicked.connect(self._on_show)
        self.close_button.clicked.connect(self._on_close)

    def _page(self, form: str) -> QWidget:
        page = QWidget(self)
        rows = QFormLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        if len(SUFFIXES[form]) > 1:
            kinds = QComboBox(page)
            for suffix in SUFFIXES[form]:
                kinds.addItem(_kind(suffix), suffix)
            kinds.currentIndexChanged.connect(self._on_suffix)
            self._suffixes[form] = kinds
            rows.addRow(translate("Studio", "Kind of file"), kinds)
        for name, label, editor in self._editors_of(form, page):
            self._editors[form][name] = editor
            if isinstance(editor, QCheckBox):
                editor.setText(label)
                rows.addRow(editor)
            else:
                rows.addRow(label, editor)
            editor.setAccessibleName(label)
            self._watch(editor)
        return page

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

    def _watch(self, editor: QWidget) -> None:
        """Draw the preview anew when a choice changes."""
        if isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(self._on_choice)
        elif isinstance(editor, QCheckBox):
            editor.toggled.connect(self._on_choice)
        elif isinstance(editor, QSpinBox | QDoubleSpinBox):
            editor.valueChanged.connect(self._on_choice)
        elif isinstance(editor, QLineEdit):
            editor.textChanged.connect(self._on_choice)

    # Choices

    @property
    def chosen_form(self) -> str:
        """One of `FORMS`."""
        return str(self.form.currentData())

    @property
    def choices(self) -> ExportChoices:
        """What is chosen."""
        form = self.chosen_form
        values: dict[str, Any] = {"form": form}
        for name, editor in self._editors[form].items():
            if isinstance(editor, QComboBox):
                values[name] = editor.currentData()
            elif isinstance(editor, QCheckBox):
                values[name] = editor.isChecked()
            elif isinstance(editor, QSpinBox | QDoubleSpinBox):
                values[name] = editor.value()
            elif isinstance(editor, QLineEdit):
                values[name] = editor.text()
        known = {each.name for each in fields(ExportChoices)}
        return replace(ExportChoices(), **{name: value for name, value in values.items() if name in known})

    def choose(self, form: str, **values: Any) -> None:
        """Choose a form, and otherwise than is usual."""
        self.form.setCurrentIndex(FORMS.index(form))
        for name, value in values.items():
            editor = self._editors[form][name]
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
        """Of the file to be written."""
        kinds = self._suffixes.get(self.chosen_form)
        return SUFFIXES[self.chosen_form][0] if kinds is None else str(kinds.currentData())

    @Slot()
    def _on_form(self) -> None:
        hints = {
            "picture": translate("Studio", "Drawn anew from the strokes at whatever size, up to 16,384 pixels."),
            "svg": translate("Studio", "Looks the same in browsers, Inkscape and other programs that know masks."),
            "compatible": translate(
                "Studio", "Without masks, for programs that leave them out. A larger file, nearly the same."
            ),
            "plotter": translate("Studio", "Lines in millimetres, a layer for each pen."),
            "strokes": translate("Studio", "Every stroke to the bit, to be drawn again or read by other programs."),
            "film": translate("Studio", "How the painting came about."),
            "frames": translate("Studio", "A folder of numbered PNG files, for film editors."),
            "lesson": translate(
                "Studio", "Cards to paint it after by hand, step by step. A few hundred strokes are best."
            ),
        }
        self.hint.setText(hints[self.chosen_form])
        self.stack.setCurrentIndex(FORMS.index(self.chosen_form))
        self._on_suffix()

    @Slot()
    def _on_suffix(self) -> None:
        known = sorted({suffix for suffixes in SUFFIXES.values() for suffix in suffixes if suffix} | {".jpeg", ".tiff"})
        path = Path(self.path.text() or (self._name or "painting"))
        stem = path.name or "painting"
        for suffix in known:
            if stem.lower().endswith(suffix):
                stem = stem[: -len(suffix)]
                break
        stem = stem.removesuffix("-frames").removesuffix("-lesson")
        if not self.suffix:  # a folder
            stem = f"{stem or 'painting'}-{self.chosen_form}"
        self.path.setText(str(path.parent / ((stem or "painting") + self.suffix)))
        self._on_choice()

    @Slot()
    def _on_choice(self) -> None:
        self._resting.start()

    @Slot()
    def _draw_preview(self) -> None:
        if self._exporting:
            return
        self._previews += 1
        side = round(max(_PREVIEW.width(), _PREVIEW.height()) * self.devicePixelRatioF())
        number = self._previews

        def stale() -> bool:  # a newer one, an export or the end of it all need not wait for this one
            return number != self._previews or self._exporting or self._cancelled.is_set()

        work = partial(preview, self._document, self.choices, self._photo, side, stale=stale)
        self._background.submit(work, partial(self._on_preview, number), self._on_preview_failed)

    def _on_preview(self, number: int, drawn: Preview | None) -> None:
        if drawn is None or number != self._previews:
            return
        height, width = drawn.pixels.shape[:2]
        image = QImage(drawn.pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
        ratio = self.devicePixelRatioF()
        fitted = QPixmap.fromImage(image).scaled(
            _PREVIEW * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        self.picture.setPixmap(fitted)
        count = translate("Studio", "{count} strokes").format(count=f"{len(self._document.strokes):,}")
        if drawn.size is not None:
            self.size_label.setText(f"{drawn.size.width:,} × {drawn.size.height:,} px · {count}")
        else:
            self.size_label.setText(count)

    def _on_preview_failed(self, error: PainterError) -> None:
        self.picture.clear()
        self.size_label.setText(told(error))

    # Writing

    @Slot()
    def _on_browse(self) -> None:
        title = translate("Studio", "Export")
        if not self.suffix:
            path = QFileDialog.getExistingDirectory(self, title, str(Path(self.path.text()).parent))
        else:
            kind = f"{self._names[self.chosen_form]} (*{self.suffix})"
            path, _ = QFileDialog.getSaveFileName(
                self, title, self.path.text(), kind, options=QFileDialog.Option.DontConfirmOverwrite
            )
        if path:
            self.path.setText(path)

    @Slot()
    def start(self) -> None:
        """Write what is chosen."""
        try:
            path = Path(self.path.text()).expanduser()
            there = path.is_file()
        except (OSError, RuntimeError, ValueError):
            path, there = Path(), False
        if not path.name:
            self.status.setText(translate("Studio", "That cannot be a file's name; choose another."))
            return
        if self.suffix and path.suffix.lower() != self.suffix:
            path = path.with_name(path.name + self.suffix)
            self.path.setText(str(path))
            there = path.is_file()
        if there and path != self._written and not may_replace(self, translate("Studio", "Export"), path):
            return
        self._cancelled.clear()
        self._set_exporting(True)
        self.status.setText(translate("Studio", "Writing {name}…").format(name=path.name))
        work = partial(
            export, self._document, path, self.choices, self._photo, progress=self._follower.moved.emit,
            cancelled=self._cancelled,
        )  # fmt: skip
        self._background.submit(work, self._on_written, self._on_failed)

    def _set_exporting(self, exporting: bool) -> None:
        self._exporting = exporting
        if not exporting:
            self._background.submit(return_memory)
        for widget in (self.form, self.stack, self.path, self.browse, self.export_button):
            widget.setEnabled(not exporting)
        self.close_button.setText(translate("Studio", "Cancel") if exporting else translate("Studio", "Close"))
        self.bar.setRange(0, 0 if exporting else 1)
        self.bar.setValue(0)

    @Slot(int, int)
    def _on_moved(self, done: int, total: int) -> None:
        if self._exporting:
            self.bar.setRange(0, total)
            self.bar.setValue(done)

    def _on_written(self, path: Path) -> None:
        self._set_exporting(False)
        self._written = path
        self.bar.setValue(1)
        size = ""
        if path.is_file():
            size = f" ({QLocale().formattedDataSize(path.stat().st_size)})"
        self.status.setText(translate("Studio", "Written: {name}").format(name=f"{path.name}{size}"))
        self.show_button.setEnabled(True)

    def _on_failed(self, error: PainterError) -> None:
        self._set_exporting(False)
        if not isinstance(error, ExportCancelledError):
            self.status.setText(told(error))
        elif self.chosen_form == "frames":
            self.status.setText(translate("Studio", "Cancelled; the frames written so far are in the folder."))
        else:
            self.status.setText(translate("Studio", "Cancelled; nothing was written."))

    @Slot()
    def _on_close(self) -> None:
        if self._exporting:
            self._cancelled.set()
        else:
            self.accept()

    @Slot()
    def _on_show(self) -> None:
        if self._written is not None:
            show_in_folder(self._written)

    @property
    def written(self) -> Path | None:
        """What was written last."""
        return self._written

    @property
    def exporting(self) -> bool:
        """Whether it is being written."""
        return self._exporting

    def done(self, result: int) -> None:
        """Cancel what is being written and end the thread."""
        self._cancelled.set()
        self._resting.stop()
        self._background.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """As the close button does."""
        self.done(0)
        super().closeEvent(event)


def show_in_folder(path: Path) -> None:
    """Open the folder of a file, the file selected where the system can."""
    import sys

    if sys.platform == "win32":
        QProcess.startDetached("explorer", [f"/select,{path}"])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _kind(suffix: str) -> str:
    """What a kind of file is called."""
    if not suffix:
        return translate("Studio", "Pictures in a folder")
    return suffix.removeprefix(".").upper().replace("TIF", "TIFF").replace("JPG", "JPEG")
