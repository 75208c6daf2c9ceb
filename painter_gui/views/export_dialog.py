"""The export dialog: every form in which a painting can leave, with a preview of it."""

from __future__ import annotations

import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLocale, QObject, QProcess, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.document import Document
from core.errors import OutputError, PainterError
from core.export.progress import ExportCancelledError
from painter_gui.background import Background
from painter_gui.error_words import told
from painter_gui.exporting import FORMS, SUFFIXES, ExportChoices, export
from painter_gui.files import Photo
from painter_gui.icons import icon
from painter_gui.memory import return_memory
from painter_gui.views.export_pages import ExportPages
from painter_gui.views.export_preview import ExportPreview
from painter_gui.views.plain_text import may_replace
from painter_gui.wording import translate


class _Follower(QObject):
    """Brings an export's progress from its thread."""

    moved = Signal(int, int)


class ExportDialog(QDialog):
    """Asks how the painting shall leave, shows what comes of it, and writes it."""

    def __init__(
        self, document: Document, photo: Photo, name: str, folder: Path, parent: QWidget | None = None
    ) -> None:
        """Begin.

        Args:
            document: What is exported.
            photo: What it is painted of.
            name: The photo's, of which the file's is made; empty where it has none.
            folder: Where the file is to be.
            parent: The window.
        """
        super().__init__(parent)
        self._document, self._photo, self._name = document, photo, name
        self._background = Background("exporting", self)
        self._cancelled = threading.Event()
        self._exporting = False
        self._written: Path | None = None
        self._follower = _Follower(self)
        self._follower.moved.connect(self._on_moved, Qt.ConnectionType.QueuedConnection)
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
        self.pages = ExportPages(self._document, self._name, self)
        self.preview = ExportPreview(self._document, self._photo.pixels, lambda: self.choices, self._background, self)

        # A picture of the photo's own name would be the photo, or easily taken for it.
        self._suggested = folder / f"{self._name}-painting".removeprefix("-")
        self.path = QLineEdit(str(self._suggested), self)
        self.path.setAccessibleName(translate("Studio", "File"))
        self.path.setMinimumWidth(380)
        self.browse = QPushButton(icon("open"), translate("Studio", "Browse…"), self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # or all else would move as it comes and goes
        self.bar.setSizePolicy(policy)
        self.bar.hide()
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
        for widget in (self.form, self.hint, self.pages):
            left.addWidget(widget)
        left.addStretch(1)
        top = QHBoxLayout()
        top.addLayout(left, 1)
        top.addSpacing(12)
        top.addWidget(self.preview)
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
        self.pages.suffix_changed.connect(self._on_suffix)
        self.pages.changed.connect(self.preview.draw_soon)
        self.browse.clicked.connect(self._on_browse)
        self.export_button.clicked.connect(self.start)
        self.show_button.clicked.connect(self._on_show)
        self.close_button.clicked.connect(self._on_close)

    # Choices

    @property
    def chosen_form(self) -> str:
        """One of `FORMS`."""
        return str(self.form.currentData())

    @property
    def choices(self) -> ExportChoices:
        """What is chosen."""
        return self.pages.choices

    def choose(self, form: str, **values: Any) -> None:
        """Choose a form, and otherwise than is usual."""
        self.form.setCurrentIndex(FORMS.index(form))
        self.pages.choose(values)

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
        self.pages.show_form(self.chosen_form)
        self._on_suffix()

    @Slot()
    def _on_suffix(self) -> None:
        known = sorted({suffix for suffixes in SUFFIXES.values() for suffix in suffixes if suffix} | {".jpeg", ".tiff"})
        path = Path(self.path.text() or self._suggested)
        stem = path.name or self._suggested.name
        for suffix in known:
            if stem.lower().endswith(suffix):
                stem = stem[: -len(suffix)]
                break
        stem = stem.removesuffix("-frames").removesuffix("-lesson")
        if not self.pages.suffix:  # a folder
            stem = f"{stem or self._suggested.name}-{self.chosen_form}"
        self.path.setText(str(path.parent / ((stem or self._suggested.name) + self.pages.suffix)))
        self.preview.draw_soon()

    # Writing

    @Slot()
    def _on_browse(self) -> None:
        title = translate("Studio", "Export")
        if not self.pages.suffix:
            path = QFileDialog.getExistingDirectory(self, title, str(Path(self.path.text()).parent))
        else:
            kind = f"{self._names[self.chosen_form]} (*{self.pages.suffix})"
            path, _ = QFileDialog.getSaveFileName(
                self, title, self.path.text(), kind, options=QFileDialog.Option.DontConfirmOverwrite
            )
        if path:
            self.path.setText(path)

    @Slot()
    def start(self) -> None:
        """Write what is chosen."""
        suffix = self.pages.suffix
        try:
            path = Path(self.path.text()).expanduser()
            if suffix and path.name and path.suffix.lower() != suffix:
                path = path.with_name(path.name + suffix)
                self.path.setText(str(path))
            there = path.is_file()
        except (OSError, RuntimeError, ValueError):
            path, there = Path(), False
        if not path.name:
            self.status.setText(translate("Studio", "That cannot be a file's name; choose another."))
            return
        try:
            self._photo.refuse(path)
        except OutputError as error:
            self.status.setText(told(error))
            return
        if there and path != self._written and not may_replace(self, translate("Studio", "Export"), path):
            return
        self._cancelled.clear()
        self._set_exporting(True)
        self.status.setText(translate("Studio", "Writing {name}…").format(name=path.name))
        work = partial(
            export, self._document, path, self.choices, self._photo.pixels, progress=self._follower.moved.emit,
            cancelled=self._cancelled,
        )  # fmt: skip
        self._background.submit(work, self._on_written, self._on_failed)

    def _set_exporting(self, exporting: bool) -> None:
        self._exporting = exporting
        self.preview.hold(exporting)
        if not exporting:
            self._background.submit(return_memory)
        for widget in (self.form, self.pages, self.path, self.browse, self.export_button):
            widget.setEnabled(not exporting)
        self.close_button.setText(translate("Studio", "Cancel") if exporting else translate("Studio", "Close"))
        self.bar.setRange(0, 0 if exporting else 1)
        self.bar.setValue(0)
        self.bar.setVisible(exporting)

    @Slot(int, int)
    def _on_moved(self, done: int, total: int) -> None:
        if self._exporting:
            self.bar.setRange(0, total)
            self.bar.setValue(done)

    def _on_written(self, path: Path) -> None:
        self._set_exporting(False)
        self._written = path
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
        self.preview.stop()
        self._background.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """As the close button does."""
        self.done(0)
        super().closeEvent(event)


def show_in_folder(path: Path) -> None:
    """Open the folder of a file, the file selected where the system can."""
    if sys.platform == "win32":
        QProcess.startDetached("explorer", [f"/select,{path}"])
    elif sys.platform == "darwin":
        QProcess.startDetached("open", ["-R", str(path)])
    else:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
