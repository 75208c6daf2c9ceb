"""What is chosen for the whole queue: the folder it paints into, what it writes, refinement, and the settings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from painter_gui.paint_queue import PaintQueue, QueuePhase
from painter_gui.paint_settings import PaintSettings
from painter_gui.queue_model import MOST_REFINE
from painter_gui.views.settings_words import settings_words
from painter_gui.wording import Worded, translate

_STEPS = 50
"""Of refinement, from one click to the next."""


class QueueForm(Worded, QWidget):
    """Shows a queue's choices, and has it take others while it does not paint.

    Signals:
        folder_requested: To open the folder.
    """

    folder_requested = Signal()

    def __init__(self, queue: PaintQueue, parent: QWidget) -> None:
        super().__init__(parent)
        self._queue = queue
        self._settings = PaintSettings()
        self.out, self.browse_button = QLineEdit(self), QPushButton(self)
        self.show_button = QPushButton(self)
        self.svg, self.film, self.frames = QCheckBox(self), QCheckBox(self), QCheckBox(self)
        self.refine = QSpinBox(self)
        self.refine.setRange(0, MOST_REFINE)
        self.refine.setSingleStep(_STEPS)
        self.refine.setGroupSeparatorShown(True)
        self.settings_label = QLabel(self)
        self.settings_label.setTextFormat(Qt.TextFormat.PlainText)
        self.settings_label.setWordWrap(True)
        self._lay_out()
        self.out.editingFinished.connect(self.take_out)
        self.browse_button.clicked.connect(self.ask_for_out)
        self.show_button.clicked.connect(self.folder_requested)
        for name, box in (("svg", self.svg), ("film", self.film), ("frames", self.frames)):
            box.toggled.connect(lambda on, name=name: queue.set_choices(**{name: on}))
        self.refine.valueChanged.connect(lambda steps: queue.set_choices(refine=steps))
        queue.listed.connect(self._on_choices)
        queue.choices_changed.connect(self._on_choices)
        queue.phase_changed.connect(self._on_phase)
        self.say(self._say_words)
        self._on_choices()
        self._on_phase()

    def _lay_out(self) -> None:
        out = QHBoxLayout()
        out.addWidget(self.out, 1)
        for button in (self.browse_button, self.show_button):
            out.addWidget(button)
        written = QHBoxLayout()
        for box in (self.svg, self.film, self.frames):
            written.addWidget(box)
        written.addStretch(1)
        self._labels = tuple(QLabel(self) for _ in range(4))
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self._labels[0], out)
        form.addRow(self._labels[1], written)
        form.addRow(self._labels[2], self.refine)
        form.addRow(self._labels[3], self.settings_label)
        self._labels[0].setBuddy(self.out)
        self._labels[2].setBuddy(self.refine)

    def _say_words(self) -> None:
        rows = (
            translate("Studio", "Paint &into"), translate("Studio", "Write"), translate("Studio", "R&efine"),
            translate("Studio", "Paints with"),
        )  # fmt: skip
        for label, words in zip(self._labels, rows, strict=True):
            label.setText(words)
        self.out.setAccessibleName(translate("Studio", "Folder for the paintings"))
        self.out.setToolTip(translate("Studio", "Each picture has a folder of its own in it"))
        self.browse_button.setText(translate("Studio", "&Browse…"))
        self.browse_button.setToolTip(translate("Studio", "Choose the folder"))
        self.show_button.setText(translate("Studio", "S&how"))
        self.show_button.setToolTip(translate("Studio", "Open the folder"))
        self.svg.setText("SVG")
        self.svg.setToolTip(translate("Studio", "The strokes for drawing programs; beside picture and stroke file"))
        self.film.setText(translate("Studio", "Film of the painting"))
        self.frames.setText(translate("Studio", "Frames"))
        self.frames.setToolTip(translate("Studio", "A folder of numbered PNG files, for film editors."))
        self.refine.setSpecialValueText(translate("Studio", "Not at all"))
        self.refine.setSuffix(translate("Studio", " steps"))
        self.refine.setToolTip(translate("Studio", "All strokes bettered together at the end, in so many steps"))
        self.refine.setAccessibleName(translate("Studio", "Steps of refinement"))
        self.show_settings(self._settings)

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what the panel is set to; what the queue paints with already is another thing."""
        self._settings = settings
        self.settings_label.setText(settings_words(self._queue.settings or settings))

    @Slot()
    def _on_choices(self) -> None:
        choices = self._queue.choices
        editors = (self.svg, self.film, self.frames, self.refine)
        blockers = [QSignalBlocker(each) for each in editors]
        self.out.setText(str(self._queue.out))
        self.svg.setChecked(choices.svg)
        self.film.setChecked(choices.film)
        self.frames.setChecked(choices.frames)
        self.refine.setValue(choices.refine)
        del blockers

    @Slot()
    def _on_phase(self) -> None:
        for widget in (self.out, self.browse_button, self.svg, self.film, self.frames, self.refine):
            widget.setEnabled(self._queue.phase is QueuePhase.IDLE)
        self.show_settings(self._settings)

    @Slot()
    def ask_for_out(self) -> None:
        """Ask where to paint into."""
        title = translate("Studio", "Folder for the paintings")
        name = QFileDialog.getExistingDirectory(self, title, str(self._queue.out))
        if name:
            self._queue.set_out(Path(name))

    @Slot()
    def take_out(self) -> None:
        """Have the queue paint into the folder that is written there, if it can be one."""
        text = self.out.text().strip()
        if text and "\0" not in text:
            with suppress(RuntimeError):  # nobody has the name whose folder it would be in
                self._queue.set_out(Path(text).expanduser().absolute())
        self.out.setText(str(self._queue.out))
