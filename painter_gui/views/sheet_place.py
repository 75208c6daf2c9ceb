"""Where a sheet lies in a widget, and how large: zoomed at a point, moved, or fitted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtWidgets import QWidget

from core.geometry import Size

_MARGIN = 16
"""Around a fitted sheet, pixels of the screen as Qt counts them."""

MOST_ZOOM, LEAST_ZOOM = 32.0, 1 / 64
"""Device pixels per pixel of the sheet, which is what zoom counts in: the canvas may be drawn finer or coarser."""


class SheetPlace:
    """Turns points of the widget into points of the sheet, some of which stays in sight however it is moved."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._centre = QPointF()
        self.sheet = Size(1, 1)
        """What is looked at."""
        self.zoom = 1.0
        """Device pixels per sheet pixel."""
        self.fitted = True
        """Whether the sheet is to keep filling the widget."""

    @property
    def scale(self) -> float:
        """Pixels of the widget, as Qt counts them, per pixel of the sheet."""
        return self.zoom / self._widget.devicePixelRatioF()

    @property
    def frame(self) -> QRectF:
        """Where the sheet lies in the widget."""
        scale = self.scale
        corner = self._middle - self._centre * scale
        return QRectF(corner.x(), corner.y(), self.sheet.width * scale, self.sheet.height * scale)

    @property
    def _middle(self) -> QPointF:
        return QRectF(self._widget.rect()).center()

    def sheet_point(self, point: QPointF) -> QPointF:
        """The point of the sheet, in its pixels, that a point of the widget shows."""
        return self._centre + (point - self._middle) / self.scale

    def fit(self) -> None:
        """See the whole sheet, as large as it goes, until it is zoomed or moved."""
        widget, sheet = self._widget, self.sheet
        room = QSize(max(1, widget.width() - 2 * _MARGIN), max(1, widget.height() - 2 * _MARGIN))
        zoom = widget.devicePixelRatioF() * min(room.width() / sheet.width, room.height() / sheet.height)
        self.fitted, self.zoom = True, _bounded(zoom)
        self._centre = QPointF(sheet.width / 2, sheet.height / 2)

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """Zoom so that what is at a point of the widget stays there."""
        before = self.sheet_point(point)
        self.fitted, self.zoom = False, _bounded(self.zoom * factor)
        self._centre += before - self.sheet_point(point)
        self._keep_in_sight()

    def move(self, by: QPointF) -> None:
        """Move the sheet by so many pixels of the widget."""
        self.fitted = False
        self._centre -= by / self.scale
        self._keep_in_sight()

    def look_as(self, other: SheetPlace) -> None:
        """See the same part of the sheet as another widget does."""
        self.fitted, self.zoom, self._centre = other.fitted, other.zoom, QPointF(other._centre)

    def _keep_in_sight(self) -> None:
        self._centre.setX(min(max(self._centre.x(), 0.0), float(self.sheet.width)))
        self._centre.setY(min(max(self._centre.y(), 0.0), float(self.sheet.height)))


def _bounded(zoom: float) -> float:
    return min(max(zoom, LEAST_ZOOM), MOST_ZOOM)
