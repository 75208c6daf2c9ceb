"""The weights that come with the program, and the manifest that says what each was made from and how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import CheckpointError
from core.files import written_aside
from core.weight_files import bytes_of

BUNDLED = Path(__file__).parent.parent / "resources" / "weights"
"""Folder of the weights that come with the program, and of their manifest."""

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1


def bundled_path(kind: str, stroke_type: str, folder: Path = BUNDLED) -> Path:
    """The bundled weights of that kind ("actor" or "renderer") and stroke type, checked against the manifest's SHA-256.

    Raises:
        CheckpointError: If there are none, or they or the manifest are not as they were shipped.
    """
    manifest = folder / MANIFEST
    for entry in manifest_entries(manifest):
        if (entry["kind"], entry["stroke_type"]) == (kind, stroke_type):
            path = folder / str(entry["file"])
            if hashlib.sha256(bytes_of(path)).hexdigest() != entry["sha256"]:
                raise CheckpointError(path, "it is not the file that came with this program; reinstall Strokewise")
            return path
    problem = f"it lists no {kind} for {stroke_type} strokes; reinstall Strokewise or choose a weights file"
    raise CheckpointError(manifest, problem)


def manifest_entries(manifest: Path) -> list[dict[str, Any]]:
    """What a manifest lists, nothing where there is none; file, kind, stroke_type and sha256 are there, and strings.

    Raises:
        CheckpointError: If it is damaged, or of another version.
    """
    if not manifest.exists():
        return []
    try:
        listed = json.loads(bytes_of(manifest))
        entries = listed["weights"]
        if listed["version"] != MANIFEST_VERSION:
            raise ValueError(f"version {listed['version']}")
        if not all(isinstance(one[key], str) for one in entries for key in ("file", "kind", "stroke_type", "sha256")):
            raise TypeError("an entry's names are not strings")
    except (KeyError, TypeError, ValueError) as error:
        problem = f"the list of bundled weights is damaged or of another version ({error}); reinstall Strokewise"
        raise CheckpointError(manifest, problem) from error
    return list(entries)


def enter(manifest: Path, entry: Mapping[str, Any]) -> None:
    """Enter weights in a manifest, in place of any of their name, or of their kind and stroke type.

    Raises:
        CheckpointError: If a manifest is there but damaged.
        OutputError: If it cannot be written.
    """
    others = [
        other
        for other in manifest_entries(manifest)
        if other["file"] != entry["file"]
        and (other["kind"], other["stroke_type"]) != (entry["kind"], entry["stroke_type"])
    ]
    weights = sorted([*others, dict(entry)], key=lambda one: str(one["file"]))
    text = json.dumps({"version": MANIFEST_VERSION, "weights": weights}, indent=2, allow_nan=False)
    with written_aside(manifest) as aside:
        aside.write_text(text + "\n", encoding="utf-8")
