"""A painting as numbered pictures, one every so many strokes."""

from __future__ import annotations

from pathlib import Path

from core.document import Document
from core.errors import OutputError, SettingError
from core.export.progress import Progress
from core.files import checked_output_folder
from core.geometry import Size
from core.images import save_picture
from core.rasteriser.fast import to_bytes
from core.timeline import moments


def check_for_frames(folder: Path) -> None:
    """Refuse a folder with frames of another painting: those past the new one's last would be taken for its end.

    Raises:
        OutputError: If there are any.
    """
    if any(folder.glob("frame-*.png")):
        raise OutputError(folder, "it already has frames in it; choose an empty folder")


def write_frames(
    document: Document, folder: Path, *, size: Size | None = None, every: int = 50, progress: Progress | None = None
) -> int:
    """Write frame-000000.png, the bare sheet, and one more after every `every` strokes; the last is the painting.

    `ffmpeg -i frame-%06d.png` takes them as they are.

    Args:
        document: The painting.
        folder: Where to; created where it is missing.
        size: Of the frames, pixels, in the sheet's aspect; the sheet's own where absent.
        every: Strokes from frame to frame.
        progress: See `Progress`; the frames already written stay.

    Returns:
        How many frames there are.

    Raises:
        OutputError: If they cannot be written, or the folder has frames of another painting.
        SettingError: If `every` is below 1.
    """
    if every < 1:
        raise SettingError("strokes a frame", every, "choose 1 or more")
    check_for_frames(checked_output_folder(folder))
    total = len(document.strokes)
    counts = [*range(0, total, every), total]
    for frame, canvas in enumerate(moments(document, size or document.size, counts)):
        save_picture(folder / f"frame-{frame:06}.png", to_bytes(canvas))
        if progress is not None:
            progress(frame + 1, len(counts))
    return len(counts)
