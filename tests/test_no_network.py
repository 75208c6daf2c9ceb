"""The program asks no network for anything: an audit hook sees every attempt, and there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

WATCHED = """
import json, sys
seen = []

def watch(event, given):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        seen.append([event, repr(given)])

sys.addaudithook(watch)
"""

PAINTING = (
    WATCHED
    + """
from main import main

out = sys.argv[1]
codes = [
    main(["paint", "sample:coffee", "-o", out, "--strokes", "60", "--refine", "2"]),
    main(["export", out + "/strokes.json", "-o", out + "/a.mp4", "--size", "64"]),
    main(["export", out + "/strokes.json", "-o", out + "/a.svg", "--profile", "plotter"]),
    main(["export", out + "/strokes.json", "-o", out + "/cards", "--lesson", "--size", "400"]),
    main(["score", out + "/painting.png", out + "/painting.png"]),
]
print(json.dumps([codes, seen]))
"""
)

SEEN = (
    WATCHED
    + """
import socket

try:
    socket.create_connection(("127.0.0.1", 9), timeout=0.2)
except OSError:
    pass
print(json.dumps([[], seen]))
"""
)


def run(program: str, *arguments: str | Path) -> list[list[object]]:
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    found: list[list[object]] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_painting_refining_exporting_and_scoring_ask_no_network(tmp_path: Path) -> None:
    codes, seen = run(PAINTING, tmp_path / "out")

    assert codes == [0, 0, 0, 0, 0]
    assert seen == []


def test_an_attempt_would_be_seen() -> None:
    _, seen = run(SEEN)

    assert any("connect" in str(event) for event, _ in seen)  # type: ignore[misc]
