"""The errors that a user can meet, under one base: each says what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

EXIT_BUG, EXIT_BAD_INPUT, EXIT_CANCELLED = 1, 2, 130
"""What the program ends with where it is not 0, done; documented in the README, and not to change."""


class PainterError(Exception):
    """Base of all errors that are the input's or the machine's fault rather than a bug."""


class FileError(PainterError):
    """A file or folder cannot be used; its subclasses say for what."""

    wording = "Cannot use"

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(path, problem)  # every argument, so it survives pickling
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"{self.wording} {self.path}: {self.problem}."


class PictureError(FileError):
    """A picture file is missing, unreadable, too large or not a picture."""

    wording = "Cannot open picture"


class FilmError(FileError):
    """A film is missing, unreadable, too large or not a film."""

    wording = "Cannot open film"


class CheckpointError(FileError):
    """A weights file is missing, unreadable, unsafe, or of another architecture."""

    wording = "Cannot use weights"


class StrokeFileError(FileError):
    """A stroke file is missing, damaged, or of a version this program does not read."""

    wording = "Cannot read strokes from"


class SessionFileError(FileError):
    """A saved session is missing, damaged, or of a version this program does not read."""

    wording = "Cannot open session"


class PaletteError(FileError):
    """A palette's file is missing, damaged or none."""

    wording = "Cannot use palette"


class OutputError(FileError):
    """A file or folder cannot be written."""

    wording = "Cannot write"


class DeviceError(PainterError):
    """The device asked for is not on this machine."""

    def __init__(self, device: str, problem: str) -> None:
        super().__init__(device, problem)
        self.device, self.problem = device, problem

    def __str__(self) -> str:
        return f"Cannot use device {self.device}: {self.problem}."


class SettingError(PainterError):
    """A setting lies outside its range, or two settings contradict each other."""

    def __init__(self, name: str, value: object, problem: str) -> None:
        super().__init__(name, value, problem)
        self.name, self.value, self.problem = name, value, problem

    def __str__(self) -> str:
        return f"Cannot use {self.name} {self.value}: {self.problem}."
