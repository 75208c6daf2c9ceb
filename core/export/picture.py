"""A painting as one picture, at any resolution."""

from __future__ import annotations

from pathlib import Path

from core.document import Document
from core.geometry import Size
from core.images import save_picture
from core.rasteriser.fast import draw, to_bytes


def write_picture(document: Document, path: Path, *, size: Size | None = None) -> None:
    """Write the finished painting in the format that the suffix names.

    Args:
        document: The painting.
        path: Where to.
        size: Pixels, in the sheet's aspect; the sheet's own where absent.

    Raises:
        OutputError: If the suffix names no format, or the picture cannot be written.
    """
    save_picture(path, to_bytes(draw(document, size)))
