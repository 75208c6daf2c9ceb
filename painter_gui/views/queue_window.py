"""The queue's window: what is painted beside what the artist works on, and with what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.errands import is_film
from core.film_reader import FILM_INPUTS
from core.images import PICTURE_SUFFIXES
from painter_gui.background import Background
from painter_gui.icons import icon
from painter_gui.paint_queue import PaintQueue, QueuePhase
from painter_gui.paint_settings import PaintSettings
from painter_gui.preferences import Preferences
from painter_gui.queue_model import State
from painter_gui.views.queue_form import QueueForm
from painter_gui.views.queue_list import QueueList
from painter_gui.views.status_view import clock
from painter_gui.wording import Worded, translate

_ENDED = (State.DONE, State.SKIPPED, State.FAILED)


class QueueWindow(Worded, QDialog):
    """Shows a queue and what it is at, and has it do what the artist wishes.

    Signals:
        start_requested: Paint what waits, with the panel's settings.
        painting_requested: (photo, stroke file), to be opened in the studio.
    """

    start_requested = Signal()
    painting_requested = Signal(object, object)

    def __init__(
        self, queue: PaintQueue, pictures: Background, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._queue, self._preferences = queue, preferences
        self._build(pictures)
        self._connect()
        self.say(self._say_words)
        self.resize(760, 560)

    # Building

    def _build(self, pictures: Background) -> None:
        self.list = QueueList(pictures, self)
        self.add_button, self.folder_button = QPushButton(icon("photo"), "", self), QPushButton(icon("open"), "", self)
        self.remove_button = QPushButton(icon("close"), "", self)
        self.up_button, self.down_button = QPushButton(icon("up"), "", self), QPushButton(icon("down"), "", self)
        self.again_button, self.retry_button = QPushButton(icon("restart"), "", self), QPushButton(self)
        self.open_button = QPushButton(icon("brush"), "", self)
        self.form = QueueForm(self._queue, self)
        self.state_label = QLabel(self)
        self.state_label.setTextFormat(Qt.TextFormat.PlainText)
        self.state_label.setWordWrap(True)
        self.state_label.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.start_button = QPushButton(self)
        self.stop_button, self.close_button = QPushButton(icon("stop"), "", self), QPushButton(self)
        self._lay_out()

    def _lay_out(self) -> None:
        beside = QVBoxLayout()
        for button in (
            self.add_button, self.folder_button, self.remove_button, self.up_button, self.down_button,
            self.again_button, self.retry_button, self.open_button,
        ):  # fmt: skip
            beside.addWidget(button)
        beside.addStretch(1)
        top = QHBoxLayout()
        top.addWidget(self.list, 1)
        top.addLayout(beside)
        buttons = QHBoxLayout()
        buttons.addWidget(self.state_label, 1)
        for button in (self.start_button, self.stop_button, self.close_button):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addLayout(top, 1)
        layout.addWidget(self.form)
        layout.addWidget(self.bar)
        layout.addLayout(buttons)
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(False)  # Enter is for the list and the folder's name

    def _connect(self) -> None:
        queue = self._queue
        queue.listed.connect(self._on_listed)
        queue.entry_changed.connect(self._on_entry)
        queue.moved.connect(self._on_moved)
        queue.phase_changed.connect(self._on_phase)
        self.list.dropped.connect(queue.add)
        self.list.opened.connect(self._on_opened)
        self.list.chosen_changed.connect(self._enable)
        self.list.removal_requested.connect(self._on_remove)
        self.add_button.clicked.connect(self.ask_for_files)
        self.folder_button.clicked.connect(self.ask_for_folder)
        self.remove_button.clicked.connect(self._on_remove)
        self.up_button.clicked.connect(self._on_up)
        self.down_button.clicked.connect(self._on_down)
        self.again_button.clicked.connect(self._on_again)
        self.retry_button.clicked.connect(self._on_retry)
        self.open_button.clicked.connect(self._on_open)
        self.form.folder_requested.connect(self._on_show)
        self.start_button.clicked.connect(self._on_start)
        self.stop_button.clicked.connect(queue.stop)
        self.close_button.clicked.connect(self.close)

    def _say_words(self) -> None:
        self.setWindowTitle(translate("Studio", "Queue"))
        buttons: tuple[tuple[QPushButton, str, str], ...] = (
            (self.add_button, translate("Studio", "&Add files…"), translate("Studio", "Pictures and films to paint")),
            (self.folder_button, translate("Studio", "Add fo&lder…"),
             translate("Studio", "All pictures and films of a folder, but not of those in it")),
            (self.remove_button, translate("Studio", "&Remove"),
             translate("Studio", "Take what is chosen out of the queue; what is painted stays (Delete)")),
            (self.up_button, translate("Studio", "Move &up"), translate("Studio", "Paint what is chosen earlier")),
            (self.down_button, translate("Studio", "Move &down"), translate("Studio", "Paint what is chosen later")),
            (self.again_button, translate("Studio", "Paint agai&n"),
             translate("Studio", "Have what is chosen painted again; what would come out the same is left as it is")),
            (self.retry_button, translate("Studio", "Retry &failed"),
             translate("Studio", "Have all that failed painted again")),
            (self.open_button, translate("Studio", "&Open painting"),
             translate("Studio", "Open a finished painting's strokes in the studio (double click)")),
            (self.stop_button, translate("Studio", "S&top"),
             translate("Studio", "End now. What is finished stays; the picture at hand is begun anew the next time")),
            (self.close_button, translate("Studio", "&Close"),
             translate("Studio", "Close this window; the queue goes on")),
        )  # fmt: skip
        for button, words, tip in buttons:
            button.setText(words)
            button.setToolTip(tip)
        self.bar.setAccessibleName(translate("Studio", "Progress of the queue"))
        self._on_phase()
        self._on_listed()

    # What is shown

    def show_settings(self, settings: PaintSettings) -> None:
        """Show what the panel is set to; what the queue paints with already is another thing."""
        self.form.show_settings(settings)

    @Slot()
    def _on_listed(self) -> None:
        self.list.show_entries(self._queue.entries, self._queue.stage)
        self._enable()
        self._on_moved()

    @Slot(int)
    def _on_entry(self, number: int) -> None:
        entry = self._queue.entry(number)
        if entry is not None:
            self.list.show_entry(entry, self._queue.stage)
            if entry.state is not State.PAINTING:
                self._enable()

    @Slot()
    def _on_phase(self) -> None:
        phase = self._queue.phase
        picture, text = "play", translate("Studio", "&Start")
        tip = translate("Studio", "Paint all that waits")
        if phase is QueuePhase.PAINTING:
            picture, text = "pause", translate("Studio", "&Pause")
            tip = translate("Studio", "Rest with the step under way")
        elif phase is QueuePhase.PAUSED:
            text, tip = translate("Studio", "&Go on"), translate("Studio", "Paint on from the very stroke")
        self.start_button.setIcon(icon(picture))
        self.start_button.setText(text)
        self.start_button.setToolTip(tip)
        self._enable()
        self._on_moved()

    @Slot()
    def _on_moved(self) -> None:
        share, seconds = self._queue.progress
        self.bar.setValue(round(1000 * share))
        self.state_label.setText(self._state_words(seconds))

    def _state_words(self, seconds: float | None) -> str:
        queue = self._queue
        if not queue.entries:
            return ""
        done, waiting = queue.count(State.DONE, State.SKIPPED), queue.count(State.WAITING, State.PAINTING)
        words = translate("Studio", "{done} finished, {waiting} to go").format(done=done, waiting=waiting)
        if queue.count(State.FAILED):
            words += translate("Studio", ", {failed} failed").format(failed=queue.count(State.FAILED))
        if queue.phase is QueuePhase.STOPPING:
            return words + "\n" + translate("Studio", "Stopping…")
        if queue.phase is QueuePhase.PAUSED:
            return words + "\n" + translate("Studio", "Paused")
        if queue.is_held:
            return words + "\n" + translate("Studio", "Rests while your own picture is painted")
        if queue.phase is QueuePhase.PAINTING:
            left = translate("Studio", "preparing…") if seconds is None else clock(seconds)
            return words + "\n" + translate("Studio", "Time left: {time}").format(time=left)
        return words

    @Slot()
    def _enable(self) -> None:
        """Let be done what can be done."""
        queue = self._queue
        chosen = [entry for entry in map(queue.entry, self.list.chosen) if entry is not None]
        idle = queue.phase is QueuePhase.IDLE
        for button in (self.remove_button, self.up_button, self.down_button):
            button.setEnabled(bool(chosen))
        self.again_button.setEnabled(any(entry.state in _ENDED for entry in chosen))
        self.retry_button.setEnabled(queue.count(State.FAILED) > 0)
        self.open_button.setEnabled(len(chosen) == 1 and chosen[0].painted_in is not None)
        self.start_button.setEnabled(
            queue.phase in (QueuePhase.PAINTING, QueuePhase.PAUSED) or (idle and queue.count(State.WAITING) > 0)
        )
        self.stop_button.setEnabled(queue.phase in (QueuePhase.PAINTING, QueuePhase.PAUSED))

    # What the artist wishes

    @Slot()
    def ask_for_files(self) -> None:
        """Ask for pictures and films, and put them in the queue."""
        suffixes = " ".join(f"*{each}" for each in dict.fromkeys((*PICTURE_SUFFIXES, *FILM_INPUTS)))
        pictures, all_files = translate("Studio", "Pictures and films"), translate("Studio", "All files")
        kinds = f"{pictures} ({suffixes});;{all_files} (*)"
        title, folder = translate("Studio", "Add to the queue"), self._preferences.folder("queue")
        names, _ = QFileDialog.getOpenFileNames(self, title, folder, kinds)
        self._add([Path(name) for name in names])

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder, and put its pictures and films in the queue."""
        title, folder = translate("Studio", "Add to the queue"), self._preferences.folder("queue")
        name = QFileDialog.getExistingDirectory(self, title, folder)
        self._add([Path(name)] if name else [])

    def _add(self, paths: list[Path]) -> None:
        if paths:
            self._preferences.set_folder("queue", paths[0].parent)
            self._queue.add(paths)

    @Slot()
    def _on_start(self) -> None:
        actions: dict[QueuePhase, Callable[[], None]] = {
            QueuePhase.IDLE: self.start_requested.emit,
            QueuePhase.PAINTING: self._queue.pause,
            QueuePhase.PAUSED: self._queue.go_on,
        }
        self.form.take_out()
        actions.get(self._queue.phase, _nothing)()

    @Slot()
    def _on_remove(self) -> None:
        self._queue.remove(self.list.chosen)

    @Slot()
    def _on_up(self) -> None:
        self._queue.move(self.list.chosen, -1)

    @Slot()
    def _on_down(self) -> None:
        self._queue.move(self.list.chosen, 1)

    @Slot()
    def _on_again(self) -> None:
        self._queue.again(self.list.chosen)

    @Slot()
    def _on_retry(self) -> None:
        self._queue.again([entry.number for entry in self._queue.entries if entry.state is State.FAILED])

    @Slot()
    def _on_open(self) -> None:
        for number in self.list.chosen:
            self._on_opened(number)

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        entry = self._queue.entry(number)
        if entry is None or entry.painted_in is None:
            return
        if is_film(entry.source):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.painted_in / "painting.mp4")))
        else:
            self.painting_requested.emit(entry.source, entry.painted_in / "strokes.json")

    @Slot()
    def _on_show(self) -> None:
        """Open the folder of what is chosen, or that of all."""
        chosen = [entry for entry in map(self._queue.entry, self.list.chosen) if entry is not None]
        folder = chosen[0].painted_in if len(chosen) == 1 else None
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder or self._queue.out)))


def _nothing() -> None:
    pass
