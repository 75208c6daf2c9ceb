"""What was kept of paintings whose studio did not end as it should: offered in the message bar until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from painter_gui.autosave import Autosave
from painter_gui.controller import Controller
from painter_gui.files import Opened
from painter_gui.kept_work import KeptWork, left_behind
from painter_gui.views.message_bar import Message, MessageBar
from painter_gui.wording import translate

_TOPIC = "left behind"


class RecoveryOffer(QObject):
    """Offers the latest of the works that were left behind, and opens or discards it."""

    def __init__(
        self,
        controller: Controller,
        autosave: Autosave,
        folder: Path,
        message: MessageBar,
        may_leave: Callable[[Callable[[], object]], bool],
        parent: QObject,
    ) -> None:
        """Watch over a message bar.

        Args:
            controller: Opens works.
            autosave: Goes on keeping what was opened.
            folder: Where works are left behind.
            message: Shows the offer.
            may_leave: Whether the painting at hand may go; where it is to be saved first, calls its argument after.
            parent: Owns it.
        """
        super().__init__(parent)
        self._controller, self._autosave, self._folder = controller, autosave, folder
        self._message, self._may_leave = message, may_leave
        self._claimed: list[KeptWork] = []

    def show(self) -> None:
        """Offer what there is."""
        found = left_behind(self._folder)
        if not found:
            self._message.take_away(_TOPIC)
            return
        path, count = found[0], len(found)

        def text() -> str:
            if count == 1:
                return translate("Studio", "Strokewise did not end as it should. The painting you were at was kept.")
            kept = translate(
                "Studio", "Strokewise did not end as it should. {count} paintings were kept; this is the latest."
            )
            return kept.format(count=count)

        actions = (
            (lambda: translate("Studio", "Open it"), partial(self._open, path)),
            (lambda: translate("Studio", "Discard it"), partial(self._discard, path)),
        )
        self._message.show_message(Message(text, _TOPIC, actions=actions, stays=True))

    def _open(self, path: Path) -> None:
        work = KeptWork.claimed(path) if self._may_leave(partial(self._open, path)) else None
        if work is None:  # the artist stays, or another studio was quicker
            self.show()
            return
        self._claimed.append(work)

        def read() -> Opened:
            opened = work.load()
            untitled = translate("Studio", "Recovered painting")
            recovered = translate("Studio", "{name} (recovered)")
            name = opened.name
            if not name:
                name = untitled
            elif not name.endswith(recovered.format(name="")):
                name = recovered.format(name=name)
            return replace(opened, name=name)

        self._controller.open_work(read, taken=partial(self._on_taken, work), left=partial(self._give_up, work))

    def _on_taken(self, work: KeptWork) -> None:
        self._claimed.remove(work)
        self._autosave.adopt(work)

    def _give_up(self, work: KeptWork) -> None:
        """It could not be opened, or came too late: it is offered again."""
        self._claimed.remove(work)
        work.release()
        self.show()

    def ask_to_discard(self) -> bool:
        """Ask whether a painting is really to be lost."""
        question = translate("Studio", "Discard what was kept? Its strokes are lost then.")
        answer = QMessageBox.question(self._message, "Strokewise", question)
        return answer == QMessageBox.StandardButton.Yes

    def _discard(self, path: Path) -> None:
        work = KeptWork.claimed(path) if self.ask_to_discard() else None
        if work is not None:
            work.remove()
        self.show()

    def close(self) -> None:
        """What is being opened is offered again, by whatever studio."""
        while self._claimed:
            self._claimed.pop().release()
