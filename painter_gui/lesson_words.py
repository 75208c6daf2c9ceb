"""What a lesson's cards say, in the studio's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from painter_gui.wording import translate

if TYPE_CHECKING:
    from core.export.lesson_words import LessonWords


def lesson_words() -> LessonWords:
    """As of `core.export.lesson_words`, translated."""
    from core.export.lesson_words import LessonWords

    return LessonWords(
        lesson=translate("Studio", "Painting lesson"),
        summary=translate("Studio", "{chapters} steps · {strokes} strokes · {colours} colours · painted on {paper}"),
        photo=translate("Studio", "The photo"),
        painting=translate("Studio", "The finished painting"),
        colours=translate("Studio", "Colours"),
        steps=translate("Studio", "The steps"),
        sheet=translate("Studio", "Sheet"),
        prime=translate("Studio", "Before you begin, give the whole sheet its colour."),
        step=translate("Studio", "Step {number} of {total}"),
        strokes=translate("Studio", "{count} strokes"),
        done=translate("Studio", "{count} of {total} when it is done"),
        covers=translate("Studio", "covers {share} of the picture"),
        these=translate("Studio", "This step’s strokes"),
        after=translate("Studio", "After this step"),
        brushes=translate("Studio", "Brushes"),
        brush=translate("Studio", "{size} mm"),
        opacity=translate("Studio", "Paint thinly: a stroke covers about {share} of what is under it."),
        numbered=translate("Studio", "Paint the strokes in the order of their numbers."),
        counted=translate("Studio", "How many strokes lie in each square; larger ones first."),
        counted_all=translate("Studio", "The larger strokes first."),
        details=(
            translate("Studio", "Background"),
            translate("Studio", "Large shapes"),
            translate("Studio", "Shapes"),
            translate("Studio", "Small shapes"),
            translate("Studio", "Details"),
            translate("Studio", "Finest details"),
        ),
        part=translate("Studio", "{title}, part {part}"),
        underpainting=translate("Studio", "Underpainting"),
        finish=translate("Studio", "Finishing touches"),
        dark=translate("Studio", "Dark {hue}"),
        middle=translate("Studio", "{hue}"),
        light=translate("Studio", "Light {hue}"),
        black=translate("Studio", "Black"),
        white=translate("Studio", "White"),
        hues=(
            translate("Studio", "red"),
            translate("Studio", "brown"),
            translate("Studio", "orange"),
            translate("Studio", "yellow"),
            translate("Studio", "green"),
            translate("Studio", "turquoise"),
            translate("Studio", "blue"),
            translate("Studio", "violet"),
            translate("Studio", "pink"),
            translate("Studio", "grey"),
        ),
    )
