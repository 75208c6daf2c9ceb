"""The canvas on the screen: painting and photo, side by side in several ways, zoomed and moved at will."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from core.geometry import PixelBox, Size
from painter_gui.canvas_worker import SharedPixels
from painter_gui.views.canvas_drawing import paint_edge, paint_look
from painter_gui.views.canvas_look import CanvasMode, Look
from painter_gui.views.canvas_tools.held import HeldTool
from painter_gui.views.canvas_tools.tool import CanvasTool
from painter_gui.views.sheet_place import SheetPlace
from painter_gui.wording import Worded, translate

_GRIP = 8
"""How near the pointer must be to the split's edge to take it, pixels of the screen as Qt counts them."""

_WHEEL_STEP = 1.2
"""Zoom of one notch (15 degrees) of a wheel."""

_SETTLE_MS = 200


class CanvasView(Worded, QWidget):
    """Shows a canvas and its target.

    Signals:
        zoom_changed: device pixels per sheet pixel.
        paint_requested: to paint, or to pause.
        tool_changed: another tool is held, or none.
        looked: it is looked at otherwise: another part, another zoom or mode, or the split's edge elsewhere.
    """

    zoom_changed = Signal(float)
    paint_requested = Signal()
    tool_changed = Signal()
    looked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: SharedPixels | None = None
        self.place = SheetPlace(self)
        self._target: NDArray[np.uint8] | None = None
        self._rival: SharedPixels | None = None
        self._look = Look()
        self._dragged: QPointF | None = None
        self._splitting = self._beside = False
        self._held = HeldTool(self, self)
        # Where Qt scales a part of a picture, its outermost pixels are off by a little: once things have come to rest,
        # all is drawn in one piece.
        self._settling = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 180)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.say(lambda: self.setAccessibleName(translate("Studio", "Canvas")))
        self.say(
            lambda: self.setAccessibleDescription(
                translate("Studio", "The painting. Plus and minus zoom, arrow keys move it, 0 fits it into the window.")
            )
        )

    # What is shown

    def show_picture(self, sheet: Size, pixels: SharedPixels | None, target: NDArray[np.uint8] | None) -> None:
        """Show another canvas of a sheet and its target [H, W, 4], as large as the canvas; fitted."""
        self._held.abort()
        self.place.sheet, self._pixels, self._target, self._rival = sheet, pixels, target, None
        self.fit()

    @property
    def target(self) -> NDArray[np.uint8] | None:
        """What the canvas is compared with by the modes."""
        return self._target

    def set_bare(self, bare: bool) -> None:
        """Whether nothing is painted yet; see `Look.bare`."""
        if bare is not self._look.bare:
            self._look = replace(self._look, bare=bare)
            self.update()

    def show_rival(self, rival: SharedPixels | None, *, beside: bool = False) -> None:
        """Show another painting left of the split's edge, or none; another view may show it `beside` this one."""
        self._rival, self._beside = rival, beside
        self._rest()
        self.update()

    @property
    def mode(self) -> CanvasMode:
        """What is shown."""
        return self._look.mode

    def set_mode(self, mode: CanvasMode) -> None:
        """Show otherwise."""
        self._look = replace(self._look, mode=mode)
        self._rest()
        self.looked.emit()
        self.update()

    @property
    def tool(self) -> CanvasTool | None:
        """What the pointer does; None: it moves the canvas."""
        return self._held.tool

    def drop_begun(self) -> bool:
        """End what the tool has begun, nothing comes of it; whether there was anything."""
        begun = self._held.down
        if begun:
            self._held.abort()
        return begun

    def hold(self, tool: CanvasTool | None) -> None:
        """Take another tool; nothing comes of what the last one had begun."""
        if tool is not self._held.tool:
            self._held.hold(tool)
            self.tool_changed.emit()

    @property
    def split(self) -> float:
        """Where the split's edge is, 0..1 of the canvas from the left: the photo is left of it."""
        return self._look.split

    def set_split(self, split: float) -> None:
        """Move the split's edge."""
        self._look = replace(self._look, split=min(max(split, 0.0), 1.0))
        self.looked.emit()
        self.update()

    def set_opacity(self, opacity: float) -> None:
        """How much of the photo shows in the overlay, 0..1."""
        self._look = replace(self._look, opacity=min(max(opacity, 0.0), 1.0))
        self.looked.emit()
        self.update()

    def on_canvas_changed(self, box: PixelBox) -> None:
        """Draw a part of the canvas anew."""
        if self._pixels is None:
            return
        frame = self.place.frame
        scale = frame.width() / self._pixels.size.width
        part = QRectF(
            frame.left() + box.left * scale, frame.top() + box.top * scale, box.size.width * scale,
            box.size.height * scale,
        )  # fmt: skip
        self.update(part.toAlignedRect().adjusted(-2, -2, 2, 2))  # smoothing reaches beyond a pixel's edge
        self._settling.start()

    # Zoom

    @property
    def zoom(self) -> float:
        """Device pixels per sheet pixel."""
        return self.place.zoom

    @property
    def scale(self) -> float:
        """Pixels of the window, as Qt counts them, per pixel of the sheet."""
        return self.place.scale

    @property
    def fitted(self) -> bool:
        """Whether the canvas keeps filling the window."""
        return self.place.fitted

    def fit(self) -> None:
        """Show the whole canvas, as large as it goes, and keep it so."""
        self.place.fit()
        self._zoomed()

    def actual_size(self) -> None:
        """Show a pixel of the sheet as a pixel of the screen."""
        self.zoom_at(QPointF(self.rect().center()), 1.0 / self.zoom)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the window."""
        self.zoom_at(QPointF(self.rect().center()), factor)

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """Zoom so that what is at a point of the window stays there."""
        if self._pixels is None:
            return
        self.place.zoom_at(point, factor)
        self._zoomed()

    def look_as(self, other: CanvasView) -> None:
        """Look at the sheet as another view of it does: the same part, zoom, mode and split."""
        self.place.look_as(other.place)
        self._look = replace(other._look, bare=self._look.bare)
        self.zoom_changed.emit(self.zoom)
        self.update()

    def sheet_point(self, point: QPointF) -> QPointF:
        """The point of the sheet, in its pixels, that a point of the window shows."""
        return self.place.sheet_point(point)

    def _zoomed(self) -> None:
        self.zoom_changed.emit(self.zoom)
        self.looked.emit()
        self.update()

    def _move(self, by: QPointF) -> None:
        """Move the canvas by so many pixels of the window."""
        self.place.move(by)
        self.looked.emit()
        self.update()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw what has changed."""
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self.palette().window().color().darker(115))
        if self._pixels is None:
            return
        frame, sight = self.place.frame, event.rect()
        ratio, smooth = self.devicePixelRatioF(), self._is_smooth()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        rival = self._rival
        look = self._look.drawn(against=rival is not None, at_work=self._beside or self.tool is not None)
        paint_look(painter, look, self._pixels, self._target, frame, sight, ratio=ratio, smooth=smooth)
        if rival is not None:
            painter.save()
            painter.setClipRect(look.left_of_edge(frame), Qt.ClipOperation.IntersectClip)
            paint_look(painter, look, rival, self._target, frame, sight, ratio=ratio, smooth=smooth)
            painter.restore()
        if self._is_split:
            paint_edge(painter, frame, self._look.left_of_edge(frame).right(), self.height())
        painter.setPen(QPen(self.palette().windowText().color(), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setOpacity(0.25)
        painter.drawRect(frame.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._held.paint(painter)

    def _is_smooth(self) -> bool:
        """Whether pixels are blended: not where the canvas's own are so large that they are meant to be seen."""
        assert self._pixels is not None
        return self.zoom * self.place.sheet.longer / self._pixels.size.longer < 4.0

    @property
    def _is_split(self) -> bool:
        """Whether there is an edge that can be moved."""
        return self._rival is not None or self._look.mode is CanvasMode.SPLIT

    def hides(self, point: QPointF) -> bool:
        """Whether at a point of the window the photo is shown, or another painting, and not the painting."""
        if self._is_split:
            return point.x() < self._look.left_of_edge(self.place.frame).right()
        return self._look.mode is CanvasMode.TARGET

    # Pointer, wheel, pinch and keys

    def _rest(self) -> None:
        """The pointer as it is while nothing is done with it."""
        self.setCursor(self._held.cursor)

    def _on_edge(self, point: QPointF) -> bool:
        frame = self.place.frame
        edge = self._look.left_of_edge(frame).right()
        inside = frame.top() - _GRIP <= point.y() <= frame.bottom() + _GRIP
        return self._is_split and inside and abs(point.x() - edge) <= _GRIP

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take the split's edge, or else use the tool, or take the canvas."""
        if event.button() == Qt.MouseButton.LeftButton and self._on_edge(event.position()):
            self._splitting = True
        elif self._pixels is not None and self._held.pressed(event):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move what was taken."""
        if self._splitting:
            frame = self.place.frame
            self.set_split((event.position().x() - frame.left()) / frame.width())
        elif self._dragged is not None:
            self._move(event.position() - self._dragged)
            self._dragged = event.position()
        elif not self._held.down and self._on_edge(event.position()):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif not self._held.moved(event):
            self._rest()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        if self._held.released(event):
            return
        self._splitting, self._dragged = False, None
        self._rest()

    def tabletEvent(self, event: QTabletEvent) -> None:  # noqa: N802
        """Pens go to the tool with their pressure; of what is not its, Qt makes mouse events."""
        taken = False
        if self._pixels is not None and not self._splitting and self._dragged is None:
            if event.type() == QEvent.Type.TabletPress and not self._on_edge(event.position()):
                taken = self._held.pressed(event)
            elif event.type() == QEvent.Type.TabletMove:
                taken = self._held.moved(event)
            elif event.type() == QEvent.Type.TabletRelease:
                taken = self._held.released(event)
        event.setAccepted(taken)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """The tool shows nothing more at the pointer."""
        self._held.left()
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """A release would go elsewhere."""
        if event.reason() in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self._held.abort()
        super().focusOutEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Between fitted and one to one; to a tool it is a second press."""
        if self._held.tool is not None:
            self.mousePressEvent(event)
        elif self.fitted:
            self.zoom_at(event.position(), 1.0 / self.zoom)
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom at the pointer; on a touch pad two fingers move the canvas, unless Control is held."""
        smooth = not event.pixelDelta().isNull() and event.source() != Qt.MouseEventSource.MouseEventNotSynthesized
        if smooth and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._move(QPointF(event.pixelDelta()))
        elif event.angleDelta().y():
            self.zoom_at(event.position(), _WHEEL_STEP ** (event.angleDelta().y() / 120))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinches come as native gestures from touch pads and as Qt's from touch screens."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_at(event.position(), 1.0 + event.value())
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._held.abort()  # the first finger had put it down
                self.zoom_at(QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())), pinch.scaleFactor())
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange and self.fitted:
            self.fit()
        elif event.type() == QEvent.Type.ShortcutOverride and self._held.busy and _is_escape(event):
            event.accept()  # or it would stop the painting
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows move the canvas, or with Shift the split's edge; Space paints; Escape ends what the tool has begun."""
        moves = {
            Qt.Key.Key_Left: QPointF(1, 0), Qt.Key.Key_Right: QPointF(-1, 0), Qt.Key.Key_Up: QPointF(0, 1),
            Qt.Key.Key_Down: QPointF(0, -1),
        }  # fmt: skip
        move = moves.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._held.busy:
            self._held.abort()
        elif event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.paint_requested.emit()
        elif move is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._is_split:
            self.set_split(self._look.split - move.x() * 0.02)
        else:
            self._move(move * 40)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """A fitted canvas stays fitted."""
        super().resizeEvent(event)
        if self.fitted:
            self.fit()


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
