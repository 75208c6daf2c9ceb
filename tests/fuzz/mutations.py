"""Files made worse: what strangers, bad disks and broken downloads do to them."""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from typing import Any

_BYTES = (b"\x00", b"\xff", b"\x7f", b"\x80", b"{", b"[", b'"', b"-", b"9" * 40, b"\x00" * 64, b"\xff" * 64)
_SIZES = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
_NUMBERS = (0, -1, 1, 2, 255, 65_536, 2**31, 2**32, 2**63, 2**64, -(2**63), 1e-320, 1e308, -1e308, 1.5, 0.1)
_TEXTS = (
    "", "a", "0", "NaN", "\x00", "\u202e", "../../etc/passwd", "<script>", "&#0;", "%s%n", "x" * 70_000, "bezier",
    "triangle", "#ff8000", "#ff80", "strokewise-strokes", "strokewise-session",
)  # fmt: skip

_LONGEST = 2**24
"""Bytes, where things are repeated: more would only take the time of other files."""

_DEEP = "@deep@"
"""In place of what is going to be nested more deeply than `json` can write."""


def mutated_bytes(content: bytes, chance: random.Random) -> bytes:
    """A file with some of its bytes changed, left out, repeated, moved or cut off."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        low, high = sorted(chance.randrange(len(changed) + 1) for _ in range(2))
        short = min(high, low + chance.choice((1, 2, 4, 8, 64)))
        match chance.randrange(7):
            case 0:
                changed[low:short] = bytes(each ^ 1 << chance.randrange(8) for each in changed[low:short])
            case 1:
                changed[low:short] = chance.choice(_BYTES)
            case 2:
                del changed[low:short]
            case 3:
                del changed[chance.choice((low, high)) :]
            case 4:
                changed[high:high] = changed[low:short]
            case 5:  # where a length or an offset may be
                changed[low : low + 4] = chance.choice(_SIZES).to_bytes(4, chance.choice(("little", "big")))
            case _:
                changed[low:short] = chance.randbytes(short - low)
    return bytes(changed)


def mutated_json(value: Any, chance: random.Random) -> bytes:
    """A JSON file with some of its values exchanged, left out, repeated or nested."""
    changed = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        holder, key = _place(changed, chance)
        if holder is None:
            break
        match chance.randrange(8):
            case 0:
                del holder[key]
            case 1:
                holder[key] = chance.choice(_NUMBERS)
            case 2:
                holder[key] = chance.choice(_TEXTS)
            case 3:
                holder[key] = chance.choice((None, True, False, [], {}, [[]], [None], {"": {}}))
            case 4:
                holder[key] = [holder[key]] * chance.choice((0, 1, 2, 300))
            case 5:
                holder[key] = _DEEP
            case 6:
                other, from_key = _place(changed, chance)
                if other is not None:
                    holder[key] = copy.deepcopy(other[from_key])
            case _:
                if isinstance(holder[key], (int, float)) and not isinstance(holder[key], bool):
                    holder[key] = chance.choice((-holder[key], holder[key] * 1e9, holder[key] + 0.5, 1 - holder[key]))
                else:
                    holder[key] = str(holder[key])[:1000]
    depth = chance.choice((2, 50, 900, 5_000, 100_000))
    opened, closed = chance.choice((("[", "]"), ('{"a":', "}")))
    text = json.dumps(changed).replace(f'"{_DEEP}"', opened * depth + "0" + closed * depth)
    if chance.random() < 0.05:
        text = text.replace("0.", chance.choice(("NaN", "Infinity", "1e999", "-", "0x")), 1)
    content = text.encode()[:_LONGEST]
    return mutated_bytes(content, chance) if chance.random() < 0.1 else content


def _place(value: Any, chance: random.Random) -> tuple[Any, Any]:
    """A dictionary or list somewhere within, and one of its keys; (None, None) where there is none."""
    found: tuple[Any, Any] = (None, None)
    while isinstance(value, (dict, list)) and value:
        key = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
        found, value = (value, key), value[key]
        if chance.random() < 0.25:
            break
    return found


def mutated_zip(parts: dict[str, bytes], jsons: dict[str, Any], chance: random.Random) -> bytes:
    """A zip with one part changed, left out, renamed or blown up, or with its own bytes changed.

    Args:
        parts: What the zip holds, by name.
        jsons: Those of them that are JSON, as values.
        chance: Where mutations come from.
    """
    changed = dict(parts)
    name = chance.choice(list(changed))
    match chance.randrange(6):
        case 0:
            del changed[name]
        case 1:
            renamed = chance.choice((f"../{name}", f"/{name}", name.upper(), name + "\x00", "a/" + name, "\\" + name))
            changed[renamed] = changed.pop(name)
        case 2:
            changed[name] = chance.choice((b"", b"\x00" * 2_000_000, changed[name] * 3))
        case 3 if jsons:
            name = chance.choice(list(jsons))
            changed[name] = mutated_json(jsons[name], chance)
        case _:
            changed[name] = mutated_bytes(changed[name], chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        for each, content in changed.items():
            file.writestr(each, content)
    content = buffer.getvalue()
    return mutated_bytes(content, chance) if chance.random() < 0.4 else content
