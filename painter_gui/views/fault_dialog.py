"""Tells of an error that nobody foresaw, with its report and a way to go on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from painter_gui.faults import Fault
from painter_gui.wording import translate

_MOST = 20
"""Faults that a dialog tells of; the log has the others."""


class FaultDialog(QDialog):
    """Shows faults until the artist goes on; more that come meanwhile are added to it.

    Signals:
        save_requested, quit_requested: as their names say.
    """

    save_requested = Signal()
    quit_requested = Signal()

    def __init__(self, fault: Fault, *, kept: bool, parent: QWidget | None = None) -> None:
        """Make it.

        Args:
            fault: What to tell of.
            kept: Whether the painting at hand is safe.
            parent: The window it belongs to.
        """
        super().__init__(parent)
        self.setWindowTitle("Strokewise")
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.heading, self.text = QLabel(self), QLabel(self)
        for label in (self.heading, self.text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        font = self.heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.heading.setFont(font)
        self.heading.setText(translate("Studio", "Strokewise met an error that it did not expect"))
        self._told = 1
        self._say(kept=kept)
        self.report = QPlainTextEdit(fault.report(), self)
        self.report.setReadOnly(True)
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setAccessibleName(translate("Studio", "Report"))
        self.buttons = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        self.continue_button = self._button(translate("Studio", "Go on"), role.AcceptRole)
        self.save_button = self._button(translate("Studio", "Save painting as…"), role.ActionRole)
        self.copy_button = self._button(translate("Studio", "Copy report"), role.ActionRole)
        self.quit_button = self._button(translate("Studio", "Quit"), role.DestructiveRole)
        self.continue_button.setDefault(True)
        self.continue_button.clicked.connect(self.accept)
        self.save_button.clicked.connect(self.save_requested)
        self.copy_button.clicked.connect(self._on_copy)
        self.quit_button.clicked.connect(self._on_quit)
        layout = QVBoxLayout(self)
        for widget in (self.heading, self.text, self.report, self.buttons):
            layout.addWidget(widget)
        self.resize(640, 420)

    def _say(self, *, kept: bool) -> None:
        safe = translate("Studio", "Your painting is kept, and you can go on.")
        unsafe = translate("Studio", "You can go on, but your painting could not be kept: save it.")
        mended = translate("Studio", "The report below helps to mend it. It holds no picture; it is sent nowhere.")
        self.text.setText(f"{safe if kept else unsafe} {mended}")

    @Slot()
    def say_lost(self) -> None:
        """The painting at hand is not safe after all."""
        self._say(kept=False)

    def _button(self, words: str, role: QDialogButtonBox.ButtonRole) -> QPushButton:
        button = self.buttons.addButton(words, role)
        button.setIcon(QIcon())
        return button

    def add(self, fault: Fault) -> None:
        """Tell of another one; there may be no end of them."""
        self._told += 1
        if self._told > _MOST:
            return
        self.report.appendPlainText(f"\n{fault.report()}")

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    @Slot()
    def _on_quit(self) -> None:
        self.accept()
        self.quit_requested.emit()
