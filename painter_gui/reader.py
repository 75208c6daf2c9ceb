"""What is to be opened is read in a thread of its own; of several things asked for, the last counts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from core.errors import PainterError
from painter_gui.background import Background
from painter_gui.files import Opened


class Reader(QObject):
    """Reads, and hands on what nobody has changed their mind about since.

    Signals:
        changed: Something began or ended to be read.
        failed: (PainterError), what was asked for last could not be read.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background("reading", self)  # a picture on a slow disk must not hold up saving
        self._openings = 0
        self._reading = False

    @property
    def reading(self) -> bool:
        """Whether something is being read that is still wanted."""
        return self._reading

    def read(
        self,
        read: Callable[[], Opened],
        done: Callable[[Opened], object],
        left: Callable[[], object] | None = None,
    ) -> None:
        """Read something to be opened; what was asked for before comes too late.

        Args:
            read: Called in the thread.
            done: What is done with it then.
            left: Called instead where it cannot be read or comes too late.
        """
        self._openings += 1
        number = self._openings
        self._set_reading(True)

        def finished(opened: Opened) -> None:
            if number == self._openings:
                self._set_reading(False)
                done(opened)
            elif left is not None:
                left()

        def failed(error: PainterError) -> None:
            if left is not None:
                left()
            if number == self._openings:
                self._set_reading(False)
                self.failed.emit(error)

        self.background.submit(read, finished, failed)

    def forget(self) -> None:
        """Whatever is being read comes too late."""
        self._openings += 1
        self._set_reading(False)

    def _set_reading(self, reading: bool) -> None:
        if reading != self._reading:
            self._reading = reading
            self.changed.emit()

    def close(self) -> None:
        """End the thread."""
        self.background.close()
