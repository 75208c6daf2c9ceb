"""For all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

STUDIO = Path(__file__).parent / "painter_gui"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the studio's tests answer for what reaches `sys.excepthook`: libraries may print there what they survive."""
    for item in items:
        if not item.path.is_relative_to(STUDIO):
            item.add_marker(pytest.mark.qt_no_exception_capture)
