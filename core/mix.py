"""Which stroke types a painting is made of: one, several with shares, or one at coarse and another at fine levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.brushes import brush_named
from core.errors import SettingError

MAX_SHARE = 1000

_PART = re.compile(
    r"(?P<name>[a-z][a-z-]*)(?::(?P<share>[0-9]{1,4}))?(?:@(?P<first>[0-9]{1,4})(?P<span>-(?P<last>[0-9]{1,4})?)?)?"
)
_FORM = "write a stroke type, or several as in triangle@1-2,bezier or bezier:3,circle:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stroke type's part in a painting."""

    stroke_type: str
    share: int = 1
    """Of the strokes, beside the other parts' that paint at the same level."""
    first: int | None = None
    """The first level that it paints, from 1, the coarsest; None: it paints where no part has a level of its own."""
    last: int | None = None
    """The last one; None: the finest."""

    def paints(self, level: int) -> bool:
        """Whether that level, from 1, is one of its own."""
        return self.first is not None and self.first <= level and (self.last is None or level <= self.last)

    @property
    def is_underpainting(self) -> bool:
        """Whether it paints from the coarsest level on, but not to the end."""
        return self.first == 1 and self.last is not None

    def __str__(self) -> str:
        share = "" if self.share == 1 else f":{self.share}"
        if self.first is None:
            return self.stroke_type + share
        span = "" if self.last == self.first else f"-{'' if self.last is None else self.last}"
        return f"{self.stroke_type}{share}@{self.first}{span}"


@dataclass(frozen=True, slots=True)
class Mix:
    """The parts of a painting."""

    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> Mix:
        """A mix as it is written on the command line and in files.

        Parts are separated by commas. A part is a stroke type, then `:3` for its share where that is not 1, then
        `@2`, `@1-2` or `@3-` for levels of its own, from 1, the coarsest. At a level the parts paint that name it;
        where none does, those that name none. An underpainting, a part from level 1 on to another, is never all there
        is: where it reaches the finest level, that is left to other parts, if there are any.

        Raises:
            SettingError: If it is not of that form, a stroke type is unknown or has no part, or a number is out of
                range.
        """
        parts = []
        for each in text.split(","):
            found = _PART.fullmatch(each.strip())
            if found is None:
                raise SettingError("stroke type", text, _FORM)
            share = int(found["share"] or 1)
            first = int(found["first"]) if found["first"] else None
            last = (int(found["last"]) if found["last"] else None) if found["span"] else first
            if not 1 <= share <= MAX_SHARE:
                raise SettingError("stroke type", text, f"a share is a whole number from 1 to {MAX_SHARE}")
            if first is not None and not 1 <= first <= (first if last is None else last):
                raise SettingError("stroke type", text, "levels count from 1, the coarsest, and upwards")
            parts.append(Part(stroke_type=brush_named(found["name"]).name, share=share, first=first, last=last))
        return cls(tuple(parts))

    @property
    def stroke_types(self) -> tuple[str, ...]:
        """Each one's name once, in order."""
        return tuple(dict.fromkeys(part.stroke_type for part in self.parts))

    def at(self, level: int, *, finest: int) -> tuple[Part, ...]:
        """The parts that paint a level, counted from 1, of a painting whose last level is `finest`.

        Raises:
            SettingError: If there is none.
        """
        rest = tuple(part for part in self.parts if part.first is None)
        own = tuple(part for part in self.parts if part.paints(level))
        if level == finest:
            over = tuple(part for part in own if not part.is_underpainting)
            own = over if over or rest else own
        if not (own or rest):
            problem = f"nothing paints level {level}; add a type without levels, as in triangle@1-2,bezier"
            raise SettingError("stroke type", str(self), problem)
        return own or rest

    def idle(self, finest: int) -> tuple[Part, ...]:
        """The parts that paint nothing of a painting with so many levels; errors as of `at`."""
        busy = {part for level in range(1, finest + 1) for part in self.at(level, finest=finest)}
        return tuple(part for part in self.parts if part not in busy)

    def __str__(self) -> str:
        return ",".join(str(part) for part in self.parts)


def in_turn(parts: Sequence[Part], painted: Sequence[int]) -> list[Part]:
    """The parts, first the one whose strokes fall shortest of its share; of equals, the one named first.

    Args:
        parts: Those that paint a level.
        painted: Strokes that each has painted there.
    """
    total, shares = sum(painted) + 1, sum(part.share for part in parts)
    short = {part: total * part.share / shares - count for part, count in zip(parts, painted, strict=True)}
    return sorted(parts, key=lambda part: -short[part])
