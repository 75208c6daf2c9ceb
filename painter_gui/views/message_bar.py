"""A message in the window that stays until it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStyle, QToolButton, QVBoxLayout, QWidget

from painter_gui.icons import icon
from painter_gui.wording import Worded, translate

Words = Callable[[], str]
"""A text in the language that is chosen when it is called."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell."""

    text: Words
    topic: str = ""
    """There is one message of a topic at a time."""
    warning: bool = False
    actions: tuple[tuple[Words, Callable[[], object]], ...] = ()
    """Each a button's words and what it does, after which the message goes."""
    stays: bool = False
    """It is not about the photo at hand: another one leaves it there."""


class MessageBar(Worded, QWidget):
    """Shows one message at a time, with what can be done about it.

    One that asks for something and is covered by another comes back when that one has gone.
    """

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
        self._messages: list[Message] = []
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
        self._say_message()

    def _say_message(self) -> None:
        message = self.message
        if message is not None:
            self.text.setText(message.text())
            self.text.setAccessibleName(self.text.text())
            for button, (words, _) in zip(self.buttons, message.actions, strict=True):
                button.setText(words())

    @property
    def message(self) -> Message | None:
        """What is shown."""
        return self._messages[-1] if self._messages else None

    def show_message(self, message: Message) -> None:
        """Show a message, in the place of one on the same topic or of one that asks for nothing."""
        self._messages = [
            each for each in self._messages if each.actions and not (message.topic and each.topic == message.topic)
        ]
        self._messages.append(message)
        self._show_last()

    def take_away(self, topic: str) -> None:
        """What was said on a topic is no longer so."""
        self._keep([each for each in self._messages if each.topic != topic])

    def clear(self) -> None:
        """There is another photo at hand."""
        self._keep([each for each in self._messages if each.stays])

    @Slot()
    def dismiss(self) -> None:
        """Take the message away that is shown."""
        if self._messages:
            self._messages.pop()
            self._show_last()

    def _keep(self, messages: list[Message]) -> None:
        shown = self.message
        self._messages = messages
        if self.message is not shown:
            self._show_last()

    def _act(self, message: Message, action: Callable[[], object]) -> None:
        self._keep([each for each in self._messages if each is not message])
        action()

    def _show_last(self) -> None:
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons.clear()
        message = self.message
        if message is None:
            self.hide()
            return
        icons = QStyle.StandardPixmap
        pixmap = icons.SP_MessageBoxWarning if message.warning else icons.SP_MessageBoxInformation
        self._icon.setPixmap(self.style().standardIcon(pixmap).pixmap(20, 20))
        for _, action in message.actions:
            button = QPushButton(self)
            button.clicked.connect(lambda _=False, action=action: self._act(message, action))
            self._row.insertWidget(self._row.count() - 1, button)
            self.buttons.append(button)
        self._say_message()
        self.show()
