"""What the studio remembers from one start to the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from painter_gui.paint_settings import PaintSettings
from painter_gui.wording import LANGUAGES, system_language

SCHEMES = ("system", "light", "dark")

SCRUB_MEMORIES = (None, 128, 256, 512, 1024, 2048, 4096)
"""Mebibytes that scrubbing may take; None: as much as suits the machine."""

MOST_RECENT = 12


class Preferences:
    """The remembered values; whatever cannot be read takes its default."""

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings or QSettings()

    def _text(self, key: str) -> str:
        value = self._settings.value(key, "")
        return value if isinstance(value, str) else ""

    def _json(self, key: str) -> Any:
        try:
            return json.loads(self._text(key) or "null")
        except (ValueError, RecursionError):
            return None

    @property
    def language(self) -> str:
        """One of `LANGUAGES`; the system's at first."""
        language = self._text("language")
        return language if language in LANGUAGES else system_language()

    @language.setter
    def language(self, language: str) -> None:
        self._settings.setValue("language", language)

    @property
    def scheme(self) -> str:
        """One of `SCHEMES`."""
        scheme = self._text("scheme")
        return scheme if scheme in SCHEMES else "system"

    @scheme.setter
    def scheme(self, scheme: str) -> None:
        self._settings.setValue("scheme", scheme)

    @property
    def scrub_memory(self) -> int | None:
        """One of `SCRUB_MEMORIES`."""
        text = self._text("scrub_memory")
        value = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
        return value if value in SCRUB_MEMORIES else None

    @scrub_memory.setter
    def scrub_memory(self, mebibytes: int | None) -> None:
        self._settings.setValue("scrub_memory", "" if mebibytes is None else str(mebibytes))

    @property
    def paint_settings(self) -> PaintSettings:
        """What was painted with last."""
        values = self._json("paint")
        return PaintSettings.of(values if isinstance(values, dict) else {})

    @paint_settings.setter
    def paint_settings(self, settings: PaintSettings) -> None:
        # Masks are of one photo.
        self._settings.setValue("paint", json.dumps(settings.of_any_photo().values()))

    @property
    def recent(self) -> list[str]:
        """Files opened or saved lately, the latest first."""
        names = self._json("recent")
        return [name for name in names if isinstance(name, str)][:MOST_RECENT] if isinstance(names, list) else []

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of those opened lately."""
        name = str(path.absolute())
        names = [name, *(each for each in self.recent if each != name)]
        self._settings.setValue("recent", json.dumps(names[:MOST_RECENT]))

    def folder(self, what: str) -> str:
        """Where something was opened or saved last; empty where it never was."""
        return self._text(f"folders/{what}")

    def folder_to_save(self, what: str, photo: Path | None) -> Path:
        """Where something was saved last; at first beside the photo, or at home where that has no file."""
        usual = Path.home() if photo is None else photo.parent
        return Path(self.folder(what) or usual)

    def set_folder(self, what: str, folder: Path) -> None:
        """Remember where something was opened or saved."""
        self._settings.setValue(f"folders/{what}", str(folder))

    def bytes(self, key: str) -> QByteArray:
        """What `set_bytes` kept; empty where it never did."""
        value: Any = self._settings.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_bytes(self, key: str, value: QByteArray) -> None:
        """Keep a window's geometry and the like."""
        self._settings.setValue(key, value)

    def sync(self) -> None:
        """Bring it to the disk."""
        self._settings.sync()
