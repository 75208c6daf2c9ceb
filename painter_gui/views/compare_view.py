"""Where the canvas is, and another painting beside or over it while two are compared."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.geometry import PixelBox, Size
from painter_gui.canvas_worker import SharedPixels
from painter_gui.icons import icon
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.plain_text import plain_tip
from painter_gui.wording import Worded, translate


class CompareView(Worded, QWidget):
    """Holds the canvas; while comparing, a bar above it and the other painting at its left.

    Either the canvas is split, the other painting left of the edge, or there are two of them next to each other, which
    are looked at alike.

    Signals:
        side_by_side_requested: (bool), next to each other rather than split.
        take_requested: To have the other painting at hand.
        end_requested: To compare no longer.
    """

    side_by_side_requested = Signal(bool)
    take_requested = Signal()
    end_requested = Signal()

    def __init__(self, canvas: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.second = CanvasView(self)
        self.bar = QWidget(self)
        self.left, self.right = QLabel(self.bar), QLabel(self.bar)
        self.split_button, self.halves_button, self.take_button, self.end_button = (
            QToolButton(self.bar) for _ in range(4)
        )
        self._pixels: SharedPixels | None = None
        self._side_by_side = False
        self._build()
        canvas.looked.connect(self._on_canvas_looked)
        self.second.looked.connect(self._on_second_looked)
        self.second.paint_requested.connect(canvas.paint_requested)
        self.end()
        self.say(self._say_words)

    def _build(self) -> None:
        for label, side in ((self.left, Qt.AlignmentFlag.AlignLeft), (self.right, Qt.AlignmentFlag.AlignRight)):
            label.setTextFormat(Qt.TextFormat.PlainText)  # names are the artist's
            label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        ways = QButtonGroup(self)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(10, 2, 10, 2)
        row.addWidget(self.left, 1)
        buttons = (
            (self.split_button, "split"), (self.halves_button, "halves"), (self.take_button, "swap"),
            (self.end_button, "close"),
        )  # fmt: skip
        for button, picture in buttons:
            button.setIcon(icon(picture))
            button.setIconSize(QSize(18, 18))
            button.setAutoRaise(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
        row.addWidget(self.right, 1)
        for button in (self.split_button, self.halves_button):
            button.setCheckable(True)
            ways.addButton(button)
        self.split_button.setChecked(True)
        self.split_button.clicked.connect(lambda: self.side_by_side_requested.emit(False))
        self.halves_button.clicked.connect(lambda: self.side_by_side_requested.emit(True))
        self.take_button.clicked.connect(self.take_requested)
        self.end_button.clicked.connect(self.end_requested)
        canvases = QHBoxLayout()
        canvases.setSpacing(2)
        canvases.addWidget(self.second, 1)
        canvases.addWidget(self._canvas, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addLayout(canvases, 1)

    def _say_words(self) -> None:
        words = {
            self.split_button: (translate("Studio", "Wipe"), translate("Studio", "One over the other, with an edge")),
            self.halves_button: (translate("Studio", "Side by side"), translate("Studio", "Both whole, moved as one")),
            self.take_button: (translate("Studio", "Take"), translate("Studio", "Go on with the one at the left")),
            self.end_button: (translate("Studio", "Close"), translate("Studio", "Stop comparing (Esc)")),
        }
        for button, (text, tip) in words.items():
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
        self.second.setAccessibleName(translate("Studio", "Canvas of the branch"))

    # What is shown

    @property
    def comparing(self) -> bool:
        """Whether another painting is shown."""
        return self._pixels is not None

    @property
    def side_by_side(self) -> bool:
        """Whether two are next to each other rather than one split."""
        return self._side_by_side

    def begin(self, sheet: Size, pixels: SharedPixels) -> None:
        """Compare with another painting of the sheet, drawn in these pixels."""
        if pixels is not self._pixels:
            self._pixels = pixels
            self.second.show_picture(sheet, pixels, self._canvas.target)
            self._arrange()

    def end(self) -> None:
        """Compare no longer."""
        self._pixels = None
        self.second.show_picture(Size(1, 1), None, None)
        self._arrange()

    def set_side_by_side(self, side_by_side: bool) -> None:
        """Show both next to each other, or one split."""
        self._side_by_side = side_by_side
        (self.halves_button if side_by_side else self.split_button).setChecked(True)
        self._arrange()

    def show_words(self, left: tuple[str, str], right: tuple[str, str]) -> None:
        """Say what each is called, and its figures."""
        for label, (name, text) in ((self.left, left), (self.right, right)):
            short = label.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, self.width() // 3)
            label.setText(f"{short}\n{text}")
            label.setAccessibleName(f"{name}, {text}")
            label.setToolTip(plain_tip(name))

    def on_second_changed(self, box: PixelBox) -> None:
        """Draw a part of the other painting anew."""
        if self._pixels is not None:
            (self.second if self._side_by_side else self._canvas).on_canvas_changed(box)

    def _arrange(self) -> None:
        halves = self._pixels is not None and self._side_by_side
        self.bar.setVisible(self._pixels is not None)
        self.second.setVisible(halves)
        self._canvas.show_rival(None if halves else self._pixels, beside=halves)
        if halves:
            self.second.look_as(self._canvas)

    @Slot()
    def _on_canvas_looked(self) -> None:
        if self.second.isVisible():
            self.second.look_as(self._canvas)

    @Slot()
    def _on_second_looked(self) -> None:
        if self.second.isVisible():
            self._canvas.look_as(self.second)
