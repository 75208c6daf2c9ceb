"""What a tool on the canvas is: told of the pointer in pixels of the sheet, it may draw over what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QCursor, QPainter


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Where the pointer is, and what is held with it."""

    point: QPointF
    """x and y in pixels of the sheet; it may lie off the sheet."""
    scale: float
    """Pixels of the window, as Qt counts them, per pixel of the sheet: what is near, is so on the screen."""
    pressure: float = 1.0
    """Of a pen, in 0..1; 1 of a pointer that knows none."""
    eraser: bool = False
    """Whether it is a pen's other end."""
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier


class CanvasTool(QObject):
    """A tool; while it is held the canvas hands it what the left button, a pen's tip or a finger does.

    Of a press there is one `press`, any number of `move`, and then either `release` or `abort`. The middle button, the
    wheel and pinches move the canvas whatever tool is held.

    Signals:
        changed: (QRectF), the part of the sheet over which it shows something else now; None: anywhere. What it draws
            may reach a few pixels of the window further.
    """

    changed = Signal(object)

    @property
    def cursor(self) -> QCursor:
        """The pointer's form; asked after all that it is told of."""
        return QCursor(Qt.CursorShape.CrossCursor)

    def is_for_photo(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether it is used where the photo, or another painting, is shown in the painting's place.

        Args:
            modifiers: Keys that are held.
        """
        return False

    @property
    def busy(self) -> bool:
        """Whether there is anything that `abort` would end: then Escape is the tool's."""
        return False

    def press(self, touch: Touch) -> None:
        """It is put down."""

    def move(self, touch: Touch) -> None:
        """It moves while it is down."""

    def release(self, touch: Touch) -> None:
        """It is lifted."""

    def hover(self, touch: Touch) -> None:
        """It moves over the canvas while it is up."""

    def leave(self) -> None:
        """It is over the canvas no more."""

    def abort(self) -> None:
        """Nothing comes of what was begun: Escape, another tool or another picture was chosen, or the hand slipped."""

    def paint(self, painter: QPainter) -> None:
        """Draw over what is shown.

        Args:
            painter: In pixels of the sheet, x and y, edges smoothed; pens had better be cosmetic. It need not be left
                as it was.
        """
