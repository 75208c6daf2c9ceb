"""A soft brush that paints a mask over the canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from core.geometry import Size
from core.mask import Mask, MaskStroke
from painter_gui.views.canvas_tools.tool import CanvasTool, Touch
from painter_gui.views.steering.mask_panel import BrushChoice

TINTS = {"focus": QColor(0, 190, 110), "protect": QColor(230, 40, 60)}
"""In which the masks are shown."""

_SHOWN = 0.5
"""Of a tint, where there is all of a mask."""

_LIGHTEST = 0.25
"""Of the brush's size, that a pen which hardly touches has."""


class MaskBrush(CanvasTool):
    """Paints one mask, and shows all there are.

    Signals:
        drawn: (kind, Mask), after each stroke of it.
    """

    drawn = Signal(str, object)

    def __init__(
        self,
        kind: str,
        sheet: Size,
        masks: Mapping[str, Mask | None],
        choice: BrushChoice,
        *,
        photo: Callable[[], QImage | None] = lambda: None,
    ) -> None:
        """Take the brush.

        Args:
            kind: Of the mask that is painted: a key of `TINTS`.
            sheet: The sheet's size.
            masks: What there is of each kind.
            choice: How the brush is.
            photo: What to show under the masks, asked each time: the photo, while nothing is painted.
        """
        super().__init__()
        self._photo = photo
        self.kind, self._sheet, self._choice = kind, sheet, choice
        self._masks: dict[str, Mask] = {}
        self._tinted: dict[str, NDArray[np.uint8]] = {}
        self._stroke: MaskStroke | None = None
        self._pointer: tuple[QPointF, float] | None = None
        self.show_masks(masks)

    def show_masks(self, masks: Mapping[str, Mask | None]) -> None:
        """Show these; a stroke that has begun ends with nothing."""
        self.abort()
        for kind in TINTS:
            mask = masks[kind] or Mask.blank(self._sheet)
            if self._masks.get(kind) != mask or kind not in self._tinted:
                self._masks[kind], self._tinted[kind] = mask, _whole(kind, mask)
        self.changed.emit(None)

    def is_for_photo(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Masks are of the photo."""
        return True

    def set_choice(self, choice: BrushChoice) -> None:
        """Be another brush from the next stroke on."""
        self._choice = choice
        self.changed.emit(None)

    @property
    def busy(self) -> bool:
        """While a stroke is being drawn."""
        return self._stroke is not None

    def press(self, touch: Touch) -> None:
        """Begin a stroke."""
        choice = self._choice
        erases = choice.erases or touch.eraser or bool(touch.modifiers & Qt.KeyboardModifier.AltModifier)
        self._stroke = MaskStroke(
            self._masks[self.kind], opacity=choice.opacity, softness=choice.softness, erases=erases
        )
        self.move(touch)

    def move(self, touch: Touch) -> None:
        """Go on with it."""
        self.hover(touch)
        if self._stroke is None:
            return
        scale = self._masks[self.kind].size.longer / self._sheet.longer
        radius = self._radius * (_LIGHTEST + (1 - _LIGHTEST) * touch.pressure)
        box = self._stroke.reach(touch.point.y() * scale, touch.point.x() * scale, radius * scale)
        part = slice(box.top, box.bottom), slice(box.left, box.right)
        self._tinted[self.kind][part] = _tinted(self.kind, self._stroke.pixels[part])
        height, width = box.size
        self.changed.emit(QRectF(box.left / scale, box.top / scale, width / scale, height / scale))

    def release(self, touch: Touch) -> None:
        """End it."""
        if self._stroke is not None:
            mask, self._stroke = self._stroke.mask(), None
            self._masks[self.kind] = mask
            self.drawn.emit(self.kind, mask)

    def abort(self) -> None:
        """Nothing comes of the stroke."""
        if self._stroke is not None:
            self._stroke = None
            self._tinted[self.kind] = _whole(self.kind, self._masks[self.kind])
            self.changed.emit(None)

    def hover(self, touch: Touch) -> None:
        """Show the brush's size at the pointer."""
        before, self._pointer = self._pointer, (touch.point, self._radius)
        for each in (before, self._pointer):
            if each is not None:
                point, radius = each
                self.changed.emit(QRectF(point.x() - radius, point.y() - radius, 2 * radius, 2 * radius))

    def leave(self) -> None:
        """Show it no more."""
        self._pointer = None
        self.changed.emit(None)

    def paint(self, painter: QPainter) -> None:
        """The masks in their tints, and the brush."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        photo = self._photo()
        if photo is not None:
            painter.drawImage(QRectF(0, 0, self._sheet.width, self._sheet.height), photo)
        for pixels in self._tinted.values():
            height, width = pixels.shape[:2]
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
            painter.drawImage(QRectF(0, 0, self._sheet.width, self._sheet.height), image)
        if self._pointer is not None:
            point, radius = self._pointer
            for colour, wide in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
                pen = QPen(colour, wide)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawEllipse(point, radius, radius)

    @property
    def _radius(self) -> float:
        return self._choice.size / 200 * self._sheet.longer


def _whole(kind: str, mask: Mask) -> NDArray[np.uint8]:
    return _tinted(kind, mask.pixels.astype(np.float32) / np.float32(255))


def _tinted(kind: str, mask: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A mask [H, W] in 0..1 as premultiplied B, G, R, A."""
    tint = TINTS[kind]
    colour = np.array([tint.blue(), tint.green(), tint.red(), 255], np.float32) * _SHOWN
    found: NDArray[np.uint8] = np.rint(mask[:, :, None] * colour).astype(np.uint8)
    return found
