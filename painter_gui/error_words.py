"""Errors of `core` in the chosen language.

They come in English, those of files with their kind and what is wrong; each is translated where it is among those
below, which are what artists meet. Everything else is told as it comes.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from core.errors import DeviceError, FileError, PainterError
from painter_gui.wording import translate

KINDS = (
    QT_TRANSLATE_NOOP("Errors", "Cannot open picture"),
    QT_TRANSLATE_NOOP("Errors", "Cannot open film"),
    QT_TRANSLATE_NOOP("Errors", "Cannot open session"),
    QT_TRANSLATE_NOOP("Errors", "Cannot read strokes from"),
    QT_TRANSLATE_NOOP("Errors", "Cannot use palette"),
    QT_TRANSLATE_NOOP("Errors", "Cannot use"),
    QT_TRANSLATE_NOOP("Errors", "Cannot use weights"),
    QT_TRANSLATE_NOOP("Errors", "Cannot write"),
)

PROBLEMS = (
    QT_TRANSLATE_NOOP("Errors", "it is a folder; choose a picture file inside it"),
    QT_TRANSLATE_NOOP("Errors", "there is no such file; check its name and folder"),
    QT_TRANSLATE_NOOP("Errors", "there is no such file; check its name and place"),
    QT_TRANSLATE_NOOP("Errors", "you may not read it; change its permissions or copy it elsewhere"),
    QT_TRANSLATE_NOOP("Errors", "it is empty; copy it again from where it came from"),
    QT_TRANSLATE_NOOP("Errors", "it is damaged, or not a picture of a kind that is read here; save it as PNG or JPEG"),
    QT_TRANSLATE_NOOP("Errors", "it is damaged or cut short; copy it again from where it came from"),
    QT_TRANSLATE_NOOP("Errors", "it needs more memory than is free; close other programs or shrink it"),
    QT_TRANSLATE_NOOP("Errors", "it is no session that Strokewise saved; choose another file"),
    QT_TRANSLATE_NOOP("Errors", "it is damaged, or no session; copy it again from where it came from"),
    QT_TRANSLATE_NOOP("Errors", "it is damaged, or no film of a kind that is read here; save it as .mp4"),
    QT_TRANSLATE_NOOP("Errors", "no frame in it can be read; save it as .mp4 with another program"),
    QT_TRANSLATE_NOOP("Errors", "it is damaged or no palette; give a .gpl, an .ase, or a line #rrggbb each"),
    QT_TRANSLATE_NOOP("Errors", "there is no colour in it; give a .gpl, an .ase, or a line #rrggbb each"),
    QT_TRANSLATE_NOOP("Errors", "it is larger than any palette; choose another"),
    QT_TRANSLATE_NOOP("Errors", "it is damaged from the beginning; nothing of it can be read"),
    QT_TRANSLATE_NOOP("Errors", "the file is empty; download or copy it again"),
    QT_TRANSLATE_NOOP("Errors", "it holds weights of some other program; choose one that Strokewise wrote"),
    QT_TRANSLATE_NOOP("Errors", "the disk is full; free some space or choose another disk"),
    QT_TRANSLATE_NOOP("Errors", "you may not write there; choose another folder"),
    QT_TRANSLATE_NOOP("Errors", "that disk is read-only; choose another folder"),
    QT_TRANSLATE_NOOP("Errors", "its folder does not exist; create the folder or choose another"),
    QT_TRANSLATE_NOOP("Errors", "a folder has that name; choose another name"),
    QT_TRANSLATE_NOOP("Errors", "it is what is to be painted; choose another folder"),
    QT_TRANSLATE_NOOP("Errors", "it already has frames in it; choose an empty folder"),
    QT_TRANSLATE_NOOP("Errors", "the encoder failed; free some space on the disk or choose a smaller size"),
)

DEVICE = (
    QT_TRANSLATE_NOOP("Errors", "This machine has no NVIDIA GPU that torch can use; choose the processor."),
    QT_TRANSLATE_NOOP("Errors", "The GPU has too little memory; close other programs or choose the processor."),
)


IS_PHOTO = QT_TRANSLATE_NOOP("Errors", "it is the photo that is painted; choose another name")
"""A problem that the studio itself has with a file."""

OWN = (
    QT_TRANSLATE_NOOP("Errors", "There is too little memory; close other programs or choose less."),
    QT_TRANSLATE_NOOP("Errors", "There is too little memory; close other programs or choose a smaller picture."),
    QT_TRANSLATE_NOOP("Errors", "Painting it ended the painter itself; there may be too little memory for it."),
    QT_TRANSLATE_NOOP("Errors", "The painter of the queue has ended; start it again, or look into the log."),
)
"""What the studio itself tells as an error."""


def told(error: PainterError) -> str:
    """What to tell the artist."""
    if isinstance(error, DeviceError) and error.device == "cuda":
        # The command line's remedy is an option, the window's is in the panel.
        return translate("Errors", str(DEVICE["memory" in error.problem]))
    if not isinstance(error, FileError):
        return translate("Errors", str(error))
    kind, problem = translate("Errors", error.wording), translate("Errors", error.problem)
    if kind == error.wording:
        return str(error)
    return f"{kind} {error.path}：{problem}。"


def problem_told(error: PainterError) -> str:
    """What to tell where it is plain which file the error is about."""
    return translate("Errors", error.problem) if isinstance(error, FileError) else told(error)
