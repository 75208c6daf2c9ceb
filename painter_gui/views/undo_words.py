"""What undo takes back, in words."""

from __future__ import annotations

from painter_gui.wording import translate


def undo_words() -> dict[str, str]:
    """By the words that the controller has for it."""
    return {
        "hand": translate("Studio", "stroke by hand"), "paint": translate("Studio", "painting"),
        "step": translate("Studio", "step"),
        "branch": translate("Studio", "painting from an earlier stroke"), "restart": translate("Studio", "restart"),
        "refine": translate("Studio", "refinement"), "focus": translate("Studio", "focus"),
        "protect": translate("Studio", "protection"), "masks": translate("Studio", "focus and protection"),
        "delete": translate("Studio", "deletion"),
        "mute": translate("Studio", "muting"), "unmute": translate("Studio", "unmuting"),
        "lock": translate("Studio", "locking"), "unlock": translate("Studio", "unlocking"),
        "keep branch": translate("Studio", "keeping a branch"), "drop branch": translate("Studio", "dropping a branch"),
        "name branch": translate("Studio", "name of a branch"), "take branch": translate("Studio", "taking a branch"),
        "recolour": translate("Studio", "colour of strokes"), "order": translate("Studio", "order of strokes"),
    }  # fmt: skip
