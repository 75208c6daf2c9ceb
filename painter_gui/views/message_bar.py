"""A message in the window that stays until it is read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStyle, QToolButton, QVBoxLayout, QWidget

from painter_gui.icons import icon
from painter_gui.wording import Worded, translate


class MessageBar(Worded, QWidget):
    """Shows one message at a time, with what can be done about it.

    Signals:
        closed: by the artist, who has read it, or because what it said is no longer so.
        answered: by one of its buttons, which has done its work.
    """

    closed = Signal()
    answered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        frame = QFrame(self)
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        frame.setAutoFillBackground(True)
        frame.setBackgroundRole(QPalette.ColorRole.ToolTipBase)
        frame.setForegroundRole(QPalette.ColorRole.ToolTipText)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._icon = QLabel(frame)
        self.text = QLabel(frame)
        self.text.setWordWrap(True)
        self.text.setForegroundRole(QPalette.ColorRole.ToolTipText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self._row = QHBoxLayout(frame)
        self._row.addWidget(self._icon)
        self._row.addWidget(self.text, 1)
        self.buttons: list[QPushButton] = []
        self._close = QToolButton(frame)
        self._close.setIcon(icon("close"))
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.dismiss)
        self._row.addWidget(self._close)
        self.say(self._say_words)
        self.hide()

    def _say_words(self) -> None:
        self._close.setToolTip(translate("Studio", "Close this message"))
        self._close.setAccessibleName(self._close.toolTip())

    @Slot()
    def dismiss(self) -> None:
        """Take the message away."""
        self.hide()
        self.closed.emit()

    def show_message(
        self, text: str, *, warning: bool = False, actions: tuple[tuple[str, Callable[[], object]], ...] = ()
    ) -> None:
        """Show a message; each action is a button's words and what it does, after which the message goes."""
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons.clear()
        pixmap = (
            QStyle.StandardPixmap.SP_MessageBoxWarning if warning else QStyle.StandardPixmap.SP_MessageBoxInformation
        )
        self._icon.setPixmap(self.style().standardIcon(pixmap).pixmap(20, 20))
        self.text.setText(text)
        self.text.setAccessibleName(text)
        for words, action in actions:
            button = QPushButton(words, self)
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _=False, action=action: action())
            button.clicked.connect(self.answered)
            self._row.insertWidget(self._row.count() - 1, button)
            self.buttons.append(button)
        self.show()
