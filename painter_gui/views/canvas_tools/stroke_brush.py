"""Paint on the canvas with the agent's brush: while the pointer moves, what will be laid shows as it will be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QImage, QPainter, QPen

from core.stroke import Strokes
from painter_gui.by_hand import ByHand
from painter_gui.views.canvas_tools.tool import CanvasTool, Touch

_SWATCH = 9.0
"""Side of the colour shown beside the pointer, pixels of the window."""


class _Tile(NamedTuple):
    """Some strokes of the hand, drawn."""

    place: QRectF
    """Sheet pixels."""
    image: QImage
    pixels: NDArray[np.uint8]
    """What the image shows, kept as long as it."""


class StrokeBrush(CanvasTool):
    """Draws strokes; a pen's other end does so in the sheet's colour.

    Alt picks the colour from the painting, and with Shift from the photo.
    """

    def __init__(self, hand: ByHand) -> None:
        super().__init__(hand)
        self._hand = hand
        self._settled: list[_Tile] = []
        self._open: _Tile | None = None
        self._laid: list[_Tile] = []
        """Those of strokes that the canvas does not show yet."""
        self._pointer: QPointF | None = None
        self._scale = 1.0
        self._ring = QRectF()
        hand.brush_changed.connect(self._on_brush)
        hand.drawn.connect(self._on_drawn)

    @property
    def busy(self) -> bool:
        """While a stroke is drawn."""
        return self._hand.drawing

    @property
    def cursor(self) -> QCursor:
        """A cross, in the ring that is as large as the brush."""
        return QCursor(Qt.CursorShape.CrossCursor)

    def is_for_photo(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Its colours are picked there."""
        both = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
        return modifiers & both == both

    def press(self, touch: Touch) -> None:
        """Begin a stroke, or pick a colour."""
        self._point(touch)
        if touch.modifiers & Qt.KeyboardModifier.AltModifier:
            self._pick(touch)
            return
        row, column = touch.point.y(), touch.point.x()
        if self._hand.begin(row, column, touch.pressure, pixel=1 / touch.scale, sheet_colour=touch.eraser):
            self._show(Strokes())

    def move(self, touch: Touch) -> None:
        """Draw on, or pick on."""
        self._point(touch)
        if self._hand.drawing:
            self._show(self._hand.go_on(touch.point.y(), touch.point.x(), touch.pressure))
        elif touch.modifiers & Qt.KeyboardModifier.AltModifier:
            self._pick(touch)

    def release(self, touch: Touch) -> None:
        """Lay the stroke; where the pen was lifted it does not press any more, so that it ends where it moved last."""
        if not self._hand.drawing:
            return
        if touch.pressure == 1.0:  # of a mouse, which may have jumped
            self.move(touch)
        tiles = self._tiles()
        self._settled, self._open = [], None
        if self._hand.end():
            self._laid += tiles
        else:
            self.changed.emit(_around(tiles))

    def hover(self, touch: Touch) -> None:
        """Show the brush's size and colour."""
        self._point(touch)
        self._hand.point(touch.point.y(), touch.point.x())

    def leave(self) -> None:
        """Show nothing at the pointer."""
        self._pointer = None
        self._move_ring()

    def abort(self) -> None:
        """Nothing comes of the stroke."""
        tiles = [*self._tiles(), *self._laid]
        self._hand.abort()
        self._settled, self._open, self._laid = [], None, []
        if tiles:
            self.changed.emit(_around(tiles))

    def paint(self, painter: QPainter) -> None:
        """Draw the stroke under way, and a ring around the pointer."""
        sight = painter.clipBoundingRect()
        for tile in (*self._laid, *self._tiles()):
            if tile.place.intersects(sight):
                painter.drawImage(tile.place, tile.image)
        if self._pointer is None:
            return
        radius = self._hand.radius
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, tint in ((3.0, QColor(0, 0, 0, 110)), (1.2, QColor(255, 255, 255))):  # seen on whatever is below
            pen = QPen(tint, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawEllipse(self._pointer, radius, radius)
        if not self._hand.drawing:
            painter.setBrush(QColor.fromRgbF(*self._hand.colour))
            painter.drawRect(self._swatch())

    # What is shown

    def _tiles(self) -> list[_Tile]:
        return [*self._settled, *([] if self._open is None else [self._open])]

    def _show(self, settled: Strokes) -> None:
        """Show more strokes that are settled, and the rest as it is now."""
        before = self._open
        more = self._tile(settled)
        if more is not None:
            self._settled.append(more)
        self._open = self._tile(self._hand.rest())
        changed = [tile for tile in (before, more, self._open) if tile is not None]
        if changed:
            self.changed.emit(_around(changed))

    def _tile(self, strokes: Strokes) -> _Tile | None:
        from core.rasteriser.fast import covered, touched

        scale = self._hand.scale
        box = touched(strokes, scale, self._hand.canvas_size)
        if not box.size.shorter:
            return None
        alpha = covered(strokes, scale, box) * np.float32(255)
        red, green, blue = self._hand.rgb
        pixels = np.empty((*alpha.shape, 4), np.uint8)
        for channel, share in enumerate((blue, green, red, 1.0)):  # premultiplied
            pixels[..., channel] = alpha * np.float32(share) + np.float32(0.5)
        height, width = alpha.shape
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        return _Tile(QRectF(box.left / scale, box.top / scale, width / scale, height / scale), image, pixels)

    def _point(self, touch: Touch) -> None:
        self._pointer, self._scale = touch.point, touch.scale
        self._move_ring()

    def _swatch(self) -> QRectF:
        """Beside the ring, below it on the right."""
        assert self._pointer is not None
        side = _SWATCH / self._scale
        aside = self._hand.radius * 0.71 + 4 / self._scale
        return QRectF(self._pointer.x() + aside, self._pointer.y() + aside, side, side)

    def _move_ring(self) -> None:
        before, self._ring = self._ring, QRectF()
        if self._pointer is not None:
            radius = self._hand.radius
            ring = QRectF(self._pointer.x() - radius, self._pointer.y() - radius, 2 * radius, 2 * radius)
            self._ring = ring.united(self._swatch())
        self.changed.emit(before.united(self._ring))

    def _pick(self, touch: Touch) -> None:
        from_photo = bool(touch.modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._hand.pick(touch.point.y(), touch.point.x(), from_photo=from_photo)

    def _on_brush(self) -> None:
        if self._pointer is not None:
            self._move_ring()

    def _on_drawn(self) -> None:
        tiles, self._laid = self._laid, []
        if tiles:
            self.changed.emit(_around(tiles))


def _around(tiles: list[_Tile]) -> QRectF:
    place = QRectF()
    for tile in tiles:
        place = place.united(tile.place)
    return place
