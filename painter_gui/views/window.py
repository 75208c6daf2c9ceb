"""The studio's one window: joins the views to the controller."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, Qt, QTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QPixmap,
)
from PySide6.QtWidgets import (
    QDialog,
    QDockWidget,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.geometry import PixelBox, Size
from painter_gui.autosave import Autosave
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.exporting import stroke_previews
from painter_gui.icons import FOLDER as ICONS
from painter_gui.pictures import rgb32_image
from painter_gui.preferences import Preferences
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.branch_panel import BranchPanel
from painter_gui.views.canvas_view import CanvasView
from painter_gui.views.compare_view import CompareView
from painter_gui.views.export_dialog import ExportDialog
from painter_gui.views.fault_desk import FaultDesk
from painter_gui.views.help_dialogs import AboutDialog, ShortcutSheet
from painter_gui.views.looking import Looking
from painter_gui.views.message_bar import MessageBar
from painter_gui.views.notices import Notices
from painter_gui.views.opening import Opening
from painter_gui.views.paint_panel import PaintPanel
from painter_gui.views.painting_actions import PaintingActions
from painter_gui.views.painting_by_hand import PaintingByHand
from painter_gui.views.queue_desk import QueueDesk
from painter_gui.views.recovery_offer import RecoveryOffer
from painter_gui.views.saving import Saving
from painter_gui.views.start_page import StartPage
from painter_gui.views.status_view import StatusView
from painter_gui.views.steering.mixing_sheet import MixingSheet
from painter_gui.views.steering.steering import Steering
from painter_gui.views.stroke_inspection import StrokeInspection
from painter_gui.views.stroke_types import PREVIEW
from painter_gui.views.studio_choices import StudioChoices
from painter_gui.views.timeline_actions import TimelineActions
from painter_gui.views.timeline_view import TimelineView
from painter_gui.wording import Languages, translate

_STATE_VERSION = 1
"""Of the window's arrangement; another one is forgotten."""


