"""The queue on the disk, so that what is not finished outlives the studio. One studio at a time has it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

_log = logging.getLogger(__name__)


class QueueFile:
    """A file of plain values, locked until it is closed. Writing may be done in any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = QLockFile(str(path.with_suffix(".lock")))
        self._lock.setStaleLockTime(0)  # a studio may run for days; a lock goes with its process
        with suppress(OSError):  # without a folder there is no lock either
            path.parent.mkdir(parents=True, exist_ok=True)
        self.is_ours = self._lock.tryLock(0)

    def read(self) -> dict[str, Any]:
        """What is there; nothing where it is another studio's, was never written, or cannot be read."""
        if not self.is_ours:
            return {}
        try:
            values = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("cannot read the queue: %s", error)
            return {}
        return values if isinstance(values, dict) else {}

    def write(self, values: Mapping[str, Any]) -> None:
        """Bring values to the disk, unless it is another studio's.

        Raises:
            OutputError: If it cannot be written; what was written before stands.
        """
        from core.files import written_aside

        if self.is_ours:
            with written_aside(self._path) as aside:
                aside.write_text(json.dumps(values))  # escaped: a file's name need not be Unicode

    def close(self) -> None:
        """Let another studio have it."""
        if self.is_ours:
            self._lock.unlock()
