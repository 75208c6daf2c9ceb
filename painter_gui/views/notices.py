"""What the studio tells the artist: in passing in the status bar, or in the message bar until it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStatusBar

from core.errors import PainterError
from painter_gui.autosave import Autosave
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.error_words import told
from painter_gui.views.message_bar import Message, MessageBar, Words
from painter_gui.wording import translate

NOTE_MS = 6000


class Notices(QObject):
    """Finds the words for what the controller and the autosave tell, and the place where they are read."""

    def __init__(
        self,
        controller: Controller,
        autosave: Autosave,
        message: MessageBar,
        status: QStatusBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._message, self._status = controller, message, status
        self.save_as: Callable[[], object] = _nothing
        """What is done where work cannot be kept and the artist wants to save it."""
        controller.noted.connect(self._on_noted)
        controller.failed.connect(self.show_error)
        controller.gpu_left.connect(self._on_gpu_left)
        autosave.troubled.connect(self._on_not_kept)
        autosave.trouble_ended.connect(self._on_trouble_ended)
        controller.phase_changed.connect(self._on_phase)
        controller.position_changed.connect(self._on_position)
        self._of_position = ""
        """What was told in passing and holds for the stroke that was shown."""

    def note(self, text: str) -> None:
        """Tell something in passing."""
        self._status.showMessage(text, NOTE_MS)

    def tell(self, text: Words, *actions: tuple[Words, Callable[[], object]], topic: str = "") -> None:
        """Tell something that asks for nothing at once, until it is read, whatever photo is at hand."""
        self._message.show_message(Message(text, topic, actions=actions, stays=True))

    def withdraw(self, topic: str) -> None:
        """What was said on a topic is no longer so."""
        self._message.take_away(topic)

    def warn(
        self, text: Words, *actions: tuple[Words, Callable[[], object]], topic: str = "", stays: bool = False
    ) -> None:
        """Tell something until it is read; what else there is, see `Message`."""
        self._message.show_message(Message(text, topic, warning=True, actions=actions, stays=stays))

    @Slot(object)
    def show_error(self, error: PainterError) -> None:
        """Tell what went wrong."""
        self.warn(lambda: told(error))

    def show_save_failed(
        self, error: PainterError, again: Callable[[], object], elsewhere: Callable[[], object]
    ) -> None:
        """Tell that a session could not be saved, and offer two ways to have it saved all the same."""
        self.warn(
            lambda: told(error),
            (lambda: translate("Studio", "Try again"), again),
            (lambda: translate("Studio", "Save elsewhere…"), elsewhere),
            topic="saving",
        )

    @Slot(str, object)
    def _on_noted(self, word: str, values: dict[str, Any]) -> None:
        words = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        texts = {
            "saved": translate("Studio", "Saved as {name}."),
            "sheet_later": translate("Studio", "The sheet's colour changes when you restart."),
            "applies_from": translate("Studio", "Applies from stroke {stroke} on; what is painted stays."),
            "weights_idle": translate(
                "Studio", "{name} paints other strokes ({type}); these are painted with the bundled weights."
            ),
            "kept_already": translate("Studio", "This painting is kept as a branch already."),
            "branches_full": translate("Studio", "There is no room for more branches; drop one that is not needed."),
            "no_faces": translate("Studio", "No faces were found; paint over what matters."),
            "nothing_to_refine": translate("Studio", "There are no strokes to refine yet."),
            "hand_waits": translate(
                "Studio", "While all strokes are refined none can be drawn; stop the refinement first."
            ),
            "fewer_windows": translate(
                "Studio", "The graphics card has little memory left: it paints in smaller steps."
            ),
            "budget_reached": translate(
                "Studio", "All {strokes} strokes are painted. Raise the number, or go back to an earlier stroke."
            ),
        }
        text = texts[word].format(**words)
        self.note(text)
        if word == "applies_from":
            self._of_position = text

    @Slot()
    def _on_position(self) -> None:
        is_painting = self._controller.phase is Phase.PAINTING  # which begins there and goes on
        if not is_painting and self._of_position and self._status.currentMessage() == self._of_position:
            self._status.clearMessage()

    @Slot(str)
    def _on_gpu_left(self, word: str) -> None:
        texts: dict[str, Words] = {
            "on_cpu": lambda: translate(
                "Studio", "The graphics card has too little memory to go on. What is painted is kept; close other "
                "programs, or go on with the processor, which is slower."
            ),
            "failed": lambda: translate(
                "Studio", "The graphics card failed. What is painted is kept; go on with the processor, which is "
                "slower, or save it and start the program again."
            ),
        }  # fmt: skip
        go_on = lambda: translate("Studio", "Go on with the processor"), self._controller.brushwork.go_on_with_cpu
        self.warn(texts[word], go_on, topic="gpu")

    @Slot()
    def _on_phase(self) -> None:
        if self._controller.phase in (Phase.PAINTING, Phase.REFINING):
            self._message.take_away("gpu")

    @Slot(object)
    def _on_not_kept(self, error: PainterError) -> None:
        def text() -> str:
            sorry = translate("Studio", "What you paint is not kept at the moment, and would be lost in a crash.")
            again = translate("Studio", "It is tried again every two seconds; you can go on painting.")
            return f"{sorry} {told(error)} {again}"

        save = lambda: translate("Studio", "Save as…"), lambda: self.save_as()
        self.warn(text, save, topic="keeping", stays=True)

    @Slot(bool)
    def _on_trouble_ended(self, kept: bool) -> None:
        self._message.take_away("keeping")
        if kept:
            self.note(translate("Studio", "What you paint is being kept again."))


def _nothing() -> None:
    pass
