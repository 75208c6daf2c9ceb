"""What a PDF says, for tests of what is written as one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pypdfium2


def texts(path: Path) -> list[str]:
    """Of each page, on one line."""
    with closing(pypdfium2.PdfDocument(path)) as pdf:
        return [_page_text(pdf, number) for number in range(len(pdf))]


def _page_text(pdf: pypdfium2.PdfDocument, number: int) -> str:
    with closing(pdf[number]) as page, closing(page.get_textpage()) as text:
        return " ".join(str(text.get_text_bounded()).split())
