"""What a mixing sheet says, to be said in other languages by whoever asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.document import rgb_to_hex
from core.mixing import CLOSENESS, FAR, Recipe
from core.palette import Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class MixingWords:
    """Every text on the sheet; braces are filled in."""

    sheet: str = "Mixing sheet"
    """Its title where it has none."""
    summary: str = "{colours} colours, mixed from {paints}"
    paints: str = "{count} paints"
    paint: str = "one paint"
    needed: str = "What you need: {paints}"
    advice: str = (
        "Where to begin: what a mixture looks like is predicted from the paints’ colours, and how strong a paint is"
        " cannot be seen from those. Mix a little, compare it when it is dry, and take less of strong paints such as"
        " phthalo blue. Parts are by volume; a touch is about a tenth of a part."
    )
    wanted: str = "Wanted"
    mixed: str = "Mixed"
    parts: str = "{parts} {paint}"
    touch: str = "a touch of {paint}"
    alone: str = "{paint} as it is"
    share: str = "{share} of the area"
    strokes: str = "{count} strokes"
    stroke: str = "1 stroke"
    unused: str = "not used"
    closeness: tuple[str, ...] = (
        "mixture very close", "mixture close", "mixture fair", "mixture far off: these paints come no nearer",
    )  # fmt: skip
    """How near a mixture comes, in the order of `core.mixing.CLOSENESS`, and then what is far."""
    page: str = "Page {number} of {total}"

    def recipe(self, recipe: Recipe, paints: Palette) -> str:
        """Say how to mix."""
        if len(recipe.portions) == 1:
            return self.alone.format(paint=paint_name(paints, recipe.portions[0].paint))
        return " + ".join(
            (self.parts if parts else self.touch).format(parts=parts, paint=paint_name(paints, paint))
            for paint, parts in recipe.portions
        )

    def near(self, recipe: Recipe) -> str:
        """Say how near the mixture comes."""
        order: Sequence[str] = [*(word for _, word in CLOSENESS), FAR]
        return self.closeness[order.index(recipe.closeness)]


def paint_name(paints: Palette, index: int) -> str:
    """What a paint is called: by its colour where it has no name."""
    return paints.names[index] or rgb_to_hex(paints.colours[index])
