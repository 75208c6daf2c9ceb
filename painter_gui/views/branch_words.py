"""What branches are called and how they are described."""

from __future__ import annotations

from core.branches import Branch, Label
from core.document import Document
from core.mix import Mix
from painter_gui.paint_settings import PaintSettings
from painter_gui.views.stroke_types import type_names
from painter_gui.wording import translate


def called(label: Label) -> str:
    """What a painting is called: its name, or else its number, or else that it is the one at hand."""
    if not label.number:
        return label.name or translate("Studio", "Painting")
    return label.name or translate("Studio", "Branch {number}").format(number=label.number)


def figures(document: Document, count: int) -> str:
    """How many strokes of it are shown, and how near they come to the photo."""
    text = translate("Studio", "{count} strokes").format(count=f"{count:,}")
    nearness = document.psnr_after(count)
    return text if nearness is None else f"{text} · {nearness:.1f} dB"


def parting(branch: Branch, painting: Document, shared: int) -> str:
    """Where a branch parts from the painting, of which it shares so many strokes."""
    mine, theirs = len(branch.document.strokes), len(painting.strokes)
    if shared == mine == theirs:
        return translate("Studio", "Is the painting as it is")
    if not shared:
        return translate("Studio", "Shares no stroke")
    if shared == mine:
        return translate("Studio", "The painting goes on from it")
    if shared == theirs:
        return translate("Studio", "Goes on from the painting")
    return translate("Studio", "Parts after stroke {stroke}").format(stroke=f"{shared:,}")


def painted_with(branch: Branch) -> str:
    """What a branch was painted with."""
    settings = PaintSettings.of({name: value for name, value in branch.settings.items() if name not in _MASKS})
    names = type_names()
    kinds = [names.get(kind, kind) for kind in Mix.parse(settings.stroke_type).stroke_types]
    text = translate("Studio", "{type}, {strokes} strokes planned, detail {divide}, seed {seed}").format(
        type=", ".join(kinds), strokes=f"{settings.total:,}", divide=settings.divide, seed=settings.seed
    )
    if branch.automatic:
        text += "\n" + translate("Studio", "Kept because other strokes took its place; gives way to newer ones.")
    return text


_MASKS = ("focus", "protect")
"""Settings that take a moment to read and say nothing here."""