class StudioWindow(ActionWindow):
    """The window. Everything it shows is the controller's; everything the artist wishes goes there."""

    def __init__(
        self,
        controller: Controller,
        preferences: Preferences,
        languages: Languages,
        *,
        autosave_folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller, self._preferences = controller, preferences
        self.autosave = Autosave(controller, autosave_folder, self)
        self._closed = False
        self._pictures = Background("pictures", self)  # of their own: a photo must not wait for thumbnails
        self.setWindowIcon(QIcon(str(ICONS / "strokewise.svg")))
        self.setAcceptDrops(True)
        self.resize(1280, 820)
        self._build_views()
        self._notices = Notices(controller, self.autosave, self.message, self.status, self)
        self.saving = Saving(controller, preferences, self._notices, self)
        self._notices.save_as = self.saving.save_as
        may_leave = self.saving.may_leave
        self._offer = RecoveryOffer(controller, self.autosave, autosave_folder, self.message, may_leave, self)
        self.fault_desk = FaultDesk(controller, self.autosave, self.saving.save_as, self)
        self.opening = Opening(controller, preferences, self._notices, self.start_page, self._pictures, may_leave, self)
        panel = self.panel
        self.steering = Steering(
            controller, self.canvas, (panel.style_panel, panel.palette_panel, panel.mask_panel), self._pictures, self
        )
        queue_file = autosave_folder.parent / "queue.json"
        self.queue_desk = QueueDesk(controller, preferences, self._notices, self._pictures, queue_file, self)
        self.queue_desk.open_painting = self.opening.open_painting
        self.mixing_sheet = MixingSheet(controller, self._pictures, preferences, self)
        panel.palette_panel.sheet_requested.connect(self.mixing_sheet.ask)
        self.build_actions(
            scheme=preferences.scheme,
            language=languages.current,
            scrub_memory=preferences.scrub_memory,
            panel=self.panel_dock.toggleViewAction(),
        )
        self.strokes = StrokeInspection(self, self.canvas, controller)
        brushes = {"focus": self.focus_action, "protect": self.protect_action}
        for kind, action in brushes.items():
            self.strokes.tools.add(action, partial(self.steering.hold, kind), partial(self.steering.is_held, kind))
        self.tool_bar.insertActions(self.tool_bar.actions()[2], [*brushes.values()])  # beside the other tools
        self.branches = BranchPanel(self, self.compare_view, controller)
        self.choices = StudioChoices(self, controller, preferences, languages)
        self.looking = Looking(self, self.canvas, controller)
        self.timeline_actions = TimelineActions(self, self.timeline, controller)
        self.painting_actions = PaintingActions(self, self.canvas, panel.buttons, self.timeline, controller)
        self._connect()
        self.by_hand = PaintingByHand(self, self.canvas, controller, self.strokes.tools)
        self.by_hand.hand.began.connect(self.timeline.stop)
        self.say(self._say_words)
        self._restore()
        self._on_opened()
        self._on_settings()

    # Building

    def _build_views(self) -> None:
        self.start_page = StartPage(self)
        self.canvas = CanvasView(self)
        self.panel = PaintPanel(self)
        self.timeline = TimelineView(self)
        self.message = MessageBar(self)
        self.status = StatusView(self._controller, self)
        self.setStatusBar(self.status)

        self.easel = QWidget(self)
        layout = QVBoxLayout(self.easel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.compare_view = CompareView(self.canvas, self)
        layout.addWidget(self.compare_view, 1)
        layout.addWidget(self.timeline)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.easel)
        centre = QWidget(self)
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.message)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(centre)

        self.panel_dock = QDockWidget(self)
        self.panel_dock.setObjectName("panel")
        self.panel_dock.setWidget(self.panel)
        self.panel_dock.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.panel_dock)

    def _connect(self) -> None:
        controller = self._controller
        controller.opened.connect(self._on_opened)
        controller.opening_changed.connect(self._on_reading)
        controller.settings_changed.connect(self._on_settings)
        controller.saved_changed.connect(self._say_title)
        controller.canvas_changed.connect(self._on_canvas_changed)

        for action, slot in (
            (self.open_action, self.opening.ask), (self.start_action, self._on_start_page),
            (self.save_action, self.saving.save), (self.save_as_action, self.saving.save_as),
            (self.export_action, self.ask_to_export), (self.queue_action, self.queue_desk.show),
            (self.quit_action, self.close), (self.paste_action, self.opening.paste), (self.copy_action, self._on_copy),
            (self.shortcuts_action, self._on_shortcuts), (self.about_action, self._on_about),
        ):  # fmt: skip
            action.triggered.connect(slot)
        self.recent_menu.aboutToShow.connect(partial(self.opening.fill_menu, self.recent_menu))
        self.panel.setting_requested.connect(self._on_setting)
        self.start_page.open_requested.connect(self.opening.ask)
        self.start_page.paste_requested.connect(self.opening.paste)
        self.start_page.source_requested.connect(self.opening.open)

    def _say_words(self) -> None:
        self.panel_dock.setWindowTitle(translate("Studio", "Paint with"))
        self._say_title()

    @Slot()
    def _say_title(self) -> None:
        controller = self._controller
        if controller.phase is Phase.EMPTY:
            self.setWindowTitle("Strokewise[*]")
        else:
            name = controller.path.name if controller.path is not None else controller.name
            name = name or translate("Studio", "Untitled")
            self.setWindowTitle(f"{name}[*] – Strokewise")
        self.setWindowModified(controller.modified)

    # From start to end

    def begin(self, source: str | None) -> None:
        """What follows once the window shows: work from last time, previews, samples, and a photo to open."""
        self._controller.prepare()
        self._pictures.submit(
            partial(stroke_previews, Size(2 * PREVIEW.height(), 2 * PREVIEW.width())), self._on_previews
        )
        if source is not None:
            self.opening.open(source)
        self._offer.show()
        self.queue_desk.offer()
        self.opening.fill_start_page()

    def _restore(self) -> None:
        self.restoreGeometry(self._preferences.bytes("window/geometry"))
        self.restoreState(self._preferences.bytes("window/state"), _STATE_VERSION)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask what to do with what is not saved; then end everything."""
        if self._closed:
            event.accept()
            return
        if not self.saving.may_leave(self.close):
            event.ignore()
            return
        self._end()
        event.accept()

    def leave(self) -> None:
        """Close at once without a question; what is not saved is kept, to be offered when the studio starts again."""
        if not self._closed:
            self._end(keeping=True)
            self.close()

    def _end(self, *, keeping: bool = False) -> None:
        self._closed = True
        self.fault_desk.close()
        for dialog in self.findChildren(QDialog):  # one may be exporting
            dialog.reject()
        self.status.stop_looking()
        self.timeline.stop()
        self.by_hand.close()
        self._preferences.set_bytes("window/geometry", self.saveGeometry())
        self._preferences.set_bytes("window/state", self.saveState(_STATE_VERSION))
        self._preferences.paint_settings = self._controller.settings
        self._preferences.sync()
        self._pictures.close()
        self.strokes.close()
        self.branches.close()
        self.queue_desk.close()
        self._controller.close()
        self._offer.close()
        self.autosave.close(keeping=keeping)

    def discard_on_close(self) -> None:
        """Do not ask when it is closed: what is not saved may go."""
        self.saving.asks = False

    # What is dropped on it

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files and pictures."""
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()
            self.start_page.show_hovered(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Nothing is going to be dropped."""
        self.start_page.show_hovered(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped."""
        self.start_page.show_hovered(False)
        event.acceptProposedAction()
        data = QMimeData()  # its own, for when the drag is over: asking about unsaved work must not hold up its source
        data.setUrls(event.mimeData().urls())
        if event.mimeData().hasImage():
            data.setImageData(event.mimeData().imageData())
        QTimer.singleShot(
            0,
            self,
            lambda: self.opening.take(
                data, lambda: translate("Studio", "That is no picture; drop a photo or a saved session.")
            ),
        )

    @Slot()
    def _on_start_page(self) -> None:
        if self.saving.may_leave(self._on_start_page):
            self._controller.close_photo()
            self.opening.fill_start_page()
            self._offer.show()

    # Exporting

    @Slot()
    def ask_to_export(self) -> None:
        """Open the export dialog on what is shown."""
        dialog = self.export_dialog()
        dialog.exec()
        if dialog.written is not None:
            self._preferences.set_folder("export", dialog.written.parent)
        dialog.deleteLater()

    def export_dialog(self) -> ExportDialog:
        """The dialog for what is shown; painting pauses."""
        controller = self._controller
        controller.pause()
        assert controller.photo is not None
        folder = self._preferences.folder_to_save("export", controller.photo.file)
        document = controller.document.cut(controller.position)
        return ExportDialog(document, controller.photo, controller.name, folder, self)

    # What the artist wishes

    @Slot(str, object)
    def _on_setting(self, name: str, value: Any) -> None:
        self._controller.set_settings(**{name: value})

    @Slot()
    def _on_copy(self) -> None:
        with self._controller.pixels.locked() as pixels:
            image = rgb32_image(pixels).copy()
        QGuiApplication.clipboard().setImage(image)
        self._notices.note(translate("Studio", "The painting is in the clipboard."))

    @Slot()
    def _on_shortcuts(self) -> None:
        sheet = ShortcutSheet([(menu.title(), actions) for menu, actions in self.menus], self)
        sheet.exec()
        sheet.deleteLater()

    @Slot()
    def _on_about(self) -> None:
        about = AboutDialog(self.windowIcon(), self)
        about.exec()
        about.deleteLater()

    def _show_page(self, index: int) -> None:
        """Show the start page or the easel; the other one asks for no room."""
        for each, page in enumerate((self.start_page, self.easel)):
            policy = QSizePolicy.Policy.Preferred if each == index else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)
        self.pages.setCurrentIndex(index)

    # What the controller says

    @Slot()
    def _on_opened(self) -> None:
        controller = self._controller
        there = controller.photo is not None
        self.message.clear()
        self._show_page(1 if there else 0)
        self.panel_dock.setVisible(there)
        self.panel_dock.toggleViewAction().setEnabled(there)
        if controller.photo is not None:
            self.canvas.show_picture(controller.document.size, controller.pixels, controller.photo.display)
            self.canvas.setFocus()
        else:
            self.canvas.show_picture(Size(1, 1), None, None)
        for action in (
            self.start_action, self.save_action, self.save_as_action, self.export_action, self.copy_action,
            self.zoom_in_action, self.zoom_out_action, self.fit_action, self.actual_action, self.focus_action,
            self.protect_action, *self.mode_actions.values(),
        ):  # fmt: skip
            action.setEnabled(there)

    @Slot()
    def _on_reading(self) -> None:
        if self._controller.reading:
            self.status.showMessage(translate("Studio", "Opening…"))
            self.setCursor(Qt.CursorShape.BusyCursor)
        else:
            if self.status.currentMessage() == translate("Studio", "Opening…"):  # and nothing said since
                self.status.clearMessage()
            self.unsetCursor()

    @Slot()
    def _on_settings(self) -> None:
        self.panel.show_settings(self._controller.settings)

    @Slot(object)
    def _on_canvas_changed(self, box: PixelBox) -> None:
        self.canvas.on_canvas_changed(box)

    def _on_previews(self, pictures: dict[str, Any]) -> None:
        previews = {}
        for name, pixels in pictures.items():
            previews[name] = QPixmap.fromImage(rgb32_image(pixels).copy())
        self.panel.stroke_types.show_previews(previews)
