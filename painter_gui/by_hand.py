"""Co-painting: the artist's own brush, and what becomes of its strokes in the painting. Knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from core.by_hand import Trace, colour_under, radius_under, tolerance_of
from core.document import Document
from core.editing import painted_over
from core.geometry import Size
from core.mix import Mix
from core.stroke import Strokes
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.files import Photo
from painter_gui.measuring import measuring_size

if TYPE_CHECKING:
    from core.timeline import Timeline

Colour = tuple[float, float, float]
"""RGB in 0..1."""

LEAST_SIZE, MOST_SIZE = 0.1, 50.0
"""Of the brush, hundredths of the sheet's longer side."""

LEAST_OPACITY = 0.05

_TOLERANCE, _SMOOTHING = 1.0, 3.0
"""How far strokes may be from the hand's path, and over which reach it is smoothed: pixels of the window, in which a
mouse counts and a hand trembles."""

_FAINTEST = 0.25
"""Share of its opacity that a stroke has where a pen hardly touches, if its pressure changes that."""

_MEASURING_BYTES = 64 * 2**20
"""For canvases that this goes on from."""


class Pressure(Enum):
    """What a pen's pressure changes."""

    WIDTH = "width"
    BOTH = "both"
    """Width and opacity."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBrush:
    """The artist's brush."""

    colour: Colour = (0.0, 0.0, 0.0)
    from_photo: bool = True
    """Each stroke takes the photo's mean colour under the brush, where it begins."""
    size: float = 2.0
    """Its diameter at full pressure, hundredths of the sheet's longer side."""
    opacity: float = 1.0
    pressure: Pressure = Pressure.WIDTH


