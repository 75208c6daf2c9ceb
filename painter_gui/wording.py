"""The studio's words in the language chosen, changed while it runs.

Sources are English and live where they are shown, marked by `translate("Studio", ...)` for Qt's tools; translations lie
in `resources/translations` (see docs/studio.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, QTranslator

FOLDER = Path(__file__).parent.parent / "resources" / "translations"

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""By the names of their files; each named in itself, so that whoever is lost finds back."""


def translate(context: str, text: str) -> str:
    """A text in the chosen language."""
    return QCoreApplication.translate(context, text)


def system_language() -> str:
    """The one of `LANGUAGES` nearest to the system's."""
    for name in QLocale.system().uiLanguages():  # those that are wanted first
        for known in LANGUAGES:
            if QLocale(known).language() == QLocale(name).language():
                return known
    return "en"


class Languages(QObject):
    """Loads and unloads translations; Qt then tells every widget."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.current = "en"
        self._translators: list[QTranslator] = []

    def choose(self, language: str) -> None:
        """Switch to one of `LANGUAGES`; Qt's own words (of its dialogs) with the studio's."""
        for translator in self._translators:
            QCoreApplication.removeTranslator(translator)
            translator.deleteLater()
        self._translators.clear()
        self.current = language if language in LANGUAGES else "en"
        QLocale.setDefault(QLocale(self.current))
        if self.current == "en":  # the sources are
            application = QCoreApplication.instance()
            if application is not None:  # which tells its windows
                QCoreApplication.sendEvent(application, QEvent(QEvent.Type.LanguageChange))
            return
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in ((f"qtbase_{self.current}", qt), (f"studio_{self.current}", str(FOLDER))):
            translator = QTranslator(self)
            if translator.load(name, folder):
                QCoreApplication.installTranslator(translator)
                self._translators.append(translator)


class Worded:
    """For widgets whose words follow the language: each is said once, and again whenever that changes.

    To be named before the Qt class in a widget's bases.
    """

    def say(self, saying: Callable[[], object]) -> None:
        """Call something that sets a translated text, now and on every change of the language."""
        vars(self).setdefault("_sayings", []).append(saying)
        saying()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Say everything again when the language changes."""
        if event.type() == QEvent.Type.LanguageChange:
            for saying in vars(self).get("_sayings", ()):
                saying()
        super().changeEvent(event)  # type: ignore[misc]
