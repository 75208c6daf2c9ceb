"""How a session is saved, and what is asked before a painting goes that is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.errors import PainterError
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.files import SESSION_SUFFIX, there_is
from painter_gui.preferences import Preferences
from painter_gui.views.notices import Notices
from painter_gui.views.plain_text import may_replace
from painter_gui.wording import translate


class Saving(QObject):
    """Saves the session at hand, and asks whether to before it makes way for another or the studio is closed."""

    def __init__(self, controller: Controller, preferences: Preferences, notices: Notices, window: QWidget) -> None:
        """Begin.

        Args:
            controller: Who saves.
            preferences: Where recent files and folders are remembered.
            notices: Where it is told that it could not be saved.
            window: For dialogs.
        """
        super().__init__(window)
        self._controller, self._preferences, self._notices = controller, preferences, notices
        self._window = window
        self.asks = True
        """Whether it is asked; else what is not saved may go."""

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the painting at hand may go; where it is to be saved first, `then` is called after that."""
        controller = self._controller
        controller.reader.forget()  # or it would take the place of what is asked about
        if not controller.modified or not self.asks:
            return True
        if controller.phase is Phase.PAINTING:
            controller.pause()
        answer = self.ask_to_save()
        if answer == QMessageBox.StandardButton.Save:
            self.save(then=then)
            return False
        return answer == QMessageBox.StandardButton.Discard

    def ask_to_save(self) -> QMessageBox.StandardButton:
        """Ask whether to save, discard or stay."""
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Strokewise")
        box.setText(translate("Studio", "Save this painting before it goes?"))
        box.setInformativeText(translate("Studio", "Otherwise its strokes are lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        return QMessageBox.StandardButton(box.exec())

    @Slot()
    def save(self, *, then: Callable[[], object] | None = None) -> None:
        """Save the session where it is, or ask where."""
        if self._controller.path is None:
            self.save_as(then=then)
        else:
            self.save_to(self._controller.path, then)

    @Slot()
    def save_as(self, *, then: Callable[[], object] | None = None) -> None:
        """Ask where to save the session."""
        photo = self._controller.photo
        folder = self._preferences.folder_to_save("save", None if photo is None else photo.file)
        kinds = translate("Studio", "Sessions") + f" (*{SESSION_SUFFIX})"
        suggested = str(folder / f"{self._controller.name or 'painting'}{SESSION_SUFFIX}")
        title = translate("Studio", "Save session")
        name, _ = QFileDialog.getSaveFileName(self._window, title, suggested, kinds)
        if name:
            path = Path(name)
            if path.suffix.lower() != SESSION_SUFFIX:
                path = path.with_name(path.name + SESSION_SUFFIX)
                if there_is(path) and not may_replace(self._window, title, path):  # the dialog asked about another name
                    return
            self._preferences.set_folder("save", path.parent)
            self.save_to(path, then)

    def save_to(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Save the session there; `then` is called when it is on the disk."""

        def done() -> None:
            self._preferences.add_recent(path)
            if then is not None:
                then()

        def failed(error: PainterError) -> None:
            again, elsewhere = partial(self.save_to, path, then), partial(self.save_as, then=then)
            self._notices.show_save_failed(error, again, elsewhere)

        self._controller.save(path, done, failed)
