"""Where faults and the studio meet: the work is kept, and one dialog tells of all that come before it is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from painter_gui.autosave import Autosave
from painter_gui.controller import Controller
from painter_gui.faults import Fault
from painter_gui.views.fault_dialog import FaultDialog


class FaultDesk(QObject):
    """Tells of errors that nobody foresaw, until the studio is closed."""

    def __init__(
        self, controller: Controller, autosave: Autosave, save_as: Callable[[], object], window: QWidget
    ) -> None:
        """Begin.

        Args:
            controller: Knows whether there is anything to save.
            autosave: Keeps the work.
            save_as: What is done where the artist wants to save it.
            window: Told of it in front of this one, and quit by closing it.
        """
        super().__init__(window)
        self._controller, self._autosave, self._save_as, self._window = controller, autosave, save_as, window
        self.dialog: FaultDialog | None = None
        """What is being read."""
        self._told = 0
        self._closed = False

    @Slot(object)
    def show(self, fault: Fault) -> None:
        """Keep the work, and tell of an error."""
        if self._closed:
            return
        kept = not self._autosave.in_trouble
        try:
            self._autosave.keep()
        except Exception as error:  # the fault may be its own, and must be told all the same
            kept = False
            fault = Fault(f"{fault.trace}\n{Fault.of(error).trace}", fault.thread)
        if self.dialog is not None:
            self.dialog.add(fault)
            return
        over = QApplication.activeModalWidget() or self._window  # one that is open would shut this one out
        dialog = FaultDialog(fault, kept=kept, parent=over)
        dialog.save_button.setEnabled(self._controller.photo is not None)
        dialog.save_requested.connect(self._save_as)
        dialog.quit_requested.connect(self._window.close)
        self._autosave.troubled.connect(dialog.say_lost)  # what was begun to be written may fail
        self._told += 1
        for ended in (dialog.finished, dialog.destroyed):  # with what it lies over, it may go unread
            ended.connect(partial(self._on_read, self._told))
        self.dialog = dialog
        dialog.show()

    def _on_read(self, number: int, *_: object) -> None:
        if number == self._told:  # what is destroyed now may be an earlier one
            self.dialog = None

    def close(self) -> None:
        """Tell of nothing more."""
        self._closed = True
