"""The studio's one window: joins the views to the controller."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, Qt, QTimer, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QPixmap,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDockWidget,
    QFileDialog,
    QMessageBox,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.errors import PainterError
from core.geometry import PixelBox, Size
from painter_gui.appearance import apply_scheme
from painter_gui.autosave import Autosave
from painter_gui.background import Background
from painter_gui.brushwork import Phase
from painter_gui.controller import Controller
from painter_gui.exporting import stroke_previews
from painter_gui.faults import Fault
from painter_gui.files import SESSION_SUFFIX
from painter_gui.icons import FOLDER as ICONS
from painter_gui.preferences import Preferences
from painter_gui.views.action_window import ActionWindow
from painter_gui.views.branch_panel import BranchPanel
from painter_gui.views.canvas_view import CanvasMode, CanvasView
from painter_gui.views.compare_view import CompareView
from painter_gui.views.export_dialog import ExportDialog
from painter_gui.views.fault_dialog import FaultDialog
from painter_gui.views.help_dialogs import AboutDialog, ShortcutSheet
from painter_gui.views.message_bar import MessageBar
from painter_gui.views.notices import Notices
from painter_gui.views.opening import Opening
from painter_gui.views.paint_panel import PaintPanel
from painter_gui.views.painting_by_hand import PaintingByHand
from painter_gui.views.panel_scroll import PanelScroll
from painter_gui.views.plain_text import may_replace
from painter_gui.views.queue_desk import QueueDesk
from painter_gui.views.recovery_offer import RecoveryOffer
from painter_gui.views.start_page import StartPage
from painter_gui.views.status_view import StatusView
from painter_gui.views.steering.mixing_sheet import MixingSheet
from painter_gui.views.steering.steering import Steering
from painter_gui.views.stroke_inspection import StrokeInspection
from painter_gui.views.stroke_types import PREVIEW
from painter_gui.views.timeline_view import TimelineView
from painter_gui.views.undo_words import undo_words
from painter_gui.wording import Languages, translate

_STATE_VERSION = 1
"""Of the window's arrangement; another one is forgotten."""

_LOOK_MS = 100
"""Between two looks at figures that change by themselves."""

