"""Where the queue and the studio meet: who waits for whom, and what is told of it in the studio's window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, Slot
from PySide6.QtWidgets import QWidget

from core.errors import PainterError
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.error_words import told
from painter_gui.preferences import Preferences
from painter_gui.views.notices import Notices
from painter_gui.wording import translate

if TYPE_CHECKING:
    from painter_gui.paint_queue import PaintQueue
    from painter_gui.views.queue_window import QueueWindow

_TOPIC = "queue"

_MOST_NAMED = 3
"""Entries that failed, named in the summary; the others are in the queue's window."""


class QueueDesk(QObject):
    """Has the studio's queue and its window, both made when they are first needed: the studio is to open at once."""

    def __init__(
        self, controller: Controller, preferences: Preferences, notices: Notices, pictures: Background, file: Path,
        parent: QWidget,
    ) -> None:  # fmt: skip
        """Prepare.

        Args:
            controller: Of the artist's own picture, which comes first.
            preferences: Remember folders.
            notices: Tell what came of it.
            pictures: Fetches small pictures.
            file: Where the queue is kept.
            parent: The studio's window.
        """
        super().__init__(parent)
        self._controller, self._preferences, self._notices = controller, preferences, notices
        self._pictures, self._file, self._parent = pictures, file, parent
        self._queue: PaintQueue | None = None
        self._window: QueueWindow | None = None
        self.open_painting: Callable[[Path, Path], object] = controller.open_painting
        """What is done with the photo and the stroke file of a painting that is to be opened."""

    @property
    def queue(self) -> PaintQueue:
        """The queue, as it was left."""
        if self._queue is None:
            from painter_gui.paint_queue import PaintQueue

            pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
            self._queue = PaintQueue(self._file, Path(pictures) / "Strokewise", self)
            self._queue.completed.connect(self._on_completed)
            self._queue.failed.connect(self._on_failed)
            self._queue.noted.connect(self._on_noted)
            self._controller.phase_changed.connect(self._on_phase)
            self._on_phase()
        return self._queue

    @property
    def window(self) -> QueueWindow:
        """Its window."""
        if self._window is None:
            from painter_gui.views.queue_window import QueueWindow

            self._window = QueueWindow(self.queue, self._pictures, self._preferences, self._parent)
            self._window.start_requested.connect(self._on_start)
            self._window.painting_requested.connect(self._on_painting)
            self._controller.settings_changed.connect(self._on_settings)
            self._on_settings()
        return self._window

    @Slot()
    def show(self) -> None:
        """Show the queue's window."""
        self.window.show()
        self.window.activateWindow()

    def offer(self) -> None:
        """Tell of what was left in the queue when the studio ended."""
        from painter_gui.queue_model import State

        waiting = self.queue.count(State.WAITING)
        if waiting:
            self._notices.tell(
                lambda: translate("Studio", "The queue was left with {count} to be painted.").format(count=waiting),
                (_show_the_queue, self.show),
                topic=_TOPIC,
            )

    @Slot()
    def _on_start(self) -> None:
        self._notices.withdraw(_TOPIC)
        self.queue.start(self._controller.settings)

    @Slot(object, object)
    def _on_painting(self, source: Path, strokes: Path) -> None:
        self.open_painting(source, strokes)

    @Slot()
    def _on_settings(self) -> None:
        if self._window is not None:
            self._window.show_settings(self._controller.settings)

    @Slot()
    def _on_phase(self) -> None:
        """The artist's own picture comes first."""
        if self._queue is not None:
            self._queue.hold(self._controller.phase in (Phase.PAINTING, Phase.REFINING))

    @Slot()
    def _on_completed(self) -> None:
        from painter_gui.queue_model import State

        queue = self.queue
        done, there, failed = (queue.count(state) for state in (State.DONE, State.SKIPPED, State.FAILED))
        errors = [entry.error for entry in queue.entries if entry.error is not None]

        def text() -> str:
            parts = [translate("Studio", "The queue is finished: {done} painted.").format(done=done)]
            if there:
                parts.append(translate("Studio", "Already there: {there}.").format(there=there))
            if failed:
                parts.append(translate("Studio", "Failed: {failed}.").format(failed=failed))
            return "\n".join((" ".join(parts), *(told(error) for error in errors[:_MOST_NAMED])))

        if failed:
            self._notices.warn(text, (_show_the_queue, self.show), topic=_TOPIC, stays=True)
        else:
            self._notices.note(text())

    @Slot(object)
    def _on_failed(self, error: PainterError) -> None:
        self._notices.warn(
            lambda: translate("Studio", "Queue:") + " " + told(error),
            (_show_the_queue, self.show),
            topic=_TOPIC,
            stays=True,
        )

    @Slot(str, object)
    def _on_noted(self, word: str, values: dict[str, Any]) -> None:
        texts = {
            "weights_idle": translate(
                "Studio", "{name} paints other strokes than the queue's; these are painted with the bundled weights."
            ),
            "gpu_fewer_windows": translate(
                "Studio", "The graphics card has little memory left: the queue paints in smaller steps."
            ),
            "gpu_on_cpu": translate(
                "Studio", "The graphics card has too little memory: the queue goes on with the processor."
            ),
            "gpu_failed": translate("Studio", "The graphics card failed: the queue goes on with the processor."),
        }
        self._notices.note(texts[word].format(**values))

    def close(self) -> None:
        """End the queue at once; what is not finished is there when the studio starts again."""
        if self._queue is not None:
            self._queue.close()


def _show_the_queue() -> str:
    return translate("Studio", "Show the queue")