class ByHand(QObject):
    """Turns what a pointer does into strokes, and lays them in the controller's painting.

    What the agent is painting pauses when a stroke begins. A stroke lies on the moment that is shown; what lies after
    that makes room, and undo brings it back.

    Signals:
        brush_changed: The brush, the stroke type or the colour under the pointer are others.
        began: The brush was put down.
        drawn: The canvas shows all that was laid.
    """

    brush_changed = Signal()
    began = Signal()
    drawn = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._brush = HandBrush()
        self._trace: Trace | None = None
        self._moment = controller.document, controller.position
        """What the stroke under way was begun on."""
        self._rgb: Colour = self._brush.colour
        self._under: Colour | None = None
        self._measuring = Background("measuring strokes by hand", self)
        self._timeline: Timeline | None = None
        self._target: tuple[Photo, NDArray[np.float32]] | None = None
        controller.opened.connect(self._on_opened)
        controller.canvas_changed.connect(self._on_canvas)
        controller.settings_changed.connect(self.brush_changed)
        controller.document_changed.connect(self._on_painting)
        controller.phase_changed.connect(self._on_painting)

    # The brush

    @property
    def brush(self) -> HandBrush:
        """The brush."""
        return self._brush

    def choose(self, **changes: Any) -> None:
        """Take another brush; a colour of one's own is not the photo's any more."""
        if "colour" in changes:
            changes.setdefault("from_photo", False)
        brush = replace(self._brush, **changes)
        size, opacity = (
            min(max(value, least), most)
            for value, least, most in ((brush.size, LEAST_SIZE, MOST_SIZE), (brush.opacity, LEAST_OPACITY, 1.0))
        )
        brush = replace(brush, size=size, opacity=opacity)
        if brush != self._brush:
            self._brush = brush
            self.brush_changed.emit()

    @property
    def stroke_type(self) -> str:
        """The type that is chosen for the agent too; of several the first that is no underpainting."""
        parts = Mix.parse(self._controller.settings.stroke_type).parts
        return next((part for part in parts if not part.is_underpainting), parts[0]).stroke_type

    @property
    def radius(self) -> float:
        """Of the brush at full pressure, sheet pixels."""
        return self._controller.document.size.longer * self._brush.size / 200

    @property
    def colour(self) -> Colour:
        """What a stroke would have that began at the pointer."""
        if self._brush.from_photo:
            return self._under or self._brush.colour
        return self._brush.colour

    def point(self, row: float, column: float) -> None:
        """The pointer is over a point of the sheet."""
        if self._brush.from_photo:
            before, self._under = self._under, self._photo_colour(row, column)
            if self._under != before:
                self.brush_changed.emit()

    def pick(self, row: float, column: float, *, from_photo: bool = False) -> bool:
        """Take the colour at a point of the painting, or of the photo; False off the sheet."""
        controller = self._controller
        size, canvas = controller.document.size, controller.pixels.size
        if controller.photo is None or not (0 <= row < size.height and 0 <= column < size.width):
            return False
        if from_photo:
            colour = controller.photo.pixels[int(row), int(column)] / 255
        else:
            place = int(row * canvas.height / size.height), int(column * canvas.width / size.width)
            with controller.pixels.locked() as pixels:
                colour = pixels[place][2::-1] / 255  # they are B, G, R, 255
        red, green, blue = colour.tolist()
        self.choose(colour=(red, green, blue))
        return True

    def _photo_colour(self, row: float, column: float) -> Colour | None:
        photo = self._controller.photo
        return None if photo is None else colour_under(photo.pixels, row, column, self.radius)

    @Slot()
    def _on_opened(self) -> None:
        self._under = None
        self._measuring.submit(self._forget_target)
        self.brush_changed.emit()

    # A stroke

    @property
    def drawing(self) -> bool:
        """Whether a stroke is under way."""
        return self._trace is not None

    @property
    def rgb(self) -> Colour:
        """The colour of the stroke under way."""
        return self._rgb

    @property
    def sheet(self) -> Size:
        """What is drawn on."""
        return self._controller.document.size

    @property
    def scale(self) -> float:
        """Pixels of the canvas on the screen per pixel of the sheet."""
        return self._controller.pixels.size.longer / self.sheet.longer

    @property
    def canvas_size(self) -> Size:
        """Of the canvas on the screen."""
        return self._controller.pixels.size

    def begin(self, row: float, column: float, pressure: float, *, pixel: float, sheet_colour: bool = False) -> bool:
        """Put the brush down; the agent pauses.

        Args:
            row: Sheet pixels.
            column: Likewise.
            pressure: 0..1.
            pixel: How large a pixel of the window is there, sheet pixels.
            sheet_colour: Paint with the sheet's own colour, whatever is chosen.

        Returns:
            Whether a stroke has begun: none can while strokes are refined, or a file is opened.
        """
        controller = self._controller
        if not controller.editable:
            if controller.phase is Phase.REFINING:
                controller.noted.emit("hand_waits", {})
            return False
        controller.pause()
        self.began.emit()
        self._moment = controller.document, controller.position
        if sheet_colour:
            red, green, blue = (level / 255 for level in controller.document.background)
            self._rgb = red, green, blue
        else:
            self._rgb = (self._photo_colour(row, column) if self._brush.from_photo else None) or self._brush.colour
        steady = self._brush.opacity if self._brush.pressure is not Pressure.BOTH else 0.0
        self._trace = Trace(
            self.stroke_type,
            self.sheet,
            self._rgb,
            tolerance=tolerance_of(self.radius, steady, _TOLERANCE * pixel),
            smoothing=_SMOOTHING * pixel,
        )
        self.go_on(row, column, pressure)
        return True

    def go_on(self, row: float, column: float, pressure: float) -> Strokes:
        """Move the brush; the strokes that are settled by that."""
        if self._trace is None:
            return Strokes()
        brush, radius = self._brush, self.radius
        if brush.pressure is not Pressure.NOTHING:
            radius = radius_under(pressure, radius)
        opacity = brush.opacity
        if brush.pressure is Pressure.BOTH:
            opacity *= _FAINTEST + (1 - _FAINTEST) * pressure
        return self._trace.add(row, column, radius, opacity)

    def rest(self) -> Strokes:
        """What would come on top of those that are settled, were the brush lifted now."""
        return Strokes() if self._trace is None else self._trace.rest()

    def end(self) -> bool:
        """Lift the brush: the stroke becomes part of the painting, as one thing for undo. Whether there is any."""
        trace, self._trace = self._trace, None
        if trace is None:
            return False
        strokes, (begun, position) = trace.strokes(), self._moment
        now = self._controller.document
        same = begun.strokes.shared(now.strokes) == len(begun.strokes) == len(now.strokes)
        if not same or position != self._controller.position:
            return False  # it was begun on another canvas than the one that it would come to lie on

        def change(document: Document, position: int) -> tuple[Document, int]:
            if not len(strokes):
                return document, position
            if position < len(document.strokes):
                document = document.cut(position)
            after = painted_over(document, strokes)
            return after, len(after.strokes)

        return self._controller.edit("hand", change, makes_room=True)

    def abort(self) -> None:
        """Nothing comes of the stroke."""
        self._trace = None

    @Slot()
    def _on_canvas(self) -> None:
        self.drawn.emit()

    # Errors of new strokes

    @Slot()
    def _on_painting(self) -> None:
        """Have the errors measured that new strokes by hand lack: after an undo and a redo they do again."""
        controller = self._controller
        document, photo = controller.document, controller.photo
        if photo is None or controller.phase not in (Phase.IDLE, Phase.PAUSED):
            return
        first = first_unmeasured(document.strokes)
        if first is None:
            return

        def work() -> Document | None:
            return self._measured(document, first, photo) if document is controller.document else None

        def done(found: Document | None) -> None:
            if found is not None:
                controller.take_measured(document, found)

        self._measuring.submit(work, done)

    def _measured(self, document: Document, first: int, photo: Photo) -> Document:
        from core.rasteriser.fast import measured_on
        from core.resampling import as_canvas
        from core.timeline import Timeline

        size = measuring_size(document.size)
        if self._target is None or self._target[0] is not photo:
            self._target = photo, as_canvas(photo.pixels, size)
            self._timeline = None
        timeline = self._timeline
        if timeline is None or timeline.document.background != document.background:
            timeline = self._timeline = Timeline(document, size, _MEASURING_BYTES)
        else:
            timeline.follow(document)
        return measured_on(timeline.canvas(first), document, first, self._target[1])

    def _forget_target(self) -> None:
        """Let go of a photo that is not on the easel any more, and of the canvases painted of it."""
        if self._target is not None and self._target[0] is not self._controller.photo:
            self._target = self._timeline = None

    def close(self) -> None:
        """End its thread."""
        self.abort()
        self._measuring.close()


def first_unmeasured(strokes: Strokes) -> int | None:
    """The first of the locked strokes at the end without errors; None where there are none, or others lack them too."""
    missing = np.isnan(strokes.errors)
    if not len(missing) or not missing[-1]:
        return None
    known = np.flatnonzero(~missing)
    first = int(known[-1]) + 1 if len(known) else 0
    return first if strokes.locked[first:].all() else None
