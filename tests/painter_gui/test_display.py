"""Where there is no display, one line says what to do instead."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from painter_gui.display import there_is_a_display

MAIN = Path(__file__).parents[2] / "main.py"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("arguments", [[], ["photo.jpg"]])
@pytest.mark.parametrize("display", [None, ":987", "nonsense", "localhost:61"])
def test_without_a_display_one_line_says_what_to_do(arguments: list[str], display: str | None) -> None:
    environment = {**os.environ} | ({"DISPLAY": display} if display else {})
    done = subprocess.run([sys.executable, MAIN, *arguments], env=environment, capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "error: There is no display to open the studio on. Paint without a window: python main.py paint PHOTO; "
        "or set QT_QPA_PLATFORM=offscreen.\n"
    )


def test_a_platform_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not there_is_a_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert there_is_a_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert not there_is_a_display()


def test_a_wayland_server_that_answers_is_a_display(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert not there_is_a_display()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        assert there_is_a_display()


def test_an_x_server_that_answers_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711.0")
    assert not there_is_a_display()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X4711")
        server.listen()
        assert there_is_a_display()
    monkeypatch.setenv("DISPLAY", "elsewhere:0")  # asking another machine may take long
    assert there_is_a_display()
