"""What a mixing sheet says, in the studio's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from painter_gui.wording import translate

if TYPE_CHECKING:
    from core.export.mixing_words import MixingWords


def mixing_words() -> MixingWords:
    """As of `core.export.mixing_words`, translated."""
    from core.export.mixing_words import MixingWords

    return MixingWords(
        sheet=translate("Studio", "Mixing sheet"),
        summary=translate("Studio", "{colours} colours, mixed from {paints}"),
        paints=translate("Studio", "{count} paints"),
        paint=translate("Studio", "one paint"),
        needed=translate("Studio", "What you need: {paints}"),
        advice=translate(
            "Studio",
            "Where to begin: what a mixture looks like is predicted from the paints’ colours, and how strong a paint is"
            " cannot be seen from those. Mix a little, compare it when it is dry, and take less of strong paints such"
            " as phthalo blue. Parts are by volume; a touch is about a tenth of a part.",
        ),
        wanted=translate("Studio", "Wanted"),
        mixed=translate("Studio", "Mixed"),
        parts=translate("Studio", "{parts} {paint}"),
        touch=translate("Studio", "a touch of {paint}"),
        alone=translate("Studio", "{paint} as it is"),
        share=translate("Studio", "{share} of the area"),
        strokes=translate("Studio", "{count} strokes"),
        stroke=translate("Studio", "1 stroke"),
        unused=translate("Studio", "not used"),
        closeness=(
            translate("Studio", "mixture very close"),
            translate("Studio", "mixture close"),
            translate("Studio", "mixture fair"),
            translate("Studio", "mixture far off: these paints come no nearer"),
        ),
        page=translate("Studio", "Page {number} of {total}"),
    )
