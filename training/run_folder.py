"""What a run leaves behind: its config, and a line of metrics at a time."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import OutputError
from core.files import checked_output_folder, written_aside


class RunFolder:
    """A folder with config.json and metrics.jsonl."""

    def __init__(self, path: Path, config: Any) -> None:
        """Make the folder and write the config, a dataclass.

        Raises:
            OutputError: If the folder cannot be written, or holds another run.
        """
        self.path = checked_output_folder(path)
        if (path / "config.json").exists():
            raise OutputError(path, "it holds another run; choose a new folder")
        with written_aside(path / "config.json") as aside:
            aside.write_text(json.dumps(asdict(config), default=str, indent=2) + "\n")

    def record(self, **values: float) -> None:
        """Append a line of metrics, and show it."""
        line = json.dumps({name: round(value, 6) for name, value in values.items()})
        print(line, flush=True)
        with (self.path / "metrics.jsonl").open("a") as file:
            file.write(line + "\n")