_LOOKS_A_MEMORY = 10
"""Looks from one at the memory in use to the next."""


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
        self._controller, self._preferences, self._languages = controller, preferences, languages
        self.autosave = Autosave(controller, autosave_folder, self)
        self._closed, self._asks = False, True
        self._fault_dialog: FaultDialog | None = None
        self._faults_told = 0
        self._pictures = Background("pictures", self)  # of their own: a photo must not wait for thumbnails
        self.setWindowIcon(QIcon(str(ICONS / "strokewise.svg")))
        self.setAcceptDrops(True)
        self.resize(1280, 820)
        self._build_views()
        self._offer = RecoveryOffer(controller, self.autosave, autosave_folder, self.message, self._may_leave, self)
        self._notices = Notices(controller, self.autosave, self.message, self.status, self)
        self._notices.save_as = self.save_as
        self.opening = Opening(
            controller, preferences, self._notices, self.start_page, self._pictures, self._may_leave, self
        )
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
        controller.shown.canvas.set_budget(preferences.scrub_memory)
        self._connect()
        self.by_hand = PaintingByHand(self, self.canvas, controller, self.strokes.tools)
        self.by_hand.hand.began.connect(self.timeline.stop)
        self._looks = 0
        self._looking = QTimer(self, interval=_LOOK_MS)
        self._looking.timeout.connect(self._on_look)
        self.say(self._say_words)
        self._restore()
        self._on_opened()
        self._on_settings()
        self._on_phase()
        self._on_device()

    # Building

    def _build_views(self) -> None:
        self.start_page = StartPage(self)
        self.canvas = CanvasView(self)
        self.panel = PaintPanel(self)
        self.timeline = TimelineView(self)
        self.message = MessageBar(self)
        self.status = StatusView(self)
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

        self._scroll = PanelScroll(self.panel, self)
        self.panel_dock = QDockWidget(self)
        self.panel_dock.setObjectName("panel")
        self.panel_dock.setWidget(self._scroll)
        self.panel_dock.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.panel_dock)

    def _connect(self) -> None:
        controller = self._controller
        controller.opened.connect(self._on_opened)
        controller.opening_changed.connect(self._on_reading)
        controller.document_changed.connect(self._on_document)
        controller.position_changed.connect(self._on_position)
        controller.phase_changed.connect(self._on_phase)
        controller.settings_changed.connect(self._on_settings)
        controller.saved_changed.connect(self._say_title)
        controller.canvas_changed.connect(self._on_canvas_changed)
        controller.device_changed.connect(self._on_device)
        controller.undo_stack.indexChanged.connect(self._on_undo_stack)
        controller.undo_stack.cleanChanged.connect(self._on_undo_stack)

        for action, slot in (
            (self.open_action, self.opening.ask), (self.start_action, self._on_start_page),
            (self.save_action, self.save), (self.save_as_action, self.save_as),
            (self.export_action, self.ask_to_export), (self.queue_action, self.queue_desk.show),
            (self.quit_action, self.close), (self.undo_action, self._on_undo), (self.redo_action, self._on_redo),
            (self.paste_action, self.opening.paste), (self.copy_action, self._on_copy),
            (self.paint_action, self._on_paint),
            (self.step_action, self._on_step), (self.stop_action, controller.stop),
            (self.restart_action, controller.restart), (self.refine_action, self._on_refine),
            (self.play_action, self.timeline.toggle),
            (self.first_action, self.timeline.go_first), (self.back_action, self.timeline.go_back),
            (self.forward_action, self.timeline.go_forward), (self.last_action, self.timeline.go_last),
            (self.zoom_in_action, self._on_zoom_in), (self.zoom_out_action, self._on_zoom_out),
            (self.fit_action, self.canvas.fit), (self.actual_action, self.canvas.actual_size),
            (self.full_screen_action, self._on_full_screen), (self.shortcuts_action, self._on_shortcuts),
            (self.about_action, self._on_about),
        ):  # fmt: skip
            action.triggered.connect(slot)
        self.modes.triggered.connect(self._on_mode)
        for name, action in self.scheme_actions.items():
            action.triggered.connect(lambda _=False, name=name: self.choose_scheme(name))
        for name, action in self.language_actions.items():
            action.triggered.connect(lambda _=False, name=name: self.choose_language(name))
        for size, action in self.memory_actions.items():
            action.triggered.connect(lambda _=False, size=size: self.choose_scrub_memory(size))
        self.recent_menu.aboutToShow.connect(partial(self.opening.fill_menu, self.recent_menu))
        self.opacity.valueChanged.connect(self._on_opacity)
        self.canvas.zoom_changed.connect(self._on_zoom)
        self.canvas.paint_requested.connect(self._on_paint)

        self.panel.setting_requested.connect(self._on_setting)
        self.panel.paint_requested.connect(self._on_paint)
        self.panel.pause_requested.connect(controller.pause)
        self.panel.step_requested.connect(self._on_step)
        self.panel.stop_requested.connect(controller.stop)
        self.panel.restart_requested.connect(controller.restart)
        self.panel.refine_requested.connect(self._on_refine)
        self.timeline.position_requested.connect(controller.seek)
        self.start_page.open_requested.connect(self.opening.ask)
        self.start_page.paste_requested.connect(self.opening.paste)
        self.start_page.source_requested.connect(self.opening.open)

    def _say_words(self) -> None:
        self.panel_dock.setWindowTitle(translate("Studio", "Paint with"))
        self._say_title()
        self._say_undo()

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

    def _say_undo(self) -> None:
        stack = self._controller.undo_stack
        names = undo_words()
        undo = names.get(self._controller.brushwork.under_way or stack.undoText(), "")
        redo = names.get(stack.redoText(), "")
        self.undo_action.setText(
            translate("Studio", "&Undo {what}").format(what=undo) if undo else translate("Studio", "&Undo")
        )
        self.redo_action.setText(
            translate("Studio", "&Redo {what}").format(what=redo) if redo else translate("Studio", "&Redo")
        )
        busy = self._controller.phase in (Phase.PAINTING, Phase.PAUSED, Phase.REFINING)
        self.undo_action.setEnabled(stack.canUndo() or busy)
        self.redo_action.setEnabled(stack.canRedo() and not busy)

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
        if not self._may_leave(self.close):
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
        for dialog in self.findChildren(QDialog):  # one may be exporting
            dialog.reject()
        self._looking.stop()
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
        self._asks = False

    def _may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the painting at hand may go; where it is to be saved first, `then` is called after that."""
        controller = self._controller
        controller.reader.forget()  # or it would take the place of what is asked about
        if not controller.modified or not self._asks:
            return True
        if controller.phase is Phase.PAINTING:
            controller.pause()
        answer = self.ask_to_save()
        if answer == QMessageBox.StandardButton.Save:
            self.save(then=then)
            return False
        return answer == QMessageBox.StandardButton.Discard

    def ask_to_save(self) -> QMessageBox.StandardButton:
        """Ask whether to save, discard or stay."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Strokewise")
        box.setText(translate("Studio", "Save this painting before it goes?"))
        box.setInformativeText(translate("Studio", "Otherwise its strokes are lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        return QMessageBox.StandardButton(box.exec())

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
                data, translate("Studio", "That is no picture; drop a photo or a saved session.")
            ),
        )

    @Slot()
    def _on_start_page(self) -> None:
        if self._may_leave(self._on_start_page):
            self._controller.close_photo()
            self.opening.fill_start_page()
            self._offer.show()

    # Saving and exporting

    @Slot()
    def save(self, *, then: Callable[[], object] | None = None) -> None:
        """Save the session where it is, or ask where."""
        if self._controller.path is None:
            self.save_as(then=then)
        else:
            self._save(self._controller.path, then)

    @Slot()
    def save_as(self, *, then: Callable[[], object] | None = None) -> None:
        """Ask where to save the session."""
        folder = Path(self._preferences.folder("save") or Path.home())
        kinds = translate("Studio", "Sessions") + f" (*{SESSION_SUFFIX})"
        suggested = str(folder / f"{self._controller.name or 'painting'}{SESSION_SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self, translate("Studio", "Save session"), suggested, kinds)
        if name:
            path = Path(name)
            if path.suffix.lower() != SESSION_SUFFIX:
                path = path.with_name(path.name + SESSION_SUFFIX)
                title = translate("Studio", "Save session")
                if path.exists() and not may_replace(self, title, path):  # the dialog asked about another name
                    return
            self._preferences.set_folder("save", path.parent)
            self._save(path, then)

    def _save(self, path: Path, then: Callable[[], object] | None) -> None:
        def done() -> None:
            self._preferences.add_recent(path)
            if then is not None:
                then()

        def failed(error: PainterError) -> None:
            self._notices.show_save_failed(error, partial(self._save, path, then), partial(self.save_as, then=then))

        self._controller.save(path, done, failed)

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
        folder = Path(self._preferences.folder("export") or Path.home())
        document = controller.document.cut(controller.position)
        return ExportDialog(document, controller.photo.pixels, controller.name, folder, self)

    # What the artist wishes

    @Slot()
    def _on_paint(self) -> None:
        self.timeline.stop()
        if self._controller.phase is Phase.PAINTING:
            self._controller.pause()
        else:
            self._controller.paint()

    @Slot()
    def _on_undo(self) -> None:
        if not self.canvas.drop_begun():  # a stroke that is being drawn is the first thing to take back
            self._controller.undo()

    @Slot()
    def _on_redo(self) -> None:
        if not self.canvas.drop_begun():
            self._controller.redo()

    @Slot()
    def _on_step(self) -> None:
        self.timeline.stop()
        self._controller.step()

    @Slot()
    def _on_refine(self) -> None:
        self.timeline.stop()
        self._controller.refine()

    @Slot(str, object)
    def _on_setting(self, name: str, value: Any) -> None:
        self._controller.set_settings(**{name: value})

    @Slot(QAction)
    def _on_mode(self, action: QAction) -> None:
        mode = next(mode for mode, each in self.mode_actions.items() if each is action)
        self.canvas.set_mode(mode)
        self.opacity_action.setVisible(mode is CanvasMode.OVERLAY)

    @Slot(int)
    def _on_opacity(self, value: int) -> None:
        self.canvas.set_opacity(value / 100)

    @Slot()
    def _on_zoom_in(self) -> None:
        self.canvas.zoom_by(1.25)

    @Slot()
    def _on_zoom_out(self) -> None:
        self.canvas.zoom_by(0.8)

    @Slot(float)
    def _on_zoom(self, zoom: float) -> None:
        self.zoom_label.setText(f"{zoom * 100:,.0f} %" if self._controller.photo is not None else "")

    @Slot()
    def _on_copy(self) -> None:
        with self._controller.pixels.locked() as pixels:
            image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], QImage.Format.Format_RGB32).copy()
        QGuiApplication.clipboard().setImage(image)
        self._notices.note(translate("Studio", "The painting is in the clipboard."))

    @Slot(bool)
    def _on_full_screen(self, full: bool) -> None:
        if full:
            self.showFullScreen()
        else:
            self.showNormal()

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

    def choose_language(self, language: str) -> None:
        """Speak another language from now on."""
        self._preferences.language = language
        self._languages.choose(language)
        self.language_actions[self._languages.current].setChecked(True)

    def choose_scheme(self, scheme: str) -> None:
        """Be light, dark, or as the system is."""
        self._preferences.scheme = scheme
        apply_scheme(scheme)

    def choose_scrub_memory(self, mebibytes: int | None) -> None:
        """Let scrubbing take so much memory."""
        self._preferences.scrub_memory = mebibytes
        self._controller.shown.canvas.set_budget(mebibytes)

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
        self.timeline.stop()
        self._show_page(1 if there else 0)
        self.panel_dock.setVisible(there)
        self.panel_dock.toggleViewAction().setEnabled(there)
        if controller.photo is not None:
            self.canvas.show_picture(controller.document.size, controller.pixels, controller.photo.display)
            self.canvas.setFocus()
            self._looking.start()
        else:
            self.canvas.show_picture(Size(1, 1), None, None)
            self._looking.stop()
        for action in (
            self.start_action, self.save_action, self.save_as_action, self.export_action, self.copy_action,
            self.restart_action, self.zoom_in_action, self.zoom_out_action, self.fit_action, self.actual_action,
            self.focus_action, self.protect_action, *self.mode_actions.values(),
        ):  # fmt: skip
            action.setEnabled(there)
        self._on_document()
        self._on_position()

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
    def _on_document(self) -> None:
        self.timeline.show_document(self._controller.document, self._controller.planned)
        self._enable_timeline()
        self.status.show_state(self._controller)

    @Slot()
    def _on_position(self) -> None:
        self.timeline.show_position(self._controller.position)
        self._enable_refine()
        self.status.show_state(self._controller)

    @Slot()
    def _on_phase(self) -> None:
        phase = self._controller.phase
        self.panel.show_phase(phase)
        self.paint_action.setEnabled(phase not in (Phase.EMPTY, Phase.REFINING))
        self.step_action.setEnabled(phase in (Phase.IDLE, Phase.PAUSED))
        self.stop_action.setEnabled(phase in (Phase.PAINTING, Phase.PAUSED, Phase.REFINING))
        self._enable_refine()
        self._say_undo()
        self._enable_timeline()
        self.status.show_state(self._controller)

    def _enable_refine(self) -> None:
        painted = self._controller.position > 0
        self.panel.show_painted(painted)
        self.refine_action.setEnabled(painted and self._controller.phase in (Phase.IDLE, Phase.PAUSED))

    def _enable_timeline(self) -> None:
        there = len(self._controller.document.strokes) > 0
        for action in (
            self.play_action, self.first_action, self.back_action, self.forward_action, self.last_action,
        ):  # fmt: skip
            action.setEnabled(there)

    @Slot()
    def _on_settings(self) -> None:
        self.panel.show_settings(self._controller.settings)
        self.timeline.show_document(self._controller.document, self._controller.planned)
        self.status.show_state(self._controller)

    @Slot()
    def _on_undo_stack(self) -> None:
        self._say_undo()

    @Slot(object)
    def _on_canvas_changed(self, box: PixelBox) -> None:
        self.canvas.on_canvas_changed(box)

    @Slot()
    def _on_device(self) -> None:
        self.status.show_machine(self._controller.device_name)

    @Slot()
    def _on_look(self) -> None:
        self.status.show_state(self._controller)
        self._looks += 1
        if self._looks % _LOOKS_A_MEMORY == 0:
            self.status.show_machine(self._controller.device_name)

    @Slot(object)
    def show_fault(self, fault: Fault) -> None:
        """Keep the work, and tell of an error that nobody foresaw."""
        if self._closed:
            return
        kept = not self.autosave.in_trouble
        try:
            self.autosave.keep()
        except Exception as error:  # the fault may be its own, and must be told all the same
            kept = False
            fault = Fault(f"{fault.trace}\n{Fault.of(error).trace}", fault.thread)
        if self._fault_dialog is not None:
            self._fault_dialog.add(fault)
            return
        over = QApplication.activeModalWidget() or self  # one that is open would shut this one out
        dialog = FaultDialog(fault, kept=kept, parent=over)
        dialog.save_button.setEnabled(self._controller.photo is not None)
        dialog.save_requested.connect(self.save_as)
        dialog.quit_requested.connect(self.close)
        self.autosave.troubled.connect(dialog.say_lost)  # what was begun to be written may fail
        self._faults_told += 1
        for ended in (dialog.finished, dialog.destroyed):  # with what it lies over, it may go unread
            ended.connect(partial(self._on_fault_read, self._faults_told))
        self._fault_dialog = dialog
        dialog.show()

    def _on_fault_read(self, number: int, *_: object) -> None:
        if number == self._faults_told:  # what is destroyed now may be an earlier one
            self._fault_dialog = None

    def _on_previews(self, pictures: dict[str, Any]) -> None:
        previews = {}
        for name, pixels in pictures.items():
            height, width = pixels.shape[:2]
            image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            previews[name] = QPixmap.fromImage(image)
        self.panel.stroke_types.show_previews(previews)
