"""Whether there is a display to open a window on. Knows no Qt, which would end the program where there is none."""

from __future__ import annotations

import os
import socket
import sys

from core.program import program_name


def instead() -> str:
    """What to do where there is none."""
    return (
        f"There is no display to open the studio on. Paint without a window: {program_name()} paint PHOTO; "
        "or set QT_QPA_PLATFORM=offscreen."
    )


def there_is_a_display() -> bool:
    """Whether Qt will find one; on Linux it wants an X or Wayland server that answers."""
    if not sys.platform.startswith("linux"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform not in ("", "xcb", "wayland", "wayland-egl"):
        return True  # offscreen, a frame buffer and the like: whoever names one knows
    return _x_answers(os.environ.get("DISPLAY", "")) or _wayland_answers(os.environ.get("WAYLAND_DISPLAY", ""))


def _x_answers(display: str) -> bool:
    host, colon, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdecimal():
        return False
    host = host.rpartition("/")[2]  # of unix/:0 and the like
    if host not in ("", "unix", "localhost"):
        return True  # another machine's: finding out may take long, and Qt tells
    unix = (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}") if host != "localhost" else ()
    return any(_answers(socket.AF_UNIX, path) for path in unix) or (
        host == "localhost" and _answers(socket.AF_INET, ("127.0.0.1", 6000 + int(number)))
    )


def _wayland_answers(display: str) -> bool:
    if not display:
        return False
    return _answers(socket.AF_UNIX, os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), display))


def _answers(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as end:
            end.settimeout(1)
            end.connect(address)
    except OSError:
        return False
    return True
