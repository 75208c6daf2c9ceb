"""The pages of a PDF as pixels."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_PDFIUM = threading.Lock()
"""It is for one thread at a time."""


def pdf_pictures(pdf: bytes, longer: int) -> Iterator[NDArray[np.uint8]]:
    """The pages of a PDF as pixels [H, W, 3], longer side so many."""
    import pypdfium2

    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        pages = len(document)
    try:
        for number in range(pages):
            with _PDFIUM:
                page = document[number]
                # Sides are rounded up: half a pixel less, so that what is hardly more does not count as another one.
                drawn = page.render(scale=(longer - 0.5) / max(page.get_size()), rev_byteorder=True).to_numpy()
                pixels = drawn[..., :3].copy()
            yield pixels
    finally:
        with _PDFIUM:
            document.close()
