"""The controller: what the artist wishes becomes what is painted, shown, opened and saved. Knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from core.branches import Branches
from core.document import Document
from core.errors import PainterError
from core.geometry import Size
from painter_gui.background import Background
from painter_gui.branching import Branching
from painter_gui.brushwork import Brushwork, Phase
from painter_gui.canvas_worker import SharedPixels
from painter_gui.files import Opened, Photo, opened_file, opened_painting, saved_session
from painter_gui.paint_settings import PaintSettings, sketch_jobs
from painter_gui.reader import Reader
from painter_gui.shown_painting import ShownPainting
from painter_gui.undo import MOST_ACTIONS, Change, Edit, Setting, adopt


class Controller(QObject):
    """Answers the views' wishes and tells them what has changed.

    Signals:
        opened: Another photo is on the easel.
        opening_changed: A file began or ended to be read.
        document_changed, position_changed, phase_changed, settings_changed, saved_changed: as their names say.
        canvas_changed: (box) of `pixels`.
        device_changed: The device's name is known, or another.
        noted: (word, values), something to tell the artist in passing.
        gpu_left: (word), the graphics card cannot go on; `brushwork.go_on_with_cpu` does what it was at.
        failed: (PainterError), something to tell so that it is not missed.
        sketched: (name of a style, pixels [H, W, 3]), see `sketch_styles`.
    """

    opened = Signal()
    opening_changed = Signal()
    document_changed = Signal()
    position_changed = Signal()
    phase_changed = Signal()
    settings_changed = Signal()
    saved_changed = Signal()
    canvas_changed = Signal(object)
    device_changed = Signal()
    noted = Signal(str, object)
    gpu_left = Signal(str)
    failed = Signal(object)
    sketched = Signal(str, object)

    def __init__(self, settings: PaintSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings or PaintSettings()
        self._photo: Photo | None = None
        self._name = ""
        self._path: Path | None = None
        self._saved: tuple[Document, PaintSettings] | None = None
        self._device_name = ""
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(MOST_ACTIONS)
        self.files = Background("writing", self)
        self.reader = Reader(self)
        self.shown = ShownPainting(self)
        self.branching = Branching(self)
        self.brushwork = Brushwork(self)
        self._connect()

    def _connect(self) -> None:
        self.reader.changed.connect(self.opening_changed)
        self.reader.failed.connect(self.failed)
        self.shown.document_changed.connect(self.document_changed)
        self.shown.document_changed.connect(self.saved_changed)
        self.shown.position_changed.connect(self.position_changed)
        self.shown.canvas_changed.connect(self.canvas_changed)
        self.branching.changed.connect(self.saved_changed)
        self.brushwork.phase_changed.connect(self.phase_changed)
        self.brushwork.noted.connect(self.noted)
        self.brushwork.gpu_left.connect(self.gpu_left)
        self.brushwork.failed.connect(self.failed)
        runs = self.brushwork.runs
        runs.device_named.connect(self._on_device_named)
        runs.sketched.connect(self.sketched)

    # What there is

    @property
    def phase(self) -> Phase:
        """What is going on."""
        return self.brushwork.phase

    @property
    def photo(self) -> Photo | None:
        """What is painted."""
        return self._photo

    @property
    def name(self) -> str:
        """Of the photo, without folder or suffix."""
        return self._name

    @property
    def path(self) -> Path | None:
        """Where the session was saved or opened last."""
        return self._path

    @property
    def document(self) -> Document:
        """The painting."""
        return self.shown.document

    @property
    def settings(self) -> PaintSettings:
        """What is chosen."""
        return self._settings

    @property
    def position(self) -> int:
        """How many of the document's strokes are shown."""
        return self.shown.position

    @property
    def pixels(self) -> SharedPixels:
        """The canvas as shown."""
        return self.shown.pixels

    @property
    def planned(self) -> int:
        """How many strokes the painting will have."""
        return max(self._settings.total, len(self.document.strokes))

    @property
    def reading(self) -> bool:
        """Whether a file is being opened."""
        return self.reader.reading

    @property
    def device_name(self) -> str:
        """What the networks run on; empty until it is known."""
        return self._device_name

    @property
    def modified(self) -> bool:
        """Whether there is anything that closing would lose."""
        there = len(self.document.strokes) > 0 or self.undo_stack.count() > 0
        return self._photo is not None and there and not self._is_saved()

    def _is_saved(self) -> bool:
        if self._saved is None or not self.branching.is_saved:
            return False
        return self._saved[0] is self.document and self._saved[1] == self._settings

    # Opening and saving

    def prepare(self) -> None:
        """Have the painter import what it needs, so that painting begins at once."""
        self.brushwork.runs.prepare()

    def open_file(self, source: Path | str, *, taken: Callable[[], object] | None = None) -> None:
        """Open a picture, `sample:NAME` or a saved session, and paint no more of what there is.

        Args:
            source: What to open.
            taken: Called once it is on the easel; never, where that does not come about.
        """
        self._open(lambda: opened_file(source), taken=taken)

    def open_pixels(self, pixels: NDArray[np.uint8], name: str) -> None:
        """Open a picture [H, W, 3] that came otherwise than from a file; else as `open_file`."""
        self._open(lambda: Opened(photo=Photo.of(pixels), name=name))

    def open_painting(self, source: Path, strokes: Path) -> None:
        """Open a photo and strokes that were painted of it elsewhere; else as `open_file`."""
        own = {name: self._settings.values()[name] for name in ("device", "actor")}  # those are no stroke file's matter
        self._open(lambda: opened_painting(source, strokes, own))

    def open_work(self, read: Callable[[], Opened], *, taken: Callable[[], object], left: Callable[[], object]) -> None:
        """Open a work that has no file yet; else as `open_file`, but that either `taken` or `left` is called."""
        self._open(read, saved=False, taken=taken, left=left)

    def _open(
        self,
        read: Callable[[], Opened],
        *,
        saved: bool = True,
        taken: Callable[[], object] | None = None,
        left: Callable[[], object] | None = None,
    ) -> None:
        def done(opened: Opened) -> None:
            self._take(opened, saved=saved)
            if taken is not None:
                taken()

        self.pause()
        self.reader.read(read, done, left)

    def _take(self, opened: Opened, *, saved: bool) -> None:
        self.brushwork.drop()
        self.undo_stack.clear()
        own = opened.settings
        self._settings = self._settings.of_any_photo() if own is None else PaintSettings.of(own)
        self._photo, self._name, self._path = opened.photo, opened.name, opened.path
        document = opened.document or Document(Size(*opened.photo.pixels.shape[:2]), self._settings.background)
        self.shown.open(document)
        self._saved = (document, self._settings) if saved else None
        self.branching.open(opened.branches, document, self._settings, saved=saved)
        self.brushwork.be_ready(there=True)
        self.opened.emit()
        self.settings_changed.emit()
        self.saved_changed.emit()

    def close_photo(self) -> None:
        """Back to the start."""
        self.reader.forget()
        self.brushwork.drop()
        self.undo_stack.clear()
        self._photo, self._name, self._path, self._saved = None, "", None, None
        self.shown.clear()
        self.branching.open(Branches(), self.document, self._settings, saved=True)
        self.brushwork.be_ready(there=False)
        self.opened.emit()
        self.saved_changed.emit()

    def save(
        self,
        path: Path,
        done: Callable[[], object] | None = None,
        failed: Callable[[PainterError], object] | None = None,
    ) -> None:
        """Save the session; `done` is called when it is on the disk, or `failed` where it cannot be."""
        photo, document, settings = self._photo, self.document, self._settings
        if photo is None:
            return
        branches = self.branching.branches
        work = saved_session(path, photo, document, self._name, settings.values(), branches)

        def written(_: object) -> None:
            if photo is self._photo:
                self._path, self._saved = path, (document, settings)
                self.branching.note_saved(branches)
                self.saved_changed.emit()
                self.noted.emit("saved", {"name": path.name})
            if done is not None:
                done()

        self.files.submit(work, written, failed or self.failed.emit)

    # Choosing

    def set_settings(self, **changes: Any) -> None:
        """Choose otherwise. What is painted stays; what is not yet painted is painted so."""
        settings = replace(self._settings, **changes)
        if settings == self._settings:
            return
        sheet = settings.background != self._settings.background
        self._settings = settings
        painted = len(self.document.strokes)
        if self._photo is not None and sheet:
            if painted:
                self.noted.emit("sheet_later", {})
            else:
                self.shown.show(replace(self.document, background=settings.background))
        self.settings_changed.emit()
        self.saved_changed.emit()
        if self.phase is Phase.PAINTING:
            if not painted:
                self.brushwork.settle()
            elif set(changes) - {"background"}:
                self.brushwork.settle_soon()
        elif set(changes) - {"background"} and painted and self.phase is not Phase.REFINING:
            self.noted.emit("applies_from", {"stroke": self.position + 1})

    def draw_setting(self, what: str, **changes: Any) -> None:
        """Choose otherwise, as `set_settings`, in a way that undo takes back; `what` is the word for it."""
        before = {name: getattr(self._settings, name) for name in changes}
        if before != changes:
            # or undo would first take back what is painted meanwhile, before it and after
            self.brushwork.split_action()
            self.undo_stack.push(Setting(what, before, changes, self.set_settings))

    def sketch_styles(self, names: Sequence[str]) -> None:
        """Paint the photo, small, in some styles, as `sketched` tells; painting anything else ends that."""
        if self._photo is not None and names and self.phase in (Phase.IDLE, Phase.PAUSED):
            jobs = sketch_jobs(self._settings, self._photo.pixels, names)
            self.brushwork.runs.sketch(jobs, device=self._settings.device, actor=self._settings.actor)

    # Painting

    def paint(self) -> None:
        """Paint from the moment that is shown; what lies after it, if anything, makes room, and undo brings it back."""
        self.brushwork.paint()

    def step(self) -> None:
        """Paint one step: an action bundle in each window that the painter looks at."""
        self.brushwork.paint(1)

    def refine(self) -> None:
        """Better all strokes that are shown together; what lies after them makes room. Undo brings it all back."""
        self.brushwork.refine()

    def pause(self) -> None:
        """Stop painting for now."""
        self.brushwork.pause()

    def stop(self) -> None:
        """End what is being painted; the strokes stay. A refinement still brings what it has to its end."""
        self.brushwork.stop()

    def seek(self, position: int) -> None:
        """Show the painting after so many strokes."""
        self.shown.seek(position)

    # Changing what is painted

    def restart(self) -> None:
        """Begin with a bare sheet; undo brings the painting back."""
        if self._photo is None:
            return
        self.brushwork.leave_off()
        bare = Document(self.document.size, self._settings.background)
        if len(self.document.strokes) or bare.background != self.document.background:
            self.branching.make_room(self.document)
            self.branching.push(Change("restart", self.document, bare, self.shown.show_whole), bare)

    @property
    def editable(self) -> bool:
        """Whether strokes can be edited; what is painted just then is ended for that."""
        return self._photo is not None and self.phase is not Phase.REFINING and not self.reading

    def edit(
        self, what: str, change: Callable[[Document, int], tuple[Document, int]], *, makes_room: bool = False
    ) -> bool:
        """Edit the painting, as one thing for undo to take back; whatever is being painted ends before.

        Args:
            what: The word for it.
            change: From the painting and the moment shown to those that are to be; the same painting for no change.
            makes_room: What lies after the moment shown goes; where there is any, the painting is kept as a branch.

        Returns:
            Whether it has changed.
        """
        if not self.editable:
            return False
        self.stop()
        before = self.document, self.position
        after = change(*before)
        if after[0] is not before[0]:
            if makes_room and before[1] < len(before[0].strokes):
                self.branching.make_room(before[0])
            self.branching.push(Edit(what, before, after, self.shown.show_moment), after[0])
        return after[0] is not before[0]

    def take_measured(self, document: Document, measured: Document) -> None:
        """Show a document's errors, which were measured, unless it is no longer the one at hand."""
        if document is self.document and self.phase in (Phase.IDLE, Phase.PAUSED):
            if self._saved is not None and self._saved[0] is document:
                self._saved = measured, self._saved[1]
            self.brushwork.adopt(document, measured)
            adopt(self.undo_stack, document, measured)
            self.shown.show_moment(measured, self.position)

    def undo(self) -> None:
        """Take back what the artist did last: what is being painted, or else the latest action."""
        if not self.brushwork.take_back():
            self.undo_stack.undo()

    def redo(self) -> None:
        """Take the last undo back."""
        self.brushwork.leave_off()
        self.undo_stack.redo()

    def show_painting(self, document: Document, settings: PaintSettings) -> None:
        """Have another painting of the photo at hand, and the settings to go on with it."""
        self._settings = settings
        self.branching.note_painting(settings)
        self.shown.show_whole(document)
        self.settings_changed.emit()
        self.saved_changed.emit()

    @Slot(str)
    def _on_device_named(self, device_name: str) -> None:
        self._device_name = device_name
        self.device_changed.emit()

    def close(self) -> None:
        """End every thread; nothing may be asked of it afterwards."""
        self.brushwork.end_run()  # a step takes its time: the others end meanwhile
        self.reader.close()
        self.files.close()
        self.brushwork.close()
        self.shown.close()
