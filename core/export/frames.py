"""A painting as numbered pictures, one every so many strokes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.document import BLACK, WHITE, Document
from core.errors import OutputError, SettingError
from core.export.progress import Progress
from core.files import checked_output_folder, system_problem
from core.geometry import Size
from core.images import save_picture
from core.rasteriser.fast import Canvas, to_bytes
from core.timeline import moments


def check_for_frames(folder: Path) -> None:
    """Refuse a folder with frames of another painting: those past the new one's last would be taken for its end.

    Raises:
        OutputError: If there are any.
    """
    if any(folder.glob("frame-*.png")):
        raise OutputError(folder, "it already has frames in it; choose an empty folder")


def remove_frames(folder: Path) -> None:
    """Remove what `check_for_frames` refuses.

    Raises:
        OutputError: If that is not allowed.
    """
    try:
        for path in folder.glob("frame-*.png"):
            path.unlink()
    except OSError as error:
        raise OutputError(folder, system_problem(error)) from error


def write_frames(
    document: Document,
    folder: Path,
    *,
    size: Size | None = None,
    every: int = 50,
    count: int | None = None,
    transparent: bool = False,
    progress: Progress | None = None,
) -> int:
    """Write frame-000000.png, the bare sheet, and one more after every `every` strokes; the last is the painting.

    `ffmpeg -i frame-%06d.png` takes them as they are.

    Args:
        document: The painting.
        folder: Where to; created where it is missing.
        size: Of the frames, pixels, in the sheet's aspect; the sheet's own where absent.
        every: Strokes from frame to frame.
        count: How many frames, spread evenly, instead; 2 at least.
        transparent: Leave the sheet out: what strokes do not cover stays transparent.
        progress: See `Progress`, in frames; those already written stay.

    Returns:
        How many frames there are.

    Raises:
        OutputError: If they cannot be written, or the folder has frames of another painting.
        SettingError: If `every` is below 1, or `count` below 2.
    """
    if every < 1:
        raise SettingError("strokes a frame", every, "choose 1 or more")
    if count is not None and count < 2:
        raise SettingError("frames", count, "choose 2 or more")
    check_for_frames(checked_output_folder(folder))
    total = len(document.strokes)
    moved = [*range(0, total, every), total]
    counts = moved if count is None else np.rint(np.linspace(0, total, count)).astype(int).tolist()
    size = size or document.size
    # Over black a canvas is what the strokes give to any sheet, over white that and all that they let through.
    sheets = [
        replace(document, background=sheet) for sheet in ((BLACK, WHITE) if transparent else (document.background,))
    ]
    for frame, canvases in enumerate(zip(*(moments(sheet, size, counts) for sheet in sheets), strict=True)):
        pixels = _unmatted(*canvases) if transparent else canvases[0]
        save_picture(folder / f"frame-{frame:06}.png", to_bytes(pixels))
        if progress is not None:
            progress(frame + 1, len(counts))
    return len(counts)


def _unmatted(over_black: Canvas, over_white: Canvas) -> Canvas:
    """RGBA [H, W, 4], colours not premultiplied, of what was drawn on a black and on a white sheet."""
    alpha = 1 - (over_white - over_black).mean(axis=2, keepdims=True).clip(0, 1)
    colour = np.divide(over_black, alpha, out=np.zeros_like(over_black), where=alpha > 1e-4)
    return np.concatenate([colour.clip(0, 1), alpha], axis=2)
