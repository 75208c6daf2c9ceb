"""How a long export tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import PainterError

Progress = Callable[[int, int], None]
"""Called with (done, total) now and then; what it raises stops the export, and nothing unfinished is left."""


class ExportCancelledError(PainterError):
    """The user wants no more of it; for a `Progress` to raise."""

    def __str__(self) -> str:
        return "The export was cancelled."
