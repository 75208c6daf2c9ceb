"""What is chosen for the studio as a whole, and remembered: its language, light or dark, memory for scrubbing."""

from __future__ import annotations

from PySide6.QtCore import QObject

from painter_gui.appearance import apply_scheme
from painter_gui.controller import Controller
from painter_gui.preferences import Preferences
from painter_gui.views.action_window import ActionWindow
from painter_gui.wording import Languages


class StudioChoices(QObject):
    """Has a window's actions choose, and remembers it."""

    def __init__(
        self, window: ActionWindow, controller: Controller, preferences: Preferences, languages: Languages
    ) -> None:
        """Begin with what was chosen last.

        Args:
            window: Its actions say which choice is in force.
            controller: Draws what is scrubbed to.
            preferences: Where it is remembered.
            languages: Those that can be spoken.
        """
        super().__init__(window)
        self._window, self._controller, self._preferences = window, controller, preferences
        self.languages = languages
        for name, action in window.scheme_actions.items():
            action.triggered.connect(lambda _=False, name=name: self.choose_scheme(name))
        for name, action in window.language_actions.items():
            action.triggered.connect(lambda _=False, name=name: self.choose_language(name))
        for size, action in window.memory_actions.items():
            action.triggered.connect(lambda _=False, size=size: self.choose_scrub_memory(size))
        controller.shown.canvas.set_budget(preferences.scrub_memory)

    def choose_language(self, language: str) -> None:
        """Speak another language from now on."""
        self._preferences.language = language
        self.languages.choose(language)
        self._window.language_actions[self.languages.current].setChecked(True)

    def choose_scheme(self, scheme: str) -> None:
        """Be light, dark, or as the system is."""
        self._preferences.scheme = scheme
        apply_scheme(scheme)

    def choose_scrub_memory(self, mebibytes: int | None) -> None:
        """Let scrubbing take so much memory."""
        self._preferences.scrub_memory = mebibytes
        self._controller.shown.canvas.set_budget(mebibytes)
