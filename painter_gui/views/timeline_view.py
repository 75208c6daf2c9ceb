"""The timeline: a scrubber over the curve of the error, and what plays a painting back."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from core.document import Document
from painter_gui.icons import icon
from painter_gui.wording import Worded, translate

_SIDE = 8
"""Of the track's ends, pixels: half of what marks the moment."""

_WHOLE_SECONDS = 12.0
"""In which a painting is played back at speed 1, however many strokes it has."""

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)

_TICK_MS = 16


class Track(QSlider):
    """A slider over all strokes, its track the curve of the error: the higher, the nearer to the photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._curve: NDArray[np.float64] = np.zeros((0, 2))
        self._levels: list[int] = []
        self._planned = 0
        self._picture: QPixmap | None = None
        self.setMinimumHeight(52)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setPageStep(100)
        self.setMouseTracking(True)

    def show_document(self, document: Document, planned: int) -> None:
        """Show another painting, of which so many strokes are planned."""
        strokes = document.strokes
        count = len(strokes)
        self._planned = max(planned, count, 1)
        errors = strokes.errors.astype(np.float64)
        known = np.flatnonzero(np.isfinite(errors) & (errors > 0))
        if len(known) > 400:  # as many points as can be told apart
            known = known[np.linspace(0, len(known) - 1, 400).astype(int)]
        self._curve = np.column_stack([known + 1, -10 * np.log10(errors[known])]) if len(known) else np.zeros((0, 2))
        own = np.flatnonzero(~strokes.locked)  # an artist's strokes are of no level
        levels = own[np.flatnonzero(np.diff(strokes.patches[own, 2])) + 1]
        self._levels = levels.tolist() if len(levels) <= 32 else []  # patches of many sizes in turn are no levels
        blocked = self.blockSignals(True)
        self.setMaximum(count)
        self.blockSignals(blocked)
        self._picture = None
        self.update()

    @property
    def levels(self) -> list[int]:
        """After how many strokes each level but the first begins."""
        return self._levels

    def sizeHint(self) -> QSize:  # noqa: N802
        """As high as a curve needs."""
        return QSize(400, 52)

    def _x(self, stroke: float) -> float:
        return _SIDE + (self.width() - 2 * _SIDE) * stroke / max(1, self._planned)

    def _stroke(self, x: float) -> int:
        share = (x - _SIDE) / max(1, self.width() - 2 * _SIDE)
        return round(min(max(share, 0.0), 1.0) * self._planned)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw track, curve, levels and moment."""
        painter = QPainter(self)
        if self._picture is None or self._picture.size() != self.size() * self.devicePixelRatioF():
            self._picture = self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        here = self._x(self.value())
        painter.setPen(QPen(palette.text().color(), 2))
        painter.drawLine(QPointF(here, 2), QPointF(here, self.height() - 2))
        painter.setBrush(palette.text())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([QPointF(here - 5, 0), QPointF(here + 5, 0), QPointF(here, 7)]))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(palette.highlight().color(), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Colours may have changed."""
        self._picture = None
        super().changeEvent(event)

    def _drawn(self) -> QPixmap:
        """All but the moment; it is drawn once for many of these."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        track = QRectF(_SIDE, 5, self.width() - 2 * _SIDE, self.height() - 10)
        painter.setPen(QPen(palette.mid().color(), 1))
        painter.setBrush(palette.base())
        painter.drawRoundedRect(track, 3, 3)
        accent = palette.highlight().color()
        painted = self._x(self.maximum())
        if self.maximum():
            faint = QColor(accent)
            faint.setAlpha(28)
            painter.fillRect(QRectF(track.left(), track.top(), painted - track.left(), track.height()), faint)
        if len(self._curve) > 1:
            self._paint_curve(painter, track, accent)
        line = QColor(palette.text().color())
        line.setAlpha(90)
        painter.setPen(QPen(line, 1, Qt.PenStyle.DotLine))
        for level in self._levels:
            painter.drawLine(QPointF(self._x(level), track.top()), QPointF(self._x(level), track.bottom()))
        painter.end()
        return picture

    def _paint_curve(self, painter: QPainter, track: QRectF, accent: QColor) -> None:
        decibels = self._curve[:, 1]
        # From what the first strokes reached, which a bare sheet would only squeeze into a corner.
        low, high = float(np.percentile(decibels, 1)), float(decibels.max())
        span = max(high - low, 1.0)
        points = [
            QPointF(self._x(stroke), track.bottom() - 4 - (track.height() - 10) * min(max((db - low) / span, 0.0), 1.0))
            for stroke, db in self._curve.tolist()
        ]
        area = QPainterPath(QPointF(points[0].x(), track.bottom()))
        for point in points:
            area.lineTo(point)
        area.lineTo(points[-1].x(), track.bottom())
        fill = QColor(accent)
        fill.setAlpha(70)
        painter.fillPath(area, fill)
        painter.setPen(QPen(accent, 1.6))
        painter.drawPolyline(QPolygonF(points))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go where the pointer is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setSliderPosition(min(self._stroke(event.position().x()), self.maximum()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Follow the pointer; tell what lies under it."""
        if self.isSliderDown():
            self.setSliderPosition(min(self._stroke(event.position().x()), self.maximum()))
        stroke = self._stroke(event.position().x())
        self.setToolTip(translate("Studio", "Stroke {stroke}").format(stroke=f"{min(stroke, self.maximum()):,}"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Up and down go from level to level; the other keys are a slider's."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            places = [0, *self._levels, self.maximum()]
            if event.key() == Qt.Key.Key_Up:
                self.setValue(min((each for each in places if each > self.value()), default=self.maximum()))
            else:
                self.setValue(max((each for each in places if each < self.value()), default=0))
        else:
            super().keyPressEvent(event)


class TimelineView(Worded, QWidget):
    """The track and what plays it.

    Signals:
        position_requested: a moment to show, as a number of strokes.
    """

    position_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track = Track(self)
        self.first, self.back, self.play, self.forward, self.last = (
            self._button(name) for name in ("first", "back", "play", "forward", "last")
        )
        self.speed = QComboBox(self)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.counter = QLabel(self)
        self.counter.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(2)
        for button in (self.first, self.back, self.play, self.forward, self.last):
            layout.addWidget(button)
        layout.addWidget(self.speed)
        layout.addWidget(self.track, 1)
        layout.addWidget(self.counter)
        self._ticking = QTimer(self, interval=_TICK_MS)
        self._ticking.timeout.connect(self._on_tick)
        self._clock = QElapsedTimer()
        self._exact = 0.0
        self._count = self._position = 0
        self.track.valueChanged.connect(self._on_value)
        self.track.sliderPressed.connect(self.stop)
        self.first.clicked.connect(self.go_first)
        self.back.clicked.connect(self.go_back)
        self.forward.clicked.connect(self.go_forward)
        self.last.clicked.connect(self.go_last)
        self.play.clicked.connect(self.toggle)
        self.say(self._say_words)

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setIconSize(QSize(18, 18))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _say_words(self) -> None:
        words = {
            self.first: translate("Studio", "To the bare sheet (Home)"),
            self.back: translate("Studio", "One stroke back (,)"),
            self.forward: translate("Studio", "One stroke forward (.)"),
            self.last: translate("Studio", "To the last stroke (End)"),
        }
        for button, text in words.items():
            button.setToolTip(text)
            button.setAccessibleName(text)
        self._say_play()
        self.track.setAccessibleName(translate("Studio", "Timeline"))
        self.track.setToolTip(translate("Studio", "Timeline"))
        self.track.setAccessibleDescription(
            translate("Studio", "The painting after so many strokes; up and down go from level to level.")
        )
        self.speed.setToolTip(translate("Studio", "Speed of playing; at 1× the whole painting takes 12 seconds"))
        self.speed.setAccessibleName(translate("Studio", "Speed of playing"))
        self._say_counter()

    def _say_play(self) -> None:
        playing = self._ticking.isActive()
        text = translate("Studio", "Stop playing (K)") if playing else translate("Studio", "Play the painting (K)")
        self.play.setIcon(icon("pause" if playing else "play"))
        self.play.setToolTip(text)
        self.play.setAccessibleName(text)

    def _say_counter(self) -> None:
        self.counter.setText(f"{self._position:,} / {self._count:,}")
        # As wide as its largest text, so that nothing moves while it counts.
        widest = f"{max(self._count, 99_999):,} / {max(self._count, 99_999):,}"
        self.counter.setMinimumWidth(self.counter.fontMetrics().horizontalAdvance(widest))
        self.counter.setToolTip(translate("Studio", "Stroke shown / strokes painted"))

    # What is shown

    def show_document(self, document: Document, planned: int) -> None:
        """Show another painting."""
        self._count = len(document.strokes)
        self.track.show_document(document, planned)
        self._say_counter()
        self.setEnabled(self._count > 0)

    def show_position(self, position: int) -> None:
        """Show where the painting is."""
        self._position = position
        blocked = self.track.blockSignals(True)
        self.track.setValue(position)
        self.track.blockSignals(blocked)
        self.track.update()
        self._say_counter()

    # Playing

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._ticking.isActive()

    @Slot()
    def toggle(self) -> None:
        """Play, from the beginning where all is shown; or stop playing."""
        if self._ticking.isActive():
            self.stop()
        elif self._count:
            if self._position >= self._count:
                self.position_requested.emit(0)
            self._exact = float(self._position)
            self._clock.start()
            self._ticking.start()
            self._say_play()

    @Slot()
    def stop(self) -> None:
        """Stay where it is."""
        self._ticking.stop()
        self._say_play()

    @Slot()
    def go_first(self) -> None:
        """To the bare sheet."""
        self._go(0)

    @Slot()
    def go_back(self) -> None:
        """One stroke back."""
        self._go(self._position - 1)

    @Slot()
    def go_forward(self) -> None:
        """One stroke forward."""
        self._go(self._position + 1)

    @Slot()
    def go_last(self) -> None:
        """To the last stroke."""
        self._go(self._count)

    def _go(self, position: int) -> None:
        self.stop()
        self.position_requested.emit(min(max(position, 0), self._count))

    @Slot(int)
    def _on_value(self, value: int) -> None:
        self.stop()
        self.position_requested.emit(value)

    @Slot()
    def _on_tick(self) -> None:
        seconds = self._clock.restart() / 1000
        self._exact += seconds * float(self.speed.currentData()) * self._count / _WHOLE_SECONDS
        position = min(math.floor(self._exact), self._count)
        if position != self._position:
            self.position_requested.emit(position)
        if position >= self._count:
            self.stop()
