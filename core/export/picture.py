"""A painting as one picture, at any resolution."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from core.document import Document
from core.export.progress import Progress
from core.files import written_aside
from core.geometry import Size
from core.images import check_picture_path, encode_picture
from core.rasteriser.fast import slabs, to_bytes

_SLAB = 2**24
"""Pixels drawn at a time: 200 MB of canvas."""


def write_picture(
    document: Document, path: Path, *, size: Size | None = None, progress: Progress | None = None
) -> None:
    """Write the finished painting in the format that the suffix names, drawn from its strokes part by part.

    Memory is four bytes a pixel of the picture and little more: 1.3 GB for 16,384 x 16,384. Of a TIFF, its file's size
    comes on top.

    Args:
        document: The painting.
        path: Where to.
        size: Pixels, in the sheet's aspect; the sheet's own where absent.
        progress: See `Progress`, in rows; no file is left where it raises.

    Raises:
        OutputError: If the suffix names no format, or the picture cannot be written.
    """
    size = size or document.size
    kind, options = check_picture_path(path, size)
    with written_aside(path) as aside:
        picture = Image.new("RGB", (size.width, size.height))
        for top, canvas in slabs(document, size, max(64, _SLAB // size.width)):
            picture.paste(Image.fromarray(to_bytes(canvas)), (0, top))
            if progress is not None:
                progress(top + len(canvas), size.height)
        encode_picture(picture, aside, kind, options)
