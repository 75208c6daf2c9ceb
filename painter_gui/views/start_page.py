"""Where the studio begins: drop a photo, open, paste, go on with what was there lately, or try a sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from painter_gui.icons import icon
from painter_gui.pictures import rgb_pixmap
from painter_gui.views.plain_text import plain_tip
from painter_gui.wording import Worded, translate

THUMBNAIL = QSize(132, 96)
"""Of a recent file or sample, pixels as Qt counts them."""

_SOURCE = Qt.ItemDataRole.UserRole


class _DropZone(Worded, QWidget):
    """The large field that asks for a photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered = False
        self.title, self.hint = QLabel(self), QLabel(self)
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        self.title.setFont(font)
        self.open, self.paste = QPushButton(icon("open"), "", self), QPushButton(icon("paste"), "", self)
        self.open.setDefault(True)
        for label in (self.title, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.open, self.paste):
            button.setMinimumSize(150, 36)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        for widget in (self.title, self.hint):
            layout.addWidget(widget)
        layout.addSpacing(10)
        layout.addLayout(buttons)
        layout.addStretch(1)
        self.setMinimumHeight(190)
        self.say(self._say_words)

    def _say_words(self) -> None:
        self.title.setText(translate("Studio", "Drop a photo here"))
        self.hint.setText(
            translate("Studio", "Strokewise paints it, stroke by stroke. Saved sessions can be dropped too.")
        )
        self.open.setText(translate("Studio", "Open…"))
        self.open.setToolTip(translate("Studio", "Open a photo or a saved session (Ctrl+O)"))
        self.paste.setText(translate("Studio", "Paste"))
        self.paste.setToolTip(translate("Studio", "Paint the picture in the clipboard (Ctrl+V)"))

    def show_hovered(self, hovered: bool) -> None:
        """Show that what is dragged can be dropped."""
        self._hovered = hovered
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the field's edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        colour = palette.highlight().color() if self._hovered else palette.mid().color()
        painter.setPen(QPen(colour, 3 if self._hovered else 2, Qt.PenStyle.DashLine))
        painter.setBrush(palette.base())
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), 12, 12)


class StartPage(Worded, QWidget):
    """Shows what can be painted.

    Signals:
        open_requested, paste_requested: as their names say.
        source_requested: a file or sample to open.
    """

    open_requested = Signal()
    paste_requested = Signal()
    source_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drop_zone = _DropZone(self)
        self.recent_title, self.samples_title = QLabel(self), QLabel(self)
        self.recent, self.samples = self._gallery(), self._gallery()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(8)
        layout.addWidget(self.drop_zone, 2)
        layout.addSpacing(6)
        for title, gallery in ((self.recent_title, self.recent), (self.samples_title, self.samples)):
            font = title.font()
            font.setBold(True)
            title.setFont(font)
            title.setBuddy(gallery)
            layout.addWidget(title)
            layout.addWidget(gallery, 1)
        self.drop_zone.open.clicked.connect(self.open_requested)
        self.drop_zone.paste.clicked.connect(self.paste_requested)
        for gallery in (self.recent, self.samples):
            gallery.itemActivated.connect(self._on_activated)
            gallery.itemClicked.connect(self._on_activated)
        self.say(self._say_words)
        self.show_recent([])

    def _gallery(self) -> QListWidget:
        gallery = QListWidget(self)
        gallery.setViewMode(QListWidget.ViewMode.IconMode)
        gallery.setMovement(QListWidget.Movement.Static)
        gallery.setFlow(QListWidget.Flow.LeftToRight)
        gallery.setWrapping(False)
        gallery.setIconSize(THUMBNAIL)
        gallery.setGridSize(THUMBNAIL + QSize(18, 30))
        gallery.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        gallery.setUniformItemSizes(True)
        gallery.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        gallery.setFixedHeight(THUMBNAIL.height() + 54)
        return gallery

    def _say_words(self) -> None:
        self.recent_title.setText(translate("Studio", "&Recent"))
        self.samples_title.setText(translate("Studio", "S&amples"))
        self.recent.setAccessibleName(translate("Studio", "Recent files and sessions"))
        self.samples.setAccessibleName(translate("Studio", "Sample photographs"))

    # What is shown

    def show_recent(self, names: Sequence[str]) -> None:
        """Show these files."""
        self.recent.clear()
        for name in names:
            _add(self.recent, name, Path(name).name, name)
        self.recent.setVisible(bool(names))
        self.recent_title.setVisible(bool(names))

    def show_samples(self, names: Sequence[str]) -> None:
        """Show samples of these names."""
        self.samples.clear()
        for name in names:
            label = name.replace("_", " ").capitalize()
            _add(self.samples, f"sample:{name}", label, label)

    def show_thumbnail(self, source: str, pixels: NDArray[np.uint8]) -> None:
        """Show the small picture [h, w, 3] of a file or sample."""
        thumbnail = framed(rgb_pixmap(pixels), THUMBNAIL, self)
        for gallery in (self.recent, self.samples):
            for row in range(gallery.count()):
                if gallery.item(row).data(_SOURCE) == source:
                    gallery.item(row).setIcon(QIcon(thumbnail))

    def show_hovered(self, hovered: bool) -> None:
        """Show that what is dragged can be dropped."""
        self.drop_zone.show_hovered(hovered)

    @Slot(QListWidgetItem)
    def _on_activated(self, item: QListWidgetItem) -> None:
        self.source_requested.emit(item.data(_SOURCE))


def _add(gallery: QListWidget, source: str, label: str, tip: str) -> None:
    item = QListWidgetItem(label)
    item.setData(_SOURCE, source)
    item.setToolTip(plain_tip(tip))
    item.setIcon(QIcon(framed(None, THUMBNAIL, gallery)))
    gallery.addItem(item)


def framed(picture: QPixmap | None, room: QSize, widget: QWidget) -> QPixmap:
    """A picture in the middle of a thumbnail's room, for a widget to show; where there is none yet, a frame."""
    ratio = widget.devicePixelRatioF()
    field = QPixmap(room * ratio)
    field.fill(Qt.GlobalColor.transparent)
    painter = QPainter(field)
    if picture is None:
        painter.setPen(widget.palette().mid().color())
        painter.drawRect(field.rect().adjusted(0, 0, -1, -1))
    else:
        fit, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        small = picture.scaled(field.size(), fit, smooth)
        place = QRect(0, 0, small.width(), small.height())
        place.moveCenter(field.rect().center())
        painter.drawPixmap(place, small)
    painter.end()
    field.setDevicePixelRatio(ratio)
    return field
