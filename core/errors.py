"""The errors that a user can meet, under one base: each says what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path


class PainterError(Exception):
    """Base of all errors that are the input's or the machine's fault rather than a bug."""


class PictureError(PainterError):
    """A picture file is missing, unreadable, too large or not a picture."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(path, problem)  # every argument, so it survives pickling
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"Cannot open picture {self.path}: {self.problem}."


class CheckpointError(PainterError):
    """A weights file is missing, unreadable, unsafe, or of another architecture."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"Cannot use weights {self.path}: {self.problem}."


class StrokeFileError(PainterError):
    """A stroke file is missing, damaged, or of a version this program does not read."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"Cannot read strokes from {self.path}: {self.problem}."


class OutputError(PainterError):
    """A file or folder cannot be written."""

    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(path, problem)
        self.path, self.problem = path, problem

    def __str__(self) -> str:
        return f"Cannot write {self.path}: {self.problem}."


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
